/** Modules that look like gpu.js and compute what a test wants. */
import type { GpuJsModule } from '../../src/gpu/index.ts';

/** A gpu.js whose kernels give `value` everywhere, or throw what `value` throws, or never answer. */
export function fakeGpuJs(
  value: () => number,
  mode = 'webasm',
  { answers = true } = {},
): GpuJsModule {
  class FakeGpu {
    static async isWebGPUAvailable() {
      return false;
    }
    createKernel(_source: string, { output }: { readonly output: readonly number[] }) {
      const [width = 1, height = 1, depth = 1] = output;
      const plane = () =>
        Array.from({ length: height }, () => new Float32Array(width).fill(value()));
      const kernel = () =>
        !answers
          ? new Promise(() => {})
          : Promise.resolve(depth > 1 ? Array.from({ length: depth }, plane) : plane());
      return Object.assign(kernel, { kernel: { constructor: { mode }, fallbackReason: null } });
    }
    destroy() {}
  }
  class FakeInput {}
  return { GPU: FakeGpu, Input: FakeInput } as unknown as GpuJsModule;
}
