/**
 * Chooses the QP of each picture: a constant QP, a constant quality, an average bit rate, or the plan of a first pass. In all
 * cases but the first it also keeps a decoder's buffer from running dry or over (vbv.ts).
 *
 * The frame loop calls `startFrame`, codes the picture at the QP that it returns, asks `review` whether the size is acceptable,
 * codes the picture again if it is not, and reports the final size to `endFrame`. QP are in 1/256; arithmetic is deterministic
 * (exp-log.ts).
 */
import { log2 } from '../../../base/exp-log.ts';
import { clip3 } from '../../../base/math.ts';
import { FILLER_OVERHEAD_BYTES } from '../../../syntax/h264/aud.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { BufferFit } from './buffer-fit.ts';
import { QP_UNIT } from './importance.ts';
import { InterComplexity } from './inter-complexity.ts';
import { InterCost } from './inter-cost.ts';
import { isIntraPicture } from './picture-plan.ts';
import {
  MAX_QP,
  MAX_QP_STEP,
  MIN_QP,
  type PictureForecast,
  type RateControlOptions,
  type RateTarget,
  typeOffset,
} from './rate-target.ts';
import { qpOfComplexity, SizeModels } from './size-model.ts';
import type { PassStatistics, PictureStatistics, SecondPass } from './two-pass.ts';
import { Vbv } from './vbv.ts';
import type { Zones } from './zones.ts';

/** Answers of `review` besides a QP to code the picture at again. */
export const ACCEPT = -1;
/** Even QP 51 is too much for the buffer: code the picture with no residual at all. */
export const WITHOUT_RESIDUAL = -2;

/** Complexity per macroblock at which complexity neither adds to QP nor takes from it. */
const CRF_COMPLEXITY = 128;
/**
 * The QP that is added to CRF, with and without offsets by importance (which lower the mean QP), so that mean luma PSNR over the
 * clips is that of libx264 at the same number: measured at CRF 20, 27 and 34 on 40 pictures of each, docs/h264/rate-control.md.
 */
const CRF_SHIFT = -1.4;
const CRF_SHIFT_IMPORTANCE = 4;
/**
 * The same where importance flows through B pictures, so that a stream is about as large as libx264's at the same number by either's defaults:
 * measured at preset medium, CRF 20 to 35, 48 pictures of five clips.
 */
const CRF_SHIFT_ROWS = 6;

/** QP that is expected for a bit rate before anything is coded. */
const FIRST_EXPECTED_QP = 26;

/** Largest change of QP to an intra picture, with which most often another scene begins. */
const MAX_QP_STEP_INTRA = 16;

/**
 * The bits that an intra picture took beyond its share are paid back so fast that after a second no more than this share of all bits so
 * far is still owed: short streams would miss their rate, were they to end then.
 */
const OWED_SHARE = 0.015;

/**
 * Choice: near the known end of a stream of a second or more a P picture that takes more than is left to give, by more than END_SHARE of all bits, and more than
 * END_LARGE frames' shares, is coded again at a higher QP, at most END_TRIALS times; the pictures after it are reckoned with END_REST of their
 * shares. Where a screen stands still, bits leap as QP falls: all that coarser pictures left out comes at once (at 35, 31 and 27: 0.4, 0.8 and
 * 22 shares), and no slope foretells it. A recorded screen, superfast, at 182 and 266 kbit/s: +2.6 and +1.6 % became -0.6 and -0.8 %.
 */
const END_SHARE = 0.01;
const END_LARGE = 3;
const END_REST = 0.25;
const END_TRIALS = 4;

/** Seconds over which P pictures pay for an intra picture, and over which other deviations from the bit rate are made good. */
const REPAY_SECONDS = 2;
const MISSED_SECONDS = 0.5;

/** The state of rate control over a stream. */
export class RateControl {
  readonly vbv: Vbv | null;
  private readonly options: RateControlOptions;
  private readonly frameBits: number;
  private readonly mbs: number;
  private readonly plan: SecondPass | null;
  private readonly zones: Zones | null;
  private readonly sizes = new SizeModels();
  private readonly around = new InterComplexity();
  private readonly interCost: InterCost;
  private readonly bufferFit: BufferFit | null;
  private readonly collected: PictureStatistics[] = [];
  private frames = 0;
  /** Frame times that the pictures coded so far last: their number, or by their times. */
  private frameTimes = 0;
  private spentBits = 0;
  /** Bits that the last intra picture took beyond its share and that are still owed; and the bits that each picture pays back. */
  private debt = 0;
  private debtPerFrame = 0;
  /** QP of the last two anchors, as if they were P pictures; -1 before there are any. */
  private lastQpP = -1;
  private qpPBefore = -1;
  // The picture being coded.
  private qp = 0;
  private endTrials = 0;
  private forecast: PictureForecast | null = null;

