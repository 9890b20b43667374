/**
 * Levels 10 to 13: the cheapest path through all matches, by costs that come from the path before, until they agree.
 *
 * Where such iterations end depends on where they begin. Two beginnings are tried on each block: the statistics of the first
 * path, and those of a world where nearly all matches have length 3. The second one is where noisy pictures of three bytes a
 * pixel belong (0.9 % of a photo's rows), and iterations of the first would not get there in a hundred turns.
 *
 * Level 13 cuts its blocks twice, the second time by better symbols. For these its statistics settle on a sample of each block, an eighth
 * of it: each byte of the benchmark's rows of pictures lies on 5 paths in all then, on 17 without, and the result is no larger.
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
  /** Bits of the hash of three bytes, see `Window`. */
  readonly hash3Bits: number;
  /** Paths by costs of the path before, at most; fewer if they pay no more. */
  readonly passes: number;
  /** Passes go on while they save more than this part of the block. */
  readonly worthwhile: number;
  /** Whether the second beginning is tried. */
  readonly triesThrees: boolean;
  /** Whether blocks are cut anew by the symbols that were found. */
  readonly cutsTwice: boolean;
  /** Whether the last path goes by whole bits, as codes have them. */
  readonly endsInWholeBits: boolean;
  /** Bytes that are looked at together: blocks end at their end at the latest. */
  readonly chunk: number;
}

/** Matches at a position that there is room for, on average: pictures have 4, text 6. */
const MATCHES_PER_POSITION = 8;
const LOOKAHEAD = MAX_MATCH + 4;
/** A sample has runs of so many bytes, every eighth run of the block, but so many bytes in all at least. */
const SAMPLE_RUN = 2048;
const SAMPLE_STEP = 8;
const LEAST_SAMPLE = 1 << 13;
/** Statistics have settled when a path through the sample saves less than this part of it. */
const SETTLED = 1 / 400;
/** Paths through the sample from one beginning at most. */
const MOST_SETTLING = 10;

