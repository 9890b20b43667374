/**
 * The exchange rate between distortion and bits. Source: Sullivan and Wiegand, "Rate-distortion optimization for video
 * compression" (IEEE Signal Processing Magazine, 1998), with the reference model's constant: for sums of squares
 * lambda = 0.85·2^((QP - 12) / 3); for absolute sums its square root.
 */

function table(lambda: (qp: number) => number): Float64Array {
  // Rounded to 1/64 so that the last bit of Math.pow, which engines may compute differently, never matters.
  return Float64Array.from({ length: 52 }, (_, qp) => Math.round(64 * lambda(qp)) / 64);
}

/** Lambda for sums of squares (SSD), by QP. */
export const LAMBDA_SSD: Float64Array = /* @__PURE__ */ table((qp) => 0.85 * 2 ** ((qp - 12) / 3));

/** Lambda for sums of absolute differences, transformed (halved, distortion.ts) or not, by QP; an integer, at least 1. */
export const LAMBDA_SAD: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 52 }, (_, qp) =>
  Math.max(1, Math.round(Math.sqrt(0.85) * 2 ** ((qp - 12) / 6))),
);
