/**
 * The syntax of one macroblock, macroblock_layer( ) of clause 7.3.5, written once against `EntropyWriter`: CAVLC bits, a
 * count of bits for decisions, and whatever comes later implement it.
 */
import type { BitWriter } from '../../../bits/bit-writer.ts';
import { SyntaxWriter, seBits, ueBits } from '../../../bits/syntax-writer.ts';
import { countBits, NC_CHROMA_DC, residualBlockBits, writeResidualBlock } from './cavlc.ts';
import {
  BLOCK_X,
  BLOCK_Y,
  BLOCKS_PER_MB,
  CB_BLOCKS,
  CB_DC_BLOCK,
  CODE_NUM_OF_CBP_INTER,
  CODE_NUM_OF_CBP_INTRA,
  CR_BLOCKS,
  CR_DC_BLOCK,
  I_4X4,
  I_16X16,
  I_PCM,
  isIntra,
  LUMA_DC_BLOCK,
  P_8X8,
  P_L0_4X4,
  P_L0_4X8,
  P_L0_8X4,
  P_L0_16X16,
  P_L0_L0_8X16,
  P_L0_L0_16X8,
} from './macroblock.ts';
import { mvX, mvY } from './picture.ts';

/** Where macroblock syntax goes. Descriptors as in clause 7.2. */
export interface EntropyWriter {
  u(name: string, count: number, value: number): void;
  ue(name: string, value: number): void;
  se(name: string, value: number): void;
  te(name: string, max: number, value: number): void;
  /** residual_block( ) of the block at `16·block` of the levels; arguments as in cavlc.ts. */
  residualBlock(
    name: string,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
    nC: number,
  ): void;
}

/** Writes macroblock syntax with CAVLC. */
export class CavlcWriter implements EntropyWriter {
  readonly syntax: SyntaxWriter;
  private readonly bits: BitWriter;

  constructor(syntax: SyntaxWriter = new SyntaxWriter()) {
    this.syntax = syntax;
    this.bits = syntax.bits;
  }

  u(name: string, count: number, value: number): void {
    this.syntax.u(name, count, value);
  }

  ue(name: string, value: number): void {
    this.syntax.ue(name, value);
  }

  se(name: string, value: number): void {
    this.syntax.se(name, value);
  }

  te(name: string, max: number, value: number): void {
    this.syntax.te(name, max, value);
  }

  residualBlock(
    name: string,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
    nC: number,
  ): void {
    const before = this.bits.bitPosition;
    writeResidualBlock(this.bits, levels, start, mask, maxNumCoeff, nC);
    const trace = this.syntax.trace;
    if (trace !== null) {
      trace(name, 'ce', countBits(mask), before, this.bits.bitPosition - before);
    }
  }
}

/** Counts the bits that `CavlcWriter` would write. */
export class CavlcBitCounter implements EntropyWriter {
  bits = 0;

  u(_name: string, count: number, _value: number): void {
    this.bits += count;
  }

  ue(_name: string, value: number): void {
    this.bits += ueBits(value);
  }

  se(_name: string, value: number): void {
    this.bits += seBits(value);
  }

  te(_name: string, max: number, value: number): void {
    this.bits += max > 1 ? ueBits(value) : 1;
  }

  residualBlock(
    _name: string,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
    nC: number,
  ): void {
    this.bits += residualBlockBits(levels, start, mask, maxNumCoeff, nC);
  }
}

/** Levels of all blocks of a macroblock, clause 7.3.5.3. */
export const LEVELS_PER_MB = 16 * BLOCKS_PER_MB;

/** The values of one macroblock's syntax elements, with the levels laid out as macroblock.ts says. */
export class MacroblockSyntax {
  /** Macroblock type (macroblock.ts), never P_Skip. */
  mbType = I_16X16;
  intra16x16PredMode = 0;
  intra_chroma_pred_mode = 0;
  mb_qp_delta = 0;
  coded_block_pattern = 0;
  /** Intra4x4PredMode by luma4x4BlkIdx. */
  readonly intra4x4PredMode: Int8Array = new Int8Array(16);
  /** predIntra4x4PredMode by luma4x4BlkIdx (clause 8.3.1.1). */
  readonly predIntra4x4PredMode: Int8Array = new Int8Array(16);
  /** sub_mb_type of the four 8x8 blocks. */
  readonly subMbType: Uint8Array = new Uint8Array(4);
  /** ref_idx_l0 of the four 8x8 blocks. */
  readonly refIdx: Int8Array = new Int8Array(4);
  /** Packed mvd_l0 of each partition, at 4·row + column of its first 4x4 block. */
  readonly mvd: Int32Array = new Int32Array(16);
  readonly levels: Int16Array;
  readonly masks: Int32Array;

  /** `levels`, `masks`: where they lie, LEVELS_PER_MB and BLOCKS_PER_MB of them. */
  constructor(
    levels: Int16Array = new Int16Array(LEVELS_PER_MB),
    masks: Int32Array = new Int32Array(BLOCKS_PER_MB),
  ) {
    this.levels = levels;
    this.masks = masks;
  }
}

