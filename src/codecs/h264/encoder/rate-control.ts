/**
 * Chooses the QP of each picture: constant, for a constant quality, for a bit rate, or by the plan of a first pass, and
 * within all but the first of them for a buffer that may neither run dry nor over (vbv.ts).
 *
 * The frame loop calls `startFrame`, codes the picture at the QP returned, asks `review` whether its size will do, codes it
 * again if not, and tells `endFrame` the final size. QP are returned in 1/256; arithmetic is deterministic (exp-log.ts).
 */
import { log2 } from '../../../base/exp-log.ts';
import { clip3 } from '../../../base/math.ts';
import { FILLER_OVERHEAD_BYTES } from '../../../syntax/h264/aud.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { QP_UNIT } from './importance.ts';
import { isIntraPicture } from './picture-plan.ts';
import type { PictureForecast, RateControlOptions } from './rate-target.ts';
import { SizeModel, SLOPE_I, SLOPE_P, stepOfQp } from './size-model.ts';
import {
  type PassStatistics,
  type PictureStatistics,
  type PlannedPicture,
  planSecondPass,
} from './two-pass.ts';
import { Vbv } from './vbv.ts';

/** Answers of `review` besides a QP to code the picture at again. */
export const ACCEPT = -1;
/** Even QP 51 is too much for the buffer: code the picture with no residual at all. */
export const WITHOUT_RESIDUAL = -2;

const MIN_QP = 1;
const MAX_QP = 51;

/** First guesses of bits / complexity at QP 27 (size-model.ts): geometric means over the clips, 0.13..0.29 and 0.09..0.32. */
const FIRST_FACTOR_I = 0.175;
const FIRST_FACTOR_P = 0.17;

/** The same of B pictures, at their own QP. */
const FIRST_FACTOR_B = 0.12;

/** P complexity as a share of I complexity, where nothing better is known yet. */
const FIRST_INTER_SHARE = 0.4;

/** How much quality follows complexity: 0 gives every picture the same bits, 1 the same QP. */
const COMPLEXITY_COMPRESSION = 0.6;
/** Complexity per macroblock at which complexity neither adds to QP nor takes from it. */
const CRF_COMPLEXITY = 128;
/**
 * What is added to CRF, with and without offsets by importance (which lower the mean QP), so that mean luma PSNR over the
 * clips is that of libx264 at the same number: measured at CRF 20, 27 and 34 on 40 pictures of each, docs/h264/rate-control.md.
 */
const CRF_SHIFT = -1.4;
const CRF_SHIFT_IMPORTANCE = 4;

/** Largest change of QP from one P picture to the next, unless the buffer demands more. */
const MAX_QP_STEP = 4;
/** The same to an intra picture, with which most often another scene begins. */
const MAX_QP_STEP_INTRA = 16;

/**
 * What an intra picture took beyond its share is paid back so fast that after a second no more than this share of all bits so
 * far is still owed: short streams would miss their rate, were they to end then.
 */
const OWED_SHARE = 0.015;

/** Seconds over which P pictures pay for an intra picture, and over which other deviations from the bit rate are made good. */
const REPAY_SECONDS = 2;
const MISSED_SECONDS = 0.5;

/** Complexity per macroblock of a picture that repeats the one before: the overhead in low-resolution.ts. */
const STILL_COMPLEXITY = 16;

/** Pictures whose cost weighs in the average bit rate's model; older ones fade. */
const MODEL_FRAMES = 20;
/** Times by which the cost of P pictures after an intra picture differs from that before, where they are taken for another scene. */
const OTHER_SCENE = 2;
/** As how many pictures the memory of them counts after an intra picture. */
const SCENE_MEMORY = 3;

/** Share of the buffer that is kept for surprises, and how exactly QP is fitted to it. */
const VBV_RESERVE = 0.1;
const VBV_QP_STEP = 0.25;
/** Pictures beyond the known ones for which the last complexity is taken to go on. */
const VBV_HORIZON = 8;

