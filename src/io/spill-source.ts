/** A stream as a source that can be read anywhere: what has come is kept. For files whose index stands at their end. */
import type { ByteSource } from '../base/byte-stream.ts';
import { UnsupportedError } from '../base/errors.ts';
import type { ByteStream } from './stream-source.ts';

/** Most bytes that are kept. */
const DEFAULT_MAX_BYTES = 256 << 20;

/** Keeps all of a stream that was read, up to a bound. */
export class SpillSource implements ByteSource {
  /** Known when the end has been met. */
  size: number | null = null;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly maxBytes: number;
  private buffer = new Uint8Array(1 << 16);
  private length = 0;

  constructor(stream: ByteStream, options: { readonly maxBytes?: number } = {}) {
    this.chunks = stream[Symbol.asyncIterator]();
    this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    while (this.size === null && this.length < position + length) await this.pull();
    return this.buffer.subarray(
      Math.min(position, this.length),
      Math.min(position + length, this.length),
    );
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async pull(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done === true) {
      this.size = this.length;
      return;
    }
    const needed = this.length + value.length;
    if (needed > this.maxBytes) {
      throw new UnsupportedError(
        'SpillSource.read',
        `the stream has more than ${this.maxBytes} bytes, and such a file cannot be read without going back; use a file or a Blob`,
      );
    }
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(value, this.length);
    this.length = needed;
  }
}
