/** The references of a picture's inter prediction: its lists, and how two predictions are weighed against each other. */
import type { WeightAndOffset } from '../../../syntax/h264/weight-table.ts';
import type { ReferencePictureLists } from '../standard/picture.ts';
import { MAX_LIST } from '../standard/picture.ts';
import { EVEN_WEIGHT, implicitWeight } from '../standard/picture-distance.ts';
import { predictInterB } from './b-prediction.ts';
import type { Candidate } from './candidate.ts';
import { CHROMA, LUMA } from './inter-prediction.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE } from './memory.ts';
import type { PicturePlan } from './picture-plan.ts';
import { LOG_WD_B } from './weight-trials.ts';

/** What a component without weights is weighted by. */
const WEIGHT_ONE: WeightAndOffset = { weight: 2 ** LOG_WD_B, offset: 0 };

/** The lists and weights of the picture of B slices at hand. */
export class SliceReferences {
  lists: ReferencePictureLists = [[], []];
  /** weighted_bipred_idc is 1: pictures are weighted as their `weighting` says. */
  isExplicit = false;
  /** Implicit weight of list 1, of 64: MAX_LIST·refIdxL0 + refIdxL1 (clause 8.4.2.3.1). */
  private readonly weights = new Int16Array(MAX_LIST * MAX_LIST);

  startPicture({ lists, poc }: PicturePlan): void {
    this.lists = lists;
    this.isExplicit = lists.some((list) => list.some(({ weighting }) => weighting !== null));
    for (const [refIdx0, picture0] of lists[0].entries()) {
      for (const [refIdx1, picture1] of lists[1].entries()) {
        const hasLongTerm = picture0.longTermFrameIdx >= 0 || picture1.longTermFrameIdx >= 0;
        const weight = implicitWeight(poc, picture0.poc, picture1.poc, hasLongTerm);
        this.weights[MAX_LIST * refIdx0 + refIdx1] = weight;
      }
    }
  }

  /** Weight of list 1, of 64, where both lists are used with implicit weights, or searched in weighted copies. */
  weightL1(refIdx0: number, refIdx1: number): number {
    return this.isExplicit ? EVEN_WEIGHT : this.weights[MAX_LIST * refIdx0 + refIdx1];
  }

  /** Predicts a macroblock by its candidate's partitions into the candidate's reconstruction block; `planes` are LUMA, CHROMA or both. */
  predict(context: MacroblockContext, candidate: Candidate, planes: number): void {
    predictInterB(context, candidate, this, planes);
  }

  /**
   * Weighs two predictions of a partition by the explicit weights of their pictures, in place of the first (equation 8-276, clause
   * 8.4.2.3.2).
   * @param recon scratch block of the first; the second is in `second`
   * @param planes LUMA, CHROMA or both
   * @param b8 first 8x8 block of the partition, whose size is that of its luma
   */
  combine(
    { memory }: MacroblockContext,
    recon: number,
    refIdx0: number,
    refIdx1: number,
    planes: number,
    b8: number,
    width: number,
    height: number,
  ): void {
    const [list0, list1] = this.lists;
    const first = list0[refIdx0].weighting?.weights;
    const second = list1[refIdx1].weighting?.weights;
    const combinePlane = (
      offset: number,
      shift: number,
      a: WeightAndOffset | undefined | null,
      b: WeightAndOffset | undefined | null,
    ): void => {
      const side = 8 >> shift;
      const at = recon + offset + side * ((b8 >> 1) * RECON_STRIDE + (b8 & 1));
      const from = at - recon + memory.second;
      const { weight: weight0, offset: offset0 } = a ?? WEIGHT_ONE;
      const { weight: weight1, offset: offset1 } = b ?? WEIGHT_ONE;
      const mean = (offset0 + offset1 + 1) >> 1;
      const [w, h] = [width >> shift, height >> shift];
      const places = [at, RECON_STRIDE, from, RECON_STRIDE, at, RECON_STRIDE] as const;
      memory.kernels.weightBlocks(...places, w, h, LOG_WD_B, weight0, weight1, mean);
    };
    if ((planes & LUMA) !== 0) combinePlane(RECON_LUMA, 0, first?.luma, second?.luma);
    if ((planes & CHROMA) === 0) return;
    combinePlane(RECON_CB, 1, first?.chroma?.[0], second?.chroma?.[0]);
    combinePlane(RECON_CR, 1, first?.chroma?.[1], second?.chroma?.[1]);
  }
}
