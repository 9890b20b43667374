/** What the lookahead tells an inspector: what macroblocks are worth to later pictures, and what rows of B pictures cost. */
import { expect, test } from 'vitest';
import { type H264Options, TraceInspector } from '../../../../src/codecs/h264/index.ts';
import { codePictures } from '../../../support/h264.ts';
import { endTrace, traceRows } from '../../../support/trace.ts';
import { drawScene } from './content.ts';

const SIZE = { width: 96, height: 80, frameRate: [25, 1] as [number, number] };

function traced(options: Partial<H264Options>) {
  const scene = drawScene(
    { content: 'mixture', seed: 3, dx: 1, dy: 0 },
    SIZE.width,
    SIZE.height,
    12,
  );
  const inspect = new TraceInspector({ codec: 'h264' });
  const watched = codePictures({ ...SIZE, ...options, inspect }, scene);
  expect(watched.packets).toEqual(codePictures({ ...SIZE, ...options }, scene).packets);
  return endTrace(inspect);
}

test('importance flows back: the first picture has most, pictures that nobody refers to have none', () => {
  const trace = traced({ profile: 'main', preset: 'medium', crf: 26, bframes: 2 });
  const pictures = traceRows(trace, 'picture').filter((row) => row.void === 0);
  const rows = traceRows(trace, 'importance');
  expect(rows.length).toBe(30 * pictures.length);
  const inheritedBy = new Map<number, number>();
  for (const { picture, inherited, offset, intra } of rows) {
    inheritedBy.set(picture, (inheritedBy.get(picture) ?? 0) + inherited);
    expect(inherited).toBeGreaterThanOrEqual(0);
    expect(intra).toBeGreaterThanOrEqual(0);
    expect(Math.abs(offset)).toBeLessThan(52);
  }
  for (const { picture, isReference } of pictures) {
    if (isReference === 0) expect(inheritedBy.get(picture)).toBe(0);
  }
  const totals = pictures.map(({ picture }) => inheritedBy.get(picture)!);
  expect(totals[0]).toBe(Math.max(...totals));
  expect(totals[0]).toBeGreaterThan(0);
});

test('costs of rows are told, and those that were taken are among the cheapest', () => {
  const trace = traced({ profile: 'main', preset: 'medium', crf: 26, bframes: 3, bAdapt: 2 });
  const rows = traceRows(trace, 'row');
  expect(rows.length).toBeGreaterThan(12);
  const lengths = new Set(rows.map(({ first, anchor }) => anchor - first));
  expect([...lengths].sort()).toEqual([0, 1, 2, 3]);
  for (const { first, anchor, cost } of rows) {
    expect(anchor).toBeGreaterThanOrEqual(first);
    expect(cost).toBeGreaterThan(0);
  }
});

test('nothing is told where nobody looks ahead', () => {
  const { tables } = traced({ profile: 'baseline', preset: 'ultrafast', qp: 30 });
  expect([tables.importance.rowCount, tables.row.rowCount]).toEqual([0, 0]);
});
