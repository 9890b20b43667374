/**
 * Plans pictures: gives each its record (picture-plan.ts) when it arrives, and brings together lookahead, order of coding, rate
 * control and adaptive quantization, which fill it. Where nothing is to be looked at (constant QP without scene detection),
 * nothing is computed.
 */

import type { Rational } from '../../../base/rational.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Kernels } from '../kernels/contract.ts';
import type { CreateLowSearch } from '../kernels/plain/low-search.ts';
import type { CreateWindowRows } from '../kernels/plain/window-rows.ts';
import { AdaptiveOffsets } from './adaptive-quantization.ts';
import { CodingOrder } from './coding-order.ts';
import { QP_UNIT } from './importance.ts';
import { Lookahead } from './lookahead.ts';
import type { CreateLowWeights } from './low-weights.ts';
import type { ResolvedOrderOptions } from './order-options.ts';
import type { CreatePartOrigins } from './part-origins.ts';
import type { AnalysisMethod, PictureAnalysis } from './picture-analysis.ts';
import type { PictureCounts } from './picture-counts.ts';
import { createPicturePlan, type PicturePlan, resetPicturePlan } from './picture-plan.ts';
import { RateControl } from './rate-control.ts';
import type { ResolvedRateOptions } from './rate-options.ts';
import type { RowListener } from './row-choice.ts';
import type { CreateRows, RowOptions, Rows } from './rows.ts';
import type { SecondPassTool } from './two-pass.ts';
import type { Zones } from './zones.ts';

/** The facts of the stream that the planner goes by. */
export interface PlannerOptions {
  readonly counts: PictureCounts;
  readonly rate: ResolvedRateOptions;
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  readonly frameRate: Rational;
  /** Whether pictures may come at any time: bits are then reckoned by time, not by pictures. */
  readonly countsTime: boolean;
  readonly gopSize: number;
  /** The choice of vector kernels, for engines that have any (kernel-buffer.ts). */
  readonly vectorKernels: VectorKernels;
  /** The options of coding order: which pictures are coded before others that are shown ahead of them. */
  readonly order: ResolvedOrderOptions;
  /** How long a picture is shown, in ticks, as long as nobody knows when the next one comes. */
  readonly frameTicks: number;
  /** Makes rows of B pictures; null in an encoder without them. */
  readonly createRows: CreateRows | null;
  /** The second of two passes; null in an encoder without. */
  readonly secondPass: SecondPassTool | null;
  /** Null: all pictures are coded alike. */
  readonly zones: Zones | null;
  /** How the lookahead searches. */
  readonly analysis: AnalysisMethod;
  /** Makes the search with vectors of `LowResolution`; null without. */
  readonly createLowSearch: CreateLowSearch | null;
  /** Makes the search of windows of `BlockOrigins`; null without. */
  readonly createWindowRows: CreateWindowRows | null;
  /** Makes what looks for letters of new text (part-origins.ts); null without. */
  readonly createPartOrigins: CreatePartOrigins | null;
  /** Makes weights of references in the lookahead; null where pictures have none. */
  readonly createLowWeights: CreateLowWeights | null;
  /** Told what rows of B pictures are thought to cost; null: nobody. */
  readonly onRow: RowListener | null;
}

/** Share of intra cost at which a scene changes (lookahead.ts); found by looking at clips with and without cuts. */
const SCENE_CUT_SHARE = 0.7;
/** No share is ever above this: no scene detection. */
const NEVER = 2;

/** Pictures go in by `arrive` and `add` in display order, and come out planned by `next` in coding order. */
export class PicturePlanner {
  readonly rateControl: RateControl;
  private readonly options: PlannerOptions;
  private readonly ring: readonly PicturePlan[];
  private readonly order: CodingOrder;
  /** Rows of pictures if nothing is looked at; null: each is a row. */
  private readonly rows: Rows | null;
  private readonly lookahead: Lookahead | null;
  private readonly adaptive: AdaptiveOffsets | null;
  /** Source slots without a picture. */
  private readonly freeSlots: number[];
  /** pts of the pictures that are not coded yet, in display order: decoding times are these in turn. */
  private readonly times: number[] = [];
  private arrived = 0;
  private planned = 0;
  private firstPts = 0;
  private sinceIdr = 0;
  /** Where the picture that was added last lies; -1 before the first. */
  private before = -1;
  private idrNumber = 0;

