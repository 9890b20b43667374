/** The real FFT against the definition of the transform, and Parseval's law. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RealFft } from '../../../bench/quality/fft.ts';
import { ConfigError } from '../../../src/base/errors.ts';

const sizes = fc.constantFrom(4, 8, 32, 128, 512);

function randomSamples(size: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

test('equals the sum that defines it', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), (size, seed) => {
      const samples = randomSamples(size, seed);
      const fft = new RealFft(size);
      fft.forward(samples);
      for (let k = 0; k <= size / 2; k++) {
        let re = 0;
        let im = 0;
        for (let n = 0; n < size; n++) {
          re += samples[n]! * Math.cos((2 * Math.PI * n * k) / size);
          im -= samples[n]! * Math.sin((2 * Math.PI * n * k) / size);
        }
        expect(fft.re[k]).toBeCloseTo(re, 9);
        expect(fft.im[k]).toBeCloseTo(im, 9);
      }
    }),
    { seed: 1387, numRuns: 30 },
  );
});

test('keeps the energy, at the size of the ear model', () => {
  const samples = randomSamples(2048 + 7, 5);
  const fft = new RealFft(2048);
  fft.forward(samples, 7);
  let time = 0;
  for (let n = 0; n < 2048; n++) time += samples[n + 7]! ** 2;
  let frequency = 0;
  for (let k = 0; k <= 1024; k++) {
    frequency += (k % 1024 === 0 ? 1 : 2) * (fft.re[k]! ** 2 + fft.im[k]! ** 2);
  }
  expect(frequency / 2048).toBeCloseTo(time, 8);
});

test('refuses sizes that are no power of two', () => {
  expect(() => new RealFft(24)).toThrow(ConfigError);
  expect(() => new RealFft(2)).toThrow(ConfigError);
});
