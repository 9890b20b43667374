/**
 * Averages over time of ITU-R BS.1387-1, Annex 2, clause 5.2: from one value a frame to one value a clip. Each function
 * takes the values of frames `from`..`to` - 1.
 */

/** Mean of the values that are not negative; negative ones mark frames that do not count. 0 if none counts. */
export function meanOfCounted(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    if (values[i]! < 0) continue;
    sum += values[i]!;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** Weighted mean, clause 5.2.2; 0 if the weights are. */
export function weightedMean(
  values: Float64Array,
  weights: Float64Array,
  from: number,
  to: number,
): number {
  let sum = 0;
  let total = 0;
  for (let i = from; i < to; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return total > 0 ? sum / total : 0;
}

/** Root of the mean square, clause 5.2.2; 0 if there is no frame. */
export function rootMeanSquare(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]! * values[i]!;
  return to > from ? Math.sqrt(sum / (to - from)) : 0;
}

/**
 * Windowed average, clause 5.2.3: the mean of square roots over `length` consecutive frames to the fourth power, the
 * mean of those over all places of the window, and its square root. 0 if there are fewer frames than `length`.
 */
export function windowedAverage(
  values: Float64Array,
  from: number,
  to: number,
  length: number,
): number {
  let sum = 0;
  for (let last = from + length - 1; last < to; last++) {
    let roots = 0;
    for (let i = last - length + 1; i <= last; i++) roots += Math.sqrt(values[i]!);
    sum += (roots / length) ** 4;
  }
  const places = to - from - length + 1;
  return places > 0 ? Math.sqrt(sum / places) : 0;
}

/** Share of values above `threshold`. */
export function shareAbove(
  values: Float64Array,
  from: number,
  to: number,
  threshold: number,
): number {
  let count = 0;
  for (let i = from; i < to; i++) if (values[i]! > threshold) count++;
  return to > from ? count / (to - from) : 0;
}

/** Coefficient of the low pass over frames of the maximum filtered probability of detection, clause 4.7. */
const PROBABILITY_SMOOTHING = 0.9;

/** Maximum of the low-passed probabilities of detection (MFPDB), clause 4.7. */
export function maximumFiltered(probabilities: Float64Array, from: number, to: number): number {
  let filtered = 0;
  let maximum = 0;
  for (let i = from; i < to; i++) {
    filtered = PROBABILITY_SMOOTHING * filtered + (1 - PROBABILITY_SMOOTHING) * probabilities[i]!;
    if (filtered > maximum) maximum = filtered;
  }
  return maximum;
}

/**
 * Average distorted block (ADBB), clause 4.7: log10 of the mean number of steps above threshold over the frames that are
 * more likely noticed than not; 0 if there is none, -0.5 if their steps add up to 0.
 */
export function averageDistortedBlock(
  probabilities: Float64Array,
  steps: Float64Array,
  from: number,
  to: number,
): number {
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    if (probabilities[i]! <= 0.5) continue;
    sum += steps[i]!;
    count++;
  }
  if (count === 0) return 0;
  return sum > 0 ? Math.log10(sum / count) : -0.5;
}
