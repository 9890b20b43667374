/**
 * Decides how each macroblock of a B slice is coded, and codes it: direct prediction, which takes no bits for its motion and as
 * B_Skip hardly any at all, partitions from either list or both, or intra.
 */
import type { LevelLimits } from '../../../syntax/h264/levels.ts';
import {
  B_DIRECT_16X16,
  INTER_8X8,
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  isIntra,
} from '../standard/macroblock.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import { BSearch } from './b-search.ts';
import { Candidate } from './candidate.ts';
import { type CandidateEvaluation, NO_VECTOR } from './candidate-evaluation.ts';
import { DirectChoice } from './direct-choice.ts';
import { DirectDerivation } from './direct-motion.ts';
import { LUMA } from './inter-prediction.ts';
import type { IntraDecision } from './intra-decision.ts';
import { INTRA_TYPES_IN_B } from './intra-search.ts';
import { LAMBDA_SAD } from './lambda.ts';
import type { MacroblockCoder } from './macroblock-coder.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_LUMA, RECON_STRIDE, SOURCE_STRIDE } from './memory.ts';
import type { ResolvedOptions } from './options.ts';
import { fillBlock } from './part-motion.ts';
import type { PicturePlan } from './picture-plan.ts';
import { WITHOUT_RESIDUAL } from './rate-control.ts';
import { SliceReferences } from './slice-references.ts';
import type { SpeedOptions } from './speed-options.ts';

/** The types of more than one partition. */
const SPLIT_TYPES = [INTER_16X8, INTER_8X16, INTER_8X8] as const;
const NO_LIMIT = 0x7fffffff;
/** Bits of motion that is sent, where nobody looked for it. */
const SENT_BITS = 16;

/** Bits' worth of distortion that inter leaves, and its cost over that of the neighbors, from which on intra is tried. */
const INTRA_BITS = 64;
const INTRA_RATIO = 1.5;

/** Decides and codes the macroblocks of the B slices of one encoder. */
export class BDecision {
  private readonly context: MacroblockContext;
  private readonly coder: MacroblockCoder;
  private readonly evaluation: CandidateEvaluation;
  private readonly intra: IntraDecision;
  private readonly references = new SliceReferences();
  private readonly speed: SpeedOptions;
  private readonly search: BSearch;
  private readonly motion: DirectDerivation;
  private readonly direct: Candidate;
  /** Null: the option says it. */
  private readonly choice: DirectChoice | null;
  private readonly isAlwaysSpatial: boolean;
  /** direct_spatial_mv_pred_flag. */
  private isSpatial = true;
  /** Inter cost of each macroblock of the picture, 0 where it was skipped without a search; it says what cost is usual nearby. */
  private readonly interCost: Int32Array;
  private inter: Candidate;
  private trial: Candidate;

  constructor(
    context: MacroblockContext,
    coder: MacroblockCoder,
    evaluation: CandidateEvaluation,
    intra: IntraDecision,
    options: Pick<ResolvedOptions, 'speed' | 'inspect' | 'order'>,
    limits: LevelLimits,
  ) {
    const { speed, inspect, order } = options;
    this.context = context;
    this.coder = coder;
    this.evaluation = evaluation;
    this.intra = intra;
    this.speed = speed;
    this.motion = new DirectDerivation(context);
    this.isAlwaysSpatial = order.direct !== 'temporal';
    this.choice = order.direct === 'auto' ? new DirectChoice() : null;
    this.search = new BSearch(context, speed, limits, this.references, this.motion, inspect);
    const { memory } = context;
    this.inter = new Candidate(memory, 0);
    this.trial = new Candidate(memory, 3);
    this.direct = new Candidate(memory, 5);
    this.interCost = new Int32Array(memory.layout.widthInMbs * memory.layout.heightInMbs);
  }

  /** Begins a picture of B slices; returns direct_spatial_mv_pred_flag. */
  startPicture(plan: PicturePlan): boolean {
    const { references, choice } = this;
    // Where all is skipped there is no choice: temporal vectors may reach too far.
    this.isSpatial =
      plan.qp === WITHOUT_RESIDUAL || (choice === null ? this.isAlwaysSpatial : choice.isSpatial);
    choice?.startPicture();
    references.startPicture(plan);
    this.evaluation.bidirectional = references;
    this.motion.startPicture(plan, this.isSpatial);
    this.search.startPicture(plan);
    return this.isSpatial;
  }

