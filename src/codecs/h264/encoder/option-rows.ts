/**
 * Options as rows of a table: of each its kind, what is allowed and its default. The types of options and their checks
 * come from these rows; what an option means is said above its row.
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

/** One of some words. */
export interface ChoiceRow<T extends string> {
  readonly kind: 'choice';
  readonly values: readonly T[];
  readonly initial?: T;
}

export type OptionRow = IntegerRow | NumberRow | FlagRow | ChoiceRow<string>;
/** Options by name. `initial` is left out where the default is a preset's. */
export type OptionRows = Readonly<Record<string, OptionRow>>;

type ValueOf<R extends OptionRow> = R extends { kind: 'integer' | 'number' }
  ? number
  : R extends { kind: 'flag' }
    ? boolean
    : R extends ChoiceRow<infer T>
      ? T
      : never;

/** What may be given for the options of a table. */
export type OptionsOf<Rows extends OptionRows> = {
  readonly [K in keyof Rows]?: ValueOf<Rows[K]> | undefined;
};
/** The same options, all of them known. */
export type ValuesOf<Rows extends OptionRows> = { readonly [K in keyof Rows]: ValueOf<Rows[K]> };

/** The row of a whole number; `initial` is its default. */
export const integer = (min: number, max: number, initial?: number): IntegerRow => ({
  ...{ kind: 'integer', min, max },
  ...(initial === undefined ? {} : { initial }),
});
/** The row of a number. */
export const number = (min: number, max: number, initial?: number): NumberRow => ({
  ...{ kind: 'number', min, max },
  ...(initial === undefined ? {} : { initial }),
});
/** The row of a flag. */
export const flag = (initial?: boolean): FlagRow => ({
  ...{ kind: 'flag' },
  ...(initial === undefined ? {} : { initial }),
});
/** The row of one of some words. */
export const choice = <T extends string>(values: readonly T[], initial?: T): ChoiceRow<T> => ({
  ...{ kind: 'choice', values },
  ...(initial === undefined ? {} : { initial }),
});

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
      return requireOneOf(where, value as string, row.values);
  }
}

/**
 * The values of all options of a table: as given, else as `defaults` say, else as the rows do.
 * @throws ConfigError naming the first that is wrong
 */
export function resolveRows<Rows extends OptionRows>(
  at: string,
  rows: Rows,
  options: OptionsOf<Rows>,
  defaults: Partial<ValuesOf<Rows>>,
): ValuesOf<Rows> {
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(rows)) {
    const value = options[key] ?? defaults[key] ?? row.initial;
    values[key] = requireValue(`${at}.${key}`, row, value);
  }
  return values as ValuesOf<Rows>;
}
