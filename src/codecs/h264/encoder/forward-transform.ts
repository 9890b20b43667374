/** The forward transforms. Not normative: chosen to match the inverses of clauses 8.5.10 to 8.5.12. */
import { BLOCK_X, BLOCK_Y } from '../standard/macroblock.ts';

/**
 * Forward 4x4 core transform of the difference between source and prediction.
 * @param source, prediction positions of the blocks in `bytes`
 * @param out receives 16 coefficients from `start`, raster order, each within ±9180 (36·255)
 */
export function forwardDifference4x4(
  bytes: Uint8Array,
  source: number,
  sourceStride: number,
  prediction: number,
  predictionStride: number,
  out: Int32Array,
  start: number,
): void {
  for (let row = 0; row < 16; row += 4) {
    const r0 = bytes[source] - bytes[prediction];
    const r1 = bytes[source + 1] - bytes[prediction + 1];
    const r2 = bytes[source + 2] - bytes[prediction + 2];
    const r3 = bytes[source + 3] - bytes[prediction + 3];
    const s03 = r0 + r3;
    const s12 = r1 + r2;
    const d03 = r0 - r3;
    const d12 = r1 - r2;
    out[start + row] = s03 + s12;
    out[start + row + 1] = (d03 << 1) + d12;
    out[start + row + 2] = s03 - s12;
    out[start + row + 3] = d03 - (d12 << 1);
    source += sourceStride;
    prediction += predictionStride;
  }
  for (let column = start; column < start + 4; column++) {
    const r0 = out[column];
    const r1 = out[column + 4];
    const r2 = out[column + 8];
    const r3 = out[column + 12];
    const s03 = r0 + r3;
    const s12 = r1 + r2;
    const d03 = r0 - r3;
    const d12 = r1 - r2;
    out[column] = s03 + s12;
    out[column + 4] = (d03 << 1) + d12;
    out[column + 8] = s03 - s12;
    out[column + 12] = d03 - (d12 << 1);
  }
}

/**
 * Forward Hadamard transform of the 16 luma DC coefficients of an Intra_16x16 macroblock, halved with rounding.
 * @param coefficients 16 blocks of 16 by luma4x4BlkIdx; the DC of each is read
 * @param out 16 numbers from `start`, 4·row + column of the block, each within ±32640
 */
export function forwardLumaDc(coefficients: Int32Array, out: Int32Array, start: number): void {
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
