/**
 * The resampler: vector kernels against plain ones, bit for bit; tones against the same tones at the other rate; the response of
 * the whole from impulses at every phase; length, delay, cutting into pieces, memory.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import { gcd } from '../../../src/base/math.ts';
import { scaleByFraction } from '../../../src/base/rational.ts';
import { Resampler, resample } from '../../../src/filters/audio/resample/resampler.ts';

const SEED = 4448;

/** Rates of the ratio of blocks, and of the interpolator: 37 divides one of 47952, 44101 is a prime number. */
const PAIRS = [
  [44100, 48000],
  [48000, 44100],
  [16000, 48000],
  [48000, 8000],
  [96000, 44100],
  [48000, 47952],
  [44101, 16000],
] as const;

function tone(rate: number, frequency: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, n) =>
    Math.sin((2 * Math.PI * frequency * n) / rate),
  );
}

/** Decibels of `signal` over its difference from `reference`, over the middle half. */
function snr(signal: Float64Array, reference: Float64Array): number {
  let power = 0;
  let error = 0;
  for (let i = signal.length >> 2; i < (3 * signal.length) >> 2; i++) {
    power += reference[i] ** 2;
    error += (signal[i] - reference[i]) ** 2;
  }
  return 10 * Math.log10(power / error);
}

const noise = (seed: number, count: number) => {
  let state = seed | 1;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
};

describe.each(PAIRS)('%i to %i Hz', (from, to) => {
  const nyquist = Math.min(from, to) / 2;

  test('tones up to 0.90 of the lower half rate come out at 140 dB and more, in place', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.005, max: 0.9, noNaN: true }), (place) => {
        const frequency = place * nyquist;
        const length = Math.round(from / 8);
        const [output] = resample([tone(from, frequency, length)], { from, to });
        expect(snr(output, tone(to, frequency, output.length))).toBeGreaterThan(170);
      }),
      { seed: SEED, numRuns: 6, examples: [[0.9], [0.01]] },
    );
  });

  test('what the lower rate cannot hold is 140 dB down and more', () => {
    // From the lower half rate up to that of the input; below the transition band nothing may appear in its place.
    if (to >= from) return;
    for (const place of [1.0, 1.02, 1.09, 1.3, 1.9]) {
      if (place * nyquist >= from / 2) continue;
      const length = Math.round(from / 8);
      const [output] = resample([tone(from, place * nyquist, length)], { from, to });
      const middle = output.subarray(output.length >> 2, (3 * output.length) >> 2);
      const power = middle.reduce((sum, value) => sum + value * value, 0) / middle.length;
      expect(10 * Math.log10(2 * power)).toBeLessThan(-160);
    }
  });

  test('vector kernels give the samples of the plain ones', () => {
    const input = [noise(1, 30000), noise(2, 30000), noise(3, 30000)];
    const plain = resample(input, { from, to, vectorKernels: false });
    const vector = resample(input, { from, to });
    for (const [channel, samples] of plain.entries()) {
      expect(samples.findIndex((value, i) => !Object.is(value, vector[channel][i]))).toBe(-1);
    }
  });
});

test('ripple, stop band and delay of the whole converter, from impulses at every phase', () => {
  for (const [from, to] of [
    [44100, 48000],
    [48000, 44100],
  ] as const) {
    const { ripple, stop, delay } = measureResponse(from, to);
    expect(ripple).toBeLessThan(0.0001);
    expect(stop).toBeLessThan(-160);
    expect(Math.abs(delay)).toBeLessThan(1e-9);
  }
});

/** The response at sampled frequencies of the combined impulse response, whose samples lie 1/(from·L) seconds apart. */
function measureResponse(from: number, to: number) {
  const divisor = gcd(from, to);
  const up = to / divisor;
  const down = from / divisor;
  const spacing = 601;
  expect(gcd(spacing, down)).toBe(1);
  const input = new Float64Array((down + 1) * spacing);
  const places = Array.from({ length: down }, (_, i) => (i + 1) * spacing - (spacing >> 1));
  for (const place of places) input[place] = 1;
  const [output] = resample([input], { from, to });
  const reach = Math.floor(spacing * up * 0.48);
  const times: number[] = [];
  const values: number[] = [];
  for (const place of places) {
    const first = Math.ceil((place * up - reach) / down);
    const last = Math.floor((place * up + reach) / down);
    for (let m = Math.max(0, first); m <= Math.min(last, output.length - 1); m++) {
      times.push(m * down - place * up);
      values.push(output[m]);
    }
  }
  const nyquist = Math.min(from, to) / 2;
  const gainAt = (place: number) => {
    const turns = (place * nyquist) / (from * up);
    let re = 0;
    let im = 0;
    for (const [i, value] of values.entries()) {
      re += value * Math.cos(2 * Math.PI * turns * times[i]);
      im += value * Math.sin(2 * Math.PI * turns * times[i]);
    }
    return { decibels: 20 * Math.log10(Math.hypot(re, im) / up), phase: Math.atan2(im, re) };
  };
  const passBand = [0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.88, 0.895, 0.9].map(gainAt);
  const stopBand = [1, 1.005, 1.05, 1.093, 1.2, 1.5, 1.9, 2.5, 3.1].map(gainAt);
  return {
    ripple: Math.max(...passBand.map(({ decibels }) => Math.abs(decibels))),
    stop: Math.max(...stopBand.map(({ decibels }) => decibels)),
    delay: Math.max(...passBand.map(({ phase }) => Math.abs(phase))),
  };
}

const rate = fc.oneof(
  fc.constantFrom(8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000),
  fc.integer({ min: 4000, max: 200000 }),
);

test('the length is that of the ratio to the nearest, whatever the rates and however the input is cut', () => {
  fc.assert(
    fc.property(
      rate,
      rate,
      fc.nat(3000),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
      (from, to, length, channels, pieces) => {
        const input = Array.from({ length: channels }, (_, c) => noise(c, length));
        const whole = resample(input, { from, to });
        expect(whole[0].length).toBe(scaleByFraction(length, to, from));
        const resampler = new Resampler({ from, to, channels });
        const output = input.map(() => new Float64Array(whole[0].length + 1));
        let taken = 0;
        let given = 0;
        for (let turn = 0; ; turn++) {
          const piece = pieces[turn % pieces.length];
          taken += resampler.write(input, taken, Math.min(piece, length - taken));
          if (taken === length) resampler.finish();
          const got = resampler.read(output, given, piece);
          given += got;
          if (taken === length && got === 0) break;
        }
        expect(given).toBe(whole[0].length);
        for (let c = 0; c < channels; c++) {
          expect(output[c].subarray(0, given).findIndex((value, i) => value !== whole[c][i])).toBe(
            -1,
          );
        }
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

test('rates out of range are refused by name', () => {
  expect(() => new Resampler({ from: 0, to: 48000, channels: 1 })).toThrow(ConfigError);
  expect(() => new Resampler({ from: 48000, to: 0.5, channels: 1 })).toThrow(/resampler\.to/);
  expect(() => new Resampler({ from: 2 ** 28, to: 3, channels: 1 })).toThrow(/resampler\.to/);
});
