/** Fast transforms against their defining sums, and the laws that windows and logarithms must keep. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { Fft } from '../../src/dsp/fft.ts';
import { fastExp2, fastLog2 } from '../../src/dsp/logarithm.ts';
import { Mdct } from '../../src/dsp/mdct.ts';
import { hannWindow, risingKaiserBesselWindow, risingSineWindow } from '../../src/dsp/windows.ts';
import { plainDft } from '../reference/dft.ts';
import { plainImdct, plainMdct } from '../reference/mdct.ts';

const SEED = 20260801;

const samples = (length: number) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length })
    .map((values) => Float64Array.from(values));

test('the FFT is the DFT, for every length of both parities of stages', () => {
  for (const size of [4, 8, 16, 32, 128, 256]) {
    fc.assert(
      fc.property(samples(size), samples(size), (re, im) => {
        const expected = plainDft(re, im);
        const fft = new Fft(size);
        const gotRe = re.slice();
        const gotIm = im.slice();
        fft.forward(gotRe, gotIm);
        for (let k = 0; k < size; k++) {
          expect(Math.abs(gotRe[k] - expected.re[k])).toBeLessThan(1e-5);
          expect(Math.abs(gotIm[k] - expected.im[k])).toBeLessThan(1e-5);
        }
      }),
      { seed: SEED, numRuns: 5 },
    );
  }
});

test('the MDCT is its defining sum', () => {
  for (const size of [8, 16, 128]) {
    fc.assert(
      fc.property(samples(2 * size), (input) => {
        const output = new Float64Array(size);
        new Mdct(size).forward(input, 0, output, 0);
        const expected = plainMdct(input);
        for (let k = 0; k < size; k++) expect(Math.abs(output[k] - expected[k])).toBeLessThan(1e-5);
      }),
      { seed: SEED, numRuns: 5 },
    );
  }
});

test('window, fold and first stage in one pass are the plain transforms, to the last bit', () => {
  for (const size of [8, 32, 128, 2048]) {
    fc.assert(
      fc.property(
        samples(size + 3),
        samples(size + 5),
        samples(size),
        (real, imaginary, window) => {
          const fft = new Fft(size);
          const expectedRe = Float64Array.from(window, (w, n) => w * real[3 + n]);
          const expectedIm = Float64Array.from(window, (w, n) => w * imaginary[5 + n]);
          fft.forward(expectedRe, expectedIm);
          const re = new Float64Array(size);
          const im = new Float64Array(size);
          fft.forwardWindowed(real, 3, imaginary, 5, window, re, im);
          expect(re).toEqual(expectedRe);
          expect(im).toEqual(expectedIm);
        },
      ),
      { seed: SEED, numRuns: 5 },
    );
  }
  for (const size of [8, 16, 128, 1024]) {
    fc.assert(
      fc.property(samples(2 * size + 3), samples(2 * size), (input, window) => {
        const mdct = new Mdct(size);
        const expected = new Float64Array(size);
        mdct.forward(
          Float64Array.from(window, (w, n) => w * input[3 + n]),
          0,
          expected,
          0,
        );
        const output = new Float64Array(size);
        mdct.forwardWindowed(input, 3, window, output, 0);
        expect(output).toEqual(expected);
      }),
      { seed: SEED, numRuns: 5 },
    );
  }
});

test('overlapped blocks cancel their aliasing with every window', () => {
  const size = 128;
  const mdct = new Mdct(size);
  for (const rise of [
    risingSineWindow(size),
    risingKaiserBesselWindow(size, 4),
    risingKaiserBesselWindow(size, 6),
  ]) {
    const signal = Float64Array.from({ length: 3 * size }, (_, n) => Math.sin(n * n * 0.003));
    const output = new Float64Array(3 * size);
    for (const start of [0, size]) {
      const block = Float64Array.from(
        { length: 2 * size },
        (_, n) => signal[start + n] * (n < size ? rise[n] : rise[2 * size - 1 - n]),
      );
      const lines = new Float64Array(size);
      mdct.forward(block, 0, lines, 0);
      const back = plainImdct(lines);
      for (let n = 0; n < 2 * size; n++) {
        output[start + n] += back[n] * (n < size ? rise[n] : rise[2 * size - 1 - n]);
      }
    }
    for (let n = size; n < 2 * size; n++) expect(output[n]).toBeCloseTo(signal[n], 5);
  }
});

test('a Hann window at half overlap adds up to 1', () => {
  const window = hannWindow(256);
  for (let n = 0; n < 128; n++) expect(window[n] + window[n + 128]).toBeCloseTo(1, 6);
});

test('logarithm and exponential keep their bounds, and are each other’s inverse', () => {
  fc.assert(
    fc.property(fc.double({ min: -120, max: 120, noNaN: true }), (exponent) => {
      const value = 2 ** exponent;
      expect(Math.abs(fastLog2(value) - exponent)).toBeLessThan(1e-6);
      expect(Math.abs(fastExp2(exponent) / value - 1)).toBeLessThan(1e-6);
    }),
    { seed: SEED, numRuns: 500 },
  );
  for (let i = -20; i < 20; i++) expect(fastExp2(i)).toBe(2 ** i);
  expect(fastLog2(0)).toBeLessThan(-120);
});

test('sizes that are not powers of two are refused', () => {
  expect(() => new Fft(12)).toThrow(ConfigError);
  expect(() => new Fft(2)).toThrow(ConfigError);
  expect(() => new Mdct(24)).toThrow(ConfigError);
});
