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
  readonly kernels: JpegKernels;
}

/** A zeroed memory of at least that many bytes. */
export function createMemory(byteLength: number, vectorKernels: VectorKernels): JpegMemory {
  const { buffer, exports } = JPEG_KERNELS.createMemory(byteLength, vectorKernels);
  return {
    buffer,
    bytes: new Uint8Array(buffer),
    halves: new Int16Array(buffer),
    kernels: { ...plainKernels(buffer), ...(exports as Partial<JpegKernels> | null) },
  };
}
