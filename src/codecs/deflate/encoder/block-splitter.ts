/**
 * Chooses where blocks end. Symbols are counted in cells of equal number. Again and again the two neighbors whose joining
 * saves the most bits are joined, until no joining saves any: a block of its own saves bits by its own codes and costs
 * another header.
 *
 * Idea: bottom-up merging by description length, as in Ward's method for clusters, with neighbors only.
 */
import { COST_SHIFT } from '../kernels/search-rules.ts';
import {
  DISTANCE_SYMBOLS,
  distanceSymbol,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LITLEN_SYMBOLS,
  lengthIndexes,
} from '../standard/symbols.ts';
import { timesLog2 } from './logarithm.ts';
import { FIRST_MATCH } from './symbol-buffer.ts';

/** Symbols of a cell. Smaller cells find better ends and take longer; below 512 nothing is gained on any corpus. */
export const CELL = 512;
/** Symbols by which an end is moved at least. */
const FINEST_STEP = 16;
/** Counts of a cell: literals and lengths, then distances. */
export const HISTOGRAM_SIZE: number = LITLEN_SYMBOLS + DISTANCE_SYMBOLS;
/** A header without its lengths, and what one length takes in it. */
const HEADER_COST = 100 << COST_SHIFT;
const LENGTH_COST = 3.5 * (1 << COST_SHIFT);

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** Blocks that `capacity` symbols can be split into at most. */
export function mostBlocks(capacity: number, cell: number = CELL): number {
  return Math.ceil(capacity / cell) + 1;
}

/** Adds symbols `from`..`to` - 1 to the histogram at `at`. */
export function countSymbols(
  symbols: Int32Array,
  from: number,
  to: number,
  counts: Int32Array,
  at: number,
): void {
  const distances = at + LITLEN_SYMBOLS;
  for (let i = from; i < to; i++) {
    const symbol = symbols[i]!;
    if (symbol < FIRST_MATCH) {
      counts[at + symbol]!++;
    } else {
      counts[at + FIRST_LENGTH + LENGTH_INDEX[symbol & (FIRST_MATCH - 1)]!]!++;
      counts[distances + distanceSymbol(symbol >>> 9)]!++;
    }
  }
}

/** Scratch for splitting, sized once. */
export class BlockSplitter {
  private readonly counts: Int32Array;
  /** Cell that begins a block => the cell of the next block, the cost of the block, the bits that joining both saves. */
  private readonly next: Int32Array;
  private readonly before: Int32Array;
  private readonly costs: Float64Array;
  private readonly savings: Float64Array;
  /** The cell that begins each block. */
  private readonly firstCells: Int32Array;

  private readonly cell: number;

  /** `capacity`: symbols at most. `cell`: symbols of a cell. */
  constructor(capacity: number, cell: number = CELL) {
    this.cell = cell;
    const cells = mostBlocks(capacity, cell);
    this.counts = new Int32Array((cells + 1) * HISTOGRAM_SIZE);
    this.next = new Int32Array(cells);
    this.before = new Int32Array(cells);
    this.costs = new Float64Array(cells);
    this.savings = new Float64Array(cells);
    this.firstCells = new Int32Array(cells);
  }

  /** Copies the counts of a block that was split off last, its end included. */
  copyCounts(block: number, counts: Int32Array): void {
    const at = this.firstCells[block]! * HISTOGRAM_SIZE;
    counts.set(this.counts.subarray(at, at + HISTOGRAM_SIZE));
  }

  /**
   * Moves the ends that `split` has just found by less than a cell, as long as that saves bits.
   * @param blocks how many it found, with the other arguments as they were
   */
  refine(symbols: Int32Array, from: number, ends: Int32Array, blocks: number): void {
    for (let i = 0; i + 1 < blocks; i++) {
      const start = i === 0 ? from : ends[i - 1]!;
      for (let step = this.cell >> 1; step >= FINEST_STEP; step >>= 1) {
        for (const by of [step, -step]) {
          const end = ends[i]! + by;
          if (end - start < FINEST_STEP || ends[i + 1]! - end < FINEST_STEP) continue;
          if (!this.moveEnd(symbols, i, ends[i]!, end)) continue;
          ends[i] = end;
          break;
        }
      }
    }
  }

