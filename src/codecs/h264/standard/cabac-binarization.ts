/**
 * The bins that syntax elements become in CABAC, clause 9.3.2, each with its context, clause 9.3.3.1. Functions here know one element each; what
 * they need of neighboring macroblocks is handed to them as ctxIdxInc, or as the values that it is derived from.
 */
import { type BinString, TERMINATE } from './cabac-encoder.ts';

/** ctxIdxOffset of each element, Table 9-34 (clause 9.3.2). */
export const CTX = {
  mb_type_i: 3,
  mb_skip_flag_p: 11,
  mb_type_p: 14,
  mb_type_i_in_p: 17,
  sub_mb_type_p: 21,
  mb_skip_flag_b: 24,
  mb_type_b: 27,
  mb_type_i_in_b: 32,
  sub_mb_type_b: 36,
  mvd_x: 40,
  mvd_y: 47,
  ref_idx: 54,
  mb_qp_delta: 60,
  intra_chroma_pred_mode: 64,
  prev_intra_pred_mode_flag: 68,
  rem_intra_pred_mode: 69,
  coded_block_pattern_luma: 73,
  coded_block_pattern_chroma: 77,
  coded_block_flag: 85,
  significant_coeff_flag: 105,
  last_significant_coeff_flag: 166,
  coeff_abs_level_minus1: 227,
  transform_size_8x8_flag: 399,
  significant_coeff_flag_8x8: 402,
  last_significant_coeff_flag_8x8: 417,
  coeff_abs_level_minus1_8x8: 426,
} as const;

/** mb_type of I_NxN and I_PCM in I slices, Table 7-11; the values between them are Intra_16x16. */
const MB_TYPE_I_NXN = 0;
const MB_TYPE_I_PCM = 25;

/** mb_skip_flag, clause 9.3.3.1.1.1. ctxIdxInc 0..2: how many of A and B are available and not skipped. */
export function mbSkipFlag(out: BinString, isB: boolean, ctxIdxInc: number, flag: number): void {
  out.put((isB ? CTX.mb_skip_flag_b : CTX.mb_skip_flag_p) + ctxIdxInc, flag);
}

/**
 * mb_type of an I slice, Table 9-36 (clause 9.3.2.5). A value of I_PCM is followed by `CabacEncoder.terminate`, which codes the last
 * of its bins.
 * @param ctxIdxInc 0..2: how many of A and B are available and not I_NxN (clause 9.3.3.1.1.3)
 * @param mb_type 0..25 of Table 7-11
 */
export function mbTypeI(out: BinString, ctxIdxInc: number, mb_type: number): void {
  const offset = CTX.mb_type_i;
  out.put(offset + ctxIdxInc, mb_type === MB_TYPE_I_NXN ? 0 : 1);
  if (mb_type !== MB_TYPE_I_NXN) intra16x16(out, mb_type, offset + 3, offset + 5, offset + 6, 1);
}

/** The same as a suffix in P and B slices, where no neighbor matters. */
function mbTypeIntraSuffix(out: BinString, offset: number, mb_type: number): void {
  out.put(offset, mb_type === MB_TYPE_I_NXN ? 0 : 1);
  if (mb_type !== MB_TYPE_I_NXN) intra16x16(out, mb_type, offset + 1, offset + 2, offset + 3, 0);
}

/** Bins of Intra_16x16 behind the first, and the contexts of Table 9-39 (clause 9.3.3.1): of luma, of more than chroma DC, of the mode. */
function intra16x16(
  out: BinString,
  mb_type: number,
  luma: number,
  chromaAc: number,
  mode: number,
  modeStep: number,
): void {
  if (mb_type === MB_TYPE_I_PCM) return;
  out.put(TERMINATE, 0);
  const rest = mb_type - 1;
  const chroma = ((rest / 4) | 0) % 3;
  out.put(luma, rest >= 12 ? 1 : 0);
  out.put(luma + 1, chroma !== 0 ? 1 : 0);
  if (chroma !== 0) out.put(chromaAc, chroma - 1);
  out.put(mode, (rest >> 1) & 1);
  out.put(mode + modeStep, rest & 1);
}

