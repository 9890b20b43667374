/**
 * Kernels over whole pictures: what a GPU can do ahead of the macroblock loop. Here is their contract. `plain/` keeps it in
 * TypeScript and is what every other implementation is compared with; `gpujs/` keeps it by gpu.js, `wgsl/` by shaders of our own.
 * All results are integers, and each implementation gives the same ones.
 *
 * Where samples outside a plane are needed, its edge samples are repeated.
 */
import type { PictureAnalysis } from '../codecs/h264/encoder/picture-analysis.ts';
import type { ForwardMatrix } from '../frames/color-matrix.ts';

/** Samples of 8 bits, row after row without a gap. */
export interface SamplePlane {
  readonly samples: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Width and height of the blocks that are searched. */
export type SearchedSize = 8 | 16;

/** Vectors reach from -range to range on both axes. */
export type SearchRange = 16 | 32;

/** The best vector of each block, blocks in raster order. */
export interface BlockVectors {
  /** SAD at the vector, plus |x| + |y|. Of equal costs the first in raster order of the vector (y, then x) is taken. */
  readonly costs: Int32Array;
  readonly x: Int8Array;
  readonly y: Int8Array;
}

/** Three planes of half samples, clause 8.4.2.2.1, each of the size of the picture: right of, below, and between both. */
export interface HalfSamplePlanes {
  readonly b: Uint8Array;
  readonly h: Uint8Array;
  readonly j: Uint8Array;
}

/** How coefficients become levels: (|c| · multiplier + offset) >> bits, with the sign of c. */
export interface BlockQuantizer {
  /** Multiplier of coefficients in even rows and columns. */
  readonly even: number;
  /** Multiplier of those in odd rows and columns. */
  readonly odd: number;
  /** Multiplier of the others. */
  readonly mixed: number;
  /** Below 2^bits / 2. */
  readonly offset: number;
  /** 15 to 23. */
  readonly bits: number;
}

/** Y'CbCr with chroma halved both ways. */
export interface LumaChromaPlanes {
  readonly luma: Uint8Array;
  readonly cb: Uint8Array;
  readonly cr: Uint8Array;
}

/** Analyzes the pictures of one stream, in the order in which they are shown. */
export interface StreamAnalysis {
  /**
   * Analyzes a luma plane, whose width and height are multiples of 16 and stay the same, against the one of the call before. Its
   * samples are taken over: nobody changes them any more. Calls may overlap.
   */
  analyze(luma: SamplePlane): Promise<PictureAnalysis>;
  /** Gives back what the analysis holds, once the last picture is analyzed. */
  close(): Promise<void>;
}

/** Everything that can be asked of an implementation. Results belong to the caller. */
export interface FrameKernels {
  /** The name of the backend, for people: `typescript`, `gpu.js webgpu`, `WGSL`. */
  readonly backend: string;
  /** Halves a plane: each sample is the rounded mean of four. Width and height are even. */
  halve(plane: SamplePlane): Promise<SamplePlane>;
  /**
   * Searches every block of `current` in `reference` at every vector of the range. Width and height are multiples of the block's
   * size.
   */
  searchBlocks(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<BlockVectors>;
  /** All SADs that `searchBlocks` compares: for each block (2 · range + 1)² in raster order of the vector. */
  sadField(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<Int32Array>;
  /** `PictureAnalysis.intra` of a plane whose width and height are multiples of 8. */
  intraCosts(plane: SamplePlane): Promise<Int32Array>;
  /** SATD of each 8x8 block at its vector, at most 32 either way: `PictureAnalysis.inter`. */
  interCosts(
    current: SamplePlane,
    reference: SamplePlane,
    vectors: Pick<BlockVectors, 'x' | 'y'>,
  ): Promise<Int32Array>;
  /**
   * Core transform of 4x4 blocks (the inverse of clause 8.5.12.2, transposed) and quantization.
   * @param residual within -255..255, row after row; width and height are multiples of 4
   * @returns levels where the samples were
   */
  transformQuantize(
    residual: Int16Array,
    width: number,
    height: number,
    quantizer: BlockQuantizer,
  ): Promise<Int16Array>;
  /** Interpolates a plane. */
  halfSamples(plane: SamplePlane): Promise<HalfSamplePlanes>;
  /** Converts packed R, G, B of 8 bits, as `rgbToYuv` of src/frames does. Width and height are even. */
  rgbToYuv420(
    rgb: Uint8Array,
    width: number,
    height: number,
    matrix: ForwardMatrix,
  ): Promise<LumaChromaPlanes>;
  /** Begins the analysis of a stream of pictures; many may be open. */
  openAnalysis(): StreamAnalysis;
  /** Gives back what the implementation holds. No method may be called afterwards. */
  close(): Promise<void>;
}
