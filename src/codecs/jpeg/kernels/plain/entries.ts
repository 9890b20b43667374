/**
 * How the quantized AC coefficients of a block lie in memory, for the encoder's block store and the kernels that read it: a run of entries for
 * those that are not zero, in one byte each where few zeros are before them and levels are small, as nearly everywhere.
 *
 * Such a byte is `LAST | SHORT | zeros before it << 4 | level in 4 bits`. Any other is `LAST | k`, then the level in one byte, or `ESCAPE`
 * and the level in two, high byte first. An empty block is one byte: `LAST`, and index 0, which no AC coefficient has.
 */

/** The last coefficient of its block. */
export const LAST = 0x80;
/** An entry of one byte. */
export const SHORT_BIT = 6;
export const SHORT: number = 1 << SHORT_BIT;
/** Bits of its level, -8..7. */
export const SHORT_LEVEL_BITS = 4;
/** Zeros before it, 0..3. */
export const SHORT_ZEROS = 3;
/** The index in the zig-zag sequence of any other entry. */
export const INDEX = 0x3f;
/** In place of a level: it is outside -127..127, and two bytes follow. */
export const ESCAPE = -128;
/** Most bytes of a block. */
export const BLOCK_BYTES = 4 * 63;

/** The longest end-of-band run (T.81 clause G.1.2.2). */
export const MAX_END_OF_BAND_RUN = 0x7fff;
/** Correction bits that wait for their end-of-band run; more are not let to gather. */
export const MAX_WAITING_BITS = 1024;

/** Reads the entries of one block after the other. */
export class EntryReader {
  /** Where the next entry is. */
  at = 0;
  /** Index and level of the coefficient that was read last. */
  k = 0;
  level = 0;
  private isLast = false;

  /** Begins a block, the entries of which are at `at`. */
  begin(at: number): void {
    this.at = at;
    this.k = 0;
    this.isLast = false;
  }

  /** Reads the next coefficient of the block; false if there is none: then `at` is where the next block begins. */
  next(entries: Uint8Array): boolean {
    if (this.isLast) return false;
    let { at } = this;
    const entry = entries[at++]!;
    this.isLast = (entry & LAST) !== 0;
    if ((entry & SHORT) !== 0) {
      this.k += 1 + ((entry >> SHORT_LEVEL_BITS) & SHORT_ZEROS);
      this.level = (entry << (32 - SHORT_LEVEL_BITS)) >> (32 - SHORT_LEVEL_BITS);
    } else {
      this.k = entry & INDEX;
      if (this.k === 0) {
        this.at = at;
        return false;
      }
      this.level = (entries[at++]! << 24) >> 24;
      if (this.level === ESCAPE) {
        this.level = ((entries[at]! << 24) >> 16) | entries[at + 1]!;
        at += 2;
      }
    }
    this.at = at;
    return true;
  }
}
