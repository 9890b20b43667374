/**
 * From prediction to levels to reconstruction: transform, quantization and the way back for the parts of a macroblock. The
 * prediction lies in the candidate's reconstruction block, where the residual is added in place.
 */
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
import { chromaQp, LEVEL_SCALE } from '../standard/scaling.ts';
import {
  addInverse4x4,
  addInverseDc4x4,
  inverseChromaDc,
  inverseLumaDc,
} from '../standard/transform.ts';
import type { Candidate } from './candidate.ts';
import { forwardChromaDc, forwardDifference4x4, forwardLumaDc } from './forward-transform.ts';
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
import { createQuantizer, type Quantizer, quantize4x4, quantizeDc } from './quantize.ts';

/** Dead-zone rounding, in steps. */
const INTRA_ROUNDING = 1 / 3;
const INTER_ROUNDING = 1 / 6;

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

export class ResidualCoder {
  private readonly memory: EncoderMemory;
  private readonly intra: Quantizer[] = [];
  private readonly inter: Quantizer[] = [];
  private readonly qpC = new Uint8Array(52);
  /** Coefficients of 16 luma blocks, then 4 Cb and 4 Cr. */
  private readonly coefficients: Int32Array = new Int32Array(24 * 16);
  private readonly dc: Int32Array = new Int32Array(16);

  constructor(memory: EncoderMemory, chroma_qp_index_offset: number) {
    this.memory = memory;
    for (let qp = 0; qp < 52; qp++) {
      this.intra.push(createQuantizer(qp, INTRA_ROUNDING, LEVEL_SCALE));
      this.inter.push(createQuantizer(qp, INTER_ROUNDING, LEVEL_SCALE));
      this.qpC[qp] = chromaQp(qp, chroma_qp_index_offset);
    }
  }

  /** Codes the luma of an inter macroblock whose prediction is in place; sets levels, masks and the luma bits of the CBP. */
  codeInterLuma(candidate: Candidate, qp: number): void {
    const { bytes, clamped, source } = this.memory;
    const { levels, masks } = candidate.syntax;
    const quantizer = this.inter[qp];
    const coefficients = this.coefficients;
    const recon = candidate.recon + RECON_LUMA;
    let pattern = 0;
    let total = 0;
    for (let i8 = 0; i8 < 4; i8++) {
      let score = 0;
      let any = 0;
      for (let blkIdx = 4 * i8; blkIdx < 4 * i8 + 4; blkIdx++) {
        const x = 4 * BLOCK_X[blkIdx];
        const y = 4 * BLOCK_Y[blkIdx];
        forwardDifference4x4(
          bytes,
          source + y * SOURCE_STRIDE + x,
          SOURCE_STRIDE,
          recon + y * RECON_STRIDE + x,
          RECON_STRIDE,
          coefficients,
          16 * blkIdx,
        );
        const mask = quantize4x4(quantizer, coefficients, 16 * blkIdx, levels, 0);
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
    const { bytes, clamped, source } = this.memory;
    const { levels, masks } = candidate.syntax;
    const x = 4 * BLOCK_X[blkIdx];
    const y = 4 * BLOCK_Y[blkIdx];
    const at = candidate.recon + RECON_LUMA + y * RECON_STRIDE + x;
    const start = 16 * blkIdx;
    forwardDifference4x4(
      bytes,
      source + y * SOURCE_STRIDE + x,
      SOURCE_STRIDE,
      at,
      RECON_STRIDE,
      this.coefficients,
      start,
    );
    const mask = quantize4x4(this.intra[qp], this.coefficients, start, levels, 0);
    masks[blkIdx] = mask;
    if (mask !== 0) this.reconstruct(clamped, at, start, mask);
  }

  /** Codes the luma of an Intra_16x16 macroblock whose prediction is in place. */
  codeIntra16x16(candidate: Candidate, qp: number): void {
    const { bytes, clamped, source } = this.memory;
    const { levels, masks } = candidate.syntax;
    const quantizer = this.intra[qp];
    const { coefficients, dc } = this;
    const recon = candidate.recon + RECON_LUMA;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      const x = 4 * BLOCK_X[blkIdx];
      const y = 4 * BLOCK_Y[blkIdx];
      forwardDifference4x4(
        bytes,
        source + y * SOURCE_STRIDE + x,
        SOURCE_STRIDE,
        recon + y * RECON_STRIDE + x,
        RECON_STRIDE,
        coefficients,
        16 * blkIdx,
      );
    }
    forwardLumaDc(coefficients, dc, 0);
    const dcStart = 16 * LUMA_DC_BLOCK;
    masks[LUMA_DC_BLOCK] = quantizeDc(quantizer, dc, 0, levels, dcStart, 16, ZIGZAG);
    let any = 0;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      masks[blkIdx] = quantize4x4(quantizer, coefficients, 16 * blkIdx, levels, 1);
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
    const { bytes, clamped } = this.memory;
    const { levels, masks } = candidate.syntax;
    const { coefficients, dc } = this;
    const base = 16 * firstBlock;
    for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
      const x = (blkIdx & 1) * 4;
      const y = (blkIdx >> 1) * 4;
      forwardDifference4x4(
        bytes,
        source + y * SOURCE_STRIDE + x,
        SOURCE_STRIDE,
        recon + y * RECON_STRIDE + x,
        RECON_STRIDE,
        coefficients,
        base + 16 * blkIdx,
      );
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
      const mask = quantize4x4(quantizer, coefficients, start, levels, 1);
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
