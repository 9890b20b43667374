/** Reports problems of an input that were read past: one line on stderr, or an error under `--strict`. */
import { FormatError } from '../base/errors.ts';
import type { Problem } from '../base/problems.ts';
import type { Output } from './command.ts';
import type { Input } from './open-input.ts';
import type { OptionTable } from './options.ts';

/** The option of every command that reads media. */
export const STRICT_OPTION = {
  strict: { kind: 'flag', help: 'a damaged input is an error, not a note' },
} as const satisfies OptionTable;

/** Throws `FormatError` with the first problem of the inputs, if there is one. */
export function requireSound(inputs: readonly Input[]): void {
  for (const { name, reader } of inputs) {
    const [first] = reader.problems ?? [];
    if (first !== undefined) throw new FormatError(name, describe(first));
  }
}

/** Writes a line for each input that had problems: the first, and how many more. */
export function tellProblems(inputs: readonly Input[], output: Output): void {
  for (const { name, reader } of inputs) {
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
