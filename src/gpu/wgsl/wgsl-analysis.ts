/** The analysis of pictures of one size by shaders of our own (shaders.ts): buffers, pipelines, dispatch. */
import { UnsupportedError } from '../../base/errors.ts';
import { TurnQueue } from '../../base/turn-queue.ts';
import type { PictureAnalysis } from '../../codecs/h264/encoder/picture-analysis.ts';
import type {
  BlockVectors,
  SamplePlane,
  SearchedSize,
  SearchRange,
  StreamAnalysis,
} from '../frame-kernels.ts';
import { LARGEST_COST, requireComputed } from '../plain/answer.ts';
import { ANALYSIS_RANGE } from '../plain/block-search.ts';
import { failureOf } from '../plain/device-loss.ts';
import { padPlane } from '../plain/sample-planes.ts';
import {
  cellSumShader,
  halveShader,
  interShader,
  intraShader,
  PADDING,
  PLACE_BITS,
  paddedSize,
  SEARCHED_TOGETHER,
  searchShader,
} from './shaders.ts';
import {
  BufferUsage,
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuComputePipeline,
  type GpuDevice,
  MAP_READ,
} from './webgpu.ts';

/** Threads of a group that each take a block. */
const BLOCK_THREADS = 64;
/** Steps of a picture that has none before it. */
const FIRST_STEPS = 3;

/** A pipeline and what it reads and writes, in the order of its bindings. */
interface Step {
  readonly pipeline: GpuComputePipeline;
  readonly buffers: readonly GpuBuffer[];
  readonly groups: readonly [x: number, y: number];
}

/** Buffers and pipelines for pictures of one size; each picture is compared with the one before. */
class SizedAnalysis {
  private readonly device: GpuDevice;
  private readonly blocks: number;
  private readonly picture: GpuBuffer;
  /** This picture and the one before, halved, in turn. */
  private readonly planes: readonly [GpuBuffer, GpuBuffer];
  /** The sums of cells of both. */
  private readonly sums: readonly [GpuBuffer, GpuBuffer];
  private readonly intra: GpuBuffer;
  private readonly keys: GpuBuffer;
  private readonly inter: GpuBuffer;
  /** The number of the picture, which comes back with its results: what is read may be of the picture before. */
  private readonly number: GpuBuffer;
  private readonly readBack: GpuBuffer;
  private readonly steps: readonly (readonly Step[])[];
  private analyzed = 0;

  /** For luma planes of `width` by `height` samples, multiples of 16. */
  constructor(device: GpuDevice, width: number, height: number) {
    this.device = device;
    const half = [width / 2, height / 2] as const;
    const { stride, rows } = paddedSize(...half);
    this.blocks = (width / 16) * (height / 16);
    this.picture = storage(device, width * height);
    this.planes = [storage(device, stride * rows), storage(device, stride * rows)];
    this.sums = [storage(device, 2 * stride * rows), storage(device, 2 * stride * rows)];
    this.intra = storage(device, 4 * this.blocks);
    this.keys = storage(device, 4 * this.blocks);
    this.inter = storage(device, 4 * this.blocks);
    this.number = storage(device, 4);
    this.readBack = device.createBuffer({
      size: 12 * this.blocks + this.number.size,
      usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST,
    });
    const halve = compile(device, halveShader(...half));
    const intra = compile(device, intraShader(...half));
    const sum = compile(device, cellSumShader(...half, 8));
    const search = compile(device, searchShader(...half, 8, ANALYSIS_RANGE));
    const inter = compile(device, interShader(...half, ANALYSIS_RANGE));
    const blockGroups = [Math.ceil(this.blocks / BLOCK_THREADS), 1] as const;
    this.steps = [0, 1].map((now) => {
      const planes = [this.planes[now], this.planes[1 - now]];
      const sums = [this.sums[now], this.sums[1 - now]];
      const [current] = planes;
      return [
        { pipeline: halve, buffers: [this.picture, current], groups: planeGroups(...half) },
        { pipeline: intra, buffers: [current, this.intra], groups: blockGroups },
        { pipeline: sum, buffers: [current, sums[0]], groups: planeGroups(...half) },
        {
          pipeline: search,
          buffers: [...planes, ...sums, this.keys],
          groups: searchGroups(...half, 8),
        },
        { pipeline: inter, buffers: [...planes, this.keys, this.inter], groups: blockGroups },
      ];
    });
  }

