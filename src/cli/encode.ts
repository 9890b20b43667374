/** `vitrine encode`: pictures and sound in, a coded file out. */
import type { ReadPacket } from '../base/container.ts';
import { ConfigError, FormatError } from '../base/errors.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { toSeconds } from '../base/rational.ts';
import { PRESETS, type StreamStatistics } from '../codecs/h264/index.ts';
import { RAW_AUDIO_FORMATS } from '../containers/raw/index.ts';
import { type AudioFrames, colorName, type PixFmt, VideoFrames } from '../frames/index.ts';
import type { AudioEncoder } from '../pipeline/audio-encoder.ts';
import {
  audioEncodeConfig,
  type VideoEncodeOptions,
  videoEncodeConfig,
} from '../pipeline/encode-config.ts';
import { Muxer } from '../pipeline/everything.ts';
import { requireCodec } from '../pipeline/find-codec.ts';
import type { StreamDescription } from '../pipeline/muxer-options.ts';
import { CODECS } from '../pipeline/registry.ts';
import type { VideoEncoder } from '../pipeline/video-encoder.ts';
import { LEVELS } from '../syntax/h264/levels.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { EncodeGlass } from './encode-glass.ts';
import { sampleFmtOf, type Unpack, unpackerOf } from './frames-of-packets.ts';
import { LIMITS_OPTION } from './limits-option.ts';
import { type Input, openInput } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { openOutput, requireOutput } from './output-file.ts';
import { outputFormat } from './output-format.ts';
import { mayWrite, OVERWRITE_OPTIONS, splitOutput } from './overwrite.ts';
import { requireSound, STRICT_OPTION, tellProblems } from './problems.ts';
import { Progress } from './progress.ts';
import { type Psnr, PsnrMeter } from './psnr.ts';
import { inputOptions, RAW_INPUT_OPTIONS } from './raw-input-options.ts';
import { StreamFilter } from './stream-filter.ts';

const codecNames = (kind: 'video' | 'audio') =>
  CODECS.filter((codec) => codec.kind === kind)
    .map(({ name }) => name)
    .join(', ');

// biome-ignore format: one line per option
const OPTIONS = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where the result goes; - is stdout' },
  format: { kind: 'text', meta: 'NAME', help: 'kind of file, if the extension of the output does not say; vitrine formats lists them' },
  'codec-video': { kind: 'text', meta: 'NAME', help: `codec of pictures: ${codecNames('video')}` },
  'codec-audio': { kind: 'text', meta: 'NAME', help: `codec of sound: ${codecNames('audio')}` },
  preset: { kind: 'choice', choices: PRESETS, help: 'speed against size' },
  crf: { kind: 'number', meta: 'N', min: 0, max: 51, help: 'constant quality, 0 (best) to 51 (23)' },
  qp: { kind: 'integer', meta: 'N', min: 0, max: 51, help: 'constant quantizer, 0 (best) to 51' },
  gop: { kind: 'integer', meta: 'N', min: 0, max: 0x7fffffff, help: 'pictures from one key picture to the next' },
  'bitrate-video': { kind: 'bits', help: 'bits per second of pictures, such as 2M' },
  'vbv-maxrate': { kind: 'bits', help: 'bits per second at which a decoder\'s buffer fills' },
  'vbv-bufsize': { kind: 'bits', help: 'bits that a decoder\'s buffer holds' },
  refs: { kind: 'integer', meta: 'N', min: 1, max: 16, help: 'pictures that are referred to' },
  level: { kind: 'choice', choices: LEVELS, help: 'level to keep within' },
  'bitrate-audio': { kind: 'bits', help: 'bits per second of sound, such as 128k' },
  'channel-mask': { kind: 'integer', meta: 'N', min: 0, max: 0xffffffff, help: 'loudspeakers of the sound as a WAVE channel mask; 0 for the codec\'s own (as the input says)' },
  vf: { kind: 'text', meta: 'GRAPH', help: 'filters for pictures, in ffmpeg\'s language: scale=640:-2,hflip' },
  af: { kind: 'text', meta: 'GRAPH', help: 'filters for sound: volume=0.5' },
  movflags: { kind: 'choice', choices: ['faststart', 'fragmented'], help: 'layout of MP4 files' },
  trace: { kind: 'text', meta: 'FILE', help: 'write all that the H.264 encoder decides and writes to FILE (docs/inspection.md)' },
  stats: { kind: 'flag', help: 'tell pictures by type, kinds of macroblocks and references of H.264' },
  psnr: { kind: 'flag', help: 'measure the coded pictures against the input' },
  'no-video': { kind: 'flag', help: 'leave out pictures' },
  'no-audio': { kind: 'flag', help: 'leave out sound' },
  ...RAW_INPUT_OPTIONS,
  ...OVERWRITE_OPTIONS,
  ...LIMITS_OPTION,
  ...STRICT_OPTION,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

