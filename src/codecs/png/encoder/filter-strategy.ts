/**
 * Which filter each row gets: PNG (third edition) clause 12.7 recommends the least sum of absolute differences; others are
 * better on many pictures, so there are several rules, and one is chosen by trial.
 */

import type { Exports, KernelMemory, VectorKernels } from '../../../wasm/kernel-memory.ts';
import { timesLog2 } from '../../deflate/encoder/logarithm.ts';
import { SizeMeter } from '../../deflate/encoder/size-meter.ts';
import { COST_SHIFT } from '../../deflate/kernels/search-rules.ts';
import { PNG_KERNELS, ROW_MARGIN } from '../kernels/filter-kernels.ts';
import { FILTER_TYPES, filterRow } from '../standard/filters.ts';
import type { PngInspector } from './inspector.ts';

/**
 * A number: that filter for all rows. `sum`: least sum of absolute values. `entropy`: bytes of the row have the least entropy.
 * `bigrams`: fewest different pairs of neighbors.
 * `pairs`: pairs of neighbors have the least entropy. `brute`: the row is shortest when it is compressed behind the rows before it.
 */
export type FilterStrategy = 0 | 1 | 2 | 3 | 4 | 'sum' | 'entropy' | 'bigrams' | 'pairs' | 'brute';

/** Rows before the one at hand that `brute` compresses with it, and the level. */
const CONTEXT_ROWS = 3;
const CONTEXT_LEVEL = 4;
/** Bytes of the mask that the kernel wants at address 0: ones, then zeros. */
const MASK_BYTES = 2 * ROW_MARGIN;

const roomOf = (longest: number): number => ROW_MARGIN * (Math.ceil(longest / ROW_MARGIN) + 2);

/** Memory for rows of at most `longest` bytes, which filters may share one after another. */
export function createRowMemory(longest: number, kernels: VectorKernels = true): KernelMemory {
  return PNG_KERNELS.createMemory(MASK_BYTES + 4 * roomOf(longest), kernels);
}

/** Chooses filters row by row and filters. The caller writes rows where it is told to. */
export class RowFilter {
  /** The memory that rows lie in. */
  readonly bytes: Uint8Array;
  /** Where the next row is to be written. */
  rowAt: number;
  /** Where the row above it lies. */
  aboveAt: number;
  private readonly strategy: FilterStrategy;
  private readonly distance: number;
  private readonly longest: number;
  private readonly outAt: number;
  private readonly candidateAt: number;
  private readonly exports: Exports | null;
  private readonly counts = new Int32Array(256);
  private readonly pairs: Uint32Array;
  private pairMark = 0;
  private readonly pairList: Uint16Array;
  /** Filtered rows before this one, and room for it: what `brute` compresses. */
  private readonly context: Uint8Array;
  private contextLength = 0;
  private readonly meter: SizeMeter | null;
  private readonly inspector: PngInspector | null;

  /** `longest`: bytes of the longest row. `distance`: `filterDistance` of the header. `memory`: for rows as long or longer. */
  constructor(
    strategy: FilterStrategy,
    longest: number,
    distance: number,
    { buffer, exports }: KernelMemory = createRowMemory(longest),
    inspector: PngInspector | null = null,
  ) {
    this.inspector = inspector;
    this.strategy = strategy;
    this.distance = distance;
    this.longest = longest;
    const room = roomOf(longest);
    this.bytes = new Uint8Array(buffer, 0, MASK_BYTES + 4 * room);
    this.bytes.fill(0).fill(255, 0, ROW_MARGIN);
    this.rowAt = MASK_BYTES + ROW_MARGIN;
    this.aboveAt = this.rowAt + room;
    // The filter type stands before the row.
    this.outAt = this.aboveAt + room;
    this.candidateAt = this.outAt + room;
    this.exports = exports;
    this.pairs = new Uint32Array(strategy === 'bigrams' || strategy === 'pairs' ? 65536 : 0);
    this.pairList = new Uint16Array(strategy === 'pairs' ? longest : 0);
    const contextBytes = strategy === 'brute' ? (CONTEXT_ROWS + 1) * (longest + 1) : 0;
    this.context = new Uint8Array(contextBytes);
    this.meter = strategy === 'brute' ? new SizeMeter(CONTEXT_LEVEL, contextBytes) : null;
  }

