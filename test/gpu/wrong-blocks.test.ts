/**
 * One wrong number in one place, which the check of a few blocks does not see: the encoder does, puts it right, and the GPU is not asked
 * again. The bytes are those of full search from the first picture on.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { LowResolution } from '../../src/codecs/h264/encoder/low-resolution.ts';
import type { PictureCosts } from '../../src/codecs/h264/encoder/picture-costs.ts';
import { createH264Encoder } from '../../src/codecs/h264/index.ts';
import type { FrameKernels, SamplePlane } from '../../src/gpu/frame-kernels.ts';
import { GpuKernels, type PictureAnalysis, PlainFrameKernels } from '../../src/gpu/index.ts';
import { encodeAlone, encodeBySession, HEIGHT, movingNoise, WIDTH } from './encode-frames.ts';

const OPTIONS = { crf: 28, preset: 'superfast' } as const;
const FRAMES = movingNoise().slice(0, 9);
const BLOCKS = 20;
/** A picture whose analysis the encoder uses, as it does not after a flash; and a block to which no schedule comes there. */
const [PICTURE, BLOCK] = [3, 7];

type Change = (analysis: PictureAnalysis, block: number) => void;

/** Kernels that change the analysis of one picture of each stream; the first is 0. */
function kernelsWith(change: Change, picture: number, block: number): GpuKernels {
  const inner = new PlainFrameKernels();
  const kernels: FrameKernels = Object.assign(Object.create(null), {
    backend: 'fake',
    close: async () => {},
    openAnalysis() {
      const analysis = inner.openAnalysis();
      let count = 0;
      return {
        close: () => analysis.close(),
        async analyze(luma: SamplePlane) {
          const found = await analysis.analyze(luma);
          if (count++ === picture) change(found, block);
          return found;
        },
      };
    },
  });
  return new GpuKernels(kernels, null);
}

