/** How much detail a block has: the sum of its coefficients after Hadamard transforms of 4x4, without their DC. */

/**
 * The energy of an 8x8 block of samples, half the sum as in SATD. A flat block has none; a block that lost its grain or its fine lines has
 * less than its source.
 * @param scratch 16 places
 * @returns 0..32640
 */
export function acEnergy(
  bytes: Uint8Array,
  at: number,
  stride: number,
  scratch: Int32Array,
): number {
  let sum = 0;
  let samples = 0;
  for (let block = 0; block < 4; block++) {
    const first = at + 4 * (block >> 1) * stride + 4 * (block & 1);
    for (let y = 0; y < 4; y++) {
      const row = first + y * stride;
      const a = bytes[row] + bytes[row + 1];
      const b = bytes[row] - bytes[row + 1];
      const c = bytes[row + 2] + bytes[row + 3];
      const d = bytes[row + 2] - bytes[row + 3];
      scratch[4 * y] = a + c;
      scratch[4 * y + 1] = b + d;
      scratch[4 * y + 2] = a - c;
      scratch[4 * y + 3] = b - d;
      samples += a + c;
    }
    for (let x = 0; x < 4; x++) {
      const a = scratch[x] + scratch[4 + x];
      const b = scratch[x] - scratch[4 + x];
      const c = scratch[8 + x] + scratch[12 + x];
      const d = scratch[8 + x] - scratch[12 + x];
      sum += Math.abs(a + c) + Math.abs(b + d) + Math.abs(a - c) + Math.abs(b - d);
    }
  }
  return (sum >> 1) - (samples >> 1);
}
