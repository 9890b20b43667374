/**
 * Perceived audio quality by the advanced version of ITU-R BS.1387-1 (PEAQ): five model output variables, three of them from the
 * filter-bank ear (filter-ear.ts), which sees events of some milliseconds, two from the FFT-based ear with bands of half a Bark.
 *
 * Clause numbers are those of Annex 2 of the recommendation.
 */
import { ConfigError } from '../../src/base/errors.ts';
import { meanOfCounted, rootMeanSquare } from './averaging.ts';
import { FRAME_SIZE, HOP_SIZE, PitchBands } from './ear-bands.ts';
import { EarModel } from './ear-model.ts';
import { ErrorHarmonics } from './error-harmonics.ts';
import {
  FILTER_NOISE,
  FILTER_PATTERNS,
  type FilterPatterns,
  filterPatterns,
  PATTERN_HOP,
} from './filter-ear.ts';
import {
  ModulationDifference,
  type NoiseLoudnessTerms,
  NoiseToMask,
  noiseLoudness,
} from './frame-measures.ts';
import {
  ADVANCED_MOV_NAMES,
  type AdvancedMovName,
  advancedDistortionIndex,
  objectiveDifferenceGrade,
} from './neural-network.ts';
import { Loudness, Modulation, PatternAdaptation } from './pattern-processing.ts';
import { dataBoundary, isSilentHalf, LOUDNESS_THRESHOLD } from './signal-bounds.ts';

export interface AdvancedResult {
  /** Objective difference grade. */
  readonly odg: number;
  readonly di: number;
  readonly movs: Readonly<Record<AdvancedMovName, number>>;
}

/** Bands of the FFT-based ear, half a Bark, clause 2.1.4. */
const HALF_BARK = new PitchBands(0.5);
const BANDS = FILTER_NOISE.length;
const LOUDNESS = new Loudness(FILTER_PATTERNS);

/** Parameters of the partial loudnesses, clause 4.3: what is added, what is missing, what is distorted linearly. */
const NOISE_TERMS: NoiseLoudnessTerms = {
  alpha: 2.5,
  thresholdFactor: 0.3,
  leastThreshold: 1,
  least: 0.1,
};
const MISSING_TERMS: NoiseLoudnessTerms = {
  alpha: 1.5,
  thresholdFactor: 0.15,
  leastThreshold: 1,
  least: 0,
};
/** What missing components weigh against added ones in RmsNoiseLoudAsymA, clause 4.3. */
const MISSING_WEIGHT = 0.5;
/** Patterns of the first half second, and of the 50 ms after the loudness threshold, which do not count, clause 5.2.4. */
const DELAYED = Math.ceil(0.5 * FILTER_PATTERNS.frameRate);
const LOUDNESS_DELAY = Math.ceil(0.05 * FILTER_PATTERNS.frameRate);

/** Values of one channel, one a pattern. */
class FilterMeasures {
  readonly modulation: Float64Array;
  readonly weight: Float64Array;
  readonly noise: Float64Array;
  readonly missing: Float64Array;
  readonly linear: Float64Array;
  /** First pattern in which both are loud enough; the number of patterns if none is. */
  readonly loudFrom: number;

  constructor(reference: FilterPatterns, test: FilterPatterns, first: number, end: number) {
    const frames = end - first;
    this.modulation = new Float64Array(frames);
    this.weight = new Float64Array(frames);
    this.noise = new Float64Array(frames);
    this.missing = new Float64Array(frames);
    this.linear = new Float64Array(frames);
    const adaptation = new PatternAdaptation(FILTER_PATTERNS);
    const modReference = new Modulation(FILTER_PATTERNS);
    const modTest = new Modulation(FILTER_PATTERNS);
    const difference = new ModulationDifference(FILTER_NOISE, 1);
    let loudFrom = frames;
    const row = (patterns: Float64Array, frame: number) =>
      patterns.subarray(frame * BANDS, (frame + 1) * BANDS);
    for (let frame = 0; frame < end; frame++) {
      const excitation = row(reference.excitation, frame);
      const testExcitation = row(test.excitation, frame);
      adaptation.process(excitation, testExcitation);
      modReference.process(row(reference.unsmeared, frame));
      modTest.process(row(test.unsmeared, frame));
      const i = frame - first;
      if (i < 0) continue;
      const a = modReference.modulation;
      const b = modTest.modulation;
      const { reference: adapted, test: adaptedTest } = adaptation;
      difference.measure(a, b, modReference.averageLoudness);
      this.modulation[i] = difference.first;
      this.weight[i] = difference.weight;
      this.noise[i] = noiseLoudness(a, b, adapted, adaptedTest, FILTER_NOISE, NOISE_TERMS);
      this.missing[i] = noiseLoudness(b, a, adaptedTest, adapted, FILTER_NOISE, MISSING_TERMS);
      this.linear[i] = noiseLoudness(a, a, adapted, excitation, FILTER_NOISE, MISSING_TERMS);
      if (loudFrom < frames) continue;
      const isLoud =
        LOUDNESS.of(excitation) > LOUDNESS_THRESHOLD &&
        LOUDNESS.of(testExcitation) > LOUDNESS_THRESHOLD;
      if (isLoud) loudFrom = i;
    }
    this.loudFrom = loudFrom;
  }
}

