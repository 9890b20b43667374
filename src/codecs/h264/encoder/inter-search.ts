/**
 * Chooses partitions, reference pictures and vectors of a macroblock in a P slice (clauses 7.4.5, 7.4.5.2), by SATD +
 * lambda·bits: first 16x16 over all references, then 8x8, and from the four 8x8 vectors 16x8 and 8x16.
 */
import { ueBits } from '../../../bits/syntax-writer.ts';
import type { LevelLimits } from '../../../syntax/h264/levels.ts';
import {
  INTER_8X8,
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  SUB_4X8,
  SUB_8X4,
  SUB_8X8,
} from '../standard/macroblock.ts';
import { mvX, mvY, packMv, type ReconstructedPicture } from '../standard/picture.ts';
import type { Candidate } from './candidate.ts';
import type { H264Inspector } from './inspector.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { MotionSearch } from './motion-search.ts';
import { OriginStarts } from './origin-starts.ts';
import { scaleMv } from './part-motion.ts';
import { type PicturePlan, vectorFactor } from './picture-plan.ts';
import type { SpeedOptions } from './speed-options.ts';
import { SUB_TYPES, SUB_VECTORS, subRectangle } from './sub-partitions.ts';

/** ref_idx_l0 is te(v): one bit with two references, Exp-Golomb with more (clause 9.1). */
export function refIdxBits(refIdx: number, count: number): number {
  return count === 1 ? 0 : count === 2 ? 1 : ueBits(refIdx);
}

const MAX_REFERENCES = 16;

/**
 * Choice: partitions are tried where 16x16 leaves a distortion worth this many bits. Two vectors instead of one cost 8 bits
 * or more, and save a part of the distortion only.
 */
const SPLIT_BITS = 64;

/** Places of the types among the costs. */
const AS_16X16 = 0;
const AS_16X8 = INTER_16X8 - INTER_16X16;
const AS_8X16 = INTER_8X16 - INTER_16X16;
const AS_8X8 = INTER_8X8 - INTER_16X16;

/** Cost of a partition that was not tried. */
const NOT_TRIED = 0x7fffffff;

/** Searches the motion of one macroblock at a time; holds the results of its stages. */
export class InterSearch {
  readonly motion: MotionSearch;
  /** The plan of the picture; null before the first. */
  private plan: PicturePlan | null = null;
  private readonly origins: OriginStarts;
  private references: readonly ReconstructedPicture[] = [];
  private readonly context: MacroblockContext;
  private readonly speed: SpeedOptions;
  /** Best vector of 16x16 by reference. */
  private readonly mv16x16: Int32Array = new Int32Array(MAX_REFERENCES);
  /** Cost of 16x16 by reference, before quarter samples. */
  private readonly cost16x16By: Int32Array = new Int32Array(MAX_REFERENCES);
  private refIdx16x16 = 0;
  private distortion16x16 = 0;
  /** Result of each 8x8 block: reference, vector, cost of the vector and of all. */
  private readonly refIdx8x8: Int32Array = new Int32Array(4);
  private readonly mv8x8: Int32Array = new Int32Array(4);
  private readonly cost8x8: Int32Array = new Int32Array(4);
  private readonly subType: Uint8Array = new Uint8Array(4);
  /** Vectors of 4x4 blocks where an 8x8 block is split, 4·row + column. */
  private readonly mv4x4: Int32Array = new Int32Array(16);
  /** Vectors of the four 4x4 blocks of an 8x8 block, in a split that is being tried. */
  private readonly subTrial: Int32Array = new Int32Array(4);
  /** Halves of 16x8 and of 8x16. */
  private readonly refIdxHalf: Int32Array = new Int32Array(4);
  private readonly mvHalf: Int32Array = new Int32Array(4);
  /** Costs of the whole macroblock with the bits of mb_type, by type from INTER_16X16 on. */
  private readonly costs: Int32Array = new Int32Array(4);

  /** Vectors that a macroblock may have: half of MaxMvsPer2Mb, so that any two in a row keep to it (Table A-1). */
  private readonly maxVectors: number;
  /** MaxSubMbRectSize (clause A.3.3). */
  private readonly maxSubRectangle: number;
  /** Number of vectors of the 8x8 blocks searched so far. */
  private vectorCount = 0;

  /** @param looksAround as `OriginStarts` has it */
  constructor(
    context: MacroblockContext,
    speed: SpeedOptions,
    limits: LevelLimits,
    looksAround: boolean,
    inspector: H264Inspector | null,
  ) {
    this.origins = new OriginStarts(context, looksAround);
    this.context = context;
    this.speed = speed;
    const [record] = context.memory.motionRecords;
    this.motion = new MotionSearch(context, record, speed, limits.MaxVmvR, inspector);
    this.maxVectors = limits.MaxMvsPer2Mb / 2;
    this.maxSubRectangle = limits.MaxSubMbRectSize;
  }

