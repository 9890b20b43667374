/** From the bytes of a zlib stream to samples: rows are put together, their filters taken off, and their samples put in place. */
import { FormatError } from '../../base/errors.ts';
import { unfilterRow } from './standard/filters.ts';
import { channelsOf, filterDistance, type PngHeader, rowBytes } from './standard/header.ts';
import { type Pass, passesOf } from './standard/interlace.ts';
import { type Samples, unpackSamples } from './standard/samples.ts';

/** Called with rows that are complete, in memory that the next ones overwrite. */
export type TakeRows = (rows: Samples) => void;

/** Takes inflated bytes in pieces of any size and fills `data`: of a whole picture, or of a band of it at a time. */
export class RowReader {
  /** Whether all rows are there. */
  isDone = false;
  private readonly header: PngHeader;
  private readonly data: Samples;
  private readonly passes: Pass[];
  private passIndex = 0;
  private y = 0;
  /** The row at hand and the one above it: filter type, then bytes. */
  private row: Uint8Array;
  private above: Uint8Array;
  private length: number;
  private filled = 0;
  private readonly takeRows: TakeRows | null;
  /** Row of the picture that the first one in `data` is. */
  private bandStart = 0;

  /**
   * @param data one element for each sample of a picture of that header; or of as many rows as are to be taken at a time
   * @param takeRows takes the rows in `data` each time it is full, and the last; null for a whole picture. Not for interlaced ones.
   */
  constructor(header: PngHeader, data: Samples, takeRows: TakeRows | null = null) {
    this.header = header;
    this.takeRows = takeRows;
    this.data = data;
    this.passes = passesOf(header.width, header.height, header.interlaced);
    const longest = 1 + rowBytes(header, header.width);
    this.row = new Uint8Array(longest);
    this.above = new Uint8Array(longest);
    this.length = 1 + rowBytes(header, this.passes[0]!.width);
  }

  /** Takes bytes; those behind the last row are left alone. Throws `FormatError` for filter types that are none. */
  push(bytes: Uint8Array, offset: number): void {
    let at = 0;
    while (!this.isDone && at < bytes.length) {
      const count = Math.min(bytes.length - at, this.length - this.filled);
      this.row.set(bytes.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      if (this.filled === this.length) this.endRow(offset);
    }
  }

  private endRow(offset: number): void {
    const { row, above, length, header } = this;
    const type = row[0]!;
    if (!unfilterRow(type, row, 1, length - 1, above, 1, filterDistance(header))) {
      throw new FormatError(
        'png.IDAT',
        `filter type ${type} in row ${this.y} of pass ${this.passIndex + 1}, allowed are 0..4 (PNG clause 9.2)`,
        offset,
      );
    }
    this.place(this.passes[this.passIndex]!);
    if (this.takeRows !== null) this.endBand(this.takeRows);
    this.filled = 0;
    this.row = above;
    this.above = row;
    if (++this.y < this.passes[this.passIndex]!.height) return;
    this.y = 0;
    this.passIndex++;
    if (this.passIndex === this.passes.length) {
      this.isDone = true;
      return;
    }
    this.length = 1 + rowBytes(header, this.passes[this.passIndex]!.width);
    this.above.fill(0);
  }

  /** Hands on the band if the row at hand is its last. */
  private endBand(takeRows: TakeRows): void {
    const { data, header } = this;
    const perRow = header.width * channelsOf(header.colorType);
    const end = (this.y + 1 - this.bandStart) * perRow;
    if (end < data.length && this.y + 1 < header.height) return;
    takeRows(data.subarray(0, end));
    this.bandStart = this.y + 1;
  }

  /** Puts the samples of the row where they belong. */
  private place({ x0, y0, dx, dy, width }: Pass): void {
    const { header, row, data } = this;
    const channels = channelsOf(header.colorType);
    const at = ((y0 + this.y * dy - this.bandStart) * header.width + x0) * channels;
    if (data instanceof Uint16Array) {
      for (let x = 0, from = 1, to = at; x < width; x++, to += channels * (dx - 1)) {
        for (let c = 0; c < channels; c++, from += 2)
          data[to++] = (row[from]! << 8) | row[from + 1]!;
      }
      return;
    }
    if (channels === 1) {
      unpackSamples(row, 1, width, header.bitDepth as 8, data, at, dx);
    } else if (dx === 1) {
      data.set(row.subarray(1, 1 + width * channels), at);
    } else {
      for (let x = 0, from = 1, to = at; x < width; x++, to += channels * (dx - 1)) {
        for (let c = 0; c < channels; c++) data[to++] = row[from++]!;
      }
    }
  }
}
