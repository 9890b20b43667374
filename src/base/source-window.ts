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
      this.bytes = plain(await this.source.read(position, Math.max(count, PIECE_BYTES)));
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
      this.bytes = plain(await this.source.read(position, count));
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
    if (there <= PIECE_BYTES) return (await this.read(position, there)).slice();
    if (Number.isFinite(this.size)) return await this.copyKnown(position, there);
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

  /** A copy of `count` bytes that the source says it has: in pieces, so that no source has to hold all of them too. */
  private async copyKnown(position: number, count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    let total = 0;
    while (total < count) {
      const part = await this.read(position + total, Math.min(PIECE_BYTES, count - total));
      if (part.length === 0) break;
      bytes.set(part, total);
      total += part.length;
    }
    return total === count ? bytes : bytes.slice(0, total);
  }

  /** A copy of bytes that are here. */
  take(position: number, count: number): Uint8Array {
    const at = position - this.start;
    return this.bytes.slice(at, at + count);
  }
}

/** `bytes` as what it says it is: copies of Node's Buffer by `slice` are none, and would change with the source. */
function plain(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
