/** The plain kernels of an encoder's memory: each function of this folder over the views that it needs. */
import { predictIntra4x4 } from '../../standard/intra-4x4.ts';
import {
  predictHorizontal,
  predictPlane16x16,
  predictPlaneChroma,
} from '../../standard/intra-16x16.ts';
import type { Kernels } from '../contract.ts';
import { acEnergy } from './ac-energy.ts';
import {
  filterChromaEdge,
  filterChromaEdgeStrong,
  filterLumaEdge,
  filterLumaEdgeStrong,
} from './deblock-samples.ts';
import { isNear, sad4, sad8, sad16, satd, searchWord, ssd } from './distortion.ts';
import { fullSearch8 } from './full-search.ts';
import { halveRows } from './halve-rows.ts';
import {
  averageBlocks,
  copyBlock,
  interpolateB,
  interpolateH,
  interpolateJ,
  predictChromaWords,
  VERTICAL_SUMS,
} from './interpolation-words.ts';
import { chooseIntra4x4 } from './intra-4x4-choice.ts';
import type { Quantizer } from './quantize.ts';
import { plainResidualKernels } from './residual.ts';
import { variance16 } from './variance.ts';
import { weightBlocks } from './weight-blocks.ts';

/** The views of one memory. */
export interface KernelViews {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly words: Int32Array;
  readonly halves: Int16Array;
}

/** Kernels of prediction and deblocking, which a decoder would share. */
type PredictionKernels = Pick<
  Kernels,
  | 'copyBlock'
  | 'averageBlocks'
  | 'weightBlocks'
  | 'interpolateB'
  | 'interpolateH'
  | 'interpolateJ'
  | 'predictChroma'
  | 'filterLumaEdge'
  | 'filterLumaEdgeStrong'
  | 'filterChromaEdge'
  | 'filterChromaEdgeStrong'
  | 'predictIntra4x4'
  | 'predictHorizontal'
  | 'predictPlane'
>;

/** The kernels over a memory; quantizers by index. */
export function plainKernels(views: KernelViews, quantizers: readonly Quantizer[]): Kernels {
  const { bytes, words, halves, clamped } = views;
  const scratch = new Int32Array(16);
  return {
    ...predictionKernels(views),
    ...plainResidualKernels(words, halves, clamped, quantizers),
    sad16: (a, strideA, b, strideB, height, limit) =>
      sad16(words, a, strideA, b, strideB, height, limit),
    sad8: (a, strideA, b, strideB, height, limit) =>
      sad8(words, a, strideA, b, strideB, height, limit),
    sad4: (a, strideA, b, strideB, height) => sad4(words, a, strideA, b, strideB, height),
    satd: (a, strideA, b, strideB, width, height, limit) =>
      satd(words, a, strideA, b, strideB, width, height, limit),
    variance16: (at, stride) => variance16(bytes, at, stride),
    acEnergy: (at, stride) => acEnergy(bytes, at, stride, scratch),
    searchBlock: (from, to, count) => {
      const end = (from + count) >> 2;
      for (let a = from >> 2, b = to >> 2; a < end; a++, b++) words[b] = searchWord(words[a]);
    },
    isNear: (a, strideA, b, strideB, size, limit) =>
      isNear(words, a, strideA, b, strideB, size, limit),
    halveRows: (from, stride, to, count) => halveRows(bytes, from, stride, to, count),
    fullSearch8: (source, reference, stride, range) =>
      fullSearch8(bytes, source, reference, stride, range),
    ssd: (a, strideA, b, strideB, width, height) =>
      ssd(bytes, a, strideA, b, strideB, width, height),
    chooseIntra4x4: chooseIntra4x4.bind(null, words),
  };
}

function predictionKernels({ bytes, clamped, words }: KernelViews): PredictionKernels {
  const vertical = new Int32Array(VERTICAL_SUMS);
  return {
    copyBlock: (from, fromStride, to, toStride, width, height) =>
      copyBlock(words, from, fromStride, to, toStride, width, height),
    averageBlocks: (a, b, stride, to, toStride, width, height) =>
      averageBlocks(words, a, b, stride, to, toStride, width, height),
    weightBlocks: weightBlocks.bind(null, clamped),
    interpolateB: (pos, stride, planeSize) => interpolateB(words, pos, stride, planeSize),
    interpolateH: (pos, stride, planeSize) => interpolateH(words, pos, stride, planeSize),
    interpolateJ: (pos, stride, planeSize) =>
      interpolateJ(words, clamped, pos, stride, planeSize, vertical),
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

    predictIntra4x4: (from, stride, to, available, hasAboveRight) =>
      predictIntra4x4(bytes, words, from, stride, to >> 2, available, hasAboveRight !== 0),
    predictHorizontal: (from, fromStride, to, toStride, size) =>
      predictHorizontal(bytes, words, from, fromStride, to, toStride, size),
    predictPlane: (from, fromStride, to, toStride, size) => {
      if (size === 16) predictPlane16x16(bytes, from, fromStride, to, toStride);
      else predictPlaneChroma(bytes, from, fromStride, to, toStride);
    },
  };
}
