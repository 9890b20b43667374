/**
 * Ideal costs of symbols by their statistics: binary logarithms in integers, so that decisions are
 * the same on every engine.
 */

import { COST_SHIFT } from '../kernels/search-rules.ts';

const MANTISSA_BITS = 11;

/** log2(1 + i / 2^MANTISSA_BITS) in 2^-COST_SHIFT bits, each found bit by bit by squaring in integers below 2^53. */
const MANTISSAS: Uint16Array = /* @__PURE__ */ Uint16Array.from(
  { length: (1 << MANTISSA_BITS) + 1 },
  (_, i) => logarithmOf(1 + i / (1 << MANTISSA_BITS)),
);

/** Squaring is exact enough: an error of 2^-50 grows to 2^-38 over 12 squarings, far below the last bit that is kept. */
function logarithmOf(value: number): number {
  let rest = value;
  let result = 0;
  for (let bit = COST_SHIFT + 2; bit >= 0; bit--) {
    result *= 2;
    if (rest >= 2) {
      result++;
      rest /= 2;
    }
    rest *= rest;
  }
  return (result + 2) >> 2;
}

/** log2(n) in units of cost, for n from 1 to 2^31 - 1; within 1.5 units. */
export function log2(n: number): number {
  const exponent = 31 - Math.clz32(n);
  const mantissa =
    exponent <= MANTISSA_BITS
      ? (n << (MANTISSA_BITS - exponent)) - (1 << MANTISSA_BITS)
      : (n >>> (exponent - MANTISSA_BITS)) - (1 << MANTISSA_BITS);
  return (exponent << COST_SHIFT) + MANTISSAS[mantissa]!;
}

/** Counts below this have their n·log2(n) in a table. */
const TABLE_SIZE = 4096;
const TIMES_LOG2: Int32Array = /* @__PURE__ */ Int32Array.from({ length: TABLE_SIZE }, (_, n) =>
  n === 0 ? 0 : n * log2(n),
);

/** n·log2(n) in units of cost, 0 for 0: below 2^53 for every n up to 2^31 - 1. */
export function timesLog2(n: number): number {
  return n < TABLE_SIZE ? TIMES_LOG2[n]! : n * log2(n);
}
