/**
 * Decides how each macroblock is coded, and codes it. Modes compete by SATD + lambda·bits at the fast presets, by squared
 * error + lambda·bits of the complete macroblock with the option `rdo`.
 */

import type { LevelLimits } from '../../../syntax/h264/levels.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { INTER_8X8, INTER_8X16, INTER_16X8, INTER_16X16, SUB_8X8 } from '../standard/macroblock.ts';
import { mvX, mvY, packMv, type ReconstructedPicture } from '../standard/picture.ts';
import type { BDecision, CreateBDecision } from './b-decision.ts';
import { Candidate } from './candidate.ts';
import { CandidateEvaluation, NO_VECTOR } from './candidate-evaluation.ts';
import type { H264Inspector } from './inspector.ts';
import { InterSearch } from './inter-search.ts';
import { IntraDecision } from './intra-decision.ts';
import { LAMBDA_SAD } from './lambda.ts';
import type { MacroblockCoder } from './macroblock-coder.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import type { ResolvedOptions } from './options.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { ResidualCoder } from './residual.ts';
import type { ResidualCoder8x8 } from './residual-8x8.ts';
import type { SpeedOptions } from './speed-options.ts';

/** mb_type of intra macroblocks starts here in P slices (Table 7-13). */
const INTRA_TYPES_IN_P = 5;
/** The inter types that are candidates, in the order in which they are tried after the best. */
const INTER_TYPES = [INTER_16X16, INTER_16X8, INTER_8X16, INTER_8X8] as const;
const NO_LIMIT = 0x7fffffff;

/** Quarter-sample neighbors of a vector, and how many steps toward them are taken at most. */
const DIAMOND: Int8Array = /* @__PURE__ */ Int8Array.of(0, -1, 0, 1, -1, 0, 1, 0);
const MAX_EXACT_STEPS = 2;

/** Inter cost over the neighbors' at which intra is tried (option `fastIntra`). */
const INTRA_RATIO = 1.5;

/**
 * Decides and codes the macroblocks of one encoder. Each way to code a macroblock is a `Candidate`: a search fills in its
 * type, modes and vectors, `evaluate` codes it on trial, and the one of the lowest cost is written.
 */
export class ModeDecision {
  private readonly context: MacroblockContext;
  private readonly coder: MacroblockCoder;
  private readonly evaluation: CandidateEvaluation;
  private readonly intra: IntraDecision;
  private readonly speed: SpeedOptions;
  private readonly inspector: H264Inspector | null;
  private readonly interSearch: InterSearch;
  /** Decides in B slices; null where the encoder is without them. */
  private readonly bDecision: BDecision | null;
  private inter: Candidate;
  private trial: Candidate;
  /** Inter cost of each macroblock of the picture, 0 where it was skipped without a search; it says what cost is usual nearby. */
  private readonly interCost: Int32Array;

  constructor(
    context: MacroblockContext,
    coder: MacroblockCoder,
    residual: ResidualCoder,
    residual8x8: ResidualCoder8x8 | null,
    options: Pick<ResolvedOptions, 'speed' | 'inspect' | 'quality' | 'order'>,
    limits: LevelLimits,
    createB: CreateBDecision | null,
  ) {
    const { speed, inspect, order } = options;
    this.context = context;
    this.coder = coder;
    this.speed = speed;
    this.inspector = inspect;
    this.evaluation = new CandidateEvaluation(context, coder, residual, residual8x8, options);
    this.intra = new IntraDecision(context, this.evaluation, residual, residual8x8, speed.rdo);
    const { evaluation, intra } = this;
    this.bDecision = createB?.(context, coder, evaluation, intra, options, limits) ?? null;
    const looksAround = order.origins === 'kept';
    this.interSearch = new InterSearch(context, speed, limits, looksAround, inspect);
    const { memory } = context;
    const { layout } = memory;
    this.inter = new Candidate(memory, 0);
    this.trial = new Candidate(memory, 3);
    this.interCost = new Int32Array(layout.widthInMbs * layout.heightInMbs);
  }

