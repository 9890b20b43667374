/**
 * From prediction to levels: transform and quantization of 4x4 blocks, by a dead zone or by rate and distortion. The prediction lies
 * in the candidate's reconstruction block.
 */
import { BLOCK_BYTES, type Kernels } from '../kernels/contract.ts';
import {
  QUANTIZE_FULL,
  QUANTIZE_INTRA,
  QUANTIZERS_OF_PLANE,
  type Quantizer,
  scaleLevels,
} from '../kernels/plain/quantize.ts';
import { countBits } from '../standard/cavlc.ts';
import {
  type CoefficientGrid,
  LUMA_TOTALS,
  LUMA_TOTALS_STRIDE,
} from '../standard/coefficient-grid.ts';
import { BLOCK_X, BLOCK_Y } from '../standard/macroblock.ts';
import { LEVELS_PER_MB } from '../standard/macroblock-syntax.ts';
import type { BlockInspection } from './block-inspection.ts';
import type { Candidate } from './candidate.ts';
import type { LevelDecider } from './level-decision.ts';
import { type EncoderMemory, RECON_LUMA, RECON_STRIDE, SOURCE_STRIDE } from './memory.ts';

/** Quantizes the macroblocks of one encoder. */
export class BlockQuantizer {
  private readonly memory: EncoderMemory;
  private readonly kernels: Kernels;
  private readonly grid: CoefficientGrid;
  /** Optimizes levels by rate and distortion; null: levels are those of a dead zone. */
  private readonly decider: LevelDecider | null;
  readonly decidesLevels: boolean;
  /** Coefficients of the blocks as they lie in memory. */
  readonly coefficients: Int16Array;
  private readonly watched: BlockInspection | null;
  /** Quantizers of a plane; 0 where all planes have the same. */
  private readonly planeStep: number;

  /** `grid`: total_coeff around the macroblock; `decider`: as the field says. */
  constructor(
    memory: EncoderMemory,
    grid: CoefficientGrid,
    decider: LevelDecider | null,
    watched: BlockInspection | null,
  ) {
    this.watched = watched;
    this.memory = memory;
    this.kernels = memory.kernels;
    this.planeStep = memory.quantizers.length > QUANTIZERS_OF_PLANE ? QUANTIZERS_OF_PLANE : 0;
    this.coefficients = new Int16Array(memory.bytes.buffer, memory.coefficients, LEVELS_PER_MB);
    this.grid = grid;
    this.decider = decider;
    this.decidesLevels = decider !== null;
  }

  /** Another macroblock begins. */
  startMacroblock(): void {
    this.decider?.startMacroblock();
  }

  /** A picture begins. */
  startPicture(isIntra: boolean, grain: number): void {
    this.decider?.startPicture(isIntra, grain);
  }

  /** Whether the blocks that follow are of an intra macroblock. */
  set isIntra(isIntra: boolean) {
    if (this.decider !== null) this.decider.isIntra = isIntra;
  }

  /** Tells the inspector of the blocks of a candidate that was coded. */
  tellBlocks(candidate: Candidate): void {
    this.watched?.tell(candidate);
  }

  /** Index of the quantizer for a kind of blocks in a plane (0 luma, 1 Cb, 2 Cr); where levels are decided, the one that rounds to the nearest. */
  indexOf(kind: number, qp: number, plane = 0): number {
    // Intra ones are 52 behind where there are any.
    const full = QUANTIZE_FULL + (kind === QUANTIZE_INTRA ? this.planeStep >> 2 : 0);
    return qp + this.planeStep * plane + (this.decidesLevels ? full : kind);
  }

  /** The quantizer by dead zone. */
  deadZone(kind: number, qp: number, plane: number): Quantizer {
    return this.memory.quantizers[kind + qp + this.planeStep * plane];
  }

  /**
   * Transforms and quantizes blocks `block` and `block` + 1, which lie side by side, by dead zone or by rate and distortion;
   * sets their masks, and scales their coefficients for the way back if any level is left.
   * @param source, prediction positions of the left one
   * @param at, stride its place in the grid of total_coeff, which is kept up to date where levels are decided
   * @returns whether any level is left
   */
  quantizePair(
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

  /** Transforms and quantizes one luma block; sets its mask, and scales its coefficients for the way back. Returns the mask. */
  quantizeBlock(candidate: Candidate, quantizer: number, blkIdx: number): number {
    const { source, coefficients } = this.memory;
    const { masks } = candidate.syntax;
    const x = BLOCK_X[blkIdx];
    const y = BLOCK_Y[blkIdx];
    const from = source + 4 * (y * SOURCE_STRIDE + x);
    const prediction = candidate.recon + RECON_LUMA + 4 * (y * RECON_STRIDE + x);
    if (this.watched !== null) this.watched.watch(blkIdx, from, prediction, quantizer, 0);
    masks[blkIdx] = this.kernels.quantizeBlock(
      from,
      SOURCE_STRIDE,
      prediction,
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
    return masks[blkIdx];
  }

  /**
   * Transforms and quantizes the luma of a macroblock whose prediction is in place; sets the masks of its blocks, and scales
   * their coefficients for the way back if any level is left.
   * @returns whether any level is left
   */
  quantizeLuma(candidate: Candidate, quantizer: number, first: number): boolean {
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
    const decideLuma = this.decider?.decideLuma ?? null;
    if (decideLuma !== null) {
      const { quantizers, coefficients } = this.memory;
      const at = [coefficients, candidate.levels, candidate.masks] as const;
      const isLeft = decideLuma(quantizers[quantizer], first, ...at);
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
        const place = LUMA_TOTALS + LUMA_TOTALS_STRIDE * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx];
        totals[place] = countBits(masks[blkIdx]);
      }
      return isLeft;
    }
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
}
