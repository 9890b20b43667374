/** Options that several sound filters have in the same words. */
import type { OptionDefinition } from '../definition/options.ts';

type Rest = Omit<Partial<OptionDefinition>, 'name' | 'kind' | 'description'>;

/** A time; without a default it may be left out. */
export const duration = (name: string, description: string, rest: Rest = {}): OptionDefinition => ({
  name,
  kind: 'duration',
  description,
  ...rest,
});

/** A whole number. */
export const integer = (
  name: string,
  min: number,
  max: number,
  description: string,
  rest: Rest = {},
): OptionDefinition => ({ name, kind: 'integer', min, max, description, ...rest });

/** A number. */
export const number = (
  name: string,
  min: number,
  max: number,
  description: string,
  rest: Rest = {},
): OptionDefinition => ({ name, kind: 'number', min, max, description, ...rest });

/** One of some names. */
export const choice = (
  name: string,
  names: readonly string[],
  description: string,
  rest: Rest = {},
): OptionDefinition => ({
  name,
  kind: 'choice',
  choices: Object.fromEntries(names.map((key, value) => [key, value])),
  description,
  ...rest,
});

/** Text that the filter reads itself. */
export const text = (name: string, description: string, rest: Rest = {}): OptionDefinition => ({
  name,
  kind: 'string',
  description,
  ...rest,
});

/** true or false. */
export const flag = (name: string, description: string, rest: Rest = {}): OptionDefinition => ({
  name,
  kind: 'boolean',
  description,
  ...rest,
});
