/**
 * The quantizer: magnitudes to the power 3/4 over the step, rounded (AAC clause 4.6.1 fixes the inverse only). Measures what
 * a scale factor costs in noise and in bits.
 */

import { fastLog2 } from '../../../dsp/logarithm.ts';
import { SF_OFFSET } from '../standard/channel-stream.ts';
import { MAX_QUANTIZED } from '../standard/spectrum-coding.ts';

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

/** `scaled` rounded with `first` if that gives 0, else with `rest`: no branch, since neither is rare. */
export function roundMagnitude(scaled: number, first: number, rest: number): number {
  return ((scaled + rest) | 0) & -Number(scaled >= 1 - first);
}

/**
 * Quantizes `count` lines from `pos` with scale factor `sf`.
 * @param spectrum signed lines
 * @param power34 their magnitudes to the power 3/4; `power34 * INVERSE_STEP_34[sf]` is below 8191.5
 * @param first rounding of values that would become 0 or 1, `rest` of larger ones, 0..0.5
 * @param quantized receives signed values
 */
export function quantizeBand(
  spectrum: Float64Array,
  power34: Float64Array,
  pos: number,
  count: number,
  sf: number,
  first: number,
  rest: number,
  quantized: Int32Array,
): void {
  const inverse = INVERSE_STEP_34[sf];
  const end = pos + count;
  for (let i = pos; i < end; i++) {
    const q = roundMagnitude(power34[i] * inverse, first, rest);
    // No branch on a sign, which is a guess half of the time: 2.3 µs a thousand lines, 5.5 with one.
    const sign = -Number(spectrum[i] < 0);
    quantized[i] = (q ^ sign) - sign;
  }
}

/** Largest magnitude of `count` values from `pos`. */
export function largestMagnitude(quantized: Int32Array, pos: number, count: number): number {
  let largest = 0;
  const end = pos + count;
  for (let i = pos; i < end; i++) {
    const magnitude = Math.abs(quantized[i]);
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}

/** A step of 2^-10 of a 16-bit sample's unit: finer ones are never worth trying. */
const FINEST = 60;

/**
 * The smallest scale factor worth trying whose quantized values stay within 8191, for magnitudes to the power 3/4 up to
 * `largest34`.
 */
export function smallestScaleFactor(largest34: number): number {
  // One less than largest34 · 2^(-3/16·(sf - 100)) = 2^13 asks for, then exactly.
  const estimate = Math.floor((16 / 3) * (fastLog2(largest34) - 13)) + SF_OFFSET - 1;
  let sf = estimate < FINEST ? FINEST : estimate;
  while (sf < 255 && largest34 * INVERSE_STEP_34[sf] > MAX_QUANTIZED) sf++;
  return sf;
}
