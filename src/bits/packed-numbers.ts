/**
 * Long lists of numbers that are kept until the end of a file: tables of samples, indexes. Small numbers take a byte or two, and
 * what was stored is never moved, so that a list of millions costs little more than its numbers do.
 */

/** Numbers that are given one after the other, from the first, as often as `walk` is called. */
export interface NumberRows {
  readonly length: number;
  /** A function that gives the next number; not to be called more than `length` times. */
  walk(): () => number;
}

const FIRST_PIECE_BYTES = 64;
const MAX_PIECE_BYTES = 1 << 16;
/** Bytes of the largest number, in seven bits each. */
const MAX_NUMBER_BYTES = 8;

/** A list of integers 0..2^53-1 that grows at its end. Seven bits a byte, the lowest first; the last byte is below 128. */
export class PackedNumbers implements NumberRows {
  length = 0;
  private readonly full: Uint8Array[] = [];
  private piece = new Uint8Array(FIRST_PIECE_BYTES);
  private at = 0;

  push(value: number): void {
    if (this.at + MAX_NUMBER_BYTES > this.piece.length) this.grow();
    const { piece } = this;
    let { at } = this;
    let rest = value;
    while (rest > 0x7f) {
      piece[at++] = (rest & 0x7f) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
    }
    piece[at++] = rest;
    this.at = at;
    this.length++;
  }

  private grow(): void {
    this.full.push(this.piece.subarray(0, this.at));
    this.piece = new Uint8Array(Math.min(MAX_PIECE_BYTES, this.piece.length * 2));
    this.at = 0;
  }

  /** Nothing may be pushed while the list is walked over. */
  walk(): () => number {
    let index = 0;
    let at = 0;
    let bytes = this.full[0] ?? this.piece;
    return () => {
      while (index < this.full.length && at === bytes.length) {
        index++;
        bytes = this.full[index] ?? this.piece;
        at = 0;
      }
      let value = 0;
      let scale = 1;
      for (;;) {
        const byte = bytes[at++];
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
        scale *= 128;
      }
    };
  }
}
