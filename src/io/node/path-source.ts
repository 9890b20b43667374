/** A file as a source. */

import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../../base/byte-stream.ts';
import { ConfigError, messageOf, StateError } from '../../base/errors.ts';
import type { UrlLike } from '../../base/platform.ts';
import { StreamSource } from '../stream-source.ts';
import { pathOf } from './path-sink.ts';

/** Bytes that are read at once from a new place: readers jump to look at a header, and most of a large block is in vain. */
const JUMP_BYTES = 16 * 1024;

/** Bytes that are read at once, and ahead, while the file is read forward: what is read should still be in the cache when it is used. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Opens a file for reading; a pipe or device is read forward only. Throws `ConfigError` if it cannot be opened or is a
 * folder.
 */
export async function openPathSource(file: string | UrlLike): Promise<ByteSource> {
  const path = pathOf(file);
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const message = messageOf(error);
    throw new ConfigError('path', `cannot read ${path}: ${message}`, { cause: error });
  }
  const found = await handle.stat();
  if (found.isFile()) return new PathSource(handle, found.size);
  if (found.isDirectory()) {
    await handle.close();
    throw new ConfigError('path', `${path} is a folder, needed is a file`);
  }
  // The pipe that was opened is the one to read: a writer that finds it closed is gone when it is opened again.
  return new StreamSource(createReadStream(path, { fd: handle }));
}

/** A run of bytes of the file. */
interface Block {
  buffer: Uint8Array;
  /** Where in `buffer` the run lies, and where in the file. */
  from: number;
  length: number;
  position: number;
}

/**
 * Keeps the last block, and while the file is read forward fetches the one behind it before it is asked for, so that
 * reading and what is done with the bytes go on at the same time.
 */
class PathSource implements ByteSource {
  readonly size: number;
  private readonly handle: FileHandle;
  private block: Block = emptyBlock();
  private spare: Block = emptyBlock();
  /** The block behind `block`, while it is on its way; never rejects. */
  private ahead: Promise<{ readonly error: unknown } | null> | null = null;
  private isOpen = true;

  constructor(handle: FileHandle, size: number) {
    this.handle = handle;
    this.size = size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (!this.isOpen) throw new StateError('PathSource.read', 'the file is closed');
    const count = Math.max(0, Math.min(length, this.size - position));
    if (count === 0) return new Uint8Array(0);
    if (!this.holds(position, count)) await this.fetch(position, count);
    const { buffer, from, length: held, position: start } = this.block;
    const at = from + position - start;
    return buffer.subarray(at, Math.min(at + count, from + held));
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.ahead;
    await this.handle.close();
  }

  private holds(position: number, count: number): boolean {
    const { position: start, length } = this.block;
    return position >= start && position + count <= start + length;
  }

  /** Makes `block` hold `count` bytes from `position` on, or what the file has of them. */
  private async fetch(position: number, count: number): Promise<void> {
    const { block } = this;
    const end = block.position + block.length;
    const isForward = block.length > 0 && position >= block.position && position <= end;
    if (isForward && (await this.takeAhead(position, count))) return;
    await this.ahead;
    this.ahead = null;
    await this.fill(block, position, Math.max(count, isForward ? BLOCK_BYTES : JUMP_BYTES), 0);
    if (isForward) this.readAhead();
  }

  /** Goes on to the block ahead, behind the bytes of this one from `position` on. False if that does not reach far enough. */
  private async takeAhead(position: number, count: number): Promise<boolean> {
    if (this.ahead === null) return false;
    const failure = await this.ahead;
    this.ahead = null;
    if (failure !== null) throw failure.error;
    const { block, spare } = this;
    const kept = block.position + block.length - position;
    if (kept > spare.from || kept + spare.length < count) return false;
    const at = block.from + block.length - kept;
    spare.buffer.set(block.buffer.subarray(at, at + kept), spare.from - kept);
    spare.from -= kept;
    spare.length += kept;
    spare.position = position;
    this.block = spare;
    this.spare = block;
    this.readAhead();
    return true;
  }

  /** Begins to read what follows `block`, into `spare`, behind room for what of `block` will still be needed then. */
  private readAhead(): void {
    const { block, spare } = this;
    const position = block.position + block.length;
    if (position >= this.size) return;
    this.ahead = this.fill(spare, position, BLOCK_BYTES, BLOCK_BYTES).then(
      () => null,
      (error: unknown) => ({ error }),
    );
  }

  /** Reads `count` bytes from `position` on, or what the file has of them, to `from` in the block's buffer. */
  private async fill(block: Block, position: number, count: number, from: number): Promise<void> {
    block.length = 0;
    block.position = position;
    block.from = from;
    if (block.buffer.length < from + count) block.buffer = new Uint8Array(from + count);
    while (block.length < count) {
      const at = from + block.length;
      const left = count - block.length;
      const { bytesRead } = await this.handle.read(block.buffer, at, left, position + block.length);
      if (bytesRead === 0) return;
      block.length += bytesRead;
    }
  }
}

function emptyBlock(): Block {
  return { buffer: new Uint8Array(0), from: 0, length: 0, position: 0 };
}
