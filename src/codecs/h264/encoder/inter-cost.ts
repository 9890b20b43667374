/** The bits that P pictures have taken so far, and from them the bits that the next ones are expected to take. */
import type { InterComplexity } from './inter-complexity.ts';
import { INTER_OVERHEAD } from './low-resolution.ts';
import { type SizeModel, SLOPE_P, stepOfQp } from './size-model.ts';

/** Complexity per macroblock of a picture that repeats the one before. */
const STILL_COMPLEXITY = INTER_OVERHEAD;
/** Pictures whose cost counts; older ones fade. */
const MODEL_FRAMES = 20;
/** Weight of a picture after more than MODEL_FRAMES in a row that repeat the one before. */
const STILL_WEIGHT = 0.02;
/** After an intra picture, all P pictures before it count as so many pictures together. */
const SCENE_MEMORY = 3;

/** Cost of P pictures, learned over a stream. */
export class InterCost {
  private readonly size: SizeModel;
  private readonly around: InterComplexity;
  private readonly mbs: number;
  /** Bits that the P pictures coded would have taken at a relative QP of 0: sum and weight, both fading. */
  private costSum = 0;
  private weight = 0;
  /** Sum of the complexity beyond that of still pictures, as the cost is summed. */
  private motionSum = 0;
  /** Pictures in a row that repeat the one before. */
  private stillPictures = 0;

  /**
   * @param size the model of the size of P pictures, for where nothing is learned yet
   * @param around complexity of P pictures around the picture at hand
   * @param mbs macroblocks of a picture
   */
  constructor(size: SizeModel, around: InterComplexity, mbs: number) {
    this.size = size;
    this.around = around;
    this.mbs = mbs;
  }

  /**
   * Expected bits of a P picture: the mean of those coded, fading.
   * @param relativeQp QP above `complexityQp`
   * @param complexityQp QP that follows from the complexity around the picture
   */
  expectedBits(relativeQp: number, complexityQp: number): number {
    const cost =
      this.weight > 0 && !this.around.startsOther
        ? this.costSum / this.weight
        : this.size.predict(this.around.mean, complexityQp);
    return cost / stepOfQp(SLOPE_P * relativeQp);
  }

  /** Bits that a P picture of that complexity is expected to take, as a multiple of the mean. */
  shareOfMotion(complexity: number): number {
    if (this.motionSum === 0 || this.around.startsOther) return 1;
    return (this.motionOf(complexity) * this.weight) / this.motionSum;
  }

  /** Takes note of an intra picture: another scene may follow, so what was learned counts for a few pictures only. */
  learnIntra(complexityQp: number): void {
    if (this.around.startsOther) {
      this.weight = SCENE_MEMORY;
      this.costSum = SCENE_MEMORY * this.size.predict(this.around.mean, complexityQp);
      this.motionSum = SCENE_MEMORY * this.motionOf(this.around.mean);
    } else if (this.weight > SCENE_MEMORY) {
      this.costSum *= SCENE_MEMORY / this.weight;
      this.motionSum *= SCENE_MEMORY / this.weight;
      this.weight = SCENE_MEMORY;
    }
  }

  /** Learns that a picture of `complexity` took `bits` at `relativeQp` above the QP that follows from complexity. */
  learn(complexity: number, relativeQp: number, bits: number): void {
    const weight = this.weightOf(complexity);
    const kept = 1 - weight * (1 / MODEL_FRAMES);
    this.costSum = this.costSum * kept + weight * bits * stepOfQp(SLOPE_P * relativeQp);
    this.weight = this.weight * kept + weight;
    this.motionSum = this.motionSum * kept + weight * this.motionOf(complexity);
  }

  /** Complexity of a P picture beyond that of one that repeats the picture before. */
  private motionOf(complexity: number): number {
    return Math.max(0, complexity - STILL_COMPLEXITY * this.mbs);
  }

  /**
   * How much a picture says about those to come, 0..1. Pictures that repeat the one before are part of what is usual, in
   * screen content most of it; but once they last, they say nothing of the pictures after them.
   */
  private weightOf(complexity: number): number {
    const isStill = complexity < (STILL_COMPLEXITY + 1) * this.mbs;
    this.stillPictures = isStill ? this.stillPictures + 1 : 0;
    return this.stillPictures > MODEL_FRAMES ? STILL_WEIGHT : 1;
  }
}
