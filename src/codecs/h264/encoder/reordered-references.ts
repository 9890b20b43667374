/**
 * Reference pictures where some are coded before others that are shown ahead of them (coding-order.ts): which are kept, and how the lists
 * name them.
 *
 * The buffer keeps what lies nearest in the order of display. When there is no more room, the picture that is shown first goes: no
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

  constructor(options: ResolvedOrderOptions) {
    this.refs = options.refs;
    this.maxRefFrames = options.maxRefFrames;
    this.isStrict = options.bPyramid === 'strict';
  }

  plan(references: References, plan: PicturePlan): void {
    if (plan.isIdr) {
      this.reachable = 0;
      this.between.clear();
      return;
    }
    if (plan.isRecoveryPoint) this.reachable = plan.poc;
    if (plan.type === SliceType.B) this.planListsB(references, plan);
    else if (plan.type === SliceType.P) this.planListP(references, plan);
    if (!plan.isReference) return;
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
    const wanted = initial
      .filter((frame) => this.mayRefer(plan, frame))
      .sort((a, b) => distance(a) - distance(b) || a.poc - b.poc)
      .slice(0, this.refs);
    plan.activeCount = wanted.length;
    plan.modifications = references.modificationsTo(wanted, initial, plan.frame_num);
  }

  /** Each list has the pictures of its side, as many as may be: those at its head by themselves. */
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
      gone.push(kept.reduce((first, frame) => (frame.poc < first.poc ? frame : first)));
    }
    const isSliding = frames.length >= this.maxRefFrames && gone.length === 1;
    if (isSliding && gone[0] === frames[frames.length - 1]) return [];
    return gone.map((frame) => ({
      memory_management_control_operation: 1,
      difference_of_pic_nums_minus1: plan.frame_num - references.picNum(frame, plan.frame_num) - 1,
    }));
  }
}
