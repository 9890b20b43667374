/**
 * The motion that B_Skip, B_Direct_16x16 and direct 8x8 blocks of the macroblock at hand derive (clause 8.4.1.2), from its neighbors
 * or from the co-located macroblock, as the slice says.
 */
import {
  type DirectMotion,
  deriveSpatialDirect,
  deriveTemporalDirect,
} from '../standard/direct-prediction.ts';
import { MAX_LIST, type ReconstructedPicture } from '../standard/picture.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import type { PicturePlan } from './picture-plan.ts';

/** Derives the motion of direct macroblocks, one at a time. */
export class DirectDerivation implements DirectMotion {
  private readonly context: MacroblockContext;
  readonly refIdx: Int8Array = new Int8Array(4);
  readonly refIdxL1: Int8Array = new Int8Array(4);
  readonly mv: Int32Array = new Int32Array(4);
  readonly mvL1: Int32Array = new Int32Array(4);
  /** direct_spatial_mv_pred_flag. */
  isSpatial = true;
  private poc = 0;
  /** The first picture of list 1, and the motion that is kept of it. */
  private colocated: ReconstructedPicture | null = null;
  /** PicOrderCnt of the pictures of list 0, and whether each is a long-term reference. */
  private readonly list0Poc: Int32Array = new Int32Array(MAX_LIST);
  private readonly isLongTerm0: Uint8Array = new Uint8Array(MAX_LIST);

  constructor(context: MacroblockContext) {
    this.context = context;
  }

  /** Begins a picture of B slices. */
  startPicture({ lists, poc }: PicturePlan, isSpatial: boolean): void {
    this.isSpatial = isSpatial;
    this.poc = poc;
    this.colocated = lists[1][0];
    // No picture has this PicOrderCnt: indexes beyond the list are not found.
    this.list0Poc.fill(-0x80000000);
    for (const [refIdx, picture] of lists[0].entries()) {
      this.list0Poc[refIdx] = picture.poc;
      this.isLongTerm0[refIdx] = picture.longTermFrameIdx >= 0 ? 1 : 0;
    }
  }

  /**
   * Derives the motion of the context's macroblock, whose surroundings are loaded.
   * @returns whether there is one: temporal prediction needs the picture that the co-located block refers to in list 0
   */
  derive(): boolean {
    const { context, colocated } = this;
    const kept = colocated?.colocated ?? null;
    const { mbAddr, motion, motionL1 } = context;
    if (colocated === null || kept === null) return false;
    if (this.isSpatial) {
      const ref0 = motion.directRefIdx();
      const ref1 = motionL1.directRefIdx();
      const pred0 = ref0 < 0 ? 0 : motion.predict(0, 0, 4, ref0);
      const pred1 = ref1 < 0 ? 0 : motionL1.predict(0, 0, 4, ref1);
      const isShortTerm = colocated.longTermFrameIdx < 0;
      const refs = [Math.max(-1, ref0), Math.max(-1, ref1)] as const;
      deriveSpatialDirect(this, kept, mbAddr, isShortTerm, ...refs, pred0, pred1);
      return true;
    }
    const { list0Poc, isLongTerm0, poc } = this;
    for (let b8 = 0; b8 < 4; b8++) {
      const poc1 = colocated.poc;
      if (!deriveTemporalDirect(this, b8, kept, mbAddr, list0Poc, isLongTerm0, poc, poc1)) {
        return false;
      }
    }
    return true;
  }
}
