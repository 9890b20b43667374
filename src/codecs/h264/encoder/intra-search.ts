/**
 * Intra mode decision by SATD + lambda·bits of the mode. Intra_4x4 blocks are coded as they are decided, since each
 * predicts from the reconstruction of those before.
 */
import { seBits, ueBits } from '../../../bits/syntax-writer.ts';
import { modeBitsCost } from '../kernels/plain/intra-4x4-choice.ts';
import { INTRA_4X4_DC, INTRA_4X4_NEEDS, INTRA_4X4_WORDS } from '../standard/intra-4x4.ts';
import {
  INTRA_16X16_DC,
  INTRA_16X16_HORIZONTAL,
  INTRA_16X16_PLANE,
  INTRA_16X16_VERTICAL,
  INTRA_CHROMA_DC,
  INTRA_CHROMA_HORIZONTAL,
  INTRA_CHROMA_PLANE,
  INTRA_CHROMA_VERTICAL,
  predictDc16x16,
  predictDcChroma,
} from '../standard/intra-16x16.ts';
import { BLOCK_X, BLOCK_Y, I_4X4, I_16X16 } from '../standard/macroblock.ts';
import { GRID_ORIGIN, GRID_STRIDE } from '../standard/motion-prediction.ts';
import type { Candidate } from './candidate.ts';
import { type MacroblockContext, MODE_UNAVAILABLE } from './macroblock-context.ts';
import {
  BLOCK_STRIDE,
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
  SOURCE_CB,
  SOURCE_CR,
  SOURCE_STRIDE,
} from './memory.ts';
import type { ResidualCoder } from './residual.ts';

/**
 * Whether the rows of an Intra_16x16 prediction are all alike: one of them is enough, compared and copied with stride 0.
 */
export function repeatsRow(mode: number): boolean {
  return mode === INTRA_16X16_VERTICAL || mode === INTRA_16X16_DC;
}

/**
 * Makes the Intra_16x16 prediction of `mode`; the neighbors it needs are around `from`.
 * @returns where it is: rows of BLOCK_STRIDE in a scratch block of the mode, or one row (`repeatsRow`)
 */
export function predict16x16(context: MacroblockContext, from: number, mode: number): number {
  if (mode === INTRA_16X16_VERTICAL) return from - RECON_STRIDE;
  const { bytes, words, kernels, blocks } = context.memory;
  const to = blocks[mode];
  if (mode === INTRA_16X16_HORIZONTAL) {
    kernels.predictHorizontal(from, RECON_STRIDE, to, BLOCK_STRIDE, 16);
  } else if (mode === INTRA_16X16_DC) {
    predictDc16x16(bytes, words, from, RECON_STRIDE, to, context.intraA, context.intraB);
  } else {
    kernels.predictPlane(from, RECON_STRIDE, to, BLOCK_STRIDE, 16);
  }
  return to;
}

/** Whether the neighbors that an Intra_16x16 mode reads are available. */
function canPredict16x16(context: MacroblockContext, mode: number): boolean {
  if (mode === INTRA_16X16_VERTICAL) return context.intraB;
  if (mode === INTRA_16X16_HORIZONTAL) return context.intraA;
  if (mode === INTRA_16X16_PLANE) return context.intraA && context.intraB && context.intraD;
  return true;
}

/**
 * Chooses Intra16x16PredMode and leaves the prediction in the candidate's reconstruction block, whose edges hold the
 * neighbors. Sets the candidate's type, mode and cost (luma only, with mb_type's bits).
 * @param limit costs from here on need not be exact
 * @returns whether a mode costs less than `limit`; nothing is set otherwise
 */
export function searchIntra16x16(
  context: MacroblockContext,
  candidate: Candidate,
  lambda: number,
  mbTypeOffset: number,
  limit: number,
): boolean {
  const { kernels, source } = context.memory;
  const from = candidate.recon + RECON_LUMA;
  let best = -1;
  let bestAt = 0;
  let bestCost = limit;
  for (let mode = 0; mode < 4; mode++) {
    if (!canPredict16x16(context, mode)) continue;
    if (mode === INTRA_16X16_PLANE && best < 0) break;
    const bits = lambda * ueBits(mbTypeOffset + 1 + mode);
    const at = predict16x16(context, from, mode);
    const stride = repeatsRow(mode) ? 0 : BLOCK_STRIDE;
    const cost = bits + kernels.satd(source, SOURCE_STRIDE, at, stride, 16, 16, bestCost - bits);
    if (cost < bestCost) {
      bestCost = cost;
      best = mode;
      bestAt = at;
    }
  }
  if (best < 0) return false;
  const bestStride = repeatsRow(best) ? 0 : BLOCK_STRIDE;
  kernels.copyBlock(bestAt, bestStride, from, RECON_STRIDE, 16, 16);
  candidate.syntax.mbType = I_16X16;
  candidate.syntax.transform_size_8x8_flag = 0;
  candidate.syntax.intra16x16PredMode = best;
  candidate.cost = bestCost;
  return true;
}

