/** Lists of numbers that are kept packed: what comes out is what went in, as often as it is asked for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedNumbers } from '../../src/bits/packed-numbers.ts';

/** The numbers of a list, walked over once. */
function numbersOf(list: PackedNumbers): number[] {
  const next = list.walk();
  return Array.from({ length: list.length }, () => next());
}

const number = fc.oneof(
  fc.nat(300),
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(0, 127, 128, 16383, 16384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1),
);

describe('packed numbers', () => {
  it('are given as they were pushed, twice', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 400 }), (numbers) => {
        const list = new PackedNumbers();
        for (const value of numbers) list.push(value);
        expect(numbersOf(list)).toEqual(numbers);
        expect(numbersOf(list)).toEqual(numbers);
      }),
    );
  });
});
