/**
 * Levels 10 to 13: the cheapest path through all matches, by costs that come from the path before, until they agree.
 *
 * Where such iterations end depends on where they begin. Two beginnings are tried on each block: the statistics of the first
 * path, and those of a world where nearly all matches have length 3. The second one is where noisy pictures of three bytes a
 * pixel belong (0.9 % of a photo's rows), and iterations of the first would not get there in a hundred turns.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { Arena } from '../kernels/arena.ts';
import { DEFLATE_KERNELS } from '../kernels/vector.ts';
import {
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  LITLEN_SYMBOLS,
  MAX_DISTANCE,
  MAX_MATCH,
} from '../standard/symbols.ts';
import type { BitSink } from './bit-sink.ts';
import type { BlockMaker, Until } from './block-maker.ts';
import { BlockSplitter, countSymbols, HISTOGRAM_SIZE, mostBlocks } from './block-splitter.ts';
import { BlockWriter } from './block-writer.ts';
import { CheapestPath, cheapestPathBytes } from './cheapest-path.ts';
import { type MatchOptions, MatchStore, matchStoreBytes } from './match-store.ts';
import { coveredBytes } from './symbol-buffer.ts';
import { SYMBOL_COSTS_BYTES, SymbolCosts } from './symbol-costs.ts';
import { Window, windowBytes } from './window.ts';

/** How hard is tried. */
export interface OptimalOptions extends MatchOptions {
  /** Paths by costs of the path before, at most; fewer if they pay no more. */
  readonly passes: number;
  /** Whether the second beginning is tried. */
  readonly triesThrees: boolean;
  /** How often blocks are cut anew by the symbols that were found. */
  readonly resplits: number;
  /** Whether the last path goes by whole bits, as codes have them. */
  readonly endsInWholeBits: boolean;
  /** Bytes that are looked at together: blocks end at their end at the latest. */
  readonly chunk: number;
}

/** Matches at a position that there is room for, on average: pictures have 4, text 6. */
const MATCHES_PER_POSITION = 8;
const LOOKAHEAD = MAX_MATCH + 4;
const HASH3_BITS = 18;
/** Passes go on while they save more than this part of the block. */
const WORTHWHILE = 1 / 2000;

/** Makes the blocks of one stream. */
export class OptimalBlocks implements BlockMaker {
  readonly capacity: number;
  private readonly sink: BitSink;
  private readonly options: OptimalOptions;
  private readonly window: Window;
  private readonly store: MatchStore;
  private readonly path: CheapestPath;
  private readonly splitter: BlockSplitter;
  private readonly writer = new BlockWriter();
  private readonly costs: SymbolCosts;
  /** Symbols by which blocks are cut, the best ones of the blocks so far, and those that are tried. */
  private symbols: Int32Array;
  private best: Int32Array;
  private readonly trial: Int32Array;
  private readonly ends: Int32Array;
  private readonly nextEnds: Int32Array;
  private readonly counts = new Int32Array(HISTOGRAM_SIZE);
  private readonly distanceCounts = this.counts.subarray(LITLEN_SYMBOLS);
  /** The best symbols of the block at hand: their bits, their end in `best`, their counts. */
  private bestBits = 0;
  private bestEnd = 0;
  private readonly bestCounts = new Int32Array(HISTOGRAM_SIZE);
  /** Statistics that a path begins with are those of the last block. */
  private hasStatistics = false;

