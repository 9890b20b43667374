/** Reads a source in large blocks, so that thousands of small packets do not become thousands of reads. */
import type { ByteSource } from '../../base/byte-stream.ts';

const WINDOW_BYTES = 1 << 18;

/** A view of the source around where it was last read. */
export class SourceWindow {
  readonly source: ByteSource;
  private window: Uint8Array = new Uint8Array(0);
  private start = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** Bytes of the source, Infinity if that is not known. */
  get size(): number {
    return this.source.size ?? Number.POSITIVE_INFINITY;
  }

  /** `length` bytes from `position` on, fewer at the end of the source. Valid until the next call. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const offset = position - this.start;
    if (offset >= 0 && offset + length <= this.window.length) {
      return this.window.subarray(offset, offset + length);
    }
    if (length > WINDOW_BYTES) return await this.source.read(position, length);
    this.window = await this.source.read(position, WINDOW_BYTES);
    this.start = position;
    return this.window.subarray(0, length);
  }

  /**
   * A copy of `length` bytes from `position` on, or of fewer at the end. Grows with what the source really has, so that
   * a length that lies costs nothing.
   */
  async readCopy(position: number, length: number): Promise<Uint8Array> {
    const there = Math.max(0, Math.min(length, this.size - position));
    if (Number.isFinite(this.size) || there <= WINDOW_BYTES) {
      return (await this.read(position, there)).slice();
    }
    const parts: Uint8Array[] = [];
    let total = 0;
    while (total < there) {
      const part = await this.read(position + total, Math.min(WINDOW_BYTES, there - total));
      if (part.length === 0) break;
      parts.push(part.slice());
      total += part.length;
    }
    const bytes = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
