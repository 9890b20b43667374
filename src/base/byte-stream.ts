/** Sinks, which take bytes, and sources, which give them. A path, memory or a web stream each implement these (src/io). */

/**
 * Takes bytes in order. Containers write through this only, so that every one of them can stream. Each call's promise
 * must be awaited before the next call; a rejected call leaves the sink to be closed with `abort`.
 */
export interface ByteSink {
  /** True if `writeAt` works. A container that needs it (WAV sizes, `mdat` size) takes another form when it is false. */
  readonly seekable: boolean;
  /** Appends `bytes`. The sink does not keep a reference to them after the returned promise has settled. */
  write(bytes: Uint8Array): Promise<void> | void;
  /** Replaces bytes that were already written, from `position` on; does not move the end. */
  writeAt(position: number, bytes: Uint8Array): Promise<void> | void;
  /**
   * Reads back bytes that were written, if the sink can: exactly `length` of them from `position` on, valid until the
   * next call. Lets MP4 move its media data for `faststart` instead of holding it in memory.
   */
  readAt?(position: number, length: number): Promise<Uint8Array> | Uint8Array;
  /**
   * A part of the file that is good by itself is complete (a fragment, a cluster): sends what is held back on its way, so
   * that it is not lost if the process is killed. Absent where nothing is held back.
   */
  flush?(): Promise<void> | void;
  /** All was written: make it final (flush, rename to the final name). */
  close(): Promise<void> | void;
  /** Something failed: release what is held, and remove a file that is of no use. */
  abort(reason?: unknown): Promise<void> | void;
}

/** Random access to a run of bytes. */
export interface ByteSource {
  /** Total number of bytes; null if it is not known before the end is met (a stream). */
  readonly size: number | null;
  /**
   * Reads up to `length` bytes from `position` on; fewer only at the end, zero past it. The view is valid until the
   * next call. Sequential sources keep a bounded window and throw `StateError` for a position they have dropped.
   */
  read(position: number, length: number): Promise<Uint8Array>;
  /**
   * From now on nothing is asked for that lies more than a little before what has been read: what is kept of it may go. Called
   * by readers of formats that may have to go back, where a file turns out to need no going back.
   */
  forwardOnly?(): void;
  close(): Promise<void>;
}

/** Whether two arrays hold the same bytes. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** One array of all `parts` in order, a copy. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let total = 0;
  for (const part of parts) total += part.length;
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes that are copied at once on their way to somebody who keeps them. */
const PIECE_BYTES = 1 << 20;

/** `bytes` in pieces of 1 MiB at most, as views; one empty piece if there are none. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  if (bytes.length <= PIECE_BYTES) yield bytes;
  else
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      yield bytes.subarray(at, at + PIECE_BYTES);
}
