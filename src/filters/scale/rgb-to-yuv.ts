/** Pictures of RGB as Y'CbCr of the same size, over the rows of `color-rows.ts`; lines of chroma are blended as the scaler does it. */
import type { ForwardMatrix } from '../../frames/color-matrix.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type PixFmtInfo, planeHeight, planeWidth } from '../../frames/pixel-format.ts';
import type { KernelMemory } from '../../wasm/kernel-memory.ts';
import { componentsOf } from '../pixels/picture-work.ts';
import {
  type ColorRows,
  chromaRow,
  lumaRounding,
  lumaRow,
  type PixelRows,
  pixelRows,
  type ShortMatrix,
  shortMatrix,
  splitPixels,
} from './color-rows.ts';
import { type ByteComponent, MemoryPlan, readRow, writeRow } from './component-rows.ts';
import { blendLines } from './row-kernels.ts';
import { blendKernel, SCALE_KERNELS } from './vector.ts';
import { type FilterBank, filterBank, type ScaleKernel, writeWeights } from './weights.ts';

/** The settings of a conversion of RGB to Y'CbCr of the same size. */
export interface RgbToYuv {
  readonly from: PixFmtInfo;
  readonly to: PixFmtInfo;
  readonly width: number;
  readonly height: number;
  readonly matrix: ForwardMatrix;
  /** Scales rows of chroma. */
  readonly kernel: ScaleKernel;
  readonly vectors: boolean;
}

/** Bytes of the weights of one output component in the table of the kernels. */
const TABLE_BYTES = 16;

/** Converts row by row; keeps as many lines of chroma as one chroma row needs. Opacity is left alone. */
export class RgbToYuvConverter {
  private readonly how: RgbToYuv;
  private readonly columns: number;
  private readonly rows: number;
  private readonly matrix: ShortMatrix;
  private readonly down: FilterBank;
  private readonly taps: number;
  private readonly at: ColorRows;
  private readonly pixelRows: PixelRows;
  private readonly split: () => void;
  private readonly makeLuma: () => void;
  /** Makes a line of a component, 0 or 1, at a position. */
  private readonly makeChroma: (component: number, line: number) => void;
  private readonly blendRow: (weights: number) => void;
  private readonly tables: number;
  private readonly weights: number;
  private readonly lineBytes: number;
  private readonly lines: number;
  private readonly memory: KernelMemory;
  private readonly bytes: Uint8Array;
  private readonly shorts: Int16Array;
  private readonly pointers: Int32Array;

  constructor(how: RgbToYuv) {
    this.how = how;
    const { width, height, to } = how;
    this.matrix = shortMatrix(how.matrix);
    this.columns = planeWidth(to, 1, width);
    this.rows = planeHeight(to, 1, height);
    this.down = filterBank(how.kernel, height, this.rows);
    this.taps = (this.down.taps + 1) & ~1;
    const plan = new MemoryPlan();
    const pointers = plan.take(this.taps * 4);
    this.tables = plan.take(3 * TABLE_BYTES);
    this.weights = plan.take(this.rows * this.taps * 2);
    const row = () => plan.take(width + 1);
    const at = { luma: row(), cb: row(), cr: row(), r: row(), g: row(), b: row(), a: row() };
    this.at = { ...at, pixels: plan.take(width * 4) };
    this.pixelRows = pixelRows(how.from, this.at);
    this.lines = plan.end;
    plan.take(this.columns * 2);
    this.lineBytes = plan.end - this.lines;
    for (let i = 1; i < 2 * this.down.taps; i++) plan.take(this.columns * 2);
    this.memory = SCALE_KERNELS.createMemory(plan.end, how.vectors);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.shorts = new Int16Array(this.memory.buffer);
    this.pointers = new Int32Array(this.memory.buffer, pointers, this.taps);
    this.writeTables();
    this.split = this.splitter();
    this.makeLuma = this.lumaMaker();
    this.makeChroma = this.chromaMaker();
    this.blendRow = this.blender();
  }

  /** Returns the function that splits packed pixels into rows. */
  private splitter(): () => void {
    const { at, bytes, memory, pixelRows: rows } = this;
    const { width, from } = this.how;
    const step = from.samplesPerPixel[0]!;
    if (memory.exports === null) return () => splitPixels(bytes, at.pixels, step, rows, width);
    const kernel = memory.exports[`split${step}`]!;
    return () => void kernel(at.pixels, ...rows, (width + 15) >> 4);
  }

