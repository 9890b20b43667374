/** The program: finds the command, runs it, and turns what goes wrong into one line and exit status 1. */
import { ConfigError, MediaError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { VERSION } from '../base/version.ts';
import { helpOf, type Output } from './command.ts';
import { COMMANDS } from './command-list.ts';
import { isFfmpegStyle } from './ffmpeg-style.ts';
import { parseOptions } from './options.ts';
import { terminalLine } from './terminal-text.ts';

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
async function argumentsOf(args: readonly string[]): Promise<readonly string[]> {
  const isCommand = args[0] === 'encode' || args[0] === 'remux';
  const isOwn = !isCommand && !args[0]?.startsWith('-');
  const rest = isCommand ? args.slice(1) : args;
  if (isOwn || !isFfmpegStyle(rest)) return args[0] === '-version' ? ['--version'] : args;
  if (args[0] === '-version') return ['--version'];
  const { translateArguments } = await import('./ffmpeg-arguments.ts');
  const [name, ...translated] = await translateArguments(rest);
  return [args[0] === 'remux' ? 'remux' : name!, ...translated];
}

async function dispatch(args: readonly string[], output: Output): Promise<void> {
  const [name, ...rest] = await argumentsOf(args);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    for (const line of overview()) output.line(line);
    return;
  }
  if (name === '--version' || name === 'version') {
    output.line(VERSION);
    return;
  }
  const found = COMMANDS.find((listed) => listed.name === name);
  if (found === undefined) {
    const known = COMMANDS.map((listed) => listed.name);
    throw new ConfigError(
      name,
      `unknown command, allowed are ${known.join(', ')}${didYouMean(name, known)}`,
    );
  }
  const command = await found.load();
  const { values, inputs } = parseOptions(rest, command.options);
  if (!('help' in values)) return command.run(inputs, values, output);
  for (const line of helpOf(found, command)) output.line(line);
}

/** `output` whose lines are fit for a terminal, whatever is in them. */
function cleaned(output: Output): Output {
  return {
    ...output,
    line: (text) => output.line(terminalLine(text)),
    note: (text) => output.note(terminalLine(text)),
    progress: (text) => output.progress(terminalLine(text)),
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
