/** gpu.js and WebGPU for Node, where `npm ci --prefix test/gpu` has put them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type GpuJsModule, offerWebGpu as provideWebGpu } from '../../../src/gpu/index.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(`${folder}package.json`);

/** Where Debian's Chromium has a Vulkan driver in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** gpu.js; null if it is not installed. */
export function loadGpuJs(): GpuJsModule | null {
  return existsSync(`${folder}node_modules/gpu.js`) ? require('gpu.js') : null;
}

/** What the adapter's name is made of. */
interface WebGpu {
  requestAdapter(): Promise<{
    readonly info: { readonly [key in 'vendor' | 'architecture' | 'description']?: string };
  }>;
}

/** Puts WebGPU where gpu.js looks for it. Returns the adapter's name; null if none answers. */
export async function offerWebGpu(library: GpuJsModule): Promise<string | null> {
  if (!existsSync(`${folder}node_modules/webgpu`)) return null;
  // A driver that is named by the environment, or is installed, comes first.
  if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER)) {
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  }
  try {
    provideWebGpu(require('webgpu'));
    if (!(await library.GPU.isWebGPUAvailable())) return null;
    const { gpu } = navigator as unknown as { gpu: WebGpu };
    const { info } = await gpu.requestAdapter();
    return [info.vendor, info.architecture, info.description].filter(Boolean).join(' ');
  } catch (error) {
    console.log(`webgpu: ${error}`);
    return null;
  }
}
