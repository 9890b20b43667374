/** Options of the H.264 encoder: what can be asked for, what is allowed, and the presets as a ladder of changes. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
  requireOneOf,
} from '../../../base/errors.ts';
import type { ColorTags } from '../../../base/packet.ts';
import { type Rational, requirePositiveRational } from '../../../base/rational.ts';
import type { MotionSearchOptions, SearchMethod } from './motion-search.ts';

/** The presets, fastest first. */
export const PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;

export type Preset = (typeof PRESETS)[number];

/** What an encoder can be told. Everything but the size and the frame rate has a default. */
export interface H264Options {
  /** Size of the pictures in samples; odd sizes are coded one larger, by repeating the edge, and cropped. */
  readonly width: number;
  readonly height: number;
  /** Frames per second, exact. */
  readonly frameRate: Rational;
  /** Speed against compression; default `medium`. Every other option overrides what the preset says. */
  readonly preset?: Preset;
  /** Constant quantizer 0..51. Default: 23. */
  readonly qp?: number;
  /** Pictures from one IDR picture to the next, 1..2^31-1; default 250. 0 is taken as 1: intra only. */
  readonly gopSize?: number;
  readonly sampleAspectRatio?: Rational;
  readonly color?: ColorTags;
  readonly deblock?: boolean;
  /** Offsets of the deblocking filter's thresholds, -6..6; default 0. */
  readonly deblockAlpha?: number;
  readonly deblockBeta?: number;
  /** chroma_qp_index_offset, -12..12; default 0. */
  readonly chromaQpOffset?: number;
  readonly search?: SearchMethod;
  readonly searchRange?: number;
  readonly halfSteps?: number;
  readonly quarterSteps?: number;
  /** Whether Intra_4x4 is considered in P pictures. */
  readonly intra4x4InP?: boolean;
}

/** The speed options that a preset sets. */
export interface SpeedOptions extends MotionSearchOptions {
  readonly deblock: boolean;
  readonly intra4x4InP: boolean;
}

const FASTEST: SpeedOptions = {
  method: 'diamond',
  range: 16,
  halfSteps: 1,
  quarterSteps: 1,
  deblock: true,
  intra4x4InP: false,
};

/** Each rung changes what it names and keeps the rest of the rung before. */
const LADDER: Readonly<Record<Preset, Partial<SpeedOptions>>> = {
  ultrafast: {},
  superfast: { intra4x4InP: true },
  veryfast: { method: 'hexagon' },
  faster: { halfSteps: 2 },
  fast: { quarterSteps: 2 },
  medium: {},
  slow: { halfSteps: 4, quarterSteps: 4 },
  slower: { method: 'multi-hexagon' },
  veryslow: { range: 24 },
};

/** The speed options of a preset: the ladder up to it, applied in order. */
export function presetOptions(preset: Preset): SpeedOptions {
  let options = FASTEST;
  for (const rung of PRESETS) {
    options = { ...options, ...LADDER[rung] };
    if (rung === preset) break;
  }
  return options;
}

/** Options checked and completed. */
export interface ResolvedOptions {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly qp: number;
  readonly gopSize: number;
  readonly sampleAspectRatio: Rational | undefined;
  readonly color: ColorTags | undefined;
  readonly deblockAlpha: number;
  readonly deblockBeta: number;
  readonly chromaQpOffset: number;
  readonly speed: SpeedOptions;
}

const KEYS: readonly (keyof H264Options)[] = [
  'width',
  'height',
  'frameRate',
  'preset',
  'qp',
  'gopSize',
  'sampleAspectRatio',
  'color',
  'deblock',
  'deblockAlpha',
  'deblockBeta',
  'chromaQpOffset',
  'search',
  'searchRange',
  'halfSteps',
  'quarterSteps',
  'intra4x4InP',
];

/** Widest and highest picture of level 6.2: sqrt(8·MaxFS) macroblocks, clause A.3.1. */
const MAX_SIDE = 16 * Math.floor(Math.sqrt(8 * 139264));

/** Checks all options; throws `ConfigError` naming the first that is wrong. */
export function resolveOptions(options: H264Options): ResolvedOptions {
  const at = 'h264.options';
  rejectUnknownKeys(at, options, KEYS);
  const width = requireInteger(`${at}.width`, options.width, 2, MAX_SIDE);
  const height = requireInteger(`${at}.height`, options.height, 2, MAX_SIDE);
  const preset = requireOneOf(`${at}.preset`, options.preset ?? 'medium', PRESETS);
  const base = presetOptions(preset);
  const flag = (key: 'deblock' | 'intra4x4InP'): boolean =>
    requireOneOf(`${at}.${key}`, options[key] ?? base[key], [true, false]);
  const speed: SpeedOptions = {
    method: requireOneOf(`${at}.search`, options.search ?? base.method, [
      'diamond',
      'hexagon',
      'multi-hexagon',
    ]),
    range: requireInteger(`${at}.searchRange`, options.searchRange ?? base.range, 1, 512),
    halfSteps: requireInteger(`${at}.halfSteps`, options.halfSteps ?? base.halfSteps, 0, 16),
    quarterSteps: requireInteger(
      `${at}.quarterSteps`,
      options.quarterSteps ?? base.quarterSteps,
      0,
      16,
    ),
    deblock: flag('deblock'),
    intra4x4InP: flag('intra4x4InP'),
  };
  if (options.frameRate === undefined) {
    throw new ConfigError(`${at}.frameRate`, 'missing, wanted is [numerator, denominator]');
  }
  const gopSize = requireInteger(`${at}.gopSize`, options.gopSize ?? 250, 0, 0x7fffffff);
  return {
    width,
    height,
    frameRate: requirePositiveRational(`${at}.frameRate`, options.frameRate),
    qp: requireInteger(`${at}.qp`, options.qp ?? 23, 0, 51),
    gopSize: Math.max(1, gopSize),
    sampleAspectRatio:
      options.sampleAspectRatio === undefined
        ? undefined
        : requirePositiveRational(`${at}.sampleAspectRatio`, options.sampleAspectRatio),
    color: options.color,
    deblockAlpha: requireNumber(`${at}.deblockAlpha`, options.deblockAlpha ?? 0, -6, 6),
    deblockBeta: requireNumber(`${at}.deblockBeta`, options.deblockBeta ?? 0, -6, 6),
    chromaQpOffset: requireInteger(`${at}.chromaQpOffset`, options.chromaQpOffset ?? 0, -12, 12),
    speed,
  };
}
