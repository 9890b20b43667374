/** A row of samples over another by an opacity for each: to = (to · (255 - a) + from · a) / 255, rounded. */
import type { KernelMemory } from '../../wasm/kernel-memory.ts';
import { PIXEL_KERNELS } from './kernels.ts';
import type { Component } from './picture-work.ts';
import { mixRow } from './row-kernels.ts';

/** Samples that go through the kernels' memory at once. */
const CHUNK = 4096;
const FROM = 0;
const TO = CHUNK;
const OPACITY = 2 * CHUNK;

/** Mixes rows of 8-bit samples. */
export class RowMixer {
  private readonly memory: KernelMemory;
  private readonly bytes: Uint8Array;

  constructor(vectorKernels = true) {
    this.memory = PIXEL_KERNELS.createMemory(3 * CHUNK, vectorKernels);
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /** Mixes `count` samples of `from` at `p` into `to` at `q`; their opacity is `opacity[x]` and on. */
  mix(
    from: Component,
    p: number,
    to: Component,
    q: number,
    opacity: Uint8Array,
    x: number,
    count: number,
  ): void {
    const { exports } = this.memory;
    const [source, target] = [from.data as Uint8Array, to.data as Uint8Array];
    if (exports === null || from.step !== 1 || to.step !== 1) {
      mixRow(source, p, from.step, target, q, to.step, opacity, x, count);
      return;
    }
    const { bytes } = this;
    for (let done = 0; done < count; done += CHUNK) {
      const length = Math.min(CHUNK, count - done);
      bytes.set(source.subarray(p + done, p + done + length), FROM);
      bytes.set(target.subarray(q + done, q + done + length), TO);
      bytes.set(opacity.subarray(x + done, x + done + length), OPACITY);
      exports.over!(FROM, TO, OPACITY, (length + 15) >> 4);
      target.set(bytes.subarray(TO, TO + length), q + done);
    }
  }
}
