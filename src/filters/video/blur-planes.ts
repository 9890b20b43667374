/** The inner loops of the blurs, over one component of a picture. */
import type { Component, Samples } from './picture-work.ts';

/** The coefficients of one direction. */
interface Pole {
  readonly nu: number;
  readonly edge: number;
  readonly gain: number;
}

function poleOf(sigma: number, steps: number): Pole {
  if (sigma === 0) return { nu: 0, edge: 1, gain: 1 };
  const lambda = (sigma * sigma) / (2 * steps);
  const nu = (1 + 2 * lambda - Math.sqrt(1 + 4 * lambda)) / (2 * lambda);
  return { nu, edge: 1 / (1 - nu), gain: (nu / lambda) ** steps };
}

/** Blurs planes by a Gaussian; keeps memory for one plane. */
export class GaussPlanes {
  private readonly across: Pole;
  private readonly down: Pole;
  private readonly steps: number;
  private values: Float32Array = new Float32Array(0);

  constructor(sigmaAcross: number, sigmaDown: number, steps: number) {
    this.across = poleOf(sigmaAcross, steps);
    this.down = poleOf(sigmaDown, steps);
    this.steps = steps;
  }

  /** Blurs a component in place. */
  blur(component: Component): void {
    const { data, offset, stride, width, height } = component;
    if (this.values.length < width * height) this.values = new Float32Array(width * height);
    const { values, steps, across, down } = this;
    for (let y = 0; y < height; y++) loadRow(data, offset + y * stride, values, y * width, width);
    for (let step = 0; step < steps; step++) {
      if (across.nu !== 0) blurRows(values, width, height, across.nu, across.edge);
      if (down.nu !== 0) blurColumns(values, width, height, down.nu, down.edge);
    }
    const gain = across.gain * down.gain;
    const largest = data instanceof Uint8Array ? 255 : 65535;
    for (let y = 0; y < height; y++) {
      storeRow(values, y * width, data, offset + y * stride, width, gain, largest);
    }
  }
}

function loadRow(
  data: Samples,
  from: number,
  values: Float32Array,
  to: number,
  count: number,
): void {
  for (let x = 0; x < count; x++) values[to + x] = data[from + x]!;
}

function storeRow(
  values: Float32Array,
  from: number,
  data: Samples,
  to: number,
  count: number,
  gain: number,
  largest: number,
): void {
  for (let x = 0; x < count; x++) {
    const value = values[from + x]! * gain + 0.5;
    data[to + x] = value > largest ? largest : value;
  }
}

function blurRows(
  values: Float32Array,
  width: number,
  height: number,
  nu: number,
  edge: number,
): void {
  for (let y = 0; y < height; y++) {
    const first = y * width;
    let value = values[first]! * edge;
    values[first] = value;
    for (let p = first + 1; p < first + width; p++) {
      value = values[p]! + nu * value;
      values[p] = value;
    }
    value *= edge;
    values[first + width - 1] = value;
    for (let p = first + width - 2; p >= first; p--) {
      value = values[p]! + nu * value;
      values[p] = value;
    }
  }
}

function blurColumns(
  values: Float32Array,
  width: number,
  height: number,
  nu: number,
  edge: number,
): void {
  for (let x = 0; x < width; x++) values[x]! *= edge;
  for (let y = 1; y < height; y++) addRow(values, y * width, (y - 1) * width, width, nu);
  const last = (height - 1) * width;
  for (let x = 0; x < width; x++) values[last + x]! *= edge;
  for (let y = height - 2; y >= 0; y--) addRow(values, y * width, (y + 1) * width, width, nu);
}

function addRow(values: Float32Array, to: number, from: number, count: number, nu: number): void {
  for (let x = 0; x < count; x++) values[to + x]! += nu * values[from + x]!;
}

/** The mean of 2 · radius + 1 samples along rows, then along columns, `power` times each, rounded each time. */
export function boxPlane(component: Component, radius: number, power: number): void {
  if (radius === 0 || power === 0) return;
  const { data, offset, stride, step, width, height } = component;
  let plane = new Uint8Array(width * height);
  let other = new Uint8Array(width * height);
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
    const to = offset + y * stride;
    for (let x = 0; x < width; x++) data[to + x * step] = plane[y * width + x]!;
  }
}

/** 1 / length in 1/65536. */
const inverseOf = (radius: number): number => Math.trunc((65536 + radius) / (2 * radius + 1));

/** One pass along a row; sample -1 is sample 0, -2 is 1, and so at the end. */
function boxRow(from: Uint8Array, to: Uint8Array, at: number, count: number, radius: number): void {
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
  from: Uint8Array,
  to: Uint8Array,
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
  from: Uint8Array,
  enter: number,
  leave: number,
  sums: Int32Array,
  to: Uint8Array,
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
