/**
 * From prediction to levels to reconstruction: transform, quantization and the way back for the parts of a macroblock. The
 * prediction lies in the candidate's reconstruction block, where the residual is added in place.
 */

import { BLOCK_BYTES, type Kernels } from '../kernels/contract.ts';
import { forwardChromaDc, forwardLumaDc } from '../kernels/plain/forward-transform.ts';
import {
  QUANTIZE_FULL,
  QUANTIZE_INTER,
  QUANTIZE_INTRA,
  quantizeDc,
  scaleLevels,
} from '../kernels/plain/quantize.ts';
import { countBits } from '../standard/cavlc.ts';
import {
  CB_TOTALS,
  CHROMA_TOTALS_STRIDE,
  type CoefficientGrid,
  CR_TOTALS,
  LUMA_TOTALS,
  LUMA_TOTALS_STRIDE,
} from '../standard/coefficient-grid.ts';
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
import { LEVELS_PER_MB } from '../standard/macroblock-syntax.ts';
import { chromaQp, LEVEL_SCALE } from '../standard/scaling.ts';
import { inverseChromaDc, inverseLumaDc } from '../standard/transform.ts';
import { BlockInspection } from './block-inspection.ts';
import type { Candidate } from './candidate.ts';
import type { H264Inspector } from './inspector.ts';
import type { LevelDecider } from './level-decision.ts';
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

