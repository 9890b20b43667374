/** The kernels of the search of scale factors: against quantizing and counting codewords one by one, and the vector ones against the plain ones. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChannelSearch, prepareSearch } from '../../../src/codecs/aac/encoder/band-cost.ts';
import { smallestScaleFactor } from '../../../src/codecs/aac/encoder/quantizer.ts';
import { chooseScaleFactors } from '../../../src/codecs/aac/encoder/trellis.ts';
import { DEFAULT_TUNING } from '../../../src/codecs/aac/encoder/tuning.ts';
import {
  CACHE_SIZE,
  CANDIDATE_COST,
  CANDIDATE_SF,
  FINE_ABOVE,
} from '../../../src/codecs/aac/kernels/contract.ts';
import { AAC_KERNELS } from '../../../src/codecs/aac/kernels/kernel-set.ts';
import { SearchMemory, searchBytes } from '../../../src/codecs/aac/kernels/search-memory.ts';
import { ChannelStream } from '../../../src/codecs/aac/standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../../../src/codecs/aac/standard/huffman-tables.ts';
import { INVERSE_STEP_34, POWER_43, STEP } from '../../../src/codecs/aac/standard/quantization.ts';
import {
  countPairedBits,
  lowestBook,
  MAX_QUANTIZED,
} from '../../../src/codecs/aac/standard/spectrum-coding.ts';

const SEED = 20261122;
const WIDTH = 16;
const { roundingFirst, roundingRest } = DEFAULT_TUNING;

/** One band of `lines`, whose noise has weight 1. */
function makeBand(lines: readonly number[], vectorKernels: boolean) {
  const memory = AAC_KERNELS.createMemory(searchBytes(1), vectorKernels);
  const shared = new SearchMemory(memory, roundingFirst, roundingRest);
  const channel = shared.channel();
  channel.spectrum.set(lines);
  channel.weight[0] = 1;
  shared.kernels.prepareBand(channel.position, 0, 0, lines.length);
  return { shared, channel };
}

/** The first `found` candidates. */
function candidatesOf({ floats }: SearchMemory, found: number) {
  return {
    sf: [...new Int32Array(floats.buffer, CANDIDATE_SF, found)],
    cost: [...new Float32Array(floats.buffer, CANDIDATE_COST, found)],
  };
}

/** Lines of any size, most of them much smaller than the largest. */
const someLines = (length: number) =>
  fc
    .tuple(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
        minLength: length,
        maxLength: length,
      }),
      fc.double({ min: 0, max: 24, noNaN: true }),
      fc.integer({ min: 1, max: 5 }),
    )
    .map(([shape, log2Scale, power]) => shape.map((x) => x ** power * 2 ** log2Scale));

