/** `--gpu`: pictures are analyzed ahead on a GPU, by the gpu.js that is installed where the program is started. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConfigError, messageOf } from '../base/errors.ts';
import type { StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { GPU_MODES, type GpuJsModule } from '../gpu/gpujs/gpu-js.ts';
import type { GpuKernels, WebGpuPackage } from '../gpu/index.ts';
import type { OptionTable } from './options.ts';

const MODES = ['auto', ...GPU_MODES] as const;

/** The analysis as the stream reports it. */
export type Analysis = NonNullable<VideoStreamInfo['analysis']>;

/** The option. */
// biome-ignore format: one line per option
export const GPU_OPTION = {
  gpu: { kind: 'choice', choices: MODES, help: 'full motion search ahead of H.264, by gpu.js if it is installed in this folder (docs/gpu)' },
} as const satisfies OptionTable;

/**
 * Opens the GPU. One that fails or computes wrong is replaced by TypeScript, of which `describeAnalysis` tells.
 * @param folder where packages are looked for
 * @throws ConfigError if gpu.js is not installed, or cannot be loaded
 */
export async function openGpu(
  mode: (typeof MODES)[number],
  folder = process.cwd(),
): Promise<GpuKernels> {
  const require = createRequire(join(folder, 'package.json'));
  let library: unknown;
  try {
    library = load(require, 'gpu.js');
  } catch (error) {
    throw new ConfigError('--gpu', `gpu.js cannot be loaded: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  if (library === null) {
    const advice = 'type npm install gpu.js webgpu, or leave the option away';
    throw new ConfigError('--gpu', `gpu.js is not installed in ${folder}; ${advice}`);
  }
  // Loaded where it is asked for: no other command needs it.
  const { gpuKernels, GpuKernels, offerWebGpu } = await import('../gpu/index.ts');
  let absence: string | null = null;
  if (mode === 'auto' || mode === 'webgpu') {
    try {
      const webgpu = load(require, 'webgpu');
      if (webgpu === null) absence = `package webgpu is not installed in ${folder}`;
      else offerWebGpu(webgpu as WebGpuPackage);
    } catch (error) {
      absence = `package webgpu cannot be loaded: ${reasonOf(error)}`;
    }
  }
  const gpu = await gpuKernels(library as GpuJsModule, mode === 'auto' ? {} : { mode });
  if (gpu.fallbackReason === null || absence === null) return gpu;
  return new GpuKernels(gpu.kernels, `${gpu.fallbackReason} (${absence})`);
}

/** A package; null if it is not installed. Throws what it throws. */
function load(require: NodeJS.Require, name: string): unknown {
  try {
    return require(name);
  } catch (error) {
    // What it needs itself, or its own file, may be missing as well.
    if (reasonOf(error) === `Cannot find module '${name}'`) return null;
    throw error;
  }
}

/** What is said of a package that does not load, in one line; Node lists after it which modules required it. */
function reasonOf(error: unknown): string {
  const [reason] = messageOf(error).split('\nRequire stack:');
  return inOneLine(reason!);
}

function inOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

/** Who analyzed the pictures of a stream, in a line: the backend, and why it is not what was asked for. */
export function describeAnalysis({ backend, fallbackReason }: Analysis): string {
  const reason = fallbackReason === null ? '' : `, since ${inOneLine(fallbackReason)}`;
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
