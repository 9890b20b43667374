/**
 * Tells how far a picture consists of grain. No other picture predicts noise. So there is grain if even the quarter of the
 * macroblocks that is easiest to predict is predicted hardly better from another picture than from itself. In other macroblocks
 * the residual is mostly motion, and texture between two samples of the half-size pictures.
 *
 * Choice: the share of its intra cost that this quarter keeps in inter prediction is 0.87 in coffee with grain, 0.57 to 0.8 in
 * sintel and selfie with added noise, and 0 to 0.44 in nine clips without.
 */
import { clip3 } from '../../../base/math.ts';
import { INTER_OVERHEAD } from './low-resolution.ts';

/** Shares from which on there is grain, and at which there is nothing else. */
const GRAIN_FROM = 0.55;
const GRAIN_TO = 0.75;
/** Costs are sorted into so many steps of COST_STEP. */
const COST_STEPS = 512;
const COST_STEP = 8;

/** How far a picture is one of grain, 0..1, by the costs of its macroblocks. */
export function shareOfGrain(intra: Int32Array, inter: Int32Array): number {
  const left = (lowQuarter(inter) - INTER_OVERHEAD) / lowQuarter(intra);
  return clip3(0, 1, (left - GRAIN_FROM) / (GRAIN_TO - GRAIN_FROM));
}

/** The cost that a quarter of the macroblocks do not exceed, at least COST_STEP. */
function lowQuarter(costs: Int32Array): number {
  const histogram = new Int32Array(COST_STEPS);
  for (let mbAddr = 0; mbAddr < costs.length; mbAddr++) {
    const step = (costs[mbAddr] / COST_STEP) | 0;
    histogram[step < COST_STEPS ? step : COST_STEPS - 1]++;
  }
  let step = 0;
  for (let left = costs.length >> 2; left >= histogram[step]; step++) left -= histogram[step];
  return COST_STEP * (step + 1);
}
