/** A file as a sink: written beside its name, and renamed when it is complete. */

import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ByteSink } from '../../base/byte-stream.ts';
import { ConfigError, MediaError, messageOf, StateError } from '../../base/errors.ts';
import type { UrlLike } from '../../base/platform.ts';
import { beginOutputFile, type OutputFile } from './output-file.ts';

/**
 * One write to the file for many small ones of a container: a packet of sound is a few hundred bytes. There are two such
 * buffers: one is filled while the other is on its way to the file.
 */
const BUFFER_BYTES = 256 * 1024;
/**
 * Least time from one flush of a file to the next. Parts of a recording are further apart, so each reaches the file when it is
 * complete; those of a copy are not, and a write for each took more time than all else that was done for its packets.
 */
const FLUSH_MS = 100;

/**
 * Opens a file for writing. Nothing appears under its name until `close`; an existing file stays as it is until then.
 * A pipe or a device is written directly, and is not seekable.
 * Throws `ConfigError` if the folder does not exist or `file` is a folder.
 * @param file a path, or a URL of scheme `file:`
 */
export async function openPathSink(file: string | UrlLike): Promise<ByteSink> {
  return begin(pathOf(file), false);
}

/** A file that is complete and on the disk after `close`, and has its name after `commit`: for files that appear together or not at all. */
export interface HeldSink extends ByteSink {
  /** Bytes that were written. */
  readonly size: number;
  /** As that of any sink; also between `close` and `commit`. */
  readAt(position: number, length: number): Promise<Uint8Array>;
  /** Gives the file its name. */
  commit(): Promise<void>;
  /** Removes the file, also after `close`; nothing after `commit`. */
  abort(): Promise<void>;
}

/** Opens a file as `openPathSink` does; it takes its name with `commit`. */
export function openHeldSink(path: string): Promise<HeldSink> {
  return begin(path, true);
}

async function begin(path: string, isHeld: boolean): Promise<HeldSink> {
  try {
    return new PathSink(await beginOutputFile(path), path, isHeld);
  } catch (error) {
    if (error instanceof MediaError) throw error;
    throw new ConfigError('path', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

class PathSink implements HeldSink {
  readonly seekable: boolean;
  private readonly file: OutputFile;
  private readonly handle: FileHandle;
  /** The name as the caller gave it. */
  private readonly path: string;
  private buffer = new Uint8Array(BUFFER_BYTES);
  private spare = new Uint8Array(BUFFER_BYTES);
  private buffered = 0;
  /** Bytes in the file or on their way to it, without the buffered ones. */
  private written = 0;
  /** The write that is on its way, and what went wrong with it; it never rejects. */
  private underway: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;
  private isOpen = true;
  private flushedAt = Number.NEGATIVE_INFINITY;
  /** Whether the name is given by `commit`, and not by `close`. */
  private readonly isHeld: boolean;

  constructor(file: OutputFile, path: string, isHeld: boolean) {
    this.isHeld = isHeld;
    this.file = file;
    this.handle = file.handle;
    this.path = path;
    this.seekable = file.isPart;
  }

  get size(): number {
    return this.written + this.buffered;
  }

  /** Bytes that fit in the buffer are taken at once. One of the next calls throws the error of a write that failed. */
  write(bytes: Uint8Array): Promise<void> | void {
    this.requireOpen('write');
    if (this.buffered + bytes.length > BUFFER_BYTES) return this.writeOn(bytes);
    this.buffer.set(bytes, this.buffered);
    this.buffered += bytes.length;
  }

  /** Fills buffers with `bytes` and sends those that are full. */
  private async writeOn(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, BUFFER_BYTES - this.buffered);
      this.buffer.set(bytes.subarray(at, at + count), this.buffered);
      this.buffered += count;
      at += count;
      if (this.buffered === BUFFER_BYTES) await this.send();
    }
  }

  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    this.requireOpen('writeAt');
    if (!this.seekable) throw new StateError('PathSink.writeAt', `${this.path} cannot go back`);
    if (!(position >= 0 && position + bytes.length <= this.size)) {
      throw new ConfigError('PathSink.writeAt.position', `got ${position}, of ${this.size} bytes`);
    }
    if (position >= this.written) {
      this.buffer.set(bytes, position - this.written);
      return;
    }
    await this.settle();
    await this.writeFully(bytes, position);
  }

  /** Up to `length` bytes that were written, from `position` on. */
  async readAt(position: number, length: number): Promise<Uint8Array> {
    this.requireOpen('readAt');
    await this.settle();
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.handle.read(out, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return out.subarray(0, done);
  }

  /** Does not wait until the file has it. What is written faster than sound and pictures last waits for the next call. */
  async flush(): Promise<void> {
    this.requireOpen('flush');
    if (this.buffered === 0) return;
    const now = performance.now();
    if (this.seekable && now - this.flushedAt < FLUSH_MS) return;
    this.flushedAt = now;
    await this.send();
  }

  async close(): Promise<void> {
    this.requireOpen('close');
    await this.settle();
    if (!this.isHeld) return this.commit();
    // A disk that is full may say so only now: after this, little but the name is left to fail.
    if (this.seekable) await this.handle.sync();
  }

  async commit(): Promise<void> {
    this.requireOpen('commit');
    await this.file.commit();
    this.isOpen = false;
  }

  async abort(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.underway;
    await this.file.discard();
  }

  /** Sends the buffer on its way to the file, when the one before has arrived. */
  private async send(): Promise<void> {
    await this.arrived();
    const { buffer, buffered, written } = this;
    this.buffer = this.spare;
    this.spare = buffer;
    this.buffered = 0;
    this.written += buffered;
    this.underway = this.writeFully(buffer.subarray(0, buffered), written).catch(
      (error: unknown) => {
        this.failure = { error };
      },
    );
  }

  /** Waits for the write that is on its way; throws what went wrong with it. */
  private async arrived(): Promise<void> {
    await this.underway;
    this.underway = null;
    if (this.failure !== null) throw this.failure.error;
  }

  /** Waits until all is in the file. */
  private async settle(): Promise<void> {
    if (this.buffered > 0) await this.send();
    await this.arrived();
  }

  /** A write may take fewer bytes than it was given (a disk that fills up): goes on until all are taken or it fails. */
  private async writeFully(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const at = this.seekable ? position + done : null;
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, at);
      done += bytesWritten;
    }
  }

  private requireOpen(method: string): void {
    if (!this.isOpen) throw new StateError(`PathSink.${method}`, `${this.path} is closed`);
  }
}

/** The path that a `file:` URL stands for; throws `ConfigError` for another scheme. */
export function pathOf(file: string | UrlLike): string {
  if (typeof file === 'string') return file;
  if (file.protocol === 'file:') return fileURLToPath(file.href);
  throw new ConfigError('path', `got a ${file.protocol} URL, allowed are file: URLs and paths`);
}
