/**
 * Sequence parameter set, clauses 7.3.2.1.1 and 7.4.2.1.1: the facts of a whole coded video sequence. Properties carry
 * the names of the syntax elements. One description writes a set, reads it, and shows it to a trace.
 */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import type { SyntaxWriter } from '../../bits/syntax-writer.ts';
import { rbspOf } from './nal.ts';
import { hasChromaFormat, ProfileIdc } from './profiles.ts';
import { type ScalingMatrix, scalingMatrix } from './scaling-matrix.ts';
import { EMPTY_VUI, type VuiParameters, vuiParameters } from './vui.ts';

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
  /** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4; 1 in profiles whose syntax does not say. */
  readonly chroma_format_idc: number;
  /** For 4:4:4: each color is coded as a monochrome picture. */
  readonly separate_colour_plane_flag: Flag;
  readonly bit_depth_luma_minus8: number;
  readonly bit_depth_chroma_minus8: number;
  readonly qpprime_y_zero_transform_bypass_flag: Flag;
  /** Null: seq_scaling_matrix_present_flag is 0, all entries are 16. */
  readonly seq_scaling_matrix: ScalingMatrix | null;
  /** MaxFrameNum = 2^(this + 4), 0..12. */
  readonly log2_max_frame_num_minus4: number;
  /** 2: output order is decoding order. */
  readonly pic_order_cnt_type: number;
  /** MaxPicOrderCntLsb = 2^(this + 4), 0..12; type 0. */
  readonly log2_max_pic_order_cnt_lsb_minus4: number;
  /** This and the next three: type 1. */
  readonly delta_pic_order_always_zero_flag: Flag;
  readonly offset_for_non_ref_pic: number;
  readonly offset_for_top_to_bottom_field: number;
  /** num_ref_frames_in_pic_order_cnt_cycle entries, at most 255. */
  readonly offset_for_ref_frame: readonly number[];
  /** 0..MaxDpbFrames. */
  readonly max_num_ref_frames: number;
  readonly gaps_in_frame_num_value_allowed_flag: Flag;
  readonly pic_width_in_mbs_minus1: number;
  readonly pic_height_in_map_units_minus1: number;
  /** 1: no fields. */
  readonly frame_mbs_only_flag: Flag;
  readonly mb_adaptive_frame_field_flag: Flag;
  readonly direct_8x8_inference_flag: Flag;
  /** Samples that are not shown, in the crop units of clause 7.4.2.1.1; two luma samples for frames of 4:2:0. */
  readonly frame_crop_left_offset: number;
  readonly frame_crop_right_offset: number;
  readonly frame_crop_top_offset: number;
  readonly frame_crop_bottom_offset: number;
  /** Null: vui_parameters_present_flag is 0. */
  readonly vui_parameters: VuiParameters | null;
}

/** The simplest set: one macroblock of Constrained Baseline, level 1, output in decoding order, no VUI (clause 7.4.2.1.1). */
export const PLAIN_SPS: SequenceParameterSet = {
  profile_idc: ProfileIdc.BASELINE,
  constraint_set0_flag: 1,
  constraint_set1_flag: 1,
  constraint_set2_flag: 0,
  constraint_set3_flag: 0,
  constraint_set4_flag: 0,
  constraint_set5_flag: 0,
  level_idc: 10,
  seq_parameter_set_id: 0,
  chroma_format_idc: 1,
  separate_colour_plane_flag: 0,
  bit_depth_luma_minus8: 0,
  bit_depth_chroma_minus8: 0,
  qpprime_y_zero_transform_bypass_flag: 0,
  seq_scaling_matrix: null,
  log2_max_frame_num_minus4: 0,
  pic_order_cnt_type: 2,
  log2_max_pic_order_cnt_lsb_minus4: 0,
  delta_pic_order_always_zero_flag: 0,
  offset_for_non_ref_pic: 0,
  offset_for_top_to_bottom_field: 0,
  offset_for_ref_frame: [],
  max_num_ref_frames: 1,
  gaps_in_frame_num_value_allowed_flag: 0,
  pic_width_in_mbs_minus1: 0,
  pic_height_in_map_units_minus1: 0,
  frame_mbs_only_flag: 1,
  mb_adaptive_frame_field_flag: 0,
  direct_8x8_inference_flag: 1,
  frame_crop_left_offset: 0,
  frame_crop_right_offset: 0,
  frame_crop_top_offset: 0,
  frame_crop_bottom_offset: 0,
  vui_parameters: null,
};

/** Macroblocks of a side of a picture less one at level 6.2: sqrt(8·MaxFS), clause A.3.1. */
const MAX_SIDE_IN_MBS_MINUS1 = 1054;

/**
 * Writes seq_parameter_set_rbsp( ), clause 7.3.2.1. The writer must be byte aligned; it is again afterwards. Throws
 * `ConfigError` for values out of range.
 */