  /** Begins a picture: the vectors that the lookahead found for its macroblocks are starts, and so are the places that they come from. */
  startPicture(plan: PicturePlan): void {
    this.plan = plan;
    this.origins.startPicture(plan);
  }

  /**
   * Searches all partitions that the options allow; the context's motion grid is loaded. Returns the cost of the best,
   * which `apply` then puts into a candidate.
   */
  search(references: readonly ReconstructedPicture[]): number {
    const { lambda } = this.motion;
    this.references = references;
    this.search16x16();
    this.costs[AS_8X8] = NOT_TRIED;
    this.costs[AS_16X8] = NOT_TRIED;
    this.costs[AS_8X16] = NOT_TRIED;
    const isSplit =
      this.speed.partitions !== 'none' || this.origins.isEdge || this.origins.hasParts;
    if (isSplit && this.distortion16x16 >= SPLIT_BITS * lambda) {
      this.search8x8();
      // Choice: the halves are searched only if 8x8 comes near 16x16; motion is then likely to differ somewhere.
      if (this.costs[AS_8X8] < this.costs[AS_16X16] + (this.costs[AS_16X16] >> 3)) {
        this.searchHalves(INTER_16X8);
        this.searchHalves(INTER_8X16);
      }
    }
    return this.costOf(this.bestType);
  }

  /** Macroblock type of the lowest cost; of equal ones the one with fewer parts. */
  get bestType(): number {
    const { costs } = this;
    let best = AS_16X16;
    for (let type = AS_16X8; type <= AS_8X8; type++) if (costs[type] < costs[best]) best = type;
    return INTER_16X16 + best;
  }

  /** Cost that the search found for a macroblock type; a very large number if it was not tried. */
  costOf(mbType: number): number {
    return this.costs[mbType - INTER_16X16];
  }

  private search16x16(): void {
    const { motion, context, references, origins } = this;
    const { lambda } = motion;
    const { state, mbAddr } = context;
    this.costs[AS_16X16] = NOT_TRIED;
    origins.find();
    for (let refIdx = 0; refIdx < references.length; refIdx++) {
      if (!origins.isWorth(refIdx)) {
        this.cost16x16By[refIdx] = NOT_TRIED;
        continue;
      }
      const mvp = context.motion.predict(0, 0, 4, refIdx);
      origins.addTo(motion, refIdx);
      const { plan } = this;
      const vectors = plan?.vectors[0] ?? null;
      if (vectors !== null && (refIdx === 0 || plan!.reach[0] > 0)) {
        const factor = vectorFactor(plan!, 0, references[refIdx].poc);
        motion.addStart(scaleMv(vectors[mbAddr], 8 * factor));
      }
      if (this.speed.neighborStarts) this.addNeighborStarts();
      motion.addStart(references[0].mv[16 * mbAddr]);
      if (refIdx > 0) {
        // As far as steady motion would take it, and what the picture in between found.
        const mv = this.mv16x16[0];
        motion.addStart(packMv((refIdx + 1) * mvX(mv), (refIdx + 1) * mvY(mv)));
        motion.addStart(this.mv16x16[refIdx - 1]);
      }
      if (this.speed.neighborStarts && context.mbX + 1 < state.widthInMbs)
        motion.addStart(references[0].mv[16 * mbAddr + 16]);
      // Choice: searches that start from a known vector need small diamonds only: other references, and parts of the macroblock. Four
      // clips, QP 22..37, parts at veryfast: BD-rate +0.4 %, time 0.87.
      const isFirst = refIdx === 0;
      const withQuarters = references.length === 1;
      motion.block.place(references[refIdx], 0, 0, 16, 16);
      motion.search(mvp, withQuarters, isFirst);
      this.mv16x16[refIdx] = motion.mv;
      const cost = motion.cost + lambda * (ueBits(0) + refIdxBits(refIdx, references.length));
      if (cost < this.costs[AS_16X16]) {
        this.costs[AS_16X16] = cost;
        this.refIdx16x16 = refIdx;
        this.distortion16x16 = motion.distortion;
      }
      this.cost16x16By[refIdx] = cost;
      // Choice: a block that the nearest picture predicts almost perfectly has nothing to find in others.
      if (motion.isExact) {
        for (let i = refIdx + 1; i < references.length; i++) this.cost16x16By[i] = NOT_TRIED;
        break;
      }
    }
    if (references.length > 1) this.refine16x16();
  }

