/**
 * The kernels of H.264: the innermost functions, over the one memory of an encoder. Here is the contract of each, in the one place
 * that names it; `plain/` has functions over typed arrays, `vector/` the same with vector instructions, bit for bit. Positions and
 * strides are in bytes of the memory; positions of samples that are written, and strides, are multiples of 4.
 */

/** SAD of a block of `height` rows that may stop once it has reached `limit`; see `sad16` of distortion.ts. */
export type LimitedSad = (
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  height: number,
  limit: number,
) => number;

/**
 * Transforms and quantizes what a prediction leaves of its source.
 * @param quantizer its index (quantize.ts)
 * @param first 1 if the DC coefficient is coded by itself: it is then not quantized; else 0
 * @param keepsCoefficients 1 if coefficients are wanted as the transform gives them, else 0: scaled for the way back
 * @param coefficients where the 16 coefficients go, 16 bits each in raster order, the DC as the transform gives it if
 *   `first` is 1. Without a nonzero level nothing is said of the others
 * @param levels where the 16 levels go in scan order, 16 bits each, unless all are 0
 * @returns the mask of nonzero levels
 */
export type Quantize = (
  source: number,
  sourceStride: number,
  prediction: number,
  predictionStride: number,
  quantizer: number,
  first: number,
  keepsCoefficients: number,
  coefficients: number,
  levels: number,
) => number;