/** mb_type of a P slice, Table 9-37 (a): 0..3 of Table 7-13, or 5 and more for 0 and more of Table 7-11. */
export function mbTypeP(out: BinString, mb_type: number): void {
  const offset = CTX.mb_type_p;
  if (mb_type >= 5) {
    out.put(offset, 1);
    mbTypeIntraSuffix(out, CTX.mb_type_i_in_p, mb_type - 5);
    return;
  }
  out.put(offset, 0);
  // 16x16 is 00, 16x8 11, 8x16 10, 8x8 01.
  const isHalves = mb_type === 1 || mb_type === 2;
  out.put(offset + 1, isHalves ? 1 : 0);
  if (isHalves) out.put(offset + 3, mb_type === 1 ? 1 : 0);
  else out.put(offset + 2, mb_type === 3 ? 1 : 0);
}

/**
 * Table 9-37 (b): mb_type of B slices from 3 on => bins behind the first two, with a 1 in front of them. 11 (B_L1_L0_8x16), 22
 * (B_8x8) and intra are short words between the long ones.
 */
function behindTwoBins(mb_type: number): number {
  if (mb_type <= 10) return 0b10000 | (mb_type - 3);
  if (mb_type === 11) return 0b11110;
  if (mb_type === 22) return 0b11111;
  return 0b100000 | (mb_type + 4);
}

/** Bins of the prefix of an intra macroblock in a B slice behind the first two. */
const INTRA_IN_B = 0b11101;

/**
 * mb_type of a B slice, Table 9-37 (b): 0..22 of Table 7-14, or 23 and more for 0 and more of Table 7-11.
 * @param ctxIdxInc 0..2: how many of A and B are available and neither B_Skip nor B_Direct_16x16 (clause 9.3.3.1.1.3)
 */
export function mbTypeB(out: BinString, ctxIdxInc: number, mb_type: number): void {
  const offset = CTX.mb_type_b;
  out.put(offset + ctxIdxInc, mb_type === 0 ? 0 : 1);
  if (mb_type === 0) return;
  if (mb_type <= 2) {
    out.put(offset + 3, 0);
    out.put(offset + 5, mb_type - 1);
    return;
  }
  out.put(offset + 3, 1);
  const word = mb_type >= 23 ? INTRA_IN_B : behindTwoBins(mb_type);
  const length = 31 - Math.clz32(word);
  for (let i = length - 1; i >= 0; i--) {
    out.put(offset + (i === length - 1 ? 4 : 5), (word >> i) & 1);
  }
  if (mb_type >= 23) mbTypeIntraSuffix(out, CTX.mb_type_i_in_b, mb_type - 23);
}

/** sub_mb_type of a P macroblock, Table 9-38: 0..3 of Table 7-17. */
export function subMbTypeP(out: BinString, sub_mb_type: number): void {
  const offset = CTX.sub_mb_type_p;
  out.put(offset, sub_mb_type === 0 ? 1 : 0);
  if (sub_mb_type === 0) return;
  out.put(offset + 1, sub_mb_type === 1 ? 0 : 1);
  if (sub_mb_type !== 1) out.put(offset + 2, sub_mb_type === 2 ? 1 : 0);
}

/** sub_mb_type of a B macroblock, Table 9-38: 0..12 of Table 7-18. */
export function subMbTypeB(out: BinString, sub_mb_type: number): void {
  const offset = CTX.sub_mb_type_b;
  out.put(offset, sub_mb_type === 0 ? 0 : 1);
  if (sub_mb_type === 0) return;
  if (sub_mb_type <= 2) {
    out.put(offset + 1, 0);
    out.put(offset + 3, sub_mb_type - 1);
    return;
  }
  out.put(offset + 1, 1);
  if (sub_mb_type <= 6) {
    out.put(offset + 2, 0);
    out.put(offset + 3, (sub_mb_type - 3) >> 1);
    out.put(offset + 3, (sub_mb_type - 3) & 1);
  } else if (sub_mb_type <= 10) {
    out.put(offset + 2, 1);
    out.put(offset + 3, 0);
    out.put(offset + 3, (sub_mb_type - 7) >> 1);
    out.put(offset + 3, (sub_mb_type - 7) & 1);
  } else {
    out.put(offset + 2, 1);
    out.put(offset + 3, 1);
    out.put(offset + 3, sub_mb_type - 11);
  }
}

