/** Laws of the tables and codes of RFC 1951. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalCodes } from '../../../src/codecs/deflate/encoder/block-code.ts';
import { codeLengths } from '../../../src/codecs/deflate/encoder/code-lengths.ts';
import { log2, timesLog2 } from '../../../src/codecs/deflate/encoder/logarithm.ts';
import { COST_SHIFT } from '../../../src/codecs/deflate/kernels/search-rules.ts';
import {
  buildDecodeTable,
  DISTANCE_ROOT_BITS,
  decodeTableSize,
  LITLEN_ROOT_BITS,
} from '../../../src/codecs/deflate/standard/decode-table.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  distanceSymbol,
  fixedDistanceLengths,
  fixedLitlenLengths,
  LENGTH_BASE,
  LENGTH_EXTRA,
  lengthIndexes,
  PRECODE_ORDER,
} from '../../../src/codecs/deflate/standard/symbols.ts';

describe('alphabets of clause 3.2.5', () => {
  it('lengths follow each other without gap; 258 alone has two spellings', () => {
    for (let i = 0; i + 2 < LENGTH_BASE.length; i++) {
      expect(LENGTH_BASE[i + 1]).toBe(LENGTH_BASE[i]! + (1 << LENGTH_EXTRA[i]!));
    }
    expect(LENGTH_BASE[28]).toBe(LENGTH_BASE[27]! + (1 << LENGTH_EXTRA[27]!) - 1);
  });

  it('distances follow each other without gap up to 32768', () => {
    for (let i = 0; i + 1 < DISTANCE_BASE.length; i++) {
      expect(DISTANCE_BASE[i + 1]).toBe(DISTANCE_BASE[i]! + (1 << DISTANCE_EXTRA[i]!));
    }
    expect(DISTANCE_BASE[29]! + (1 << DISTANCE_EXTRA[29]!)).toBe(32769);
  });

  it('symbols of distances and lengths are those of the tables', () => {
    const indexes = lengthIndexes();
    for (let length = 3; length <= 257; length++) {
      const i = indexes[length]!;
      expect(length >= LENGTH_BASE[i]! && length < LENGTH_BASE[i]! + (1 << LENGTH_EXTRA[i]!)).toBe(
        true,
      );
    }
    expect(indexes[258]).toBe(28);
    for (let distance = 1; distance <= 32768; distance++) {
      const i = distanceSymbol(distance);
      const isIn =
        distance >= DISTANCE_BASE[i]! && distance < DISTANCE_BASE[i]! + (1 << DISTANCE_EXTRA[i]!);
      if (!isIn) throw new Error(`distance ${distance} is not in symbol ${i}`);
    }
  });

  it('the order of code lengths is a permutation', () => {
    expect([...PRECODE_ORDER].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 19 }, (_, i) => i),
    );
  });

  it('the fixed codes are complete', () => {
    const kraft = (lengths: Uint8Array) => lengths.reduce((sum, length) => sum + 2 ** -length, 0);
    expect(kraft(fixedLitlenLengths())).toBe(1);
    expect(kraft(fixedDistanceLengths())).toBe(1);
  });
});

/** Huffman's algorithm as he wrote it: the two lightest become one, until one is left. The total of code bits. */
function huffmanBits(counts: readonly number[]): number {
  const left = counts.filter((n) => n > 0);
  let bits = 0;
  while (left.length > 1) {
    left.sort((a, b) => b - a);
    const joined = left.pop()! + left.pop()!;
    bits += joined;
    left.push(joined);
  }
  return bits;
}

/** Least bits of codes of limited length, by trying: lengths that do not fall as counts do not rise. */
function bestLimitedBits(counts: readonly number[], limit: number): number {
  const sorted = counts.filter((n) => n > 0).sort((a, b) => b - a);
  const search = (i: number, least: number, room: number): number => {
    if (i === sorted.length) return room >= 0 ? 0 : Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    for (let length = least; length <= limit; length++) {
      const rest = room - 2 ** -length;
      if (rest < 0) continue;
      best = Math.min(best, sorted[i]! * length + search(i + 1, length, rest));
    }
    return best;
  };
  return search(0, 1, 1);
}

const bitsOf = (counts: readonly number[], lengths: Uint8Array) =>
  counts.reduce((sum, n, i) => sum + n * lengths[i]!, 0);

