/** Rows of pixels to rows of components in float32, not rounded to integers. The plain twins of vector/real-rows.ts: each operation rounds to float32. */

const f = Math.fround;

/** The luma equation of T.871 clause 7. */
export const RED = f(0.299);
export const GREEN = f(0.587);
export const BLUE = f(0.114);
/** Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402 (T.871 clause 7). */
export const BLUENESS = f(1 / 1.772);
export const REDNESS = f(1 / 1.402);

/** See `JpegKernels.grayToReal`. */
export function grayToReal(
  bytes: Uint8Array,
  singles: Float32Array,
  from: number,
  to: number,
  count: number,
): void {
  for (let x = 0, o = to >> 2; x < count; x++) singles[o + x] = bytes[from + x]! - 128;
}

/** See `JpegKernels.colorsToReal`. */
export function colorsToReal(
  bytes: Uint8Array,
  singles: Float32Array,
  from: number,
  distance: number,
  toLuma: number,
  toCb: number,
  toCr: number,
  count: number,
): void {
  for (let x = 0; x < count; x++) {
    const red = bytes[from + x]!;
    const green = bytes[from + distance + x]!;
    const blue = bytes[from + 2 * distance + x]!;
    const y = f(f(f(RED * red) + f(GREEN * green)) + f(BLUE * blue));
    singles[(toLuma >> 2) + x] = f(y - 128);
    singles[(toCb >> 2) + x] = f(f(blue - y) * BLUENESS);
    singles[(toCr >> 2) + x] = f(f(red - y) * REDNESS);
  }
}

/** See `JpegKernels.meanRows`. */
export function meanRows(
  singles: Float32Array,
  a: number,
  b: number,
  to: number,
  count: number,
): void {
  for (let x = 0; x < count; x++) {
    singles[(to >> 2) + x] = f(f(singles[(a >> 2) + x]! + singles[(b >> 2) + x]!) * 0.5);
  }
}

/** See `JpegKernels.meanPairs`. */
export function meanPairs(
  singles: Float32Array,
  a: number,
  b: number,
  to: number,
  count: number,
): void {
  for (let x = 0; x < count; x++) {
    const upper = (a >> 2) + 2 * x;
    const lower = (b >> 2) + 2 * x;
    const left = f(singles[upper]! + singles[lower]!);
    const right = f(singles[upper + 1]! + singles[lower + 1]!);
    singles[(to >> 2) + x] = f(f(left + right) * 0.25);
  }
}
