/** Laws of the tables of AAC: a copying error breaks at least one. */
import { expect, test } from 'vitest';
import {
  SCALE_FACTOR_CODES,
  SCALE_FACTOR_LENGTHS,
  SPECTRUM_CODES,
  SPECTRUM_LENGTHS,
} from '../../../../src/codecs/aac/standard/huffman-tables.ts';
import {
  TNS_MAX_BANDS_LONG,
  TNS_MAX_BANDS_SHORT,
} from '../../../../src/codecs/aac/standard/sampling-frequency.ts';
import {
  SWB_OFFSET_LONG_WINDOW,
  SWB_OFFSET_SHORT_WINDOW,
} from '../../../../src/codecs/aac/standard/scalefactor-bands.ts';
import { longSlope, shortSlope } from '../../../../src/codecs/aac/standard/window-sequence.ts';
import { SAMPLING_FREQUENCIES } from '../../../../src/syntax/aac/sampling-frequency.ts';
import {
  SCALE_FACTOR_CODES as PRINTED_SCALE_FACTOR_CODES,
  SCALE_FACTOR_LENGTHS as PRINTED_SCALE_FACTOR_LENGTHS,
  SPECTRUM_CODES as PRINTED_SPECTRUM_CODES,
  SPECTRUM_LENGTHS as PRINTED_SPECTRUM_LENGTHS,
} from '../../../reference/aac-huffman-tables.ts';

/** Number of codewords of each codebook, clause 4.6.3.3: (2·LAV + 1) or (LAV + 1) to the power of the dimension. */
const SIZES = [0, 81, 81, 81, 81, 81, 81, 64, 64, 169, 169, 289];

function expectCompletePrefixCode(lengths: Uint8Array, codes: Uint32Array, name: string): void {
  let kraft = 0;
  const words = new Set<string>();
  for (let i = 0; i < lengths.length; i++) {
    kraft += 2 ** -lengths[i];
    expect(codes[i], name).toBeLessThan(2 ** lengths[i]);
    words.add(codes[i].toString(2).padStart(lengths[i], '0'));
  }
  expect(kraft, `${name}: Kraft sum`).toBe(1);
  expect(words.size, `${name}: all different`).toBe(lengths.length);
  for (const word of words) {
    for (let n = 1; n < word.length; n++) {
      expect(words.has(word.slice(0, n)), `${name}: ${word} has a prefix`).toBe(false);
    }
  }
}

test('every codebook is a complete prefix code', () => {
  for (let book = 1; book <= 11; book++) {
    expect(SPECTRUM_LENGTHS[book].length).toBe(SIZES[book]);
    expectCompletePrefixCode(SPECTRUM_LENGTHS[book], SPECTRUM_CODES[book], `book ${book}`);
  }
  expect(SCALE_FACTOR_LENGTHS.length).toBe(121);
  expectCompletePrefixCode(SCALE_FACTOR_LENGTHS, SCALE_FACTOR_CODES, 'scale factors');
});

test('every code is the one that the standard prints', () => {
  for (let book = 1; book <= 11; book++) {
    expect(SPECTRUM_LENGTHS[book]).toEqual(PRINTED_SPECTRUM_LENGTHS[book]);
    expect([...SPECTRUM_CODES[book]]).toEqual([...PRINTED_SPECTRUM_CODES[book]]);
  }
  expect(SCALE_FACTOR_LENGTHS).toEqual(PRINTED_SCALE_FACTOR_LENGTHS);
  expect(SCALE_FACTOR_CODES).toEqual(PRINTED_SCALE_FACTOR_CODES);
});

test('the shortest codeword of every book is that of the smallest values', () => {
  for (let book = 1; book <= 11; book++) {
    const lengths = SPECTRUM_LENGTHS[book];
    const zero = book <= 2 || book === 5 || book === 6 ? 40 : 0;
    const shortest = Math.min(...lengths);
    // Books 4, 8 and 10 are for spectra without many zeros: there a one may be cheaper.
    if (![4, 8, 10].includes(book)) expect(lengths[zero], `book ${book}`).toBe(shortest);
    else expect(lengths[zero] - shortest, `book ${book}`).toBeLessThanOrEqual(3);
  }
  expect(SCALE_FACTOR_LENGTHS[60]).toBe(1);
});

test('scale factor bands cover the spectrum in multiples of four lines, ever wider', () => {
  const counts = {
    long: [41, 41, 47, 49, 49, 51, 47, 47, 43, 43, 43, 40, 40],
    short: [12, 12, 12, 14, 14, 14, 15, 15, 15, 15, 15, 15, 15],
  };
  for (let index = 0; index < SAMPLING_FREQUENCIES.length; index++) {
    for (const [offsets, end, count] of [
      [SWB_OFFSET_LONG_WINDOW[index], 1024, counts.long[index]],
      [SWB_OFFSET_SHORT_WINDOW[index], 128, counts.short[index]],
    ] as const) {
      expect(offsets.length - 1).toBe(count);
      expect(offsets[0]).toBe(0);
      expect(offsets[count]).toBe(end);
      for (let b = 0; b < count; b++) {
        const width = offsets[b + 1] - offsets[b];
        expect(width).toBeGreaterThan(0);
        expect(width % 4).toBe(0);
        // No band is narrower than the one before, but for the rest at the end of the table.
        if (b > 0 && b < count - 1) {
          expect(width).toBeGreaterThanOrEqual(offsets[b] - offsets[b - 1] - 4);
        }
      }
    }
  }
});

test('windows are power-complementary: rise squared and its mirror squared add up to 1', () => {
  for (const slope of [longSlope(0), longSlope(1), shortSlope(0), shortSlope(1)]) {
    const last = slope.length - 1;
    for (let n = 0; n <= last; n++) {
      expect(slope[n] ** 2 + slope[last - n] ** 2).toBeCloseTo(1, 6);
      if (n > 0) expect(slope[n]).toBeGreaterThanOrEqual(slope[n - 1]);
    }
  }
});

test('TNS ends at a band edge next to 16 kHz, or with the last band or the one before', () => {
  for (let index = 0; index < SAMPLING_FREQUENCIES.length; index++) {
    for (const [offsets, limits, numLines] of [
      [SWB_OFFSET_LONG_WINDOW[index], TNS_MAX_BANDS_LONG, 1024],
      [SWB_OFFSET_SHORT_WINDOW[index], TNS_MAX_BANDS_SHORT, 128],
    ] as const) {
      const numBands = offsets.length - 1;
      const limit = limits[index];
      const rate = SAMPLING_FREQUENCIES[index];
      const edge = (band: number): number => (offsets[band] * rate) / (2 * numLines);
      if (rate > 32000 && limit < numBands) {
        expect(edge(limit - 1), `${rate} Hz`).toBeLessThan(16000);
        expect(edge(limit + 1), `${rate} Hz`).toBeGreaterThan(16000);
      } else {
        expect([numBands - 1, numBands], `${rate} Hz`).toContain(limit);
      }
    }
  }
});
