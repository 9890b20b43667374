/**
 * When pictures are shown: picture order count (clause 8.2.1), and presentation times from it. memory_management_
 * control_operation 5, which resets the count within a stream, is not read: nothing but an IDR picture starts anew here.
 */
import { isIdr, type ReadSlice } from './slice-header.ts';

/** Computes picture order counts of the pictures of a stream, one after the other, in decoding order. */
export class PictureOrderCount {
  private prevPicOrderCntMsb = 0;
  private prevPicOrderCntLsb = 0;
  private prevFrameNum = 0;
  private prevFrameNumOffset = 0;

  /** PicOrderCnt of the picture (of a frame, the lesser of its fields; of a field, its own), clause 8.2.1. */
  next(slice: ReadSlice): number {
    const type = slice.sps.pic_order_cnt_type;
    if (type === 0) return this.byLsb(slice);
    const FrameNumOffset = this.frameNumOffset(slice);
    return type === 1
      ? this.byCycle(slice, FrameNumOffset)
      : 2 * (FrameNumOffset + slice.header.frame_num) - (slice.nal.nal_ref_idc === 0 ? 1 : 0);
  }

  /** Type 0, clause 8.2.1.1. */
  private byLsb(slice: ReadSlice): number {
    if (isIdr(slice)) {
      this.prevPicOrderCntMsb = 0;
      this.prevPicOrderCntLsb = 0;
    }
    const lsb = slice.header.pic_order_cnt_lsb;
    const MaxPicOrderCntLsb = 2 ** (slice.sps.log2_max_pic_order_cnt_lsb_minus4 + 4);
    const difference = lsb - this.prevPicOrderCntLsb;
    let PicOrderCntMsb = this.prevPicOrderCntMsb;
    if (difference < 0 && -difference >= MaxPicOrderCntLsb / 2) PicOrderCntMsb += MaxPicOrderCntLsb;
    else if (difference > MaxPicOrderCntLsb / 2) PicOrderCntMsb -= MaxPicOrderCntLsb;
    if (slice.nal.nal_ref_idc !== 0) {
      this.prevPicOrderCntMsb = PicOrderCntMsb;
      this.prevPicOrderCntLsb = lsb;
    }
    return PicOrderCntMsb + lsb + Math.min(0, slice.header.delta_pic_order_cnt_bottom);
  }

  /** FrameNumOffset of types 1 and 2, (8-6) and (8-11). */
  private frameNumOffset(slice: ReadSlice): number {
    let offset = this.prevFrameNumOffset;
    if (isIdr(slice)) offset = 0;
    else if (this.prevFrameNum > slice.header.frame_num)
      offset += 2 ** (slice.sps.log2_max_frame_num_minus4 + 4);
    this.prevFrameNumOffset = offset;
    this.prevFrameNum = slice.header.frame_num;
    return offset;
  }

  /** Type 1, clause 8.2.1.2. */
  private byCycle(slice: ReadSlice, FrameNumOffset: number): number {
    const { offset_for_ref_frame: offsets, offset_for_non_ref_pic } = slice.sps;
    let absFrameNum = offsets.length === 0 ? 0 : FrameNumOffset + slice.header.frame_num;
    if (slice.nal.nal_ref_idc === 0 && absFrameNum > 0) absFrameNum--;
    let expected = 0;
    if (absFrameNum > 0) {
      const picOrderCntCycleCnt = Math.floor((absFrameNum - 1) / offsets.length);
      const frameNumInPicOrderCntCycle = (absFrameNum - 1) % offsets.length;
      expected = picOrderCntCycleCnt * offsets.reduce((sum, offset) => sum + offset, 0);
      for (let i = 0; i <= frameNumInPicOrderCntCycle; i++) expected += offsets[i]!;
    }
    if (slice.nal.nal_ref_idc === 0) expected += offset_for_non_ref_pic;
    return (
      expected + slice.header.delta_pic_order_cnt0 + Math.min(0, slice.header.delta_pic_order_cnt1)
    );
  }
}

/** A picture that waits for its turn to be shown. */
interface Waiting {
  readonly decodeIndex: number;
  readonly picOrderCnt: number;
}

/**
 * Gives pictures their place in output order: of those that wait, the one with the lowest picture order count goes out
 * when more than `depth` wait ("bumping", clause C.4.5.3), and all of them before an IDR picture.
 */
export class OutputOrder {
  private readonly waiting: Waiting[] = [];
  private outputIndex = 0;

  /**
   * Takes the next picture in decoding order.
   * @param assign is told the place of each picture that goes out
   */
  add(
    decodeIndex: number,
    picOrderCnt: number,
    isIdr: boolean,
    depth: number,
    assign: (decodeIndex: number, outputIndex: number) => void,
  ): void {
    if (isIdr) this.drain(assign);
    this.waiting.push({ decodeIndex, picOrderCnt });
    while (this.waiting.length > depth) this.bump(assign);
  }

  /** All that wait go out. */
  drain(assign: (decodeIndex: number, outputIndex: number) => void): void {
    while (this.waiting.length > 0) this.bump(assign);
  }

  private bump(assign: (decodeIndex: number, outputIndex: number) => void): void {
    let lowest = 0;
    for (let i = 1; i < this.waiting.length; i++) {
      if (this.waiting[i]!.picOrderCnt < this.waiting[lowest]!.picOrderCnt) lowest = i;
    }
    const [picture] = this.waiting.splice(lowest, 1);
    assign(picture!.decodeIndex, this.outputIndex++);
  }
}
