/**
 * The box of `boxblur` over one component of a picture: the mean of 2 · radius + 1 samples along rows, then along columns, `power`
 * times each, rounded each time; the picture is mirrored at its edges. Samples of 8 bits have vector kernels.
 */
import { type Exports, type KernelMemory, plainMemory } from '../../wasm/kernel-memory.ts';
import { BLOCK } from './blur-vectors.ts';
import { PIXEL_KERNELS } from './kernels.ts';
import type { Component } from './picture-work.ts';

/** The largest radius whose sums fit 16 bits: 255 · 257 = 65535. */
const MAX_VECTOR_RADIUS = 128;

const upTo = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** 1 / length in 1/65536. */
const inverseOf = (radius: number): number => Math.trunc((65536 + radius) / (2 * radius + 1));

/** Blurs planes by boxes; keeps memory for the planes of one component. */
export class BoxPlanes {
  private readonly vectors: boolean;
  private memory: KernelMemory = plainMemory(0);

  constructor(vectorKernels = true) {
    this.vectors = vectorKernels;
  }

  /** Writes `source`, blurred, to `target`, a component of the same size. Radius and power are 1 or more. */
  blur(source: Component, target: Component, radius: number, power: number): void {
    const isDense = source.step === 1 && target.step === 1;
    const isNarrow = source.data instanceof Uint8Array;
    const canVector = this.vectors && isDense && isNarrow && radius <= MAX_VECTOR_RADIUS;
    if (canVector && this.blurByVectors(source, target, radius, power)) return;
    boxPlane(source, target, radius, power);
  }

  /** The same by kernels; false where there are none. */
  private blurByVectors(
    source: Component,
    target: Component,
    radius: number,
    power: number,
  ): boolean {
    const { data, offset, stride, width, height } = source;
    const [wide, high] = [upTo(width, BLOCK), upTo(height, BLOCK)];
    const size = wide * high;
    const sums = 2 * size;
    const byteLength = sums + 2 * Math.max(wide, high);
    if (this.memory.buffer.byteLength < byteLength) {
      this.memory = PIXEL_KERNELS.createMemory(byteLength);
    }
    const { buffer, exports } = this.memory;
    if (exports === null) return false;
    const bytes = new Uint8Array(buffer);
    for (let y = 0; y < height; y++) {
      const from = offset + y * stride;
      bytes.set((data as Uint8Array).subarray(from, from + width), y * wide);
    }
    const shorts = new Uint16Array(buffer, sums, Math.max(wide, high));
    for (let y = 0; y < high; y += BLOCK) {
      exports.transposeBlocks!(y * wide, wide, size + y, high, wide / BLOCK);
    }
    let [from, to] = [size, 0];
    for (let pass = 0; pass < power; pass++) {
      boxRows(exports, shorts, from, to, high, width, radius);
      [from, to] = [to, from];
    }
    for (let x = 0; x < wide; x += BLOCK) {
      exports.transposeBlocks!(from + x * high, high, to + x, wide, high / BLOCK);
    }
    [from, to] = [to, from];
    for (let pass = 0; pass < power; pass++) {
      boxRows(exports, shorts, from, to, wide, height, radius);
      [from, to] = [to, from];
    }
    for (let y = 0; y < height; y++) {
      const row = from + y * wide;
      (target.data as Uint8Array).set(
        bytes.subarray(row, row + width),
        target.offset + y * target.stride,
      );
    }
    return true;
  }
}

/** One pass down all columns of a plane in the kernels' memory; rows lie `stride` bytes apart. */
function boxRows(
  exports: Exports,
  sums: Uint16Array,
  from: number,
  to: number,
  stride: number,
  rows: number,
  radius: number,
): void {
  const mirror = 2 * rows - 1;
  const row = (i: number): number => from + stride * (i < 0 ? -i - 1 : i < rows ? i : mirror - i);
  const sixteens = stride / BLOCK;
  const at = sums.byteOffset;
  const inverse = inverseOf(radius);
  // The sums of the row before the first: the first move brings in one row and takes out another.
  sums.fill(0);
  for (let i = -radius - 1; i < radius; i++) exports.addSums!(row(i), at, sixteens);
  for (let y = 0; y < rows; y++) {
    const [enter, leave] = [row(y + radius), row(y - radius - 1)];
    exports.moveSums!(enter, leave, at, to + y * stride, sixteens, inverse);
  }
}

