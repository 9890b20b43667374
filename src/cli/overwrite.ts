/** Decides about a file that exists already: replace it, keep it, or ask on a terminal. */
import { stat } from 'node:fs/promises';
import { ConfigError } from '../base/errors.ts';
import { numberPattern, type PictureSinkOptions } from '../io/index.ts';
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
): { readonly inputs: readonly string[]; readonly output: string | undefined } {
  if (output !== undefined || inputs.length < 2) return { inputs, output };
  return { inputs: inputs.slice(0, -1), output: inputs.at(-1) };
}

/** The file that an output begins with: the first one of a sequence. */
export function firstName(
  path: string,
  { startNumber = 1, update = false }: PictureSinkOptions,
): string {
  return update ? path : (numberPattern('--output', path)?.nameOf(startNumber) ?? path);
}
