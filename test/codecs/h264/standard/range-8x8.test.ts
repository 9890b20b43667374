/** Whether the inverse 8x8 transform stays within 16 bits: against the passes of clause 8.5.13.2 written out value by value. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exceeds16Bits8x8 } from '../../../../src/codecs/h264/standard/transform-8x8.ts';

const isWide = (value: number) => value < -32768 || value > 32767;

/** One pass over eight values: what it gives, and whether any value on the way leaves 16 bits. */
function pass(d: readonly number[]): { values: number[]; isExceeded: boolean } {
  const [d0, d1, d2, d3, d4, d5, d6, d7] = d;
  const e = [
    d0! + d4!,
    -d3! + d5! - d7! - (d7! >> 1),
    d0! - d4!,
    d1! + d7! - d3! - (d3! >> 1),
    (d2! >> 1) - d6!,
    -d1! + d7! + d5! + (d5! >> 1),
    d2! + (d6! >> 1),
    d3! + d5! + d1! + (d1! >> 1),
  ] as const;
  const f = [
    e[0] + e[6],
    e[1] + (e[7] >> 2),
    e[2] + e[4],
    e[3] + (e[5] >> 2),
    e[2] - e[4],
    (e[3] >> 2) - e[5],
    e[0] - e[6],
    e[7] - (e[1] >> 2),
  ] as const;
  const values = [
    ...[f[0] + f[7], f[2] + f[5], f[4] + f[3], f[6] + f[1]],
    ...[f[6] - f[1], f[4] - f[3], f[2] - f[5], f[0] - f[7]],
  ];
  // 32 is added before the last shift.
  const isExceeded =
    [...e, ...f, ...values].some(isWide) || values.some((value) => isWide(value + 32));
  return { values, isExceeded };
}

function exceeds(coefficients: readonly number[]): boolean {
  const d = [...coefficients];
  for (const [first, step] of [
    [1, 8],
    [8, 1],
  ] as const) {
    for (let line = 0; line < 8; line++) {
      const places = Array.from({ length: 8 }, (_, i) => first * line + step * i);
      const { values, isExceeded } = pass(places.map((place) => d[place]!));
      if (isExceeded) return true;
      for (const [i, place] of places.entries()) d[place] = values[i]!;
    }
  }
  return false;
}

test('the check for 16 bits is that of the passes written out', () => {
  const near = fc.oneof(
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: -9000, max: 9000 }),
    fc.integer({ min: -32768, max: 32767 }),
  );
  const blocks = fc.array(fc.record({ at: fc.integer({ min: 0, max: 63 }), value: near }), {
    maxLength: 12,
  });
  const scratch = new Int32Array(64);
  const seen = [0, 0];
  fc.assert(
    fc.property(blocks, (entries) => {
      const coefficients = new Int16Array(64);
      for (const { at, value } of entries) coefficients[at] = value;
      const expected = exceeds([...coefficients]);
      seen[expected ? 1 : 0]!++;
      expect(exceeds16Bits8x8(coefficients, 0, scratch)).toBe(expected);
    }),
    { numRuns: 4000 },
  );
  expect(Math.min(...seen)).toBeGreaterThan(400);
});
