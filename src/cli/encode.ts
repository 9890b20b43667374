/** `vitrine encode`: pictures and sound in, a coded file out. */
import { ConfigError } from '../base/errors.ts';
import { RAW_AUDIO_FORMATS } from '../containers/raw/index.ts';
import type { GpuKernels } from '../gpu/index.ts';
import type { AudioEncoder } from '../pipeline/audio-encoder.ts';
import { closeEncoders } from '../pipeline/create-encoder.ts';
import { requireCodec } from '../pipeline/find-codec.ts';
import { findFormat } from '../pipeline/format.ts';
import { Muxer } from '../pipeline/muxer.ts';
import type { VideoEncoder } from '../pipeline/video-encoder.ts';
import { type ChosenStream, chooseBesideGraph, chooseStreams } from './choose-streams.ts';
import { CODECS } from './codec-list.ts';
import { command, type Output } from './command.ts';
import { compileLess, inlineLess } from './compile-less.ts';
import { encodeAll, measure } from './encode-frames.ts';
import type { EncodeGlass } from './encode-glass.ts';
import { OPTIONS, type Values } from './encode-options.ts';
import { report, type Tally } from './encode-report.ts';
import { encodeByRows } from './encode-rows.ts';
import { encodersOf, openGraph, openGraphTrack, openTrack, type Track } from './encode-tracks.ts';
import { FORMATS } from './format-list.ts';
import { analysisOf, openGpu } from './gpu-option.ts';
import { GRAPH_FORMAT, openGraphInput } from './graph-input.ts';
import type { GraphOutput, GraphStreams } from './graph-streams.ts';
import { H264_OPTION_NAMES, rejectH264Options } from './h264-options.ts';
import { imageCodecOf, imageConfig, isImageFormat, sequenceOptions } from './image-options.ts';
import { fractionRead, type Input, isPictureFile, openInput } from './open-input.ts';
import { requireOutput } from './output-file.ts';
import { OutputFiles } from './output-files.ts';
import { COPY, layoutOptions, outputFormat, pictureCodec } from './output-format.ts';
import { splitOutput } from './overwrite.ts';
import { requireSound, type ToldFile, tellProblems } from './problems.ts';
import { Progress } from './progress.ts';
import { PsnrMeter } from './psnr.ts';
import { inputOptions } from './raw-input-options.ts';
import { readRoiFile } from './roi-option.ts';
import { Shortest } from './shortest.ts';
import {
  discardingOutput,
  passLogOf,
  passOptions,
  requirePassCodec,
  writePassLog,
} from './two-passes.ts';

/** The command. */
export const encode = command({
  usage: 'INPUT... OUTPUT',
  examples: [
    'vitrine encode pictures.y4m sound.wav film.mp4 --crf 24 --preset fast',
    'vitrine -i pictures.y4m -i sound.wav -c:v libx264 -crf 24 -b:a 128k film.mp4',
    'ffmpeg -i film.mov -f yuv4mpegpipe - | vitrine encode - -o film.h264 --json --psnr',
    'vitrine encode photo.png photo.jpg --quality 80',
    "vitrine encode 'frames-%04d.png' film.mp4 --rate 30",
    'vitrine encode --size 320x240 --pix-fmt rgb24 --rate 30 frames.raw -o film.y4m',
  ],
  options: OPTIONS,
  run,
});

async function run(names: readonly string[], values: Values, output: Output): Promise<void> {
  // Sources within a graph need no input.
  const canDoWithout = values.graph !== undefined;
  const split = splitOutput(names, values.output, canDoWithout ? 1 : 2);
  const { inputs } = split;
  const path = requireOutput(split.output, values.json === true);
  if (inputs.length === 0 && !canDoWithout) {
    throw new ConfigError('INPUT', 'none given; see vitrine encode --help');
  }
  if (inputs.filter((name) => name === '-').length > 1) {
    throw new ConfigError('INPUT', '- (stdin) can be given once only');
  }
  // A wrong extension is said before anything is read.
  // A first pass codes pictures only, and throws them away.
  const isFirstPass = values.pass === 1;
  const format = isFirstPass ? 'h264' : outputFormat(path, values.format);
  // So is a layout that the format has not.
  layoutOf(format, values);
  requireCodecs(values);
  requirePassCodec(path, values);
  imageConfig(values, imageCodecOf(format, values['codec-video']));
  const codec = pictureCodec(findFormat(FORMATS, format), values['codec-video']);
  if (codec !== undefined) rejectH264Options(codec, values);
  const tell = await OutputFiles.during(inputs, values, output, async (files) => {
    await claimFiles(path, format, values, files);
    const opened: Input[] = [];
    try {
      for (const name of inputs) {
        const options = inputOptions(values, opened.length);
        const isGraph = options.format === GRAPH_FORMAT;
        opened.push(
          await (isGraph ? openGraphInput(name) : openInput(name, output.input, options)),
        );
      }
      const goal = { path, format, files };
      const done = isFirstPass ? null : await encodeByRows(opened, goal, values, output);
      return done ?? (await encodeInputs(opened, goal, values, output));
    } finally {
      for (const { source } of opened) await source.close();
    }
  });
  tell();
}

