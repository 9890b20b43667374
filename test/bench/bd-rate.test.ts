/** The Bjøntegaard delta rate against an independent implementation, and by its laws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bdRate, monotoneSlopes, type RatePoint } from '../../bench/quality/bd-rate.ts';

const curve = (rates: readonly number[], psnrs: readonly number[]): RatePoint[] =>
  rates.map((rate, i) => ({ rate, psnr: psnrs[i]! }));

/**
 * Expected values by SciPy 1.17.1: PchipInterpolator of log10(rate) over PSNR, `integrate` over the common range. The
 * first curves are measurements of libx265 that the FAU-LMS package (BSD-3-Clause) publishes as an example, the second
 * those that many implementations of the metric share.
 */
const VECTORS = [
  {
    anchor: curve([9487.76, 4593.6, 2486.44, 1358.24], [40.037, 38.615, 36.845, 34.851]),
    test: curve([9787.8, 4469, 2451.52, 1356.24], [40.121, 38.651, 36.97, 34.987]),
    expected: -4.417485350589045,
  },
  {
    anchor: curve([686.76, 309.58, 157.11, 85.95], [40.28, 37.18, 34.24, 31.42]),
    test: curve([893.34, 407.8, 204.93, 112.75], [40.39, 37.21, 34.17, 31.24]),
    expected: 31.379878202397627,
  },
];

describe('bdRate', () => {
  it('gives the values of an independent implementation', () => {
    for (const { anchor, test, expected } of VECTORS) {
      expect(bdRate(anchor, test)).toBeCloseTo(expected, 9);
    }
  });

  it('takes the points in any order', () => {
    const { anchor, test, expected } = VECTORS[0]!;
    expect(bdRate([...anchor].reverse(), [test[2]!, test[0]!, test[3]!, test[1]!])).toBeCloseTo(
      expected,
      9,
    );
  });

  const curves = fc
    .array(
      fc.tuple(
        fc.double({ min: 0.5, max: 5, noNaN: true }),
        fc.double({ min: 1.2, max: 4, noNaN: true }),
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((steps) => {
      const points = [{ rate: 100, psnr: 30 }];
      for (const [psnr, factor] of steps) {
        const last = points.at(-1)!;
        points.push({ rate: last.rate * factor, psnr: last.psnr + psnr });
      }
      return points;
    });

  it('is 0 against itself, and p per cent for a curve that costs p per cent more', () => {
    fc.assert(
      fc.property(curves, fc.double({ min: -90, max: 300, noNaN: true }), (points, percent) => {
        expect(bdRate(points, points)).toBeCloseTo(0, 9);
        const dearer = points.map(({ rate, psnr }) => ({ rate: rate * (1 + percent / 100), psnr }));
        expect(bdRate(points, dearer)).toBeCloseTo(percent, 6);
      }),
    );
  });

  it('turns over when the curves change places', () => {
    fc.assert(
      fc.property(curves, curves, (a, b) => {
        const there = 1 + bdRate(a, b) / 100;
        const back = 1 + bdRate(b, a) / 100;
        expect(Math.log(there * back)).toBeCloseTo(0, 9);
      }),
    );
  });

  it('interpolates without leaving the data: slopes have the sign of their neighbors', () => {
    fc.assert(
      fc.property(curves, (points) => {
        const slopes = monotoneSlopes(
          points.map((p) => p.psnr),
          points.map((p) => Math.log10(p.rate)),
        );
        for (const slope of slopes) expect(slope).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('refuses what has no answer', () => {
    const two = curve([1, 2], [30, 31]);
    expect(() => bdRate(two, curve([1], [30]))).toThrow(/two points/);
    expect(() => bdRate(two, curve([1, 2], [31, 31]))).toThrow(/must rise/);
    expect(() => bdRate(two, curve([1, 2], [40, 41]))).toThrow(/no common range/);
  });
});
