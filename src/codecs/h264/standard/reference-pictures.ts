/**
 * Which decoded frames are kept for reference, clause 8.2.5, and in which order a P slice numbers them, clause 8.2.4: the
 * state that encoder and decoder must agree on after every picture. Frames only.
 */
import { StateError } from '../../../base/errors.ts';
import type {
  MemoryManagementControl,
  RefPicListModification,
} from '../../../syntax/h264/reference-syntax.ts';
import { initialListsB, type OrderedFrame, type ReferenceLists } from './reference-lists-b.ts';

/** The facts that the decoding process keeps of a reference frame. */
export interface ReferenceFrame extends OrderedFrame {
  frame_num: number;
  /** LongTermFrameIdx, -1 for short-term frames. */
  longTermFrameIdx: number;
}

/** The frames marked as used for reference. */
export class ReferencePictures<T extends ReferenceFrame> {
  /** Short-term frames, the last decoded first. */
  private readonly shortTerm: T[] = [];
  /** Long-term frames by ascending LongTermFrameIdx. */
  private readonly longTerm: T[] = [];
  private readonly maxNumRefFrames: number;
  private readonly maxFrameNum: number;
  /** MaxLongTermFrameIdx; -1 is "no long-term frame indices". */
  private maxLongTermFrameIdx = -1;

  /**
   * @param max_num_ref_frames as in the SPS; at least 1 is kept
   * @param maxFrameNum MaxFrameNum, clause 7.4.2.1.1
   */
  constructor(max_num_ref_frames: number, maxFrameNum: number) {
    this.maxNumRefFrames = Math.max(max_num_ref_frames, 1);
    this.maxFrameNum = maxFrameNum;
  }

  /** Number of short-term frames: these come first in the initial list. */
  get shortTermCount(): number {
    return this.shortTerm.length;
  }

  /** Number of all frames. */
  get count(): number {
    return this.shortTerm.length + this.longTerm.length;
  }

  get hasRoom(): boolean {
    return this.count < this.maxNumRefFrames;
  }

  includes(frame: T): boolean {
    return this.shortTerm.includes(frame) || this.longTerm.includes(frame);
  }

  /** The initial list 0 of a P slice, clause 8.2.4.2.1: short-term frames by descending PicNum, then long-term ones. */
  initialList(): T[] {
    return [...this.shortTerm, ...this.longTerm];
  }

  /** The initial lists of a B slice of a picture with PicOrderCnt `poc`, clause 8.2.4.2.3. */
  initialListsB(poc: number): ReferenceLists<T> {
    return initialListsB(this.shortTerm, this.longTerm, poc);
  }

  /** Short-term frame `n`, counted back from the last decoded; undefined if there are fewer. */
  recent(n: number): T | undefined {
    return this.shortTerm[n];
  }

  /** The frame with a LongTermFrameIdx, or undefined. */
  longTermFrame(longTermFrameIdx: number): T | undefined {
    return this.longTerm.find((frame) => frame.longTermFrameIdx === longTermFrameIdx);
  }

  /** PicNum of a short-term frame as a picture with `frame_num` sees it: FrameNumWrap, clause 8.2.4.1. */
  picNum(frame: T, frame_num: number): number {
    return frame.frame_num > frame_num ? frame.frame_num - this.maxFrameNum : frame.frame_num;
  }

  /**
   * A list after ref_pic_list_modification( ), clause 8.2.4.3, cut to `length` entries (num_ref_idx_lX_active_minus1 + 1,
   * not above the number of frames).
   * @param initial the list as it was; by default list 0 of a P slice
   */
  modifiedList(
    frame_num: number,
    modifications: readonly RefPicListModification[],
    length: number,
    initial: readonly T[] = this.initialList(),
  ): T[] {
    const list = [...initial];
    let picNumPred = frame_num;
    let at = 0;
    for (const step of modifications) {
      let frame: T | undefined;
      if (step.modification_of_pic_nums_idc === 2) {
        frame = this.longTermFrame(step.long_term_pic_num);
      } else {
        // Clause 8.2.4.3.1: picNumLXNoWrap, equations 8-34 to 8-36.
        const difference = step.abs_diff_pic_num_minus1 + 1;
        const sign = step.modification_of_pic_nums_idc === 0 ? -1 : 1;
        picNumPred = (picNumPred + sign * difference + this.maxFrameNum) % this.maxFrameNum;
        const picNum = picNumPred > frame_num ? picNumPred - this.maxFrameNum : picNumPred;
        frame = this.shortTerm.find((candidate) => this.picNum(candidate, frame_num) === picNum);
      }
      if (frame === undefined) throw broken('8.2.4.3', 'a list names a frame that is not kept');
      // Equations 8-37 and 8-38: in at the front, out where it was further back.
      const before = list.indexOf(frame, at);
      if (before >= 0) list.splice(before, 1);
      list.splice(at++, 0, frame);
    }
    return list.slice(0, length);
  }

  /** The modifications that bring `wanted` to the front of the list `initial`; none if they are in front already. */
  modificationsTo(
    wanted: readonly T[],
    initial: readonly T[],
    frame_num: number,
  ): RefPicListModification[] {
    const steps: RefPicListModification[] = [];
    const list = [...initial];
    let picNumPred = frame_num;
    for (let at = 0; wanted.some((frame, i) => frame !== list[i]); at++) {
      const frame = wanted[at];
      steps.push(this.modificationTo(frame, frame_num, picNumPred));
      if (frame.longTermFrameIdx < 0) picNumPred = this.picNum(frame, frame_num);
      list.splice(list.indexOf(frame, at), 1);
      list.splice(at, 0, frame);
    }
    return steps;
  }

