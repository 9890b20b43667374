/** Pictures that go from file to file row by row, so that they are never whole in memory. */
import type { ImageMetadata, Raster, RasterHeader } from './raster.ts';

/** Rows of samples as a raster has them. */
export type RasterRows = Raster['data'];

/** A picture that is read row by row, from the top. */
export interface PictureRows extends RasterHeader {
  readonly metadata: ImageMetadata;
  /**
   * Reads on, and hands `take` the rows that are there: whole ones, in memory that is used again. It may be called many times or not at
   * all. Returns false when there are no more. Throws `FormatError` where the file is broken; rows before that have been handed out.
   */
  advance(take: (rows: RasterRows) => void): boolean;
}

/** Bytes that replace earlier ones of a file. */
export interface Patch {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A file that is written row by row. */
export interface RowWriter {
  /** Whether the end of the file changes its start. */
  readonly goesBack: boolean;
  /** Takes whole rows, one or more, and hands on what is ready of the file. The rows may change afterwards. */
  push(rows: RasterRows, emit: (bytes: Uint8Array) => void): void;
  /** Ends the file, whose rows have all been pushed. Returns what has to be written over earlier bytes; mostly nothing. */
  finish(emit: (bytes: Uint8Array) => void): readonly Patch[];
}

/** Bytes of samples that are read at a time. */
const BAND_BYTES = 1 << 18;

/** Rows of a picture that are read at a time. */
export function rowsOfBand({ width, channels, isDeep }: RasterHeader): number {
  return Math.max(1, Math.floor(BAND_BYTES / (width * channels * (isDeep ? 2 : 1))));
}

/**
 * A picture of which any rows can be read in turn.
 * @param perBand how many are read at a time
 * @param readBand reads `count` rows from row `y` on; bands are asked for in order
 */
export function bandRows(
  header: RasterHeader & { readonly metadata: ImageMetadata },
  perBand: number,
  readBand: (y: number, count: number) => RasterRows,
): PictureRows {
  let y = 0;
  return {
    ...header,
    advance(take) {
      if (y >= header.height) return false;
      const count = Math.min(perBand, header.height - y);
      take(readBand(y, count));
      y += count;
      return true;
    },
  };
}
