/**
 * Exponential and logarithm to base 2 from the four operations alone. `Math.pow`, `Math.exp` and `Math.log` may differ in
 * the last bit between engines; where such a bit could reach a stream, these are used, whose every step IEEE 754 fixes.
 */

const LN2 = Math.LN2;

/** 2^x for -1022 <= x <= 1023, relative error below 1e-15. Integers give exact powers. */
export function exp2(x: number): number {
  const whole = Math.round(x);
  // e^y by its series for |y| <= ln(2) / 2: the 15th term is below 1e-19.
  const y = (x - whole) * LN2;
  let sum = 1;
  for (let n = 15; n >= 1; n--) sum = 1 + (y / n) * sum;
  return scaleByPowerOfTwo(sum, whole);
}

/** 1/n for n = 23, 21 and so on to 1. */
const LOG_TERMS: Float64Array = /* @__PURE__ */ Float64Array.from(
  { length: 12 },
  (_, i) => 1 / (23 - 2 * i),
);

/** log2(x) for 0 < x < Infinity, absolute error below 1e-14 for 1e-9 < x < 1e9. Powers of two give exact integers. */
export function log2(x: number): number {
  let whole = 0;
  while (x >= 65536) {
    x /= 65536;
    whole += 16;
  }
  while (x < 1 / 65536) {
    x *= 65536;
    whole -= 16;
  }
  while (x >= 1.5) {
    x /= 2;
    whole++;
  }
  while (x < 0.75) {
    x *= 2;
    whole--;
  }
  // ln(x) = 2·artanh(s) with |s| <= 0.2: s^25 / 25 is below 1e-18.
  const s = (x - 1) / (x + 1);
  const square = s * s;
  let sum = 0;
  for (let i = 0; i < LOG_TERMS.length; i++) sum = LOG_TERMS[i]! + square * sum;
  return whole + (2 * s * sum) / LN2;
}

function scaleByPowerOfTwo(value: number, power: number): number {
  while (power >= 30) {
    value *= 1073741824;
    power -= 30;
  }
  while (power <= -30) {
    value /= 1073741824;
    power += 30;
  }
  return power >= 0 ? value * (1 << power) : value / (1 << -power);
}
