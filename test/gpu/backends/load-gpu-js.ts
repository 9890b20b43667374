/** gpu.js and WebGPU for Node, where `npm ci --prefix test/gpu` has put them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { GpuJsModule } from '../../../src/gpu/index.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(`${folder}package.json`);

/** Where Debian's Chromium has a Vulkan driver in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** gpu.js; null if it is not installed. */
export function loadGpuJs(): GpuJsModule | null {
  return existsSync(`${folder}node_modules/gpu.js`) ? require('gpu.js') : null;
}

/** Puts WebGPU where gpu.js looks for it. Returns the adapter's name; null if none answers. */
export async function offerWebGpu(library: GpuJsModule): Promise<string | null> {
  if (!existsSync(`${folder}node_modules/webgpu`)) return null;
  // A driver that is named by the environment, or is installed, comes first.
  if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER)) {
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  }
  try {
    const { create, globals } = require('webgpu');
    Object.assign(globalThis, globals);
    const navigator = { gpu: create([]) };
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
    if (!(await library.GPU.isWebGPUAvailable())) return null;
    const { info } = await navigator.gpu.requestAdapter();
    return [info.vendor, info.architecture, info.description].filter(Boolean).join(' ');
  } catch (error) {
    console.log(`webgpu: ${error}`);
    return null;
  }
}
