/**
 * The cheapest way to code a run of bytes by given costs: the shortest path through its positions, whose edges are literals and
 * matches of every length that was found. From the end backwards, so that the cost of going on is known.
 */

import type { Arena } from '../kernels/arena.ts';
import { KERNEL_SLICE, MATCH_DISTANCE_MASK, MATCH_SYMBOL_SHIFT } from '../kernels/search-rules.ts';
import { LIST_WORDS, PATH } from '../kernels/words.ts';
import { MAX_MATCH } from '../standard/symbols.ts';
import type { ListKernel, MatchStore } from './match-store.ts';
import type { SymbolCosts } from './symbol-costs.ts';

/** Bytes that a search takes in an arena. */
export function cheapestPathBytes(capacity: number): number {
  return 4 * (2 * (capacity + 1) + LIST_WORDS + MAX_MATCH + 1);
}

/** Scratch of the search, sized once. */
export class CheapestPath {
  /** Position in the run => the symbol to code there. */
  private readonly choices: Int32Array;
  private readonly costs: Int32Array;

  /** The input of the kernel for lengths: cost times 512, plus the length itself. */
  private readonly lengthKeys: Int32Array;
  private readonly list: Int32Array;
  private readonly cheapestPath: ListKernel | null;

  /** `capacity`: bytes of a run at most. `cheapestPath`: the kernel over the memory of `arena`; null to do without. */
  constructor(capacity: number, arena: Arena, cheapestPath: ListKernel | null) {
    this.choices = arena.words(capacity + 1);
    this.costs = arena.words(capacity + 1);
    this.list = arena.words(LIST_WORDS);
    this.lengthKeys = arena.words(MAX_MATCH + 1);
    this.cheapestPath = cheapestPath;
  }

  /** The cost of the last path, of up to 2^20 bytes. */
  get cost(): number {
    return this.costs[0]!;
  }

  /**
   * Finds symbols for the positions `from`..`to` - 1 of the window.
   * @param bytes the window
   * @param symbols result, from index `at` on
   * @returns the end of the symbols
   */
  search(
    bytes: Uint8Array,
    store: MatchStore,
    by: SymbolCosts,
    from: number,
    to: number,
    symbols: Int32Array,
    at: number,
  ): number {
    const { choices } = this;
    const count = to - from;
    if (this.cheapestPath === null) this.chooseSymbols(bytes, store, by, from, count);
    else this.chooseWith(this.cheapestPath, bytes, store, by, from, count);
    let end = at;
    for (let i = 0; i < count; ) {
      const choice = choices[i]!;
      symbols[end++] = choice;
      i += choice < 512 ? 1 : choice & 511;
    }
    return end;
  }

  /** Fills `choices`. */
  private chooseSymbols(
    bytes: Uint8Array,
    store: MatchStore,
    by: SymbolCosts,
    from: number,
    count: number,
  ): void {
    const { choices, costs } = this;
    const { begins, matches, start } = store;
    const { literals, lengths, distances } = by;
    costs[count] = 0;
    for (let i = count - 1; i >= 0; i--) {
      const position = from + i;
      const literal = bytes[position]!;
      let best = costs[i + 1]! + literals[literal]!;
      let choice = literal;
      const last = begins[position - start + 1]!;
      let length = 3;
      for (let k = begins[position - start]!; k < last; k++) {
        const match = matches[k]!;
        const distanceCost = distances[match >>> MATCH_SYMBOL_SHIFT]!;
        let longest = match & 511;
        if (longest > count - i) longest = count - i;
        for (; length <= longest; length++) {
          const cost = costs[i + length]! + lengths[length]! + distanceCost;
          if (cost < best) {
            best = cost;
            choice = (match & MATCH_DISTANCE_MASK) | length;
          }
        }
      }
      costs[i] = best;
      choices[i] = choice;
    }
  }

  /** The same by the kernel. */
  private chooseWith(
    cheapestPath: ListKernel,
    bytes: Uint8Array,
    { begins, matches, start }: MatchStore,
    { literals, lengths, distances }: SymbolCosts,
    from: number,
    count: number,
  ): void {
    const { list, lengthKeys } = this;
    for (let length = 3; length <= MAX_MATCH; length++) {
      lengthKeys[length] = (lengths[length]! << 9) | length;
    }
    list[PATH.bytes] = bytes.byteOffset + from;
    list[PATH.begins] = begins.byteOffset + 4 * (from - start);
    list[PATH.matches] = matches.byteOffset;
    list[PATH.literals] = literals.byteOffset;
    list[PATH.lengthKeys] = this.lengthKeys.byteOffset;
    list[PATH.distances] = distances.byteOffset;
    list[PATH.costs] = this.costs.byteOffset;
    list[PATH.choices] = this.choices.byteOffset;
    list[PATH.count] = count;
    this.costs[count] = 0;
    for (let top = count; top > 0; top -= KERNEL_SLICE) {
      list[PATH.top] = top;
      list[PATH.bottom] = Math.max(0, top - KERNEL_SLICE);
      cheapestPath(list.byteOffset);
    }
  }
}
