/** Pictures of Y'CbCr as RGB of the same size, over the rows of `color-rows.ts`. */
import type { VideoFrame } from '../../frames/frame.ts';
import type { PixFmtInfo } from '../../frames/pixel-format.ts';
import type { KernelMemory } from '../../wasm/kernel-memory.ts';
import { componentsOf } from '../pixels/picture-work.ts';
import {
  BELOW_BLACK,
  type ColorRows,
  cutCoefficient,
  joinPixels,
  type PixelRows,
  pixelRows,
  type RgbMatrix,
  type RgbRounding,
  rgbRowBySteps,
  rgbRowCut,
  rgbRowExact,
  stepOf,
} from './color-rows.ts';
import { type ByteComponent, MemoryPlan, readRow, writeRow } from './component-rows.ts';
import { SCALE_KERNELS } from './vector.ts';

/** The settings of a conversion of Y'CbCr, with chroma in blocks of up to 2x2, to RGB of the same size. */
export interface YuvToRgb {
  readonly from: PixFmtInfo;
  readonly to: PixFmtInfo;
  readonly width: number;
  readonly matrix: RgbMatrix;
  readonly rounding: RgbRounding;
  readonly vectors: boolean;
}

const PLAIN_ROWS = { exact: rgbRowExact, cut: rgbRowCut, steps: rgbRowBySteps } as const;

/** The numbers that the vector kernel of a way of rounding needs (`color-vectors.ts`). */
function tableOf(m: RgbMatrix, rounding: RgbRounding): number[] {
  const all = [m.luma, m.rcr, m.gcb, m.gcr, m.bcb];
  if (rounding === 'exact') return [m.lumaOffset, ...all];
  if (rounding === 'cut') {
    const [lumaRaise, chromaRaise] = m.raise ?? [0, 0];
    return [8 * m.lumaOffset - lumaRaise, ...all.map(cutCoefficient), 8 * 128 - chromaRaise];
  }
  const steps = all.slice(1).map((coefficient) => stepOf(coefficient, m));
  return [m.lumaOffset * m.luma + BELOW_BLACK, m.luma, ...steps, ...steps.map((step) => step >> 9)];
}

const TABLE_BYTES = 40;

/** Converts row by row. Opacity goes along, or is full. */
export class YuvToRgbConverter {
  private readonly how: YuvToRgb;
  private readonly at: ColorRows;
  private readonly table: number;
  private readonly pixelRows: PixelRows;
  private readonly makeRow: () => void;
  private readonly join: () => void;
  private readonly memory: KernelMemory;
  private readonly bytes: Uint8Array;

  constructor(how: YuvToRgb) {
    this.how = how;
    const plan = new MemoryPlan();
    this.table = plan.take(TABLE_BYTES);
    const row = () => plan.take(how.width);
    const at = { luma: row(), cb: row(), cr: row(), r: row(), g: row(), b: row(), a: row() };
    this.at = { ...at, pixels: plan.take(how.width * 4) };
    this.pixelRows = pixelRows(how.to, this.at);
    this.memory = SCALE_KERNELS.createMemory(plan.end, how.vectors);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.bytes.fill(255, at.a, at.a + how.width);
    const table = tableOf(how.matrix, how.rounding);
    new Int32Array(this.memory.buffer, this.table, table.length).set(table);
    this.makeRow = this.rowMaker();
    this.join = this.joiner();
  }

  /** Writes `source` as `target`. */
  convert(source: VideoFrame, target: VideoFrame): void {
    const [luma, cb, cr, alpha] = componentsOf(source) as ByteComponent[];
    const outputs = componentsOf(target) as ByteComponent[];
    const { bytes, at } = this;
    const { width } = this.how;
    for (let y = 0; y < source.height; y++) {
      readRow(luma!, y, bytes, at.luma, width);
      const chromaRow = y >> cb!.shiftY;
      if (chromaRow << cb!.shiftY === y) {
        readRow(cb!, chromaRow, bytes, at.cb, cb!.width);
        readRow(cr!, chromaRow, bytes, at.cr, cr!.width);
      }
      if (alpha !== undefined) readRow(alpha, y, bytes, at.a, width);
      this.makeRow();
      this.deliver(outputs, y);
    }
  }

  /** Returns the function that makes rows of R, G and B. */
  private rowMaker(): () => void {
    const { at, bytes, memory, table } = this;
    const { from, rounding, width, matrix } = this.how;
    const shift = from.chromaShiftX;
    if (memory.exports === null) {
      const plain = PLAIN_ROWS[rounding];
      return () => plain(bytes, at, shift, width, matrix);
    }
    const kernel = memory.exports[`${rounding}${shift}`]!;
    const { luma, cb, cr, r, g, b } = at;
    return () => void kernel(luma, cb, cr, r, g, b, table, (width + 15) >> 4);
  }

  /** Returns the function that joins the rows to packed pixels. */
  private joiner(): () => void {
    const { at, bytes, memory, pixelRows: rows } = this;
    const { width, to } = this.how;
    const step = to.samplesPerPixel[0]!;
    if (memory.exports === null) return () => joinPixels(bytes, at.pixels, step, rows, width);
    const kernel = memory.exports[`join${step}`]!;
    return () => void kernel(at.pixels, ...rows, (width + 15) >> 4);
  }

  private deliver(outputs: readonly ByteComponent[], y: number): void {
    const { at, bytes } = this;
    const { width, to } = this.how;
    const step = to.samplesPerPixel[0]!;
    if (step === 1) {
      [at.r, at.g, at.b, at.a].slice(0, outputs.length).forEach((row, c) => {
        writeRow(outputs[c]!, y, bytes, row, width);
      });
      return;
    }
    this.join();
    const { pixels } = at;
    const [{ data, stride }, start] = [outputs[0]!, outputs[0]!.offset - to.order![0]];
    data.set(bytes.subarray(pixels, pixels + width * step), start + y * stride);
  }
}