  private lumaMaker(): () => void {
    const { at, bytes, memory, matrix, tables } = this;
    const { width } = this.how;
    if (memory.exports === null) return () => lumaRow(bytes, at, width, matrix);
    const kernel = memory.exports.lumaRow!;
    return () => void kernel(at.r, at.g, at.b, at.luma, tables, (width + 15) >> 4);
  }

  private chromaMaker(): (component: number, line: number) => void {
    const { at, bytes, shorts, memory, columns, tables } = this;
    const shift = this.how.to.chromaShiftX;
    if (memory.exports === null) {
      const weights = [this.matrix.cb, this.matrix.cr] as const;
      return (c, line) => chromaRow(bytes, at, shift, columns, weights[c]!, shorts, line / 2);
    }
    const kernel = memory.exports[`chromaRow${shift}`]!;
    return (c, line) => {
      kernel(at.r, at.g, at.b, line, tables + (c + 1) * TABLE_BYTES, (columns + 7) >> 3);
    };
  }

  /** Returns the function that blends the lines that are pointed to into a row of chroma, in the place of Cb. */
  private blender(): (weights: number) => void {
    const { at, bytes, shorts, pointers, memory, columns, taps } = this;
    if (memory.exports === null) {
      return (weights) =>
        blendLines(shorts, pointers, shorts, weights / 2, taps, bytes, at.cb, 1, columns);
    }
    const kernel = blendKernel(memory.exports, taps >> 1);
    return (weights) => kernel(pointers.byteOffset, weights, at.cb, columns);
  }

  private writeTables(): void {
    const { matrix, taps, down } = this;
    [matrix.luma, matrix.cb, matrix.cr].forEach((weights, c) => {
      this.shorts.set(weights, (this.tables + c * TABLE_BYTES) / 2);
    });
    new Int32Array(this.memory.buffer)[this.tables / 4 + 2] = lumaRounding(matrix);
    writeWeights(down, this.shorts, this.weights / 2, taps);
  }

  /** Writes `source` as `target`. */
  convert(source: VideoFrame, target: VideoFrame): void {
    const inputs = componentsOf(source) as ByteComponent[];
    const [luma, ...chroma] = componentsOf(target) as ByteComponent[];
    const { down } = this;
    let ready = -1;
    for (let y = 0; y < this.rows; y++) {
      const last = down.start[y]! + down.taps - 1;
      for (; ready < last; ready++) this.makeLines(inputs, luma!, ready + 1);
      for (const component of [0, 1] as const) this.blend(chroma[component]!, component, y);
    }
    for (; ready < this.how.height - 1; ready++) this.makeLines(inputs, luma!, ready + 1);
  }

  private lineAt(component: number, row: number): number {
    return this.lines + ((row % this.down.taps) * 2 + component) * this.lineBytes;
  }

  /** Luma of one row, and its lines of chroma. */
  private makeLines(inputs: readonly ByteComponent[], luma: ByteComponent, row: number): void {
    const { at, bytes } = this;
    const { width } = this.how;
    this.bringRow(inputs, row);
    // The last pixel of an odd width stands for the one beside it.
    for (const place of [at.r, at.g, at.b]) bytes[place + width] = bytes[place + width - 1]!;
    this.makeLuma();
    writeRow(luma, row, bytes, at.luma, width);
    for (const component of [0, 1]) this.makeChroma(component, this.lineAt(component, row));
  }

  /** Brings a row of R, G and B into memory. */
  private bringRow(inputs: readonly ByteComponent[], row: number): void {
    const { at, bytes } = this;
    const { width, from } = this.how;
    const step = from.samplesPerPixel[0]!;
    if (step === 1) {
      [at.r, at.g, at.b].forEach((place, c) => {
        readRow(inputs[c]!, row, bytes, place, width);
      });
      return;
    }
    const { data, stride, offset } = inputs[0]!;
    const start = offset - from.order![0] + row * stride;
    bytes.set(data.subarray(start, start + width * step), at.pixels);
    this.split();
  }

  private blend(out: ByteComponent, component: 0 | 1, y: number): void {
    const { down, taps, pointers } = this;
    const unit = this.memory.exports === null ? 2 : 1;
    for (let k = 0; k < taps; k++) {
      const row = down.start[y]! + Math.min(k, down.taps - 1);
      pointers[k] = this.lineAt(component, row) / unit;
    }
    this.blendRow(this.weights + y * taps * 2);
    writeRow(out, y, this.bytes, this.at.cb, this.columns);
  }
}
