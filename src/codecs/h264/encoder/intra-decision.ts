/** Decides how a macroblock is coded as intra, in slices of any type: Intra_16x16, Intra_4x4 or Intra_8x8, and their modes. */
import type { ReconstructedPicture } from '../standard/picture.ts';
import { Candidate } from './candidate.ts';
import type { CandidateEvaluation } from './candidate-evaluation.ts';
import {
  INTRA_TYPES_IN_B,
  searchIntra4x4,
  searchIntra16x16,
  searchIntraChroma,
} from './intra-search.ts';
import { LAMBDA_SAD } from './lambda.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import type { ResidualCoder } from './residual.ts';
import type { ResidualCoder8x8 } from './residual-8x8.ts';

/** The intra candidates of one macroblock at a time. */
export class IntraDecision {
  private readonly context: MacroblockContext;
  private readonly evaluation: CandidateEvaluation;
  private readonly residual: ResidualCoder;
  /** Null: there is no Intra_8x8. */
  private readonly residual8x8: ResidualCoder8x8 | null;
  private readonly rdo: boolean;
  private readonly intra16: Candidate;
  private readonly intra4: Candidate;
  private readonly intra8: Candidate;

  constructor(
    context: MacroblockContext,
    evaluation: CandidateEvaluation,
    residual: ResidualCoder,
    residual8x8: ResidualCoder8x8 | null,
    rdo: boolean,
  ) {
    this.context = context;
    this.evaluation = evaluation;
    this.residual = residual;
    this.residual8x8 = residual8x8;
    this.rdo = rdo;
    this.intra16 = new Candidate(context.memory, 1);
    this.intra4 = new Candidate(context.memory, 2);
    this.intra8 = new Candidate(context.memory, 4);
  }

  /**
   * The best intra candidate, evaluated; null if none is below `limit` in the unit of SATD costs.
   * @param mbTypeOffset mb_type values before those of intra macroblocks: 0 in I slices, INTRA_TYPES_IN_P in P slices, INTRA_TYPES_IN_B in B
   *   slices
   */
  decide(
    picture: ReconstructedPicture,
    mbTypeOffset: number,
    limit: number,
    with4x4: boolean,
  ): Candidate | null {
    const { context, evaluation, intra16, intra4, intra8, residual, residual8x8, rdo } = this;
    const { qp } = evaluation;
    const lambda = LAMBDA_SAD[qp];
    context.loadLumaNeighbors(picture, intra16.recon);
    // Choice: in B slices, where intra seldom wins, small blocks are tried only if Intra_16x16 comes within twice the limit. Eight
    // clips, QP 22..37: BD-rate -0.1 % at veryfast, 0.0 % at medium.
    const isB = mbTypeOffset === INTRA_TYPES_IN_B;
    const bound16x16 = isB ? 2 * limit : limit;
    const comesNear = searchIntra16x16(context, intra16, lambda, mbTypeOffset, bound16x16);
    if (isB && !comesNear) return null;
    const has16x16 = comesNear && intra16.cost < limit;
    let has4x4 = false;
    let has8x8 = false;
    if (with4x4) {
      let bound = limit;
      if (has16x16) {
        const { cost } = intra16;
        bound = rdo ? Math.min(limit, cost + (cost >> 2)) : cost;
      }
      context.loadLumaNeighbors(picture, intra4.recon);
      context.loadIntraModes();
      const terms = { qp, lambda, mbTypeOffset, limit: bound, allModes: rdo };
      has4x4 = searchIntra4x4(context, intra4, residual, terms);
      if (residual8x8 !== null) {
        if (has4x4 && !rdo) terms.limit = intra4.cost;
        context.loadLumaNeighbors(picture, intra8.recon);
        context.loadIntraModes();
        has8x8 = residual8x8.searchIntra(context, intra8, terms);
      }
    }
    if (!has16x16 && !has4x4 && !has8x8) return null;
    context.loadChromaNeighbors(picture, intra16.recon);
    evaluation.chromaMode = searchIntraChroma(context, intra16.recon, lambda);
    // Without exact costs each search has kept below those before, so that the last that went through is the best.
    if (has8x8) evaluation.evaluate(intra8);
    if (has8x8 && !rdo) return intra8;
    if (has4x4) evaluation.evaluate(intra4);
    if (has4x4 && !rdo) return intra4;
    if (has16x16) evaluation.evaluate(intra16);
    let best = has16x16 ? intra16 : has4x4 ? intra4 : intra8;
    if (has4x4 && intra4.cost <= best.cost) best = intra4;
    if (has8x8 && intra8.cost < best.cost) best = intra8;
    return best;
  }
}
