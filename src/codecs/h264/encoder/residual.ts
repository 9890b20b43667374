/**
 * From prediction to levels to reconstruction: transform, quantization and the way back for the parts of a macroblock. The
 * prediction lies in the candidate's reconstruction block, where the residual is added in place.
 */

import { countBits } from '../standard/cavlc.ts';
import {
  BLOCK_X,
  BLOCK_Y,
  CB_BLOCKS,
  CB_DC_BLOCK,
  CR_BLOCKS,
  CR_DC_BLOCK,
  LUMA_DC_BLOCK,
  ZIGZAG,
} from '../standard/macroblock.ts';
import {
  CB_TOTALS,
  CHROMA_TOTALS_STRIDE,
  type CoefficientGrid,
  CR_TOTALS,
  LUMA_TOTALS,
  LUMA_TOTALS_STRIDE,
} from '../standard/macroblock-syntax.ts';
import { chromaQp, LEVEL_SCALE } from '../standard/scaling.ts';
import {
  addInverse4x4,
  addInverseDc4x4,
  inverseChromaDc,
  inverseLumaDc,
} from '../standard/transform.ts';
import type { Candidate } from './candidate.ts';
import { sad4x4 } from './distortion.ts';
import { forwardChromaDc, forwardDifference4x4, forwardLumaDc } from './forward-transform.ts';
import { LAMBDA_SSD } from './lambda.ts';
import { decideLevels } from './level-decision.ts';
import {
  type EncoderMemory,
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
  SOURCE_CB,
  SOURCE_CR,
  SOURCE_STRIDE,
} from './memory.ts';
import {
  createQuantizer,
  type Quantizer,
  quantize4x4,
  quantizeDc,
  scaleLevels,
} from './quantize.ts';

/**
 * Dead-zone rounding, in steps. Inter: between the reference model's 1/6 and 1/3; against 1/6, five clips, QP 22..37,
 * BD-rate -0.9 % at superfast and -0.7 % at veryfast.
 */
const INTRA_ROUNDING = 1 / 3;
const INTER_ROUNDING = 0.23;
/** Rounding where `decideLevels` follows, which only moves levels toward zero. */
const FULL_ROUNDING = 1 / 2;

/**
 * Choice: drop isolated ones. A block of few levels ±1 costs more bits than its samples gain. Each ±1 scores by the zeros
 * before it in the scan, a larger level ends the matter; an 8x8 block below LUMA_8X8_SCORE, a macroblock below
 * LUMA_SCORE, chroma AC below CHROMA_SCORE are zeroed. Source: the reference model (JVT-B118 and its coefficient costs).
 */
// biome-ignore format: zeros before the level => score
const RUN_SCORE: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  3, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const LARGE_LEVEL_SCORE = 9;
const LUMA_8X8_SCORE = 4;
const LUMA_SCORE = 6;
const CHROMA_SCORE = 5;

function isolationScore(levels: Int32Array, start: number, mask: number, first: number): number {
  let score = 0;
  let rest = mask;
  while (rest !== 0) {
    const index = 31 - Math.clz32(rest);
    const level = levels[start + index];
    if (level > 1 || level < -1) return LARGE_LEVEL_SCORE;
    rest ^= 1 << index;
    const previous = rest === 0 ? first - 1 : 31 - Math.clz32(rest);
    score += RUN_SCORE[index - previous - 1];
  }
  return score;
}

/** Transforms, quantizes and reconstructs the macroblocks of one encoder. */
export class ResidualCoder {
  private readonly memory: EncoderMemory;
  private readonly intra: Quantizer[] = [];
  private readonly inter: Quantizer[] = [];
  private readonly full: Quantizer[] = [];
  private readonly qpC = new Uint8Array(52);
  private readonly grid: CoefficientGrid;
  private readonly decidesLevels: boolean;
  private readonly original: Int32Array = new Int32Array(16);
  /** Coefficients of 16 luma blocks, then 4 Cb and 4 Cr. */
  private readonly coefficients: Int32Array = new Int32Array(24 * 16);
  private readonly dc: Int32Array = new Int32Array(16);

