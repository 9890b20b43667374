/**
 * Decides where rows of pictures end (coding-order.ts): after as many B pictures as are allowed, or after as many as pay. B
 * pictures take few bits where things stand still or move steadily, because they are predicted from two pictures. But each of
 * them moves the anchor of the row farther from the anchor before.
 *
 * Choice (option `bAdapt`). 1: a row grows as long as the longer row costs less than the row and a P picture after it. 2: rows
 * are the steps of the shortest path through all pictures that are known. Costs are those of row-costs.ts, bent (BITS_EXPONENT).
 * Figures: docs/h264/picture-order.md.
 */
import { exp2, log2 } from '../../../base/exp-log.ts';
import { visitBetween } from './coding-order.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { RowCosts } from './row-costs.ts';

/** The costs of pictures in each place that they may take. */
type Costs = Pick<RowCosts, 'costP' | 'costB'>;

/** How rows end: all as long as may be, by growing, by the shortest path. */
export type RowRule = 0 | 1 | 2;

/** Told what pictures `first` to `anchor` cost as a row, by their numbers in display order. */
export type RowListener = (first: number, anchor: number, cost: number) => void;

/**
 * Choice: a B picture costs less than its SATD says, for its quantizer is coarser than that of its anchors.
 */
const COST_OF_B = 0.85;
/**
 * Choice: where no bit rate is kept and nothing is drawn, a picture counts by its cost to this power. Bits grow slower than SATD, for a coefficient
 * that is twice as large takes one bit more; so an anchor four pictures on is less than four times as dear where nothing moves and all
 * changes by and by. Cross-fades then get long rows, whose B pictures take nothing: they are the mean of both sides. Where a bit rate is kept,
 * rates near a scene at the end would be missed by up to 6 %; drawn pages that turn would not be found in the pictures that are kept.
 */
const BITS_EXPONENT = 0.7;

/** Decides about the rows of a ring of pictures. */
export class RowChoice {
  private readonly ring: readonly PicturePlan[];
  private readonly costs: Costs | null;
  private readonly bframes: number;
  private readonly depth: number;
  private readonly rule: RowRule;
  private readonly listener: RowListener | null;
  private readonly keepsRate: boolean;
  /** The power of costs that counts. */
  private exponent = 1;

  /**
   * @param costs null where all rows are as long as may be
   * @param bframes most pictures between two anchors
   * @param depth levels of reference pictures between them
   * @param listener told of every cost that is asked for
   * @param keepsRate whether bits are bound: by a bit rate, or by a pass before
   */
  constructor(
    ring: readonly PicturePlan[],
    costs: Costs | null,
    bframes: number,
    depth: number,
    rule: RowRule,
    listener: RowListener | null = null,
    keepsRate = true,
  ) {
    this.keepsRate = keepsRate;
    this.listener = listener;
    this.ring = ring;
    this.costs = costs;
    this.bframes = bframes;
    this.depth = depth;
    this.rule = rule;
  }

  private planOf(n: number): PicturePlan {
    return this.ring[n % this.ring.length];
  }

  /**
   * The anchor of the row that begins with picture `first`. Rows end before an intra picture, and at the end. A flash is no anchor.
   * @param last the newest picture that is known
   */
  anchor(first: number, last: number): number {
    const { costs, rule } = this;
    const end = this.longest(first, last);
    // The first picture of all refers to none.
    if (costs === null || rule === 0 || end === first || first === 0) return end;
    return rule === 1 ? this.grow(costs, first, end) : this.anchors(first, last)[0];
  }

  /** The anchors of all rows from picture `first` on, in the order of display. */
  anchors(first: number, last: number): number[] {
    const { costs, rule } = this;
    this.exponent = this.keepsRate || this.hasDrawn(first, last) ? 1 : BITS_EXPONENT;
    if (costs !== null && rule === 2 && first > 0) return this.shortestPath(costs, first, last);
    const anchors: number[] = [];
    for (let n = first; n <= last; n = anchors[anchors.length - 1] + 1) {
      anchors.push(this.anchor(n, last));
    }
    return anchors;
  }

  private hasDrawn(first: number, last: number): boolean {
    for (let n = first; n <= last; n++) {
      const { hasOrigins, origins } = this.planOf(n);
      if (hasOrigins && origins.isDrawn) return true;
    }
    return false;
  }

  /** What a picture of some cost is expected to take, in a unit that differs by exponent. */
  private expectedBits(cost: number): number {
    const { exponent } = this;
    return exponent === 1 || cost <= 0 ? cost : exp2(exponent * log2(cost));
  }

  /** The anchor of the longest row that there may be. */
  private longest(first: number, last: number): number {
    const end = Math.min(last, first + this.bframes);
    let anchor = first;
    while (anchor < end && !this.planOf(anchor).isIdr && !this.planOf(anchor + 1).isIdr) anchor++;
    while (anchor > first && !this.planOf(anchor).isReference) anchor--;
    return anchor;
  }

  /** Lets the row grow from its first picture as long as that pays. */
  private grow(costs: Costs, first: number, end: number): number {
    let anchor = first;
    for (let next = first + 1; next <= end; next++) {
      // A flash ends no row: the picture after it may.
      if (!this.planOf(next).isReference) continue;
      let apart = this.costOfRow(costs, first, anchor);
      for (let n = anchor + 1; n <= next; n++) {
        apart += this.expectedBits(costs.costP(n, n - 1));
      }
      if (this.costOfRow(costs, first, next) >= apart) break;
      anchor = next;
    }
    return anchor;
  }

  /** Anchors by which all pictures from `first` to `last` cost least. */
  private shortestPath(costs: Costs, first: number, last: number): number[] {
    const count = last - first + 1;
    const least = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
    const from = new Int32Array(count + 1);
    least[0] = 0;
    for (let n = 0; n < count; n++) {
      const end = this.longest(first + n, last);
      for (let anchor = first + n; anchor <= end; anchor++) {
        if (anchor > first + n && !this.planOf(anchor).isReference) continue;
        const cost = least[n] + this.costOfRow(costs, first + n, anchor);
        const to = anchor - first + 1;
        // Where two ways cost the same, the shorter row comes last.
        if (cost > least[to]) continue;
        least[to] = cost;
        from[to] = n;
      }
    }
    const anchors: number[] = [];
    for (let n = count; n > 0; n = from[n]) anchors.unshift(first + n - 1);
    return anchors;
  }

  private costOfRow(costs: Costs, first: number, anchor: number): number {
    const { depth, ring } = this;
    let sum = this.expectedBits(costs.costP(anchor, first - 1));
    visitBetween(first - 1, anchor, depth, ring, (n, before, after) => {
      sum += COST_OF_B * this.expectedBits(costs.costB(n, before, after));
    });
    if (this.listener !== null) this.listener(first, anchor, sum);
    return sum;
  }
}