  /** Codes the context's macroblock, its source loaded. */
  code(qp: number, picture: ReconstructedPicture): void {
    const { context, evaluation, search, coder, speed, direct } = this;
    evaluation.startMacroblock(qp);
    evaluation.skipMv = NO_VECTOR;
    const isCompared = this.choice?.tries(context.mbX, context.mbY) === true;
    const other = isCompared ? this.tryOther(qp) : 0;
    const hasDirect = this.setDirect(LAMBDA_SAD[qp]);
    const isExact = hasDirect && evaluation.isDirectExact(direct);
    const own = isCompared && hasDirect ? this.errorOfDirect() : -1;
    if (isCompared && isExact) this.compare(own, other, own + SENT_BITS * LAMBDA_SAD[qp]);
    // Choice: a direct prediction that leaves no residual is taken without a search.
    if (isExact) {
      direct.syntax.coded_block_pattern = 0;
      evaluation.tellSkip(direct, 0);
      coder.codeDirectSkip(direct, picture);
      this.interCost[context.mbAddr] = 0;
      return;
    }
    context.loadCoefficients();
    if (hasDirect) this.measureDirect();
    else search.clearDirect();
    const cost = search.search();
    if (isCompared) this.compare(own, other, search.costOf(search.bestType));
    let best = speed.rdo ? this.decideExactly(hasDirect) : this.decide(hasDirect);
    this.interCost[context.mbAddr] = cost;
    if (this.mayBeIntra(cost)) {
      const limit = speed.rdo ? cost + (cost >> 2) : cost;
      const intra = this.intra.decide(picture, INTRA_TYPES_IN_B, limit, speed.intra4x4InP);
      if (intra !== null && (!speed.rdo || intra.cost < best.cost)) best = intra;
    }
    if (evaluation.isSkip(best)) coder.codeDirectSkip(best, picture);
    else coder.code(best, qp, picture);
  }

  /**
   * Choice: intra is tried only where inter leaves something to code, and without `rdo` only where a neighbor is intra or inter costs
   * more than it did nearby. Eight clips, QP 22..37: BD-rate -0.1 % at veryfast, 0.0 % at medium; the second alone would cost
   * 1.5 % at medium, most of it grain.
   */
  private mayBeIntra(cost: number): boolean {
    const { context, interCost, speed, search } = this;
    if (cost < INTRA_BITS * search.motion.lambda) return false;
    const { state, mbAddr, hasA, hasB } = context;
    if (speed.rdo || !hasA || !hasB) return true;
    const left = mbAddr - 1;
    const above = mbAddr - state.widthInMbs;
    if (isIntra(state.mbType[left]) || isIntra(state.mbType[above])) return true;
    return cost > INTRA_RATIO * Math.max(interCost[left], interCost[above]);
  }

  /**
   * Codes the context's macroblock as B_Skip, whatever its source: where the buffer allows nothing more. All of the picture's
   * macroblocks are skipped, so that spatial direct prediction gives each two vectors of 0 (clause 8.4.1.2.2).
   */
  codeSkipped(picture: ReconstructedPicture): void {
    const { evaluation, direct, coder } = this;
    direct.number = -1;
    this.setDirect(1);
    evaluation.predictDirect(direct);
    coder.codeDirectSkip(direct, picture);
  }

  /** Derives direct motion into `direct`; returns whether it may be used. */
  private setDirect(lambda: number): boolean {
    const { context, motion, direct, search } = this;
    context.loadMotion();
    search.motion.startMacroblock(lambda);
    if (!motion.derive()) return false;
    const { syntax, mv, mvL1 } = direct;
    syntax.mbType = B_DIRECT_16X16;
    for (let b8 = 0; b8 < 4; b8++) {
      if (!search.motion.isAllowed(motion.mv[b8]) || !search.motion.isAllowed(motion.mvL1[b8])) {
        return false;
      }
      const block = (b8 >> 1) * 8 + (b8 & 1) * 2;
      syntax.refIdx[b8] = motion.refIdx[b8];
      syntax.refIdx[4 + b8] = motion.refIdxL1[b8];
      fillBlock(mv, block, motion.mv[b8]);
      fillBlock(mvL1, block, motion.mvL1[b8]);
    }
    return true;
  }

