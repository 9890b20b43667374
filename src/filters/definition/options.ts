/** Options of filters: a table says what each is, and one reader checks the text of a graph against it. */
import type { Rational } from '../../base/rational.ts';
import { ALL_PIX_FMTS, type PixFmt, requirePixFmt } from '../../frames/pixel-format.ts';
import { SAMPLE_FMTS, type SampleFmt } from '../../frames/sample-format.ts';
import {
  compileExpression,
  type Expression,
  ExpressionError,
  type ExpressionScope,
} from '../language/expression.ts';
import { FilterGraphError, nearestName } from '../language/graph-error.ts';
import type { OptionText } from '../language/graph-text.ts';
import {
  type Color,
  parseColor,
  parseDuration,
  parseNumber,
  parseRate,
  parseRatio,
  parseSize,
} from '../language/values.ts';
import { type ChannelLayout, parseChannelLayout } from './channel-layout.ts';

/** The kinds of values of an option. */
export type OptionKind =
  /** A whole number; may be written as an expression without variables. */
  | 'integer'
  /** A number; may be written as an expression without variables. */
  | 'number'
  /** true, false, 1, 0, yes, no, on, off; `auto` where `choices` has it. */
  | 'boolean'
  | 'string'
  /** An expression over variables of the filter, compiled by `OptionValues.expression`. */
  | 'expression'
  /** One of the names of `choices`, or its number. */
  | 'choice'
  /** Names of `choices` with `+` or `|` between; the value is the sum of their numbers. */
  | 'flags'
  /** `WxH` or a name. */
  | 'size'
  /** Frames per second. */
  | 'rate'
  /** A fraction. */
  | 'ratio'
  | 'color'
  /** A time; the value is in microseconds. */
  | 'duration'
  | 'pixFmt'
  | 'sampleFmt'
  | 'layout';

/** One option of a filter. */
export interface OptionDefinition {
  readonly name: string;
  /** Other names for the same. */
  readonly aliases?: readonly string[];
  readonly kind: OptionKind;
  /** The default as text, in the filter language; undefined if the option has no value unless one is given. */
  readonly default?: string;
  /** Bounds of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** Names of values; they are allowed for numbers, too. */
  readonly choices?: Readonly<Record<string, number>>;
  /** Its effect, in a few words. */
  readonly description: string;
  /** Whether the option cannot be given by its place. */
  readonly namedOnly?: boolean;
  /** Whether this is an option of ffmpeg's that is not implemented: only its default may be given. See `absent`. */
  readonly absent?: boolean;
}

/** An option of ffmpeg's that a filter lacks. It keeps its place among the others, and every value but the default is refused. */
export const absent = (
  name: string,
  value: string,
  rest: Pick<OptionDefinition, 'aliases' | 'namedOnly'> = {},
): OptionDefinition => ({
  name,
  kind: 'string',
  default: value,
  description: 'not implemented: only the default may be given',
  absent: true,
  ...rest,
});

/** A value after reading. */
export type OptionValue = number | string | boolean | Rational | Color | ChannelLayout | undefined;

interface Given {
  readonly text: string;
  readonly value: OptionValue;
  /** Positions of the characters of `text` in the graph; not there for defaults. */
  readonly at?: readonly number[] | undefined;
}

/** The options of one filter in a graph, checked. Asking for one that the table lacks is a fault of the program. */
export class OptionValues {
  private readonly filter: string;
  private readonly filterAt: number;
  private readonly values: ReadonlyMap<string, Given>;

  constructor(filter: string, filterAt: number, values: ReadonlyMap<string, Given>) {
    this.filter = filter;
    this.filterAt = filterAt;
    this.values = values;
  }

  private given(name: string): Given {
    const found = this.values.get(name);
    if (found === undefined) throw new Error(`${this.filter} has no option ${name}`);
    return found;
  }

  /** Whether the graph gives it. */
  isSet(name: string): boolean {
    return this.given(name).at !== undefined;
  }

  /** A value of kind `integer`, `number`, `choice`, `flags` or `duration`. */
  number(name: string): number {
    return this.given(name).value as number;
  }

  /** The same, or undefined where it has no value. */
  optionalNumber(name: string): number | undefined {
    return this.given(name).value as number | undefined;
  }

  /** A value of kind `boolean`. */
  boolean(name: string): boolean {
    return this.given(name).value === true;
  }

  /** The value as it was written, whatever its kind; empty where it has none. */
  text(name: string): string {
    return this.given(name).text;
  }

  /** A value of kind `size`, `rate` or `ratio`; undefined where it has none. */
  pair(name: string): Rational | undefined {
    return this.given(name).value as Rational | undefined;
  }

