/**
 * Reference pictures where some are coded before others that are shown ahead of them (coding-order.ts): which are kept, and how the lists
 * name them.
 *
 * The buffer keeps what lies nearest in the order of display. When there is no more room, the picture that is shown first goes unless
 * another repeats one that is kept or is unlikely to be referred to: no
 * picture between two anchors needs one from before the first of them. Decoders by themselves would drop the one that was coded first
 * (the sliding window), which may be the anchor that the next pictures refer to; where the two differ, memory management control
 * operations say so.
 *
 * P slices number their references by distance in time, B slices as the standard does without being told: list 0 goes back from the
 * picture, list 1 forward.
 */
import type { MemoryManagementControl } from '../../../syntax/h264/reference-syntax.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import type { ResolvedOrderOptions } from './order-options.ts';
import type { SamePictures } from './picture-origins.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { ReferenceStrategy, References } from './reference-choice.ts';

/** Keeps and names references by their place in the order of display. */
export class ReorderedReferences implements ReferenceStrategy {
  private readonly refs: number;
  private readonly maxRefFrames: number;
  private readonly isStrict: boolean;
  /** PicOrderCnt from which on pictures may be referred to: that of the last recovery point. */
  private reachable = 0;
  /** PicOrderCnt of the reference pictures between anchors, since the last IDR picture. */
  private readonly between = new Set<number>();
  /** Display numbers of the pictures that later ones may take blocks from (origin-search.ts), as told by picture `wantedAt`. */
  private wanted: readonly SamePictures[] = [];
  private wantedAt = -1;
  /** PicOrderCnt of a reference picture => PicOrderCnt of the earliest picture that is nearly the same, with no change between the two. */
  private readonly sameSince = new Map<number, number>();

  constructor(options: ResolvedOrderOptions) {
    this.refs = options.refs;
    this.maxRefFrames = options.maxRefFrames;
    this.isStrict = options.bPyramid === 'strict';
  }

  plan(references: References, plan: PicturePlan): void {
    if (plan.isIdr) {
      this.reachable = 0;
      this.between.clear();
      this.sameSince.clear();
      return;
    }
    if (plan.isRecoveryPoint) this.reachable = plan.poc;
    if (plan.type === SliceType.B) this.planListsB(references, plan);
    else if (plan.type === SliceType.P) this.planListP(references, plan);
    if (plan.displayNumber > this.wantedAt) {
      this.wantedAt = plan.displayNumber;
      this.wanted = plan.hasOrigins ? [...plan.origins.kept] : [];
    }
    if (!plan.isReference) return;
    if (plan.hasOrigins) this.sameSince.set(plan.poc, plan.poc - 2 * plan.origins.stillFor);
    plan.operations = this.makeRoom(references, plan);
    if (plan.isBetween) this.between.add(plan.poc);
  }

  /** Whether the picture of `plan` may refer to `frame`. */
  private mayRefer(plan: PicturePlan, frame: ReconstructedPicture): boolean {
    if (frame.poc < this.reachable) return false;
    return plan.isBetween || !this.isStrict || !this.between.has(frame.poc);
  }

  private planListP(references: References, plan: PicturePlan): void {
    const initial = references.initialList();
    const distance = (frame: ReconstructedPicture) => Math.abs(frame.poc - plan.poc);
    const nearest = initial
      .filter((frame) => this.mayRefer(plan, frame) && !this.isRepeated(frame, initial))
      .sort((a, b) => distance(a) - distance(b) || a.poc - b.poc);
    const wanted = nearest.slice(0, this.refs);
    plan.usualCount = wanted.length;
    wanted.push(...nearest.slice(this.refs).filter((frame) => isOrigin(plan, frame)));
    plan.activeCount = wanted.length;
    plan.modifications = references.modificationsTo(wanted, initial, plan.frame_num);
  }

  /** Each list takes as many pictures of its side as `refs` allows, in the standard's order. */
  private planListsB(references: References, plan: PicturePlan): void {
    const frames = references.initialList().filter((frame) => this.mayRefer(plan, frame));
    const before = frames.filter((frame) => frame.poc < plan.poc).length;
    plan.activeCount = Math.min(this.refs, before);
    plan.activeCount1 = Math.min(this.refs, frames.length - before);
  }

  /** Operations after which there is room for the picture of `plan`; none where the sliding window makes it. */
  private makeRoom(references: References, plan: PicturePlan): MemoryManagementControl[] {
    const frames = references.initialList();
    // Strictly, what lies between two anchors is of no use from the next anchor on.
    const gone = frames.filter(
      (frame) => this.isStrict && !plan.isBetween && this.between.has(frame.poc),
    );
    if (frames.length - gone.length >= this.maxRefFrames) {
      const kept = frames.filter((frame) => !gone.includes(frame));
      gone.push(this.leastUseful(kept, plan));
    }
    const isSliding = frames.length >= this.maxRefFrames && gone.length === 1;
    if (isSliding && gone[0] === frames[frames.length - 1]) return [];
    return gone.map((frame) => ({
      memory_management_control_operation: 1,
      difference_of_pic_nums_minus1: plan.frame_num - references.picNum(frame, plan.frame_num) - 1,
    }));
  }

  /**
   * The picture to drop: first one that another repeats, then the earliest that nothing is expected to use, then the earliest; pictures that
   * waiting B pictures need stay.
   */
  private leastUseful(
    frames: readonly ReconstructedPicture[],
    plan: PicturePlan,
  ): ReconstructedPicture {
    const before = Math.max(...frames.map(({ poc }) => (poc < plan.poc ? poc : -1)));
    const isNeeded = plan.isBetween || plan.poc > before + 2;
    const others = frames.filter(({ poc }) => poc < before || (poc === before && !isNeeded));
    const repeated = others.find((frame) => this.isRepeated(frame, [...frames, plan]));
    if (repeated !== undefined) return repeated;
    const unwanted = others.filter((frame) => !this.isWanted(plan, frame));
    return (unwanted.length > 0 ? unwanted : frames).reduce((first, frame) =>
      frame.poc < first.poc ? frame : first,
    );
  }

  private isWanted({ displayNumber, poc }: PicturePlan, frame: ReconstructedPicture): boolean {
    const number = displayNumber - (poc - frame.poc) / 2;
    return this.wanted.some(({ first, last }) => number >= first && number <= last);
  }

  /** Whether one of the pictures that is shown later is nearly the same. */
  private isRepeated(
    { poc }: ReconstructedPicture,
    pictures: readonly { readonly poc: number }[],
  ): boolean {
    return pictures.some(
      (later) => later.poc > poc && (this.sameSince.get(later.poc) ?? poc + 1) <= poc,
    );
  }
}

/** Whether macroblocks of the picture come from a frame that is not the one shown before. */
function isOrigin(
  { hasOrigins, origins, poc, displayNumber }: PicturePlan,
  frame: ReconstructedPicture,
): boolean {
  if (!hasOrigins) return false;
  const number = displayNumber - (poc - frame.poc) / 2;
  return origins.pictures.some(({ first, last }, i) => i > 0 && number >= first && number <= last);
}
