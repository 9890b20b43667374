/** The tracks of `vitrine encode`: what becomes of each stream that is taken, from its packets to the muxer. */
import { ConfigError } from '../base/errors.ts';
import { countBits } from '../base/math.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import type { Rational } from '../base/rational.ts';
import { timecodeAfter } from '../base/timecode-text.ts';
import type { ImageMetadata, PixFmt } from '../frames/index.ts';
import type { GpuKernels } from '../gpu/index.ts';
import type { AudioEncoder } from '../pipeline/audio-encoder.ts';
import type { AudioCodec, VideoCodec } from '../pipeline/codec.ts';
import { defaultCodec } from '../pipeline/create-encoder.ts';
import { audioEncodeConfig, videoEncodeConfig } from '../pipeline/encode-config.ts';
import { requireCodec } from '../pipeline/find-codec.ts';
import { findFormat } from '../pipeline/format.ts';
import type { ImageCodec } from '../pipeline/image-codec.ts';
import type { Muxer } from '../pipeline/muxer.ts';
import type { VideoEncoder } from '../pipeline/video-encoder.ts';
import type { ChosenStream } from './choose-streams.ts';
import { CODECS, type ListedCodec } from './codec-list.ts';
import { type ConstantRate, constantRateOf } from './constant-rate.ts';
import { type Cut, cutFilters, PacketCut, readCut } from './cut.ts';
import type { EncodeGlass } from './encode-glass.ts';
import type { Values } from './encode-options.ts';
import { FORMATS } from './format-list.ts';
import { sampleFmtOf, type Unpack, unpackerOf } from './frames-of-packets.ts';
import { type DecodedStream, type GraphOutput, GraphStreams } from './graph-streams.ts';
import { h264Options } from './h264-options.ts';
import { imageCodecOf } from './image-options.ts';
import type { Input } from './open-input.ts';
import { given } from './options.ts';
import { COPY } from './output-format.ts';
import { loadPictureCodec, metadataOfStream, pictureDecoder } from './picture-input.ts';
import { type PicturePlan, picturePlan } from './picture-plan.ts';
import { type RoiMap, roiZones } from './roi-option.ts';
import { colorOptions, descriptionOf } from './stream-description.ts';
import { StreamFilter } from './stream-filter.ts';

/** One stream from an input, or from the graph, to the muxer. */
export interface Track {
  /** Number of the input, and of the stream in it; or an output of the graph. */
  readonly from: ChosenStream | GraphOutput;
  /** The cut of the input; null for all of it. */
  readonly cut: PacketCut | null;
  /** Time base of the packets of the stream. */
  readonly timeBase: Rational;
  /** Decoder, filter and encoder; null where packets are copied. */
  readonly coding: Coding | null;
  /** Number in the muxer. */
  readonly index: number;
  /** Frames that went to the encoder: pictures, or samples. */
  coded: number;
  /** Seconds at which they end. */
  seconds: number;
  /** Whether nothing more is taken of the stream. */
  isDone: boolean;
}

/** From packets to frames, and to packets of another codec. */
export interface Coding {
  /** Makes frames of packets; outputs of the graph are frames already, and have none. */
  readonly unpack?: Unpack;
  readonly filter: StreamFilter<StreamInfo> | null;
  /** Brings pictures to a constant rate; null where they keep their times. */
  readonly pace: ConstantRate | null;
  readonly encoder: VideoEncoder | AudioEncoder;
}

/** The encoders of tracks. */
export function encodersOf(tracks: readonly Track[]): (VideoEncoder | AudioEncoder)[] {
  return tracks.flatMap(({ coding }) => (coding === null ? [] : [coding.encoder]));
}

