/** Bytes in memory as a source. */

import type { ByteSource } from '../base/byte-stream.ts';
import type { BlobLike } from '../base/platform.ts';

/** Reads views of `bytes`; nothing is copied. */
export class MemorySource implements ByteSource {
  readonly size: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return this.bytes.subarray(position, position + length);
  }

  async close(): Promise<void> {}
}

/** Reads parts of a `Blob` or `File` as they are asked for. */
export class BlobSource implements ByteSource {
  readonly size: number;
  private readonly blob: BlobLike;

  constructor(blob: BlobLike) {
    this.blob = blob;
    this.size = blob.size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.blob.slice(position, position + length).arrayBuffer());
  }

  async close(): Promise<void> {}
}
