/** The results of gpu.js kernels as typed arrays. */

import type { BlockVectors } from '../frame-kernels.ts';
import { requireComputed } from '../plain/answer.ts';
import type { GpuHandle } from './gpu-js.ts';

/**
 * The numbers of a result of two dimensions, row after row. Rows are views of one buffer on most backends, arrays of their own on
 * others.
 */
export function flatten(result: unknown, width: number, height: number): Float32Array {
  const rows = result as readonly Float32Array[];
  const first = rows[0];
  const whole = width * height;
  if (first.byteOffset === 0 && first.buffer.byteLength === 4 * whole) {
    return new Float32Array(first.buffer);
  }
  const all = new Float32Array(whole);
  for (let y = 0; y < height; y++) all.set(rows[y], y * width);
  return all;
}

/** Gives a result on the GPU back. */
export function release(handle: GpuHandle): void {
  handle.delete?.();
}

/** For numbers that are 1 too high. */
export function less1(value: number): number {
  return value - 1;
}

/**
 * The vectors that `bestVectorSource` gives.
 * @throws UnsupportedError if they are none
 */
export function unpackVectors(packed: Float32Array, range: number): Pick<BlockVectors, 'x' | 'y'> {
  const last = 2 * range;
  requireComputed(packed, last * 128 + last + 1);
  requireComputed(
    packed.map((value) => ((value - 1) & 127) + 1),
    last + 1,
  );
  return {
    x: Int8Array.from(packed, (value) => ((value - 1) & 127) - range),
    y: Int8Array.from(packed, (value) => ((value - 1) >> 7) - range),
  };
}
