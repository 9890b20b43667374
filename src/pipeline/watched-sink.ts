/** A sink that remembers whether it failed, so that its failures are told from those of the container that writes. */
import type { ByteSink } from '../base/byte-stream.ts';

/** Passes every call on. */
export class WatchedSink implements ByteSink {
  readonly seekable: boolean;
  readonly readAt?: (position: number, length: number) => Promise<Uint8Array>;
  readonly flush?: () => Promise<void>;
  /** Whether a call was rejected. */
  failed = false;
  private readonly sink: ByteSink;

  constructor(sink: ByteSink) {
    this.sink = sink;
    this.seekable = sink.seekable;
    if (sink.readAt !== undefined) {
      this.readAt = (position, length) => this.watch(() => sink.readAt!(position, length));
    }
    if (sink.flush !== undefined) this.flush = () => this.watch(() => sink.flush!());
  }

  /** Gives no promise where the sink gives none: it is called for every packet. */
  write(bytes: Uint8Array): Promise<void> | void {
    try {
      const writing = this.sink.write(bytes);
      return writing === undefined ? undefined : this.watch(() => writing);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  writeAt(position: number, bytes: Uint8Array): Promise<void> {
    return this.watch(() => this.sink.writeAt(position, bytes));
  }

  close(): Promise<void> {
    return this.watch(() => this.sink.close());
  }

  /** Never rejects: the first error says what went wrong; a sink that is broken may well be unable to abort. */
  async abort(reason?: unknown): Promise<void> {
    try {
      await this.sink.abort(reason);
    } catch {}
  }

  private async watch<T>(call: () => T | Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}