type Values = OptionValues<typeof OPTIONS>;

/** The command. */
export const encode = command({
  name: 'encode',
  usage: 'INPUT... OUTPUT',
  summary: 'Codes y4m, WAV and raw input; - is stdin. The output is what its extension says.',
  examples: [
    'vitrine encode pictures.y4m sound.wav film.mp4 --crf 24 --preset fast',
    'vitrine -i pictures.y4m -i sound.wav -c:v libx264 -crf 24 -b:a 128k film.mp4',
    'ffmpeg -i film.mov -f yuv4mpegpipe - | vitrine encode - -o film.h264 --json --psnr',
    'vitrine encode --size 320x240 --pix-fmt rgb24 --rate 30 frames.raw -o film.y4m',
  ],
  options: OPTIONS,
  run,
});

/** One stream from an input to the muxer. */
interface Track {
  readonly unpack: Unpack;
  readonly filter: StreamFilter<StreamInfo> | null;
  readonly encoder: VideoEncoder | AudioEncoder;
  /** Number in the muxer. */
  readonly index: number;
}

/** One input while it is read. */
interface Feed {
  readonly packets: AsyncGenerator<ReadPacket>;
  /** By stream of the input; null for those that are left out. */
  readonly tracks: readonly (Track | null)[];
  /** Seconds up to which it was read; infinity when it is at its end. */
  seconds: number;
}

/** What was done, for the report. */
interface Tally {
  frames: number;
  samples: number;
  encodeSeconds: number;
  mediaSeconds: number;
}

async function run(names: readonly string[], values: Values, output: Output): Promise<void> {
  const split = splitOutput(names, values.output);
  const { inputs } = split;
  const path = requireOutput(split.output, values.json === true);
  if (inputs.length === 0) throw new ConfigError('INPUT', 'none given; see vitrine encode --help');
  if (inputs.filter((name) => name === '-').length > 1) {
    throw new ConfigError('INPUT', '- (stdin) can be given once only');
  }
  // A wrong extension is said before anything is read.
  const format = outputFormat(path, values.format);
  requireCodecs(values);
  await mayWrite(path, values, output);
  const opened: Input[] = [];
  try {
    for (const name of inputs) {
      opened.push(await openInput(name, output.input, inputOptions(values)));
    }
    await encodeInputs(opened, path, format, values, output);
  } finally {
    for (const { source } of opened) await source.close();
  }
}

async function encodeInputs(
  inputs: readonly Input[],
  path: string,
  format: string,
  values: Values,
  output: Output,
): Promise<void> {
  const file = await openOutput(path, output);
  const meter = values.psnr === true ? new PsnrMeter() : null;
  const tally: Tally = { frames: 0, samples: 0, encodeSeconds: 0, mediaSeconds: 0 };
  const progress = new Progress(output, () => fractionRead(inputs));
  let glass: EncodeGlass | null = null;
  try {
    glass = await EncodeGlass.open(values.trace, values.stats === true);
    const muxer = new Muxer(file.sink, { format });
    checkUsed(inputs, values);
    const feeds = inputs.map((input) => feedOf(input, muxer, values, glass!));
    for (const { encoder } of tracksOf(feeds)) {
      if (meter !== null && encoder.kind === 'video') measure(meter, encoder, tally);
    }
    const about = inputs.find(({ reader }) => reader.about !== undefined)?.reader.about;
    const carried = about === undefined ? {} : muxer.carriedOptions(about);
    await muxer.open({ ...carried, ...containerOptions(values) });
    await copyAll(feeds, muxer, tally, progress, glass);
    if (values.strict === true) requireSound(inputs);
    await muxer.close();
    await glass.close();
  } catch (error) {
    await glass?.abort(error);
    await file.sink.abort(error);
    throw error;
  } finally {
    progress.end();
  }
  tellProblems(inputs, output);
  if (file.isStandard) return;
  const measured = { psnr: meter?.result() ?? null, stats: glass.statistics };
  report(path, await file.size(), tally, measured, values, output);
  if (values.json !== true) for (const line of glass.lines()) output.line(line);
}

