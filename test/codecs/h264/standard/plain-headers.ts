/** Parameter sets and slice headers of the simplest stream there is, to be changed by tests. */
import type { PictureParameterSet } from '../../../../src/codecs/h264/standard/pps.ts';
import type { SliceHeader } from '../../../../src/codecs/h264/standard/slice-header.ts';
import type { SequenceParameterSet } from '../../../../src/codecs/h264/standard/sps.ts';
import type { VuiParameters } from '../../../../src/codecs/h264/standard/vui.ts';

/** A VUI that says nothing. */
export const EMPTY_VUI: VuiParameters = {
  aspect_ratio_info: null,
  overscan_appropriate_flag: null,
  video_signal_type: null,
  chroma_loc_info: null,
  timing_info: null,
  nal_hrd_parameters: null,
  vcl_hrd_parameters: null,
  low_delay_hrd_flag: 0,
  pic_struct_present_flag: 0,
  bitstream_restriction: null,
};

/** Constrained Baseline, one macroblock large, level 1; `changes` may be elements of the VUI too. */
export function plainSps(
  changes: Partial<SequenceParameterSet & VuiParameters>,
): SequenceParameterSet {
  const set: SequenceParameterSet = {
    profile_idc: 66,
    constraint_set0_flag: 1,
    constraint_set1_flag: 1,
    constraint_set2_flag: 0,
    constraint_set3_flag: 0,
    constraint_set4_flag: 0,
    constraint_set5_flag: 0,
    level_idc: 10,
    seq_parameter_set_id: 0,
    chroma_format_idc: 1,
    bit_depth_luma_minus8: 0,
    bit_depth_chroma_minus8: 0,
    qpprime_y_zero_transform_bypass_flag: 0,
    seq_scaling_matrix_present_flag: 0,
    log2_max_frame_num_minus4: 0,
    pic_order_cnt_type: 2,
    log2_max_pic_order_cnt_lsb_minus4: 0,
    max_num_ref_frames: 1,
    gaps_in_frame_num_value_allowed_flag: 0,
    pic_width_in_mbs_minus1: 0,
    pic_height_in_map_units_minus1: 0,
    frame_mbs_only_flag: 1,
    direct_8x8_inference_flag: 1,
    frame_crop_left_offset: 0,
    frame_crop_right_offset: 0,
    frame_crop_top_offset: 0,
    frame_crop_bottom_offset: 0,
    vui_parameters: null,
  };
  const elements: Record<string, unknown> = { ...set };
  const vui: Record<string, unknown> = { ...EMPTY_VUI };
  let hasVui = false;
  for (const [name, value] of Object.entries(changes)) {
    if (name in vui) {
      vui[name] = value;
      hasVui = true;
    } else elements[name] = value;
  }
  if (hasVui) elements.vui_parameters = vui;
  return elements as unknown as SequenceParameterSet;
}

/** CAVLC, one reference, QP 26, deblocking controls in the slice header. */
export function plainPps(changes: Partial<PictureParameterSet>): PictureParameterSet {
  return {
    pic_parameter_set_id: 0,
    seq_parameter_set_id: 0,
    entropy_coding_mode_flag: 0,
    bottom_field_pic_order_in_frame_present_flag: 0,
    num_ref_idx_l0_default_active_minus1: 0,
    num_ref_idx_l1_default_active_minus1: 0,
    weighted_pred_flag: 0,
    weighted_bipred_idc: 0,
    pic_init_qp_minus26: 0,
    pic_init_qs_minus26: 0,
    chroma_qp_index_offset: 0,
    deblocking_filter_control_present_flag: 1,
    constrained_intra_pred_flag: 0,
    redundant_pic_cnt_present_flag: 0,
    high: null,
    ...changes,
  };
}

/** An I slice of a whole picture. */
export function plainSliceHeader(changes: Partial<SliceHeader>): SliceHeader {
  return {
    first_mb_in_slice: 0,
    slice_type: 7,
    frame_num: 0,
    idr_pic_id: 0,
    pic_order_cnt_lsb: 0,
    direct_spatial_mv_pred_flag: 0,
    num_ref_idx_l0_active_minus1: 0,
    num_ref_idx_l1_active_minus1: 0,
    ref_pic_list_modification_l0: [],
    ref_pic_list_modification_l1: [],
    no_output_of_prior_pics_flag: 0,
    long_term_reference_flag: 0,
    memory_management_control: [],
    cabac_init_idc: 0,
    slice_qp_delta: 0,
    disable_deblocking_filter_idc: 0,
    slice_alpha_c0_offset_div2: 0,
    slice_beta_offset_div2: 0,
    ...changes,
  };
}
