/**
 * Weights and offsets by which one picture of a fade may follow from another (clause 8.4.2.3.2), from the means and deviations
 * of both.
 */
import { clip3 } from '../../../base/math.ts';
import type { WeightAndOffset } from '../../../syntax/h264/weight-table.ts';
import { weightTable } from '../standard/weighted-prediction.ts';

/** Both denominators are 2^LOG_WD but where a weight would be too large for it. */
export const LOG_WD = 6;
/** The same in B pictures, where two weights may sum to 128 at most (clause 7.4.3.2): in fades their mean is above 1. */
export const LOG_WD_B = 5;
/** Largest weight of a B picture's reference. */
const MAX_WEIGHT_B = 64;
/** Weights must leave less than this share of the differences: they cost bits, and searching in copies costs time. */
export const WORTHWHILE = 0.96;
/** Deviations below are noise: they say nothing of a weight. */
export const LEAST_DEVIATION = 1.5;

/** Mean and standard deviation of a plane. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** A weight on trial, and a table of the weighted value of each sample value. */
export interface Trial extends WeightAndOffset {
  readonly table: Uint8Array;
}

/**
 * Mean and deviation of a plane.
 * @param rowStep one row of so many is read
 */
export function spreadOf(
  bytes: Uint8Array,
  plane: number,
  stride: number,
  width: number,
  height: number,
  rowStep: number,
): Spread {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 0; y < height; y += rowStep) {
    const row = plane + y * stride;
    for (let i = row; i < row + width; i++) {
      const sample = bytes[i];
      sum += sample;
      squares += sample * sample;
    }
    count += width;
  }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/**
 * The weight nearest to `ratio`, with the offset that gives the mean of `after`.
 * @param logWD LOG_WD or LOG_WD_B
 */
export function trial(before: Spread, after: Spread, ratio: number, logWD = LOG_WD): Trial {
  const most = logWD === LOG_WD ? 127 : MAX_WEIGHT_B;
  const weight = clip3(0, most, Math.round(ratio * 2 ** logWD));
  const offset = clip3(-128, 127, Math.round(after.mean - (before.mean * weight) / 2 ** logWD));
  return { weight, offset, table: weightTable(logWD, weight, offset) };
}

/** The weights that are tried for luma: weight and offset by deviations and means, and an offset alone; none where nothing changed. */
export function trialsOf(before: Spread, after: Spread, logWD = LOG_WD): Trial[] {
  const ratio = after.deviation / Math.max(before.deviation, LEAST_DEVIATION);
  const trials = [trial(before, after, ratio, logWD), trial(before, after, 1, logWD)];
  return trials.filter(({ weight, offset }) => weight !== 2 ** logWD || offset !== 0);
}
