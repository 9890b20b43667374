/**
 * Options as rows of a table. A row has the kind of the option, its allowed values and its default; the comment above it
 * explains the option. The types of the options, their checks, their names on the command line and docs/h264/options.md come
 * from these rows.
 */
import { requireInteger, requireNumber, requireOneOf } from '../../../base/errors.ts';

/** A whole number from `min` to `max`. */
export interface IntegerRow {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  readonly initial?: number;
}

/** A number from `min` to `max`. */
export interface NumberRow extends Omit<IntegerRow, 'kind'> {
  readonly kind: 'number';
}

/** True or false. */
export interface FlagRow {
  readonly kind: 'flag';
  readonly initial?: boolean;
}

/** One of some words or numbers. */
export interface ChoiceRow<T extends string | number> {
  readonly kind: 'choice';
  readonly values: readonly T[];
  readonly initial?: T;
}

export type OptionRow = IntegerRow | NumberRow | FlagRow | ChoiceRow<string | number>;
/** Options by name. `initial` is left out where there is no default, or other options say it, or the preset. */
export type OptionRows = Readonly<Record<string, OptionRow>>;

type ValueOf<R extends OptionRow> = R extends { kind: 'integer' | 'number' }
  ? number
  : R extends { kind: 'flag' }
    ? boolean
    : R extends ChoiceRow<infer T>
      ? T
      : never;

/** The options of a table as a caller gives them: any of them may be left out. */
export type OptionsOf<Rows extends OptionRows> = {
  readonly [K in keyof Rows]?: ValueOf<Rows[K]> | undefined;
};
/** The same options, all of them known. */
export type ValuesOf<Rows extends OptionRows> = { readonly [K in keyof Rows]: ValueOf<Rows[K]> };
/** The same options as they are given; known are those whose rows have a default. */
export type CheckedOf<Rows extends OptionRows> = {
  readonly [K in keyof Rows]: Rows[K] extends { readonly initial: unknown }
    ? ValueOf<Rows[K]>
    : ValueOf<Rows[K]> | undefined;
};

/** The part of a row's type that says its default, `I`; rows without a default have no such part. */
type Initial<I> = I extends undefined ? unknown : { readonly initial: I };

/** The row of a whole number; `initial` is its default. */
export function integer<I extends number | undefined = undefined>(
  min: number,
  max: number,
  initial?: I,
): IntegerRow & Initial<I> {
  return withInitial<IntegerRow, I>({ kind: 'integer', min, max }, initial);
}
/** The row of a number. */
export function number<I extends number | undefined = undefined>(
  min: number,
  max: number,
  initial?: I,
): NumberRow & Initial<I> {
  return withInitial<NumberRow, I>({ kind: 'number', min, max }, initial);
}
/** The row of a flag. */
export function flag<I extends boolean | undefined = undefined>(initial?: I): FlagRow & Initial<I> {
  return withInitial<FlagRow, I>({ kind: 'flag' }, initial);
}
/** The row of one of some words or numbers. */
export function choice<T extends string | number, I extends T | undefined = undefined>(
  values: readonly T[],
  initial?: I,
): ChoiceRow<T> & Initial<I> {
  return withInitial<ChoiceRow<T>, I>({ kind: 'choice', values }, initial);
}

function withInitial<Row, I>(row: Row, initial: I | undefined): Row & Initial<I> {
  return (initial === undefined ? row : { ...row, initial }) as Row & Initial<I>;
}

/** Checks one value; throws `ConfigError` naming `where` and what is allowed. */
function requireValue(where: string, row: OptionRow, value: unknown): unknown {
  switch (row.kind) {
    case 'integer':
      return requireInteger(where, value, row.min, row.max);
    case 'number':
      return requireNumber(where, value, row.min, row.max);
    case 'flag':
      return requireOneOf(where, value as boolean, [true, false]);
    case 'choice':
      return requireOneOf(where, value, row.values);
  }
}

/**
 * The values of all options of a table: as given, else as `defaults` say, else as the rows do, else undefined.
 * @throws ConfigError naming the first that is wrong
 */
export function checkRows<Rows extends OptionRows>(
  at: string,
  rows: Rows,
  options: OptionsOf<Rows>,
  defaults: Partial<ValuesOf<Rows>> = {},
): CheckedOf<Rows> {
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(rows)) {
    const { [key]: value = defaults[key] ?? row.initial } = options;
    values[key] = value === undefined ? value : requireValue(`${at}.${key}`, row, value);
  }
  return values as CheckedOf<Rows>;
}

/** The same where `defaults` knows all options whose rows have no default. */
export function resolveRows<Rows extends OptionRows>(
  at: string,
  rows: Rows,
  options: OptionsOf<Rows>,
  defaults: ValuesOf<Rows>,
): ValuesOf<Rows> {
  return checkRows(at, rows, options, defaults) as ValuesOf<Rows>;
}
