/**
 * The record through which an encoder and the kernels of whole motion searches exchange the terms and the result of a search:
 * words of the encoder's memory. encoder/motion-search.ts and encoder/bi-search.ts do the same searches step by step.
 */

/** Most starting points of a search. */
export const MAX_STARTS = 12;

/** Words of the record of a `MotionSearch`, by name. Vectors are packed or two words; positions are bytes of the memory. */
export const MOTION_WORD = {
  // The block: the reference's luma, its marks of tiles, the place in the picture in quarter samples, the size, and its source.
  luma: 0,
  tiles: 1,
  atX: 2,
  atY: 3,
  width: 4,
  height: 5,
  source: 6,
  searchSource: 7,
  /** 2 if SAD takes every second row, else 1. */
  rowStep: 8,
  // The macroblock: the worth of a bit, limits of vectors in full samples.
  lambda: 9,
  minX: 10,
  maxX: 11,
  minY: 12,
  maxY: 13,
  // The search: the prediction, how it goes on from the starts (SearchPattern), how far, and whether to quarter samples.
  predictedX: 14,
  predictedY: 15,
  pattern: 16,
  searchRange: 17,
  halfSteps: 18,
  quarterSteps: 19,
  withQuarters: 20,
  /** Vectors in fractions compete by SATD, not by SAD. */
  bySatd: 21,
  startCount: 22,
  starts: 23,
  // The result so far: the best vector, in full samples and then in quarter samples, and its cost.
  bestX: 36,
  bestY: 37,
  bestCost: 38,
  // Costs of the best vector's four neighbors, from the small diamond.
  costAbove: 39,
  costBelow: 40,
  costLeft: 41,
  costRight: 42,
  // Tiles that are known to have the half-sample planes in `ensuredPlanes`; `ensuredTiles` 0: none.
  ensuredTiles: 43,
  ensuredPlanes: 44,
  ensuredLeft: 45,
  ensuredTop: 46,
  ensuredRight: 47,
  ensuredBottom: 48,
  // Where the samples of a vector in fractions lie, and from a row to the next.
  sampleAt: 49,
  sampleStride: 50,
  // The layout of all pictures: row length and size of the luma plane, tiles in a row; scratch for a block.
  stride: 51,
  planeSize: 52,
  tileColumns: 53,
  scratch: 54,
  /** Full-sample vectors that were tried as starts. */
  rounded: 55,
  /** 32 words: `quarterOffsets`. */
  quarterOffsets: 72,
  /** 16 bytes: the half-sample planes of each fraction (`planesAt`). */
  quarterPlanes: 104,
} as const;
/** Words of that record. */
export const MOTION_WORDS = 108;

/** How a search goes on in full samples. */
export const SearchPattern = { DIAMOND: 0, HEXAGON: 1, MULTI_HEXAGON: 2 } as const;

/** Words of the record of a `BiSearch`. */
export const BI_WORD = {
  /** The record of the `MotionSearch` whose limits and layout hold; it is used for tiles. */
  motion: 0,
  // By list: luma of the picture, its marks of tiles, the vector in two words, its prediction, the scratch block of the prediction.
  luma0: 1,
  tiles0: 2,
  x0: 3,
  y0: 4,
  predictedX0: 5,
  predictedY0: 6,
  block0: 7,
  luma1: 8,
  tiles1: 9,
  x1: 10,
  y1: 11,
  predictedX1: 12,
  predictedY1: 13,
  block1: 14,
  // The block: place in the picture in quarter samples, size, source, scratch for both predictions together.
  atX: 15,
  atY: 16,
  width: 17,
  height: 18,
  source: 19,
  both: 20,
  /** Weight of the second, of 64. */
  weight: 21,
  rounds: 22,
  cost: 23,
} as const;
/** Words of that record. */
export const BI_WORDS = 24;
/** From a word of list 0 to that of list 1. */
export const BI_LIST_WORDS = 7;
