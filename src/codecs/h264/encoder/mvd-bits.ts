/** Bits of the difference between a vector and its prediction: a table over mvd_l0 and mvd_l1 as Exp-Golomb codes. */
import { seBits } from '../../../bits/syntax-writer.ts';

/** Largest difference of vectors that the cost table covers, in quarter samples. */
const MVD_RANGE = 1 << 15;
const MVD_BITS: Uint8Array = /* @__PURE__ */ (() => {
  const bits = new Uint8Array(2 * MVD_RANGE + 1);
  bits[MVD_RANGE] = seBits(0);
  // Differences with the same number of digits take as many bits: filled, not computed one by one, as the module is loaded.
  for (let size = 1; size <= MVD_RANGE; size *= 2) {
    bits.fill(seBits(size), MVD_RANGE + size, MVD_RANGE + 2 * size);
    bits.fill(seBits(-size), Math.max(0, MVD_RANGE - 2 * size + 1), MVD_RANGE - size + 1);
  }
  return bits;
})();

/** Bits of a vector difference, both components. */
export function mvdBits(dx: number, dy: number): number {
  return MVD_BITS[dx + MVD_RANGE] + MVD_BITS[dy + MVD_RANGE];
}
