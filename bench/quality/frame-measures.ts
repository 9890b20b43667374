/**
 * What ITU-R BS.1387-1, Annex 2, clause 4 measures on one frame, before averaging over time: modulation differences
 * (4.2), noise loudness (4.3), bandwidth (4.4), noise to mask (4.5) and probability of detection (4.7).
 */
import {
  BAND_COUNT,
  BASIC_BANDS,
  BIN_COUNT,
  INTERNAL_NOISE,
  type PitchBands,
} from './ear-bands.ts';

/** levWt of the basic version, clause 4.2. */
const LEVEL_WEIGHT = 100;

/** Modulation differences of a frame. */
export class ModulationDifference {
  /** For WinModDiff1B and AvgModDiff1B: offset 1, both signs alike. */
  first = 0;
  /** For AvgModDiff2B: offset 0.01, modulation that the test signal lacks weighs a tenth. */
  second = 0;
  /** Weight of the frame in AvgModDiff1B and AvgModDiff2B (TempWt). */
  weight = 0;
  /** Band => weight of the ear's threshold in the temporal weight: levWt · E_Thres^0.3. */
  private readonly thresholdWeight: Float64Array;

  /** @param levelWeight levWt: 100 in the basic version, 1 in the advanced one */
  constructor(noise: Float64Array = INTERNAL_NOISE, levelWeight: number = LEVEL_WEIGHT) {
    this.thresholdWeight = noise.map((energy) => levelWeight * energy ** 0.3);
  }

  /**
   * Equations (63) to (65), clause 4.2.
   * @param reference modulation of the reference in each band
   * @param test modulation of the test signal
   * @param averageLoudness smoothed loudness of the reference
   */
  measure(reference: Float64Array, test: Float64Array, averageLoudness: Float64Array): void {
    const count = reference.length;
    let first = 0;
    let second = 0;
    let weight = 0;
    for (let band = 0; band < count; band++) {
      const modulation = reference[band]!;
      const change = test[band]! - modulation;
      first += Math.abs(change) / (1 + modulation);
      second += (change >= 0 ? change : -0.1 * change) / (0.01 + modulation);
      const loudness = averageLoudness[band]!;
      weight += loudness / (loudness + this.thresholdWeight[band]!);
    }
    this.first = (100 / count) * first;
    this.second = (100 / count) * second;
    this.weight = weight;
  }
}

/** Parameters of a partial loudness, clause 4.3. */
export interface NoiseLoudnessTerms {
  readonly alpha: number;
  /** ThresFac. */
  readonly thresholdFactor: number;
  /** S0. */
  readonly leastThreshold: number;
  /** NLmin: less counts as nothing. */
  readonly least: number;
}

/** Those of RmsNoiseLoudB. */
const BASIC_NOISE_LOUDNESS: NoiseLoudnessTerms = {
  alpha: 1.5,
  thresholdFactor: 0.15,
  leastThreshold: 0.5,
  least: 0,
};

/**
 * Partial loudness of what the test signal adds, in sone, equations (66) to (68), clause 4.3.
 * @param modulationReference modulation in each band
 * @param modulationTest the same of the test signal
 * @param reference adapted pattern of the reference
 * @param test adapted pattern of the test signal
 * @param internal internal noise in each band
 */
export function noiseLoudness(
  modulationReference: Float64Array,
  modulationTest: Float64Array,
  reference: Float64Array,
  test: Float64Array,
  internal: Float64Array = INTERNAL_NOISE,
  terms: NoiseLoudnessTerms = BASIC_NOISE_LOUDNESS,
): number {
  const { alpha, thresholdFactor, leastThreshold } = terms;
  const count = internal.length;
  let sum = 0;
  for (let band = 0; band < count; band++) {
    const sReference = thresholdFactor * modulationReference[band]! + leastThreshold;
    const sTest = thresholdFactor * modulationTest[band]! + leastThreshold;
    const added = sTest * test[band]! - sReference * reference[band]!;
    if (added <= 0) continue;
    const noise = internal[band]!;
    const beta = Math.exp((-alpha * (test[band]! - reference[band]!)) / reference[band]!);
    const over = 1 + added / (noise + sReference * reference[band]! * beta);
    sum += (noise / sTest) ** 0.23 * (over ** 0.23 - 1);
  }
  const total = (24 / count) * sum;
  return total > terms.least ? total : 0;
}

/** First bin above which there is taken to be no signal, 21.6 kHz, clause 4.4. */
const NOISE_FROM_BIN = 921;
/** Frames whose reference reaches no further than this bin, 8.1 kHz, are left out of the bandwidths, clause 4.4. */
const LEAST_BANDWIDTH = 346;
const FIVE_DECIBELS = 10 ** 0.5;

/** Bandwidth of a frame in bins, clause 4.4. */
export class Bandwidth {
  /** Of the reference; -1 if the frame does not count. */
  reference = -1;
  /** Of the test signal; -1 if the frame does not count. */
  test = -1;

