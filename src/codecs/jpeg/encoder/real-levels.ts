/** Levels of blocks before they are decided. */

/** Real levels of blocks, and what is known of each block: what the kernel `realLevels` makes. */
export interface RealLevels {
  /** 64 a block in raster order: coefficients in units of their quantization steps. */
  readonly levels: Float32Array;
  /** Two words a block: bit k, counted over both, is set if the AC level with index k in the zig-zag sequence is at least one half; all others become zero. */
  readonly masks: Int32Array;
  /** Variance of the block's samples: the sum of its squared AC coefficients over 64. */
  readonly variances: Float32Array;
}