/** The setting of all tracks. */
export interface TrackSetting {
  readonly muxer: Muxer;
  readonly format: string;
  readonly values: Values;
  /** Watches what is done; null where nobody asks. */
  readonly glass: EncodeGlass | null;
  /** The GPU that analyzes pictures for H.264; null where its encoder does. */
  readonly gpu: GpuKernels | null;
  /** Options of the encoder of H.264 for two passes. */
  readonly pass: object;
  /** Maps of regions of interest. */
  readonly regions: readonly RoiMap[];
}

/** Adds a stream of an input to the muxer. */
export async function openTrack(
  from: ChosenStream,
  input: Input,
  setting: TrackSetting,
): Promise<Track> {
  const { muxer, values } = setting;
  const stream = input.reader.streams[from.index]!;
  const read = cutOf(from.input, values);
  const index = muxer.streamInfos.length;
  const isCopied = codecAsked(stream.kind, values) === COPY;
  if (stream.kind === 'subtitle' && (read !== null || values.cut !== undefined)) {
    throw new ConfigError(
      read === null ? '--cut' : '--cut-inputs',
      'text is copied, and is not cut here; leave it out by --streams, or vitrine remux --cut',
    );
  }
  if (isCopied && (read !== null || filterText(stream.kind, values) !== '')) {
    throw new ConfigError(
      `--codec-${stream.kind}`,
      'copy leaves packets as they are; filter and cut where the stream is coded, or vitrine remux --cut',
    );
  }
  const cut = read === null ? null : new PacketCut(read, stream);
  const coding = isCopied ? null : await openCoding(input, from, setting);
  if (isCopied) muxer.addRemuxStream(stream);
  return {
    from,
    index,
    timeBase: stream.timeBase,
    cut,
    coding,
    coded: 0,
    seconds: 0,
    isDone: false,
  };
}

/** Adds an output of the graph to the muxer. Throws `ConfigError` if it was to be copied. */
export async function openGraphTrack(
  from: GraphOutput,
  graph: GraphStreams,
  setting: TrackSetting,
): Promise<Track> {
  const { muxer, format, values, glass } = setting;
  const { kind } = from;
  if (codecAsked(kind, values) === COPY) {
    throw new ConfigError(
      `--codec-${kind}`,
      'copy is for streams of inputs: name the codec of what the graph gives',
    );
  }
  const index = muxer.streamInfos.length;
  const given = graph.streamOf(from);
  const text = filterText(kind, values);
  const filter =
    text === '' ? null : await StreamFilter.open<StreamInfo>(given, text, glass?.graphInspector());
  const stream = filter?.stream ?? given;
  const target = imageCodecOf(format, values['codec-video']);
  const encoder =
    stream.kind === 'video'
      ? await addVideo(setting, stream, picturePlan(format, target, {}, values))
      : await addAudio(setting, stream as AudioStreamInfo);
  const coding = { filter, pace: paceOf(stream, setting), encoder };
  return {
    from,
    index,
    timeBase: given.timeBase,
    cut: null,
    coding,
    coded: 0,
    seconds: 0,
    isDone: false,
  };
}

/** Opens the graph of `--graph` over the inputs; null without one. */
export async function openGraph(
  inputs: readonly Input[],
  values: Values,
  glass: EncodeGlass | null,
): Promise<GraphStreams | null> {
  if (values.graph === undefined) return null;
  const metadata = await Promise.all(
    inputs.map((input) =>
      Promise.all(
        input.reader.streams.map(
          async (stream): Promise<ImageMetadata> =>
            stream.kind === 'video' ? await metadataOfStream(input, stream) : {},
        ),
      ),
    ),
  );
  const streams = inputs.map(({ reader }) => reader.streams);
  const codecs = await Promise.all(streams.map((of) => Promise.all(of.map(loadPictureCodec))));
  const decode = ({ input: number, index }: ChosenStream): DecodedStream => {
    const input = inputs[number]!;
    const stream = input.reader.streams[index]!;
    const read = cutOf(number, values);
    const cut = read === null ? null : new PacketCut(read, stream);
    if (stream.kind !== 'video') {
      return { stream: stream as AudioStreamInfo, unpack: unpackerOf(input.name, stream), cut };
    }
    // What comes out of a graph has nothing to say of its pictures: they are turned before.
    const { orientation = 1 } = metadata[number]![index]!;
    const plan = { target: undefined, orientation, isTurned: orientation > 1 };
    const codec = codecs[number]![index];
    return { ...decoderOf(input, stream, codec, true, plan), cut };
  };
  return await GraphStreams.open(values.graph, streams, decode, glass?.graphInspector() ?? null);
}