  constructor(options: RateControlOptions) {
    const { target } = options;
    const ipByWorth = target.kind === 'crf' && options.hasRows === true;
    this.options = ipByWorth ? { ...options, ipByWorth } : options;
    this.zones = options.zones ?? null;
    const { frameRate, vbv } = options;
    this.mbs = options.widthInMbs * options.heightInMbs;
    this.interCost = new InterCost(this.sizes.of(SliceType.P), this.around, this.mbs);
    this.vbv = vbv === null ? null : new Vbv(vbv, frameRate);
    this.bufferFit = this.vbv === null ? null : new BufferFit(this.vbv, this.sizes, options);
    this.frameBits = target.kind === 'bitRate' ? (target.bitRate * frameRate[1]) / frameRate[0] : 0;
    this.plan = this.planFor(target);
  }

  /** The plan of a second pass; null without statistics of a first. */
  private planFor(target: RateTarget): SecondPass | null {
    if (target.kind !== 'bitRate' || target.statistics === null) return null;
    const { pictures } = target.statistics;
    const totalBits = this.frameBits * pictures.length;
    return this.options.secondPass?.plan(pictures, totalBits, this.options) ?? null;
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
    this.endTrials = 0;
    if (elapsed !== 1) this.vbv?.wait(elapsed - 1);
    if (this.frames > 0) this.frameTimes += this.options.countsTime === true ? elapsed : 1;
    const { target } = this.options;
    let qp: number;
    if (target.kind === 'qp') {
      qp = target.qp + typeOffset(forecast, this.options);
      this.qp = clip3(0, MAX_QP, this.zoned(qp, forecast));
      return Math.round(this.qp * QP_UNIT);
    }
    this.around.update(forecast);
    if (forecast.type === SliceType.B && this.plan === null && this.lastQpP >= 0) {
      qp = (this.lastQpP + this.qpPBefore) / 2 + typeOffset(forecast, this.options);
    } else if (target.kind === 'crf') qp = this.qpForQuality(target.crf, forecast);
    else if (this.plan?.hasNext) qp = this.plan.nextQp(this.spentBits);
    else qp = this.qpForBitRate(forecast);
    qp = clip3(this.qpMin, this.qpMax, this.zoned(qp, forecast));
    if (this.bufferFit !== null) qp = this.bufferFit.fit(qp, forecast, this.around.mean);
    this.qp = clip3(this.qpMin, MAX_QP, qp);
    return Math.round(this.qp * QP_UNIT);
  }

  /** `qp` moved by the picture's zone, if it lies in one. */
  private zoned(qp: number, forecast: PictureForecast): number {
    const { zones } = this;
    return zones === null ? qp : zones.move(qp, typeOffset(forecast, this.options));
  }

  private get qpMin(): number {
    return Math.max(MIN_QP, this.options.qpMin ?? MIN_QP);
  }

  private get qpMax(): number {
    return Math.max(this.qpMin, this.options.qpMax ?? MAX_QP);
  }

  /** QP by complexity, but for a constant that is added to it; 0 where importance takes the place of complexity. */
  private complexityQp(): number {
    if (this.options.hasImportance) return 0;
    return qpOfComplexity(this.around.mean / this.mbs / CRF_COMPLEXITY);
  }

  private qpForQuality(crf: number, forecast: PictureForecast): number {
    const qp = crf + this.crfShift + this.complexityQp();
    return isIntraPicture(forecast) ? qp + typeOffset(forecast, this.options) : qp;
  }

