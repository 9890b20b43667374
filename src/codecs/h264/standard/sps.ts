/**
 * Sequence parameter set, clauses 7.3.2.1.1 and 7.4.2.1.1: what holds for a whole coded video sequence. Properties carry
 * the names of the syntax elements; what is not implemented is refused rather than half written.
 */
import { ConfigError, UnsupportedError } from '../../../base/errors.ts';
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { rbspTrailingBits } from './nal.ts';
import { type Flag, type VuiParameters, writeVuiParameters } from './vui.ts';

/** profile_idc, clause A.2. Constrained Baseline is Baseline with constraint_set1_flag equal to 1. */
export const ProfileIdc = { BASELINE: 66, MAIN: 77, EXTENDED: 88, HIGH: 100 } as const;

/** seq_parameter_set_data( ), clause 7.3.2.1.1. */
export interface SequenceParameterSet {
  readonly profile_idc: number;
  readonly constraint_set0_flag: Flag;
  readonly constraint_set1_flag: Flag;
  readonly constraint_set2_flag: Flag;
  /** Level 1b in Baseline, Main and Extended profile (clause A.3.1); see `levelSyntax` in levels.ts. */
  readonly constraint_set3_flag: Flag;
  readonly constraint_set4_flag: Flag;
  readonly constraint_set5_flag: Flag;
  readonly level_idc: number;
  /** 0..31. */
  readonly seq_parameter_set_id: number;
  /** 1, 4:2:0, is implemented. */
  readonly chroma_format_idc: number;
  /** 0, 8 bits, is implemented. */
  readonly bit_depth_luma_minus8: number;
  readonly bit_depth_chroma_minus8: number;
  readonly qpprime_y_zero_transform_bypass_flag: Flag;
  /** 0, flat scaling matrices, is implemented. */
  readonly seq_scaling_matrix_present_flag: Flag;
  /** MaxFrameNum = 2^(this + 4), 0..12. */
  readonly log2_max_frame_num_minus4: number;
  /** 0 or 2 are implemented. 2: output order is decoding order. */
  readonly pic_order_cnt_type: number;
  /** MaxPicOrderCntLsb = 2^(this + 4), 0..12; written for type 0. */
  readonly log2_max_pic_order_cnt_lsb_minus4: number;
  /** 0..MaxDpbFrames. */
  readonly max_num_ref_frames: number;
  readonly gaps_in_frame_num_value_allowed_flag: Flag;
  readonly pic_width_in_mbs_minus1: number;
  readonly pic_height_in_map_units_minus1: number;
  /** 1, no fields, is implemented. */
  readonly frame_mbs_only_flag: Flag;
  readonly direct_8x8_inference_flag: Flag;
  /** Samples that are not shown, in units of two luma samples (4:2:0 frames, clause 7.4.2.1.1). */
  readonly frame_crop_left_offset: number;
  readonly frame_crop_right_offset: number;
  readonly frame_crop_top_offset: number;
  readonly frame_crop_bottom_offset: number;
  /** Null: vui_parameters_present_flag is 0. */
  readonly vui_parameters: VuiParameters | null;
}

/** Whether seq_parameter_set_data( ) of this profile has the chroma format and bit depths, clause 7.3.2.1.1. */
export function hasChromaFormat(profile_idc: number): boolean {
  // biome-ignore format: the list as in the syntax table
  return [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].includes(profile_idc);
}

/**
 * Writes seq_parameter_set_rbsp( ), clause 7.3.2.1. The writer must be byte aligned; it is again afterwards.
 * Throws `UnsupportedError` for what is not implemented, `ConfigError` for values out of range.
 */
