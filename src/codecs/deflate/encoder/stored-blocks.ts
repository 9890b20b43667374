/** Level 0: bytes as they are, in stored blocks of RFC 1951 clause 3.2.4. */
import type { BitSink } from './bit-sink.ts';
import type { BlockMaker, Until } from './block-maker.ts';
import { writeStored } from './block-writer.ts';

const CAPACITY = 0xffff;

/** Writes what it gets, in blocks as long as they can be. */
export class StoredBlocks implements BlockMaker {
  readonly capacity = CAPACITY;
  private readonly sink: BitSink;
  private readonly bytes = new Uint8Array(CAPACITY);
  private end = 0;

  constructor(sink: BitSink) {
    this.sink = sink;
  }

  get room(): number {
    return CAPACITY - this.end;
  }

  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  skipDictionary(): void {
    this.end = 0;
  }

  work(until: Until): void {
    if (this.end > 0 || until === 'last') {
      writeStored(this.sink, this.bytes, 0, this.end, until === 'last');
    }
    this.end = 0;
  }
}
