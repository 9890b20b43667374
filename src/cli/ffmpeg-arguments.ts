/**
 * Command lines as ffmpeg's users type them, in terms of the commands of this program: `-i in.y4m -c:v libx264 -crf 23
 * out.mp4`. Options without a counterpart here are refused, with a hint on what to type instead; nothing is silently left
 * out but what only concerns ffmpeg's own
 * output.
 */
import { ConfigError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { AskedFilters } from './ffmpeg-filters.ts';
import { type Context, FFMPEG_OPTIONS, type Translation } from './ffmpeg-options.ts';
import { FFMPEG_OPTION } from './ffmpeg-style.ts';
import type { OptionTable } from './options.ts';

/** The command, and its arguments. Throws `ConfigError` for what has no counterpart, saying what to type. */
export async function translateArguments(args: readonly string[]): Promise<readonly string[]> {
  const context = readArguments(args, await ownOptions(args));
  const { inputs, inputFormats, outputs, mapped, filters, translated } = context;
  // Streams that end together are read side by side, which only `encode` does.
  const copies = onlyCopies(context) && !translated.includes('--shortest');
  checkTogether(context);
  const formats = inputFormats.length === 0 ? [] : ['--input-format', inputFormats.join(',')];
  const streams = ['--streams', mapped.length === 0 ? 'best' : mapped.join(',')];
  const asked = copies ? filters.copyArguments(inputs.length) : filters.arguments();
  return [
    copies ? 'remux' : 'encode',
    ...[...inputs, ...formats, ...(copies ? [] : codecArguments(context)), ...translated],
    ...[...streams, ...asked, ...outputs],
  ];
}

/** The options of this program's own that may stand among ffmpeg's; none where none is written. */
async function ownOptions(args: readonly string[]): Promise<OptionTable> {
  if (!args.some((arg) => arg.startsWith('--'))) return {};
  return (await import('./encode-options.ts')).OPTIONS;
}

/** Takes options, inputs and outputs apart. Without `-i`, all files but the last are inputs. */
function readArguments(args: readonly string[], own: OptionTable): Context {
  const context: Context = {
    ...{ copiesAll: false, codecs: {}, inputs: [], inputFormats: [], outputs: [], mapped: [] },
    ...{ filters: new AskedFilters(), translated: [] },
  };
  const { inputs, outputs, translated } = context;
  const lastInput = args.lastIndexOf('-i');
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const name = FFMPEG_OPTION.exec(arg)?.[1];
    if (name === 'i') inputs.push(pathOf(valueAfter(args, ++i, '-i')));
    else if (name !== undefined && arg !== '-o' && arg !== '-h') {
      const found = translationOf(arg, name);
      const value = found.isFlag === true ? '' : valueAfter(args, ++i, arg);
      const target = i < lastInput ? found.before : found.behind;
      if (typeof target === 'string') throw new ConfigError(arg, target);
      translated.push(...target!(value, context));
    } else if (arg === '-o') outputs.push(pathOf(valueAfter(args, ++i, '-o')));
    else if (arg === '-' || !arg.startsWith('-')) outputs.push(pathOf(arg));
    else {
      translated.push(arg);
      if (takesValue(arg, own)) translated.push(valueAfter(args, ++i, arg));
    }
  }
  if (lastInput < 0) inputs.push(...outputs.splice(0, outputs.length - 1));
  return context;
}

/** Whether nothing is coded: streams are copied, no other codec is named, and nothing filters those that no codec is named for. */
function onlyCopies({ copiesAll, codecs, filters }: Context): boolean {
  const named = Object.values(codecs);
  const isCopy = copiesAll || (named.length > 0 && !filters.changesFrames);
  return isCopy && named.every((name) => name === 'copy');
}

/** The codecs of what is coded, and of what is copied beside it. */
function codecArguments({ copiesAll, codecs }: Context): string[] {
  return (['video', 'audio'] as const).flatMap((kind) => {
    const name = codecs[kind] ?? (copiesAll ? 'copy' : undefined);
    return name === undefined ? [] : [`--codec-${kind}`, name];
  });
}

/** Throws for what does not go together here. */
function checkTogether(context: Context): void {
  const { outputs, filters, translated } = context;
  const says = (name: string, value: string) =>
    translated.some((word, i) => word === name && translated[i + 1] === value);
  if (says('--format', 'null') && !says('--pass', '1')) {
    throw new ConfigError(
      '-f',
      'null: to measure, vitrine encode IN OUT --psnr; to read a file through, vitrine probe FILE',
    );
  }
  if (outputs.length === 0) {
    throw new ConfigError('OUTPUT', 'none given; its name stands last, such as out.mp4');
  }
  if (outputs.length > 1) {
    throw new ConfigError(
      outputs[1]!,
      'is a second output; a command writes one file, so type one command for each',
    );
  }
  if (onlyCopies(context) && filters.changesFrames) {
    throw new ConfigError(
      '-c',
      'copy leaves frames as they are; leave out what changes them, or the copy',
    );
  }
}

/** Whether a value follows an option of this program's own, which may stand among ffmpeg's. */
function takesValue(arg: string, own: OptionTable): boolean {
  const kind = Object.hasOwn(own, arg.slice(2)) ? own[arg.slice(2)]!.kind : 'flag';
  return arg.startsWith('--') && kind !== 'flag';
}

function translationOf(arg: string, name: string): Translation {
  if (Object.hasOwn(FFMPEG_OPTIONS, name)) return FFMPEG_OPTIONS[name]!;
  const known = Object.keys(FFMPEG_OPTIONS).map((key) => `-${key}`);
  throw new ConfigError(
    arg,
    `is not understood here${didYouMean(arg, known)}; vitrine encode --help lists the options`,
  );
}

function valueAfter(args: readonly string[], index: number, name: string): string {
  const value = args[index];
  if (value === undefined) throw new ConfigError(name, 'needs a value');
  return value;
}

/** A name as ffmpeg reads it: `pipe:` is standard input or output, and what follows `file:` is a path whatever it looks like. */
function pathOf(name: string): string {
  if (/^pipe:[01]?$/.test(name)) return '-';
  if (!name.startsWith('file:')) return name;
  const path = name.slice('file:'.length);
  return path.startsWith('-') ? `./${path}` : path;
}