/** Options that mean something for one kind of stream only. */
const VIDEO_ONLY = [
  ...(['codec-video', 'preset', 'crf', 'qp', 'gop', 'bitrate-video', 'vbv-maxrate'] as const),
  ...(['vbv-bufsize', 'refs', 'level', 'psnr', 'vf', 'trace', 'stats'] as const),
] as const;
const AUDIO_ONLY = ['codec-audio', 'bitrate-audio', 'channel-mask', 'af'] as const;

/** Throws `ConfigError` for an option that no stream of the inputs would use. */
function checkUsed(inputs: readonly Input[], values: Values): void {
  const kinds = new Set(
    inputs.flatMap(({ reader }) => reader.streams.filter(isWanted(values)).map(({ kind }) => kind)),
  );
  if (kinds.size === 0) throw new ConfigError('INPUT', 'nothing is left of it to be coded');
  const check = (kind: 'video' | 'audio', names: readonly (keyof Values)[]) => {
    const unused = kinds.has(kind) ? undefined : names.find((name) => values[name] !== undefined);
    if (unused !== undefined) {
      throw new ConfigError(`--${unused}`, `no input has ${kind}; leave the option away`);
    }
  };
  check('video', VIDEO_ONLY);
  check('audio', AUDIO_ONLY);
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
  needs(hasPictures || formats.includes('h264'), ['rate'], 'raw pictures and H.264 byte streams');
  needs(hasSound, ['sample-rate', 'channels'], 'raw sound');
}

/** Says a wrong name of a codec before anything is read. */
function requireCodecs(values: Values): void {
  const [video, audio] = [values['codec-video'], values['codec-audio']];
  if (video !== undefined) requireCodec('--codec-video', video, 'video', CODECS);
  if (audio !== undefined) requireCodec('--codec-audio', audio, 'audio', CODECS);
}

/** Share of all inputs that was read; null if one is a stream. */
function fractionRead(inputs: readonly Input[]): number | null {
  let read = 0;
  let total = 0;
  for (const { source } of inputs) {
    if (source.size === null) return null;
    read += source.position;
    total += source.size;
  }
  return total === 0 ? null : read / total;
}

function containerOptions(values: Values): object {
  if (values.movflags === undefined) return {};
  return values.movflags === 'faststart' ? { faststart: true } : { fragmented: true };
}

function feedOf(input: Input, muxer: Muxer, values: Values, glass: EncodeGlass): Feed {
  const tracks = input.reader.streams.map((stream): Track | null => {
    if (!isWanted(values)(stream)) return null;
    const unpack = unpackerOf(input.name, stream);
    const text = stream.kind === 'video' ? values.vf : values.af;
    const filter = text === undefined ? null : new StreamFilter<StreamInfo>(stream, text);
    const coded = filter?.stream ?? stream;
    const index = muxer.streamInfos.length;
    const encoder =
      coded.kind === 'video'
        ? addVideo(muxer, coded, values, glass)
        : addAudio(muxer, coded as AudioStreamInfo, values);
    return { unpack, filter, encoder, index };
  });
  return { packets: input.reader.packets(), tracks, seconds: 0 };
}

/** All that are coded. */
function tracksOf(feeds: readonly Feed[]): Track[] {
  return feeds.flatMap(({ tracks }) => tracks.filter((track) => track !== null));
}

