/** A sink that keeps what it is given in memory. */
import type { ByteSink } from '../base/byte-stream.ts';
import { ConfigError, StateError } from '../base/errors.ts';

const INITIAL_BYTES = 64 * 1024;

/** Grows as needed; `toBytes` gives the result at any time. */
export class MemorySink implements ByteSink {
  readonly seekable: boolean;
  private buffer = new Uint8Array(INITIAL_BYTES);
  private length = 0;
  private state: 'open' | 'closed' | 'aborted' = 'open';

  /** @param options `seekable: false` asks for the layout that a stream gets; default true */
  constructor(options: { readonly seekable?: boolean } = {}) {
    this.seekable = options.seekable ?? true;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  write(bytes: Uint8Array): void {
    this.requireOpen('write');
    const end = this.length + bytes.length;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, this.length));
      this.buffer = larger;
    }
    this.buffer.set(bytes, this.length);
    this.length = end;
  }

  writeAt(position: number, bytes: Uint8Array): void {
    this.requireOpen('writeAt');
    if (!this.seekable) throw new StateError('MemorySink.writeAt', 'the sink is not seekable');
    if (!(position >= 0 && position + bytes.length <= this.length)) {
      throw new ConfigError(
        'MemorySink.writeAt.position',
        `got ${position} for ${bytes.length} bytes, of ${this.length} written`,
      );
    }
    this.buffer.set(bytes, position);
  }

  /** A copy of up to `length` bytes that were written, from `position` on. */
  readAt(position: number, length: number): Uint8Array {
    return this.buffer.slice(position, Math.min(position + length, this.length));
  }

  close(): void {
    this.requireOpen('close');
    this.state = 'closed';
  }

  /** Drops what was written. */
  abort(): void {
    this.state = 'aborted';
    this.buffer = new Uint8Array(0);
    this.length = 0;
  }

  /** A copy of all bytes written; empty after an abort. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  private requireOpen(method: string): void {
    if (this.state !== 'open') {
      throw new StateError(`MemorySink.${method}`, `the sink is ${this.state}; make a new one`);
    }
  }
}
