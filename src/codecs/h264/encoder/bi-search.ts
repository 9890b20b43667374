/**
 * Predictions of a block from both lists at once: what they cost, and the search for two vectors whose mean fits the block
 * better than the two best vectors of single lists do.
 */
import type { MotionKernels } from '../kernels/contract.ts';
import { BI_LIST_WORDS, BI_WORD } from '../kernels/motion-record.ts';
import { predictLuma } from '../standard/interpolation.ts';
import { mvX, mvY, packMv, type ReconstructedPicture } from '../standard/picture.ts';
import { weighTwo } from './b-prediction.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { BLOCK_STRIDE, SOURCE_STRIDE } from './memory.ts';
import type { MotionSearch } from './motion-search.ts';
import { mvdBits } from './mvd-bits.ts';

/** Quarter-sample neighbors of a vector. */
const DIAMOND: Int8Array = /* @__PURE__ */ Int8Array.of(0, -1, 0, 1, -1, 0, 1, 0);
const NO_LIMIT = 0x7fffffff;

/** Measures and refines predictions of one block from two pictures. */
export class BiSearch {
  private readonly context: MacroblockContext;
  private readonly motion: MotionSearch;
  // The block, in samples of the macroblock, its pictures, and the weight of the second, of 64.
  private x = 0;
  private y = 0;
  private width = 16;
  private height = 16;
  private picture0!: ReconstructedPicture;
  private picture1!: ReconstructedPicture;
  private weight = 32;
  /** Result of `refine`: packed vectors, and SATD + lambda·bits of both. */
  mv0 = 0;
  mv1 = 0;
  cost = 0;

  /** @param motion says which vectors are allowed, and what a bit is worth */
  constructor(context: MacroblockContext, motion: MotionSearch) {
    this.context = context;
    this.motion = motion;
    const { words, biRecord, motionRecords, blocks } = context.memory;
    const at = biRecord >> 2;
    words[at + BI_WORD.motion] = motionRecords[1];
    words[at + BI_WORD.block0] = blocks[2];
    words[at + BI_WORD.block1] = blocks[3];
    words[at + BI_WORD.both] = blocks[1];
  }

  /** Says which block is predicted next, at (x, y) of the macroblock, in samples. */
  place(x: number, y: number, width: number, height: number): void {
    this.x = x;
    this.y = y;
    this.width = width;
    this.height = height;
  }

  /** Says which pictures it is predicted from. */
  from(picture0: ReconstructedPicture, picture1: ReconstructedPicture, weight: number): void {
    this.picture0 = picture0;
    this.picture1 = picture1;
    this.weight = weight;
  }

  /** SATD of the block as predicted by two vectors; leaves either prediction in its scratch block. */
  measure(mv0: number, mv1: number): number {
    this.predict(0, mv0);
    this.predict(1, mv1);
    return this.distortion();
  }

  /**
   * Moves the vectors by quarter samples in turn, at most `rounds` times each, as long as SATD + lambda·bits falls.
   * @param mvp0, mvp1 their predictions
   */
  refine(mv0: number, mv1: number, mvp0: number, mvp1: number, rounds: number): void {
    const { motion } = this.context.memory;
    // Its record has the limits of the macroblock where vectors of one list are searched by kernels too.
    if (motion !== null && this.motion.kernel !== null) {
      this.refineAtOnce(motion, mv0, mv1, mvp0, mvp1, rounds);
      return;
    }
    const { lambda } = this.motion;
    this.mv0 = mv0;
    this.mv1 = mv1;
    const bits = bitsOf(mv0, mvp0) + bitsOf(mv1, mvp1);
    this.cost = this.measure(mv0, mv1) + lambda * bits;
    for (let round = 0; round < rounds; round++) {
      const moved0 = this.step(0, mvp0, bitsOf(this.mv1, mvp1));
      const moved1 = this.step(1, mvp1, bitsOf(this.mv0, mvp0));
      if (!moved0 && !moved1) return;
    }
  }

