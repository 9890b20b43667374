/** Bits of the difference between a vector and its prediction: a table over mvd_l0 and mvd_l1 as Exp-Golomb codes. */
import { seBits } from '../../../bits/syntax-writer.ts';

/** Largest difference of vectors that the cost table covers, in quarter samples. */
const MVD_RANGE = 1 << 15;
const MVD_BITS: Uint8Array = /* @__PURE__ */ (() => {
  const bits = new Uint8Array(2 * MVD_RANGE + 1);
  for (let i = -MVD_RANGE; i <= MVD_RANGE; i++) bits[i + MVD_RANGE] = seBits(i);
  return bits;
})();

/** Bits of a vector difference, both components. */
export function mvdBits(dx: number, dy: number): number {
  return MVD_BITS[dx + MVD_RANGE] + MVD_BITS[dy + MVD_RANGE];
}