/** Whether the options leave a stream in. */
function isWanted(values: Values): (stream: StreamInfo) => boolean {
  return ({ kind }) => values[kind === 'video' ? 'no-video' : 'no-audio'] !== true;
}

function addVideo(
  muxer: Muxer,
  stream: VideoStreamInfo,
  values: Values,
  glass: EncodeGlass,
): VideoEncoder {
  const { width, height, sampleAspectRatio, timeBase } = stream;
  const { preset, qp, crf, refs, level } = values;
  const vbvMaxRate = values['vbv-maxrate'];
  const vbvBufferSize = values['vbv-bufsize'];
  return muxer.addEncodeStream({
    config: videoEncodeConfig({
      width,
      height,
      pixFmt: stream.pixFmt as PixFmt,
      ...(stream.frameRate === undefined ? { timeBase } : { frameRate: stream.frameRate }),
      ...(values.gop === undefined ? {} : { gopSize: values.gop }),
      ...(values['bitrate-video'] === undefined ? {} : { bitRate: values['bitrate-video'] }),
      ...(sampleAspectRatio === undefined ? {} : { sampleAspectRatio }),
      ...colorOptions(stream),
    }),
    ...(values['codec-video'] === undefined ? {} : { encoder: values['codec-video'] }),
    encoderConfig: {
      ...(preset === undefined ? {} : { preset }),
      ...(qp === undefined ? {} : { qp }),
      ...(crf === undefined ? {} : { crf }),
      ...(refs === undefined ? {} : { refs }),
      ...(level === undefined ? {} : { level }),
      ...(vbvMaxRate === undefined ? {} : { vbvMaxRate }),
      ...(vbvBufferSize === undefined ? {} : { vbvBufferSize }),
      ...glass.encoderOptions(width, height),
    },
    description: descriptionOf(stream),
  });
}

/** What the input says of its colors, and nothing where it says nothing. */
function colorOptions({ color }: VideoStreamInfo): Partial<VideoEncodeOptions> {
  if (color === undefined) return {};
  return {
    colorRange: color.video_full_range_flag === 1 ? 'pc' : 'tv',
    colorPrimaries: colorName('primaries', color.colour_primaries),
    colorTrc: colorName('transfer', color.transfer_characteristics),
    colorspace: colorName('matrix', color.matrix_coefficients),
  };
}

/** What the input says of a stream that no codec knows. */
function descriptionOf(stream: StreamInfo): StreamDescription {
  const { language, title, isDefault } = stream;
  const shared = {
    ...(language === undefined ? {} : { language }),
    ...(title === undefined ? {} : { title }),
    ...(isDefault === undefined ? {} : { isDefault }),
  };
  if (stream.kind !== 'video') return shared;
  const { rotation, masteringDisplay, contentLight } = stream;
  return {
    ...shared,
    ...(rotation === undefined ? {} : { rotation }),
    ...(masteringDisplay === undefined ? {} : { masteringDisplay }),
    ...(contentLight === undefined ? {} : { contentLight }),
  };
}

function addAudio(muxer: Muxer, stream: AudioStreamInfo, values: Values): AudioEncoder {
  const { numChannels, sampleRate } = stream;
  const channelMask = values['channel-mask'] ?? stream.channelMask;
  return muxer.addEncodeStream({
    config: audioEncodeConfig({
      numChannels,
      sampleRate,
      sampleFmt: sampleFmtOf(stream),
      // A mask that does not name as many loudspeakers as there are channels says nothing.
      ...(countBits(channelMask) === numChannels ? { channelMask } : {}),
      ...(values['bitrate-audio'] === undefined ? {} : { bitRate: values['bitrate-audio'] }),
    }),
    ...(values['codec-audio'] === undefined ? {} : { encoder: values['codec-audio'] }),
    description: descriptionOf(stream),
  });
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}

