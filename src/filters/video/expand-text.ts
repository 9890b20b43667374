/** `%{…}` in the text of `drawtext`: numbers and times of the picture, values of expressions. */

import type { OptionValues } from '../definition/options.ts';
import type { ExpressionScope } from '../language/expression.ts';
import { CLOCK_FORMAT, clockOf, clockText } from './clock-text.ts';

/** The values that expansions may use. */
export interface Expansion {
  readonly n: number;
  /** Time of the picture in seconds. */
  readonly t: number;
  readonly options: OptionValues;
  readonly scope: ExpressionScope;
  /** Values of the scope's variables. */
  readonly v: Float64Array;
}

/** How text is read: as it is, with `%{…}` replaced, or as a format of strftime. */
export const EXPANSIONS = { none: 0, normal: 1, strftime: 2 } as const;

/** The text of one picture. */
export function shownText(text: string, context: Expansion): string {
  const { options, t } = context;
  const expansion = options.number('expansion');
  if (expansion === EXPANSIONS.strftime) return clockText(clockOf(options, t), text);
  return expansion === EXPANSIONS.normal ? expandText(text, context) : text;
}

/** The text with every `%{…}` replaced; `\` takes the next character as it is. */
export function expandText(text: string, context: Expansion): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\' && i + 1 < text.length) result += text[++i];
    else if (char === '%' && text[i + 1] === '{') {
      const end = closing(text, i + 2);
      if (end < 0) {
        throw context.options.error(
          'text',
          '"%{" is not closed',
          i,
          'write \\\\% for a percent sign',
        );
      }
      result += expansionOf(splitArguments(text.slice(i + 2, end)), context, i);
      i = end;
    } else if (char === '%') {
      throw context.options.error(
        'text',
        '"%" stands alone',
        i,
        'write \\\\% for a percent sign, or expansion=none',
      );
    } else result += char;
  }
  return result;
}

function closing(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '}') return i;
  }
  return -1;
}

function splitArguments(text: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length) parts[parts.length - 1] += text[++i];
    else if (text[i] === ':') parts.push('');
    else parts[parts.length - 1] += text[i];
  }
  return parts;
}

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');

function expansionOf(parts: readonly string[], context: Expansion, at: number): string {
  const { n, t, options } = context;
  const evaluate = (text: string): number =>
    options.compile('text', text, at, context.scope).evaluate(context.v);
  switch (parts[0]) {
    case 'n':
    case 'frame_num':
      return String(n);
    case 'pts':
      return timeText(Number.isNaN(t) ? 0 : t + (Number(parts[2]) || 0), parts);
    case 'pict_type':
      return 'I';
    case 'e':
    case 'expr':
      return evaluate(parts[1] ?? '').toFixed(6);
    case 'eif':
    case 'expr_int_format':
      return integerText(
        Math.trunc(evaluate(parts[1] ?? '')),
        parts[2] ?? 'd',
        digitsOf(parts[3], options, at),
      );
    case 'metadata':
      return parts[2] ?? '';
    case 'gmtime':
    case 'localtime':
      return clockText(clockOf(options, t), parts.slice(1).join(':') || CLOCK_FORMAT);
    default:
      throw options.error(
        'text',
        `%{${parts[0]}} is not known, there are n, pts, expr, eif, metadata, gmtime, localtime, pict_type`,
        at,
      );
  }
}

const MAX_DIGITS = 64;

function digitsOf(given: string | undefined, options: OptionValues, at: number): number {
  const digits = Number(given ?? 0);
  if (digits >= 0 && digits <= MAX_DIGITS) return digits;
  throw options.error('text', `%{eif} with ${given} digits, allowed are 0..${MAX_DIGITS}`, at);
}

/** A time with what is asked for: `pts:FORMAT:OFFSET:MORE`. */
function timeText(seconds: number, [, format, , more]: readonly string[]): string {
  if (format === 'gmtime' || format === 'localtime') {
    return clockText(seconds, more ?? CLOCK_FORMAT);
  }
  if (format !== 'hms') return seconds.toFixed(6);
  const size = more === '24HH' ? Math.abs(seconds) % 86400 : Math.abs(seconds);
  const thousandths = String(Math.floor((size % 1) * 1000 + 1e-6)).padStart(3, '0');
  return `${seconds < 0 ? '-' : ''}${two(size / 3600)}:${two((size / 60) % 60)}:${two(size % 60)}.${thousandths}`;
}

function integerText(value: number, format: string, width: number): string {
  const text =
    format === 'x'
      ? value.toString(16)
      : format === 'X'
        ? value.toString(16).toUpperCase()
        : format === 'o'
          ? value.toString(8)
          : String(value);
  return text.padStart(width, '0');
}
