/**
 * Full search of 8x8 blocks in full samples, by exact SAD. Not normative; a kernel of the lookahead (low-resolution.ts). A key
 * orders vectors by cost, and vectors of equal cost by raster order. The vector of the least key is the result, so the order in
 * which vectors are compared, or the device that compares them, does not matter.
 */

/** Bits of a key for the place of a vector: a range of 32 has 65 by 65. */
export const PLACE_BITS = 13;

const SIZE = 8;

/** See `Kernels.fullSearch8`. Blocks are given up row by row once they cost more than the best. */
export function fullSearch8(
  bytes: Uint8Array,
  source: number,
  reference: number,
  stride: number,
  range: number,
): number {
  const side = 2 * range + 1;
  let best = 0x7fffffff;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const from = reference + (row - range) * stride + column - range;
      const limit = best >> PLACE_BITS;
      let cost = Math.abs(row - range) + Math.abs(column - range);
      for (let y = 0; y < SIZE && cost <= limit; y++) {
        const a = source + y * stride;
        const b = from + y * stride;
        for (let x = 0; x < SIZE; x++) cost += Math.abs(bytes[a + x] - bytes[b + x]);
      }
      const key = (cost << PLACE_BITS) + row * side + column;
      if (key < best) best = key;
    }
  }
  return best;
}
