/**
 * Chooses partitions, lists, reference pictures and vectors of a macroblock in a B slice (clauses 7.4.5, 7.4.5.2), by SATD +
 * lambda·bits: first 16x16 from each list and from both, then 8x8, and from the vectors of the four 8x8 blocks 16x8 and 8x16.
 */
import type { LevelLimits } from '../../../syntax/h264/levels.ts';
import { INTER_8X8, INTER_8X16, INTER_16X8, INTER_16X16 } from '../standard/macroblock.ts';
import type { MotionGrid } from '../standard/motion-prediction.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import { BiSearch } from './bi-search.ts';
import type { Candidate } from './candidate.ts';
import type { DirectDerivation } from './direct-motion.ts';
import type { H264Inspector } from './inspector.ts';
import { refIdxBits } from './inter-search.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { MotionSearch } from './motion-search.ts';
import {
  applyPart,
  copyPart,
  type ListMotion,
  motionOfLists,
  NOT_TRIED,
  PartMotion,
  parts,
  scaleMv,
} from './part-motion.ts';
import { type PicturePlan, vectorFactor } from './picture-plan.ts';
import type { SliceReferences } from './slice-references.ts';
import type { SpeedOptions } from './speed-options.ts';

/** The lists that a partition is predicted from. */
const FROM_L0 = 0;
const FROM_L1 = 1;
const FROM_BOTH = 2;
const MODES = [FROM_L0, FROM_L1, FROM_BOTH] as const;

/** Bits of mb_type 16x16 and of sub_mb_type, by the lists: near those of CAVLC and of CABAC before it has learned. */
const MODE_BITS = [3, 3, 5] as const;
/** Bits of mb_type 16x8 and 8x16, of mb_type 8x8, and of a direct macroblock or 8x8 block. */
const HALVES_BITS = 7;
const QUARTERS_BITS = 7;
const DIRECT_BITS = 1;

/** Choice: partitions are tried where 16x16 and direct leave this many bits' worth of distortion, as in inter-search.ts. */
const SPLIT_BITS = 64;

/** The picture, or the copy that stands for it if its samples are weighted. */
function searchedIn(picture: ReconstructedPicture): ReconstructedPicture {
  return picture.weighting === null ? picture : picture.weighting.searched;
}

/** Searches the motion of one macroblock at a time; holds the results of its stages. */
export class BSearch {
  readonly motion: MotionSearch;
  private readonly bi: BiSearch;
  private readonly context: MacroblockContext;
  private readonly speed: SpeedOptions;
  private readonly references: SliceReferences;
  private readonly direct: DirectDerivation;
  private plan: PicturePlan | null = null;
  /** How often both vectors of a prediction from two pictures are moved to fit each other. */
  private readonly biRounds: number;
  /** Motion by list: of the 16x16 block, of each 8x8 block, and of the part being searched. */
  private readonly wholeLists = motionOfLists();
  private readonly quarterLists = [
    motionOfLists(),
    motionOfLists(),
    motionOfLists(),
    motionOfLists(),
  ] as const;
  private readonly found = motionOfLists();
  /** The best motion by mode for 16x16, and of each part of 16x8, 8x16 and 8x8. */
  private readonly whole = parts(3);
  private readonly wide = parts(2);
  private readonly high = parts(2);
  private readonly quarters = parts(4);
  /** Costs of the whole macroblock by shape: 16x16, 16x8, 8x16, 8x8. */
  private readonly costs = new Int32Array(4);
  /** SATD of direct prediction by 8x8 block; NOT_TRIED if there is none. */
  readonly directDistortion = new Int32Array(4);

  constructor(
    context: MacroblockContext,
    speed: SpeedOptions,
    limits: LevelLimits,
    references: SliceReferences,
    direct: DirectDerivation,
    inspector: H264Inspector | null,
  ) {
    this.context = context;
    this.speed = speed;
    this.references = references;
    this.direct = direct;
    const [, record] = context.memory.motionRecords;
    this.motion = new MotionSearch(context, record, speed, limits.MaxVmvR, inspector);
    this.bi = new BiSearch(context, this.motion);
    this.biRounds = speed.rdo ? Math.max(0, speed.quarterSteps - 1) : 0;
  }

  startPicture(plan: PicturePlan): void {
    this.plan = plan;
  }

  /** Cost of direct prediction without residual's bits; NOT_TRIED if there is none. */
  get directCost(): number {
    const [a, b, c, d] = this.directDistortion;
    return a === NOT_TRIED ? NOT_TRIED : a + b + c + d + this.motion.lambda * DIRECT_BITS;
  }

