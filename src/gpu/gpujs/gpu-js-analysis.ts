/** The analysis of a stream's pictures by gpu.js: planes stay on the GPU, a few numbers for each macroblock come back. */
import { TurnQueue } from '../../base/turn-queue.ts';
import type { PictureAnalysis } from '../../codecs/h264/encoder/picture-analysis.ts';
import type { SamplePlane, StreamAnalysis } from '../frame-kernels.ts';
import { LARGEST_COST, requireComputed } from '../plain/answer.ts';
import { ANALYSIS_RANGE } from '../plain/block-search.ts';
import type { GpuHandle } from './gpu-js.ts';
import type { GpuJsFrameKernels } from './gpu-js-kernels.ts';
import { flatten, less1, release, unpackVectors } from './gpu-js-results.ts';
import { bestVectorSource, interCostSource, intraCostSource } from './kernel-sources.ts';

/** Reads a result that stays on the GPU. */
const READ_SOURCE = 'function (values) { return values[this.thread.y][this.thread.x]; }';

/** See `StreamAnalysis`. */
export class GpuJsAnalysis implements StreamAnalysis {
  private readonly kernels: GpuJsFrameKernels;
  /** The picture of the last call, halved and padded. */
  private before: GpuHandle | null = null;
  private readonly queue = new TurnQueue();

  constructor(kernels: GpuJsFrameKernels) {
    this.kernels = kernels;
  }

  analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    return this.queue.run(() => this.analyzeNext(luma));
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
    const rows = await kernels.searchRows([current, before], ...size, 8, ANALYSIS_RANGE);
    const vectors = await kernels.keep(bestVectorSource(ANALYSIS_RANGE), size, [rows]);
    const inter = await kernels.run(interCostSource(ANALYSIS_RANGE), size, [
      current,
      before,
      vectors,
    ]);
    const found = await kernels.run(READ_SOURCE, size, [vectors]);
    for (const handle of [rows, vectors, before]) release(handle);
    return {
      intra: computed(intra, size),
      inter: computed(inter, size),
      ...unpackVectors(flatten(found, ...size), ANALYSIS_RANGE),
    };
  }

  close(): Promise<void> {
    return this.queue.run(async () => {
      if (this.before !== null) release(this.before);
      this.before = null;
    });
  }
}

/** Costs by numbers that are 1 too high; none is 0 but where the GPU has computed nothing. */
function computed(result: unknown, size: readonly [number, number]): Int32Array {
  const values = flatten(result, ...size);
  requireComputed(values, LARGEST_COST);
  return Int32Array.from(values, less1);
}
