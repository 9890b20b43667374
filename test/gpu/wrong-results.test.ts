/** What a GPU gives in mid-stream is believed only if it can be the result of this picture. */
import { describe, expect, it } from 'vitest';
import { GpuJsFrameKernels } from '../../src/gpu/gpujs/gpu-js-kernels.ts';
import { WgslAnalysis } from '../../src/gpu/wgsl/wgsl-analysis.ts';
import { fakeGpuJs } from './fake-gpu-js.ts';
import { fakeDevice } from './fake-webgpu.ts';

const PICTURE = { samples: new Uint8Array(32 * 32), width: 32, height: 32 };

describe('the analysis by gpu.js', () => {
  it.each([NaN, Infinity, -5, 0.5, 3e9, 32_642])('refuses %d', async (value) => {
    const kernels = new GpuJsFrameKernels(
      fakeGpuJs(() => value),
      'webasm',
    );
    await expect(kernels.openAnalysis().analyze(PICTURE)).rejects.toThrow(
      `the GPU gave ${value}, allowed are integers`,
    );
  });

  it.each([
    ['a column', 34],
    ['a row', 33 * 128 + 1],
  ])('refuses vectors with %s that is none', async (_name, value) => {
    const kernels = new GpuJsFrameKernels(
      fakeGpuJs(() => value),
      'webasm',
    );
    const analysis = kernels.openAnalysis();
    await analysis.analyze(PICTURE);
    await expect(analysis.analyze(PICTURE)).rejects.toThrow(/the GPU gave/);
  });
});

describe('the analysis by shaders of our own', () => {
  const open = (loss?: Promise<{ readonly reason?: string; readonly message: string }>) => {
    const state = { word: 1, dispatches: true, submits: true, failure: null as unknown };
    return { state, analysis: new WgslAnalysis(fakeDevice(state, loss)) };
  };

  it.each([0, 1, 2])('refuses what is left of picture %i', async (count) => {
    const { state, analysis } = open();
    for (let n = 0; n <= count; n++) await analysis.analyze(PICTURE);
    state.submits = false;
    await expect(analysis.analyze(PICTURE)).rejects.toThrow(/results of another picture/);
  });

  it('refuses what a shader that did not run leaves', async () => {
    const { state, analysis } = open();
    await analysis.analyze(PICTURE);
    state.dispatches = false;
    await expect(analysis.analyze(PICTURE)).rejects.toThrow(/the GPU gave no result/);
  });

  it.each([0xffffffff, 32_642, 33 * 33])('refuses %d', async (word) => {
    const { state, analysis } = open();
    await analysis.analyze(PICTURE);
    state.word = word;
    await expect(analysis.analyze(PICTURE)).rejects.toThrow(/the GPU gave \d+, allowed are/);
  });

  it('says why a device is lost, or what the error is called', async () => {
    const failure = Object.assign(new Error(''), { name: 'AbortError' });
    const lost = open(Promise.resolve({ reason: 'destroyed', message: 'gone' }));
    lost.state.failure = failure;
    await expect(lost.analysis.analyze(PICTURE)).rejects.toThrow(
      'gpu: the device was lost (destroyed): gone',
    );
    const { state, analysis } = open();
    state.failure = failure;
    await expect(analysis.analyze(PICTURE)).rejects.toThrow('gpu: AbortError');
  });
});
