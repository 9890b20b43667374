/** A source that lets the event loop run while it is read, and whose reads end when the caller's signal is aborted. */

import type { ByteSource } from '../base/byte-stream.ts';
import { IoError, MediaError, messageOf } from '../base/errors.ts';
import { Pace, unlessAborted } from '../base/pace.ts';
import type { AbortSignalLike } from '../base/platform.ts';

/** Passes every call on. */
export class PacedSource implements ByteSource {
  private readonly source: ByteSource;
  private readonly signal: AbortSignalLike | undefined;
  private readonly pace: Pace;

  constructor(source: ByteSource, signal: AbortSignalLike | undefined) {
    this.source = source;
    this.signal = signal;
    this.pace = new Pace(signal);
  }

  get size(): number | null {
    return this.source.size;
  }

  /** A result that is ready is handed on as it is: some files in memory are read once for every packet. */
  read(position: number, length: number): Promise<Uint8Array> {
    const turn = this.pace.step();
    const reading =
      turn === undefined
        ? this.source.read(position, length)
        : turn.then(() => this.source.read(position, length));
    return unlessAborted(reading.catch(this.fail), this.signal);
  }

  /** An error that a source of the caller's own throws becomes an `IoError`, unless it is one of this library. */
  private readonly fail = (error: unknown): never => {
    if (error instanceof MediaError) throw error;
    this.signal?.throwIfAborted();
    const message = messageOf(error);
    throw new IoError('demuxer.source', `the source failed: ${message}`, { cause: error });
  };

  forwardOnly(): void {
    this.source.forwardOnly?.();
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

/**
 * What `inner` gives, with turns of the event loop between, until `signal` is aborted: then the next call rejects at once, also
 * while `inner` waits for something that may never come.
 */
export function paced<T>(
  inner: AsyncGenerator<T>,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<T> {
  const pace = new Pace(signal);
  const made: Omit<AsyncGenerator<T>, typeof Symbol.asyncDispose> = {
    // No generator around a generator: each hop costs as much as reading a small packet.
    next() {
      try {
        const turn = pace.step();
        const next = turn === undefined ? inner.next() : turn.then(() => inner.next());
        return unlessAborted(next, signal);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    return: (value) => inner.return(value),
    throw: (error) => inner.throw(error),
    [Symbol.asyncIterator]() {
      return this as AsyncGenerator<T>;
    },
  };
  return made as AsyncGenerator<T>;
}
