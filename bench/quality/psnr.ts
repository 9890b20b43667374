/** Peak signal-to-noise ratio of 8-bit samples. */

/** What a picture without any error counts as, in dB: a mean must stay finite. The same bound as libx264's report. */
export const PSNR_LIMIT = 100;

/** 10·log10(255² / mean squared error), at most `PSNR_LIMIT`. */
export function psnrOf(squaredError: number, numSamples: number): number {
  if (squaredError === 0) return PSNR_LIMIT;
  return Math.min(PSNR_LIMIT, 10 * Math.log10((255 * 255 * numSamples) / squaredError));
}

/** Sum of squared differences of `count` samples of `a` from `aPos` and of `b` from `bPos` on. */
export function squaredError(
  a: Uint8Array,
  aPos: number,
  b: Uint8Array,
  bPos: number,
  count: number,
): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const difference = a[aPos + i]! - b[bPos + i]!;
    sum += difference * difference;
  }
  return sum;
}
