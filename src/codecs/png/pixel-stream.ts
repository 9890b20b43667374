/** From the zlib stream of a picture or frame to its samples: PNG (third edition) clauses 10 and 11.2.3. */
import { FormatError } from '../../base/errors.ts';
import { Inflater } from '../deflate/index.ts';
import { RowReader, type TakeRows } from './row-reader.ts';
import { channelsOf, type PngHeader, rowBytes } from './standard/header.ts';
import { passesOf } from './standard/interlace.ts';
import type { Samples } from './standard/samples.ts';

/** Bytes behind the last row that are let pass: some encoders write them. */
const EXTRA_BYTES = 1 << 16;

/** Bytes of samples that are taken at a time where rows are. */
const BAND_BYTES = 1 << 18;

/** Pixels of one zlib stream that lies in several chunks. */
export class PixelStream {
  readonly data: Samples;
  private readonly inflater: Inflater;
  private readonly rows: RowReader;
  private offset = 0;

  /** @param takeRows takes rows as they are complete, so that the picture is never whole; null to have all of it */
  constructor(header: PngHeader, takeRows: TakeRows | null = null) {
    const perRow = header.width * channelsOf(header.colorType);
    const band = Math.max(1, Math.floor(BAND_BYTES / perRow));
    const count = perRow * (takeRows === null ? header.height : Math.min(band, header.height));
    this.data = header.bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
    this.rows = new RowReader(header, this.data, takeRows);
    let bytes = 0;
    for (const { width, height } of passesOf(header.width, header.height, header.interlaced)) {
      bytes += height * (1 + rowBytes(header, width));
    }
    this.inflater = new Inflater({
      format: 'zlib',
      maxBytes: bytes + EXTRA_BYTES,
      allowTrailingBytes: true,
    });
  }

  /** Takes the bytes of the next chunk, which is of `type` and lies at `offset`. */
  push(bytes: Uint8Array, type: string, offset: number): void {
    this.offset = offset;
    try {
      this.inflater.push(bytes, (piece) => this.rows.push(piece, offset));
    } catch (cause) {
      if (!(cause instanceof FormatError) || cause.where === 'png.IDAT') throw cause;
      throw new FormatError(`png.${type}`, cause.message, offset, { cause });
    }
  }

  /** The samples, the last of them where rows are taken. Throws `FormatError` if some are missing. */
  finish(type: string): Samples {
    if (!this.rows.isDone) {
      throw new FormatError(
        `png.${type}`,
        'the pixels end too early (PNG clause 11.2.3)',
        this.offset,
      );
    }
    if (!this.inflater.isDone) {
      throw new FormatError(
        `png.${type}`,
        'the zlib stream ends too early (PNG clause 10.1)',
        this.offset,
      );
    }
    return this.data;
  }
}

/** Clause 11.2.2: an index beyond the palette is an error. */
export function requireIndexes(data: Uint8Array, entries: number, offset: number): void {
  if (entries >= 256) return;
  for (let i = 0; i < data.length; i++) {
    if (data[i]! >= entries) {
      throw new FormatError(
        'png.IDAT',
        `pixel ${i} has index ${data[i]}, the palette ${entries} entries (PNG clause 11.2.2)`,
        offset,
      );
    }
  }
}
