/** A window over a source: the bytes around the reading position, fetched in pieces large enough to be worth a call. */
import { type ByteSource, joinBytes } from './byte-stream.ts';

const PIECE_BYTES = 256 * 1024;

/** Bytes of a source from `start` on. Refilled from the position asked for, so that a stream may drop what came before. */
export class SourceWindow {
  readonly source: ByteSource;
  /** Bytes `start` to `start + bytes.length` of the source; valid until the next call of a method that waits. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Bytes of the source, Infinity if that is not known. */
  get size(): number {
    return this.source.size ?? Number.POSITIVE_INFINITY;
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
      this.bytes = await this.source.read(position, Math.max(count, PIECE_BYTES));
      this.start = position;
    }
    return Math.max(0, Math.min(count, this.start + this.bytes.length - position));
  }

  /** `count` bytes from `position` on, fewer at the end of the source, as a view. */
  async read(position: number, count: number): Promise<Uint8Array> {
    const there = await this.load(position, count);
    return this.bytes.subarray(position - this.start, position - this.start + there);
  }

  /** The same without fetching a whole piece: for headers that are looked at on a way through the file in jumps. */
  async peek(position: number, count: number): Promise<Uint8Array> {
    if (!this.has(position, count)) {
      this.bytes = await this.source.read(position, count);
      this.start = position;
    }
    return this.bytes.subarray(position - this.start, position - this.start + count);
  }

  /**
   * A copy of `count` bytes from `position` on, or of fewer at the end. Grows with what the source really has, so that a
   * count that lies costs nothing.
   */
  async copy(position: number, count: number): Promise<Uint8Array> {
    const there = Math.max(0, Math.min(count, this.size - position));
    if (Number.isFinite(this.size) || there <= PIECE_BYTES) {
      return (await this.read(position, there)).slice();
    }
    const parts: Uint8Array[] = [];
    let total = 0;
    while (total < there) {
      const part = await this.read(position + total, Math.min(PIECE_BYTES, there - total));
      if (part.length === 0) break;
      parts.push(part.slice());
      total += part.length;
    }
    return joinBytes(parts);
  }

  /** A copy of bytes that are here. */
  take(position: number, count: number): Uint8Array {
    const at = position - this.start;
    return this.bytes.slice(at, at + count);
  }
}
