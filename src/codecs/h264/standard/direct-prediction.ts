/**
 * Vectors and references that B_Skip, B_Direct_16x16 and direct 8x8 blocks derive, clause 8.4.1.2, for frames with
 * direct_8x8_inference_flag equal to 1: each 8x8 block has one vector a list, from the corner of the co-located macroblock.
 */

import { mvX, mvY, type PictureState, packMv, type ReferencePictureLists } from './picture.ts';
import { distScaleFactor, scaleVector } from './picture-distance.ts';

/** Clause 8.4.1.2.1: mbPartIdx => 4·row + column of the corner of the co-located macroblock that stands for the 8x8 block. */
const CORNER_BLOCK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 3, 12, 15);

/**
 * The motion of a picture that others refer to as their first of list 1. Blocks are counted 4·row + column; of intra macroblocks both
 * indexes are negative.
 */
export interface ColocatedMotion {
  /** refIdxL0 and refIdxL1 of four 8x8 blocks, 4·mbAddr + block. */
  readonly refIdx: Int8Array;
  readonly refIdxL1: Int8Array;
  /** Packed mvL0 and mvL1 of 16 blocks, 16·mbAddr + block. */
  readonly mv: Int32Array;
  readonly mvL1: Int32Array;
  /** PicOrderCnt of the picture that each 8x8 block refers to (by list 0, or by list 1 if that alone is used), 4·mbAddr + block. */
  readonly refPoc: Int32Array;
}

/** MinPositive( ), equation 8-187 (clause 8.4.1.2.2): the smaller of two indexes that are not negative, or the greater one. */
export function minPositive(x: number, y: number): number {
  return x >= 0 && y >= 0 ? Math.min(x, y) : Math.max(x, y);
}

/** The co-located block of an 8x8 block in a macroblock: mvCol and refIdxCol, clause 8.4.1.2.1. The vector is packed, and 0 if intra. */
function mvCol(motion: ColocatedMotion, mbAddr: number, i8: number): number {
  const block = 16 * mbAddr + CORNER_BLOCK[i8];
  const at = 4 * mbAddr + i8;
  if (motion.refIdx[at] >= 0) return motion.mv[block];
  return motion.refIdxL1[at] >= 0 ? motion.mvL1[block] : 0;
}

/** refIdxCol, clause 8.4.1.2.1; negative if intra. */
function refIdxCol(motion: ColocatedMotion, mbAddr: number, i8: number): number {
  const at = 4 * mbAddr + i8;
  return motion.refIdx[at] >= 0 ? motion.refIdx[at] : motion.refIdxL1[at];
}

/**
 * colZeroFlag of clause 8.4.1.2.2: the co-located block hardly moves against the first picture of its list.
 * @param isShortTerm whether the co-located picture is a short-term reference
 */
export function colZeroFlag(
  motion: ColocatedMotion,
  mbAddr: number,
  i8: number,
  isShortTerm: boolean,
): boolean {
  if (!isShortTerm || refIdxCol(motion, mbAddr, i8) !== 0) return false;
  const mv = mvCol(motion, mbAddr, i8);
  const x = mvX(mv);
  const y = mvY(mv);
  return x >= -1 && x <= 1 && y >= -1 && y <= 1;
}

/** The motion that a direct block derives: packed vectors by 8x8 block, and references. */
export interface DirectMotion {
  readonly refIdx: Int8Array;
  readonly refIdxL1: Int8Array;
  readonly mv: Int32Array;
  readonly mvL1: Int32Array;
}

/**
 * Spatial direct prediction, clause 8.4.1.2.2, of all four 8x8 blocks.
 * @param ref0, ref1 MinPositive of the indexes of A, B and C in each list; negative where none of them uses the list
 * @param pred0, pred1 packed mvpLX of the macroblock as one 16x16 partition with those indexes (clause 8.4.1.3)
 */
export function deriveSpatialDirect(
  out: DirectMotion,
  motion: ColocatedMotion,
  mbAddr: number,
  isShortTerm: boolean,
  ref0: number,
  ref1: number,
  pred0: number,
  pred1: number,
): void {
  const isDirectZero = ref0 < 0 && ref1 < 0;
  for (let i8 = 0; i8 < 4; i8++) {
    const isStill = colZeroFlag(motion, mbAddr, i8, isShortTerm);
    out.refIdx[i8] = isDirectZero ? 0 : ref0;
    out.refIdxL1[i8] = isDirectZero ? 0 : ref1;
    out.mv[i8] = isDirectZero || ref0 < 0 || (ref0 === 0 && isStill) ? 0 : pred0;
    out.mvL1[i8] = isDirectZero || ref1 < 0 || (ref1 === 0 && isStill) ? 0 : pred1;
  }
}

/**
 * Temporal direct prediction, clause 8.4.1.2.3, of one 8x8 block.
 * @param list0Poc PicOrderCnt of the pictures of list 0; `isLongTerm0` whether each is a long-term reference
 * @param poc PicOrderCnt of the current picture, `poc1` of the first of list 1
 * @returns whether the picture that the co-located block refers to is in list 0, as it must be
 */
export function deriveTemporalDirect(
  out: DirectMotion,
  i8: number,
  motion: ColocatedMotion,
  mbAddr: number,
  list0Poc: Int32Array,
  isLongTerm0: Uint8Array,
  poc: number,
  poc1: number,
): boolean {
  const isIntra = refIdxCol(motion, mbAddr, i8) < 0;
  // The lowest index that refers to the same frame; 0 for a block without a reference.
  const refIdx = isIntra ? 0 : list0Poc.indexOf(motion.refPoc[4 * mbAddr + i8]);
  if (refIdx < 0) return false;
  const col = mvCol(motion, mbAddr, i8);
  const isLongTerm = isLongTerm0[refIdx] !== 0;
  const scale = distScaleFactor(poc, list0Poc[refIdx], poc1, isLongTerm);
  const x = scaleVector(scale, mvX(col));
  const y = scaleVector(scale, mvY(col));
  out.refIdx[i8] = refIdx;
  out.refIdxL1[i8] = 0;
  out.mv[i8] = packMv(x, y);
  out.mvL1[i8] = packMv(x - mvX(col), y - mvY(col));
  return true;
}

/**
 * Keeps the motion of a picture that is complete for pictures that refer to it: mvCol, refIdxCol and the pictures that refIdxCol stands for (clause 8.4.1.2.1).
 * @param lists the references of all its slices
 */
export function storeMotion(
  state: PictureState,
  lists: ReferencePictureLists,
  to: ColocatedMotion,
): void {
  to.mv.set(state.mv);
  to.refIdx.set(state.refIdx);
  if (state.isB) {
    to.mvL1.set(state.mvL1);
    to.refIdxL1.set(state.refIdxL1);
  } else {
    to.mvL1.fill(0);
    to.refIdxL1.fill(-1);
  }
  const [list0, list1] = lists;
  for (let at = 0; at < to.refPoc.length; at++) {
    const refIdx = to.refIdx[at];
    const picture = refIdx >= 0 ? list0[refIdx] : list1[to.refIdxL1[at]];
    to.refPoc[at] = picture === undefined ? 0 : picture.poc;
  }
}
