/** The references of a picture's inter prediction: its lists, and how two predictions are weighed against each other. */
import type { ReferencePictureLists } from '../standard/picture.ts';
import { MAX_LIST } from '../standard/picture.ts';
import { implicitWeight } from '../standard/picture-distance.ts';
import type { PicturePlan } from './picture-plan.ts';

/** The lists and weights of the picture of B slices at hand; weighted_bipred_idc is 2. */
export class SliceReferences {
  lists: ReferencePictureLists = [[], []];
  /** Implicit weight of list 1, of 64: MAX_LIST·refIdxL0 + refIdxL1 (clause 8.4.2.3.1). */
  private readonly weights = new Int16Array(MAX_LIST * MAX_LIST);

  startPicture({ lists, poc }: PicturePlan): void {
    this.lists = lists;
    for (const [refIdx0, picture0] of lists[0].entries()) {
      for (const [refIdx1, picture1] of lists[1].entries()) {
        const hasLongTerm = picture0.longTermFrameIdx >= 0 || picture1.longTermFrameIdx >= 0;
        const weight = implicitWeight(poc, picture0.poc, picture1.poc, hasLongTerm);
        this.weights[MAX_LIST * refIdx0 + refIdx1] = weight;
      }
    }
  }

  /** Weight of list 1, of 64, where both lists are used. */
  weightL1(refIdx0: number, refIdx1: number): number {
    return this.weights[MAX_LIST * refIdx0 + refIdx1];
  }
}
