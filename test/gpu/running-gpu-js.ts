/** A module that looks like gpu.js and runs kernels as the JavaScript that they are, with faults that a test wants. */
import type { GpuJsModule, GpuMode } from '../../src/gpu/index.ts';

/** Rows of a result, or planes of rows. */
export type Rows = Float32Array[] | Float32Array[][];

/** Changes a result of a kernel, given its source and whether it stays on the GPU. Throws, or gives another, as it likes. */
export type Fault = (rows: Rows, source: string, stays: boolean) => unknown;

type Kernel = (this: { readonly thread: object }, ...values: unknown[]) => number;

class RunningInput {
  readonly rows: Float32Array[];

  constructor(values: ArrayLike<number>, [width, height]: [number, number]) {
    const all = Float32Array.from(values);
    this.rows = Array.from({ length: height }, (_, y) => all.subarray(y * width, (y + 1) * width));
  }
}

/** The module; `mode` is the one that it says it runs. */
export function runningGpuJs(fault: Fault = (rows) => rows, mode: GpuMode = 'cpu'): GpuJsModule {
  class RunningGpu {
    static async isWebGPUAvailable() {
      return false;
    }

    createKernel(source: string, settings: { output: readonly number[]; pipeline: boolean }) {
      const { output, pipeline } = settings;
      const kernel: Kernel = new Function(`return ${source}`)();
      const run = async (...values: unknown[]) => {
        const given = values.map((value) => (value instanceof RunningInput ? value.rows : value));
        return fault(runAll(kernel, output, given), source, pipeline);
      };
      return Object.assign(run, { kernel: { constructor: { mode }, fallbackReason: null } });
    }

    destroy() {}
  }
  return { GPU: RunningGpu, Input: RunningInput } as unknown as GpuJsModule;
}

function runAll(kernel: Kernel, output: readonly number[], values: readonly unknown[]): Rows {
  const [width = 1, height = 1, depth] = output;
  const plane = (z: number) =>
    Array.from({ length: height }, (_, y) =>
      Float32Array.from({ length: width }, (__, x) =>
        kernel.call({ thread: { x, y, z } }, ...values),
      ),
    );
  return depth === undefined ? plane(0) : Array.from({ length: depth }, (_, z) => plane(z));
}
