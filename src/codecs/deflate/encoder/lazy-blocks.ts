/**
 * Levels 1 to 9: symbols by greedy or lazy parsing, blocks where statistics change. The last block waits for more bytes, so that
 * no block ends only because a piece of input did.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { Arena } from '../kernels/arena.ts';
import { DEFLATE_KERNELS } from '../kernels/vector.ts';
import { LITLEN_SYMBOLS, MAX_CODE_LENGTH, MAX_DISTANCE, MAX_MATCH } from '../standard/symbols.ts';
import type { BitSink } from './bit-sink.ts';
import type { BlockMaker, Until } from './block-maker.ts';
import { BlockSplitter, HISTOGRAM_SIZE, mostBlocks } from './block-splitter.ts';
import { BlockWriter } from './block-writer.ts';
import { COST_MODEL_BYTES, CostModel } from './cost-model.ts';
import { LAZY_PARSER_BYTES, type LazyOptions, LazyParser } from './lazy-parser.ts';
import { coveredBytes } from './symbol-buffer.ts';
import { SYMBOL_CODES_BYTES, SymbolCodes } from './symbol-codes.ts';
import { SYMBOL_WRITER_BYTES, SymbolWriter } from './symbol-writer.ts';
import { type LowerKernel, Window, windowBytes } from './window.ts';

/** Bytes in the window beside those that matches reach back to. */
const CHUNK = 1 << 18;
/** Bytes whose symbols may wait; a block that is longer is written as it is. */
const MAX_PENDING = CHUNK >> 1;
/** Bytes that are left until more come, so that no match is cut short. */
const LOOKAHEAD = MAX_MATCH + 4;
const HASH3_BITS = 15;

/** Makes the blocks of one stream. */
export class LazyBlocks implements BlockMaker {
  readonly capacity: number;
  private readonly sink: BitSink;
  private readonly window: Window;
  private readonly symbols: Int32Array;
  private readonly costs: CostModel;
  private readonly parser: LazyParser;
  private readonly splitter: BlockSplitter;
  private readonly writer: BlockWriter;
  private readonly lower: LowerKernel | null;
  private readonly ends: Int32Array;
  private readonly counts = new Int32Array(HISTOGRAM_SIZE);
  private readonly distanceCounts = this.counts.subarray(LITLEN_SYMBOLS);
  /** The position of the first waiting symbol. */
  private blockStart = 0;

  /** `size`: how many bytes will come at most; memory is sized to it. */
  constructor(sink: BitSink, options: LazyOptions, size: number, kernels: VectorKernels) {
    this.sink = sink;
    const capacity = Math.min(MAX_DISTANCE + CHUNK, size);
    this.capacity = capacity;
    const byteLength =
      windowBytes(capacity, HASH3_BITS) +
      4 * capacity +
      COST_MODEL_BYTES +
      LAZY_PARSER_BYTES +
      SYMBOL_CODES_BYTES +
      SYMBOL_WRITER_BYTES;
    const { buffer, exports } = DEFLATE_KERNELS.createMemory(byteLength, kernels);
    const arena = new Arena(buffer);
    this.window = new Window(capacity, HASH3_BITS, arena);
    this.symbols = arena.words(capacity);
    this.splitter = new BlockSplitter(capacity, options.cell);
    this.ends = new Int32Array(mostBlocks(capacity, options.cell));
    this.costs = new CostModel(arena);
    const kernel = exports?.lazyParse ?? null;
    this.parser = new LazyParser(this.window, this.symbols, this.costs, options, arena, kernel);
    const codes = new SymbolCodes(arena);
    const write = exports?.writeSymbols;
    const symbolWriter = write === undefined ? null : new SymbolWriter(arena, write);
    this.writer = new BlockWriter(codes, MAX_CODE_LENGTH, symbolWriter);
    this.lower = exports?.lower ?? null;
  }

  /** Begins another stream, of which nothing is known. */
  reset(): void {
    this.window.reset();
    this.parser.reset();
    this.costs.reset();
    this.blockStart = 0;
  }

  get room(): number {
    return this.capacity - this.window.end;
  }

  append(bytes: Uint8Array): void {
    this.window.append(bytes);
  }

  skipDictionary(): void {
    this.parser.skip(this.window.end);
    this.blockStart = this.window.end;
  }

  work(until: Until): void {
    const { window, parser } = this;
    parser.parse(until === 'more' ? window.end - LOOKAHEAD : window.end);
    this.writeBlocks(until);
    const unneeded = Math.min(this.blockStart, parser.position - MAX_DISTANCE);
    const count = unneeded & -MAX_DISTANCE;
    if (count <= 0) return;
    if (this.lower === null) window.slideLightly(count);
    else window.slide(count, this.lower);
    parser.position -= count;
    this.blockStart -= count;
  }

  private writeBlocks(until: Until): void {
    const { symbols, parser, ends } = this;
    const blocks = this.splitter.split(symbols, 0, parser.symbolCount, ends);
    let from = 0;
    for (let i = 0; i < blocks; i++) {
      const isLast = i === blocks - 1;
      const mayWait = parser.position - this.blockStart <= MAX_PENDING;
      if (isLast && until === 'more' && mayWait) break;
      if (ends[i]! > from || until === 'last')
        this.writeBlock(i, from, ends[i]!, isLast && until === 'last');
      from = ends[i]!;
    }
    symbols.copyWithin(0, from, parser.symbolCount);
    parser.symbolCount -= from;
  }

  private writeBlock(block: number, from: number, to: number, isLast: boolean): void {
    const { counts, symbols } = this;
    this.splitter.copyCounts(block, counts);
    const start = this.blockStart;
    this.blockStart += coveredBytes(symbols, from, to);
    this.writer.write(
      this.sink,
      { symbols, from, to, litlenCounts: counts, distanceCounts: this.distanceCounts },
      this.window.bytes,
      start,
      this.blockStart,
      isLast,
    );
  }
}
