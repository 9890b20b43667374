/**
 * The innermost functions of prediction and deblocking, over the one memory of an encoder: what they compute the standard
 * fixes, how is one of two ways. The plain functions of this folder are the first; those of `../vector`, where the engine
 * has vector instructions, give the same bits.
 */
import {
  filterChromaEdge,
  filterChromaEdgeStrong,
  filterLumaEdge,
  filterLumaEdgeStrong,
} from './deblock-samples.ts';
import {
  averageBlocks,
  copyBlock,
  interpolateB,
  interpolateH,
  interpolateJ,
  predictChromaWords,
} from './interpolation-words.ts';

/** Positions and strides are in bytes. */
export interface SampleKernels {
  /** Copies a block; `from` is any position, `to` and the strides multiples of 4. See `copyBlock`. */
  copyBlock(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    width: number,
    height: number,
  ): void;
  /** Means of two blocks, clause 8.4.2.2.1. See `averageBlocks`. */
  averageBlocks(
    a: number,
    b: number,
    stride: number,
    to: number,
    toStride: number,
    width: number,
    height: number,
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
}

/** The plain functions over a memory, clauses 8.4.2.2 and 8.7.2. */
export function plainSampleKernels(
  bytes: Uint8Array,
  clamped: Uint8ClampedArray,
  words: Int32Array,
): SampleKernels {
  return {
    copyBlock: (from, fromStride, to, toStride, width, height) =>
      copyBlock(words, from, fromStride, to, toStride, width, height),
    averageBlocks: (a, b, stride, to, toStride, width, height) =>
      averageBlocks(words, a, b, stride, to, toStride, width, height),
    interpolateB: (pos, stride, planeSize) => interpolateB(words, pos, stride, planeSize),
    interpolateH: (pos, stride, planeSize) => interpolateH(words, pos, stride, planeSize),
    interpolateJ: (pos, stride, planeSize) => interpolateJ(words, clamped, pos, stride, planeSize),
    predictChroma: (from, stride, xFrac, yFrac, width, height, to, toStride) =>
      predictChromaWords(words, from, stride, xFrac, yFrac, width, height, to, toStride),
    filterLumaEdge: (pos, stride, verticalEdgeFlag, alpha, beta, tC0s) =>
      filterLumaEdge(bytes, pos, stride, verticalEdgeFlag, alpha, beta, tC0s),
    filterLumaEdgeStrong: (pos, stride, verticalEdgeFlag, alpha, beta) =>
      filterLumaEdgeStrong(bytes, pos, stride, verticalEdgeFlag, alpha, beta),
    filterChromaEdge: (cb, cr, stride, verticalEdgeFlag, alpha, beta, tC0s) =>
      filterChromaEdge(bytes, cb, cr, stride, verticalEdgeFlag, alpha, beta, tC0s),
    filterChromaEdgeStrong: (cb, cr, stride, verticalEdgeFlag, alpha, beta) =>
      filterChromaEdgeStrong(bytes, cb, cr, stride, verticalEdgeFlag, alpha, beta),
  };
}
