/**
 * The kernels of an encoder: the innermost functions, over its one memory, in one of two ways that give the same bits. The
 * plain ones are functions over typed arrays. Where the engine has vector instructions and lets code be made, kernels of
 * `../vector` take their place.
 */

import { KernelModule, type VectorKernels } from '../../../wasm/kernel-memory.ts';
import { type IntraKernels, plainIntraKernels } from '../standard/intra-kernels.ts';
import { plainSampleKernels, type SampleKernels } from '../standard/sample-kernels.ts';
import { defineDeblocking } from '../vector/deblock.ts';
import { defineDistortion } from '../vector/distortion.ts';
import { defineHalveRows } from '../vector/halve-rows.ts';
import { defineInterpolation } from '../vector/interpolation.ts';
import { defineIntra } from '../vector/intra.ts';
import { defineResidual } from '../vector/residual.ts';
import { intra4x4Costs, isNear, sad4, sad8, sad16, satd, searchWord, ssd } from './distortion.ts';
import { halveRows } from './halve-rows.ts';
import type { Quantizer } from './quantize.ts';
import { plainResidualKernels, type ResidualKernels } from './residual-kernels.ts';

/** SAD of a block of `height` rows that may stop once it has reached `limit`; see `sad16` of distortion.ts. */
type LimitedSad = (
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  height: number,
  limit: number,
) => number;

/** Kernels beside those that a decoder would share. Positions and strides are in bytes; see distortion.ts. */
export interface EncoderKernels extends SampleKernels, ResidualKernels, IntraKernels {
  readonly sad16: LimitedSad;
  readonly sad8: LimitedSad;
  sad4(a: number, strideA: number, b: number, strideB: number, height: number): number;
  satd(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    width: number,
    height: number,
    limit: number,
  ): number;
  /** Makes `searchWord`s of `count` bytes, a multiple of 16. */
  searchBlock(from: number, to: number, count: number): void;
  isNear(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    size: number,
    limit: number,
  ): number;
  /** See halve-rows.ts. */
  halveRows(from: number, stride: number, to: number, count: number): void;
  ssd(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    width: number,
    height: number,
  ): number;
  intra4x4Costs(
    source: number,
    sourceStride: number,
    predictions: number,
    modes: number,
    costs: number,
  ): void;
}

/** A buffer, its views, and the kernels over it. */
export interface KernelBuffer {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly words: Int32Array;
  readonly kernels: EncoderKernels;
}

/** The vector kernels of H.264; a row of src/pipeline/kernel-sets.ts. */
export const H264_KERNELS = /* @__PURE__ */ new KernelModule('h264', (m) => {
  defineDistortion(m);
  defineInterpolation(m);
  defineResidual(m);
  defineHalveRows(m);
  defineDeblocking(m);
  defineIntra(m);
});

/**
 * Allocates a zeroed buffer of at least `byteLength` bytes.
 * @param vectorKernels which vector kernels are used, if there can be any
 * @param quantizers what kernels of residuals know by index; for vector ones they must be written to the buffer
 */
export function createKernelBuffer(
  byteLength: number,
  vectorKernels: VectorKernels,
  quantizers: readonly Quantizer[] = [],
): KernelBuffer {
  const { buffer, exports } = H264_KERNELS.createMemory(byteLength, vectorKernels);
  const bytes = new Uint8Array(buffer);
  const clamped = new Uint8ClampedArray(buffer);
  const words = new Int32Array(buffer);
  const halves = new Int16Array(buffer);
  const plain = plainKernels(bytes, clamped, words, halves, quantizers);
  // The same keys in the same order in either case, so that the engine sees one shape.
  return { bytes, clamped, words, kernels: { ...plain, ...exports } };
}

function plainKernels(
  bytes: Uint8Array,
  clamped: Uint8ClampedArray,
  words: Int32Array,
  halves: Int16Array,
  quantizers: readonly Quantizer[],
): EncoderKernels {
  return {
    ...plainSampleKernels(bytes, clamped, words),
    ...plainIntraKernels(bytes, words),
    ...plainResidualKernels(words, halves, clamped, quantizers),
    sad16: (a, strideA, b, strideB, height, limit) =>
      sad16(words, a, strideA, b, strideB, height, limit),
    sad8: (a, strideA, b, strideB, height, limit) =>
      sad8(words, a, strideA, b, strideB, height, limit),
    sad4: (a, strideA, b, strideB, height) => sad4(words, a, strideA, b, strideB, height),
    satd: (a, strideA, b, strideB, width, height, limit) =>
      satd(words, a, strideA, b, strideB, width, height, limit),
    searchBlock: (from, to, count) => {
      const end = (from + count) >> 2;
      for (let a = from >> 2, b = to >> 2; a < end; a++, b++) words[b] = searchWord(words[a]);
    },
    isNear: (a, strideA, b, strideB, size, limit) =>
      isNear(words, a, strideA, b, strideB, size, limit),
    halveRows: (from, stride, to, count) => halveRows(bytes, from, stride, to, count),
    ssd: (a, strideA, b, strideB, width, height) =>
      ssd(bytes, a, strideA, b, strideB, width, height),
    intra4x4Costs: (source, sourceStride, predictions, modes, costs) =>
      intra4x4Costs(words, source, sourceStride, predictions, modes, costs),
  };
}
