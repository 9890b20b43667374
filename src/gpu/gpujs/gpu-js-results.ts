/** The results of gpu.js kernels as typed arrays. */
import { described, UnsupportedError } from '../../base/errors.ts';
import type { BlockVectors } from '../frame-kernels.ts';
import { requireComputed } from '../plain/answer.ts';
import type { GpuHandle } from './gpu-js.ts';

/**
 * The numbers of a result of two dimensions, row after row. Rows are views of one buffer on most backends, arrays of their own on
 * others.
 * @throws UnsupportedError unless all are there and are integers
 */
export function flatten(result: unknown, width: number, height: number): Float32Array {
  const rows = result as readonly Float32Array[];
  requireShape(rows, width, height);
  const first = rows[0];
  const whole = width * height;
  let all: Float32Array;
  if (first.byteOffset === 0 && first.buffer.byteLength === 4 * whole) {
    all = new Float32Array(first.buffer);
  } else {
    all = new Float32Array(whole);
    for (let y = 0; y < height; y++) all.set(rows[y], y * width);
  }
  for (const value of all) {
    if (Number.isInteger(value)) continue;
    throw new UnsupportedError('gpu', `the GPU gave ${value}, allowed are integers`);
  }
  return all;
}

function requireShape(rows: unknown, width: number, height: number): void {
  const isWhole =
    Array.isArray(rows) &&
    rows.length === height &&
    rows.every((row) => row instanceof Float32Array && row.length === width);
  if (isWhole) return;
  const got = Array.isArray(rows) ? `${rows.length} rows, not all whole` : described(rows);
  throw new UnsupportedError('gpu', `the GPU gave ${got}, needed are ${height} rows of ${width}`);
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
