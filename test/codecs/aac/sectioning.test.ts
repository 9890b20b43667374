/** The choice of codebooks: no other is cheaper, and the vector kernel chooses as the plain one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChannelSearch } from '../../../src/codecs/aac/encoder/band-cost.ts';
import { chooseCodebooks } from '../../../src/codecs/aac/encoder/sectioning.ts';
import { DEFAULT_TUNING } from '../../../src/codecs/aac/encoder/tuning.ts';
import { AAC_KERNELS } from '../../../src/codecs/aac/kernels/kernel-set.ts';
import { SearchMemory, searchBytes } from '../../../src/codecs/aac/kernels/search-memory.ts';
import { ChannelStream } from '../../../src/codecs/aac/standard/channel-stream.ts';
import {
  countPairedBits,
  ESC_HCB,
  LARGEST_MAGNITUDE,
  NOISE_HCB,
} from '../../../src/codecs/aac/standard/spectrum-coding.ts';

const SEED = 20261201;
const NUM_BOOKS = 12;
/** Bits of the header of a section of long windows. */
const HEADER = 9;
const { roundingFirst, roundingRest } = DEFAULT_TUNING;

/** A band of 4 to 32 lines within some magnitude. */
const someBand = fc
  .tuple(fc.constantFrom(0, 0, 1, 2, 4, 7, 12, 15, 40, 8191), fc.integer({ min: 1, max: 8 }))
  .chain(([most, quads]) =>
    fc.array(fc.integer({ min: -most, max: most }), {
      minLength: 4 * quads,
      maxLength: 4 * quads,
    }),
  );

/** Codebooks, lowest books and bits of bands in one group; those with an index in `noise` are substituted. */
function choose(bands: readonly number[][], noise: readonly number[], vectorKernels: boolean) {
  const memory = AAC_KERNELS.createMemory(searchBytes(1), vectorKernels);
  const search = new ChannelSearch(new SearchMemory(memory, roundingFirst, roundingRest));
  const stream = new ChannelStream(search.memory);
  stream.numBands = bands.length;
  stream.info.max_sfb = bands.length;
  for (const [band, lines] of bands.entries()) {
    const at = stream.bandOffset[band];
    stream.bandOffset[band + 1] = at + lines.length;
    stream.quantized.set(lines, at);
  }
  for (const band of noise) {
    if (band >= bands.length) continue;
    stream.codebook[band] = NOISE_HCB;
    stream.quantized.fill(0, stream.bandOffset[band], stream.bandOffset[band + 1]);
  }
  const bits = chooseCodebooks(search, stream);
  const { codebook } = stream;
  const books = [...codebook.subarray(0, bands.length)];
  const lowest = [...search.memory.lowestBook.subarray(0, bands.length)];
  return { bits, books, lowest: lowest.map((book, i) => (books[i] === NOISE_HCB ? 0 : book)) };
}

/** Bits of a band's values in a book; infinite where it cannot have them. */
function bitsIn(lines: readonly number[], book: number): number {
  const largest = Math.max(...lines.map(Math.abs));
  if (largest > LARGEST_MAGNITUDE[book]) return Number.POSITIVE_INFINITY;
  if (book === 0) return 0;
  // Small values are not tried in the book with escape sequences.
  if (book === ESC_HCB && largest > 0 && largest < 5) return Number.POSITIVE_INFINITY;
  const lower = book - ((book + 1) & 1);
  const both = countPairedBits(Int32Array.from(lines), 0, lines.length, lower);
  return book === lower ? both & 0xffff : both >>> 16;
}

/** Bits of values, of section headers, and of the scale factors that bands of zeros in other books have. */
function costOf(bands: readonly number[][], books: readonly number[]): number {
  let cost = 0;
  for (const [band, lines] of bands.entries()) {
    cost += bitsIn(lines, books[band]) + (books[band] === books[band - 1] ? 0 : HEADER);
    if (books[band] !== 0 && lines.every((value) => value === 0)) cost++;
  }
  return cost;
}

test('no other codebooks take fewer bits', () => {
  fc.assert(
    fc.property(fc.array(someBand, { minLength: 1, maxLength: 3 }), (bands) => {
      const { bits, books } = choose(bands, [], true);
      expect(bits).toBe(bands.reduce((sum, lines, band) => sum + bitsIn(lines, books[band]), 0));
      let least = Number.POSITIVE_INFINITY;
      for (let code = 0; code < NUM_BOOKS ** bands.length; code++) {
        const other = bands.map((_, band) => Math.floor(code / NUM_BOOKS ** band) % NUM_BOOKS);
        least = Math.min(least, costOf(bands, other));
      }
      expect(costOf(bands, books)).toBe(least);
    }),
    { seed: SEED, numRuns: 40 },
  );
});

test('the vector kernel chooses as the plain one, around bands of noise too', () => {
  fc.assert(
    fc.property(
      fc.array(someBand, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(19), { maxLength: 5 }),
      (bands, noise) => {
        expect(choose(bands, noise, true)).toEqual(choose(bands, noise, false));
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});
