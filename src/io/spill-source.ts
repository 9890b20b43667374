/**
 * A stream as a source that can be read anywhere: what has come is kept, in memory and then on the disk where there is one. For
 * files whose index may stand at their end. A reader that finds the index in front says so (`forwardOnly`), and nothing is kept.
 */
import type { ByteSource } from '../base/byte-stream.ts';
import { IoError, MediaError, messageOf, UnsupportedError } from '../base/errors.ts';

/** Keeps bytes outside of memory: what `openStore` gives. */
export interface SpillStore {
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** Exactly `length` bytes that were written. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Gives up what is kept. */
  close(): Promise<void>;
}

/** How much of a stream is kept, and where. */
export interface SpillOptions {
  /** Bytes beyond which memory is given up for a store, if there is one. Default 16 MiB. */
  readonly memoryBytes?: number;
  /** Most bytes that are kept. Default 256 MiB in memory, 16 GiB in a store. */
  readonly maxBytes?: number;
  /** Opens a store, or gives null where there can be none. Default: there is none. */
  readonly openStore?: () => Promise<SpillStore | null>;
}

const DEFAULT_MEMORY_BYTES = 16 << 20;
const DEFAULT_MAX_MEMORY_BYTES = 256 << 20;
const DEFAULT_MAX_STORE_BYTES = 16 * 2 ** 30;
const PIECE_BYTES = 1 << 16;

/** Reads `source`, which goes forward only. */
export class SpillSource implements ByteSource {
  private readonly source: ByteSource;
  private readonly options: SpillOptions;
  private buffer = new Uint8Array(PIECE_BYTES);
  /** Bytes that are kept: all of the stream up to there. */
  private length = 0;
  private isAtEnd = false;
  private store: SpillStore | null = null;
  private isForward = false;
  private isOpen = true;

  constructor(source: ByteSource, options: SpillOptions = {}) {
    this.source = source;
    this.options = options;
  }

  /** Known when the end has been met. */
  get size(): number | null {
    if (this.isForward) return this.source.size;
    return this.isAtEnd ? this.length : null;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (this.isForward) return this.source.read(position, length);
    while (!this.isAtEnd && this.length < position + length) await this.pull();
    const start = Math.min(position, this.length);
    const end = Math.min(position + length, this.length);
    if (this.store === null) return this.buffer.subarray(start, end);
    return this.store.read(start, end - start).catch(storeFailed);
  }

  forwardOnly(): void {
    this.isForward = true;
    this.buffer = new Uint8Array(0);
    this.store?.close().catch(() => {});
    this.store = null;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    await Promise.all([this.store?.close(), this.source.close()]);
  }

  private async pull(): Promise<void> {
    const piece = await this.source.read(this.length, PIECE_BYTES);
    if (piece.length === 0) {
      this.isAtEnd = true;
      return;
    }
    const needed = this.length + piece.length;
    const { memoryBytes = DEFAULT_MEMORY_BYTES, openStore } = this.options;
    if (this.store === null && needed > memoryBytes && openStore !== undefined) {
      await this.moveToStore(openStore);
    }
    const isStored = this.store !== null;
    const maxBytes =
      this.options.maxBytes ?? (isStored ? DEFAULT_MAX_STORE_BYTES : DEFAULT_MAX_MEMORY_BYTES);
    if (needed > maxBytes) {
      throw new UnsupportedError(
        'SpillSource.read',
        `the stream has more than ${maxBytes} bytes, and such a file cannot be read without going back; use a file or a Blob`,
      );
    }
    if (this.store === null) this.keep(piece);
    else await this.store.write(this.length, piece).catch(storeFailed);
    this.length = needed;
  }

  private async moveToStore(openStore: () => Promise<SpillStore | null>): Promise<void> {
    const store = await openStore();
    if (store === null) return;
    // Closed while it was being opened: nobody else would close it.
    if (!this.isOpen) await store.close();
    try {
      await store.write(0, this.buffer.subarray(0, this.length));
    } catch (error) {
      await store.close();
      storeFailed(error);
    }
    this.store = store;
    this.buffer = new Uint8Array(0);
  }

  private keep(piece: Uint8Array): void {
    const needed = this.length + piece.length;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(piece, this.length);
  }
}

function storeFailed(error: unknown): never {
  if (error instanceof MediaError) throw error;
  throw new IoError(
    'SpillSource.read',
    `the stream could not be kept in a temporary file: ${messageOf(error)}; use a file`,
    { cause: error },
  );
}
