/**
 * Which filter each row gets: PNG (third edition) clause 12.7 recommends the least sum of absolute differences; others are
 * better on many pictures, so there are several rules, and one is chosen by trial.
 */

import { timesLog2 } from '../../deflate/encoder/logarithm.ts';
import { deflate } from '../../deflate/index.ts';
import { FILTER_TYPES, filterRow } from '../standard/filters.ts';

/**
 * A number: that filter for all rows. `sum`: least sum of absolute values. `entropy`: bytes of the row have the least entropy.
 * `bigrams`: fewest different pairs of neighbors.
 * `pairs`: pairs of neighbors have the least entropy. `brute`: the row is shortest when it is compressed behind the rows before it.
 */
export type FilterStrategy = 0 | 1 | 2 | 3 | 4 | 'sum' | 'entropy' | 'bigrams' | 'pairs' | 'brute';

/** Rows before the one at hand that `brute` compresses with it, and the level. */
const CONTEXT_ROWS = 3;
const CONTEXT_LEVEL = 4;

/** Chooses filters row by row and filters. */
export class RowFilter {
  private readonly strategy: FilterStrategy;
  private readonly distance: number;
  private readonly candidate: Uint8Array;
  private readonly counts = new Int32Array(256);
  private readonly pairs: Uint32Array;
  private pairMark = 0;
  private readonly pairList: Uint16Array;
  /** Filtered rows before this one, and room for it: what `brute` compresses. */
  private readonly context: Uint8Array;
  private contextLength = 0;

  /** `longest`: bytes of the longest row. `distance`: `filterDistance` of the header. */
  constructor(strategy: FilterStrategy, longest: number, distance: number) {
    this.strategy = strategy;
    this.distance = distance;
    this.candidate = new Uint8Array(longest);
    this.pairs = new Uint32Array(strategy === 'bigrams' || strategy === 'pairs' ? 65536 : 0);
    this.pairList = new Uint16Array(strategy === 'pairs' ? longest : 0);
    this.context = new Uint8Array(strategy === 'brute' ? (CONTEXT_ROWS + 1) * (longest + 1) : 0);
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
      const cost = this.costOf(candidate, length, type);
      if (cost >= best) continue;
      best = cost;
      out[0] = type;
      out.set(candidate.subarray(0, length), 1);
    }
    if (strategy === 'brute') this.remember(out, length + 1);
  }

  /** Puts a filtered row behind those before it; only the last ones are kept. */
  private remember(row: Uint8Array, length: number): void {
    const { context } = this;
    // Room for this row and the longest one after it.
    const dropped = this.contextLength + length + this.candidate.length + 1 - context.length;
    if (dropped > 0) {
      const first = Math.min(dropped, this.contextLength);
      context.copyWithin(0, first, this.contextLength);
      this.contextLength -= first;
    }
    context.set(row.subarray(0, length), this.contextLength);
    this.contextLength += length;
  }

  private costOf(bytes: Uint8Array, length: number, type: number): number {
    if (this.strategy === 'brute') return this.compressedOf(bytes, length, type);
    if (this.strategy === 'pairs') return this.pairEntropyOf(bytes, length);
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

  private compressedOf(bytes: Uint8Array, length: number, type: number): number {
    const { context, contextLength } = this;
    context[contextLength] = type;
    context.set(bytes.subarray(0, length), contextLength + 1);
    return deflate(context.subarray(0, contextLength + 1 + length), { level: CONTEXT_LEVEL })
      .length;
  }

  private pairEntropyOf(bytes: Uint8Array, length: number): number {
    const { pairs, pairList } = this;
    let different = 0;
    for (let i = 1; i < length; i++) {
      const pair = (bytes[i - 1]! << 8) | bytes[i]!;
      if (pairs[pair]! === 0) pairList[different++] = pair;
      pairs[pair]!++;
    }
    let cost = 0;
    for (let i = 0; i < different; i++) {
      cost -= timesLog2(pairs[pairList[i]!]!);
      pairs[pairList[i]!] = 0;
    }
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
