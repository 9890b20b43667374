/**
 * Decides how each macroblock is coded, and codes it. Modes compete by SATD + lambda·bits at the fast presets, by squared
 * error + lambda·bits of the complete macroblock with the option `rdo`.
 */

import type { LevelLimits } from '../../../syntax/h264/levels.ts';
import { P_L0_8X8, P_L0_16X16, P_L0_L0_8X16, P_L0_L0_16X8 } from '../standard/macroblock.ts';
import { mvX, mvY, packMv, type ReconstructedPicture } from '../standard/picture.ts';
import { Candidate } from './candidate.ts';
import { predictChroma16x16, predictInter, predictLuma16x16 } from './inter-prediction.ts';
import { InterSearch } from './inter-search.ts';
import {
  placeIntraChroma,
  searchIntra4x4,
  searchIntra16x16,
  searchIntraChroma,
} from './intra-search.ts';
import { LAMBDA_SAD, LAMBDA_SSD } from './lambda.ts';
import type { MacroblockCoder } from './macroblock-coder.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import {
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
  SOURCE_CB,
  SOURCE_CR,
  SOURCE_STRIDE,
} from './memory.ts';
import type { SpeedOptions } from './options.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { ResidualCoder } from './residual.ts';

/** mb_type of intra macroblocks starts here in P slices (Table 7-13). */
const INTRA_TYPES_IN_P = 5;
const NO_LIMIT = 0x7fffffff;
/** A packed vector beyond all limits. */
const NO_VECTOR = 0x7fff7fff;

/** Quarter-sample neighbors of a vector, and how many steps toward them are taken at most. */
const DIAMOND: Int8Array = /* @__PURE__ */ Int8Array.of(0, -1, 0, 1, -1, 0, 1, 0);
const MAX_EXACT_STEPS = 2;

/** Inter cost over the neighbors' at which intra is tried (option `fastIntra`). */
const INTRA_RATIO = 1.5;

/** Decides and codes the macroblocks of one encoder. */
export class ModeDecision {
  private readonly context: MacroblockContext;
  private readonly coder: MacroblockCoder;
  private readonly residual: ResidualCoder;
  private readonly speed: SpeedOptions;
  private readonly interSearch: InterSearch;
  private inter: Candidate;
  private trial: Candidate;
  private readonly intra16: Candidate;
  private readonly intra4: Candidate;
  /** The vector that the luma prediction of `inter` was made with, if it is that of P_Skip; else NO_VECTOR. */
  private predictedSkipMv = NO_VECTOR;
  /** Inter cost of each macroblock of the picture, 0 where intra or skipped: what is usual nearby. */
  private readonly interCost: Int32Array;

  constructor(
    context: MacroblockContext,
    coder: MacroblockCoder,
    residual: ResidualCoder,
    speed: SpeedOptions,
    limits: LevelLimits,
  ) {
    this.context = context;
    this.coder = coder;
    this.residual = residual;
    this.speed = speed;
    this.interSearch = new InterSearch(context, speed, limits);
    const { memory } = context;
    const { layout } = memory;
    this.inter = new Candidate(memory, 0);
    this.intra16 = new Candidate(memory, 1);
    this.intra4 = new Candidate(memory, 2);
    this.trial = new Candidate(memory, 3);
    this.interCost = new Int32Array(layout.widthInMbs * layout.heightInMbs);
  }

  /** Begins a picture: the vectors that the lookahead found for its macroblocks are starts for motion search. */
  startPicture(plan: PicturePlan): void {
    this.interSearch.vectors = plan.hasVectors ? plan.mv : null;
  }

  /** Codes the context's macroblock, its source loaded, in an I slice. */
  codeIntra(qp: number, picture: ReconstructedPicture): void {
    this.coder.code(this.decideIntra(qp, picture, 0, NO_LIMIT, true)!, qp, picture);
  }

