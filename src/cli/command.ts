/** The definition of a command: its options as a table, its help, and its function. */
import { describeOptions, type OptionTable, type OptionValues } from './options.ts';

/** Options that every command has. */
export const SHARED_OPTIONS = {
  json: { kind: 'flag', help: 'one JSON object on stdout instead of text' },
  help: { kind: 'flag', short: 'h', help: 'this text' },
} as const satisfies OptionTable;

/** The input and output of a command besides files: the terminal, or a test in its place. */
export interface Output {
  /** Standard input. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Writes a line to standard output. */
  line(text: string): void;
  /** Writes bytes to standard output; settles when more may be written, rejects if they cannot be. The bytes are the receiver's. */
  bytes(bytes: Uint8Array): Promise<void>;
  /** Settles when all lines are out; rejects if one could not be written. */
  finish(): Promise<void>;
  /** Writes a line to standard error. */
  note(text: string): void;
  /** True if stderr is a terminal: progress may be shown there. */
  readonly showsProgress: boolean;
  /** Asks a question on the terminal, and gives the line of the answer; absent where nobody can answer. */
  ask?(question: string): Promise<string>;
  /** Replaces the line of progress on the terminal. */
  progress(text: string): void;
}

/** One command, with its own options and the shared ones in `options`. Its name and what it does stand in the list of commands. */
export interface Command<T extends OptionTable = OptionTable> {
  /** The arguments behind the name: `INPUT... -o OUTPUT`. */
  readonly usage: string;
  /** Command lines that work. */
  readonly examples: readonly string[];
  readonly options: T;
  /** Throws `MediaError` if it cannot do what is asked. */
  run(inputs: readonly string[], values: OptionValues<T>, output: Output): Promise<void>;
}

/** A command with its types checked against its own table. */
export function command<T extends OptionTable>(definition: Command<T>): Command {
  return definition as unknown as Command;
}

/** The lines of `vitrine NAME --help`. */
export function helpOf(
  { name, summary }: { readonly name: string; readonly summary: string },
  { usage, examples, options }: Command,
): string[] {
  return [
    `vitrine ${name} ${usage}`,
    summary,
    '',
    'Options:',
    ...describeOptions(options),
    '',
    examples.length > 1 ? 'Examples:' : 'Example:',
    ...examples.map((example) => `  ${example}`),
  ];
}
