/**
 * One plane of 8-bit samples to another size, a row at a time: rows become lines of 16 bits by weighted sums along them, and a few lines
 * become a row by weighted sums across. Only as many lines are held as one output row needs.
 */
import { type Exports, type KernelMemory, plainMemory } from '../../wasm/kernel-memory.ts';
import { MemoryPlan, readRow, type SamplePlane, writeRow } from './component-rows.ts';
import { blendLines, packThree, scalePixels, scaleRow } from './row-kernels.ts';
import { blendKernel, groupBytes, MAX_ROW_PAIRS } from './vector.ts';
import {
  type FilterBank,
  filterBank,
  type ScaleKernel,
  wholeWeights,
  writeWeights,
} from './weights.ts';

/** A plane scaler's sizes, in samples, or in pixels of `channels` samples. */
export interface PlaneShape {
  readonly fromWidth: number;
  readonly fromHeight: number;
  readonly toWidth: number;
  readonly toHeight: number;
  /** 1, or 4 for packed pixels. */
  readonly channels: 1 | 4;
  /** The places of samples within their steps, across and down, in the input and in the output; 0.5 is the middle, the default. */
  readonly siteX?: readonly [input: number, output: number];
  readonly siteY?: readonly [input: number, output: number];
}

/** Rows are copied into and out of the kernels' memory by so many bytes at once: they stay in the cache of a core. */
const STRIP_BYTES = 1 << 16;

/** Makes a row of a plane the line at a position in bytes. */
type LineMaker = (source: SamplePlane, row: number, line: number) => void;
/** Makes row `y` of a plane of the lines that are pointed to. */
type Blender = (y: number, target: SamplePlane) => void;

/** The tables of one plane, and where they lie in memory. */
interface Layout {
  readonly source: number;
  readonly start: number;
  readonly weights: number;
  readonly lines: number;
  readonly lineBytes: number;
  readonly lineCount: number;
  readonly pointers: number;
  readonly columnWeights: number;
  readonly rows: number;
  readonly pixels: number;
  readonly end: number;
}

/** Pairs of taps of a row whose groups of eight output samples have their first taps within 15 samples, as `scalePairsN` needs; else 0. */
function rowPairsOf({ start, taps }: FilterBank): number {
  const pairs = (taps + 1) >> 1;
  if (pairs > MAX_ROW_PAIRS) return 0;
  for (let i = 0; i < start.length; i += 8) {
    const group = start.subarray(i, i + 8);
    if (Math.max(...group) - Math.min(...group) > 14) return 0;
  }
  return pairs;
}

/** Scales planes of one shape. */
export class LineScaler {
  readonly byteLength: number;
  private readonly shape: PlaneShape;
  private readonly across: FilterBank;
  private readonly down: FilterBank;
  private readonly rowTaps: number;
  /** The N of `scalePairsN` where that is used; else 0. */
  private readonly rowPairs: number;
  private readonly columnTaps: number;
  private readonly layout: Layout;
  private memory: KernelMemory = plainMemory(0);
  private bytes: Uint8Array = new Uint8Array(0);
  private lines: Int16Array = new Int16Array(0);
  private words: Int32Array = new Int32Array(0);
  private base = 0;
  private makeLine: LineMaker = () => {};
  private blend: Blender = () => {};
  /** Rows of the source that lie in memory, and the bytes from one to the next. */
  private stripFrom = 0;
  private stripTo = 0;
  private stripStride = 0;

  constructor(shape: PlaneShape, kernel: ScaleKernel) {
    this.shape = shape;
    this.across = filterBank(kernel, shape.fromWidth, shape.toWidth, shape.siteX);
    this.down = filterBank(kernel, shape.fromHeight, shape.toHeight, shape.siteY);
    const { taps } = this.across;
    this.rowTaps = shape.channels === 4 ? (taps + 1) & ~1 : taps <= 4 ? 4 : (taps + 7) & ~7;
    this.rowPairs = shape.channels === 4 ? 0 : rowPairsOf(this.across);
    this.columnTaps = (this.down.taps + 1) & ~1;
    this.layout = this.layOut();
    this.byteLength = this.layout.end;
  }

