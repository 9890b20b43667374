/** Whole pictures between RGB and Y'CbCr of one size, over the rows of `rgb-chroma.ts`. */
import type { ForwardMatrix, InverseMatrix } from '../../frames/color-matrix.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type PixFmtInfo, planeHeight, planeWidth } from '../../frames/pixel-format.ts';
import type { KernelMemory } from '../../wasm/kernel-memory.ts';
import { type Component, componentsOf } from '../pixels/picture-work.ts';
import {
  type RgbTables,
  rgbRowToChroma,
  rgbRowToLuma,
  type ShortMatrix,
  shortMatrix,
  yuvRowToRgbRow,
  yuvRowToRgbRowByTables,
  yuvRowToRgbRowFast,
} from './rgb-chroma.ts';
import { blendLines } from './row-kernels.ts';
import { SCALE_KERNELS } from './vector.ts';
import { type FilterBank, filterBank, type ScaleKernel, wholeWeights } from './weights.ts';

type Bytes = Component & { readonly data: Uint8Array };

/** What the functions of rows are given first. */
type RowArguments = [
  ...[luma: Uint8Array, y0: number],
  ...[cb: Uint8Array, cbAt: number, cr: Uint8Array, crAt: number, step: number, shift: number],
  ...[out: Uint8Array, r: number, g: number, b: number],
];

const bytesOf = (frame: VideoFrame): Bytes[] => componentsOf(frame) as Bytes[];

/**
 * Y'CbCr, with chroma in blocks of up to 2x2, as RGB of the same size. Opacity goes along, or is full.
 * @param way how products are rounded: summed before they are cut to 8 bits, each cut (`cut`), or by tables
 */
export function yuvPictureToRgb(
  source: VideoFrame,
  target: VideoFrame,
  matrix: InverseMatrix,
  way: 'exact' | 'cut' | RgbTables,
): void {
  const convertRow = way === 'exact' ? yuvRowToRgbRow : yuvRowToRgbRowFast;
  const [luma, cb, cr, alphaIn] = bytesOf(source) as [Bytes, Bytes, Bytes, Bytes | undefined];
  const [r, g, b, alphaOut] = bytesOf(target) as [Bytes, Bytes, Bytes, Bytes | undefined];
  const { width, height } = target;
  for (let y = 0; y < height; y++) {
    const chroma = (y >> cb.shiftY) * cb.stride;
    const row = [
      ...([luma.data, luma.offset + y * luma.stride] as const),
      ...([cb.data, cb.offset + chroma, cr.data, cr.offset + chroma, cb.step, cb.shiftX] as const),
      ...([r.data, ...[r, g, b].map(({ offset, stride }) => offset + y * stride)] as const),
    ] as unknown as RowArguments;
    if (typeof way === 'object') yuvRowToRgbRowByTables(...row, r.step, width, way);
    else convertRow(...row, r.step, width, matrix);
    if (alphaOut === undefined) continue;
    let q = alphaOut.offset + y * alphaOut.stride;
    let p = alphaIn === undefined ? 0 : alphaIn.offset + y * alphaIn.stride;
    for (let x = 0; x < width; x++, q += alphaOut.step, p++) {
      alphaOut.data[q] = alphaIn === undefined ? 255 : alphaIn.data[p]!;
    }
  }
}

/** A conversion of RGB to the Y'CbCr of `info`; opacity is left alone. */
export function rgbPictureToYuv(
  info: PixFmtInfo,
  width: number,
  height: number,
  matrix: ForwardMatrix,
  kernel: ScaleKernel,
  vectors: boolean,
): (source: VideoFrame, target: VideoFrame) => void {
  const rows = new RgbRows(info, width, height, shortMatrix(matrix), kernel, vectors);
  return (source, target) => rows.convert(source, target);
}

const align = (bytes: number): number => ((bytes + 15) & ~15) + 32;

/** Converts row by row; keeps as many lines of chroma as one chroma row needs. */
class RgbRows {
  private readonly width: number;
  private readonly height: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly halve: boolean;
  private readonly matrix: ShortMatrix;
  private readonly down: FilterBank;
  private readonly taps: number;
  private readonly memory: KernelMemory;
  private readonly bytes: Uint8Array;
  private readonly shorts: Int16Array;
  private readonly pointers: Int32Array;
  /** Positions in bytes. */
  private readonly lineBytes: number;
  private readonly lines: number;
  private readonly weights: number;
  private readonly coefficients: number;
  private readonly source: number;
  private readonly luma: number;
  private readonly row: number;

