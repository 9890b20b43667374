/**
 * Lets importance flow (importance.ts) where pictures lie in rows: from each B picture to the two pictures around it, and from
 * each anchor to the anchor before. A macroblock that is predicted from both sides gives half to each.
 */
import { visitBetween } from './coding-order.ts';
import { shareOfGrain } from './grain.ts';
import { giveImportance, propagateImportance } from './importance.ts';
import { INTER_OVERHEAD } from './low-resolution.ts';
import { FROM_AFTER, FROM_BEFORE } from './picture-costs.ts';
import { isIntraPicture, type PicturePlan } from './picture-plan.ts';
import type { RowCosts } from './row-costs.ts';
import { stepOfQp } from './size-model.ts';

/**
 * Choice: where prediction leaves more than a quantizer step, that is coded anew, and what the reference picture was worth is lost in it. So
 * worth is passed on as 1 / (1 + (cost / limit)²) of what the costs alone say, the limit being so many times the step. Grain, which nothing
 * predicts, would otherwise make all pictures dear: BD-rate by PSNR, medium, CRF 20..35, three B pictures, strength 2, with this and without: coffee
 * with grain -7.4 %, +2.1 % against libx264, the mean of foreman, traffic, selfie and sintel +4.4 %, +3.9 %.
 */
const LIMIT_BY_STEP = 34;
/**
 * Choice: the same in a picture of grain (grain.ts). Defaults, veryfast, CRF 20 to 35, 30 pictures: coffee with grain -9 % bits by SSIM, other
 * clips are the same.
 */
const LIMIT_BY_STEP_GRAIN = 12;
/** Lets importance flow in the ring of pictures of a lookahead. */
export class RowImportance {
  private readonly ring: readonly PicturePlan[];
  private readonly costs: RowCosts;
  private readonly depth: number;
  private readonly widthInMbs: number;
  private readonly heightInMbs: number;
  /** Cost of what is coded anew at which half of the worth is passed on. */
  private limit = 0;
  private readonly damped: Int32Array;
  /** Pictures of a row in coding order, three numbers each: it, and those that it lies between. */
  private readonly between: number[] = [];

  /** @param depth levels of reference pictures between anchors */
  constructor(
    ring: readonly PicturePlan[],
    costs: RowCosts,
    depth: number,
    widthInMbs: number,
    heightInMbs: number,
  ) {
    this.ring = ring;
    this.costs = costs;
    this.depth = depth;
    this.widthInMbs = widthInMbs;
    this.heightInMbs = heightInMbs;
    this.damped = new Int32Array(widthInMbs * heightInMbs);
  }

  /** Costs as which inter prediction counts: the nearer to intra, the more of it must be coded anew. */
  private damp(intra: Int32Array, inter: Int32Array): Int32Array {
    const { damped } = this;
    const grain = shareOfGrain(intra, inter);
    const limit = this.limit * (1 + grain * (LIMIT_BY_STEP_GRAIN / LIMIT_BY_STEP - 1));
    for (let mbAddr = 0; mbAddr < damped.length; mbAddr++) {
      const left = (inter[mbAddr] - INTER_OVERHEAD) / limit;
      damped[mbAddr] = intra[mbAddr] - (intra[mbAddr] - inter[mbAddr]) / (1 + left * left);
    }
    return damped;
  }

  private planOf(n: number): PicturePlan {
    return this.ring[n % this.ring.length];
  }

  /**
   * Sets what the pictures after `last`, an anchor, inherit from each other. Nothing flows out of an intra picture.
   * @param anchors of the rows after `last`, in the order of display
   * @param qp at which pictures are expected to be coded
   */
  flow(last: number, anchors: readonly number[], qp: number): void {
    this.limit = LIMIT_BY_STEP * stepOfQp(qp - 4);
    let count = 1;
    while (count < anchors.length && !isIntraPicture(this.planOf(anchors[count]))) count++;
    for (let n = Math.max(last, 0); n <= anchors[count - 1]; n++) this.planOf(n).inherited.fill(0);
    for (let row = count - 1; row >= 0; row--) {
      this.flowInRow(row === 0 ? last : anchors[row - 1], anchors[row]);
    }
  }

  private flowInRow(last: number, anchor: number): void {
    const { between, costs, widthInMbs, heightInMbs } = this;
    between.length = 0;
    visitBetween(last, anchor, this.depth, this.ring, (n, before, after) =>
      between.push(n, before, after),
    );
    for (let i = between.length - 3; i >= 0; i -= 3) {
      this.flowToBoth(between[i], between[i + 1], between[i + 2]);
    }
    const plan = this.planOf(anchor);
    if (last < 0 || isIntraPicture(plan)) return;
    const { inter: given, mv } = costs.forward(anchor, anchor - last);
    const inter = this.damp(plan.intra, given);
    const to = this.planOf(last).inherited;
    const pair = { intra: plan.intra, inter, mv };
    propagateImportance(pair, plan.inherited, to, widthInMbs, heightInMbs);
  }

  /** Lets the worth of picture `n`, a B picture, flow to the pictures that it lies between. */
  private flowToBoth(n: number, before: number, after: number): void {
    const { costs, widthInMbs, heightInMbs } = this;
    const { intra, inherited } = this.planOf(n);
    const { inter: given, lists } = costs.between(n, before, after);
    const inter = this.damp(intra, given);
    const first = costs.forward(n, n - before).mv;
    const second = costs.backward(n, after - n).mv;
    const toFirst = this.planOf(before).inherited;
    const toSecond = this.planOf(after).inherited;
    for (let mbY = 0; mbY < heightInMbs; mbY++) {
      for (let mbX = 0; mbX < widthInMbs; mbX++) {
        const mbAddr = mbY * widthInMbs + mbX;
        const from = lists[mbAddr];
        if (from === 0) continue;
        const own = intra[mbAddr];
        const share = from === (FROM_BEFORE | FROM_AFTER) ? 1 / 2 : 1;
        const amount = (share * (own + inherited[mbAddr]) * (own - inter[mbAddr])) / own;
        if ((from & FROM_BEFORE) !== 0) {
          giveImportance(amount, first[mbAddr], mbX, mbY, toFirst, widthInMbs, heightInMbs);
        }
        if ((from & FROM_AFTER) !== 0) {
          giveImportance(amount, second[mbAddr], mbX, mbY, toSecond, widthInMbs, heightInMbs);
        }
      }
    }
  }
}
