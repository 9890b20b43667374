/** How busy a macroblock is: the variance of its luma. */

/**
 * 65536 times the variance of 16x16 samples: 256 times the sum of their squares less the square of their sum, 0..1,065,369,600.
 * @param at position of the first sample
 */
export function variance16(bytes: Uint8Array, at: number, stride: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const sample = bytes[at + x];
      sum += sample;
      squares += sample * sample;
    }
    at += stride;
  }
  return 256 * squares - sum * sum;
}
