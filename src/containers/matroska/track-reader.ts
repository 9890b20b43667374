/** From a TrackEntry (RFC 9559 clause 5.1.4.1) to the description of a stream, with its configuration in canonical form. */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { Budget } from '../../base/limits.ts';
import { clip3 } from '../../base/math.ts';
import type { AudioStreamInfo, ColorTags, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import { type Rational, reduced, rescale } from '../../base/rational.ts';
import { aacFormat, requireConfig } from '../config/check-config.ts';
import { lacksConfig } from '../config/config-search.ts';
import { flacChannelMask } from '../config/flac-layout.ts';
import { readCarried } from './carried-elements.ts';
import { aacConfigOf, codecOfId, needsConfig, UNKNOWN_CODEC_PREFIX } from './codec-ids.ts';
import { type ContentEncoding, readContentEncodings, undoEncoding } from './content-encoding.ts';
import type { Children } from './ebml-reader.ts';
import type { ElementName } from './element-table.ts';
import { toTerminological } from './language-codes.ts';
import {
  ACM_CODEC_ID,
  codecOfBitmapInfo,
  codecOfWaveFormat,
  pcmCodecOf,
  VFW_CODEC_ID,
} from './pcm-and-fourcc.ts';
import { withSampleEntry } from './quicktime-entries.ts';
import { PRIMARY_NAMES } from './track-writer.ts';
import { WEBM_CUE_PREFIX } from './webm-cues.ts';

/** A track as the reader of blocks needs it. */
export interface ReaderTrack {
  readonly stream: StreamInfo;
  /** Index among the streams that the reader reports. */
  readonly streamIndex: number;
  readonly encodings: readonly ContentEncoding[];
  /** Bytes before each NAL unit's length as stored: 1, 2 or 4; 0 if the packets are no NAL units to convert. */
  readonly nalLengthBytes: number;
  /** Whether the configuration has to be looked for in the first frames. */
  readonly lacksConfig: boolean;
  /** Whether frames may be H.264 with start codes instead of lengths. */
  readonly mayHaveStartCodes: boolean;
  /** Whether blocks are cues of WebVTT as WebM has them. */
  readonly hasWebmCues: boolean;
  /** DefaultDuration in ticks, not rounded; 0 if there is none. */
  readonly defaultTicks: number;
  /** CodecDelay in ticks. */
  readonly delayTicks: number;
  /** Bytes that must stand before the first frame, where the stream is described with another configuration. */
  readonly inBand?: Uint8Array;
}

const TYPE_VIDEO = 1;
const TYPE_AUDIO = 2;
const TYPE_SUBTITLE = 17;

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);

/** Rate at which Opus decodes, whatever was coded. */
const OPUS_RATE = 48_000;
const MAX_DIMENSION = 0xffff_ffff;
const MAX_CHANNELS = 0xffff;

/** Configurations larger than this once they are decompressed are none. */
const MAX_PRIVATE_BYTES = 4 << 20;

/** Language of a track that has no Language element, RFC 9559 clause 5.1.4.1.19. */
const DEFAULT_LANGUAGE = 'eng';

/**
 * Reads `entry`; null for a track that is neither video, sound nor text. Throws `FormatError` for values that no track
 * can have, `UnsupportedError` for encryption.
 */
