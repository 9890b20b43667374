/**
 * Finds the windows of a picture whose hashes are wanted, row by row (block-origins.ts, part-origins.ts). Not normative. The
 * hash of a window rolls along rows and down columns (Karp and Rabin, 1987), modulo 2^32, so its terms may be added in any
 * order.
 */

/** Odd factors of the hash along rows and down columns; any that mix well do. */
export const ROW_FACTOR = 0x9e3779b1 | 0;
export const COLUMN_FACTOR = 0x85ebca77 | 0;
export const MIX_FACTOR = 0xc2b2ae3d | 0;

/** A window is an anchor where this many high bits of its mixed hash are 0. */
export const ANCHOR_BITS = 6;
/** Windows for which a filter asks are known by this many high bits of their mixed hash. */
export const FILTER_BITS = 16;

/** The kind of windows that is searched: anchors of 16x16 samples, or windows of 8x8 samples for which the filter asks. */
export type WindowKind = 'anchors' | 'asked';

/** Samples of the windows along a row and down a column. */
export const WINDOW: Readonly<Record<WindowKind, 8 | 16>> = { anchors: 16, asked: 8 };

/** factor^exponent modulo 2^32. */
export function power(factor: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, factor);
  return result;
}

/** Goes down the rows of a picture. */
export interface WindowRows {
  /** The windows that the row which was taken last has: column, then hash, from left to right. */
  readonly found: Int32Array;
  /** 2^FILTER_BITS numbers, 1 for the hashes that are asked for, else 0; for the caller to fill. */
  readonly filter: Uint8Array;
  /** A picture begins: there are no rows yet. */
  start(): void;
  /**
   * Takes the next row.
   * @param position of its first sample in `bytes`
   * @returns number of windows, those that end in this row, which are wanted; rows above the picture count as 0
   */
  next(bytes: Uint8Array, position: number): number;
}

/** Makes what finds windows in the memory of the pictures; null where there is only the plain way. */
export type CreateWindowRows = (kind: WindowKind) => WindowRows | null;

/** Bytes that hashes of rows, sums of columns, what is found and the filter take for rows of `width` samples. */
export const windowBytes = (kind: WindowKind, width: number): number =>
  4 * width * (WINDOW[kind] + 1 + 2) + filterSize(kind);

/** Numbers of the filter; anchors need none. */
export const filterSize = (kind: WindowKind): number => (kind === 'asked' ? 1 << FILTER_BITS : 0);

/** The plain `WindowRows`, for rows of `width` samples. */
export class PlainWindowRows implements WindowRows {
  readonly found: Int32Array;
  readonly filter: Uint8Array;
  private readonly window: number;
  private readonly isAsked: boolean;
  private readonly width: number;
  /** Factors of the oldest sample of a row and of the oldest row when they leave the window. */
  private readonly rowOut: number;
  private readonly columnOut: number;
  /** Hashes of the last rows by column, and the sums that roll down the columns. */
  private readonly rows: Int32Array;
  private readonly columns: Int32Array;
  private y = 0;

  constructor(kind: WindowKind, width: number) {
    const window = WINDOW[kind];
    this.window = window;
    this.isAsked = kind === 'asked';
    this.width = width;
    this.rowOut = power(ROW_FACTOR, window - 1);
    this.columnOut = power(COLUMN_FACTOR, window);
    this.found = new Int32Array(2 * width);
    this.filter = new Uint8Array(filterSize(kind));
    this.rows = new Int32Array(window * width);
    this.columns = new Int32Array(width);
  }

  start(): void {
    this.rows.fill(0);
    this.columns.fill(0);
    this.y = 0;
  }

  next(bytes: Uint8Array, position: number): number {
    const { rows, columns, width, window, found, rowOut, columnOut } = this;
    const ring = (this.y++ % window) * width;
    let count = 0;
    let hash = 0;
    for (let x = 0; x < window - 1; x++) hash = Math.imul(hash, ROW_FACTOR) + bytes[position + x];
    for (let left = 0; left <= width - window; left++) {
      const at = position + left;
      hash = (Math.imul(hash, ROW_FACTOR) + bytes[at + window - 1]) | 0;
      const out = Math.imul(rows[ring + left], columnOut);
      const column = (Math.imul(columns[left], COLUMN_FACTOR) + hash - out) | 0;
      columns[left] = column;
      rows[ring + left] = hash;
      hash -= Math.imul(bytes[at], rowOut);
      if (!this.isWanted(Math.imul(column, MIX_FACTOR))) continue;
      found[2 * count] = left;
      found[2 * count + 1] = column;
      count++;
    }
    return count;
  }

  private isWanted(mixed: number): boolean {
    if (this.isAsked) return this.filter[mixed >>> (32 - FILTER_BITS)] !== 0;
    return mixed >>> (32 - ANCHOR_BITS) === 0;
  }
}
