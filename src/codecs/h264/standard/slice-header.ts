/**
 * Slice header, clauses 7.3.3 and 7.4.3, of I, P and B slices of frames: where the slice begins, how its reference list is
 * reordered, what happens to the reference pictures afterwards, its QP and its deblocking.
 */
import { UnsupportedError } from '../../../base/errors.ts';
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { type NalUnitHeader, NalUnitType } from './nal.ts';
import type { PictureParameterSet } from './pps.ts';
import type { SequenceParameterSet } from './sps.ts';
import type { Flag } from './vui.ts';

/** slice_type modulo 5, Table 7-6. */
export const SliceType = { P: 0, B: 1, I: 2 } as const;

/** slice_type + 5 says that all slices of the picture have the same type, Table 7-6. */
export const ALL_SLICES_SAME_TYPE = 5;

/** One step of ref_pic_list_modification( ), clause 7.3.3.1. The end (value 3) is written by itself. */
export type RefPicListModification =
  | {
      /** 0: subtract from, 1: add to the picture number predicted (Table 7-7). */
      readonly modification_of_pic_nums_idc: 0 | 1;
      readonly abs_diff_pic_num_minus1: number;
    }
  | {
      /** 2: a long-term picture. */
      readonly modification_of_pic_nums_idc: 2;
      readonly long_term_pic_num: number;
    };

/** One memory_management_control_operation of dec_ref_pic_marking( ), clauses 7.3.3.3 and 8.2.5.4. */
export type MemoryManagementControl =
  | {
      /** 1: a short-term picture becomes unused for reference. */
      readonly memory_management_control_operation: 1;
      readonly difference_of_pic_nums_minus1: number;
    }
  | {
      /** 2: a long-term picture becomes unused for reference. */
      readonly memory_management_control_operation: 2;
      readonly long_term_pic_num: number;
    }
  | {
      /** 3: a short-term picture becomes a long-term one. */
      readonly memory_management_control_operation: 3;
      readonly difference_of_pic_nums_minus1: number;
      readonly long_term_frame_idx: number;
    }
  | {
      /** 4: sets the number of long-term frame indices. */
      readonly memory_management_control_operation: 4;
      readonly max_long_term_frame_idx_plus1: number;
    }
  | {
      /** 5: all reference pictures become unused. */
      readonly memory_management_control_operation: 5;
    }
  | {
      /** 6: the current picture becomes a long-term one. */
      readonly memory_management_control_operation: 6;
      readonly long_term_frame_idx: number;
    };

/** slice_header( ), clause 7.3.3. What the parameter sets or the slice type leave out is not written. */
export interface SliceHeader {
  readonly first_mb_in_slice: number;
  /** Table 7-6: `SliceType`, plus 5 if all slices of the picture agree. */
  readonly slice_type: number;
  /** 0..MaxFrameNum-1; 0 in IDR pictures. */
  readonly frame_num: number;
  /** 0..65535; differs between consecutive IDR pictures. IDR only. */
  readonly idr_pic_id: number;
  /** pic_order_cnt_type 0 only. */
  readonly pic_order_cnt_lsb: number;
  /** B only. */
  readonly direct_spatial_mv_pred_flag: Flag;
  /** Length of list 0 less one, 0..31. num_ref_idx_active_override_flag is 1 where it differs from the PPS. */
  readonly num_ref_idx_l0_active_minus1: number;
  /** B only. */
  readonly num_ref_idx_l1_active_minus1: number;
  /** Empty: ref_pic_list_modification_flag_l0 is 0. */
  readonly ref_pic_list_modification_l0: readonly RefPicListModification[];
  /** B only. */
  readonly ref_pic_list_modification_l1: readonly RefPicListModification[];
  /** IDR only. */
  readonly no_output_of_prior_pics_flag: Flag;
  /** IDR only: the picture is kept as a long-term one. */
  readonly long_term_reference_flag: Flag;
  /** Not IDR. Empty: adaptive_ref_pic_marking_mode_flag is 0, sliding window (clause 8.2.5.3). */
  readonly memory_management_control: readonly MemoryManagementControl[];
  /** CABAC only, 0..2. */
  readonly cabac_init_idc: number;
  /** SliceQPY - 26 - pic_init_qp_minus26 (clause 7.4.3). */
  readonly slice_qp_delta: number;
  /** 0 on, 1 off, 2 on but not across slices. Needs deblocking_filter_control_present_flag unless it is 0. */
  readonly disable_deblocking_filter_idc: number;
  /** -6..6. */
  readonly slice_alpha_c0_offset_div2: number;
  /** -6..6. */
  readonly slice_beta_offset_div2: number;
}

/**
 * Writes slice_header( ), clause 7.3.3; slice_data( ) follows at the writer's position. Throws `UnsupportedError` if the
 * header asks for what the parameter sets do not carry.
 */