/** The state of rate control over a stream. */
export class RateControl {
  readonly vbv: Vbv | null;
  private readonly options: RateControlOptions;
  private readonly frameBits: number;
  private readonly plan: readonly PlannedPicture[] | null = null;
  private readonly sizeI = new SizeModel(FIRST_FACTOR_I, SLOPE_I);
  private readonly sizeP = new SizeModel(FIRST_FACTOR_P, SLOPE_P);
  private readonly sizeB = new SizeModel(FIRST_FACTOR_B, SLOPE_P);
  private readonly collected: PictureStatistics[] = [];
  private frames = 0;
  /** Frame times that the pictures coded so far last: their number, or by their times. */
  private frameTimes = 0;
  private spentBits = 0;
  /** Complexity of P pictures, fading: sum and weight. */
  private complexitySum = 0;
  private complexityWeight = 0;
  /** Bits that the P pictures coded would have taken at a relative QP of 0: sum and weight, both fading. */
  private costSum = 0;
  private costWeight = 0;
  /** Sum of the complexity beyond that of still pictures, as the cost is summed. */
  private motionSum = 0;
  /** What the last intra picture took beyond its share and is not yet made good; and what each picture pays back. */
  private debt = 0;
  private debtPerFrame = 0;
  private plannedBits = 0;
  private plannedTotal = 0;
  private planCost = 1;
  /** QP of the last two anchors, as if they were P pictures; -1 before there are any. */
  private lastQpP = -1;
  private qpPBefore = -1;
  /** Pictures in a row that repeat the one before. */
  private stillPictures = 0;
  // The picture being coded.
  private qp = 0;
  private forecast: PictureForecast | null = null;
  /** It is intra, and what follows costs so much more or less that what was learned says nothing of it. */
  private startsOther = false;
  private reference = 1;

  constructor(options: RateControlOptions) {
    this.options = options;
    const { target, frameRate, vbv } = options;
    this.vbv = vbv === null ? null : new Vbv(vbv, frameRate);
    this.frameBits = target.kind === 'bitRate' ? (target.bitRate * frameRate[1]) / frameRate[0] : 0;
    if (target.kind === 'bitRate' && target.statistics !== null) {
      const { pictures } = target.statistics;
      this.plan = planSecondPass(
        pictures,
        this.frameBits * pictures.length,
        options.ipOffset,
        options.pbOffset,
      );
      for (const picture of this.plan) this.plannedTotal += picture.bits;
    }
  }

  /** Statistics of the pictures so far, if they are collected. */
  statistics(width: number, height: number): PassStatistics {
    return { width, height, pictures: this.collected };
  }

  /**
   * Chooses the QP of the next picture, in 1/256, 0..51·256.
   * @param forecast valid until `endFrame`
   * @param elapsed frame times since the picture before; 1 if times leave no gap, and for the first
   */
  startFrame(forecast: PictureForecast, elapsed = 1): number {
    this.forecast = forecast;
    if (elapsed !== 1) this.vbv?.wait(elapsed - 1);
    if (this.frames > 0) this.frameTimes += this.options.countsTime === true ? elapsed : 1;
    const { target } = this.options;
    let qp: number;
    if (target.kind === 'qp') {
      this.qp = clip3(0, MAX_QP, target.qp + this.typeOffset(forecast));
      return Math.round(this.qp * QP_UNIT);
    }
    this.updateReference(forecast);
    if (forecast.type === SliceType.B && this.plan === null && this.lastQpP >= 0) {
      qp = (this.lastQpP + this.qpPBefore) / 2 + this.typeOffset(forecast);
    } else if (target.kind === 'crf') qp = this.qpForQuality(target.crf, forecast);
    else if (this.plan !== null && this.frames < this.plan.length) qp = this.qpByPlan(this.plan);
    else qp = this.qpForBitRate(forecast);
    this.qp = clip3(MIN_QP, MAX_QP, this.fitBuffer(qp, forecast));
    return Math.round(this.qp * QP_UNIT);
  }

