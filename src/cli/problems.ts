/**
 * Reports problems of an input that were read past, and what of it an output has no place for: one line on stderr, or an error
 * under `--strict`.
 */
import { FormatError } from '../base/errors.ts';
import type { Problem } from '../base/problems.ts';
import type { Output } from './command.ts';
import type { OptionTable } from './options.ts';

/** The option of every command that reads media. */
export const STRICT_OPTION = {
  strict: { kind: 'flag', help: 'a damaged input is an error, not a note' },
} as const satisfies OptionTable;

/** An input with its reader, or an output with its muxer. */
export interface ToldFile {
  readonly name: string;
  readonly reader: { readonly problems?: readonly Problem[] };
}

/** Throws `FormatError` with the first problem of the files, if there is one. */
export function requireSound(files: readonly ToldFile[]): void {
  for (const { name, reader } of files) {
    const [first] = reader.problems ?? [];
    if (first !== undefined) throw new FormatError(name, describe(first));
  }
}

/** Writes a line for each file that had problems: the first, and how many more. */
export function tellProblems(files: readonly ToldFile[], output: Output): void {
  for (const { name, reader } of files) {
    const [first, ...more] = reader.problems ?? [];
    if (first === undefined) continue;
    const rest = more.length === 0 ? '' : `, and ${more.length} more problems`;
    output.note(`vitrine: ${name}: ${describe(first)}${rest}`);
  }
}

function describe({ message, offset }: Problem): string {
  const isTold = offset < 0 || message.includes('byte offset');
  return isTold ? message : `${message} (byte offset ${offset})`;
}
