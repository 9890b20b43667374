/** The options that trade speed for compression, and the presets as a ladder of changes to them. */
import { choice, flag, integer, number, type ValuesOf } from './option-rows.ts';
import type { LookaheadPreset } from './rate-options.ts';
import type { RowRule } from './row-choice.ts';

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
  'placebo',
] as const;

export type Preset = (typeof PRESETS)[number];

/** The options that presets set, but for those of the lookahead (rate-options.ts). */
export const SPEED_ROWS = {
  /** Pattern of the motion search in full samples. */
  search: choice(['diamond', 'hexagon', 'multi-hexagon']),
  /** Largest number of steps of the search in full samples. */
  searchRange: integer(1, 512),
  /** Largest number of steps of the search in half samples; 0 leaves them out. */
  halfSteps: integer(0, 16),
  /** Largest number of steps of the search in quarter samples; 0 leaves them out. */
  quarterSteps: integer(0, 16),
  /** How vectors in quarter samples are compared; half samples are always compared by SAD. */
  metric: choice(['sad', 'satd']),
  /**
   * Whether the search tries only the half and quarter samples that lie toward the cheaper full samples, instead of going step
   * by step.
   */
  guidedFractions: flag(),
  /** Whether the SAD of blocks 16 wide takes only every second row. */
  sparseRows: flag(),
  /** Whether the search also starts from the vectors of the neighbors. */
  neighborStarts: flag(),
  /** Whether pictures are deblocked (clause 8.7). */
  deblock: flag(),
  /** Whether Intra_4x4 and Intra_8x8 are considered in P and B pictures. */
  intra4x4InP: flag(),
  /** Partitions of P macroblocks beside 16x16: none, down to 8x8, or down to 4x4. */
  partitions: choice(['none', '8x8', 'all']),
  /** Whether the 8x8 blocks of a macroblock may refer to different pictures. */
  mixedReferences: flag(),
  /** Whether modes compete by exact bits and squared error, instead of SATD and estimated bits. */
  rdo: flag(),
  /** With `rdo`: a partition is coded on trial if its SATD cost is at most so many times the best. */
  typeMargin: number(1, 4),
  /** With `rdo`: whether vectors also move by quarter samples as long as the exact cost falls. */
  exactVectors: flag(),
  /** Whether P pictures try intra only where a neighbor is intra or inter costs more than nearby. */
  fastIntra: flag(),
  /** Whether levels are chosen by rate and distortion. */
  trellis: flag(),
  /** Whether references of P pictures may have weights, for fades and flashes. Not with profile `baseline`. */
  weightP: flag(),
} as const;

/** The options that a preset sets. */
export type SpeedOptions = ValuesOf<typeof SPEED_ROWS> &
  LookaheadPreset & {
    /** Number of reference pictures. */
    readonly refs: number;
    /** Where rows of B pictures end. */
    readonly bAdapt: RowRule;
  };

const FASTEST: SpeedOptions = {
  search: 'diamond',
  searchRange: 16,
  halfSteps: 1,
  quarterSteps: 1,
  metric: 'sad',
  guidedFractions: true,
  sparseRows: true,
  neighborStarts: true,
  deblock: false,
  intra4x4InP: false,
  partitions: 'none',
  mixedReferences: false,
  refs: 1,
  bAdapt: 0,
  rdo: false,
  typeMargin: 1.1,
  exactVectors: false,
  fastIntra: true,
  trellis: false,
  weightP: false,
  lookahead: 0,
  sceneCut: false,
  importance: 0,
};

/** Each rung changes what it names and keeps the rest of the rung before. */
const LADDER: Readonly<Record<Preset, Partial<SpeedOptions>>> = {
  ultrafast: {},
  superfast: {
    fastIntra: false,
    intra4x4InP: true,
    guidedFractions: false,
    sparseRows: false,
    metric: 'satd',
    halfSteps: 2,
    quarterSteps: 2,
    deblock: true,
    weightP: true,
    bAdapt: 1,
    sceneCut: true,
    // To tell a flash from a scene.
    lookahead: 1,
  },
  veryfast: {
    search: 'hexagon',
    partitions: '8x8',
    lookahead: 10,
    importance: 1,
  },
  faster: { rdo: true, refs: 2, mixedReferences: true, lookahead: 15 },
  fast: { trellis: true, lookahead: 20 },
  medium: { halfSteps: 3, quarterSteps: 3, refs: 3, lookahead: 25 },
  slow: {
    halfSteps: 4,
    quarterSteps: 4,
    refs: 5,
    bAdapt: 2,
    partitions: 'all',
    lookahead: 30,
  },
  slower: {
    search: 'multi-hexagon',
    refs: 8,
    lookahead: 40,
    typeMargin: 1.3,
    exactVectors: true,
  },
  veryslow: { searchRange: 24, refs: 16, lookahead: 50 },
  placebo: { searchRange: 32, halfSteps: 8, quarterSteps: 8, typeMargin: 2, lookahead: 60 },
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