/** From the Cb to the Cr samples of a row, in the source scratch block and in predictions of chroma. */
export const TO_CR = SOURCE_CR - SOURCE_CB;

/** Whether the neighbors that a chroma mode reads are available. */
function canPredictChroma(context: MacroblockContext, mode: number): boolean {
  if (mode === INTRA_CHROMA_VERTICAL) return context.intraB;
  if (mode === INTRA_CHROMA_HORIZONTAL) return context.intraA;
  if (mode === INTRA_CHROMA_PLANE) return context.intraA && context.intraB && context.intraD;
  return true;
}

/**
 * Writes the prediction of `mode` for both chroma planes, side by side as in the source scratch block: rows of BLOCK_STRIDE
 * at `to`, but of Vertical only the first. The neighbors are those in the reconstruction block.
 */
export function predictChroma(
  context: MacroblockContext,
  recon: number,
  to: number,
  mode: number,
): void {
  const { bytes, words, kernels } = context.memory;
  for (let plane = 0; plane < 2; plane++) {
    const from = recon + (plane === 0 ? RECON_CB : RECON_CR);
    const at = to + plane * TO_CR;
    if (mode === INTRA_CHROMA_VERTICAL) {
      const above = (from - RECON_STRIDE) >> 2;
      words[at >> 2] = words[above];
      words[(at >> 2) + 1] = words[above + 1];
    } else if (mode === INTRA_CHROMA_HORIZONTAL) {
      kernels.predictHorizontal(from, RECON_STRIDE, at, BLOCK_STRIDE, 8);
    } else if (mode === INTRA_CHROMA_DC) {
      const { intraA, intraB } = context;
      predictDcChroma(bytes, words, from, RECON_STRIDE, at, BLOCK_STRIDE, intraA, intraB);
    } else {
      kernels.predictPlane(from, RECON_STRIDE, at, BLOCK_STRIDE, 8);
    }
  }
}

/**
 * Chooses intra_chroma_pred_mode, for any intra candidate of the macroblock.
 * @param recon a reconstruction block whose edges hold the neighbors
 * @returns the mode; its prediction is in scratch, for `placeIntraChroma`
 */
export function searchIntraChroma(
  context: MacroblockContext,
  recon: number,
  lambda: number,
): number {
  const { kernels, source, blocks } = context.memory;
  let best = INTRA_CHROMA_DC;
  let bestCost = 0x7fffffff;
  for (let mode = 0; mode < 4; mode++) {
    if (!canPredictChroma(context, mode)) continue;
    const at = blocks[mode];
    predictChroma(context, recon, at, mode);
    const stride = mode === INTRA_CHROMA_VERTICAL ? 0 : BLOCK_STRIDE;
    const bits = lambda * ueBits(mode);
    const limit = bestCost - bits;
    const cost = bits + kernels.satd(source + SOURCE_CB, SOURCE_STRIDE, at, stride, 16, 8, limit);
    if (cost < bestCost) {
      bestCost = cost;
      best = mode;
    }
  }
  return best;
}

/** Gives a candidate the mode that `searchIntraChroma` has just chosen, and its prediction. */
export function placeIntraChroma(
  context: MacroblockContext,
  candidate: Candidate,
  mode: number,
): void {
  const { kernels, blocks } = context.memory;
  const { recon, syntax } = candidate;
  const stride = mode === INTRA_CHROMA_VERTICAL ? 0 : BLOCK_STRIDE;
  kernels.copyBlock(blocks[mode], stride, recon + RECON_CB, RECON_STRIDE, 8, 8);
  kernels.copyBlock(blocks[mode] + TO_CR, stride, recon + RECON_CR, RECON_STRIDE, 8, 8);
  syntax.intra_chroma_pred_mode = mode;
}

/** Blocks whose samples above right are later in decoding order or outside, by luma4x4BlkIdx: bits 3, 7, 11, 13, 15. */
const NO_ABOVE_RIGHT = (1 << 3) | (1 << 7) | (1 << 11) | (1 << 13) | (1 << 15);

/** Whether E..H of clause 8.3.1.2 may be read for a block. Block 5 looks into macroblock C, 0, 1 and 4 into B. */
export function hasAboveRight(context: MacroblockContext, blkIdx: number): boolean {
  if ((NO_ABOVE_RIGHT >> blkIdx) & 1) return false;
  if (blkIdx === 5) return context.intraC;
  return BLOCK_Y[blkIdx] > 0 || context.intraB;
}

/** Modes whose neighbors are available, as a mask: neighbors (bits as in INTRA_4X4_NEEDS) => modes. */
const AVAILABLE_MODES: Uint16Array = /* @__PURE__ */ Uint16Array.from({ length: 8 }, (_, has) =>
  INTRA_4X4_NEEDS.reduce((mask, needed, mode) => mask | ((needed & ~has) === 0 ? 1 << mode : 0), 0),
);

