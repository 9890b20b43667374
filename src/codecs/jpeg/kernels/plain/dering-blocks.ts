/**
 * Samples that are white or black may become whiter or blacker: the decoder cuts them. So such samples are free in one direction, and the
 * block is moved to where its coefficients are nearer to coded levels: transform, round, transform back, and let each free sample follow
 * as far as it may, a few times over (projection onto convex sets). Ringing of text on white then happens above white, where
 * nobody sees it.
 */
import { cosine, realLevelsOfBlock } from './real-blocks.ts';

const f = Math.fround;

/** Level-shifted samples from which on a sample counts as white, or down to which as black. */
export const WHITE = 126.75;
export const BLACK = -127.75;
/** How far beyond white and black samples may go. More gives overflow of 8-bit paths in old decoders no room. */
export const REACH = 60;
/** Rounds of projection. */
export const ROUNDS = 4;
/** Real levels below this round to zero, as the trellis will mostly decide. */
export const DEAD_ZONE = f(0.6);

/** The one-dimensional inverse transform (T.81 clause A.3.3): by 8 * u + x, C(u) / 2 * cos((2 x + 1) u pi / 16). */
export const BASIS: Float32Array = /* @__PURE__ */ Float32Array.from({ length: 64 }, (_, i) => {
  const u = i >> 3;
  const x = i & 7;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * cosine((2 * x + 1) * u);
});

/** One direction of the inverse transform: even and odd frequencies apart, whose sum and difference are samples x and 7 - x. */
function inverseLine(line: Float32Array, at: number, step: number): void {
  for (let x = 0; x < 4; x++) {
    let even = f(line[at]! * BASIS[x]!);
    let odd = f(line[at + step]! * BASIS[8 + x]!);
    for (let u = 2; u < 8; u += 2) {
      even = f(even + f(line[at + u * step]! * BASIS[8 * u + x]!));
      odd = f(odd + f(line[at + (u + 1) * step]! * BASIS[8 * (u + 1) + x]!));
    }
    EVEN[x] = even;
    ODD[x] = odd;
  }
  for (let x = 0; x < 4; x++) {
    line[at + x * step] = f(EVEN[x]! + ODD[x]!);
    line[at + (7 - x) * step] = f(EVEN[x]! - ODD[x]!);
  }
}

const EVEN = new Float32Array(4);
const ODD = new Float32Array(4);

/** Scratch: 64 elements each. */
export interface DeringScratch {
  readonly work: Float32Array;
  readonly block: Float32Array;
}

/** See `JpegKernels.deringBlocks`. */
export function deringBlocks(
  singles: Float32Array,
  words: Int32Array,
  { work, block }: DeringScratch,
  samples: number,
  stride: number,
  count: number,
  factors: number,
  levels: number,
  masks: number,
  variances: number,
): void {
  const step = stride >> 2;
  for (let number = 0; number < count; number++) {
    const from = (samples >> 2) + 8 * number;
    if (!isToBeMoved(singles, from, step)) continue;
    const at = (levels >> 2) + 64 * number;
    for (let round = 0; round < ROUNDS; round++) {
      reconstruct(singles, at, (factors >> 2) + 128, block);
      follow(singles, from, step, block);
      realLevelsOfBlock(
        singles,
        words,
        work,
        block,
        0,
        8,
        factors >> 2,
        at,
        (masks >> 2) + 2 * number,
        (variances >> 2) + number,
      );
    }
  }
}

/** Whether a block has free samples beside others. */
function isToBeMoved(singles: Float32Array, from: number, step: number): boolean {
  let free = 0;
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const sample = singles[from + y * step + x]!;
      if (sample >= WHITE || sample <= BLACK) free++;
    }
  }
  return free > 0 && free < 64;
}

/** The samples that the rounded levels make. */
function reconstruct(
  singles: Float32Array,
  levels: number,
  steps: number,
  block: Float32Array,
): void {
  for (let i = 0; i < 64; i++) {
    const level = singles[levels + i]!;
    const isZero = i > 0 && level < DEAD_ZONE && level > -DEAD_ZONE;
    block[i] = isZero ? 0 : f(Math.floor(f(level + 0.5)) * singles[steps + i]!);
  }
  for (let x = 0; x < 8; x++) inverseLine(block, x, 8);
  for (let y = 0; y < 64; y += 8) inverseLine(block, y, 1);
}

/** Free samples go to where the reconstruction has them, within their reach; others are those of the picture. */
function follow(singles: Float32Array, from: number, step: number, block: Float32Array): void {
  for (let i = 0; i < 64; i++) {
    const value = singles[from + (i >> 3) * step + (i & 7)]!;
    const made = block[i]!;
    if (value >= WHITE) block[i] = Math.min(Math.max(value, made), f(value + REACH));
    else if (value <= BLACK) block[i] = Math.max(Math.min(value, made), f(value - REACH));
    else block[i] = value;
  }
}
