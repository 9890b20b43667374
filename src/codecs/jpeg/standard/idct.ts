/**
 * The inverse DCT (T.81 clause A.3.3) in integers: eight one-dimensional transforms of the columns, then eight of the rows. Each
 * splits into its even and its odd frequencies, so that two samples share all products. The constants are sqrt(2) cos(k pi / 16)
 * with 13 bits of fraction; between the passes 2 bits of fraction are kept. The error against the exact transform is below
 * that of IEEE 1180's limits (test/codecs/jpeg/standard/idct.test.ts).
 */

/** sqrt(2) cos(k pi / 16) * 2^13, k = 1..7; k = 4 is 1. */
export const COS1 = 11363;
export const COS2 = 10703;
export const COS3 = 9633;
export const COS4 = 8192;
export const COS5 = 6437;
export const COS6 = 4433;
export const COS7 = 2260;

/** Shift after the columns: 13 bits of the constants less 2 that are kept. */
export const COLUMN_SHIFT = 11;
/** Shift after the rows: 13 bits of the constants, the 2 kept, and 3 for the factor 1/8 of the definition. */
export const ROW_SHIFT = 18;

/** Half a unit of the column pass, and the level shift of clause A.3.1 with half a unit of the row pass. */
export const COLUMN_BIAS = 1 << (COLUMN_SHIFT - 1);
export const ROW_BIAS = (128 << ROW_SHIFT) + (1 << (ROW_SHIFT - 1));

/**
 * Dequantizes a block (T.81 clause A.3.4), transforms it back (A.3.3) and shifts its level (A.3.1).
 * @param coefficients blocks of 64 in raster order; the one at `at` is read. Any values: sums wrap as 16 and 32 bits do.
 * @param quant quantization steps, 64 in raster order from `quantAt` on
 * @param work 64 elements of scratch
 * @param samples gets 8 rows of 8 samples from `to` on, `stride` apart
 */
export function inverseDct(
  coefficients: Int16Array,
  at: number,
  quant: Int16Array,
  quantAt: number,
  work: Int16Array,
  samples: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  transformColumns(coefficients, at, quant, quantAt, work);
  transformRows(work, samples, to, stride);
}

/** The columns of a block, dequantized, to `work`, with 2 bits of fraction. */
function transformColumns(
  c: Int16Array,
  at: number,
  quant: Int16Array,
  quantAt: number,
  work: Int16Array,
): void {
  for (let x = 0; x < 8; x++) {
    const p = at + x;
    const q = quantAt + x;
    const x0 = ((c[p]! * quant[q]!) << 16) >> 16;
    if (
      (c[p + 8]! | c[p + 16]! | c[p + 24]! | c[p + 32]! | c[p + 40]! | c[p + 48]! | c[p + 56]!) ===
      0
    ) {
      const flat = (x0 * COS4 + COLUMN_BIAS) >> COLUMN_SHIFT;
      work[x] = flat;
      work[x + 8] = flat;
      work[x + 16] = flat;
      work[x + 24] = flat;
      work[x + 32] = flat;
      work[x + 40] = flat;
      work[x + 48] = flat;
      work[x + 56] = flat;
      continue;
    }
    const x1 = ((c[p + 8]! * quant[q + 8]!) << 16) >> 16;
    const x2 = ((c[p + 16]! * quant[q + 16]!) << 16) >> 16;
    const x3 = ((c[p + 24]! * quant[q + 24]!) << 16) >> 16;
    const x4 = ((c[p + 32]! * quant[q + 32]!) << 16) >> 16;
    const x5 = ((c[p + 40]! * quant[q + 40]!) << 16) >> 16;
    const x6 = ((c[p + 48]! * quant[q + 48]!) << 16) >> 16;
    const x7 = ((c[p + 56]! * quant[q + 56]!) << 16) >> 16;
    const sum04 = (x0 * COS4 + x4 * COS4 + COLUMN_BIAS) | 0;
    const difference04 = (x0 * COS4 - x4 * COS4 + COLUMN_BIAS) | 0;
    const high26 = (x2 * COS2 + x6 * COS6) | 0;
    const low26 = (x2 * COS6 - x6 * COS2) | 0;
    const even0 = (sum04 + high26) | 0;
    const even1 = (difference04 + low26) | 0;
    const even2 = (difference04 - low26) | 0;
    const even3 = (sum04 - high26) | 0;
    const odd0 = (x1 * COS1 + x3 * COS3 + (x5 * COS5 + x7 * COS7)) | 0;
    const odd1 = (x1 * COS3 - x3 * COS7 + (-x5 * COS1 - x7 * COS5)) | 0;
    const odd2 = (x1 * COS5 - x3 * COS1 + (x5 * COS7 + x7 * COS3)) | 0;
    const odd3 = (x1 * COS7 - x3 * COS5 + (x5 * COS3 - x7 * COS1)) | 0;
    work[x] = (even0 + odd0) >> COLUMN_SHIFT;
    work[x + 8] = (even1 + odd1) >> COLUMN_SHIFT;
    work[x + 16] = (even2 + odd2) >> COLUMN_SHIFT;
    work[x + 24] = (even3 + odd3) >> COLUMN_SHIFT;
    work[x + 32] = (even3 - odd3) >> COLUMN_SHIFT;
    work[x + 40] = (even2 - odd2) >> COLUMN_SHIFT;
    work[x + 48] = (even1 - odd1) >> COLUMN_SHIFT;
    work[x + 56] = (even0 - odd0) >> COLUMN_SHIFT;
  }
}

