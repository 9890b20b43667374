/** Streams whose pictures are analyzed ahead: the bytes of the encoder that analyzes by itself, also where the GPU fails. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createH264Encoder, type H264Options } from '../../src/codecs/h264/index.ts';
import type { FrameKernels } from '../../src/gpu/frame-kernels.ts';
import { GpuKernels, PlainFrameKernels } from '../../src/gpu/index.ts';
import { MemorySink } from '../../src/io/index.ts';
import { H264 } from '../../src/pipeline/codecs/index.ts';
import { MP4, Muxer, videoEncodeConfig } from '../../src/pipeline/index.ts';
import { encodeAlone, encodeBySession, HEIGHT, movingNoise, WIDTH } from './encode-frames.ts';

const OPTIONS: readonly Partial<H264Options>[] = [
  { crf: 24, preset: 'medium' },
  { qp: 30, preset: 'superfast' },
  { bitRate: 200_000, preset: 'veryfast', profile: 'high' },
];

describe('analysis: full-search', () => {
  it.each(OPTIONS)('the same bytes whoever analyzes: %o', async (options) => {
    const alone = encodeAlone(movingNoise(), { ...options, analysis: 'full-search' });
    const gpu = new GpuKernels(new PlainFrameKernels(), null);
    const { data, analysis } = await encodeBySession(gpu, movingNoise(), options);
    expect(data).toEqual(alone);
    expect(analysis).toMatchObject({ backend: 'typescript', fallbackReason: null });
  });

  it('goes on where the device is lost at picture 20', async () => {
    const kernels = new PlainFrameKernels();
    const failing: FrameKernels = Object.assign(Object.create(null), {
      backend: 'fake',
      close: async () => {},
      openAnalysis() {
        const inner = kernels.openAnalysis();
        let count = 0;
        return {
          close: () => inner.close(),
          async analyze(luma: Parameters<typeof inner.analyze>[0]) {
            if (count++ === 20) throw new Error('device lost');
            return inner.analyze(luma);
          },
        };
      },
    });
    const { data, analysis } = await encodeBySession(
      new GpuKernels(failing, null),
      movingNoise(),
      OPTIONS[0]!,
    );
    expect(data).toEqual(encodeAlone(movingNoise(), { ...OPTIONS[0], analysis: 'full-search' }));
    expect(analysis).toMatchObject({
      backend: 'typescript',
      fallbackReason: 'fake failed: device lost',
    });
  });

  it('is not to be asked for and against at once', () => {
    const gpu = new GpuKernels(new PlainFrameKernels(), null);
    const config = videoEncodeConfig({ width: WIDTH, height: HEIGHT, frameRate: 25 });
    const open = (analysis: string) => H264.createEncoder(config, { gpu, analysis }, H264.pixFmts);
    expect(() => open('hexagon')).toThrow(
      /got the string "hexagon", with gpu allowed is 'full-search'/,
    );
    expect(open('full-search').isOpen).toBe(true);
  });

  it.each([
    ['kernels', new PlainFrameKernels()],
    ['nothing', { openAnalysis: () => ({}) }],
    ['a promise', Promise.resolve()],
    ['a class', GpuKernels],
    ['null', null],
  ])('takes nothing but what gpuKernels gives: %s', (_name, gpu) => {
    const config = videoEncodeConfig({ width: WIDTH, height: HEIGHT, frameRate: 25 });
    expect(() => H264.createEncoder(config, { gpu }, H264.pixFmts)).toThrow(
      /videoEncodeConfig\.gpu: got .*, needed is what gpuKernels/,
    );
  });

  it('says who analyzes in plain data', async () => {
    const gpu = new GpuKernels(new PlainFrameKernels(), 'no GPU answers');
    const { analysis } = await encodeBySession(gpu, movingNoise().slice(0, 1), OPTIONS[0]!);
    expect(JSON.parse(JSON.stringify(analysis))).toEqual({
      backend: 'typescript',
      fallbackReason: 'no GPU answers',
    });
    expect(inspect(analysis)).toBe("{ backend: 'typescript', fallbackReason: 'no GPU answers' }");
  });

  it('is closed when the encoder is given up', async () => {
    let closed = 0;
    const inner = new GpuKernels(new PlainFrameKernels(), null);
    const gpu = {
      openAnalysis() {
        const analysis = inner.openAnalysis();
        const close = analysis.close.bind(analysis);
        return Object.assign(analysis, {
          close: () => {
            closed++;
            return close();
          },
        });
      },
    };
    const open = async (isOpened: boolean) => {
      const muxer = new Muxer(new MemorySink(), { format: MP4, codecs: [H264] });
      const config = videoEncodeConfig({ width: WIDTH, height: HEIGHT, frameRate: 25 });
      const encoder = muxer.addEncodeStream({ config, encoder: H264, encoderConfig: { gpu } });
      if (isOpened) await muxer.open();
      return { muxer, encoder };
    };
    for (const isOpened of [true, false]) {
      closed = 0;
      const { muxer, encoder } = await open(isOpened);
      await muxer.abort();
      expect(closed).toBe(1);
      await encoder.close();
      expect(closed).toBe(1);
    }
    closed = 0;
    await (await open(false)).muxer[Symbol.asyncDispose]();
    expect(closed).toBe(1);
    const { muxer } = await open(true);
    await muxer.close();
    expect(closed).toBe(2);
  });

  it('an analysis that does not fit is refused', () => {
    const open = (analysis: 'hexagon' | 'full-search') =>
      createH264Encoder({ width: WIDTH, height: HEIGHT, frameRate: 25, analysis });
    const none = new Int32Array(0);
    const empty = { intra: none, inter: none, x: new Int8Array(0), y: new Int8Array(0) };
    const [frame] = movingNoise();
    expect(() => open('hexagon').encode(frame!, { analysis: empty })).toThrow(
      /opened with analysis 'hexagon'/,
    );
    expect(() => open('full-search').encode(frame!, { analysis: empty })).toThrow(
      /got 0 numbers, needed are 20/,
    );
  });
});
