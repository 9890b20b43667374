/**
 * The syntax of one macroblock, macroblock_layer( ) of clause 7.3.5: its record, and the order of its elements, written once
 * against `MacroblockSink`.
 */
import {
  BLOCKS_PER_MB,
  BlockCat,
  CB_BLOCKS,
  CB_DC_BLOCK,
  CR_DC_BLOCK,
  I_4X4,
  I_8X8,
  I_16X16,
  I_PCM,
  INTER_8X8,
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  isIntra,
  LUMA_DC_BLOCK,
  SUB_4X4,
  SUB_4X8,
  SUB_8X4,
} from './macroblock.ts';
import type { MacroblockSink, SliceSyntax } from './macroblock-sink.ts';

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
  /** 1 for I_8X8, and for Inter macroblocks with the 8x8 transform; 0 for all others. */
  transform_size_8x8_flag = 0;
  /** Intra4x4PredMode by luma4x4BlkIdx; of I_8X8, Intra8x8PredMode at the first index of each 8x8 block. */
  readonly intra4x4PredMode: Int8Array = new Int8Array(16);
  /** predIntra4x4PredMode by luma4x4BlkIdx (clause 8.3.1.1). */
  readonly predIntra4x4PredMode: Int8Array = new Int8Array(16);
  /** sub_mb_type of the four 8x8 blocks. */
  readonly subMbType: Uint8Array = new Uint8Array(4);
  /** ref_idx of the four 8x8 blocks: 4·list + block; -1 where the list is not used. */
  readonly refIdx: Int8Array = new Int8Array(8).fill(-1, 4);
  /** Packed mvd of each partition: 16·list + 4·row + column of its first 4x4 block. */
  readonly mvd: Int32Array = new Int32Array(32);
  readonly levels: Int16Array;
  readonly masks: Int32Array;
  /** Masks of the levels of 8x8 blocks: 2·block for levels 0..31, and the next for 32..63. */
  readonly masks8x8: Int32Array;

  /** Where levels and masks lie: LEVELS_PER_MB, BLOCKS_PER_MB and 8 of them. */
  constructor(
    levels: Int16Array = new Int16Array(LEVELS_PER_MB),
    masks: Int32Array = new Int32Array(BLOCKS_PER_MB),
    masks8x8: Int32Array = new Int32Array(8),
  ) {
    this.levels = levels;
    this.masks = masks;
    this.masks8x8 = masks8x8;
  }
}

/** Number of mb_type values before those of intra macroblocks, by slice_type modulo 5: Tables 7-11, 7-13, 7-14. */
const INTRA_OFFSET: Uint8Array = /* @__PURE__ */ Uint8Array.of(5, 23, 0);

/** mb_type P_8x8 and P_8x8ref0, Table 7-13. */
const MB_TYPE_P_8X8 = 3;
const MB_TYPE_P_8X8_REF0 = 4;
/** mb_type I_PCM, Table 7-11. */
const MB_TYPE_I_PCM = 25;

/** Whether all 8x8 blocks refer to picture 0 of list 0. */
function usesRef0Only({ refIdx }: MacroblockSyntax): boolean {
  return (refIdx[0] | refIdx[1] | refIdx[2] | refIdx[3]) === 0;
}

/** mb_type of Tables 7-11 (I slices) and 7-13 (P slices). */
function mbTypeCode(w: MacroblockSink, mb: MacroblockSyntax, sliceType: number): number {
  const intraOffset = INTRA_OFFSET[sliceType];
  switch (mb.mbType) {
    case I_4X4:
    case I_8X8:
      return intraOffset;
    case I_16X16: {
      const luma = (mb.coded_block_pattern & 15) !== 0 ? 12 : 0;
      const chroma = mb.coded_block_pattern >> 4;
      return intraOffset + 1 + mb.intra16x16PredMode + 4 * chroma + luma;
    }
    case I_PCM:
      return intraOffset + MB_TYPE_I_PCM;
    case INTER_8X8:
      return w.hasP8x8Ref0 && usesRef0Only(mb) ? MB_TYPE_P_8X8_REF0 : MB_TYPE_P_8X8;
    default:
      return mb.mbType - INTER_16X16;
  }
}