/**
 * ref_idx_l0 or ref_idx_l1: unary, clause 9.3.2.1.
 * @param ctxIdxInc 0..3: whether A and (twice) B refer to an index above 0 without being derived (clause 9.3.3.1.1.6)
 */
export function refIdx(out: BinString, ctxIdxInc: number, ref_idx: number): void {
  let ctxIdx = CTX.ref_idx + ctxIdxInc;
  for (let i = 0; i < ref_idx; i++) {
    out.put(ctxIdx, 1);
    ctxIdx = CTX.ref_idx + (i === 0 ? 4 : 5);
  }
  out.put(ctxIdx, 0);
}

/** uCoff of mvd, Table 9-34 (clause 9.3.2.3). */
const MVD_CUTOFF = 9;

/**
 * One component of mvd_l0 or mvd_l1: UEG3, clause 9.3.2.3.
 * @param offset CTX.mvd_x or CTX.mvd_y
 * @param absMvdComp sum of the magnitudes of the component of A and B (clause 9.3.3.1.1.7)
 */
export function mvd(out: BinString, offset: number, absMvdComp: number, value: number): void {
  const magnitude = value < 0 ? -value : value;
  let ctxIdx = offset + (absMvdComp < 3 ? 0 : absMvdComp > 32 ? 2 : 1);
  const prefix = magnitude < MVD_CUTOFF ? magnitude : MVD_CUTOFF;
  for (let i = 0; i < prefix; i++) {
    out.put(ctxIdx, 1);
    // Bins 1 to 6 have contexts 3, 4, 5, 6, 6, 6.
    ctxIdx = offset + (i < 3 ? i + 3 : 6);
  }
  if (magnitude < MVD_CUTOFF) out.put(ctxIdx, 0);
  else expGolombBypass(out, 3, magnitude - MVD_CUTOFF);
  if (value !== 0) out.putBypass(1, value < 0 ? 1 : 0);
}

/** The suffix of UEGk, clause 9.3.2.3: k-th order Exp-Golomb with its prefix in ones. */
export function expGolombBypass(out: BinString, k: number, value: number): void {
  // value + 2^k has k + n bits after its first: n ones and a zero go before them.
  const sum = value + (1 << k);
  const length = 31 - Math.clz32(sum);
  const ones = length - k;
  if (ones > 0) out.putBypass(ones, (1 << ones) - 1);
  out.putBypass(1, 0);
  if (length > 0) out.putBypass(length, sum ^ (1 << length));
}

/**
 * mb_qp_delta: the mapping of Table 9-3 in unary, clause 9.3.2.7.
 * @param ctxIdxInc 1 if the macroblock before in decoding order has one that is not 0 (clause 9.3.3.1.1.5)
 */
export function mbQpDelta(out: BinString, ctxIdxInc: number, mb_qp_delta: number): void {
  const mapped = mb_qp_delta > 0 ? 2 * mb_qp_delta - 1 : -2 * mb_qp_delta;
  let ctxIdx = CTX.mb_qp_delta + ctxIdxInc;
  for (let i = 0; i < mapped; i++) {
    out.put(ctxIdx, 1);
    ctxIdx = CTX.mb_qp_delta + (i === 0 ? 2 : 3);
  }
  out.put(ctxIdx, 0);
}

/**
 * intra_chroma_pred_mode: truncated unary up to 3.
 * @param ctxIdxInc 0..2: how many of A and B are intra, not I_PCM, with a mode other than 0 (clause 9.3.3.1.1.8)
 */