  /** Quarter samples for the best of several references. */
  private refine16x16(): void {
    const { motion, references, refIdx16x16: refIdx } = this;
    const { lambda } = motion;
    const mvp = this.context.motion.predict(0, 0, 4, refIdx);
    motion.block.place(references[refIdx], 0, 0, 16, 16);
    motion.refine(mvp, this.mv16x16[refIdx]);
    this.mv16x16[refIdx] = motion.mv;
    this.distortion16x16 = motion.distortion;
    const bits = ueBits(0) + refIdxBits(refIdx, references.length);
    this.costs[AS_16X16] = motion.cost + lambda * bits;
  }

  private addNeighborStarts(): void {
    const { motion, context } = this;
    const { state, mbAddr } = context;
    const width = state.widthInMbs;
    if (context.hasA) motion.addStart(state.mv[16 * (mbAddr - 1) + 3]);
    if (context.hasB) motion.addStart(state.mv[16 * (mbAddr - width) + 12]);
    if (context.hasC) motion.addStart(state.mv[16 * (mbAddr - width + 1) + 12]);
  }

  private search8x8(): void {
    const { motion, context, speed, references, origins } = this;
    const { lambda } = motion;
    const grid = context.motion;
    grid.clearInside();
    let total = lambda * ueBits(3);
    // Choice: a reference that predicts the whole macroblock much worse is not tried for its parts.
    const best16x16 = this.cost16x16By[this.refIdx16x16];
    const limit = best16x16 + (best16x16 >> 2);
    this.vectorCount = 0;
    for (let i = 0; i < 4; i++) {
      const x = (i & 1) * 2;
      const y = (i >> 1) * 2;
      const first = speed.mixedReferences ? 0 : this.refIdx16x16;
      const last = speed.mixedReferences ? references.length - 1 : this.refIdx16x16;
      let best = NOT_TRIED;
      for (let refIdx = first; refIdx <= last; refIdx++) {
        if (this.cost16x16By[refIdx] > limit && !(refIdx === 0 && origins.hasParts)) continue;
        const mvp = grid.predict(x, y, 2, refIdx);
        origins.addPartTo(motion, refIdx, i);
        motion.addStart(this.mv16x16[refIdx]);
        if (origins.isEdge) origins.addTo(motion, refIdx);
        for (let k = 0; k < i; k++)
          if (this.refIdx8x8[k] === refIdx) motion.addStart(this.mv8x8[k]);
        motion.block.place(references[refIdx], 4 * x, 4 * y, 8, 8);
        motion.search(mvp, true, false);
        const cost = motion.cost + lambda * (refIdxBits(refIdx, references.length) + 1);
        if (cost < best) {
          best = cost;
          this.refIdx8x8[i] = refIdx;
          this.mv8x8[i] = motion.mv;
        }
      }
      this.cost8x8[i] = best;
      this.subType[i] = SUB_8X8;
      if (speed.partitions === 'all' || origins.isEdge) this.searchSubPartitions(i);
      this.vectorCount += SUB_VECTORS[this.subType[i]];
      if (this.subType[i] === SUB_8X8) grid.fill(x, y, 2, 2, this.refIdx8x8[i], this.mv8x8[i]);
      total += this.cost8x8[i];
      if (total > this.costs[AS_16X16] + (this.costs[AS_16X16] >> 2)) return;
    }
    this.costs[AS_8X8] = total;
  }

  /** 8x4, 4x8 and 4x4 of the 8x8 block `i`; leaves the best in the motion grid. */
  private searchSubPartitions(i: number): void {
    const { motion, context, references, origins } = this;
    const { lambda } = motion;
    const grid = context.motion;
    const x = (i & 1) * 2;
    const y = (i >> 1) * 2;
    const refIdx = this.refIdx8x8[i];
    const trial = this.subTrial;
    for (const type of SUB_TYPES) {
      // The blocks that follow need a vector each.
      if (this.vectorCount + SUB_VECTORS[type] + 3 - i > this.maxVectors) break;
      const width = type === SUB_8X4 ? 2 : 1;
      const height = type === SUB_4X8 ? 2 : 1;
      let cost = lambda * (refIdxBits(refIdx, references.length) + ueBits(type));
      grid.fill(x, y, 2, 2, REF_LATER, 0);
      for (let dy = 0; dy < 2; dy += height) {
        for (let dx = 0; dx < 2; dx += width) {
          const mvp = grid.predict(x + dx, y + dy, width, refIdx);
          motion.addStart(this.mv8x8[i]);
          if (origins.isEdge) origins.addTo(motion, refIdx);
          motion.block.place(references[refIdx], 4 * (x + dx), 4 * (y + dy), 4 * width, 4 * height);
          motion.search(mvp, true, false);
          cost += motion.cost;
          grid.fill(x + dx, y + dy, width, height, refIdx, motion.mv);
          for (let by = dy; by < dy + height; by++) {
            for (let bx = dx; bx < dx + width; bx++) trial[2 * by + bx] = motion.mv;
          }
        }
      }
      if (cost < this.cost8x8[i] && subRectangle(trial, width, height) <= this.maxSubRectangle) {
        this.cost8x8[i] = cost;
        this.subType[i] = type;
        for (let k = 0; k < 4; k++) {
          this.mv4x4[4 * (y + (k >> 1)) + x + (k & 1)] = trial[k];
        }
      }
    }
    if (this.subType[i] !== SUB_8X8) this.fillSubPartitions(i);
  }

