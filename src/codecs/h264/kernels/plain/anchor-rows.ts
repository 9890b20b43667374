/**
 * The windows of a picture whose hash has certain bits, row by row (block-origins.ts). Not normative. Every 16x16 window has a hash, which
 * rolls along rows and down columns (Karp and Rabin, 1987), modulo 2^32: it does not matter in which order its terms are added.
 */

/** Samples of a window along a row and down a column. */
export const WINDOW = 16;

/** Odd factors of the hash along rows and down columns; any that mix well do. */
export const ROW_FACTOR = 0x9e3779b1 | 0;
export const COLUMN_FACTOR = 0x85ebca77 | 0;
export const MIX_FACTOR = 0xc2b2ae3d | 0;

/** A window is an anchor where this many high bits of its mixed hash are 0. */
export const ANCHOR_BITS = 6;

/** factor^exponent modulo 2^32. */
export function power(factor: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, factor);
  return result;
}

/** The factor of the oldest row of a window when the next one comes. */
export const COLUMN_OUT = /* @__PURE__ */ power(COLUMN_FACTOR, WINDOW);
/** The factor of a row's oldest sample when the next one comes: it then has been multiplied WINDOW - 1 times. */
const ROW_OUT_LAST = /* @__PURE__ */ power(ROW_FACTOR, WINDOW - 1);

/** Goes down the rows of a picture. */
export interface AnchorRows {
  /** The anchors of the row that was taken last: column of the window, then its hash, from left to right. */
  readonly found: Int32Array;
  /** A picture begins: there are no rows yet. */
  start(): void;
  /**
   * Takes the next row.
   * @param position of its first sample in `bytes`
   * @returns number of windows, those that end in this row, which are anchors; rows above the picture count as 0
   */
  next(bytes: Uint8Array, position: number): number;
}

/** Bytes that hashes of rows, sums of columns and what is found take for rows of `width` samples. */
export const anchorBytes = (width: number): number => 4 * width * (WINDOW + 1 + 2);

/** The plain `AnchorRows`, for rows of `width` samples. */
export class PlainAnchorRows implements AnchorRows {
  readonly found: Int32Array;
  private readonly width: number;
  /** Hashes of the last WINDOW rows by column, and the sums that roll down the columns. */
  private readonly rows: Int32Array;
  private readonly columns: Int32Array;
  private y = 0;

  constructor(width: number) {
    this.width = width;
    this.found = new Int32Array(2 * width);
    this.rows = new Int32Array(WINDOW * width);
    this.columns = new Int32Array(width);
  }

  start(): void {
    this.rows.fill(0);
    this.columns.fill(0);
    this.y = 0;
  }

  next(bytes: Uint8Array, position: number): number {
    const { rows, columns, width, found } = this;
    const ring = (this.y++ % WINDOW) * width;
    let count = 0;
    let hash = 0;
    for (let x = 0; x < WINDOW - 1; x++) hash = Math.imul(hash, ROW_FACTOR) + bytes[position + x];
    for (let left = 0; left <= width - WINDOW; left++) {
      const at = position + left;
      hash = (Math.imul(hash, ROW_FACTOR) + bytes[at + WINDOW - 1]) | 0;
      const out = Math.imul(rows[ring + left], COLUMN_OUT);
      const column = (Math.imul(columns[left], COLUMN_FACTOR) + hash - out) | 0;
      columns[left] = column;
      rows[ring + left] = hash;
      hash -= Math.imul(bytes[at], ROW_OUT_LAST);
      if (Math.imul(column, MIX_FACTOR) >>> (32 - ANCHOR_BITS) !== 0) continue;
      found[2 * count] = left;
      found[2 * count + 1] = column;
      count++;
    }
    return count;
  }
}
