/** Files in memory for the tests of this folder: a sink that can do as much or as little as a test wants, and a source. */
import type { ByteSink, ByteSource } from '../../../src/base/byte-stream.ts';

/** What a sink of a test is able to do. */
export interface SinkAbilities {
  readonly seekable?: boolean;
  readonly canRead?: boolean;
}

export class TestSink implements ByteSink {
  readonly seekable: boolean;
  readAt?: (position: number, length: number) => Uint8Array;
  private contents = new Uint8Array(1 << 12);
  private length = 0;

  constructor({ seekable = true, canRead = false }: SinkAbilities = {}) {
    this.seekable = seekable;
    if (canRead)
      this.readAt = (position, length) => this.bytes().slice(position, position + length);
  }

  write(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.contents.length) {
      const larger = new Uint8Array(Math.max(this.contents.length * 2, this.length + bytes.length));
      larger.set(this.contents);
      this.contents = larger;
    }
    this.contents.set(bytes, this.length);
    this.length += bytes.length;
  }

  writeAt(position: number, bytes: Uint8Array): void {
    if (!this.seekable) throw new Error('not seekable');
    if (position + bytes.length > this.length) throw new Error('writeAt past the end');
    this.contents.set(bytes, position);
  }

  close(): void {}

  abort(): void {}

  bytes(): Uint8Array {
    return this.contents.subarray(0, this.length);
  }
}

/** A source over `bytes` that counts what is read, so that tests can bound it. */
export class TestSource implements ByteSource {
  readonly size: number | null;
  bytesRead = 0;
  private readonly contents: Uint8Array;

  constructor(bytes: Uint8Array, knowsSize = true) {
    this.contents = bytes;
    this.size = knowsSize ? bytes.length : null;
  }

  read(position: number, length: number): Promise<Uint8Array> {
    const view = this.contents.subarray(position, position + length);
    this.bytesRead += view.length;
    return Promise.resolve(view);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
