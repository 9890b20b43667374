/** Tables of inverse quantization and of scale factors, AAC clauses 4.6.1.3 and 4.6.2.3.3. */
import { SF_OFFSET } from './channel-stream.ts';
import { MAX_QUANTIZED } from './spectrum-coding.ts';

/** 2^(1/16) and its powers by square roots, which IEEE 754 rounds exactly: the same on every engine. */
const SIXTEENTH_ROOTS: Float64Array = /* @__PURE__ */ (() => {
  const half = Math.sqrt(2);
  const quarter = Math.sqrt(half);
  const eighth = Math.sqrt(quarter);
  const sixteenth = Math.sqrt(eighth);
  return Float64Array.from(
    { length: 16 },
    (_, i) =>
      (i & 8 ? half : 1) * (i & 4 ? quarter : 1) * (i & 2 ? eighth : 1) * (i & 1 ? sixteenth : 1),
  );
})();

/** 2^(n/16) for any integer n whose result is a normal double. */
function powerOfSixteenthRoot(n: number): number {
  let value = SIXTEENTH_ROOTS[n & 15];
  for (let i = n >> 4; i > 0; i--) value *= 2;
  for (let i = n >> 4; i < 0; i++) value *= 0.5;
  return value;
}

/** scale factor => 2^((sf - 100)/4), the gain of clause 4.6.2.3.3. */
export const STEP: Float64Array = Float64Array.from({ length: 256 }, (_, sf) =>
  powerOfSixteenthRoot(4 * (sf - SF_OFFSET)),
);
/** scale factor => 2^(-3/16·(sf - 100)): the step for magnitudes to the power 3/4. */
export const INVERSE_STEP_34: Float64Array = Float64Array.from({ length: 256 }, (_, sf) =>
  powerOfSixteenthRoot(-3 * (sf - SF_OFFSET)),
);
/** q => q^(4/3), clause 4.6.1.3, rounded to float32. */
export const POWER_43: Float64Array = Float64Array.from({ length: MAX_QUANTIZED + 1 }, (_, q) =>
  Math.fround(q ** (4 / 3)),
);
