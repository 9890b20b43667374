/** A stream as a source: reads forward, and keeps the last bytes so that a reader can look back a little. */
import type { ByteSource } from '../base/byte-stream.ts';
import { FormatError, StateError } from '../base/errors.ts';
import type { ReadableStreamLike } from '../base/platform.ts';

/** How far back one can read: enough for a header that turned out to be longer. */
const DEFAULT_WINDOW_BYTES = 1 << 20;

/** The members that streams of the web platform and of Node share. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** The chunks of a stream, and a way to end it that does not wait for a chunk that may never come. */
export interface Chunks {
  next(): Promise<IteratorResult<Uint8Array>>;
  cancel(): Promise<void>;
}

/** The chunks of a stream of the web platform, of Node, or of anything that can be iterated over. */
export function chunksOf(stream: ByteStream | ReadableStreamLike<Uint8Array>): Chunks {
  if ('getReader' in stream) {
    const reader = stream.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
      cancel: () => reader.cancel(),
    };
  }
  const iterator = stream[Symbol.asyncIterator]();
  const { destroy } = stream as { destroy?: () => void };
  return {
    next: () => iterator.next(),
    async cancel() {
      // A generator answers only when the chunk that it waits for has come; a stream of Node can be told to end.
      if (destroy === undefined) await iterator.return?.();
      else destroy.call(stream);
    },
  };
}

/** Keeps at most the window, and what one call of `read` asks for. */
export class StreamSource implements ByteSource {
  /** Known when the end has been met. */
  size: number | null = null;
  private readonly chunks: Chunks;
  private readonly windowBytes: number;
  private buffer = new Uint8Array(64 * 1024);
  /** Position in the stream of `buffer[0]`, and bytes that are in it. */
  private start = 0;
  private length = 0;

  constructor(
    stream: ByteStream | ReadableStreamLike<Uint8Array>,
    options: { readonly windowBytes?: number } = {},
  ) {
    this.chunks = chunksOf(stream);
    this.windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (position < this.start) {
      throw new StateError(
        'StreamSource.read',
        `position ${position} was dropped, the stream is kept from ${this.start} on; use a file or bytes`,
      );
    }
    while (this.size === null && this.start + this.length < position + length) {
      this.dropBefore(position);
      await this.pull();
    }
    const from = position - this.start;
    return this.buffer.subarray(Math.min(from, this.length), Math.min(from + length, this.length));
  }

  async close(): Promise<void> {
    await this.chunks.cancel();
  }

  private async pull(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done === true) {
      this.size = this.start + this.length;
      return;
    }
    if (!(value instanceof Uint8Array)) {
      throw new FormatError(
        'StreamSource',
        `a chunk is not a Uint8Array`,
        this.start + this.length,
      );
    }
    const needed = this.length + value.length;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  /** Forgets what lies more than a window before `position`, once that is worth the copy. */
  private dropBefore(position: number): void {
    const keepFrom = Math.min(position - this.windowBytes, this.start + this.length);
    const dropped = keepFrom - this.start;
    if (dropped < this.windowBytes) return;
    this.buffer.copyWithin(0, dropped, this.length);
    this.start = keepFrom;
    this.length -= dropped;
  }
}
