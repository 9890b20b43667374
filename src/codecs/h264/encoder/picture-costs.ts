/** The costs that the lookahead finds for pictures (low-resolution.ts), macroblock by macroblock. */

/** Costs of one picture, by macroblock address. */
export interface PictureCosts {
  /** SATD of the best intra prediction at low resolution, plus its overhead. */
  readonly intra: Int32Array;
  /** The same of the inter prediction; never above `intra`. */
  readonly inter: Int32Array;
  /** Packed vector (packMv) of the inter prediction in low-resolution samples. */
  readonly mv: Int32Array;
}

/** Where the blocks of one picture lie in another, by macroblock. */
export interface PairMotion {
  /** SATD of the prediction with what its vector takes, not above the cost of intra. */
  readonly inter: Int32Array;
  /** Packed vectors in low-resolution samples. */
  readonly mv: Int32Array;
  /** What sample values of the other picture became before it was compared (low-weights.ts); null: they stayed. */
  table: Uint8Array | null;
}

/** Costs of a picture between two others, by macroblock. */
export interface BetweenCosts {
  /** The least of intra, prediction from either side, and from both. */
  readonly inter: Int32Array;
  /** The cheapest prediction: FROM_BEFORE, FROM_AFTER, both bits, or 0 for intra. */
  readonly lists: Uint8Array;
}

/** Bits of `BetweenCosts.lists`. */
export const FROM_BEFORE = 1;
export const FROM_AFTER = 2;