export function intraChromaPredMode(out: BinString, ctxIdxInc: number, mode: number): void {
  let ctxIdx = CTX.intra_chroma_pred_mode + ctxIdxInc;
  for (let i = 0; i < mode; i++) {
    out.put(ctxIdx, 1);
    ctxIdx = CTX.intra_chroma_pred_mode + 3;
  }
  if (mode < 3) out.put(ctxIdx, 0);
}

/** prev_intra4x4_pred_mode_flag and rem_intra4x4_pred_mode (or those of 8x8 blocks); -1 for a mode as predicted (clause 9.3.2.6). */
export function intraPredMode(out: BinString, rem_intra_pred_mode: number): void {
  out.put(CTX.prev_intra_pred_mode_flag, rem_intra_pred_mode < 0 ? 1 : 0);
  if (rem_intra_pred_mode < 0) return;
  // Fixed length, the lowest bit first (clause 9.3.2.4).
  out.put(CTX.rem_intra_pred_mode, rem_intra_pred_mode & 1);
  out.put(CTX.rem_intra_pred_mode, (rem_intra_pred_mode >> 1) & 1);
  out.put(CTX.rem_intra_pred_mode, rem_intra_pred_mode >> 2);
}

/** coded_block_pattern of a neighbor that counts as coded throughout: not available, or I_PCM (clause 9.3.3.1.1.4, luma). */
export const CBP_ALL = 0x2f;

/**
 * coded_block_pattern, clauses 9.3.2.6 and 9.3.3.1.1.4: its part of luma.
 * @param cbpA, cbpB of the neighbors: CBP_ALL for luma where there is none, and of I_PCM; 0 of skipped macroblocks
 */
export function lumaCodedBlockPattern(
  out: BinString,
  cbpA: number,
  cbpB: number,
  coded_block_pattern: number,
): void {
  const own = coded_block_pattern;
  for (let b8 = 0; b8 < 4; b8++) {
    // Left of blocks 0 and 2 lie blocks 1 and 3 of A, above blocks 0 and 1 blocks 2 and 3 of B.
    const bitA = (b8 & 1) !== 0 ? (own >> (b8 - 1)) & 1 : (cbpA >> (b8 + 1)) & 1;
    const bitB = b8 >= 2 ? (own >> (b8 - 2)) & 1 : (cbpB >> (b8 + 2)) & 1;
    out.put(CTX.coded_block_pattern_luma + 1 - bitA + 2 * (1 - bitB), (own >> b8) & 1);
  }
}

/**
 * The part of coded_block_pattern about chroma, where there is any, clauses 9.3.2.6 and 9.3.3.1.1.4.
 * @param chromaA, chromaB that of the neighbors, 0..2; 0 where there is none, 2 of I_PCM
 */
export function chromaCodedBlockPattern(
  out: BinString,
  chromaA: number,
  chromaB: number,
  chroma: number,
): void {
  const offset = CTX.coded_block_pattern_chroma;
  const any = (chromaA !== 0 ? 1 : 0) + (chromaB !== 0 ? 2 : 0);
  out.put(offset + any, chroma !== 0 ? 1 : 0);
  if (chroma === 0) return;
  const ac = (chromaA === 2 ? 1 : 0) + (chromaB === 2 ? 2 : 0);
  out.put(offset + 4 + ac, chroma - 1);
}

/** transform_size_8x8_flag. ctxIdxInc 0..2: how many of A and B have it set (clause 9.3.3.1.1.10). */
export function transformSize8x8Flag(out: BinString, ctxIdxInc: number, flag: number): void {
  out.put(CTX.transform_size_8x8_flag + ctxIdxInc, flag);
}

/** end_of_slice_flag of 0; that of 1 is `CabacEncoder.terminate`. Clause 9.3.3.1.2. */
export function notEndOfSlice(out: BinString): void {
  out.put(TERMINATE, 0);
}
