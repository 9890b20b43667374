/** Records of motion while a macroblock of a B slice is searched: the vectors that were found in each list, and the partitions that are made of them. */
import { SUB_8X8, SUB_DIRECT } from '../standard/macroblock.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';
import type { Candidate } from './candidate.ts';

/** Cost of what was not tried. */
export const NOT_TRIED = 0x7fffffff;

/** The motion found for a block in one list. */
export class ListMotion {
  refIdx = 0;
  mv = 0;
  /** Prediction of the vector. */
  mvp = 0;
  /** SATD + lambda·bits of index and vector. */
  cost = NOT_TRIED;
  distortion = 0;
}

/** The motion chosen for a partition: packed vectors, 0 and index -1 where a list is not used. */
export class PartMotion {
  refIdx0 = -1;
  refIdx1 = -1;
  mv0 = 0;
  mv1 = 0;
  cost = NOT_TRIED;
  isDirect = false;
}

/** Makes `count` partitions. */
export const parts = (count: number) => Array.from({ length: count }, () => new PartMotion());
/** Motion in list 0 and in list 1. */
export const motionOfLists = () => [new ListMotion(), new ListMotion()] as const;

/** Copies all fields of a partition to another. */
export function copyPart(to: PartMotion, from: PartMotion): void {
  to.refIdx0 = from.refIdx0;
  to.refIdx1 = from.refIdx1;
  to.mv0 = from.mv0;
  to.mv1 = from.mv1;
  to.cost = from.cost;
  to.isDirect = from.isDirect;
}

/** Sets the motion of one 8x8 block of a candidate. */
export function applyPart({ syntax, mv, mvL1 }: Candidate, b8: number, part: PartMotion): void {
  const block = (b8 >> 1) * 8 + (b8 & 1) * 2;
  syntax.refIdx[b8] = part.refIdx0;
  syntax.refIdx[4 + b8] = part.refIdx1;
  syntax.subMbType[b8] = part.isDirect ? SUB_DIRECT : SUB_8X8;
  fillBlock(mv, block, part.mv0);
  fillBlock(mvL1, block, part.mv1);
}

/** Sets the vectors of the 8x8 block that begins with the 4x4 block `block`. */
export function fillBlock(mv: Int32Array, block: number, value: number): void {
  mv[block] = value;
  mv[block + 1] = value;
  mv[block + 4] = value;
  mv[block + 5] = value;
}

/** A packed vector times a factor. */
export function scaleMv(mv: number, factor: number): number {
  if (mv === 0) return 0;
  return packMv(scaleComponent(mvX(mv), factor), scaleComponent(mvY(mv), factor));
}

function scaleComponent(value: number, factor: number): number {
  return Math.max(-0x8000, Math.min(0x7fff, Math.round(value * factor)));
}
