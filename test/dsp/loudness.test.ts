/**
 * The loudness meter on the test signals of EBU Tech 3341 and 3342, as they were published and as made here, and by its laws; the filters
 * that it uses against the tables of BS.1770 and the analog curves that they stand for.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Biquad,
  type BiquadDesign,
  decibelsToGain,
  designBiquad,
  designOnePole,
  gainToDecibels,
} from '../../src/dsp/biquad.ts';
import { LevelHistogram } from '../../src/dsp/level-histogram.ts';
import { channelWeight, kWeighting, LoudnessMeter } from '../../src/dsp/loudness.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../support/media.ts';

const SEED = 1770;

/** Decibels of a filter at a frequency in cycles per sample. */
function response({ b0, b1, b2, a1, a2 }: Biquad, frequency: number): number {
  const [c1, s1] = [Math.cos(2 * Math.PI * frequency), Math.sin(2 * Math.PI * frequency)];
  const [c2, s2] = [Math.cos(4 * Math.PI * frequency), Math.sin(4 * Math.PI * frequency)];
  const top = Math.hypot(b0 + b1 * c1 + b2 * c2, b1 * s1 + b2 * s2);
  return 20 * Math.log10(top / Math.hypot(1 + a1 * c1 + a2 * c2, a1 * s1 + a2 * s2));
}

describe('filters of second order', () => {
  const design = (part: Omit<BiquadDesign, 'sampleRate'>) =>
    designBiquad({ sampleRate: 48000, ...part });

  test('have the gain that their kind asks for at the ends, the corner and the middle', () => {
    const frequency = fc.double({ min: 50, max: 15000, noNaN: true });
    const gain = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(frequency, gain, fc.double({ min: 0.3, max: 4, noNaN: true }), (f, g, q) => {
        const at = f / 48000;
        const common = { frequency: f, width: q, widthType: 'q' as const };
        expect(response(design({ kind: 'lowpass', ...common }), 0)).toBeCloseTo(0, 6);
        const corner = response(design({ kind: 'lowpass', ...common }), at);
        expect(corner).toBeCloseTo(20 * Math.log10(q), 6);
        const high = design({ kind: 'highpass', ...common });
        expect(response(high, 0.5)).toBeCloseTo(0, 6);
        expect(response(high, at)).toBeCloseTo(20 * Math.log10(q), 6);
        expect(response(design({ kind: 'bandpass', ...common }), at)).toBeCloseTo(0, 6);
        expect(response(design({ kind: 'peak', gain: g, ...common }), at)).toBeCloseTo(g, 6);
        const low = design({ kind: 'lowshelf', gain: g, ...common });
        expect(response(low, 0)).toBeCloseTo(g, 5);
        expect(response(low, at)).toBeCloseTo(g / 2, 5);
        expect(response(low, 0.5)).toBeCloseTo(0, 5);
        const shelf = design({ kind: 'highshelf', gain: g, ...common });
        expect(response(shelf, 0.5)).toBeCloseTo(g, 5);
        expect(response(shelf, at)).toBeCloseTo(g / 2, 5);
      }),
      { seed: SEED },
    );
  });

  test('have their width between the points of half the gain, in octaves and in Hz', () => {
    const wide = design({ kind: 'bandpass', frequency: 1000, width: 200, widthType: 'h' });
    const narrow = design({ kind: 'bandpass', frequency: 1000, width: 0.2, widthType: 'k' });
    expect(narrow).toEqual(wide);
    const octave = design({ kind: 'bandpass', frequency: 1000, width: 1, widthType: 'o' });
    for (const f of [1000 / Math.SQRT2, 1000 * Math.SQRT2]) {
      expect(response(octave, f / 48000)).toBeCloseTo(-3.01, 1);
    }
    expect(response(wide, 905 / 48000)).toBeCloseTo(-3.01, 1);
  });

  test('of one pole fall by 3 dB at the corner', () => {
    for (const kind of ['lowpass', 'highpass'] as const) {
      const filter = designOnePole(kind, 100, 48000);
      expect(response(filter, 100 / 48000)).toBeCloseTo(-3.01, 1);
      expect(response(filter, kind === 'lowpass' ? 0 : 0.5)).toBeCloseTo(0, 6);
    }
  });

  test('decibels are gains and back', () => {
    fc.assert(
      fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (decibels) => {
        expect(decibelsToGain(decibels) / 10 ** (decibels / 20)).toBeCloseTo(1, 12);
        expect(gainToDecibels(decibelsToGain(decibels))).toBeCloseTo(decibels, 10);
      }),
      { seed: SEED },
    );
  });
});

