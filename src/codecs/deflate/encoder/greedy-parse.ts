/**
 * Greedy parsing without kernels: what lazy-parser.ts does at levels 1 to 3, in one loop over local variables, which takes two thirds of
 * the time. The kernel is that of all levels; the symbols are the same.
 */
import { HASH_FACTOR, HASH4_BITS, NOWHERE, PATIENCE_BITS } from '../kernels/search-rules.ts';
import {
  distanceSymbol,
  FIRST_LENGTH,
  lengthIndexes,
  MAX_DISTANCE,
  MAX_MATCH,
} from '../standard/symbols.ts';
import type { CostModel } from './cost-model.ts';
import type { LazyOptions } from './lazy-parser.ts';
import { matchLength, type Window } from './window.ts';

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();
const HASH4_SHIFT = 32 - HASH4_BITS;
const MASK = MAX_DISTANCE - 1;

/** What a parser has, and where it is. */
export interface ParserState {
  readonly window: Window;
  readonly symbols: Int32Array;
  readonly costs: CostModel;
  readonly options: LazyOptions;
  /** The position of the next symbol, and how many there are. */
  position: number;
  symbolCount: number;
  /** Symbols until costs are renewed. */
  untilRenewal: number;
  /** Positions that were looked at since the last match. */
  misses: number;
}

/** Parses up to `to`, or until costs are to be renewed. */
export function parseGreedily(state: ParserState, to: number): void {
  const { window, symbols, costs, options } = state;
  const { bytes, view, heads4, previous, end, base } = window;
  const { litlenCounts, distanceCounts, literalCosts, lengthCosts, distanceCosts } = costs;
  const { chain, nice, least, leap, stride, threes } = options;
  let { position, symbolCount: count, untilRenewal, misses } = state;
  while (position < to && untilRenewal > 0) {
    untilRenewal--;
    const longest = end - position < MAX_MATCH ? end - position : MAX_MATCH;
    let length = 0;
    let matchAt = -1;
    if (longest >= 4) {
      const farthest = position - MAX_DISTANCE;
      const word = view.getInt32(position, true);
      const hash = Math.imul(word, HASH_FACTOR) >>> HASH4_SHIFT;
      let candidate = heads4[hash]! - base;
      previous[position & MASK] = candidate + base;
      heads4[hash] = position + base;
      const near3 = threes ? enterThree(window, word, position) : NOWHERE;
      length = 3;
      if (near3 >= farthest && (view.getInt32(near3, true) ^ word) << 8 === 0) matchAt = near3;
      let tail = word;
      for (let left = chain; candidate >= farthest && left > 0; left--) {
        if (
          view.getInt32(candidate + length - 3, true) === tail &&
          view.getInt32(candidate, true) === word
        ) {
          const same = matchLength(view, position, candidate, longest);
          if (same > length) {
            length = same;
            matchAt = candidate;
            if (same >= nice) break;
            tail = view.getInt32(position + length - 3, true);
          }
        }
        candidate = previous[candidate & MASK]! - base;
      }
    }
    let symbol = 0;
    let saving = 0;
    if (matchAt >= 0) {
      symbol = distanceSymbol(position - matchAt);
      const cost = lengthCosts[length]! + distanceCosts[symbol]! + least;
      saving = savingOver(cost, bytes, literalCosts, position, position + length);
    }
    if (saving <= 0) {
      const left = Math.min(leap, ++misses >> PATIENCE_BITS, to - 1 - position);
      count = putLiterals(bytes, position, left + 1, symbols, count, litlenCounts);
      position += left + 1;
      continue;
    }
    misses = 0;
    symbols[count++] = ((position - matchAt) << 9) | length;
    litlenCounts[FIRST_LENGTH + LENGTH_INDEX[length]!]!++;
    distanceCounts[symbol]!++;
    window.insert(position + 1, position + length, stride, threes);
    position += length;
  }
  Object.assign(state, { position, symbolCount: count, untilRenewal, misses });
}

/** Enters a position, where `word` begins, into the chain of three bytes; returns the last one that was there. */
function enterThree(window: Window, word: number, position: number): number {
  const { heads3, hash3Shift, base } = window;
  const hash3 = Math.imul(word << 8, HASH_FACTOR) >>> hash3Shift;
  const near3 = heads3[hash3]! - base;
  heads3[hash3] = position + base;
  return near3;
}

/** Puts `count` bytes from `position` on into `symbols` from `at` on; returns the place behind them. */
export function putLiterals(
  bytes: Uint8Array,
  position: number,
  count: number,
  symbols: Int32Array,
  at: number,
  litlenCounts: Int32Array,
): number {
  for (let i = 0; i < count; i++) {
    const literal = bytes[position + i]!;
    symbols[at + i] = literal;
    litlenCounts[literal]!++;
  }
  return at + count;
}

/** What a match of that cost saves over its literals, if it is not above 0; any number above 0 if it is. */
function savingOver(
  cost: number,
  bytes: Uint8Array,
  literalCosts: Int32Array,
  from: number,
  to: number,
): number {
  let saving = -cost;
  for (let i = from; i < to && saving <= 0; i++) saving += literalCosts[bytes[i]!]!;
  return saving;
}
