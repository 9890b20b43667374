/** Exponential and logarithm against the engine's own, which is right to a few last bits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp2, log2 } from '../../src/base/exp-log.ts';

describe('exp2', () => {
  it('is exact for integers', () => {
    for (let n = -1022; n <= 1023; n++) expect(exp2(n)).toBe(2 ** n);
  });

  it('agrees with the engine', () => {
    fc.assert(
      fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (x) => {
        expect(Math.abs(exp2(x) / 2 ** x - 1)).toBeLessThan(1e-14);
      }),
    );
  });
});

describe('log2', () => {
  it('is exact for powers of two', () => {
    for (let n = -1022; n <= 1023; n++) expect(log2(2 ** n)).toBe(n);
  });

  it('agrees with the engine and inverts exp2', () => {
    fc.assert(
      fc.property(fc.double({ min: -29, max: 29, noNaN: true }), (x) => {
        expect(Math.abs(log2(2 ** x) - x)).toBeLessThan(1e-13);
        expect(Math.abs(log2(exp2(x)) - x)).toBeLessThan(1e-13);
      }),
    );
  });
});
