/**
 * Choice: isolated levels are dropped, because a block of few levels ±1 costs more bits than its samples gain. Each ±1 scores by
 * the number of zeros before it in the scan; a larger level keeps the block. An 8x8 block that scores less than BLOCK_SCORE
 * becomes zero, and likewise the luma of a macroblock below LUMA_SCORE and chroma AC below CHROMA_SCORE. Source: the reference
 * model (JVT-B118 and its coefficient costs).
 */
export const LARGE_LEVEL_SCORE = 9;
export const BLOCK_SCORE = 4;
export const LUMA_SCORE = 6;
export const CHROMA_SCORE = 5;

// biome-ignore format: zeros before the level => score
const RUN_SCORE: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  3, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** The same in the scan of an 8x8 block. */
// biome-ignore format: 16 a row
const RUN_SCORE_8X8: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/**
 * Score of the levels of a 4x4 block, all ±1, or LARGE_LEVEL_SCORE.
 * @param mask which levels are not zero, from `start`
 * @param first 0, or 1 for AC blocks
 */
export function isolationScore(
  levels: Int16Array,
  start: number,
  mask: number,
  first: number,
): number {
  let score = 0;
  let rest = mask;
  while (rest !== 0) {
    const index = 31 - Math.clz32(rest);
    const level = levels[start + index];
    if (level > 1 || level < -1) return LARGE_LEVEL_SCORE;
    rest ^= 1 << index;
    const previous = rest === 0 ? first - 1 : 31 - Math.clz32(rest);
    score += RUN_SCORE[index - previous - 1];
  }
  return score;
}

/** Score of two blocks whose levels follow each other, `masks` of the second in the upper 16 bits. */
export function pairScore(levels: Int16Array, start: number, masks: number, first: number): number {
  const left = masks & 0xffff;
  const right = masks >>> 16;
  return (
    (left === 0 ? 0 : isolationScore(levels, start, left, first)) +
    (right === 0 ? 0 : isolationScore(levels, start + 16, right, first))
  );
}

/** Score of the levels of an 8x8 block from `start`, all ±1, or LARGE_LEVEL_SCORE. */
export function isolationScore8x8(levels: Int16Array, start: number): number {
  let score = 0;
  let run = 0;
  for (let i = 0; i < 64; i++) {
    const level = levels[start + i];
    if (level === 0) {
      run++;
      continue;
    }
    if (level > 1 || level < -1) return LARGE_LEVEL_SCORE;
    score += RUN_SCORE_8X8[run];
    run = 0;
  }
  return score;
}
