/**
 * Vectors and references that B_Skip, B_Direct_16x16 and direct 8x8 blocks derive, clause 8.4.1.2, for frames with
 * direct_8x8_inference_flag equal to 1: each 8x8 block has one vector a list, from the corner of the co-located macroblock.
 */

import {
  type ColocatedMotion,
  mvX,
  mvY,
  type PictureState,
  packMv,
  type ReconstructedPicture,
  type ReferencePictureLists,
} from './picture.ts';
import { distScaleFactor, scaleVector } from './picture-distance.ts';

/** Clause 8.4.1.2.1: mbPartIdx => 4·row + column of the corner of the co-located macroblock that stands for the 8x8 block. */
const CORNER_BLOCK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 3, 12, 15);

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

/** Room for the motion of a picture with these vectors of list 0. */
function createMotion(mv: Int32Array): ColocatedMotion {
  const mbs = mv.length >> 4;
  return {
    refIdx: new Int8Array(4 * mbs),
    refIdxL1: new Int8Array(4 * mbs),
    mv,
    mvL1: new Int32Array(16 * mbs),
    refPoc: new Int32Array(4 * mbs),
  };
}

/**
 * Keeps the motion of a picture that is complete for pictures that refer to it: mvCol, refIdxCol and the pictures that refIdxCol stands for (clause 8.4.1.2.1).
 * @param lists the references of all its slices
 * @param picture it has the vectors of list 0 already
 */
export function keepColocated(
  state: PictureState,
  lists: ReferencePictureLists,
  picture: Pick<ReconstructedPicture, 'mv' | 'colocated'>,
): void {
  picture.colocated ??= createMotion(picture.mv);
  const { refIdx, refIdxL1, mvL1, refPoc } = picture.colocated;
  refIdx.set(state.refIdx);
  if (state.isB) {
    mvL1.set(state.mvL1);
    refIdxL1.set(state.refIdxL1);
  } else {
    mvL1.fill(0);
    refIdxL1.fill(-1);
  }
  const [list0, list1] = lists;
  for (let at = 0; at < refPoc.length; at++) {
    const referred = refIdx[at] >= 0 ? list0[refIdx[at]] : list1[refIdxL1[at]];
    refPoc[at] = referred === undefined ? 0 : referred.poc;
  }
}
