/** The frame kernels by gpu.js. See `FrameKernels` for each method, kernel-sources.ts for how integers stay exact. */
import { UnsupportedError } from '../../base/errors.ts';
import type { ForwardMatrix } from '../../frames/color-matrix.ts';
import type {
  BlockQuantizer,
  BlockVectors,
  FrameKernels,
  HalfSamplePlanes,
  LumaChromaPlanes,
  SamplePlane,
  SearchedSize,
  SearchRange,
  StreamAnalysis,
} from '../frame-kernels.ts';
import { failureOf, type LosableDevice } from '../plain/device-loss.ts';
import { padPlane } from '../plain/sample-planes.ts';
import type { GpuHandle, GpuJsInstance, GpuJsKernel, GpuJsModule, GpuMode } from './gpu-js.ts';
import { GpuJsAnalysis } from './gpu-js-analysis.ts';
import { flatten, less1, release, unpackVectors } from './gpu-js-results.ts';
import { requireKernel } from './gpu-js-version.ts';
import {
  bestCostSource,
  bestVectorSource,
  CHROMA_SOURCE,
  HALF_SAMPLES_SOURCE,
  halveSource,
  interCostSource,
  intraCostSource,
  LUMA_SOURCE,
  PADDING,
  sadFieldSource,
  searchRowSource,
  TRANSFORM_COLUMNS_SOURCE,
  TRANSFORM_ROWS_SOURCE,
} from './kernel-sources.ts';

/** Names of gpu.js for what runs: both versions of WebGL are `gpu`. */
const BACKENDS: Readonly<Record<GpuMode, string>> = {
  webgpu: 'webgpu',
  webgl2: 'gpu',
  webasm: 'webasm',
  cpu: 'cpu',
};

/** One GPU with the kernels that were asked for, each built once for each size. */
export class GpuJsFrameKernels implements FrameKernels {
  readonly backend: string;
  private readonly library: GpuJsModule;
  private readonly mode: GpuMode;
  private readonly gpu: GpuJsInstance;
  /** The device of mode `webgpu`, which may say why it fails. */
  private readonly webGpu: LosableDevice | null;
  private readonly built = new Map<string, GpuJsKernel>();

  constructor(library: GpuJsModule, mode: GpuMode, webGpu: LosableDevice | null = null) {
    this.library = library;
    this.mode = mode;
    this.webGpu = webGpu;
    this.backend = `gpu.js ${mode}`;
    this.gpu = new library.GPU({ mode });
  }