/** Where the result goes. */
interface Goal {
  readonly path: string;
  readonly format: string;
  readonly files: OutputFiles;
}

/** Names all files that are written, and the log of the first pass where it is read. Nothing goes to the output of a first pass. */
async function claimFiles(path: string, format: string, values: Values, files: OutputFiles) {
  const isFirstPass = values.pass === 1;
  const sequence = sequenceOptions(values, format);
  await files.claimResult(path, isImageFormat(format) ? sequence : undefined, !isFirstPass);
  if (values.pass !== undefined) {
    await files.claimSideFile('--pass-log', passLogOf(values), isFirstPass);
  }
  await files.claimSideFile('--trace', values.trace);
}

/** Gives a function that tells what was made, when it is there. */
async function encodeInputs(
  inputs: readonly Input[],
  { path, format, files }: Goal,
  values: Values,
  output: Output,
): Promise<() => void> {
  const sequence = sequenceOptions(values, format);
  const isPictures = isImageFormat(format);
  const isFirstPass = values.pass === 1;
  const pictures = isPictures ? sequence : undefined;
  const file = isFirstPass ? discardingOutput() : await files.openResult(path, pictures);
  const meter = values.psnr === true ? new PsnrMeter() : null;
  const tally: Tally = { frames: 0, samples: 0, copied: 0, encodeSeconds: 0, mediaSeconds: 0 };
  const progress = new Progress(output, () => fractionRead(inputs));
  const tracks: Track[] = [];
  const told: ToldFile[] = [...inputs];
  let glass: EncodeGlass | null = null;
  let gpu: GpuKernels | null = null;
  try {
    glass = await openGlass(values, files);
    const muxer = new Muxer(file.sink, { format: await findFormat(FORMATS, format)!.load() });
    const graph = await openGraph(inputs, values, glass);
    const chosen = chosenStreams(inputs, graph, format, values);
    checkUsed(inputs, chosen, values);
    if (values.gpu !== undefined) gpu = await openGpu(values.gpu);
    const pass = await passOptions(values);
    const regions = await readRoiFile(values.roi);
    const setting = { muxer, format, values, glass, gpu, pass, regions };
    for (const from of chosen) tracks.push(await openChosen(from, inputs, graph, setting));
    prepare(encodersOf(tracks), meter, tally);
    await muxer.open({ ...carriedTo(muxer, inputs), ...layoutOf(format, values), ...sequence });
    const shortest = values.shortest === true ? new Shortest(tracks.length) : null;
    const job = { inputs, tracks, graph, muxer, tally, progress, glass, shortest };
    await encodeAll({ ...job, limit: values.frames });
    told.push({ name: path, reader: muxer });
    if (values.strict === true) requireSound(told);
    await muxer.close();
    if (isFirstPass) await writePassLog(encodersOf(tracks)[0] as VideoEncoder, values, files);
    else await glass?.addTree(path, file.source());
    await glass?.close();
  } catch (error) {
    await closeEncoders(encodersOf(tracks));
    await file.sink.abort(error);
    throw error;
  } finally {
    await gpu?.close();
    progress.end();
  }
  tellProblems(told, output);
  const analysis = analysisOf(encodersOf(tracks));
  const measured = { psnr: meter?.result() ?? null, stats: glass?.statistics ?? null, analysis };
  const lines = values.json === true ? [] : (glass?.lines() ?? []);
  return () => {
    if (file.isStandard) return;
    report(isFirstPass ? passLogOf(values) : path, file.size(), tally, measured, values, output);
    for (const line of lines) output.line(line);
  };
}

/** Opens the track of a stream of an input or of the graph. */
function openChosen(
  from: ChosenStream | GraphOutput,
  inputs: readonly Input[],
  graph: GraphStreams | null,
  setting: Parameters<typeof openTrack>[2],
): Promise<Track> {
  return 'key' in from
    ? openGraphTrack(from, graph!, setting)
    : openTrack(from, inputs[from.input]!, setting);
}

/** Prepares the engine for the work of the encoders, and has the pictures measured if there is a meter. */
function prepare(
  encoders: readonly (VideoEncoder | AudioEncoder)[],
  meter: PsnrMeter | null,
  tally: Tally,
): void {
  if (encoders.some(({ kind }) => kind === 'video')) inlineLess();
  else compileLess();
  for (const encoder of encoders) {
    if (meter !== null && encoder.kind === 'video') measure(meter, encoder, tally);
  }
}