/** predIntra4x4PredMode or predIntra8x8PredMode, clauses 8.3.1.1 and 8.3.2.1; `grid`: place of the block's first 4x4 block. */
export function predictedMode(around: Int8Array, grid: number): number {
  const left = around[grid - 1];
  const above = around[grid - GRID_STRIDE];
  if (left === MODE_UNAVAILABLE || above === MODE_UNAVAILABLE) return INTRA_4X4_DC;
  return left < above ? left : above;
}

/** mb_type of intra macroblocks starts here in B slices (Table 7-14). */
export const INTRA_TYPES_IN_B = 23;

/** The terms of a search for modes of 4x4 or 8x8 blocks. */
export interface IntraTerms {
  readonly qp: number;
  readonly lambda: number;
  /** Number of the mb_type values before those of intra macroblocks, by the type of the slice. */
  readonly mbTypeOffset: number;
  /** Cost above which the macroblock is given up. */
  readonly limit: number;
  /** Whether all nine modes are tried for every block. */
  readonly allModes: boolean;
}

/** Bytes from the prediction of one mode to that of the next. */
export const MODE_SIZE = 4 * INTRA_4X4_WORDS;

/** Where `chooseIntra4x4` writes, behind the predictions of all modes in the first scratch block. */
const COSTS_AT = MODE_SIZE * INTRA_4X4_NEEDS.length;

/** Neighbors of a 4x4 block that may be read: bits as in INTRA_4X4_NEEDS. `x`, `y`: its place in the macroblock, in blocks. */
export function availableAround(context: MacroblockContext, x: number, y: number): number {
  const hasLeft = x > 0 || context.intraA;
  const hasAbove = y > 0 || context.intraB;
  const hasCorner =
    x > 0 ? (y > 0 ? true : context.intraB) : y > 0 ? context.intraA : context.intraD;
  return (hasLeft ? 1 : 0) | (hasAbove ? 2 : 0) | (hasCorner ? 4 : 0);
}

/**
 * Chooses the modes of the 16 blocks and codes them, in the candidate's reconstruction block. Stops when the cost is
 * above the limit. The bit of mb_qp_delta is added afterwards: the candidate that goes through may cost one lambda more than the
 * limit, as about three streams in a thousand show.
 * @returns whether it went through; cost, modes, levels and the luma CBP are then set
 */
export function searchIntra4x4(
  context: MacroblockContext,
  candidate: Candidate,
  coder: ResidualCoder,
  terms: IntraTerms,
): boolean {
  const { qp, lambda, mbTypeOffset, limit } = terms;
  const { memory, intraModes: around } = context;
  const { words, kernels, source } = memory;
  const { syntax } = candidate;
  const recon = candidate.recon + RECON_LUMA;
  const trial = memory.blocks[0];
  const costs = trial + COSTS_AT;
  const triesAll = terms.allModes ? 1 : 0;
  // Choice: in P pictures, where inter sets the limit, the rest of the macroblock is expected to be like the 8x8 blocks so
  // far; a quarter of the limit is allowed for chance. BD-rate of four clips at superfast: +0.03 %.
  const gaugesCost = mbTypeOffset === INTRA_TYPES_IN_B || (!terms.allModes && mbTypeOffset > 0);
  let cost = lambda * ueBits(mbTypeOffset);
  let pattern = 0;
  for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
    const x = BLOCK_X[blkIdx];
    const y = BLOCK_Y[blkIdx];
    const grid = GRID_ORIGIN + GRID_STRIDE * y + x;
    const predicted = predictedMode(around, grid);
    const available = availableAround(context, x, y);
    const aboveRight = hasAboveRight(context, blkIdx) ? 1 : 0;
    const at = recon + 4 * (y * RECON_STRIDE + x);
    const sourceAt = source + 4 * (y * SOURCE_STRIDE + x);
    kernels.predictIntra4x4(at, RECON_STRIDE, trial, available, aboveRight);
    const best = kernels.chooseIntra4x4(
      sourceAt,
      SOURCE_STRIDE,
      trial,
      AVAILABLE_MODES[available],
      predicted,
      lambda,
      triesAll,
      costs,
    );
    cost += words[(costs >> 2) + best] + modeBitsCost(best, predicted, lambda);
    if (cost > limit) return false;
    if (gaugesCost && (blkIdx & 3) === 3 && 16 * cost > limit * (blkIdx + 5)) return false;
    around[grid] = best;
    syntax.intra4x4PredMode[blkIdx] = best;
    syntax.predIntra4x4PredMode[blkIdx] = predicted;
    const rows = (trial + MODE_SIZE * best) >> 2;
    for (let row = 0; row < 4; row++) {
      words[(at + row * RECON_STRIDE) >> 2] = words[rows + row];
    }
    coder.codeIntra4x4(candidate, blkIdx, qp);
    if (syntax.masks[blkIdx] !== 0) pattern |= 1 << (blkIdx >> 2);
  }
  syntax.mbType = I_4X4;
  syntax.transform_size_8x8_flag = 0;
  syntax.coded_block_pattern = (syntax.coded_block_pattern & 0x30) | pattern;
  candidate.cost = cost + lambda * seBits(0);
  return true;
}