  /**
   * Begins a picture: the vectors that the lookahead found for its macroblocks are starts for motion search.
   * @returns direct_spatial_mv_pred_flag of its slices
   */
  startPicture(plan: PicturePlan): boolean {
    this.evaluation.startPicture(plan);
    this.interSearch.startPicture(plan);
    return plan.type === SliceType.B && this.bDecision!.startPicture(plan);
  }

  /** Codes the context's macroblock, its source loaded, in an I slice. */
  codeIntra(qp: number, picture: ReconstructedPicture): void {
    this.evaluation.startMacroblock(qp);
    this.evaluation.skipMv = NO_VECTOR;
    this.context.loadCoefficients();
    this.coder.code(this.intra.decide(picture, 0, NO_LIMIT, true)!, qp, picture);
  }

  /** Codes the context's macroblock, its source loaded, in a B slice. */
  codeBidirectional(qp: number, picture: ReconstructedPicture): void {
    this.bDecision!.code(qp, picture);
  }

  /** Codes the context's macroblock in a B slice as B_Skip, whatever its source. */
  codeSkippedB(picture: ReconstructedPicture): void {
    this.bDecision!.codeSkipped(picture);
  }

  /** Codes the context's macroblock in a P slice. `references` is list 0. */
  codeInter(
    qp: number,
    picture: ReconstructedPicture,
    references: readonly ReconstructedPicture[],
  ): void {
    const { context, evaluation, interSearch, coder, speed } = this;
    evaluation.startMacroblock(qp);
    evaluation.references = references;
    context.loadMotion();
    interSearch.motion.startMacroblock(LAMBDA_SAD[qp]);
    const skipMv = context.motion.predictSkip();
    evaluation.skipMv = interSearch.motion.isAllowed(skipMv) ? skipMv : NO_VECTOR;
    // Choice: a prediction of P_Skip that leaves no residual is taken without a search.
    if (evaluation.isSkipExact(this.inter)) {
      if (this.inspector !== null) evaluation.tellSkip(this.inter, 0);
      coder.codeSkip(this.inter, skipMv, picture);
      this.interCost[context.mbAddr] = 0;
      return;
    }
    context.loadCoefficients();
    const interCost = interSearch.search(references);
    this.interCost[context.mbAddr] = interCost;
    if (this.inspector !== null) this.tellEstimates(this.inspector);
    let best = speed.rdo ? this.decideInterExactly() : this.decideInter();
    if (this.mayBeIntra(interCost)) {
      const limit = speed.rdo ? interCost + (interCost >> 2) : interCost;
      const intra = this.intra.decide(picture, INTRA_TYPES_IN_P, limit, speed.intra4x4InP);
      if (intra !== null && (!speed.rdo || intra.cost < best.cost)) best = intra;
    }
    if (evaluation.isSkip(best)) coder.codeSkip(best, skipMv, picture);
    else coder.code(best, qp, picture);
  }

  private tellEstimates(inspector: H264Inspector): void {
    for (const mbType of INTER_TYPES) {
      const cost = this.interSearch.costOf(mbType);
      if (cost < NO_LIMIT) inspector.estimate(mbType, cost);
    }
  }

  /**
   * Choice (option `fastIntra`): intra is tried in a P slice only where a neighbor is intra, or where inter costs more than
   * it did nearby. Five clips, QP 22..37, superfast: BD-rate +1.4 %, most of it grain; time 0.9. With `rdo` intra is always
   * tried.
   */
  private mayBeIntra(interCost: number): boolean {
    if (this.speed.rdo || !this.speed.fastIntra) return true;
    const { context } = this;
    const { state, mbAddr, hasA, hasB } = context;
    if (!hasA || !hasB) return true;
    const left = mbAddr - 1;
    const above = mbAddr - state.widthInMbs;
    if (state.refIdx[4 * left] < 0 || state.refIdx[4 * above] < 0) return true;
    return interCost > INTRA_RATIO * Math.max(this.interCost[left], this.interCost[above]);
  }