/** The glass that is asked for; null for none. */
async function openGlass(values: Values, files: OutputFiles): Promise<EncodeGlass | null> {
  if (values.trace === undefined && values.stats !== true) return null;
  const { EncodeGlass } = await import('./encode-glass.ts');
  return EncodeGlass.open(values.trace, files, values.stats === true);
}

/** What the first input that says anything says beside its streams. */
function carriedTo(muxer: Muxer, inputs: readonly Input[]): object {
  const about = inputs.find(({ reader }) => reader.about !== undefined)?.reader.about;
  return about === undefined ? {} : muxer.carriedOptions({ ...about, unread: [] });
}

/** Options that mean something for one kind of stream only. */
const VIDEO_ONLY = [
  ...H264_OPTION_NAMES,
  ...(['codec-video', 'pass', 'pass-log', 'psnr', 'vf', 'stats', 'gpu'] as const),
  ...(['qscale', 'compression-level', 'frames', 'output-rate', 'fps-mode'] as const),
] as const;
const AUDIO_ONLY = ['codec-audio', 'bitrate-audio', 'quality-audio', 'channel-mask', 'af'] as const;

/** Throws `ConfigError` for an option that no stream of the inputs would use. */
function checkUsed(
  inputs: readonly Input[],
  chosen: readonly (ChosenStream | GraphOutput)[],
  values: Values,
): void {
  const kinds = new Set(
    chosen.map((from) =>
      'key' in from ? from.kind : inputs[from.input]!.reader.streams[from.index]!.kind,
    ),
  );
  if (kinds.size === 0) throw new ConfigError('INPUT', 'nothing is left of it to be coded');
  const check = (kind: 'video' | 'audio', names: readonly (keyof Values)[]) => {
    const isCopied = values[`codec-${kind}`] === COPY;
    const unused = names.find((name) => {
      return values[name] !== undefined && !(isCopied && name === `codec-${kind}`);
    });
    if (unused === undefined || (kinds.has(kind) && !isCopied)) return;
    const why = isCopied ? `${kind} is copied` : `no input has ${kind}`;
    throw new ConfigError(`--${unused}`, `${why}; leave the option away`);
  };
  check('video', VIDEO_ONLY);
  // The second pass is typed as the first: sound is only left out of it.
  if (values.pass !== 1) check('audio', AUDIO_ONLY);
  const formats = inputs.map(({ reader }) => reader.format);
  const hasPictures = formats.includes('rawvideo');
  const hasSound = RAW_AUDIO_FORMATS.some(({ format }) => formats.includes(format));
  const needs = (isThere: boolean, names: readonly (keyof Values)[], what: string) => {
    const unused = isThere ? undefined : names.find((name) => values[name] !== undefined);
    if (unused === undefined) return;
    const said = formats.join(', ');
    throw new ConfigError(`--${unused}`, `is for ${what}; this input (${said}) says it itself`);
  };
  needs(hasPictures, ['size', 'pix-fmt'], 'raw pictures');
  const isTimeless = formats.some((name) => name === 'h264' || isPictureFile(name));
  needs(hasPictures || isTimeless, ['rate'], 'raw pictures, picture files and H.264 byte streams');
  needs(formats.includes('image2'), ['input-start'], 'sequences of files');
  needs(hasSound, ['sample-rate', 'channels'], 'raw sound');
}

/** Says a wrong name of a codec before anything is read. */
function requireCodecs(values: Values): void {
  const [video, audio] = [values['codec-video'], values['codec-audio']];
  if (video !== undefined && video !== COPY) requireCodec('--codec-video', video, 'video', CODECS);
  if (audio !== undefined && audio !== COPY) requireCodec('--codec-audio', audio, 'audio', CODECS);
}

/** Options of the container; a first pass writes none. */
function layoutOf(format: string, { movflags, pass }: Values): object {
  return pass === 1 ? {} : layoutOptions(format, movflags);
}

/** What is taken of inputs and graph, in the order of the output. Of a graph that has sound, the first pass takes pictures only. */
function chosenStreams(
  inputs: readonly Input[],
  graph: GraphStreams | null,
  format: string,
  values: Values,
): (ChosenStream | GraphOutput)[] {
  const streams = inputs.map(({ reader }) => reader.streams);
  const found = findFormat(FORMATS, format);
  const chosen =
    graph === null
      ? chooseStreams(values.streams, streams, found)
      : chooseBesideGraph(values.streams, streams, found, graph.outputs);
  return chosen.filter((from) => {
    const isOutput = 'key' in from;
    const kind = isOutput ? from.kind : streams[from.input]![from.index]!.kind;
    const isTaken =
      kind === 'video'
        ? values['no-video'] !== true
        : values['no-audio'] !== true && values.pass !== 1;
    if (!isTaken && isOutput) graph!.close(from);
    return isTaken;
  });
}
