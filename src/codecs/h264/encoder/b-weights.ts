/**
 * Whether the references of a B picture have explicit weights (clause 8.4.2.3.2), with which they are predicted from one by one as well, or
 * implicit ones, which weigh two predictions by time (clause 8.4.2.3.1): a fade has the first, a cross-fade and all else the second.
 */
import { LUMA_PADDING, mvX, mvY, type ReconstructedPicture } from '../standard/picture.ts';
import { EVEN_WEIGHT, IMPLICIT_LOG_WD, implicitWeight } from '../standard/picture-distance.ts';
import type { EncoderMemory, SourcePicture } from './memory.ts';
import { type PicturePlan, vectorFactor } from './picture-plan.ts';
import { WORTHWHILE } from './weight-trials.ts';

/** The sums take one row of so many. */
const ROW_STEP = 4;
/** Vectors are kept within the padding. */
const REACH = LUMA_PADDING - 16;

/** The vectors that the lookahead found in the first picture of a list; null if it found none in this one. */
export function knownVectors(plan: PicturePlan, list: number): Int32Array | null {
  const [first] = plan.lists[list];
  return vectorFactor(plan, list, first.poc) === 1 ? plan.vectors[list] : null;
}

/** The pictures of both lists, each once: the first of either list, then the others. */
export function distinctReferences({ lists }: PicturePlan): ReconstructedPicture[] {
  const [list0, list1] = lists;
  return [...new Set([list0[0], list1[0], ...list0, ...list1])];
}

/**
 * Whether the weights of the first pictures of both lists leave clearly less of a B picture than implicit weights do, if each macroblock is
 * predicted from the one, the other or both.
 */
export function prefersExplicit(
  plan: PicturePlan,
  source: SourcePicture,
  { bytes, layout, sourceLumaStride }: EncoderMemory,
): boolean {
  const [[picture0], [picture1]] = plan.lists;
  const hasLongTerm = picture0.longTermFrameIdx >= 0 || picture1.longTermFrameIdx >= 0;
  const second = implicitWeight(plan.poc, picture0.poc, picture1.poc, hasLongTerm);
  const vectors = [knownVectors(plan, 0), knownVectors(plan, 1)] as const;
  const table0 = picture0.weighting?.luma ?? null;
  const table1 = picture1.weighting?.luma ?? null;
  const { widthInMbs, heightInMbs, lumaStride } = layout;
  const sums = new Int32Array(6);
  let implicit = 0;
  let explicit = 0;
  for (let mbAddr = 0; mbAddr < widthInMbs * heightInMbs; mbAddr++) {
    const mbY = Math.floor(mbAddr / widthInMbs);
    const mbX = mbAddr - mbY * widthInMbs;
    const placed = (picture: ReconstructedPicture, mv: number) =>
      picture.luma + (16 * mbY + within(mvY(mv))) * lumaStride + 16 * mbX + within(mvX(mv));
    const at0 = placed(picture0, vectors[0]?.[mbAddr] ?? 0);
    const at1 = placed(picture1, vectors[1]?.[mbAddr] ?? 0);
    const from = source.luma + 16 * (mbY * sourceLumaStride + mbX);
    sums.fill(0);
    for (let row = 0; row < 16; row += ROW_STEP) {
      for (let i = 0; i < 16; i++) {
        const sample = bytes[from + row * sourceLumaStride + i];
        const a = bytes[at0 + row * lumaStride + i];
        const b = bytes[at1 + row * lumaStride + i];
        const both = (a * (2 * EVEN_WEIGHT - second) + b * second) >> (IMPLICIT_LOG_WD + 1);
        const weightedA = table0 === null ? a : table0[a];
        const weightedB = table1 === null ? b : table1[b];
        sums[0] += Math.abs(sample - a);
        sums[1] += Math.abs(sample - b);
        sums[2] += Math.abs(sample - both);
        sums[3] += Math.abs(sample - weightedA);
        sums[4] += Math.abs(sample - weightedB);
        sums[5] += Math.abs(sample - ((weightedA + weightedB + 1) >> 1));
      }
    }
    implicit += Math.min(sums[0], sums[1], sums[2]);
    explicit += Math.min(sums[3], sums[4], sums[5]);
  }
  return explicit < WORTHWHILE * implicit;
}

/** A component of a vector of half the size in whole samples, kept near. */
function within(component: number): number {
  const twice = 2 * component;
  return twice > REACH ? REACH : twice < -REACH ? -REACH : twice;
}
