/**
 * The samples of a few bands, and rows of the picture made from them. A row between two bands needs samples of both: each component
 * keeps the last row of the band before, the band itself and the band after it.
 */
import type { VectorKernels } from '../../wasm/kernel-memory.ts';
import { createReadMemory, type ReadMemory } from './kernels/read-memory.ts';
import { BandDecoder } from './standard/band-decoder.ts';
import type { Component, Frame } from './standard/frame.ts';
import type { JpegFile } from './standard/read-file.ts';
import { stretchRow } from './standard/upsample.ts';

interface ComponentPlane {
  readonly component: Component;
  readonly stride: number;
  /** Byte position of the row before the band; the band's rows and those of the next follow. */
  readonly base: number;
  /** Rows of a band: 8 V_i. */
  readonly bandRows: number;
  /** Where this component's rows for output are written, when they are not rows of the plane. */
  readonly outputRow: number;
  readonly firstCoefficient: number;
  /** Byte position of the quantization steps. */
  readonly quant: number;
}

/** Rows that are written for output are padded, and so is the memory's end: kernels read and write whole vectors. */
const ROW_PADDING = 64;

/** Pixels from which on vector kernels are worth their memory, which takes some 50 microseconds to get. */
const VECTORS_FROM = 1 << 14;

/** Decodes a file band by band, and gives rows of each component in the width and height of the picture. */
export class ComponentPlanes {
  readonly memory: ReadMemory;
  /** Byte position of room for a row of pixels of four channels. */
  readonly pixelRow: number;
  private readonly coefficients: Int16Array;
  private readonly frame: Frame;
  private readonly planes: readonly ComponentPlane[];
  private readonly decoder: BandDecoder;

  constructor(file: JpegFile, vectorKernels: VectorKernels) {
    const { frame } = file;
    this.frame = frame;
    this.decoder = new BandDecoder(file);
    const { layout } = this.decoder;
    let size = 2 * layout.size;
    const place = (bytes: number) => {
      const at = size;
      size += bytes;
      return at;
    };
    this.planes = frame.components.map((component, i) => {
      const stride = 8 * component.paddedBlocksWide;
      const bandRows = 8 * component.v;
      return {
        component,
        stride,
        bandRows,
        firstCoefficient: layout.starts[i]!,
        quant: place(2 * 64),
        base: place(stride * (1 + 2 * bandRows)),
        outputRow: place(8 * frame.maxH * frame.mcusWide + ROW_PADDING),
      };
    });
    this.pixelRow = place(4 * frame.width + ROW_PADDING);
    const isSmall = frame.width * frame.height < VECTORS_FROM;
    this.memory = createReadMemory(size, isSmall ? false : vectorKernels);
    this.coefficients = this.memory.halves.subarray(0, layout.size);
    this.planes.forEach(({ quant }, i) => {
      this.memory.halves.set(file.quantization[i]!, quant >> 1);
    });
  }

  /** Makes band number `band` the current one; bands are asked for in order, from 0 on. Throws `FormatError` for broken data. */
  enterBand(band: number): void {
    const { mcusHigh } = this.frame;
    const { bytes } = this.memory;
    if (band === 0) this.decodeBand(0);
    for (const { base, stride, bandRows } of this.planes) {
      // The last row of the band before goes to the front; the band that was next follows it.
      if (band > 0) {
        bytes.copyWithin(base, base + stride * bandRows, base + stride * (bandRows + 1));
      }
      bytes.copyWithin(
        base + stride,
        base + stride * (1 + bandRows),
        base + stride * (1 + 2 * bandRows),
      );
    }
    if (band + 1 < mcusHigh) this.decodeBand(band + 1);
  }

  /** Decodes a band into the place of the next one. */
  private decodeBand(band: number): void {
    this.decoder.decode(band, this.coefficients);
    for (const plane of this.planes) this.transformBand(plane, band);
  }

  private transformBand(plane: ComponentPlane, band: number): void {
    const { component, stride, base, bandRows, firstCoefficient, quant } = plane;
    const { v, blocksWide, blocksHigh, paddedBlocksWide } = component;
    const rows = Math.min(v, blocksHigh - band * v);
    const first = base + stride * (1 + bandRows);
    const { kernels } = this.memory;
    for (let y = 0; y < rows; y++) {
      const at = 2 * (firstCoefficient + 64 * y * paddedBlocksWide);
      kernels.inverseBlocks(at, quant, first + 8 * y * stride, stride, blocksWide);
    }
  }

  /** Byte position of row `y` of the component's own rows, counted over the picture, while band number `band` is current. */
  ownRow(index: number, band: number, y: number): number {
    const { base, stride, bandRows } = this.planes[index]!;
    return base + stride * (1 + y - band * bandRows);
  }

  /**
   * Byte position of samples of component `index` for row `y` of the picture, as wide as the picture. Valid until the next call for
   * the same component; `y` is a row of the current band, number `band`.
   */
  pictureRow(index: number, band: number, y: number): number {
    const { component, outputRow } = this.planes[index]!;
    const { kernels, bytes } = this.memory;
    const { h, v, width, height } = component;
    const { maxH, maxV } = this.frame;
    if (h === maxH && v === maxV) return this.ownRow(index, band, y);
    const isHalfHigh = 2 * v === maxV;
    const isHalfWide = 2 * h === maxH;
    const own = Math.floor((y * v) / maxV);
    const near = this.ownRow(index, band, own);
    if (isHalfHigh && (isHalfWide || h === maxH)) {
      const isUpper = (y & 1) === 0;
      const other = isUpper ? Math.max(0, own - 1) : Math.min(height - 1, own + 1);
      const far = this.ownRow(index, band, other);
      if (isHalfWide) kernels.doubleBetween(near, far, width, outputRow);
      else kernels.rowBetween(near, far, width, outputRow, isUpper ? 1 : 2);
    } else if (isHalfWide && v === maxV) kernels.doubleRow(near, width, outputRow);
    else stretchRow(bytes, near, this.frame.width, h, maxH, outputRow);
    return outputRow;
  }
}
