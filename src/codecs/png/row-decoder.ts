/** Reads a PNG file row by row, in memory for a band of rows and the window of deflate. */
import { UnsupportedError } from '../../base/errors.ts';
import { FileDecoder } from './decoder.ts';
import { readPngHeader } from './describe.ts';
import type { PngImage } from './image.ts';
import type { PngMetadata } from './metadata.ts';
import { readPngMetadata } from './read-metadata.ts';
import { type Chunk, readChunks } from './standard/chunks.ts';

/** Bytes of the file that are decompressed at once: a byte makes a thousand at most. */
const PIECE_BYTES = 1 << 12;

/** The still picture of a file, some rows at a time, from the top. */
export class PngDecoder {
  readonly metadata: PngMetadata;
  private readonly pieces: Generator<Chunk>;
  private readonly decoder: FileDecoder;
  private take: ((rows: PngImage) => void) | null = null;

  /** Throws `FormatError` as `decodePng` does for headers, `UnsupportedError` for interlaced pictures: their rows come in passes. */
  constructor(file: Uint8Array) {
    const plain = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
    this.metadata = readPngMetadata(plain);
    if (readPngHeader(plain).interlaced) {
      throw new UnsupportedError('png.IHDR', 'an interlaced picture is not read row by row');
    }
    this.pieces = piecesOf(readChunks(plain));
    this.decoder = new FileDecoder(plain, {}, false, (rows) => this.take!(rows));
  }

  /**
   * Reads on, and hands `take` the rows that are complete, as a picture of so many rows in memory that is used again; it may be
   * called many times or not at all. Returns false at the end. Throws `FormatError` as `decodePng` does; rows before that have been
   * handed out.
   */
  advance(take: (rows: PngImage) => void): boolean {
    this.take = take;
    const next = this.pieces.next();
    if (next.done === true) return false;
    this.decoder.take(next.value);
    return true;
  }
}

/** The chunks of a file, those of pixels in pieces. */
function* piecesOf(chunks: Iterable<Chunk>): Generator<Chunk> {
  for (const chunk of chunks) {
    const { type, data, offset } = chunk;
    if (type !== 'IDAT') yield chunk;
    else {
      for (let at = 0; at < data.length; at += PIECE_BYTES) {
        yield { type, data: data.subarray(at, at + PIECE_BYTES), offset };
      }
    }
  }
}
