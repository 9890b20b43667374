/** Bytes that are appended to until they are taken. */

/** Grows by doubling; memory that is known to be enough is never copied. */
export class GrowingBytes {
  private bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  append(piece: Uint8Array): void {
    const end = this.length + piece.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    this.bytes.set(piece, this.length);
    this.length = end;
  }

  /** What was appended, in memory of its own; to be called once, at the end. */
  take(): Uint8Array {
    return this.length === this.bytes.length ? this.bytes : this.bytes.slice(0, this.length);
  }
}
