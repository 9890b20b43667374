/** The types of WebGPU that we use (the W3C's WebGPU, sections 5 to 20). Its types are not in TypeScript's library without the DOM. */

/** GPUDevice. */
export interface GpuDevice {
  readonly queue: GpuQueue;
  readonly limits: { readonly maxStorageBufferBindingSize: number };
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(descriptor: { readonly code: string }): GpuShaderModule;
  createComputePipeline(descriptor: {
    readonly layout: 'auto';
    readonly compute: { readonly module: GpuShaderModule; readonly entryPoint: string };
  }): GpuComputePipeline;
  createBindGroup(descriptor: {
    readonly layout: unknown;
    readonly entries: readonly { binding: number; resource: { buffer: GpuBuffer } }[];
  }): unknown;
  createCommandEncoder(): GpuCommandEncoder;
}

/** GPUQueue. */
export interface GpuQueue {
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void;
  submit(commands: readonly unknown[]): void;
}

/** GPUBuffer. */
export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** GPUShaderModule. */
export interface GpuShaderModule {
  getCompilationInfo?(): Promise<{
    readonly messages: readonly { readonly type: string; readonly message: string }[];
  }>;
}

/** GPUComputePipeline. */
export interface GpuComputePipeline {
  getBindGroupLayout(index: number): unknown;
}

/** GPUCommandEncoder. */
export interface GpuCommandEncoder {
  beginComputePass(): GpuComputePass;
  clearBuffer(buffer: GpuBuffer): void;
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
  finish(): unknown;
}

/** GPUComputePassEncoder. */
export interface GpuComputePass {
  setPipeline(pipeline: GpuComputePipeline): void;
  setBindGroup(index: number, group: unknown): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

/** GPUBufferUsage. */
export const BufferUsage = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, STORAGE: 128 } as const;
/** GPUMapMode.READ. */
export const MAP_READ = 1;
