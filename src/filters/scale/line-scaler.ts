/**
 * One plane of 8-bit samples to another size, a row at a time: rows become lines of 16 bits by weighted sums along them, and a few lines
 * become a row by weighted sums across. Only as many lines are held as one output row needs.
 */
import { type KernelMemory, plainMemory } from '../../wasm/kernel-memory.ts';
import { blendLines, scaleRow } from './row-kernels.ts';
import { type FilterBank, filterBank, type ScaleKernel, wholeWeights } from './weights.ts';

/** Where 8-bit samples lie. */
export interface SamplePlane {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  /** Elements from one sample (or pixel) to the next in a row. */
  readonly step: number;
}

/** A plane scaler's sizes, in samples, or in pixels of `channels` samples. */
export interface PlaneShape {
  readonly fromWidth: number;
  readonly fromHeight: number;
  readonly toWidth: number;
  readonly toHeight: number;
  /** 1, or 4 for packed pixels. */
  readonly channels: 1 | 4;
  /** Where in their steps samples lie, across and down: of the input and of the output; 0.5 is the middle, the default. */
  readonly siteX?: readonly [input: number, output: number];
  readonly siteY?: readonly [input: number, output: number];
}

const align = (bytes: number): number => (bytes + 15) & ~15;
const SPARE = 32;

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
  readonly row: number;
  readonly pixels: number;
  readonly end: number;
}

/** Scales planes of one shape. */
export class LineScaler {
  readonly byteLength: number;
  private readonly shape: PlaneShape;
  private readonly across: FilterBank;
  private readonly down: FilterBank;
  private readonly rowTaps: number;
  private readonly columnTaps: number;
  private readonly layout: Layout;
  private memory: KernelMemory = plainMemory(0);
  private bytes: Uint8Array = new Uint8Array(0);
  private lines: Int16Array = new Int16Array(0);
  private words: Int32Array = new Int32Array(0);
  private weightView: Int16Array = new Int16Array(0);
  private base = 0;

  constructor(shape: PlaneShape, kernel: ScaleKernel) {
    this.shape = shape;
    this.across = filterBank(kernel, shape.fromWidth, shape.toWidth, shape.siteX);
    this.down = filterBank(kernel, shape.fromHeight, shape.toHeight, shape.siteY);
    const { taps } = this.across;
    this.rowTaps = shape.channels === 4 ? (taps + 1) & ~1 : taps <= 4 ? 4 : (taps + 7) & ~7;
    this.columnTaps = (this.down.taps + 1) & ~1;
    this.layout = this.layOut();
    this.byteLength = this.layout.end;
  }

