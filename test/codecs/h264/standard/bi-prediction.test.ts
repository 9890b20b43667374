/** What B pictures add, each against its formula: distances in time, weights, lists, direct modes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weightBlocks } from '../../../../src/codecs/h264/kernels/plain/weight-blocks.ts';
import {
  colZeroFlag,
  deriveSpatialDirect,
  deriveTemporalDirect,
  minPositive,
} from '../../../../src/codecs/h264/standard/direct-prediction.ts';
import {
  type ColocatedMotion,
  mvX,
  mvY,
  packMv,
} from '../../../../src/codecs/h264/standard/picture.ts';
import {
  distScaleFactor,
  EVEN_WEIGHT,
  implicitWeight,
  NO_SCALE,
  scaleVector,
} from '../../../../src/codecs/h264/standard/picture-distance.ts';
import { initialListsB } from '../../../../src/codecs/h264/standard/reference-lists-b.ts';
import { weightBlock } from '../../../../src/codecs/h264/standard/weighted-prediction.ts';

describe('distances', () => {
  it('scale a vector by its share of the time between two pictures', () => {
    const poc = fc.integer({ min: -60, max: 60 });
    const component = fc.integer({ min: -2048, max: 2047 });
    fc.assert(
      fc.property(poc, poc, poc, component, (now, poc0, poc1, mv) => {
        fc.pre(poc0 !== poc1);
        const scale = distScaleFactor(now, poc0, poc1, false);
        const share = (now - poc0) / (poc1 - poc0);
        fc.pre(share > -3.9 && share < 3.9);
        // A factor of 8 bits behind the point, and rounding twice.
        expect(Math.abs(scaleVector(scale, mv) - share * mv)).toBeLessThan(
          1 + Math.abs(mv) / 128 + Math.abs(share * mv) * 0.005,
        );
      }),
    );
    expect(distScaleFactor(4, 0, 8, false)).toBe(128);
    expect(distScaleFactor(4, 0, 8, true)).toBe(NO_SCALE);
    expect(distScaleFactor(4, 3, 3, false)).toBe(NO_SCALE);
    expect(scaleVector(NO_SCALE, -77)).toBe(-77);
  });

  it('weigh the nearer picture more', () => {
    expect(implicitWeight(4, 0, 8, false)).toBe(EVEN_WEIGHT);
    expect(implicitWeight(2, 0, 8, false)).toBe(16);
    expect(implicitWeight(6, 0, 8, false)).toBe(48);
    expect(implicitWeight(6, 0, 8, true)).toBe(EVEN_WEIGHT);
    // Far outside of the two, the weights would leave their range.
    expect(implicitWeight(60, 0, 4, false)).toBe(EVEN_WEIGHT);
  });
});

describe('weighted prediction', () => {
  it('follows its equations, clipped once at the end of each', () => {
    const sample = fc.integer({ min: 0, max: 255 });
    const weight = fc.integer({ min: -128, max: 127 });
    const logWD = fc.integer({ min: 0, max: 7 });
    fc.assert(
      fc.property(sample, sample, weight, weight, logWD, weight, (a, b, w0, w1, log, o) => {
        const clip = (value: number) => Math.min(255, Math.max(0, value));
        // Even weights are the mean of the default (clause 8.4.2.3.1).
        const mean = Uint8ClampedArray.of(a, b, 0);
        weightBlocks(mean, 0, 3, 1, 3, 2, 3, 1, 1, 5, 32, 32, 0);
        expect(mean[2]).toBe(Math.floor((a + b + 1) / 2));
        const one = Uint8ClampedArray.of(a);
        weightBlock(one, 0, 1, 1, 1, log, w0, o);
        const rounded = log >= 1 ? Math.floor((a * w0 + 2 ** (log - 1)) / 2 ** log) : a * w0;
        expect(one[0]).toBe(clip(rounded + o));
        const two = Uint8ClampedArray.of(a, b, 0);
        weightBlocks(two, 0, 3, 1, 3, 2, 3, 1, 1, log, w0, w1, o);
        expect(two[2]).toBe(clip(Math.floor((a * w0 + b * w1 + 2 ** log) / 2 ** (log + 1)) + o));
      }),
    );
  });
});

describe('initial lists', () => {
  const pocs = (list: readonly { poc: number }[]) => list.map(({ poc }) => poc);
  const frames = (...list: number[]) => list.map((poc) => ({ poc }));

  it('begin with the nearest before and the nearest after', () => {
    const { list0, list1 } = initialListsB(frames(8, 0, 16, 4), frames(100), 6);
    expect(pocs(list0)).toEqual([4, 0, 8, 16, 100]);
    expect(pocs(list1)).toEqual([8, 16, 4, 0, 100]);
  });

  it('differ where all pictures lie on one side', () => {
    const { list0, list1 } = initialListsB(frames(0, 4, 8), [], 12);
    expect(pocs(list0)).toEqual([8, 4, 0]);
    expect(pocs(list1)).toEqual([4, 8, 0]);
    expect(pocs(initialListsB(frames(2), [], 4).list1)).toEqual([2]);
  });
});

describe('direct modes', () => {
  function motionOf(ref0: number, ref1: number, mv0: number, mv1: number): ColocatedMotion {
    return {
      refIdx: new Int8Array(4).fill(ref0),
      refIdxL1: new Int8Array(4).fill(ref1),
      mv: new Int32Array(16).fill(mv0),
      mvL1: new Int32Array(16).fill(mv1),
      refPoc: new Int32Array(4).fill(40),
    };
  }
  const empty = () => ({
    refIdx: new Int8Array(4),
    refIdxL1: new Int8Array(4),
    mv: new Int32Array(4),
    mvL1: new Int32Array(4),
  });

  it('MinPositive', () => {
    expect([
      minPositive(2, 1),
      minPositive(-1, 3),
      minPositive(0, -2),
      minPositive(-1, -1),
    ]).toEqual([1, 3, 0, -1]);
  });

  it('spatial: vectors as predicted, still where the co-located block is still', () => {
    const [moving, still] = [packMv(9, -3), packMv(1, -1)];
    const [pred0, pred1] = [packMv(5, 6), packMv(-7, 8)];
    const out = empty();
    deriveSpatialDirect(out, motionOf(0, -1, moving, 0), 0, true, 0, 1, pred0, pred1);
    expect([...out.refIdx, ...out.refIdxL1]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect([out.mv[0], out.mvL1[3]]).toEqual([pred0, pred1]);
    deriveSpatialDirect(out, motionOf(0, -1, still, 0), 0, true, 0, 1, pred0, pred1);
    expect([out.mv[0], out.mvL1[3]]).toEqual([0, pred1]);
    deriveSpatialDirect(out, motionOf(0, -1, still, 0), 0, false, 0, -1, pred0, pred1);
    expect([out.mv[0], out.mvL1[3], out.refIdxL1[0]]).toEqual([pred0, 0, -1]);
    deriveSpatialDirect(out, motionOf(0, -1, moving, 0), 0, true, -1, -1, pred0, pred1);
    expect([out.mv[0], out.mvL1[0], out.refIdx[0], out.refIdxL1[0]]).toEqual([0, 0, 0, 0]);
    expect(colZeroFlag(motionOf(-1, 0, moving, still), 0, 2, true)).toBe(true);
    expect(colZeroFlag(motionOf(1, 0, still, still), 0, 2, true)).toBe(false);
    expect(colZeroFlag(motionOf(-1, -1, 0, 0), 0, 2, true)).toBe(false);
  });

  it('spatial: a co-located macroblock is looked at in its corners', () => {
    const motion = motionOf(0, -1, packMv(9, 9), 0);
    for (const corner of [0, 3, 12, 15]) motion.mv[corner] = 0;
    for (let i8 = 0; i8 < 4; i8++) expect(colZeroFlag(motion, 0, i8, true)).toBe(true);
  });

  it('temporal: a vector through the current picture, to where the co-located block points', () => {
    const out = empty();
    const pocs = Int32Array.of(44, 40);
    const col = motionOf(0, -1, packMv(16, -8), 0);
    expect(deriveTemporalDirect(out, 1, col, 0, pocs, new Uint8Array(2), 42, 48)).toBe(true);
    expect([out.refIdx[1], out.refIdxL1[1]]).toEqual([1, 0]);
    expect([mvX(out.mv[1]!), mvY(out.mv[1]!)]).toEqual([4, -2]);
    expect([mvX(out.mvL1[1]!), mvY(out.mvL1[1]!)]).toEqual([-12, 6]);
    // Intra: the first picture, no motion. A picture that is no longer in list 0: not allowed.
    deriveTemporalDirect(out, 0, motionOf(-1, -1, 0, 0), 0, pocs, new Uint8Array(2), 42, 48);
    expect([out.refIdx[0], out.mv[0], out.mvL1[0]]).toEqual([0, 0, 0]);
    const gone = Int32Array.of(44);
    expect(deriveTemporalDirect(out, 1, col, 0, gone, new Uint8Array(1), 42, 48)).toBe(false);
  });
});
