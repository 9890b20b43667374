/** The forward transforms. Not normative: chosen to match the inverses of clauses 8.5.10 to 8.5.12. */
import { BLOCK_X, BLOCK_Y } from '../../standard/macroblock.ts';

const PAIRS = 0x00ff00ff;

/**
 * Forward 4x4 core transform of the difference between source and prediction. The vertical pass works on packed pairs
 * (columns 0 and 2, 1 and 3) as low + 65536·high, which is exact while each stays within 16 bits (6·255 = 1530).
 * @param source, prediction positions of the blocks, multiples of 4 as are the strides
 * @param out receives 16 coefficients from `start`, raster order, each within ±9180 (36·255)
 */
export function forwardDifference4x4(
  words: Int32Array,
  source: number,
  sourceStride: number,
  prediction: number,
  predictionStride: number,
  out: Int16Array,
  start: number,
): void {
  let a = source >> 2;
  let b = prediction >> 2;
  const strideA = sourceStride >> 2;
  const strideB = predictionStride >> 2;
  let p = words[a];
  let q = words[b];
  const even0 = (p & PAIRS) - (q & PAIRS);
  const odd0 = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  a += strideA;
  b += strideB;
  p = words[a];
  q = words[b];
  const even1 = (p & PAIRS) - (q & PAIRS);
  const odd1 = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  a += strideA;
  b += strideB;
  p = words[a];
  q = words[b];
  const even2 = (p & PAIRS) - (q & PAIRS);
  const odd2 = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  a += strideA;
  b += strideB;
  p = words[a];
  q = words[b];
  const even3 = (p & PAIRS) - (q & PAIRS);
  const odd3 = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  let s03 = even0 + even3;
  let s12 = even1 + even2;
  let d03 = even0 - even3;
  let d12 = even1 - even2;
  const e0 = s03 + s12;
  const e1 = 2 * d03 + d12;
  const e2 = s03 - s12;
  const e3 = d03 - 2 * d12;
  s03 = odd0 + odd3;
  s12 = odd1 + odd2;
  d03 = odd0 - odd3;
  d12 = odd1 - odd2;
  horizontalPass(e0, s03 + s12, out, start);
  horizontalPass(e1, 2 * d03 + d12, out, start + 4);
  horizontalPass(e2, s03 - s12, out, start + 8);
  horizontalPass(e3, d03 - 2 * d12, out, start + 12);
}

/** One row of the core transform: `even` packs columns 0 and 2, `odd` columns 1 and 3. */
function horizontalPass(even: number, odd: number, out: Int16Array, at: number): void {
  const c0 = (even << 16) >> 16;
  const c2 = (even - c0) >> 16;
  const c1 = (odd << 16) >> 16;
  const c3 = (odd - c1) >> 16;
  const s03 = c0 + c3;
  const s12 = c1 + c2;
  const d03 = c0 - c3;
  const d12 = c1 - c2;
  out[at] = s03 + s12;
  out[at + 1] = 2 * d03 + d12;
  out[at + 2] = s03 - s12;
  out[at + 3] = d03 - 2 * d12;
}

/**
 * Forward Hadamard transform of the 16 luma DC coefficients of an Intra_16x16 macroblock, halved with rounding.
 * @param coefficients 16 blocks of 16 by luma4x4BlkIdx; the DC of each is read
 * @param out 16 numbers from `start`, 4·row + column of the block, each within ±32640
 */
export function forwardLumaDc(coefficients: Int16Array, out: Int32Array, start: number): void {
  for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
    out[start + 4 * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx]] = coefficients[16 * blkIdx];
  }
  for (let row = start; row < start + 16; row += 4) hadamard(out, row, 1, 0);
  for (let column = start; column < start + 4; column++) hadamard(out, column, 4, 1);
}

/** Four values `step` apart times the matrix of clause 8.5.10, then (v + shift) >> shift. */
function hadamard(v: Int32Array, at: number, step: number, shift: number): void {
  const s01 = v[at] + v[at + step];
  const d01 = v[at] - v[at + step];
  const s23 = v[at + 2 * step] + v[at + 3 * step];
  const d23 = v[at + 2 * step] - v[at + 3 * step];
  v[at] = (s01 + s23 + shift) >> shift;
  v[at + step] = (s01 - s23 + shift) >> shift;
  v[at + 2 * step] = (d01 - d23 + shift) >> shift;
  v[at + 3 * step] = (d01 + d23 + shift) >> shift;
}

/** Forward 2x2 transform of four chroma DC coefficients, raster order, each within ±16320. */
export function forwardChromaDc(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Int32Array,
  start: number,
): void {
  out[start] = c0 + c1 + c2 + c3;
  out[start + 1] = c0 - c1 + c2 - c3;
  out[start + 2] = c0 + c1 - c2 - c3;
  out[start + 3] = c0 - c1 - c2 + c3;
}
