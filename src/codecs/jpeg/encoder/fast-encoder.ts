/**
 * Fast encoding: integers, rounded levels, the typical Huffman tables, one pass. A band of pixels becomes levels by the kernels; its bits
 * are written at once, so that memory is that of a band and of the file.
 */

import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { createMemory, giveBackMemory, type JpegMemory, MemoryPlan } from '../kernels/memory.ts';
import { QUANTIZER_BYTES, writeQuantizer } from '../kernels/plain/forward-dct.ts';
import type { Frame } from '../standard/frame.ts';
import { huffmanCodes } from '../standard/huffman.ts';
import {
  TYPICAL_AC_CHROMINANCE,
  TYPICAL_AC_LUMINANCE,
  TYPICAL_DC_CHROMINANCE,
  TYPICAL_DC_LUMINANCE,
} from '../standard/huffman-tables.ts';
import { ZIGZAG } from '../standard/zigzag.ts';
import { BlockWriter } from './block-writer.ts';
import { writeEnd, writeHead, writeScanHead } from './file-writer.ts';
import { BlockMeter } from './inspector.ts';
import type { PictureSettings } from './picture-encoder.ts';
import { loadPixelRow, paddedWidth } from './pixel-rows.ts';
import { sequentialScript } from './scan-script.ts';

/** Bytes of EOI. */
const END_BYTES = 2;

interface FastComponent {
  readonly h: number;
  readonly v: number;
  /** Byte positions: samples of 16 bits, their stride, the quantizer, levels and masks of a band. */
  readonly samples: number;
  readonly stride: number;
  readonly quantizer: number;
  readonly levels: number;
  readonly masks: number;
  readonly blocksWide: number;
}

/** Encodes one picture; takes the place of `PictureEncoder`. */
export class FastEncoder {
  private readonly settings: PictureSettings;
  private readonly memory: JpegMemory;
  private readonly vectorKernels: VectorKernels;
  private readonly components: readonly FastComponent[];
  private readonly writer: BlockWriter;
  /** Byte positions: rows of pixels, then three rows of colors for each row of a band, then sums of them. */
  private readonly pixels: number;
  private readonly colors: number;
  private readonly colorStride: number;
  private readonly sums: number;
  private readonly rowsInBand: number;
  private rows = 0;
  private readonly meter: BlockMeter | null;

  constructor(settings: PictureSettings, vectorKernels: VectorKernels) {
    const { frame, channels } = settings;
    this.settings = settings;
    this.rowsInBand = 8 * frame.maxV;
    // Kernels take 16 samples a step and may read a vector beyond.
    this.colorStride = roundUp(8 * frame.maxH * frame.mcusWide) + 32;
    const plan = new MemoryPlan();
    const place = (bytes: number) => plan.place(bytes);
    this.pixels = place(this.colorStride * channels + 64);
    this.colors = place(3 * this.rowsInBand * this.colorStride);
    this.sums = place(3 * 2 * this.colorStride);
    this.components = frame.components.map(({ h, v, paddedBlocksWide: blocksWide }) => {
      const stride = 2 * this.colorStride;
      return {
        h,
        v,
        samples: place(8 * v * stride),
        stride,
        quantizer: place(QUANTIZER_BYTES),
        levels: place(128 * blocksWide * v),
        masks: place(8 * blocksWide * v),
        blocksWide,
      };
    });
    this.vectorKernels = vectorKernels;
    this.memory = createMemory(plan.size, vectorKernels);
    this.components.forEach(({ quantizer }, i) => {
      writeQuantizer(this.memory.halves, quantizer >> 1, settings.tuning.planes[i]!.steps);
    });
    this.writer = new BlockWriter(settings.restartInterval);
    const { inspector } = settings;
    this.meter = inspector === null ? null : new BlockMeter(this.writer.file, inspector);
    this.writeFileHead();
  }

  private writeFileHead(): void {
    const { frame, tuning, segments, restartInterval } = this.settings;
    const quantTables: Int16Array[] = [];
    frame.components.forEach(({ quantTable }, i) => {
      quantTables[quantTable] = tuning.planes[i]!.steps;
    });
    const baseline: Frame = { ...frame, isProgressive: false };
    const head = { frame: baseline, quantTables, segments, restartInterval };
    const hasChroma = frame.components.length > 1;
    const tables = [
      TYPICAL_DC_LUMINANCE,
      hasChroma ? TYPICAL_DC_CHROMINANCE : undefined,
      TYPICAL_AC_LUMINANCE,
      hasChroma ? TYPICAL_AC_CHROMINANCE : undefined,
    ];
    const w = this.writer.file;
    const plan = sequentialScript(baseline)[0]!;
    const { inspector } = this.settings;
    writeHead(w, head);
    inspector?.picture(
      baseline,
      frame.components.map((_, i) => tuning.planes[i]!.steps),
    );
    inspector?.part('head', w.byteLength);
    const before = w.byteLength;
    writeScanHead(w, baseline, plan, tables, []);
    inspector?.scan(plan, w.byteLength - before);
    this.writer.setCodes(tables.map((table) => table && huffmanCodes(table)));
  }