  /** Marks that the macroblock has no direct prediction. */
  clearDirect(): void {
    this.directDistortion.fill(NOT_TRIED);
  }

  /** Searches all partitions that the options allow; the context's motion grids are loaded. Returns the cost of the best. */
  search(): number {
    const { costs, speed, motion } = this;
    costs.fill(NOT_TRIED);
    this.searchWhole();
    const { directCost } = this;
    const bestSoFar = Math.min(costs[0], directCost);
    // Choice: where direct prediction, which has a vector for each 8x8 block too, beats 16x16 clearly, it is not split further. Eight clips,
    // QP 22..37: BD-rate 0.0 % at veryfast; without the margin 0.4 %.
    const isDirect = directCost < costs[0] - (costs[0] >> 3);
    const maySplit = !isDirect && bestSoFar >= SPLIT_BITS * motion.lambda;
    if (speed.partitions !== 'none' && maySplit) {
      this.searchQuarters(bestSoFar);
      // Choice: the halves are searched only if 8x8 comes near; motion is then likely to differ somewhere.
      if (costs[INTER_8X8 - INTER_16X16] < bestSoFar + (bestSoFar >> 3)) {
        this.searchHalves(INTER_16X8);
        this.searchHalves(INTER_8X16);
      }
    }
    return Math.min(this.costOf(this.bestType), directCost);
  }

  /** Macroblock type of the lowest cost, direct prediction apart; of equal ones the one with fewer parts. */
  get bestType(): number {
    const { costs } = this;
    let best = 0;
    for (let shape = 1; shape < 4; shape++) if (costs[shape] < costs[best]) best = shape;
    return INTER_16X16 + best;
  }

  costOf(mbType: number): number {
    return this.costs[mbType - INTER_16X16];
  }

  /** Cost of 16x16 from list 0, from list 1 or from both. */
  wholeCost(mode: number): number {
    return this.whole[mode].cost;
  }

  private gridOf(list: number): MotionGrid {
    return list === 0 ? this.context.motion : this.context.motionL1;
  }

  private searchWhole(): void {
    const { bi, wholeLists, costs } = this;
    for (let list = 0; list < 2; list++) this.searchWholeList(list);
    bi.place(0, 0, 16, 16);
    for (const mode of MODES) {
      this.setPart(this.whole[mode], wholeLists, mode, this.biRounds);
      costs[0] = Math.min(costs[0], this.whole[mode].cost);
    }
  }

  /** The best vector of the whole macroblock in one list. */
  private searchWholeList(list: number): void {
    const { motion, references } = this;
    const { lambda } = motion;
    const grid = this.gridOf(list);
    const pictures = references.lists[list];
    const best = this.wholeLists[list];
    best.cost = NOT_TRIED;
    for (let refIdx = 0; refIdx < pictures.length; refIdx++) {
      const mvp = grid.predict(0, 0, 4, refIdx);
      this.addStarts(list, refIdx, pictures[refIdx]);
      motion.block.place(pictures[refIdx], 0, 0, 16, 16);
      motion.search(mvp, pictures.length === 1, refIdx === 0);
      const cost = motion.cost + lambda * refIdxBits(refIdx, pictures.length);
      if (cost < best.cost) this.keep(best, refIdx, mvp, cost);
      // Choice: a block that the nearest picture predicts almost perfectly has nothing to find in others.
      if (motion.isExact) break;
    }
    if (pictures.length === 1) return;
    motion.block.place(pictures[best.refIdx], 0, 0, 16, 16);
    motion.refine(best.mvp, best.mv);
    const bits = refIdxBits(best.refIdx, pictures.length);
    this.keep(best, best.refIdx, best.mvp, motion.cost + lambda * bits);
  }

  private keep(to: ListMotion, refIdx: number, mvp: number, cost: number): void {
    to.refIdx = refIdx;
    to.mv = this.motion.mv;
    to.mvp = mvp;
    to.cost = cost;
    to.distortion = this.motion.distortion;
  }

