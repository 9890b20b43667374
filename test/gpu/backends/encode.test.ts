/**
 * Files that are encoded with the kernels on each backend that is there: the bytes of the encoder that analyzes by itself, B pictures
 * and High profile among them, and where a device is destroyed under way. Pictures are those of the shared clips where they are there.
 */
import { setImmediate } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { H264Options } from '../../../src/codecs/h264/index.ts';
import type { VideoFrame } from '../../../src/frames/frame.ts';
import { type GpuKernels, type GpuMode, gpuKernels } from '../../../src/gpu/index.ts';
import { encodeAlone, encodeBySession, movingNoise } from '../encode-frames.ts';
import { realFrames } from '../real-pictures.ts';
import { loadGpuJs, offerWebGpu } from './load-gpu-js.ts';

const library = loadGpuJs();
/** The picture at which the device is destroyed. */
const LOST_AT = 20;

const OPTIONS: readonly Partial<H264Options>[] = [
  { qp: 28, preset: 'superfast', profile: 'baseline' },
  { crf: 23, preset: 'medium', profile: 'high', bframes: 3 },
];

const streams: readonly { readonly name: string; readonly frames: readonly VideoFrame[] }[] = [
  { name: 'noise', frames: movingNoise() },
  ...realFrames(24),
];

/** Kernels that run `whenLost` before the picture at which the device is lost. */
function losing(kernels: GpuKernels, whenLost: () => void): Pick<GpuKernels, 'openAnalysis'> {
  return {
    openAnalysis() {
      const analysis = kernels.openAnalysis();
      const analyze = analysis.analyze.bind(analysis);
      let count = 0;
      return Object.assign(analysis, {
        analyze: (luma: Parameters<typeof analyze>[0]) => {
          if (count++ === LOST_AT) whenLost();
          return analyze(luma);
        },
      });
    },
  };
}

describe.skipIf(library === null)('encoded with gpu.js in Node', () => {
  let adapter: string | null = null;
  beforeAll(async () => {
    adapter = await offerWebGpu(library!);
  });

  const backends: readonly (readonly [GpuMode, boolean])[] = [
    ['cpu', false],
    ['webasm', false],
    ['webgpu', true],
    ['webgpu', false],
  ];

  it.for(backends)('the same files, %s, WGSL %s', async ([mode, wgsl], context) => {
    if (mode === 'webgpu' && adapter === null) context.skip();
    const gpu = await gpuKernels(library!, { mode, wgsl });
    expect(gpu.fallbackReason).toBeNull();
    // gpu.js's own WebGPU on a driver in software takes seconds for a picture.
    const isSlow = mode === 'webgpu' && !wgsl;
    for (const { name, frames: all } of isSlow ? streams.slice(0, 1) : streams) {
      const frames = isSlow ? all.slice(0, 8) : all;
      for (const options of OPTIONS) {
        await setImmediate();
        const { data, analysis } = await encodeBySession(gpu, frames, options);
        expect(analysis, name).toMatchObject({ fallbackReason: null });
        const alone = encodeAlone(frames, { ...options, analysis: 'full-search' });
        expect(data, `${name} ${options.preset}`).toEqual(alone);
      }
    }
    const count = isSlow ? 1 : streams.length;
    console.log(`${gpu.kernels.backend}: ${count} streams, the same bytes`);
    await gpu.kernels.close();
  });

  it('the same files when the device is destroyed', async (context) => {
    if (adapter === null) context.skip();
    for (const { name, frames } of streams) {
      const gpu = await gpuKernels(library!, { mode: 'webgpu' });
      const { device } = await library!.WebGPUContext!.acquire();
      const lose = () => (device as { destroy(): void }).destroy();
      const { data, analysis } = await encodeBySession(losing(gpu, lose), frames, OPTIONS[1]!);
      expect(analysis, name).toMatchObject({ backend: 'typescript' });
      expect(analysis, name).toMatchObject({ fallbackReason: expect.stringContaining('failed') });
      expect(data, name).toEqual(encodeAlone(frames, { ...OPTIONS[1], analysis: 'full-search' }));
    }
  });
});
