/** What the search of scale factors has in the encoder's memory, and the kernels over it: vector ones where they can be, plain ones elsewhere. */
import type { KernelMemory } from '../../../wasm/kernel-memory.ts';
import { MAX_BANDS } from '../standard/channel-stream.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import {
  CACHE_SIZE,
  CACHED_BITS,
  CACHED_NOISE,
  CANDIDATE_COST,
  CANDIDATE_SF,
  CHANNEL_BYTES,
  ENERGY,
  EXTRA_BITS,
  LAMBDA,
  LARGEST34,
  LEAST_ROUNDED,
  MARGIN,
  MOST_CANDIDATES,
  QUANTIZED,
  ROOT_SUM,
  ROUNDING_REST,
  type SearchKernels,
  SHARED_BYTES,
  SPECTRUM,
  WEIGHT,
  writeTables,
} from './contract.ts';
import { plainSearchKernels } from './plain-search.ts';

/** Bytes of a memory that the search needs. */
export function searchBytes(numChannels: number): number {
  return SHARED_BYTES + numChannels * CHANNEL_BYTES;
}

/** Tables in a memory, and room for channels. */
export class SearchMemory {
  readonly kernels: SearchKernels;
  readonly candidateSf: Int32Array;
  readonly candidateCost: Float32Array;
  private readonly buffer: ArrayBuffer;
  private readonly parameters: Float32Array;
  private numChannels = 0;

  /**
   * @param memory its first `searchBytes` bytes are used
   * @param roundingFirst rounding of magnitudes that would become 0 or 1, `roundingRest` of larger ones, 0..0.5
   */
  constructor({ buffer, exports }: KernelMemory, roundingFirst: number, roundingRest: number) {
    this.buffer = buffer;
    this.kernels = (exports as SearchKernels | null) ?? plainSearchKernels(buffer);
    writeTables(buffer);
    this.parameters = new Float32Array(buffer, 0, SHARED_BYTES / 4);
    this.parameters[ROUNDING_REST / 4] = roundingRest;
    this.parameters[LEAST_ROUNDED / 4] = 1 - roundingFirst;
    this.candidateSf = new Int32Array(buffer, CANDIDATE_SF, MOST_CANDIDATES);
    this.candidateCost = new Float32Array(buffer, CANDIDATE_COST, MOST_CANDIDATES);
  }

  /** What a bit is worth from now on, what a candidate may cost more than the best, and bits added to each. */
  setLambda(lambda: number, margin: number, extraBits: number): void {
    this.parameters[LAMBDA / 4] = lambda;
    this.parameters[MARGIN / 4] = margin;
    this.parameters[EXTRA_BITS / 4] = extraBits;
  }

  /** The part of the next channel; at most as many as `searchBytes` was asked for. */
  channel(): ChannelMemory {
    return new ChannelMemory(this.buffer, SHARED_BYTES + this.numChannels++ * CHANNEL_BYTES);
  }
}

/** The arrays of one channel. */
export class ChannelMemory {
  /** What kernels call it. */
  readonly position: number;
  readonly spectrum: Float64Array;
  readonly quantized: Int32Array;
  readonly energy: Float32Array;
  readonly rootSum: Float32Array;
  readonly largest34: Float32Array;
  readonly weight: Float32Array;
  readonly cachedNoise: Float32Array;
  readonly cachedBits: Int32Array;

  constructor(buffer: ArrayBuffer, position: number) {
    const bands = (at: number) => new Float32Array(buffer, position + at, MAX_BANDS);
    this.position = position;
    this.spectrum = new Float64Array(buffer, position + SPECTRUM, FRAME_LENGTH);
    this.quantized = new Int32Array(buffer, position + QUANTIZED, FRAME_LENGTH);
    this.energy = bands(ENERGY);
    this.rootSum = bands(ROOT_SUM);
    this.largest34 = bands(LARGEST34);
    this.weight = bands(WEIGHT);
    this.cachedNoise = new Float32Array(buffer, position + CACHED_NOISE, MAX_BANDS * CACHE_SIZE);
    this.cachedBits = new Int32Array(buffer, position + CACHED_BITS, MAX_BANDS * CACHE_SIZE);
  }
}
