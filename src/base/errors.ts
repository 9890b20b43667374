/**
 * The one family of errors. Each says where it happened (a dotted path such as `h264.options.qp`), what was found
 * and what is allowed; where a standard decides, the message names the clause.
 */
import { didYouMean } from './nearest-name.ts';

/**
 * The class that every error of this library extends. `where` is the dotted path of the option, field or method concerned. The names
 * are written out: bundlers rename classes.
 */
export class MediaError extends Error {
  override name = 'MediaError';
  readonly where: string;

  constructor(where: string, detail: string, options?: ErrorOptions) {
    super(`${where}: ${detail}`, options);
    this.where = where;
  }
}

/** An argument or option is wrong: `where` names it, the message what it was and what is allowed. */
export class ConfigError extends MediaError {
  override name = 'ConfigError';
}

/** The input is valid, but this library does not implement what it asks for. */
export class UnsupportedError extends MediaError {
  override name = 'UnsupportedError';
}

/**
 * Bytes that were read break their format.
 * @param offset byte offset in the source at which the trouble was seen; -1 if it has none
 */
export class FormatError extends MediaError {
  override name = 'FormatError';
  readonly offset: number;

  constructor(where: string, detail: string, offset = -1, options?: ErrorOptions) {
    super(where, offset >= 0 ? `${detail} (byte offset ${offset})` : detail, options);
    this.offset = offset;
  }
}

/** A method was called at the wrong time: write before open, encode after flush. The message says what to do. */
export class StateError extends MediaError {
  override name = 'StateError';
}

/**
 * A source or a sink failed: a disk is full, a connection was closed, a stream of the caller threw. The `cause` is its
 * own error. Nothing is wrong with the bytes, and trying again may help.
 */
export class IoError extends MediaError {
  override name = 'IoError';
}

/** A value as messages say it, with its type where that is the trouble: `23`, `the string "23"`, `an Array`, `null`. */
export function described(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, MAX_SHOWN))}`;
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (typeof value === 'object' && value !== null) return describedObject(value);
  return String(value);
}

/** A value where a name was wanted, as messages say it: the name itself, anything else with its type. */
export function spelled(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_SHOWN) : described(value);
}

/** Characters of a string that a message shows. */
const MAX_SHOWN = 80;

function describedObject(value: object): string {
  if (value instanceof Date) return `the Date ${String(value)}`;
  const isShort = Array.isArray(value) && value.length <= 4;
  if (isShort && value.every((part) => typeof part === 'number')) return `[${value.join(', ')}]`;
  const name: unknown = value.constructor?.name;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Checks that `value` is an integer within `min..max`; throws `ConfigError` naming `where` if not. Returns `value`. */
export function requireInteger(where: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw new ConfigError(where, `got ${described(value)}, allowed are integers ${min}..${max}`);
  }
  return value;
}

/** Checks that `value` is a finite number within `min..max`; throws `ConfigError` naming `where` if not. Returns `value`. */
export function requireNumber(where: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new ConfigError(where, `got ${described(value)}, allowed are numbers ${min}..${max}`);
  }
  return value;
}

/** Checks that `value` is one of `allowed`; throws `ConfigError` naming `where` if not. Returns `value`. */
export function requireOneOf<T extends string | number | boolean>(
  where: string,
  value: unknown,
  allowed: readonly T[],
): T {
  if (!allowed.includes(value as T)) {
    throw new ConfigError(
      where,
      `got ${spelled(value)}, allowed are ${allowed.join(', ')}${didYouMean(value, allowed.map(String))}`,
    );
  }
  return value as T;
}

/** Throws `ConfigError` if `options` has a key that is not in `allowed`, naming the key and what is allowed. */
export function rejectUnknownKeys(
  where: string,
  options: object,
  allowed: readonly string[],
): void {
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key)) {
      throw new ConfigError(
        `${where}.${key}`,
        `unknown option, allowed are ${allowed.join(', ')}${didYouMean(key, allowed)}`,
      );
    }
  }
}

/** What is said of a failure. Errors of WebGPU may have a name and no message; a library may throw anything. */
export function messageOf(error: unknown): string {
  try {
    const { message, name } = Object(error) as {
      readonly message?: unknown;
      readonly name?: unknown;
    };
    const said = [message, name, typeof error === 'object' ? '' : (error ?? '')];
    const reason = said.find((text) => text !== undefined && text !== '');
    if (reason !== undefined) return String(reason);
  } catch {
    // Nothing can be read of it.
  }
  return 'no reason was given';
}
