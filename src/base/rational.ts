/**
 * Rational time. A timestamp is an integer count of ticks, each `num/den` seconds long (the time base); it is exact, so
 * that 30000/1001 frames per second stay 30000/1001. Ticks are JavaScript safe integers; products are computed with
 * BigInt where they might not be.
 */
import { ConfigError } from './errors.ts';
import { gcd } from './math.ts';

/** A fraction `[num, den]` of safe integers, `den` > 0. As a time base: seconds per tick. As a frame rate: frames per second. */
export type Rational = readonly [num: number, den: number];

/** `rational` in lowest terms. */
export function reduced(rational: Rational): Rational {
  const divisor = gcd(Math.abs(rational[0]), rational[1]) || 1;
  return [rational[0] / divisor, rational[1] / divisor];
}

/** `[den, num]` in lowest terms: a frame rate as a time base, or back. `num` must not be 0. */
export function inverse(rational: Rational): Rational {
  return rational[0] > 0
    ? reduced([rational[1], rational[0]])
    : reduced([-rational[1], -rational[0]]);
}

/** Whether the two fractions are the same number. */
export function equalRationals(a: Rational, b: Rational): boolean {
  return BigInt(a[0]) * BigInt(b[1]) === BigInt(b[0]) * BigInt(a[1]);
}

/** Checks `[num, den]`, both positive integers of at most 2^31 - 1; throws `ConfigError` naming `where`. */
export function requirePositiveRational(where: string, value: unknown): Rational {
  if (!Array.isArray(value) || value.length !== 2 || !value.every(isPositiveInt31)) {
    throw new ConfigError(
      where,
      `got ${String(value)}, allowed are [numerator, denominator] of integers 1..2147483647`,
    );
  }
  return [value[0], value[1]];
}

function isPositiveInt31(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0x7fffffff;
}

/**
 * `ticks` of time base `from` in ticks of time base `to`, rounded to the nearest, halves away from zero.
 * Exact for every safe integer; the result must be one too.
 */
export function rescale(ticks: number, from: Rational, to: Rational): number {
  if (from[0] === to[0] && from[1] === to[1]) return ticks;
  return scaleByFraction(ticks, from[0] * to[1], from[1] * to[0]);
}

/** round(ticks · num / den), halves away from zero; `den` > 0. */
export function scaleByFraction(ticks: number, num: number, den: number): number {
  const product = ticks * num;
  if (Number.isSafeInteger(num) && Number.isSafeInteger(den) && Number.isSafeInteger(product * 2)) {
    const magnitude = Math.abs(product);
    const quotient = Math.floor(magnitude / den);
    const rounded = (magnitude - quotient * den) * 2 >= den ? quotient + 1 : quotient;
    return product < 0 ? -rounded : rounded;
  }
  const bigProduct = BigInt(ticks) * BigInt(num);
  const bigDen = BigInt(den);
  const magnitude = bigProduct < 0n ? -bigProduct : bigProduct;
  const rounded = Number((magnitude * 2n + bigDen) / (bigDen * 2n));
  return bigProduct < 0n ? -rounded : rounded;
}

/** `ticks` as seconds, for people to read. */
export function toSeconds(ticks: number, timeBase: Rational): number {
  return (ticks * timeBase[0]) / timeBase[1];
}

/** Which of two times is the earlier, exactly: negative if `a` ticks of `aBase` come before `b` ticks of `bBase`, 0 if equal. */
export function compareTimes(a: number, aBase: Rational, b: number, bBase: Rational): number {
  const left = a * aBase[0] * bBase[1];
  const right = b * bBase[0] * aBase[1];
  if (Math.abs(left) < Number.MAX_SAFE_INTEGER && Math.abs(right) < Number.MAX_SAFE_INTEGER) {
    return left - right;
  }
  const bigLeft = BigInt(a) * BigInt(aBase[0]) * BigInt(bBase[1]);
  const bigRight = BigInt(b) * BigInt(bBase[0]) * BigInt(aBase[1]);
  return bigLeft < bigRight ? -1 : bigLeft > bigRight ? 1 : 0;
}
