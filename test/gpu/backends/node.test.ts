/**
 * The kernels by gpu.js in Node against their plain twins, on every backend that is there. `cpu` and `webasm` need gpu.js alone; `webgpu`
 * needs a Vulkan driver as well, which may be one in software.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { GpuJsFrameKernels } from '../../../src/gpu/gpujs/gpu-js-kernels.ts';
import { gpuKernels } from '../../../src/gpu/index.ts';
import { compareAll } from '../compare-all.ts';
import { loadGpuJs, offerWebGpu } from './load-gpu-js.ts';

const library = loadGpuJs();
if (library === null) console.log('gpu.js is not there: npm ci --prefix test/gpu');

describe.skipIf(library === null)('gpu.js in Node', () => {
  it.each(['cpu', 'webasm'] as const)('%s', async (mode) => {
    const kernels = new GpuJsFrameKernels(library!, mode);
    const count = await compareAll(kernels);
    console.log(`${kernels.backend}: ${count} numbers, all as TypeScript gives them`);
    await kernels.close();
  });

  describe('webgpu', () => {
    let adapter: string | null = null;
    beforeAll(async () => {
      adapter = await offerWebGpu(library!);
      if (adapter === null) {
        console.log(
          'webgpu: no adapter; VK_ICD_FILENAMES may name a driver, such as Chromium’s vk_swiftshader_icd.json',
        );
      }
    });

    it.for([true, false])('WGSL %s', async (wgsl, context) => {
      if (adapter === null) context.skip();
      const { kernels, fallbackReason } = await gpuKernels(library!, { mode: 'webgpu', wgsl });
      expect(fallbackReason).toBeNull();
      const count = await compareAll(kernels);
      console.log(
        `${kernels.backend} on ${adapter}: ${count} numbers, all as TypeScript gives them`,
      );
      await kernels.close();
    });
  });
});