  private layOut(): Layout {
    const { fromWidth, toWidth, toHeight, channels } = this.shape;
    const plan = new MemoryPlan();
    const lineCount = this.down.taps;
    const groups = (toWidth + 7) >> 3;
    const source = plan.take(Math.max(fromWidth * channels, STRIP_BYTES) + this.rowTaps * channels);
    const pixels = plan.take(fromWidth * channels);
    const start = plan.take((toWidth + 3) * 4);
    const weights = plan.take(
      Math.max((toWidth + 3) * this.rowTaps * 2, groups * groupBytes(this.rowPairs)),
    );
    const lines = plan.end;
    for (let i = 0; i < lineCount; i++) plan.take(toWidth * channels * 2);
    const lineBytes = (plan.end - lines) / lineCount;
    const pointers = plan.take(this.columnTaps * 4);
    const columnWeights = plan.take(toHeight * this.columnTaps * 2);
    const rows = plan.take(Math.max(toWidth * channels, STRIP_BYTES));
    const end = plan.end;
    return {
      ...{ source, pixels, start, weights, lines, lineBytes, lineCount },
      ...{ pointers, columnWeights, rows, end },
    };
  }

  /** Takes its part of a memory, `byteLength` bytes from `base` on (a multiple of 16). */
  place(memory: KernelMemory, base: number): void {
    this.memory = memory;
    this.base = base;
    const { start, weights, columnWeights } = this.layout;
    this.bytes = new Uint8Array(memory.buffer);
    this.lines = new Int16Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    const { across, down, columnTaps } = this;
    // Zeros that make groups of weights are for vectors only.
    const rowTaps = memory.exports === null ? across.taps : this.rowTaps;
    const step = memory.exports === null ? 1 : this.shape.channels;
    for (const [i, first] of across.start.entries())
      this.words[(base + start) / 4 + i] = first * step;
    if (memory.exports !== null && this.rowPairs > 0) this.writeGroups();
    else writeWeights(across, this.lines, (base + weights) / 2, rowTaps);
    writeWeights(down, this.lines, (base + columnWeights) / 2, columnTaps);
    const { exports } = memory;
    this.makeLine = exports === null ? this.plainLineMaker() : this.lineMaker(exports);
    this.blend = exports === null ? this.plainBlender() : this.blender(exports);
  }

  /** The records of `scalePairsN`. */
  private writeGroups(): void {
    const { start, taps } = this.across;
    const whole = wholeWeights(this.across);
    const size = groupBytes(this.rowPairs);
    for (let group = 0; group * 8 < start.length; group++) {
      const at = this.base + this.layout.weights + group * size;
      const first = Math.min(...start.subarray(group * 8, group * 8 + 8));
      this.words[(at + size - 16) / 4] = first;
      for (let lane = 0; lane < 8; lane++) {
        const i = group * 8 + lane;
        if (i >= start.length) break;
        this.bytes[at + 2 * lane] = start[i]! - first;
        this.bytes[at + 2 * lane + 1] = start[i]! - first + 1;
        for (let k = 0; k < taps; k++) {
          this.lines[at / 2 + 8 + (k >> 1) * 16 + lane * 2 + (k & 1)] = whole[i * taps + k]!;
        }
      }
    }
  }

  /** Scales one plane. `source` and `target` do not overlap. */
  scale(source: SamplePlane, target: SamplePlane): void {
    const { toHeight } = this.shape;
    const { lines, lineBytes, lineCount } = this.layout;
    let ready = -1;
    this.stripFrom = 0;
    this.stripTo = 0;
    for (let y = 0; y < toHeight; y++) {
      const first = this.down.start[y]!;
      const last = first + this.down.taps - 1;
      for (let row = Math.max(ready + 1, first); row <= last; row++) {
        this.makeLine(source, row, this.base + lines + (row % lineCount) * lineBytes);
      }
      ready = Math.max(ready, last);
      const pointers = (this.base + this.layout.pointers) / 4;
      for (let k = 0; k < this.columnTaps; k++) {
        const row = Math.min(first + k, last);
        this.words[pointers + k] = this.base + lines + (row % lineCount) * lineBytes;
      }
      this.blend(y, target);
    }
  }

  /** What makes a row of the source the line at a position, with vectors. */
  private lineMaker(exports: Exports): LineMaker {
    const { toWidth, channels } = this.shape;
    const start = this.base + this.layout.start;
    const weights = this.base + this.layout.weights;
    const groups = (toWidth + 3) >> 2;
    const taps = this.rowTaps;
    if (channels === 4) {
      const kernel = exports.scalePixelRow!;
      return (source, row, line) =>
        void kernel(this.bring(source, row), start, weights, line, toWidth, taps >> 1);
    }
    if (this.rowPairs > 0) {
      const kernel = exports[`scalePairs${this.rowPairs}`]!;
      return (source, row, line) =>
        void kernel(this.bring(source, row), weights, line, (toWidth + 7) >> 3);
    }
    const kernel = taps === 4 ? exports.scaleRow4! : taps === 8 ? exports.scaleRow8! : null;
    const any = exports.scaleRowN!;
    return (source, row, line) => {
      const at = this.bring(source, row);
      if (kernel !== null) kernel(at, start, weights, line, groups);
      else any(at, start, weights, line, groups, taps >> 3);
    };
  }