  /** The next picture: its samples, row after row. */
  async analyze(samples: Uint8Array): Promise<PictureAnalysis> {
    const { device, blocks } = this;
    const isFirst = this.analyzed === 0;
    const steps = this.steps[this.analyzed++ & 1];
    const number = this.analyzed;
    device.queue.writeBuffer(this.picture, 0, samples);
    device.queue.writeBuffer(this.number, 0, Uint32Array.of(number));
    const encoder = device.createCommandEncoder();
    // What a shader that does not run leaves is 0, which is refused.
    for (const result of [this.intra, this.inter, this.keys]) encoder.clearBuffer(result);
    runSteps(device, encoder, isFirst ? steps.slice(0, FIRST_STEPS) : steps);
    const results = isFirst ? [this.intra] : [this.intra, this.inter, this.keys];
    const values = await readResults(device, encoder, [...results, this.number], this.readBack);
    if (values.at(-1) !== number) {
      throw new UnsupportedError('gpu', 'the GPU gave the results of another picture');
    }
    const intra = costsOf(values.subarray(0, blocks));
    if (isFirst) {
      return { intra, inter: new Int32Array(0), x: new Int8Array(0), y: new Int8Array(0) };
    }
    const inter = costsOf(values.subarray(blocks, 2 * blocks));
    const { x, y } = vectorsOf(values.subarray(2 * blocks, 3 * blocks), 8, ANALYSIS_RANGE);
    return { intra, inter, x, y };
  }

  /** Gives the buffers back. */
  close(): void {
    const { picture, planes, sums, intra, keys, inter, number, readBack } = this;
    for (const buffer of [picture, ...planes, ...sums, intra, keys, inter, number, readBack]) {
      buffer.destroy();
    }
  }
}

/** See `StreamAnalysis`. */
export class WgslAnalysis implements StreamAnalysis {
  private readonly device: GpuDevice;
  private sized: SizedAnalysis | null = null;
  private readonly queue = new TurnQueue();

  constructor(device: GpuDevice) {
    this.device = device;
  }

  analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    const { samples, width, height } = luma;
    return this.queue.run(async () => {
      this.sized ??= new SizedAnalysis(this.device, width, height);
      return this.sized.analyze(samples);
    });
  }

  close(): Promise<void> {
    return this.queue.run(async () => {
      this.sized?.close();
      this.sized = null;
    });
  }
}

/** `FrameKernels.searchBlocks` by a shader, compiled once for each size of planes and blocks. */
export class WgslSearch {
  private readonly device: GpuDevice;
  private readonly compiled = new Map<string, GpuComputePipeline>();

  constructor(device: GpuDevice) {
    this.device = device;
  }