  /** Error of the way of direct prediction that the picture does not have; -1 if it gives no motion. */
  private tryOther(qp: number): number {
    const { motion, context, direct, references } = this;
    motion.isSpatial = !this.isSpatial;
    const isThere = this.setDirect(LAMBDA_SAD[qp]);
    motion.isSpatial = this.isSpatial;
    if (!isThere) return -1;
    references.predict(context, direct, LUMA);
    return this.errorOfDirect();
  }

  /** SATD of direct prediction, which is in place. */
  private errorOfDirect(): number {
    const { kernels, source } = this.context.memory;
    const at = this.direct.recon + RECON_LUMA;
    return kernels.satd(source, SOURCE_STRIDE, at, RECON_STRIDE, 16, 16, NO_LIMIT);
  }

  /** Takes note of the errors of the picture's way and of the other, and of the cost of motion that is sent. */
  private compare(own: number, other: number, sent: number): void {
    if (this.isSpatial) this.choice?.add(own, other, sent);
    else this.choice?.add(other, own, sent);
  }

  /** SATD of direct prediction, which is in place, by 8x8 block. */
  private measureDirect(): void {
    const { search, direct, context } = this;
    const { kernels, source } = context.memory;
    const at = direct.recon + RECON_LUMA;
    for (let b8 = 0; b8 < 4; b8++) {
      const x = 8 * (b8 & 1);
      const y = 8 * (b8 >> 1);
      search.directDistortion[b8] = kernels.satd(
        source + y * SOURCE_STRIDE + x,
        SOURCE_STRIDE,
        at + y * RECON_STRIDE + x,
        RECON_STRIDE,
        8,
        8,
        NO_LIMIT,
      );
    }
  }

  /** The way of the lowest SATD cost, evaluated. */
  private decide(hasDirect: boolean): Candidate {
    const { search, evaluation, direct, inter } = this;
    if (hasDirect && search.directCost <= search.costOf(search.bestType)) {
      direct.cost = search.directCost;
      evaluation.evaluateDirect(direct);
      return direct;
    }
    search.apply(inter, search.bestType);
    evaluation.evaluate(inter);
    return inter;
  }

  /** The way of the lowest exact cost among those whose SATD comes near the best, B_Skip included. */
  private decideExactly(hasDirect: boolean): Candidate {
    const { search, evaluation, direct, speed } = this;
    const { bestMode, bestType } = search;
    const bound = Math.min(search.costOf(bestType), search.directCost) * speed.typeMargin;
    if (hasDirect) evaluation.evaluateDirect(direct);
    search.apply(this.inter, bestType);
    evaluation.evaluate(this.inter);
    for (let mode = 0; mode < 3; mode++) {
      const isDone = bestType === INTER_16X16 && mode === bestMode;
      if (isDone || search.wholeCost(mode) > bound) continue;
      search.applyWhole(this.trial, mode);
      this.tryTrial();
    }
    for (const mbType of SPLIT_TYPES) {
      if (mbType === bestType || search.costOf(mbType) > bound) continue;
      search.apply(this.trial, mbType);
      this.tryTrial();
    }
    const best = hasDirect && direct.cost <= this.inter.cost ? direct : this.inter;
    if (!evaluation.evaluateOther(best, this.trial)) return best;
    return this.trial.cost < best.cost ? this.trial : best;
  }

  /** Evaluates `trial`, and exchanges it for `inter` if it costs less. */
  private tryTrial(): void {
    this.evaluation.evaluate(this.trial);
    if (this.trial.cost >= this.inter.cost) return;
    const better = this.trial;
    this.trial = this.inter;
    this.inter = better;
  }
}

/** B slices as a tool of an encoder (all-tools.ts). */
export const createBDecision = (...parts: ConstructorParameters<typeof BDecision>): BDecision =>
  new BDecision(...parts);

export type CreateBDecision = typeof createBDecision;
