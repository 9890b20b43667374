/** A memory with the kernels over it: the plain ones, and in their place vector kernels where there are any. */
import type { KernelMemory, VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Kernels, MotionKernels } from '../kernels/contract.ts';
import { plainKernels } from '../kernels/plain/kernels.ts';
import type { Quantizer } from '../kernels/plain/quantize.ts';
import { H264_KERNELS } from '../kernels/vector/index.ts';

/** A buffer, its views, and the kernels over it. */
export interface KernelBuffer {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly words: Int32Array;
  readonly kernels: Kernels;
  /** Whole searches as kernels; null without vectors. */
  readonly motion: MotionKernels | null;
  /** The memory that further sets of kernels work on. */
  readonly kernelMemory: KernelMemory;
}

/**
 * Allocates a zeroed buffer of at least `byteLength` bytes.
 * @param vectorKernels which vector kernels are used, if there can be any
 * @param quantizers the quantizers that kernels of residuals know by index; for vector ones they must be written to the buffer
 * @param isFlat whether all scaling lists are flat; vector kernels know no others
 */
export function createKernelBuffer(
  byteLength: number,
  vectorKernels: VectorKernels,
  quantizers: readonly Quantizer[] = [],
  isFlat = true,
): KernelBuffer {
  const kernelMemory = H264_KERNELS.createMemory(byteLength, vectorKernels);
  const { buffer, exports } = kernelMemory;
  const bytes = new Uint8Array(buffer);
  const clamped = new Uint8ClampedArray(buffer);
  const words = new Int32Array(buffer);
  const halves = new Int16Array(buffer);
  const plain = plainKernels({ bytes, clamped, words, halves }, quantizers);
  // The same keys in the same order in either case, so that the engine sees one shape.
  const kernels = { ...plain, ...exports };
  if (!isFlat) {
    const { quantizeBlock, quantizePair, quantizeLuma } = plain;
    Object.assign(kernels, { quantizeBlock, quantizePair, quantizeLuma });
  }
  const motion = exports === null ? null : (exports as unknown as MotionKernels);
  return { bytes, clamped, words, kernels, motion, kernelMemory };
}
