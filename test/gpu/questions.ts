/** What every implementation of the frame kernels is asked in tests, with planes of every kind. */

import { createQuantizer } from '../../src/codecs/h264/kernels/plain/quantize.ts';
import { codeRange, forwardMatrix, lumaWeights } from '../../src/frames/color-matrix.ts';
import type { BlockQuantizer, FrameKernels, SamplePlane } from '../../src/gpu/frame-kernels.ts';

/** A question by name. */
export type Question = readonly [name: string, ask: (kernels: FrameKernels) => Promise<unknown>];

/** Numbers from 0 to 255 that are the same in each run. */
export function createBytes(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

/** The multipliers of a QP, as the reference model rounds: a third of a step in intra macroblocks, a sixth in inter ones. */
export function blockQuantizer(qp: number, rounding: number): BlockQuantizer {
  const { scale, bits, offset } = createQuantizer(qp, rounding);
  // Scan indexes 0, 4 and 1 are positions (0, 0), (1, 1) and (0, 1).
  return { even: scale[0]!, odd: scale[4]!, mixed: scale[1]!, offset, bits };
}

/** Two planes of one size: a picture and the one before. */
export interface PlanePair {
  readonly name: string;
  readonly now: SamplePlane;
  readonly before: SamplePlane;
}

/** Planes of noise, of black and white, moved, flat, and with a gradient. */
export function planePairs(width: number, height: number): readonly PlanePair[] {
  const bytes = createBytes(width);
  const plane = (sample: (x: number, y: number) => number): SamplePlane => ({
    samples: Uint8Array.from({ length: width * height }, (_, i) =>
      sample(i % width, Math.floor(i / width)),
    ),
    width,
    height,
  });
  const noise = plane(() => bytes());
  const at = (x: number, y: number) =>
    noise.samples[
      Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))
    ]!;
  return [
    { name: 'noise', now: plane(() => bytes()), before: noise },
    { name: 'black and white', now: plane(() => 255 * (bytes() & 1)), before: noise },
    { name: 'moved', now: plane((x, y) => at(x + 11, y - 7)), before: noise },
    { name: 'flat', now: plane(() => 17), before: plane(() => 17) },
    { name: 'opposite', now: plane(() => 0), before: plane(() => 255) },
    { name: 'gradient', now: plane((x, y) => (2 * x + y) & 255), before: plane((x) => x & 255) },
  ];
}

/** All questions about a pair of planes. */
export function questionsAbout({ now, before }: PlanePair): readonly Question[] {
  const blocks = (now.width * now.height) / 64;
  const bytes = createBytes(blocks);
  const vectors = {
    x: Int8Array.from({ length: blocks }, () => (bytes() % 65) - 32),
    y: Int8Array.from({ length: blocks }, () => (bytes() % 65) - 32),
  };
  return [
    ['halve', (kernels) => kernels.halve(now)],
    ...([8, 16] as const).flatMap((size) =>
      ([16, 32] as const).flatMap((range): Question[] => [
        [`searchBlocks ${size} ${range}`, (k) => k.searchBlocks(now, before, size, range)],
        [`sadField ${size} ${range}`, (k) => k.sadField(now, before, size, range)],
      ]),
    ),
    ['intraCosts', (kernels) => kernels.intraCosts(now)],
    ['interCosts', (kernels) => kernels.interCosts(now, before, vectors)],
    ['halfSamples', (kernels) => kernels.halfSamples(now)],
    ['analyze', (kernels) => analyzeAll(kernels, [before, now, before])],
  ];
}

/** Transform and quantization at every QP, and the conversion of RGB. */
export function otherQuestions(): readonly Question[] {
  const [width, height] = [64, 32];
  const count = width * height;
  const bytes = createBytes(5);
  const residual = Int16Array.from({ length: count }, (_, i) =>
    i < count / 2 ? 255 - 510 * (bytes() & 1) : bytes() - bytes(),
  );
  const rgb = Uint8Array.from({ length: 3 * count }, (_, i) =>
    i < count ? 255 * (bytes() & 1) : bytes(),
  );
  const qps = Array.from({ length: 52 }, (_, qp) => qp);
  return [
    ...[1 / 3, 1 / 6].flatMap((rounding) =>
      qps.map(
        (qp): Question => [
          `transformQuantize ${qp}`,
          (k) => k.transformQuantize(residual, width, height, blockQuantizer(qp, rounding)),
        ],
      ),
    ),
    ...[1, 5, 9].flatMap((code) =>
      [false, true].map((isFull): Question => {
        const matrix = forwardMatrix(...lumaWeights('test', code), codeRange(isFull));
        return [`rgbToYuv420 ${code} ${isFull}`, (k) => k.rgbToYuv420(rgb, width, height, matrix)];
      }),
    ),
  ];
}

/** The analyses of pictures one after another. */
export async function analyzeAll(kernels: FrameKernels, planes: readonly SamplePlane[]) {
  const analysis = kernels.openAnalysis();
  const results = await Promise.all(planes.map((plane) => analysis.analyze(plane)));
  await analysis.close();
  return results;
}
