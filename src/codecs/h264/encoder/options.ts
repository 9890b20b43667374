/** Options of the H.264 encoder: what can be asked for, what is allowed, and the presets as a ladder of changes. */

import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  UnsupportedError,
} from '../../../base/errors.ts';
import type { ColorTags } from '../../../base/packet.ts';
import {
  type FrameRate,
  type Rational,
  requireFrameRate,
  requirePositiveRational,
} from '../../../base/rational.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { H264_KERNELS } from '../kernels/vector/index.ts';
import { type Clock, resolveClock } from './clock.ts';
import { type H264Inspector, QUIET_INSPECTOR } from './inspector.ts';
import type { AnalysisMethod } from './low-resolution.ts';
import { type OptionsOf, resolveRows } from './option-rows.ts';
import {
  ORDER_KEYS,
  type OrderOptions,
  type ResolvedOrderOptions,
  resolveOrder,
} from './order-options.ts';
import { QUALITY_ROWS, type QualityOptions } from './quality-options.ts';
import {
  RATE_KEYS,
  type RateOptions,
  type ResolvedRateOptions,
  resolveRateOptions,
} from './rate-options.ts';
import {
  PRESETS,
  type Preset,
  presetOptions,
  SPEED_ROWS,
  type SpeedOptions,
} from './speed-options.ts';
import type { Tune } from './tunes.ts';

/** The profiles, each with the tools of those before: Constrained Baseline, Main, High (clause A.2). */
export const PROFILES = ['baseline', 'main', 'high'] as const;

export type Profile = (typeof PROFILES)[number];

/** What an encoder can be told. Everything but the size and the frame rate has a default. */
export interface H264Options
  extends RateOptions,
    OrderOptions,
    OptionsOf<typeof SPEED_ROWS & typeof QUALITY_ROWS> {
  /** Size of the pictures in samples; odd sizes are coded one larger, by repeating the edge, and cropped. */
  readonly width: number;
  readonly height: number;
  /** Frames per second, exact. */
  readonly frameRate: FrameRate;
  /**
   * Seconds per tick of the pictures' times. Default 1 / `frameRate`: times are numbers of frames, and may leave gaps. With a finer
   * one, such as [1, 1000], pictures may come at any tick; `frameRate` is then what they come at on average. A `frameRate` above 300,
   * which no level allows, is taken for such a clock; nothing is known then of the rate.
   */
  readonly timeBase?: Rational;
  /** Speed against compression; default `medium`. Every other option overrides what the preset says. */
  readonly preset?: Preset;
  /**
   * What pictures are coded for, or what they are of: other options, each of which overrides what it stands for (tunes.ts). Default:
   * none.
   */
  readonly tune?: Tune;
  /** What a decoder must know; default `baseline`. */
  readonly profile?: Profile;
  /** Entropy coding by CABAC instead of CAVLC; default: with every profile but `baseline`, which lacks it. */
  readonly cabac?: boolean;
  /** The 8x8 transform beside the 4x4 one, in intra and inter macroblocks; default: with profile `high`, which alone has it. */
  readonly transform8x8?: boolean;
  /** Pictures from one IDR picture to the next, 1..2^31-1; default 250. 0 is taken as 1: intra only. */
  readonly gopSize?: number;
  readonly sampleAspectRatio?: Rational;
  readonly color?: ColorTags;
  /** Offsets of the deblocking filter's thresholds, -6..6; default 0. */
  readonly deblockAlpha?: number;
  readonly deblockBeta?: number;
  /** chroma_qp_index_offset, -12..12; default 0. */
  readonly chromaQpOffset?: number;
  /** Slices per picture, each decodable without the others of the picture; 1..64, default 1. */
  readonly slices?: number;
  /** Macroblocks per slice at most, 1..139264; not with `slices`. Default: no limit. */
  readonly sliceMacroblocks?: number;
  /** Bytes of a slice's NAL unit at most, from 700, so that it fits a packet of a network; not with `slices`. Default: no limit. */
  readonly sliceBytes?: number;
  /** Whether the first access unit carries a message with all settings as text (user data, clause D.2.7); default false. */
  readonly settingsSei?: boolean;
  /** Whether deblocking crosses slices (disable_deblocking_filter_idc 0 instead of 2); default true. */
  readonly deblockAcrossSlices?: boolean;
  /** constrained_intra_pred_flag: intra predicts from intra only, so that lost pictures do not spread; default false. */
  readonly constrainedIntra?: boolean;
  /**
   * Whether kernels with vector instructions are used where the engine allows them (kernels/vector); default true. Where no
   * code may be made at run time, the `WebAssembly.Module` of `vitrine/kernels.wasm`. The stream is the same in each case.
   */
  readonly vectorKernels?: VectorKernels;
  /**
   * How the lookahead searches: by hexagons, or, with `full-search`, every vector of 32 samples either way, which `vitrine/gpu` can
   * find ahead; default `hexagon`.
   */
  readonly analysis?: AnalysisMethod;
  /** Told of everything that the encoder decides and writes (inspector.ts); default none. The stream is the same with it. */
  readonly inspect?: H264Inspector;
}

