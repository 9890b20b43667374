/** H.264 in the session: the shared settings in terms of the encoder's options. */
import { ConfigError, described, requireInteger } from '../../base/errors.ts';
import type { ColorTags } from '../../base/packet.ts';
import { PRESETS } from '../../codecs/h264/encoder/speed-options.ts';
import type { H264Encoder, H264Options, Reconstruction } from '../../codecs/h264/index.ts';
import { UNSPECIFIED } from '../../frames/color-names.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import type { PixFmt } from '../../frames/pixel-format.ts';
import type { VideoCodec, VideoCodecSession, VideoRequest } from '../codec.ts';
import { rejectSessionKeys } from '../session-keys.ts';
import { videoCodec } from '../video-encoder.ts';
import { type AnalysisSource, analyzedH264 } from './analyzed-h264.ts';
import { ABOUT_H264 } from './descriptions.ts';

/** What frames of no known color have. */
const UNSPECIFIED_COLOR = {
  colour_primaries: UNSPECIFIED,
  transfer_characteristics: UNSPECIFIED,
  matrix_coefficients: UNSPECIFIED,
} as const;

/** The options that the session sets from the config. */
const SESSION_KEYS = [
  'width',
  'height',
  'frameRate',
  'timeBase',
  'color',
  'sampleAspectRatio',
] as const;

/** `encoderConfig` of H.264: every option of the encoder that the config does not already say. */
export interface H264EncoderConfig extends Omit<H264Options, (typeof SESSION_KEYS)[number]> {
  /**
   * The result of `gpuKernels` of `vitrine/gpu`, which then analyzes pictures ahead. `analysis` becomes `full-search`;
   * `streamInfo.analysis` names the backend that computes.
   */
  readonly gpu?: AnalysisSource;
}

/** A row of H.264 whose encoder is opened so; `profile` is what it takes where none is asked for. */
export function h264Codec(
  open: (options: H264Options) => H264Encoder,
  profile?: H264Options['profile'],
): VideoCodec {
  const codec = videoCodec({
    ...ABOUT_H264,
    open(request) {
      const { gpu, ...asked } = request.options as H264EncoderConfig;
      const options = { ...(profile === undefined ? {} : { profile }), ...asked };
      if (gpu !== undefined) requireFullSearch(options.analysis);
      const analysis = gpu === undefined ? {} : { analysis: 'full-search' };
      const encoder = open(h264Options({ ...request, options: { ...options, ...analysis } }));
      const { pixFmt } = request;
      return {
        ...(gpu === undefined ? alone(encoder) : analyzedH264(encoder, gpu)),
        statistics: () => encoder.statistics,
        tellDecoded(listener) {
          encoder.onReconstructed = (picture, pts) => listener(asFrame(picture, pixFmt, pts));
        },
      };
    },
  });
  return {
    ...codec,
    // Without chroma gray frames are taken as they are.
    createEncoder: (config, options, pixFmts) =>
      codec.createEncoder(config, options, options.monochrome === true ? ['gray'] : pixFmts),
  };
}

/** Encoder and session are one: pictures are coded as they come. */
function alone(encoder: H264Encoder): VideoCodecSession {
  return {
    streamInfo: encoder.streamInfo,
    encode: (frame, { keyFrame = false } = {}) =>
      encoder.encode(frame, { forceKeyFrame: keyFrame }),
    flush: () => encoder.flush(),
  };
}

/** Analysis ahead of the encoder is by full search only. */
function requireFullSearch(analysis: H264Options['analysis']): void {
  if (analysis === undefined || analysis === 'full-search') return;
  throw new ConfigError(
    'videoEncodeConfig.analysis',
    `got ${described(analysis)}, with gpu allowed is 'full-search'; leave one of them out`,
  );
}

/** A view of the encoder's picture. */
function asFrame(picture: Reconstruction, pixFmt: PixFmt, pts: number): VideoFrame {
  const { data, width, height, luma, cb, cr, lumaStride, chromaStride } = picture;
  const planes = [
    { data, offset: luma, stride: lumaStride },
    { data, offset: cb, stride: chromaStride },
    { data, offset: cr, stride: chromaStride },
  ];
  return { pixFmt, width, height, planes: pixFmt === 'gray' ? planes.slice(0, 1) : planes, pts };
}

/**
 * Options for a request: `compressionLevel` 0..8 becomes the preset of that index, and the bound of B pictures their number in a row,
 * where the profile has them. `options` have the last word.
 */
export function h264Options(request: VideoRequest): H264Options {
  rejectSessionKeys(request.options, SESSION_KEYS, 'videoEncodeConfig');
  const { width, height, frameRate, timeBase, sampleAspectRatio, gopSize } = request;
  const color = colorOf(request);
  return {
    width,
    height,
    frameRate,
    ...(timeBase === undefined ? {} : { timeBase }),
    ...(color === undefined ? {} : { color }),
    ...(sampleAspectRatio === undefined ? {} : { sampleAspectRatio }),
    ...(gopSize === undefined ? {} : { gopSize }),
    ...rateOptions(request),
    ...orderOptions(request),
    ...(request.compressionLevel === undefined
      ? {}
      : { preset: presetOf(request.compressionLevel) }),
    ...(request.options as H264EncoderConfig),
  };
}

/** Frames of gray have the full range, which decoders take for granted of no stream. */
function colorOf({ pixFmt, color }: VideoRequest): ColorTags | undefined {
  return pixFmt === 'gray' ? { ...(color ?? UNSPECIFIED_COLOR), video_full_range_flag: 1 } : color;
}

/**
 * At most `maxBFrames` in a row. A profile without B pictures, the preset that is Baseline where nothing else is asked for, and a tune
 * that waits for none keep that bound by themselves.
 */
function orderOptions(request: VideoRequest): Partial<H264Options> {
  const { maxBFrames, compressionLevel, options } = request;
  const { profile, preset, tune } = options as H264EncoderConfig;
  const isFastest = (preset ?? PRESETS[compressionLevel ?? -1]) === 'ultrafast';
  const isBaseline = profile === 'baseline' || (profile === undefined && isFastest);
  const hasNone = isBaseline || tune === 'zerolatency';
  return maxBFrames === undefined || hasNone ? {} : { bframes: maxBFrames };
}

/** Quality if nothing is asked for, as with libx264. */
const DEFAULT_CRF = 23;

/** Chooses bit rate or constant quality, unless the codec's own options do; the two contradict each other. */
function rateOptions({ bitRate, qscale, options }: VideoRequest): Partial<H264Options> {
  if ('qp' in options || 'crf' in options || 'bitRate' in options) return {};
  if (bitRate === undefined && qscale === undefined) return { crf: DEFAULT_CRF };
  return {
    ...(bitRate === undefined ? {} : { bitRate }),
    ...(qscale === undefined ? {} : { crf: quantizerOf(qscale) }),
  };
}

/**
 * The quality whose quantizer has the step size that `qscale` (MPEG-4's quantiser_scale, 1..31) stands for: the step doubles with
 * every 6 (clause 8.5.9), and QP 12 has about that of qscale 0.85.
 */
export function quantizerOf(qscale: number): number {
  const qp = 12 + 6 * Math.log2(Math.max(qscale, 0.2) / 0.85);
  return Math.min(51, Math.max(0, Math.round(qp)));
}

function presetOf(compressionLevel: number) {
  const last = PRESETS.length - 1;
  return PRESETS[requireInteger('videoEncodeConfig.compressionLevel', compressionLevel, 0, last)]!;
}