  async halve(plane: SamplePlane): Promise<SamplePlane> {
    const width = plane.width >> 1;
    const height = plane.height >> 1;
    const padded = await this.halvePadded(
      this.input(plane.samples, plane.width),
      width,
      height,
      false,
    );
    const stride = width + 2 * PADDING;
    const all = flatten(padded, stride, height + 2 * PADDING);
    const samples = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const from = (y + PADDING) * stride + PADDING;
      samples.set(all.subarray(from, from + width), y * width);
    }
    return { samples, width, height };
  }

  async searchBlocks(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<BlockVectors> {
    const across = current.width / size;
    const down = current.height / size;
    const planes = [this.padded(current), this.padded(reference)] as const;
    const rows = await this.searchRows(planes, across, down, size, range);
    const costs = await this.run(bestCostSource(range), [across, down], [rows]);
    const vectors = await this.run(bestVectorSource(range), [across, down], [rows]);
    release(rows);
    return {
      costs: Int32Array.from(flatten(costs, across, down), less1),
      ...unpackVectors(flatten(vectors, across, down), range),
    };
  }

  async sadField(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<Int32Array> {
    const across = current.width / size;
    const count = across * (current.height / size);
    const vectors = (2 * range + 1) ** 2;
    const planes = [this.padded(current), this.padded(reference)];
    const field = await this.run(sadFieldSource(size, range, across), [vectors, count], planes);
    return Int32Array.from(flatten(field, vectors, count));
  }

  async intraCosts(plane: SamplePlane): Promise<Int32Array> {
    const output = [plane.width / 8, plane.height / 8] as const;
    const costs = await this.run(intraCostSource(), output, [this.padded(plane)]);
    return Int32Array.from(flatten(costs, ...output), less1);
  }

  async interCosts(
    current: SamplePlane,
    reference: SamplePlane,
    vectors: Pick<BlockVectors, 'x' | 'y'>,
  ): Promise<Int32Array> {
    const output = [current.width / 8, current.height / 8] as const;
    const packed = this.input(packVectors(vectors, PADDING), output[0]);
    const values = [this.padded(current), this.padded(reference), packed];
    const costs = await this.run(interCostSource(PADDING), output, values);
    return Int32Array.from(flatten(costs, ...output), less1);
  }

  async transformQuantize(
    residual: Int16Array,
    width: number,
    height: number,
    quantizer: BlockQuantizer,
  ): Promise<Int16Array> {
    const output = [width, height] as const;
    const rows = await this.keep(TRANSFORM_ROWS_SOURCE, output, [this.input(residual, width)]);
    const { even, odd, mixed, offset, bits } = quantizer;
    const values = [rows, even, odd, mixed, offset, 2 ** (8 - bits)];
    const levels = await this.run(TRANSFORM_COLUMNS_SOURCE, output, values);
    release(rows);
    return Int16Array.from(flatten(levels, width, height));
  }

  async halfSamples(plane: SamplePlane): Promise<HalfSamplePlanes> {
    const { width, height } = plane;
    const packed = await this.run(HALF_SAMPLES_SOURCE, [width, height], [this.padded(plane)]);
    const all = flatten(packed, width, height);
    const b = new Uint8Array(all.length);
    const h = new Uint8Array(all.length);
    const j = new Uint8Array(all.length);
    for (let i = 0; i < all.length; i++) {
      b[i] = all[i];
      h[i] = all[i] >> 8;
      j[i] = all[i] >> 16;
    }
    return { b, h, j };
  }

  async rgbToYuv420(
    rgb: Uint8Array,
    width: number,
    height: number,
    matrix: ForwardMatrix,
  ): Promise<LumaChromaPlanes> {
    const picture = this.input(rgb, 3 * width);
    const { yr, yg, yb, cbr, cbg, cbb, crr, crg, crb, lumaOffset } = matrix;
    // The rounding term and the zero of each plane, over 256: convert-rgb-to-yuv.ts has both as sums.
    const lumaZero = 256 * lumaOffset + 128;
    const chromaZero = 128 * 2048 + 1024;
    const weights = weightsOf(yr, yg, yb, lumaZero);
    const luma = await this.run(LUMA_SOURCE, [width, height], [picture, weights]);
    const chromaSize = [width >> 1, height >> 1] as const;
    const chromaWeights = [
      weightsOf(cbr, cbg, cbb, chromaZero),
      weightsOf(crr, crg, crb, chromaZero),
    ];
    const chroma = await this.run(CHROMA_SOURCE, chromaSize, [picture, ...chromaWeights]);
    const packed = flatten(chroma, ...chromaSize);
    const cb = Uint8Array.from(packed, (value) => value & 255);
    const cr = Uint8Array.from(packed, (value) => value >> 8);
    return { luma: Uint8Array.from(flatten(luma, width, height)), cb, cr };
  }

  openAnalysis(): StreamAnalysis {
    return new GpuJsAnalysis(this);
  }

  async close(): Promise<void> {
    this.built.clear();
    await this.gpu.destroy();
  }

  /** Rows of candidates of every block; stays on the GPU. */
  searchRows(
    planes: readonly [unknown, unknown],
    across: number,
    down: number,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<GpuHandle> {
    return this.keep(searchRowSource(size, range), [across, down, 2 * range + 1], planes);
  }

  /** Halves `picture` to `width` by `height` samples and their padding; `stays` on the GPU if asked. */
  halvePadded(picture: unknown, width: number, height: number, stays: boolean): Promise<unknown> {
    const output = [width + 2 * PADDING, height + 2 * PADDING];
    const source = halveSource(width, height);
    return stays ? this.keep(source, output, [picture]) : this.run(source, output, [picture]);
  }

  private padded(plane: SamplePlane): unknown {
    const { samples, width } = padPlane(plane, PADDING);
    return this.input(samples, width);
  }

  /** Numbers as a kernel takes them, in rows of `width`. */
  input(values: ArrayLike<number>, width: number): unknown {
    // Its types know no other array; the class takes any.
    return new this.library.Input(values as number[], [width, values.length / width]);
  }

  /** Runs a kernel and reads its result back. */
  run(source: string, output: readonly number[], values: readonly unknown[]) {
    return this.call(source, output, values, false);
  }

  /** Runs a kernel whose result stays on the GPU. */
  async keep(source: string, output: readonly number[], values: readonly unknown[]) {
    return (await this.call(source, output, values, true)) as GpuHandle;
  }

  /** Builds a kernel when it is first wanted, calls it, and sees that gpu.js has not put another backend in its place. */
  private async call(
    source: string,
    output: readonly number[],
    values: readonly unknown[],
    stays: boolean,
  ): Promise<unknown> {
    const key = `${stays} ${output} ${kindsOf(values)} ${source}`;
    let kernel = this.built.get(key);
    const isNew = kernel === undefined;
    if (kernel === undefined) {
      kernel = this.gpu.createKernel(source, {
        output: [...output],
        precision: 'single',
        tactic: 'precision',
        asyncMode: true,
        pipeline: stays,
        immutable: stays,
      });
      requireKernel(kernel);
      this.built.set(key, kernel);
    }
    let result: unknown;
    try {
      result = await kernel(...values);
    } catch (error) {
      throw this.webGpu === null ? error : await failureOf(this.webGpu, error);
    }
    if (isNew) this.checkBackend(kernel);
    return result;
  }

  private checkBackend({ kernel }: GpuJsKernel): void {
    const { mode: runs } = kernel.constructor as { readonly mode?: string };
    const reason = kernel.fallbackReason ?? null;
    if (runs === BACKENDS[this.mode] && reason === null) return;
    const why = reason === null ? '' : `: ${String(reason)}`;
    throw new UnsupportedError('gpu', `gpu.js was asked for ${this.mode} and runs ${runs}${why}`);
  }
}

/** Whether each value is an array, a handle or a number: gpu.js builds a kernel for the kinds of its first call. */
function kindsOf(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'number' ? 'n' : value?.constructor.name)).join();
}

/** Vectors as `bestVectorSource` gives them: row · 128 + column, plus 1. */
function packVectors({ x, y }: Pick<BlockVectors, 'x' | 'y'>, range: number): Float32Array {
  return Float32Array.from(x, (_, i) => (y[i] + range) * 128 + x[i] + range + 1);
}

/** High bytes of three weights, their low bytes, and what is added over 256. */
function weightsOf(red: number, green: number, blue: number, zero: number): number[] {
  const weights = [red, green, blue];
  return [...weights.map((w) => Math.floor(w / 256)), ...weights.map((w) => w & 255), zero];
}
