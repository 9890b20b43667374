/** The two configurations that `Muxer.addEncodeStream` takes, checked when they are made. */

import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
  requireOneOf,
} from '../base/errors.ts';
import { countBits } from '../base/math.ts';
import type { ColorTags } from '../base/packet.ts';
import {
  type FrameRate,
  type Rational,
  requireFrameRate,
  requirePositiveRational,
} from '../base/rational.ts';
import { type ColorProperty, requireColorCode, UNSPECIFIED } from '../frames/color-names.ts';
import { type PixFmt, type PixFmtName, pixFmtInfo, requirePixFmt } from '../frames/pixel-format.ts';
import { requireSampleFmt, type SampleFmt } from '../frames/sample-format.ts';
import type { SharedSettings } from './codec.ts';

/** -1, as in SPDL, and undefined both leave a number to the codec. */
interface SharedOptions {
  /** Bits per second, 1..2147483647. */
  readonly bitRate?: number;
  /** How hard to compress, 0 (fastest) upward; 8 is the most that H.264 knows. */
  readonly compressionLevel?: number;
  /** Constant quality: 0..255, by the codec's own scale (video: 1 is fine, 31 coarse, as in MPEG-4). */
  readonly qscale?: number;
}

/** The wanted properties of a video stream. */
export interface VideoEncodeOptions extends SharedOptions {
  readonly height: number;
  readonly width: number;
  /** Frames per second: `30`, `[30000, 1001]`; default 25. Frames whose time base is another are put on its ticks. */
  readonly frameRate?: FrameRate;
  /**
   * Seconds per tick of the stream's times, such as [1, 1000], for pictures that come at any time; `frameRate` is then what they come at
   * on average. Default: 1 / `frameRate`.
   */
  readonly timeBase?: Rational;
  /** Format of the frames that will be given; default rgb24. Formats that the codec does not code are converted. */
  readonly pixFmt?: PixFmtName;
  /** Pictures from one key picture to the next; 0 makes every one a key picture. */
  readonly gopSize?: number;
  /** Most B pictures in a row, 0..16. */
  readonly maxBFrames?: number;
  /** Matrix, by ffmpeg's names (`bt709`, `smpte170m`, `bt2020nc` …): tagged, and used to convert RGB. */
  readonly colorspace?: string;
  /** Primaries (`bt709`, `bt2020` …): tagged. */
  readonly colorPrimaries?: string;
  /** Transfer characteristics (`bt709`, `smpte2084` …): tagged. */
  readonly colorTrc?: string;
  /** `tv`: luma 16..235; `pc`: 0..255. Default `pc` for the `yuvj` formats, else `tv`. */
  readonly colorRange?: 'tv' | 'pc';
  /** Width to height of one sample; default [1, 1]. */
  readonly sampleAspectRatio?: Rational | readonly number[];
}

/** A checked configuration; made by `videoEncodeConfig` only. */
export interface VideoEncodeConfig extends SharedSettings {
  readonly kind: 'video';
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly timeBase: Rational | undefined;
  readonly pixFmt: PixFmt;
  readonly gopSize: number | undefined;
  readonly maxBFrames: number | undefined;
  /** The color tags of the config; "unspecified" where it says nothing. */
  readonly color: ColorTags;
  readonly sampleAspectRatio: Rational | undefined;
}

/** The wanted properties of an audio stream. */
export interface AudioEncodeOptions extends SharedOptions {
  readonly numChannels: number;
  readonly sampleRate: number;
  /** Format of the frames that will be given; default fltp. Formats that the codec does not code are converted. */
  readonly sampleFmt?: SampleFmt;
  /**
   * The loudspeakers of the channels, in their order, as a WAVE channel mask (bit 0 front left, bit 1 front right …). Default 0: those
   * that the codec takes the number of channels for.
   */
  readonly channelMask?: number;
}

/** A checked configuration; made by `audioEncodeConfig` only. */
export interface AudioEncodeConfig extends SharedSettings {
  readonly kind: 'audio';
  readonly numChannels: number;
  readonly sampleRate: number;
  readonly sampleFmt: SampleFmt;
  /** 0 if nothing was said. */
  readonly channelMask: number;
}

const SHARED_KEYS = ['bitRate', 'compressionLevel', 'qscale'] as const;
const VIDEO_KEYS = [
  'height',
  'width',
  'frameRate',
  'timeBase',
  'pixFmt',
  'gopSize',
  'maxBFrames',
  'colorspace',
  'colorPrimaries',
  'colorTrc',
  'colorRange',
  'sampleAspectRatio',
] as const;
const AUDIO_KEYS = ['numChannels', 'sampleRate', 'sampleFmt', 'channelMask'] as const;

