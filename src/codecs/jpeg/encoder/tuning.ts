/** What the encoder's decisions hang on, in one record: the numbers of `quality.ts`, or others in an experiment. */

/** Numbers of one kind of component. */
export interface PlaneTuning {
  /** Quantization steps, 64 in raster order. */
  readonly steps: Int16Array;
  /** By coefficient in zig-zag order: bits that a squared error of one step is worth in a block without masking. */
  readonly weights: Float64Array;
  /** Variance of samples at which masking halves what errors are worth. */
  readonly maskedVariance: number;
  /** How fast masking grows with the variance. */
  readonly maskPower: number;
}

/** Numbers of a picture. */
export interface Tuning {
  /** For Y, Cb and Cr. */
  readonly planes: readonly [PlaneTuning, PlaneTuning, PlaneTuning];
  /** Whether levels are decided by the trellis, or by rounding. */
  readonly hasTrellis: boolean;
}
