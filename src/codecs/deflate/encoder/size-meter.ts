/** How many bytes a stream would take: compressing without a result, again and again in the same memory. */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { BitSink } from './bit-sink.ts';
import type { LazyBlocks } from './lazy-blocks.ts';
import { createLazyBlocks } from './levels.ts';

/** Measures raw streams, one after another. */
export class SizeMeter {
  private readonly sink = new BitSink();
  private readonly maker: LazyBlocks;
  private bytes = 0;

  /** `level`: 1..9. `size`: bytes of the longest stream, about; longer ones are measured too. */
  constructor(level: number, size: number, kernels: VectorKernels = true) {
    this.maker = createLazyBlocks(level, this.sink, size + 1, kernels);
  }

  /** Begins a stream. */
  begin(): void {
    this.maker.reset();
    this.sink.clear();
    this.bytes = 0;
  }

  /** Takes bytes; they are read before this returns. */
  push(bytes: Uint8Array): void {
    const { maker } = this;
    for (let at = 0; at < bytes.length; ) {
      if (maker.room === 0) {
        maker.work('more');
        this.count();
      }
      const count = Math.min(bytes.length - at, maker.room);
      maker.append(bytes.subarray(at, at + count));
      at += count;
    }
  }

  /** Ends the stream; returns its bytes. */
  finish(): number {
    this.maker.work('last');
    this.sink.reserve(8);
    this.sink.align();
    this.count();
    return this.bytes;
  }

  private count(): void {
    this.bytes += this.sink.length;
    this.sink.length = 0;
  }
}
