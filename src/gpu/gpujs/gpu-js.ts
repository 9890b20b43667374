/** The types of gpu.js that we use; the caller hands the library in. Its own types need the DOM and are wrong in places. */

/** The module, as `await import('gpu.js')` gives it; versions from 2.24.1 on, below 3. */
export interface GpuJsModule {
  readonly GPU: GpuJsConstructor;
  readonly Input: new (values: number[], size: [number, number]) => unknown;
  /** The device that all kernels of mode `webgpu` share. */
  readonly WebGPUContext?: { acquire(): Promise<{ readonly device: unknown }> };
  /** Translates a function for the backend `cpu`; tells versions apart. */
  readonly CPUFunctionNode?: new (
    source: string,
    settings: object,
  ) => object;
}

/** The class GPU. */
export interface GpuJsConstructor {
  new (options: { readonly mode: GpuMode }): GpuJsInstance;
  /** Whether a WebGPU adapter answers; `navigator.gpu` must be there. */
  isWebGPUAvailable(): Promise<boolean>;
  /** Whether WebGL 2 is there. */
  readonly isWebGL2Supported?: boolean;
}

/** Backends of gpu.js. `cpu` and `webasm` are there to test kernels: they are slower than our TypeScript. */
export const GPU_MODES = ['webgpu', 'webgl2', 'webasm', 'cpu'] as const;

export type GpuMode = (typeof GPU_MODES)[number];

/** One GPU. */
export interface GpuJsInstance {
  createKernel(source: string, settings: KernelSettings): GpuJsKernel;
  destroy(): unknown;
}

/** A kernel; called with arrays, handles and numbers, it gives an array, a handle, or a promise of one. */
export interface GpuJsKernel {
  (...values: unknown[]): unknown;
  /** The kernel as it was built, after the first call. */
  readonly kernel: {
    /** A class, whose `mode` names the backend. */
    readonly constructor: unknown;
    readonly fallbackReason?: unknown;
  };
}

/** How a kernel is built. */
export interface KernelSettings {
  /** Size of the result: x, y, z. */
  readonly output: number[];
  /** Floats of 32 bits; `tactic` keeps mobile GPUs from 16. */
  readonly precision: 'single';
  readonly tactic: 'precision';
  readonly asyncMode: true;
  /** The result stays on the GPU, as a handle that later calls do not overwrite. */
  readonly pipeline?: boolean;
  readonly immutable?: boolean;
}

/** A result that stays on the GPU. */
export interface GpuHandle {
  delete?(): void;
}
