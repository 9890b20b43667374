/** Where one picture ends and the next begins among the slices of a stream, clause 7.4.1.2.4. */
import { isIdr, type ReadSlice } from './slice-header.ts';

/** Whether `slice` begins another primary coded picture than `last` belongs to, clause 7.4.1.2.4. */
export function beginsPicture(last: ReadSlice, slice: ReadSlice): boolean {
  const a = last.header;
  const b = slice.header;
  return (
    a.frame_num !== b.frame_num ||
    a.pic_parameter_set_id !== b.pic_parameter_set_id ||
    a.field_pic_flag !== b.field_pic_flag ||
    a.bottom_field_flag !== b.bottom_field_flag ||
    (last.nal.nal_ref_idc !== slice.nal.nal_ref_idc &&
      (last.nal.nal_ref_idc === 0 || slice.nal.nal_ref_idc === 0)) ||
    a.pic_order_cnt_lsb !== b.pic_order_cnt_lsb ||
    a.delta_pic_order_cnt_bottom !== b.delta_pic_order_cnt_bottom ||
    a.delta_pic_order_cnt0 !== b.delta_pic_order_cnt0 ||
    a.delta_pic_order_cnt1 !== b.delta_pic_order_cnt1 ||
    isIdr(last) !== isIdr(slice) ||
    (isIdr(slice) && a.idr_pic_id !== b.idr_pic_id)
  );
}

/** Whether `slice` is the second field of the frame whose first field `last` is, clause 7.4.1.2.4: one packet holds both. */
export function completesFrame(last: ReadSlice, slice: ReadSlice): boolean {
  return (
    last.header.field_pic_flag === 1 &&
    slice.header.field_pic_flag === 1 &&
    slice.header.bottom_field_flag !== last.header.bottom_field_flag &&
    slice.header.frame_num === last.header.frame_num &&
    (!isIdr(slice) || isIdr(last))
  );
}