  /** `grid`: total_coeff around the macroblock; `decidesLevels`: optimize levels by rate and distortion. */
  constructor(
    memory: EncoderMemory,
    grid: CoefficientGrid,
    chroma_qp_index_offset: number,
    decidesLevels: boolean,
  ) {
    this.memory = memory;
    this.grid = grid;
    this.decidesLevels = decidesLevels;
    for (let qp = 0; qp < 52; qp++) {
      this.intra.push(createQuantizer(qp, INTRA_ROUNDING, LEVEL_SCALE));
      this.inter.push(createQuantizer(qp, INTER_ROUNDING, LEVEL_SCALE));
      this.full.push(createQuantizer(qp, FULL_ROUNDING, LEVEL_SCALE));
      this.qpC[qp] = chromaQp(qp, chroma_qp_index_offset);
    }
  }

  /** Transforms what one luma block's prediction, in the reconstruction block `recon`, leaves of the source. */
  private transformLuma(recon: number, blkIdx: number): void {
    const { words, source } = this.memory;
    const x = 4 * BLOCK_X[blkIdx];
    const y = 4 * BLOCK_Y[blkIdx];
    forwardDifference4x4(
      words,
      source + y * SOURCE_STRIDE + x,
      SOURCE_STRIDE,
      recon + RECON_LUMA + y * RECON_STRIDE + x,
      RECON_STRIDE,
      this.coefficients,
      16 * blkIdx,
    );
  }

  private lumaSad(recon: number, blkIdx: number): number {
    const { words, source } = this.memory;
    const x = 4 * BLOCK_X[blkIdx];
    const y = 4 * BLOCK_Y[blkIdx];
    const prediction = recon + RECON_LUMA + y * RECON_STRIDE + x;
    return sad4x4(words, source + y * SOURCE_STRIDE + x, SOURCE_STRIDE, prediction, RECON_STRIDE);
  }

  /** The same for block `blkIdx` of a chroma plane: positions of the plane in source and reconstruction. */
  private transformChroma(source: number, recon: number, blkIdx: number, start: number): void {
    const x = (blkIdx & 1) * 4;
    const y = (blkIdx >> 1) * 4;
    forwardDifference4x4(
      this.memory.words,
      source + y * SOURCE_STRIDE + x,
      SOURCE_STRIDE,
      recon + y * RECON_STRIDE + x,
      RECON_STRIDE,
      this.coefficients,
      start,
    );
  }

  /**
   * Quantizes one block of `coefficients`, by dead zone or by rate and distortion.
   * @param at, stride the block's place in the grid of total_coeff, which is kept up to date
   * @returns mask of nonzero levels
   */
  private quantize(
    quantizer: Quantizer,
    start: number,
    levels: Int32Array,
    first: number,
    at: number,
    stride: number,
  ): number {
    const coefficients = this.coefficients;
    if (!this.decidesLevels) return quantize4x4(quantizer, coefficients, start, levels, first);
    const original = this.original;
    for (let i = 0; i < 16; i++) original[i] = coefficients[start + i];
    const full = this.full[quantizer.qp];
    let mask = quantize4x4(full, coefficients, start, levels, first);
    if (mask !== 0) {
      const nC = this.grid.nC(at, stride);
      const lambda = LAMBDA_SSD[quantizer.qp];
      mask = decideLevels(full, original, levels, start, mask, first, nC, lambda);
      scaleLevels(full, levels, start, mask, coefficients);
    }
    this.grid.totals[at] = countBits(mask);
    return mask;
  }

