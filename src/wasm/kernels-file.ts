/**
 * Kernels of all sets as one module, made ahead of time for engines that run WebAssembly but let no code be made: the file
 * `kernels.wasm`. A custom section says the hash of each set, by which a library knows the kernels of its own version.
 */
import { HASHES_SECTION, type KernelModule } from './kernel-memory.ts';
import { ModuleBuilder } from './module-builder.ts';

/** The bytes of `kernels.wasm`. */
export function kernelsFile(sets: readonly KernelModule[]): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  for (const set of sets) set.define(builder);
  const hashes = sets.map(({ name, hash }) => `${name}=${hash}`);
  return builder.encode({ name: HASHES_SECTION, text: hashes.join(',') });
}

/** The hashes of all sets, by their names. */
export function kernelHashes(sets: readonly KernelModule[]): Record<string, string> {
  return Object.fromEntries(sets.map(({ name, hash }) => [name, hash]));
}
