/**
 * A sink that can be written back to and read, in front of one that cannot: all is kept outside of memory until it is closed, and goes
 * out then. For files whose index stands in front and is known last.
 */
import type { ByteSink } from '../base/byte-stream.ts';
import { IoError, MediaError, messageOf } from '../base/errors.ts';
import type { SpillStore } from './spill-source.ts';

const PIECE_BYTES = 1 << 20;

/** Writes to `sink` what is kept in `store`. */
export class StoredSink implements ByteSink {
  readonly seekable = true;
  private readonly sink: ByteSink;
  private readonly store: SpillStore;
  private end = 0;

  constructor(sink: ByteSink, store: SpillStore) {
    this.sink = sink;
    this.store = store;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.store.write(this.end, bytes).catch(storeFailed);
    this.end += bytes.length;
  }

  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await this.store.write(position, bytes).catch(storeFailed);
  }

  readAt(position: number, length: number): Promise<Uint8Array> {
    return this.store.read(position, length).catch(storeFailed);
  }

  async close(): Promise<void> {
    for (let at = 0; at < this.end; at += PIECE_BYTES) {
      await this.sink.write(await this.readAt(at, Math.min(PIECE_BYTES, this.end - at)));
    }
    await this.store.close();
    await this.sink.close();
  }

  async abort(reason?: unknown): Promise<void> {
    try {
      await this.store.close();
    } finally {
      await this.sink.abort(reason);
    }
  }
}

function storeFailed(error: unknown): never {
  if (error instanceof MediaError) throw error;
  throw new IoError(
    'faststart',
    `the media could not be kept in a temporary file: ${messageOf(error)}; write to a file, or fragmented`,
    { cause: error },
  );
}
