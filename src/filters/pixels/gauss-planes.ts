/**
 * The Gaussian of `gblur` over one component of a picture: a pole run forward and backward along rows, then along columns. All
 * arithmetic is that of float32, each operation rounded, so that vector kernels give the same samples.
 */
import { type KernelMemory, plainMemory } from '../../wasm/kernel-memory.ts';
import { BLOCK } from './blur-vectors.ts';
import { PIXEL_KERNELS } from './kernels.ts';
import type { Component, Samples } from './picture-work.ts';

const { fround } = Math;

/** The coefficients of one direction. */
interface Pole {
  readonly nu: number;
  /** 1 / (1 - nu): what came before the first sample is that sample again and again. */
  readonly edge: number;
  readonly gain: number;
}

function poleOf(sigma: number, steps: number): Pole {
  if (sigma === 0) return { nu: 0, edge: 1, gain: 1 };
  const lambda = (sigma * sigma) / (2 * steps);
  const nu = (1 + 2 * lambda - Math.sqrt(1 + 4 * lambda)) / (2 * lambda);
  return { nu: fround(nu), edge: fround(1 / (1 - nu)), gain: (nu / lambda) ** steps };
}

const upTo = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Blurs planes by a Gaussian; keeps memory for one plane. */
export class GaussPlanes {
  private readonly across: Pole;
  private readonly down: Pole;
  private readonly gain: number;
  private readonly steps: number;
  private readonly vectors: boolean;
  private values: Float32Array = new Float32Array(0);
  private memory: KernelMemory = plainMemory(0);

  constructor(sigmaAcross: number, sigmaDown: number, steps: number, vectorKernels = true) {
    this.across = poleOf(sigmaAcross, steps);
    this.down = poleOf(sigmaDown, steps);
    this.gain = fround(this.across.gain * this.down.gain);
    this.steps = steps;
    this.vectors = vectorKernels;
  }

  /** Writes `source`, blurred, to `target`, a component of the same size and kind. */
  blur(source: Component, target: Component): void {
    if (source.data instanceof Uint8Array && target.data instanceof Uint8Array && this.vectors) {
      const isDense = source.step === 1 && target.step === 1;
      if (isDense && this.blurByVectors(source, source.data, target, target.data)) return;
    }
    this.blurPlainly(source, target);
  }

  private blurPlainly(source: Component, target: Component): void {
    const { data, offset, stride, step, width, height } = source;
    if (this.values.length < width * height) this.values = new Float32Array(width * height);
    const { values, steps, across, down, gain } = this;
    for (let y = 0; y < height; y++) {
      const from = offset + y * stride;
      for (let x = 0; x < width; x++) values[y * width + x] = data[from + x * step]!;
    }
    for (let n = 0; n < steps; n++) blurRows(values, width, height, across);
    for (let n = 0; n < steps; n++) blurColumns(values, width, height, down);
    const largest = data instanceof Uint8Array ? 255 : 65535;
    for (let y = 0; y < height; y++) {
      const to = target.offset + y * target.stride;
      storeRow(values, y * width, target.data, to, target.step, width, gain, largest);
    }
  }

  /** The same by kernels; false where there are none. */
  private blurByVectors(
    source: Component,
    data: Uint8Array,
    target: Component,
    written: Uint8Array,
  ): boolean {
    const { offset, stride, width, height } = source;
    const bytesWide = upTo(width, BLOCK);
    const rows = upTo(height, BLOCK);
    // Rows an odd number of cache lines apart spread over all of a cache's sets.
    const rowBytes = (((bytesWide * 4) >> 6) | 1) << 6;
    const samples = 64;
    const block = samples + bytesWide * rows;
    const values = block + bytesWide * BLOCK * 4;
    const { buffer, exports } = this.memoryOf(values + rowBytes * rows);
    if (exports === null) return false;
    const bytes = new Uint8Array(buffer);
    for (let y = 0; y < height; y++) {
      const from = offset + y * stride;
      bytes.set(data.subarray(from, from + width), samples + y * bytesWide);
    }
    const { across, down, steps, gain } = this;
    const parameters = new Float32Array(buffer, 0, 16);
    parameters.set([across.nu, across.edge, gain, 0.5, down.nu, down.edge]);
    for (let y = 0; y < height; y += BLOCK) {
      exports.loadTurned!(samples + y * bytesWide, bytesWide, block, bytesWide / BLOCK);
      if (across.nu !== 0)
        for (let n = 0; n < steps; n++) exports.runPoles!(block, 4 * BLOCK, width, 0);
      exports.storeTurned!(block, values + y * rowBytes, rowBytes, bytesWide / 4);
    }
    for (let x = 0; x < width && down.nu !== 0; x += BLOCK) {
      for (let n = 0; n < steps; n++) exports.runPoles!(values + 4 * x, rowBytes, height, 16);
    }
    for (let y = 0; y < height; y++) {
      const row = samples + y * bytesWide;
      exports.roundRow!(values + y * rowBytes, row, 0, bytesWide / BLOCK);
      written.set(bytes.subarray(row, row + width), target.offset + y * target.stride);
    }
    return true;
  }

  private memoryOf(byteLength: number): KernelMemory {
    if (this.memory.buffer.byteLength < byteLength) {
      this.memory = PIXEL_KERNELS.createMemory(byteLength);
    }
    return this.memory;
  }
}

function storeRow(
  values: Float32Array,
  from: number,
  data: Samples,
  to: number,
  step: number,
  count: number,
  gain: number,
  largest: number,
): void {
  for (let x = 0; x < count; x++) {
    const value = fround(fround(values[from + x]! * gain) + 0.5);
    data[to + x * step] = value > largest ? largest : value;
  }
}

function blurRows(values: Float32Array, width: number, height: number, pole: Pole): void {
  const { nu, edge } = pole;
  if (nu === 0) return;
  for (let y = 0; y < height; y++) {
    const first = y * width;
    const last = first + width - 1;
    let value = fround(values[first]! * edge);
    for (let p = first; p <= last; p++) {
      value = fround(values[p]! + fround(nu * value));
      values[p] = value;
    }
    value = fround(value * edge);
    for (let p = last; p >= first; p--) {
      value = fround(values[p]! + fround(nu * value));
      values[p] = value;
    }
  }
}

function blurColumns(values: Float32Array, width: number, height: number, pole: Pole): void {
  const { nu, edge } = pole;
  if (nu === 0) return;
  const carried = new Float32Array(width);
  for (let x = 0; x < width; x++) carried[x] = values[x]! * edge;
  for (let y = 0; y < height; y++) carryRow(values, y * width, carried, width, nu);
  for (let x = 0; x < width; x++) carried[x] = carried[x]! * edge;
  for (let y = height - 1; y >= 0; y--) carryRow(values, y * width, carried, width, nu);
}

function carryRow(
  values: Float32Array,
  at: number,
  carried: Float32Array,
  count: number,
  nu: number,
): void {
  for (let x = 0; x < count; x++) {
    const value = fround(values[at + x]! + fround(nu * carried[x]!));
    values[at + x] = value;
    carried[x] = value;
  }
}
