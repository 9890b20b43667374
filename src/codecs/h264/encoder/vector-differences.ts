/** Differences of the vectors of a macroblock to their predictions, clauses 7.3.5 and 8.4.1: the stream has these instead of the vectors. */
import {
  INTER_8X8,
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  SUB_4X4,
  SUB_4X8,
  SUB_8X4,
  SUB_DIRECT,
} from '../standard/macroblock.ts';
import type { MacroblockSyntax } from '../standard/macroblock-syntax.ts';
import type { MotionGrid } from '../standard/motion-prediction.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';

function difference(mv: number, mvp: number): number {
  return packMv(mvX(mv) - mvX(mvp), mvY(mv) - mvY(mvp));
}

/**
 * mvd_l0 or mvd_l1 of every partition that uses the list, predicted in decoding order (clause 8.4.1.3).
 * @param mv packed vectors of the list, 4·row + column; 0 where it is not used
 * @param motion the motion around the macroblock in that list; its inside is overwritten
 */
export function setVectorDifferences(
  syntax: MacroblockSyntax,
  list: number,
  mv: Int32Array,
  motion: MotionGrid,
): void {
  const { mvd, refIdx } = syntax;
  const first = 16 * list;
  const upperLeft = refIdx[4 * list];
  motion.clearInside();
  switch (syntax.mbType) {
    case INTER_16X16:
      if (upperLeft >= 0) mvd[first] = difference(mv[0], motion.predict(0, 0, 4, upperLeft));
      break;
    case INTER_16X8: {
      const lower = refIdx[4 * list + 2];
      if (upperLeft >= 0) mvd[first] = difference(mv[0], motion.predict16x8(0, upperLeft));
      motion.fill(0, 0, 4, 2, upperLeft, mv[0]);
      if (lower >= 0) mvd[first + 8] = difference(mv[8], motion.predict16x8(2, lower));
      break;
    }
    case INTER_8X16: {
      const right = refIdx[4 * list + 1];
      if (upperLeft >= 0) mvd[first] = difference(mv[0], motion.predict8x16(0, upperLeft));
      motion.fill(0, 0, 2, 4, upperLeft, mv[0]);
      if (right >= 0) mvd[first + 2] = difference(mv[2], motion.predict8x16(2, right));
      break;
    }
    case INTER_8X8:
      for (let b8 = 0; b8 < 4; b8++) setSubDifferences(syntax, list, b8, mv, motion);
      break;
  }
}

/** The same for one sub-macroblock. */
function setSubDifferences(
  syntax: MacroblockSyntax,
  list: number,
  b8: number,
  mv: Int32Array,
  motion: MotionGrid,
): void {
  const x = (b8 & 1) * 2;
  const y = (b8 >> 1) * 2;
  const type = syntax.subMbType[b8];
  const ref = syntax.refIdx[4 * list + b8];
  if (ref < 0 || type === SUB_DIRECT) {
    motion.fill(x, y, 2, 2, ref, mv[4 * y + x]);
    return;
  }
  const width = type === SUB_4X8 || type === SUB_4X4 ? 1 : 2;
  const height = type === SUB_8X4 || type === SUB_4X4 ? 1 : 2;
  for (let dy = 0; dy < 2; dy += height) {
    for (let dx = 0; dx < 2; dx += width) {
      const block = 4 * (y + dy) + x + dx;
      const mvp = motion.predict(x + dx, y + dy, width, ref);
      syntax.mvd[16 * list + block] = difference(mv[block], mvp);
      motion.fill(x + dx, y + dy, width, height, ref, mv[block]);
    }
  }
}
