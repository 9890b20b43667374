/** The transform of mixed radices against the defining sum; sine and cosine against their laws. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosine, cosTurns, sine, sinTurns } from '../../src/dsp/circle.ts';
import {
  factorsByteLength,
  MixedFft,
  plainFftKernels,
  radicesOf,
} from '../../src/dsp/mixed-fft.ts';
import { plainDft } from '../reference/dft.ts';

const SEED = 20261130;

test('sine and cosine lie on the circle, and on those of the engine', () => {
  fc.assert(
    fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (turns) => {
      const [s, c] = [sinTurns(turns), cosTurns(turns)];
      expect(Math.abs(s * s + c * c - 1)).toBeLessThan(1e-15);
      const angle = (turns - Math.round(turns)) * 2 * Math.PI;
      expect(Math.abs(s - Math.sin(angle))).toBeLessThan(1e-15);
      expect(Math.abs(c - Math.cos(angle))).toBeLessThan(1e-15);
      expect(Math.abs(sine(angle) - s)).toBeLessThan(2e-15);
      expect(Math.abs(cosine(angle) - c)).toBeLessThan(2e-15);
    }),
    { seed: SEED },
  );
  expect([0, 1, 2, 3].map((k) => [cosTurns(k / 4), sinTurns(k / 4)])).toEqual([
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ]);
});

test('lengths are products of their radices', () => {
  for (let length = 1; length <= 4096; length++) {
    const radices = radicesOf(length);
    if (radices === undefined) continue;
    expect(radices.reduce((product: number, radix) => product * radix, 1)).toBe(length);
  }
  expect(radicesOf(11)).toBeUndefined();
  expect(radicesOf(2 * 13)).toBeUndefined();
});

test('the transform is the DFT, for every radix and for products of them', () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  for (const length of [1, 2, 3, 4, 5, 7, 8, 12, 21, 35, 49, 60, 105, 210, 256]) {
    const numbers = fc.array(number, { minLength: length, maxLength: length });
    const memory = new Float64Array(4 * length + factorsByteLength(length) / 8);
    const fft = new MixedFft(length, memory, 32 * length, plainFftKernels(memory));
    fc.assert(
      fc.property(numbers, numbers, (re, im) => {
        re.forEach((value, n) => void memory.set([value, im[n]], 2 * n));
        const at = fft.transform(0, 16 * length) / 8;
        const expected = plainDft(Float64Array.from(re), Float64Array.from(im));
        for (let k = 0; k < length; k++) {
          expect(Math.abs(memory[at + 2 * k] - expected.re[k])).toBeLessThan(1e-11);
          expect(Math.abs(memory[at + 2 * k + 1] - expected.im[k])).toBeLessThan(1e-11);
        }
      }),
      { seed: SEED, numRuns: 5 },
    );
  }
});
