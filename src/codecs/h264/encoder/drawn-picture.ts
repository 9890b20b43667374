/**
 * Tells whether a program has drawn a picture or a camera has seen it. Only in drawn pictures is it worth looking for blocks
 * that moved far.
 */
import type { LumaPlane } from './block-origins.ts';

/** Samples of a block with detail span at least this many gray levels. */
const DETAIL_RANGE = 48;
/** A drawn block has at most so many unequal pairs among its 240 pairs of samples side by side. */
const MAX_UNEQUAL = 90;
/** What a block of 16x16 looks like. */
type BlockKind = 'flat' | 'drawn' | 'natural';
/**
 * Share of the blocks with detail that are drawn, above which a picture is. Of twelve clips three screens have 0.17 to 0.95, eight others at
 * most 0.09; a webcam between black bars has 0.13.
 */
const DRAWN_SHARE = 0.1;

/**
 * Whether a picture of that many macroblocks, rows `stride` apart, looks drawn by a program rather than seen by a camera: where a
 * macroblock has detail, samples that lie side by side are equal all the same. Of 16 macroblocks one is looked at.
 */
export function looksDrawn(
  plane: LumaPlane,
  widthInMbs: number,
  heightInMbs: number,
  stride: number,
): boolean {
  let detailed = 0;
  let drawn = 0;
  for (let mbY = 0; mbY < heightInMbs; mbY += 2) {
    for (let mbX = mbY & 7; mbX < widthInMbs; mbX += 8) {
      const kind = kindOf(plane, plane.position + 16 * (mbY * stride + mbX), stride);
      if (kind === 'flat') continue;
      detailed++;
      if (kind === 'drawn') drawn++;
    }
  }
  return drawn > DRAWN_SHARE * detailed;
}

/** Whether a block is nearly flat, drawn, or neither; most that are neither are told by their first rows. `at` is a multiple of 4. */
function kindOf({ bytes, words }: LumaPlane, at: number, stride: number): BlockKind {
  let unequal = 0;
  for (let y = 0; y < 16 && unequal <= MAX_UNEQUAL; y++) {
    unequal += unequalInRow(words, (at + y * stride) >> 2);
  }
  let lowest = 255;
  let highest = 0;
  for (let row = at; row < at + 16 * stride; row += stride) {
    for (let x = 1; x < 16; x++) {
      const sample = bytes[row + x];
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
    }
    if (highest - lowest >= DETAIL_RANGE) return unequal > MAX_UNEQUAL ? 'natural' : 'drawn';
  }
  return 'flat';
}

/** How many of 16 samples in a row, four to a word, differ from the next. */
function unequalInRow(words: Int32Array, at: number): number {
  const a = words[at];
  const b = words[at + 1];
  const c = words[at + 2];
  const d = words[at + 3];
  const counts =
    nonzeroBytes(a ^ ((a >>> 8) | (b << 24))) +
    nonzeroBytes(b ^ ((b >>> 8) | (c << 24))) +
    nonzeroBytes(c ^ ((c >>> 8) | (d << 24))) +
    nonzeroBytes((d ^ (d >>> 8)) & 0xffffff);
  return Math.imul(counts, 0x01010101) >>> 24;
}

/** A word whose bytes are 1 where those of `word` are not 0. */
function nonzeroBytes(word: number): number {
  return ((((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) >>> 7) & 0x01010101;
}
