/** Rows of components of 8 bits, into the memory of kernels and out of it. */
import type { Component } from '../pixels/picture-work.ts';

/** A component of 8 bits. */
export type ByteComponent = Component & { readonly data: Uint8Array };

/** The place of samples of 8 bits, or of packed pixels of them; `step` is from one to the next in a row. */
export type SamplePlane = Pick<ByteComponent, 'data' | 'offset' | 'stride' | 'step'>;

/** Takes out places in one memory, one after another; behind each, kernels may read and write 64 bytes. */
export class MemoryPlan {
  end = 0;

  /** Takes so many bytes; their place is a multiple of 16. */
  take(bytes: number): number {
    const at = this.end;
    this.end += ((bytes + 15) & ~15) + 64;
    return at;
  }
}

/** Copies `count` samples of row `y` to `bytes`, beside each other. */
export function readRow(
  { data, offset, stride, step }: SamplePlane,
  y: number,
  bytes: Uint8Array,
  to: number,
  count: number,
): void {
  const from = offset + y * stride;
  if (step === 1) bytes.set(data.subarray(from, from + count), to);
  else for (let i = 0, p = from; i < count; i++, p += step) bytes[to + i] = data[p]!;
}

/** Copies `count` samples beside each other to row `y`. */
export function writeRow(
  { data, offset, stride, step }: SamplePlane,
  y: number,
  bytes: Uint8Array,
  from: number,
  count: number,
): void {
  const to = offset + y * stride;
  if (step === 1) data.set(bytes.subarray(from, from + count), to);
  else for (let i = 0, q = to; i < count; i++, q += step) data[q] = bytes[from + i]!;
}
