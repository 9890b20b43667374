/** A window over a source: the bytes around the reading position, fetched in pieces large enough to be worth a call. */
import type { ByteSource } from '../../base/byte-stream.ts';

const CHUNK_BYTES = 1 << 20;

/** Bytes of a source from `start` on. Refilled from the position asked for, so that a stream may drop what came before. */
export class SourceWindow {
  readonly source: ByteSource;
  /** Bytes `start` to `start + bytes.length` of the source; valid until the next `load`. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Whether `count` bytes from `position` on are here. */
  has(position: number, count: number): boolean {
    return position >= this.start && position + count <= this.start + this.bytes.length;
  }

  /**
   * Fetches `count` bytes from `position` on, and more if a piece is larger. Returns how many of them there are: fewer
   * only at the end of the source.
   */
  async load(position: number, count: number): Promise<number> {
    if (!this.has(position, count)) {
      this.bytes = await this.source.read(position, Math.max(count, CHUNK_BYTES));
      this.start = position;
    }
    return Math.max(0, Math.min(count, this.start + this.bytes.length - position));
  }

  /** A copy of `count` bytes from `position` on, or of what is left of them. */
  async copy(position: number, count: number): Promise<Uint8Array> {
    const available = await this.load(position, count);
    const at = position - this.start;
    return this.bytes.slice(at, at + available);
  }
}