  constructor(options: PlannerOptions) {
    this.options = options;
    const { rate, widthInMbs, heightInMbs, frameRate, countsTime } = options;
    const mbs = widthInMbs * heightInMbs;
    const { looksAhead, waiting, sources } = options.counts;
    const { bframes, pyramidDepth } = options.order;
    const importance = waiting > 0 ? rate.importance : 0;
    this.ring = Array.from({ length: Lookahead.planCount(waiting) }, () =>
      createPicturePlan(looksAhead ? mbs : 0, importance > 0 ? mbs : 0),
    );
    this.order = new CodingOrder(this.ring, pyramidDepth);
    this.freeSlots = Array.from({ length: sources }, (_, slot) => slot);
    this.lookahead = looksAhead ? this.createLookahead(waiting, importance) : null;
    this.rows = looksAhead ? null : this.rowsAlone(importance);
    this.rateControl = new RateControl({
      target: rate.target,
      vbv: rate.vbv,
      frameRate,
      countsTime,
      widthInMbs,
      heightInMbs,
      ipOffset: rate.ipOffset,
      pbOffset: rate.pbOffset,
      qpMin: rate.qpMin,
      qpMax: rate.qpMax,
      qpStep: rate.qpStep,
      hasImportance: importance > 0,
      hasRows: bframes > 0,
      secondPass: options.secondPass,
      zones: options.zones,
      collectStatistics: rate.collectStatistics,
    });
    this.adaptive = rate.aqStrength > 0 ? new AdaptiveOffsets(options) : null;
  }

  /** Rows of pictures that nothing looks at; null without B pictures. */
  private rowsAlone(importance: number): Rows | null {
    return this.createRows?.(this.ring, this.order, this.rowOptions(importance), null) ?? null;
  }

  private createLookahead(frames: number, importance: number): Lookahead {
    const { rate, gopSize, order, vectorKernels, analysis } = this.options;
    const { createLowSearch, createWindowRows, createPartOrigins, createLowWeights } = this.options;
    return new Lookahead(
      {
        frames,
        gopSize,
        minGopSize: rate.minGopSize,
        sceneCut: rate.sceneCut ? SCENE_CUT_SHARE : NEVER,
        sceneMemory: order.sceneMemory,
        keptPictures: order.keptPictures,
        vectorKernels,
        analysis,
        createLowSearch,
        createWindowRows,
        createPartOrigins,
        createLowWeights,
        ...this.rowOptions(importance),
      },
      this.ring,
      this.order,
      this.createRows,
    );
  }

  private rowOptions(importance: number): RowOptions {
    const { widthInMbs, heightInMbs, rate, order, onRow } = this.options;
    const { bframes, pyramidDepth, bAdapt } = order;
    const size = { widthInMbs, heightInMbs };
    const keepsRate = rate.target.kind === 'bitRate' || rate.vbv !== null || rate.collectStatistics;
    return { ...size, importance, bframes, pyramidDepth, bAdapt, keepsRate, onRow };
  }

  /** The maker of rows of B pictures; null where there are none. */
  private get createRows(): CreateRows | null {
    return this.options.order.bframes > 0 ? this.options.createRows : null;
  }

  /** Where the samples of the next picture to arrive go. */
  get nextSlot(): number {
    return this.freeSlots[0];
  }

  /** Begins the plan of the next picture to be shown, whose samples lie in `nextSlot`. */
  arrive(pts: number, isForced: boolean, analysis: PictureAnalysis | null = null): PicturePlan {
    const plan = this.ring[this.arrived % this.ring.length];
    resetPicturePlan(plan);
    if (this.arrived === 0) this.firstPts = pts;
    plan.displayNumber = this.arrived++;
    plan.slot = this.freeSlots.shift()!;
    plan.pts = pts;
    plan.isForced = isForced;
    plan.analysis = analysis;
    this.times.push(pts);
    return plan;
  }

  /** Looks at the picture that arrived last: its luma plane, whole macroblocks, read during the call only. */
  add(luma: Uint8Array, position: number, stride: number): void {
    if (this.lookahead === null) this.decideByCount();
    else this.lookahead.add(luma, position, stride, this.before);
    this.before = position;
  }