  /** Begins a picture or a pass: the row above is zeros. */
  begin(): void {
    this.bytes.fill(0, this.aboveAt, this.aboveAt + this.longest);
  }

  /**
   * Filters the row that was written, of `length` bytes, below the one above it, which it then becomes.
   * @returns the filter type and the bytes behind it; valid until the next call
   */
  apply(length: number): Uint8Array {
    const { strategy, bytes, outAt } = this;
    if (strategy === 'brute' || (typeof strategy === 'string' && strategy !== 'sum')) {
      this.filterCheapest(length);
    } else {
      const type = typeof strategy === 'number' ? strategy : this.leastSum(length);
      this.filter(type, length, outAt);
      bytes[outAt - 1] = type;
    }
    if (this.inspector !== null) this.tell(this.inspector, length);
    [this.rowAt, this.aboveAt] = [this.aboveAt, this.rowAt];
    const out = bytes.subarray(outAt - 1, outAt + length);
    if (strategy === 'brute') this.remember(out, length + 1);
    return out;
  }

  /** Tells of the row that was filtered, and of what the other filters would have made of it: measured again, as nobody keeps it. */
  private tell(inspector: PngInspector, length: number): void {
    const { strategy, bytes, outAt, candidateAt } = this;
    const weighed = new Float64Array(FILTER_TYPES).fill(Number.NaN);
    const entropy = new Float64Array(FILTER_TYPES);
    const candidate = bytes.subarray(candidateAt, candidateAt + length);
    for (let type = 0; type < FILTER_TYPES; type++) {
      this.filter(type, length, candidateAt);
      if (strategy === 'sum') weighed[type] = sumOf(bytes, candidateAt, length);
      else if (typeof strategy === 'string') weighed[type] = this.costOf(candidate, length, type);
      const units = this.entropyOf(candidate, length) + timesLog2(length);
      entropy[type] = units / (1 << COST_SHIFT);
    }
    inspector.row(bytes[outAt - 1]!, weighed, entropy);
  }

  private filter(type: number, length: number, to: number): void {
    const { bytes, rowAt, aboveAt, distance, exports } = this;
    if (exports === null) {
      filterRow(type, bytes, rowAt, aboveAt, length, distance, to);
    } else {
      exports.filterRow!(type, rowAt, aboveAt, length, distance, to);
    }
  }

  private leastSum(length: number): number {
    const { exports, bytes, rowAt, aboveAt, distance, candidateAt } = this;
    if (exports !== null) return exports.leastSum!(rowAt, aboveAt, length, distance, 0);
    let best = Number.POSITIVE_INFINITY;
    let bestType = 0;
    for (let type = 0; type < FILTER_TYPES; type++) {
      this.filter(type, length, candidateAt);
      const sum = sumOf(bytes, candidateAt, length);
      if (sum >= best) continue;
      best = sum;
      bestType = type;
    }
    return bestType;
  }

  private filterCheapest(length: number): void {
    const { bytes, candidateAt, outAt } = this;
    let best = Number.POSITIVE_INFINITY;
    const candidate = bytes.subarray(candidateAt, candidateAt + length);
    for (let type = 0; type < FILTER_TYPES; type++) {
      this.filter(type, length, candidateAt);
      const cost = this.costOf(candidate, length, type);
      if (cost >= best) continue;
      best = cost;
      bytes[outAt - 1] = type;
      bytes.set(candidate, outAt);
    }
  }

  /** Puts a filtered row behind those before it; only the last ones are kept. */
  private remember(row: Uint8Array, length: number): void {
    const { context } = this;
    // Room for this row and the longest one after it.
    const dropped = this.contextLength + length + this.longest + 1 - context.length;
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
    const meter = this.meter!;
    context[contextLength] = type;
    context.set(bytes.subarray(0, length), contextLength + 1);
    meter.begin();
    meter.push(context.subarray(0, contextLength + 1 + length));
    return meter.finish();
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

function sumOf(bytes: Uint8Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) {
    const value = bytes[i]!;
    sum += value < 128 ? value : 256 - value;
  }
  return sum;
}