/** Options checked and completed. */
export interface ResolvedOptions {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly profile: Profile;
  readonly cabac: boolean;
  readonly transform8x8: boolean;
  /** Whether references in P pictures may have weights. */
  readonly weightP: boolean;
  /** Undefined where pictures come at the frame rate. */
  readonly clock: Clock | undefined;
  readonly rate: ResolvedRateOptions;
  readonly gopSize: number;
  readonly sampleAspectRatio: Rational | undefined;
  readonly color: ColorTags | undefined;
  readonly deblockAlpha: number;
  readonly deblockBeta: number;
  readonly chromaQpOffset: number;
  readonly slicing: SliceOptions;
  readonly order: ResolvedOrderOptions;
  readonly settingsSei: boolean;
  readonly deblockAcrossSlices: boolean;
  readonly constrainedIntra: boolean;
  readonly vectorKernels: VectorKernels;
  readonly analysis: AnalysisMethod;
  readonly inspect: H264Inspector | null;
  readonly quality: QualityOptions;
  readonly speed: SpeedOptions;
}

/** How pictures are cut into slices; 0 is no limit. */
export interface SliceOptions {
  readonly slices: number;
  readonly sliceMacroblocks: number;
  readonly sliceBytes: number;
}

/** The names of all options. */
export const H264_KEYS: readonly (keyof H264Options)[] = [
  'width',
  'height',
  'frameRate',
  'timeBase',
  'preset',
  'tune',
  'profile',
  'cabac',
  'transform8x8',
  ...RATE_KEYS,
  ...ORDER_KEYS,
  'gopSize',
  'sampleAspectRatio',
  'color',
  'deblockAlpha',
  'deblockBeta',
  'chromaQpOffset',
  'slices',
  'sliceMacroblocks',
  'sliceBytes',
  'settingsSei',
  'deblockAcrossSlices',
  'constrainedIntra',
  'vectorKernels',
  'analysis',
  'inspect',
  ...(Object.keys({ ...SPEED_ROWS, ...QUALITY_ROWS }) as (keyof H264Options)[]),
];

/** An inspector has all methods of `H264Inspector`. */
function requireInspector(where: string, inspect: H264Inspector | undefined): H264Inspector | null {
  if (inspect === undefined) return null;
  for (const name of Object.keys(QUIET_INSPECTOR) as (keyof H264Inspector)[]) {
    if (typeof inspect?.[name] !== 'function') {
      throw new ConfigError(
        where,
        `needed is an inspector with all its methods, ${name} is missing`,
      );
    }
  }
  return inspect;
}

/** Widest and highest picture of level 6.2: sqrt(8·MaxFS) macroblocks, clause A.3.1. */
const MAX_SIDE = 16 * Math.floor(Math.sqrt(8 * 139264));