  /** The step that takes a list from the frame named before to `frame`, for `modifiedList`. */
  modificationTo(frame: T, frame_num: number, picNumPred: number): RefPicListModification {
    if (frame.longTermFrameIdx >= 0) {
      return { modification_of_pic_nums_idc: 2, long_term_pic_num: frame.longTermFrameIdx };
    }
    const difference = this.picNum(frame, frame_num) - picNumPred;
    return {
      modification_of_pic_nums_idc: difference < 0 ? 0 : 1,
      abs_diff_pic_num_minus1: (difference === 0 ? this.maxFrameNum : Math.abs(difference)) - 1,
    };
  }

  /** Marks after an IDR picture, clause 8.2.5.1: it alone is kept, as a long-term frame if the flag says so. */
  markIdr(frame: T, long_term_reference_flag: number): void {
    this.shortTerm.length = 0;
    this.longTerm.length = 0;
    this.maxLongTermFrameIdx = long_term_reference_flag === 1 ? 0 : -1;
    if (long_term_reference_flag === 1) {
      frame.longTermFrameIdx = 0;
      this.longTerm.push(frame);
    } else {
      frame.longTermFrameIdx = -1;
      this.shortTerm.push(frame);
    }
  }

  /**
   * Marks after another reference picture: by its operations (clause 8.2.5.4), or with none by the sliding window (clause
   * 8.2.5.3). Throws `StateError` where the operations break a constraint of clause 7.4.3.3.
   */
  mark(frame: T, operations: readonly MemoryManagementControl[]): void {
    frame.longTermFrameIdx = -1;
    if (operations.length === 0 && this.count >= this.maxNumRefFrames) {
      if (this.shortTerm.length === 0) throw broken('8.2.5.3', 'no short-term frame to remove');
      this.shortTerm.pop();
    }
    for (const step of operations) this.perform(frame, step);
    if (frame.longTermFrameIdx < 0) this.shortTerm.unshift(frame);
    if (this.count > this.maxNumRefFrames) {
      throw broken('7.4.3.3', `more than ${this.maxNumRefFrames} reference frames`);
    }
  }

  private perform(current: T, step: MemoryManagementControl): void {
    switch (step.memory_management_control_operation) {
      case 1:
        this.takeShortTerm(current, step.difference_of_pic_nums_minus1);
        break;
      case 2:
        if (this.longTermFrame(step.long_term_pic_num) === undefined) {
          throw broken('8.2.5.4.2', `no long-term frame ${step.long_term_pic_num}`);
        }
        this.removeLongTerm(step.long_term_pic_num);
        break;
      case 3: {
        const frame = this.takeShortTerm(current, step.difference_of_pic_nums_minus1);
        this.addLongTerm(frame, step.long_term_frame_idx);
        break;
      }
      case 4:
        this.maxLongTermFrameIdx = step.max_long_term_frame_idx_plus1 - 1;
        while ((this.longTerm.at(-1)?.longTermFrameIdx ?? -1) > this.maxLongTermFrameIdx) {
          this.longTerm.pop();
        }
        break;
      case 5:
        this.shortTerm.length = 0;
        this.longTerm.length = 0;
        this.maxLongTermFrameIdx = -1;
        // Clause 7.4.3: the picture is taken to have had frame_num 0.
        current.frame_num = 0;
        break;
      case 6:
        this.addLongTerm(current, step.long_term_frame_idx);
        break;
    }
  }

  /** Removes the short-term frame with picNumX = CurrPicNum - (difference_of_pic_nums_minus1 + 1), and returns it. */
  private takeShortTerm(current: T, difference_of_pic_nums_minus1: number): T {
    const picNumX = current.frame_num - (difference_of_pic_nums_minus1 + 1);
    const index = this.shortTerm.findIndex(
      (frame) => this.picNum(frame, current.frame_num) === picNumX,
    );
    if (index < 0) throw broken('8.2.5.4.1', `no short-term frame with PicNum ${picNumX}`);
    return this.shortTerm.splice(index, 1)[0];
  }

  private removeLongTerm(longTermFrameIdx: number): void {
    const index = this.longTerm.findIndex((frame) => frame.longTermFrameIdx === longTermFrameIdx);
    if (index >= 0) this.longTerm.splice(index, 1);
  }

  /** Whoever had the index is no longer kept, clauses 8.2.5.4.3 and 8.2.5.4.6. */
  private addLongTerm(frame: T, longTermFrameIdx: number): void {
    if (longTermFrameIdx > this.maxLongTermFrameIdx) {
      throw broken('7.4.3.3', `LongTermFrameIdx ${longTermFrameIdx} above the largest`);
    }
    this.removeLongTerm(longTermFrameIdx);
    frame.longTermFrameIdx = longTermFrameIdx;
    this.longTerm.push(frame);
    this.longTerm.sort((a, b) => a.longTermFrameIdx - b.longTermFrameIdx);
  }
}

function broken(clause: string, detail: string): StateError {
  return new StateError('h264.references', `${detail} (clause ${clause})`);
}