/** All kernels by name. */
export interface Kernels {
  /** Copies a block; `from` is any position, `to` and the strides multiples of 4. See `copyBlock`. */
  copyBlock(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    width: number,
    height: number,
  ): void;
  /** Means of two blocks, clauses 8.4.2.2.1 and 8.4.2.3.1. See `averageBlocks`. */
  averageBlocks(
    a: number,
    b: number,
    stride: number,
    to: number,
    toStride: number,
    width: number,
    height: number,
  ): void;
  /** A prediction from two pictures by weights, clause 8.4.2.3.2; `to` may be `a`. See `weightBlocks`. */
  weightBlocks(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    to: number,
    toStride: number,
    width: number,
    height: number,
    logWD: number,
    weightA: number,
    weightB: number,
    offset: number,
  ): void;
  /** Tiles of the half-sample planes, clause 8.4.2.2.1. See `interpolateB`, `interpolateH`, `interpolateJ`. */
  interpolateB(pos: number, stride: number, planeSize: number): void;
  interpolateH(pos: number, stride: number, planeSize: number): void;
  interpolateJ(pos: number, stride: number, planeSize: number): void;
  /** Bilinear prediction of chroma blocks 4 or 8 wide, clause 8.4.2.2.2. See `predictChromaWords`. */
  predictChroma(
    from: number,
    stride: number,
    xFrac: number,
    yFrac: number,
    width: number,
    height: number,
    to: number,
    toStride: number,
  ): void;
  /** Deblocking of one edge of a macroblock, clauses 8.7.2.2 to 8.7.2.4. See deblock-samples.ts. */
  filterLumaEdge(
    pos: number,
    stride: number,
    verticalEdgeFlag: number,
    alpha: number,
    beta: number,
    tC0s: number,
  ): void;
  filterLumaEdgeStrong(
    pos: number,
    stride: number,
    verticalEdgeFlag: number,
    alpha: number,
    beta: number,
  ): void;
  filterChromaEdge(
    cb: number,
    cr: number,
    stride: number,
    verticalEdgeFlag: number,
    alpha: number,
    beta: number,
    tC0s: number,
  ): void;
  filterChromaEdgeStrong(
    cb: number,
    cr: number,
    stride: number,
    verticalEdgeFlag: number,
    alpha: number,
    beta: number,
  ): void;
  /**
   * Predicts a 4x4 block in every mode whose neighbors are available, clause 8.3.1.2. See `predictIntra4x4`.
   * @param hasAboveRight 1 or 0
   */
  predictIntra4x4(
    from: number,
    stride: number,
    to: number,
    available: number,
    hasAboveRight: number,
  ): void;
  /** Horizontal prediction of `size` 16 or 8, clauses 8.3.3.2 and 8.3.4.2. See `predictHorizontal`. */
  predictHorizontal(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    size: number,
  ): void;
  /** Plane prediction of `size` 16 (luma, clause 8.3.3.4) or 8 (chroma, clause 8.3.4.4). */
  predictPlane(from: number, fromStride: number, to: number, toStride: number, size: number): void;
  /** Quantizes a 4x4 block. */
  readonly quantizeBlock: Quantize;
  /** Quantizes two blocks side by side in one call: the mask of the right block is in the upper 16 bits. */
  readonly quantizePair: Quantize;
  /**
   * `quantizePair` for all blocks of the luma of a macroblock, coefficients and levels by luma4x4BlkIdx.
   * @param masks where the masks of the 16 blocks go, 32 bits each
   * @returns not 0 if any level is nonzero
   */
  quantizeLuma(
    source: number,
    sourceStride: number,
    prediction: number,
    predictionStride: number,
    quantizer: number,
    first: number,
    keepsCoefficients: number,
    coefficients: number,
    levels: number,
    masks: number,
  ): number;
  /** Adds the inverse transform of scaled coefficients to the samples at `pos`, clause 8.5.12.2. */
  addBlock(pos: number, stride: number, coefficients: number): void;
  addPair(pos: number, stride: number, coefficients: number): void;
  /** The same for the luma blocks of a macroblock; pairs without a level, by their masks, stay as they are. */
  addLuma(pos: number, stride: number, coefficients: number, masks: number): void;
  /** The same for two blocks that have a DC coefficient only. */
  addDcPair(pos: number, stride: number, dcLeft: number, dcRight: number): void;
  readonly sad16: LimitedSad;
  readonly sad8: LimitedSad;
  sad4(a: number, strideA: number, b: number, strideB: number, height: number): number;
  satd(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    width: number,
    height: number,
    limit: number,
  ): number;
  /** Energy of an 8x8 block of samples; see ac-energy.ts. */
  acEnergy(at: number, stride: number): number;
  /** 65536 times the variance of 16x16 samples; see variance.ts. */
  variance16(at: number, stride: number): number;
  /** Makes `searchWord`s of `count` bytes, a multiple of 16. */
  searchBlock(from: number, to: number, count: number): void;
  isNear(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    size: number,
    limit: number,
  ): number;
  /** See halve-rows.ts. */
  halveRows(from: number, stride: number, to: number, count: number): void;
  ssd(
    a: number,
    strideA: number,
    b: number,
    strideB: number,
    width: number,
    height: number,
  ): number;
  /** See intra-4x4-choice.ts. */
  chooseIntra4x4(
    source: number,
    sourceStride: number,
    predictions: number,
    usable: number,
    predicted: number,
    lambda: number,
    triesAll: number,
    costs: number,
  ): number;
  /**
   * Compares an 8x8 block with every block of a reference within a range; see full-search.ts.
   * @param source position of the block, of any alignment, as is `reference`, its place in the other plane
   * @param stride of both planes
   * @returns (SAD + |x| + |y|) · 2^13 + the vector's place in raster order: the least of all
   */
  fullSearch8(source: number, reference: number, stride: number, range: number): number;
}