export function writeSliceHeader(
  w: SyntaxWriter,
  header: SliceHeader,
  sps: SequenceParameterSet,
  pps: PictureParameterSet,
  nal: NalUnitHeader,
): void {
  const sliceType = header.slice_type % 5;
  const isIdr = nal.nal_unit_type === NalUnitType.IDR_SLICE;
  w.ue('first_mb_in_slice', header.first_mb_in_slice);
  w.ue('slice_type', header.slice_type);
  w.ue('pic_parameter_set_id', pps.pic_parameter_set_id);
  w.u('frame_num', sps.log2_max_frame_num_minus4 + 4, header.frame_num);
  if (isIdr) w.ue('idr_pic_id', header.idr_pic_id);
  if (sps.pic_order_cnt_type === 0) {
    w.u('pic_order_cnt_lsb', sps.log2_max_pic_order_cnt_lsb_minus4 + 4, header.pic_order_cnt_lsb);
    if (pps.bottom_field_pic_order_in_frame_present_flag) w.se('delta_pic_order_cnt_bottom', 0);
  }
  if (pps.redundant_pic_cnt_present_flag) w.ue('redundant_pic_cnt', 0);
  if (sliceType === SliceType.B) {
    w.u('direct_spatial_mv_pred_flag', 1, header.direct_spatial_mv_pred_flag);
  }
  if (sliceType !== SliceType.I) {
    writeNumRefIdxActive(w, header, pps, sliceType);
    writeRefPicListModification(w, 'l0', header.ref_pic_list_modification_l0);
    if (sliceType === SliceType.B) {
      writeRefPicListModification(w, 'l1', header.ref_pic_list_modification_l1);
    }
  }
  if (nal.nal_ref_idc !== 0) writeDecRefPicMarking(w, header, isIdr);
  if (pps.entropy_coding_mode_flag && sliceType !== SliceType.I) {
    w.ue('cabac_init_idc', header.cabac_init_idc);
  }
  w.se('slice_qp_delta', header.slice_qp_delta);
  writeDeblockingControl(w, header, pps);
}

/** num_ref_idx_active_override_flag and what it guards, clause 7.3.3. */
function writeNumRefIdxActive(
  w: SyntaxWriter,
  header: SliceHeader,
  pps: PictureParameterSet,
  sliceType: number,
): void {
  const isB = sliceType === SliceType.B;
  const override =
    header.num_ref_idx_l0_active_minus1 !== pps.num_ref_idx_l0_default_active_minus1 ||
    (isB && header.num_ref_idx_l1_active_minus1 !== pps.num_ref_idx_l1_default_active_minus1);
  w.u('num_ref_idx_active_override_flag', 1, override ? 1 : 0);
  if (override) {
    w.ue('num_ref_idx_l0_active_minus1', header.num_ref_idx_l0_active_minus1);
    if (isB) w.ue('num_ref_idx_l1_active_minus1', header.num_ref_idx_l1_active_minus1);
  }
}

/** One list of ref_pic_list_modification( ), clause 7.3.3.1. */
function writeRefPicListModification(
  w: SyntaxWriter,
  list: 'l0' | 'l1',
  modifications: readonly RefPicListModification[],
): void {
  w.u(`ref_pic_list_modification_flag_${list}`, 1, modifications.length > 0 ? 1 : 0);
  if (modifications.length === 0) return;
  for (const step of modifications) {
    w.ue('modification_of_pic_nums_idc', step.modification_of_pic_nums_idc);
    if (step.modification_of_pic_nums_idc === 2) w.ue('long_term_pic_num', step.long_term_pic_num);
    else w.ue('abs_diff_pic_num_minus1', step.abs_diff_pic_num_minus1);
  }
  w.ue('modification_of_pic_nums_idc', 3);
}

/** dec_ref_pic_marking( ), clause 7.3.3.3. */
function writeDecRefPicMarking(w: SyntaxWriter, header: SliceHeader, isIdr: boolean): void {
  if (isIdr) {
    w.u('no_output_of_prior_pics_flag', 1, header.no_output_of_prior_pics_flag);
    w.u('long_term_reference_flag', 1, header.long_term_reference_flag);
    return;
  }
  const operations = header.memory_management_control;
  w.u('adaptive_ref_pic_marking_mode_flag', 1, operations.length > 0 ? 1 : 0);
  if (operations.length === 0) return;
  for (const step of operations) {
    w.ue('memory_management_control_operation', step.memory_management_control_operation);
    switch (step.memory_management_control_operation) {
      case 1:
        w.ue('difference_of_pic_nums_minus1', step.difference_of_pic_nums_minus1);
        break;
      case 2:
        w.ue('long_term_pic_num', step.long_term_pic_num);
        break;
      case 3:
        w.ue('difference_of_pic_nums_minus1', step.difference_of_pic_nums_minus1);
        w.ue('long_term_frame_idx', step.long_term_frame_idx);
        break;
      case 4:
        w.ue('max_long_term_frame_idx_plus1', step.max_long_term_frame_idx_plus1);
        break;
      case 6:
        w.ue('long_term_frame_idx', step.long_term_frame_idx);
        break;
    }
  }
  w.ue('memory_management_control_operation', 0);
}

/** disable_deblocking_filter_idc and the offsets, clause 7.3.3. */
function writeDeblockingControl(
  w: SyntaxWriter,
  header: SliceHeader,
  pps: PictureParameterSet,
): void {
  if (!pps.deblocking_filter_control_present_flag) {
    if (
      header.disable_deblocking_filter_idc !== 0 ||
      header.slice_alpha_c0_offset_div2 !== 0 ||
      header.slice_beta_offset_div2 !== 0
    ) {
      throw new UnsupportedError(
        'h264.sliceHeader.disable_deblocking_filter_idc',
        'deblocking controls other than 0 need deblocking_filter_control_present_flag in the PPS (clause 7.3.3)',
      );
    }
    return;
  }
  w.ue('disable_deblocking_filter_idc', header.disable_deblocking_filter_idc);
  if (header.disable_deblocking_filter_idc !== 1) {
    w.se('slice_alpha_c0_offset_div2', header.slice_alpha_c0_offset_div2);
    w.se('slice_beta_offset_div2', header.slice_beta_offset_div2);
  }
}
