/**
 * VUI parameters, Annex E: what a player needs to know beside the samples. Each group that the syntax guards with a
 * `…_present_flag` is one property here; `null` writes the flag as 0.
 */
import { ConfigError } from '../../../base/errors.ts';
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';

/** A one-bit syntax element. */
export type Flag = 0 | 1;

/** aspect_ratio_idc "Extended_SAR", Table E-1: the ratio is sar_width:sar_height. */
export const EXTENDED_SAR = 255;

/** Table E-1: aspect_ratio_idc => width and height of a sample; entry 0 is "unspecified". */
// biome-ignore format: two columns as in the standard
const SAMPLE_ASPECT_RATIOS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0,  1, 1,  12, 11,  10, 11,  16, 11,  40, 33,  24, 11,  20, 11,  32, 11,
  80, 33,  18, 11,  15, 11,  64, 33,  160, 99,  4, 3,  3, 2,  2, 1);

/** Sample aspect ratio as in clause E.2.1. */
export interface AspectRatioInfo {
  readonly aspect_ratio_idc: number;
  /** Width of a sample in any unit, 0..65535; written for Extended_SAR only. */
  readonly sar_width: number;
  readonly sar_height: number;
}

/**
 * Aspect ratio elements for samples of `width`:`height`, both 1..65535 and without common factor: the entry of
 * Table E-1 if there is one, else Extended_SAR (clause E.2.1).
 */
export function aspectRatioInfo(width: number, height: number): AspectRatioInfo {
  for (let idc = 1; idc < SAMPLE_ASPECT_RATIOS.length / 2; idc++) {
    const sar_width = SAMPLE_ASPECT_RATIOS[2 * idc];
    const sar_height = SAMPLE_ASPECT_RATIOS[2 * idc + 1];
    if (sar_width * height === sar_height * width) {
      return { aspect_ratio_idc: idc, sar_width, sar_height };
    }
  }
  if (width > 0xffff || height > 0xffff) {
    throw new ConfigError(
      'h264.vui.sample_aspect_ratio',
      `got ${width}:${height}, allowed are parts of at most 65535 (clause E.2.1)`,
    );
  }
  return { aspect_ratio_idc: EXTENDED_SAR, sar_width: width, sar_height: height };
}

/** video_signal_type_present_flag and what it guards, clause E.2.1; code points of H.273. */
export interface VideoSignalType {
  /** Table E-2; 5 is "unspecified video format". */
  readonly video_format: number;
  readonly video_full_range_flag: Flag;
  /** Null: not present, which means that all three are 2, "unspecified". */
  readonly colour_description: ColourDescription | null;
}

/** Tables E-3, E-4 and E-5. */
export interface ColourDescription {
  readonly colour_primaries: number;
  readonly transfer_characteristics: number;
  readonly matrix_coefficients: number;
}

/** chroma_loc_info, clause E.2.1 and Figure E-1: 0 left, 1 center, 2 top left … 5. */
export interface ChromaLocInfo {
  readonly chroma_sample_loc_type_top_field: number;
  readonly chroma_sample_loc_type_bottom_field: number;
}

/** timing_info, clause E.2.1. A frame lasts two ticks: frame rate = time_scale / (2 · num_units_in_tick). */
export interface TimingInfo {
  /** 1..2^32-1. */
  readonly num_units_in_tick: number;
  /** 1..2^32-1. */
  readonly time_scale: number;
  readonly fixed_frame_rate_flag: Flag;
}

/** One schedule of hrd_parameters( ), clause E.2.2. */
export interface HrdSchedule {
  /** BitRate = (bit_rate_value_minus1 + 1) · 2^(6 + bit_rate_scale), clause E.2.2. */
  readonly bit_rate_value_minus1: number;
  /** CpbSize = (cpb_size_value_minus1 + 1) · 2^(4 + cpb_size_scale), clause E.2.2. */
  readonly cpb_size_value_minus1: number;
  /** 1: constant bit rate, filler keeps the buffer from running over. */
  readonly cbr_flag: Flag;
}

/** hrd_parameters( ), clauses E.1.2 and E.2.2. cpb_cnt_minus1 is the number of schedules less one. */
export interface HrdParameters {
  readonly bit_rate_scale: number;
  readonly cpb_size_scale: number;
  /** 1..32 schedules of rising bit rate. */
  readonly schedules: readonly HrdSchedule[];
  readonly initial_cpb_removal_delay_length_minus1: number;
  readonly cpb_removal_delay_length_minus1: number;
  readonly dpb_output_delay_length_minus1: number;
  readonly time_offset_length: number;
}

/** bitstream_restriction, clause E.2.1. */
export interface BitstreamRestriction {
  readonly motion_vectors_over_pic_boundaries_flag: Flag;
  readonly max_bytes_per_pic_denom: number;
  readonly max_bits_per_mb_denom: number;
  readonly log2_max_mv_length_horizontal: number;
  readonly log2_max_mv_length_vertical: number;
  /** Frames that precede another in decoding order and follow it in output order: 0 without B pictures. */
  readonly max_num_reorder_frames: number;
  /** At least max_num_ref_frames, at most MaxDpbFrames (clause A.3.1). */
  readonly max_dec_frame_buffering: number;
}

/** vui_parameters( ), clause E.1.1. */
export interface VuiParameters {
  readonly aspect_ratio_info: AspectRatioInfo | null;
  /** Null: overscan_info_present_flag is 0. */
  readonly overscan_appropriate_flag: Flag | null;
  readonly video_signal_type: VideoSignalType | null;
  readonly chroma_loc_info: ChromaLocInfo | null;
  readonly timing_info: TimingInfo | null;
  readonly nal_hrd_parameters: HrdParameters | null;
  readonly vcl_hrd_parameters: HrdParameters | null;
  /** Written if there is any HRD. */
  readonly low_delay_hrd_flag: Flag;
  /** 1: picture timing SEI messages carry pic_struct (clause D.2.3). */
  readonly pic_struct_present_flag: Flag;
  readonly bitstream_restriction: BitstreamRestriction | null;
}