  private quantizeLuma(
    quantizer: Quantizer,
    blkIdx: number,
    levels: Int32Array,
    first: number,
  ): number {
    const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx];
    return this.quantize(quantizer, 16 * blkIdx, levels, first, at, LUMA_TOTALS_STRIDE);
  }

  /**
   * Whether the luma of an inter macroblock whose prediction is in place has no residual worth coding; stops at the first
   * block that has. Every macroblock for which this and `hasNoChroma` are true is coded empty by `codeInterLuma` and
   * `codeChroma` (dead zone).
   */
  hasNoLuma(candidate: Candidate, qp: number): boolean {
    const { levels } = candidate.syntax;
    const limit = this.decidesLevels ? 0 : LUMA_SCORE;
    const quantizer = (this.decidesLevels ? this.full : this.inter)[qp];
    const coefficients = this.coefficients;
    let score = 0;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      if (this.lumaSad(candidate.recon, blkIdx) <= quantizer.emptySad) continue;
      this.transformLuma(candidate.recon, blkIdx);
      const mask = quantize4x4(quantizer, coefficients, 16 * blkIdx, levels, 0);
      if (mask !== 0) {
        score += isolationScore(levels, 16 * blkIdx, mask, 0);
        if (score >= limit) return false;
      }
    }
    return true;
  }

  /** The same for chroma. */
  hasNoChroma(candidate: Candidate, qp: number): boolean {
    const { levels } = candidate.syntax;
    const { recon } = candidate;
    const chroma = (this.decidesLevels ? this.full : this.inter)[this.qpC[qp]];
    const from = this.memory.source + SOURCE_CB;
    return (
      this.isPlaneEmpty(chroma, from, recon + RECON_CB, levels) &&
      this.isPlaneEmpty(chroma, from + SOURCE_CR - SOURCE_CB, recon + RECON_CR, levels)
    );
  }

  /** Whether the differences of a chroma plane are too small for any level, DC included, without a transform. */
  private isPlaneNear(quantizer: Quantizer, source: number, recon: number): boolean {
    const { words } = this.memory;
    const { even, emptySad } = quantizer;
    let total = 0;
    for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
      const x = (blkIdx & 1) * 4;
      const y = (blkIdx >> 1) * 4;
      const at = source + y * SOURCE_STRIDE + x;
      const sad = sad4x4(words, at, SOURCE_STRIDE, recon + y * RECON_STRIDE + x, RECON_STRIDE);
      if (sad > emptySad) return false;
      total += sad;
    }
    // A coefficient of the 2x2 transform is at most the sum, and quantizes to 0 up to about twice as much as others.
    return total <= even;
  }

  private isPlaneEmpty(
    quantizer: Quantizer,
    source: number,
    recon: number,
    levels: Int32Array,
  ): boolean {
    if (this.isPlaneNear(quantizer, source, recon)) return true;
    const { coefficients, dc } = this;
    const base = 16 * CB_BLOCKS;
    let score = 0;
    for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
      const start = base + 16 * blkIdx;
      this.transformChroma(source, recon, blkIdx, base + 16 * blkIdx);
      dc[blkIdx] = coefficients[start];
      const mask = quantize4x4(quantizer, coefficients, start, levels, 1);
      if (mask !== 0) {
        score += isolationScore(levels, start, mask, 1);
        if (this.decidesLevels || score >= CHROMA_SCORE) return false;
      }
    }
    forwardChromaDc(dc[0], dc[1], dc[2], dc[3], dc, 0);
    return quantizeDc(quantizer, dc, 0, levels, base, 4, null) === 0;
  }

  /** Codes the luma of an inter macroblock whose prediction is in place; sets levels, masks and the luma bits of the CBP. */
  codeInterLuma(candidate: Candidate, qp: number): void {
    const { clamped } = this.memory;
    const { levels, masks } = candidate.syntax;
    const quantizer = this.inter[qp];
    const recon = candidate.recon + RECON_LUMA;
    let pattern = 0;
    let total = 0;
    for (let i8 = 0; i8 < 4; i8++) {
      let score = 0;
      let any = 0;
      for (let blkIdx = 4 * i8; blkIdx < 4 * i8 + 4; blkIdx++) {
        this.transformLuma(candidate.recon, blkIdx);
        const mask = this.quantizeLuma(quantizer, blkIdx, levels, 0);
        masks[blkIdx] = mask;
        any |= mask;
        if (mask !== 0 && score < LARGE_LEVEL_SCORE) {
          score += isolationScore(levels, 16 * blkIdx, mask, 0);
        }
      }
      if (any === 0) continue;
      if (score < LUMA_8X8_SCORE) {
        clearMasks(masks, 4 * i8, 4);
      } else {
        pattern |= 1 << i8;
        total += score;
      }
    }
    if (pattern !== 0 && total < LUMA_SCORE) {
      clearMasks(masks, 0, 16);
      pattern = 0;
    }
    masks[LUMA_DC_BLOCK] = 0;
    candidate.syntax.coded_block_pattern = (candidate.syntax.coded_block_pattern & 0x30) | pattern;
    if (pattern === 0) return;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      const mask = masks[blkIdx];
      if (mask === 0) continue;
      const at = recon + 4 * (BLOCK_Y[blkIdx] * RECON_STRIDE + BLOCK_X[blkIdx]);
      this.reconstruct(clamped, at, 16 * blkIdx, mask);
    }
  }

  private reconstruct(clamped: Uint8ClampedArray, at: number, start: number, mask: number): void {
    if (mask === 1) addInverseDc4x4(clamped, at, RECON_STRIDE, this.coefficients[start]);
    else addInverse4x4(clamped, at, RECON_STRIDE, this.coefficients, start);
  }

  /** Codes one Intra_4x4 block whose prediction is in place; sets its levels and mask. */
  codeIntra4x4(candidate: Candidate, blkIdx: number, qp: number): void {
    const { clamped } = this.memory;
    const { levels, masks } = candidate.syntax;
    const at =
      candidate.recon + RECON_LUMA + 4 * (BLOCK_Y[blkIdx] * RECON_STRIDE + BLOCK_X[blkIdx]);
    const start = 16 * blkIdx;
    this.transformLuma(candidate.recon, blkIdx);
    const mask = this.quantizeLuma(this.intra[qp], blkIdx, levels, 0);
    masks[blkIdx] = mask;
    if (mask !== 0) this.reconstruct(clamped, at, start, mask);
  }

  /** Codes the luma of an Intra_16x16 macroblock whose prediction is in place. */
  codeIntra16x16(candidate: Candidate, qp: number): void {
    const { clamped } = this.memory;
    const { levels, masks } = candidate.syntax;
    const quantizer = this.intra[qp];
    const { coefficients, dc } = this;
    const recon = candidate.recon + RECON_LUMA;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      this.transformLuma(candidate.recon, blkIdx);
    }
    forwardLumaDc(coefficients, dc, 0);
    const dcStart = 16 * LUMA_DC_BLOCK;
    masks[LUMA_DC_BLOCK] = quantizeDc(quantizer, dc, 0, levels, dcStart, 16, ZIGZAG);
    let any = 0;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      masks[blkIdx] = this.quantizeLuma(quantizer, blkIdx, levels, 1);
      any |= masks[blkIdx];
    }
    candidate.syntax.coded_block_pattern =
      (candidate.syntax.coded_block_pattern & 0x30) | (any !== 0 ? 15 : 0);
    if (masks[LUMA_DC_BLOCK] === 0) {
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) dc[blkIdx] = 0;
    } else {
      inverseLumaDc(levels, dcStart, LEVEL_SCALE[(qp % 6) * 16], qp, dc, 0);
    }
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      const at = recon + 4 * (BLOCK_Y[blkIdx] * RECON_STRIDE + BLOCK_X[blkIdx]);
      coefficients[16 * blkIdx] = dc[blkIdx];
      if (masks[blkIdx] !== 0) {
        addInverse4x4(clamped, at, RECON_STRIDE, coefficients, 16 * blkIdx);
      } else if (dc[blkIdx] !== 0) {
        addInverseDc4x4(clamped, at, RECON_STRIDE, dc[blkIdx]);
      }
    }
  }

  /** Codes both chroma planes, predictions in place; sets levels, masks and the chroma bits of the CBP. */
  codeChroma(candidate: Candidate, qp: number, isIntra: boolean): void {
    const { source } = this.memory;
    const qPc = this.qpC[qp];
    const quantizer = isIntra ? this.intra[qPc] : this.inter[qPc];
    const cbHasAc = this.codeChromaPlane(
      candidate,
      quantizer,
      source + SOURCE_CB,
      candidate.recon + RECON_CB,
      CB_BLOCKS,
      CB_DC_BLOCK,
      isIntra,
    );
    const crHasAc = this.codeChromaPlane(
      candidate,
      quantizer,
      source + SOURCE_CR,
      candidate.recon + RECON_CR,
      CR_BLOCKS,
      CR_DC_BLOCK,
      isIntra,
    );
    const { masks } = candidate.syntax;
    let chroma = 0;
    if (cbHasAc || crHasAc) chroma = 2;
    else if ((masks[CB_DC_BLOCK] | masks[CR_DC_BLOCK]) !== 0) chroma = 1;
    candidate.syntax.coded_block_pattern =
      (candidate.syntax.coded_block_pattern & 15) | (chroma << 4);
  }

  /** One chroma plane; returns whether AC levels are left. */
  private codeChromaPlane(
    candidate: Candidate,
    quantizer: Quantizer,
    source: number,
    recon: number,
    firstBlock: number,
    dcBlock: number,
    isIntra: boolean,
  ): boolean {
    const { clamped } = this.memory;
    const { levels, masks } = candidate.syntax;
    const { coefficients, dc } = this;
    const base = 16 * firstBlock;
    const totals = firstBlock === CB_BLOCKS ? CB_TOTALS : CR_TOTALS;
    for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
      this.transformChroma(source, recon, blkIdx, base + 16 * blkIdx);
    }
    forwardChromaDc(
      coefficients[base],
      coefficients[base + 16],
      coefficients[base + 32],
      coefficients[base + 48],
      dc,
      0,
    );
    const dcMask = quantizeDc(quantizer, dc, 0, levels, 16 * dcBlock, 4, null);
    masks[dcBlock] = dcMask;
    let any = 0;
    let score = 0;
    for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
      const start = base + 16 * blkIdx;
      const at = totals + CHROMA_TOTALS_STRIDE * (blkIdx >> 1) + (blkIdx & 1);
      const mask = this.quantize(quantizer, start, levels, 1, at, CHROMA_TOTALS_STRIDE);
      masks[firstBlock + blkIdx] = mask;
      any |= mask;
      if (mask !== 0 && score < LARGE_LEVEL_SCORE) score += isolationScore(levels, start, mask, 1);
    }
    if (any !== 0 && !isIntra && score < CHROMA_SCORE) {
      clearMasks(masks, firstBlock, 4);
      any = 0;
    }
    if ((dcMask | any) === 0) return false;
    if (dcMask !== 0) {
      const levelScale = LEVEL_SCALE[(quantizer.qp % 6) * 16];
      inverseChromaDc(levels, 16 * dcBlock, levelScale, quantizer.qp, dc, 0);
    } else {
      dc[0] = 0;
      dc[1] = 0;
      dc[2] = 0;
      dc[3] = 0;
    }
    for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
      const at = recon + (blkIdx >> 1) * 4 * RECON_STRIDE + (blkIdx & 1) * 4;
      const start = base + 16 * blkIdx;
      coefficients[start] = dc[blkIdx];
      if (masks[firstBlock + blkIdx] !== 0) {
        addInverse4x4(clamped, at, RECON_STRIDE, coefficients, start);
      } else if (dc[blkIdx] !== 0) {
        addInverseDc4x4(clamped, at, RECON_STRIDE, dc[blkIdx]);
      }
    }
    return any !== 0;
  }
}

function clearMasks(masks: Int32Array, first: number, count: number): void {
  for (let i = first; i < first + count; i++) masks[i] = 0;
}
