/**
 * The samples of a few bands, and rows of the picture made from them. A row between two bands needs samples of both: each component
 * keeps the last row of the band before, the band itself and the band after it.
 */
import { BandDecoder } from './band-decoder.ts';
import type { Component, Frame } from './frame.ts';
import { inverseDct } from './idct.ts';
import type { JpegFile } from './read-file.ts';
import { doubleBetween, doubleRow, rowBetween, stretchRow } from './upsample.ts';

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
  readonly quant: Int16Array;
}

/** Rows are padded, so that kernels may write whole vectors. */
const ROW_PADDING = 32;

/** Decodes a file band by band, and gives rows of each component in the width and height of the picture. */
export class ComponentPlanes {
  readonly bytes: Uint8Array;
  private readonly clamped: Uint8ClampedArray;
  private readonly coefficients: Int16Array;
  private readonly work = new Int16Array(64);
  private readonly frame: Frame;
  private readonly planes: readonly ComponentPlane[];
  private readonly decoder: BandDecoder;

  constructor(file: JpegFile) {
    const { frame } = file;
    this.frame = frame;
    this.decoder = new BandDecoder(file);
    const { layout } = this.decoder;
    let size = 2 * layout.size;
    this.planes = frame.components.map((component, i) => {
      const stride = 8 * component.paddedBlocksWide;
      const bandRows = 8 * component.v;
      const base = size;
      size += stride * (1 + 2 * bandRows);
      const outputRow = size;
      size += 8 * frame.maxH * frame.mcusWide + ROW_PADDING;
      const firstCoefficient = layout.starts[i]!;
      return {
        component,
        stride,
        base,
        bandRows,
        outputRow,
        firstCoefficient,
        quant: file.quantization[i]!,
      };
    });
    const buffer = new ArrayBuffer(size);
    this.bytes = new Uint8Array(buffer);
    this.clamped = new Uint8ClampedArray(buffer);
    this.coefficients = new Int16Array(buffer, 0, layout.size);
  }

  /** Makes band number `band` the current one; bands are asked for in order, from 0 on. Throws `FormatError` for broken data. */
  enterBand(band: number): void {
    const { mcusHigh } = this.frame;
    if (band === 0) this.decodeBand(0);
    for (const { base, stride, bandRows } of this.planes) {
      // The last row of the band before goes to the front; the band that was next follows it.
      if (band > 0)
        this.bytes.copyWithin(base, base + stride * bandRows, base + stride * (bandRows + 1));
      this.bytes.copyWithin(
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
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < blocksWide; x++) {
        const at = firstCoefficient + 64 * (y * paddedBlocksWide + x);
        const to = first + 8 * (y * stride + x);
        inverseDct(this.coefficients, at, quant, 0, this.work, this.clamped, to, stride);
      }
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
      if (isHalfWide) doubleBetween(this.bytes, near, far, width, outputRow);
      else rowBetween(this.bytes, near, far, width, outputRow, isUpper ? 1 : 2);
    } else if (isHalfWide && v === maxV) doubleRow(this.bytes, near, width, outputRow);
    else stretchRow(this.bytes, near, this.frame.width, h, maxH, outputRow);
    return outputRow;
  }
}
