/** Memory for one decoder, and the kernels over it: vector ones where they can be, plain ones elsewhere. */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { ReadKernels } from './contract.ts';
import { plainReadKernels } from './plain/read-kernels.ts';
import { JPEG_READ_KERNELS } from './vector/read-kernels.ts';

/** A buffer, its views, and the kernels over it. */
export interface ReadMemory {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly halves: Int16Array;
  readonly kernels: ReadKernels;
}

/** A zeroed memory of at least that many bytes. */
export function createReadMemory(byteLength: number, vectorKernels: VectorKernels): ReadMemory {
  const { buffer, exports } = JPEG_READ_KERNELS.createMemory(byteLength, vectorKernels);
  return {
    bytes: new Uint8Array(buffer),
    clamped: new Uint8ClampedArray(buffer),
    halves: new Int16Array(buffer),
    kernels: { ...plainReadKernels(buffer), ...(exports as Partial<ReadKernels> | null) },
  };
}
