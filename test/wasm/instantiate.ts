/** Kernels over memory of their own, where a module that is not valid throws why, which `KernelModule` keeps to itself. */
import type { Exports } from '../../src/wasm/kernel-memory.ts';
import { MEMORY_MODULE, MEMORY_NAME, ModuleBuilder } from '../../src/wasm/module-builder.ts';

/** Bytes of the memory that `instantiate` gives. */
export const MEMORY_SIZE = 0x10000;

/** Compiles the functions that `write` defines. The memory is one page, zeroed. */
export function instantiate(write: (m: ModuleBuilder) => void): {
  bytes: Uint8Array;
  exports: Exports;
} {
  const builder = new ModuleBuilder();
  write(builder);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const imports = { [MEMORY_MODULE]: { [MEMORY_NAME]: memory } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.encode()), imports);
  return { bytes: new Uint8Array(memory.buffer), exports: exports as Exports };
}
