/** From the zlib stream of a picture or frame to its samples: PNG (third edition) clauses 10 and 11.2.3. */
import { FormatError } from '../../base/errors.ts';
import { Inflater } from '../deflate/index.ts';
import { RowReader } from './row-reader.ts';
import { channelsOf, type PngHeader, rowBytes } from './standard/header.ts';
import { passesOf } from './standard/interlace.ts';
import type { Samples } from './standard/samples.ts';

/** Bytes behind the last row that are let pass: some encoders write them. */
const EXTRA_BYTES = 1 << 16;

/** Pixels of one zlib stream that lies in several chunks. */
export class PixelStream {
  readonly data: Samples;
  private readonly inflater: Inflater;
  private readonly rows: RowReader;
  private offset = 0;

  constructor(header: PngHeader) {
    const count = header.width * header.height * channelsOf(header.colorType);
    this.data = header.bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
    this.rows = new RowReader(header, this.data);
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

  /** The samples. Throws `FormatError` if some are missing. */
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
