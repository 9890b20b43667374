/** Slices: where they end, by count, by macroblocks and by bytes, read back from the stream by the independent reader. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../../src/bits/bit-writer.ts';
import { ByteWriter } from '../../../../src/bits/byte-writer.ts';
import { SyntaxWriter } from '../../../../src/bits/syntax-writer.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import { appendNalUnit, NalUnitSize } from '../../../../src/syntax/h264/nal.ts';
import {
  type CodedPictures,
  codePictures,
  expectDecodedAsReconstructed,
  nalUnits,
} from '../../../support/h264.ts';
import { ElementReader, rbspOf } from '../../../syntax/h264/header-reader.ts';
import { drawScene } from './content.ts';

const SEED = Number(process.env.VITRINE_SEED ?? 264);
const BASE: H264Options = {
  width: 112,
  height: 80,
  frameRate: [30, 1],
  preset: 'veryfast',
  qp: 24,
};
const MBS = 7 * 5;

/** The slices of each picture: their first macroblocks, and the sizes of their NAL units. */
function slicesOf(coded: CodedPictures): { first: number; bytes: number }[][] {
  return coded.packets.map(({ data }) =>
    [...nalUnits(data)]
      .filter((unit) => (unit[0] & 31) === 1 || (unit[0] & 31) === 5)
      .map((unit) => ({
        first: new ElementReader(rbspOf(unit)).read('first_mb_in_slice', 'ue'),
        bytes: unit.length,
      })),
  );
}

const firsts = (coded: CodedPictures) => slicesOf(coded).map((s) => s.map(({ first }) => first));

describe('slices', () => {
  const pictures = drawScene({ content: 'mixture', seed: 9, dx: 3, dy: 1 }, 112, 80, 4);

  it('are as many as asked for, or one a macroblock', () => {
    const coded = codePictures({ ...BASE, slices: 4 }, pictures);
    expect(firsts(coded)).toEqual(pictures.map(() => [0, 8, 17, 26]));
    expectDecodedAsReconstructed(coded);
    const most = codePictures({ ...BASE, slices: 64 }, pictures);
    expect(firsts(most)[1]).toEqual(Array.from({ length: MBS }, (_, i) => i));
    expectDecodedAsReconstructed(most);
  });

  it('hold as many macroblocks as asked for', () => {
    const coded = codePictures({ ...BASE, sliceMacroblocks: 10 }, pictures);
    expect(firsts(coded)).toEqual(pictures.map(() => [0, 10, 20, 30]));
    expectDecodedAsReconstructed(coded);
    expect(firsts(codePictures({ ...BASE, sliceMacroblocks: 99 }, pictures))[0]).toEqual([0]);
  });

  it.each([
    ['noise', 0],
    ['noise', 20],
    ['mixture', 10],
    ['flat', 0],
    ['texture', 30],
  ] as const)('of %s at QP %i never outgrow their bytes, and use them', (content, qp) => {
    const source = drawScene({ content, seed: 4, dx: 1, dy: 2 }, 112, 80, 3);
    for (const sliceBytes of [700, 1200]) {
      const coded = codePictures({ ...BASE, qp, sliceBytes }, source);
      for (const picture of slicesOf(coded)) {
        for (const [i, { bytes }] of picture.entries()) {
          expect(bytes).toBeLessThanOrEqual(sliceBytes);
          // Another macroblock would not have fit: no macroblock takes more than 400 bytes and what guards them.
          if (i + 1 < picture.length) expect(bytes).toBeGreaterThan(sliceBytes - 620);
        }
      }
      expectDecodedAsReconstructed(coded);
    }
  });

  it('end at the earlier of both limits', () => {
    const source = drawScene({ content: 'noise', seed: 4, dx: 1, dy: 2 }, 112, 80, 2);
    const coded = codePictures({ ...BASE, qp: 26, sliceBytes: 900, sliceMacroblocks: 6 }, source);
    for (const picture of slicesOf(coded)) {
      for (const [i, { first, bytes }] of picture.entries()) {
        expect(bytes).toBeLessThanOrEqual(900);
        expect((picture[i + 1]?.first ?? MBS) - first).toBeLessThanOrEqual(6);
      }
    }
    expectDecodedAsReconstructed(coded);
  });

  it('cannot be asked for in two ways at once', () => {
    const open = (options: Partial<H264Options>) => () => resolveOptions({ ...BASE, ...options });
    expect(open({ slices: 2, sliceBytes: 1200 })).toThrow(/sliceBytes: contradicts slices/);
    expect(open({ slices: 1, sliceMacroblocks: 9 })).toThrow(/sliceMacroblocks: contradicts/);
  });
});

describe('NalUnitSize', () => {
  it(`is never below the size written, nor much above (seed ${SEED})`, () => {
    const part = fc.tuple(fc.constantFrom(0, 0, 0, 1, 2, 3, 255), fc.integer({ min: 1, max: 32 }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 200 }), (parts) => {
        const bits = new BitWriter();
        const size = new NalUnitSize();
        const w = new SyntaxWriter(bits);
        for (const [value, count] of parts) {
          bits.put(count, count < 8 ? 0 : value);
          size.bound(bits, 0);
        }
        const bound = size.bound(bits, 0);
        w.trailingBits();
        const out = new ByteWriter();
        appendNalUnit(out, 1, 1, bits.view());
        expect(out.position).toBeLessThanOrEqual(bound);
        expect(out.position).toBeGreaterThanOrEqual(bound - 4);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('BitWriter.rewind', () => {
  it(`forgets exactly what came after the mark (seed ${SEED})`, () => {
    const puts = fc.array(fc.tuple(fc.integer({ min: 1, max: 32 }), fc.nat(0xffff)));
    fc.assert(
      fc.property(puts, puts, puts, (before, forgotten, after) => {
        const run = (...groups: (typeof before)[]) => {
          const bits = new BitWriter();
          for (const group of groups) {
            for (const [count, value] of group) {
              bits.put(count, count < 16 ? value & ((1 << count) - 1) : value);
            }
            if (group === before && groups.length === 3) bits.mark(mark);
            if (group === forgotten) bits.rewind(mark);
          }
          bits.alignZero();
          return bits.toBytes();
        };
        const mark = { length: 0, word: 0, free: 32 };
        expect(run(before, forgotten, after)).toEqual(run(before, after));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
