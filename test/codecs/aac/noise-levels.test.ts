/** Energies of substituted noise by rate and distortion: held against every path there is, and against what can be sent. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NoiseLevels } from '../../../src/codecs/aac/encoder/noise-levels.ts';
import {
  ChannelStream,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../../../src/codecs/aac/standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../../../src/codecs/aac/standard/huffman-tables.ts';
import { NOISE_HCB } from '../../../src/codecs/aac/standard/spectrum-coding.ts';
import { FRAME_LENGTH } from '../../../src/codecs/aac/standard/window-sequence.ts';

/** Bands of noise with these measured levels and worths; every third band is none. */
function makeBands(bands: readonly { level: number; worth: number }[]) {
  const stream = new ChannelStream({
    bandOffset: new Uint16Array(MAX_BANDS + 1),
    codebook: new Uint8Array(MAX_BANDS),
    scaleFactor: new Int16Array(MAX_BANDS),
    quantized: new Int32Array(FRAME_LENGTH),
  });
  const levels = new NoiseLevels();
  stream.numBands = bands.length;
  for (const [band, { level, worth }] of bands.entries()) {
    stream.codebook[band] = band % 3 === 2 ? 1 : NOISE_HCB;
    stream.scaleFactor[band] = Math.round(level);
    levels.measured[band] = level;
    levels.worth[band] = worth;
  }
  return { stream, levels };
}

/** Noise + lambda · bits of levels, those of bands of noise in turn. */
function costOf(
  path: readonly number[],
  bands: readonly { level: number; worth: number }[],
  lambda: number,
) {
  let cost = 0;
  for (const [i, level] of path.entries()) {
    const off = 2 ** ((level - bands[i]!.level) / 4) - 1;
    cost += bands[i]!.worth * off * off;
    if (i > 0) {
      cost += lambda * SCALE_FACTOR_LENGTHS[level - path[i - 1]! + MAX_SCALE_FACTOR_DELTA]!;
    }
  }
  return cost;
}

const band = fc.record({
  level: fc.double({ min: 10, max: 60, noNaN: true }),
  worth: fc.double({ min: 0, max: 40, noNaN: true }),
});

test('no path within 3 dB of the measured energies costs less', () => {
  fc.assert(
    fc.property(
      fc.array(band, { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0.01, max: 5, noNaN: true }),
      (bands, lambda) => {
        const { stream, levels } = makeBands(bands);
        const noise = bands.filter((_, i) => i % 3 !== 2);
        const centers = noise.map(({ level }) => Math.round(level));
        levels.choose(stream, lambda);
        const chosen = [...stream.scaleFactor].filter((_, i) => i < bands.length && i % 3 !== 2);
        let least = Number.POSITIVE_INFINITY;
        for (let path = 0; path < 5 ** noise.length; path++) {
          const tried = centers.map((center, i) => center - 2 + (Math.floor(path / 5 ** i) % 5));
          least = Math.min(least, costOf(tried, noise, lambda));
        }
        expect(costOf(chosen, noise, lambda)).toBeCloseTo(least, 4);
        for (const [i, { level }] of bands.entries()) {
          if (i % 3 === 2) expect(stream.scaleFactor[i]).toBe(Math.round(level));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('levels as far apart as can be sent stay that near', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }), (ups) => {
      let level = 0;
      const bands = ups.map((up) => {
        level += up ? 60 : -60;
        return { level: level + 0.4, worth: 10 };
      });
      const { stream, levels } = makeBands(bands);
      // Every band is noise here.
      stream.codebook.fill(NOISE_HCB, 0, bands.length);
      levels.choose(stream, 1);
      for (let i = 1; i < bands.length; i++) {
        const delta = stream.scaleFactor[i]! - stream.scaleFactor[i - 1]!;
        expect(Math.abs(delta)).toBeLessThanOrEqual(MAX_SCALE_FACTOR_DELTA);
      }
    }),
  );
});

test('with hardly a price of bits the levels are the measured ones', () => {
  const { stream, levels } = makeBands(
    [20.3, 30.2, 0, 25.4, 24.8].map((level) => ({ level, worth: 1 })),
  );
  levels.choose(stream, 1e-9);
  expect([...stream.scaleFactor].slice(0, 5)).toEqual([20, 30, 0, 25, 25]);
});