describe('code lengths', () => {
  it('take as few bits as Huffman codes where no limit binds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 40 }), (counts) => {
        fc.pre(counts.filter((n) => n > 0).length >= 2);
        const lengths = new Uint8Array(counts.length);
        codeLengths(Int32Array.from(counts), counts.length, 15, lengths);
        expect(bitsOf(counts, lengths)).toBe(huffmanBits(counts));
      }),
      { seed: 1951, numRuns: 500 },
    );
  });

  it('are the best of limited length, and complete', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 0, max: 20 }).map((n) => Math.round(1.9 ** n)),
          { minLength: 5, maxLength: 8 },
        ),
        (counts) => {
          const lengths = new Uint8Array(counts.length);
          codeLengths(Int32Array.from(counts), counts.length, 3, lengths);
          expect(bitsOf(counts, lengths)).toBe(bestLimitedBits(counts, 3));
          expect(lengths.reduce((sum, n) => sum + (n > 0 ? 2 ** -n : 0), 0)).toBe(1);
        },
      ),
      { seed: 1951, numRuns: 200 },
    );
  });

  it('stay within 15 bits for counts like Fibonacci numbers', () => {
    const counts = new Int32Array(40);
    counts[0] = counts[1] = 1;
    for (let i = 2; i < 40; i++) counts[i] = counts[i - 1]! + counts[i - 2]!;
    const lengths = new Uint8Array(40);
    codeLengths(counts, 40, 15, lengths);
    expect(Math.max(...lengths)).toBe(15);
    expect(lengths.reduce((sum, n) => sum + 2 ** -n, 0)).toBe(1);
  });
});

describe('decode tables', () => {
  it('find every symbol by its canonical code, and fit into the size that is stated', () => {
    for (const [rootBits, count] of [
      [LITLEN_ROOT_BITS, 286],
      [DISTANCE_ROOT_BITS, 30],
      [7, 19],
    ] as const) {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 0, max: 22 }), { minLength: count, maxLength: count }),
          (powers) => {
            const counts = Int32Array.from(powers, (n) => (n < 3 ? 0 : Math.round(1.8 ** n)));
            counts[0] = counts[1] = 1;
            const lengths = new Uint8Array(count);
            codeLengths(counts, count, rootBits === 7 ? 7 : 15, lengths);
            const meanings = Int32Array.from({ length: count }, (_, i) => i << 16);
            const table = new Int32Array(decodeTableSize(rootBits, count)).fill(-1);
            expect(
              buildDecodeTable(
                lengths,
                0,
                count,
                meanings,
                { rootBits, mayBeIncomplete: false },
                table,
              ),
            ).toBe(true);
            const codes = canonicalCodes(lengths, count, new Uint16Array(count));
            for (let symbol = 0; symbol < count; symbol++) {
              if (lengths[symbol] === 0) continue;
              let entry = table[codes[symbol]! & ((1 << rootBits) - 1)]!;
              if ((entry & 0x4000) !== 0) {
                entry =
                  table[
                    (entry >>> 16) +
                      ((codes[symbol]! >> rootBits) & ((1 << ((entry >>> 8) & 15)) - 1))
                  ]!;
              }
              expect([entry >>> 16, entry & 31]).toEqual([symbol, lengths[symbol]]);
            }
          },
        ),
        { seed: 3, numRuns: 60 },
      );
    }
  });

  it('refuse codes that are none', () => {
    const table = new Int32Array(4000);
    const build = (lengths: number[], mayBeIncomplete: boolean) =>
      buildDecodeTable(
        Uint8Array.from(lengths),
        0,
        lengths.length,
        new Int32Array(lengths.length),
        { rootBits: 8, mayBeIncomplete },
        table,
      );
    expect(build([1, 1, 1], false)).toBe(false);
    expect(build([2, 2, 2], true)).toBe(false);
    expect(build([1, 0, 0], false)).toBe(false);
    expect(build([1, 0, 0], true)).toBe(true);
    expect(build([2, 0, 0], true)).toBe(false);
    expect(build([0, 0, 0], true)).toBe(true);
  });
});

describe('logarithms', () => {
  it('are within 1.5 units of the true ones, and never fall', () => {
    let before = 0;
    for (let n = 1; n < 2 ** 31; n = Math.ceil(n * 1.01)) {
      const value = log2(n);
      expect(Math.abs(value - 2 ** COST_SHIFT * Math.log2(n))).toBeLessThan(1.5);
      expect(value).toBeGreaterThanOrEqual(before);
      expect(timesLog2(n)).toBe(n * value);
      before = value;
    }
  });
});
