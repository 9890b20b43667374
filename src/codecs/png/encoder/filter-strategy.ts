/**
 * Which filter each row gets: PNG (third edition) clause 12.7 recommends the least sum of absolute differences; others are
 * better on many pictures, so there are several rules, and one is chosen by trial.
 */
import { timesLog2 } from '../../deflate/encoder/logarithm.ts';
import { FILTER_TYPES, filterRow } from '../standard/filters.ts';

/**
 * A number: that filter for all rows. `sum`: least sum of absolute values. `entropy`: bytes of the row have the least entropy.
 * `bigrams`: fewest different pairs of neighbors.
 */
export type FilterStrategy = 0 | 1 | 2 | 3 | 4 | 'sum' | 'entropy' | 'bigrams';

/** Chooses filters row by row and filters. */
export class RowFilter {
  private readonly strategy: FilterStrategy;
  private readonly distance: number;
  private readonly candidate: Uint8Array;
  private readonly counts = new Int32Array(256);
  private readonly pairs: Uint32Array;
  private pairMark = 0;

  /** `longest`: bytes of the longest row. `distance`: `filterDistance` of the header. */
  constructor(strategy: FilterStrategy, longest: number, distance: number) {
    this.strategy = strategy;
    this.distance = distance;
    this.candidate = new Uint8Array(longest);
    this.pairs = new Uint32Array(strategy === 'bigrams' ? 65536 : 0);
  }

  /** Filters `row` below `above` into `out`: the filter type, then `length` bytes. */
  apply(row: Uint8Array, above: Uint8Array, length: number, out: Uint8Array): void {
    const { strategy, distance, candidate } = this;
    if (typeof strategy === 'number') {
      out[0] = strategy;
      filterRow(strategy, row, 0, length, above, 0, distance, out, 1);
      return;
    }
    let best = Number.POSITIVE_INFINITY;
    for (let type = 0; type < FILTER_TYPES; type++) {
      filterRow(type, row, 0, length, above, 0, distance, candidate, 0);
      const cost = this.costOf(candidate, length);
      if (cost >= best) continue;
      best = cost;
      out[0] = type;
      out.set(candidate.subarray(0, length), 1);
    }
  }

  private costOf(bytes: Uint8Array, length: number): number {
    if (this.strategy === 'sum') return sumOf(bytes, length);
    if (this.strategy === 'bigrams') return this.bigramsOf(bytes, length);
    return this.entropyOf(bytes, length);
  }

  private entropyOf(bytes: Uint8Array, length: number): number {
    const { counts } = this;
    counts.fill(0);
    for (let i = 0; i < length; i++) counts[bytes[i]!]!++;
    let cost = 0;
    for (let i = 0; i < 256; i++) cost -= timesLog2(counts[i]!);
    return cost;
  }

  private bigramsOf(bytes: Uint8Array, length: number): number {
    const { pairs } = this;
    const mark = ++this.pairMark;
    let different = 0;
    for (let i = 1; i < length; i++) {
      const pair = (bytes[i - 1]! << 8) | bytes[i]!;
      if (pairs[pair] === mark) continue;
      pairs[pair] = mark;
      different++;
    }
    return different;
  }
}

function sumOf(bytes: Uint8Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = bytes[i]!;
    sum += value < 128 ? value : 256 - value;
  }
  return sum;
}