  /** QP of a picture above that of a P picture in its place, by its type. */
  private typeOffset(forecast: PictureForecast): number {
    if (isIntraPicture(forecast)) return -this.options.ipOffset;
    if (forecast.type !== SliceType.B) return 0;
    return forecast.isReference ? this.options.pbOffset / 2 : this.options.pbOffset;
  }

  /** Complexity of the P pictures around this one, from which its QP follows. */
  private updateReference(forecast: PictureForecast): void {
    this.startsOther = false;
    if (!isIntraPicture(forecast)) {
      this.complexitySum = this.complexitySum / 2 + forecast.complexity;
      this.complexityWeight = this.complexityWeight / 2 + 1;
    }
    if (this.complexityWeight > 0 && !(isIntraPicture(forecast) && forecast.upcoming.count > 0)) {
      this.reference = Math.max(this.complexitySum / this.complexityWeight, 1);
      return;
    }
    let sum = 0;
    let count = 0;
    for (let i = 0; i < forecast.upcoming.count && count < 4; i++) {
      if (forecast.upcoming.type[i] === SliceType.I) continue;
      sum += forecast.upcoming.complexity[i];
      count++;
    }
    const mean = count > 0 ? sum / count : FIRST_INTER_SHARE * forecast.complexity;
    this.reference = Math.max(mean, 1);
    const change = (this.reference * this.complexityWeight) / Math.max(this.complexitySum, 1);
    this.startsOther =
      this.complexityWeight > 0 && count > 0 && (change > OTHER_SCENE || change * OTHER_SCENE < 1);
  }

  /** QP that follows complexity, up to a constant; a constant alone where importance does it. */
  private complexityQp(): number {
    if (this.options.hasImportance) return 0;
    const mbs = this.options.widthInMbs * this.options.heightInMbs;
    return 6 * (1 - COMPLEXITY_COMPRESSION) * log2(this.reference / mbs / CRF_COMPLEXITY);
  }

  private qpForQuality(crf: number, forecast: PictureForecast): number {
    const shift = this.options.hasImportance ? CRF_SHIFT_IMPORTANCE : CRF_SHIFT;
    const qp = crf + shift + this.complexityQp();
    return isIntraPicture(forecast) ? qp - this.options.ipOffset : qp;
  }

  /**
   * QP at which P pictures, by what they have cost so far, take the bits that are theirs: a frame's share of the bit rate,
   * less what the last intra picture took beyond its share, spread over a while, corrected for what else was missed.
   */
  private qpForBitRate(forecast: PictureForecast): number {
    const { ipOffset } = this.options;
    const base = this.complexityQp();
    let share = this.frameBits;
    if (this.frames > 0) {
      const missed = this.spentBits - this.frameTimes * this.frameBits;
      share -= this.debt > 0 ? this.debtPerFrame : 0;
      share -= (missed - this.debt) / (MISSED_SECONDS * this.framesPerSecond);
      if (forecast.upcoming.framesLeft > 0) return this.qpForTheRest(forecast, missed);
    }
    share = clip3(0.25 * this.frameBits, 4 * this.frameBits, share);
    let low = MIN_QP;
    let high = MAX_QP;
    for (let step = 0; step < 12; step++) {
      const qp = (low + high) / 2;
      let bits = this.expectedBitsP(qp - base);
      if (isIntraPicture(forecast)) {
        const bitsI = this.sizeI.predict(forecast.complexity, qp - ipOffset);
        bits += this.repayment(bitsI - this.frameBits);
      }
      if (bits > share) low = qp;
      else high = qp;
    }
    return this.limitStep(high, forecast);
  }

