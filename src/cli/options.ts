/** Command-line options: one table per command says what there is, what is allowed and what it means; this file reads it. */
import { ConfigError, requireInteger, requireNumber, requireOneOf } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { type Rational, requireFrameRate } from '../base/rational.ts';

/** Kind of option => type of its value. */
interface Kinds {
  readonly flag: true;
  readonly text: string;
  readonly integer: number;
  readonly number: number;
  readonly choice: string;
  /** `320x240`. */
  readonly size: readonly [width: number, height: number];
  /** `25`, `29.97`, `30000/1001`. */
  readonly rate: Rational;
  /** `128k`, `2M`, `500000`: bits per second. */
  readonly bits: number;
}

/** One option. */
export interface OptionSpec {
  readonly kind: keyof Kinds;
  /** A single letter that means the same. */
  readonly short?: string;
  /** Stands for the value in the help: `FILE`. */
  readonly meta?: string;
  readonly help: string;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

/** Options by name, without the dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** The values that a table gives: undefined where an option was not used. */
export type OptionValues<T extends OptionTable> = {
  readonly [name in keyof T]?: T[name] extends {
    readonly kind: 'choice';
    readonly choices: readonly (infer C)[];
  }
    ? C
    : Kinds[T[name]['kind']];
};

/** The parsed command line. */
export interface Parsed<T extends OptionTable> {
  readonly values: OptionValues<T>;
  readonly inputs: readonly string[];
}

/**
 * Reads arguments by a table. `--name value`, `--name=value`, `-n value`; `-` alone is an input; after `--` all are.
 * Throws `ConfigError` naming the option and what is allowed.
 */
export function parseOptions<T extends OptionTable>(args: readonly string[], table: T): Parsed<T> {
  const values: Record<string, unknown> = {};
  const inputs: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      inputs.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      inputs.push(arg);
      continue;
    }
    const [word, inline] = splitAtEquals(arg);
    const name = optionName(word, table);
    const spec = table[name]!;
    if (name in values) throw new ConfigError(`--${name}`, 'given twice');
    if (spec.kind === 'flag') {
      if (inline !== undefined) throw new ConfigError(`--${name}`, 'takes no value');
      values[name] = true;
      continue;
    }
    const text = inline ?? args[++i];
    if (text === undefined) throw new ConfigError(`--${name}`, `needs a value: ${allowed(spec)}`);
    values[name] = readValue(`--${name}`, text, spec);
  }
  return { values: values as OptionValues<T>, inputs };
}

function splitAtEquals(arg: string): [string, string | undefined] {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function optionName(word: string, table: OptionTable): string {
  const name = word.startsWith('--')
    ? word.slice(2)
    : Object.keys(table).find((key) => table[key]!.short === word.slice(1));
  if (name !== undefined && Object.hasOwn(table, name)) return name;
  const known = Object.keys(table).map((key) => `--${key}`);
  // --audio-bitrate is meant as --bitrate-audio.
  const turned = known.find((key) => sortedWords(key) === sortedWords(word));
  const meant = turned === undefined ? didYouMean(word, known) : `; did you mean ${turned}?`;
  throw new ConfigError(word, `unknown option, allowed are ${known.join(', ')}${meant}`);
}

function sortedWords(name: string): string {
  return name.split('-').sort().join('-');
}

/** What may be written for an option, for messages and help. */
function allowed(spec: OptionSpec): string {
  if (spec.choices !== undefined) return spec.choices.join(', ');
  const { min, max } = spec;
  if (spec.kind === 'integer' || spec.kind === 'number') {
    return `${spec.kind}s ${min ?? ''}${max === undefined ? ' and more' : `..${max}`}`;
  }
  if (spec.kind === 'size') return 'WIDTHxHEIGHT such as 320x240';
  if (spec.kind === 'rate') return 'frames per second such as 25, 29.97 or 30000/1001';
  if (spec.kind === 'bits') return 'bits per second such as 128k or 2M';
  return spec.meta ?? 'text';
}

function readValue(where: string, text: string, spec: OptionSpec): unknown {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = spec;
  const wrong = () => new ConfigError(where, `got ${text}, allowed are ${allowed(spec)}`);
  switch (spec.kind) {
    case 'choice':
      return requireOneOf(where, text, spec.choices ?? []);
    case 'integer':
    case 'number': {
      const value = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isNaN(value)) throw wrong();
      return spec.kind === 'integer'
        ? requireInteger(where, value, min, max)
        : requireNumber(where, value, min, max);
    }
    case 'size': {
      const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
      if (match === null) throw wrong();
      return [
        requireInteger(where, Number(match[1]), 1, 65535),
        requireInteger(where, Number(match[2]), 1, 65535),
      ];
    }
    case 'rate':
      return requireFrameRate(where, text);
    case 'bits': {
      const match = /^(\d+\.?\d*)([kM]?)$/.exec(text);
      if (match === null) throw wrong();
      const factor = match[2] === 'k' ? 1000 : match[2] === 'M' ? 1_000_000 : 1;
      return requireInteger(where, Math.round(Number(match[1]) * factor), 1, 0x7fffffff);
    }
    default:
      return text;
  }
}

/** Lines of help for a table: `  -o, --output FILE   where the result goes`. */
export function describeOptions(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    const meta = spec.kind === 'flag' ? '' : ` ${spec.meta ?? spec.kind.toUpperCase()}`;
    return [`  ${short}--${name}${meta}`, spec] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, spec]) => {
    const choices = spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`;
    return `${left.padEnd(width)}${spec.help}${choices}`;
  });
}

/** The entries that have a value, for an object that says nothing of the others. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
