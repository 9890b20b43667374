/** The analysis of a stream's pictures by gpu.js: planes stay on the GPU, a few numbers for each macroblock come back. */
import { UnsupportedError } from '../../base/errors.ts';
import type { PictureAnalysis } from '../../codecs/h264/encoder/picture-analysis.ts';
import type { SamplePlane, StreamAnalysis } from '../frame-kernels.ts';
import type { GpuHandle } from './gpu-js.ts';
import type { GpuJsFrameKernels } from './gpu-js-kernels.ts';
import { flatten, less1, release, unpackVectors } from './gpu-js-results.ts';
import { bestVectorSource, interCostSource, intraCostSource } from './kernel-sources.ts';

/** Vectors reach as far, in samples of half the size. */
const RANGE = 16;

/** Reads a result that stays on the GPU. */
const READ_SOURCE = 'function (values) { return values[this.thread.y][this.thread.x]; }';

/** See `StreamAnalysis`. */
export class GpuJsAnalysis implements StreamAnalysis {
  private readonly kernels: GpuJsFrameKernels;
  /** The picture of the last call, halved and padded. */
  private before: GpuHandle | null = null;
  /** The last call: they run one after another. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(kernels: GpuJsFrameKernels) {
    this.kernels = kernels;
  }

  analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    const result = this.turn.then(() => this.analyzeNext(luma));
    this.turn = result.catch(() => {});
    return result;
  }

  private async analyzeNext({ samples, width, height }: SamplePlane): Promise<PictureAnalysis> {
    const { kernels, before } = this;
    const size = [width >> 4, height >> 4] as const;
    const picture = kernels.input(samples, width);
    const current = (await kernels.halvePadded(
      picture,
      width >> 1,
      height >> 1,
      true,
    )) as GpuHandle;
    this.before = current;
    const intra = await kernels.run(intraCostSource(), size, [current]);
    if (before === null) {
      const none = new Int8Array(0);
      return { intra: computed(intra, size), inter: new Int32Array(0), x: none, y: none };
    }
    const rows = await kernels.searchRows([current, before], ...size, 8, RANGE);
    const vectors = await kernels.keep(bestVectorSource(RANGE), size, [rows]);
    const inter = await kernels.run(interCostSource(RANGE), size, [current, before, vectors]);
    const found = await kernels.run(READ_SOURCE, size, [vectors]);
    for (const handle of [rows, vectors, before]) release(handle);
    computed(found, size);
    return {
      intra: computed(intra, size),
      inter: computed(inter, size),
      ...unpackVectors(flatten(found, ...size), RANGE),
    };
  }

  async close(): Promise<void> {
    await this.turn;
    if (this.before !== null) release(this.before);
    this.before = null;
  }
}

/** Numbers that are 1 too high; none is 0 but where the GPU has computed nothing. */
function computed(result: unknown, size: readonly [number, number]): Int32Array {
  const values = flatten(result, ...size);
  if (values.includes(0)) throw new UnsupportedError('gpu', 'the GPU gave no result');
  return Int32Array.from(values, less1);
}