/** Writes vui_parameters( ), clause E.1.1. */
export function writeVuiParameters(w: SyntaxWriter, vui: VuiParameters): void {
  const aspect = vui.aspect_ratio_info;
  w.u('aspect_ratio_info_present_flag', 1, present(aspect));
  if (aspect !== null) {
    w.u('aspect_ratio_idc', 8, aspect.aspect_ratio_idc);
    if (aspect.aspect_ratio_idc === EXTENDED_SAR) {
      w.u('sar_width', 16, aspect.sar_width);
      w.u('sar_height', 16, aspect.sar_height);
    }
  }
  w.u('overscan_info_present_flag', 1, present(vui.overscan_appropriate_flag));
  if (vui.overscan_appropriate_flag !== null) {
    w.u('overscan_appropriate_flag', 1, vui.overscan_appropriate_flag);
  }
  const signal = vui.video_signal_type;
  w.u('video_signal_type_present_flag', 1, present(signal));
  if (signal !== null) {
    w.u('video_format', 3, signal.video_format);
    w.u('video_full_range_flag', 1, signal.video_full_range_flag);
    const colour = signal.colour_description;
    w.u('colour_description_present_flag', 1, present(colour));
    if (colour !== null) {
      w.u('colour_primaries', 8, colour.colour_primaries);
      w.u('transfer_characteristics', 8, colour.transfer_characteristics);
      w.u('matrix_coefficients', 8, colour.matrix_coefficients);
    }
  }
  const location = vui.chroma_loc_info;
  w.u('chroma_loc_info_present_flag', 1, present(location));
  if (location !== null) {
    w.ue('chroma_sample_loc_type_top_field', location.chroma_sample_loc_type_top_field);
    w.ue('chroma_sample_loc_type_bottom_field', location.chroma_sample_loc_type_bottom_field);
  }
  const timing = vui.timing_info;
  w.u('timing_info_present_flag', 1, present(timing));
  if (timing !== null) {
    w.u('num_units_in_tick', 32, timing.num_units_in_tick);
    w.u('time_scale', 32, timing.time_scale);
    w.u('fixed_frame_rate_flag', 1, timing.fixed_frame_rate_flag);
  }
  const nalHrd = vui.nal_hrd_parameters;
  w.u('nal_hrd_parameters_present_flag', 1, present(nalHrd));
  if (nalHrd !== null) writeHrdParameters(w, nalHrd);
  const vclHrd = vui.vcl_hrd_parameters;
  w.u('vcl_hrd_parameters_present_flag', 1, present(vclHrd));
  if (vclHrd !== null) writeHrdParameters(w, vclHrd);
  if (nalHrd !== null || vclHrd !== null) w.u('low_delay_hrd_flag', 1, vui.low_delay_hrd_flag);
  w.u('pic_struct_present_flag', 1, vui.pic_struct_present_flag);
  const restriction = vui.bitstream_restriction;
  w.u('bitstream_restriction_flag', 1, present(restriction));
  if (restriction !== null) writeBitstreamRestriction(w, restriction);
}

/** The part of vui_parameters( ) behind bitstream_restriction_flag, clause E.1.1. */
function writeBitstreamRestriction(w: SyntaxWriter, r: BitstreamRestriction): void {
  w.u('motion_vectors_over_pic_boundaries_flag', 1, r.motion_vectors_over_pic_boundaries_flag);
  w.ue('max_bytes_per_pic_denom', r.max_bytes_per_pic_denom);
  w.ue('max_bits_per_mb_denom', r.max_bits_per_mb_denom);
  w.ue('log2_max_mv_length_horizontal', r.log2_max_mv_length_horizontal);
  w.ue('log2_max_mv_length_vertical', r.log2_max_mv_length_vertical);
  w.ue('max_num_reorder_frames', r.max_num_reorder_frames);
  w.ue('max_dec_frame_buffering', r.max_dec_frame_buffering);
}

/** Writes hrd_parameters( ), clause E.1.2. Throws `ConfigError` unless there are 1 to 32 schedules. */
export function writeHrdParameters(w: SyntaxWriter, hrd: HrdParameters): void {
  const count = hrd.schedules.length;
  if (count < 1 || count > 32) {
    throw new ConfigError(
      'h264.hrd.schedules',
      `got ${count}, allowed are 1..32 (cpb_cnt_minus1, clause E.2.2)`,
    );
  }
  w.ue('cpb_cnt_minus1', count - 1);
  w.u('bit_rate_scale', 4, hrd.bit_rate_scale);
  w.u('cpb_size_scale', 4, hrd.cpb_size_scale);
  for (const schedule of hrd.schedules) {
    w.ue('bit_rate_value_minus1', schedule.bit_rate_value_minus1);
    w.ue('cpb_size_value_minus1', schedule.cpb_size_value_minus1);
    w.u('cbr_flag', 1, schedule.cbr_flag);
  }
  w.u('initial_cpb_removal_delay_length_minus1', 5, hrd.initial_cpb_removal_delay_length_minus1);
  w.u('cpb_removal_delay_length_minus1', 5, hrd.cpb_removal_delay_length_minus1);
  w.u('dpb_output_delay_length_minus1', 5, hrd.dpb_output_delay_length_minus1);
  w.u('time_offset_length', 5, hrd.time_offset_length);
}

function present(group: object | number | null): Flag {
  return group === null ? 0 : 1;
}
