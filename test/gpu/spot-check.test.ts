/** Numbers that become wrong in mid-stream are found where they are looked for, and whoever gave them is not asked again. */
import { describe, expect, it } from 'vitest';
import { GpuJsFrameKernels } from '../../src/gpu/gpujs/gpu-js-kernels.ts';
import { GuardedAnalysis } from '../../src/gpu/guarded-analysis.ts';
import { GpuKernels, PlainFrameKernels, type SamplePlane } from '../../src/gpu/index.ts';
import { SpotCheck } from '../../src/gpu/spot-check.ts';
import { encodeAlone, encodeBySession, movingNoise } from './encode-frames.ts';
import { analyzeAll, createBytes } from './questions.ts';
import { type Fault, type Rows, runningGpuJs } from './running-gpu-js.ts';

/** Pictures of noise that moves by 2 samples to the left. */
function pictures(count: number, width = 96, height = 64): readonly SamplePlane[] {
  const bytes = createBytes(3);
  const field = Uint8Array.from({ length: (width + 2 * count) * height }, bytes);
  return Array.from({ length: count }, (_, n) => {
    const samples = Uint8Array.from(
      { length: width * height },
      (__, i) => field[Math.floor(i / width) * (width + 2 * count) + (i % width) + 2 * n]!,
    );
    return { samples, width, height };
  });
}

const plain = new PlainFrameKernels();

type Numbers = Awaited<ReturnType<typeof analyzeAll>>[number];

/** What is found in the pictures, whose numbers `change` has changed; null for those in which nothing is. */
async function findIn(
  planes: readonly SamplePlane[],
  change: (analysis: Numbers, n: number) => void,
): Promise<(string | null)[]> {
  const analyses = await analyzeAll(plain, planes);
  const check = new SpotCheck();
  return planes.map((plane, n) => {
    change(analyses[n]!, n);
    return check.findWrong(plane, analyses[n]!);
  });
}

describe('the check of blocks in mid-stream', () => {
  it('finds nothing in right numbers', async () => {
    expect(await findIn(pictures(12), () => {})).toEqual(Array(12).fill(null));
  });

  it.each(['intra', 'inter', 'x', 'y'] as const)('comes to every block: %s', async (field) => {
    const planes = pictures(26);
    const blocks = 24;
    for (let block = 0; block < blocks; block += 5) {
      const found = await findIn(planes, (analysis) => {
        if (analysis[field].length > 0) analysis[field][block]! += 1;
      });
      const first = found.find((why) => why !== null);
      expect(first).toMatch(new RegExp(`^picture \\d+, block ${block} of 24: .*, right is`));
    }
  });

  it('looks at the last block of every picture, and at the one of the largest gain', async () => {
    const last = await findIn(pictures(3), (analysis) => {
      analysis.intra[23]! += 2;
    });
    expect(last.every((why) => why?.includes('block 23 of 24: intra cost'))).toBe(true);
    const best = await findIn(pictures(3), (analysis, n) => {
      if (n > 0) analysis.inter[13] = 0;
      analysis.intra[13] = n === 0 ? 1 : 32000;
    });
    expect(best.every((why) => why?.includes('block 13 of 24'))).toBe(true);
  });

  it.each([
    ['intra', (analysis: Numbers) => Object.assign(analysis, { intra: new Int32Array(3) })],
    ['vectors', (analysis: Numbers) => Object.assign(analysis, { x: new Int8Array(25) })],
    ['nothing', (analysis: Numbers) => Object.assign(analysis, { inter: undefined })],
  ])('counts numbers: %s', async (_name, change) => {
    const [first] = await findIn(pictures(1), change);
    expect(first).toMatch(/^picture 0: .*needed are/);
  });

  it('refuses vectors that are out of range', async () => {
    const found = await findIn(pictures(2), ({ x }) => x.fill(17));
    expect(found[1]).toMatch(/vector \(17, -?\d+\), which is out of range/);
  });
});

/** Faults that begin after a number of calls of kernels. */
const LATE: Readonly<Record<string, (rows: Rows, source: string) => void>> = {
  'the halved plane is zero': (rows, source) => {
    if (source.includes('2) * 0.25')) for (const row of rows as Float32Array[]) row.fill(0);
  },
  'the halved plane is off by 1 in its upper half': (rows, source) => {
    if (!source.includes('2) * 0.25')) return;
    for (const row of rows.slice(0, rows.length / 2) as Float32Array[]) row.fill(7);
  },
  'the last number is 2 more': (rows) => {
    if (Array.isArray(rows[0])) return;
    const row = (rows as Float32Array[]).at(-1)!;
    row[row.length - 1]! += 2;
  },
  'rows of candidates are empty': (rows) => {
    if (Array.isArray(rows[0]))
      for (const row of rows.slice(10).flat()) (row as Float32Array).fill(16777215);
  },
};

describe('a GPU that becomes wrong', () => {
  /** Kernels whose fault begins with the call of number `from`. */
  function kernelsWith(change: (rows: Rows, source: string) => void, from: number) {
    let calls = 0;
    const fault: Fault = (rows, source) => {
      if (calls++ >= from) change(rows, source);
      return rows;
    };
    return new GpuJsFrameKernels(runningGpuJs(fault), 'cpu');
  }

  it.each(Object.keys(LATE))('is found where %s', async (name) => {
    const gpu = new GpuKernels(kernelsWith(LATE[name]!, 20), null);
    const options = { crf: 28, preset: 'ultrafast' } as const;
    const { data, analysis } = await encodeBySession(gpu, movingNoise(), options);
    expect(analysis?.backend).toBe('typescript');
    expect(analysis?.fallbackReason).toMatch(/^gpu\.js cpu (gave a wrong number: picture|failed:)/);
    expect(data).toEqual(encodeAlone(movingNoise(), { ...options, analysis: 'full-search' }));
  });

  it('is not asked again', async () => {
    const gpu = new GpuKernels(kernelsWith(LATE['the last number is 2 more']!, 8), null);
    const analysis = gpu.openAnalysis();
    const planes = pictures(6);
    const results = await Promise.all(planes.map((plane) => analysis.analyze(plane)));
    expect(results).toEqual(await analyzeAll(plain, planes));
    expect(gpu.kernels.backend).toBe('typescript');
    expect(gpu.fallbackReason).toMatch(
      /gave a wrong number: picture 2, block 23 of 24: intra cost/,
    );
    expect(gpu.openAnalysis()).toBeInstanceOf(GuardedAnalysis);
    expect(gpu.openAnalysis().report).toEqual({
      backend: 'typescript',
      fallbackReason: gpu.fallbackReason,
    });
  });
});