export async function readTrack(
  entry: Children,
  streamIndex: number,
  timestampScale: number,
  offset: number,
  budget: Budget,
): Promise<ReaderTrack | null> {
  const where = `matroska.tracks[${streamIndex}]`;
  const type = entry.uint('TrackType', 0);
  if (type !== TYPE_VIDEO && type !== TYPE_AUDIO && type !== TYPE_SUBTITLE) return null;
  const encodings = readContentEncodings(entry, where, offset, budget);
  const codecId = entry.text('CodecID', '');
  let config = await readPrivate(entry, encodings, offset);
  budget.hold('CodecPrivate', config.length, offset);
  const timeBase: Rational = reduced([timestampScale, 1e9]);
  const defaultDuration = plausible(entry.uint('DefaultDuration', 0));
  const audio = entry.master('Audio');
  const codec = codecName(codecId, config, audio.uint('BitDepth', 0));
  const common = { ...describe(entry), codec, timeBase, ...readCarried(entry, budget) };
  // The structures of Windows hold more than the codec's name only where the codec is none that is known.
  const isNamed = !codec.startsWith(UNKNOWN_CODEC_PREFIX);
  if (isNamed && (codecId === ACM_CODEC_ID || codecId === VFW_CODEC_ID)) config = NO_BYTES;
  const codecDelay = plausible(entry.uint('CodecDelay', 0));
  let stream: StreamInfo;
  if (type === TYPE_VIDEO) {
    const video = { ...readVideo(entry, where, offset), ...frameRateOf(defaultDuration) };
    stream = withSampleEntry({ ...common, kind: 'video', config, pixFmt: '', ...video }, codecId);
  } else if (type === TYPE_AUDIO) {
    const coded = codedSound(codec, audio, where, offset);
    if (codec === 'aac' && config.length === 0) config = aacConfigOf(coded.rate, coded.channels);
    const sound = soundOf(codec, config, audio, coded);
    stream = {
      ...common,
      kind: 'audio',
      config,
      ...sound,
      sampleFmt: '',
      priming: rescale(codecDelay, [1, 1e9], [1, sound.sampleRate]),
    };
  } else {
    stream = { ...common, kind: 'subtitle', config };
  }
  requirePrivate(codec, config, where, offset);
  const nalLengthBytes = nalLengthOf(codec, config, where, offset);
  if (nalLengthBytes !== 0 && nalLengthBytes !== 4) {
    stream = { ...stream, config: config.with(4, config[4]! | 3) };
  }
  return {
    stream,
    streamIndex,
    encodings: encodings.filter((encoding) => encoding.appliesToFrames),
    nalLengthBytes,
    lacksConfig: lacksConfig(codec, config),
    mayHaveStartCodes: codec === 'h264' && config.length === 0,
    hasWebmCues: codecId.startsWith(WEBM_CUE_PREFIX),
    defaultTicks: defaultDuration / timestampScale,
    delayTicks: rescale(codecDelay, [1, 1e9], timeBase),
  };
}

/** CodecPrivate of a track, with what was done to it undone. */
async function readPrivate(
  entry: Children,
  encodings: readonly ContentEncoding[],
  offset: number,
): Promise<Uint8Array> {
  let bytes: Uint8Array = entry.find('CodecPrivate')?.data.slice() ?? NO_BYTES;
  for (const encoding of encodings) {
    if (!encoding.appliesToPrivate) continue;
    bytes = await undoEncoding(encoding, bytes, offset, MAX_PRIVATE_BYTES);
  }
  return bytes;
}

/** Rate and channels of sound as a track states them. */
interface CodedSound {
  readonly rate: number;
  readonly channels: number;
}

function codedSound(codec: string, audio: Children, where: string, offset: number): CodedSound {
  const stated = codec === 'opus' ? OPUS_RATE : audio.float('SamplingFrequency', 8000);
  const rate = Math.round(stated);
  const channels = audio.uint('Channels', 1);
  requireRange(`${where}.SamplingFrequency`, rate, MAX_DIMENSION, offset);
  requireRange(`${where}.Channels`, channels, MAX_CHANNELS, offset);
  return { rate, channels };
}

/**
 * The format that sound decodes to. AAC's own configuration tells more than the track: rate with SBR, loudspeakers. Where it does not
 * speak of SBR, OutputSamplingFrequency (RFC 9559 clause 5.1.4.1.29.2) may.
 */
function soundOf(
  codec: string,
  config: Uint8Array,
  audio: Children,
  coded: CodedSound,
): Pick<AudioStreamInfo, 'sampleRate' | 'numChannels' | 'channelMask' | 'frameSize'> {
  if (codec !== 'aac') {
    const channelMask = codec === 'flac' ? flacChannelMask(config, coded.channels) : 0;
    const plain = { sampleRate: coded.rate, numChannels: coded.channels, channelMask };
    return { ...plain, frameSize: frameSizeOf(codec) };
  }
  const format = aacFormat(config);
  const output = Math.round(audio.float('OutputSamplingFrequency', 0));
  const isImplicit = format.frameSize === format.frameLength && output === 2 * format.sampleRate;
  return {
    sampleRate: isImplicit ? output : format.sampleRate,
    numChannels: format.numChannels || coded.channels,
    channelMask: format.channelMask,
    frameSize: isImplicit ? 2 * format.frameSize : format.frameSize,
  };
}

/** Durations of frames and decoders beyond this, in nanoseconds, are damage: three hours. */
const MAX_NANOSECONDS = 1e13;

function plausible(nanoseconds: number): number {
  return nanoseconds <= MAX_NANOSECONDS ? nanoseconds : 0;
}

