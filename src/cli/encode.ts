/** `vitrine encode`: pictures and sound in, a coded file out. */
import type { ReadPacket } from '../base/container.ts';
import { ConfigError, FormatError } from '../base/errors.ts';
import { countBits } from '../base/math.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { toSeconds } from '../base/rational.ts';
import { RAW_AUDIO_FORMATS } from '../containers/raw/index.ts';
import { type AudioFrames, type PixFmt, VideoFrames } from '../frames/index.ts';
import type { AudioEncoder } from '../pipeline/audio-encoder.ts';
import { audioEncodeConfig, videoEncodeConfig } from '../pipeline/encode-config.ts';
import { Muxer } from '../pipeline/everything.ts';
import { requireCodec } from '../pipeline/find-codec.ts';
import { CODECS } from '../pipeline/registry.ts';
import type { VideoEncoder } from '../pipeline/video-encoder.ts';
import { command, type Output } from './command.ts';
import { EncodeGlass } from './encode-glass.ts';
import { OPTIONS, type Values } from './encode-options.ts';
import { report, type Tally } from './encode-report.ts';
import { sampleFmtOf, type Unpack, unpackerOf } from './frames-of-packets.ts';
import { H264_OPTION_NAMES, h264Options } from './h264-options.ts';
import { imageCodecOf, imageConfig, isImageFormat, sequenceOptions } from './image-options.ts';
import { type Input, isPictureFile, openInput } from './open-input.ts';
import { openOutput, requireOutput } from './output-file.ts';
import { outputFormat } from './output-format.ts';
import { firstName, mayWrite, splitOutput } from './overwrite.ts';
import { metadataOf, pictureCodecOf, pictureDecoder } from './picture-input.ts';
import { type PicturePlan, picturePlan } from './picture-plan.ts';
import { requireSound, tellProblems } from './problems.ts';
import { Progress } from './progress.ts';
import { PsnrMeter } from './psnr.ts';
import { inputOptions } from './raw-input-options.ts';
import { colorOptions, descriptionOf } from './stream-description.ts';
import { StreamFilter } from './stream-filter.ts';