  /** `size`: how many bytes will come at most; memory is sized to it. */
  constructor(sink: BitSink, options: OptimalOptions, size: number, kernels: VectorKernels) {
    this.sink = sink;
    this.options = options;
    const capacity = Math.min(options.chunk + MAX_DISTANCE, size);
    this.capacity = capacity;
    const mostMatches = MATCHES_PER_POSITION * Math.min(options.chunk, size);
    const byteLength =
      windowBytes(capacity, HASH3_BITS) +
      matchStoreBytes(capacity, mostMatches) +
      cheapestPathBytes(capacity) +
      SYMBOL_COSTS_BYTES;
    const { buffer, exports } = DEFLATE_KERNELS.createMemory(byteLength, kernels);
    const arena = new Arena(buffer);
    this.window = new Window(capacity, HASH3_BITS, arena);
    const find = exports?.findMatches ?? null;
    this.store = new MatchStore(this.window, capacity, mostMatches, options, arena, find);
    this.path = new CheapestPath(capacity, arena, exports?.cheapestPath ?? null);
    this.costs = new SymbolCosts(arena);
    this.splitter = new BlockSplitter(capacity);
    this.symbols = new Int32Array(capacity);
    this.best = new Int32Array(capacity);
    this.trial = new Int32Array(capacity);
    this.ends = new Int32Array(mostBlocks(capacity));
    this.nextEnds = new Int32Array(mostBlocks(capacity));
  }

  get room(): number {
    return this.capacity - this.window.end;
  }

  append(bytes: Uint8Array): void {
    this.window.append(bytes);
  }

  skipDictionary(): void {
    this.store.skip(this.window.end);
  }

  work(until: Until): void {
    const { window, store } = this;
    const to = until === 'more' ? window.end - LOOKAHEAD : window.end;
    do {
      store.find(to);
      const reached = store.position >= to ? until : 'more';
      if (store.position > store.start || reached === 'last')
        this.writeBlocks(reached, store.position < to);
    } while (store.position < to);
    const count = Math.min(store.start, store.position - MAX_DISTANCE) & -MAX_DISTANCE;
    if (count <= 0) return;
    window.slide(count);
    store.slide(count);
  }

  /** Blocks of all positions whose matches are known; the last block may wait. */
  private writeBlocks(until: Until, isFull: boolean): void {
    const { store, window, ends, counts } = this;
    const to = store.position;
    const blocks = this.findBlocks(store.start, to);
    const mayWait =
      until === 'more' && !isFull && (blocks > 1 || to - store.start <= this.options.chunk / 2);
    let start = store.start;
    for (let i = 0; i < (mayWait ? blocks - 1 : blocks); i++) {
      const from = i === 0 ? 0 : ends[i - 1]!;
      const end = start + coveredBytes(this.best, from, ends[i]!);
      this.count(this.best, from, ends[i]!);
      this.costs.fit(counts, 0);
      this.hasStatistics = true;
      this.writer.write(
        this.sink,
        {
          symbols: this.best,
          from,
          to: ends[i]!,
          litlenCounts: counts,
          distanceCounts: this.distanceCounts,
        },
        window.bytes,
        start,
        end,
        until === 'last' && i === blocks - 1,
      );
      start = end;
    }
    store.dropBefore(start);
  }

  /** Fills `best` and `ends`; returns how many blocks there are. */
  private findBlocks(from: number, to: number): number {
    const { path, window, store, costs, splitter, options, ends, nextEnds } = this;
    if (!this.hasStatistics || options.resplits > 0) costs.presume();
    const count = path.search(window.bytes, store, costs, from, to, this.symbols, 0);
    let blocks = splitter.split(this.symbols, 0, count, ends);
    if (options.resplits > 0) splitter.refine(this.symbols, 0, ends, blocks);
    let bits = this.improveBlocks(from, ends, blocks, options.triesThrees);
    for (let round = 0; round < options.resplits; round++) {
      const last = ends[blocks - 1]!;
      this.swapBest();
      const nextBlocks = splitter.split(this.symbols, 0, last, nextEnds);
      splitter.refine(this.symbols, 0, nextEnds, nextBlocks);
      // The second beginning has been tried on about the same blocks.
      const nextBits = this.improveBlocks(from, nextEnds, nextBlocks, false);
      if (nextBits >= bits) {
        this.swapBest();
        break;
      }
      const saved = bits - nextBits;
      bits = nextBits;
      blocks = nextBlocks;
      ends.set(nextEnds.subarray(0, nextBlocks));
      if (saved < bits * WORTHWHILE) break;
    }
    return blocks;
  }

