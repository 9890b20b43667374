/** Residual blocks in CABAC: which levels are not zero, then their magnitudes and signs, as bins with their contexts (clause 7.3.5.3.3). */
import { CTX, expGolombBypass } from './cabac-binarization.ts';
import type { BinString } from './cabac-encoder.ts';
import { BlockCat } from './macroblock.ts';

/** uCoff of coeff_abs_level_minus1, Table 9-34 (clause 9.3.2.3). */
const LEVEL_CUTOFF = 14;

/** Table 9-40 (clause 9.3.2): ctxBlockCat => ctxBlockCatOffset of coded_block_flag, of both maps, and of levels. */
export const FLAG_OFFSET: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 4, 8, 12, 16, 0);
export const MAP_OFFSET: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 15, 29, 44, 47, 0);
export const LEVEL_OFFSET: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 10, 20, 30, 39, 0);

/** Table 9-43, frame macroblocks: levelListIdx of an 8x8 block => ctxIdxInc of significant_coeff_flag. */
// biome-ignore format: 16 entries a row
export const SIGNIFICANT_8X8: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   0,  1,  2,  3,  4,  5,  5,  4,  4,  3,  3,  4,  4,  4,  5,  5,
   4,  4,  4,  4,  3,  3,  6,  7,  7,  7,  8,  9, 10,  9,  8,  7,
   7,  6, 11, 12, 13, 11,  6,  7,  8,  9, 14, 10,  9,  8,  6, 11,
  12, 13, 11,  6,  9, 14, 10,  9, 11, 12, 13, 11, 14, 10, 12);

/** Table 9-43: levelListIdx of an 8x8 block => ctxIdxInc of last_significant_coeff_flag. */
// biome-ignore format: 16 entries a row
export const LAST_8X8: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
  3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4,
  5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8);

/**
 * residual_block_cabac( ) of a block of up to 16 levels, clauses 7.3.5.3.3 and 9.3.3.1.3.
 * @param ctxBlockCat BlockCat, not LUMA_8X8
 * @param ctxIdxInc 0..3: coded_block_flag of the blocks to the left and (twice) above (clause 9.3.3.1.1.9)
 * @param levels, start, mask as in cavlc.ts
 */
export function residualBlock(
  out: BinString,
  ctxBlockCat: number,
  ctxIdxInc: number,
  levels: Int16Array,
  start: number,
  mask: number,
  maxNumCoeff: number,
): void {
  out.put(CTX.coded_block_flag + FLAG_OFFSET[ctxBlockCat] + ctxIdxInc, mask === 0 ? 0 : 1);
  if (mask === 0) return;
  const significant = CTX.significant_coeff_flag + MAP_OFFSET[ctxBlockCat];
  const last = CTX.last_significant_coeff_flag + MAP_OFFSET[ctxBlockCat];
  const isChromaDc = ctxBlockCat === BlockCat.CHROMA_DC;
  const end = 31 - Math.clz32(mask);
  for (let i = 0; i <= end && i < maxNumCoeff - 1; i++) {
    const inc = isChromaDc && i > 2 ? 2 : i;
    const bit = (mask >> i) & 1;
    out.put(significant + inc, bit);
    if (bit !== 0) out.put(last + inc, i === end ? 1 : 0);
  }
  const offset = CTX.coeff_abs_level_minus1 + LEVEL_OFFSET[ctxBlockCat];
  absLevels(out, levels, start, mask, offset, isChromaDc ? 3 : 4, 0);
}

/**
 * residual_block_cabac( ) of an 8x8 luma block, which has no coded_block_flag in 4:2:0 (clause 7.3.5.3.3).
 * @param levels 64 levels in scan order from `start`
 * @param low, high masks of the nonzero levels 0..31 and 32..63, not both 0
 */
export function residualBlock8x8(
  out: BinString,
  levels: Int16Array,
  start: number,
  low: number,
  high: number,
): void {
  const end = high !== 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(low);
  for (let i = 0; i <= end && i < 63; i++) {
    const bit = ((i < 32 ? low : high) >>> (i & 31)) & 1;
    out.put(CTX.significant_coeff_flag_8x8 + SIGNIFICANT_8X8[i], bit);
    if (bit !== 0) {
      out.put(CTX.last_significant_coeff_flag_8x8 + LAST_8X8[i], i === end ? 1 : 0);
    }
  }
  const offset = CTX.coeff_abs_level_minus1_8x8;
  const seen = absLevels(out, levels, start + 32, high, offset, 4, 0);
  absLevels(out, levels, start, low, offset, 4, seen);
}

/**
 * coeff_abs_level_minus1 and coeff_sign_flag of the levels of a mask, the last in scan order first: UEG0, clauses 9.3.2.3 and
 * 9.3.3.1.3.
 * @param offset first context; `mostBeyond1` 4, or 3 for chroma DC: the most levels beyond 1 that contexts tell apart
 * @param seen number of levels of the block before these: of magnitude 1, and 256 times the number of larger ones
 * @returns `seen` after these
 */
function absLevels(
  out: BinString,
  levels: Int16Array,
  start: number,
  mask: number,
  offset: number,
  mostBeyond1: number,
  seen: number,
): number {
  let ones = seen & 255;
  let beyond1 = seen >> 8;
  let rest = mask;
  while (rest !== 0) {
    const index = 31 - Math.clz32(rest);
    rest ^= 1 << index;
    const level = levels[start + index];
    const minus1 = (level < 0 ? -level : level) - 1;
    const first = offset + (beyond1 !== 0 ? 0 : ones < 3 ? 1 + ones : 4);
    if (minus1 === 0) {
      out.put(first, 0);
      ones++;
    } else {
      const next = offset + 5 + (beyond1 < mostBeyond1 ? beyond1 : mostBeyond1);
      out.put(first, 1);
      const prefix = minus1 < LEVEL_CUTOFF ? minus1 : LEVEL_CUTOFF;
      for (let i = 1; i < prefix; i++) out.put(next, 1);
      if (minus1 < LEVEL_CUTOFF) out.put(next, 0);
      else expGolombBypass(out, 0, minus1 - LEVEL_CUTOFF);
      beyond1++;
    }
    out.putBypass(1, level < 0 ? 1 : 0);
  }
  return ones | (beyond1 << 8);
}
