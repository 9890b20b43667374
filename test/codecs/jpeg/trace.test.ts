/** The trace of JPEG: the same file with it, and all its bits are in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeJpeg,
  type JpegEncodeOptions,
  type JpegImage,
  JpegTrace,
  optimizeJpeg,
} from '../../../src/codecs/jpeg/index.ts';
import { endTrace, traceRows } from '../../support/trace.ts';
import { accounted } from './accounted.ts';
import { KINDS, makePicture } from './pictures.ts';

const SEED = 20261130;

test('watching changes no byte, and parts, scans and blocks account for all of the file', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(1 as const, 3 as const),
      fc.record({
        quality: fc.integer({ min: 1, max: 100 }),
        effort: fc.constantFrom('fast' as const, 'default' as const, 'best' as const),
        subsampling: fc.constantFrom('4:4:4' as const, '4:2:2' as const, '4:2:0' as const),
        restartInterval: fc.constantFrom(0, 0, 1, 3),
      }),
      fc.nat(1e6),
      (kind, width, height, channels, options, seed) => {
        const data = makePicture(kind, width, height, channels, seed);
        const image: JpegImage = { width, height, channels, data };
        const inspect = new JpegTrace();
        const file = encodeJpeg(image, { ...options, inspect });
        expect(file).toEqual(encodeJpeg(image, options as JpegEncodeOptions));
        const trace = endTrace(inspect);
        expect(accounted(trace)).toBe(8 * file.length);
        const again = new JpegTrace();
        const smaller = optimizeJpeg(file, { scans: 'progressive', inspect: again });
        expect(smaller).toEqual(optimizeJpeg(file, { scans: 'progressive' }));
        expect(accounted(endTrace(again))).toBe(8 * smaller.length);
      },
    ),
    { seed: SEED, numRuns: 40 },
  );
});

test('levels are told before and after the trellis', () => {
  const data = makePicture('noise', 64, 64, 3, 1);
  const image: JpegImage = { width: 64, height: 64, channels: 3, data };
  const rowsOf = (effort: 'fast' | 'default') => {
    const inspect = new JpegTrace();
    encodeJpeg(image, { quality: 60, effort, inspect });
    return traceRows(endTrace(inspect), 'jpeg_level');
  };
  const decided = rowsOf('default');
  const lowered = decided.filter(({ nearest, level }) => Math.abs(level) < Math.abs(nearest));
  expect(lowered.length).toBeGreaterThan(100);
  for (const { index, real, level } of decided) {
    if (index > 0) expect(Math.abs(level)).toBeLessThanOrEqual(Math.abs(real) + 0.5001);
  }
  for (const { real, nearest, level } of rowsOf('fast'))
    expect([nearest, level]).toEqual([real, real]);
});
