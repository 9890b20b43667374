/**
 * `compress` of `dynaudnorm`: bends the peaks of a frame that lie far above its standard deviation. Samples go through the error function,
 * which is nearly straight for small ones and never passes the threshold, as the ffmpeg manual and the paper on the method
 * (L. Mulder, "Dynamic Audio Normalizer", manual) describe it.
 */
import { exp2 } from '../../base/exp-log.ts';

/** Slope 1 at zero: erf(x·√π/2) grows as x there. */
const SLOPE = Math.sqrt(Math.PI) / 2;
/** How much of a frame's threshold counts beside those before it. */
const NEW_SHARE = 1 / 3;
/** How near to the threshold the loudest sample has to come. */
const NEARNESS = 1e-4;

/**
 * The error function, within 1.2e-7 (W. J. Cody's form in W. Press et al., "Numerical recipes", section 6.2: a polynomial in 1 / (1 + x/2)).
 */
// biome-ignore format: a table
const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];

function erf(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const sum = COEFFICIENTS.reduceRight((total, c) => total * t + c, 0);
  const rest = t * exp2((sum - x * x) * Math.LOG2E);
  return x >= 0 ? 1 - rest : rest - 1;
}

/** A value that goes straight for small ones, and does not pass `bound`. */
export const bounded = (bound: number, value: number): number =>
  erf(SLOPE * (value / bound)) * bound;

/** The bound that brings full scale to `threshold`. */
function boundFor(threshold: number): number {
  if (threshold <= NEARNESS || threshold >= 1 - NEARNESS) return threshold;
  let bound = threshold;
  for (let step = 1; step > NEARNESS; step /= 2) {
    while (bounded(bound + step, 1) <= threshold) bound += step;
  }
  return bound;
}

function deviation(arrays: readonly Float64Array[], count: number): number {
  let sum = 0;
  for (const samples of arrays) for (let i = 0; i < count; i++) sum += samples[i] ** 2;
  return Math.max(Math.sqrt(sum / (count * arrays.length)), Number.EPSILON);
}

/** Bends the peaks of frames; thresholds go from one frame to the next in a straight line. */
export class PeakCompressor {
  private readonly factor: number;
  private readonly coupled: boolean;
  private readonly thresholds: number[] = [];

  constructor(factor: number, coupled: boolean) {
    this.factor = factor;
    this.coupled = coupled;
  }

  /** Changes `count` samples of each channel. */
  compress(arrays: readonly Float64Array[], count: number): void {
    if (this.factor === 0) return;
    if (this.coupled) this.bend(arrays, count, 0);
    else for (const [c, samples] of arrays.entries()) this.bend([samples], count, c);
  }

  private bend(arrays: readonly Float64Array[], count: number, at: number): void {
    const wanted = Math.min(1, this.factor * deviation(arrays, count));
    const before = this.thresholds[at] ?? wanted;
    const now = before + (wanted - before) * (this.thresholds[at] === undefined ? 1 : NEW_SHARE);
    this.thresholds[at] = now;
    const [from, to] = [boundFor(before), boundFor(now)];
    for (const samples of arrays) {
      for (let i = 0; i < count; i++) {
        const bound = from + ((to - from) * i) / count;
        samples[i] = bounded(bound, samples[i]);
      }
    }
  }
}
