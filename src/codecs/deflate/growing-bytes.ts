/** Bytes that are appended to until they are taken. */

/** Pieces, joined at the end: nothing is copied more than twice, and no more memory is held than there are bytes. */
export class GrowingBytes {
  private readonly full: Uint8Array[] = [];
  private last: Uint8Array;
  private lastLength = 0;
  private fullLength = 0;

  /** `capacity`: bytes that are expected; as many as that are copied once only. */
  constructor(capacity: number) {
    this.last = new Uint8Array(capacity);
  }

  get length(): number {
    return this.fullLength + this.lastLength;
  }

  append(piece: Uint8Array): void {
    const fitting = Math.min(piece.length, this.last.length - this.lastLength);
    this.last.set(fitting < piece.length ? piece.subarray(0, fitting) : piece, this.lastLength);
    this.lastLength += fitting;
    if (fitting === piece.length) return;
    this.full.push(this.last);
    this.fullLength += this.lastLength;
    this.last = new Uint8Array(Math.max(PIECE_BYTES, piece.length - fitting));
    this.last.set(piece.subarray(fitting));
    this.lastLength = piece.length - fitting;
  }

  /** The appended bytes, in memory of their own; call it once, at the end. */
  take(): Uint8Array {
    const end = this.last.subarray(0, this.lastLength);
    if (this.full.length === 0)
      return this.lastLength === this.last.length ? this.last : end.slice();
    const joined = new Uint8Array(this.length);
    let at = 0;
    for (const piece of [...this.full, end]) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }
}

/** Memory is taken in pieces of this size. */
const PIECE_BYTES = 1 << 20;
