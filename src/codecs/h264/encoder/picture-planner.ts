/**
 * Plans pictures: brings together lookahead, rate control and adaptive quantization, so that the frame loop learns of each
 * picture whether it is an IDR picture, its QP, and the offsets of its macroblocks. Where nothing is to be looked at
 * (constant QP without scene detection), nothing is computed.
 */

import type { Rational } from '../../../base/rational.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { adaptiveOffsets } from './adaptive-quantization.ts';
import { Lookahead } from './lookahead.ts';
import { type PictureForecast, RateControl } from './rate-control.ts';
import type { ResolvedRateOptions } from './rate-options.ts';

/** What the planner needs to know of the stream. */
export interface PlannerOptions {
  readonly rate: ResolvedRateOptions;
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  readonly frameRate: Rational;
  readonly gopSize: number;
  /** Scenes to remember (scenes.ts). */
  readonly sceneMemory: number;
  /** Which vector kernels are used, if there can be any (kernels.ts). */
  readonly vectorKernels: VectorKernels;
  /** Whether recovery points stand in for IDR pictures after the first. */
  readonly recoveryPoints: boolean;
}

/** Share of intra cost at which a scene changes (lookahead.ts); found by looking at clips with and without cuts. */
const SCENE_CUT_SHARE = 0.7;
/** No share is ever above this: no scene detection. */
const NEVER = 2;

/** The plan of one picture; valid until the next call of `next`. */
export interface PicturePlan {
  readonly isIdr: boolean;
  /** Whether it is of I slices; IDR pictures are. */
  readonly isIntra: boolean;
  /** Decoding may start here although it is no IDR picture: no later picture refers to an earlier one. */
  readonly isRecoveryPoint: boolean;
  /** Whether later pictures may refer to it. */
  readonly isReference: boolean;
  /** The remembered scene it returns to, and that as which the picture before is to be kept; -1 if none (scenes.ts). */
  readonly returnsTo: number;
  readonly keepsAs: number;
  /** Offsets by macroblock in 1/256 QP; null if all are 0. */
  readonly offsets: Int16Array | null;
  /** Where the lookahead found each macroblock in the picture it is predicted from (LookaheadDecision); null without one. */
  readonly vectors: Int32Array | null;
}

/** Pictures go in by `add` and come out planned by `next`, in the same order. */
export class PicturePlanner {
  readonly rateControl: RateControl;
  private readonly options: PlannerOptions;
  private readonly lookahead: Lookahead | null;
  private readonly offsets: Int16Array | null;
  private readonly adaptive: Int16Array | null;
  private readonly logVariance: Float64Array;
  private readonly plan: { -readonly [K in keyof PicturePlan]: PicturePlan[K] };
  private forecast: PictureForecast;
  // Without a lookahead: pictures that wait for `next`, at most one, and the distance from the last IDR picture.
  private waiting = 0;
  private waitingIsForced = false;
  private sinceIdr = 0;
  private count = 0;

  constructor(options: PlannerOptions) {
    this.options = options;
    const { rate, widthInMbs, heightInMbs, frameRate, gopSize } = options;
    const mbs = widthInMbs * heightInMbs;
    const needsLookahead = rate.target.kind !== 'qp' || rate.sceneCut || rate.importance > 0;
    this.lookahead = needsLookahead
      ? new Lookahead({
          widthInMbs,
          heightInMbs,
          frames: rate.lookahead,
          gopSize,
          minGopSize: rate.minGopSize,
          sceneCut: rate.sceneCut ? SCENE_CUT_SHARE : NEVER,
          sceneMemory: options.sceneMemory,
          vectorKernels: options.vectorKernels,
          importance: rate.lookahead > 0 ? rate.importance : 0,
        })
      : null;
    this.rateControl = new RateControl({
      target: rate.target,
      vbv: rate.vbv,
      frameRate,
      widthInMbs,
      heightInMbs,
      ipOffset: rate.ipOffset,
      hasImportance: rate.lookahead > 0 && rate.importance > 0,
      collectStatistics: rate.collectStatistics,
    });
    const isAdaptive = rate.aqStrength > 0;
    this.adaptive = isAdaptive ? new Int16Array(mbs) : null;
    this.logVariance = new Float64Array(isAdaptive ? mbs : 0);
    this.offsets = isAdaptive ? new Int16Array(mbs) : null;
    this.plan = {
      isIdr: false,
      isIntra: false,
      isRecoveryPoint: false,
      isReference: true,
      returnsTo: -1,
      keepsAs: -1,
      offsets: null,
      vectors: null,
    };
    this.forecast = NO_FORECAST;
  }

