/** `--gpu`: pictures are analyzed ahead on a GPU, by the gpu.js that is installed where the program is started. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConfigError } from '../base/errors.ts';
import type { StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { GPU_MODES, type GpuJsModule } from '../gpu/gpujs/gpu-js.ts';
import type { GpuKernels } from '../gpu/index.ts';
import type { OptionTable } from './options.ts';

const MODES = ['auto', ...GPU_MODES] as const;

/** The analysis as the stream reports it. */
export type Analysis = NonNullable<VideoStreamInfo['analysis']>;

/** The option. */
// biome-ignore format: one line per option
export const GPU_OPTION = {
  gpu: { kind: 'choice', choices: MODES, help: 'full motion search ahead of H.264, by gpu.js if it is installed in this folder (docs/gpu.md)' },
} as const satisfies OptionTable;

/**
 * Opens the GPU. One that fails or computes wrong is replaced by TypeScript, of which `describeAnalysis` tells.
 * @param folder where packages are looked for
 * @throws ConfigError if gpu.js is not installed
 */
export async function openGpu(
  mode: (typeof MODES)[number],
  folder = process.cwd(),
): Promise<GpuKernels> {
  const require = createRequire(join(folder, 'package.json'));
  const library = load(require, 'gpu.js');
  if (library === null) {
    const advice = 'type npm install gpu.js webgpu, or leave the option away';
    throw new ConfigError('--gpu', `gpu.js is not installed in ${folder}; ${advice}`);
  }
  try {
    offerWebGpu(require);
  } catch {
    // It is not installed, or this system cannot load it: then no adapter answers, and TypeScript computes.
  }
  // Loaded where it is asked for: no other command needs it.
  const { gpuKernels } = await import('../gpu/index.ts');
  return gpuKernels(library as GpuJsModule, mode === 'auto' ? {} : { mode });
}

/** A package; null if it is not installed. */
function load(require: NodeJS.Require, name: string): unknown {
  try {
    return require(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND') return null;
    const { message } = error as Error;
    throw new ConfigError('--gpu', `${name} cannot be loaded: ${message}`, { cause: error });
  }
}

/** Puts the WebGPU of package `webgpu` where gpu.js looks for it, unless the platform has one. Throws where the package cannot be loaded. */
export function offerWebGpu(require: NodeJS.Require): void {
  if ((globalThis.navigator as { gpu?: unknown } | undefined)?.gpu !== undefined) return;
  const webgpu: { create(flags: string[]): unknown; globals: object } = require('webgpu');
  Object.assign(globalThis, webgpu.globals);
  const navigator = { gpu: webgpu.create([]) };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

/** Who analyzed the pictures of a stream, in a line: the backend, and why it is not what was asked for. */
export function describeAnalysis({ backend, fallbackReason }: Analysis): string {
  const reason = fallbackReason === null ? '' : `, since ${fallbackReason}`;
  return `motion searched by ${backend}${reason}`;
}

/** What the first stream of pictures that was analyzed apart says of it; null if none was. */
export function analysisOf(
  encoders: readonly { readonly streamInfo: StreamInfo }[],
): Analysis | null {
  for (const { streamInfo } of encoders) {
    if (streamInfo.kind === 'video' && streamInfo.analysis !== undefined) {
      const { backend, fallbackReason } = streamInfo.analysis;
      return { backend, fallbackReason };
    }
  }
  return null;
}
