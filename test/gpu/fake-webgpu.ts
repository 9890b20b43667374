/** A WebGPU device without shaders: buffers, copies, and dispatches that write what a test wants. */
import type { GpuBuffer, GpuDevice } from '../../src/gpu/wgsl/webgpu.ts';

/** How the device behaves; may be changed at any time. */
export interface FakeDeviceState {
  /** Every word of the last buffer of a dispatch. */
  word: number;
  /** Whether dispatches write at all. */
  dispatches: boolean;
  /** Whether commands are done. */
  submits: boolean;
  /** What reading back rejects with; null if it works. */
  failure: unknown;
}

interface FakeBuffer extends GpuBuffer {
  readonly bytes: Uint8Array;
}

/** The device; `loss` is what it says of its loss. */
export function fakeDevice(
  state: FakeDeviceState,
  loss: GpuDevice['lost'] = new Promise(() => {}),
): GpuDevice {
  const commandEncoder = () => {
    const commands: (() => void)[] = [];
    let bound: readonly FakeBuffer[] = [];
    return {
      clearBuffer: (buffer: GpuBuffer) =>
        void commands.push(() => (buffer as FakeBuffer).bytes.fill(0)),
      copyBufferToBuffer(from: GpuBuffer, at: number, to: GpuBuffer, place: number, size: number) {
        const [source, target] = [from as FakeBuffer, to as FakeBuffer];
        commands.push(() => target.bytes.set(source.bytes.subarray(at, at + size), place));
      },
      beginComputePass: () => ({
        setPipeline() {},
        setBindGroup: (_index: number, group: unknown) => {
          bound = group as readonly FakeBuffer[];
        },
        dispatchWorkgroups() {
          const { bytes } = bound.at(-1)!;
          commands.push(() => {
            if (state.dispatches) new Uint32Array(bytes.buffer).fill(state.word);
          });
        },
        end() {},
      }),
      finish: () => commands,
    };
  };
  return {
    lost: loss,
    limits: { maxStorageBufferBindingSize: 2 ** 27 },
    queue: {
      writeBuffer: (buffer, offset, { buffer: data, byteOffset, byteLength }) =>
        (buffer as FakeBuffer).bytes.set(new Uint8Array(data, byteOffset, byteLength), offset),
      submit(lists) {
        if (!state.submits) return;
        for (const commands of lists as readonly (readonly (() => void)[])[]) {
          for (const command of commands) command();
        }
      },
    },
    createBuffer({ size }): FakeBuffer {
      const bytes = new Uint8Array(Math.ceil(size / 4) * 4);
      return {
        size,
        bytes,
        async mapAsync() {
          if (state.failure !== null) throw state.failure;
        },
        getMappedRange: () => bytes.buffer,
        unmap() {},
        destroy() {},
      };
    },
    createShaderModule: () => ({}),
    createComputePipeline: () => ({ getBindGroupLayout: () => null }),
    createBindGroup: ({ entries }) => entries.map(({ resource }) => resource.buffer),
    createCommandEncoder: commandEncoder,
  };
}
