/** The program: finds the command, runs it, and turns what goes wrong into one line and exit status 1. */
import { ConfigError, MediaError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { VERSION } from '../base/version.ts';
import { type Command, helpOf, type Output } from './command.ts';
import { compress, decompress } from './compress.ts';
import { encode } from './encode.ts';
import { isFfmpegStyle, translateArguments } from './ffmpeg-arguments.ts';
import { inspect } from './inspect.ts';
import { codecs, filters, formats } from './lists.ts';
import { optimize } from './optimize.ts';
import { parseOptions } from './options.ts';
import { probe } from './probe.ts';
import { remux } from './remux.ts';
import { terminalLine } from './terminal-text.ts';

const COMMANDS: readonly Command[] = [
  encode,
  remux,
  probe,
  inspect,
  optimize,
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

/** The arguments in this program's own words, if they are written as for ffmpeg. */
function argumentsOf(args: readonly string[]): readonly string[] {
  const isCommand = args[0] === 'encode' || args[0] === 'remux';
  const isOwn = !isCommand && !args[0]?.startsWith('-');
  const rest = isCommand ? args.slice(1) : args;
  if (isOwn || !isFfmpegStyle(rest)) return args[0] === '-version' ? ['--version'] : args;
  if (args[0] === '-version') return ['--version'];
  const [name, ...translated] = translateArguments(rest);
  return [args[0] === 'remux' ? 'remux' : name!, ...translated];
}

async function dispatch(args: readonly string[], output: Output): Promise<void> {
  const [name, ...rest] = argumentsOf(args);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    for (const line of overview()) output.line(line);
    return;
  }
  if (name === '--version' || name === 'version') {
    output.line(VERSION);
    return;
  }
  const found = COMMANDS.find((command) => command.name === name);
  if (found === undefined) {
    const known = COMMANDS.map((command) => command.name);
    throw new ConfigError(
      name,
      `unknown command, allowed are ${known.join(', ')}${didYouMean(name, known)}`,
    );
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

/** Whether the system refused something, such as to read from a disk. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
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
    if (error instanceof MediaError || isOfSystem(error)) clean.note(`vitrine: ${error.message}`);
    // An error of another class is a bug: then the place matters.
    else
      for (const line of String((error as Error).stack).split('\n')) clean.note(`vitrine: ${line}`);
    return 1;
  }
}
