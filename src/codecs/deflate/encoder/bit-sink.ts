/** Bits in the order of RFC 1951 clause 3.1.1: lowest first, into bytes that grow. */

import type { DeflateInspector } from './inspector.ts';

const INITIAL_BYTES = 1 << 16;

/** Collects bits; whole bytes can be taken out at any time. */
export class BitSink {
  bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  /** Whole bytes that are there. */
  length = 0;
  /** Bits that do not fill a byte yet, lowest first. */
  bits = 0;
  bitCount = 0;
  /** Told of the blocks that are written here; null where nobody watches. */
  readonly inspector: DeflateInspector | null;

  constructor(inspector: DeflateInspector | null = null) {
    this.inspector = inspector;
  }

  /** Forgets all bits. */
  clear(): void {
    this.length = 0;
    this.bits = 0;
    this.bitCount = 0;
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** The lowest `count` bits of `value`, at most 16. The caller has reserved room. */
  put(value: number, count: number): void {
    this.bits |= value << this.bitCount;
    this.bitCount += count;
    while (this.bitCount >= 8) {
      this.bytes[this.length++] = this.bits;
      this.bits >>>= 8;
      this.bitCount -= 8;
    }
  }

  /** Zero bits up to the next whole byte. */
  align(): void {
    if (this.bitCount > 0) this.put(0, 8 - this.bitCount);
  }

  /** The whole bytes, until the next ones are put; the sink goes on without them. */
  lend(): Uint8Array {
    const lent = this.bytes.subarray(0, this.length);
    this.length = 0;
    return lent;
  }
}
