/**
 * Writes the motion of macroblocks as rows of a trace, by list: one for each block of 16x16, 16x8, 8x16 or 8x8 if motion is uniform in
 * those, else for each 4x4 block.
 */
import type { TraceTable } from '../../../inspect/trace-writer.ts';
import { mvX, mvY, type PictureState } from '../standard/picture.ts';

/** Partitions that are tried, from the whole macroblock on: width and height in 4x4 blocks. */
const SHAPES = [
  [4, 4],
  [4, 2],
  [2, 4],
  [2, 2],
] as const;

/**
 * Adds the motion of an inter macroblock to the table `motion`.
 * @param pocs PicOrderCnt of the references by list and index
 */
export function addMotion(
  table: TraceTable,
  picture: number,
  mbAddr: number,
  state: PictureState,
  pocs: readonly (readonly number[])[],
): void {
  for (let list = 0; list < (state.isB ? 2 : 1); list++) {
    const [width, height] = shapeOf(state, mbAddr, list);
    for (let y = 0; y < 4; y += height) {
      for (let x = 0; x < 4; x += width) {
        const quadrant = 4 * mbAddr + (y & 2) + (x >> 1);
        const refIdx = (list === 0 ? state.refIdx : state.refIdxL1)[quadrant]!;
        if (refIdx < 0) continue;
        const block = 4 * y + x;
        const mv = (list === 0 ? state.mv : state.mvL1)[16 * mbAddr + block]!;
        const place = [block, 4 * width, 4 * height, list, refIdx] as const;
        const poc = pocs[list]![refIdx] ?? 0;
        table.add(0, picture, mbAddr, ...place, poc, mvX(mv), mvY(mv));
      }
    }
  }
}

/** The largest shape inside whose parts the motion of a list is one; single blocks if none is. */
function shapeOf(state: PictureState, mbAddr: number, list: number): readonly [number, number] {
  const mv = list === 0 ? state.mv : state.mvL1;
  const refIdx = list === 0 ? state.refIdx : state.refIdxL1;
  for (const shape of SHAPES) {
    const [width, height] = shape;
    let isOne = true;
    for (let block = 0; isOne && block < 16; block++) {
      const x = block & 3;
      const y = block >> 2;
      const firstX = x - (x % width);
      const firstY = y - (y % height);
      const first = 16 * mbAddr + 4 * firstY + firstX;
      const own = 4 * mbAddr + (y & 2) + (x >> 1);
      const its = 4 * mbAddr + (firstY & 2) + (firstX >> 1);
      isOne = mv[16 * mbAddr + block] === mv[first] && refIdx[own] === refIdx[its];
    }
    if (isOne) return shape;
  }
  return [1, 1];
}
