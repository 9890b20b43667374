/** Frame measures, averages and the network of BS.1387-1 against printed values and unit cases. */
import { expect, test } from 'vitest';
import {
  averageDistortedBlock,
  maximumFiltered,
  meanOfCounted,
  rootMeanSquare,
  shareAbove,
  weightedMean,
  windowedAverage,
} from '../../../bench/quality/averaging.ts';
import { BIN_COUNT } from '../../../bench/quality/ear-bands.ts';
import { ErrorHarmonics } from '../../../bench/quality/error-harmonics.ts';
import {
  Bandwidth,
  detectionProbability,
  justNoticeableDifference,
} from '../../../bench/quality/frame-measures.ts';
import {
  distortionIndex,
  INPUT_MAX,
  INPUT_MIN,
  MOV_NAMES,
  objectiveDifferenceGrade,
} from '../../../bench/quality/neural-network.ts';

/** Conformance items of the recommendation, clause 7: distortion index => objective difference grade, basic version. */
// biome-ignore format: laid out as in the recommendation
const CONFORMANCE = [
  [1.304, -0.676], [1.949, -0.304], [0.048, -1.829], [1.731, -0.412], [0.677, -1.195], [1.419, -0.598],
  [-0.045, -1.927], [-0.715, -2.601], [1.781, -0.386], [-3.029, -3.786], [3.093, 0.038], [1.041, -0.876],
  [1.973, -0.293]] as const;

test('the grades of the conformance items follow from their distortion indices', () => {
  for (const [index, grade] of CONFORMANCE) {
    expect(Math.abs(objectiveDifferenceGrade(index) - grade)).toBeLessThan(0.0015);
  }
});

test('model output variables measured on the conformance item gcodcla give its distortion index', () => {
  // As another implementation measured them; the recommendation allows 0.02.
  const movs = Float64Array.of(
    834.117,
    647.095,
    -14.6048,
    6.89483,
    0.432969,
    0.503605,
    7.14863,
    24.9353,
    0.124738,
    0.968876,
    0.0485208,
  );
  expect(Math.abs(distortionIndex(movs) - 1.781)).toBeLessThan(0.02);
});

test('the tables of the network are in the order of its inputs', () => {
  expect(MOV_NAMES.length).toBe(11);
  for (let i = 0; i < 11; i++) expect(INPUT_MAX[i]).toBeGreaterThan(INPUT_MIN[i]!);
  // Around a middling distortion, more of each of these is worse.
  const base = Float64Array.of(840, 640, -10, 10, 1, 0.4, 10, 25, 0.3, 0.9, 0.3);
  for (const name of ['TotalNMRB', 'ADBB', 'RmsNoiseLoudB'] as const) {
    const worse = base.slice();
    const i = MOV_NAMES.indexOf(name);
    worse[i] = worse[i]! + 0.1 * (INPUT_MAX[i]! - INPUT_MIN[i]!);
    expect(objectiveDifferenceGrade(distortionIndex(worse))).toBeLessThan(
      objectiveDifferenceGrade(distortionIndex(base)),
    );
  }
});

test('one just noticeable difference is noticed half the time', () => {
  for (const level of [10, 40, 70, 100]) {
    const noticeable = justNoticeableDifference(level);
    expect(detectionProbability(noticeable, noticeable)).toBeCloseTo(0.5, 12);
    expect(detectionProbability(-noticeable, noticeable)).toBeCloseTo(0.5, 12);
    expect(detectionProbability(2 * noticeable, noticeable)).toBeGreaterThan(0.99);
    expect(detectionProbability(0, noticeable)).toBe(0);
  }
  expect(justNoticeableDifference(20)).toBeGreaterThan(justNoticeableDifference(60));
  expect(detectionProbability(50, justNoticeableDifference(-3))).toBe(0);
});

test('bandwidths are the highest bins above the noise over 21.6 kHz', () => {
  const reference = new Float64Array(BIN_COUNT).fill(1e-3);
  const coded = new Float64Array(BIN_COUNT).fill(1e-3);
  reference.fill(1, 0, 800);
  coded.fill(1, 0, 600);
  const bandwidth = new Bandwidth();
  bandwidth.measure(reference, coded);
  expect([bandwidth.reference, bandwidth.test]).toEqual([800, 600]);
  coded.fill(1, 0, 900); // beyond the reference nothing is looked for
  bandwidth.measure(reference, coded);
  expect(bandwidth.test).toBe(800);
  reference.fill(1e-3, 346);
  bandwidth.measure(reference, coded);
  expect([bandwidth.reference, bandwidth.test]).toEqual([-1, -1]);
});

test('an error that repeats along frequency has more harmonic structure than a random one', () => {
  const flat = new Float64Array(BIN_COUNT).fill(1);
  let state = 1;
  const random = flat.map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 0.5 + state / 2 ** 32;
  });
  const comb = flat.map((_, bin) => (bin % 16 === 0 ? 4 : 1));
  const harmonics = new ErrorHarmonics();
  expect(harmonics.measure(flat, flat)).toBe(0);
  const ofRandom = harmonics.measure(flat, random);
  const ofComb = harmonics.measure(flat, comb);
  expect(ofComb).toBeGreaterThan(4 * ofRandom);
  // Scratch that one frame leaves behind must not reach the next.
  expect(harmonics.measure(flat, random)).toBe(ofRandom);
});

test('the correlation of the error is the sum that clause 4.8 gives', () => {
  // A difference that is a decaying exponential has the correlation of one: after normalization all lags are 1, and
  // removing the mean leaves nothing.
  const flat = new Float64Array(BIN_COUNT).fill(1);
  const decaying = flat.map((_, bin) => Math.exp(3 * 0.99 ** bin));
  expect(new ErrorHarmonics().measure(flat, decaying)).toBeLessThan(1e-12);
});

test('averages over time', () => {
  const values = Float64Array.of(9, 1, -1, 4, 4);
  expect(meanOfCounted(values, 1, 5)).toBe(3);
  expect(meanOfCounted(values, 2, 3)).toBe(0);
  expect(weightedMean(values, Float64Array.of(0, 1, 0, 2, 0), 0, 5)).toBe(3);
  expect(rootMeanSquare(Float64Array.of(3, 4), 0, 2)).toBeCloseTo(Math.sqrt(12.5), 12);
  expect(windowedAverage(Float64Array.of(4, 4, 4, 4, 4), 0, 5, 4)).toBeCloseTo(4, 12);
  expect(windowedAverage(values, 0, 3, 4)).toBe(0);
  expect(shareAbove(values, 0, 5, 3.5)).toBeCloseTo(0.6, 12);
  expect(maximumFiltered(Float64Array.of(1, 0, 0), 0, 3)).toBeCloseTo(0.1, 12);
  expect(averageDistortedBlock(Float64Array.of(0.9, 0.4), Float64Array.of(100, 5), 0, 2)).toBe(2);
  expect(averageDistortedBlock(Float64Array.of(0.9), Float64Array.of(0), 0, 1)).toBe(-0.5);
  expect(averageDistortedBlock(Float64Array.of(0.1), Float64Array.of(7), 0, 1)).toBe(0);
});
