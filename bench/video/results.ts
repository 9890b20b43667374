/** What a run of the H.264 benchmark gives, and how its curves and times are compared. */
import { bdRate } from '../quality/bd-rate.ts';
import { mean, median } from '../table.ts';

/** One clip at one quantizer. */
export interface CurvePoint {
  readonly qp: number;
  /** Bits of slices and parameter sets. */
  readonly bits: number;
  /** Mean luma PSNR, dB. */
  readonly psnr: number;
}

/** Rate and quality of one encoder at one preset on one clip. */
export interface RateCurve {
  readonly encoder: string;
  readonly preset: string;
  readonly clip: string;
  /** Duration of the clip in seconds, for bit rates. */
  readonly seconds: number;
  readonly points: readonly CurvePoint[];
}

/** One timed encode. */
export interface Timing {
  readonly encoder: string;
  readonly preset: string;
  readonly clip: string;
  readonly qp: number;
  /** Timings with the same clip, qp and round were made side by side and may be divided by each other. */
  readonly round: number;
  readonly frames: number;
  /** Processor time, user and system. */
  readonly cpuSeconds: number;
}

/** A whole run, as it is stored. */
export interface BenchRun {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly curves: readonly RateCurve[];
  readonly timings: readonly Timing[];
}

/** An encoder and its preset. */
export interface Variant {
  readonly encoder: string;
  readonly preset: string;
}

/** BD-rate per clip of `test` against `anchor`, for clips that both have; NaN where the curves do not overlap. */
export function bdRatesByClip(
  anchorCurves: readonly RateCurve[],
  testCurves: readonly RateCurve[],
  anchor: Variant,
  test: Variant,
): Map<string, number> {
  const rates = new Map<string, number>();
  for (const curve of testCurves.filter((c) => isOf(c, test))) {
    const other = anchorCurves.find((c) => isOf(c, anchor) && c.clip === curve.clip);
    if (other !== undefined) rates.set(curve.clip, bdRateOrNaN(other, curve));
  }
  return rates;
}

function bdRateOrNaN(anchor: RateCurve, test: RateCurve): number {
  const points = (curve: RateCurve) => curve.points.map((p) => ({ rate: p.bits, psnr: p.psnr }));
  try {
    return bdRate(points(anchor), points(test));
  } catch (error) {
    if (error instanceof RangeError) return Number.NaN;
    throw error;
  }
}

/** Mean over the clips of `bdRatesByClip`; NaN if there is none, or if one clip cannot be compared. */
export function meanBdRate(run: BenchRun, anchor: Variant, test: Variant): number {
  return mean([...bdRatesByClip(run.curves, run.curves, anchor, test).values()]);
}

/**
 * How many times as fast `test` is as `anchor`: the median over all pairs of timings that were made side by side. NaN if
 * there are none.
 */
export function speedRatio(run: BenchRun, anchor: Variant, test: Variant): number {
  const ratios: number[] = [];
  for (const timing of run.timings.filter((t) => isOf(t, test))) {
    const other = run.timings.find(
      (t) =>
        isOf(t, anchor) && t.clip === timing.clip && t.qp === timing.qp && t.round === timing.round,
    );
    if (other !== undefined) ratios.push(other.cpuSeconds / timing.cpuSeconds);
  }
  return median(ratios);
}

/** Frames per second of processor time: the median over the timings of a variant, NaN of none. */
export function framesPerSecond(run: BenchRun, variant: Variant): number {
  const timings = run.timings.filter((t) => isOf(t, variant));
  return median(timings.map((t) => t.frames / t.cpuSeconds));
}

/** Every variant that has curves, in the order in which they were measured. */
export function variantsOf(run: BenchRun): Variant[] {
  const seen = new Map<string, Variant>();
  for (const { encoder, preset } of run.curves)
    seen.set(`${encoder}\n${preset}`, { encoder, preset });
  return [...seen.values()];
}

function isOf(item: Variant, variant: Variant): boolean {
  return item.encoder === variant.encoder && item.preset === variant.preset;
}
