/**
 * Rational time. A timestamp is an integer count of ticks, each `num/den` seconds long (the time base); it is exact, so
 * that 30000/1001 frames per second stay 30000/1001. Ticks are JavaScript safe integers; products are computed with
 * BigInt where they might not be.
 */
import { ConfigError, described } from './errors.ts';
import { gcd } from './math.ts';

/** A fraction `[num, den]` of safe integers, `den` > 0. As a time base: seconds per tick. As a frame rate: frames per second. */
export type Rational = readonly [num: number, den: number];

/**
 * A frame rate as a caller writes it: `30`, `[30000, 1001]`, `29.97`, or ffmpeg's `'30000/1001'`. Decimals mean the rates of
 * television where they are near one: 29.97 is 30000/1001.
 */
export type FrameRate = number | Rational | readonly number[] | string;

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
      `got ${described(value)}, allowed are [numerator, denominator] of integers 1..2147483647`,
    );
  }
  return [value[0], value[1]];
}

/** The frame rate that a caller means (`FrameRate`); throws `ConfigError` naming `where` for what is none. */
export function requireFrameRate(where: string, value: unknown): Rational {
  const read = typeof value === 'string' ? readFrameRate(value) : value;
  if (typeof read === 'number') {
    const rate = rationalOf(read);
    if (rate !== null) return rate;
  } else if (Array.isArray(read) && read.length === 2 && read.every(isPositiveInt31)) {
    return [read[0], read[1]];
  }
  throw new ConfigError(
    where,
    `got ${described(value)}, allowed are frames per second such as 30, 29.97 or [30000, 1001]`,
  );
}

/** `30000/1001` as a pair, `29.97` as a number; null if the text is neither. */
function readFrameRate(text: string): number | readonly number[] | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:[/:](\d+))?$/.exec(text.trim());
  if (match === null) return null;
  return match[2] === undefined ? Number(match[1]) : [Number(match[1]), Number(match[2])];
}

/** Denominators that are tried for a rate that is no whole number. */
const MAX_DENOMINATOR = 1001;

/** A positive number as a fraction: a rate of television if it is within 0.005 of one; null if there is none. */
function rationalOf(value: number): Rational | null {
  if (!(value > 0 && value <= 0x7fffffff)) return null;
  if (Number.isInteger(value)) return [value, 1];
  const nominal = Math.round(value * 1.001);
  const TELEVISION_TOLERANCE = 0.005;
  const isTelevision = Math.abs((nominal * 1000) / 1001 - value) < TELEVISION_TOLERANCE;
  if (isTelevision && TELEVISION_RATES.includes(nominal)) return [nominal * 1000, 1001];
  for (let den = 2; den <= MAX_DENOMINATOR; den++) {
    const num = Math.round(value * den);
    if (num > 0 && Math.abs(num / den - value) < 1e-9 * value) return reduced([num, den]);
  }
  const MICRO = 1_000_000;
  const num = Math.round(value * MICRO);
  return num > 0 && num <= 0x7fffffff ? reduced([num, MICRO]) : null;
}

/** Rates of television in whole frames, of which 1000/1001 are shown. */
const TELEVISION_RATES: readonly number[] = [24, 30, 48, 60, 120, 240];

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