/** Changes the symbols of one block, see `OptimalBlocks.changeBlocks`. */
type ChangeBlock = (this: OptimalBlocks, start: number, end: number, at: number) => void;

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
  private readonly counts = new Int32Array(HISTOGRAM_SIZE);
  private readonly distanceCounts = this.counts.subarray(LITLEN_SYMBOLS);
  /** Counts of the symbols that the block at hand begins with. */
  private readonly firstCounts = new Int32Array(HISTOGRAM_SIZE);
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
      windowBytes(capacity, options.hash3Bits) +
      matchStoreBytes(capacity, mostMatches) +
      cheapestPathBytes(capacity) +
      SYMBOL_COSTS_BYTES;
    const { buffer, exports } = DEFLATE_KERNELS.createMemory(byteLength, kernels);
    const arena = new Arena(buffer);
    this.window = new Window(capacity, options.hash3Bits, arena);
    const find = exports?.findMatches ?? null;
    this.store = new MatchStore(this.window, capacity, mostMatches, options, arena, find);
    this.path = new CheapestPath(capacity, arena, exports?.cheapestPath ?? null);
    this.costs = new SymbolCosts(arena);
    this.splitter = new BlockSplitter(capacity);
    this.symbols = new Int32Array(capacity);
    this.best = new Int32Array(capacity);
    this.trial = new Int32Array(capacity);
    this.ends = new Int32Array(mostBlocks(capacity));
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
    const mayWait = until === 'more' && !isFull;
    if (mayWait && to - store.start <= this.options.chunk / 2) return;
    const blocks = this.findBlocks(store.start, to, mayWait);
    let start = store.start;
    for (let i = 0; i < blocks; i++) {
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

  /** Fills `best` and `ends`; returns how many blocks there are. The last of several is left for later if it may wait. */
  private findBlocks(from: number, to: number, mayWait: boolean): number {
    const { path, window, store, costs, splitter, options, ends } = this;
    if (!this.hasStatistics || options.cutsTwice) costs.presume();
    const count = path.search(window.bytes, store, costs, from, to, this.symbols, 0);
    let blocks = splitter.split(this.symbols, 0, count, ends);
    if (options.cutsTwice) splitter.refine(this.symbols, 0, ends, blocks);
    if (mayWait && blocks > 1) blocks--;
    if (options.cutsTwice) {
      this.changeBlocks(from, blocks, this.settleBlock);
      const last = ends[blocks - 1]!;
      this.swapBest();
      blocks = splitter.split(this.symbols, 0, last, ends);
      splitter.refine(this.symbols, 0, ends, blocks);
    }
    this.changeBlocks(from, blocks, this.improveBlock);
    return blocks;
  }

  private swapBest(): void {
    const { best } = this;
    this.best = this.symbols;
    this.symbols = best;
  }

  /** Finds better symbols for blocks of `symbols` by `change`: writes them to `best`, their ends to `ends`. */
  private changeBlocks(start: number, blocks: number, change: ChangeBlock): void {
    const { ends, symbols, counts } = this;
    let from = 0;
    let position = start;
    let at = 0;
    for (let i = 0; i < blocks; i++) {
      const to = ends[i]!;
      const end = position + coveredBytes(symbols, from, to);
      this.best.set(symbols.subarray(from, to), at);
      this.bestEnd = at + to - from;
      this.count(symbols, from, to);
      this.bestBits = this.writer.bitsOf(counts, this.distanceCounts);
      this.bestCounts.set(counts);
      this.firstCounts.set(counts);
      change.call(this, position, end, at);
      from = to;
      at = this.bestEnd;
      ends[i] = at;
      position = end;
    }
  }

  /** One block, positions `start`..`end` - 1, with its symbols in `best` at `at`: tries paths until they pay no more. */
  private improveBlock(start: number, end: number, at: number): void {
    const { costs, bestCounts, options } = this;
    if (!options.cutsTwice) this.tryBeginnings(start, end, at);
    for (let pass = 1; pass < options.passes; pass++) {
      costs.fit(bestCounts, 0);
      const saved = this.tryPath(start, end, at);
      if (saved <= this.bestBits * options.worthwhile) break;
    }
    if (options.endsInWholeBits) {
      costs.fit(bestCounts, 0);
      this.writer.bitsOf(bestCounts, bestCounts.subarray(LITLEN_SYMBOLS));
      costs.fitWholeBits(this.writer.code, bestCounts);
      this.tryPath(start, end, at);
    }
  }

  /** Tries both beginnings on the whole block. */
  private tryBeginnings(start: number, end: number, at: number): void {
    const { costs, counts, firstCounts, options } = this;
    if (options.triesThrees) {
      costs.fit(firstCounts, 0);
      costs.favorThrees();
      this.tryPath(start, end, at);
      costs.fit(counts, 0);
      this.tryPath(start, end, at);
    }
    costs.fit(firstCounts, 0);
    this.tryPath(start, end, at);
  }

  /** One block as for `improveBlock`: tries the path by the costs on which a sample of it settles, from the better beginning. */
  private settleBlock(start: number, end: number, at: number): void {
    const { costs, counts, firstCounts, options } = this;
    const triesThrees = options.triesThrees && this.isNoisy();
    costs.fit(firstCounts, 0);
    const cost = this.settle(start, end);
    if (triesThrees) {
      const settled = counts.slice();
      costs.fit(firstCounts, 0);
      costs.favorThrees();
      this.searchSample(start, end);
      costs.fit(counts, 0);
      if (this.settle(start, end) > cost) costs.fit(settled, 0);
    }
    this.tryPath(start, end, at);
  }

  /** Fits costs to paths through a sample of a block until they settle. Leaves the counts of the last path; returns its cost. */
  private settle(start: number, end: number): number {
    const { costs, counts } = this;
    let cost = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < MOST_SETTLING; pass++) {
      const before = cost;
      cost = this.searchSample(start, end);
      costs.fit(counts, 0);
      if (before - cost <= cost * SETTLED) break;
    }
    return cost;
  }

  /** Finds the path through a sample of a block by the costs as they are, leaves its counts in `counts`, and returns its cost. */
  private searchSample(start: number, end: number): number {
    const { path, window, store, costs, trial } = this;
    const runs = Math.floor((end - start) / LEAST_SAMPLE);
    const step = SAMPLE_RUN * Math.max(1, Math.min(SAMPLE_STEP, runs));
    let cost = 0;
    let count = 0;
    for (let run = start; run < end; run += step) {
      const runEnd = Math.min(end, run + SAMPLE_RUN);
      count = path.search(window.bytes, store, costs, run, runEnd, trial, count);
      cost += path.cost;
    }
    this.count(trial, 0, count);
    return cost;
  }

  /** Whether literals are half of the symbols in `counts`. Where they are less, settling from the second beginning saves next to nothing. */
  private isNoisy(): boolean {
    let literals = 0;
    for (let i = 0; i < END_OF_BLOCK; i++) literals += this.counts[i]!;
    let matches = 0;
    for (let i = 0; i < DISTANCE_SYMBOLS; i++) matches += this.distanceCounts[i]!;
    return literals >= matches;
  }

  /**
   * Finds the path by the costs as they are, leaves its counts in `counts`, and keeps it if it is the best. Returns the bits that it
   * saves, 0 if it is not.
   */
  private tryPath(start: number, end: number, at: number): number {
    const { path, window, store, costs, counts, trial } = this;
    const trialEnd = path.search(window.bytes, store, costs, start, end, trial, at);
    this.count(trial, at, trialEnd);
    const bits = this.writer.bitsOf(counts, this.distanceCounts);
    const saved = this.bestBits - bits;
    if (saved <= 0) return 0;
    this.bestBits = bits;
    this.bestEnd = trialEnd;
    this.bestCounts.set(counts);
    this.best.set(trial.subarray(at, trialEnd), at);
    return saved;
  }

  private count(symbols: Int32Array, from: number, to: number): void {
    this.counts.fill(0);
    countSymbols(symbols, from, to, this.counts, 0);
    this.counts[END_OF_BLOCK] = 1;
  }
}
