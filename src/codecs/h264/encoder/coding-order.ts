/**
 * The order in which pictures are coded. Pictures arrive in the order in which they are shown. They are coded in rows. A row
 * ends with an anchor, an I or P picture, which is coded first. The pictures between this anchor and the one before are B
 * pictures and are coded after it, since they refer to both. With a pyramid the middle B picture is coded next and is itself a
 * reference picture, and so on in both halves.
 *
 *     shown     0  1  2  3  4  5  6  7  8            8 is the anchor, 0 that of the row before
 *     coded     0  8  4  2  1  3  6  5  7            4, 2 and 6 are reference pictures
 *
 * Source: H. Schwarz, D. Marpe and T. Wiegand, "Analysis of hierarchical B pictures and MCTF", ICME 2006.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import type { PicturePlan } from './picture-plan.ts';

/** Fewest pictures between two reference pictures of which the middle one becomes one: right between anchors, and further down. */
const LEAST_TO_SPLIT = 2;
const LEAST_TO_SPLIT_AGAIN = 3;

/** Levels of reference pictures between the anchors of a row with `count` pictures between. */
export function pyramidDepth(count: number, least = LEAST_TO_SPLIT): number {
  // The half before the middle one is the larger.
  return count < least ? 0 : 1 + pyramidDepth(count >> 1, LEAST_TO_SPLIT_AGAIN);
}

/** Receives a picture between two anchors: its number, the two coded pictures nearest to it, and whether others refer to it. */
export type VisitBetween = (n: number, before: number, after: number, isReference: boolean) => void;

/**
 * Visits the pictures between two anchors in coding order.
 * @param depth levels of reference pictures at most
 * @param ring the plan of picture n is at n modulo its length: a flash, which none may refer to, does not become one
 */
export function visitBetween(
  before: number,
  after: number,
  depth: number,
  ring: readonly PicturePlan[],
  visit: VisitBetween,
  least: number = LEAST_TO_SPLIT,
): void {
  const middle = (before + after + 1) >> 1;
  const isSplit =
    after - before - 1 >= least && depth > 0 && ring[middle % ring.length].isReference;
  if (!isSplit) {
    for (let n = before + 1; n < after; n++) visit(n, before, after, false);
    return;
  }
  visit(middle, before, after, true);
  visitBetween(before, middle, depth - 1, ring, visit, LEAST_TO_SPLIT_AGAIN);
  visitBetween(middle, after, depth - 1, ring, visit, LEAST_TO_SPLIT_AGAIN);
}

/** Puts rows of pictures into coding order; `next` gives them out one by one. */
export class CodingOrder {
  private readonly ring: readonly PicturePlan[];
  private readonly depth: number;
  private readonly queue: PicturePlan[] = [];
  /** Pictures that were put into order so far: the number of the first that was not, in the order of display. */
  arranged = 0;

  /**
   * @param ring the plan of picture n is at n modulo its length
   * @param depth levels of reference pictures between anchors at most; 0: none of them is one
   */
  constructor(ring: readonly PicturePlan[], depth: number) {
    this.ring = ring;
    this.depth = depth;
  }

  /** Pictures that are in order and were not given out yet, the next one first. */
  get waiting(): readonly PicturePlan[] {
    return this.queue;
  }

  /** Arranges the pictures from the first that is not yet up to `anchor`, which is coded first. */
  arrange(anchor: number): void {
    const first = this.arranged;
    this.queue.push(this.planOf(anchor));
    visitBetween(first - 1, anchor, this.depth, this.ring, (n, _before, _after, isReference) =>
      this.put(n, isReference),
    );
    this.arranged = anchor + 1;
  }

  /** The picture that is coded next; null if none is arranged. */
  next(): PicturePlan | null {
    return this.queue.shift() ?? null;
  }

  private put(n: number, isReference: boolean): void {
    const plan = this.planOf(n);
    plan.isBetween = true;
    plan.type = SliceType.B;
    plan.isReference = isReference;
    this.queue.push(plan);
  }

  private planOf(n: number): PicturePlan {
    return this.ring[n % this.ring.length];
  }
}