/** What is true of the slice. */
export interface SliceSyntax {
  readonly isIntraSlice: boolean;
  /** num_ref_idx_l0_active_minus1. */
  readonly num_ref_idx_l0_active_minus1: number;
}

/** total_coeff of the blocks around and inside the current macroblock, for nC (clause 9.2.1). */
export class CoefficientGrid {
  /**
   * Luma, 8 wide: block (x, y) at 9 + 8·y + x. Chroma, 4 wide: block (x, y) of Cb at 45 + 4·y + x, of Cr at 57 + 4·y + x.
   * Neighbors lie at -1 in each; NOT_AVAILABLE where there is none.
   */
  readonly totals: Uint8Array = new Uint8Array(72);

  /** nC from the blocks to the left of and above the grid position `at`; `stride` is the grid's. */
  nC(at: number, stride: number): number {
    const sum = this.totals[at - 1] + this.totals[at - stride];
    return sum < NOT_AVAILABLE ? (sum + 1) >> 1 : sum & (NOT_AVAILABLE - 1);
  }
}

/** Marks a missing neighbor in a CoefficientGrid: larger than any sum of two counts. */
export const NOT_AVAILABLE = 0x40;
export const LUMA_TOTALS = 9;
export const LUMA_TOTALS_STRIDE = 8;
export const CB_TOTALS = 45;
export const CR_TOTALS = 57;
export const CHROMA_TOTALS_STRIDE = 4;

/** Enters the counts of the macroblock's own blocks (total_coeff, clause 9.2.1); blocks without bits in coded_block_pattern have empty masks. */
export function setOwnTotals(grid: CoefficientGrid, masks: Int32Array): void {
  for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
    const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx];
    grid.totals[at] = countBits(masks[blkIdx]);
  }
  for (let blkIdx = 0; blkIdx < 4; blkIdx++) {
    const offset = CHROMA_TOTALS_STRIDE * (blkIdx >> 1) + (blkIdx & 1);
    grid.totals[CB_TOTALS + offset] = countBits(masks[CB_BLOCKS + blkIdx]);
    grid.totals[CR_TOTALS + offset] = countBits(masks[CR_BLOCKS + blkIdx]);
  }
}

/** mb_type of Tables 7-11 (I slices) and 7-13 (P slices). */
function mbTypeCode(mb: MacroblockSyntax, isIntraSlice: boolean): number {
  const intraOffset = isIntraSlice ? 0 : 5;
  switch (mb.mbType) {
    case I_4X4:
      return intraOffset;
    case I_16X16: {
      const luma = (mb.coded_block_pattern & 15) !== 0 ? 12 : 0;
      const chroma = mb.coded_block_pattern >> 4;
      return intraOffset + 1 + mb.intra16x16PredMode + 4 * chroma + luma;
    }
    case I_PCM:
      return intraOffset + 25;
    case P_8X8:
      return (mb.refIdx[0] | mb.refIdx[1] | mb.refIdx[2] | mb.refIdx[3]) === 0 ? 4 : 3;
    default:
      return mb.mbType - P_L0_16X16;
  }
}

/**
 * macroblock_layer( ) without I_PCM samples (pcm_sample_* are written by the caller, who has them), clause 7.3.5.
 * The grid holds the totals of the neighbors and, by `setOwnTotals`, of the macroblock.
 */
export function writeMacroblock(
  w: EntropyWriter,
  mb: MacroblockSyntax,
  slice: SliceSyntax,
  grid: CoefficientGrid,
): void {
  w.ue('mb_type', mbTypeCode(mb, slice.isIntraSlice));
  if (mb.mbType === I_PCM) return;
  writePrediction(w, mb, slice);
  const isIntra16x16 = mb.mbType === I_16X16;
  if (!isIntra16x16) {
    const table = isIntra(mb.mbType) ? CODE_NUM_OF_CBP_INTRA : CODE_NUM_OF_CBP_INTER;
    w.ue('coded_block_pattern', table[mb.coded_block_pattern]);
  }
  if (mb.coded_block_pattern !== 0 || isIntra16x16) {
    w.se('mb_qp_delta', mb.mb_qp_delta);
    writeResidual(w, mb, grid);
  }
}

