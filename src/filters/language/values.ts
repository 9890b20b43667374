/** Values as the filter language writes them: durations, sizes, rates, ratios, colors. Each gives undefined for what is none. */
import { type Rational, reduced } from '../../base/rational.ts';
import { COLOR_NAMES } from './color-name-tables.ts';
import { compileExpression } from './expression.ts';
import { RATE_NAMES, SIZE_NAMES } from './size-tables.ts';

/** A color with its opacity, each 0..255. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

const NO_VARIABLES = new Float64Array(0);

/** A number, written as an expression without variables. */
export function parseNumber(
  text: string,
  constants: Readonly<Record<string, number>> = {},
): number | undefined {
  if (text.trim() === '') return undefined;
  try {
    return compileExpression(text, { variables: [], constants }).evaluate(NO_VARIABLES);
  } catch {
    return undefined;
  }
}

/** Microseconds from `[-][HH:]MM:SS[.m]` or `[-]S[.m][s|ms|us]`. */
export function parseDuration(text: string): number | undefined {
  const clock = /^(-?)(?:(\d+):)?(\d{1,2}):(\d{1,2})(\.\d*)?$/.exec(text);
  const plain = /^(-?)(\d*)(\.\d*)?(s|ms|us)?$/.exec(text);
  let micros: number;
  if (clock !== null) {
    const [, , hours = '0', minutes, seconds, fraction = ''] = clock;
    micros = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6;
    micros += Math.trunc(Number(`0${fraction}`) * 1e6 + 1e-6);
  } else if (plain !== null && /\d/.test(text)) {
    const unit = plain[4] === 'ms' ? 1e3 : plain[4] === 'us' ? 1 : 1e6;
    micros = Math.trunc(Number(`${plain[2] || '0'}${plain[3] ?? ''}`) * unit + 1e-6);
  } else {
    return undefined;
  }
  const negative = (clock ?? plain)![1] === '-';
  return negative ? -micros : micros;
}

/** Width and height from `WxH` or a name. */
export function parseSize(text: string): readonly [width: number, height: number] | undefined {
  if (Object.hasOwn(SIZE_NAMES, text)) return SIZE_NAMES[text];
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) return undefined;
  const size = [Number(match[1]), Number(match[2])] as const;
  return size[0] > 0 && size[1] > 0 ? size : undefined;
}

/** A fraction from `N/D`, `N:D` or an expression, its terms at most `max`. [1, 0] is allowed. */
export function parseRatio(text: string, max: number): Rational | undefined {
  const match = /^\s*([-+]?\d+)\s*[:/]\s*(\d+)\s*$/.exec(text);
  if (match !== null) {
    const [num, den] = [Number(match[1]), Number(match[2])];
    if (num === 0 && den === 0) return undefined;
    return den === 0 ? [1, 0] : approximate(num, den, max);
  }
  const value = parseNumber(text);
  return value === undefined || !Number.isFinite(value) ? undefined : rationalOf(value, max);
}

/** Frames per second: a name, a fraction or a number. */
export function parseRate(text: string): Rational | undefined {
  if (Object.hasOwn(RATE_NAMES, text)) return RATE_NAMES[text];
  const ratio = parseRatio(text, 1001000);
  return ratio === undefined || ratio[0] <= 0 || ratio[1] <= 0 ? undefined : ratio;
}

/** The fraction nearest to `value` with terms of at most `max`. */
export function rationalOf(value: number, max: number): Rational {
  if (!Number.isFinite(value)) return [0, 0];
  const scale = 2 ** Math.max(0, 52 - Math.max(0, Math.ceil(Math.log2(Math.abs(value) + 1e-300))));
  const den = Math.min(scale, 2 ** 52);
  return approximate(Math.round(value * den), den, max);
}

/**
 * The best approximation of num/den with terms of at most `max`: the convergents of its continued fraction, and the last
 * intermediate one where it is nearer (Hardy and Wright, "An Introduction to the Theory of Numbers", chapter X).
 */
export function approximate(num: number, den: number, max: number): Rational {
  const sign = num < 0 !== den < 0 ? -1n : 1n;
  let a = BigInt(Math.abs(num));
  let b = BigInt(Math.abs(den));
  const limit = BigInt(max);
  const [whole, part] = [a, b];
  let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    const p2 = quotient * p1 + p0;
    const q2 = quotient * q1 + q0;
    if (p2 > limit || q2 > limit) {
      let fits = p1 === 0n ? quotient : (limit - p0) / p1;
      if (q1 !== 0n && (limit - q0) / q1 < fits) fits = (limit - q0) / q1;
      const [ps, qs] = [fits * p1 + p0, fits * q1 + q0];
      if (isNearer(ps, qs, p1, q1, whole, part)) [p1, q1] = [ps, qs];
      break;
    }
    [p0, q0, p1, q1] = [p1, q1, p2, q2];
    [a, b] = [b, a - quotient * b];
  }
  return [Number(sign * p1), Number(q1)];
}

/** Whether p/q lies nearer to num/den than r/s does. */
function isNearer(p: bigint, q: bigint, r: bigint, s: bigint, num: bigint, den: bigint): boolean {
  if (q === 0n) return false;
  if (s === 0n) return true;
  const magnitude = (x: bigint) => (x < 0n ? -x : x);
  return magnitude(p * den - num * q) * s < magnitude(r * den - num * s) * q;
}

/** A color: a name of CSS, `#RRGGBB`, `0xRRGGBB`, with `AA` behind or `@opacity` (0..1 or 0xNN). */
export function parseColor(text: string): Color | undefined {
  const [name = '', opacity] = text.split('@', 2);
  const hex = /^(?:#|0x)?([0-9a-f]{6})([0-9a-f]{2})?$/i.exec(name);
  let rgb: number;
  let a = 255;
  if (Object.hasOwn(COLOR_NAMES, name.toLowerCase())) rgb = COLOR_NAMES[name.toLowerCase()]!;
  else if (hex !== null) {
    rgb = Number.parseInt(hex[1]!, 16);
    if (hex[2] !== undefined) a = Number.parseInt(hex[2], 16);
  } else return undefined;
  if (opacity !== undefined) {
    const value = Number(opacity);
    if (/^0x/i.test(opacity)) a = value;
    else if (opacity !== '' && value >= 0 && value <= 1) a = Math.trunc(255 * value);
    else return undefined;
    if (!(a >= 0 && a <= 255)) return undefined;
  }
  return { r: rgb >> 16, g: (rgb >> 8) & 255, b: rgb & 255, a };
}

/** `rational` in lowest terms, whatever its signs; [0, 1] for 0/n. */
export function lowestTerms(rational: Rational): Rational {
  return rational[1] < 0 ? reduced([-rational[0], -rational[1]]) : reduced(rational);
}