function codecName(codecId: string, codecPrivate: Uint8Array, bitDepth: number): string {
  const named =
    codecOfId(codecId) ??
    pcmCodecOf(codecId, bitDepth || 16) ??
    (codecId === ACM_CODEC_ID ? codecOfWaveFormat(codecPrivate) : undefined) ??
    (codecId === VFW_CODEC_ID ? codecOfBitmapInfo(codecPrivate) : undefined);
  return named ?? `${UNKNOWN_CODEC_PREFIX}${codecId}`;
}

function describe(entry: Children): { language: string; title?: string; isDefault: boolean } {
  const title = entry.text('Name', '');
  return {
    language: toTerminological(entry.text('Language', DEFAULT_LANGUAGE)),
    isDefault: entry.uint('FlagDefault', 1) === 1,
    ...(title === '' ? {} : { title }),
  };
}

/** Refuses a configuration that cannot be, or is missing where neither the track nor the packets have one. */
function requirePrivate(codec: string, config: Uint8Array, where: string, offset: number): void {
  requireConfig(codec, config);
  if (config.length > 0 || !needsConfig(codec) || lacksConfig(codec, config)) return;
  throw new FormatError(`${where}.CodecPrivate`, `is missing; '${codec}' needs it`, offset);
}

/**
 * Bytes of the lengths in packets of H.264: lengthSizeMinusOne of `avcC`, NALFF clause 5.3.3.1. 0 for other codecs, and
 * without a record: the packets say then how units are told apart.
 */
function nalLengthOf(codec: string, config: Uint8Array, where: string, offset: number): number {
  if (codec !== 'h264' || config.length === 0) return 0;
  const length = (config[4]! & 3) + 1;
  if (length === 3)
    throw new FormatError(`${where}.CodecPrivate`, 'NAL lengths of 3 bytes', offset);
  return length;
}

/** Codec => samples of a frame, where all have the same number. */
const FRAME_SIZES = new Map<string, number>([
  ...([
    ['aac', 1024],
    ['mp1', 384],
    ['mp2', 1152],
    ['mp3', 1152],
    ['ac3', 1536],
  ] as const),
]);

function frameSizeOf(codec: string): number {
  return FRAME_SIZES.get(codec) ?? 0;
}

/** Display units that give a shape: pixels, centimeters, inches, aspect ratio; RFC 9559 clause 5.1.4.1.28.14. */
const LAST_DISPLAY_UNIT = 3;

interface VideoFields extends Pick<VideoStreamInfo, 'crop' | 'masteringDisplay' | 'contentLight'> {
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio?: Rational;
  readonly color?: ColorTags;
  readonly rotation?: number;
}

/** Video, RFC 9559 clause 5.1.4.1.28. */
function readVideo(entry: Children, where: string, offset: number): VideoFields {
  const video = entry.master('Video');
  const width = video.uint('PixelWidth', 0);
  const height = video.uint('PixelHeight', 0);
  requireRange(`${where}.PixelWidth`, width, MAX_DIMENSION, offset);
  requireRange(`${where}.PixelHeight`, height, MAX_DIMENSION, offset);
  const { crop } = readCrop(video);
  const shownWidth = width - (crop ? crop.left + crop.right : 0);
  const shownHeight = height - (crop ? crop.top + crop.bottom : 0);
  const displayWidth = video.uint('DisplayWidth', shownWidth);
  const displayHeight = video.uint('DisplayHeight', shownHeight);
  const sar = reduced([displayWidth * shownHeight, displayHeight * shownWidth]);
  const hasShape =
    video.uint('DisplayUnit', 0) <= LAST_DISPLAY_UNIT && isInt31(sar[0]) && isInt31(sar[1]);
  const color = readColour(video);
  const rotation = readRotation(video);
  return {
    width,
    height,
    sampleAspectRatio: hasShape ? sar : [1, 1],
    ...(color ? { color } : {}),
    ...(crop ? { crop } : {}),
    ...readMastering(video.master('Colour')),
    ...(rotation ? { rotation } : {}),
  };
}

function isInt31(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 0x7fff_ffff;
}

const UNSPECIFIED = 2;

/** The elements that `ColorTags` has. */
const COLOR_ELEMENTS = [
  'Primaries',
  'TransferCharacteristics',
  'MatrixCoefficients',
  'Range',
] as const;

function readColour(video: Children): ColorTags | undefined {
  const colour = video.master('Colour');
  if (COLOR_ELEMENTS.every((name) => colour.find(name) === undefined)) return undefined;
  return {
    colour_primaries: colour.uint('Primaries', UNSPECIFIED),
    transfer_characteristics: colour.uint('TransferCharacteristics', UNSPECIFIED),
    matrix_coefficients: colour.uint('MatrixCoefficients', UNSPECIFIED),
    video_full_range_flag: colour.uint('Range', 0) === 2 ? 1 : 0,
  };
}

