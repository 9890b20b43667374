/** The numbers that the encoder's decisions depend on, in one record: the numbers of `quality.ts`, or others in an experiment. */

/** Numbers of one kind of component. */
export interface PlaneTuning {
  /** Quantization steps, 64 in raster order. */
  readonly steps: Int16Array;
  /** Bits that a squared error of one step is worth in a block without masking, of AC coefficients and of DC. */
  readonly acWeight: number;
  readonly dcWeight: number;
  /** Variance of samples at which masking takes hold; see `maskedWeight` of level-decision.ts. */
  readonly maskedVariance: number;
}

/** Numbers of a picture. */
export interface Tuning {
  /** For Y, Cb and Cr. */
  readonly planes: readonly [PlaneTuning, PlaneTuning, PlaneTuning];
  /** Whether white and black samples may be moved; see kernels/plain/dering-blocks.ts. */
  readonly hasDeringing: boolean;
}
