/**
 * The innermost functions of residual coding, for one 4x4 block or for two side by side: difference, transform and
 * quantization in one, and the way back. Here as plain functions; vector/residual.ts gives the same bits.
 */
import { BLOCK_X, BLOCK_Y } from '../../standard/macroblock.ts';
import { addInverse4x4, addInverseDc4x4 } from '../../standard/transform.ts';
import { BLOCK_BYTES, type Kernels, type Quantize } from '../contract.ts';
import { sad4x4 } from './distortion.ts';
import { forwardDifference4x4 } from './forward-transform.ts';
import { type Quantizer, quantize4x4, scaleLevels } from './quantize.ts';

/** Kernels of residual coding. */
type ResidualKernels = Pick<
  Kernels,
  | 'quantizeBlock'
  | 'quantizePair'
  | 'quantizeLuma'
  | 'addBlock'
  | 'addPair'
  | 'addLuma'
  | 'addDcPair'
>;

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
