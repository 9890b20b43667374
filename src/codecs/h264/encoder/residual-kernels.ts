/**
 * The innermost functions of residual coding, for one 4x4 block or for two side by side: difference, transform and
 * quantization in one, and the way back. Here as plain functions; vector/residual.ts gives the same bits.
 */
import { BLOCK_X, BLOCK_Y } from '../standard/macroblock.ts';
import { addInverse4x4, addInverseDc4x4 } from '../standard/transform.ts';
import { sad4x4 } from './distortion.ts';
import { forwardDifference4x4 } from './forward-transform.ts';
import { type Quantizer, quantize4x4, scaleLevels } from './quantize.ts';

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
type Quantize = (
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

/** Positions are in bytes of the encoder's memory, those of samples multiples of 4 as are the strides. */
export interface ResidualKernels {
  /** Of a 4x4 block. */
  readonly quantizeBlock: Quantize;
  /** Of two blocks side by side, as if they were one: the mask of the right one in the upper 16 bits. */
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
}

/** Bytes of a block of 16 coefficients or levels. */
export const BLOCK_BYTES = 32;

/** The plain functions over a memory; `quantizers` by index. */
export function plainResidualKernels(
  words: Int32Array,
  halves: Int16Array,
  clamped: Uint8ClampedArray,
  quantizers: readonly Quantizer[],
): ResidualKernels {
  const quantize =
    (count: number): Quantize =>
    (source, strideA, prediction, strideB, index, first, keeps, coefficientsAt, levelsAt) => {
      const quantizer = quantizers[index];
      const coefficients = coefficientsAt >> 1;
      const levels = levelsAt >> 1;
      const triesSad = first + keeps === 0;
      let masks = 0;
      for (let i = 0; i < count; i++) {
        const a = source + 4 * i;
        const b = prediction + 4 * i;
        if (triesSad && sad4x4(words, a, strideA, b, strideB) <= quantizer.emptySad) continue;
        const at = coefficients + 16 * i;
        forwardDifference4x4(words, a, strideA, b, strideB, halves, at);
        const mask = quantize4x4(quantizer, halves, at, halves, levels + 16 * i, first);
        masks |= mask << (16 * i);
      }
      if (masks === 0) return 0;
      for (let i = 0; i < count; i++) {
        const at = coefficients + 16 * i;
        const levelAt = levels + 16 * i;
        const mask = (masks >>> (16 * i)) & 0xffff;
        if (mask === 0) halves.fill(0, levelAt, levelAt + 16);
        if (keeps === 0) scaleLevels(quantizer, halves, levelAt, mask, halves, at, first);
      }
      return masks;
    };
  const quantizePair = quantize(2);
  const addPair = (pos: number, stride: number, coefficients: number) => {
    addInverse4x4(clamped, pos, stride, halves, coefficients >> 1);
    addInverse4x4(clamped, pos + 4, stride, halves, (coefficients + BLOCK_BYTES) >> 1);
  };
  return {
    quantizeBlock: quantize(1),
    quantizePair,
    quantizeLuma: (
      source,
      strideA,
      prediction,
      strideB,
      index,
      first,
      keeps,
      to,
      levels,
      masks,
    ) => {
      let any = 0;
      for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
        const a = source + 4 * (BLOCK_Y[blkIdx] * strideA + BLOCK_X[blkIdx]);
        const b = prediction + 4 * (BLOCK_Y[blkIdx] * strideB + BLOCK_X[blkIdx]);
        const coefficients = to + BLOCK_BYTES * blkIdx;
        const levelsTo = levels + BLOCK_BYTES * blkIdx;
        const both = quantizePair(
          a,
          strideA,
          b,
          strideB,
          index,
          first,
          keeps,
          coefficients,
          levelsTo,
        );
        words[(masks >> 2) + blkIdx] = both & 0xffff;
        words[(masks >> 2) + blkIdx + 1] = both >>> 16;
        any |= both;
      }
      return any;
    },
    addLuma: (pos, stride, coefficients, masks) => {
      for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
        if ((words[(masks >> 2) + blkIdx] | words[(masks >> 2) + blkIdx + 1]) === 0) continue;
        const at = pos + 4 * (BLOCK_Y[blkIdx] * stride + BLOCK_X[blkIdx]);
        addPair(at, stride, coefficients + BLOCK_BYTES * blkIdx);
      }
    },
    addBlock: (pos, stride, coefficients) =>
      addInverse4x4(clamped, pos, stride, halves, coefficients >> 1),
    addPair,
    addDcPair: (pos, stride, dcLeft, dcRight) => {
      addInverseDc4x4(clamped, pos, stride, dcLeft);
      addInverseDc4x4(clamped, pos + 4, stride, dcRight);
    },
  };
}
