/**
 * Greedy and lazy parsing over hash chains (levels 1 to 9). Matches are weighed by what they save over their literals, by the
 * statistics so far (cost-model.ts): a short match far away may be worth less than its bytes.
 */
import { type Arena, wordBytes } from '../kernels/arena.ts';
import {
  COVERED_COST,
  HASH_FACTOR,
  HASH4_BITS,
  NOWHERE,
  PATIENCE_BITS,
} from '../kernels/search-rules.ts';
import { LAZY, LAZY_WORDS } from '../kernels/words.ts';
import {
  distanceSymbol,
  FIRST_LENGTH,
  lengthIndexes,
  MAX_DISTANCE,
  MAX_MATCH,
} from '../standard/symbols.ts';
import type { CostModel } from './cost-model.ts';
import { type ParserState, parseGreedily, putLiterals } from './greedy-parse.ts';
import type { ListKernel } from './match-store.ts';
import { matchLength, type Window } from './window.ts';

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** How hard the parser looks. */
export interface LazyOptions {
  /** Positions of a chain that are compared at most. */
  readonly chain: number;
  /** The same at the positions after one that has a match. */
  readonly lazyChain: number;
  /** A match this long is taken without looking further. */
  readonly nice: number;
  /**
   * The least saving, in units of cost, for which a match is taken instead of its literals: without it, photos are 2 to 4 %
   * larger at levels 1 to 3.
   */
  readonly least: number;
  /** Whether matches of three bytes are looked for. */
  readonly threes: boolean;
  /** Positions that are left out at most behind one without a match, where none was found for long. */
  readonly leap: number;
  /** Positions inside a match are entered into the chains: every one, every second and so on. */
  readonly stride: number;
  /** Symbols of which blocks are made, see block-splitter.ts. */
  readonly cell: number;
  /** Positions that are looked at after one with a match: 0 greedy, 1 lazy, 2 lazy over two. */
  readonly lookahead: number;
}

/** Symbols after which costs are renewed. */
const RENEWAL = 2048;
/** Bytes that a parser takes in an arena. */
export const LAZY_PARSER_BYTES: number = 4 * LAZY_WORDS + wordBytes(MAX_MATCH + 1);

/** Finds symbols for positions `from`..`to` - 1 and some more, if a match reaches there. */
export class LazyParser implements ParserState {
  /** The position of the next symbol. */
  position = 0;
  symbolCount = 0;
  readonly window: Window;
  readonly symbols: Int32Array;
  readonly costs: CostModel;
  readonly options: LazyOptions;
  untilRenewal = RENEWAL;
  /** Positions that were looked at since the last match. */
  misses = 0;
  private readonly list: Int32Array;
  private readonly lengthIndexes: Uint8Array;
  private readonly kernel: ListKernel | null;

  /** `kernel`: `lazyParse` over the memory of `arena`, in which all arrays lie; null to do without. */
  constructor(
    window: Window,
    symbols: Int32Array,
    costs: CostModel,
    options: LazyOptions,
    arena: Arena,
    kernel: ListKernel | null,
  ) {
    this.window = window;
    this.symbols = symbols;
    this.costs = costs;
    this.options = options;
    this.list = arena.words(LAZY_WORDS);
    this.lengthIndexes = arena.bytes(MAX_MATCH + 1);
    this.lengthIndexes.set(LENGTH_INDEX);
    this.kernel = kernel;
  }

  /** Begins another stream; window and costs are the caller's to reset. */
  reset(): void {
    this.position = 0;
    this.symbolCount = 0;
    this.untilRenewal = RENEWAL;
    this.misses = 0;
  }

  /** Makes positions up to `to` known, and begins behind them. */
  skip(to: number): void {
    this.window.insert(this.position, to, 1, this.options.threes);
    this.position = to;
  }

  /** Parses up to `to`; bytes are there up to `window.end`. */
  parse(to: number): void {
    if (this.kernel !== null) this.parseWith(this.kernel, to);
    else if (this.options.lookahead > 0) this.parsePlainly(to);
    else this.parseWithoutLookahead(to);
  }

  private parseWith(kernel: ListKernel, to: number): void {
    const { list, window, symbols, costs, options } = this;
    list[LAZY.bytes] = window.bytes.byteOffset;
    list[LAZY.heads4] = window.heads4.byteOffset;
    list[LAZY.heads3] = window.heads3.byteOffset;
    list[LAZY.previous] = window.previous.byteOffset;
    list[LAZY.hash3Shift] = window.hash3Shift;
    list[LAZY.end] = window.end;
    list[LAZY.position] = this.position;
    list[LAZY.to] = to;
    list[LAZY.symbols] = symbols.byteOffset + 4 * this.symbolCount;
    list[LAZY.chain] = options.chain;
    list[LAZY.lazyChain] = options.lazyChain;
    list[LAZY.nice] = options.nice;
    list[LAZY.lookahead] = options.lookahead;
    list[LAZY.least] = options.least;
    list[LAZY.leap] = options.leap;
    list[LAZY.stride] = options.stride;
    list[LAZY.misses] = this.misses;
    list[LAZY.threes] = options.threes ? 1 : 0;
    list[LAZY.literalCosts] = costs.literalCosts.byteOffset;
    list[LAZY.lengthCosts] = costs.lengthCosts.byteOffset;
    list[LAZY.distanceCosts] = costs.distanceCosts.byteOffset;
    list[LAZY.litlenCounts] = costs.litlenCounts.byteOffset;
    list[LAZY.distanceCounts] = costs.distanceCounts.byteOffset;
    list[LAZY.lengthIndexes] = this.lengthIndexes.byteOffset;
    while (list[LAZY.position]! < to) {
      if (this.untilRenewal <= 0) {
        costs.update();
        this.untilRenewal = RENEWAL;
      }
      list[LAZY.untilRenewal] = this.untilRenewal;
      kernel(list.byteOffset);
      this.untilRenewal = list[LAZY.untilRenewal]!;
    }
    this.misses = list[LAZY.misses]!;
    this.position = list[LAZY.position]!;
    this.symbolCount = (list[LAZY.symbols]! - symbols.byteOffset) >> 2;
  }