  private plainLineMaker(): LineMaker {
    const { toWidth, channels } = this.shape;
    const { taps } = this.across;
    const start = (this.base + this.layout.start) / 4;
    const weights = (this.base + this.layout.weights) / 2;
    const starts = this.words.subarray(start, start + toWidth);
    const wholes = this.lines.subarray(weights, weights + toWidth * taps);
    const kernel = channels === 1 ? scaleRow : scalePixels;
    return ({ data, offset, stride, step }, row, line) => {
      const from = offset + row * stride;
      kernel(data, from, step, starts, wholes, taps, this.lines, line / 2, toWidth);
    };
  }

  /** Brings a row of the source into memory, and those behind it that fit in a strip. Returns its position. */
  private bring(source: SamplePlane, row: number): number {
    const { fromWidth, fromHeight, channels } = this.shape;
    const { stride, step, data } = source;
    const strip = this.base + this.layout.source;
    const from = source.offset + row * stride;
    if (step !== channels) {
      if (channels === 4) {
        const pixels = this.base + this.layout.pixels;
        this.bytes.set(data.subarray(from, from + fromWidth * 3), pixels);
        this.memory.exports!.spread3!(pixels, strip, (fromWidth + 3) >> 2);
      } else {
        readRow(source, row, this.bytes, strip, fromWidth);
      }
      return strip;
    }
    if (row < this.stripFrom || row >= this.stripTo) {
      const length = fromWidth * channels;
      const rows = stride < length ? 1 : Math.max(1, Math.floor(STRIP_BYTES / stride));
      this.stripFrom = row;
      this.stripTo = Math.min(row + rows, fromHeight);
      this.stripStride = stride;
      const end = from + (this.stripTo - row - 1) * stride + length;
      this.bytes.set(data.subarray(from, end), strip);
    }
    return strip + (row - this.stripFrom) * this.stripStride;
  }

  private plainBlender(): Blender {
    const { toWidth, channels } = this.shape;
    const pointers = (this.base + this.layout.pointers) / 4;
    const rows = this.base + this.layout.rows;
    const at = this.words.subarray(pointers, pointers + this.columnTaps);
    const { bytes, lines, columnTaps: taps } = this;
    const firstWeights = (this.base + this.layout.columnWeights) / 2;
    return (y, { data, offset, stride, step }) => {
      const weights = firstWeights + y * taps;
      const to = offset + y * stride;
      for (let k = 0; k < taps; k++) at[k] = at[k]! / 2;
      if (channels === 1) {
        blendLines(lines, at, lines, weights, taps, data, to, step, toWidth);
      } else if (step === channels) {
        blendLines(lines, at, lines, weights, taps, data, to, 1, toWidth * channels);
      } else {
        blendLines(lines, at, lines, weights, taps, bytes, rows, 1, toWidth * channels);
        packThree(bytes, rows, data, to, toWidth);
      }
    };
  }

  /** What makes an output row of the lines that are pointed to, with vectors. */
  private blender(exports: Exports): Blender {
    const { toWidth, toHeight, channels } = this.shape;
    const count = toWidth * channels;
    const rows = this.base + this.layout.rows;
    const pointers = this.base + this.layout.pointers;
    const kernel = blendKernel(exports, this.columnTaps >> 1);
    const pack3 = exports.pack3!;
    return (y, target) => {
      const { data, offset, stride, step } = target;
      // Rows without gaps are collected, and leave memory together.
      const dense = step === channels && stride === count;
      const perStrip = dense ? Math.max(1, Math.floor(STRIP_BYTES / count)) : 1;
      const inStrip = y % perStrip;
      const row = rows + inStrip * count;
      const weights = this.base + this.layout.columnWeights + y * this.columnTaps * 2;
      kernel(pointers, weights, row, count);
      const to = offset + y * stride;
      if (dense) {
        if (inStrip === perStrip - 1 || y === toHeight - 1) {
          data.set(this.bytes.subarray(rows, row + count), to - inStrip * count);
        }
      } else if (step === channels) {
        data.set(this.bytes.subarray(row, row + count), to);
      } else if (channels === 4) {
        pack3(row, row, (toWidth + 3) >> 2);
        data.set(this.bytes.subarray(row, row + toWidth * 3), to);
      } else writeRow(target, y, this.bytes, row, toWidth);
    };
  }
}