test('the K-weighting at 48 kHz is that of the tables, and its response is the same at other rates', () => {
  const [shelf, highPass] = kWeighting(48000);
  // BS.1770-5 Annex 1, tables 1 and 2.
  const tables = [
    [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
    [1, -2, 1, -1.99004745483398, 0.99007225036621],
  ];
  for (const [i, filter] of [shelf, highPass].entries()) {
    const { b0, b1, b2, a1, a2 } = filter;
    for (const [j, value] of [b0, b1, b2, a1, a2].entries()) {
      expect(value).toBeCloseTo(tables[i][j], 13);
    }
  }
  for (const rate of [32000, 44100, 96000, 192000]) {
    for (const frequency of [30, 60, 200, 1000, 3000]) {
      const at = (r: number) => kWeighting(r).map((filter) => response(filter, frequency / r));
      expect(at(rate)[0]).toBeCloseTo(at(48000)[0], 0);
      // The numerator of table 2 is not divided by the rate's own constant: compare without it.
      expect(at(rate)[1] - response(kWeighting(rate)[1], 0.25)).toBeCloseTo(
        at(48000)[1] - response(highPass, 0.25),
        0,
      );
    }
  }
});

const tone = (rate: number, seconds: number, gain: number) =>
  Float64Array.from(
    { length: Math.round(rate * seconds) },
    (_, n) => gain * Math.sin((2 * Math.PI * 997 * n) / rate),
  );

test('twice the amplitude is 6.02 LU more, however the sound is cut, and two channels are 3.01 LU more than one', () => {
  const x = tone(48000, 4, 0.1);
  const whole = new LoudnessMeter({ sampleRate: 48000, weights: [1], truePeak: true });
  whole.push([x], 0, x.length);
  // BS.1770-5 Annex 1: 0 dB FS at 997 Hz in one channel is -3.01 LKFS.
  expect(whole.integrated).toBeCloseTo(-23.01, 1);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }), (pieces) => {
      const meter = new LoudnessMeter({ sampleRate: 48000, weights: [1, 1], truePeak: true });
      const twice = x.map((value) => 2 * value);
      for (let at = 0, i = 0; at < x.length; i++) {
        const count = Math.min(pieces[i % pieces.length], x.length - at);
        meter.push([twice, twice], at, count);
        at += count;
      }
      expect(meter.integrated).toBeCloseTo(whole.integrated + 9.03, 2);
      expect(meter.momentaryMax).toBeCloseTo(whole.momentaryMax + 9.03, 2);
      expect(meter.truePeaks[1]).toBeCloseTo(2 * whole.truePeaks[0], 9);
      expect(meter.samplePeaks[0]).toBe(2 * whole.samplePeaks[0]);
    }),
    { seed: SEED, numRuns: 5 },
  );
});

test('silence has no loudness, and weights are those of the channels', () => {
  const meter = new LoudnessMeter({ sampleRate: 8000, weights: [1] });
  meter.push([new Float64Array(40000)], 0, 40000);
  expect(meter.integrated).toBe(Number.NEGATIVE_INFINITY);
  expect([meter.range, meter.threshold]).toEqual([0, -70]);
  expect(['FL', 'FC', 'LFE', 'SL', 'BR', undefined].map(channelWeight)).toEqual([
    ...[1, 1, 0, 1.41, 1.41, 1],
  ]);
});

test('levels counted by steps give the gates and percentiles of all levels', () => {
  const level = fc.double({ min: -90, max: 5, noNaN: true });
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 300 }), level, (levels, threshold) => {
      const histogram = new LevelHistogram();
      for (const value of levels) histogram.add(value, 10 ** (value / 10));
      const above = levels.filter((value) => value > -70);
      expect(histogram.count).toBe(above.length);
      // A level within a step of the threshold may count or not.
      const apart = above.filter((value) => Math.abs(value - threshold) > 0.011);
      if (apart.length < above.length) return;
      const kept = above.filter((value) => value > threshold).sort((a, b) => a - b);
      const mean = kept.reduce((sum, value) => sum + 10 ** (value / 10), 0) / (kept.length || 1);
      expect(histogram.meanEnergyAbove(threshold)).toBeCloseTo(mean, 12);
      if (kept.length === 0) return;
      const percentile = kept[Math.round((kept.length - 1) * 0.95)];
      expect(Math.abs(histogram.percentile(threshold, 0.95) - percentile)).toBeLessThan(0.0101);
    }),
    { seed: SEED },
  );
});