  /**
   * Plans the picture that is coded next; null if more must be added first.
   * @param flushing no picture comes after those added
   */
  next(flushing: boolean): PicturePlan | null {
    if (this.lookahead !== null) this.lookahead.qp = this.rateControl.expectedQp;
    const plan =
      this.lookahead === null ? this.nextByCount(flushing) : this.lookahead.next(flushing);
    if (plan === null) return null;
    plan.isRecoveryPoint =
      this.options.order.keyPictures === 'recovery' && plan.isIdr && plan.displayNumber > 0;
    if (plan.isRecoveryPoint) plan.isIdr = false;
    if (plan.isIdr) this.idrNumber = plan.displayNumber;
    plan.codingNumber = this.planned++;
    plan.dts = this.decodingTime(plan.codingNumber);
    plan.poc = 2 * (plan.displayNumber - this.idrNumber);
    return plan;
  }

  /**
   * When picture `n` in the order of coding is decoded: the times at which pictures are shown, in turn, but as many pictures later as
   * may be coded ahead of their turn. So no picture is decoded after it is shown; the first are decoded before time begins.
   */
  private decodingTime(n: number): number {
    const { order, frameTicks } = this.options;
    const ahead = order.reorderFrames - n;
    return ahead > 0 ? this.firstPts - ahead * frameTicks : this.times.shift()!;
  }

  /** Decides the type of the newest picture, where nothing is looked at: an IDR picture begins every `gopSize` pictures. */
  private decideByCount(): void {
    const plan = this.ring[(this.arrived - 1) % this.ring.length];
    plan.isIdr = this.arrived === 1 || plan.isForced || this.sinceIdr >= this.options.gopSize;
    plan.type = plan.isIdr ? SliceType.I : SliceType.P;
    this.sinceIdr = plan.isIdr ? 1 : this.sinceIdr + 1;
  }

  /** The picture that is coded next, where nothing is looked at: rows are as long as they may be. */
  private nextByCount(flushing: boolean): PicturePlan | null {
    const { order, arrived } = this;
    const { bframes } = this.options.order;
    if (order.waiting.length === 0) {
      const waiting = arrived - order.arranged;
      if (waiting === 0 || (waiting <= bframes && !flushing)) return null;
      if (this.rows === null) order.arrange(order.arranged);
      else this.rows.arrange(arrived - 1, this.rateControl.expectedQp);
    }
    return order.next();
  }

  /**
   * Completes a plan with adaptive quantization, and chooses the picture's QP.
   * @param variance16 the kernel of that name
   * @param position the planned picture's luma plane, as it was added
   * @param elapsed frame times since the picture coded before
   */
  start(
    plan: PicturePlan,
    variance16: Kernels['variance16'],
    position: number,
    stride: number,
    elapsed: number,
  ): void {
    if (this.adaptive !== null) {
      plan.offsets = this.adaptive.addTo(plan.offsets, variance16, position, stride);
    }
    const { zones } = this.options;
    const { displayNumber, qpOffsets } = plan;
    const region = zones?.qpOffsets(displayNumber) ?? null;
    if (qpOffsets !== null) this.addAsked(plan, qpOffsets);
    if (region !== null) this.addAsked(plan, region);
    zones?.startPicture(displayNumber);
    plan.qp = this.rateControl.startFrame(plan, elapsed);
  }

  /** Adds the offsets that the caller asks for to those of a plan. */
  private addAsked(plan: PicturePlan, asked: Int8Array): void {
    const offsets = Int16Array.from(asked, (offset) => QP_UNIT * offset);
    let sum = 0;
    for (let mbAddr = 0; mbAddr < asked.length; mbAddr++) {
      sum += asked[mbAddr];
      // 16 bits hold three times the largest of them.
      if (plan.offsets !== null) offsets[mbAddr] += plan.offsets[mbAddr];
    }
    plan.offsets = offsets;
    plan.meanQpOffset += (QP_UNIT * sum) / asked.length;
  }

  /** The picture is coded: its source is needed no more. */
  release(plan: PicturePlan): void {
    this.freeSlots.push(plan.slot);
  }
}
