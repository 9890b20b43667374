/** `vitrine remux`: the same packets in another kind of file. */
import { ConfigError } from '../base/errors.ts';
import { copyStreams } from '../pipeline/copy-streams.ts';
import { Muxer } from '../pipeline/everything.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { LIMITS_OPTION } from './limits-option.ts';
import { type Input, openInput } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { openOutput, requireOutput } from './output-file.ts';
import { outputFormat } from './output-format.ts';
import { mayWrite, OVERWRITE_OPTIONS, splitOutput } from './overwrite.ts';
import { STRICT_OPTION, tellProblems } from './problems.ts';
import { Progress } from './progress.ts';

// biome-ignore format: one line per option
const OPTIONS = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where the result goes; - is stdout' },
  format: { kind: 'text', meta: 'NAME', help: 'kind of file, if the extension of the output does not say; vitrine formats lists them' },
  rate: { kind: 'rate', meta: 'N/D', help: 'frames per second of an H.264 byte stream that does not say' },
  streams: { kind: 'text', meta: 'N,N', help: 'numbers of the streams to take, as probe lists them (all)' },
  movflags: { kind: 'choice', choices: ['faststart', 'fragmented'], help: 'layout of MP4 files' },
  'no-video': { kind: 'flag', help: 'leave out pictures' },
  'no-audio': { kind: 'flag', help: 'leave out sound' },
  ...OVERWRITE_OPTIONS,
  ...LIMITS_OPTION,
  ...STRICT_OPTION,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

type Values = OptionValues<typeof OPTIONS>;

/** The command. */
export const remux = command({
  name: 'remux',
  usage: 'INPUT OUTPUT',
  summary: 'Puts coded streams into another file; nothing is decoded or coded.',
  examples: [
    'vitrine remux film.mp4 film.mkv',
    'vitrine -i film.mp4 -c copy film.mkv',
    'vitrine remux film.mkv -o sound.aac --streams 1',
  ],
  options: OPTIONS,
  run,
});

async function run(names: readonly string[], values: Values, output: Output): Promise<void> {
  const split = splitOutput(names, values.output);
  const { inputs } = split;
  const [name] = inputs;
  const path = requireOutput(split.output, values.json === true);
  if (name === undefined || inputs.length > 1) {
    throw new ConfigError('INPUT', `got ${inputs.length} inputs, needed is one`);
  }
  const format = outputFormat(path, values.format);
  await mayWrite(path, values, output);
  const input = await openInput(name, output.input, {
    truncated: values.strict === true ? 'error' : 'salvage',
    limits: values.limits,
    ...(values.rate === undefined ? {} : { rate: values.rate }),
  });
  try {
    const { streams } = input.reader;
    const numbers = chosenStreams(values.streams, streams.length);
    const taken = numbers.filter((index) => {
      const { kind } = streams[index]!;
      const isLeftOut =
        (kind === 'video' && values['no-video']) || (kind === 'audio' && values['no-audio']);
      return isLeftOut !== true;
    });
    if (taken.length === 0) throw new ConfigError('INPUT', 'nothing is left of it to be copied');
    const { packets, bytes } = await copyTo(input, taken, path, format, values, output);
    tellProblems([input], output);
    if (path === '-') return;
    if (values.json === true) output.line(JSON.stringify({ output: path, packets, bytes }));
    else {
      const codecs = taken.map((index) => streams[index]!.codec).join(', ');
      output.line(`${path}: ${codecs}, ${packets} packets, ${bytes} bytes`);
    }
  } finally {
    await input.source.close();
  }
}

/** Stream numbers in rising order; throws `ConfigError` for one that is not there. */
function chosenStreams(text: string | undefined, count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (text === undefined) return all;
  const numbers = text.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (!numbers.every((number) => number < count)) {
    throw new ConfigError('--streams', `got ${text}, allowed are 0..${count - 1} with commas`);
  }
  return all.filter((index) => numbers.includes(index));
}

async function copyTo(
  { demuxer, source }: Input,
  indices: readonly number[],
  path: string,
  format: string,
  values: Values,
  output: Output,
): Promise<{ packets: number; bytes: number }> {
  const file = await openOutput(path, output);
  const progress = new Progress(output, () =>
    source.size === null ? null : source.position / source.size,
  );
  const layout = values.movflags;
  try {
    const { packets } = await copyStreams(demuxer, new Muxer(file.sink, { format }), {
      indices,
      muxerOptions: layout === undefined ? {} : { [layout]: true },
      strict: values.strict === true,
      onProgress: (seconds) => progress.update(0, seconds),
    });
    return { packets, bytes: await file.size() };
  } catch (error) {
    await file.sink.abort(error);
    throw error;
  } finally {
    progress.end();
  }
}