/** PixelCropLeft and the others, RFC 9559 clauses 5.1.4.1.28.8 to 11; nothing if nothing is cut off. */
function readCrop(video: Children): Pick<VideoStreamInfo, 'crop'> {
  const crop = {
    left: video.uint('PixelCropLeft', 0),
    right: video.uint('PixelCropRight', 0),
    top: video.uint('PixelCropTop', 0),
    bottom: video.uint('PixelCropBottom', 0),
  };
  const isCut = Object.values(crop).some((side) => side > 0);
  const hasRest =
    crop.left + crop.right < video.uint('PixelWidth', 0) &&
    crop.top + crop.bottom < video.uint('PixelHeight', 0);
  return isCut && hasRest ? { crop } : {};
}

/** MaxCLL, MaxFALL and MasteringMetadata, RFC 9559 clauses 5.1.4.1.28.29 to 31. */
function readMastering(
  colour: Children,
): Pick<VideoStreamInfo, 'masteringDisplay' | 'contentLight'> {
  const contentLight = { maxCLL: colour.uint('MaxCLL', 0), maxFALL: colour.uint('MaxFALL', 0) };
  const mastering = colour.master('MasteringMetadata');
  const isSaid =
    mastering.find('LuminanceMax') !== undefined &&
    PRIMARY_NAMES.every((name) => mastering.find(name) !== undefined);
  const coordinate = (name: ElementName): number => clip3(0, 1, mastering.float(name, 0) || 0);
  const light = (name: ElementName): number =>
    clip3(0, MAX_LUMINANCE, mastering.float(name, 0) || 0);
  return {
    ...(contentLight.maxCLL > 0 && contentLight.maxCLL <= MAX_LIGHT_LEVEL ? { contentLight } : {}),
    ...(isSaid
      ? {
          masteringDisplay: {
            primaries: PRIMARY_NAMES.map(coordinate),
            whitePoint: [
              coordinate('WhitePointChromaticityX'),
              coordinate('WhitePointChromaticityY'),
            ],
            luminance: [light('LuminanceMin'), light('LuminanceMax')] as const,
          },
        }
      : {}),
  };
}

/** Light beyond these, in cd/m², is damage. */
const MAX_LUMINANCE = 100_000;
const MAX_LIGHT_LEVEL = 0xffff;

/** Clockwise degrees, from ProjectionPoseRoll, which goes counter-clockwise; 0 if it is not a quarter turn. */
function readRotation(video: Children): number {
  const projection = video.master('Projection');
  if (projection.uint('ProjectionType', 0) !== 0) return 0;
  const rotation = (360 - projection.float('ProjectionPoseRoll', 0)) % 360;
  return rotation % 90 === 0 ? rotation : 0;
}

/** Rates whose frame durations in nanoseconds are rounded: the rates of film and television. */
const USUAL_RATES: readonly Rational[] = [
  [24000, 1001],
  [30000, 1001],
  [48000, 1001],
  [60000, 1001],
  [120000, 1001],
];

/** Frame rate of a DefaultDuration in nanoseconds; none if it is 0. */
function frameRateOf(nanoseconds: number): Pick<VideoStreamInfo, 'frameRate'> {
  if (nanoseconds <= 0 || !Number.isSafeInteger(nanoseconds)) return {};
  const whole = Math.round(1e9 / nanoseconds);
  if (whole > 0 && Math.abs(1e9 / whole - nanoseconds) <= 1) return { frameRate: [whole, 1] };
  for (const [num, den] of USUAL_RATES) {
    if (Math.abs((1e9 * den) / num - nanoseconds) <= 1000) return { frameRate: [num, den] };
  }
  const frameRate = reduced([1e9, nanoseconds]);
  return frameRate.every(isInt31) ? { frameRate } : {};
}

function requireRange(where: string, value: number, max: number, offset: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new FormatError(where, `got ${value}, allowed are integers 1..${max}`, offset);
  }
}

/** Throws `UnsupportedError` if a track counts in a tick of its own (TrackTimestampScale, deprecated). */
export function requirePlainScale(entry: Children, streamIndex: number): void {
  const scale = entry.float('TrackTimestampScale', 1);
  if (scale !== 1) {
    throw new UnsupportedError(
      `matroska.tracks[${streamIndex}].TrackTimestampScale`,
      `got ${scale}, only 1 is implemented (deprecated, RFC 9559 clause 5.1.4.1.15)`,
    );
  }
}
