/** Weighted sample prediction from two pictures, clause 8.4.2.3. */

/**
 * A prediction from two pictures with weights and offsets, equation 8-276 (clause 8.4.2.3.2). `to` may be one of the blocks.
 * @param offset ( o0 + o1 + 1 ) >> 1
 */
export function weightBlocks(
  clamped: Uint8ClampedArray,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  to: number,
  toStride: number,
  width: number,
  height: number,
  logWD: number,
  weightA: number,
  weightB: number,
  offset: number,
): void {
  const round = 1 << logWD;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sum = clamped[a + y * strideA + x] * weightA + clamped[b + y * strideB + x] * weightB;
      clamped[to + y * toStride + x] = ((sum + round) >> (logWD + 1)) + offset;
    }
  }
}
