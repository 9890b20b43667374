/**
 * The macroblock: its types, the order of its blocks, and the tables that tie syntax to them (clauses 6.4, 7.4.5, 8.5.6,
 * 9.1.2).
 *
 * Coefficient levels of one macroblock lie in one Int16Array of 27 blocks of 16, each in scan order:
 *   0..15  luma 4x4 blocks by luma4x4BlkIdx,
 *   16..19 Cb, 20..23 Cr 4x4 blocks by chroma4x4BlkIdx (index 0 of each unused: the DC is apart),
 *   24 Intra16x16DCLevel, 25 Cb DC, 26 Cr DC (4 levels).
 * Beside them an Int32Array of 27 masks says which are nonzero: bit i of mask b stands for level 16·b + i.
 * With the 8x8 transform, the 64 levels of 8x8 block b lie at 64·b, and two words of masks beside the others say which are nonzero.
 */

/** Macroblock types as this library numbers them; mb_type on the wire is derived in macroblock-syntax.ts. */
export const I_4X4 = 0;
/** I_NxN with transform_size_8x8_flag equal to 1, Table 7-11. */
export const I_8X8 = 1;
export const I_16X16 = 2;
export const I_PCM = 3;
/**
 * Inter macroblocks by the shape of their partitions, Tables 7-13 and 7-14. Which lists each partition uses is said by its reference
 * indexes: in P slices list 0, P_L0_16x16 to P_8x8; in B slices either or both.
 */
export const INTER_16X16 = 4;
export const INTER_16X8 = 5;
export const INTER_8X16 = 6;
export const INTER_8X8 = 7;
export const P_SKIP = 8;
/** B_Skip and B_Direct_16x16, whose motion is derived (clause 8.4.1.2). */
export const B_SKIP = 9;
export const B_DIRECT_16X16 = 10;

/** Sub-macroblocks of INTER_8X8 by the shape of their parts, Tables 7-17 and 7-18. */
export const SUB_8X8 = 0;
export const SUB_8X4 = 1;
export const SUB_4X8 = 2;
export const SUB_4X4 = 3;
/** B_Direct_8x8. */
export const SUB_DIRECT = 4;

/** Whether a macroblock type predicts from its own picture (MbPartPredMode, clause 7.4.5). */
export function isIntra(mbType: number): boolean {
  return mbType <= I_PCM;
}

/** First block of each kind in the arrays of levels and masks. */
export const CB_BLOCKS = 16;
export const CR_BLOCKS = 20;
export const LUMA_DC_BLOCK = 24;
export const CB_DC_BLOCK = 25;
export const CR_DC_BLOCK = 26;
export const BLOCKS_PER_MB = 27;

/** ctxBlockCat of the kinds of blocks, Table 9-42. */
export const BlockCat = {
  LUMA_DC_16X16: 0,
  LUMA_AC_16X16: 1,
  LUMA_4X4: 2,
  CHROMA_DC: 3,
  CHROMA_AC: 4,
  LUMA_8X8: 5,
} as const;

/** Clause 6.4.3: luma4x4BlkIdx => column of the block, in blocks. */
// biome-ignore format: in the order of the index
export const BLOCK_X: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3);

/** Clause 6.4.3: luma4x4BlkIdx => row of the block, in blocks. */
// biome-ignore format: in the order of the index
export const BLOCK_Y: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3);

/** 4·row + column of the block => luma4x4BlkIdx; the inverse of BLOCK_X and BLOCK_Y, and of itself. */
// biome-ignore format: as the blocks lie
export const BLOCK_AT: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   0,  1,  4,  5,
   2,  3,  6,  7,
   8,  9, 12, 13,
  10, 11, 14, 15);

/** Table 8-13 (clause 8.5.6), zig-zag scan of frame macroblocks: scan index => 4·row + column. */
// biome-ignore format: in the order of the index
export const ZIGZAG: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15);

/** Table 9-4 (clause 9.1.2), ChromaArrayType 1: codeNum => coded_block_pattern of Intra_4x4 macroblocks. */
// biome-ignore format: in the order of the table
const CODED_BLOCK_PATTERN_INTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  47, 31, 15,  0, 23, 27, 29, 30,  7, 11, 13, 14, 39, 43, 45, 46,
  16,  3,  5, 10, 12, 19, 21, 26, 28, 35, 37, 42, 44,  1,  2,  4,
   8, 17, 18, 20, 24,  6,  9, 22, 25, 32, 33, 34, 36, 40, 38, 41);

/** Table 9-4 (clause 9.1.2), ChromaArrayType 1: codeNum => coded_block_pattern of Inter macroblocks. */
// biome-ignore format: in the order of the table
const CODED_BLOCK_PATTERN_INTER: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   0, 16,  1,  2,  4,  8, 32,  3,  5, 10, 12, 15, 47,  7, 11, 13,
  14,  6,  9, 31, 35, 37, 42, 44, 33, 34, 36, 40, 39, 43, 45, 46,
  17, 18, 20, 24, 19, 21, 26, 28, 23, 27, 29, 30, 22, 25, 38, 41);

/** Inverts a table codeNum => coded_block_pattern (Table 9-4, clause 9.1.2). */
export function inverted(table: Uint8Array): Uint8Array {
  const inverse = new Uint8Array(table.length);
  for (let i = 0; i < table.length; i++) inverse[table[i]] = i;
  return inverse;
}

/** Table 9-4, inverted: coded_block_pattern => codeNum for Intra_4x4 macroblocks. */
export const CODE_NUM_OF_CBP_INTRA: Uint8Array =
  /* @__PURE__ */ inverted(CODED_BLOCK_PATTERN_INTRA);

/** Table 9-4, inverted: coded_block_pattern => codeNum for Inter macroblocks. */
export const CODE_NUM_OF_CBP_INTER: Uint8Array =
  /* @__PURE__ */ inverted(CODED_BLOCK_PATTERN_INTER);