const MAX_INT31 = 0x7fff_ffff;
const VIDEO = 'videoEncodeConfig';
const AUDIO = 'audioEncodeConfig';

/** Checks what a video stream shall be; throws `ConfigError` naming the option and what is allowed. */
export function videoEncodeConfig(options: VideoEncodeOptions): VideoEncodeConfig {
  rejectUnknownKeys(VIDEO, options, [...VIDEO_KEYS, ...SHARED_KEYS]);
  const width = requireInteger(`${VIDEO}.width`, options.width, 1, 65535);
  const height = requireInteger(`${VIDEO}.height`, options.height, 1, 65535);
  const pixFmt = requirePixFmt(`${VIDEO}.pixFmt`, options.pixFmt ?? 'rgb24');
  const { sampleAspectRatio } = options;
  return {
    kind: 'video',
    width,
    height,
    pixFmt,
    frameRate: requireFrameRate(`${VIDEO}.frameRate`, options.frameRate ?? [25, 1]),
    timeBase:
      options.timeBase === undefined
        ? undefined
        : requirePositiveRational(`${VIDEO}.timeBase`, options.timeBase),
    gopSize: optionalInteger(`${VIDEO}.gopSize`, options.gopSize, 0, MAX_INT31),
    maxBFrames: optionalInteger(`${VIDEO}.maxBFrames`, options.maxBFrames, 0, 16),
    color: colorTags(options, pixFmt),
    sampleAspectRatio:
      sampleAspectRatio === undefined
        ? undefined
        : requirePositiveRational(`${VIDEO}.sampleAspectRatio`, sampleAspectRatio),
    ...sharedSettings(VIDEO, options),
  };
}

/** Checks what an audio stream shall be; throws `ConfigError` naming the option and what is allowed. */
export function audioEncodeConfig(options: AudioEncodeOptions): AudioEncodeConfig {
  rejectUnknownKeys(AUDIO, options, [...AUDIO_KEYS, ...SHARED_KEYS]);
  const numChannels = requireInteger(`${AUDIO}.numChannels`, options.numChannels, 1, 65535);
  return {
    kind: 'audio',
    numChannels,
    channelMask: channelMask(options.channelMask ?? 0, numChannels),
    sampleRate: requireInteger(`${AUDIO}.sampleRate`, options.sampleRate, 1, MAX_INT31),
    sampleFmt: requireSampleFmt(`${AUDIO}.sampleFmt`, options.sampleFmt ?? 'fltp'),
    ...sharedSettings(AUDIO, options),
  };
}

function channelMask(mask: number, numChannels: number): number {
  const where = `${AUDIO}.channelMask`;
  requireInteger(where, mask, 0, 0xffff_ffff);
  const count = countBits(mask);
  if (mask === 0 || count === numChannels) return mask;
  const found = `0x${mask.toString(16)} names ${count} loudspeakers`;
  throw new ConfigError(where, `${found}, but there are ${numChannels} channels; 0 names none`);
}

/** The color tags of the config; a `yuvj` format sets the range by itself. */
function colorTags(options: VideoEncodeOptions, pixFmt: PixFmt): ColorTags {
  const info = pixFmtInfo(pixFmt);
  const { colorspace, colorRange } = options;
  const fullRange =
    colorRange === undefined
      ? info.model === 'yuv' && info.fullRange
      : requireOneOf(`${VIDEO}.colorRange`, colorRange, ['tv', 'pc']) === 'pc';
  return {
    colour_primaries: codeOf('primaries', 'colorPrimaries', options.colorPrimaries),
    transfer_characteristics: codeOf('transfer', 'colorTrc', options.colorTrc),
    matrix_coefficients: codeOf('matrix', 'colorspace', colorspace),
    video_full_range_flag: fullRange ? 1 : 0,
  };
}

function codeOf(
  property: ColorProperty,
  key: 'colorPrimaries' | 'colorTrc' | 'colorspace',
  name: string | undefined,
): number {
  return name === undefined ? UNSPECIFIED : requireColorCode(`${VIDEO}.${key}`, property, name);
}

function sharedSettings(where: string, options: SharedOptions): SharedSettings {
  const { qscale } = options;
  return {
    bitRate: optionalInteger(`${where}.bitRate`, options.bitRate, 1, MAX_INT31),
    compressionLevel: optionalInteger(
      `${where}.compressionLevel`,
      options.compressionLevel,
      0,
      100,
    ),
    qscale:
      qscale === undefined || qscale === -1
        ? undefined
        : requireNumber(`${where}.qscale`, qscale, 0, 255),
  };
}

/** -1 and undefined are the codec's default. */
function optionalInteger(
  where: string,
  value: number | undefined,
  min: number,
  max: number,
): number | undefined {
  return value === undefined || value === -1 ? undefined : requireInteger(where, value, min, max);
}