  /** @param reference, test powers of BIN_COUNT bins */
  measure(reference: Float64Array, test: Float64Array): void {
    let threshold = 0;
    for (let bin = NOISE_FROM_BIN; bin < BIN_COUNT - 1; bin++) {
      if (test[bin]! > threshold) threshold = test[bin]!;
    }
    let bin = NOISE_FROM_BIN;
    while (bin > 0 && reference[bin - 1]! < 10 * threshold) bin--;
    this.reference = -1;
    this.test = -1;
    if (bin <= LEAST_BANDWIDTH) return;
    this.reference = bin;
    while (bin > 0 && test[bin - 1]! < FIVE_DECIBELS * threshold) bin--;
    this.test = bin;
  }
}

/** Noise to mask of a frame, clauses 3.4 and 4.5. */
export class NoiseToMask {
  /** Mean over the bands, a ratio of energies. */
  mean = 0;
  /** The largest over the bands, a ratio of energies. */
  largest = 0;
  /** Each band's ratio. */
  readonly ratios: Float64Array;
  private readonly pitch: PitchBands;
  private readonly noise = new Float64Array(BIN_COUNT);
  private readonly bands: Float64Array;

  constructor(pitch: PitchBands = BASIC_BANDS) {
    this.pitch = pitch;
    this.ratios = new Float64Array(pitch.count);
    this.bands = new Float64Array(pitch.count);
  }

  /**
   * @param reference powers behind the outer and middle ear, BIN_COUNT of them
   * @param test the same of the test signal
   * @param excitation excitation pattern of the reference
   */
  measure(reference: Float64Array, test: Float64Array, excitation: Float64Array): void {
    const { noise, bands, ratios } = this;
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const difference = Math.sqrt(reference[bin]!) - Math.sqrt(test[bin]!);
      noise[bin] = difference * difference;
    }
    const { count, maskingOffset } = this.pitch;
    this.pitch.group(noise, bands);
    let sum = 0;
    let largest = 0;
    for (let band = 0; band < count; band++) {
      const ratio = (bands[band]! * maskingOffset[band]!) / excitation[band]!;
      ratios[band] = ratio;
      sum += ratio;
      if (ratio > largest) largest = ratio;
    }
    this.mean = sum / count;
    this.largest = largest;
  }
}

/** Level in dB => the just noticeable difference in dB (s), equation (74), clause 4.7; without bound at 0 dB. */
export function justNoticeableDifference(level: number): number {
  if (level <= 0) return 1e30;
  return (
    5.95072 * (6.39468 / level) ** 1.71332 +
    9.01033e-11 * level ** 4 +
    5.05622e-6 * level ** 3 -
    0.00102438 * level ** 2 +
    0.0550197 * level -
    0.198719
  );
}

/**
 * Probability that a listener notices the difference of two levels in one band, equations (75) to (77), clause 4.7: one
 * half at one just noticeable difference. A loss is judged with a steepness of 4, a gain with 6.
 */
export function detectionProbability(difference: number, noticeable: number): number {
  const steps = difference / noticeable;
  const squared = steps * steps;
  const power = difference > 0 ? squared * squared : squared * squared * squared;
  return 1 - 0.5 ** power;
}

/** Probability of detection and steps above threshold of a frame, over both ears, clause 4.7. */
export class Detection {
  /** Probability that the frame's distortion is noticed in some band (P). */
  probability = 0;
  /** Sum over the bands of whole-decibel steps above threshold (Q). */
  steps = 0;
  private readonly bandProbability = new Float64Array(BAND_COUNT);
  private readonly bandSteps = new Float64Array(BAND_COUNT);

  /** Begins a frame. */
  begin(): void {
    this.bandProbability.fill(0);
    this.bandSteps.fill(0);
  }

  /** Adds a channel: in each band the channel with the larger value counts. Arguments are excitation patterns. */
  addChannel(reference: Float64Array, test: Float64Array): void {
    const { bandProbability, bandSteps } = this;
    for (let band = 0; band < BAND_COUNT; band++) {
      const levelReference = 10 * Math.log10(reference[band]!);
      const levelTest = 10 * Math.log10(test[band]!);
      const level = 0.3 * Math.max(levelReference, levelTest) + 0.7 * levelTest;
      const noticeable = justNoticeableDifference(level);
      const difference = levelReference - levelTest;
      const probability = detectionProbability(difference, noticeable);
      const steps = Math.abs(Math.trunc(difference)) / noticeable;
      if (probability > bandProbability[band]!) bandProbability[band] = probability;
      if (steps > bandSteps[band]!) bandSteps[band] = steps;
    }
  }

  /** Joins the bands into `probability` and `steps`. */
  end(): void {
    let missed = 1;
    let steps = 0;
    for (let band = 0; band < BAND_COUNT; band++) {
      missed *= 1 - this.bandProbability[band]!;
      steps += this.bandSteps[band]!;
    }
    this.probability = 1 - missed;
    this.steps = steps;
  }
}
