/**
 * One picture over another (Porter and Duff, "Compositing digital images", 1984: "over"), in 8 or 10 bits: each sample becomes
 * main · (1 - a) + over · a. Where chroma is subsampled, its opacity is the mean over its block.
 */
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type Component, componentsOf, isAllOpaque, type Samples } from './picture-work.ts';
import { addRow } from './row-kernels.ts';
import type { RowMixer } from './row-mixer.ts';

/** Left column and top row, both reached by chroma. */
export interface Placement {
  readonly x: number;
  readonly y: number;
}

/**
 * Draws `over` into `main`. `premultiplied` says that its colors were multiplied by its opacity already. Of `main` only the planes
 * are written to.
 */
export function composite(
  main: VideoFrame,
  over: VideoFrame,
  at: Placement,
  premultiplied: boolean,
  mixer: RowMixer,
): void {
  const targets = componentsOf(main);
  const sources = componentsOf(over);
  const alpha = sources[3];
  const mainAlpha = targets[3];
  const { model } = pixFmtInfo(main.pixFmt);
  const opaque = alpha === undefined || isAllOpaque(over) ? undefined : opaqueRows(alpha);
  for (let c = 0; c < 3; c++) {
    const [to, from] = [targets[c]!, sources[c]!];
    const zero = model === 'yuv' && c > 0 ? 128 : 0;
    overComponent(to, from, { alpha, opaque, mainAlpha, at, premultiplied, zero, mixer });
  }
  if (mainAlpha !== undefined && alpha !== undefined) overAlpha(mainAlpha, alpha, at);
  else if (mainAlpha !== undefined) overOpaque(mainAlpha, at, over.width, over.height);
}

/** The part of a component that is covered, in its own columns and rows. */
function covered(to: Component, from: Component, at: Placement) {
  const left = at.x >> to.shiftX;
  const top = at.y >> to.shiftY;
  return {
    left,
    top,
    x0: Math.max(0, -left),
    y0: Math.max(0, -top),
    x1: Math.min(from.width, to.width - left),
    y1: Math.min(from.height, to.height - top),
  };
}

/** How a component is put over another. */
interface Manner {
  readonly alpha: Component | undefined;
  /** Rows that are opaque; undefined where all are. */
  readonly opaque: Uint8Array | undefined;
  readonly mainAlpha: Component | undefined;
  readonly at: Placement;
  readonly premultiplied: boolean;
  /** The sample that stands for nothing. */
  readonly zero: number;
  readonly mixer: RowMixer;
}

function overComponent(to: Component, from: Component, manner: Manner): void {
  const { alpha, opaque, mainAlpha, at, premultiplied, zero, mixer } = manner;
  const { left, top, x0, y0, x1, y1 } = covered(to, from, at);
  if (x0 >= x1) return;
  const row = new Uint8Array(from.width);
  for (let y = y0; y < y1; y++) {
    const p = from.offset + y * from.stride + x0 * from.step;
    const q = to.offset + (top + y) * to.stride + (left + x0) * to.step;
    if (
      alpha === undefined ||
      opaque === undefined ||
      isOpaque(opaque, y << from.shiftY, from.shiftY)
    ) {
      copyRow(from.data, p, from.step, to.data, q, to.step, x1 - x0);
      continue;
    }
    opacityRow(alpha, from, y, row);
    if (mainAlpha !== undefined) shareRow(mainAlpha, to, at, y, x0, x1, row);
    if (premultiplied) {
      addRow(
        from.data as Uint8Array,
        p,
        from.step,
        to.data as Uint8Array,
        q,
        to.step,
        row,
        x0,
        x1 - x0,
        zero,
      );
    } else {
      mixer.mix(from, p, to, q, row, x0, x1 - x0);
    }
  }
}

