/** Names of the files of a sequence: a pattern with a number (`frame-%04d.png`), or with wildcards (`*.png`). */
import { ConfigError } from '../base/errors.ts';

/** A name with a number in it. */
export interface NumberPattern {
  /** The name of the file of that number. */
  nameOf(number: number): string;
  /** The number of the file of that name; undefined if the pattern has no such name. */
  numberOf(name: string): number | undefined;
}

const PIECES = /%(?:(0?)(\d{0,2})d|%)/g;

/**
 * The pattern that a name is: `%d` stands for a number, `%04d` for one of at least four digits with zeros before it, `%%` for a percent
 * sign. Null if there is no number in it. Throws `ConfigError` naming `where` if there are two.
 */
export function numberPattern(where: string, name: string): NumberPattern | null {
  const numbers = [...name.matchAll(PIECES)].filter(([piece]) => piece !== '%%');
  if (numbers.length === 0) return null;
  if (numbers.length > 1) {
    throw new ConfigError(where, `${name} has ${numbers.length} numbers, allowed is one`);
  }
  const [number] = numbers;
  const digits = Number(number![2] || '1');
  const text = (part: string) => part.replaceAll('%%', '%');
  const before = text(name.slice(0, number!.index));
  const after = text(name.slice(number!.index + number![0].length));
  return {
    nameOf: (value) => `${before}${String(value).padStart(digits, '0')}${after}`,
    numberOf(found) {
      if (!found.startsWith(before) || !found.endsWith(after)) return undefined;
      const middle = found.slice(before.length, found.length - after.length);
      if (!/^\d{1,15}$/.test(middle)) return undefined;
      const value = Number(middle);
      return String(value).padStart(digits, '0') === middle ? value : undefined;
    },
  };
}

/** Whether a name has wildcards: `*`, `?`. */
export function hasWildcards(name: string): boolean {
  return /[*?]/.test(name);
}

/** A test of names by a name with wildcards: `*` stands for any letters, `?` for one. Names that begin with a dot need one. */
export function wildcardTest(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
  return (name) => expression.test(name) && (!name.startsWith('.') || pattern.startsWith('.'));
}
