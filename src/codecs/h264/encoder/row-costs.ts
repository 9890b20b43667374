/**
 * The costs that pictures would have in rows that are not decided yet (coding-order.ts): as a P picture that refers to an
 * earlier anchor, or as a B picture between two others. They are found on pictures of half the size when they are first asked
 * for, and kept while the picture waits.
 */
import type { LowResolution } from './low-resolution.ts';
import type { LowWeights } from './low-weights.ts';
import { scaleMv } from './part-motion.ts';
import type { BetweenCosts, PairMotion } from './picture-costs.ts';
import type { PicturePlan } from './picture-plan.ts';

const NONE = -1;

/** The costs that are known of one picture of the ring. */
class PictureRow {
  readonly forward: (PairMotion | null)[];
  readonly backward: (PairMotion | null)[];
  /** Whether the costs at each distance are those of this picture. */
  readonly hasForward: Uint8Array;
  readonly hasBackward: Uint8Array;
  /** Sums of costs: by distance to the anchor, and by distances to both sides; NONE where unknown. */
  readonly sumP: Float64Array;
  readonly sumB: Float64Array;
  /** Costs between two pictures, and between which; null before they are first needed. */
  between: BetweenCosts | null = null;
  before = NONE;
  after = NONE;

  constructor(most: number) {
    this.forward = new Array<PairMotion | null>(most + 1).fill(null);
    this.backward = new Array<PairMotion | null>(most + 1).fill(null);
    this.hasForward = new Uint8Array(most + 1);
    this.hasBackward = new Uint8Array(most + 1);
    this.sumP = new Float64Array(most + 1);
    this.sumB = new Float64Array((most + 1) * (most + 1));
  }

  clear(): void {
    this.hasForward.fill(0);
    this.hasBackward.fill(0);
    this.sumP.fill(NONE);
    this.sumB.fill(NONE);
    this.before = NONE;
    this.after = NONE;
  }
}

/** Costs of the pictures of a lookahead's ring, in the rows that they may come to lie in. */
export class RowCosts {
  private readonly ring: readonly PicturePlan[];
  private readonly planes: LowResolution;
  private readonly weights: LowWeights | null;
  private readonly mbs: number;
  /** Largest distance of two pictures of a row. */
  private readonly most: number;
  private readonly rows: readonly PictureRow[];
  private readonly starts: Int32Array;

  /**
   * @param bframes most pictures between two anchors
   * @param weights null: references have none
   */
  constructor(
    ring: readonly PicturePlan[],
    planes: LowResolution,
    bframes: number,
    weights: LowWeights | null,
  ) {
    this.weights = weights;
    this.ring = ring;
    this.planes = planes;
    this.mbs = planes.widthInMbs * planes.heightInMbs;
    this.most = bframes + 1;
    this.rows = ring.map(() => new PictureRow(this.most));
    this.starts = new Int32Array(this.mbs);
  }

  /** Another picture, `n`, has come: the costs of the one in its place are forgotten. */
  begin(n: number): void {
    this.rowOf(n).clear();
  }

  private rowOf(n: number): PictureRow {
    return this.rows[n % this.rows.length];
  }

  private planOf(n: number): PicturePlan {
    return this.ring[n % this.ring.length];
  }

  /** Cost of picture `n` as a P picture that refers to picture `anchor` before it; of an intra picture that of intra. */
  costP(n: number, anchor: number): number {
    const { sumP } = this.rowOf(n);
    const distance = n - anchor;
    if (sumP[distance] === NONE) {
      const plan = this.planOf(n);
      sumP[distance] = plan.isIdr ? plan.complexity : sumOf(this.forward(n, distance).inter);
    }
    return sumP[distance];
  }

  /** Cost of picture `n` as a B picture between two others. */
  costB(n: number, before: number, after: number): number {
    const { sumB } = this.rowOf(n);
    const at = (n - before) * (this.most + 1) + after - n;
    if (sumB[at] === NONE) sumB[at] = sumOf(this.between(n, before, after).inter);
    return sumB[at];
  }

  /** Where picture `n` lies in the one `distance` pictures before it. Valid until another picture takes the place of `n`. */
  forward(n: number, distance: number): PairMotion {
    const row = this.rowOf(n);
    if (row.hasForward[distance] === 1) return row.forward[distance]!;
    const plan = this.planOf(n);
    if (distance === 1 && plan.back === 1) return plan;
    row.forward[distance] ??= this.createMotion();
    const motion = row.forward[distance];
    const near = distance === 1 ? null : this.forward(n, distance - 1).mv;
    this.predictStarts(near, distance / (distance - 1));
    this.search(n, n - distance, motion);
    row.hasForward[distance] = 1;
    return motion;
  }

  /** Motion and costs of picture `n` against the picture `distance` pictures after it. */
  backward(n: number, distance: number): PairMotion {
    const row = this.rowOf(n);
    if (row.hasBackward[distance] === 1) return row.backward[distance]!;
    row.backward[distance] ??= this.createMotion();
    const motion = row.backward[distance];
    if (distance === 1) this.predictStarts(this.forward(n + 1, 1).mv, -1);
    else this.predictStarts(this.backward(n, distance - 1).mv, distance / (distance - 1));
    this.search(n, n + distance, motion);
    row.hasBackward[distance] = 1;
    return motion;
  }

  /** Costs of picture `n` between two others, by macroblock. Valid until it is asked for between others. */
  between(n: number, before: number, after: number): BetweenCosts {
    const row = this.rowOf(n);
    row.between ??= { inter: new Int32Array(this.mbs), lists: new Uint8Array(this.mbs) };
    if (row.before === before && row.after === after) return row.between;
    const first = this.forward(n, n - before);
    const second = this.backward(n, after - n);
    const count = this.ring.length;
    const { weights } = this;
    const weigh = (plane: number, { table }: PairMotion, which: number) =>
      table === null ? plane : weights!.copy(plane, table, which);
    const from = [weigh(before % count, first, 0), weigh(after % count, second, 1)] as const;
    const { intra } = this.planOf(n);
    this.planes.measureBetween(n % count, ...from, first, second, intra, row.between);
    row.before = before;
    row.after = after;
    return row.between;
  }

  private createMotion(): PairMotion {
    return { inter: new Int32Array(this.mbs), mv: new Int32Array(this.mbs), table: null };
  }

  /** Starts of a search: vectors that were found nearer by, times a factor; none where there are no such vectors. */
  private predictStarts(near: Int32Array | null, factor: number): void {
    const { starts } = this;
    if (near === null) starts.fill(0);
    else
      for (let mbAddr = 0; mbAddr < this.mbs; mbAddr++)
        starts[mbAddr] = scaleMv(near[mbAddr], factor);
  }

  private search(n: number, reference: number, motion: PairMotion): void {
    const count = this.ring.length;
    const { intra } = this.planOf(n);
    const { planes, weights, starts } = this;
    const current = n % count;
    const other = reference % count;
    planes.searchPair(current, other, starts, intra, motion);
    motion.table = weights?.tableOf(current, other, motion.mv) ?? null;
    if (motion.table === null) return;
    planes.searchPair(current, weights!.copy(other, motion.table, 0), starts, intra, motion);
  }
}

function sumOf(costs: Int32Array): number {
  let sum = 0;
  for (let mbAddr = 0; mbAddr < costs.length; mbAddr++) sum += costs[mbAddr];
  return sum;
}
