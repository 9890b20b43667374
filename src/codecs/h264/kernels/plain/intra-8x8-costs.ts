/** Intra_8x8 prediction in all modes at once, and what each costs. */
import { INTRA_4X4_NEEDS } from '../../standard/intra-4x4.ts';
import { predictIntra8x8, smoothNeighbors8x8 } from '../../standard/intra-8x8.ts';
import { satd } from './distortion.ts';

/** Bytes of the prediction of one mode, rows of 8; that of the next follows. */
export const INTRA_8X8_SIZE = 64;
/** Where the costs lie behind the predictions, a word each, and behind them room for the smoothed neighbors. */
export const INTRA_8X8_COSTS: number = 9 * INTRA_8X8_SIZE;
const LINE_AT = INTRA_8X8_COSTS + 4 * 9;
/** Bytes of the whole record. */
export const INTRA_8X8_BYTES: number = LINE_AT + 28;

const NO_LIMIT = 0x7fffffff;

/**
 * Predicts an 8x8 block in every mode whose neighbors are available, clause 8.3.2, and measures the SATD of each against the source.
 * @param from position of the block, whose neighbors lie around it
 * @param available, hasAboveRight as for `smoothNeighbors8x8`
 * @param source a multiple of 4, as is `sourceStride`
 * @param to position of INTRA_8X8_BYTES, a multiple of 4; what belongs to other modes is not written
 */
export function intra8x8Costs(
  bytes: Uint8Array,
  words: Int32Array,
  from: number,
  stride: number,
  available: number,
  hasAboveRight: boolean,
  source: number,
  sourceStride: number,
  to: number,
): void {
  const line = to + LINE_AT;
  smoothNeighbors8x8(bytes, from, stride, available, hasAboveRight, line);
  for (let mode = 0; mode < INTRA_4X4_NEEDS.length; mode++) {
    if ((INTRA_4X4_NEEDS[mode] & ~available) !== 0) continue;
    const at = to + INTRA_8X8_SIZE * mode;
    predictIntra8x8(bytes, line, mode, available, at, 8);
    const cost = satd(words, source, sourceStride, at, 8, 8, 8, NO_LIMIT);
    words[((to + INTRA_8X8_COSTS) >> 2) + mode] = cost;
  }
}
