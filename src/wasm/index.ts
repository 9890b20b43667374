/** WebAssembly modules with vector instructions, put together in TypeScript. This is `vitrine/kernels`: kernels that were made before. */
export { type CompiledModule, provideKernels, type VectorKernels } from './kernel-memory.ts';