/**
 * macroblock_layer( ) without I_PCM samples (the caller, who has them, hands them to `pcm`), clause 7.3.5. In P and B slices
 * the caller has said before, by `skip`, that the macroblock is not skipped.
 */
export function writeMacroblock(w: MacroblockSink, mb: MacroblockSyntax, slice: SliceSyntax): void {
  w.mbType(mbTypeCode(w, mb, slice.sliceType));
  if (mb.mbType === I_PCM) return;
  const hasTransformSize = slice.transform_8x8_mode_flag !== 0;
  if (hasTransformSize && (mb.mbType === I_4X4 || mb.mbType === I_8X8)) {
    w.transformSize8x8Flag(mb.transform_size_8x8_flag);
  }
  writePrediction(w, mb, slice);
  const isIntra16x16 = mb.mbType === I_16X16;
  if (!isIntra16x16) w.codedBlockPattern(mb.coded_block_pattern, isIntra(mb.mbType));
  if (hasTransformSize && (mb.coded_block_pattern & 15) !== 0 && allowsTransform8x8(mb)) {
    w.transformSize8x8Flag(mb.transform_size_8x8_flag);
  }
  if (mb.coded_block_pattern !== 0 || isIntra16x16) {
    w.mbQpDelta(mb.mb_qp_delta);
    writeResidual(w, mb);
  }
}

/**
 * Whether transform_size_8x8_flag follows coded_block_pattern, where luma levels do: in Inter macroblocks without parts smaller than
 * 8x8 (NoSubMbPartSizeLessThan8x8Flag, clause 7.3.5).
 */
export function allowsTransform8x8(mb: MacroblockSyntax): boolean {
  if (isIntra(mb.mbType)) return false;
  const { subMbType } = mb;
  return (
    mb.mbType !== INTER_8X8 || (subMbType[0] | subMbType[1] | subMbType[2] | subMbType[3]) === 0
  );
}

/** mb_pred( ) and sub_mb_pred( ), clauses 7.3.5.1 and 7.3.5.2. */
function writePrediction(w: MacroblockSink, mb: MacroblockSyntax, slice: SliceSyntax): void {
  const hasRefIdx = slice.num_ref_idx_l0_active_minus1 > 0;
  const { refIdx, mvd } = mb;
  switch (mb.mbType) {
    case I_4X4:
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) writeIntraMode(w, mb, blkIdx);
      w.intraChromaPredMode(mb.intra_chroma_pred_mode);
      return;
    case I_8X8:
      for (let blkIdx = 0; blkIdx < 16; blkIdx += 4) writeIntraMode(w, mb, blkIdx);
      w.intraChromaPredMode(mb.intra_chroma_pred_mode);
      return;
    case I_16X16:
      w.intraChromaPredMode(mb.intra_chroma_pred_mode);
      return;
    case INTER_16X16:
      if (hasRefIdx) w.refIdx(0, 0, refIdx[0]);
      w.mvd(0, 0, 4, 4, mvd[0]);
      return;
    case INTER_16X8:
      if (hasRefIdx) w.refIdx(0, 0, refIdx[0]);
      if (hasRefIdx) w.refIdx(0, 2, refIdx[2]);
      w.mvd(0, 0, 4, 2, mvd[0]);
      w.mvd(0, 8, 4, 2, mvd[8]);
      return;
    case INTER_8X16:
      if (hasRefIdx) w.refIdx(0, 0, refIdx[0]);
      if (hasRefIdx) w.refIdx(0, 1, refIdx[1]);
      w.mvd(0, 0, 2, 4, mvd[0]);
      w.mvd(0, 2, 2, 4, mvd[2]);
      return;
    default:
      for (let i = 0; i < 4; i++) w.subMbType(mb.subMbType[i]);
      if (hasRefIdx && !(w.hasP8x8Ref0 && usesRef0Only(mb))) {
        for (let i = 0; i < 4; i++) w.refIdx(0, i, refIdx[i]);
      }
      for (let i = 0; i < 4; i++) writeSubVectors(w, mb, i);
  }
}

