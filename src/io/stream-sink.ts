/** A sink that writes into a `WritableStream` of the web platform. */

import { type ByteSink, piecesOf } from '../base/byte-stream.ts';
import { ConfigError, StateError } from '../base/errors.ts';
import type { WritableStreamLike, WritableStreamWriterLike } from '../base/platform.ts';

/** Holds the stream's lock until it is closed or aborted. Waits for the stream to be ready, so memory stays flat. */
export class StreamSink implements ByteSink {
  readonly seekable = false;
  private readonly writer: WritableStreamWriterLike<Uint8Array>;

  /** Throws `ConfigError` if somebody else holds the stream's lock. */
  constructor(stream: WritableStreamLike<Uint8Array>) {
    if (stream.locked) {
      throw new ConfigError('StreamSink', 'the stream is locked; release its writer before');
    }
    this.writer = stream.getWriter();
    // A failure shows in the next write or close; this only keeps it from being reported as unhandled as well.
    this.writer.closed.catch(() => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const piece of piecesOf(bytes)) {
      await this.writer.ready;
      // Whoever reads the stream may keep the chunk, and the caller may write over the bytes.
      await this.writer.write(new Uint8Array(piece));
    }
  }

  writeAt(): never {
    throw new StateError('StreamSink.writeAt', 'a stream cannot go back');
  }

  async close(): Promise<void> {
    await this.writer.close();
  }

  /** Does not wait for a write that hangs, as the stream itself would. */
  async abort(reason?: unknown): Promise<void> {
    this.writer.abort(reason).catch(() => {});
  }
}