  /** QP at which all that is still to come, which is known, takes the bits that are left. */
  private qpForTheRest(forecast: PictureForecast, missed: number): number {
    const { framesLeft, count, type, complexity } = forecast.upcoming;
    const { ipOffset } = this.options;
    const left = Math.max(framesLeft * this.frameBits - missed, 0.2 * framesLeft * this.frameBits);
    const base = this.complexityQp();
    let low = MIN_QP;
    let high = MAX_QP;
    for (let step = 0; step < 12; step++) {
      const qp = (low + high) / 2;
      const bitsP = this.expectedBitsP(qp - base);
      const bitsOf = (isIntra: boolean, cost: number) =>
        isIntra ? this.sizeI.predict(cost, qp - ipOffset) : bitsP * this.shareOfMotion(cost);
      let bits = bitsOf(isIntraPicture(forecast), forecast.complexity);
      for (let i = 0; i < count; i++) {
        bits += bitsOf(type[i] === SliceType.I, complexity[i]);
      }
      if (bits > left) low = qp;
      else high = qp;
    }
    return this.limitStep(high, forecast);
  }

  /** The picture's QP by that of a P picture, which may not leap. */
  private limitStep(qpP: number, forecast: PictureForecast): number {
    let qp = qpP;
    if (this.lastQpP >= 0) {
      const isIntra = isIntraPicture(forecast);
      const { framesLeft } = forecast.upcoming;
      const rise = isIntra ? MAX_QP_STEP_INTRA : MAX_QP_STEP;
      // Choice: to the last picture QP falls by 2 at most. What the coarser picture before left out all comes at once, far more
      // than the slope of sizes says (grass at 19, then 18, 17 or 16: 48, then 75, 170 or 292 thousand bits), and no picture
      // is left to make it good.
      const drop = framesLeft === 1 && !isIntra ? 2 : rise;
      qp = clip3(this.lastQpP - drop, this.lastQpP + rise, qp);
    }
    qp = clip3(MIN_QP, MAX_QP, qp);
    return isIntraPicture(forecast) ? qp - this.options.ipOffset : qp;
  }

  private get framesPerSecond(): number {
    const { frameRate } = this.options;
    return Math.max(8, frameRate[0] / frameRate[1]);
  }

  /** Bits by which each P picture pays for an intra picture that took `debt` more than its share. */
  private repayment(debt: number): number {
    const { framesPerSecond } = this;
    const tolerable = OWED_SHARE * this.frames * this.frameBits;
    return Math.max(debt / REPAY_SECONDS, debt - tolerable) / framesPerSecond;
  }

  /** Bits of a P picture at `relativeQp` above what follows from its complexity: the mean of those coded, fading. */
  private expectedBitsP(relativeQp: number): number {
    const cost =
      this.costWeight > 0 && !this.startsOther
        ? this.costSum / this.costWeight
        : this.sizeP.predict(this.reference, this.complexityQp());
    return cost / stepOfQp(SLOPE_P * relativeQp);
  }

  /** Complexity of a P picture beyond that of one that repeats the picture before. */
  private motionOf(complexity: number): number {
    const { widthInMbs, heightInMbs } = this.options;
    return Math.max(0, complexity - STILL_COMPLEXITY * widthInMbs * heightInMbs);
  }

  /** What a P picture of that complexity is expected to take, as a multiple of the mean. */
  private shareOfMotion(complexity: number): number {
    if (this.motionSum === 0 || this.startsOther) return 1;
    return (this.motionOf(complexity) * this.costWeight) / this.motionSum;
  }

  /** QP of the plan, shifted so that what is left of the bits fits what is left of the plan. */
  private qpByPlan(plan: readonly PlannedPicture[]): number {
    const left = this.plannedTotal - this.spentBits;
    const plannedLeft = (this.plannedTotal - this.plannedBits) * this.planCost;
    const ratio = left > 0 ? plannedLeft / left : 4;
    const shift = (6 / SLOPE_P) * log2(Math.max(ratio, 1 / 16));
    return plan[this.frames].qp + clip3(-MAX_QP_STEP, 2 * MAX_QP_STEP, shift);
  }

