/** The parts that an 8x8 block of a P macroblock is split into (clause 7.4.5.2). */
import { SUB_4X4, SUB_4X8, SUB_8X4 } from '../standard/macroblock.ts';
import { mvX, mvY } from '../standard/picture.ts';

/** The sub_mb_types that split an 8x8 block. */
export const SUB_TYPES = [SUB_8X4, SUB_4X8, SUB_4X4] as const;

/** Number of vectors by sub_mb_type. */
export const SUB_VECTORS: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 2, 2, 4);

/** A place beyond all others. */
const FAR = 0x7fffffff;

/**
 * Size of the rectangle of full samples, with the reach of the filters, that the parts of an 8x8 block are predicted from
 * (clause A.3.3, the limit MaxSubMbRectSize). `mv`: the vectors of its four 4x4 blocks; sides in blocks.
 */
export function subRectangle(mv: Int32Array, width: number, height: number): number {
  let xMin = FAR;
  let yMin = FAR;
  let xMax = -FAR;
  let yMax = -FAR;
  for (let y = 0; y < 2; y += height) {
    for (let x = 0; x < 2; x += width) {
      const left = 4 * x + (mvX(mv[2 * y + x]) >> 2);
      const top = 4 * y + (mvY(mv[2 * y + x]) >> 2);
      xMin = Math.min(xMin, left);
      yMin = Math.min(yMin, top);
      xMax = Math.max(xMax, left + 4 * width - 1);
      yMax = Math.max(yMax, top + 4 * height - 1);
    }
  }
  return (xMax - xMin + 6) * (yMax - yMin + 6);
}
