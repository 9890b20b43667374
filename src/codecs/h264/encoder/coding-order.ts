/**
 * The order in which pictures are coded. They come in the order in which they are shown; each row of them ends with an anchor, an I or P
 * picture that is coded first, and the pictures between it and the anchor before follow as B pictures: these refer to both sides. With a pyramid
 * the middle one comes next and is a reference picture itself, and so on in both halves.
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
    this.split(first - 1, anchor, LEAST_TO_SPLIT, this.depth);
    this.arranged = anchor + 1;
  }

  /** The picture that is coded next; null if none is arranged. */
  next(): PicturePlan | null {
    return this.queue.shift() ?? null;
  }

  /** Arranges the pictures between two that are coded before them. */
  private split(before: number, after: number, least: number, depth: number): void {
    const count = after - before - 1;
    const middle = count >= least && depth > 0 ? this.middleOf(before, after) : -1;
    if (middle < 0) {
      for (let n = before + 1; n < after; n++) this.put(n, false);
      return;
    }
    this.put(middle, true);
    this.split(before, middle, LEAST_TO_SPLIT_AGAIN, depth - 1);
    this.split(middle, after, LEAST_TO_SPLIT_AGAIN, depth - 1);
  }

  /** The middle one of the pictures between two; -1 if it is a flash, which none may refer to. */
  private middleOf(before: number, after: number): number {
    const middle = (before + after + 1) >> 1;
    return this.planOf(middle).isReference ? middle : -1;
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

/**
 * The anchor of the row that begins with picture `first`, where all rows are as long as they may be: `bframes` pictures and the anchor,
 * fewer before an intra picture and at the end. A flash is no anchor.
 * @param last the newest picture that is known
 */
export function fixedAnchor(
  ring: readonly PicturePlan[],
  first: number,
  last: number,
  bframes: number,
): number {
  const planOf = (n: number): PicturePlan => ring[n % ring.length];
  const end = Math.min(last, first + bframes);
  let anchor = first;
  while (anchor < end && !planOf(anchor).isIdr && !planOf(anchor + 1).isIdr) anchor++;
  while (anchor > first && !planOf(anchor).isReference) anchor--;
  return anchor;
}