/** The rows of `work`, to samples. */
function transformRows(
  work: Int16Array,
  samples: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  for (let y = 0; y < 64; y += 8, to += stride) {
    const x0 = work[y]!;
    const x1 = work[y + 1]!;
    const x2 = work[y + 2]!;
    const x3 = work[y + 3]!;
    const x4 = work[y + 4]!;
    const x5 = work[y + 5]!;
    const x6 = work[y + 6]!;
    const x7 = work[y + 7]!;
    if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) {
      const flat = (x0 * COS4 + ROW_BIAS) >> ROW_SHIFT;
      samples[to] = flat;
      samples[to + 1] = flat;
      samples[to + 2] = flat;
      samples[to + 3] = flat;
      samples[to + 4] = flat;
      samples[to + 5] = flat;
      samples[to + 6] = flat;
      samples[to + 7] = flat;
      continue;
    }
    const sum04 = (x0 * COS4 + x4 * COS4 + ROW_BIAS) | 0;
    const difference04 = (x0 * COS4 - x4 * COS4 + ROW_BIAS) | 0;
    const high26 = (x2 * COS2 + x6 * COS6) | 0;
    const low26 = (x2 * COS6 - x6 * COS2) | 0;
    const even0 = (sum04 + high26) | 0;
    const even1 = (difference04 + low26) | 0;
    const even2 = (difference04 - low26) | 0;
    const even3 = (sum04 - high26) | 0;
    const odd0 = (x1 * COS1 + x3 * COS3 + (x5 * COS5 + x7 * COS7)) | 0;
    const odd1 = (x1 * COS3 - x3 * COS7 + (-x5 * COS1 - x7 * COS5)) | 0;
    const odd2 = (x1 * COS5 - x3 * COS1 + (x5 * COS7 + x7 * COS3)) | 0;
    const odd3 = (x1 * COS7 - x3 * COS5 + (x5 * COS3 - x7 * COS1)) | 0;
    samples[to] = (even0 + odd0) >> ROW_SHIFT;
    samples[to + 1] = (even1 + odd1) >> ROW_SHIFT;
    samples[to + 2] = (even2 + odd2) >> ROW_SHIFT;
    samples[to + 3] = (even3 + odd3) >> ROW_SHIFT;
    samples[to + 4] = (even3 - odd3) >> ROW_SHIFT;
    samples[to + 5] = (even2 - odd2) >> ROW_SHIFT;
    samples[to + 6] = (even1 - odd1) >> ROW_SHIFT;
    samples[to + 7] = (even0 - odd0) >> ROW_SHIFT;
  }
}