  /** Raises QP until the buffer survives this and the following pictures, lowers it where constant rate would need filler. */
  private fitBuffer(qp: number, forecast: PictureForecast): number {
    const { vbv } = this;
    if (vbv === null) return qp;
    qp = clip3(MIN_QP, MAX_QP, qp);
    if (this.simulate(vbv, qp, forecast) < VBV_RESERVE) {
      let low = qp;
      let high = MAX_QP;
      while (high - low > VBV_QP_STEP) {
        const middle = (low + high) / 2;
        if (this.simulate(vbv, middle, forecast) < VBV_RESERVE) low = middle;
        else high = middle;
      }
      qp = high;
    }
    if (vbv.options.isConstant) {
      while (qp > MIN_QP && this.predict(forecast.type, forecast.complexity, qp) < vbv.minBits) {
        qp -= VBV_QP_STEP;
      }
    }
    return qp;
  }

  /** Lowest fullness, as a share of the buffer, that this and the following pictures are expected to leave at `qp`. */
  private simulate(vbv: Vbv, qp: number, forecast: PictureForecast): number {
    const { bufferSize } = vbv.options;
    const { ipOffset, pbOffset } = this.options;
    const qpP = qp - this.typeOffset(forecast);
    let level = vbv.fullness - this.predict(forecast.type, forecast.complexity, qp);
    // This picture may take what is there; the reserve is wanted when the next one comes.
    let lowest = level < 0 ? level : Number.POSITIVE_INFINITY;
    for (let i = 0; i < forecast.upcoming.count + VBV_HORIZON; i++) {
      level = Math.min(level + vbv.bitsPerFrame, bufferSize);
      const known = i < forecast.upcoming.count;
      const type = known ? forecast.upcoming.type[i] : SliceType.P;
      const complexity = known ? forecast.upcoming.complexity[i] : this.reference;
      if (type === SliceType.I) level -= this.predict(type, complexity, qpP - ipOffset);
      else if (type === SliceType.B) level -= this.predict(type, complexity, qpP + pbOffset);
      else level -= this.predict(type, complexity, qpP);
      if (level < lowest) lowest = level;
    }
    return lowest / bufferSize;
  }

  private predict(type: number, complexity: number, qp: number): number {
    const offset = (this.forecast?.meanQpOffset ?? 0) / QP_UNIT;
    return this.modelOf(type).predict(complexity, qp + offset);
  }

  private modelOf(type: number): SizeModel {
    return type === SliceType.I ? this.sizeI : type === SliceType.B ? this.sizeB : this.sizeP;
  }

  /**
   * Judges the size of the picture that was coded at the QP last returned.
   * @param bits all bits of the access unit
   * @param levelBits what the level allows it (MinCR, clause A.3.1)
   * @returns ACCEPT, WITHOUT_RESIDUAL, or a higher QP in 1/256 to code the picture at again
   */
  review(bits: number, levelBits = Number.POSITIVE_INFINITY): number {
    const { vbv } = this;
    const maxBits = vbv === null ? levelBits : Math.min(levelBits, vbv.maxBits);
    if (bits <= maxBits) return ACCEPT;
    if (this.qp >= MAX_QP) return WITHOUT_RESIDUAL;
    // Aim a quarter below what fits: bits do not fall quite as fast as the step rises.
    const excess = 6 * log2((bits * 1.25) / Math.max(maxBits, 1));
    this.qp = clip3(0, MAX_QP, Math.max(Math.ceil(this.qp + excess), Math.ceil(this.qp) + 1));
    return Math.round(this.qp * QP_UNIT);
  }