function presetOf(at: string, options: H264Options): SpeedOptions {
  return presetOptions(requireOneOf(`${at}.preset`, options.preset ?? 'medium', PRESETS));
}

/** What to do where an encoder lacks a tool. */
export const WITH_ALL_TOOLS = 'take createH264Encoder, or the codec H264 of vitrine/codecs';

/** The options with those that `tune` stands for (tunes.ts). */
export type ApplyTune = (at: string, options: H264Options) => H264Options;

function requireObject(at: string, options: H264Options): void {
  if (typeof options === 'object' && options !== null) return;
  throw new ConfigError(
    at,
    `got ${String(options)}, allowed is an object with width, height, frameRate`,
  );
}

function tuned(at: string, options: H264Options, applyTune: ApplyTune | null): H264Options {
  if (applyTune !== null) return applyTune(at, options);
  throw new UnsupportedError(`${at}.tune`, `this encoder is without; ${WITH_ALL_TOOLS}`);
}

/** Checks all options; throws `ConfigError` naming the first that is wrong. */
export function resolveOptions(
  asGiven: H264Options,
  applyTune: ApplyTune | null = null,
): ResolvedOptions {
  const at = 'h264.options';
  requireObject(at, asGiven);
  rejectUnknownKeys(at, asGiven, H264_KEYS);
  const options = asGiven.tune === undefined ? asGiven : tuned(at, asGiven, applyTune);
  const width = requireInteger(`${at}.width`, options.width, 2, MAX_SIDE);
  const height = requireInteger(`${at}.height`, options.height, 2, MAX_SIDE);
  const base = presetOf(at, options);
  const { frameRate, clock } = resolveClock(
    at,
    resolveFrameRate(at, options),
    options.timeBase === undefined
      ? undefined
      : requirePositiveRational(`${at}.timeBase`, options.timeBase),
  );
  const gopSize = Math.max(
    1,
    requireInteger(`${at}.gopSize`, options.gopSize ?? 250, 0, 0x7fffffff),
  );
  const settingsSei = requireOneOf(`${at}.settingsSei`, options.settingsSei ?? false, [
    true,
    false,
  ]);
  const rate = resolveRateOptions(at, options, {
    ...{ width, height, frameRate, gopSize, settingsSei },
    preset: base,
  });
  if (clock !== undefined && rate.hrd === 'cbr') {
    throw new ConfigError(`${at}.hrd`, 'cbr needs pictures at a constant rate, without timeBase');
  }
  const profile = resolveProfile(at, options, base.weightP);
  const order = resolveOrder(at, options, {
    ...{ width, height, level: rate.level, sceneCut: rate.sceneCut, preset: base },
    isBaseline: profile.profile === 'baseline',
  });
  const speed: SpeedOptions = {
    ...resolveRows(at, SPEED_ROWS, options, base),
    refs: order.refs,
    lookahead: base.lookahead,
    sceneCut: base.sceneCut,
    importance: base.importance,
  };
  return {
    width,
    height,
    frameRate,
    ...profile,
    clock,
    rate,
    gopSize,
    sampleAspectRatio:
      options.sampleAspectRatio === undefined
        ? undefined
        : requirePositiveRational(`${at}.sampleAspectRatio`, options.sampleAspectRatio),
    color: options.color === undefined ? undefined : checkColor(`${at}.color`, options.color),
    deblockAlpha: requireInteger(`${at}.deblockAlpha`, options.deblockAlpha ?? 0, -6, 6),
    deblockBeta: requireInteger(`${at}.deblockBeta`, options.deblockBeta ?? 0, -6, 6),
    chromaQpOffset: requireInteger(`${at}.chromaQpOffset`, options.chromaQpOffset ?? 0, -12, 12),
    slicing: resolveSlices(at, options),
    order,
    settingsSei,
    deblockAcrossSlices: requireOneOf(
      `${at}.deblockAcrossSlices`,
      options.deblockAcrossSlices ?? true,
      [true, false],
    ),
    constrainedIntra: requireOneOf(`${at}.constrainedIntra`, options.constrainedIntra ?? false, [
      true,
      false,
    ]),
    inspect: requireInspector(`${at}.inspect`, options.inspect),
    vectorKernels: H264_KERNELS.requireKernels(
      `${at}.vectorKernels`,
      options.vectorKernels ?? true,
    ),
    quality: resolveRows(at, QUALITY_ROWS, options, {}),
    analysis: requireOneOf(`${at}.analysis`, options.analysis ?? 'hexagon', [
      'hexagon',
      'full-search',
    ]),
    speed,
  };
}

