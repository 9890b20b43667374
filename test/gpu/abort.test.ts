/** A signal ends the wait for a GPU that hangs, at once; the encoder goes on when the GPU does. */
import { describe, expect, it } from 'vitest';
import type { VideoFrame } from '../../src/frames/frame.ts';
import { VideoFrames } from '../../src/frames/video-frames.ts';
import type { FrameKernels, SamplePlane } from '../../src/gpu/frame-kernels.ts';
import { GpuKernels, gpuKernels, PlainFrameKernels } from '../../src/gpu/index.ts';
import { MemorySink } from '../../src/io/index.ts';
import { H264 } from '../../src/pipeline/codecs/index.ts';
import { MP4, Muxer, videoEncodeConfig } from '../../src/pipeline/index.ts';
import { encodeAlone, HEIGHT, movingNoise, WIDTH } from './encode-frames.ts';
import { fakeGpuJs } from './fake-gpu-js.ts';

const OPTIONS = { crf: 30, preset: 'ultrafast' } as const;
/** The picture at which the GPU hangs, and the encoder's call that waits for it. */
const HANGS_AT = 2;
const WAITS_AT = HANGS_AT + 3;
const REASON = new Error('that is enough');

/** A GPU that hangs until `answer` is called; `onWait` is called when the encoder begins to wait for it. */
function hangingGpu(onWait = () => {}) {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const kernels: FrameKernels = Object.assign(Object.create(null), {
    backend: 'fake',
    close: async () => {},
    openAnalysis() {
      const inner = new PlainFrameKernels().openAnalysis();
      let count = 0;
      return {
        close: () => inner.close(),
        async analyze(luma: SamplePlane) {
          if (count++ === HANGS_AT) await answered;
          return inner.analyze(luma);
        },
      };
    },
  });
  const opened = new GpuKernels(kernels, null, 100_000);
  const gpu: Pick<GpuKernels, 'openAnalysis'> = {
    openAnalysis() {
      const analysis = opened.openAnalysis();
      const analyze = analysis.analyze.bind(analysis);
      let count = 0;
      return Object.assign(analysis, {
        analyze(luma: SamplePlane) {
          if (count++ === WAITS_AT) setTimeout(onWait, 10);
          return analyze(luma);
        },
      });
    },
  };
  return { gpu, answer };
}

function inOneCall(frames: readonly VideoFrame[]): VideoFrames {
  const { pixFmt, width, height } = frames[0]!;
  return new VideoFrames(frames, { pixFmt, width, height, numPlanes: 3, timeBase: [1, 25] });
}

const CONFIG = videoEncodeConfig({ width: WIDTH, height: HEIGHT, frameRate: 25 });
const FRAMES = movingNoise().slice(0, 12);

function openMuxer(gpu: Pick<GpuKernels, 'openAnalysis'>, signal?: AbortSignal) {
  const options = { format: MP4, codecs: [H264], ...(signal === undefined ? {} : { signal }) };
  const muxer = new Muxer(new MemorySink(), options);
  const encoderConfig = { ...OPTIONS, gpu };
  const encoder = muxer.addEncodeStream({ config: CONFIG, encoder: H264, encoderConfig });
  return { muxer, encoder };
}

describe('a GPU that hangs', () => {
  it('lets encode go at a signal, and the encoder goes on', async () => {
    const controller = new AbortController();
    const { gpu, answer } = hangingGpu(() => controller.abort(REASON));
    const encoder = H264.createEncoder(CONFIG, { ...OPTIONS, gpu }, H264.pixFmts);
    const call = encoder.encode(inOneCall(FRAMES), { signal: controller.signal });
    await expect(call).rejects.toBe(REASON);
    expect(encoder.isOpen).toBe(true);
    const again = AbortSignal.abort(REASON);
    const rest = inOneCall(FRAMES.slice(WAITS_AT + 1));
    await expect(encoder.encode(rest, { signal: again })).rejects.toBe(REASON);
    answer();
    const packets = [...(await encoder.encode(rest)), ...(await encoder.flush())];
    expect(packets.map(({ data }) => data)).toEqual(
      encodeAlone(FRAMES, { ...OPTIONS, analysis: 'full-search' }),
    );
  });

  it('lets encode go when the signal of the muxer is aborted', async () => {
    const controller = new AbortController();
    const { muxer, encoder } = openMuxer(hangingGpu().gpu, controller.signal);
    await muxer.open();
    const call = encoder.encode(inOneCall(FRAMES));
    setTimeout(() => controller.abort(REASON), 20);
    await expect(call).rejects.toBe(REASON);
    await expect(muxer.close()).rejects.toBe(REASON);
  });

  it.each([true, false])(
    'lets encode go when the muxer is given up, open: %s',
    async (isOpened) => {
      const { muxer, encoder } = openMuxer(hangingGpu().gpu);
      if (isOpened) await muxer.open();
      const call = encoder.encode(inOneCall(FRAMES));
      setTimeout(() => void muxer.abort(REASON), 20);
      await expect(call).rejects.toBe(REASON);
    },
  );

  it('lets flush go when the encoder is closed', async () => {
    const { gpu } = hangingGpu();
    const encoder = H264.createEncoder(CONFIG, { ...OPTIONS, gpu }, H264.pixFmts);
    await encoder.encode(inOneCall(FRAMES.slice(0, WAITS_AT)));
    const call = encoder.flush();
    setTimeout(() => void encoder.close(), 20);
    await expect(call).rejects.toThrow(/the stream was given up/);
  });

  it('lets gpuKernels go at a signal', async () => {
    const silent = fakeGpuJs(() => 0, 'webasm', { answers: false });
    const controller = new AbortController();
    const call = gpuKernels(silent, { mode: 'webasm', signal: controller.signal });
    setTimeout(() => controller.abort(REASON), 20);
    await expect(call).rejects.toBe(REASON);
    const aborted = AbortSignal.abort(REASON);
    await expect(gpuKernels(silent, { signal: aborted })).rejects.toBe(REASON);
  });
});