/** The kernels of 8x8 blocks, which only the 8x8 transform needs. */
export interface Kernels8x8 {
  /**
   * Transforms and quantizes what a prediction leaves of an 8x8 block.
   * @param quantizer its index (residual-8x8.ts)
   * @param keepsCoefficients 1 if coefficients are wanted as the transform gives them, else 0: scaled for the way back
   * @param coefficients where the 64 coefficients go, 16 bits each, column after column. Without a nonzero level nothing is
   *   said of them
   * @param levels where the 64 levels go in scan order, 16 bits each; all 0 if none is left
   * @param masks where two words go that say which levels are nonzero, if any is
   * @returns 1 if any level is nonzero, else 0
   */
  quantize8x8(
    source: number,
    sourceStride: number,
    prediction: number,
    predictionStride: number,
    quantizer: number,
    keepsCoefficients: number,
    coefficients: number,
    levels: number,
    masks: number,
  ): number;
  /** Scales 64 levels in scan order to coefficients for the way back, clause 8.5.13.1. */
  scale8x8(quantizer: number, levels: number, coefficients: number): void;
  /** Adds the inverse transform of scaled coefficients, clause 8.5.13.2; the coefficients are overwritten. */
  add8x8(pos: number, stride: number, coefficients: number): void;
  /**
   * Predicts an 8x8 block in every mode whose neighbors are available, and measures the SATD of each. See `intra8x8Costs`.
   * @param hasAboveRight 1 or 0
   */
  intra8x8Costs(
    from: number,
    stride: number,
    available: number,
    hasAboveRight: number,
    source: number,
    sourceStride: number,
    to: number,
  ): void;
  /** SA8D of two 8x8 blocks; see sa8d.ts. */
  sa8d(a: number, strideA: number, b: number, strideB: number): number;
}

/** The kernels that choose levels by CABAC's bits. Their tables are those of plain/level-trellis.ts. */
export interface TrellisKernels {
  /**
   * Decides the levels of a 4x4 block, one of which is nonzero: the cheapest of those that stay, move one step toward zero or become 0.
   * @param table position of the table of the block's kind
   * @param first scan index of the first level: 1 for AC blocks, else 0
   * @param top scan index of the last level that is not 0
   * @param coefficients position of the coefficients before quantization, 16 bits each
   * @param levels position of the levels in scan order, 16 bits each; changed in place
   * @param flagInc ctxIdxInc of coded_block_flag, 0..3
   * @returns mask of the nonzero levels
   */
  decideLevels4x4(
    table: number,
    first: number,
    top: number,
    coefficients: number,
    levels: number,
    flagInc: number,
  ): number;
  /**
   * `decideLevels4x4` for the luma blocks of a macroblock, and their coefficients scaled for the way back where either of two blocks side
   * by side has levels before.
   * @param quantizer its index (quantize.ts)
   * @param coefficients, levels by luma4x4BlkIdx
   * @param masks position of their 16 masks, a word each, which are changed
   * @param around which blocks outside have levels: bits 0 to 3 to the left, from above, bits 4 to 7 above, from the left
   * @returns not 0 if any level is left
   */
  decideLuma(
    table: number,
    first: number,
    quantizer: number,
    coefficients: number,
    levels: number,
    masks: number,
    around: number,
  ): number;
  /**
   * The same as `decideLevels4x4` for an 8x8 block; with vectors no more than 32 of its levels may be other than 0.
   * @param masks where two words go that say which levels are nonzero
   * @returns 1 if any level is left, else 0
   */
  decideLevels8x8(
    table: number,
    top: number,
    coefficients: number,
    levels: number,
    masks: number,
  ): number;
}

/**
 * Searches of vectors from their start to their end, each told and telling in a record (motion-record.ts). They are there with vectors only:
 * elsewhere encoder/motion-search.ts and encoder/bi-search.ts do the same step by step.
 */
export interface MotionKernels {
  /** `MotionSearch.search`, `choose` and `refine`; `record` is a position. */
  searchMotion(record: number): void;
  chooseMotion(record: number): void;
  refineMotion(record: number): void;
  /** `BiSearch.refine`. */
  refineBiMotion(record: number): void;
}

/** All kernels, whichever encoder has them. */
export type AllKernels = Kernels & Kernels8x8 & TrellisKernels;

/** Names of the kernels that leave a number, and of those that leave none. */
export type KernelFunction = {
  [K in keyof AllKernels]: ReturnType<AllKernels[K]> extends void ? never : K;
}[keyof AllKernels];
export type KernelProcedure = Exclude<keyof AllKernels, KernelFunction>;

/** Bytes of a block of 16 coefficients or levels. */
export const BLOCK_BYTES = 32;

/** tC0 of a part of an edge that is not filtered (bS 0), in the bytes that `filterLumaEdge` and `filterChromaEdge` read. */
export const NOT_FILTERED = 255;