  /** See `FrameKernels.searchBlocks`. */
  async search(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<BlockVectors> {
    const { device } = this;
    const { width, height } = current;
    const planes = [current, reference].map((plane) => {
      const { samples } = padPlane(plane, PADDING);
      const buffer = storage(device, samples.length);
      device.queue.writeBuffer(buffer, 0, samples);
      return buffer;
    });
    const sums = planes.map(({ size: bytes }) => storage(device, 2 * bytes));
    const keys = storage(device, (4 * width * height) / (size * size));
    const usage = BufferUsage.MAP_READ | BufferUsage.COPY_DST;
    const readBack = device.createBuffer({ size: keys.size, usage });
    try {
      const sum = this.pipeline(cellSumShader(width, height, size));
      const encoder = device.createCommandEncoder();
      runSteps(device, encoder, [
        ...planes.map((plane, i) => {
          return { pipeline: sum, buffers: [plane, sums[i]], groups: planeGroups(width, height) };
        }),
        {
          pipeline: this.pipeline(searchShader(width, height, size, range)),
          buffers: [...planes, ...sums, keys],
          groups: searchGroups(width, height, size),
        },
      ]);
      const found = await readResults(device, encoder, [keys], readBack);
      return {
        costs: Int32Array.from(found, (key) => key >>> PLACE_BITS),
        ...vectorsOf(found, size, range),
      };
    } finally {
      for (const buffer of [...planes, ...sums, keys, readBack]) buffer.destroy();
    }
  }

  private pipeline(code: string): GpuComputePipeline {
    let pipeline = this.compiled.get(code);
    if (pipeline === undefined) {
      pipeline = compile(this.device, code);
      this.compiled.set(code, pipeline);
    }
    return pipeline;
  }
}

/** Groups of threads that take four samples each of a padded plane. */
function planeGroups(width: number, height: number): readonly [x: number, y: number] {
  const { stride, rows } = paddedSize(width, height);
  return [Math.ceil(stride / 32), Math.ceil(rows / 8)];
}

/** Groups of threads that search the blocks of a plane. */
function searchGroups(
  width: number,
  height: number,
  size: number,
): readonly [x: number, y: number] {
  return [Math.ceil(width / size / SEARCHED_TOGETHER), height / size];
}

/** Bytes a buffer is made of are whole words. */
function storage(device: GpuDevice, bytes: number): GpuBuffer {
  if (bytes > device.limits.maxStorageBufferBindingSize) {
    throw new UnsupportedError(
      'gpu',
      `the picture takes ${bytes} bytes, more than the device binds`,
    );
  }
  const usage = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC;
  return device.createBuffer({ size: bytes, usage });
}

function compile(device: GpuDevice, code: string): GpuComputePipeline {
  const module = device.createShaderModule({ code });
  return device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
}

function runSteps(device: GpuDevice, encoder: GpuCommandEncoder, steps: readonly Step[]): void {
  const pass = encoder.beginComputePass();
  for (const { pipeline, buffers, groups } of steps) {
    pass.setPipeline(pipeline);
    const layout = pipeline.getBindGroupLayout(0);
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(...groups);
  }
  pass.end();
}

/** Submits the commands and gives the words of `results` one after another. */
async function readResults(
  device: GpuDevice,
  encoder: GpuCommandEncoder,
  results: readonly GpuBuffer[],
  readBack: GpuBuffer,
): Promise<Uint32Array> {
  let bytes = 0;
  for (const result of results) {
    encoder.copyBufferToBuffer(result, 0, readBack, bytes, result.size);
    bytes += result.size;
  }
  device.queue.submit([encoder.finish()]);
  try {
    await readBack.mapAsync(MAP_READ);
  } catch (error) {
    throw await failureOf(device, error);
  }
  const words = new Uint32Array(readBack.getMappedRange().slice(0, bytes));
  readBack.unmap();
  return words;
}

/** Costs by numbers that are 1 too high; 0 says that the GPU computed nothing. */
function costsOf(values: Uint32Array): Int32Array {
  requireComputed(values, LARGEST_COST);
  return Int32Array.from(values, (value) => value - 1);
}

/** Vectors by the keys of `searchShader`. None is 0: the first vector costs its length. */
function vectorsOf(keys: Uint32Array, size: number, range: number): Pick<BlockVectors, 'x' | 'y'> {
  const side = 2 * range + 1;
  requireComputed(keys, ((255 * size * size + 2 * range + 1) << PLACE_BITS) - 1);
  const places = keys.map((key) => key & (2 ** PLACE_BITS - 1));
  requireComputed(
    places.map((place) => place + 1),
    side * side,
  );
  return {
    x: Int8Array.from(places, (place) => (place % side) - range),
    y: Int8Array.from(places, (place) => Math.floor(place / side) - range),
  };
}