/** mb_pred( ) and sub_mb_pred( ), clauses 7.3.5.1 and 7.3.5.2. */
function writePrediction(w: EntropyWriter, mb: MacroblockSyntax, slice: SliceSyntax): void {
  switch (mb.mbType) {
    case I_4X4:
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
        const mode = mb.intra4x4PredMode[blkIdx];
        const predicted = mb.predIntra4x4PredMode[blkIdx];
        if (mode === predicted) {
          w.u('prev_intra4x4_pred_mode_flag', 1, 1);
        } else {
          w.u('prev_intra4x4_pred_mode_flag', 1, 0);
          w.u('rem_intra4x4_pred_mode', 3, mode < predicted ? mode : mode - 1);
        }
      }
      w.ue('intra_chroma_pred_mode', mb.intra_chroma_pred_mode);
      return;
    case I_16X16:
      w.ue('intra_chroma_pred_mode', mb.intra_chroma_pred_mode);
      return;
    case P_8X8: {
      for (let i = 0; i < 4; i++) w.ue('sub_mb_type', mb.subMbType[i]);
      const usesRef0 = (mb.refIdx[0] | mb.refIdx[1] | mb.refIdx[2] | mb.refIdx[3]) === 0;
      if (slice.num_ref_idx_l0_active_minus1 > 0 && !usesRef0) {
        for (let i = 0; i < 4; i++) {
          w.te('ref_idx_l0', slice.num_ref_idx_l0_active_minus1, mb.refIdx[i]);
        }
      }
      for (let i = 0; i < 4; i++) writeSubVectors(w, mb, i);
      return;
    }
    default: {
      const first16x8 = mb.mbType === P_L0_L0_16X8;
      const first8x16 = mb.mbType === P_L0_L0_8X16;
      if (slice.num_ref_idx_l0_active_minus1 > 0) {
        w.te('ref_idx_l0', slice.num_ref_idx_l0_active_minus1, mb.refIdx[0]);
        if (first16x8) w.te('ref_idx_l0', slice.num_ref_idx_l0_active_minus1, mb.refIdx[2]);
        if (first8x16) w.te('ref_idx_l0', slice.num_ref_idx_l0_active_minus1, mb.refIdx[1]);
      }
      writeVector(w, mb.mvd[0]);
      if (first16x8) writeVector(w, mb.mvd[8]);
      if (first8x16) writeVector(w, mb.mvd[2]);
    }
  }
}

function writeVector(w: EntropyWriter, mvd: number): void {
  w.se('mvd_l0', mvX(mvd));
  w.se('mvd_l0', mvY(mvd));
}

/** The vectors of one sub-macroblock, Table 7-17. */
function writeSubVectors(w: EntropyWriter, mb: MacroblockSyntax, mbPartIdx: number): void {
  const at = (mbPartIdx >> 1) * 8 + (mbPartIdx & 1) * 2;
  const type = mb.subMbType[mbPartIdx];
  writeVector(w, mb.mvd[at]);
  if (type === P_L0_4X8 || type === P_L0_4X4) writeVector(w, mb.mvd[at + 1]);
  if (type === P_L0_8X4 || type === P_L0_4X4) writeVector(w, mb.mvd[at + 4]);
  if (type === P_L0_4X4) writeVector(w, mb.mvd[at + 5]);
}

/** residual( ), clauses 7.3.5.3 and 7.3.5.3.1, for 4:2:0. */
function writeResidual(w: EntropyWriter, mb: MacroblockSyntax, grid: CoefficientGrid): void {
  const { levels, masks } = mb;
  const isIntra16x16 = mb.mbType === I_16X16;
  if (isIntra16x16) {
    const nC = grid.nC(LUMA_TOTALS, LUMA_TOTALS_STRIDE);
    w.residualBlock('Intra16x16DCLevel', levels, 16 * LUMA_DC_BLOCK, masks[LUMA_DC_BLOCK], 16, nC);
  }
  for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
    if ((mb.coded_block_pattern & (1 << (blkIdx >> 2))) === 0) continue;
    const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx];
    const nC = grid.nC(at, LUMA_TOTALS_STRIDE);
    // An AC block's first level stands at scan position 1; its mask is shifted to match.
    if (isIntra16x16) {
      const mask = masks[blkIdx] >> 1;
      w.residualBlock('Intra16x16ACLevel', levels, 16 * blkIdx + 1, mask, 15, nC);
    } else {
      w.residualBlock('LumaLevel4x4', levels, 16 * blkIdx, masks[blkIdx], 16, nC);
    }
  }
  const chroma = mb.coded_block_pattern >> 4;
  if (chroma !== 0) {
    const cb = masks[CB_DC_BLOCK];
    const cr = masks[CR_DC_BLOCK];
    w.residualBlock('ChromaDCLevel', levels, 16 * CB_DC_BLOCK, cb, 4, NC_CHROMA_DC);
    w.residualBlock('ChromaDCLevel', levels, 16 * CR_DC_BLOCK, cr, 4, NC_CHROMA_DC);
  }
  if (chroma === 2) {
    for (let blkIdx = 0; blkIdx < 8; blkIdx++) {
      const totals = blkIdx < 4 ? CB_TOTALS : CR_TOTALS;
      const at = totals + CHROMA_TOTALS_STRIDE * ((blkIdx >> 1) & 1) + (blkIdx & 1);
      const nC = grid.nC(at, CHROMA_TOTALS_STRIDE);
      const block = CB_BLOCKS + blkIdx;
      w.residualBlock('ChromaACLevel', levels, 16 * block + 1, masks[block] >> 1, 15, nC);
    }
  }
}