/** Root of the weighted mean square, times the root of the number of bands, clause 5.2.2 and equation for RmsModDiffA. */
function weightedRms(values: Float64Array, weights: Float64Array, from: number): number {
  let sum = 0;
  let total = 0;
  for (let i = from; i < values.length; i++) {
    sum += (weights[i]! * values[i]!) ** 2;
    total += weights[i]! ** 2;
  }
  return total > 0 ? Math.sqrt((BANDS * sum) / total) : 0;
}

/** Segmental noise to mask, dB, and error harmonics of one channel, over the frames that count. */
function fftMeasures(
  reference: Float64Array,
  test: Float64Array,
  firstFrame: number,
  lastFrame: number,
): [number, number] {
  const earReference = new EarModel(HALF_BARK);
  const earTest = new EarModel(HALF_BARK);
  const noise = new NoiseToMask(HALF_BARK);
  const harmonics = new ErrorHarmonics();
  const values: number[] = [];
  const ehs = new Float64Array(lastFrame - firstFrame + 1);
  for (let frame = 0; frame <= lastFrame; frame++) {
    const position = frame * HOP_SIZE;
    earReference.process(reference, position);
    earTest.process(test, position);
    if (frame < firstFrame) continue;
    noise.measure(earReference.weighted, earTest.weighted, earReference.excitation);
    values.push(10 * Math.log10(Math.max(noise.mean, 1e-20)));
    ehs[frame - firstFrame] =
      isSilentHalf(reference, position) && isSilentHalf(test, position)
        ? -1
        : harmonics.measure(earReference.power, earTest.power);
  }
  const segmental = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [segmental, 1000 * meanOfCounted(ehs, 0, ehs.length)];
}

/** Patterns of references that were measured before: a clip is graded many times. */
const KNOWN = new WeakMap<Float32Array | Float64Array, FilterPatterns>();

/** The patterns of `key`, whose samples are `samples`. */
function patternsOf(key: Float32Array | Float64Array, samples: Float64Array): FilterPatterns {
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const patterns = filterPatterns(samples);
  KNOWN.set(key, patterns);
  return patterns;
}

/**
 * Grades `test` against `reference` by the advanced version.
 * @param reference one or two channels at 48 kHz, at least 2048 samples each; not changed, now or later
 * @param test as many channels, aligned with the reference to the sample
 * @throws ConfigError if the channels do not match or are too short, or the reference is silent
 */
export function measurePeaqAdvanced(
  reference: readonly (Float32Array | Float64Array)[],
  test: readonly (Float32Array | Float64Array)[],
): AdvancedResult {
  const count = reference.length;
  if (count < 1 || count > 2 || test.length !== count) {
    throw new ConfigError(
      'peaq.channels',
      `got ${count} and ${test.length}, allowed 1 and 1, 2 and 2`,
    );
  }
  const length = Math.min(...reference.map((c) => c.length), ...test.map((c) => c.length));
  const padded = (channel: Float32Array | Float64Array): Float64Array => {
    const out = new Float64Array(length + FRAME_SIZE);
    out.set(channel.subarray(0, length));
    return out;
  };
  const references = reference.map(padded);
  const tests = test.map(padded);
  const [firstSample, lastSample] = dataBoundary(references, length);
  const firstFrame = Math.floor(firstSample / HOP_SIZE);
  const lastFrame = Math.floor((lastSample + 1 - HOP_SIZE) / HOP_SIZE);
  if (lastSample < 0 || lastFrame < firstFrame) {
    throw new ConfigError('peaq.reference', `silent, or shorter than ${FRAME_SIZE} samples`);
  }
  const first = Math.floor(firstSample / PATTERN_HOP);
  const end = Math.floor((lastSample + 1) / PATTERN_HOP);
  const channels = references.map(
    (samples, c) =>
      new FilterMeasures(patternsOf(reference[c]!, samples), filterPatterns(tests[c]!), first, end),
  );
  const movs = averageOverTime(channels, first);
  let segmental = 0;
  let ehs = 0;
  for (let c = 0; c < count; c++) {
    const [noise, harmonic] = fftMeasures(references[c]!, tests[c]!, firstFrame, lastFrame);
    segmental += noise / count;
    ehs += harmonic / count;
  }
  movs[2] = segmental;
  movs[3] = ehs;
  const di = advancedDistortionIndex(movs);
  return {
    odg: objectiveDifferenceGrade(di),
    di,
    movs: Object.fromEntries(
      ADVANCED_MOV_NAMES.map((name, i) => [name, movs[i]!]),
    ) as AdvancedResult['movs'],
  };
}

/** The model output variables of the filter-bank ear at their places, clause 5. */
function averageOverTime(channels: readonly FilterMeasures[], first: number): Float64Array {
  const delayed = Math.max(0, DELAYED - first);
  const loudFrom = Math.min(...channels.map((c) => c.loudFrom));
  const from = Math.max(loudFrom + LOUDNESS_DELAY, delayed);
  const mean = (value: (channel: FilterMeasures) => number): number =>
    channels.reduce((sum, channel) => sum + value(channel), 0) / channels.length;
  const frames = channels[0]!.noise.length;
  return Float64Array.of(
    mean((c) => weightedRms(c.modulation, c.weight, delayed)),
    mean(
      (c) =>
        rootMeanSquare(c.noise, from, frames) +
        MISSING_WEIGHT * rootMeanSquare(c.missing, from, frames),
    ),
    0,
    0,
    mean((c) => meanOfCounted(c.linear, from, frames)),
  );
}
