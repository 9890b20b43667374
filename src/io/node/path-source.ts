/** A file as a source. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '../../base/byte-stream.ts';
import { ConfigError, StateError } from '../../base/errors.ts';
import { StreamSource } from '../stream-source.ts';
import { pathOf } from './path-sink.ts';

/** Readers ask for a few bytes at a time; one read of the file serves many of them. */
const BLOCK_BYTES = 64 * 1024;

/**
 * Opens a file for reading; a pipe or device is read forward only. Throws `ConfigError` if it cannot be opened or is a
 * folder.
 */
export async function openPathSource(file: string | URL): Promise<ByteSource> {
  const path = pathOf(file);
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError('path', `cannot read ${path}: ${message}`, { cause: error });
  }
  const found = await handle.stat();
  if (found.isFile()) return new PathSource(handle, found.size);
  await handle.close();
  if (found.isDirectory()) throw new ConfigError('path', `${path} is a folder, needed is a file`);
  return new StreamSource(createReadStream(path));
}

class PathSource implements ByteSource {
  readonly size: number;
  private readonly handle: FileHandle;
  private block = new Uint8Array(BLOCK_BYTES);
  private blockStart = 0;
  private blockLength = 0;
  private isOpen = true;

  constructor(handle: FileHandle, size: number) {
    this.handle = handle;
    this.size = size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (!this.isOpen) throw new StateError('PathSource.read', 'the file is closed');
    const count = Math.max(0, Math.min(length, this.size - position));
    if (count > this.block.length) this.block = new Uint8Array(count);
    const isHeld =
      position >= this.blockStart && position + count <= this.blockStart + this.blockLength;
    if (!isHeld) await this.fill(position);
    const from = position - this.blockStart;
    return this.block.subarray(from, Math.min(from + count, this.blockLength));
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    await this.handle.close();
  }

  private async fill(position: number): Promise<void> {
    this.blockStart = position;
    this.blockLength = 0;
    while (this.blockLength < this.block.length) {
      const room = this.block.length - this.blockLength;
      const at = position + this.blockLength;
      const { bytesRead } = await this.handle.read(this.block, this.blockLength, room, at);
      if (bytesRead === 0) return;
      this.blockLength += bytesRead;
    }
  }
}
