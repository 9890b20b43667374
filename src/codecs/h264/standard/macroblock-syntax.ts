/**
 * The syntax of one macroblock, macroblock_layer( ) of clause 7.3.5: its record, and the order of its elements, written once
 * against `MacroblockSink`.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import {
  B_DIRECT_16X16,
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
  SUB_DIRECT,
} from './macroblock.ts';
import type { MacroblockSink, SliceSyntax } from './macroblock-sink.ts';

/** Levels of all blocks of a macroblock, clause 7.3.5.3. */
export const LEVELS_PER_MB = 16 * BLOCKS_PER_MB;

/**
 * mb_qp_delta from one QP to another, clause 7.4.5: -26 to 25, since decoders add it modulo 52. Both from 0 to 51.
 */
export function qpDelta(previousQp: number, qp: number): number {
  const delta = qp - previousQp;
  return delta > 25 ? delta - 52 : delta < -26 ? delta + 52 : delta;
}

/** The values of one macroblock's syntax elements, with the levels laid out as macroblock.ts says. */
export class MacroblockSyntax {
  /** Macroblock type (macroblock.ts), never P_Skip or B_Skip. */
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

  /** Room for levels and masks: LEVELS_PER_MB, BLOCKS_PER_MB and 8 elements. */
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

/** mb_type of Tables 7-11 (I slices), 7-13 (P slices) and 7-14 (B slices). */
function mbTypeCode(w: MacroblockSink, mb: MacroblockSyntax, sliceType: number): number {
  if (!isIntra(mb.mbType)) {
    if (sliceType === SliceType.B) return mbTypeCodeB(mb);
    if (mb.mbType !== INTER_8X8) return mb.mbType - INTER_16X16;
    return w.hasP8x8Ref0 && usesRef0Only(mb) ? MB_TYPE_P_8X8_REF0 : MB_TYPE_P_8X8;
  }
  const intraOffset = INTRA_OFFSET[sliceType];
  if (mb.mbType === I_PCM) return intraOffset + MB_TYPE_I_PCM;
  if (mb.mbType !== I_16X16) return intraOffset;
  const luma = (mb.coded_block_pattern & 15) !== 0 ? 12 : 0;
  const chroma = mb.coded_block_pattern >> 4;
  return intraOffset + 1 + mb.intra16x16PredMode + 4 * chroma + luma;
}

/** Lists that a partition is predicted from, by the reference indexes of its first 8x8 block: Pred_L0, Pred_L1 or BiPred. */
const PRED_L0 = 0;
const PRED_L1 = 1;
const BI_PRED = 2;

/** MbPartPredMode or SubMbPredMode of clauses 7.4.5 and 7.4.5.2. */
function predMode({ refIdx }: MacroblockSyntax, b8: number): number {
  return refIdx[4 + b8] < 0 ? PRED_L0 : refIdx[b8] < 0 ? PRED_L1 : BI_PRED;
}

/** Table 7-14: 3·(prediction mode of the first partition) + that of the second => mb_type of 16x8; of 8x16 it is one more. */
// biome-ignore format: a row for each mode of the first
const MB_TYPE_OF_HALVES: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   4,  8, 12,
  10,  6, 14,
  16, 18, 20);

const MB_TYPE_B_8X8 = 22;

/** mb_type of an inter macroblock in a B slice, Table 7-14. */
function mbTypeCodeB(mb: MacroblockSyntax): number {
  switch (mb.mbType) {
    case B_DIRECT_16X16:
      return 0;
    case INTER_16X16:
      return 1 + predMode(mb, 0);
    case INTER_16X8:
      return MB_TYPE_OF_HALVES[3 * predMode(mb, 0) + predMode(mb, 2)];
    case INTER_8X16:
      return MB_TYPE_OF_HALVES[3 * predMode(mb, 0) + predMode(mb, 1)] + 1;
    default:
      return MB_TYPE_B_8X8;
  }
}

/** Table 7-18: shape of the parts => sub_mb_type with Pred_L0, and the step from one prediction mode to the next. */
const SUB_MB_TYPE_B: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 4, 5, 10);
const SUB_MB_TYPE_STEP: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 2, 2, 1);