type Expected = readonly [value: number, below: number, above: number];
interface Case {
  readonly expect: Readonly<Record<string, Expected | readonly Expected[]>>;
  readonly layout?: number;
  readonly period?: number;
}

const weightsOf = (channels: number): number[] =>
  channels >= 5
    ? [1, 1, 1, ...(channels === 6 ? [0] : []), 1.41, 1.41]
    : Array.from({ length: channels }, () => 1);

/** Momentary and short-term loudness after each step of 10 ms, and the meter at the end. */
function measure(channels: readonly Float64Array[], sampleRate: number, truePeak: boolean) {
  const weights = weightsOf(channels.length);
  const meter = new LoudnessMeter({ sampleRate, weights, truePeak });
  const momentary: number[] = [];
  const shortTerm: number[] = [];
  for (let at = 0; at < channels[0].length; ) {
    const count = Math.min(meter.samplesToStep, channels[0].length - at);
    meter.push(channels, at, count);
    at += count;
    momentary.push(meter.momentary);
    shortTerm.push(meter.shortTerm);
  }
  return { meter, momentary, shortTerm };
}

function within(actual: number, [value, below, above]: Expected, what: string): void {
  expect(actual, what).toBeGreaterThanOrEqual(value - below);
  expect(actual, what).toBeLessThanOrEqual(value + above);
}

function expectLoudness(channels: readonly Float64Array[], rate: number, of: Case): void {
  const { meter, momentary, shortTerm } = measure(channels, rate, 'truePeak' in of.expect);
  const maxima = (levels: readonly number[], expected: readonly Expected[]) => {
    const steps = Math.round((of.period ?? 0) * 100);
    for (const [i, level] of expected.entries()) {
      within(Math.max(...levels.slice(i * steps, (i + 1) * steps)), level, `maximum ${i}`);
    }
  };
  const constant = (levels: readonly number[], expected: Expected) => {
    for (const level of levels) within(level, expected, 'level');
  };
  const scalars: Record<string, number> = {
    momentary: meter.momentary,
    shortTerm: meter.shortTerm,
    integrated: meter.integrated,
    momentaryMax: meter.momentaryMax,
    shortTermMax: meter.shortTermMax,
    range: meter.range,
    truePeak: gainToDecibels(Math.max(...meter.truePeaks)),
  };
  for (const [name, expected] of Object.entries(of.expect)) {
    if (name in scalars) within(scalars[name], expected as Expected, name);
    else if (name === 'momentaryMaxima') maxima(momentary, expected as Expected[]);
    else if (name === 'shortTermMaxima') maxima(shortTerm, expected as Expected[]);
    else if (name === 'momentaryConstantAfter1s')
      constant(momentary.slice(100), expected as Expected);
    else if (name === 'shortTermConstantAfter3s')
      constant(shortTerm.slice(300), expected as Expected);
    else throw new Error(`no check of ${name}`);
  }
}

describe.skipIf(!hasMedia)('signals of EBU Tech 3341 and 3342', async () => {
  if (!hasMedia) return;
  const { cases, signal } = (await import(mediaPath('make-ebu.mjs'))) as {
    cases: Record<string, Case>;
    signal: (name: string, rate?: number) => Float64Array[];
  };
  test.each(Object.entries(cases))('%s', (name, of) => {
    expectLoudness(signal(name, 48000), 48000, of);
  });

  test('at other rates', () => {
    for (const name of ['3341-1', '3341-13-7', '3341-21']) {
      for (const rate of [44100, 96000]) expectLoudness(signal(name, rate), rate, cases[name]);
    }
  });

  test('as published', async () => {
    const { readFileSync } = await import('node:fs');
    const { files } = JSON.parse(readFileSync(mediaPath('loudness/loudness.json'), 'utf8')) as {
      files: Record<string, Partial<Case>>;
    };
    for (const [file, of] of Object.entries(files)) {
      if (of.expect === undefined) continue;
      const path = mediaPath(`loudness/${file}`);
      const bytes = runFfmpeg(['-i', path, '-f', 'f64le', '-ac', '2', '-']);
      const samples = new Float64Array(bytes.slice().buffer);
      const channels = [0, 1].map(() => new Float64Array(samples.length / 2));
      for (let i = 0; i < samples.length; i++) channels[i & 1][i >> 1] = samples[i];
      expectLoudness(channels, 48000, of as Case);
    }
  });
});