/** All passes, plain, for samples of any depth. */
function boxPlane(source: Component, target: Component, radius: number, power: number): void {
  const { data, offset, stride, step, width, height } = source;
  let plane = new Uint16Array(width * height);
  let other = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = offset + y * stride;
    for (let x = 0; x < width; x++) plane[y * width + x] = data[from + x * step]!;
  }
  for (let pass = 0; pass < power; pass++) {
    for (let y = 0; y < height; y++) boxRow(plane, other, y * width, width, radius);
    [plane, other] = [other, plane];
  }
  const sums = new Int32Array(width);
  for (let pass = 0; pass < power; pass++) {
    boxColumns(plane, other, sums, width, height, radius);
    [plane, other] = [other, plane];
  }
  for (let y = 0; y < height; y++) {
    const to = target.offset + y * target.stride;
    for (let x = 0; x < width; x++) target.data[to + x * target.step] = plane[y * width + x]!;
  }
}

/** One pass along a row; sample -1 is sample 0, -2 is 1, and so at the end. */
function boxRow(
  from: Uint16Array,
  to: Uint16Array,
  at: number,
  count: number,
  radius: number,
): void {
  const inverse = inverseOf(radius);
  const mirror = 2 * count - 1;
  const value = (i: number): number => from[at + (i < 0 ? -i - 1 : i < count ? i : mirror - i)]!;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += value(i);
  to[at] = (Math.imul(sum, inverse) + 32768) >>> 16;
  const inner = Math.max(1, Math.min(radius + 1, count));
  const last = Math.max(inner, count - radius);
  for (let i = 1; i < inner; i++) {
    sum += value(i + radius) - value(i - radius - 1);
    to[at + i] = (Math.imul(sum, inverse) + 32768) >>> 16;
  }
  for (let i = inner; i < last; i++) {
    sum += from[at + i + radius]! - from[at + i - radius - 1]!;
    to[at + i] = (Math.imul(sum, inverse) + 32768) >>> 16;
  }
  for (let i = last; i < count; i++) {
    sum += value(i + radius) - value(i - radius - 1);
    to[at + i] = (Math.imul(sum, inverse) + 32768) >>> 16;
  }
}

/** One pass down all columns at once: a running sum for each. */
function boxColumns(
  from: Uint16Array,
  to: Uint16Array,
  sums: Int32Array,
  width: number,
  height: number,
  radius: number,
): void {
  const inverse = inverseOf(radius);
  const mirror = 2 * height - 1;
  const row = (i: number): number => width * (i < 0 ? -i - 1 : i < height ? i : mirror - i);
  sums.fill(0);
  for (let i = -radius; i <= radius; i++) {
    const at = row(i);
    for (let x = 0; x < width; x++) sums[x]! += from[at + x]!;
  }
  for (let x = 0; x < width; x++) to[x] = (Math.imul(sums[x]!, inverse) + 32768) >>> 16;
  for (let y = 1; y < height; y++) {
    moveSums(from, row(y + radius), row(y - radius - 1), sums, to, y * width, width, inverse);
  }
}

function moveSums(
  from: Uint16Array,
  enter: number,
  leave: number,
  sums: Int32Array,
  to: Uint16Array,
  at: number,
  width: number,
  inverse: number,
): void {
  for (let x = 0; x < width; x++) {
    const sum = sums[x]! + from[enter + x]! - from[leave + x]!;
    sums[x] = sum;
    to[at + x] = (Math.imul(sum, inverse) + 32768) >>> 16;
  }
}
