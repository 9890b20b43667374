/**
 * Rows of B pictures (coding-order.ts) as a tool of an encoder: where they end, what their pictures cost there, and how importance flows
 * through them.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { type CodingOrder, visitBetween } from './coding-order.ts';
import type { LowResolution } from './low-resolution.ts';
import type { LowWeights } from './low-weights.ts';
import { isIntraPicture, type PicturePlan } from './picture-plan.ts';
import { RowChoice, type RowListener, type RowRule } from './row-choice.ts';
import { RowCosts } from './row-costs.ts';
import { RowImportance } from './row-importance.ts';

/** Options of rows of B pictures. */
export interface RowOptions {
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  /** QP steps for each doubling of a macroblock's importance; 0 switches the propagation off. */
  readonly importance: number;
  /** Most pictures between two anchors (coding-order.ts); more are known than these. */
  readonly bframes: number;
  /** Levels of reference pictures between them. */
  readonly pyramidDepth: number;
  /** Where rows end (row-choice.ts). */
  readonly bAdapt: RowRule;
  /** Whether bits are bound, by a bit rate or by a pass before. */
  readonly keepsRate: boolean;
  /** Told what rows cost; absent or null: nobody. */
  readonly onRow?: RowListener | null;
}

/** Arranges the pictures of a ring in rows. */
export class Rows {
  private readonly ring: readonly PicturePlan[];
  private readonly order: CodingOrder;
  private readonly depth: number;
  /** Null: nothing is looked at. */
  private readonly costs: RowCosts | null;
  private readonly choice: RowChoice;
  private readonly flow: RowImportance | null;
  /** Anchors of the rows after the one that is arranged, as they would be now. */
  private later: readonly number[] = [];

  /**
   * @param planes pictures of half the size by their place in the ring; null: nothing is looked at, and rows are as long as may be
   * @param weights null: references have none
   */
  constructor(
    ring: readonly PicturePlan[],
    order: CodingOrder,
    options: RowOptions,
    planes: LowResolution | null,
    weights: LowWeights | null = null,
  ) {
    const { bframes, pyramidDepth, bAdapt, importance, widthInMbs, heightInMbs } = options;
    const { keepsRate, onRow = null } = options;
    this.ring = ring;
    this.order = order;
    this.depth = pyramidDepth;
    const costs = planes === null ? null : new RowCosts(ring, planes, bframes, weights);
    this.costs = costs;
    this.choice = new RowChoice(ring, costs, bframes, pyramidDepth, bAdapt, onRow, keepsRate);
    this.flow =
      costs !== null && importance > 0
        ? new RowImportance(ring, costs, pyramidDepth, widthInMbs, heightInMbs)
        : null;
  }

  /** Another picture, `n`, has come. */
  begin(n: number): void {
    this.costs?.begin(n);
  }

  /**
   * Decides where the next row ends, and what follows from that for its pictures.
   * @param last the newest picture that is known
   * @param qp at which pictures are expected to be coded
   */
  arrange(last: number, qp: number): void {
    const { order, costs, choice } = this;
    const before = order.arranged - 1;
    if (costs === null) {
      order.arrange(choice.anchor(before + 1, last));
      return;
    }
    const anchors = choice.anchors(before + 1, last);
    order.arrange(anchors[0]);
    this.later = anchors.slice(1);
    this.complete(costs, before, anchors[0]);
    this.flow?.flow(before, anchors, qp);
  }

  /** Tells the pictures of a row what they cost where they lie now, and where they come from. */
  private complete(costs: RowCosts, last: number, anchor: number): void {
    const { ring } = this;
    const plan = ring[anchor % ring.length];
    if (!isIntraPicture(plan)) {
      plan.complexity = costs.costP(anchor, last);
      plan.vectors = [costs.forward(anchor, anchor - last).mv, null];
      plan.reach = [anchor - last, 0];
    }
    visitBetween(last, anchor, this.depth, ring, (n, before, after) => {
      const between = ring[n % ring.length];
      between.complexity = costs.costB(n, before, after);
      const first = costs.forward(n, n - before);
      const second = costs.backward(n, after - n);
      between.vectors = [first.mv, second.mv];
      between.fades = first.table !== null || second.table !== null;
      between.reach = [n - before, after - n];
    });
  }

  /** Tells what is known of the pictures after the row that is arranged, in coding order. */
  noteLater(note: (complexity: number, type: number) => void): void {
    const { ring, order, costs } = this;
    if (costs === null) return;
    let last = order.arranged - 1;
    for (const anchor of this.later) {
      note(costs.costP(anchor, last), ring[anchor % ring.length].type);
      visitBetween(last, anchor, this.depth, ring, (n, before, after) =>
        note(costs.costB(n, before, after), SliceType.B),
      );
      last = anchor;
    }
  }
}

/** Makes the rows of an encoder; arguments as the constructor has them. */
export const createRows = (...parts: ConstructorParameters<typeof Rows>): Rows =>
  new Rows(...parts);

export type CreateRows = typeof createRows;
