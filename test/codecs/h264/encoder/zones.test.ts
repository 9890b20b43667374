/** Zones: ranges of pictures with a QP, a share of bits or a map of offsets of their own. */
import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../../../src/base/errors.ts';
import { createH264BaselineEncoder } from '../../../../src/codecs/h264/encoder/create-baseline-encoder.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { QUIET_INSPECTOR } from '../../../../src/codecs/h264/encoder/inspector.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import type { PassStatistics } from '../../../../src/codecs/h264/encoder/two-pass.ts';
import { frameOf } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const SIZE = { width: 64, height: 48, frameRate: [25, 1] as const };

/** Bytes and QP before offsets of each picture, in the order in which they are shown, and the statistics of the pass. */
function code(
  options: Partial<H264Options>,
  pictures: readonly Uint8Array[],
): { bytes: number[]; qps: number[]; statistics: PassStatistics } {
  const qps: number[] = [];
  const encoder = createH264Encoder({
    ...SIZE,
    preset: 'veryfast',
    sceneCut: false,
    level: '4',
    inspect: {
      ...QUIET_INSPECTOR,
      picture: (plan) => {
        if (plan !== null) qps[plan.displayNumber] = plan.qp / 256;
      },
    },
    ...options,
  });
  const packets = pictures.flatMap((picture, n) => encoder.encode(frameOf(picture, 64, 48, n)));
  packets.push(...encoder.flush());
  const bytes: number[] = [];
  for (const { pts, data } of packets) bytes[pts] = data.length;
  return { bytes, qps, statistics: encoder.statistics };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const pictures = drawScene({ content: 'texture', seed: 7, dx: 1.25, dy: 0.5 }, 64, 48, 75);
const short = pictures.slice(0, 12);

describe('zones', () => {
  it('give pictures a QP of their own, at constant QP and at constant quality', () => {
    const zones = [{ start: 4, end: 6, qp: 40 }];
    const constant = code({ profile: 'baseline', qp: 24, zones }, short);
    expect(constant.qps).toEqual([21, 24, 24, 24, 40, 40, 40, 24, 24, 24, 24, 24]);
    for (const bframes of [0, 2]) {
      const { qps } = code({ crf: 20, bframes, zones }, short);
      const outside = qps.filter((_, n) => n < 4 || n > 6);
      expect(qps.slice(4, 7)).toEqual([40, 40, 40]);
      expect(Math.max(...outside)).toBeLessThan(30);
    }
  });

  it('multiply bits by a factor: QP 6 lower for twice as many', () => {
    const { qps } = code(
      { qp: 30, bframes: 0, zones: [{ start: 2, end: 3, bitRateFactor: 2 }] },
      short,
    );
    expect(qps.slice(0, 6)).toEqual([27, 30, 24, 24, 30, 30]);
  });

  it('the last of those that overlap counts, for the rate and for the map each', () => {
    const qpOffsets = new Int8Array(12).fill(4);
    const zones = [
      { start: 0, end: 9, qp: 20 },
      { start: 3, end: 5, qp: 44 },
      { start: 4, end: 4, qpOffsets },
    ];
    const { qps, bytes } = code({ profile: 'baseline', qp: 30, zones }, short);
    expect(qps.slice(0, 7)).toEqual([17, 20, 20, 44, 44, 44, 20]);
    const without = code({ profile: 'baseline', qp: 30, zones: zones.slice(0, 2) }, short);
    expect(bytes[4]).toBeLessThan(without.bytes[4]!);
    expect(bytes.slice(0, 4)).toEqual(without.bytes.slice(0, 4));
  });

  it('maps are added to the offsets of macroblocks', () => {
    const qpOffsets = Int8Array.from({ length: 12 }, (_, mb) => (mb % 4 < 2 ? -10 : 10));
    const zones = [{ start: 0, end: 99, qpOffsets }];
    const seen = new Set<number>();
    const encoder = createH264Encoder({
      ...{
        ...SIZE,
        qp: 30,
        ipOffset: 0,
        preset: 'veryfast',
        profile: 'baseline',
        level: '4',
        zones,
      },
      inspect: {
        ...QUIET_INSPECTOR,
        macroblockEnd: (mbAddr, state) => seen.add((mbAddr % 4) * 100 + state.qpY[mbAddr]!),
      },
    });
    encoder.encode(frameOf(pictures[0]!, 64, 48, 0));
    encoder.flush();
    expect([...seen].sort((a, b) => a - b)).toEqual([20, 120, 240, 340]);
  });

  it('keep the average bit rate: pictures after a zone pay for it', () => {
    const bitRate = 100_000;
    const all = pictures.concat(pictures);
    for (const zone of [{ bitRateFactor: 3 }, { bitRateFactor: 0.3 }, { qp: 20 }]) {
      const zones = [{ start: 30, end: 54, ...zone }];
      const { bytes } = code({ bitRate, bframes: 2, zones }, all);
      const plain = code({ bitRate, bframes: 2 }, all);
      const ratio = sum(bytes.slice(30, 55)) / sum(plain.bytes.slice(30, 55));
      if (zone.bitRateFactor === 3) expect(ratio).toBeGreaterThan(1.8);
      if (zone.bitRateFactor === 0.3) expect(ratio).toBeLessThan(0.55);
      const rate = (8 * sum(bytes)) / 6;
      expect(Math.abs(rate / bitRate - 1)).toBeLessThan(0.06);
    }
  });

  it('are planned for by a second pass', () => {
    const bitRate = 80_000;
    const first = code({ bitRate, collectStatistics: true }, pictures);
    const zones = [{ start: 20, end: 39, bitRateFactor: 2.5 }];
    const second = code({ bitRate, statistics: first.statistics, zones }, pictures);
    const plain = code({ bitRate, statistics: first.statistics }, pictures);
    const share = ({ bytes }: { bytes: number[] }) => sum(bytes.slice(20, 40)) / sum(bytes);
    expect(share(second)).toBeGreaterThan(1.5 * share(plain));
    expect(Math.abs((8 * sum(second.bytes)) / 3 / bitRate - 1)).toBeLessThan(0.05);
  });

  it('are a tool that the small encoder is without', () => {
    const zones = [{ start: 0, end: 1, qp: 20 }];
    expect(() => createH264BaselineEncoder({ ...SIZE, zones })).toThrow(UnsupportedError);
    expect(() => createH264BaselineEncoder({ ...SIZE, zones })).toThrow('h264.options.zones');
  });
});
