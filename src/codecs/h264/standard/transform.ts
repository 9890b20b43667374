/**
 * The inverse transforms (clauses 8.5.10 to 8.5.12). Residuals are added to the prediction in place and clipped, which is
 * the picture construction of clause 8.5.14 for one block.
 *
 * Bounds: coefficients stay within 16 bits for streams that conform (clause 8.5.12), so 32-bit arithmetic is exact.
 */
import { BLOCK_X, BLOCK_Y, ZIGZAG } from './macroblock.ts';

/**
 * Inverse 4x4 transform of clause 8.5.12.2, added to the block at `pos`: rows first, into registers; 64 operations in all, unrolled
 * since a loop over an array of intermediates is slower.
 * @param clamped the samples; a Uint8ClampedArray, whose stores are Clip1 (integers are stored clipped to 0..255)
 * @param d 16 scaled coefficients from `start`, raster order; left unchanged
 */
export function addInverse4x4(
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  d: Int16Array,
  start: number,
): void {
  const d00 = d[start];
  const d01 = d[start + 1];
  const d02 = d[start + 2];
  const d03 = d[start + 3];
  const e00 = d00 + d02;
  const e01 = d00 - d02;
  const e02 = (d01 >> 1) - d03;
  const e03 = d01 + (d03 >> 1);
  const f00 = e00 + e03;
  const f01 = e01 + e02;
  const f02 = e01 - e02;
  const f03 = e00 - e03;
  const d10 = d[start + 4];
  const d11 = d[start + 5];
  const d12 = d[start + 6];
  const d13 = d[start + 7];
  const e10 = d10 + d12;
  const e11 = d10 - d12;
  const e12 = (d11 >> 1) - d13;
  const e13 = d11 + (d13 >> 1);
  const f10 = e10 + e13;
  const f11 = e11 + e12;
  const f12 = e11 - e12;
  const f13 = e10 - e13;
  const d20 = d[start + 8];
  const d21 = d[start + 9];
  const d22 = d[start + 10];
  const d23 = d[start + 11];
  const e20 = d20 + d22;
  const e21 = d20 - d22;
  const e22 = (d21 >> 1) - d23;
  const e23 = d21 + (d23 >> 1);
  const f20 = e20 + e23;
  const f21 = e21 + e22;
  const f22 = e21 - e22;
  const f23 = e20 - e23;
  const d30 = d[start + 12];
  const d31 = d[start + 13];
  const d32 = d[start + 14];
  const d33 = d[start + 15];
  const e30 = d30 + d32;
  const e31 = d30 - d32;
  const e32 = (d31 >> 1) - d33;
  const e33 = d31 + (d33 >> 1);
  const f30 = e30 + e33;
  const f31 = e31 + e32;
  const f32 = e31 - e32;
  const f33 = e30 - e33;
  addColumn(clamped, pos, stride, f00, f10, f20, f30);
  addColumn(clamped, pos + 1, stride, f01, f11, f21, f31);
  addColumn(clamped, pos + 2, stride, f02, f12, f22, f32);
  addColumn(clamped, pos + 3, stride, f03, f13, f23, f33);
}

/** The second, vertical half of clause 8.5.12.2 for one column, with the rounding and the sum with the prediction. */
function addColumn(
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  f0: number,
  f1: number,
  f2: number,
  f3: number,
): void {
  const g0 = f0 + f2 + 32;
  const g1 = f0 - f2 + 32;
  const g2 = (f1 >> 1) - f3;
  const g3 = f1 + (f3 >> 1);
  clamped[pos] += (g0 + g3) >> 6;
  pos += stride;
  clamped[pos] += (g1 + g2) >> 6;
  pos += stride;
  clamped[pos] += (g1 - g2) >> 6;
  pos += stride;
  clamped[pos] += (g0 - g3) >> 6;
}

/** `addInverse4x4` (clause 8.5.12.2) for a block whose only nonzero coefficient is the DC `dc`: each sample gains (dc + 32) >> 6. */
export function addInverseDc4x4(
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  dc: number,
): void {
  const r = (dc + 32) >> 6;
  for (let y = 0; y < 4; y++) {
    clamped[pos] += r;
    clamped[pos + 1] += r;
    clamped[pos + 2] += r;
    clamped[pos + 3] += r;
    pos += stride;
  }
}

/**
 * Inverse transform and scaling of Intra16x16DCLevel (clause 8.5.10).
 * @param levels 16 levels from `start`, in zig-zag order of the 4x4 matrix of blocks
 * @param levelScale LevelScale(qP % 6, 0, 0), clause 8.5.9
 * @param dc receives dcY by luma4x4BlkIdx, from `out`
 * @param scratch 16 values, the caller's
 */
export function inverseLumaDc(
  levels: Int16Array,
  start: number,
  levelScale: number,
  qP: number,
  dc: Int32Array,
  out: number,
  scratch: Int32Array,
): void {
  // c, the 4x4 matrix of clause 8.5.6, is transformed by rows and by columns with the Hadamard matrix of 8.5.10.
  const c = scratch;
  for (let i = 0; i < 16; i++) c[ZIGZAG[i]] = levels[start + i];
  for (let i = 0; i < 16; i += 4) hadamard4(c, i, 1);
  for (let i = 0; i < 4; i++) hadamard4(c, i, 4);
  // (f·LevelScale << (qP/6 - 6)) for qP >= 36, else with rounding.
  for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
    const f = c[4 * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx]] * levelScale;
    const shift = (qP / 6) | 0;
    dc[out + blkIdx] = shift >= 6 ? f << (shift - 6) : (f + (1 << (5 - shift))) >> (6 - shift);
  }
}

/** In-place multiplication of four values, `step` apart, with the matrix of equation 8-324 (rows ++++, ++--, +--+, +-+-). */
function hadamard4(c: Int32Array, at: number, step: number): void {
  const a = c[at] + c[at + step];
  const b = c[at] - c[at + step];
  const d = c[at + 2 * step] + c[at + 3 * step];
  const e = c[at + 2 * step] - c[at + 3 * step];
  c[at] = a + d;
  c[at + step] = a - d;
  c[at + 2 * step] = b - e;
  c[at + 3 * step] = b + e;
}

/**
 * Inverse transform and scaling of the chroma DC levels of 4:2:0 (clauses 8.5.11.1, 8.5.11.2).
 * @param levels 4 levels from `start`, raster order
 * @param levelScale LevelScale(QP'c % 6, 0, 0), clause 8.5.9
 * @param dc receives dcC of the four blocks, from `out`
 */
export function inverseChromaDc(
  levels: Int16Array,
  start: number,
  levelScale: number,
  qPc: number,
  dc: Int32Array,
  out: number,
): void {
  const c0 = levels[start];
  const c1 = levels[start + 1];
  const c2 = levels[start + 2];
  const c3 = levels[start + 3];
  const scale = levelScale << ((qPc / 6) | 0);
  // ((f·LevelScale) << (qP/6)) >> 5.
  dc[out] = ((c0 + c1 + c2 + c3) * scale) >> 5;
  dc[out + 1] = ((c0 - c1 + c2 - c3) * scale) >> 5;
  dc[out + 2] = ((c0 + c1 - c2 - c3) * scale) >> 5;
  dc[out + 3] = ((c0 - c1 - c2 + c3) * scale) >> 5;
}