/** Reads all inputs side by side, the one that is behind first, so that little waits to be interleaved. */
async function copyAll(
  feeds: readonly Feed[],
  muxer: Muxer,
  tally: Tally,
  progress: Progress,
  glass: EncodeGlass,
): Promise<void> {
  for (;;) {
    const feed = feeds.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    if (feed.seconds === Number.POSITIVE_INFINITY) break;
    const next = await feed.packets.next();
    if (next.done === true) {
      feed.seconds = Number.POSITIVE_INFINITY;
      continue;
    }
    const { streamIndex, packet } = next.value;
    const track = feed.tracks[streamIndex];
    if (track === null || track === undefined) continue;
    const frames = track.unpack(packet);
    const { filter } = track;
    const filtered = filter === null ? frames : filter.push(frames, packet.duration);
    await encodeFrames(track, filtered, muxer, tally);
    await glass.drain();
    feed.seconds = toSeconds(packet.pts + packet.duration, frames.timeBase);
    tally.mediaSeconds = Math.max(tally.mediaSeconds, feed.seconds);
    progress.update(tally.frames, feed.seconds);
  }
  const tracks = tracksOf(feeds);
  for (const track of tracks) {
    if (track.filter !== null) await encodeFrames(track, track.filter.flush(), muxer, tally);
  }
  if (tally.frames === 0 && tally.samples === 0) {
    throw new FormatError('INPUT', 'the input holds no picture and no sample');
  }
  for (const track of tracks) {
    const before = performance.now();
    const rest = await track.encoder.flush();
    tally.encodeSeconds += (performance.now() - before) / 1000;
    await muxer.write(track.index, rest);
  }
}

/** Codes and writes frames of one track; there may be none. */
async function encodeFrames(
  track: Track,
  frames: VideoFrames | AudioFrames | null,
  muxer: Muxer,
  tally: Tally,
): Promise<void> {
  if (frames === null) return;
  const before = performance.now();
  const coded =
    frames instanceof VideoFrames
      ? await (track.encoder as VideoEncoder).encode(frames)
      : await (track.encoder as AudioEncoder).encode(frames);
  tally.encodeSeconds += (performance.now() - before) / 1000;
  if (frames instanceof VideoFrames) tally.frames += frames.numFrames;
  else tally.samples += frames.numFrames;
  await muxer.write(track.index, coded);
}

/** Measures every picture when it is coded; the time that takes is none of the encoder's. */
function measure(meter: PsnrMeter, encoder: VideoEncoder, tally: Tally): void {
  encoder.onCoded((source, decoded) => {
    const before = performance.now();
    meter.add(source, decoded);
    tally.encodeSeconds -= (performance.now() - before) / 1000;
  });
}

function report(
  path: string,
  bytes: number,
  tally: Tally,
  { psnr, stats }: { readonly psnr: Psnr | null; readonly stats: StreamStatistics | null },
  values: Values,
  output: Output,
): void {
  const { frames, samples, encodeSeconds: seconds, mediaSeconds } = tally;
  if (values.json === true) {
    const measured =
      psnr === null ? {} : { psnr: psnr.average, psnrY: psnr.y, psnrU: psnr.u, psnrV: psnr.v };
    output.line(
      JSON.stringify({
        ...{ output: path, frames, samples, mediaSeconds, seconds, bytes },
        ...measured,
        ...(stats === null ? {} : { stats }),
      }),
    );
    return;
  }
  const done = [];
  if (frames > 0) done.push(`${frames} frames`);
  if (samples > 0) done.push(`${samples} samples`);
  const rate = (bytes * 8) / mediaSeconds / 1000;
  const speed = frames > 0 ? `${(frames / seconds).toFixed(1)} fps, ` : '';
  output.line(
    `${path}: ${done.join(', ')}, ${bytes} bytes (${rate.toFixed(0)} kbit/s), ${speed}${(mediaSeconds / seconds).toFixed(1)}x`,
  );
  if (psnr === null) return;
  const text = (value: number | null) => (value === null ? 'equal' : `${value.toFixed(3)} dB`);
  output.line(
    `PSNR: ${text(psnr.average)} (Y ${text(psnr.y)}, U ${text(psnr.u)}, V ${text(psnr.v)})`,
  );
}
