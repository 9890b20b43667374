/** What stands in the page for the memory of kernels (kernel-memory.ts): they are always made here, never handed over. */
import type { Exports, KernelMemory, KernelSet } from '../src/wasm/kernel-memory.ts';
import { MEMORY_MODULE, MEMORY_NAME, ModuleBuilder } from '../src/wasm/module-builder.ts';

/** Bytes of a page of memory, WebAssembly 2.0 clause 4.2.8. */
const PAGE_SIZE = 0x10000;

export function plainMemory(byteLength: number): KernelMemory {
  return { buffer: new ArrayBuffer(4 * Math.ceil(byteLength / 4)), memory: null, exports: null };
}

/** A set of kernels: a module that is written and compiled the first time that it is needed. */
export class KernelModule {
  private readonly write: (m: ModuleBuilder) => void;
  private compiled: WebAssembly.Module | null = null;

  constructor(_name: string, write: (m: ModuleBuilder) => void) {
    this.write = write;
  }

  requireKernels(_where: string, value: boolean): boolean {
    return value;
  }

  /** Plain memory where the browser has none for kernels, or makes no code. */
  createMemory(byteLength: number, kernels = true): KernelMemory {
    try {
      const pages = Math.max(1, Math.ceil(byteLength / PAGE_SIZE));
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      const exports = this.over({ memory }, kernels);
      if (exports !== null) return { buffer: memory.buffer as ArrayBuffer, memory, exports };
    } catch {
      // As without kernels.
    }
    return plainMemory(byteLength);
  }

  over({ memory }: { readonly memory: object | null }, kernels = true): Exports | null {
    if (memory === null || !kernels) return null;
    if (this.compiled === null) {
      const builder = new ModuleBuilder();
      this.write(builder);
      this.compiled = new WebAssembly.Module(builder.encode());
    }
    const imports = { [MEMORY_MODULE]: { [MEMORY_NAME]: memory as WebAssembly.Memory } };
    return new WebAssembly.Instance(this.compiled, imports).exports as Exports;
  }
}

export const NO_KERNELS: KernelSet = {
  requireKernels: () => false,
  createMemory: plainMemory,
};
