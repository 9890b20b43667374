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
  const line = new Uint8Array(Math.max(width, height));
  const other = new Uint8Array(line.length);
  for (let y = 0; y < height; y++) {
    blurLine(data as Uint8Array, offset + y * stride, step, width, radius, power, line, other);
  }
  for (let x = 0; x < width; x++) {
    blurLine(data as Uint8Array, offset + x * step, stride, height, radius, power, line, other);
  }
}

function blurLine(
  data: Uint8Array,
  offset: number,
  step: number,
  count: number,
  radius: number,
  power: number,
  line: Uint8Array,
  other: Uint8Array,
): void {
  let [from, to] = [line, other];
  for (let i = 0; i < count; i++) from[i] = data[offset + i * step]!;
  for (let pass = 0; pass < power; pass++) {
    boxLine(from, to, count, radius);
    [from, to] = [to, from];
  }
  for (let i = 0; i < count; i++) data[offset + i * step] = from[i]!;
}

/** One pass over a line; sample -1 is sample 0, -2 is 1, and so at the end. */
function boxLine(from: Uint8Array, to: Uint8Array, count: number, radius: number): void {
  const length = 2 * radius + 1;
  const inverse = Math.trunc((65536 + (length >> 1)) / length);
  const last = 2 * count - 1;
  let sum = from[radius] ?? from[last - radius]!;
  for (let i = 0; i < radius; i++) sum += from[i]! * 2;
  to[0] = (sum * inverse + 32768) >>> 16;
  for (let i = 1; i < count; i++) {
    const enter = i + radius;
    const leave = i - radius - 1;
    sum += from[enter < count ? enter : last - enter]! - from[leave >= 0 ? leave : -leave - 1]!;
    to[i] = (sum * inverse + 32768) >>> 16;
  }
}
