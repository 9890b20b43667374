/** The order of pictures: rows and pyramids, times of decoding, and what a decoder's picture buffer must hold (Annex C). */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../../src/base/packet.ts';
import { ALL_TOOLS } from '../../../../src/codecs/h264/encoder/all-tools.ts';
import { CodingOrder, pyramidDepth } from '../../../../src/codecs/h264/encoder/coding-order.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { type H264Options, resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import type { BPyramid } from '../../../../src/codecs/h264/encoder/order-options.ts';
import {
  createPicturePlan,
  type PicturePlan,
} from '../../../../src/codecs/h264/encoder/picture-plan.ts';
import { RowChoice } from '../../../../src/codecs/h264/encoder/row-choice.ts';
import { setupStream } from '../../../../src/codecs/h264/encoder/stream-setup.ts';
import { levelOf, maxDpbFrames } from '../../../../src/syntax/h264/levels.ts';
import {
  codePictures,
  expectDecodedAsReconstructed,
  frameOf,
  nalUnits,
} from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const RUNS = Number(process.env.VITRINE_RUNS ?? 40);
const SEED = Number(process.env.VITRINE_SEED ?? 264);

const BASE: H264Options = {
  width: 48,
  height: 32,
  frameRate: [30, 1],
  preset: 'veryfast',
  profile: 'main',
  qp: 30,
};

/** Numbers of the pictures of one row of `count` between anchors 0 and count + 1, reference pictures with a mark. */
function row(count: number, depth: number): string {
  const ring = Array.from({ length: count + 2 }, () => createPicturePlan(0, 0));
  for (const [n, plan] of ring.entries()) plan.displayNumber = n;
  const order = new CodingOrder(ring, depth);
  order.arrange(0);
  order.arrange(count + 1);
  let text = '';
  for (let plan = order.next(); plan !== null; plan = order.next()) {
    text += ` ${plan.displayNumber}${plan.isReference ? 'r' : ''}`;
  }
  return text.trim();
}

describe('rows of pictures', () => {
  it('are coded from their ends to their middles', () => {
    expect(row(0, 9)).toBe('0r 1r');
    expect(row(1, 9)).toBe('0r 2r 1');
    expect(row(2, 9)).toBe('0r 3r 2r 1');
    expect(row(3, 9)).toBe('0r 4r 2r 1 3');
    expect(row(3, 0)).toBe('0r 4r 1 2 3');
    expect(row(7, 1)).toBe('0r 8r 4r 1 2 3 5 6 7');
    expect(row(7, 9)).toBe('0r 8r 4r 2r 1 3 6r 5 7');
  });

  it('need as many reference pictures as the pyramid is deep', () => {
    for (let count = 0; count <= 16; count++) {
      const coded = row(count, 9).split(' ');
      const shownAt = coded.map((text) => Number.parseInt(text, 10));
      // Pictures that precede another in coding and follow it when shown: the definition of max_num_reorder_frames.
      const most = shownAt.map((n, at) => shownAt.slice(0, at).filter((m) => m > n).length);
      expect(Math.max(...most)).toBe(count === 0 ? 0 : 1 + pyramidDepth(count));
    }
  });

  it('end before an IDR picture, with the stream, and never with a flash', () => {
    const ring = Array.from({ length: 20 }, () => createPicturePlan(0, 0));
    ring[0].isIdr = true;
    ring[7].isIdr = true;
    ring[11].isReference = false;
    const rows = new RowChoice(ring, null, 3, 1, 0);
    expect(rows.anchor(0, 19)).toBe(0);
    expect(rows.anchor(1, 19)).toBe(4);
    expect(rows.anchor(5, 19)).toBe(6);
    expect(rows.anchor(7, 19)).toBe(7);
    expect(rows.anchor(8, 19)).toBe(10);
    expect(rows.anchors(1, 19)).toEqual([4, 6, 7, 10, 14, 18, 19]);
    expect(new RowChoice(ring, null, 16, 1, 0).anchor(17, 19)).toBe(19);
  });
});