const CHANGES: Readonly<Record<string, readonly [Change, RegExp]>> = {
  'an intra cost is 1 more': [({ intra }, i) => intra[i]!++, /intra cost \d+, right is \d+$/],
  'an inter cost is 1 less': [({ inter }, i) => inter[i]!--, /inter cost \d+, right is \d+$/],
  'a vector is 1 further': [({ x }, i) => x[i]!++, /vector \(-?\d+, -?\d+\), /],
  'a vector is at the end of the range': [({ y }, i) => y.fill(-16, i, i + 1), /vector \(/],
  'a vector is out of range': [({ y }, i) => y.fill(-100, i, i + 1), /vector \(/],
};

describe('one wrong number in mid-stream', () => {
  let right: readonly Uint8Array[] = [];
  beforeAll(() => {
    right = encodeAlone(FRAMES, { ...OPTIONS, analysis: 'full-search' });
  });

  it.each(Object.keys(CHANGES))('changes no byte, and is told: %s', async (name) => {
    const [change, reason] = CHANGES[name]!;
    const gpu = kernelsWith(change, PICTURE, BLOCK);
    const { data, analysis } = await encodeBySession(gpu, FRAMES, OPTIONS);
    expect(data).toEqual(right);
    expect(analysis?.backend).toBe('typescript');
    expect(analysis?.fallbackReason).toMatch(reason);
    expect(analysis?.fallbackReason).toMatch(
      new RegExp(`^fake gave a wrong number: picture ${PICTURE}, block ${BLOCK}\\b`),
    );
    expect(gpu.openAnalysis().report).toEqual(analysis);
  });

  it('is found in the last picture, wherever it is', async () => {
    for (const block of [0, 5, 11, BLOCKS - 1]) {
      const gpu = kernelsWith(({ inter }, i) => inter[i]!++, FRAMES.length - 1, block);
      const { data, analysis } = await encodeBySession(gpu, FRAMES, OPTIONS);
      expect(data).toEqual(right);
      expect(analysis?.fallbackReason).toMatch(
        new RegExp(`picture ${FRAMES.length - 1}, block ${block}\\b`),
      );
    }
  });

  it('is found where the cost at a wrong vector is right', async () => {
    const planes: SamplePlane[] = [];
    const inner = new PlainFrameKernels();
    const move: Change = ({ x, y }, i) => {
      x[i] = -x[i]! - 3;
      y[i] = 5 - y[i]!;
    };
    const gpu = kernelsWith(move, PICTURE, BLOCK);
    const openAnalysis = () => {
      const analysis = gpu.openAnalysis();
      const analyze = analysis.analyze.bind(analysis);
      return Object.assign(analysis, {
        async analyze(luma: SamplePlane) {
          planes.push(luma);
          const found = await analyze(luma);
          if (planes.length !== PICTURE + 1) return found;
          const [before, now] = await Promise.all(planes.slice(-2).map((p) => inner.halve(p)));
          return { ...found, inter: await inner.interCosts(now!, before!, found) };
        },
      });
    };
    const { data, analysis } = await encodeBySession({ openAnalysis }, FRAMES, OPTIONS);
    expect(data).toEqual(right);
    expect(analysis?.fallbackReason).toMatch(
      /picture 3, block 7: vector .*, which is not the best$/,
    );
  });
});

it('finds wrong vectors on slopes, with the costs that they have', async () => {
  const plane = (n: number): SamplePlane => {
    const at = (x: number, y: number) =>
      128 + 60 * Math.sin((x + 2 * n) / 9) + 50 * Math.cos(y / 7);
    const samples = Uint8Array.from({ length: 96 * 96 }, (_, i) => at(i % 96, Math.floor(i / 96)));
    return { samples, width: 96, height: 96 };
  };
  const kernels = new PlainFrameKernels();
  const analysis = kernels.openAnalysis();
  const planes = [plane(0), plane(1)] as const;
  await analysis.analyze(planes[0]);
  const right = await analysis.analyze(planes[1]);
  const [before, now] = await Promise.all(planes.map((p) => kernels.halve(p)));
  const low = new LowResolution(6, 6, 2, true, 'full-search');
  for (const [n, { samples }] of planes.entries()) low.load(n, samples, 0, 96);
  const costs = () => {
    const array = () => new Int32Array(36);
    return { intra: array(), inter: array(), mv: array() } as unknown as PictureCosts;
  };
  const expected = costs();
  low.analyze(1, 0, null, expected);
  for (const [dx, dy] of [
    [1, 0],
    [0, -1],
    [-2, 1],
    [4, 4],
    [0, 8],
  ] as const) {
    const x = right.x.map((v) => (v + dx > 16 ? v - dx : v + dx));
    const y = right.y.map((v) => (v + dy > 16 ? v - dy : v + dy));
    const inter = await kernels.interCosts(now!, before!, { x, y });
    const told = new Set<number>();
    const found = { ...right, inter, x, y, onWrong: (mbAddr: number) => told.add(mbAddr) };
    const got = costs();
    low.analyze(1, 0, null, got, found);
    expect(told.size).toBe(36);
    expect(got).toEqual(expected);
  }
});

it('an encoder that finds nothing wrong tells nobody', async () => {
  const size = { width: WIDTH, height: HEIGHT, frameRate: 25 };
  const encoder = createH264Encoder({ ...size, ...OPTIONS, analysis: 'full-search' });
  const told: string[] = [];
  const openAnalysis = () => {
    const analysis = new GpuKernels(new PlainFrameKernels(), null).openAnalysis();
    return Object.assign(analysis, { tellWrong: (what: string) => told.push(what) });
  };
  await encodeBySession({ openAnalysis } as never, movingNoise(), OPTIONS);
  expect(told).toEqual([]);
  const none = new Int32Array(BLOCKS);
  const found = { intra: none, inter: none, x: new Int8Array(BLOCKS), y: new Int8Array(BLOCKS) };
  encoder.encode(FRAMES[0]!, { analysis: found });
  encoder.encode(FRAMES[1]!, { analysis: { ...found, onWrong: (_, why) => told.push(why) } });
  expect(told.length).toBeGreaterThanOrEqual(BLOCKS);
});
