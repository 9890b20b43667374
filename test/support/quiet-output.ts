/** An output of the command line for programs that read nothing and whose results are files. */
import type { Output } from '../../src/cli/command.ts';

/** Keeps what is noted in `notes`, and nothing else. */
export function quietOutput(notes: string[]): Output {
  return {
    input: (async function* () {})(),
    line: () => {},
    bytes: async () => {},
    finish: async () => {},
    note: (text) => void notes.push(text),
    showsProgress: false,
    progress: () => {},
  };
}