  /** Where the whole macroblock may lie: as direct prediction says, as the lookahead found, as its neighbors do. */
  private addStarts(list: number, refIdx: number, picture: ReconstructedPicture): void {
    const { motion, context, direct, plan, wholeLists } = this;
    const { state, mbAddr } = context;
    const refs = list === 0 ? direct.refIdx : direct.refIdxL1;
    const mvs = list === 0 ? direct.mv : direct.mvL1;
    if (this.directDistortion[0] !== NOT_TRIED && refs[0] === refIdx) motion.addStart(mvs[0]);
    const vectors = plan?.vectors[list] ?? null;
    if (vectors !== null) {
      const factor = vectorFactor(plan!, list, picture.poc);
      motion.addStart(scaleMv(vectors[mbAddr], 8 * factor));
    }
    if (refIdx > 0) motion.addStart(wholeLists[list].mv);
    if (!this.speed.neighborStarts) return;
    const all = list === 0 ? state.mv : state.mvL1;
    const width = state.widthInMbs;
    if (context.hasA) motion.addStart(all[16 * (mbAddr - 1) + 3]);
    if (context.hasB) motion.addStart(all[16 * (mbAddr - width) + 12]);
    if (context.hasC) motion.addStart(all[16 * (mbAddr - width + 1) + 12]);
  }

  /**
   * The motion of a part by one mode from what was found in each list, with the bits of its mode.
   * @param rounds of refinement where both lists are used
   */
  private setPart(
    part: PartMotion,
    [first, second]: readonly [ListMotion, ListMotion],
    mode: number,
    rounds: number,
  ): void {
    const { lambda } = this.motion;
    part.isDirect = false;
    part.refIdx0 = mode === FROM_L1 ? -1 : first.refIdx;
    part.refIdx1 = mode === FROM_L0 ? -1 : second.refIdx;
    part.mv0 = mode === FROM_L1 ? 0 : first.mv;
    part.mv1 = mode === FROM_L0 ? 0 : second.mv;
    if (mode !== FROM_BOTH) {
      part.cost = (mode === FROM_L0 ? first.cost : second.cost) + lambda * MODE_BITS[mode];
      return;
    }
    const { bi, references } = this;
    const [list0, list1] = references.lists;
    const weight = references.weightL1(first.refIdx, second.refIdx);
    bi.from(searchedIn(list0[first.refIdx]), searchedIn(list1[second.refIdx]), weight);
    bi.refine(first.mv, second.mv, first.mvp, second.mvp, rounds);
    part.mv0 = bi.mv0;
    part.mv1 = bi.mv1;
    const bits =
      MODE_BITS[FROM_BOTH] +
      refIdxBits(first.refIdx, list0.length) +
      refIdxBits(second.refIdx, list1.length);
    part.cost = bi.cost + lambda * bits;
  }

  /** The best mode of a part from what was found in each list. */
  private choosePart(part: PartMotion, found: readonly [ListMotion, ListMotion]): void {
    const [first, second] = found;
    this.setPart(part, found, first.cost <= second.cost ? FROM_L0 : FROM_L1, 0);
    const { trial } = this;
    this.setPart(trial, found, FROM_BOTH, this.biRounds >> 1);
    if (trial.cost < part.cost) copyPart(part, trial);
  }

  private readonly trial = new PartMotion();

  /** 8x8, each block from one list, from both, or direct. */
  private searchQuarters(bestSoFar: number): void {
    const { bi, motion, context } = this;
    const { lambda } = motion;
    context.motion.clearInside();
    context.motionL1.clearInside();
    let total = lambda * QUARTERS_BITS;
    for (let b8 = 0; b8 < 4; b8++) {
      const part = this.quarters[b8];
      for (let list = 0; list < 2; list++) this.searchQuarter(b8, list);
      bi.place(8 * (b8 & 1), 8 * (b8 >> 1), 8, 8);
      this.choosePart(part, this.quarterLists[b8]);
      const directCost = this.directDistortion[b8] + lambda * DIRECT_BITS;
      if (this.directDistortion[b8] !== NOT_TRIED && directCost <= part.cost) {
        this.setDirect(part, b8, directCost);
      }
      this.fillPart(part, 2 * (b8 & 1), b8 & 2, 2, 2);
      total += part.cost;
      if (total > bestSoFar + (bestSoFar >> 2)) return;
    }
    this.costs[INTER_8X8 - INTER_16X16] = total;
  }

  private searchQuarter(b8: number, list: number): void {
    const { motion, references, wholeLists, quarterLists } = this;
    const pictures = references.lists[list];
    const { refIdx, mv } = wholeLists[list];
    const x = 2 * (b8 & 1);
    const y = b8 & 2;
    const mvp = this.gridOf(list).predict(x, y, 2, refIdx);
    motion.addStart(mv);
    for (let k = 0; k < b8; k++) motion.addStart(quarterLists[k][list].mv);
    motion.block.place(pictures[refIdx], 4 * x, 4 * y, 8, 8);
    motion.search(mvp, true, false);
    const cost = motion.cost + motion.lambda * refIdxBits(refIdx, pictures.length);
    this.keep(quarterLists[b8][list], refIdx, mvp, cost);
  }

