/** Decides how each macroblock is coded, and codes it. */
import { ueBits } from '../../../bits/syntax-writer.ts';
import { predictChroma, predictLuma } from '../standard/interpolation.ts';
import { P_L0_16X16 } from '../standard/macroblock.ts';
import { mvX, mvY, type ReconstructedPicture } from '../standard/picture.ts';
import { Candidate } from './candidate.ts';
import { searchIntra4x4, searchIntra16x16, searchIntraChroma } from './intra-search.ts';
import { LAMBDA_SAD } from './lambda.ts';
import type { MacroblockCoder } from './macroblock-coder.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE } from './memory.ts';
import { MotionSearch } from './motion-search.ts';
import type { SpeedOptions } from './options.ts';
import type { ResidualCoder } from './residual.ts';

export class ModeDecision {
  private readonly context: MacroblockContext;
  private readonly coder: MacroblockCoder;
  private readonly residual: ResidualCoder;
  private readonly speed: SpeedOptions;
  private readonly motion: MotionSearch;
  private readonly inter: Candidate;
  private readonly intra16: Candidate;
  private readonly intra4: Candidate;

  constructor(
    context: MacroblockContext,
    coder: MacroblockCoder,
    residual: ResidualCoder,
    speed: SpeedOptions,
    maxVertical: number,
  ) {
    this.context = context;
    this.coder = coder;
    this.residual = residual;
    this.speed = speed;
    this.motion = new MotionSearch(context, speed, maxVertical);
    const { recon } = context.memory;
    this.inter = new Candidate(recon[0]);
    this.intra16 = new Candidate(recon[1]);
    this.intra4 = new Candidate(recon[2]);
  }

  /** Codes the context's macroblock, its source loaded, in an I slice. */
  codeIntra(qp: number, picture: ReconstructedPicture): void {
    this.coder.code(this.decideIntra(qp, picture, 0, 0x7fffffff, true)!, qp, picture);
  }

  /**
   * The best intra candidate, coded completely; null if its luma costs `limit` or more.
   * @param mbTypeOffset what mb_type starts from: 0 in I slices, 5 in P slices
   */
  private decideIntra(
    qp: number,
    picture: ReconstructedPicture,
    mbTypeOffset: number,
    limit: number,
    with4x4: boolean,
  ): Candidate | null {
    const { context, intra16, intra4 } = this;
    const lambda = LAMBDA_SAD[qp];
    context.loadNeighborSamples(picture, intra16.recon);
    searchIntra16x16(context, intra16, lambda, mbTypeOffset);
    let best = intra16;
    if (with4x4) {
      context.loadNeighborSamples(picture, intra4.recon);
      context.loadIntraModes();
      const bound = Math.min(limit, intra16.cost);
      if (searchIntra4x4(context, intra4, this.residual, qp, lambda, mbTypeOffset, bound)) {
        best = intra4;
      }
    }
    if (best.cost >= limit) return null;
    if (best === intra16) this.residual.codeIntra16x16(intra16, qp);
    searchIntraChroma(context, best, lambda);
    this.residual.codeChroma(best, qp, true);
    return best;
  }

  /** Codes the context's macroblock in a P slice. `references` is list 0. */
  codeInter(
    qp: number,
    picture: ReconstructedPicture,
    references: readonly ReconstructedPicture[],
  ): void {
    const { context, inter, motion, residual, coder } = this;
    const lambda = LAMBDA_SAD[qp];
    context.loadMotion();
    motion.startMacroblock();
    const skipMv = context.motion.predictSkip();
    const canSkip = motion.isAllowed(skipMv);
    if (canSkip) {
      this.predict16x16(references[0], skipMv);
      residual.codeInterLuma(inter, qp);
      if ((inter.syntax.coded_block_pattern & 15) === 0) {
        residual.codeChroma(inter, qp, false);
        if (inter.syntax.coded_block_pattern === 0) {
          coder.codeSkip(inter, skipMv, picture);
          return;
        }
      }
    }
    const mvp = context.motion.predict(0, 0, 4, 0);
    this.addStarts(references[0]);
    motion.search(references[0], 0, 0, 16, 16, mvp, lambda);
    const interCost = motion.cost + lambda * ueBits(0);
    const interMv = motion.mv;
    const intra = this.decideIntra(qp, picture, 5, interCost, this.speed.intra4x4InP);
    if (intra !== null) {
      coder.code(intra, qp, picture);
      return;
    }
    this.predict16x16(references[0], interMv);
    residual.codeInterLuma(inter, qp);
    residual.codeChroma(inter, qp, false);
    if (canSkip && interMv === skipMv && inter.syntax.coded_block_pattern === 0) {
      coder.codeSkip(inter, skipMv, picture);
      return;
    }
    inter.syntax.mbType = P_L0_16X16;
    inter.syntax.refIdx.fill(0);
    inter.mv.fill(interMv);
    coder.code(inter, qp, picture);
  }

  /** Starting vectors: the neighbors' and that of the same place in the reference. */
  private addStarts(reference: ReconstructedPicture): void {
    const { context, motion } = this;
    const { state, mbAddr } = context;
    const width = state.widthInMbs;
    if (context.hasA) motion.addStart(state.mv[16 * (mbAddr - 1) + 3]);
    if (context.hasB) motion.addStart(state.mv[16 * (mbAddr - width) + 12]);
    if (context.hasC) motion.addStart(state.mv[16 * (mbAddr - width + 1) + 12]);
    motion.addStart(reference.mv[16 * mbAddr]);
  }

  /** Predicts the whole macroblock from one vector into the inter candidate's reconstruction. */
  private predict16x16(reference: ReconstructedPicture, mv: number): void {
    const { context, inter } = this;
    const { memory, mbX, mbY } = context;
    const { layout, bytes } = memory;
    const x = mvX(mv);
    const y = mvY(mv);
    predictLuma(
      memory,
      layout,
      reference,
      64 * mbX + x,
      64 * mbY + y,
      16,
      16,
      inter.recon + RECON_LUMA,
      RECON_STRIDE,
    );
    const stride = layout.chromaStride;
    const chromaX = 64 * mbX + x;
    const chromaY = 64 * mbY + y;
    const cb = inter.recon + RECON_CB;
    const cr = inter.recon + RECON_CR;
    predictChroma(bytes, reference.cb, stride, chromaX, chromaY, 8, 8, cb, RECON_STRIDE);
    predictChroma(bytes, reference.cr, stride, chromaX, chromaY, 8, 8, cr, RECON_STRIDE);
  }
}
