/** The sum of absolute differences after an 8x8 Hadamard transform (SA8D): an estimate of the cost of a block with the 8x8 transform. */

/** Hadamard transform of eight values, `step` apart, in place; not in the order of frequency, which a sum does not see. */
function hadamard8(d: Int32Array, at: number, step: number): void {
  for (let half = 4; half > 0; half >>= 1) {
    for (let i = 0; i < 8; i++) {
      if ((i & half) !== 0) continue;
      const a = d[at + step * i];
      const b = d[at + step * (i + half)];
      d[at + step * i] = a + b;
      d[at + step * (i + half)] = a - b;
    }
  }
}

/**
 * SA8D of two 8x8 blocks, a quarter of the sum, so that it compares with SATD (half of the sum over 4x4 blocks).
 * @param scratch 64 places
 */
export function sa8d(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  scratch: Int32Array,
): number {
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      scratch[8 * y + x] = bytes[a + y * strideA + x] - bytes[b + y * strideB + x];
    }
  }
  for (let i = 0; i < 8; i++) hadamard8(scratch, i, 8);
  for (let i = 0; i < 8; i++) hadamard8(scratch, 8 * i, 1);
  let sum = 0;
  for (let i = 0; i < 64; i++) sum += Math.abs(scratch[i]);
  return sum >> 2;
}
