/** Memory for one coder, and the kernels over it: vector ones where they can be, plain ones elsewhere. */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { JpegKernels } from './contract.ts';
import { plainKernels } from './plain/kernels.ts';
import { JPEG_KERNELS } from './vector/index.ts';

/** A buffer, its views, and the kernels over it. */
export interface JpegMemory {
  readonly buffer: ArrayBuffer;
  readonly bytes: Uint8Array;
  readonly halves: Int16Array;
  readonly words: Int32Array;
  readonly singles: Float32Array;
  readonly kernels: JpegKernels;
}

/** Places in a memory that is yet to be made. */
export class MemoryPlan {
  size = 0;

  /** The byte position of room for so many bytes, a multiple of 16. */
  place(byteLength: number): number {
    const at = this.size;
    this.size += (byteLength + 15) & ~15;
    return at;
  }
}

/**
 * The memory of the picture before, for the next one: making one with kernels over it takes 60 microseconds, as much as all else for
 * pictures of 16x16. It has at most `LARGEST_SPARE` bytes.
 */
let spare: { readonly memory: JpegMemory; readonly vectorKernels: VectorKernels } | null = null;
const LARGEST_SPARE = 1 << 20;
/** Bytes behind those that were asked for that are zero as well: kernels may look a little ahead. */
const MARGIN = 1 << 10;

/** Hands back a memory that is used no more. */
export function giveBackMemory(memory: JpegMemory, vectorKernels: VectorKernels): void {
  if (memory.buffer.byteLength <= LARGEST_SPARE) spare = { memory, vectorKernels };
}

/** A zeroed memory of at least that many bytes. */
export function createMemory(byteLength: number, vectorKernels: VectorKernels): JpegMemory {
  if (spare?.vectorKernels === vectorKernels && spare.memory.buffer.byteLength >= byteLength) {
    const { memory } = spare;
    spare = null;
    memory.bytes.fill(0, 0, byteLength + MARGIN);
    return memory;
  }
  const { buffer, exports } = JPEG_KERNELS.createMemory(byteLength, vectorKernels);
  return {
    buffer,
    bytes: new Uint8Array(buffer),
    halves: new Int16Array(buffer),
    words: new Int32Array(buffer),
    singles: new Float32Array(buffer),
    kernels: { ...plainKernels(buffer), ...(exports as Partial<JpegKernels> | null) },
  };
}