  /** Puts the vectors of the 8x8 block `i`, which is split, into the motion grid. */
  private fillSubPartitions(i: number): void {
    const x = (i & 1) * 2;
    const y = (i >> 1) * 2;
    for (let k = 0; k < 4; k++) {
      const mv = this.mv4x4[4 * (y + (k >> 1)) + x + (k & 1)];
      this.context.motion.fill(x + (k & 1), y + (k >> 1), 1, 1, this.refIdx8x8[i], mv);
    }
  }

  /** 16x8 or 8x16, each half from the vectors of its two 8x8 blocks and of 16x16. */
  private searchHalves(mbType: number): void {
    const { motion, context, references } = this;
    const { lambda } = motion;
    const grid = context.motion;
    const isWide = mbType === INTER_16X8;
    const offset = isWide ? 0 : 2;
    const limit = Math.min(this.costs[AS_16X16], this.costs[AS_8X8]);
    grid.clearInside();
    let total = lambda * ueBits(isWide ? 1 : 2);
    for (let half = 0; half < 2; half++) {
      const first = isWide ? 2 * half : half;
      const second = isWide ? first + 1 : first + 2;
      let best = NOT_TRIED;
      for (let k = 0; k < 2; k++) {
        const refIdx = this.refIdx8x8[k === 0 ? first : second];
        if (k === 1 && refIdx === this.refIdx8x8[first]) break;
        const mvp = isWide
          ? grid.predict16x8(2 * half, refIdx)
          : grid.predict8x16(2 * half, refIdx);
        motion.addStart(this.mv8x8[k === 0 ? first : second]);
        motion.addStart(this.mv8x8[k === 0 ? second : first]);
        motion.addStart(this.mv16x16[refIdx]);
        const reference = references[refIdx];
        if (isWide) motion.block.place(reference, 0, 8 * half, 16, 8);
        else motion.block.place(reference, 8 * half, 0, 8, 16);
        motion.choose(mvp);
        const cost = motion.cost + lambda * refIdxBits(refIdx, references.length);
        if (cost < best) {
          best = cost;
          this.refIdxHalf[offset + half] = refIdx;
          this.mvHalf[offset + half] = motion.mv;
        }
      }
      total += best;
      if (total >= limit) return;
      const { refIdxHalf, mvHalf } = this;
      if (isWide) grid.fill(0, 2 * half, 4, 2, refIdxHalf[offset + half], mvHalf[offset + half]);
      else grid.fill(2 * half, 0, 2, 4, refIdxHalf[offset + half], mvHalf[offset + half]);
    }
    if (isWide) this.costs[AS_16X8] = total;
    else this.costs[AS_8X16] = total;
  }

  /** Puts the result for `mbType` into a candidate: type, references, vectors, cost. */
  apply(candidate: Candidate, mbType: number): void {
    const { syntax, mv } = candidate;
    syntax.mbType = mbType;
    candidate.cost = this.costOf(mbType);
    for (let i = 0; i < 4; i++) {
      const half = mbType === INTER_16X8 ? i >> 1 : 2 + (i & 1);
      let refIdx = this.refIdx16x16;
      let vector = this.mv16x16[refIdx];
      if (mbType === INTER_8X8) {
        refIdx = this.refIdx8x8[i];
        vector = this.mv8x8[i];
      } else if (mbType !== INTER_16X16) {
        refIdx = this.refIdxHalf[half];
        vector = this.mvHalf[half];
      }
      syntax.refIdx[i] = refIdx;
      syntax.subMbType[i] = mbType === INTER_8X8 ? this.subType[i] : SUB_8X8;
      const isSplit = mbType === INTER_8X8 && this.subType[i] !== SUB_8X8;
      const block = (i >> 1) * 8 + (i & 1) * 2;
      mv[block] = isSplit ? this.mv4x4[block] : vector;
      mv[block + 1] = isSplit ? this.mv4x4[block + 1] : vector;
      mv[block + 4] = isSplit ? this.mv4x4[block + 4] : vector;
      mv[block + 5] = isSplit ? this.mv4x4[block + 5] : vector;
    }
  }
}

/** refIdx of blocks that come later in decoding order, while the parts of an 8x8 block are searched. */
const REF_LATER = -2;
