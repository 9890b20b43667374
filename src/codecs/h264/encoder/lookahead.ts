/**
 * Looks at pictures before they are coded: where scenes change, which pictures are to be IDR pictures, what each may cost,
 * and how important each macroblock is for the pictures that follow. Pictures go in one by one, decisions come out
 * `frames` pictures later, in the order of coding.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { CreateLowSearch } from '../kernels/plain/low-search.ts';
import type { CreateWindowRows } from '../kernels/plain/window-rows.ts';
import type { CodingOrder } from './coding-order.ts';
import { shareOfGrain } from './grain.ts';
import { importanceOffsets, propagateImportance } from './importance.ts';
import { LowResolution } from './low-resolution.ts';
import { type CreateLowWeights, type LowWeights, WEIGHTED_PLANES } from './low-weights.ts';
import { OriginSearch } from './origin-search.ts';
import type { CreatePartOrigins } from './part-origins.ts';
import type { AnalysisMethod } from './picture-analysis.ts';
import { isIntraPicture, type PicturePlan, type Upcoming } from './picture-plan.ts';
import type { CreateRows, RowOptions, Rows } from './rows.ts';
import { type SceneOptions, Scenes } from './scenes.ts';

/** How far to look and what to decide. `frames` may be 0..250; latency, and memory, grow with it. */
export interface LookaheadOptions extends SceneOptions, RowOptions {
  /** The choice of vector kernels, for engines that have any (kernel-buffer.ts). */
  readonly vectorKernels: VectorKernels;
  /** How motion is searched. */
  readonly analysis: AnalysisMethod;
  /** Makes the search with vectors of `LowResolution`; null without. */
  readonly createLowSearch: CreateLowSearch | null;
  /** Makes the search of windows of `BlockOrigins`; null without. */
  readonly createWindowRows: CreateWindowRows | null;
  /** Makes what looks for letters of new text (part-origins.ts); null without. */
  readonly createPartOrigins: CreatePartOrigins | null;
  /** Makes weights of references; null where pictures have none. */
  readonly createLowWeights: CreateLowWeights | null;
}

/** Looks at the pictures whose plans lie in a ring, from the anchor decided last to the newest. */
export class Lookahead {
  private readonly options: LookaheadOptions;
  private readonly planes: LowResolution;
  private readonly ring: readonly PicturePlan[];
  private readonly order: CodingOrder;
  private readonly scenes: Scenes;
  /** Null: references have none. */
  private readonly weights: LowWeights | null;
  private readonly upcoming: Upcoming;
  private readonly offsets: Int16Array | null;
  /** Null: no picture lies between others. */
  private readonly rows: Rows | null;
  private origins: OriginSearch | null = null;
  private added = 0;
  /** QP at which pictures are expected to be coded. */
  qp = 26;

  /**
   * @param ring `planCount` plans; that of picture n is at n modulo their number
   * @param order of the same plans; this class decides where its rows end
   * @param createRows makes rows of B pictures; null where there are none
   */
  constructor(
    options: LookaheadOptions,
    ring: readonly PicturePlan[],
    order: CodingOrder,
    createRows: CreateRows | null = null,
  ) {
    this.options = options;
    this.ring = ring;
    this.order = order;
    const { widthInMbs, heightInMbs, frames, importance, createLowWeights } = options;
    this.planes = new LowResolution(
      widthInMbs,
      heightInMbs,
      ring.length + options.sceneMemory + (createLowWeights === null ? 0 : WEIGHTED_PLANES),
      options.vectorKernels,
      options.analysis,
      options.createLowSearch,
    );
    this.weights = createLowWeights?.(this.planes, ring.length + options.sceneMemory) ?? null;
    this.scenes = new Scenes(options, this.planes, ring, this.weights);
    this.offsets = importance > 0 ? new Int16Array(widthInMbs * heightInMbs) : null;
    this.rows = createRows?.(ring, order, options, this.planes, this.weights) ?? null;
    this.upcoming = {
      complexity: new Float64Array(frames),
      type: new Uint8Array(frames),
      count: 0,
      framesLeft: -1,
    };
  }

  /** Plans that a lookahead over `frames` pictures needs: one more than wait, and the one before, which may be decided. */
  static planCount(frames: number): number {
    return frames + 2;
  }

  /** Pictures that were added and are not given out yet. */
  get waiting(): number {
    return this.added - this.order.arranged + this.order.waiting.length;
  }