  /**
   * The best intra candidate, coded completely; null if none is below `limit` in the unit of SATD costs.
   * @param mbTypeOffset what mb_type starts from: 0 in I slices, INTRA_TYPES_IN_P in P slices
   */
  private decideIntra(
    qp: number,
    picture: ReconstructedPicture,
    mbTypeOffset: number,
    limit: number,
    with4x4: boolean,
  ): Candidate | null {
    const { context, intra16, intra4, residual } = this;
    const lambda = LAMBDA_SAD[qp];
    context.loadNeighborSamples(picture, intra16.recon);
    const has16x16 = searchIntra16x16(context, intra16, lambda, mbTypeOffset, limit);
    let bound = limit;
    if (has16x16) {
      const { cost } = intra16;
      bound = this.speed.rdo ? Math.min(limit, cost + (cost >> 2)) : cost;
    }
    let has4x4 = false;
    if (with4x4) {
      context.loadNeighborSamples(picture, intra4.recon);
      context.loadIntraModes();
      has4x4 = searchIntra4x4(
        context,
        intra4,
        residual,
        qp,
        lambda,
        mbTypeOffset,
        bound,
        this.speed.rdo,
      );
    }
    const takes16x16 = has16x16 && (!has4x4 || this.speed.rdo);
    if (!takes16x16 && !has4x4) return null;
    const chromaMode = searchIntraChroma(context, intra16.recon, lambda);
    if (takes16x16) {
      residual.codeIntra16x16(intra16, qp);
      this.codeIntraChroma(intra16, chromaMode, qp);
    }
    if (has4x4) this.codeIntraChroma(intra4, chromaMode, qp);
    if (!has4x4) return intra16;
    if (!takes16x16) return intra4;
    this.setExactCost(intra16, qp);
    this.setExactCost(intra4, qp);
    return intra16.cost < intra4.cost ? intra16 : intra4;
  }

  private codeIntraChroma(candidate: Candidate, chromaMode: number, qp: number): void {
    placeIntraChroma(this.context, candidate, chromaMode);
    this.residual.codeChroma(candidate, qp, true);
  }

  /** Codes the context's macroblock in a P slice. `references` is list 0. */
  codeInter(
    qp: number,
    picture: ReconstructedPicture,
    references: readonly ReconstructedPicture[],
  ): void {
    const { context, interSearch, coder, speed } = this;
    const lambda = LAMBDA_SAD[qp];
    context.loadMotion();
    interSearch.motion.startMacroblock();
    const skipMv = context.motion.predictSkip();
    const canSkip = interSearch.motion.isAllowed(skipMv);
    this.predictedSkipMv = NO_VECTOR;
    if (canSkip) {
      predictLuma16x16(context, this.inter, references[0], skipMv);
      this.predictedSkipMv = skipMv;
      if (this.hasNoResidual(qp, references[0], skipMv)) {
        coder.codeSkip(this.inter, skipMv, picture);
        this.interCost[context.mbAddr] = 0;
        return;
      }
    }
    const interCost = interSearch.search(references, lambda);
    this.interCost[context.mbAddr] = interCost;
    let best = speed.rdo
      ? this.decideInterExactly(qp, references, canSkip ? skipMv : null)
      : this.codeInterType(this.inter, interSearch.bestType, qp, references);
    if (this.mayBeIntra(interCost)) {
      const limit = speed.rdo ? interCost + (interCost >> 2) : interCost;
      const intra = this.decideIntra(qp, picture, INTRA_TYPES_IN_P, limit, speed.intra4x4InP);
      if (intra !== null) {
        if (speed.rdo) this.setExactCost(intra, qp);
        if (!speed.rdo || intra.cost < best.cost) best = intra;
      }
    }
    const { syntax } = best;
    if (
      canSkip &&
      syntax.coded_block_pattern === 0 &&
      syntax.mbType === P_L0_16X16 &&
      syntax.refIdx[0] === 0 &&
      best.mv[0] === skipMv
    ) {
      coder.codeSkip(best, skipMv, picture);
    } else {
      coder.code(best, qp, picture);
    }
  }