  /** Rows that have been added. */
  get rowCount(): number {
    return this.rows;
  }

  /** Adds the next row of pixels. */
  addRow(source: Uint8Array, from: number): void {
    const { frame, channels } = this.settings;
    const { kernels, bytes } = this.memory;
    const row = this.rows % this.rowsInBand;
    const { pixels, colorStride } = this;
    loadPixelRow(this.settings, source, from, bytes, pixels);
    const count = roundUp(paddedWidth(frame));
    const luma = this.components[0]!;
    const to = luma.samples + row * luma.stride;
    if (channels === 1) kernels.shiftRow(pixels, to, count);
    else {
      const colors = this.colors + 3 * row * colorStride;
      if (channels === 3) kernels.splitPixels3(pixels, colors, colorStride, count);
      else kernels.splitPixels4(pixels, colors, colorStride, count);
      kernels.lumaRow(colors, colorStride, to, count);
    }
    this.rows++;
    if (row === this.rowsInBand - 1 || this.rows === frame.height) this.endBand(row);
  }

  /** Repeats the last row to the end of the band, makes chroma, and codes the band. */
  private endBand(lastRow: number): void {
    const { bytes, kernels } = this.memory;
    const [luma] = this.components;
    const { colorStride } = this;
    for (let row = lastRow + 1; row < this.rowsInBand; row++) {
      const before = luma!.samples + (row - 1) * luma!.stride;
      bytes.copyWithin(before + luma!.stride, before, before + luma!.stride);
      const colors = this.colors + 3 * (row - 1) * colorStride;
      bytes.copyWithin(colors + 3 * colorStride, colors, colors + 3 * colorStride);
    }
    if (this.components.length > 1) this.makeChroma();
    for (const { v, samples, stride, quantizer, levels, masks, blocksWide } of this.components) {
      for (let y = 0; y < v; y++) {
        const first = y * blocksWide;
        kernels.transformBlocks(
          samples + 8 * y * stride,
          stride,
          blocksWide,
          quantizer,
          levels + 128 * first,
          masks + 8 * first,
        );
      }
    }
    this.writeBand();
  }

  private makeChroma(): void {
    const { kernels } = this.memory;
    const { maxH, maxV, mcusWide } = this.settings.frame;
    const { colorStride, sums } = this;
    const [, blueness, redness] = this.components;
    const count = roundUp(8 * mcusWide);
    const shift = maxH === 2 ? 17 : 16;
    for (let y = 0; y < 8; y++) {
      const upper = this.colors + 3 * y * maxV * colorStride;
      const lower = upper + 3 * (maxV - 1) * colorStride;
      for (let c = 0; c < 3; c++) {
        const [a, b] = [upper + c * colorStride, lower + c * colorStride];
        const to = sums + 2 * c * colorStride;
        if (maxH === 2) kernels.sumPairs(a, b, to, count);
        else kernels.sumRows(a, b, to, count);
      }
      const [toCb, toCr] = [blueness!, redness!].map(({ samples, stride }) => samples + y * stride);
      kernels.chromaRow(sums, 2 * colorStride, toCb!, toCr!, count, shift);
    }
  }

  private writeBand(): void {
    const { writer, memory, components } = this;
    for (let mcu = 0; mcu < this.settings.frame.mcusWide; mcu++) {
      writer.beginMcu();
      for (let i = 0; i < components.length; i++) {
        const { h, v, levels, masks, blocksWide } = components[i]!;
        for (let y = 0; y < v; y++) {
          for (let x = 0; x < h; x++) {
            const block = y * blocksWide + mcu * h + x;
            if (this.meter !== null)
              this.inspectBlock(i, y, mcu * h + x, (levels >> 1) + 64 * block);
            writer.writeBlock(
              memory.halves,
              (levels >> 1) + 64 * block,
              memory.bytes,
              masks + 8 * block,
              i,
            );
          }
        }
      }
    }
  }

  /** Tells of a block of the band at hand: its levels are rounded, so that they are also the nearest ones. */
  private inspectBlock(index: number, y: number, column: number, at: number): void {
    const { frame, inspector } = this.settings;
    const { v, blocksWide, blocksHigh } = frame.components[index]!;
    const row = (Math.ceil(this.rows / this.rowsInBand) - 1) * v + y;
    this.meter?.block(index, row, column);
    if (row >= blocksHigh || column >= blocksWide) return;
    const { halves } = this.memory;
    const levels = Int16Array.from(ZIGZAG, (place) => halves[at + place]!);
    inspector?.block(index, row, column, halves, at, levels);
  }

  /** The file. All rows have been added; the encoder is used no more. */
  finish(): Uint8Array<ArrayBuffer> {
    giveBackMemory(this.memory, this.vectorKernels);
    if (this.meter !== null) this.meter.endScan();
    else this.writer.end();
    writeEnd(this.writer.file);
    this.settings.inspector?.part('end', END_BYTES);
    return this.writer.file.toBytes();
  }
}

/** The next multiple of 16. */
function roundUp(count: number): number {
  return (count + 15) & ~15;
}