/** The codec that was asked for; undefined for the file's own. Text is not coded here: it is copied. */
function codecAsked(kind: StreamInfo['kind'], values: Values): string | undefined {
  return kind === 'subtitle' ? COPY : values[`codec-${kind}`];
}

async function openCoding(
  input: Input,
  from: ChosenStream,
  setting: TrackSetting,
): Promise<Coding> {
  const stream = input.reader.streams[from.index]!;
  const { format, values } = setting;
  const text = filterText(stream.kind, values);
  const filterOf = async (given: StreamInfo) =>
    text === '' ? null : await StreamFilter.open(given, text, setting.glass?.graphInspector());
  if (stream.kind === 'video') {
    const target = imageCodecOf(format, values['codec-video']);
    const metadata = await metadataOfStream(input, stream);
    const pictures = picturePlan(format, target, metadata, values);
    const codec = await loadPictureCodec(stream);
    const { stream: decoded, unpack } = decoderOf(input, stream, codec, text !== '', pictures);
    const filter = await filterOf(decoded);
    const cut = cutOf(from.input, values);
    const coded = withTimecode((filter?.stream ?? decoded) as VideoStreamInfo, stream, cut, values);
    const pace = paceOf(coded, setting);
    return { unpack, filter, pace, encoder: await addVideo(setting, coded, pictures) };
  }
  const unpack = unpackerOf(input.name, stream);
  const filter = await filterOf(stream);
  const coded = (filter?.stream ?? stream) as AudioStreamInfo;
  return { unpack, filter, pace: null, encoder: await addAudio(setting, coded) };
}

/** What is coded, with the timecode of its first picture: cuts take pictures away before it. */
function withTimecode(
  coded: VideoStreamInfo,
  { timecode, frameRate }: VideoStreamInfo,
  cut: Cut | null,
  values: Values,
): VideoStreamInfo {
  const { timecode: _, ...rest } = coded;
  if (timecode === undefined || frameRate === undefined) return rest;
  const own = values.cut === undefined ? null : readCut('--cut', values.cut);
  const seconds = (cut?.start ?? 0) + (own?.start ?? 0);
  const text = timecodeAfter(timecode.text, seconds, frameRate, coded.frameRate);
  return text === null ? rest : { ...rest, timecode: { text } };
}

function paceOf(stream: StreamInfo, { format, values }: TrackSetting): ConstantRate | null {
  if (stream.kind !== 'video') return null;
  return constantRateOf(values['fps-mode'], format, stream.frameRate);
}

/** The cut of an input; null for none. */
function cutOf(input: number, values: Values): Cut | null {
  const text = values['cut-inputs']?.split(',')[input];
  return text === undefined ? null : readCut('--cut-inputs', text);
}

/** All that filters do to the frames of a kind: the user's own, then the cut of the output, then its rate. */
function filterText(kind: StreamInfo['kind'], values: Values): string {
  if (kind === 'subtitle') return '';
  const own = kind === 'video' ? values.vf : values.af;
  const cut = values.cut === undefined ? null : readCut('--cut', values.cut);
  const rate = kind === 'video' ? values['output-rate'] : undefined;
  return [
    ...(own === undefined ? [] : [own]),
    ...(cut === null ? [] : cutFilters(kind, cut)),
    ...(rate === undefined ? [] : rateFilters(rate, cut?.duration ?? Number.POSITIVE_INFINITY)),
  ].join(',');
}

