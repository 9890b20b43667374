/** Choosing what computes: the best GPU that gives the right numbers, else TypeScript. */
import { ConfigError, messageOf, UnsupportedError } from '../base/errors.ts';
import type { FrameKernels } from './frame-kernels.ts';
import { GPU_MODES, type GpuJsModule, type GpuMode } from './gpujs/gpu-js.ts';
import { GpuJsFrameKernels } from './gpujs/gpu-js-kernels.ts';
import { GuardedAnalysis } from './guarded-analysis.ts';
import { findWrongKernel } from './known-answers.ts';
import { answerWithin, closeQuietly, DEFAULT_TIMEOUT_MS } from './plain/answer.ts';
import { PlainFrameKernels } from './plain/plain-frame-kernels.ts';
import type { GpuDevice } from './wgsl/webgpu.ts';
import { WgslFrameKernels } from './wgsl/wgsl-frame-kernels.ts';

/** The options of `gpuKernels`. */
export interface GpuKernelsOptions {
  /**
   * The backend of gpu.js. Default: `webgpu` if an adapter answers, else `webgl2` if the platform has it. `webasm` and `cpu` are slower
   * than TypeScript, and are there to test kernels.
   */
  readonly mode?: GpuMode;
  /** Whether our own shaders search and analyze where the mode is `webgpu`; else gpu.js does. Default: true. */
  readonly wgsl?: boolean;
  /**
   * Longest wait for one answer of the GPU, in milliseconds, above 0; TypeScript computes instead of a GPU that takes longer. Default:
   * 60,000.
   */
  readonly timeoutMs?: number;
}

/** Kernels, and what became of the wish for a GPU. Hand it to an encoder: `encoderConfig: { gpu }`. */
export class GpuKernels {
  readonly kernels: FrameKernels;
  /** Why `kernels` are those in TypeScript; null if they are the GPU's. */
  readonly fallbackReason: string | null;
  private readonly timeoutMs: number;

  /** Made by `gpuKernels`. */
  constructor(
    kernels: FrameKernels,
    fallbackReason: string | null,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ) {
    this.kernels = kernels;
    this.fallbackReason = fallbackReason;
    this.timeoutMs = timeoutMs;
  }

  /** Begins the analysis of a stream's pictures, which goes on in TypeScript if the GPU fails. */
  openAnalysis(): GuardedAnalysis {
    return new GuardedAnalysis(this.kernels, this.fallbackReason, this.timeoutMs);
  }

  /** Gives the GPU back. One that fails to close, or takes long, is left alone: what was encoded is not lost for it. */
  close(): Promise<void> {
    return closeQuietly(() => this.kernels.close());
  }
}

/**
 * Opens the GPU by gpu.js, which the caller hands in: `await gpuKernels(await import('gpu.js'))`. A GPU that fails, does not
 * answer, or gives one wrong number of the known answers is refused, and TypeScript computes instead; `fallbackReason` says why.
 * @throws ConfigError if `library` is not gpu.js, the mode is none, or `timeoutMs` is not above 0
 */
export async function gpuKernels(
  library: GpuJsModule,
  options: GpuKernelsOptions = {},
): Promise<GpuKernels> {
  const loaded = moduleOf(library);
  const { mode, wgsl = true, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (mode !== undefined && !GPU_MODES.includes(mode)) {
    throw new ConfigError('gpu.mode', `got ${String(mode)}, allowed are ${GPU_MODES.join(', ')}`);
  }
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0 && timeoutMs < 2 ** 31)) {
    throw new ConfigError(
      'gpu.timeoutMs',
      `got ${String(timeoutMs)}, allowed is above 0, below 2^31`,
    );
  }
  const plain = new PlainFrameKernels();
  let kernels: FrameKernels | null = null;
  try {
    requireVersion(loaded);
    const chosen = mode ?? (await answerWithin(timeoutMs, bestMode(loaded)));
    if (chosen === null) return new GpuKernels(plain, 'no GPU answers');
    kernels = await answerWithin(timeoutMs, openKernels(loaded, chosen, wgsl));
    const wrong = await findWrongKernel(kernels, plain, timeoutMs);
    if (wrong === null) return new GpuKernels(kernels, null, timeoutMs);
    giveBack(kernels);
    return new GpuKernels(plain, `${kernels.backend}: wrong numbers from ${wrong}`);
  } catch (error) {
    if (kernels !== null) giveBack(kernels);
    const reason = messageOf(error);
    return new GpuKernels(plain, `${kernels?.backend ?? mode ?? 'gpu.js'}: ${reason}`);
  }
}

/** Gives back a GPU that is refused, without waiting for it. */
function giveBack(kernels: FrameKernels): void {
  void closeQuietly(() => kernels.close());
}

/** The module's exports; those of a CommonJS module may lie under `default`. */
function moduleOf(library: GpuJsModule): GpuJsModule {
  const inner = (library as { default?: GpuJsModule } | undefined)?.default;
  for (const candidate of [library, inner]) {
    if (typeof candidate?.GPU === 'function' && typeof candidate.Input === 'function') {
      return candidate;
    }
  }
  throw new ConfigError(
    'gpu.library',
    'needed is gpu.js, 2.24.1 or later, below 3: pass what import("gpu.js") gives',
  );
}

/** Throws `UnsupportedError` for a gpu.js that lacks what is needed of it. */
function requireVersion({ GPU }: GpuJsModule): void {
  if (typeof GPU.isWebGPUAvailable === 'function') return;
  throw new UnsupportedError('gpu', 'needed is gpu.js 2.24.1 or later, below 3; this one is older');
}

async function bestMode(library: GpuJsModule): Promise<GpuMode | null> {
  if (await library.GPU.isWebGPUAvailable()) return 'webgpu';
  return library.GPU.isWebGL2Supported === true ? 'webgl2' : null;
}

async function openKernels(
  library: GpuJsModule,
  mode: GpuMode,
  wgsl: boolean,
): Promise<FrameKernels> {
  if (mode !== 'webgpu' || !wgsl || library.WebGPUContext === undefined) {
    return new GpuJsFrameKernels(library, mode);
  }
  const { device } = await library.WebGPUContext.acquire();
  return new WgslFrameKernels(library, device as GpuDevice);
}