test('noise is that of the quantized band; bits are those of its cheaper book, but for signs', () => {
  fc.assert(
    fc.property(someLines(WIDTH), fc.integer({ min: 60, max: 180 }), (lines, wanted) => {
      const { shared, channel } = makeBand(lines, true);
      const sf = Math.max(wanted, smallestScaleFactor(channel.largest34[0]));
      shared.setLambda(1, 0, 0, 0);
      const tried = shared.kernels.tryScaleFactors(channel.position, 0, 0, WIDTH, sf, sf, sf);
      shared.kernels.quantizeBand(channel.position, 0, WIDTH, sf);
      const { quantized } = channel;
      let error = 0;
      let largest = 0;
      for (let i = 0; i < WIDTH; i++) {
        const decoded = Math.sign(quantized[i]) * POWER_43[Math.abs(quantized[i])] * STEP[sf];
        error += (lines[i] - decoded) ** 2;
        largest = Math.max(largest, Math.abs(quantized[i]));
      }
      expect(largest).toBeLessThanOrEqual(MAX_QUANTIZED);
      expect(tried).toBe(largest === 0 ? 0 : 1);
      if (largest === 0) return;
      const at = sf & (CACHE_SIZE - 1);
      const energy = lines.reduce((sum, x) => sum + x * x, 0);
      expect(Math.abs(channel.cachedNoise[at] - error)).toBeLessThan(1e-4 * error + 1e-9 * energy);
      const both = countPairedBits(quantized, 0, WIDTH, lowestBook(largest));
      const bits = Math.min(both & 0xffff, both >>> 16);
      // A codeword of a signed book may be a bit longer or shorter with other signs; there are at most 8.
      const slack = largest === 1 || (largest > 2 && largest < 5) ? 4 : 0;
      expect(Math.abs(channel.cachedBits[at] - bits)).toBeLessThanOrEqual(slack);
      const cost = Math.fround(channel.cachedNoise[at] + channel.cachedBits[at]);
      expect(candidatesOf(shared, 1)).toEqual({ sf: [sf], cost: [cost] });
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test('vector kernels leave the same memory as plain ones', () => {
  fc.assert(
    fc.property(
      someLines(32),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: -6, max: 20 }),
      fc.double({ min: -10, max: 20, noNaN: true }),
      (lines, quads, above, log2Lambda) => {
        const count = 4 * quads;
        const [plain, vector] = [false, true].map((vectorKernels) => {
          const { shared, channel } = makeBand(lines.slice(0, count), vectorKernels);
          const smallest = smallestScaleFactor(channel.largest34[0]);
          const start = Math.max(smallest, Math.min(255, smallest + above));
          shared.setLambda(2 ** log2Lambda, 4, 6, 0.8);
          const { kernels } = shared;
          const { position } = channel;
          const highest = Math.min(255, start + 12);
          const lowest = Math.max(smallest, start - 4);
          const found = kernels.tryScaleFactors(position, 0, 0, count, start, highest, lowest);
          kernels.quantizeBand(position, 0, count, start);
          return {
            found,
            ...candidatesOf(shared, found),
            quantized: [...channel.quantized.subarray(0, count)],
            sums: [channel.energy[0], channel.rootSum[0], channel.largest34[0]],
            noise: [...channel.cachedNoise.subarray(0, CACHE_SIZE)],
            bits: [...channel.cachedBits.subarray(0, CACHE_SIZE)],
          };
        });
        expect(vector).toEqual(plain);
      },
    ),
    { seed: SEED, numRuns: 400 },
  );
});

/** Some bands of 4 to 32 lines, whose levels and weights leap. */
const someBands = fc.array(
  fc.tuple(
    someLines(32),
    fc.integer({ min: 1, max: 8 }),
    fc.double({ min: -24, max: 6, noNaN: true }),
  ),
  { minLength: 1, maxLength: 12 },
);

/** Runs the search over `bands`. */
function searchBands(
  bands: readonly (readonly [number[], number, number])[],
  log2Lambda: number,
  dropBits: number,
  vectorKernels: boolean,
) {
  const memory = AAC_KERNELS.createMemory(searchBytes(1), vectorKernels);
  const shared = new SearchMemory(memory, roundingFirst, roundingRest);
  const search = new ChannelSearch(shared);
  const stream = new ChannelStream(search.memory);
  stream.numBands = bands.length;
  for (const [band, [lines, quads, log2Weight]] of bands.entries()) {
    const at = stream.bandOffset[band];
    stream.bandOffset[band + 1] = at + 4 * quads;
    search.spectrum.set(lines.slice(0, 4 * quads), at);
    search.weight[band] = 2 ** log2Weight;
  }
  prepareSearch(search, stream, DEFAULT_TUNING);
  const lambda = 2 ** log2Lambda;
  if (dropBits > 0) shared.setLambda(lambda, dropBits, dropBits, 0.8);
  chooseScaleFactors(search, stream, lambda);
  return { search, stream, lambda };
}

test('paths are the same with vector kernels, and none of those that are tried is cheaper', () => {
  fc.assert(
    fc.property(someBands, fc.double({ min: -10, max: 12, noNaN: true }), (bands, log2Lambda) => {
      const [plain, vector] = [false, true].map((vectorKernels) => {
        const { search, stream } = searchBands(bands, log2Lambda, 0, vectorKernels);
        return [...search.memory.quantized, ...stream.scaleFactor, ...stream.codebook];
      });
      expect(vector).toEqual(plain);

      // Without bounds, by trying every scale factor after every state.
      const { search, stream, lambda } = searchBands(bands, log2Lambda, 1e6, true);
      const { shared, memory } = search;
      let paths = new Map<number, number>([[-1, 0]]);
      let chosen = 0;
      let before = -1;
      for (let band = 0; band < bands.length; band++) {
        const silent = shared.silent[band];
        const next = new Map([...paths].map(([sf, cost]) => [sf, cost + silent]));
        const costOf = (sf: number, last: number) => {
          const delta = last < 0 ? 0 : sf - last;
          const at = band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
          const bits = memory.cachedBits[at] + 0.8 + (SCALE_FACTOR_LENGTHS[60 + delta] ?? Infinity);
          return memory.cachedNoise[at] + lambda * bits;
        };
        for (
          let sf = shared.lowest[band];
          silent > 2 * lambda && sf <= shared.highest[band];
          sf++
        ) {
          const above = sf - shared.start[band];
          const at = band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
          if (memory.cachedBits[at] === 0 || (above > FINE_ABOVE && above % 2 === 1)) continue;
          for (const [last, cost] of paths) {
            const total = cost + costOf(sf, last);
            if (total < (next.get(sf) ?? Infinity)) next.set(sf, total);
          }
        }
        paths = next;
        const sf = stream.scaleFactor[band];
        chosen += stream.codebook[band] === 0 ? silent : costOf(sf, before);
        if (stream.codebook[band] !== 0) before = sf;
      }
      const least = Math.min(...paths.values());
      expect(Math.abs(chosen - least)).toBeLessThan(1e-4 * least + 1e-3 * lambda);
    }),
    { seed: SEED, numRuns: 200 },
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