/** A constant rate; a cut that ends within a picture's time ends before the next one of that rate. */
function rateFilters(rate: Rational, duration: number): string[] {
  const count = Math.ceil((duration * rate[0]) / rate[1] - 1e-6);
  return [`fps=${rate.join('/')}`, ...(Number.isFinite(count) ? [`trim=end_pts=${count}`] : [])];
}

/** Frames of a stream: of coded pictures, or of what needs no decoder. */
function decoderOf(
  input: Input,
  stream: VideoStreamInfo,
  codec: ImageCodec | undefined,
  isFiltered: boolean,
  { target, isTurned, orientation }: Pick<PicturePlan, 'target' | 'isTurned' | 'orientation'>,
) {
  if (codec === undefined) return { stream, unpack: unpackerOf(input.name, stream) };
  const { limits } = input;
  const treatment = { planar: target === undefined, isFiltered, isTurned, limits };
  return pictureDecoder(codec, stream, treatment, orientation);
}

/** The codec that a stream is coded with. */
function codecOf(kind: 'video' | 'audio', format: string, values: Values): ListedCodec {
  const name = values[`codec-${kind}`] ?? defaultCodec(findFormat(FORMATS, format)!, kind);
  return requireCodec(`--codec-${kind}`, name, kind, CODECS);
}

async function addVideo(
  { muxer, format, values, glass, gpu, pass, regions }: TrackSetting,
  stream: VideoStreamInfo,
  { target, config, rotation }: PicturePlan,
): Promise<VideoEncoder> {
  const { width, height, sampleAspectRatio, timeBase } = stream;
  const codec = codecOf('video', format, values);
  const watched: object | undefined =
    target === undefined
      ? glass?.videoOptions(codec.name, width, height)
      : glass?.imageOptions(target.name, config);
  const encoderConfig = {
    ...h264Options(values, roiZones(regions, width, height)),
    ...pass,
    ...(target === undefined ? {} : config),
    ...watched,
    ...(gpu === null ? {} : { gpu }),
  };
  const encoder = await muxer.addEncodeStream({
    config: videoEncodeConfig({
      width,
      height,
      pixFmt: stream.pixFmt as PixFmt,
      ...(stream.frameRate === undefined ? { timeBase } : { frameRate: stream.frameRate }),
      ...given({
        gopSize: values.gop,
        bitRate: values['bitrate-video'],
        qscale: values.qscale,
        compressionLevel: values['compression-level'],
        sampleAspectRatio,
      }),
      ...colorOptions(stream),
    }),
    encoder: (await codec.load(encoderConfig)) as VideoCodec,
    encoderConfig,
    description: { ...descriptionOf(stream), ...rotation },
  });
  glass?.describeVideo(encoder.streamInfo, encoderConfig);
  return encoder;
}

async function addAudio(
  { muxer, format, values, glass }: TrackSetting,
  stream: AudioStreamInfo,
): Promise<AudioEncoder> {
  const { numChannels, sampleRate } = stream;
  const channelMask = values['channel-mask'] ?? stream.channelMask;
  const quality = values['quality-audio'];
  if (quality !== undefined && values['bitrate-audio'] !== undefined) {
    throw new ConfigError('--quality-audio', 'cannot be held together with --bitrate-audio');
  }
  const codec = codecOf('audio', format, values);
  return muxer.addEncodeStream({
    config: audioEncodeConfig({
      numChannels,
      sampleRate,
      sampleFmt: sampleFmtOf(stream),
      // A mask that does not name as many loudspeakers as there are channels says nothing.
      ...(countBits(channelMask) === numChannels ? { channelMask } : {}),
      ...given({ bitRate: values['bitrate-audio'] }),
    }),
    encoder: (await codec.load()) as AudioCodec,
    encoderConfig: {
      ...given({ quality }),
      ...glass?.soundOptions(codec.name, stream),
    },
    description: descriptionOf(stream),
  });
}
