/** The trace of PNG: the same file with it, and all its bytes are in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePng, type PngEffort, PngTrace, watchPng } from '../../../src/codecs/png/index.ts';
import { endTrace, sum, traceRows } from '../../support/trace.ts';
import { FORMATS, LOOKS, makePicture } from './pictures.ts';

const SEED = 20261130;

test('watching changes no byte, and chunks and stream account for all of the file', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FORMATS),
      fc.constantFrom(...LOOKS),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom<PngEffort>('fast', 'default', 'best'),
      fc.boolean(),
      fc.nat(1e6),
      ([colorType, bitDepth], look, width, height, effort, interlaced, seed) => {
        const picture = makePicture(colorType, bitDepth, width, height, look, seed);
        const inspect = new PngTrace();
        const file = encodePng(picture, { effort, interlaced, inspect });
        expect(file).toEqual(encodePng(picture, { effort, interlaced }));
        const trace = endTrace(inspect);
        const chunks = traceRows(trace, 'png_chunk');
        expect(sum(chunks.map(({ bytes }) => bytes))).toBe(file.length);
        const data = chunks.filter(({ type }) => trace.names[type] === 'IDAT');
        const inside = ['deflate_block', 'deflate_around'].flatMap((name) =>
          traceRows(trace, name),
        );
        const stream = sum(data.map(({ bytes }) => bytes - 12));
        expect(sum(inside.map(({ bits }) => bits))).toBe(8 * stream);
        const rows = traceRows(trace, 'png_row');
        const bytes = sum(traceRows(trace, 'deflate_block').map((block) => block.bytes));
        if (!interlaced) expect(rows.length).toBe(height);
        expect(bytes).toBeGreaterThan(rows.length);
        for (const row of rows) {
          const weighed = [0, 1, 2, 3, 4].map((type) => row[`weighed${type}`]);
          if (Number.isNaN(weighed[0])) continue;
          expect(weighed[row.filter]).toBe(Math.min(...weighed));
        }
      },
    ),
    { seed: SEED, numRuns: 40 },
  );
});

test('a file that is there is told as it was when it was written', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FORMATS),
      fc.constantFrom(...LOOKS),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      fc.nat(1e6),
      ([colorType, bitDepth], look, width, height, interlaced, seed) => {
        const picture = makePicture(colorType, bitDepth, width, height, look, seed);
        const writer = new PngTrace();
        const file = encodePng(picture, { interlaced, inspect: writer });
        const reader = new PngTrace();
        watchPng(file, reader);
        const [written, read] = [endTrace(writer), endTrace(reader)];
        for (const name of ['deflate_token', 'deflate_code', 'deflate_around']) {
          const columns = ({ tables }: typeof read) => ({ ...tables[name].columns, name: null });
          expect(columns(read)).toEqual(columns(written));
        }
        for (const column of ['pass', 'y', 'width', 'filter', 'entropy0', 'entropy4']) {
          const [a, b] = [read, written].map(({ tables }) => tables.png_row.columns[column]);
          expect(a, column).toEqual(b);
        }
        expect(read.tables.png_chunk.columns.bytes).toEqual(written.tables.png_chunk.columns.bytes);
      },
    ),
    { seed: SEED, numRuns: 30 },
  );
});

test('trials are told, and the one that is written is the smallest of those on the whole', () => {
  const picture = makePicture(2, 8, 90, 70, 'smooth', 3);
  const inspect = new PngTrace();
  const file = encodePng(picture, { effort: 'best', inspect });
  const trace = endTrace(inspect);
  const whole = traceRows(trace, 'png_trial').filter(({ isWhole }) => isWhole === 1);
  const [written] = traceRows(trace, 'png_picture');
  const best = whole.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  expect([best.strategy, best.level]).toEqual([written.strategy, written.level]);
  expect(best.bytes).toBeLessThan(file.length);
});
