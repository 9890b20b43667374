/**
 * From levels to reconstruction: codes the parts of a macroblock whose prediction lies in the candidate's reconstruction block, where
 * the residual is added in place. Levels come from block-quantizer.ts.
 */

import { BLOCK_BYTES, type Kernels } from '../kernels/contract.ts';
import { forwardChromaDc, forwardLumaDc } from '../kernels/plain/forward-transform.ts';
import {
  isChromaDcEmpty,
  QUANTIZE_INTER,
  QUANTIZE_INTRA,
  type Quantizer,
  quantizeDc,
} from '../kernels/plain/quantize.ts';
import {
  CB_TOTALS,
  CHROMA_TOTALS_STRIDE,
  type CoefficientGrid,
  CR_TOTALS,
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
import { chromaQp } from '../standard/scaling.ts';
import { inverseChromaDc, inverseLumaDc } from '../standard/transform.ts';
import type { BlockInspection } from './block-inspection.ts';
import { BlockQuantizer } from './block-quantizer.ts';
import type { Candidate } from './candidate.ts';
import { EmptyResidual } from './empty-residual.ts';
import {
  BLOCK_SCORE,
  CHROMA_SCORE,
  isolationScore,
  LARGE_LEVEL_SCORE,
  LUMA_SCORE,
  pairScore,
} from './isolated-levels.ts';
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

/** Transforms, quantizes and reconstructs the macroblocks of one encoder. */
export class ResidualCoder {
  private readonly memory: EncoderMemory;
  private readonly kernels: Kernels;
  private readonly qpC = new Uint8Array(52);
  private readonly quantizer: BlockQuantizer;
  private readonly empty: EmptyResidual;
  private readonly dc: Int32Array = new Int32Array(16);
  private readonly dcScratch: Int32Array = new Int32Array(16);

  /**
   * @param grid total_coeff around the macroblock
   * @param decider optimizes levels by rate and distortion; null: levels are those of a dead zone
   */
  constructor(
    memory: EncoderMemory,
    grid: CoefficientGrid,
    chroma_qp_index_offset: number,
    decider: LevelDecider | null,
    watched: BlockInspection | null,
  ) {
    this.memory = memory;
    this.kernels = memory.kernels;
    this.quantizer = new BlockQuantizer(memory, grid, decider, watched);
    this.empty = new EmptyResidual(memory, this.quantizer);
    for (let qp = 0; qp < 52; qp++) this.qpC[qp] = chromaQp(qp, chroma_qp_index_offset);
  }

  /** A picture begins; see `LevelDecider`. */
  startPicture(isIntra: boolean, grain: number): void {
    this.quantizer.startPicture(isIntra, grain);
  }

  /** Another macroblock begins. */
  startMacroblock(): void {
    this.quantizer.startMacroblock();
  }

  /** Tells the inspector of the blocks of a candidate that was coded. */
  tellBlocks(candidate: Candidate): void {
    this.quantizer.tellBlocks(candidate);
  }

  /**
   * Whether the luma of an inter macroblock whose prediction is in place has no residual worth coding. Every macroblock for which this
   * and `hasNoChroma` are true is coded empty by `codeInterLuma` and `codeChroma` (dead zone).
   */
  hasNoLuma(candidate: Candidate, qp: number): boolean {
    return this.empty.isLumaEmpty(candidate, qp);
  }

  /** The same for chroma. */
  hasNoChroma(candidate: Candidate, qp: number): boolean {
    return this.empty.isChromaEmpty(candidate, this.qpC[qp]);
  }

  /** Codes the luma of an inter macroblock whose prediction is in place; sets levels, masks and the luma bits of the CBP. */
  codeInterLuma(candidate: Candidate, qp: number): void {
    const { quantizer } = this;
    quantizer.isIntra = false;
    const { levels, masks } = candidate.syntax;
    let pattern = 0;
    if (quantizer.quantizeLuma(candidate, quantizer.indexOf(QUANTIZE_INTER, qp), 0)) {
      let total = 0;
      for (let i8 = 0; i8 < 4; i8++) {
        let score = 0;
        for (let blkIdx = 4 * i8; blkIdx < 4 * i8 + 4 && score < LARGE_LEVEL_SCORE; blkIdx++) {
          const mask = masks[blkIdx];
          if (mask !== 0) score += isolationScore(levels, 16 * blkIdx, mask, 0);
        }
        if (score < BLOCK_SCORE) {
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
    const { quantizer, memory } = this;
    quantizer.isIntra = true;
    const index = quantizer.indexOf(QUANTIZE_INTRA, qp);
    if (quantizer.quantizeBlock(candidate, index, blkIdx) === 0) return;
    const place = 4 * (BLOCK_Y[blkIdx] * RECON_STRIDE + BLOCK_X[blkIdx]);
    const pos = candidate.recon + RECON_LUMA + place;
    this.kernels.addBlock(pos, RECON_STRIDE, memory.coefficients + BLOCK_BYTES * blkIdx);
  }

  /** Codes the luma of an Intra_16x16 macroblock whose prediction is in place. */
  codeIntra16x16(candidate: Candidate, qp: number): void {
    const { levels, masks } = candidate.syntax;
    const { quantizer, dc } = this;
    quantizer.isIntra = true;
    const { coefficients } = quantizer;
    const any = quantizer.quantizeLuma(candidate, quantizer.indexOf(QUANTIZE_INTRA, qp), 1);
    forwardLumaDc(coefficients, dc, 0);
    const dcStart = 16 * LUMA_DC_BLOCK;
    // DC levels are not decided: their quantizer is the dead zone's.
    const dcQuantizer = quantizer.deadZone(QUANTIZE_INTRA, qp, 0);
    masks[LUMA_DC_BLOCK] = quantizeDc(dcQuantizer, dc, 0, levels, dcStart, 16, ZIGZAG);
    candidate.syntax.coded_block_pattern =
      (candidate.syntax.coded_block_pattern & 0x30) | (any ? 15 : 0);
    if (masks[LUMA_DC_BLOCK] === 0) {
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) dc[blkIdx] = 0;
    } else {
      inverseLumaDc(levels, dcStart, dcQuantizer.dcScale, qp, dc, 0, this.dcScratch);
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
    this.quantizer.isIntra = isIntra;
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
    const { masks } = candidate.syntax;
    const kind = isIntra ? QUANTIZE_INTRA : QUANTIZE_INTER;
    const plane = firstBlock === CB_BLOCKS ? 1 : 2;
    const index = this.quantizer.indexOf(kind, qPc, plane);
    const score = this.quantizeChromaAc(candidate, index, source, recon, firstBlock);
    const isDropped = !isIntra && score < CHROMA_SCORE;
    if (isDropped) clearMasks(masks, firstBlock, 4);
    const dcQuantizer = this.quantizer.deadZone(kind, qPc, plane);
    const hasDc = this.codeChromaDc(candidate, dcQuantizer, qPc, firstBlock);
    const hasAc = score > 0 && !isDropped;
    if (!hasDc && !hasAc) return false;
    for (let row = 0; row < 2; row++) {
      const pos = recon + 4 * row * RECON_STRIDE;
      this.addPairWithDc(candidate, pos, firstBlock + 2 * row, 2 * row);
    }
    return hasAc;
  }

  /** AC levels of a chroma plane; returns what they score as isolated ones, at least 1 if any is left. */
  private quantizeChromaAc(
    candidate: Candidate,
    index: number,
    source: number,
    recon: number,
    firstBlock: number,
  ): number {
    const { levels, masks } = candidate.syntax;
    const totals = firstBlock === CB_BLOCKS ? CB_TOTALS : CR_TOTALS;
    let any = 0;
    let score = 0;
    for (let row = 0; row < 2; row++) {
      const block = firstBlock + 2 * row;
      const isLeft = this.quantizer.quantizePair(
        candidate,
        index,
        source + 4 * row * SOURCE_STRIDE,
        recon + 4 * row * RECON_STRIDE,
        block,
        1,
        totals + CHROMA_TOTALS_STRIDE * row,
        CHROMA_TOTALS_STRIDE,
      );
      if (!isLeft) continue;
      any = 1;
      if (score < LARGE_LEVEL_SCORE) {
        score += pairScore(levels, 16 * block, masks[block] | (masks[block + 1] << 16), 1);
      }
    }
    return Math.max(any, score);
  }

  /** DC levels of a chroma plane, which are not decided, and in `dc` what they are on the way back; returns whether any is left. */
  private codeChromaDc(
    candidate: Candidate,
    quantizer: Quantizer,
    qPc: number,
    firstBlock: number,
  ): boolean {
    const { levels, masks } = candidate.syntax;
    const { dc } = this;
    const { coefficients } = this.quantizer;
    const dcBlock = firstBlock === CB_BLOCKS ? CB_DC_BLOCK : CR_DC_BLOCK;
    const base = 16 * firstBlock;
    forwardChromaDc(
      coefficients[base],
      coefficients[base + 16],
      coefficients[base + 32],
      coefficients[base + 48],
      dc,
      0,
    );
    masks[dcBlock] = isChromaDcEmpty(quantizer, dc)
      ? 0
      : quantizeDc(quantizer, dc, 0, levels, 16 * dcBlock, 4, null);
    if (masks[dcBlock] === 0) {
      for (let i = 0; i < 4; i++) dc[i] = 0;
      return false;
    }
    inverseChromaDc(levels, 16 * dcBlock, quantizer.dcScale, qPc, dc, 0);
    return true;
  }

  /**
   * Adds the residual of two blocks whose DC coefficients were coded by themselves and are in `dc` now.
   * @param i the place of the left one's in `dc`
   */
  private addPairWithDc(candidate: Candidate, pos: number, block: number, i: number): void {
    const { dc, kernels } = this;
    const { coefficients } = this.quantizer;
    const { masks } = candidate.syntax;
    if ((masks[block] | masks[block + 1]) !== 0) {
      coefficients[16 * block] = dc[i];
      coefficients[16 * block + 16] = dc[i + 1];
      kernels.addPair(pos, RECON_STRIDE, this.memory.coefficients + BLOCK_BYTES * block);
    } else if ((dc[i] | dc[i + 1]) !== 0) {
      kernels.addDcPair(pos, RECON_STRIDE, dc[i], dc[i + 1]);
    }
  }
}

function clearMasks(masks: Int32Array, first: number, count: number): void {
  for (let i = first; i < first + count; i++) masks[i] = 0;
}
