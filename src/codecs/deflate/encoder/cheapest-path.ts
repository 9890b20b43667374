/**
 * The cheapest way to code a run of bytes by given costs: the shortest path through its positions, whose edges are literals and
 * matches of every length that was found. From the end backwards, so that the cost of going on is known.
 */
import { distanceSymbol } from '../standard/symbols.ts';
import type { MatchStore } from './match-store.ts';
import type { SymbolCosts } from './symbol-costs.ts';

/** Scratch of the search, sized once. */
export class CheapestPath {
  /** By position of the run: the symbol to code there. */
  private readonly choices: Int32Array;
  private readonly costs: Int32Array;

  /** `capacity`: bytes of a run at most. */
  constructor(capacity: number) {
    this.choices = new Int32Array(capacity + 1);
    this.costs = new Int32Array(capacity + 1);
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
    const { choices, costs } = this;
    const { begins, matches, start } = store;
    const { literals, lengths, distances } = by;
    const count = to - from;
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
        const distance = match >>> 9;
        const distanceCost = distances[distanceSymbol(distance)]!;
        let longest = match & 511;
        if (longest > count - i) longest = count - i;
        for (; length <= longest; length++) {
          const cost = costs[i + length]! + lengths[length]! + distanceCost;
          if (cost < best) {
            best = cost;
            choice = (distance << 9) | length;
          }
        }
      }
      costs[i] = best;
      choices[i] = choice;
    }
    let end = at;
    for (let i = 0; i < count; ) {
      const choice = choices[i]!;
      symbols[end++] = choice;
      i += choice < 512 ? 1 : choice & 511;
    }
    return end;
  }
}