  /** A value of kind `color`. */
  color(name: string): Color {
    return this.given(name).value as Color;
  }

  /** A value of kind `pixFmt`. */
  pixFmt(name: string): PixFmt | undefined {
    return this.given(name).value as PixFmt | undefined;
  }

  /** A value of kind `sampleFmt`. */
  sampleFmt(name: string): SampleFmt | undefined {
    return this.given(name).value as SampleFmt | undefined;
  }

  /** A value of kind `layout`. */
  layout(name: string): ChannelLayout | undefined {
    return this.given(name).value as ChannelLayout | undefined;
  }

  /** A value of kind `expression`, compiled over these names. */
  expression(name: string, scope: ExpressionScope): Expression {
    return this.compile(name, this.given(name).text, 0, scope);
  }

  /** Part of a value, from character `offset` on, compiled. */
  compile(name: string, text: string, offset: number, scope: ExpressionScope): Expression {
    try {
      return compileExpression(text, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const at = error.offset + 1;
      throw this.error(
        name,
        `${JSON.stringify(text)}: ${error.message} (character ${at} of it)`,
        offset,
      );
    }
  }

  /** The error that option `name` is wrong; `offset` is the character of its value that is meant. */
  error(name: string, detail: string, offset = 0, hint = ''): FilterGraphError {
    const { at } = this.given(name);
    const index = at === undefined ? this.filterAt : at[Math.min(offset, at.length - 1)]!;
    return new FilterGraphError(`filterGraph.${this.filter}.${name}`, detail, index, hint);
  }

  /** The error that the filter cannot be set up so. */
  filterError(detail: string, hint = ''): FilterGraphError {
    return new FilterGraphError(`filterGraph.${this.filter}`, detail, this.filterAt, hint);
  }
}

/** Reads the options of a filter. `filterAt` is where its name stands. Throws `FilterGraphError` at what is wrong. */
export function readOptions(
  filter: string,
  filterAt: number,
  table: readonly OptionDefinition[],
  options: readonly OptionText[],
): OptionValues {
  const values = new Map<string, Given>();
  const named = new Map<string, OptionDefinition>();
  for (const definition of table) {
    for (const name of [definition.name, ...(definition.aliases ?? [])])
      named.set(name, definition);
    const text = definition.default;
    const value = text === undefined ? undefined : readValue(definition, text);
    if (typeof value === 'object' && value !== null && 'fault' in value) {
      throw new Error(`${filter}.${definition.name}: default ${text}: ${value.fault}`);
    }
    values.set(definition.name, { text: text ?? '', value });
  }
  const places = table.filter((definition) => definition.namedOnly !== true);
  const keys = new Set<string>();
  let place = 0;
  for (const option of options) {
    const definition = findOption(filter, option, named, places, place, keys);
    if (option.key === undefined) place++;
    const at = option.valueAt ?? [filterAt];
    const value = readValue(definition, option.value);
    if (typeof value === 'object' && value !== null && 'fault' in value) {
      throw new FilterGraphError(`filterGraph.${filter}.${definition.name}`, value.fault, at[0]!);
    }
    values.set(definition.name, { text: option.value, value, at });
  }
  return new OptionValues(filter, filterAt, values);
}

function findOption(
  filter: string,
  option: OptionText,
  named: ReadonlyMap<string, OptionDefinition>,
  places: readonly OptionDefinition[],
  place: number,
  keys: Set<string>,
): OptionDefinition {
  const where = `filterGraph.${filter}`;
  if (option.key === undefined) {
    const at = option.valueAt?.[0] ?? -1;
    if (keys.size > 0) {
      throw new FilterGraphError(
        where,
        `the value ${JSON.stringify(option.value)} has no name, but follows an option that has one`,
        at,
        'write name=value; a ":" that is part of a value is written \\: or in quotes',
      );
    }
    const definition = places[place];
    if (definition === undefined) {
      const detail =
        places.length === 0
          ? `it has no options, got ${JSON.stringify(option.value)}`
          : `it has ${places.length} options by place (${places.map((o) => o.name).join(', ')}), got one more: ${JSON.stringify(option.value)}`;
      throw new FilterGraphError(where, detail, at);
    }
    return definition;
  }
  const at = option.keyAt?.[0] ?? -1;
  const definition = named.get(option.key);
  if (definition === undefined) {
    const near = nearestName(option.key, named.keys());
    const names = [...new Set([...named.values()])].map((o) => o.name).join(', ');
    throw new FilterGraphError(
      where,
      `it has no option ${option.key}, there are ${names === '' ? 'none' : names}`,
      at,
      near === undefined ? '' : `did you mean ${near}?`,
    );
  }
  if (keys.has(definition.name)) {
    throw new FilterGraphError(`${where}.${definition.name}`, 'the option is given twice', at);
  }
  keys.add(definition.name);
  return definition;
}

interface Fault {
  readonly fault: string;
}

const TRUE = /^(true|1|yes|y|on|enable|enabled)$/i;
const FALSE = /^(false|0|no|n|off|disable|disabled)$/i;

function readValue(definition: OptionDefinition, text: string): OptionValue | Fault {
  const wrong = (allowed: string): Fault => ({
    fault: `got ${JSON.stringify(text)}, allowed ${allowed}`,
  });
  switch (definition.kind) {
    case 'string':
    case 'expression':
      if (definition.absent === true && !isSame(text, definition.default ?? '')) {
        const only = definition.default || 'an empty text';
        return { fault: `the option is not implemented, allowed is its default, ${only}` };
      }
      return text;
    case 'boolean':
      if (TRUE.test(text)) return true;
      if (FALSE.test(text)) return false;
      if (definition.choices !== undefined && Object.hasOwn(definition.choices, text))
        return undefined;
      return wrong('are true, false');
    case 'integer':
    case 'number':
    case 'choice':
      return readNumber(definition, text);
    case 'flags':
      return readFlags(definition, text);
    case 'size':
      return parseSize(text) ?? wrong('are WIDTHxHEIGHT or a name such as hd720');
    case 'rate':
      return parseRate(text) ?? wrong('are N/D, a number above 0, or a name such as ntsc');
    case 'ratio':
      return parseRatio(text, definition.max ?? 0x7fffffff) ?? wrong('are N/D or a number');
    case 'color':
      return parseColor(text) ?? wrong('are a name such as red, 0xRRGGBB, with @OPACITY behind');
    case 'duration': {
      const { min = -Infinity, max = Infinity } = definition;
      const value = parseDuration(text);
      if (value === undefined) return wrong('are seconds, HH:MM:SS.m or numbers with s, ms or us');
      return value < min || value > max ? wrong(`are ${min / 1e6}..${max / 1e6} s`) : value;
    }
    case 'pixFmt':
      return readPixFmt(text) ?? wrong(`are ${ALL_PIX_FMTS.join(', ')}`);
    case 'sampleFmt':
      return SAMPLE_FMTS.find((name) => name === text) ?? wrong(`are ${SAMPLE_FMTS.join(', ')}`);
    default:
      return (
        parseChannelLayout(text) ?? wrong('are a layout such as stereo or 5.1, FL+FR, 2c or a mask')
      );
  }
}

/** Whether two texts are one value: the same words, or the same number. */
function isSame(a: string, b: string): boolean {
  return a === b || (a !== '' && b !== '' && Number(a) === Number(b));
}

function readPixFmt(text: string): PixFmt | undefined {
  try {
    return requirePixFmt('', text);
  } catch {
    return undefined;
  }
}

function readNumber(definition: OptionDefinition, text: string): number | Fault {
  const { kind, choices, min = -Infinity, max = Infinity } = definition;
  if (choices !== undefined && Object.hasOwn(choices, text)) return choices[text]!;
  const names = choices === undefined ? '' : Object.keys(choices).join(', ');
  const value = parseNumber(text, { ...choices, min, max, default: Number(definition.default) });
  const range =
    min === -Infinity && max === Infinity
      ? 'numbers'
      : `${kind === 'number' ? 'numbers' : 'integers'} ${min}..${max}`;
  const allowed = kind === 'choice' ? names : names === '' ? range : `${range}, ${names}`;
  if (value === undefined || Number.isNaN(value) || value < min || value > max) {
    return { fault: `got ${JSON.stringify(text)}, allowed are ${allowed}` };
  }
  if (kind === 'number') return value;
  const whole = Math.round(value);
  if (kind === 'choice' && !Object.values(choices ?? {}).includes(whole)) {
    return { fault: `got ${JSON.stringify(text)}, allowed are ${allowed}` };
  }
  return whole;
}

function readFlags(definition: OptionDefinition, text: string): number | Fault {
  const choices = definition.choices ?? {};
  let value = 0;
  const parts = text.split(/(?=[+|-])/).map((part) => part.trim());
  for (const part of parts) {
    const name = part.replace(/^[+|-]/, '');
    if (name === '') continue;
    const number = Object.hasOwn(choices, name)
      ? choices[name]!
      : /^\d+$/.test(name)
        ? Number(name)
        : undefined;
    if (number === undefined) {
      return {
        fault: `got ${JSON.stringify(name)}, allowed are ${Object.keys(choices).join(', ')}, with "+" between`,
      };
    }
    value = part.startsWith('-') ? value & ~number : value | number;
  }
  return value;
}