export function writeSequenceParameterSet(w: SyntaxWriter, sps: SequenceParameterSet): void {
  checkSequenceParameterSet(sps);
  w.u('profile_idc', 8, sps.profile_idc);
  w.u('constraint_set0_flag', 1, sps.constraint_set0_flag);
  w.u('constraint_set1_flag', 1, sps.constraint_set1_flag);
  w.u('constraint_set2_flag', 1, sps.constraint_set2_flag);
  w.u('constraint_set3_flag', 1, sps.constraint_set3_flag);
  w.u('constraint_set4_flag', 1, sps.constraint_set4_flag);
  w.u('constraint_set5_flag', 1, sps.constraint_set5_flag);
  w.u('reserved_zero_2bits', 2, 0);
  w.u('level_idc', 8, sps.level_idc);
  w.ue('seq_parameter_set_id', sps.seq_parameter_set_id);
  if (hasChromaFormat(sps.profile_idc)) {
    w.ue('chroma_format_idc', sps.chroma_format_idc);
    w.ue('bit_depth_luma_minus8', sps.bit_depth_luma_minus8);
    w.ue('bit_depth_chroma_minus8', sps.bit_depth_chroma_minus8);
    w.u('qpprime_y_zero_transform_bypass_flag', 1, sps.qpprime_y_zero_transform_bypass_flag);
    w.u('seq_scaling_matrix_present_flag', 1, sps.seq_scaling_matrix_present_flag);
  }
  w.ue('log2_max_frame_num_minus4', sps.log2_max_frame_num_minus4);
  w.ue('pic_order_cnt_type', sps.pic_order_cnt_type);
  if (sps.pic_order_cnt_type === 0) {
    w.ue('log2_max_pic_order_cnt_lsb_minus4', sps.log2_max_pic_order_cnt_lsb_minus4);
  }
  w.ue('max_num_ref_frames', sps.max_num_ref_frames);
  w.u('gaps_in_frame_num_value_allowed_flag', 1, sps.gaps_in_frame_num_value_allowed_flag);
  w.ue('pic_width_in_mbs_minus1', sps.pic_width_in_mbs_minus1);
  w.ue('pic_height_in_map_units_minus1', sps.pic_height_in_map_units_minus1);
  w.u('frame_mbs_only_flag', 1, sps.frame_mbs_only_flag);
  w.u('direct_8x8_inference_flag', 1, sps.direct_8x8_inference_flag);
  const frame_cropping_flag = isCropped(sps) ? 1 : 0;
  w.u('frame_cropping_flag', 1, frame_cropping_flag);
  if (frame_cropping_flag) {
    w.ue('frame_crop_left_offset', sps.frame_crop_left_offset);
    w.ue('frame_crop_right_offset', sps.frame_crop_right_offset);
    w.ue('frame_crop_top_offset', sps.frame_crop_top_offset);
    w.ue('frame_crop_bottom_offset', sps.frame_crop_bottom_offset);
  }
  w.u('vui_parameters_present_flag', 1, sps.vui_parameters === null ? 0 : 1);
  if (sps.vui_parameters !== null) writeVuiParameters(w, sps.vui_parameters);
  rbspTrailingBits(w);
}

function isCropped(sps: SequenceParameterSet): boolean {
  return (
    sps.frame_crop_left_offset > 0 ||
    sps.frame_crop_right_offset > 0 ||
    sps.frame_crop_top_offset > 0 ||
    sps.frame_crop_bottom_offset > 0
  );
}

function checkSequenceParameterSet(sps: SequenceParameterSet): void {
  refuse(sps.chroma_format_idc !== 1, 'chroma_format_idc', 'only 1 (4:2:0)');
  refuse(sps.bit_depth_luma_minus8 !== 0, 'bit_depth_luma_minus8', 'only 0 (8 bits)');
  refuse(sps.bit_depth_chroma_minus8 !== 0, 'bit_depth_chroma_minus8', 'only 0 (8 bits)');
  refuse(
    sps.qpprime_y_zero_transform_bypass_flag !== 0,
    'qpprime_y_zero_transform_bypass_flag',
    'only 0',
  );
  refuse(sps.seq_scaling_matrix_present_flag !== 0, 'seq_scaling_matrix_present_flag', 'only 0');
  refuse(sps.frame_mbs_only_flag !== 1, 'frame_mbs_only_flag', 'only 1 (no field coding)');
  refuse(
    sps.pic_order_cnt_type !== 0 && sps.pic_order_cnt_type !== 2,
    'pic_order_cnt_type',
    'only 0 and 2',
  );
  checkRange('seq_parameter_set_id', sps.seq_parameter_set_id, 31);
  checkRange('log2_max_frame_num_minus4', sps.log2_max_frame_num_minus4, 12);
  checkRange('log2_max_pic_order_cnt_lsb_minus4', sps.log2_max_pic_order_cnt_lsb_minus4, 12);
  checkRange('max_num_ref_frames', sps.max_num_ref_frames, 16);
  const width = 8 * (sps.pic_width_in_mbs_minus1 + 1);
  const height = 8 * (sps.pic_height_in_map_units_minus1 + 1);
  checkRange('frame_crop_left_offset', sps.frame_crop_left_offset, width - 1);
  checkRange('frame_crop_top_offset', sps.frame_crop_top_offset, height - 1);
  checkRange(
    'frame_crop_right_offset',
    sps.frame_crop_right_offset,
    width - 1 - sps.frame_crop_left_offset,
  );
  checkRange(
    'frame_crop_bottom_offset',
    sps.frame_crop_bottom_offset,
    height - 1 - sps.frame_crop_top_offset,
  );
}

function refuse(condition: boolean, element: string, implemented: string): void {
  if (condition) {
    throw new UnsupportedError(
      `h264.sps.${element}`,
      `${implemented} is implemented (clause 7.4.2.1.1)`,
    );
  }
}

function checkRange(element: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new ConfigError(
      `h264.sps.${element}`,
      `got ${value}, allowed 0..${max} (clause 7.4.2.1.1)`,
    );
  }
}
