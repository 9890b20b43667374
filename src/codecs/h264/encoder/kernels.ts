/**
 * The kernels of an encoder: the innermost functions, over its one memory, in one of two ways that give the same bits. The
 * plain ones are functions over typed arrays. Where the engine has vector instructions and lets code be made, kernels of
 * `../vector` take their place.
 */

import { KernelModule } from '../../../wasm/kernel-memory.ts';
import { plainSampleKernels, type SampleKernels } from '../standard/sample-kernels.ts';
import { defineDeblocking } from '../vector/deblock.ts';
import { defineDistortion } from '../vector/distortion.ts';
import { defineInterpolation } from '../vector/interpolation.ts';
import { sad4, sad8, sad16, satd, ssd } from './distortion.ts';

/** Kernels beside those that a decoder would share. Positions and strides are in bytes; see distortion.ts. */
export interface EncoderKernels extends SampleKernels {
  sad16(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    height: number,
    limit: number,
  ): number;
  sad8(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    height: number,
    limit: number,
  ): number;
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
  ssd(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    width: number,
    height: number,
  ): number;
}

/** A buffer, its views, and the kernels over it. */
export interface KernelBuffer {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly words: Int32Array;
  readonly kernels: EncoderKernels;
}

const VECTOR_KERNELS = /* @__PURE__ */ new KernelModule((m) => {
  defineDistortion(m);
  defineInterpolation(m);
  defineDeblocking(m);
});

/** Allocates a zeroed buffer of at least `byteLength` bytes. `withVectors`: use vector kernels if there can be any. */
export function createKernelBuffer(byteLength: number, withVectors: boolean): KernelBuffer {
  const { buffer, exports } = withVectors
    ? VECTOR_KERNELS.createMemory(byteLength)
    : { buffer: new ArrayBuffer((byteLength + 3) & ~3), exports: null };
  const bytes = new Uint8Array(buffer);
  const clamped = new Uint8ClampedArray(buffer);
  const words = new Int32Array(buffer);
  const plain = plainKernels(bytes, clamped, words);
  // The same keys in the same order in either case, so that the engine sees one shape.
  return { bytes, clamped, words, kernels: { ...plain, ...exports } };
}

function plainKernels(
  bytes: Uint8Array,
  clamped: Uint8ClampedArray,
  words: Int32Array,
): EncoderKernels {
  return {
    ...plainSampleKernels(bytes, clamped, words),
    sad16: (a, strideA, b, strideB, height, limit) =>
      sad16(words, a, strideA, b, strideB, height, limit),
    sad8: (a, strideA, b, strideB, height, limit) =>
      sad8(words, a, strideA, b, strideB, height, limit),
    sad4: (a, strideA, b, strideB, height) => sad4(words, a, strideA, b, strideB, height),
    satd: (a, strideA, b, strideB, width, height, limit) =>
      satd(words, a, strideA, b, strideB, width, height, limit),
    ssd: (a, strideA, b, strideB, width, height) =>
      ssd(bytes, a, strideA, b, strideB, width, height),
  };
}