  /** Whether `inter`, its luma predicted from the skip vector, needs no residual; predicts chroma if luma does not. */
  private hasNoResidual(qp: number, reference: ReconstructedPicture, skipMv: number): boolean {
    const { context, residual, inter } = this;
    if (!residual.hasNoLuma(inter, qp)) return false;
    predictChroma16x16(context, inter, reference, skipMv);
    return residual.hasNoChroma(inter, qp);
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

  /** Predicts and codes the inter type of the last search into `candidate`. */
  private codeInterType(
    candidate: Candidate,
    mbType: number,
    qp: number,
    references: readonly ReconstructedPicture[],
  ): Candidate {
    this.interSearch.apply(candidate, mbType);
    const { syntax, mv } = candidate;
    const isPredicted =
      candidate === this.inter &&
      mbType === P_L0_16X16 &&
      syntax.refIdx[0] === 0 &&
      mv[0] === this.predictedSkipMv;
    this.predictedSkipMv = NO_VECTOR;
    if (isPredicted) predictChroma16x16(this.context, candidate, references[0], mv[0]);
    else predictInter(this.context, candidate, references);
    this.residual.codeInterLuma(candidate, qp);
    this.residual.codeChroma(candidate, qp, false);
    return candidate;
  }

  /** The inter type of the lowest exact cost among those whose SATD comes near the best, P_Skip included. */
  private decideInterExactly(
    qp: number,
    references: readonly ReconstructedPicture[],
    skipMv: number | null,
  ): Candidate {
    const { interSearch } = this;
    const bestType = interSearch.bestType;
    const bound = interSearch.costOf(bestType) * this.speed.typeMargin;
    this.codeInterType(this.inter, bestType, qp, references);
    this.setExactCost(this.inter, qp, skipMv);
    for (let mbType = P_L0_16X16; mbType < P_L0_16X16 + 4; mbType++) {
      if (mbType === bestType || interSearch.costOf(mbType) > bound) continue;
      this.codeInterType(this.trial, mbType, qp, references);
      this.setExactCost(this.trial, qp, skipMv);
      this.keepBetterInter();
    }
    if (this.speed.exactVectors) this.refineVectors(qp, references, skipMv);
    if (skipMv !== null) {
      // P_Skip with a residual that is thrown away: one bit or less, and the error of the plain prediction.
      const { trial } = this;
      predictLuma16x16(this.context, trial, references[0], skipMv);
      predictChroma16x16(this.context, trial, references[0], skipMv);
      trial.syntax.mbType = P_L0_16X16;
      trial.syntax.refIdx.fill(0);
      trial.syntax.coded_block_pattern = 0;
      trial.syntax.masks.fill(0);
      trial.mv.fill(skipMv);
      trial.cost = this.squaredError(trial) + LAMBDA_SSD[qp];
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
  private refineVectors(
    qp: number,
    references: readonly ReconstructedPicture[],
    skipMv: number | null,
  ): void {
    const { mbType } = this.inter.syntax;
    const isWide = mbType === P_L0_16X16 || mbType === P_L0_L0_16X8;
    const isHigh = mbType === P_L0_16X16 || mbType === P_L0_L0_8X16;
    for (let i = 0; i < 4; i++) {
      const isRepeated = ((i & 1) !== 0 && isWide) || (i > 1 && isHigh);
      if (isRepeated || this.inter.syntax.subMbType[i] !== P_L0_8X8) continue;
      const first = (i >> 1) * 8 + (i & 1) * 2;
      const width = isWide ? 4 : 2;
      const height = isHigh ? 4 : 2;
      for (let step = 0; step < MAX_EXACT_STEPS; step++) {
        const mv = this.inter.mv[first];
        let isBetter = false;
        for (let k = 0; k < 8; k += 2) {
          const moved = packMv(mvX(mv) + DIAMOND[k], mvY(mv) + DIAMOND[k + 1]);
          if (!this.interSearch.motion.isAllowed(moved)) continue;
          this.moveTrial(first, width, height, moved);
          predictInter(this.context, this.trial, references);
          this.residual.codeInterLuma(this.trial, qp);
          this.residual.codeChroma(this.trial, qp, false);
          this.setExactCost(this.trial, qp, skipMv);
          if (this.keepBetterInter()) isBetter = true;
        }
        if (!isBetter) break;
      }
    }
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

  /** Sets the cost of a coded candidate to squared error + lambda·bits. A skipped macroblock counts one bit. */
  private setExactCost(candidate: Candidate, qp: number, skipMv: number | null = null): void {
    const { syntax, mv } = candidate;
    const isSkip =
      skipMv !== null &&
      syntax.coded_block_pattern === 0 &&
      syntax.mbType === P_L0_16X16 &&
      syntax.refIdx[0] === 0 &&
      mv[0] === skipMv;
    const bits = isSkip ? 1 : this.coder.countBits(candidate, qp);
    candidate.cost = this.squaredError(candidate) + LAMBDA_SSD[qp] * bits;
  }

  private squaredError(candidate: Candidate): number {
    const { kernels, source } = this.context.memory;
    const { recon } = candidate;
    return (
      kernels.ssd(source, SOURCE_STRIDE, recon + RECON_LUMA, RECON_STRIDE, 16, 16) +
      kernels.ssd(source + SOURCE_CB, SOURCE_STRIDE, recon + RECON_CB, RECON_STRIDE, 8, 8) +
      kernels.ssd(source + SOURCE_CR, SOURCE_STRIDE, recon + RECON_CR, RECON_STRIDE, 8, 8)
    );
  }
}
