/** What the search of scale factors is told of a band, against quantizing it and counting its codewords. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ChannelSearch,
  measureBand,
  prepareSearch,
} from '../../../src/codecs/aac/encoder/band-cost.ts';
import {
  INVERSE_STEP_34,
  POWER_43,
  quantizeBand,
  STEP,
  smallestScaleFactor,
} from '../../../src/codecs/aac/encoder/quantizer.ts';
import { DEFAULT_TUNING } from '../../../src/codecs/aac/encoder/tuning.ts';
import { ChannelStream } from '../../../src/codecs/aac/standard/channel-stream.ts';
import {
  countPairedBits,
  lowestBook,
  MAX_QUANTIZED,
} from '../../../src/codecs/aac/standard/spectrum-coding.ts';

const SEED = 20261122;
const WIDTH = 16;

/** One band of `lines`, whose noise has weight 1. */
function makeBand(lines: readonly number[]): { search: ChannelSearch; stream: ChannelStream } {
  const search = new ChannelSearch();
  const stream = new ChannelStream();
  stream.numBands = 1;
  stream.bandOffset[1] = lines.length;
  search.spectrum.set(lines);
  search.weight[0] = 1;
  prepareSearch(search, stream, { ...DEFAULT_TUNING, silencePenalty: 1 });
  return { search, stream };
}

test('noise is that of the quantized band; bits are those of its cheaper book, but for signs', () => {
  const { roundingFirst, roundingRest } = DEFAULT_TUNING;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: WIDTH, maxLength: WIDTH }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.integer({ min: 60, max: 180 }),
      (shape, log2Scale, wanted) => {
        const lines = shape.map((x) => x * 2 ** log2Scale);
        const { search, stream } = makeBand(lines);
        const sf = Math.max(wanted, search.smallest[0]);
        const at = measureBand(search, stream, 0, sf, DEFAULT_TUNING);
        const quantized = new Int32Array(WIDTH);
        const { spectrum, power34 } = search;
        quantizeBand(spectrum, power34, 0, WIDTH, sf, roundingFirst, roundingRest, quantized);
        let error = 0;
        let largest = 0;
        for (let i = 0; i < WIDTH; i++) {
          const decoded = Math.sign(quantized[i]) * POWER_43[Math.abs(quantized[i])] * STEP[sf];
          error += (lines[i] - decoded) ** 2;
          largest = Math.max(largest, Math.abs(quantized[i]));
        }
        expect(largest).toBeLessThanOrEqual(MAX_QUANTIZED);
        expect(search.cachedNoise[at]).toBeCloseTo(error, -Math.log10(error + 1e-9) + 6);
        if (largest === 0) {
          expect(search.cachedBits[at]).toBe(0);
          return;
        }
        const both = countPairedBits(quantized, 0, WIDTH, lowestBook(largest));
        const bits = Math.min(both & 0xffff, both >>> 16);
        // A codeword of a signed book may be a bit longer or shorter with other signs; there are at most 8.
        const slack = largest === 1 || (largest > 2 && largest < 5) ? 4 : 0;
        expect(Math.abs(search.cachedBits[at] - bits)).toBeLessThanOrEqual(slack);
      },
    ),
    { seed: SEED, numRuns: 400 },
  );
});

test('the smallest scale factor is the first that the largest value fits', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 30, noNaN: true }), (log2Largest) => {
      const largest34 = 2 ** log2Largest;
      const sf = smallestScaleFactor(largest34);
      expect(largest34 * INVERSE_STEP_34[sf]).toBeLessThanOrEqual(MAX_QUANTIZED);
      if (sf > 60) expect(largest34 * INVERSE_STEP_34[sf - 1]).toBeGreaterThan(MAX_QUANTIZED);
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(smallestScaleFactor(0)).toBe(60);
});