function isolationScore(levels: Int16Array, start: number, mask: number, first: number): number {
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
  private readonly kernels: Kernels;
  private readonly qpC = new Uint8Array(52);
  private readonly grid: CoefficientGrid;
  /** Optimizes levels by rate and distortion; null: levels are those of a dead zone. */
  private readonly decider: LevelDecider | null;
  private readonly decidesLevels: boolean;
  /** Coefficients of the blocks as they lie in memory. */
  private readonly coefficients: Int16Array;
  private readonly watched: BlockInspection | null;
  private readonly dc: Int32Array = new Int32Array(16);
  private readonly dcScratch: Int32Array = new Int32Array(16);

  /** `grid`: total_coeff around the macroblock; `decider`: as the field says. */
  constructor(
    memory: EncoderMemory,
    grid: CoefficientGrid,
    chroma_qp_index_offset: number,
    decider: LevelDecider | null,
    inspector: H264Inspector | null,
  ) {
    this.watched = inspector === null ? null : new BlockInspection(inspector, memory);
    this.memory = memory;
    this.kernels = memory.kernels;
    this.coefficients = new Int16Array(memory.bytes.buffer, memory.coefficients, LEVELS_PER_MB);
    this.grid = grid;
    this.decider = decider;
    this.decidesLevels = decider !== null;
    for (let qp = 0; qp < 52; qp++) this.qpC[qp] = chromaQp(qp, chroma_qp_index_offset);
  }

  /** Tells the inspector of the blocks of a candidate that was coded. */
  tellBlocks(candidate: Candidate): void {
    this.watched?.tell(candidate);
  }

  /** The quantizer for a kind of blocks; where levels are decided, the one that rounds to the nearest. */
  private quantizer(kind: number, qp: number): number {
    return qp + (this.decidesLevels ? QUANTIZE_FULL : kind);
  }

  /**
   * Transforms and quantizes blocks `block` and `block` + 1, which lie side by side, by dead zone or by rate and distortion;
   * sets their masks, and scales their coefficients for the way back if any level is left.
   * @param source, prediction positions of the left one
   * @param at, stride its place in the grid of total_coeff, which is kept up to date where levels are decided
   * @returns whether any level is left
   */
  private quantizePair(
    candidate: Candidate,
    quantizer: number,
    source: number,
    prediction: number,
    block: number,
    first: number,
    at: number,
    stride: number,
  ): boolean {
    const { masks } = candidate.syntax;
    if (this.watched !== null) {
      this.watched.watch(block, source, prediction, quantizer, first);
      this.watched.watch(block + 1, source + 4, prediction + 4, quantizer, first);
    }
    const both = this.kernels.quantizePair(
      source,
      SOURCE_STRIDE,
      prediction,
      RECON_STRIDE,
      quantizer,
      first,
      this.decidesLevels ? 1 : 0,
      this.memory.coefficients + BLOCK_BYTES * block,
      candidate.levels + BLOCK_BYTES * block,
    );
    masks[block] = both & 0xffff;
    masks[block + 1] = both >>> 16;
    if (!this.decidesLevels) return both !== 0;
    if (both === 0) {
      this.grid.totals[at] = 0;
      this.grid.totals[at + 1] = 0;
      return false;
    }
    this.decide(candidate, quantizer, block, first, at, stride);
    this.decide(candidate, quantizer, block + 1, first, at + 1, stride);
    return (masks[block] | masks[block + 1]) !== 0;
  }

  /** Decides the levels of a block by rate and distortion, and scales its coefficients. */
  private decide(
    candidate: Candidate,
    index: number,
    block: number,
    first: number,
    at: number,
    stride: number,
  ): void {
    const { coefficients, grid, decider } = this;
    const { levels, masks } = candidate.syntax;
    const quantizer = this.memory.quantizers[index];
    const start = 16 * block;
    let mask = masks[block];
    if (mask !== 0 && decider !== null) {
      mask = decider.decide(quantizer, coefficients, levels, block, mask, first, at, stride);
      masks[block] = mask;
    }
    scaleLevels(quantizer, levels, start, mask, coefficients, start, first);
    grid.totals[at] = countBits(mask);
  }

  /**
   * Transforms and quantizes the luma of a macroblock whose prediction is in place; sets the masks of its blocks, and scales
   * their coefficients for the way back if any level is left.
   * @returns whether any level is left
   */
  private quantizeLuma(candidate: Candidate, quantizer: number, first: number): boolean {
    const { source, coefficients } = this.memory;
    if (this.watched !== null) this.watchLuma(this.watched, candidate, quantizer, first);
    const any = this.kernels.quantizeLuma(
      source,
      SOURCE_STRIDE,
      candidate.recon + RECON_LUMA,
      RECON_STRIDE,
      quantizer,
      first,
      this.decidesLevels ? 1 : 0,
      coefficients,
      candidate.levels,
      candidate.masks,
    );
    return this.decidesLevels ? this.decideLuma(candidate, quantizer, first) : any !== 0;
  }

  private watchLuma(
    watched: BlockInspection,
    candidate: Candidate,
    quantizer: number,
    first: number,
  ): void {
    const { source } = this.memory;
    const prediction = candidate.recon + RECON_LUMA;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      const x = 4 * BLOCK_X[blkIdx];
      const y = 4 * BLOCK_Y[blkIdx];
      const from = source + y * SOURCE_STRIDE + x;
      watched.watch(blkIdx, from, prediction + y * RECON_STRIDE + x, quantizer, first);
    }
  }

  /** Decides the levels of all luma blocks; returns whether any is left. */
  private decideLuma(candidate: Candidate, quantizer: number, first: number): boolean {
    const { masks } = candidate.syntax;
    const { totals } = this.grid;
    let any = 0;
    for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
      const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx];
      if ((masks[blkIdx] | masks[blkIdx + 1]) === 0) {
        totals[at] = 0;
        totals[at + 1] = 0;
        continue;
      }
      this.decide(candidate, quantizer, blkIdx, first, at, LUMA_TOTALS_STRIDE);
      this.decide(candidate, quantizer, blkIdx + 1, first, at + 1, LUMA_TOTALS_STRIDE);
      any |= masks[blkIdx] | masks[blkIdx + 1];
    }
    return any !== 0;
  }

  /**
   * Adds the residual of two blocks whose DC coefficients were coded by themselves and are in `dc` now.
   * @param i the place of the left one's in `dc`
   */
  private addPairWithDc(candidate: Candidate, pos: number, block: number, i: number): void {
    const { coefficients, dc, kernels } = this;
    const { masks } = candidate.syntax;
    if ((masks[block] | masks[block + 1]) !== 0) {
      coefficients[16 * block] = dc[i];
      coefficients[16 * block + 16] = dc[i + 1];
      kernels.addPair(pos, RECON_STRIDE, this.memory.coefficients + BLOCK_BYTES * block);
    } else if ((dc[i] | dc[i + 1]) !== 0) {
      kernels.addDcPair(pos, RECON_STRIDE, dc[i], dc[i + 1]);
    }
  }

  /**
   * Whether the luma of an inter macroblock whose prediction is in place has no residual worth coding; stops at the first
   * blocks that have. Every macroblock for which this and `hasNoChroma` are true is coded empty by `codeInterLuma` and
   * `codeChroma` (dead zone).
   */
  hasNoLuma(candidate: Candidate, qp: number): boolean {
    const { levels } = candidate.syntax;
    const { source, coefficients } = this.memory;
    const limit = this.decidesLevels ? 0 : LUMA_SCORE;
    const quantizer = this.quantizer(QUANTIZE_INTER, qp);
    const { emptySad } = this.memory.quantizers[quantizer];
    const prediction = candidate.recon + RECON_LUMA;
    if (this.kernels.isNear(source, SOURCE_STRIDE, prediction, RECON_STRIDE, 16, emptySad) === 1) {
      return true;
    }
    let score = 0;
    for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
      const x = 4 * BLOCK_X[blkIdx];
      const y = 4 * BLOCK_Y[blkIdx];
      const both = this.kernels.quantizePair(
        source + y * SOURCE_STRIDE + x,
        SOURCE_STRIDE,
        prediction + y * RECON_STRIDE + x,
        RECON_STRIDE,
        quantizer,
        0,
        0,
        coefficients + BLOCK_BYTES * blkIdx,
        candidate.levels + BLOCK_BYTES * blkIdx,
      );
      if (both === 0) continue;
      score += pairScore(levels, 16 * blkIdx, both, 0);
      if (score >= limit) return false;
    }
    return true;
  }

  /** The same for chroma. */
  hasNoChroma(candidate: Candidate, qp: number): boolean {
    const quantizer = this.quantizer(QUANTIZE_INTER, this.qpC[qp]);
    const { source } = this.memory;
    const { recon } = candidate;
    return (
      this.isPlaneEmpty(candidate, quantizer, source + SOURCE_CB, recon + RECON_CB) &&
      this.isPlaneEmpty(candidate, quantizer, source + SOURCE_CR, recon + RECON_CR)
    );
  }

  private isPlaneEmpty(
    candidate: Candidate,
    index: number,
    source: number,
    recon: number,
  ): boolean {
    const { coefficients, dc } = this;
    const { levels } = candidate.syntax;
    const quantizer = this.memory.quantizers[index];
    // A coefficient of the 2x2 transform is at most the sum of all differences, and quantizes to 0 as far as others or further.
    const limit = Math.min(quantizer.emptySad, quantizer.even >> 2);
    if (this.kernels.isNear(source, SOURCE_STRIDE, recon, RECON_STRIDE, 8, limit) === 1)
      return true;
    let score = 0;
    for (let row = 0; row < 2; row++) {
      const block = CB_BLOCKS + 2 * row;
      const both = this.kernels.quantizePair(
        source + 4 * row * SOURCE_STRIDE,
        SOURCE_STRIDE,
        recon + 4 * row * RECON_STRIDE,
        RECON_STRIDE,
        index,
        1,
        0,
        this.memory.coefficients + BLOCK_BYTES * block,
        candidate.levels + BLOCK_BYTES * block,
      );
      dc[2 * row] = coefficients[16 * block];
      dc[2 * row + 1] = coefficients[16 * block + 16];
      if (both !== 0) {
        score += pairScore(levels, 16 * block, both, 1);
        if (this.decidesLevels || score >= CHROMA_SCORE) return false;
      }
    }
    forwardChromaDc(dc[0], dc[1], dc[2], dc[3], dc, 0);
    return quantizeDc(quantizer, dc, 0, levels, 16 * CB_DC_BLOCK, 4, null) === 0;
  }

  /** Codes the luma of an inter macroblock whose prediction is in place; sets levels, masks and the luma bits of the CBP. */
  codeInterLuma(candidate: Candidate, qp: number): void {
    const { levels, masks } = candidate.syntax;
    let pattern = 0;
    if (this.quantizeLuma(candidate, this.quantizer(QUANTIZE_INTER, qp), 0)) {
      let total = 0;
      for (let i8 = 0; i8 < 4; i8++) {
        let score = 0;
        for (let blkIdx = 4 * i8; blkIdx < 4 * i8 + 4 && score < LARGE_LEVEL_SCORE; blkIdx++) {
          const mask = masks[blkIdx];
          if (mask !== 0) score += isolationScore(levels, 16 * blkIdx, mask, 0);
        }
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
    }
    masks[LUMA_DC_BLOCK] = 0;
    candidate.syntax.coded_block_pattern = (candidate.syntax.coded_block_pattern & 0x30) | pattern;
    if (pattern === 0) return;
    const { coefficients } = this.memory;
    this.kernels.addLuma(candidate.recon + RECON_LUMA, RECON_STRIDE, coefficients, candidate.masks);
  }

  /** Codes one Intra_4x4 block whose prediction is in place; sets its levels and mask. */
  codeIntra4x4(candidate: Candidate, blkIdx: number, qp: number): void {
    const { source, coefficients } = this.memory;
    const { masks } = candidate.syntax;
    const x = BLOCK_X[blkIdx];
    const y = BLOCK_Y[blkIdx];
    const pos = candidate.recon + RECON_LUMA + 4 * (y * RECON_STRIDE + x);
    const quantizer = this.quantizer(QUANTIZE_INTRA, qp);
    if (this.watched !== null) {
      this.watched.watch(blkIdx, source + 4 * (y * SOURCE_STRIDE + x), pos, quantizer, 0);
    }
    masks[blkIdx] = this.kernels.quantizeBlock(
      source + 4 * (y * SOURCE_STRIDE + x),
      SOURCE_STRIDE,
      pos,
      RECON_STRIDE,
      quantizer,
      0,
      this.decidesLevels ? 1 : 0,
      coefficients + BLOCK_BYTES * blkIdx,
      candidate.levels + BLOCK_BYTES * blkIdx,
    );
    if (this.decidesLevels) {
      const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * y + x;
      if (masks[blkIdx] === 0) this.grid.totals[at] = 0;
      else this.decide(candidate, quantizer, blkIdx, 0, at, LUMA_TOTALS_STRIDE);
    }
    if (masks[blkIdx] === 0) return;
    this.kernels.addBlock(pos, RECON_STRIDE, coefficients + BLOCK_BYTES * blkIdx);
  }

  /** Codes the luma of an Intra_16x16 macroblock whose prediction is in place. */
  codeIntra16x16(candidate: Candidate, qp: number): void {
    const { levels, masks } = candidate.syntax;
    const { coefficients, dc } = this;
    const quantizer = this.quantizer(QUANTIZE_INTRA, qp);
    const any = this.quantizeLuma(candidate, quantizer, 1);
    forwardLumaDc(coefficients, dc, 0);
    const dcStart = 16 * LUMA_DC_BLOCK;
    // DC levels are not decided: their quantizer is the dead zone's.
    const dcQuantizer = this.memory.quantizers[QUANTIZE_INTRA + qp];
    masks[LUMA_DC_BLOCK] = quantizeDc(dcQuantizer, dc, 0, levels, dcStart, 16, ZIGZAG);
    candidate.syntax.coded_block_pattern =
      (candidate.syntax.coded_block_pattern & 0x30) | (any ? 15 : 0);
    if (masks[LUMA_DC_BLOCK] === 0) {
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) dc[blkIdx] = 0;
    } else {
      inverseLumaDc(levels, dcStart, LEVEL_SCALE[(qp % 6) * 16], qp, dc, 0, this.dcScratch);
    }
    for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
      const offset = 4 * (BLOCK_Y[blkIdx] * RECON_STRIDE + BLOCK_X[blkIdx]);
      this.addPairWithDc(candidate, candidate.recon + RECON_LUMA + offset, blkIdx, blkIdx);
    }
  }

  /** Codes both chroma planes, predictions in place; sets levels, masks and the chroma bits of the CBP. */
  codeChroma(candidate: Candidate, qp: number, isIntra: boolean): void {
    const { source } = this.memory;
    const { recon } = candidate;
    const qPc = this.qpC[qp];
    const cb = source + SOURCE_CB;
    const cr = source + SOURCE_CR;
    const cbHasAc = this.codeChromaPlane(candidate, qPc, cb, recon + RECON_CB, CB_BLOCKS, isIntra);
    const crHasAc = this.codeChromaPlane(candidate, qPc, cr, recon + RECON_CR, CR_BLOCKS, isIntra);
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
    qPc: number,
    source: number,
    recon: number,
    firstBlock: number,
    isIntra: boolean,
  ): boolean {
    const { levels, masks } = candidate.syntax;
    const { coefficients, dc } = this;
    const totals = firstBlock === CB_BLOCKS ? CB_TOTALS : CR_TOTALS;
    const dcBlock = firstBlock === CB_BLOCKS ? CB_DC_BLOCK : CR_DC_BLOCK;
    const kind = isIntra ? QUANTIZE_INTRA : QUANTIZE_INTER;
    const quantizer = this.quantizer(kind, qPc);
    let any = false;
    let score = 0;
    for (let row = 0; row < 2; row++) {
      const block = firstBlock + 2 * row;
      const isLeft = this.quantizePair(
        candidate,
        quantizer,
        source + 4 * row * SOURCE_STRIDE,
        recon + 4 * row * RECON_STRIDE,
        block,
        1,
        totals + CHROMA_TOTALS_STRIDE * row,
        CHROMA_TOTALS_STRIDE,
      );
      if (!isLeft) continue;
      any = true;
      if (score < LARGE_LEVEL_SCORE) {
        score += pairScore(levels, 16 * block, masks[block] | (masks[block + 1] << 16), 1);
      }
    }
    const base = 16 * firstBlock;
    forwardChromaDc(
      coefficients[base],
      coefficients[base + 16],
      coefficients[base + 32],
      coefficients[base + 48],
      dc,
      0,
    );
    // DC levels are not decided: their quantizer is the dead zone's.
    const dcQuantizer = this.memory.quantizers[kind + qPc];
    const dcMask = quantizeDc(dcQuantizer, dc, 0, levels, 16 * dcBlock, 4, null);
    masks[dcBlock] = dcMask;
    if (any && !isIntra && score < CHROMA_SCORE) {
      clearMasks(masks, firstBlock, 4);
      any = false;
    }
    if (dcMask === 0 && !any) return false;
    if (dcMask !== 0) {
      const levelScale = LEVEL_SCALE[(qPc % 6) * 16];
      inverseChromaDc(levels, 16 * dcBlock, levelScale, qPc, dc, 0);
    } else {
      dc[0] = 0;
      dc[1] = 0;
      dc[2] = 0;
      dc[3] = 0;
    }
    for (let row = 0; row < 2; row++) {
      const pos = recon + 4 * row * RECON_STRIDE;
      this.addPairWithDc(candidate, pos, firstBlock + 2 * row, 2 * row);
    }
    return any;
  }
}

/** Score of two blocks whose levels follow each other, `masks` of the second in the upper 16 bits. */
function pairScore(levels: Int16Array, start: number, masks: number, first: number): number {
  const left = masks & 0xffff;
  const right = masks >>> 16;
  return (
    (left === 0 ? 0 : isolationScore(levels, start, left, first)) +
    (right === 0 ? 0 : isolationScore(levels, start + 16, right, first))
  );
}

function clearMasks(masks: Int32Array, first: number, count: number): void {
  for (let i = first; i < first + count; i++) masks[i] = 0;
}
