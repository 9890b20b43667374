/** All options of the H.264 encoder, and their checks. */

import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
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
import { checkRows, type OptionsOf, resolveRows } from './option-rows.ts';
import { GENERAL_ROWS, H264_KEYS } from './option-tables.ts';
import { type OrderOptions, type ResolvedOrderOptions, resolveOrder } from './order-options.ts';
import type { AnalysisMethod } from './picture-analysis.ts';
import { fitLookahead } from './picture-counts.ts';
import { QUALITY_ROWS, type QualityOptions } from './quality-options.ts';
import { type RateOptions, type ResolvedRateOptions, resolveRateOptions } from './rate-options.ts';
import type { ScalingLists } from './scaling.ts';
import { presetOptions, SPEED_ROWS, type SpeedOptions } from './speed-options.ts';
import {
  type Profile,
  type ResolvedStreamOptions,
  resolveStreamOptions,
  type StreamOptions,
} from './stream-options.ts';
import type { Tune } from './tunes.ts';
import type { Zone } from './zones.ts';

/** The options of an encoder; docs/h264/options.md has them in tables. Everything but the size and the frame rate has a default. */
export interface H264Options
  extends RateOptions,
    OrderOptions,
    StreamOptions,
    OptionsOf<typeof GENERAL_ROWS & typeof SPEED_ROWS & typeof QUALITY_ROWS> {
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
  /**
   * The purpose or the content of the pictures: it stands for other options, each of which can still be given (tunes.ts). Default:
   * none.
   */
  readonly tune?: Tune;
  /** Times in seconds at which key pictures begin, rising: each is that of the first picture that is not before it. Default: none. */
  readonly keyFrames?: readonly number[];
  /** Ranges of pictures with a QP, a share of bits or a map of offsets of their own (zones.ts). Default: none. */
  readonly zones?: readonly Zone[];
  /** Weights of frequencies (scaling.ts), with profile `high`; they stand in place of `scaling`. Default: none. */
  readonly scalingLists?: ScalingLists;
  readonly sampleAspectRatio?: Rational;
  readonly color?: ColorTags;
  /**
   * Whether kernels with vector instructions are used where the engine allows them (kernels/vector); default true. Where no
   * code may be made at run time, the `WebAssembly.Module` of `vitrine/kernels.wasm`. The stream is the same in each case.
   */
  readonly vectorKernels?: VectorKernels;
  /** Told of everything that the encoder decides and writes (inspector.ts); default none. The stream is the same with it. */
  readonly inspect?: H264Inspector;
}

/** Options checked and completed. */
export interface ResolvedOptions extends ResolvedStreamOptions {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  /** Whether references in P pictures may have weights. */
  readonly weightP: boolean;
  /** Undefined where pictures come at the frame rate. */
  readonly clock: Clock | undefined;
  readonly rate: ResolvedRateOptions;
  readonly keyFrames: readonly number[];
  readonly zones: readonly Zone[] | undefined;
  readonly scalingLists: ScalingLists | undefined;
  readonly sampleAspectRatio: Rational | undefined;
  readonly color: ColorTags | undefined;
  readonly order: ResolvedOrderOptions;
  readonly vectorKernels: VectorKernels;
  readonly analysis: AnalysisMethod;
  readonly inspect: H264Inspector | null;
  readonly quality: QualityOptions;
  readonly speed: SpeedOptions;
}

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

/** Times of key pictures: from 0 on, each later than the one before. */
function checkKeyFrames(where: string, times: readonly number[]): readonly number[] {
  if (!Array.isArray(times)) {
    throw new ConfigError(where, `got ${String(times)}, allowed is an array of seconds`);
  }
  for (const [i, time] of times.entries()) {
    requireNumber(`${where}[${i}]`, time, 0, Number.MAX_VALUE);
    if (i > 0 && time <= times[i - 1]) {
      throw new ConfigError(
        `${where}[${i}]`,
        `got ${time} after ${times[i - 1]}, allowed are times that rise`,
      );
    }
  }
  return times;
}

