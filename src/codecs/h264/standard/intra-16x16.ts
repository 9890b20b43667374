/**
 * Intra_16x16 and chroma prediction (clauses 8.3.3 and 8.3.4). Samples lie in one Uint8Array; a block is its position and
 * the stride; the neighbors are the row above (position - stride) and the column to the left (position - 1) of `from`,
 * where the macroblock is reconstructed. The prediction is written at `to`, which may be `from` itself. Vertical (clauses
 * 8.3.3.1 and 8.3.4.3) needs no function: every row is the row above.
 */
import { clip1 } from '../../../base/math.ts';

/** Intra16x16PredMode, Table 8-4. */
export const INTRA_16X16_VERTICAL = 0;
export const INTRA_16X16_HORIZONTAL = 1;
export const INTRA_16X16_DC = 2;
export const INTRA_16X16_PLANE = 3;

/** intra_chroma_pred_mode, Table 8-5. */
export const INTRA_CHROMA_DC = 0;
export const INTRA_CHROMA_HORIZONTAL = 1;
export const INTRA_CHROMA_VERTICAL = 2;
export const INTRA_CHROMA_PLANE = 3;

/** Fills rows of `size` samples with one value each; `to` and `toStride` are multiples of 4. */
function fillRow(words: Int32Array, to: number, size: number, value: number): void {
  const word = value * 0x01010101;
  const end = (to + size) >> 2;
  for (let at = to >> 2; at < end; at++) words[at] = word;
}

/**
 * Copies the column to the left into every column: Horizontal, clauses 8.3.3.2 and 8.3.4.2. `size` is 16 or 8.
 * @param words the same bytes as `mem` in 32-bit words; `to` and `toStride` are multiples of 4
 */
export function predictHorizontal(
  mem: Uint8Array,
  words: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  size: number,
): void {
  for (let y = 0; y < size; y++) {
    fillRow(words, to + y * toStride, size, mem[from + y * fromStride - 1]);
  }
}

function sumAbove(mem: Uint8Array, from: number, stride: number, count: number): number {
  let sum = 0;
  for (let x = 0; x < count; x++) sum += mem[from - stride + x];
  return sum;
}

function sumLeft(mem: Uint8Array, from: number, stride: number, count: number): number {
  let sum = 0;
  for (let y = 0; y < count; y++) sum += mem[from + y * stride - 1];
  return sum;
}

/**
 * The first row of Intra_16x16_DC, clause 8.3.3.3: the mean of the neighbors that are available, 128 without any. All rows are
 * alike. `words` as above.
 */
export function predictDc16x16(
  mem: Uint8Array,
  words: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  hasLeft: boolean,
  hasAbove: boolean,
): void {
  let dc = 128;
  if (hasLeft && hasAbove) {
    dc = (sumAbove(mem, from, fromStride, 16) + sumLeft(mem, from, fromStride, 16) + 16) >> 5;
  } else if (hasAbove) {
    dc = (sumAbove(mem, from, fromStride, 16) + 8) >> 4;
  } else if (hasLeft) {
    dc = (sumLeft(mem, from, fromStride, 16) + 8) >> 4;
  }
  fillRow(words, to, 16, dc);
}

/** Intra_16x16_Plane, clause 8.3.3.4. */
export function predictPlane16x16(
  mem: Uint8Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
): void {
  const above = from - fromStride;
  let h = 0;
  let v = 0;
  for (let i = 0; i < 8; i++) {
    h += (i + 1) * (mem[above + 8 + i] - mem[above + 6 - i]);
    v += (i + 1) * (mem[from + (8 + i) * fromStride - 1] - mem[from + (6 - i) * fromStride - 1]);
  }
  const b = (5 * h + 32) >> 6;
  const c = (5 * v + 32) >> 6;
  const a = 16 * (mem[from + 15 * fromStride - 1] + mem[above + 15]);
  fillPlane(mem, to, toStride, 16, a - 7 * b - 7 * c + 16, b, c);
}

/** Intra_Chroma_Plane for 4:2:0, clause 8.3.4.4 (xCF = yCF = 0). */
export function predictPlaneChroma(
  mem: Uint8Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
): void {
  const above = from - fromStride;
  let h = 0;
  let v = 0;
  for (let i = 0; i < 4; i++) {
    h += (i + 1) * (mem[above + 4 + i] - mem[above + 2 - i]);
    v += (i + 1) * (mem[from + (4 + i) * fromStride - 1] - mem[from + (2 - i) * fromStride - 1]);
  }
  const b = (34 * h + 32) >> 6;
  const c = (34 * v + 32) >> 6;
  const a = 16 * (mem[from + 7 * fromStride - 1] + mem[above + 7]);
  fillPlane(mem, to, toStride, 8, a - 3 * b - 3 * c + 16, b, c);
}

/** Writes Clip1((origin + b·x + c·y) >> 5) to a square block. */
function fillPlane(
  mem: Uint8Array,
  to: number,
  stride: number,
  size: number,
  origin: number,
  b: number,
  c: number,
): void {
  for (let y = 0; y < size; y++) {
    let value = origin + c * y;
    const row = to + y * stride;
    for (let x = 0; x < size; x++) {
      mem[row + x] = clip1(value >> 5);
      value += b;
    }
  }
}

/**
 * Intra_Chroma_DC, clause 8.3.4.1: each 4x4 block has its own mean. The corner blocks on the diagonal take both
 * neighbors; the other two prefer the neighbor that they touch. `words` as above.
 */
export function predictDcChroma(
  mem: Uint8Array,
  words: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  hasLeft: boolean,
  hasAbove: boolean,
): void {
  for (let blkY = 0; blkY < 2; blkY++) {
    for (let blkX = 0; blkX < 2; blkX++) {
      const above = hasAbove ? sumAbove(mem, from + 4 * blkX, fromStride, 4) : 0;
      const left = hasLeft ? sumLeft(mem, from + 4 * blkY * fromStride, fromStride, 4) : 0;
      const prefersAbove = blkX === 1 && blkY === 0;
      const prefersLeft = blkX === 0 && blkY === 1;
      let dc = 128;
      if (hasLeft && hasAbove) {
        if (prefersAbove) dc = (above + 2) >> 2;
        else if (prefersLeft) dc = (left + 2) >> 2;
        else dc = (above + left + 4) >> 3;
      } else if (hasAbove) {
        dc = (above + 2) >> 2;
      } else if (hasLeft) {
        dc = (left + 2) >> 2;
      }
      for (let y = 0; y < 4; y++) {
        fillRow(words, to + (4 * blkY + y) * toStride + 4 * blkX, 4, dc);
      }
    }
  }
}
