/** Decides about a file that exists already: replace it, keep it, or ask on a terminal. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ConfigError } from '../base/errors.ts';
import { type NumberPattern, numberPattern, type PictureSinkOptions } from '../io/index.ts';
import type { Output } from './command.ts';
import type { OptionTable } from './options.ts';

/** Options of every command that makes a file. */
export const OVERWRITE_OPTIONS = {
  overwrite: { kind: 'flag', short: 'y', help: 'replace an existing output without asking' },
  'no-overwrite': { kind: 'flag', short: 'n', help: 'never replace an existing output' },
} as const satisfies OptionTable;

/** The same for commands whose only new file is a trace. */
export const TRACE_OVERWRITE_OPTIONS = {
  overwrite: { kind: 'flag', short: 'y', help: 'replace an existing trace without asking' },
  'no-overwrite': { kind: 'flag', short: 'n', help: 'never replace an existing trace' },
} as const satisfies OptionTable;

/** What these options say. */
export interface OverwriteValues {
  readonly overwrite?: boolean;
  readonly 'no-overwrite'?: boolean;
}

/**
 * Throws `ConfigError` if there is a file at `path` that is to stay. Whether it is, is asked where somebody can answer; elsewhere a
 * file is replaced, when the new one is complete.
 */
export async function mayWrite(
  path: string,
  values: OverwriteValues,
  output: Output,
): Promise<void> {
  const isForbidden = values['no-overwrite'] === true;
  if (isForbidden && values.overwrite === true) {
    throw new ConfigError('--overwrite', 'contradicts --no-overwrite');
  }
  if (path === '-' || values.overwrite === true) return;
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) return;
  if (isForbidden) throw new ConfigError(path, 'exists; -y replaces it');
  if (output.ask === undefined) return;
  const answer = await output.ask(`${path} exists. Replace it? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new ConfigError(path, 'exists and was kept');
}

/** The output of a command: that of `-o`, else the last of two or more files that are named. */
export function splitOutput(
  inputs: readonly string[],
  output: string | undefined,
  least = 2,
): { readonly inputs: readonly string[]; readonly output: string | undefined } {
  if (output !== undefined || inputs.length < least) return { inputs, output };
  return { inputs: inputs.slice(0, -1), output: inputs.at(-1) };
}

/** The file that an output would replace first: of a sequence, that of the lowest number which is there. */
export async function firstReplaced(
  path: string,
  pictures: PictureSinkOptions | undefined,
): Promise<string> {
  const sequence = sequenceOf(path, pictures);
  if (sequence === null) return path;
  const start = pictures?.startNumber ?? 1;
  const first = sequence.nameOf(start);
  const folder = first.slice(0, first.length - basename(first).length);
  let lowest = Number.POSITIVE_INFINITY;
  for (const name of await readdir(dirname(first)).catch(() => [])) {
    const number = sequence.numberOf(folder + name) ?? -1;
    if (number >= start) lowest = Math.min(lowest, number);
  }
  return lowest === Number.POSITIVE_INFINITY ? first : sequence.nameOf(lowest);
}

/** The names of a sequence; null if the output is one file. */
export function sequenceOf(
  path: string,
  pictures: PictureSinkOptions | undefined,
): NumberPattern | null {
  const isOneFile = pictures === undefined || pictures.update === true;
  return isOneFile ? null : numberPattern('--output', path);
}
