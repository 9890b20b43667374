/** The measures beside BS.1387's basic version: values that follow from their definitions, and laws over made signals. */
import { expect, test } from 'vitest';
import { BarkBands } from '../../../bench/quality/band-spectra.ts';
import { FILTER_CENTER, filterPatterns } from '../../../bench/quality/filter-ear.ts';
import { measureLevels } from '../../../bench/quality/level-distortion.ts';
import { findOnsets, measureOnsets } from '../../../bench/quality/onset-error.ts';
import { measurePeaqAdvanced } from '../../../bench/quality/peaq-advanced.ts';
import { measureTonalMasking } from '../../../bench/quality/tonal-masking.ts';
import { ConfigError } from '../../../src/base/errors.ts';

const LENGTH = 72000;

function noise(seed: number, level: number, length = LENGTH): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return level * (state / 2 ** 31 - 1);
  });
}

const sine = (hertz: number, level: number) =>
  Float64Array.from(
    { length: LENGTH },
    (_, n) => level * Math.sin((2 * Math.PI * hertz * n) / 48000),
  );

const sum = (...signals: Float64Array[]) =>
  signals[0]!.map((_, n) => signals.reduce((total, x) => total + x[n]!, 0));

/** Partials that beat, over a soft noise. */
const SOUND = sum(
  sine(330, 0.2),
  sine(997, 0.1),
  sine(3300, 0.05),
  sine(7000, 0.02),
  noise(7, 0.01),
);

test('bands of a third of a Bark follow one another without a gap', () => {
  const bands = new BarkBands(2048, 1 / 3, 18000);
  expect(bands.firstBin[0]).toBe(3);
  expect(bands.firstBin[bands.count]).toBe(769);
  for (let b = 0; b < bands.count; b++) {
    expect(bands.firstBin[b + 1]).toBeGreaterThan(bands.firstBin[b]!);
  }
});

test('a tone masks 12 dB less than noise does', () => {
  // The same ratio of signal to error in the band: 12 dB.
  const tone = sine(1500, 0.1);
  const error = sine(1500, 0.025);
  const ofTone = measureTonalMasking(tone, sum(tone, error));
  expect(ofTone.low).toBeGreaterThan(-20);
  const carrier = noise(3, 0.1);
  const ofNoise = measureTonalMasking(
    carrier,
    carrier.map((x) => 1.25 * x),
  );
  // Noise of -12 dB is 6 dB under the mask of noise, give or take the predictability of a finite frame.
  expect(ofNoise.low).toBeGreaterThan(-8);
  expect(ofNoise.low).toBeLessThan(-3);
  expect(measureTonalMasking(carrier, carrier).low).toBe(-20);
});

test('level distortion of a gain is that gain, and it does not fluctuate', () => {
  const { distortion, fluctuation, gain } = measureLevels(
    SOUND,
    SOUND.map((x) => x * 2),
  );
  expect(distortion[0]).toBeCloseTo(20 * Math.log10(2), 0);
  expect(gain[0]).toBeCloseTo(20 * Math.log10(2), 0);
  expect(fluctuation[0]).toBeLessThan(0.3);
  expect(measureLevels(SOUND, SOUND).distortion).toEqual([0, 0, 0]);
});

test('error before an onset is told by its place', () => {
  const click = new Float64Array(LENGTH);
  const start = 30000;
  for (let n = 0; n < 4000; n++) click[start + n] = Math.exp(-n / 500) * (n % 2 ? 0.5 : -0.5);
  const reference = sum(click, noise(5, 0.001));
  const difference = Float64Array.from(reference, (x, n) => x - (n > 0 ? reference[n - 1]! : 0));
  const onsets = findOnsets(difference);
  expect(onsets.length).toBe(1);
  expect(Math.abs(onsets[0]! - start)).toBeLessThanOrEqual(24);
  const added = noise(9, 0.01);
  const test = reference.map((x, n) => x + (n >= start - 400 && n < start ? added[n]! : 0));
  const { spans, mean } = measureOnsets([reference], [test]);
  expect(spans[0]).toBeLessThan(-40);
  expect(spans[1]).toBeGreaterThan(15);
  expect(spans[2]).toBeCloseTo(20, 0);
  expect(mean).toBeGreaterThan(10);
});

test('the filters of the advanced ear stand where table 8 of the recommendation has them', () => {
  const printed = [50, 116.19, 183.57, 252.82, 324.64];
  for (const [band, hertz] of printed.entries()) expect(FILTER_CENTER[band]).toBeCloseTo(hertz, 1);
  expect(FILTER_CENTER[20]).toBeCloseTo(2604.05, 0);
  expect(FILTER_CENTER[39]).toBeCloseTo(18000, 0);
});

test('a tone excites the filter at its place most, and by its level', () => {
  const { excitation, frames } = filterPatterns(sine(FILTER_CENTER[20]!, 0.1));
  const last = excitation.subarray((frames - 20) * 40, (frames - 19) * 40);
  expect(last.indexOf(Math.max(...last))).toBe(20);
  // 92 dB less 20, and what the ear adds at 2.6 kHz, within a decibel for spreading and smearing.
  const ear = -0.6 * 3.64 * 2.604 ** -0.8 + 6.5 * Math.exp(-0.6 * 0.696 ** 2) - 1e-3 * 2.604 ** 3.6;
  expect(Math.abs(10 * Math.log10(last[20]!) - (72 + ear))).toBeLessThan(1);
});

test('the advanced grade falls with noise, from imperceptible to very annoying', () => {
  const added = noise(3, 1);
  let previous = Number.POSITIVE_INFINITY;
  const grades = [0, 3e-4, 3e-3, 3e-2, 0.1].map((level) => {
    const { odg } = measurePeaqAdvanced([SOUND], [SOUND.map((x, n) => x + level * added[n]!)]);
    expect(odg).toBeLessThan(previous + 0.02);
    previous = odg;
    return odg;
  });
  expect(grades[0]).toBeGreaterThan(0);
  expect(grades.at(-1)).toBeLessThan(-2.5);
  expect(() => measurePeaqAdvanced([SOUND], [])).toThrow(ConfigError);
});