/**
 * Least sliceBytes: one macroblock (MAX_MACROBLOCK_LAYER_BITS are 400 bytes) and a slice header of 60 bytes must fit, were
 * every other byte followed by one for emulation prevention.
 */
const MIN_SLICE_BYTES = 700;

function resolveSlices(at: string, options: H264Options): SliceOptions {
  const { slices, sliceMacroblocks, sliceBytes } = options;
  for (const key of ['sliceMacroblocks', 'sliceBytes'] as const) {
    if (slices !== undefined && options[key] !== undefined) {
      throw new ConfigError(`${at}.${key}`, 'contradicts slices, which says how many there are');
    }
  }
  const optional = (
    key: keyof SliceOptions,
    value: number | undefined,
    min: number,
    max: number,
  ) => (value === undefined ? 0 : requireInteger(`${at}.${key}`, value, min, max));
  return {
    slices: requireInteger(`${at}.slices`, slices ?? 1, 1, 64),
    sliceMacroblocks: optional('sliceMacroblocks', sliceMacroblocks, 1, 139264),
    sliceBytes: optional('sliceBytes', sliceBytes, MIN_SLICE_BYTES, 0x7fffffff),
  };
}

function resolveProfile(
  at: string,
  options: H264Options,
  presetWeightP: boolean,
): Pick<ResolvedOptions, 'profile' | 'cabac' | 'transform8x8' | 'weightP'> {
  const profile = requireOneOf(`${at}.profile`, options.profile ?? 'baseline', PROFILES);
  const isBaseline = profile === 'baseline';
  const cabac = requireOneOf(`${at}.cabac`, options.cabac ?? !isBaseline, [true, false]);
  if (cabac && isBaseline) {
    throw new ConfigError(`${at}.cabac`, 'profile baseline has no CABAC, allowed is false');
  }
  const isHigh = profile === 'high';
  const where = `${at}.transform8x8`;
  const transform8x8 = requireOneOf(where, options.transform8x8 ?? isHigh, [true, false]);
  if (transform8x8 && !isHigh) {
    throw new ConfigError(where, `profile ${profile} has no 8x8 transform, allowed is false`);
  }
  if (isBaseline && options.weightP === true) {
    throw new ConfigError(`${at}.weightP`, 'profile baseline has no weights, allowed is false');
  }
  return {
    profile,
    cabac,
    transform8x8,
    weightP: !isBaseline && (options.weightP ?? presetWeightP),
  };
}

function resolveFrameRate(at: string, options: H264Options): Rational {
  if (options.frameRate === undefined) {
    throw new ConfigError(`${at}.frameRate`, 'missing, wanted is [numerator, denominator]');
  }
  return requireFrameRate(`${at}.frameRate`, options.frameRate);
}

/** Checks code points of H.273, eight bits each in the VUI (clause E.1.1). */
function checkColor(at: string, color: ColorTags): ColorTags {
  requireInteger(`${at}.colour_primaries`, color.colour_primaries, 0, 255);
  requireInteger(`${at}.transfer_characteristics`, color.transfer_characteristics, 0, 255);
  requireInteger(`${at}.matrix_coefficients`, color.matrix_coefficients, 0, 255);
  requireInteger(`${at}.video_full_range_flag`, color.video_full_range_flag, 0, 1);
  return color;
}