  /** Offsets by macroblock of the picture started, in 1/256 QP; null if all are 0. */
  get currentOffsets(): Int16Array | null {
    return this.plan.offsets;
  }

  /** Source pictures that must be kept: those waiting, and the one being coded. */
  get sourceCount(): number {
    return (this.lookahead === null ? 0 : this.options.rate.lookahead) + 1;
  }

  /** Takes the luma plane of the next picture, whole macroblocks, read during the call only. */
  add(luma: Uint8Array, position: number, stride: number, forceIdr: boolean): void {
    if (this.lookahead !== null) this.lookahead.add(luma, position, stride, forceIdr);
    this.waiting++;
    this.waitingIsForced = forceIdr;
  }

  /**
   * Plans the oldest picture that waits; null if more must be added first.
   * @param flushing no picture comes after those added
   */
  next(flushing: boolean): PicturePlan | null {
    const { plan } = this;
    if (this.lookahead !== null) {
      const decision = this.lookahead.next(flushing);
      if (decision === null) return null;
      plan.isIdr = decision.isIdr;
      plan.isIntra = decision.isIntra;
      plan.isReference = decision.isReference;
      plan.returnsTo = decision.returnsTo;
      plan.keepsAs = decision.keepsAs;
      plan.offsets = decision.qpOffsets;
      plan.vectors = decision.vectors;
      this.forecast = decision;
    } else {
      if (this.waiting === 0) return null;
      plan.isIdr =
        this.count === 0 || this.waitingIsForced || this.sinceIdr >= this.options.gopSize;
      plan.isIntra = plan.isIdr;
      this.sinceIdr = plan.isIdr ? 1 : this.sinceIdr + 1;
      this.forecast = plan.isIdr ? NO_FORECAST_INTRA : NO_FORECAST;
    }
    plan.isRecoveryPoint = this.options.recoveryPoints && plan.isIdr && this.count > 0;
    if (plan.isRecoveryPoint) plan.isIdr = false;
    this.waiting--;
    this.count++;
    return plan;
  }

  /**
   * Completes the plan with adaptive quantization, and chooses the picture's QP.
   * @param luma the planned picture's luma plane, as it was added
   * @param elapsed frame times since the picture before
   * @returns QP in 1/256, before the offsets
   */
  start(luma: Uint8Array, position: number, stride: number, elapsed: number): number {
    const { adaptive, offsets, plan, options } = this;
    if (adaptive !== null && offsets !== null) {
      const { widthInMbs, heightInMbs, rate } = options;
      const { aqStrength } = rate;
      const scratch = this.logVariance;
      adaptiveOffsets(
        luma,
        position,
        stride,
        widthInMbs,
        heightInMbs,
        aqStrength,
        scratch,
        adaptive,
      );
      const important = plan.offsets;
      for (let mbAddr = 0; mbAddr < offsets.length; mbAddr++) {
        offsets[mbAddr] = adaptive[mbAddr] + (important === null ? 0 : important[mbAddr]);
      }
      plan.offsets = offsets;
    }
    return this.rateControl.startFrame(this.forecast, elapsed);
  }
}

const NO_FORECAST: PictureForecast = {
  isIntra: false,
  complexity: 1,
  meanQpOffset: 0,
  upcomingComplexity: new Float64Array(0),
  upcomingIsIntra: new Uint8Array(0),
  upcomingCount: 0,
  framesLeft: -1,
};
const NO_FORECAST_INTRA: PictureForecast = { ...NO_FORECAST, isIntra: true };
