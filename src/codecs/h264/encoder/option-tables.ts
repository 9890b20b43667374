/**
 * All options whose values are numbers, words, or true or false, as one table, and the names of all options. The command line
 * and pages are made from it.
 */
import { choice } from './option-rows.ts';
import type { H264Options } from './options.ts';
import { ORDER_ROWS } from './order-options.ts';
import { ANALYSIS_METHODS } from './picture-analysis.ts';
import { QUALITY_ROWS } from './quality-options.ts';
import { RATE_ROWS } from './rate-options.ts';
import { PRESETS, SPEED_ROWS } from './speed-options.ts';
import { STREAM_ROWS } from './stream-options.ts';

/** Options of no other table. */
export const GENERAL_ROWS = {
  /**
   * Speed against compression: a set of values for the options of the last table. Any option that is given overrides the preset.
   */
  preset: choice(PRESETS, 'medium'),
  /**
   * How the lookahead searches for motion: `hexagon` goes by hexagons from a few starts; `full-search` compares every vector of
   * up to 32 samples either way, and can take these results from `vitrine/gpu`.
   */
  analysis: choice(ANALYSIS_METHODS, 'hexagon'),
} as const;

/** All options that are numbers, words, or true or false, by name. */
export const H264_ROWS = {
  ...GENERAL_ROWS,
  ...STREAM_ROWS,
  ...RATE_ROWS,
  ...ORDER_ROWS,
  ...SPEED_ROWS,
  ...QUALITY_ROWS,
};

/** The names of all options. */
export const H264_KEYS: readonly (keyof H264Options)[] = [
  'width',
  'height',
  'frameRate',
  'timeBase',
  'tune',
  'statistics',
  'keyFrames',
  'zones',
  'scalingLists',
  'sampleAspectRatio',
  'color',
  'vectorKernels',
  'inspect',
  ...(Object.keys(H264_ROWS) as (keyof typeof H264_ROWS)[]),
];
