/**
 * The part of the encoder's memory that the search of scale factors uses, and the kernels over it: vector kernels where the
 * engine has them, plain ones elsewhere.
 */
import type { KernelMemory } from '../../../wasm/kernel-memory.ts';
import {
  type ChannelArrays,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../standard/huffman-tables.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import {
  BAND_OFFSET,
  CACHE_SIZE,
  CACHED_BITS,
  CACHED_NOISE,
  CHANNEL_BYTES,
  CODEBOOK,
  DELTA_ORIGIN,
  DELTAS,
  DROP,
  ENERGY,
  EXTRA_BITS,
  HIGHEST,
  LAMBDA,
  LAMBDA_2,
  LARGEST34,
  LEAST_ROUNDED,
  LOWEST,
  LOWEST_BOOK,
  MARGIN,
  NUM_DELTAS,
  QUANTIZED,
  ROOT_SUM,
  ROUNDING_REST,
  SCALE_FACTOR,
  type SearchKernels,
  SHARED_BYTES,
  SILENT,
  SPECTRUM,
  START,
  START_BITS,
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
  private readonly buffer: ArrayBuffer;
  /** Bands: what `tryScaleFactors` is given. */
  readonly start: Int32Array;
  readonly highest: Int32Array;
  readonly lowest: Int32Array;
  /** Bands: noise in silence. */
  readonly silent: Float32Array;
  /** All that comes before the parts of channels: see contract.ts. */
  readonly floats: Float32Array;
  private lambda = -1;
  private numChannels = 0;

  /**
   * @param memory its first `searchBytes` bytes are used
   * @param roundingFirst rounding of magnitudes that would become 0 or 1, `roundingRest` of larger ones, 0..0.5
   */
  constructor({ buffer, exports }: KernelMemory, roundingFirst: number, roundingRest: number) {
    this.buffer = buffer;
    this.kernels = (exports as SearchKernels | null) ?? plainSearchKernels(buffer);
    writeTables(buffer);
    this.floats = new Float32Array(buffer, 0, SHARED_BYTES / 4);
    this.floats[ROUNDING_REST / 4] = roundingRest;
    this.floats[LEAST_ROUNDED / 4] = 1 - roundingFirst;
    this.floats.fill(Number.POSITIVE_INFINITY, DELTAS / 4, DELTAS / 4 + NUM_DELTAS);
    const ofBands = (at: number) => new Int32Array(buffer, at, MAX_BANDS);
    this.start = ofBands(START);
    this.highest = ofBands(HIGHEST);
    this.lowest = ofBands(LOWEST);
    this.silent = new Float32Array(buffer, SILENT, MAX_BANDS);
  }

  /** Sets the worth of a bit from now on, and the bounds of the search in bits: see `PRUNE_BITS`, `DROP_BITS`. */
  setLambda(lambda: number, pruneBits: number, dropBits: number, extraBits: number): void {
    const { floats } = this;
    if (lambda === this.lambda) return;
    this.lambda = lambda;
    floats[LAMBDA / 4] = lambda;
    floats[LAMBDA_2 / 4] = 2 * lambda;
    floats[MARGIN / 4] = lambda * pruneBits;
    floats[DROP / 4] = lambda * dropBits;
    floats[EXTRA_BITS / 4] = extraBits;
    // The first scale factor is global_gain; its own difference is 0.
    floats[START_BITS / 4] = lambda * SCALE_FACTOR_LENGTHS[MAX_SCALE_FACTOR_DELTA];
    const origin = DELTAS / 4 + DELTA_ORIGIN;
    for (let delta = -MAX_SCALE_FACTOR_DELTA; delta <= MAX_SCALE_FACTOR_DELTA; delta++) {
      floats[origin - delta] = lambda * SCALE_FACTOR_LENGTHS[MAX_SCALE_FACTOR_DELTA + delta];
    }
  }

  /** The part of the next channel; at most as many as `searchBytes` was asked for. */
  channel(): ChannelMemory {
    return new ChannelMemory(this.buffer, SHARED_BYTES + this.numChannels++ * CHANNEL_BYTES);
  }
}

/** The arrays of one channel. */
export class ChannelMemory implements ChannelArrays {
  /** The position by which kernels find it. */
  readonly position: number;
  readonly spectrum: Float64Array;
  readonly quantized: Int32Array;
  readonly energy: Float32Array;
  readonly rootSum: Float32Array;
  readonly largest34: Float32Array;
  readonly weight: Float32Array;
  readonly cachedNoise: Float32Array;
  readonly cachedBits: Int32Array;
  readonly bandOffset: Uint16Array;
  readonly codebook: Uint8Array;
  readonly scaleFactor: Int16Array;
  readonly lowestBook: Uint8Array;

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
    this.bandOffset = new Uint16Array(buffer, position + BAND_OFFSET, MAX_BANDS + 1);
    this.codebook = new Uint8Array(buffer, position + CODEBOOK, MAX_BANDS);
    this.scaleFactor = new Int16Array(buffer, position + SCALE_FACTOR, MAX_BANDS);
    this.lowestBook = new Uint8Array(buffer, position + LOWEST_BOOK, MAX_BANDS);
  }
}
