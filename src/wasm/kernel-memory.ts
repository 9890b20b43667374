/**
 * Memory with kernels of a module over it, where the engine allows code to be made. Some do not: pages and workers with a
 * policy against it, engines without vector instructions. They get plain memory and no kernels, and whoever asked uses
 * functions that give the same bits.
 */
import { MEMORY_MODULE, MEMORY_NAME, ModuleBuilder } from './module-builder.ts';

/** Bytes of a page of memory, WebAssembly 2.0 clause 4.2.8. */
const PAGE_SIZE = 0x10000;

/** Exported functions by name; procedures return undefined. */
export type Exports = Readonly<Record<string, (...args: number[]) => number>>;

/** A buffer, and the functions that work on it; null where there are none. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  readonly exports: Exports | null;
}

/** Plain memory of at least that many bytes, whole words, zeroed. */
export function plainMemory(byteLength: number): KernelMemory {
  return { buffer: new ArrayBuffer(4 * Math.ceil(byteLength / 4)), exports: null };
}

/** A module that is written and compiled the first time that it is needed. */
export class KernelModule {
  private readonly write: (m: ModuleBuilder) => void;
  private compiled: WebAssembly.Module | null | undefined;

  /** `write` defines the functions. */
  constructor(write: (m: ModuleBuilder) => void) {
    this.write = write;
  }

  /** A memory of at least that many bytes, whole words, zeroed, with the kernels over it if there can be any. */
  createMemory(byteLength: number): KernelMemory {
    const module = this.compile();
    if (module !== null) {
      try {
        const pages = Math.max(1, Math.ceil(byteLength / PAGE_SIZE));
        const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
        const imports = { [MEMORY_MODULE]: { [MEMORY_NAME]: memory } };
        const { exports } = new WebAssembly.Instance(module, imports);
        return { buffer: memory.buffer as ArrayBuffer, exports: exports as Exports };
      } catch {
        // Engines reserve gigabytes of addresses for each such memory, and may have none left for many encoders at once.
      }
    }
    return plainMemory(byteLength);
  }

  private compile(): WebAssembly.Module | null {
    if (this.compiled === undefined) {
      const builder = new ModuleBuilder();
      this.write(builder);
      try {
        this.compiled = new WebAssembly.Module(builder.encode());
      } catch {
        this.compiled = null;
      }
    }
    return this.compiled;
  }
}