export function writeSequenceParameterSet(w: SyntaxWriter, sps: SequenceParameterSet): void {
  describeSequenceParameterSet(w, { ...sps });
}

/**
 * Reads a sequence parameter set, clause 7.3.2.1.
 * @param nalUnit with its header byte
 * @param offset where it lies in the file, for messages
 * Throws `FormatError` for values that break the syntax or that no level allows.
 */
export function readSequenceParameterSet(nalUnit: Uint8Array, offset = -1): SequenceParameterSet {
  const sps: Draft<SequenceParameterSet> = { ...PLAIN_SPS };
  describeSequenceParameterSet(new SyntaxReader(rbspOf(nalUnit), 'h264.sps', offset), sps);
  return sps;
}

/** seq_parameter_set_rbsp( ), clause 7.3.2.1: writes `sps`, or fills it from what is read. */
export function describeSequenceParameterSet(s: BitSyntax, sps: Draft<SequenceParameterSet>): void {
  s.where = 'h264.sps';
  sps.profile_idc = s.u('profile_idc', 8, sps.profile_idc);
  sps.constraint_set0_flag = s.flag('constraint_set0_flag', sps.constraint_set0_flag);
  sps.constraint_set1_flag = s.flag('constraint_set1_flag', sps.constraint_set1_flag);
  sps.constraint_set2_flag = s.flag('constraint_set2_flag', sps.constraint_set2_flag);
  sps.constraint_set3_flag = s.flag('constraint_set3_flag', sps.constraint_set3_flag);
  sps.constraint_set4_flag = s.flag('constraint_set4_flag', sps.constraint_set4_flag);
  sps.constraint_set5_flag = s.flag('constraint_set5_flag', sps.constraint_set5_flag);
  s.u('reserved_zero_2bits', 2, 0);
  sps.level_idc = s.u('level_idc', 8, sps.level_idc);
  sps.seq_parameter_set_id = s.ueMax('seq_parameter_set_id', sps.seq_parameter_set_id, 31);
  if (hasChromaFormat(sps.profile_idc)) sampleFormat(s, sps);
  sps.log2_max_frame_num_minus4 = s.ueMax(
    'log2_max_frame_num_minus4',
    sps.log2_max_frame_num_minus4,
    12,
  );
  pictureOrder(s, sps);
  sps.max_num_ref_frames = s.ueMax('max_num_ref_frames', sps.max_num_ref_frames, 16);
  sps.gaps_in_frame_num_value_allowed_flag = s.flag(
    'gaps_in_frame_num_value_allowed_flag',
    sps.gaps_in_frame_num_value_allowed_flag,
  );
  pictureSize(s, sps);
  cropping(s, sps);
  const { vui_parameters } = sps;
  if (s.flag('vui_parameters_present_flag', vui_parameters === null ? 0 : 1) === 1) {
    const vui = { ...(vui_parameters ?? EMPTY_VUI) };
    vuiParameters(s, vui);
    sps.vui_parameters = vui;
  }
  s.trailingBits();
}

/** The fields about samples and their scaling of profiles with `hasChromaFormat`, clause 7.3.2.1.1. */
function sampleFormat(s: BitSyntax, sps: Draft<SequenceParameterSet>): void {
  sps.chroma_format_idc = s.ueMax('chroma_format_idc', sps.chroma_format_idc, 3);
  if (sps.chroma_format_idc === 3) {
    sps.separate_colour_plane_flag = s.flag(
      'separate_colour_plane_flag',
      sps.separate_colour_plane_flag,
    );
  }
  sps.bit_depth_luma_minus8 = s.ueMax('bit_depth_luma_minus8', sps.bit_depth_luma_minus8, 6);
  sps.bit_depth_chroma_minus8 = s.ueMax('bit_depth_chroma_minus8', sps.bit_depth_chroma_minus8, 6);
  sps.qpprime_y_zero_transform_bypass_flag = s.flag(
    'qpprime_y_zero_transform_bypass_flag',
    sps.qpprime_y_zero_transform_bypass_flag,
  );
  const matrix = sps.seq_scaling_matrix;
  if (s.flag('seq_scaling_matrix_present_flag', matrix === null ? 0 : 1) === 1) {
    const count = sps.chroma_format_idc === 3 ? 12 : 8;
    sps.seq_scaling_matrix = scalingMatrix(s, 'seq', count, matrix ?? []);
  }
}