describe('rows of fitting length', () => {
  const ring = Array.from({ length: 30 }, () => createPicturePlan(0, 0));

  /** Numbers of anchors where P pictures cost so much by their distance to the anchor before, and B pictures two. */
  function anchors(rule: 1 | 2, costByDistance: (distance: number, n: number) => number): number[] {
    const costs = {
      costP: (n: number, anchor: number) => costByDistance(n - anchor, n),
      costB: () => 2,
    };
    return new RowChoice(ring, costs, 3, 1, rule).anchors(1, 12);
  }

  it.each([1, 2] as const)('are short where anchors cost by their distance (bAdapt %i)', (rule) => {
    expect(anchors(rule, (distance) => 10 * distance)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
  });

  it.each([1, 2] as const)('are long where the distance costs little (bAdapt %i)', (rule) => {
    expect(anchors(rule, (distance) => 10 + distance)).toEqual([4, 8, 12]);
  });

  it.each([1, 2] as const)(
    'are long in a cross-fade of pictures that are not drawn, where no rate is kept (bAdapt %i)',
    (rule) => {
      const costs = { costP: (n: number, anchor: number) => 100 * (n - anchor), costB: () => 1 };
      const anchorsOf = (plans: readonly PicturePlan[], keepsRate: boolean) =>
        new RowChoice(plans, costs, 3, 1, rule, null, keepsRate).anchors(1, 12);
      const drawn = Array.from(ring, (plan) => ({ ...plan, hasOrigins: true }));
      drawn[5].origins = { ...drawn[5].origins, isDrawn: true };
      expect(anchorsOf(ring, false)).toEqual([4, 8, 12]);
      expect(anchorsOf(ring, true)).toHaveLength(12);
      expect(anchorsOf(drawn, false)).toHaveLength(12);
    },
  );

  it('are found by the shortest path where they do not pay at first', () => {
    // An anchor two pictures on is dear, one three pictures on is cheap.
    const cost = (distance: number) => [0, 10, 19, 12, 30][distance];
    expect(anchors(1, cost).length).toBe(12);
    expect(anchors(2, cost)).toEqual([3, 6, 9, 12]);
  });
});

/** Number of each picture in the order of display, and whether it is a reference picture, in the order of coding. */
function orderOf(
  packets: readonly Packet[],
): { shown: number; isReference: boolean; isIdr: boolean }[] {
  const times = packets.map(({ pts }) => pts).sort((a, b) => a - b);
  return packets.map(({ pts, data, isKey }) => {
    const slice = [...nalUnits(data)].find((unit) => [1, 5].includes(unit[0] & 31))!;
    return { shown: times.indexOf(pts), isReference: slice[0] >> 5 > 0, isIdr: isKey };
  });
}

describe('times', () => {
  const drawn = fc.record({
    steps: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 24 }),
    start: fc.integer({ min: -1000, max: 1000 }),
    bframes: fc.integer({ min: 0, max: 16 }),
    bPyramid: fc.constantFrom<BPyramid>('none', 'strict', 'normal'),
    gopSize: fc.integer({ min: 1, max: 12 }),
    keys: fc.subarray([1, 2, 3, 5, 8, 13]),
    looks: fc.boolean(),
  });

  it(`of decoding rise and are never above those of display (seed ${SEED}, ${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ steps, start, keys, looks, ...options }) => {
        const { qp, ...base } = BASE;
        const encoder = createH264Encoder({
          ...base,
          ...(looks ? { crf: 30 } : { qp }),
          ...options,
          preset: 'ultrafast',
          timeBase: [1, 1000],
        });
        const [picture] = drawScene({ content: 'flat', seed: 1, dx: 0, dy: 0 }, 48, 32, 1);
        let pts = start;
        const times = [start, ...steps.map((step) => (pts += step))];
        const packets = times.flatMap((time, n) =>
          encoder.encode(frameOf(picture, 48, 32, time), { forceKeyFrame: keys.includes(n) }),
        );
        packets.push(...encoder.flush());
        expect(packets.map((packet) => packet.pts).sort((a, b) => a - b)).toEqual(times);
        for (const [n, packet] of packets.entries()) {
          expect(packet.dts).toBeLessThanOrEqual(packet.pts);
          if (n > 0) expect(packet.dts).toBeGreaterThan(packets[n - 1].dts);
        }
        // Where decoding can start, everything shown later is decoded later.
        const order = orderOf(packets);
        for (const [n, { isIdr, shown }] of order.entries()) {
          if (isIdr) expect(order.slice(n).every((later) => later.shown >= shown)).toBe(true);
        }
        for (const key of keys) {
          if (key < times.length)
            expect(order.find(({ shown }) => shown === key)?.isIdr).toBe(true);
        }
        await setImmediate();
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

/**
 * Frames that the decoded picture buffer holds at most, by clause C.4.4 and C.4.5: a picture is taken out of the coded picture buffer at its
 * dts, and stays until it has been shown, at its pts, and nothing will refer to it.
 * @param maxRefFrames reference pictures that decoders keep; what they drop first is not known here, so that all count
 */
function fullestBuffer(packets: readonly Packet[], maxRefFrames: number): number {
  const order = orderOf(packets);
  let fullest = 0;
  let references = 0;
  const waiting: { pts: number }[] = [];
  for (const [n, { pts, dts }] of packets.entries()) {
    // Those that only wait to be shown leave at their time.
    for (let i = waiting.length - 1; i >= 0; i--) if (waiting[i].pts <= dts) waiting.splice(i, 1);
    if (order[n].isIdr) references = 0;
    if (order[n].isReference) references = Math.min(references + 1, maxRefFrames);
    else if (pts > dts) waiting.push({ pts });
    fullest = Math.max(fullest, references + waiting.length);
  }
  return fullest;
}

describe("a decoder's picture buffer", () => {
  const pictures = drawScene({ content: 'texture', seed: 9, dx: 1, dy: 0 }, 48, 32, 40);

  it.each([
    [1, 'normal', 1],
    [2, 'normal', 1],
    [3, 'none', 1],
    [3, 'normal', 3],
    [3, 'strict', 4],
    [7, 'normal', 16],
    [16, 'normal', 2],
    [16, 'strict', 16],
  ] as const)(
    'holds %i between anchors, pyramid %s, %i references',
    async (bframes, bPyramid, refs) => {
      const options = { ...BASE, bframes, bAdapt: 0, bPyramid, refs } as const;
      const { sps, level } = setupStream(resolveOptions(options), ALL_TOOLS);
      const restriction = sps.vui_parameters!.bitstream_restriction!;
      const { max_num_reorder_frames, max_dec_frame_buffering } = restriction;
      const coded = codePictures(options, pictures, [17, 18]);
      expectDecodedAsReconstructed(coded);
      const order = orderOf(coded.packets);
      const most = order.map(
        ({ shown }, at) => order.slice(0, at).filter((before) => before.shown > shown).length,
      );
      expect(Math.max(...most)).toBe(max_num_reorder_frames);
      expect(sps.pic_order_cnt_type).toBe(0);
      expect(fullestBuffer(coded.packets, sps.max_num_ref_frames)).toBeLessThanOrEqual(
        max_dec_frame_buffering,
      );
      expect(max_dec_frame_buffering).toBeLessThanOrEqual(maxDpbFrames(level.name, 3, 2));
      expect(levelOf(sps.level_idc, sps.constraint_set3_flag as 0 | 1)).toBe(level.name);
      await setImmediate();
    },
  );

  it('of a level asked for is not outgrown', () => {
    // 1280x720 at level 3.1: five frames.
    const size = { width: 1280, height: 720, level: '3.1' as const, preset: 'veryslow' as const };
    const { order } = resolveOptions({ ...BASE, ...size, bframes: 3 });
    expect(order).toMatchObject({ reorderFrames: 2, maxRefFrames: 4, dpbFrames: 5, refs: 4 });
    // A pyramid of four levels would need more.
    const { order: long } = resolveOptions({ ...BASE, ...size, bframes: 16 });
    expect(long).toMatchObject({ pyramidDepth: 1, reorderFrames: 2, dpbFrames: 5 });
    expect(() =>
      setupStream(resolveOptions({ ...BASE, ...size, bframes: 3, refs: 5 }), ALL_TOOLS),
    ).toThrow('MaxDpbFrames');
  });
});

describe('options of order', () => {
  it.each([
    [{ bframes: 17 }, 'h264.options.bframes: got 17'],
    [{ bframes: -1 }, 'h264.options.bframes: got -1'],
    [{ bframes: 2, profile: 'baseline' }, 'bframes: got 2, but profile baseline has no B'],
    [{ bPyramid: 'normal', profile: 'baseline' }, 'bPyramid: got normal, but profile baseline has'],
    [{ bAdapt: 1, profile: 'baseline' }, 'bAdapt: got 1, but profile baseline has no B pictures'],
    [{ direct: 'spatial', profile: 'baseline' }, 'direct: got spatial, but profile baseline has'],
    [
      { bframes: 2, longTermPeriod: 4, refs: 3 },
      'bframes: got 2, with longTermPeriod allowed is 0',
    ],
    [{ bframes: 2, sceneMemory: 1, refs: 3 }, 'bframes: got 2, with sceneMemory allowed is 0'],
    [{ bPyramid: 'flat' }, 'h264.options.bPyramid: got flat'],
  ] as [Partial<H264Options>, string][])('refuses %j', (change, message) => {
    expect(() => resolveOptions({ ...BASE, ...change })).toThrow(message);
  });
});
