/**
 * Rate-distortion optimized quantization: which levels are worth their bits. Not normative.
 *
 * Choice: from the last level of the scan down, each level may move one step toward zero, and the block may become empty,
 * whenever distortion + lambda·bits falls; bits are those of the exact CAVLC code of the block. Source: the idea of RDOQ
 * (Karczewicz, Ye and Chong, ITU-T VCEG-AH21), greedy instead of a trellis since CAVLC's context is the block as a whole.
 *
 * Five clips, 12 pictures, Baseline, slow, QP 22..37: without decisions 6.1 % more bits at equal PSNR. All ways of up to five levels of a
 * block to stay, to move a step or to vanish, tried one by one, would save 0.16 % more (-0.56 to +0.09 %): there is nothing left for a search
 * through a graph. Lambda 1.2 times as large costs 0.2 %, 1.4 times 1.1 %; without dropping isolated levels afterwards it is 1.8 % more.
 */

import type { Quantizer } from '../kernels/plain/quantize.ts';
import type { Quantizer8x8 } from '../kernels/plain/residual-8x8.ts';
import { residualBlockBits } from '../standard/cavlc.ts';
import type { CoefficientGrid } from '../standard/coefficient-grid.ts';
import { ZIGZAG } from '../standard/macroblock.ts';
import { LAMBDA_SSD } from './lambda.ts';

/** 1 / squared norm of the forward transform's basis by scan index: coefficients back to squared samples. */
export const INVERSE_NORM: Float64Array = /* @__PURE__ */ Float64Array.from(
  { length: 16 },
  (_, i) => {
    const position = ZIGZAG[i];
    const odd = (position & 1) + ((position >> 2) & 1);
    return odd === 0 ? 1 / 16 : odd === 1 ? 1 / 40 : 1 / 100;
  },
);

/**
 * Choice: a step toward zero that costs more than this many bits is not tried. Of 600,000 steps taken on one clip, 2,000 saved
 * more; a sixth of all trials fall away.
 */
const MOST_SAVED_BITS = 8;

/**
 * Improves the levels of a block.
 * @param original the coefficients before quantization, raster order, 16 from `start`
 * @param levels levels in scan order, from there too, nonzero where `mask` says; changed in place
 * @param first 0, or 1 for AC blocks, whose code starts at scan index 1
 * @param nC as cavlc.ts
 * @param lambda for squared errors
 * @returns the new mask
 */
export function decideLevels(
  quantizer: Quantizer,
  original: Int16Array,
  levels: Int16Array,
  start: number,
  mask: number,
  first: number,
  nC: number,
  lambda: number,
): number {
  const { step } = quantizer;
  const from = start + first;
  const count = 16 - first;
  let bits = residualBlockBits(levels, from, mask >> first, count, nC);
  let zeroing = 0;
  let rest = mask;
  while (rest !== 0) {
    const i = 31 - Math.clz32(rest);
    rest ^= 1 << i;
    const level = levels[start + i];
    const lower = level > 0 ? level - 1 : level + 1;
    const c = original[start + ZIGZAG[i]];
    const error = c - level * step[i];
    const lowerError = c - lower * step[i];
    const norm = INVERSE_NORM[i];
    const loss = (lowerError * lowerError - error * error) * norm;
    if (loss > lambda * MOST_SAVED_BITS) {
      zeroing += (c * c - error * error) * norm;
      continue;
    }
    const newMask = lower === 0 ? mask ^ (1 << i) : mask;
    levels[start + i] = lower;
    const newBits = residualBlockBits(levels, from, newMask >> first, count, nC);
    if (loss + lambda * (newBits - bits) < 0) {
      mask = newMask;
      bits = newBits;
      if (lower !== 0) zeroing += (c * c - lowerError * lowerError) * norm;
    } else {
      levels[start + i] = level;
      zeroing += (c * c - error * error) * norm;
    }
  }
  if (mask !== 0) {
    const emptyBits = residualBlockBits(levels, from, 0, count, nC);
    if (zeroing + lambda * (emptyBits - bits) < 0) return 0;
  }
  return mask;
}

/** Decides the levels of the 4x4 blocks of an encoder, for its entropy coding. DC levels that are coded by themselves are not decided. */
export interface LevelDecider {
  /** Another macroblock begins. */
  startMacroblock(): void;
  /**
   * @param original coefficients before quantization, raster order, at the place of the levels
   * @param levels of the block from 16·`block`, nonzero where `mask` says; changed in place
   * @param first 0, or 1 for AC blocks
   * @param at, stride the block's place in the grid of total_coeff
   * @returns the new mask
   */
  decide(
    quantizer: Quantizer,
    original: Int16Array,
    levels: Int16Array,
    block: number,
    mask: number,
    first: number,
    at: number,
    stride: number,
  ): number;
  /**
   * A picture begins.
   * @param isIntra whether of I slices
   * @param grain 0..1 (grain.ts)
   */
  startPicture(isIntra: boolean, grain: number): void;
  /** Whether the blocks that follow are of an intra macroblock. */
  isIntra: boolean;
  /**
   * The same for all luma blocks of a macroblock, by the grid of total_coeff around it; null where they are decided one by one.
   * @param coefficients, levels, masks positions in memory, in bytes; the masks are changed, the coefficients scaled for the way back
   * @returns whether a level is left
   */
  decideLuma:
    | ((
        quantizer: Quantizer,
        first: number,
        coefficients: number,
        levels: number,
        masks: number,
      ) => boolean)
    | null;
  /**
   * Decides the levels of an 8x8 block; null where nothing decides levels of 8x8 blocks.
   * @param coefficients, levels, masks positions in memory, in bytes: coefficients before quantization by column, levels in scan
   *   order, and their two masks, which are changed
   * @returns whether a level is left
   */
  readonly decide8x8:
    | ((quantizer: Quantizer8x8, coefficients: number, levels: number, masks: number) => boolean)
    | null;
}

/** Levels by CAVLC's bits; `grid` is that of the macroblock. */
export function cavlcLevelDecider(grid: CoefficientGrid): LevelDecider {
  return {
    startPicture: () => {},
    startMacroblock: () => {},
    isIntra: false,
    decideLuma: null,
    decide8x8: null,
    decide: (quantizer, original, levels, block, mask, first, at, stride) => {
      const start = 16 * block;
      const lambda = LAMBDA_SSD[quantizer.qp];
      const nC = grid.nC(at, stride);
      return decideLevels(quantizer, original, levels, start, mask, first, nC, lambda);
    },
  };
}
