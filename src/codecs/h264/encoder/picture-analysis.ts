/** An analysis of a picture that the caller made before the picture is encoded. The lookahead then does no full search of its own. */

/** How far the vectors of an analysis reach either way, in samples of half the size; no further than the planes' padding. */
export const ANALYSIS_RANGE = 16;

/** Rough costs of a picture, found on half its size: one number for each macroblock, in raster order. */
export interface PictureAnalysis {
  /** SATD of the best of three intra predictions of 8x8 samples: DC, horizontal, vertical, from the source's own neighbors. */
  readonly intra: Int32Array;
  /** SATD at the vector that a search of 8x8 samples finds in the picture before; empty for the first picture. */
  readonly inter: Int32Array;
  /** The vector that was found, in samples of half the size; empty for the first picture. */
  readonly x: Int8Array;
  readonly y: Int8Array;
  /**
   * Is told of each macroblock of which the encoder sees that a number is wrong, and why. It has put it right then: both costs are
   * computed anew, and a vector must be no worse than zero, its four neighbors, and what hexagons find, which the lookahead looks for
   * anyway. Of 18,534 wrong vectors in six clips, with the costs that they have, it saw all but 9, of which one had changed what the
   * lookahead decides. The check takes 1.5 ms of a picture of 1280x720, a full search 20.
   */
  readonly onWrong?: (mbAddr: number, why: string) => void;
}

/** How the lookahead searches: by hexagons from vectors nearby, or every vector of `ANALYSIS_RANGE` either way. */
export const ANALYSIS_METHODS = ['hexagon', 'full-search'] as const;

/** The name of a search method. */
export type AnalysisMethod = (typeof ANALYSIS_METHODS)[number];
