/** Who computes is chosen by known answers: a GPU that is wrong, silent or broken is refused, and the reason is told. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import type { FrameKernels, SamplePlane } from '../../src/gpu/frame-kernels.ts';
import { GuardedAnalysis } from '../../src/gpu/guarded-analysis.ts';
import {
  type GpuJsModule,
  GpuKernels,
  gpuKernels,
  PlainFrameKernels,
} from '../../src/gpu/index.ts';
import { findWrongKernel } from '../../src/gpu/known-answers.ts';
import { encodeAlone, encodeBySession, movingNoise } from './encode-frames.ts';
import { fakeGpuJs } from './fake-gpu-js.ts';
import { analyzeAll, planePairs } from './questions.ts';

describe('gpuKernels', () => {
  it('refuses what gives zeros', async () => {
    const { kernels, fallbackReason } = await gpuKernels(
      fakeGpuJs(() => 0),
      { mode: 'webasm' },
    );
    expect(kernels.backend).toBe('typescript');
    expect(fallbackReason).toBe('gpu.js webasm: wrong numbers from halve');
  });

  it('refuses what throws', async () => {
    const broken = fakeGpuJs(() => {
      throw new Error('device lost');
    });
    const { kernels, fallbackReason } = await gpuKernels(broken, { mode: 'webasm' });
    expect(kernels.backend).toBe('typescript');
    expect(fallbackReason).toBe('gpu.js webasm: device lost');
  });

  it('refuses another backend than the one asked for', async () => {
    const { fallbackReason } = await gpuKernels(
      fakeGpuJs(() => 0, 'cpu'),
      { mode: 'webasm' },
    );
    expect(fallbackReason).toBe('gpu.js webasm: gpu: gpu.js was asked for webasm and runs cpu');
  });

  it('refuses what does not answer, in time', async () => {
    const silent = fakeGpuJs(() => 0, 'webasm', { answers: false });
    const { kernels, fallbackReason } = await gpuKernels(silent, { mode: 'webasm', timeoutMs: 20 });
    expect(kernels.backend).toBe('typescript');
    expect(fallbackReason).toBe('gpu.js webasm: gpu: the GPU gave no answer in 0.02 s');
  });

  it.each([0, -1, NaN, Infinity, 2 ** 31, '5' as unknown as number])(
    'refuses a wait of %o ms',
    async (timeoutMs) => {
      await expect(
        gpuKernels(
          fakeGpuJs(() => 0),
          { timeoutMs },
        ),
      ).rejects.toThrow(/gpu.timeoutMs: got .*, allowed is above 0/);
    },
  );

  it('says that no GPU answers', async () => {
    const { kernels, fallbackReason } = await gpuKernels(fakeGpuJs(() => 0));
    expect(kernels.backend).toBe('typescript');
    expect(fallbackReason).toMatch(/^no GPU answers: .*VK_ICD_FILENAMES may name one\)$/);
    const asked = await gpuKernels(
      fakeGpuJs(() => 0),
      { mode: 'webgpu' },
    );
    expect(asked.fallbackReason).toMatch(/^no WebGPU adapter answers: .*VK_ICD_FILENAMES/);
  });

  it('names what it needs', async () => {
    await expect(gpuKernels({} as GpuJsModule)).rejects.toThrow(ConfigError);
    const other = { mode: 'cuda' as 'cpu' };
    await expect(
      gpuKernels(
        fakeGpuJs(() => 0),
        other,
      ),
    ).rejects.toThrow(/got cuda, allowed are webgpu/);
  });

  it('asks of every kernel', async () => {
    const plain = new PlainFrameKernels();
    const names = ['halve', 'searchBlocks', 'sadField', 'intraCosts', 'interCosts'] as const;
    const others = ['transformQuantize', 'halfSamples', 'rgbToYuv420', 'openAnalysis'] as const;
    expect(await findWrongKernel(new PlainFrameKernels(), plain)).toBeNull();
    for (const name of [...names, ...others]) {
      const wrong = new PlainFrameKernels();
      const result = { analyze: async () => ({}), close: async () => {} };
      Object.assign(wrong, { [name]: name === 'openAnalysis' ? () => result : async () => ({}) });
      expect(await findWrongKernel(wrong, plain)).toBe(name);
    }
  });

  it('asks of the third picture of an analysis', async () => {
    const wrong = new PlainFrameKernels();
    wrong.openAnalysis = () => {
      const inner = new PlainFrameKernels().openAnalysis();
      let count = 0;
      const analyze = async (luma: SamplePlane) => {
        const found = await inner.analyze(luma);
        if (count++ === 2) found.inter[0]!++;
        return found;
      };
      return { analyze, close: () => inner.close() };
    };
    expect(await findWrongKernel(wrong, new PlainFrameKernels())).toBe('openAnalysis');
  });

  it.each([
    [Object.assign(new Error(''), { name: 'AbortError' }), 'AbortError'],
    [null, 'no reason was given'],
    [Object.assign(Object.create(null), { message: Object.create(null) }), 'no reason was given'],
    ['lost', 'lost'],
  ])('says of %o: %s', async (thrown, reason) => {
    const broken = fakeGpuJs(() => {
      throw thrown;
    });
    const { fallbackReason } = await gpuKernels(broken, { mode: 'webasm' });
    expect(fallbackReason).toBe(`gpu.js webasm: ${reason}`);
  });

  it('names the version that is needed', async () => {
    const old = fakeGpuJs(() => 0);
    Object.assign(old.GPU, { isWebGPUAvailable: undefined });
    const { fallbackReason } = await gpuKernels(old);
    expect(fallbackReason).toMatch(/needed is gpu\.js 2\.24\.1 or later, below 3/);
  });

  it.each([
    ['a--b', /2\.24\.1 or later, below 3; this one is older$/],
    ['a-(-b)', /wrong numbers from halve$/],
  ])('tells 2.24.0 from 2.24.1 by %s', async (translated, reason) => {
    class CPUFunctionNode {
      toString = () => translated;
    }
    const library = { ...fakeGpuJs(() => 0), CPUFunctionNode };
    expect((await gpuKernels(library, { mode: 'webasm' })).fallbackReason).toMatch(reason);
  });

  it('refuses kernels that are promises', async () => {
    const later = fakeGpuJs(() => 0);
    later.GPU.prototype.createKernel = async () => () => 0;
    const { fallbackReason } = await gpuKernels(later, { mode: 'webasm' });
    expect(fallbackReason).toMatch(/below 3; what this one makes of a kernel is no function$/);
  });

  it.each([
    [null, /gpu: got null, needed are options/],
    ['webgpu', /gpu: got the string "webgpu", needed are options/],
    [{ wgls: true }, /gpu\.wgls: unknown option, .*did you mean wgsl/],
    [{ wgsl: 'no' }, /gpu\.wgsl: got no, allowed are true, false/],
  ])('refuses the options %o', async (options, message) => {
    const library = fakeGpuJs(() => 0);
    await expect(gpuKernels(library, options as never)).rejects.toThrow(message);
  });
});

/** Ways in which a GPU does not close. */
const BAD_CLOSES: readonly (readonly [name: string, close: () => Promise<void>])[] = [
  [
    'throws',
    () => {
      throw new Error('no close');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no close'))],
  ['never answers', () => new Promise(() => {})],
];

describe.each(BAD_CLOSES)('a GPU whose close %s', (_name, close) => {
  it('is left alone after a short time', async () => {
    const kernels = Object.assign(new PlainFrameKernels(), { close });
    const began = performance.now();
    await new GpuKernels(kernels, null).close();
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it('takes nothing of what was encoded', async () => {
    const kernels = Object.assign(new PlainFrameKernels(), {
      openAnalysis: () => Object.assign(new PlainFrameKernels().openAnalysis(), { close }),
    });
    const gpu = new GpuKernels(kernels, null);
    const options = { crf: 30, preset: 'ultrafast' } as const;
    const { data } = await encodeBySession(gpu, movingNoise(), options);
    expect(data).toEqual(encodeAlone(movingNoise(), { ...options, analysis: 'full-search' }));
  });
});

describe('an analysis whose GPU fails', () => {
  const [{ now, before }] = planePairs(64, 48) as [ReturnType<typeof planePairs>[0]];
  const planes: SamplePlane[] = Array.from({ length: 6 }, (_, i) => (i % 2 ? now : before));

  /** Kernels whose analysis fails at picture `failing`, or does not answer from there on. */
  function failingKernels(failing: number, answers = true): FrameKernels {
    const kernels: FrameKernels = new PlainFrameKernels();
    const inner = kernels.openAnalysis();
    let count = 0;
    return Object.create(kernels, {
      backend: { value: 'fake' },
      openAnalysis: {
        value: () => ({
          analyze: async (luma: SamplePlane) => {
            if (count++ >= failing) {
              if (!answers) return new Promise<never>(() => {});
              throw new Error('device lost');
            }
            return inner.analyze(luma);
          },
          close: () => inner.close(),
        }),
      },
    });
  }

  it.each([0, 1, 3])('goes on from picture %i with the same numbers', async (failing) => {
    const kernels = failingKernels(failing);
    Object.setPrototypeOf(kernels, null);
    const guarded = new GuardedAnalysis(kernels, null);
    expect(guarded.backend).toBe('fake');
    const results = await Promise.all(planes.map((plane) => guarded.analyze(plane)));
    expect(results).toEqual(await analyzeAll(new PlainFrameKernels(), planes));
    expect(guarded.backend).toBe('typescript');
    expect(guarded.fallbackReason).toBe('fake failed: device lost');
    await guarded.close();
  });

  it.each([0, 2])('goes on where the GPU does not answer from picture %i on', async (failing) => {
    const kernels = failingKernels(failing, false);
    Object.setPrototypeOf(kernels, null);
    const guarded = new GuardedAnalysis(kernels, null, 20);
    const results = await Promise.all(planes.map((plane) => guarded.analyze(plane)));
    expect(results).toEqual(await analyzeAll(new PlainFrameKernels(), planes));
    expect(guarded.fallbackReason).toBe('fake failed: gpu: the GPU gave no answer in 0.02 s');
    await guarded.close();
  });

  it('is not asked again where the GPU does not answer', async () => {
    const kernels = failingKernels(1, false);
    Object.setPrototypeOf(kernels, null);
    const gpu = new GpuKernels(kernels, null, 20);
    const analysis = gpu.openAnalysis();
    await Promise.all(planes.slice(0, 2).map((plane) => analysis.analyze(plane)));
    const report = { backend: 'typescript', fallbackReason: analysis.fallbackReason };
    expect(report.fallbackReason).toMatch(/no answer/);
    expect(gpu.openAnalysis().report).toEqual(report);
    expect(gpu.fallbackReason).toBe(report.fallbackReason);
  });

  it('waits for a GPU that answers while the caller is busy', async () => {
    const inner: FrameKernels = new PlainFrameKernels();
    const analysis = inner.openAnalysis();
    const turns = async (luma: SamplePlane) => {
      for (let n = 0; n < 3; n++) await new Promise((resolve) => setTimeout(resolve));
      return analysis.analyze(luma);
    };
    const kernels = Object.assign(Object.create(null), {
      backend: 'fake',
      openAnalysis: () => ({ analyze: turns, close: () => analysis.close() }),
    });
    const guarded = new GuardedAnalysis(kernels, null, 200);
    for (const plane of planes.slice(0, 3)) {
      const found = guarded.analyze(plane);
      const began = performance.now();
      while (performance.now() - began < 300);
      await found;
    }
    expect(guarded.report).toEqual({ backend: 'fake', fallbackReason: null });
    await guarded.close();
  });
});