  /**
   * QP at which P pictures, by what they have cost so far, take the bits that are theirs: a frame's share of the bit rate,
   * less what the last intra picture took beyond its share, spread over a while, corrected for what else was missed.
   */
  private qpForBitRate(forecast: PictureForecast): number {
    const { ipOffset } = this.options;
    const sizeI = this.sizes.of(SliceType.I);
    const base = this.complexityQp();
    let share = this.frameBits;
    if (this.frames > 0) {
      const missed = this.spentBits - this.frameTimes * this.frameBits;
      share -= this.debt > 0 ? this.debtPerFrame : 0;
      const unexpected = missed - this.debt - (this.zones?.debt ?? 0);
      share -= unexpected / (MISSED_SECONDS * this.framesPerSecond);
      if (forecast.upcoming.framesLeft > 0) return this.qpForTheRest(forecast, missed);
    }
    share = clip3(0.25 * this.frameBits, 4 * this.frameBits, share);
    let low = MIN_QP;
    let high = MAX_QP;
    for (let step = 0; step < 12; step++) {
      const qp = (low + high) / 2;
      let bits = this.interCost.expectedBits(qp - base, base);
      if (isIntraPicture(forecast)) {
        const bitsI = sizeI.predict(forecast.complexity, qp - ipOffset);
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
    const sizeI = this.sizes.of(SliceType.I);
    const left = Math.max(framesLeft * this.frameBits - missed, 0.2 * framesLeft * this.frameBits);
    const base = this.complexityQp();
    let low = MIN_QP;
    let high = MAX_QP;
    for (let step = 0; step < 12; step++) {
      const qp = (low + high) / 2;
      const bitsP = this.interCost.expectedBits(qp - base, base);
      const bitsOf = (isIntra: boolean, cost: number) =>
        isIntra ? sizeI.predict(cost, qp - ipOffset) : bitsP * this.interCost.shareOfMotion(cost);
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
      const { qpStep = MAX_QP_STEP } = this.options;
      const rise = isIntra ? Math.max(MAX_QP_STEP_INTRA, qpStep) : qpStep;
      // Choice: in the last half second QP falls by 2 at most. The detail that coarser pictures left out comes all at once, far more than the
      // slope of sizes says (grass at 19, then 18, 17 or 16: 48, then 75, 170 or 292 thousand bits; a page of text, 32, then 28: 13, then 103),
      // and few pictures are left to make it good.
      const isNearEnd = framesLeft > 0 && 2 * framesLeft <= this.framesPerSecond;
      const drop = isNearEnd && !isIntra ? Math.min(2, rise) : rise;
      qp = clip3(this.lastQpP - drop, this.lastQpP + rise, qp);
    }
    qp = clip3(MIN_QP, MAX_QP, qp);
    return isIntraPicture(forecast) ? qp - this.options.ipOffset : qp;
  }

  private get crfShift(): number {
    const { hasImportance, hasRows } = this.options;
    if (!hasImportance) return CRF_SHIFT;
    return hasRows === true ? CRF_SHIFT_ROWS : CRF_SHIFT_IMPORTANCE;
  }

  /** QP at which P pictures are expected to be coded, before offsets by macroblock. */
  get expectedQp(): number {
    const { target } = this.options;
    if (target.kind === 'qp') return target.qp;
    if (target.kind === 'crf') return target.crf + this.crfShift;
    return this.lastQpP < 0 ? FIRST_EXPECTED_QP : this.lastQpP;
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

  /**
   * Judges the size of the picture that was coded at the QP last returned.
   * @param bits all bits of the access unit
   * @param levelBits bits that the level allows the picture (MinCR, clause A.3.1)
   * @returns ACCEPT, WITHOUT_RESIDUAL, or a higher QP in 1/256 to code the picture at again
   */
  review(bits: number, levelBits = Number.POSITIVE_INFINITY): number {
    const { vbv } = this;
    const maxBits = vbv === null ? levelBits : Math.min(levelBits, vbv.maxBits);
    if (bits <= maxBits) return this.reviewEnd(bits);
    if (this.qp >= MAX_QP) return WITHOUT_RESIDUAL;
    // Aim a quarter below what fits: bits do not fall quite as fast as the step rises.
    const excess = 6 * log2((bits * 1.25) / Math.max(maxBits, 1));
    this.qp = clip3(0, MAX_QP, Math.max(Math.ceil(this.qp + excess), Math.ceil(this.qp) + 1));
    return Math.round(this.qp * QP_UNIT);
  }

  /** Judges a picture that the buffer holds by what is left to give before the end of the stream, if that is known. */
  private reviewEnd(bits: number): number {
    const { forecast, frameBits, options } = this;
    if (options.target.kind !== 'bitRate' || this.plan !== null || this.lastQpP < 0) return ACCEPT;
    const framesLeft = forecast?.upcoming.framesLeft ?? -1;
    if (forecast?.type !== SliceType.P || framesLeft <= 0) return ACCEPT;
    const all = this.frameTimes + framesLeft;
    if (bits <= END_LARGE * frameBits || all < this.framesPerSecond) return ACCEPT;
    const rest = END_REST * (framesLeft - 1);
    const allowed = ((1 + END_SHARE) * all - rest) * frameBits - this.spentBits;
    if (bits <= allowed || this.qp >= this.qpMax || this.endTrials >= END_TRIALS) return ACCEPT;
    this.endTrials++;
    // Halfway back to the QP of the picture before, where that is higher.
    const back = this.lastQpP - this.qp;
    const step = back > 1 ? back / 2 : Math.max(back, 1);
    this.qp = Math.min(this.qpMax, this.qp + step);
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
      this.sizes.of(forecast.type).learn(complexity, meanQp, bits);
      this.learnCost(bits, forecast);
    }
    this.frames++;
    this.spentBits += bits + 8 * fillerBytes;
    this.forecast = null;
    return fillerBytes;
  }

  private learnCost(bits: number, forecast: PictureForecast): void {
    const isIntra = isIntraPicture(forecast);
    const qpP = this.qp - typeOffset(forecast, this.options);
    if (forecast.type !== SliceType.B) {
      const outside = qpP - (this.zones?.shift ?? 0);
      this.qpPBefore = this.lastQpP < 0 || isIntra ? outside : this.lastQpP;
      this.lastQpP = outside;
    }
    const outsideBits = this.zones?.learn(bits, this.framesPerSecond) ?? bits;
    if (isIntra) {
      this.debt = outsideBits - this.frameBits;
      this.debtPerFrame = this.repayment(this.debt);
      this.interCost.learnIntra(this.complexityQp());
    } else {
      this.debt = Math.max(0, this.debt - this.debtPerFrame);
      this.interCost.learn(forecast.complexity, qpP - this.complexityQp(), bits);
    }
    this.plan?.learn(isIntra, this.qp, bits);
  }
}
