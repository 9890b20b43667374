/** A JPEG file that is there is told as it was when it was written, and so are those of other encoders; its tree has all its bytes. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaError } from '../../../src/base/errors.ts';
import { inspectJpeg, JpegEncoder, JpegTrace, watchJpeg } from '../../../src/codecs/jpeg/index.ts';
import type { Trace } from '../../../src/inspect/index.ts';
import { endTrace, traceRows } from '../../support/trace.ts';
import { accounted } from './accounted.ts';
import { KINDS, makePicture } from './pictures.ts';

const SEED = 20261201;

function watched(file: Uint8Array): Trace {
  const inspect = new JpegTrace();
  watchJpeg(file, inspect);
  return endTrace(inspect);
}

function partsOf(trace: Trace): readonly (readonly [string | undefined, number | undefined])[] {
  return traceRows(trace, 'jpeg_part').map(({ name, bytes }) => [trace.names[name!], bytes]);
}

describe('a JPEG file that is there', () => {
  it('is told as it was when it was written, to the bit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(1 as const, 3 as const),
        fc.record({
          quality: fc.integer({ min: 1, max: 100 }),
          scans: fc.constantFrom('baseline' as const, 'progressive' as const),
          subsampling: fc.constantFrom('4:4:4' as const, '4:2:2' as const, '4:2:0' as const),
          restartInterval: fc.constantFrom(0, 0, 1, 3),
        }),
        fc.nat(1e6),
        (kind, width, height, channels, options, seed) => {
          const inspect = new JpegTrace();
          const encoder = new JpegEncoder({ width, height, channels, ...options, inspect });
          encoder.writeRows(makePicture(kind, width, height, channels, seed));
          const file = encoder.finish();
          const [made, read] = [endTrace(inspect), watched(file)];
          expect(accounted(read)).toBe(8 * file.length);
          for (const name of ['jpeg_component', 'jpeg_step', 'jpeg_scan']) {
            expect(traceRows(read, name)).toEqual(traceRows(made, name));
          }
          expect(partsOf(read)).toEqual(partsOf(made));
          const levelsOf = (trace: Trace) =>
            traceRows(trace, 'jpeg_level')
              .filter(({ level }) => level !== 0)
              .map((row) => [row.component, row.row, row.column, row.index, row.level].join())
              .sort();
          expect(levelsOf(read)).toEqual(levelsOf(made));
          // Restarts lie between blocks.
          if (options.restartInterval === 0) {
            expect(traceRows(read, 'jpeg_block')).toEqual(traceRows(made, 'jpeg_block'));
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('has a tree of segments that lie one after the other and fill it', () => {
    const encoder = new JpegEncoder({ width: 40, height: 30, channels: 3, scans: 'progressive' });
    encoder.writeRows(makePicture('noise', 40, 30, 3, 1));
    const file = encoder.finish();
    for (const bytes of [file, file.subarray(0, 200), Uint8Array.of(...file, 1, 2)]) {
      const tree = inspectJpeg(bytes);
      let at = 0;
      for (const { start, end } of tree) {
        expect(start).toBe(at);
        at = end;
      }
      expect(at).toBe(bytes.length);
    }
    const sof = inspectJpeg(file).find(({ name }) => name === 'SOF2');
    expect(sof?.fields.find(({ name }) => name === 'X')?.value).toBe(40);
    expect(inspectJpeg(file.subarray(0, 200)).at(-1)?.problem).toMatch(/ends before/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (tail) => {
        inspectJpeg(Uint8Array.of(0xff, 0xd8, ...tail));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('is refused with an error of its own where it is broken', () => {
    const encoder = new JpegEncoder({ width: 40, height: 30, channels: 3, scans: 'progressive' });
    encoder.writeRows(makePicture('noise', 40, 30, 3, 1));
    const file = encoder.finish();
    let read = 0;
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length), (at, value, cut) => {
        const broken = file.slice(0, cut % 3 === 0 ? cut : file.length);
        if (at < broken.length) broken[at] = value;
        try {
          expect(accounted(watched(broken))).toBe(8 * broken.length);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it.skipIf(spawnSync('cjpeg', ['-version']).error !== undefined)('may be of libjpeg', () => {
    const data = makePicture('noise', 53, 41, 3, 7);
    const ppm = Buffer.concat([Buffer.from('P6 53 41 255\n'), Buffer.from(data)]);
    for (const options of [['-restart', '2B'], ['-progressive'], ['-sample', '2x1']]) {
      const file = spawnSync('cjpeg', options, { input: ppm }).stdout;
      expect(accounted(watched(file))).toBe(8 * file.length);
    }
  });
});
