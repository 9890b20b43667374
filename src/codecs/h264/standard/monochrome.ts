/** Pictures without chroma (ChromaArrayType 0): codes of their coded_block_pattern, which has no bits for chroma. */
import { inverted } from './macroblock.ts';

/** Table 9-4 (clause 9.1.2), ChromaArrayType 0 or 3: codeNum => coded_block_pattern of Intra_4x4 and Intra_8x8 macroblocks. */
// biome-ignore format: in the order of the table
const CODED_BLOCK_PATTERN_INTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  15, 0, 7, 11, 13, 14, 3, 5, 10, 12, 1, 2, 4, 8, 6, 9);

/** Table 9-4 (clause 9.1.2), ChromaArrayType 0 or 3: codeNum => coded_block_pattern of Inter macroblocks. */
// biome-ignore format: in the order of the table
const CODED_BLOCK_PATTERN_INTER: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 1, 2, 4, 8, 3, 5, 10, 12, 15, 7, 11, 13, 14, 6, 9);

/** Table 9-4, inverted: coded_block_pattern => codeNum for intra and for inter macroblocks. */
export const MONOCHROME_CODE_NUMS: readonly [intra: Uint8Array, inter: Uint8Array] = [
  /* @__PURE__ */ inverted(CODED_BLOCK_PATTERN_INTRA),
  /* @__PURE__ */ inverted(CODED_BLOCK_PATTERN_INTER),
];