/** The command. */
export const encode = command({
  name: 'encode',
  usage: 'INPUT... OUTPUT',
  summary:
    'Codes y4m, WAV, pictures and raw input; - is stdin. The output is what its extension says.',
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
  imageConfig(values, imageCodecOf(format, values['codec-video']));
  await mayWrite(firstName(path, sequenceOptions(values, format)), values, output);
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
  const sequence = sequenceOptions(values, format);
  const isPictures = isImageFormat(format);
  const file = await openOutput(path, output, isPictures ? sequence : undefined);
  const meter = values.psnr === true ? new PsnrMeter() : null;
  const tally: Tally = { frames: 0, samples: 0, encodeSeconds: 0, mediaSeconds: 0 };
  const progress = new Progress(output, () => fractionRead(inputs));
  let glass: EncodeGlass | null = null;
  try {
    glass = await EncodeGlass.open(values.trace, values.stats === true);
    const muxer = new Muxer(file.sink, { format });
    checkUsed(inputs, values);
    const feeds: Feed[] = [];
    for (const input of inputs) feeds.push(await feedOf(input, muxer, format, values, glass));
    for (const { encoder } of tracksOf(feeds)) {
      if (meter !== null && encoder.kind === 'video') measure(meter, encoder, tally);
    }
    const about = inputs.find(({ reader }) => reader.about !== undefined)?.reader.about;
    const carried = about === undefined ? {} : muxer.carriedOptions(about);
    await muxer.open({ ...carried, ...containerOptions(values), ...sequence });
    await copyAll(feeds, muxer, tally, progress, glass, values.frames);
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
  ...H264_OPTION_NAMES,
  ...(['codec-video', 'psnr', 'vf', 'trace', 'stats'] as const),
  ...(['qscale', 'compression-level', 'frames'] as const),
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
  const isTimeless = formats.some((name) => name === 'h264' || isPictureFile(name));
  needs(hasPictures || isTimeless, ['rate'], 'raw pictures, picture files and H.264 byte streams');
  needs(formats.includes('image2'), ['input-start'], 'sequences of files');
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

async function feedOf(
  input: Input,
  muxer: Muxer,
  format: string,
  values: Values,
  glass: EncodeGlass,
): Promise<Feed> {
  const metadata = await metadataOf(input);
  const tracks = input.reader.streams.map((stream): Track | null => {
    if (!isWanted(values)(stream)) return null;
    const text = stream.kind === 'video' ? values.vf : values.af;
    const index = muxer.streamInfos.length;
    if (stream.kind === 'video') {
      const target = imageCodecOf(format, values['codec-video']);
      const pictures = picturePlan(format, target, metadata, values);
      const { stream: decoded, unpack } = decoderOf(input, stream, text !== undefined, pictures);
      const filter = text === undefined ? null : new StreamFilter<StreamInfo>(decoded, text);
      const coded = (filter?.stream ?? decoded) as VideoStreamInfo;
      return { unpack, filter, encoder: addVideo(muxer, coded, values, glass, pictures), index };
    }
    const unpack = unpackerOf(input.name, stream);
    const filter = text === undefined ? null : new StreamFilter<StreamInfo>(stream, text);
    const coded = (filter?.stream ?? stream) as AudioStreamInfo;
    return { unpack, filter, encoder: addAudio(muxer, coded, values), index };
  });
  return { packets: input.reader.packets(), tracks, seconds: 0 };
}

/** Frames of a stream: of coded pictures, or of what needs no decoder. */
function decoderOf(
  input: Input,
  stream: VideoStreamInfo,
  isFiltered: boolean,
  { target, isTurned, orientation }: PicturePlan,
) {
  const codec = pictureCodecOf(stream);
  if (codec === undefined) return { stream, unpack: unpackerOf(input.name, stream) };
  const treatment = { planar: target === undefined, isFiltered, isTurned };
  return pictureDecoder(codec, stream, treatment, orientation);
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
  { target, config, rotation }: PicturePlan,
): VideoEncoder {
  const { width, height, sampleAspectRatio, timeBase } = stream;
  return muxer.addEncodeStream({
    config: videoEncodeConfig({
      width,
      height,
      pixFmt: stream.pixFmt as PixFmt,
      ...(stream.frameRate === undefined ? { timeBase } : { frameRate: stream.frameRate }),
      ...(values.gop === undefined ? {} : { gopSize: values.gop }),
      ...(values['bitrate-video'] === undefined ? {} : { bitRate: values['bitrate-video'] }),
      ...(values.qscale === undefined ? {} : { qscale: values.qscale }),
      ...(values['compression-level'] === undefined
        ? {}
        : { compressionLevel: values['compression-level'] }),
      ...(sampleAspectRatio === undefined ? {} : { sampleAspectRatio }),
      ...colorOptions(stream),
    }),
    ...(values['codec-video'] === undefined ? {} : { encoder: values['codec-video'] }),
    encoderConfig: {
      ...h264Options(values),
      ...(target === undefined ? glass.encoderOptions(width, height) : config),
    },
    description: { ...descriptionOf(stream), ...rotation },
  });
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

/** Reads all inputs side by side, the one that is behind first, so that little waits to be interleaved. */
async function copyAll(
  feeds: readonly Feed[],
  muxer: Muxer,
  tally: Tally,
  progress: Progress,
  glass: EncodeGlass,
  limit = Number.POSITIVE_INFINITY,
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
    const isVideo = track.encoder.kind === 'video';
    if (isVideo && tally.frames >= limit) {
      if (feed.tracks.every((each) => each?.encoder.kind !== 'audio')) {
        feed.seconds = Number.POSITIVE_INFINITY;
      }
      continue;
    }
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
