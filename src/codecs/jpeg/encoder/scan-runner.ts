/**
 * AC scans by kernels: hands them the blocks of a few rows at a time, and what they count or write to the sinks. The plain way is that of
 * scan-coder.ts, to the same bits.
 */
import type { KernelMemory, VectorKernels } from '../../../wasm/kernel-memory.ts';
import { BLOCK_BYTES, MAX_WAITING_BITS } from '../kernels/plain/entries.ts';
import { JPEG_SCAN_KERNELS } from '../kernels/vector/scan-kernels.ts';
import { SCAN, SCAN_WORDS } from '../kernels/vector/scan-words.ts';
import type { ComponentBlocks } from './block-store.ts';
import type { RowSample, ScanPlan } from './scan-coder.ts';
import type { EntropyWriter, SymbolCounter } from './symbol-sinks.ts';

/** Blocks of a call. */
const BLOCKS = 256;
/** Bytes of a block at most, with stuffed zeros: 63 codes of 16 bits and values of 11. */
const CODED_BYTES = 512;
const TABLE = 64;
const ENTRIES = TABLE + 4 * 256;
const WAITING = ENTRIES + BLOCKS * BLOCK_BYTES;
const OUT = WAITING + MAX_WAITING_BITS + 64;
const MEMORY_BYTES = OUT + BLOCKS * CODED_BYTES + 2 * MAX_WAITING_BITS;

/** The one that ran last, for the next picture. */
let last: { readonly runner: ScanRunner; readonly vectorKernels: VectorKernels } | null = null;

/** Runs scans of AC coefficients over blocks of one component, each from its first to its last block. */
export class ScanRunner {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly exports: NonNullable<KernelMemory['exports']>;

  private constructor({ buffer, exports }: KernelMemory) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.exports = exports!;
  }

  /** One that runs; null where there are no kernels. */
  static create(vectorKernels: VectorKernels): ScanRunner | null {
    if (last?.vectorKernels === vectorKernels) return last.runner;
    const memory = JPEG_SCAN_KERNELS.createMemory(MEMORY_BYTES, vectorKernels);
    if (memory.exports === null) return null;
    const runner = new ScanRunner(memory);
    last = { runner, vectorKernels };
    return runner;
  }

  /** Counts the symbols of the rows of `blocks` that `sample` chooses. */
  count(
    plan: ScanPlan,
    slot: number,
    blocks: ComponentBlocks,
    sample: RowSample,
    counter: SymbolCounter,
  ): void {
    const { words } = this;
    words.fill(0, TABLE >> 2, ENTRIES >> 2);
    this.begin(plan);
    this.run(plan.approximationHigh === 0 ? 'countFirst' : 'countLater', blocks, sample, null);
    counter.add(slot, words.subarray(TABLE >> 2, ENTRIES >> 2), words[SCAN.bits]!);
    this.end(slot, counter);
  }

  /** Writes all rows of `blocks`; `writer` has begun the scan. */
  write(
    plan: ScanPlan,
    slot: number,
    blocks: ComponentBlocks,
    all: RowSample,
    writer: EntropyWriter,
  ): void {
    const { words } = this;
    writer.copyCodes(slot, words.subarray(TABLE >> 2, ENTRIES >> 2));
    this.begin(plan);
    this.run(plan.approximationHigh === 0 ? 'writeFirst' : 'writeLater', blocks, all, writer);
    const pending = words[SCAN.pending]!;
    writer.put(words[SCAN.word]! & ((1 << pending) - 1), pending);
    this.end(slot, writer);
  }

  private begin({ spectralStart, spectralEnd, approximationLow }: ScanPlan): void {
    const { words } = this;
    words.fill(0, 0, SCAN_WORDS);
    words[SCAN.start] = spectralStart;
    words[SCAN.end] = spectralEnd;
    words[SCAN.low] = approximationLow;
    words[SCAN.table] = TABLE;
    words[SCAN.waiting] = WAITING;
    words[SCAN.out] = OUT;
  }

  private run(
    name: string,
    blocks: ComponentBlocks,
    { distance, together }: RowSample,
    writer: EntropyWriter | null,
  ): void {
    const { words, bytes } = this;
    const kernel = this.exports[name]!;
    const { blocksHigh, blocksWide } = blocks.component;
    for (let group = 0; group < blocksHigh; group += distance) {
      for (let row = group; row < Math.min(blocksHigh, group + together); row++) {
        const entries = blocks.rows[row]!;
        let from = 0;
        for (let left = blocksWide; left > 0; left -= BLOCKS) {
          const count = Math.min(left, BLOCKS);
          const to = Math.min(entries.length, from + count * BLOCK_BYTES);
          bytes.set(entries.subarray(from, to), ENTRIES);
          words[SCAN.entries] = ENTRIES;
          words[SCAN.blocks] = count;
          kernel(0);
          from += words[SCAN.entries]! - ENTRIES;
          if (writer === null) continue;
          writer.append(bytes.subarray(OUT, words[SCAN.out]!));
          words[SCAN.out] = OUT;
        }
      }
    }
  }

  /** Ends the last end-of-band run. */
  private end(slot: number, sink: SymbolCounter | EntropyWriter): void {
    const { words, bytes } = this;
    const run = words[SCAN.run]!;
    if (run > 0) {
      const n = 31 - Math.clz32(run);
      sink.symbol(slot, n << 4, run & ((1 << n) - 1), n);
    }
    for (let i = 0; i < words[SCAN.waitingCount]!; i++) sink.bits(bytes[WAITING + i]!, 1);
  }
}
