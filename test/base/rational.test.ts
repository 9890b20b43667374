/** Frame rates as people write them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { requireFrameRate } from '../../src/base/rational.ts';

const SEED = 3003;

describe('frame rates', () => {
  it.each([
    [30, [30, 1]],
    [
      [30000, 1001],
      [30000, 1001],
    ],
    [29.97, [30000, 1001]],
    [30000 / 1001, [30000, 1001]],
    [23.976, [24000, 1001]],
    [23.98, [24000, 1001]],
    [59.94, [60000, 1001]],
    [119.88, [120000, 1001]],
    [12.5, [25, 2]],
    [1 / 3, [1, 3]],
    [14.985, [2997, 200]],
    ['25', [25, 1]],
    ['30000/1001', [30000, 1001]],
    ['30000:1001', [30000, 1001]],
    ['29.97', [30000, 1001]],
    ['.5', [1, 2]],
  ])('%j is %j', (written, rate) => {
    expect(requireFrameRate('rate', written)).toEqual(rate);
  });

  it.each([
    [0, 'got 0'],
    [-1, 'got -1'],
    [Number.NaN, 'got NaN'],
    [Number.POSITIVE_INFINITY, 'got Infinity'],
    [2 ** 31, 'got 2147483648'],
    [[30], 'got [30]'],
    [[30, 0], 'got [30, 0]'],
    [[30.5, 1], 'got [30.5, 1]'],
    [[1, 2, 3], 'got [1, 2, 3]'],
    ['30/0', 'got the string "30/0"'],
    ['fast', 'got the string "fast"'],
    ['', 'got the string ""'],
    [null, 'got null'],
    [new Date(0), 'got the Date'],
    [30n, 'got the bigint 30n'],
    [{}, 'got an object'],
  ])('%s is none', (written, said) => {
    expect(() => requireFrameRate('rate', written)).toThrow(ConfigError);
    expect(() => requireFrameRate('rate', written)).toThrow(`rate: ${said}`);
  });

  it('are near the number that is written', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), (rate) => {
        const [num, den] = requireFrameRate('rate', rate);
        expect(Math.abs(num / den - rate)).toBeLessThan(0.005);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
