/** The program: finds the command, runs it, and turns what goes wrong into one line and exit status 1. */
import { ConfigError, MediaError } from '../base/errors.ts';
import { type Command, helpOf, type Output } from './command.ts';
import { encode } from './encode.ts';
import { codecs, formats } from './lists.ts';
import { parseOptions } from './options.ts';
import { probe } from './probe.ts';
import { remux } from './remux.ts';

const COMMANDS: readonly Command[] = [encode, remux, probe, codecs, formats];

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'vitrine: media files you can see through',
    '',
    ...COMMANDS.map(({ name, summary }) => `  vitrine ${name.padEnd(width)}  ${summary}`),
    '',
    'vitrine COMMAND --help tells more, with an example.',
  ].join('\n');
}

async function dispatch(args: readonly string[], output: Output): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    output.line(overview());
    return;
  }
  const found = COMMANDS.find((command) => command.name === name);
  if (found === undefined) {
    const known = COMMANDS.map((command) => command.name).join(', ');
    throw new ConfigError(name, `unknown command, allowed are ${known}`);
  }
  const { values, inputs } = parseOptions(rest, found.options);
  if ('help' in values) output.line(helpOf(found));
  else await found.run(inputs, values, output);
}

/**
 * Runs `vitrine` with `args` (without the program's name). Never throws.
 * @param complain takes the line that says what is wrong
 * @returns the exit status
 */
export async function runProgram(
  args: readonly string[],
  output: Output,
  complain: (text: string) => void,
): Promise<0 | 1> {
  try {
    await dispatch(args, output);
    return 0;
  } catch (error) {
    // What is not of the family is a bug: then the place matters.
    const text = error instanceof MediaError ? error.message : String((error as Error).stack);
    complain(`vitrine: ${text}`);
    return 1;
  }
}