  /**
   * Takes the next picture, whose plan is in the ring. At most `frames` pictures may be waiting.
   * @param luma samples; whole macroblocks; read during the call only
   * @param position byte position of the first sample
   * @param stride bytes from row to row
   * @param before byte position of the picture shown before, if it is still there; else -1
   */
  add(luma: Uint8Array, position: number, stride: number, before = -1): void {
    const plan = this.ring[this.added % this.ring.length];
    this.planes.load(this.added % this.ring.length, luma, position, stride);
    this.weights?.begin(this.added % this.ring.length);
    if (before >= 0) {
      this.origins ??= this.createOrigins(stride);
      this.origins.search(luma, this.added, position, before, plan.origins);
      plan.hasOrigins = true;
    }
    this.rows?.begin(this.added);
    this.scenes.add(this.added);
    if (plan.isIdr) this.origins?.forget();
    this.added++;
  }

  private createOrigins(stride: number): OriginSearch {
    const { widthInMbs, heightInMbs, keptPictures } = this.options;
    const { createWindowRows, createPartOrigins } = this.options;
    const size = [widthInMbs, heightInMbs, stride] as const;
    return new OriginSearch(...size, keptPictures, createWindowRows, createPartOrigins);
  }

  /**
   * Decides about the picture that is coded next. Its offsets and upcoming pictures are valid until the next call.
   * @param flushing no picture comes after those added
   * @returns its plan, or null if more pictures must be added first
   */
  next(flushing: boolean): PicturePlan | null {
    const { waiting, order, offsets } = this;
    if (order.waiting.length === 0) {
      if (waiting === 0 || (waiting <= this.options.frames && !flushing)) return null;
      if (flushing) this.scenes.settle();
      if (this.rows === null) order.arrange(order.arranged);
      else this.rows.arrange(this.added - 1, this.qp);
    }
    const plan = order.next();
    if (plan === null) return null;
    plan.upcoming = this.lookUp(flushing ? waiting : -1);
    plan.grain = this.grainOf(plan);
    if (offsets !== null) {
      if (this.rows === null) this.inherit(plan);
      this.decideOffsets(plan, offsets);
      plan.offsets = offsets;
    }
    return plan;
  }

  /** Grain of a picture; that of an intra picture shows in the one after it. */
  private grainOf(plan: PicturePlan): number {
    const number = plan.displayNumber + (isIntraPicture(plan) ? 1 : 0);
    if (number >= this.added) return 0;
    const later = this.ring[number % this.ring.length];
    return isIntraPicture(later) ? 0 : shareOfGrain(later.intra, later.inter);
  }

  /** Complexity and types of the pictures after the one that was just given out: those arranged, then the others as they are shown. */
  private lookUp(framesLeft: number): Upcoming {
    const { order, ring, upcoming } = this;
    let count = 0;
    const note = (complexity: number, type: number): void => {
      upcoming.complexity[count] = complexity;
      upcoming.type[count++] = type;
    };
    for (const { complexity, type } of order.waiting) note(complexity, type);
    if (this.rows !== null) this.rows.noteLater(note);
    else {
      for (let n = order.arranged; n < this.added; n++) {
        const { complexity, type } = ring[n % ring.length];
        note(complexity, type);
      }
    }
    upcoming.count = count;
    upcoming.framesLeft = framesLeft;
    return upcoming;
  }

  /**
   * Lets importance flow from the newest picture back to this one. Pictures that refer to none before them let none
   * through, and a flash, to which none refers, inherits none.
   */
  private inherit(plan: PicturePlan): void {
    const { ring } = this;
    const { widthInMbs, heightInMbs } = this.options;
    const decided = plan.displayNumber;
    let last = this.added - 1;
    for (let n = decided + 1; n <= last; n++) {
      const later = ring[n % ring.length];
      if (isIntraPicture(later) || later.returnsTo >= 0) last = n - 1;
    }
    ring[last % ring.length].inherited.fill(0);
    for (let n = last; n > decided; ) {
      const later = ring[n % ring.length];
      if (later.back === 2) ring[(n - 1) % ring.length].inherited.fill(0);
      n -= later.back;
      if (n < decided) break;
      const earlier = ring[n % ring.length];
      earlier.inherited.fill(0);
      propagateImportance(later, later.inherited, earlier.inherited, widthInMbs, heightInMbs);
    }
  }

  /** QP offsets by what the picture's macroblocks inherited. */
  private decideOffsets(plan: PicturePlan, offsets: Int16Array): void {
    const { options } = this;
    importanceOffsets(plan, plan.inherited, options.importance, offsets);
    let sum = 0;
    for (let mbAddr = 0; mbAddr < offsets.length; mbAddr++) sum += offsets[mbAddr];
    plan.meanQpOffset = sum / offsets.length;
  }
}