/** pic_order_cnt_type and what it needs, clause 7.3.2.1.1. */
function pictureOrder(s: BitSyntax, sps: Draft<SequenceParameterSet>): void {
  sps.pic_order_cnt_type = s.ueMax('pic_order_cnt_type', sps.pic_order_cnt_type, 2);
  if (sps.pic_order_cnt_type === 0) {
    sps.log2_max_pic_order_cnt_lsb_minus4 = s.ueMax(
      'log2_max_pic_order_cnt_lsb_minus4',
      sps.log2_max_pic_order_cnt_lsb_minus4,
      12,
    );
  } else if (sps.pic_order_cnt_type === 1) {
    sps.delta_pic_order_always_zero_flag = s.flag(
      'delta_pic_order_always_zero_flag',
      sps.delta_pic_order_always_zero_flag,
    );
    sps.offset_for_non_ref_pic = s.se('offset_for_non_ref_pic', sps.offset_for_non_ref_pic);
    sps.offset_for_top_to_bottom_field = s.se(
      'offset_for_top_to_bottom_field',
      sps.offset_for_top_to_bottom_field,
    );
    const given = sps.offset_for_ref_frame;
    const count = s.ueMax('num_ref_frames_in_pic_order_cnt_cycle', given.length, 255);
    sps.offset_for_ref_frame = Array.from({ length: count }, (_, i) =>
      s.se('offset_for_ref_frame', given[i] ?? 0),
    );
  }
}

/** Size in macroblocks and the structure of pictures, clause 7.3.2.1.1. */
function pictureSize(s: BitSyntax, sps: Draft<SequenceParameterSet>): void {
  sps.pic_width_in_mbs_minus1 = s.ueMax(
    'pic_width_in_mbs_minus1',
    sps.pic_width_in_mbs_minus1,
    MAX_SIDE_IN_MBS_MINUS1,
  );
  sps.pic_height_in_map_units_minus1 = s.ueMax(
    'pic_height_in_map_units_minus1',
    sps.pic_height_in_map_units_minus1,
    MAX_SIDE_IN_MBS_MINUS1,
  );
  sps.frame_mbs_only_flag = s.flag('frame_mbs_only_flag', sps.frame_mbs_only_flag);
  if (sps.frame_mbs_only_flag === 0) {
    sps.mb_adaptive_frame_field_flag = s.flag(
      'mb_adaptive_frame_field_flag',
      sps.mb_adaptive_frame_field_flag,
    );
  }
  sps.direct_8x8_inference_flag = s.flag(
    'direct_8x8_inference_flag',
    sps.direct_8x8_inference_flag,
  );
}

/** frame_cropping_flag and the offsets, clause 7.3.2.1.1; at least one sample must be left (clause 7.4.2.1.1). */
function cropping(s: BitSyntax, sps: Draft<SequenceParameterSet>): void {
  const isCropped =
    sps.frame_crop_left_offset > 0 ||
    sps.frame_crop_right_offset > 0 ||
    sps.frame_crop_top_offset > 0 ||
    sps.frame_crop_bottom_offset > 0;
  if (s.flag('frame_cropping_flag', isCropped ? 1 : 0) === 0) return;
  sps.frame_crop_left_offset = s.ue('frame_crop_left_offset', sps.frame_crop_left_offset);
  sps.frame_crop_right_offset = s.ue('frame_crop_right_offset', sps.frame_crop_right_offset);
  sps.frame_crop_top_offset = s.ue('frame_crop_top_offset', sps.frame_crop_top_offset);
  sps.frame_crop_bottom_offset = s.ue('frame_crop_bottom_offset', sps.frame_crop_bottom_offset);
  const { width, height } = croppedSize(sps);
  if (width < 1 || height < 1) {
    throw s.fault('frame_crop', `leaves ${width}x${height} samples (clause 7.4.2.1.1)`);
  }
}

/** PicWidthInMbs and FrameHeightInMbs, clause 7.4.2.1.1. */
export function sizeInMbs(sps: SequenceParameterSet): {
  PicWidthInMbs: number;
  FrameHeightInMbs: number;
} {
  return {
    PicWidthInMbs: sps.pic_width_in_mbs_minus1 + 1,
    FrameHeightInMbs: (2 - sps.frame_mbs_only_flag) * (sps.pic_height_in_map_units_minus1 + 1),
  };
}

/** Size after cropping in luma samples, by the crop units of clause 7.4.2.1.1 (7-19 to 7-22). */
export function croppedSize(sps: SequenceParameterSet): { width: number; height: number } {
  const { PicWidthInMbs, FrameHeightInMbs } = sizeInMbs(sps);
  const ChromaArrayType = sps.separate_colour_plane_flag === 1 ? 0 : sps.chroma_format_idc;
  const CropUnitX = ChromaArrayType === 1 || ChromaArrayType === 2 ? 2 : 1;
  const CropUnitY = (ChromaArrayType === 1 ? 2 : 1) * (2 - sps.frame_mbs_only_flag);
  return {
    width:
      16 * PicWidthInMbs - CropUnitX * (sps.frame_crop_left_offset + sps.frame_crop_right_offset),
    height:
      16 * FrameHeightInMbs -
      CropUnitY * (sps.frame_crop_top_offset + sps.frame_crop_bottom_offset),
  };
}