/** Widest and highest picture of level 6.2: sqrt(8·MaxFS) macroblocks, clause A.3.1. */
const MAX_SIDE = 16 * Math.floor(Math.sqrt(8 * 139264));

/** Advice to callers whose encoder lacks a tool. */
export const WITH_ALL_TOOLS = 'take createH264Encoder, or the codec H264 of vitrine/codecs';

/** The options with those that `tune` stands for (tunes.ts). */
export type ApplyTune = (at: string, options: H264Options) => H264Options;

/** The options with defaults that depend on others (defaults.ts). */
export type ApplyDefaults = (options: H264Options) => H264Options;

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
  applyDefaults: ApplyDefaults = (options) => options,
): ResolvedOptions {
  const at = 'h264.options';
  requireObject(at, asGiven);
  rejectUnknownKeys(at, asGiven, H264_KEYS);
  const options = applyDefaults(
    asGiven.tune === undefined ? asGiven : tuned(at, asGiven, applyTune),
  );
  const width = requireInteger(`${at}.width`, options.width, 2, MAX_SIDE);
  const height = requireInteger(`${at}.height`, options.height, 2, MAX_SIDE);
  const { preset, analysis } = checkRows(at, GENERAL_ROWS, options);
  const base = presetOptions(preset);
  const timeBase = optionalRational(`${at}.timeBase`, options.timeBase);
  const { frameRate, clock } = resolveClock(at, resolveFrameRate(at, options), timeBase);
  const stream = resolveStreamOptions(at, options);
  const { gopSize, settingsSei } = stream;
  const rate = resolveRateOptions(at, options, {
    ...{ width, height, frameRate, gopSize, settingsSei },
    preset: base,
  });
  if (clock !== undefined && rate.hrd === 'cbr') {
    throw new ConfigError(`${at}.hrd`, 'cbr needs pictures at a constant rate, without timeBase');
  }
  const isBaseline = stream.profile === 'baseline';
  const order = resolveOrder(at, options, {
    ...{ width, height, level: rate.level, sceneCut: rate.sceneCut, preset: base },
    isBaseline,
  });
  const weightP = resolveWeights(at, options, stream.profile, base.weightP);
  const counted = { width, height, rate, order, weightP };
  const lookahead = fitLookahead(`${at}.lookahead`, options.lookahead, counted);
  return {
    width,
    height,
    frameRate,
    ...stream,
    weightP,
    clock,
    rate: { ...rate, lookahead },
    keyFrames: checkKeyFrames(`${at}.keyFrames`, options.keyFrames ?? []),
    zones: options.zones,
    scalingLists: options.scalingLists,
    sampleAspectRatio: optionalRational(`${at}.sampleAspectRatio`, options.sampleAspectRatio),
    color: options.color === undefined ? undefined : checkColor(`${at}.color`, options.color),
    order,
    inspect: requireInspector(`${at}.inspect`, options.inspect),
    vectorKernels: H264_KERNELS.requireKernels(
      `${at}.vectorKernels`,
      options.vectorKernels ?? true,
    ),
    quality: checkRows(at, QUALITY_ROWS, options),
    analysis,
    speed: resolveSpeed(at, options, base, order),
  };
}

function resolveSpeed(
  at: string,
  options: H264Options,
  base: SpeedOptions,
  { refs, bAdapt }: ResolvedOrderOptions,
): SpeedOptions {
  const { lookahead, sceneCut, importance } = base;
  const rows = resolveRows(at, SPEED_ROWS, options, base);
  return { ...rows, refs, bAdapt, lookahead, sceneCut, importance };
}

/** Whether references may have weights: as given, else by preset, but not in profile `baseline`. */
function resolveWeights(
  at: string,
  { weightP }: H264Options,
  profile: Profile,
  presetWeightP: boolean,
): boolean {
  const isBaseline = profile === 'baseline';
  if (isBaseline && weightP === true) {
    throw new ConfigError(`${at}.weightP`, 'profile baseline has no weights, allowed is false');
  }
  return !isBaseline && (weightP ?? presetWeightP);
}

function optionalRational(where: string, value: Rational | undefined): Rational | undefined {
  return value === undefined ? undefined : requirePositiveRational(where, value);
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
