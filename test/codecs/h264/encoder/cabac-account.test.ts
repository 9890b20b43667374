/**
 * Bits by syntax element under CABAC: the same bytes watched or not, shares that sum to the stream to 1/256 bit, none of them below 0,
 * and every element by the name that CAVLC has for it.
 */
import { describe, expect, it } from 'vitest';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { TraceInspector } from '../../../../src/codecs/h264/encoder/trace-inspector.ts';
import { readTrace } from '../../../../src/inspect/index.ts';
import { codePictures, parameterSetsOf } from '../../../support/h264.ts';
import { type CONTENTS, drawScene } from './content.ts';

const BASE: H264Options = { width: 80, height: 64, frameRate: [25, 1], profile: 'main', qp: 28 };

const CASES: readonly [string, Partial<H264Options>][] = [
  ['main, B pictures', { bframes: 2, preset: 'medium' }],
  ['high, 8x8 transform', { profile: 'high', preset: 'faster', bframes: 1 }],
  ['macroblocks taken back', { sliceBytes: 700, qp: 12, preset: 'veryfast' }],
  ['I_PCM', { qp: 0, preset: 'superfast' }],
  ['slices', { slices: 4, preset: 'superfast' }],
];

/** What elements took, by name, and their sum over all units but the parameter sets. */
function account(options: H264Options, content: (typeof CONTENTS)[number]) {
  const scene = drawScene({ content, seed: 11, dx: 1.5, dy: 0.5 }, 80, 64, 5);
  const plain = codePictures(options, scene);
  const inspect = new TraceInspector({ codec: 'h264' });
  const coded = codePictures({ ...options, inspect }, scene);
  inspect.end();
  const sets = parameterSetsOf(coded.streamInfo.config).length;
  const { tables, names } = readTrace(new Uint8Array(Buffer.concat(inspect.take())));
  const { name, length, unit, void: isVoid } = tables.element!.columns;
  const bits = new Map<string, number>();
  let sum = 0;
  for (let i = 0; i < tables.element!.rowCount; i++) {
    expect(length![i]).toBeGreaterThanOrEqual(0);
    expect(Number.isInteger(256 * length![i]!)).toBe(true);
    if (isVoid![i] !== 0 || unit![i]! < sets) continue;
    sum += length![i]!;
    bits.set(names[name![i]!]!, (bits.get(names[name![i]!]!) ?? 0) + length![i]!);
  }
  expect(coded.packets.map(({ data }) => data)).toEqual(plain.packets.map(({ data }) => data));
  return { bits, sum, total: 8 * coded.packets.reduce((all, { data }) => all + data.length, 0) };
}

describe('the account of an arithmetic code', () => {
  it.each(CASES)('sums to the stream (%s)', (_name, options) => {
    for (const content of ['mixture', 'noise'] as const) {
      const { sum, total, bits } = account({ ...BASE, ...options }, content);
      expect(sum).toBe(total);
      expect(bits.get('mb_type')).toBeGreaterThan(0);
      expect(bits.has('macroblock_layer')).toBe(false);
      // What is left at the ends of slices is less than the flush and a byte each.
      expect(bits.get('slice_data_end')! / (5 * 20)).toBeLessThan(18);
    }
  });

  it('finds the levels where CAVLC finds them, in fewer bits', () => {
    const options: H264Options = { ...BASE, preset: 'superfast' };
    const cabac = account({ ...options, cabac: true }, 'mixture').bits;
    const cavlc = account({ ...options, cabac: false }, 'mixture').bits;
    for (const name of [
      'LumaLevel4x4',
      'ChromaACLevel',
      'mvd_l0',
      'coded_block_pattern',
      'mb_qp_delta',
    ]) {
      expect(cabac.has(name)).toBe(cavlc.has(name));
    }
    expect(cabac.get('LumaLevel4x4')).toBeLessThan(cavlc.get('LumaLevel4x4')!);
  });
});
