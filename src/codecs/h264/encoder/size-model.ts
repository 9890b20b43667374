/**
 * How many bits a picture will take: its complexity (lookahead.ts), times a factor that is learned from the pictures before,
 * over a power of the quantizer step. Source: L. Merritt and R. Vanam, "Improved rate control and motion estimation for H.264
 * encoder", ICIP 2007.
 */
import { exp2, log2 } from '../../../base/exp-log.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';

/** Quantizer step relative to that of QP 0: it doubles every six QP, clause 8.5.9. */
export function stepOfQp(qp: number): number {
  return exp2(qp / 6);
}

/** How much quality follows complexity: 0 gives every picture the same bits, 1 the same QP. */
const COMPLEXITY_COMPRESSION = 0.6;

/** How much higher the QP of a picture of this complexity is than that of one of complexity 1. */
export function qpOfComplexity(complexity: number): number {
  return 6 * (1 - COMPLEXITY_COMPRESSION) * log2(complexity);
}

/** Bits of a picture in which every macroblock is skipped, or nearly: header and little else. */
const OVERHEAD_BITS = 160;

/** Share of what was learned that each new picture replaces. */
const LEARNING_RATE = 0.4;

/** QP at which factors are stated. */
const REFERENCE_QP = 27;

/**
 * How fast bits fall as the step grows: with its power of this much. Measured over QP 22 to 32: intra pictures 0.8 to
 * 1.3, predicted ones 1.0 to 1.4 (grain, which a larger step swallows whole, 3).
 */
export const SLOPE_I = 0.9;
export const SLOPE_P = 1.2;

/** First guesses of bits / complexity at QP 27: geometric means over the clips, 0.13..0.29 and 0.09..0.32. */
const FIRST_FACTOR_I = 0.175;
const FIRST_FACTOR_P = 0.17;
/** The same of B pictures, at their own QP. */
const FIRST_FACTOR_B = 0.12;

/** Learns bits / complexity for one type of picture. */
export class SizeModel {
  private factor: number;
  private readonly slope: number;

  /**
   * @param factor first guess of bits / complexity at QP 27
   * @param slope power of the step with which bits fall
   */
  constructor(factor: number, slope: number) {
    this.factor = factor;
    this.slope = slope;
  }

  /** Expected bits of a picture of `complexity` at `qp`. */
  predict(complexity: number, qp: number): number {
    return OVERHEAD_BITS + this.factor * complexity * stepOfQp(this.slope * (REFERENCE_QP - qp));
  }

  /** Learns that a picture of `complexity` took `bits` at `qp`. */
  learn(complexity: number, qp: number, bits: number): void {
    const atReference =
      Math.max(bits - OVERHEAD_BITS, 1) * stepOfQp(this.slope * (qp - REFERENCE_QP));
    const seen = atReference / Math.max(complexity, 1);
    // One odd picture may not move the factor by more than four times.
    const bounded = Math.min(Math.max(seen, this.factor / 4), this.factor * 4);
    this.factor += LEARNING_RATE * (bounded - this.factor);
  }
}

/** One model for each type of picture. */
export class SizeModels {
  private readonly sizeI = new SizeModel(FIRST_FACTOR_I, SLOPE_I);
  private readonly sizeP = new SizeModel(FIRST_FACTOR_P, SLOPE_P);
  private readonly sizeB = new SizeModel(FIRST_FACTOR_B, SLOPE_P);

  /** The model of pictures of a `SliceType`. */
  of(type: number): SizeModel {
    return type === SliceType.I ? this.sizeI : type === SliceType.B ? this.sizeB : this.sizeP;
  }
}
