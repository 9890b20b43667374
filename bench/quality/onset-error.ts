/**
 * What is heard before an onset that should not be there: the energy of the error over that of the original in the milliseconds
 * before it, dB, both by their first differences.
 */
/** Samples of a run, 5 ms. */
const RUN = 240;
/** Samples of a step by which the start of an onset is told, half a millisecond. */
const STEP = 24;
/** An onset has more than this times the energy of each of the runs before. */
const RISE = 10;
const RUNS_BEFORE = 5;
/** And at least this energy, full scale ±1. */
const LEAST_ENERGY = 1e-3;
/** Onsets follow at this distance at least. */
const LEAST_DISTANCE = 4800;

const difference = (x: Float64Array) => Float64Array.from(x, (v, n) => v - (n > 0 ? x[n - 1]! : 0));

function energy(x: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let n = from; n < to; n++) sum += x[n]! * x[n]!;
  return sum;
}

/** Positions of onsets in a signal whose first difference is `x`. */
export function findOnsets(x: Float64Array): number[] {
  const runs = Math.floor(x.length / RUN);
  const energies = Float64Array.from(
    { length: runs },
    (_, i) => energy(x, i * RUN, (i + 1) * RUN) + 1e-9,
  );
  const onsets: number[] = [];
  for (let i = RUNS_BEFORE + 1; i < runs - 1; i++) {
    const before = Math.max(...energies.subarray(i - RUNS_BEFORE, i));
    if (energies[i]! <= RISE * before || energies[i]! <= LEAST_ENERGY) continue;
    if (onsets.length > 0 && i * RUN - onsets.at(-1)! <= LEAST_DISTANCE) continue;
    // The first step above a tenth of the largest of this run, from the run before on.
    const from = (i - 1) * RUN;
    const steps = Array.from({ length: (2 * RUN) / STEP }, (_, j) =>
      energy(x, from + j * STEP, from + (j + 1) * STEP),
    );
    const least = 0.1 * Math.max(...steps.slice(RUN / STEP));
    onsets.push(from + STEP * steps.findIndex((value) => value > least));
  }
  return onsets;
}

export interface OnsetError {
  readonly onsets: number;
  /** Mean over onsets of error over original 20 to 1 ms before, dB; NaN without an onset. */
  readonly mean: number;
  readonly worst: number;
  /** The same of 20 to 10, 10 to 5, and 5 to 1 ms before. */
  readonly spans: readonly number[];
}

/** Spans in samples before an onset: 20 to 1 ms, and its three parts. */
const SPANS = [
  [960, 48],
  [960, 480],
  [480, 240],
  [240, 48],
] as const;
/** Samples from the start of the clip before which onsets do not count, for the whole and for its parts. */
const LEAST_START = [960, 1200, 1200, 1200];

/** Measures the mean of the channels; arrays are aligned and full scale ±1. */
export function measureOnsets(
  reference: readonly Float64Array[],
  test: readonly Float64Array[],
): OnsetError {
  const middle = (channels: readonly Float64Array[]) =>
    Float64Array.from(
      channels[0]!,
      (_, n) => channels.reduce((sum, x) => sum + x[n]!, 0) / channels.length,
    );
  const original = difference(middle(reference));
  const coded = difference(middle(test));
  const error = original.map((x, n) => coded[n]! - x);
  const onsets = findOnsets(original);
  const ratios = SPANS.map(([from, to], span) =>
    onsets
      .filter((p) => p >= LEAST_START[span]!)
      .map((p) => {
        const count = from - to;
        const noise = energy(error, p - from, p - to) / count + 1e-12;
        return 10 * Math.log10(noise / (energy(original, p - from, p - to) / count + 1e-10));
      }),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  return {
    onsets: ratios[0]!.length,
    mean: mean(ratios[0]!),
    worst: ratios[0]!.length > 0 ? Math.max(...ratios[0]!) : Number.NaN,
    spans: ratios.slice(1).map(mean),
  };
}
