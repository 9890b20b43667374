/** Writes bits, most significant first, into a buffer that grows. */

const INITIAL_BYTES = 1024;

/** A place in what a `BitWriter` has written, to come back to. */
export interface BitMark {
  length: number;
  word: number;
  free: number;
}

/**
 * Bits are gathered in a 32-bit word and stored four bytes at a time; `put` is small enough for the engine to inline.
 * The first bit written is the most significant bit of the first byte (H.264 clause 7.2, ISO/IEC 14496-3 clause 1.3).
 */
export class BitWriter {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private length = 0;
  /** Pending bits, right-aligned; the `32 - free` low bits are valid. */
  private word = 0;
  private free = 32;

  /** Number of bits written so far. */
  get bitPosition(): number {
    return this.length * 8 + 32 - this.free;
  }

  get isByteAligned(): boolean {
    return (this.free & 7) === 0;
  }

  /** Appends the `count` low bits of `value`; `count` is 0..32, higher bits of `value` must be zero if `count` < 32. */
  put(count: number, value: number): void {
    if (count < this.free) {
      this.word = (this.word << count) | value;
      this.free -= count;
    } else {
      this.spill(count, value);
    }
  }

  private spill(count: number, value: number): void {
    const rest = count - this.free;
    // `free` is 32 only when nothing is pending; a shift by 32 would then be a shift by 0.
    const word = (this.free === 32 ? 0 : this.word << this.free) | (value >>> rest);
    if (this.length + 4 > this.bytes.length) this.grow(4);
    this.bytes[this.length] = word >>> 24;
    this.bytes[this.length + 1] = word >>> 16;
    this.bytes[this.length + 2] = word >>> 8;
    this.bytes[this.length + 3] = word;
    this.length += 4;
    this.word = rest === 0 ? 0 : value & (-1 >>> (32 - rest));
    this.free = 32 - rest;
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + needed));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  /** Appends whole bytes; the position must be byte aligned. */
  putBytes(bytes: Uint8Array): void {
    this.flushWholeBytes();
    if (this.length + bytes.length > this.bytes.length) this.grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends zero bits up to the next byte boundary. */
  alignZero(): void {
    this.put(this.free & 7, 0);
  }

  private flushWholeBytes(): void {
    if (this.length + 4 > this.bytes.length) this.grow(4);
    while (this.free < 32) {
      const pending = 32 - this.free;
      this.bytes[this.length++] = this.word >>> (pending - 8);
      this.free += 8;
    }
    this.word = 0;
  }

  /** Starts again at bit 0; the buffer is kept. */
  reset(): void {
    this.length = 0;
    this.word = 0;
    this.free = 32;
  }

  /** Notes the position in `mark`. */
  mark(mark: BitMark): void {
    mark.length = this.length;
    mark.word = this.word;
    mark.free = this.free;
  }

  /** Forgets what was written since `mark` was noted; neither `view` nor `reset` may have been called since. */
  rewind(mark: BitMark): void {
    this.length = mark.length;
    this.word = mark.word;
    this.free = mark.free;
  }

  /** Whole bytes that later bits cannot change; up to four more are pending. */
  get settledBytes(): number {
    return this.length;
  }

  /** Byte `index` of those settled. */
  byteAt(index: number): number {
    return this.bytes[index];
  }

  /** The bytes written, as a view that is valid until the next call; the position must be byte aligned. */
  view(): Uint8Array {
    this.flushWholeBytes();
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of the bytes written; the position must be byte aligned. */
  toBytes(): Uint8Array {
    return this.view().slice();
  }
}
