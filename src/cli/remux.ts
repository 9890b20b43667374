/** `vitrine remux`: the same packets in another kind of file. */
import { ConfigError } from '../base/errors.ts';
import { type CopiedStream, copyFrom } from '../pipeline/copy-streams.ts';
import { findFormat } from '../pipeline/format.ts';
import { Muxer } from '../pipeline/muxer.ts';
import { chooseStreams, STREAMS_HELP } from './choose-streams.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { compileLess } from './compile-less.ts';
import { readCut } from './cut.ts';
import { FORMATS } from './format-list.ts';
import { isImageFormat } from './image-options.ts';
import { LIMITS_OPTION } from './limits-option.ts';
import { type FileInput, fractionRead, type InputOptions, openInput } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { type OutputFile, requireOutput } from './output-file.ts';
import { OutputFiles } from './output-files.ts';
import { layoutOptions, outputFormat } from './output-format.ts';
import { OVERWRITE_OPTIONS, splitOutput } from './overwrite.ts';
import { STRICT_OPTION, tellProblems } from './problems.ts';
import { Progress } from './progress.ts';
import { TRACE_OPTION, withTrace } from './trace-option.ts';

// biome-ignore format: one line per option
const OPTIONS = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where the result goes; - is stdout' },
  format: { kind: 'text', meta: 'NAME', help: 'kind of file, if the extension of the output does not say; vitrine formats lists them' },
  rate: { kind: 'rate', meta: 'N/D', help: 'frames per second of an H.264 byte stream that does not say' },
  streams: { kind: 'text', meta: 'LIST', help: STREAMS_HELP },
  cut: { kind: 'text', meta: 'CUT', help: 'the part that is copied: 5..8, 5+3, 5.., ..8 in seconds or 1:30.5; pictures begin with the key picture before it' },
  movflags: { kind: 'choice', choices: ['faststart', 'fragmented'], help: 'layout of MP4 files' },
  'no-video': { kind: 'flag', help: 'leave out pictures' },
  'no-audio': { kind: 'flag', help: 'leave out sound' },
  ...TRACE_OPTION,
  ...OVERWRITE_OPTIONS,
  ...LIMITS_OPTION,
  ...STRICT_OPTION,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

type Values = OptionValues<typeof OPTIONS>;

/** The command. */
export const remux = command({
  usage: 'INPUT... OUTPUT',
  examples: [
    'vitrine remux film.mp4 film.mkv',
    'vitrine -i film.mp4 -c copy film.mkv',
    'vitrine remux pictures.h264 sound.aac film.mp4 --rate 25',
    'vitrine remux film.mkv -o sound.aac --streams 1',
    'vitrine -ss 1:30 -i film.mp4 -t 10 -c copy part.mp4',
  ],
  options: OPTIONS,
  run,
});

async function run(names: readonly string[], values: Values, output: Output): Promise<void> {
  const split = splitOutput(names, values.output);
  const { inputs: paths } = split;
  const path = requireOutput(split.output, values.json === true);
  if (paths.length === 0) throw new ConfigError('INPUT', 'none given; see vitrine remux --help');
  if (paths.filter((name) => name === '-').length > 1) {
    throw new ConfigError('INPUT', '- (stdin) can be given once only');
  }
  const format = outputFormat(path, values.format);
  const done = await OutputFiles.during(paths, values, output, async (files) => {
    await files.claimResult(path, isImageFormat(format) ? {} : undefined);
    await files.claimSideFile('--trace', values.trace);
    return remuxFiles(paths, { path, format, files }, values, output);
  });
  if (path === '-') return;
  const { packets, bytes } = done;
  if (values.json === true) output.line(JSON.stringify({ output: path, packets, bytes }));
  else output.line(`${path}: ${done.codecs.join(', ')}, ${packets} packets, ${bytes} bytes`);
}

/** Where the result goes. */
interface Goal {
  readonly path: string;
  readonly format: string;
  readonly files: OutputFiles;
}

async function remuxFiles(paths: readonly string[], goal: Goal, values: Values, output: Output) {
  const inputs: FileInput[] = [];
  try {
    for (const name of paths) {
      inputs.push(await openInput(name, output.input, inputOptions(values)));
    }
    const taken = takenStreams(inputs, goal.format, values);
    const codecs = taken.map(({ demuxer, index }) => demuxer.streams[index]!.codec);
    const copied = await withTrace('remux', values.trace, goal.files, async (trace) => {
      const { packets, file, muxer } = await copyTo(inputs, taken, goal, values, output);
      await trace?.addTree(goal.path, file.source());
      return { codecs, packets, bytes: file.size(), muxer };
    });
    tellProblems([...inputs, { name: goal.path, reader: copied.muxer }], output);
    return copied;
  } finally {
    for (const { source } of inputs) await source.close();
  }
}

function inputOptions(values: Values): InputOptions {
  return {
    truncated: values.strict === true ? 'error' : 'salvage',
    limits: values.limits,
    ...(values.rate === undefined ? {} : { rate: values.rate }),
  };
}

/** The streams to copy, in the order of the output; throws `ConfigError` if there are none. */
function takenStreams(
  inputs: readonly FileInput[],
  format: string,
  values: Values,
): CopiedStream[] {
  const streams = inputs.map(({ reader }) => reader.streams);
  const taken = chooseStreams(values.streams, streams, findFormat(FORMATS, format)).filter(
    ({ input, index }) => {
      const { kind } = streams[input]![index]!;
      const isLeftOut =
        (kind === 'video' && values['no-video']) || (kind === 'audio' && values['no-audio']);
      return isLeftOut !== true;
    },
  );
  if (taken.length === 0) throw new ConfigError('INPUT', 'nothing is left of it to be copied');
  return taken.map(({ input, index }) => ({ demuxer: inputs[input]!.demuxer, index }));
}

async function copyTo(
  inputs: readonly FileInput[],
  taken: readonly CopiedStream[],
  { path, format, files }: Goal,
  values: Values,
  output: Output,
): Promise<{ packets: number; file: OutputFile; muxer: Muxer }> {
  compileLess();
  const file = await files.openResult(path, isImageFormat(format) ? {} : undefined);
  const muxer = new Muxer(file.sink, { format: await findFormat(FORMATS, format)!.load() });
  const progress = new Progress(output, () => fractionRead(inputs));
  const cut = values.cut === undefined ? null : readCut('--cut', values.cut);
  try {
    const { packets } = await copyFrom(taken, muxer, {
      muxerOptions: layoutOptions(format, values.movflags),
      strict: values.strict === true,
      ...(cut === null ? {} : { range: [cut.start, cut.start + cut.duration] as const }),
      onProgress: (seconds) => progress.update(0, seconds),
    });
    return { packets, file, muxer };
  } finally {
    progress.end();
  }
}