  /**
   * Takes note of the picture's final size.
   * @returns bytes of the filler data NAL unit, length field and all, that must follow so that the buffer does not run
   *   over; 0 unless the rate is constant
   */
  endFrame(bits: number): number {
    const { forecast, options, vbv } = this;
    if (forecast === null) return 0;
    const { complexity, meanQpOffset } = forecast;
    const isIntra = isIntraPicture(forecast);
    const meanQp = this.qp + meanQpOffset / QP_UNIT;
    const missing = vbv === null ? 0 : Math.ceil((vbv.minBits - bits) / 8);
    const fillerBytes = missing > 0 ? Math.max(missing, FILLER_OVERHEAD_BYTES) : 0;
    if (vbv !== null) vbv.remove(bits + 8 * fillerBytes);
    if (options.collectStatistics) {
      const isB = forecast.type === SliceType.B;
      this.collected.push({ isIntra, isB, qp: clip3(0, MAX_QP, meanQp), bits });
    }
    if (options.target.kind !== 'qp') {
      this.modelOf(forecast.type).learn(complexity, meanQp, bits);
      this.learnCost(bits, forecast);
    }
    this.frames++;
    this.spentBits += bits + 8 * fillerBytes;
    this.forecast = null;
    return fillerBytes;
  }

  /**
   * How much the current picture says about those to come, 0..1. Pictures that repeat the one before are part of what is
   * usual, in screen content most of it; but once they last, they say nothing of what follows them.
   */
  private teaches(): number {
    const { widthInMbs, heightInMbs } = this.options;
    const complexity = this.forecast === null ? 0 : this.forecast.complexity;
    const isStill = complexity < (STILL_COMPLEXITY + 1) * widthInMbs * heightInMbs;
    this.stillPictures = isStill ? this.stillPictures + 1 : 0;
    return this.stillPictures > MODEL_FRAMES ? 0.02 : 1;
  }

  private learnCost(bits: number, forecast: PictureForecast): void {
    const isIntra = isIntraPicture(forecast);
    const qpP = this.qp - this.typeOffset(forecast);
    if (forecast.type !== SliceType.B) {
      this.qpPBefore = this.lastQpP < 0 || isIntra ? qpP : this.lastQpP;
      this.lastQpP = qpP;
    }
    if (isIntra) {
      this.debt = bits - this.frameBits;
      this.debtPerFrame = this.repayment(this.debt);
      if (this.startsOther) {
        this.costWeight = SCENE_MEMORY;
        this.costSum = SCENE_MEMORY * this.sizeP.predict(this.reference, this.complexityQp());
        this.motionSum = SCENE_MEMORY * this.motionOf(this.reference);
      } else if (this.costWeight > SCENE_MEMORY) {
        // What follows may be another scene: what was learned counts for a few pictures only.
        this.costSum *= SCENE_MEMORY / this.costWeight;
        this.motionSum *= SCENE_MEMORY / this.costWeight;
        this.costWeight = SCENE_MEMORY;
      }
    } else {
      this.debt = Math.max(0, this.debt - this.debtPerFrame);
      const fade = 1 / MODEL_FRAMES;
      const relativeQp = qpP - this.complexityQp();
      const weight = this.teaches();
      this.costSum =
        this.costSum * (1 - weight * fade) + weight * bits * stepOfQp(SLOPE_P * relativeQp);
      this.costWeight = this.costWeight * (1 - weight * fade) + weight;
      const motion = this.motionOf(this.forecast === null ? 0 : this.forecast.complexity);
      this.motionSum = this.motionSum * (1 - weight * fade) + weight * motion;
    }
    const planned = this.plan?.[this.frames];
    if (planned !== undefined) {
      this.plannedBits += planned.bits;
      // What the plan's picture would have cost at the plan's QP, against what the plan thought.
      const slope = isIntra ? SLOPE_I : SLOPE_P;
      const atPlan = bits * stepOfQp(slope * (this.qp - planned.qp));
      this.planCost += (clip3(0.25, 4, atPlan / planned.bits) - this.planCost) * 0.1;
    }
  }
}
