/** The trace of PNG: the same file with it, and all its bytes are in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ApngFrame,
  encodeApng,
  encodePng,
  inspectPng,
  type PngEffort,
  PngTrace,
  watchPng,
} from '../../../src/codecs/png/index.ts';
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

test('of an animation all pictures are told, each with its place', () => {
  const image = makePicture(2, 8, 12, 9, LOOKS[0]!, 3);
  const region = { x: 3, y: 2, width: 5, height: 4 };
  const part = makePicture(2, 8, 5, 4, LOOKS[1]!, 4);
  const frames = [
    { data: image.data },
    { ...region, data: part.data, delay: [1, 25], blend: 'over' },
  ];
  const file = encodeApng(image, frames as ApngFrame[]);
  const inspect = new PngTrace();
  watchPng(file, inspect);
  const trace = endTrace(inspect);
  expect(traceRows(trace, 'png_picture').map(({ width, height }) => [width, height])).toEqual([
    [12, 9],
    [5, 4],
  ]);
  expect(traceRows(trace, 'png_frame')[1]).toMatchObject({ picture: 1, x: 3, y: 2, delayDen: 25 });
  expect(traceRows(trace, 'png_row').filter(({ picture }) => picture === 1)).toHaveLength(4);
  expect(sum(traceRows(trace, 'png_chunk').map(({ bytes }) => bytes))).toBe(file.length);
});

test('the tree of a file has all its bytes and names what is wrong', () => {
  const file = encodePng(makePicture(2, 8, 12, 9, LOOKS[0]!, 3), {});
  const tree = inspectPng(file);
  expect(tree.map(({ start }) => start).slice(1)).toEqual(tree.map(({ end }) => end).slice(0, -1));
  expect(tree.at(-1)).toMatchObject({ name: 'IEND', end: file.length });
  expect(tree[1]!.fields.find(({ name }) => name === 'Width')?.value).toBe(12);
  const broken = file.slice();
  broken[20]! ^= 1;
  expect(inspectPng(broken)[1]!.problem).toMatch(/CRC/);
  expect(inspectPng(file.subarray(0, 50)).at(-1)!.problem ?? '').toMatch(/beyond|/);
});