  /** The inter type of the lowest SATD cost, evaluated. */
  private decideInter(): Candidate {
    this.interSearch.apply(this.inter, this.interSearch.bestType);
    this.evaluation.evaluate(this.inter);
    return this.inter;
  }

  /** The inter type of the lowest exact cost among those whose SATD comes near the best, P_Skip included. */
  private decideInterExactly(): Candidate {
    const { interSearch } = this;
    const bestType = interSearch.bestType;
    const bound = interSearch.costOf(bestType) * this.speed.typeMargin;
    this.decideInter();
    for (const mbType of INTER_TYPES) {
      if (mbType === bestType || interSearch.costOf(mbType) > bound) continue;
      interSearch.apply(this.trial, mbType);
      this.evaluation.evaluate(this.trial);
      this.keepBetterInter();
    }
    if (this.speed.exactVectors) this.refineVectors();
    if (this.evaluation.evaluateOther(this.inter, this.trial)) this.keepBetterInter();
    if (this.evaluation.skipMv !== NO_VECTOR) {
      this.evaluation.evaluateSkip(this.trial);
      this.keepBetterInter();
    }
    return this.inter;
  }

  /** Exchanges `trial` for `inter` if it costs less; returns whether it did. */
  private keepBetterInter(): boolean {
    if (this.trial.cost >= this.inter.cost) return false;
    const better = this.trial;
    this.trial = this.inter;
    this.inter = better;
    return true;
  }

  /**
   * Choice (option `exactVectors`): the vectors of the best candidate move by a quarter sample, one part after another, as
   * long as its exact cost falls.
   */
  private refineVectors(): void {
    const { mbType } = this.inter.syntax;
    const isWide = mbType === INTER_16X16 || mbType === INTER_16X8;
    const isHigh = mbType === INTER_16X16 || mbType === INTER_8X16;
    const width = isWide ? 4 : 2;
    const height = isHigh ? 4 : 2;
    for (let i = 0; i < 4; i++) {
      const isRepeated = ((i & 1) !== 0 && isWide) || (i > 1 && isHigh);
      if (isRepeated || this.inter.syntax.subMbType[i] !== SUB_8X8) continue;
      const first = (i >> 1) * 8 + (i & 1) * 2;
      for (let step = 0; step < MAX_EXACT_STEPS; step++) {
        if (!this.refineVector(first, width, height)) break;
      }
    }
  }

  /** Tries the four neighbors of the vector of one part; returns whether one is better. */
  private refineVector(first: number, width: number, height: number): boolean {
    const mv = this.inter.mv[first];
    let isBetter = false;
    for (let k = 0; k < 8; k += 2) {
      const moved = packMv(mvX(mv) + DIAMOND[k], mvY(mv) + DIAMOND[k + 1]);
      if (!this.interSearch.motion.isAllowed(moved)) continue;
      this.moveTrial(first, width, height, moved);
      this.evaluation.evaluate(this.trial);
      if (this.keepBetterInter()) isBetter = true;
    }
    return isBetter;
  }

  /** Makes `trial` what `inter` is, but for the vector of some of its blocks. */
  private moveTrial(first: number, width: number, height: number, moved: number): void {
    const { inter, trial } = this;
    trial.syntax.mbType = inter.syntax.mbType;
    for (let i = 0; i < 4; i++) {
      trial.syntax.refIdx[i] = inter.syntax.refIdx[i];
      trial.syntax.subMbType[i] = inter.syntax.subMbType[i];
    }
    for (let block = 0; block < 16; block++) trial.mv[block] = inter.mv[block];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) trial.mv[first + 4 * y + x] = moved;
    }
  }
}