/** Which rows of opacity are 255 throughout: what is copied there need not be mixed. */
function opaqueRows({ data, offset, stride, step, width, height }: Component): Uint8Array {
  const rows = new Uint8Array(height);
  const at = data.byteOffset + offset;
  // Four samples at a time, where they lie so.
  const words =
    step === 1 && at % 4 === 0 && stride % 4 === 0 && data.BYTES_PER_ELEMENT === 1
      ? new Int32Array(data.buffer, at - (at % 4), ((height - 1) * stride + width) >> 2)
      : undefined;
  for (let y = 0; y < height; y++) {
    let p = offset + y * stride;
    const end = p + width * step;
    if (words !== undefined) {
      let w = (y * stride) >> 2;
      const last = w + (width >> 2);
      while (w < last && words[w] === -1) w++;
      p = offset + w * 4;
    }
    while (p < end && data[p] === 255) p += step;
    rows[y] = p >= end ? 1 : 0;
  }
  return rows;
}

/** Whether the rows of a sample's block are opaque. */
function isOpaque(rows: Uint8Array, y: number, shift: number): boolean {
  return rows[y] === 1 && (shift === 0 || y + 1 >= rows.length || rows[y + 1] === 1);
}

function copyRow(
  from: Samples,
  p: number,
  fromStep: number,
  to: Samples,
  q: number,
  toStep: number,
  count: number,
): void {
  if (fromStep === 1 && toStep === 1) {
    (to as Uint8Array).set((from as Uint8Array).subarray(p, p + count), q);
    return;
  }
  for (let i = 0; i < count; i++) to[q + i * toStep] = from[p + i * fromStep]!;
}

/** Opacity of a row of a component of the second picture: the mean over each sample's block, rounded down. */
function opacityRow(alpha: Component, from: Component, y: number, row: Uint8Array): void {
  const { data, offset, stride, step, width, height } = alpha;
  const { shiftX, shiftY } = from;
  const first = offset + (y << shiftY) * stride;
  if (shiftX === 0 && shiftY === 0) {
    for (let x = 0; x < from.width; x++) row[x] = data[first + x * step]!;
    return;
  }
  const below = shiftY === 1 && (y << 1) + 1 < height ? first + stride : first;
  for (let x = 0; x < from.width; x++) {
    const a = (x << shiftX) * step;
    const b = shiftX === 1 && (x << 1) + 1 < width ? a + step : a;
    row[x] = (data[first + a]! + data[first + b]! + data[below + a]! + data[below + b]!) >> 2;
  }
}

/** Where the first picture has opacity too: the share of the second in what both cover, a / (a + m - a·m). */
function shareRow(
  mainAlpha: Component,
  to: Component,
  at: Placement,
  y: number,
  x0: number,
  x1: number,
  row: Uint8Array,
): void {
  const { data, offset, stride, step, width, height } = mainAlpha;
  const { shiftX, shiftY } = to;
  for (let x = x0; x < x1; x++) {
    const a = row[x]!;
    if (a === 0 || a === 255) continue;
    let sum = 0;
    let count = 0;
    for (let dy = 0; dy < 1 << shiftY; dy++) {
      for (let dx = 0; dx < 1 << shiftX; dx++) {
        const column = at.x + (x << shiftX) + dx;
        const line = at.y + (y << shiftY) + dy;
        if (column >= width || line >= height || column < 0 || line < 0) continue;
        sum += data[offset + line * stride + column * step]!;
        count++;
      }
    }
    const m = count === 0 ? 255 : Math.trunc(sum / count);
    row[x] = Math.trunc((65025 * a) / (255 * (a + m) - a * m) + 0.5);
  }
}

/** Opacity of both together: m + a - a·m. */
function overAlpha(to: Component, from: Component, at: Placement): void {
  const { left, top, x0, y0, x1, y1 } = covered(to, from, at);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const q = to.offset + (top + y) * to.stride + (left + x) * to.step;
      const a = from.data[from.offset + y * from.stride + x * from.step]!;
      const m = to.data[q]!;
      to.data[q] = m + Math.trunc(((255 - m) * a + 127) / 255);
    }
  }
}

function overOpaque(to: Component, at: Placement, width: number, height: number): void {
  const { left, top, x0, y0, x1, y1 } = covered(to, { ...to, width, height }, at);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      to.data[to.offset + (top + y) * to.stride + (left + x) * to.step] = 255;
    }
  }
}
