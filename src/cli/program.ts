/** The program: finds the command, runs it, and turns what goes wrong into one line and exit status 1. */
import { ConfigError, MediaError } from '../base/errors.ts';
import { type Command, helpOf, type Output } from './command.ts';
import { compress, decompress } from './compress.ts';
import { encode } from './encode.ts';
import { codecs, filters, formats } from './lists.ts';
import { parseOptions } from './options.ts';
import { probe } from './probe.ts';
import { remux } from './remux.ts';
import { terminalLine } from './terminal-text.ts';

const COMMANDS: readonly Command[] = [
  encode,
  remux,
  probe,
  compress,
  decompress,
  codecs,
  filters,
  formats,
];

function overview(): string[] {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'vitrine: media files you can see through',
    '',
    ...COMMANDS.map(({ name, summary }) => `  vitrine ${name.padEnd(width)}  ${summary}`),
    '',
    'vitrine COMMAND --help tells more, with an example.',
  ];
}

async function dispatch(args: readonly string[], output: Output): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    for (const line of overview()) output.line(line);
    return;
  }
  const found = COMMANDS.find((command) => command.name === name);
  if (found === undefined) {
    const known = COMMANDS.map((command) => command.name).join(', ');
    throw new ConfigError(name, `unknown command, allowed are ${known}`);
  }
  const { values, inputs } = parseOptions(rest, found.options);
  if (!('help' in values)) return found.run(inputs, values, output);
  for (const line of helpOf(found)) output.line(line);
}

/** `output` whose lines are fit for a terminal, whatever is in them. */
function cleaned(output: Output): Output {
  return {
    ...output,
    line: (text) => output.line(terminalLine(text)),
    note: (text) => output.note(terminalLine(text)),
  };
}

/**
 * Runs `vitrine` with `args` (without the program's name). Never throws: what is wrong is noted in one line.
 * @returns the exit status
 */
export async function runProgram(args: readonly string[], output: Output): Promise<0 | 1> {
  const clean = cleaned(output);
  try {
    await dispatch(args, clean);
    await clean.finish();
    return 0;
  } catch (error) {
    if (error instanceof MediaError) clean.note(`vitrine: ${error.message}`);
    // What is not of the family is a bug: then the place matters.
    else
      for (const line of String((error as Error).stack).split('\n')) clean.note(`vitrine: ${line}`);
    return 1;
  }
}