  private setDirect(part: PartMotion, b8: number, cost: number): void {
    const { direct } = this;
    part.isDirect = true;
    part.refIdx0 = direct.refIdx[b8];
    part.refIdx1 = direct.refIdxL1[b8];
    part.mv0 = direct.mv[b8];
    part.mv1 = direct.mvL1[b8];
    part.cost = cost;
  }

  /** Puts the motion of a part, in blocks, into the motion grids. */
  private fillPart(part: PartMotion, x: number, y: number, width: number, height: number): void {
    this.context.motion.fill(x, y, width, height, part.refIdx0, part.mv0);
    this.context.motionL1.fill(x, y, width, height, part.refIdx1, part.mv1);
  }

  /** 16x8 or 8x16, each half from the vectors of its two 8x8 blocks and of 16x16. */
  private searchHalves(mbType: number): void {
    const { bi, context, found, costs } = this;
    const isWide = mbType === INTER_16X8;
    const halves = isWide ? this.wide : this.high;
    const limit = Math.min(costs[0], costs[INTER_8X8 - INTER_16X16], this.directCost);
    context.motion.clearInside();
    context.motionL1.clearInside();
    let total = this.motion.lambda * (HALVES_BITS - 2 * MODE_BITS[FROM_L0]);
    for (let half = 0; half < 2; half++) {
      const x = isWide ? 0 : 8 * half;
      const y = isWide ? 8 * half : 0;
      const width = isWide ? 16 : 8;
      for (let list = 0; list < 2; list++) this.chooseHalf(isWide, half, list);
      bi.place(x, y, width, 24 - width);
      this.choosePart(halves[half], found);
      this.fillPart(halves[half], x >> 2, y >> 2, width >> 2, (24 - width) >> 2);
      total += halves[half].cost;
      if (total >= limit) return;
    }
    costs[mbType - INTER_16X16] = total;
  }

  /** The best known vector of a half in one list. */
  private chooseHalf(isWide: boolean, half: number, list: number): void {
    const { motion, references, wholeLists, quarterLists } = this;
    const pictures = references.lists[list];
    const { refIdx, mv } = wholeLists[list];
    const first = isWide ? 2 * half : half;
    const second = isWide ? first + 1 : first + 2;
    const grid = this.gridOf(list);
    const mvp = isWide ? grid.predict16x8(2 * half, refIdx) : grid.predict8x16(2 * half, refIdx);
    motion.addStart(quarterLists[first][list].mv);
    motion.addStart(quarterLists[second][list].mv);
    motion.addStart(mv);
    if (isWide) motion.block.place(pictures[refIdx], 0, 8 * half, 16, 8);
    else motion.block.place(pictures[refIdx], 8 * half, 0, 8, 16);
    motion.choose(mvp);
    const cost = motion.cost + motion.lambda * refIdxBits(refIdx, pictures.length);
    this.keep(this.found[list], refIdx, mvp, cost);
  }

  /** Puts 16x16 by one mode into a candidate: type, references, vectors, cost. */
  applyWhole(candidate: Candidate, mode: number): void {
    const part = this.whole[mode];
    candidate.syntax.mbType = INTER_16X16;
    candidate.cost = part.cost;
    for (let b8 = 0; b8 < 4; b8++) applyPart(candidate, b8, part);
  }

  /** Puts the result for `mbType` into a candidate. */
  apply(candidate: Candidate, mbType: number): void {
    if (mbType === INTER_16X16) {
      this.applyWhole(candidate, this.bestMode);
      return;
    }
    candidate.syntax.mbType = mbType;
    candidate.cost = this.costOf(mbType);
    for (let b8 = 0; b8 < 4; b8++) {
      let part = this.quarters[b8];
      if (mbType === INTER_16X8) part = this.wide[b8 >> 1];
      else if (mbType === INTER_8X16) part = this.high[b8 & 1];
      applyPart(candidate, b8, part);
    }
  }

  /** The mode of 16x16 of the lowest cost. */
  get bestMode(): number {
    const [first, second, both] = this.whole;
    if (both.cost < first.cost && both.cost < second.cost) return FROM_BOTH;
    return first.cost <= second.cost ? FROM_L0 : FROM_L1;
  }
}
