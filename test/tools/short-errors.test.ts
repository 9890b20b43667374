/** Messages of errors are shortened in a bundle, and nothing else of the source is changed. */
import { expect, it } from 'vitest';

/** The beginning of a value in a template. */
const VALUE = '$'.concat('{');

const { withShortErrors } = (await import('../../tools/short-errors.mjs' as string)) as {
  withShortErrors(source: string, classes: readonly string[]): string;
};

it('shortens the second argument, whatever it is made of', () => {
  const shorten = (source: string): string => withShortErrors(source, ['ConfigError']);
  expect(
    shorten(
      `f(new ConfigError(\`a.${VALUE}g('x,y')}\`, \`got ${VALUE}h({ a: [1, 2] })}, (allowed\`), 1)`,
    ),
  ).toBe(`f(new ConfigError(\`a.${VALUE}g('x,y')}\`, 'is not allowed'), 1)`);
  expect(shorten('new ConfigError(where, text(1, 2), { cause })')).toBe(
    "new ConfigError(where, 'is not allowed', { cause })",
  );
  for (const source of ['new ConfigError(where)', "new FormatError(where, 'a, b')", 'a + b']) {
    expect(shorten(source)).toBe(source);
  }
});