/** sub_mb_type of one 8x8 block, Tables 7-17 and 7-18. */
function subMbTypeCode(mb: MacroblockSyntax, b8: number, sliceType: number): number {
  const shape = mb.subMbType[b8];
  if (sliceType !== SliceType.B) return shape;
  if (shape === SUB_DIRECT) return 0;
  return SUB_MB_TYPE_B[shape] + SUB_MB_TYPE_STEP[shape] * predMode(mb, b8);
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
 * 8x8 (NoSubMbPartSizeLessThan8x8Flag, clause 7.3.5). Direct blocks have none, since direct_8x8_inference_flag is 1.
 */
export function allowsTransform8x8(mb: MacroblockSyntax): boolean {
  if (isIntra(mb.mbType)) return false;
  const { subMbType } = mb;
  const shapes = subMbType[0] | subMbType[1] | subMbType[2] | subMbType[3];
  return mb.mbType !== INTER_8X8 || (shapes & ~SUB_DIRECT) === 0;
}

/** mb_pred( ) and sub_mb_pred( ), clauses 7.3.5.1 and 7.3.5.2. */
function writePrediction(w: MacroblockSink, mb: MacroblockSyntax, slice: SliceSyntax): void {
  switch (mb.mbType) {
    case I_4X4:
      for (let blkIdx = 0; blkIdx < 16; blkIdx++) writeIntraMode(w, mb, blkIdx);
      writeChromaMode(w, mb, slice);
      return;
    case I_8X8:
      for (let blkIdx = 0; blkIdx < 16; blkIdx += 4) writeIntraMode(w, mb, blkIdx);
      writeChromaMode(w, mb, slice);
      return;
    case I_16X16:
      writeChromaMode(w, mb, slice);
      return;
    case B_DIRECT_16X16:
      return;
    case INTER_8X8:
      writeSubMacroblocks(w, mb, slice);
      return;
    default:
      writePartitions(w, mb, slice);
  }
}

function writeChromaMode(w: MacroblockSink, mb: MacroblockSyntax, slice: SliceSyntax): void {
  if (slice.ChromaArrayType !== 0) w.intraChromaPredMode(mb.intra_chroma_pred_mode);
}

/** Whether ref_idx of a list is written: if there is more than one picture in it, clause 7.3.5.1. */
function hasRefIdx(slice: SliceSyntax, list: number): boolean {
  const { num_ref_idx_l0_active_minus1, num_ref_idx_l1_active_minus1 } = slice;
  return (list === 0 ? num_ref_idx_l0_active_minus1 : num_ref_idx_l1_active_minus1) > 0;
}

/** mb_pred( ) of an inter macroblock of one or two partitions, clause 7.3.5.1. */
function writePartitions(w: MacroblockSink, mb: MacroblockSyntax, slice: SliceSyntax): void {
  const { mbType, refIdx, mvd } = mb;
  const width = mbType === INTER_8X16 ? 2 : 4;
  const height = mbType === INTER_16X8 ? 2 : 4;
  // The 8x8 block that the second partition begins with; of a single one there is none.
  const step = mbType === INTER_16X16 ? 4 : mbType === INTER_16X8 ? 2 : 1;
  const lists = slice.sliceType === SliceType.B ? 2 : 1;
  for (let list = 0; list < lists; list++) {
    if (!hasRefIdx(slice, list)) continue;
    for (let b8 = 0; b8 <= step && b8 < 4; b8 += step) {
      if (refIdx[4 * list + b8] >= 0) w.refIdx(list, b8, refIdx[4 * list + b8]);
    }
  }
  for (let list = 0; list < lists; list++) {
    for (let b8 = 0; b8 <= step && b8 < 4; b8 += step) {
      if (refIdx[4 * list + b8] < 0) continue;
      const block = (b8 >> 1) * 8 + (b8 & 1) * 2;
      w.mvd(list, block, width, height, mvd[16 * list + block]);
    }
  }
}

/** sub_mb_pred( ), clause 7.3.5.2. */
function writeSubMacroblocks(w: MacroblockSink, mb: MacroblockSyntax, slice: SliceSyntax): void {
  const { refIdx, subMbType } = mb;
  const isB = slice.sliceType === SliceType.B;
  for (let b8 = 0; b8 < 4; b8++) w.subMbType(subMbTypeCode(mb, b8, slice.sliceType));
  const isRef0 = !isB && w.hasP8x8Ref0 && usesRef0Only(mb);
  for (let list = 0; list < (isB ? 2 : 1); list++) {
    if (!hasRefIdx(slice, list) || isRef0) continue;
    for (let b8 = 0; b8 < 4; b8++) {
      const ref_idx = refIdx[4 * list + b8];
      if (ref_idx >= 0 && subMbType[b8] !== SUB_DIRECT) w.refIdx(list, b8, ref_idx);
    }
  }
  for (let list = 0; list < (isB ? 2 : 1); list++) {
    for (let b8 = 0; b8 < 4; b8++) {
      if (refIdx[4 * list + b8] >= 0 && subMbType[b8] !== SUB_DIRECT) {
        writeSubVectors(w, mb, list, b8);
      }
    }
  }
}

/** The mode of the block that begins with the luma4x4BlkIdx, clauses 7.3.5.1 and 8.3.1.1. */
function writeIntraMode(w: MacroblockSink, mb: MacroblockSyntax, blkIdx: number): void {
  const mode = mb.intra4x4PredMode[blkIdx];
  const predicted = mb.predIntra4x4PredMode[blkIdx];
  w.intraPredMode(mode === predicted ? -1 : mode < predicted ? mode : mode - 1);
}

/** The vectors of one list of one sub-macroblock, Tables 7-17 and 7-18. */
function writeSubVectors(w: MacroblockSink, mb: MacroblockSyntax, list: number, b8: number): void {
  const at = (b8 >> 1) * 8 + (b8 & 1) * 2;
  const type = mb.subMbType[b8];
  const width = type === SUB_4X8 || type === SUB_4X4 ? 1 : 2;
  const height = type === SUB_8X4 || type === SUB_4X4 ? 1 : 2;
  for (let y = 0; y < 2; y += height) {
    for (let x = 0; x < 2; x += width) {
      const block = at + 4 * y + x;
      w.mvd(list, block, width, height, mb.mvd[16 * list + block]);
    }
  }
}

/** residual( ), clauses 7.3.5.3 and 7.3.5.3.1, for 4:2:0 and for monochrome, where coded_block_pattern has no bits of chroma. */
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
