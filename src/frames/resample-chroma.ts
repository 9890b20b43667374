/**
 * Chroma at another resolution, one row at a time. Sample positions are H.264's default (chroma_sample_loc_type 0,
 * clause E.2.1): even luma columns, half way between rows. Halving is 1-2-1 along the row and the mean of two rows;
 * doubling is linear interpolation between the two nearest positions. Edges repeat.
 */
import { FRACTION_BITS } from './color-matrix.ts';

/** Every sum below weighs 16 samples: 4 along the row, 4 down. */
export const CHROMA_WEIGHT_BITS = 4;

/** One chroma component of a picture. */
export interface ChromaPlane {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  /** Elements from one sample of a row to the next. */
  readonly step: number;
  /** Samples in a row, and rows. */
  readonly width: number;
  readonly height: number;
}

/** log2 of source samples per target sample: 1 halves, 0 keeps, -1 doubles. */
export type ShiftChange = -1 | 0 | 1;

/**
 * Writes row `row` of the plane at the other resolution to `out`, each sample times 16.
 * @param out `outWidth` sums, each 0..4080
 */
export function resampleChromaRow(
  plane: ChromaPlane,
  changeX: ShiftChange,
  changeY: ShiftChange,
  row: number,
  out: Int32Array,
  outWidth: number,
): void {
  const { data, step } = plane;
  const lastRow = plane.height - 1;
  let rowA = row;
  let rowB = row;
  let weightA = 2;
  if (changeY === 1) {
    rowA = 2 * row;
    rowB = Math.min(2 * row + 1, lastRow);
  } else if (changeY === -1) {
    rowA = row >> 1;
    rowB = (row & 1) === 0 ? Math.max(rowA - 1, 0) : Math.min(rowA + 1, lastRow);
    weightA = 3;
  }
  const weightB = 4 - weightA;
  const a = plane.offset + rowA * plane.stride;
  const b = plane.offset + rowB * plane.stride;
  const end = (plane.width - 1) * step;
  if (changeX === 0) {
    for (let x = 0, at = 0; x < outWidth; x++, at += step) {
      out[x] = 4 * (weightA * data[a + at]! + weightB * data[b + at]!);
    }
  } else if (changeX === 1) {
    let left = weightA * data[a]! + weightB * data[b]!;
    for (let x = 0, at = 0; x < outWidth; x++, at += 2 * step) {
      const next = at + step <= end ? at + step : end;
      const right = weightA * data[a + next]! + weightB * data[b + next]!;
      out[x] = left + 2 * (weightA * data[a + at]! + weightB * data[b + at]!) + right;
      left = right;
    }
  } else {
    let here = weightA * data[a]! + weightB * data[b]!;
    for (let x = 0, at = 0; x < outWidth; x += 2, at += step) {
      const next = at + step <= end ? at + step : end;
      const there = weightA * data[a + next]! + weightB * data[b + next]!;
      out[x] = 4 * here;
      if (x + 1 < outWidth) out[x + 1] = 2 * (here + there);
      here = there;
    }
  }
}

/**
 * Rounds a row of `resampleChromaRow` to samples, with another range.
 * @param scale 2^16 times the new chroma scale over the old one
 */
export function storeChromaRow(
  sums: Int32Array,
  scale: number,
  target: Uint8Array,
  offset: number,
  step: number,
  width: number,
): void {
  const shift = FRACTION_BITS + CHROMA_WEIGHT_BITS;
  const zero = 128 << CHROMA_WEIGHT_BITS;
  const half = (128 << shift) + (1 << (shift - 1));
  for (let x = 0, at = offset; x < width; x++, at += step) {
    const value = ((sums[x]! - zero) * scale + half) >> shift;
    target[at] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}