  private parseWithoutLookahead(to: number): void {
    while (this.position < to) {
      if (this.untilRenewal <= 0) {
        this.costs.update();
        this.untilRenewal = RENEWAL;
      }
      parseGreedily(this, to);
    }
  }

  private parsePlainly(to: number): void {
    const { symbols, costs, options } = this;
    const { stride, threes } = options;
    const { litlenCounts, distanceCounts } = costs;
    const { bytes, end } = this.window;
    let position = this.position;
    let count = this.symbolCount;
    while (position < to) {
      if (this.untilRenewal <= 0) {
        costs.update();
        this.untilRenewal = RENEWAL;
      }
      this.untilRenewal--;
      let found = this.find(position, 2, Math.min(MAX_MATCH, end - position), options.chain);
      let saving = found === 0 ? 0 : this.saving(position, found) - options.least;
      if (saving <= 0) {
        this.misses++;
        const leap = Math.min(options.leap, this.misses >> PATIENCE_BITS, to - 1 - position);
        count = putLiterals(bytes, position, leap + 1, symbols, count, litlenCounts);
        position += leap + 1;
        continue;
      }
      this.misses = 0;
      let inserted = position + 1;
      for (let ahead = 1; ahead <= options.lookahead; ) {
        const length = found & 511;
        const next = position + ahead;
        if (length >= options.nice || next >= end) break;
        inserted = next + 1;
        const other = this.find(
          next,
          length - ahead,
          Math.min(MAX_MATCH, end - next),
          options.lazyChain,
        );
        if (other !== 0) {
          const otherSaving = this.saving(next, other) - options.least;
          if (otherSaving > saving + COVERED_COST * (ahead + (other & 511) - length)) {
            count = putLiterals(bytes, position, ahead, symbols, count, litlenCounts);
            position += ahead;
            found = other;
            saving = otherSaving;
            ahead = 1;
            continue;
          }
        }
        ahead++;
      }
      const length = found & 511;
      symbols[count++] = found;
      litlenCounts[FIRST_LENGTH + LENGTH_INDEX[length]!]!++;
      distanceCounts[distanceSymbol(found >>> 9)]!++;
      position += length;
      this.window.insert(inserted, position, stride, threes);
    }
    this.position = position;
    this.symbolCount = count;
  }

  /** The cost that a match saves over literals. */
  private saving(position: number, found: number): number {
    const { literalCosts, lengthCosts, distanceCosts } = this.costs;
    const { bytes } = this.window;
    const length = found & 511;
    let cost = -lengthCosts[length]! - distanceCosts[distanceSymbol(found >>> 9)]!;
    for (let i = position; i < position + length; i++) cost += literalCosts[bytes[i]!]!;
    return cost;
  }

  /**
   * The longest match at a position that is longer than `length`, as a symbol; 0 if there is none. Enters the position.
   */
  private find(position: number, length: number, maxLength: number, chain: number): number {
    const { view, heads3, heads4, previous, hash3Shift, base } = this.window;
    const { threes } = this.options;
    if (maxLength < 4) return 0;
    const nice = Math.min(this.options.nice, maxLength);
    const word = view.getInt32(position, true);
    const hash4 = Math.imul(word, HASH_FACTOR) >>> (32 - HASH4_BITS);
    const hash3 = Math.imul(word << 8, HASH_FACTOR) >>> hash3Shift;
    let candidate = heads4[hash4]! - base;
    const near3 = threes ? heads3[hash3]! - base : NOWHERE;
    previous[position & (MAX_DISTANCE - 1)] = candidate + base;
    heads4[hash4] = position + base;
    if (threes) heads3[hash3] = position + base;
    const farthest = position - MAX_DISTANCE;
    let best = length;
    let bestAt = -1;
    if (best < 3 && near3 >= farthest && (view.getInt32(near3, true) ^ word) << 8 === 0) {
      best = 3;
      bestAt = near3;
    }
    if (best < 3) best = 3;
    let left = chain;
    let tail = view.getInt32(position + best - 3, true);
    while (candidate >= farthest && left-- > 0) {
      if (
        view.getInt32(candidate + best - 3, true) === tail &&
        view.getInt32(candidate, true) === word
      ) {
        const at = matchLength(view, position, candidate, maxLength);
        if (at > best) {
          best = at;
          bestAt = candidate;
          if (at >= nice) break;
          tail = view.getInt32(position + best - 3, true);
        }
      }
      candidate = previous[candidate & (MAX_DISTANCE - 1)]! - base;
    }
    return bestAt < 0 ? 0 : ((position - bestAt) << 9) | best;
  }
}