/** The mode of the block that begins with the luma4x4BlkIdx, clauses 7.3.5.1 and 8.3.1.1. */
function writeIntraMode(w: MacroblockSink, mb: MacroblockSyntax, blkIdx: number): void {
  const mode = mb.intra4x4PredMode[blkIdx];
  const predicted = mb.predIntra4x4PredMode[blkIdx];
  w.intraPredMode(mode === predicted ? -1 : mode < predicted ? mode : mode - 1);
}

/** The vectors of one sub-macroblock, Table 7-17. */
function writeSubVectors(w: MacroblockSink, mb: MacroblockSyntax, mbPartIdx: number): void {
  const at = (mbPartIdx >> 1) * 8 + (mbPartIdx & 1) * 2;
  const type = mb.subMbType[mbPartIdx];
  const width = type === SUB_4X8 || type === SUB_4X4 ? 1 : 2;
  const height = type === SUB_8X4 || type === SUB_4X4 ? 1 : 2;
  for (let y = 0; y < 2; y += height) {
    for (let x = 0; x < 2; x += width) {
      const block = at + 4 * y + x;
      w.mvd(0, block, width, height, mb.mvd[block]);
    }
  }
}

/** residual( ), clauses 7.3.5.3 and 7.3.5.3.1, for 4:2:0. */
function writeResidual(w: MacroblockSink, mb: MacroblockSyntax): void {
  const { levels, masks } = mb;
  const isIntra16x16 = mb.mbType === I_16X16;
  if (isIntra16x16) {
    const mask = masks[LUMA_DC_BLOCK];
    w.residualBlock(BlockCat.LUMA_DC_16X16, LUMA_DC_BLOCK, levels, 16 * LUMA_DC_BLOCK, mask, 16);
  }
  if (mb.transform_size_8x8_flag !== 0) writeLuma8x8(w, mb);
  for (let blkIdx = mb.transform_size_8x8_flag * 16; blkIdx < 16; blkIdx++) {
    if ((mb.coded_block_pattern & (1 << (blkIdx >> 2))) === 0) continue;
    const mask = masks[blkIdx];
    // An AC block's first level stands at scan position 1; its mask is shifted to match.
    if (isIntra16x16) {
      w.residualBlock(BlockCat.LUMA_AC_16X16, blkIdx, levels, 16 * blkIdx + 1, mask >> 1, 15);
    } else {
      w.residualBlock(BlockCat.LUMA_4X4, blkIdx, levels, 16 * blkIdx, mask, 16);
    }
  }
  const chroma = mb.coded_block_pattern >> 4;
  if (chroma !== 0) {
    for (let block = CB_DC_BLOCK; block <= CR_DC_BLOCK; block++) {
      w.residualBlock(BlockCat.CHROMA_DC, block, levels, 16 * block, masks[block], 4);
    }
  }
  if (chroma === 2) {
    for (let block = CB_BLOCKS; block < CB_BLOCKS + 8; block++) {
      const mask = masks[block] >> 1;
      w.residualBlock(BlockCat.CHROMA_AC, block, levels, 16 * block + 1, mask, 15);
    }
  }
}

/** residual_luma( ) with the 8x8 transform, clause 7.3.5.3.2. */
function writeLuma8x8(
  w: MacroblockSink,
  { coded_block_pattern, levels, masks8x8 }: MacroblockSyntax,
): void {
  for (let b8 = 0; b8 < 4; b8++) {
    if ((coded_block_pattern & (1 << b8)) === 0) continue;
    w.residualBlock8x8(b8, levels, masks8x8[2 * b8], masks8x8[2 * b8 + 1]);
  }
}
