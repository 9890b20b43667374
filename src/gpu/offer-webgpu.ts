/** WebGPU for Node, which has none of its own. */

/** What we use of the package `webgpu`, as `await import('webgpu')` gives it. */
export interface WebGpuPackage {
  create(flags: string[]): unknown;
  readonly globals: object;
}

/** Puts the WebGPU of package `webgpu` where gpu.js looks for it, unless the platform has one. Throws what the package throws. */
export function offerWebGpu(library: WebGpuPackage): void {
  if ((globalThis.navigator as { gpu?: unknown } | undefined)?.gpu !== undefined) return;
  const navigator = { gpu: library.create([]) };
  Object.assign(globalThis, library.globals);
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}