  /** The same by one kernel. */
  private refineAtOnce(
    kernels: MotionKernels,
    mv0: number,
    mv1: number,
    mvp0: number,
    mvp1: number,
    rounds: number,
  ): void {
    const { context, x, y } = this;
    const { words, biRecord, source } = context.memory;
    const at = biRecord >> 2;
    this.describe(at, this.picture0, mv0, mvp0);
    this.describe(at + BI_LIST_WORDS, this.picture1, mv1, mvp1);
    words[at + BI_WORD.atX] = 4 * (16 * context.mbX + x);
    words[at + BI_WORD.atY] = 4 * (16 * context.mbY + y);
    words[at + BI_WORD.width] = this.width;
    words[at + BI_WORD.height] = this.height;
    words[at + BI_WORD.source] = source + y * SOURCE_STRIDE + x;
    words[at + BI_WORD.weight] = this.weight;
    words[at + BI_WORD.rounds] = rounds;
    kernels.refineBiMotion(biRecord);
    this.mv0 = packMv(words[at + BI_WORD.x0], words[at + BI_WORD.y0]);
    this.mv1 = packMv(words[at + BI_WORD.x1], words[at + BI_WORD.y1]);
    this.cost = words[at + BI_WORD.cost];
  }

  /** Tells the kernel of one list, whose words are BI_WORD's of list 0 from `at`. */
  private describe(at: number, picture: ReconstructedPicture, mv: number, mvp: number): void {
    const { words } = this.context.memory;
    words[at + BI_WORD.luma0] = picture.luma;
    words[at + BI_WORD.tiles0] = picture.tileDone.byteOffset;
    words[at + BI_WORD.x0] = mvX(mv);
    words[at + BI_WORD.y0] = mvY(mv);
    words[at + BI_WORD.predictedX0] = mvX(mvp);
    words[at + BI_WORD.predictedY0] = mvY(mvp);
  }

  /** Tries the four neighbors of the vector of a list; returns whether one is better. */
  private step(list: number, mvp: number, otherBits: number): boolean {
    const { motion } = this;
    const mv = list === 0 ? this.mv0 : this.mv1;
    let best = mv;
    for (let k = 0; k < 8; k += 2) {
      const moved = packMv(mvX(mv) + DIAMOND[k], mvY(mv) + DIAMOND[k + 1]);
      if (!motion.isAllowed(moved)) continue;
      this.predict(list, moved);
      const cost = this.distortion() + motion.lambda * (bitsOf(moved, mvp) + otherBits);
      if (cost >= this.cost) continue;
      this.cost = cost;
      best = moved;
    }
    // The scratch block of this list is to hold what the other list is measured against.
    this.predict(list, best);
    if (list === 0) this.mv0 = best;
    else this.mv1 = best;
    return best !== mv;
  }

  private predict(list: number, mv: number): void {
    const { context, x, y, width, height } = this;
    const { memory, mbX, mbY } = context;
    const picture = list === 0 ? this.picture0 : this.picture1;
    const atX = 4 * (16 * mbX + x) + mvX(mv);
    const atY = 4 * (16 * mbY + y) + mvY(mv);
    const to = memory.blocks[2 + list];
    predictLuma(memory, picture, atX, atY, width, height, to, BLOCK_STRIDE);
  }

  private distortion(): number {
    const { x, y, width, height, weight } = this;
    const { kernels, blocks, source } = this.context.memory;
    const [, to, a, b] = blocks;
    weighTwo(kernels, a, b, BLOCK_STRIDE, to, width, height, weight);
    const at = source + y * SOURCE_STRIDE + x;
    return kernels.satd(at, SOURCE_STRIDE, to, BLOCK_STRIDE, width, height, NO_LIMIT);
  }
}

function bitsOf(mv: number, mvp: number): number {
  return mvdBits(mvX(mv) - mvX(mvp), mvY(mv) - mvY(mvp));
}
