/**
 * Decides how each macroblock is coded, and codes it. Modes compete by SATD + lambda·bits at the fast presets, by squared
 * error + lambda·bits of the complete macroblock with the option `rdo`.
 */

import type { LevelLimits } from '../../../syntax/h264/levels.ts';
import {
  I_4X4,
  I_8X8,
  I_16X16,
  P_8X8,
  P_L0_8X8,
  P_L0_16X16,
  P_L0_L0_8X16,
  P_L0_L0_16X8,
  P_SKIP,
} from '../standard/macroblock.ts';
import { allowsTransform8x8 } from '../standard/macroblock-syntax.ts';
import { mvX, mvY, packMv, type ReconstructedPicture } from '../standard/picture.ts';
import { Candidate } from './candidate.ts';
import type { H264Inspector } from './inspector.ts';
import { predictChroma16x16, predictInter, predictLuma16x16 } from './inter-prediction.ts';
import { InterSearch } from './inter-search.ts';
import { searchIntra8x8 } from './intra-8x8-search.ts';
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
import type { ResolvedOptions, SpeedOptions } from './options.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { ResidualCoder } from './residual.ts';
import type { ResidualCoder8x8 } from './residual-8x8.ts';

/** mb_type of intra macroblocks starts here in P slices (Table 7-13). */
const INTRA_TYPES_IN_P = 5;
/** The inter types that are candidates, in the order in which they are tried after the best. */
const INTER_TYPES = [P_L0_16X16, P_L0_L0_16X8, P_L0_L0_8X16, P_8X8] as const;
const NO_LIMIT = 0x7fffffff;
/** A packed vector beyond all limits. */
const NO_VECTOR = 0x7fff7fff;

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
  private readonly residual: ResidualCoder;
  /** Codes with the 8x8 transform; null where there is none. */
  private readonly residual8x8: ResidualCoder8x8 | null;
  private readonly speed: SpeedOptions;
  private readonly inspector: H264Inspector | null;
  private readonly interSearch: InterSearch;
  private inter: Candidate;
  private trial: Candidate;
  private readonly intra16: Candidate;
  private readonly intra4: Candidate;
  private readonly intra8: Candidate;
  /** The vector that the luma prediction of `inter` was made with, if it is that of P_Skip; else NO_VECTOR. */
  private predictedSkipMv = NO_VECTOR;
  /** Inter cost of each macroblock of the picture, 0 where intra or skipped: what is usual nearby. */
  private readonly interCost: Int32Array;
  // The macroblock at hand.
  private qp = 0;
  private references: readonly ReconstructedPicture[] = [];
  /** Vector of P_Skip, or NO_VECTOR where it cannot be used. */
  private skipMv = NO_VECTOR;
  /** intra_chroma_pred_mode, the same for all intra candidates. */
  private chromaMode = 0;

  constructor(
    context: MacroblockContext,
    coder: MacroblockCoder,
    residual: ResidualCoder,
    residual8x8: ResidualCoder8x8 | null,
    options: Pick<ResolvedOptions, 'speed' | 'inspect'>,
    limits: LevelLimits,
  ) {
    const { speed, inspect } = options;
    this.context = context;
    this.coder = coder;
    this.residual = residual;
    this.residual8x8 = residual8x8;
    this.speed = speed;
    this.inspector = inspect;
    this.interSearch = new InterSearch(context, speed, limits, inspect);
    const { memory } = context;
    const { layout } = memory;
    this.inter = new Candidate(memory, 0);
    this.intra16 = new Candidate(memory, 1);
    this.intra4 = new Candidate(memory, 2);
    this.trial = new Candidate(memory, 3);
    this.intra8 = new Candidate(memory, 4);
    this.interCost = new Int32Array(layout.widthInMbs * layout.heightInMbs);
  }

  /** Begins a picture: the vectors that the lookahead found for its macroblocks are starts for motion search. */
  startPicture(plan: PicturePlan): void {
    this.interSearch.vectors = plan.hasVectors ? plan.mv : null;
    this.interSearch.origins = plan.hasOrigins ? plan.origins : null;
  }

  /** Codes the context's macroblock, its source loaded, in an I slice. */
  codeIntra(qp: number, picture: ReconstructedPicture): void {
    this.qp = qp;
    this.skipMv = NO_VECTOR;
    this.coder.code(this.decideIntra(picture, 0, NO_LIMIT, true)!, qp, picture);
  }

  /** Codes the context's macroblock in a P slice. `references` is list 0. */
  codeInter(
    qp: number,
    picture: ReconstructedPicture,
    references: readonly ReconstructedPicture[],
  ): void {
    const { context, interSearch, coder, speed } = this;
    this.qp = qp;
    this.references = references;
    context.loadMotion();
    interSearch.motion.startMacroblock(LAMBDA_SAD[qp]);
    const skipMv = context.motion.predictSkip();
    this.skipMv = interSearch.motion.isAllowed(skipMv) ? skipMv : NO_VECTOR;
    if (this.skipsAtOnce()) {
      if (this.inspector !== null) this.tellSkip(this.inspector);
      coder.codeSkip(this.inter, skipMv, picture);
      this.interCost[context.mbAddr] = 0;
      return;
    }
    const interCost = interSearch.search(references);
    this.interCost[context.mbAddr] = interCost;
    let best = speed.rdo ? this.decideInterExactly() : this.decideInter();
    if (this.mayBeIntra(interCost)) {
      const limit = speed.rdo ? interCost + (interCost >> 2) : interCost;
      const intra = this.decideIntra(picture, INTRA_TYPES_IN_P, limit, speed.intra4x4InP);
      if (intra !== null && (!speed.rdo || intra.cost < best.cost)) best = intra;
    }
    if (this.isSkip(best)) coder.codeSkip(best, skipMv, picture);
    else coder.code(best, qp, picture);
  }

  /** Whether a candidate, evaluated, is what P_Skip means: its vector, the nearest picture, no residual. */
  private isSkip({ syntax, mv }: Candidate): boolean {
    return (
      this.skipMv !== NO_VECTOR &&
      syntax.coded_block_pattern === 0 &&
      syntax.mbType === P_L0_16X16 &&
      syntax.refIdx[0] === 0 &&
      mv[0] === this.skipMv
    );
  }

  /** Whether the prediction of P_Skip leaves no residual: it is then taken without a search. Leaves it in `inter`. */
  private skipsAtOnce(): boolean {
    const { context, residual, inter, qp, skipMv } = this;
    this.predictedSkipMv = NO_VECTOR;
    if (skipMv === NO_VECTOR) return false;
    const reference = this.references[0];
    predictLuma16x16(context, inter, reference, skipMv);
    this.predictedSkipMv = skipMv;
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

  /** Codes a candidate whose type, modes and vectors are set; with `rdo` its cost is then exact. */
  private evaluate(candidate: Candidate): void {
    const { residual, qp } = this;
    switch (candidate.syntax.mbType) {
      case I_16X16:
        residual.codeIntra16x16(candidate, qp);
        this.codeIntraChroma(candidate);
        break;
      case I_4X4:
      case I_8X8:
        // Its luma was coded block by block, as its modes were chosen.
        this.codeIntraChroma(candidate);
        break;
      default:
        this.predict(candidate);
        this.codeInterLuma(candidate);
        residual.codeChroma(candidate, qp, false);
    }
    if (this.speed.rdo) this.setExactCost(candidate);
    if (this.inspector !== null) this.tellCandidate(this.inspector, candidate);
  }

  /** Tells the inspector of a candidate that was evaluated. */
  private tellCandidate(inspector: H264Inspector, candidate: Candidate): void {
    const mbType = this.isSkip(candidate) ? P_SKIP : candidate.syntax.mbType;
    const bits = mbType === P_SKIP ? 1 : this.coder.countBits(candidate, this.qp);
    inspector.candidate(mbType, this.squaredError(candidate), bits, candidate.cost);
    // Blocks of 8x8 are not told: `block` has sixteen coefficients.
    if (candidate.syntax.transform_size_8x8_flag === 0) this.residual.tellBlocks(candidate);
  }

  /** Tells the inspector that the prediction of P_Skip was taken at once; nothing was measured. */
  private tellSkip(inspector: H264Inspector): void {
    inspector.candidate(P_SKIP, this.squaredError(this.inter), 1, 0);
  }

  /** Codes the luma of an inter candidate whose prediction is in place, with the transform that suits it. */
  private codeInterLuma(candidate: Candidate): void {
    const { residual, residual8x8, qp } = this;
    if (residual8x8 !== null && this.suits8x8(candidate)) {
      residual8x8.codeInterLuma(candidate, qp);
    } else {
      candidate.syntax.transform_size_8x8_flag = 0;
      residual.codeInterLuma(candidate, qp);
    }
  }

  /** Choice: the 8x8 transform where the Hadamard transform of that size leaves less than the small one. */
  private suits8x8(candidate: Candidate): boolean {
    if (!allowsTransform8x8(candidate.syntax)) return false;
    const { kernels, source } = this.context.memory;
    const at = candidate.recon + RECON_LUMA;
    let large = 0;
    for (let b8 = 0; b8 < 4; b8++) {
      const x = 8 * (b8 & 1);
      const y = 8 * (b8 >> 1);
      const a = source + y * SOURCE_STRIDE + x;
      large += kernels.sa8d(a, SOURCE_STRIDE, at + y * RECON_STRIDE + x, RECON_STRIDE);
    }
    return large < kernels.satd(source, SOURCE_STRIDE, at, RECON_STRIDE, 16, 16, NO_LIMIT);
  }

  private codeIntraChroma(candidate: Candidate): void {
    placeIntraChroma(this.context, candidate, this.chromaMode);
    this.residual.codeChroma(candidate, this.qp, true);
  }

  /** Makes the prediction of an inter candidate, if it is not there from `skipsAtOnce`. */
  private predict(candidate: Candidate): void {
    const { syntax, mv } = candidate;
    const hasLuma =
      candidate === this.inter &&
      syntax.mbType === P_L0_16X16 &&
      syntax.refIdx[0] === 0 &&
      mv[0] === this.predictedSkipMv;
    this.predictedSkipMv = NO_VECTOR;
    if (hasLuma) predictChroma16x16(this.context, candidate, this.references[0], mv[0]);
    else predictInter(this.context, candidate, this.references);
  }

  /**
   * The best intra candidate, evaluated; null if none is below `limit` in the unit of SATD costs.
   * @param mbTypeOffset what mb_type starts from: 0 in I slices, INTRA_TYPES_IN_P in P slices
   */
  private decideIntra(
    picture: ReconstructedPicture,
    mbTypeOffset: number,
    limit: number,
    with4x4: boolean,
  ): Candidate | null {
    const { context, intra16, intra4, intra8, residual, residual8x8, qp } = this;
    const { rdo } = this.speed;
    const lambda = LAMBDA_SAD[qp];
    context.loadNeighborSamples(picture, intra16.recon);
    const has16x16 = searchIntra16x16(context, intra16, lambda, mbTypeOffset, limit);
    let has4x4 = false;
    let has8x8 = false;
    if (with4x4) {
      let bound = limit;
      if (has16x16) {
        const { cost } = intra16;
        bound = rdo ? Math.min(limit, cost + (cost >> 2)) : cost;
      }
      context.loadNeighborSamples(picture, intra4.recon);
      context.loadIntraModes();
      const terms = { qp, lambda, mbTypeOffset, limit: bound, allModes: rdo };
      has4x4 = searchIntra4x4(context, intra4, residual, terms);
      if (residual8x8 !== null) {
        if (has4x4 && !rdo) terms.limit = intra4.cost;
        context.loadNeighborSamples(picture, intra8.recon);
        context.loadIntraModes();
        has8x8 = searchIntra8x8(context, intra8, residual8x8, terms);
      }
    }
    if (!has16x16 && !has4x4 && !has8x8) return null;
    this.chromaMode = searchIntraChroma(context, intra16.recon, lambda);
    // Without exact costs each search has kept below those before, so that the last that went through is the best.
    if (has8x8) this.evaluate(intra8);
    if (has8x8 && !rdo) return intra8;
    if (has4x4) this.evaluate(intra4);
    if (has4x4 && !rdo) return intra4;
    if (has16x16) this.evaluate(intra16);
    let best = has16x16 ? intra16 : has4x4 ? intra4 : intra8;
    if (has4x4 && intra4.cost <= best.cost) best = intra4;
    if (has8x8 && intra8.cost < best.cost) best = intra8;
    return best;
  }

  /** The inter type of the lowest SATD cost, evaluated. */
  private decideInter(): Candidate {
    this.interSearch.apply(this.inter, this.interSearch.bestType);
    this.evaluate(this.inter);
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
      this.evaluate(this.trial);
      this.keepBetterInter();
    }
    if (this.speed.exactVectors) this.refineVectors();
    if (this.skipMv !== NO_VECTOR) {
      this.evaluateSkip(this.trial);
      this.keepBetterInter();
    }
    return this.inter;
  }

  /** P_Skip with a residual that is thrown away: one bit or less, and the error of the plain prediction. */
  private evaluateSkip(candidate: Candidate): void {
    const { context, references, skipMv } = this;
    const { syntax, mv } = candidate;
    predictLuma16x16(context, candidate, references[0], skipMv);
    predictChroma16x16(context, candidate, references[0], skipMv);
    syntax.mbType = P_L0_16X16;
    for (let i = 0; i < 4; i++) syntax.refIdx[i] = 0;
    syntax.coded_block_pattern = 0;
    syntax.transform_size_8x8_flag = 0;
    syntax.masks.fill(0);
    mv.fill(skipMv);
    this.setExactCost(candidate);
    const { inspector } = this;
    if (inspector !== null) {
      inspector.candidate(P_SKIP, this.squaredError(candidate), 1, candidate.cost);
    }
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
    const isWide = mbType === P_L0_16X16 || mbType === P_L0_L0_16X8;
    const isHigh = mbType === P_L0_16X16 || mbType === P_L0_L0_8X16;
    const width = isWide ? 4 : 2;
    const height = isHigh ? 4 : 2;
    for (let i = 0; i < 4; i++) {
      const isRepeated = ((i & 1) !== 0 && isWide) || (i > 1 && isHigh);
      if (isRepeated || this.inter.syntax.subMbType[i] !== P_L0_8X8) continue;
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
      this.evaluate(this.trial);
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

  /** Sets the cost of a coded candidate to squared error + lambda·bits. A skipped macroblock counts one bit. */
  private setExactCost(candidate: Candidate): void {
    const bits = this.isSkip(candidate) ? 1 : this.coder.countBits(candidate, this.qp);
    candidate.cost = this.squaredError(candidate) + LAMBDA_SSD[this.qp] * bits;
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