  private swapBest(): void {
    const { best } = this;
    this.best = this.symbols;
    this.symbols = best;
  }

  /** Finds better symbols for blocks of `symbols`: writes them to `best`, their ends to `ends`. Returns their bits. */
  private improveBlocks(
    start: number,
    ends: Int32Array,
    blocks: number,
    triesThrees: boolean,
  ): number {
    let from = 0;
    let position = start;
    let at = 0;
    let bits = 0;
    for (let i = 0; i < blocks; i++) {
      const end = position + coveredBytes(this.symbols, from, ends[i]!);
      bits += this.improveBlock(from, ends[i]!, position, end, at, triesThrees);
      from = ends[i]!;
      at = this.bestEnd;
      ends[i] = at;
      position = end;
    }
    return bits;
  }

  /**
   * One block: symbols `from`..`to` - 1 for positions `start`..`end` - 1. Writes the best to `best` at `at`, and where they end
   * to `bestEnd`; returns their bits.
   */
  private improveBlock(
    from: number,
    to: number,
    start: number,
    end: number,
    at: number,
    triesThrees: boolean,
  ): number {
    const { costs, counts, options } = this;
    this.best.set(this.symbols.subarray(from, to), at);
    this.bestEnd = at + to - from;
    this.count(this.symbols, from, to);
    this.bestBits = this.writer.bitsOf(counts, this.distanceCounts);
    this.bestCounts.set(counts);
    if (triesThrees && (options.resplits === 0 || this.isNoisy())) {
      costs.fit(counts, 0);
      costs.favorThrees();
      this.tryPath(start, end, at);
      costs.fit(counts, 0);
      this.tryPath(start, end, at);
      this.count(this.symbols, from, to);
    }
    costs.fit(counts, 0);
    this.tryPath(start, end, at);
    for (let pass = 1; pass < options.passes; pass++) {
      const before = this.bestBits;
      costs.fit(this.bestCounts, 0);
      this.tryPath(start, end, at);
      if (before - this.bestBits <= this.bestBits * WORTHWHILE) break;
    }
    if (options.endsInWholeBits) {
      costs.fit(this.bestCounts, 0);
      this.writer.bitsOf(this.bestCounts, this.bestCounts.subarray(LITLEN_SYMBOLS));
      costs.fitWholeBits(this.writer.code, this.bestCounts);
      this.tryPath(start, end, at);
    }
    return this.bestBits;
  }

  /** Whether literals are half of the symbols in `counts`. With several rounds, the second beginning saves next to nothing elsewhere. */
  private isNoisy(): boolean {
    let literals = 0;
    for (let i = 0; i < END_OF_BLOCK; i++) literals += this.counts[i]!;
    let matches = 0;
    for (let i = 0; i < DISTANCE_SYMBOLS; i++) matches += this.distanceCounts[i]!;
    return literals >= matches;
  }

  /** Finds the path by the costs as they are, leaves its counts in `counts`, and keeps it if it is the best. */
  private tryPath(start: number, end: number, at: number): void {
    const { counts, trial } = this;
    const trialEnd = this.path.search(
      this.window.bytes,
      this.store,
      this.costs,
      start,
      end,
      trial,
      at,
    );
    this.count(trial, at, trialEnd);
    const bits = this.writer.bitsOf(counts, this.distanceCounts);
    if (bits >= this.bestBits) return;
    this.bestBits = bits;
    this.bestEnd = trialEnd;
    this.bestCounts.set(counts);
    this.best.set(trial.subarray(at, trialEnd), at);
  }

  private count(symbols: Int32Array, from: number, to: number): void {
    this.counts.fill(0);
    countSymbols(symbols, from, to, this.counts, 0);
    this.counts[END_OF_BLOCK] = 1;
  }
}
