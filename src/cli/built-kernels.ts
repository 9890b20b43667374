/** The kernels that the build wrote to `kernels.wasm`, beside the program. */
import { readFileSync } from 'node:fs';
import { offerBuiltKernels } from '../wasm/kernel-memory.ts';

/** Takes the kernels from a file, if there is one that this engine can use: writing them at start takes 0.03 s. */
export function takeKernelsFrom(file: URL): void {
  offerBuiltKernels(() => {
    try {
      return new WebAssembly.Module(readFileSync(file));
    } catch {
      return null;
    }
  });
}
