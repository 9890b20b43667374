/** Choosing what computes: the best GPU that gives the right numbers, else TypeScript. */
import {
  ConfigError,
  described,
  messageOf,
  rejectUnknownKeys,
  requireOneOf,
} from '../base/errors.ts';
import { unlessAborted } from '../base/pace.ts';
import type { AbortSignalLike } from '../base/platform.ts';
import type { FrameKernels } from './frame-kernels.ts';
import { GPU_MODES, type GpuJsModule, type GpuMode } from './gpujs/gpu-js.ts';
import { GpuJsFrameKernels } from './gpujs/gpu-js-kernels.ts';
import { moduleOf, requireVersion } from './gpujs/gpu-js-version.ts';
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
   * Longest wait for one answer of the GPU, in milliseconds, above 0; TypeScript computes instead of a GPU that takes longer. Time in
   * which the caller keeps the event loop busy hardly counts. Default: 60,000.
   */
  readonly timeoutMs?: number;
  /** Ends the wait for the GPU while it is opened: the call rejects at once with the signal's reason. */
  readonly signal?: AbortSignalLike;
}

const OPTIONS = ['mode', 'wgsl', 'timeoutMs', 'signal'];

/** Kernels, and what became of the wish for a GPU. Hand it to an encoder: `encoderConfig: { gpu }`. */
export class GpuKernels {
  private readonly opened: FrameKernels;
  private readonly timeoutMs: number;
  private reason: string | null;
  private trusted: FrameKernels;

  /** Made by `gpuKernels`. */
  constructor(
    kernels: FrameKernels,
    fallbackReason: string | null,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ) {
    this.opened = kernels;
    this.trusted = kernels;
    this.reason = fallbackReason;
    this.timeoutMs = timeoutMs;
  }

  /** What computes: those of the GPU, until it has given a wrong number, or no answer in time. */
  get kernels(): FrameKernels {
    return this.trusted;
  }

  /** Why `kernels` are those in TypeScript; null if they are the GPU's. */
  get fallbackReason(): string | null {
    return this.reason;
  }

  /** Begins the analysis of a stream's pictures, which goes on in TypeScript if the GPU fails or is found wrong. */
  openAnalysis(): GuardedAnalysis {
    const { trusted, reason, timeoutMs } = this;
    return new GuardedAnalysis(trusted, reason, timeoutMs, (why) => {
      this.reason = why;
      this.trusted = new PlainFrameKernels();
    });
  }

  /** Gives the GPU back. One that fails to close, or takes long, is left alone: what was encoded is not lost for it. */
  close(): Promise<void> {
    return closeQuietly(() => this.opened.close());
  }
}

/**
 * Opens the GPU by gpu.js, which the caller hands in: `await gpuKernels(await import('gpu.js'))`. A GPU that fails, does not
 * answer, or gives one wrong number of the known answers is refused, and TypeScript computes instead; `fallbackReason` says why.
 * @throws ConfigError if `library` is not gpu.js, or an option is none or has no such value
 */
export async function gpuKernels(
  library: GpuJsModule,
  options: GpuKernelsOptions = {},
): Promise<GpuKernels> {
  const loaded = moduleOf(library);
  checkOptions(options);
  const { mode, wgsl = true, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  signal?.throwIfAborted();
  const plain = new PlainFrameKernels();
  let kernels: FrameKernels | null = null;
  const wait = <T>(work: Promise<T>) => unlessAborted(answerWithin(timeoutMs, work), signal);
  try {
    requireVersion(loaded);
    const chosen = await wait(chooseMode(loaded, mode));
    if (chosen === null) return new GpuKernels(plain, noGpu(mode));
    kernels = await wait(openKernels(loaded, chosen, wgsl));
    const wrong = await findWrongKernel(kernels, plain, wait);
    if (wrong === null) return new GpuKernels(kernels, null, timeoutMs);
    giveBack(kernels);
    return new GpuKernels(plain, `${kernels.backend}: wrong numbers from ${wrong}`);
  } catch (error) {
    if (kernels !== null) giveBack(kernels);
    signal?.throwIfAborted();
    const reason = messageOf(error);
    return new GpuKernels(plain, `${kernels?.backend ?? mode ?? 'gpu.js'}: ${reason}`);
  }
}

/** Gives back a GPU that is refused, without waiting for it. */
function giveBack(kernels: FrameKernels): void {
  void closeQuietly(() => kernels.close());
}

function checkOptions(options: GpuKernelsOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError('gpu', `got ${described(options)}, needed are options in an object`);
  }
  rejectUnknownKeys('gpu', options, OPTIONS);
  const { mode, wgsl = true, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (mode !== undefined) requireOneOf('gpu.mode', mode, GPU_MODES);
  requireOneOf('gpu.wgsl', wgsl, [true, false]);
  if (typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs < 2 ** 31) return;
  throw new ConfigError(
    'gpu.timeoutMs',
    `got ${described(timeoutMs)}, allowed is above 0, below 2^31`,
  );
}

/** The mode that was asked for, or the best that there is; null where the GPU for it does not answer. */
async function chooseMode(
  { GPU }: GpuJsModule,
  wanted: GpuMode | undefined,
): Promise<GpuMode | null> {
  if (wanted !== undefined && wanted !== 'webgpu') return wanted;
  if (await GPU.isWebGPUAvailable()) return 'webgpu';
  return wanted === undefined && GPU.isWebGL2Supported === true ? 'webgl2' : null;
}

/** Why there is no GPU, and what may be missing. */
function noGpu(mode: GpuMode | undefined): string {
  const what = mode === undefined ? 'no GPU answers' : 'no WebGPU adapter answers';
  const needed = 'the package webgpu and a driver (Vulkan on Linux; VK_ICD_FILENAMES may name one)';
  return isBrowser() ? what : `${what}: outside of browsers it takes ${needed}`;
}

function isBrowser(): boolean {
  return (globalThis as { readonly document?: unknown }).document !== undefined;
}

async function openKernels(
  library: GpuJsModule,
  mode: GpuMode,
  wgsl: boolean,
): Promise<FrameKernels> {
  if (mode !== 'webgpu' || library.WebGPUContext === undefined) {
    return new GpuJsFrameKernels(library, mode);
  }
  const { device } = await library.WebGPUContext.acquire();
  return wgsl
    ? new WgslFrameKernels(library, device as GpuDevice)
    : new GpuJsFrameKernels(library, mode, device as GpuDevice);
}
