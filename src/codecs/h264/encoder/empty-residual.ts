/**
 * Tells whether a prediction is so good that no residual is coded, so that the macroblock may be skipped. The test stops at the
 * first blocks that have a residual.
 */
import { BLOCK_BYTES } from '../kernels/contract.ts';
import { forwardChromaDc } from '../kernels/plain/forward-transform.ts';
import { isChromaDcEmpty, QUANTIZE_INTER, quantizeDc } from '../kernels/plain/quantize.ts';
import { BLOCK_X, BLOCK_Y, CB_BLOCKS, CB_DC_BLOCK } from '../standard/macroblock.ts';
import type { BlockQuantizer } from './block-quantizer.ts';
import type { Candidate } from './candidate.ts';
import { CHROMA_SCORE, LUMA_SCORE, pairScore } from './isolated-levels.ts';
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

/** Tests the inter macroblocks of one encoder. */
export class EmptyResidual {
  private readonly memory: EncoderMemory;
  private readonly quantizer: BlockQuantizer;
  private readonly dc: Int32Array = new Int32Array(4);

  constructor(memory: EncoderMemory, quantizer: BlockQuantizer) {
    this.memory = memory;
    this.quantizer = quantizer;
  }

  /**
   * Whether the luma of an inter macroblock whose prediction is in place has no residual worth coding; stops at the first
   * blocks that have. Every macroblock for which this and `isChromaEmpty` are true is coded empty by `codeInterLuma` and
   * `codeChroma` (dead zone).
   */
  isLumaEmpty(candidate: Candidate, qp: number): boolean {
    const { levels } = candidate.syntax;
    const { source, coefficients } = this.memory;
    const limit = this.quantizer.decidesLevels ? 0 : LUMA_SCORE;
    const quantizer = this.quantizer.indexOf(QUANTIZE_INTER, qp);
    const { emptySad } = this.memory.quantizers[quantizer];
    const prediction = candidate.recon + RECON_LUMA;
    if (
      this.memory.kernels.isNear(source, SOURCE_STRIDE, prediction, RECON_STRIDE, 16, emptySad) ===
      1
    ) {
      return true;
    }
    let score = 0;
    for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
      const x = 4 * BLOCK_X[blkIdx];
      const y = 4 * BLOCK_Y[blkIdx];
      const both = this.memory.kernels.quantizePair(
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

  /** The same for chroma, whose QP is `qPc`. */
  isChromaEmpty(candidate: Candidate, qPc: number): boolean {
    const { source } = this.memory;
    const { recon } = candidate;
    const cb = this.quantizer.indexOf(QUANTIZE_INTER, qPc, 1);
    const cr = this.quantizer.indexOf(QUANTIZE_INTER, qPc, 2);
    return (
      this.isPlaneEmpty(candidate, cb, source + SOURCE_CB, recon + RECON_CB) &&
      this.isPlaneEmpty(candidate, cr, source + SOURCE_CR, recon + RECON_CR)
    );
  }

  private isPlaneEmpty(
    candidate: Candidate,
    index: number,
    source: number,
    recon: number,
  ): boolean {
    const { dc } = this;
    const { coefficients } = this.quantizer;
    const { levels } = candidate.syntax;
    const quantizer = this.memory.quantizers[index];
    // A coefficient of the 2x2 transform is at most the sum of all differences, and quantizes to 0 as far as others or further.
    const limit = Math.min(quantizer.emptySad, quantizer.even >> 2);
    if (this.memory.kernels.isNear(source, SOURCE_STRIDE, recon, RECON_STRIDE, 8, limit) === 1)
      return true;
    let score = 0;
    for (let row = 0; row < 2; row++) {
      const block = CB_BLOCKS + 2 * row;
      const both = this.memory.kernels.quantizePair(
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
        if (this.quantizer.decidesLevels || score >= CHROMA_SCORE) return false;
      }
    }
    forwardChromaDc(dc[0], dc[1], dc[2], dc[3], dc, 0);
    if (isChromaDcEmpty(quantizer, dc)) return true;
    return quantizeDc(quantizer, dc, 0, levels, 16 * CB_DC_BLOCK, 4, null) === 0;
  }
}