  private layOut(): Layout {
    const { fromWidth, toWidth, toHeight, channels } = this.shape;
    let end = 0;
    const take = (bytes: number): number => {
      const at = end;
      end += align(bytes) + SPARE;
      return at;
    };
    const lineBytes = align(toWidth * channels * 2) + SPARE;
    const lineCount = this.down.taps;
    return {
      source: take(fromWidth * channels + this.rowTaps * channels),
      pixels: take(fromWidth * channels),
      start: take((toWidth + 3) * 4),
      weights: take((toWidth + 3) * this.rowTaps * 2),
      lineBytes,
      lineCount,
      lines: take(lineBytes * lineCount),
      pointers: take(this.columnTaps * 4),
      columnWeights: take(toHeight * this.columnTaps * 2),
      row: take(toWidth * channels),
      end,
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
    this.weightView = this.lines;
    const { across, down, columnTaps } = this;
    // Zeros that make groups of weights are for vectors only.
    const rowTaps = memory.exports === null ? across.taps : this.rowTaps;
    const step = memory.exports === null ? 1 : this.shape.channels;
    for (const [i, first] of across.start.entries())
      this.words[(base + start) / 4 + i] = first * step;
    spreadWeights(wholeWeights(across), across.taps, this.lines, (base + weights) / 2, rowTaps);
    spreadWeights(
      wholeWeights(down),
      down.taps,
      this.lines,
      (base + columnWeights) / 2,
      columnTaps,
    );
  }

  /** Scales one plane. `source` and `target` do not overlap. */
  scale(source: SamplePlane, target: SamplePlane): void {
    const { toHeight } = this.shape;
    const { lines, lineBytes, lineCount } = this.layout;
    let ready = -1;
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

  private makeLine(source: SamplePlane, row: number, line: number): void {
    const { fromWidth, toWidth, channels } = this.shape;
    const { exports } = this.memory;
    const start = this.base + this.layout.start;
    const weights = this.base + this.layout.weights;
    const from = source.offset + row * source.stride;
    if (exports === null) {
      const starts = this.words.subarray(start / 4, start / 4 + toWidth);
      const wholes = this.weightView.subarray(
        weights / 2,
        weights / 2 + toWidth * this.across.taps,
      );
      this.makePlainLine(source, from, starts, wholes, line / 2);
      return;
    }
    const at = this.base + this.layout.source;
    if (source.step === channels) {
      this.bytes.set(source.data.subarray(from, from + fromWidth * channels), at);
    } else if (channels === 4) {
      const pixels = this.base + this.layout.pixels;
      this.bytes.set(source.data.subarray(from, from + fromWidth * 3), pixels);
      exports.spread3!(pixels, at, (fromWidth + 3) >> 2);
    } else {
      gather(source.data, from, source.step, this.bytes, at, fromWidth);
    }
    if (channels === 4) {
      exports.scalePixelRow!(at, start, weights, line, toWidth, this.rowTaps >> 1);
    } else {
      const groups = (toWidth + 3) >> 2;
      if (this.rowTaps === 4) exports.scaleRow4!(at, start, weights, line, groups);
      else if (this.rowTaps === 8) exports.scaleRow8!(at, start, weights, line, groups);
      else exports.scaleRowN!(at, start, weights, line, groups, this.rowTaps >> 3);
    }
  }

  private makePlainLine(
    source: SamplePlane,
    from: number,
    starts: Int32Array,
    weights: Int16Array,
    line: number,
  ): void {
    const { toWidth, channels } = this.shape;
    const { taps } = this.across;
    const { data, step } = source;
    if (channels === 1) {
      scaleRow(data, from, step, starts, weights, taps, this.lines, line, toWidth);
    } else {
      scalePixels(data, from, step, starts, weights, taps, this.lines, line, toWidth);
    }
  }

  private blend(y: number, target: SamplePlane): void {
    const { toWidth, channels } = this.shape;
    const { exports } = this.memory;
    const count = toWidth * channels;
    const row = this.base + this.layout.row;
    const pointers = this.base + this.layout.pointers;
    const weights = this.base + this.layout.columnWeights + y * this.columnTaps * 2;
    const to = target.offset + y * target.stride;
    if (exports === null) {
      const at = this.words.subarray(pointers / 4, pointers / 4 + this.columnTaps);
      for (let k = 0; k < at.length; k++) at[k] = at[k]! / 2;
      const dense = target.step === channels || channels === 1;
      const out = dense ? target.data : this.bytes;
      const step = channels === 1 ? target.step : 1;
      blendLines(
        this.lines,
        at,
        this.weightView,
        weights / 2,
        this.columnTaps,
        out,
        dense ? to : row,
        step,
        count,
      );
      if (!dense) packThree(this.bytes, row, target.data, to, toWidth);
      return;
    }
    exports.blendLines!(pointers, weights, this.columnTaps >> 1, row, (count + 7) >> 3);
    if (target.step === channels) target.data.set(this.bytes.subarray(row, row + count), to);
    else if (channels === 4) {
      exports.pack3!(row, row, (toWidth + 3) >> 2);
      target.data.set(this.bytes.subarray(row, row + toWidth * 3), to);
    } else {
      for (let i = 0; i < toWidth; i++) target.data[to + i * target.step] = this.bytes[row + i]!;
    }
  }
}

function spreadWeights(
  weights: Int16Array,
  taps: number,
  target: Int16Array,
  to: number,
  padded: number,
): void {
  for (let i = 0; i * taps < weights.length; i++) {
    target.set(weights.subarray(i * taps, (i + 1) * taps), to + i * padded);
  }
}

function gather(
  source: Uint8Array,
  from: number,
  step: number,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = source[from + i * step]!;
}

/** `scaleRow` for pixels of three or four samples; the line has four a pixel, the fourth of three is 255. */
function scalePixels(
  source: Uint8Array,
  from: number,
  step: number,
  start: Int32Array,
  weights: Int16Array,
  taps: number,
  line: Int16Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    let p = from + start[i]! * step;
    let [a, b, c, d] = [128, 128, 128, 128];
    for (let w = i * taps; w < (i + 1) * taps; w++, p += step) {
      const weight = weights[w]!;
      a += source[p]! * weight;
      b += source[p + 1]! * weight;
      c += source[p + 2]! * weight;
      d += (step === 4 ? source[p + 3]! : 255) * weight;
    }
    const q = to + i * 4;
    line[q] = a >> 8;
    line[q + 1] = b >> 8;
    line[q + 2] = c >> 8;
    line[q + 3] = d >> 8;
  }
}

function packThree(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    target[to + 3 * i] = source[from + 4 * i]!;
    target[to + 3 * i + 1] = source[from + 4 * i + 1]!;
    target[to + 3 * i + 2] = source[from + 4 * i + 2]!;
  }
}