  /** Moves the end of a block if that saves bits; returns whether it did. */
  private moveEnd(symbols: Int32Array, block: number, end: number, nextEnd: number): boolean {
    const { counts, costs, firstCells } = this;
    const moved = counts.length / HISTOGRAM_SIZE - 1;
    const movedAt = moved * HISTOGRAM_SIZE;
    counts.fill(0, movedAt);
    countSymbols(symbols, Math.min(end, nextEnd), Math.max(end, nextEnd), counts, movedAt);
    const [a, b] = [firstCells[block]!, firstCells[block + 1]!];
    const sign = nextEnd > end ? 1 : -1;
    const costA = this.costOf(a, moved, sign);
    const costB = this.costOf(b, moved, -sign);
    if (costA + costB >= costs[a]! + costs[b]!) return false;
    costs[a] = costA;
    costs[b] = costB;
    for (let i = 0; i < HISTOGRAM_SIZE; i++) {
      counts[a * HISTOGRAM_SIZE + i]! += sign * counts[movedAt + i]!;
      counts[b * HISTOGRAM_SIZE + i]! -= sign * counts[movedAt + i]!;
    }
    return true;
  }

  /**
   * Splits symbols `from`..`to` - 1. Writes the ends of the blocks to `ends`, rising, the last one `to`.
   * @returns how many blocks there are
   */
  split(symbols: Int32Array, from: number, to: number, ends: Int32Array): number {
    const cells = Math.max(1, Math.round((to - from) / this.cell));
    const size = Math.ceil((to - from) / cells);
    const { counts, next, before, costs, savings } = this;
    counts.fill(0, 0, cells * HISTOGRAM_SIZE);
    for (let cell = 0; cell < cells; cell++) {
      const start = from + cell * size;
      countSymbols(symbols, start, Math.min(to, start + size), counts, cell * HISTOGRAM_SIZE);
      counts[cell * HISTOGRAM_SIZE + END_OF_BLOCK] = 1;
      costs[cell] = this.costOf(cell, -1);
      next[cell] = cell + 1;
      before[cell] = cell - 1;
    }
    for (let cell = 0; cell < cells; cell++) savings[cell] = this.savingOf(cell, cells);
    for (;;) {
      let best = -1;
      let most = 0;
      for (let cell = 0; cell < cells; cell = next[cell]!) {
        if (savings[cell]! >= most) {
          most = savings[cell]!;
          best = cell;
        }
      }
      if (best < 0) break;
      this.join(best, cells);
    }
    let blocks = 0;
    for (let cell = 0; cell < cells; cell = next[cell]!) {
      this.firstCells[blocks] = cell;
      ends[blocks++] = Math.min(to, from + next[cell]! * size);
    }
    return blocks;
  }

  private join(cell: number, cells: number): void {
    const { counts, next, before, costs, savings } = this;
    const other = next[cell]!;
    const at = cell * HISTOGRAM_SIZE;
    const otherAt = other * HISTOGRAM_SIZE;
    for (let i = 0; i < HISTOGRAM_SIZE; i++)
      counts[at + i] = counts[at + i]! + counts[otherAt + i]!;
    counts[at + END_OF_BLOCK] = 1;
    costs[cell] = costs[cell]! + costs[other]! - savings[cell]!;
    next[cell] = next[other]!;
    if (next[cell]! < cells) before[next[cell]!] = cell;
    savings[cell] = this.savingOf(cell, cells);
    if (before[cell]! >= 0) savings[before[cell]!] = this.savingOf(before[cell]!, cells);
  }

  /** The bits saved by joining the block at `cell` to the next one; below 0 if there is no next one. */
  private savingOf(cell: number, cells: number): number {
    const other = this.next[cell]!;
    if (other >= cells) return -1;
    return this.costs[cell]! + this.costs[other]! - this.costOf(cell, other);
  }

  /** Cost of a block, of two joined, or, with `sign` -1, of what is left of a block without the other. */
  private costOf(cell: number, other: number, sign = 1): number {
    const { counts } = this;
    const at = cell * HISTOGRAM_SIZE;
    const otherAt = other * HISTOGRAM_SIZE;
    let used = 0;
    let total = 0;
    let cost = 0;
    let litlenTotal = 0;
    for (let i = 0; i < HISTOGRAM_SIZE; i++) {
      if (i === LITLEN_SYMBOLS) {
        litlenTotal = total;
        total = 0;
      }
      let n = counts[at + i]!;
      if (other >= 0) n += sign * counts[otherAt + i]!;
      if (n === 0) continue;
      used++;
      total += n;
      cost -= timesLog2(n);
    }
    return cost + timesLog2(litlenTotal) + timesLog2(total) + HEADER_COST + used * LENGTH_COST;
  }
}
