/**
 * The first fields of a slice header, as far as they tell which picture it belongs to (clause 7.4.1.2.4) and when that is
 * shown (clause 8.2.1).
 */
import { FormatError } from '../../base/errors.ts';
import { BitReader } from '../../bits/bit-reader.ts';
import { type AvcPps, type AvcSps, rbspOf } from '../config/avc-parameter-sets.ts';
import { NAL, nalUnitType } from './annex-b.ts';

/** Bytes of a slice that hold all of it: ten codes of at most 63 bits. */
const MAX_START_BYTES = 96;

/** Fields of clause 7.3.3, with those of the NAL unit header. */
export interface SliceStart {
  readonly nal_ref_idc: number;
  readonly IdrPicFlag: number;
  readonly pic_parameter_set_id: number;
  readonly frame_num: number;
  readonly field_pic_flag: number;
  readonly bottom_field_flag: number;
  readonly idr_pic_id: number;
  readonly pic_order_cnt_lsb: number;
  readonly delta_pic_order_cnt_bottom: number;
  readonly delta_pic_order_cnt0: number;
  readonly delta_pic_order_cnt1: number;
  readonly sps: AvcSps;
}

/**
 * Reads the start of a slice header, clause 7.3.3.
 * @param findSets gives the parameter sets for a pic_parameter_set_id, null if they have not come
 * Throws `FormatError` if it is cut off; null if its parameter sets are missing.
 */
export function readSliceStart(
  nalUnit: Uint8Array,
  offset: number,
  findSets: (pic_parameter_set_id: number) => { pps: AvcPps; sps: AvcSps } | null,
): SliceStart | null {
  const r = new BitReader(rbspOf(nalUnit, MAX_START_BYTES), 'h264.slice_header', offset);
  const IdrPicFlag = nalUnitType(nalUnit[0]!) === NAL.IDR ? 1 : 0;
  r.ue(); // first_mb_in_slice
  const slice_type = r.ue();
  if (slice_type > 9) {
    throw new FormatError('h264.slice_type', `got ${slice_type}, allowed are 0..9`, offset);
  }
  const pic_parameter_set_id = r.ue();
  const sets = findSets(pic_parameter_set_id);
  if (sets === null) return null;
  const { sps, pps } = sets;
  if (sps.separate_colour_plane_flag === 1) r.u(2); // colour_plane_id
  const frame_num = r.u(sps.log2_max_frame_num);
  const field_pic_flag = sps.frame_mbs_only_flag === 1 ? 0 : r.u(1);
  const bottom_field_flag = field_pic_flag === 1 ? r.u(1) : 0;
  const idr_pic_id = IdrPicFlag === 1 ? r.ue() : 0;
  const hasBottom = pps.bottom_field_pic_order_in_frame_present_flag === 1 && field_pic_flag === 0;
  let pic_order_cnt_lsb = 0;
  let delta_pic_order_cnt_bottom = 0;
  let delta_pic_order_cnt0 = 0;
  let delta_pic_order_cnt1 = 0;
  if (sps.pic_order_cnt_type === 0) {
    pic_order_cnt_lsb = r.u(sps.log2_max_pic_order_cnt_lsb);
    if (hasBottom) delta_pic_order_cnt_bottom = r.se();
  } else if (sps.pic_order_cnt_type === 1 && sps.delta_pic_order_always_zero_flag === 0) {
    delta_pic_order_cnt0 = r.se();
    if (hasBottom) delta_pic_order_cnt1 = r.se();
  }
  return {
    nal_ref_idc: (nalUnit[0]! >> 5) & 3,
    IdrPicFlag,
    pic_parameter_set_id,
    frame_num,
    field_pic_flag,
    bottom_field_flag,
    idr_pic_id,
    pic_order_cnt_lsb,
    delta_pic_order_cnt_bottom,
    delta_pic_order_cnt0,
    delta_pic_order_cnt1,
    sps,
  };
}

/** Whether `slice` begins another primary coded picture than `last` belongs to, clause 7.4.1.2.4. */
export function beginsPicture(last: SliceStart, slice: SliceStart): boolean {
  return (
    slice.frame_num !== last.frame_num ||
    slice.pic_parameter_set_id !== last.pic_parameter_set_id ||
    slice.field_pic_flag !== last.field_pic_flag ||
    slice.bottom_field_flag !== last.bottom_field_flag ||
    (slice.nal_ref_idc !== last.nal_ref_idc &&
      (slice.nal_ref_idc === 0 || last.nal_ref_idc === 0)) ||
    slice.pic_order_cnt_lsb !== last.pic_order_cnt_lsb ||
    slice.delta_pic_order_cnt_bottom !== last.delta_pic_order_cnt_bottom ||
    slice.delta_pic_order_cnt0 !== last.delta_pic_order_cnt0 ||
    slice.delta_pic_order_cnt1 !== last.delta_pic_order_cnt1 ||
    slice.IdrPicFlag !== last.IdrPicFlag ||
    (slice.IdrPicFlag === 1 && slice.idr_pic_id !== last.idr_pic_id)
  );
}

/** Whether `slice` is the second field of the frame whose first field `last` is: they go into one packet. */
export function completesFrame(last: SliceStart, slice: SliceStart): boolean {
  return (
    last.field_pic_flag === 1 &&
    slice.field_pic_flag === 1 &&
    slice.bottom_field_flag !== last.bottom_field_flag &&
    slice.frame_num === last.frame_num &&
    slice.IdrPicFlag <= last.IdrPicFlag
  );
}