  constructor(
    info: PixFmtInfo,
    width: number,
    height: number,
    matrix: ShortMatrix,
    kernel: ScaleKernel,
    vectors: boolean,
  ) {
    this.width = width;
    this.height = height;
    this.matrix = matrix;
    this.columns = planeWidth(info, 1, width);
    this.rows = planeHeight(info, 1, height);
    this.halve = info.chromaShiftX === 1;
    this.down = filterBank(kernel, height, this.rows);
    this.taps = (this.down.taps + 1) & ~1;
    this.lineBytes = align(this.columns * 2);
    let end = align(this.taps * 4);
    const take = (bytes: number): number => {
      const at = end;
      end += align(bytes);
      return at;
    };
    this.lines = take(this.lineBytes * 2 * this.down.taps);
    this.weights = take(this.rows * this.taps * 2);
    this.coefficients = take(160);
    this.source = take(width * 3 + 24);
    this.luma = take(width);
    this.row = take(this.columns);
    this.memory = SCALE_KERNELS.createMemory(end, vectors);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.shorts = new Int16Array(this.memory.buffer);
    this.pointers = new Int32Array(this.memory.buffer, 0, this.taps);
    const whole = wholeWeights(this.down);
    for (let y = 0; y < this.rows; y++) {
      const from = whole.subarray(y * this.down.taps, (y + 1) * this.down.taps);
      this.shorts.set(from, this.weights / 2 + y * this.taps);
    }
    [...matrix.luma, ...matrix.cb, ...matrix.cr].forEach((value, i) => {
      this.shorts.fill(value, this.coefficients / 2 + i * 8, this.coefficients / 2 + i * 8 + 8);
    });
    new Int32Array(this.memory.buffer).fill(
      (matrix.lumaOffset << 15) + (1 << 14),
      this.coefficients / 4 + 36,
      this.coefficients / 4 + 40,
    );
  }

  convert(source: VideoFrame, target: VideoFrame): void {
    const rgb = bytesOf(source) as [Bytes, Bytes, Bytes];
    const outputs = bytesOf(target) as [Bytes, Bytes, Bytes];
    const { down } = this;
    let ready = -1;
    for (let y = 0; y < this.rows; y++) {
      const last = down.start[y]! + down.taps - 1;
      for (; ready < last; ready++) this.makeLines(rgb, outputs[0], ready + 1);
      for (const component of [0, 1] as const) this.blend(outputs[component + 1]!, component, y);
    }
    for (; ready < this.height - 1; ready++) this.makeLines(rgb, outputs[0], ready + 1);
  }

  private lineAt(component: number, row: number): number {
    return this.lines + ((row % this.down.taps) * 2 + component) * this.lineBytes;
  }

  /** Luma of one row, and its lines of chroma. */
  private makeLines(rgb: readonly [Bytes, Bytes, Bytes], luma: Bytes, row: number): void {
    const [r, g, b] = rgb;
    const { width, bytes, shorts, matrix, halve } = this;
    const { exports } = this.memory;
    const to = luma.offset + row * luma.stride;
    const [cb, cr] = [this.lineAt(0, row), this.lineAt(1, row)];
    const isRgb24 = r.step === 3 && g.offset === r.offset + 1 && b.offset === r.offset + 2;
    if (exports !== null && halve && isRgb24) {
      const from = r.offset + row * r.stride;
      bytes.set(r.data.subarray(from, from + width * 3), this.source);
      // The last pixel of an odd width stands for the one beside it.
      bytes.copyWithin(
        this.source + width * 3,
        this.source + width * 3 - 3,
        this.source + width * 3,
      );
      exports.rgbRow!(this.source, this.luma, cb, cr, (width + 7) >> 3, this.coefficients);
      luma.data.set(bytes.subarray(this.luma, this.luma + width), to);
      return;
    }
    const [p, q, s] = [r, g, b].map((c) => c.offset + row * c.stride) as [number, number, number];
    rgbRowToLuma(r.data, p, q, s, r.step, luma.data, to, width, matrix);
    rgbRowToChroma(r.data, p, q, s, r.step, halve, shorts, cb / 2, shorts, cr / 2, width, matrix);
  }

  private blend(out: Bytes, component: 0 | 1, y: number): void {
    const { down, taps, pointers, columns } = this;
    const { exports } = this.memory;
    const to = out.offset + y * out.stride;
    const unit = exports === null ? 2 : 1;
    for (let k = 0; k < taps; k++) {
      const row = down.start[y]! + Math.min(k, down.taps - 1);
      pointers[k] = this.lineAt(component, row) / unit;
    }
    const weights = this.weights + y * taps * 2;
    if (exports === null) {
      blendLines(
        this.shorts,
        pointers,
        this.shorts,
        weights / 2,
        taps,
        out.data,
        to,
        out.step,
        columns,
      );
      return;
    }
    exports.blendLines!(0, weights, taps >> 1, this.row, (columns + 7) >> 3);
    if (out.step === 1) out.data.set(this.bytes.subarray(this.row, this.row + columns), to);
    else for (let x = 0; x < columns; x++) out.data[to + x * out.step] = this.bytes[this.row + x]!;
  }
}
