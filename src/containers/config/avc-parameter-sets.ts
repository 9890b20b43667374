/**
 * What a container must know of H.264 parameter sets: size, colors, timing, and what tells pictures apart. Reads the
 * syntax of clauses 7.3.2.1.1, 7.3.2.2 and E.1.1 as far as that goes.
 */
import { FormatError } from '../../base/errors.ts';
import type { ColorTags } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { BitReader } from '../../bits/bit-reader.ts';

/** Fields of a sequence parameter set, by their names in the standard. */
export interface AvcSps {
  readonly profile_idc: number;
  /** constraint_set0_flag … constraint_set5_flag and two zero bits, as the byte has them. */
  readonly constraint_flags: number;
  readonly level_idc: number;
  readonly seq_parameter_set_id: number;
  readonly chroma_format_idc: number;
  readonly separate_colour_plane_flag: number;
  readonly bit_depth_luma_minus8: number;
  readonly bit_depth_chroma_minus8: number;
  readonly log2_max_frame_num: number;
  readonly pic_order_cnt_type: number;
  readonly log2_max_pic_order_cnt_lsb: number;
  readonly delta_pic_order_always_zero_flag: number;
  readonly offset_for_non_ref_pic: number;
  readonly offset_for_ref_frame: readonly number[];
  readonly frame_mbs_only_flag: number;
  readonly PicWidthInMbs: number;
  readonly FrameHeightInMbs: number;
  /** Size after cropping, in luma samples. */
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio: Rational | undefined;
  readonly color: ColorTags | undefined;
  /** Frames per second by the VUI; undefined if it does not say. */
  readonly frameRate: Rational | undefined;
  /** Pictures that may come before one in decoding order and after it in output order, clause E.2.1. */
  readonly max_num_reorder_frames: number;
}

/** Fields of a picture parameter set. */
export interface AvcPps {
  readonly pic_parameter_set_id: number;
  readonly seq_parameter_set_id: number;
  readonly bottom_field_pic_order_in_frame_present_flag: number;
}

/** The RBSP of a NAL unit without its header byte: emulation_prevention_three_byte taken out, clause 7.3.1. */
export function rbspOf(nalUnit: Uint8Array, maxBytes = nalUnit.length): Uint8Array {
  const length = Math.min(nalUnit.length, maxBytes);
  const out = new Uint8Array(Math.max(0, length - 1));
  let at = 0;
  let zeros = 0;
  for (let i = 1; i < length; i++) {
    const byte = nalUnit[i]!;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out[at++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, at);
}

/** profile_idc values whose SPS has chroma format, bit depths and scaling matrices, clause 7.3.2.1.1. */
const HIGH_PROFILES = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** profile_idc values for which constraint_set3_flag says "intra only", clause E.2.1. */
const INTRA_PROFILES = [44, 86, 100, 110, 122, 244];

/** Sides of a picture in macroblocks at level 6.2: sqrt(8·MaxFS), clause A.3.1. */
const MAX_SIDE_IN_MBS = 1055;

/**
 * Reads a sequence parameter set, clause 7.3.2.1.1.
 * @param nalUnit with its header byte
 * @param offset where it lies in the file, for messages
 * Throws `FormatError` for what breaks the syntax or no level allows.
 */
export function readAvcSps(nalUnit: Uint8Array, offset = -1): AvcSps {
  const where = 'h264.sps';
  const r = new BitReader(rbspOf(nalUnit), where, Math.max(0, offset));
  const check = (name: string, value: number, max: number): number => {
    if (value > max) {
      throw new FormatError(`${where}.${name}`, `got ${value}, allowed are 0..${max}`, offset);
    }
    return value;
  };
  const profile_idc = r.u(8);
  const constraint_flags = r.u(8);
  const level_idc = r.u(8);
  const seq_parameter_set_id = check('seq_parameter_set_id', r.ue(), 31);
  let chroma_format_idc = 1;
  let separate_colour_plane_flag = 0;
  let bit_depth_luma_minus8 = 0;
  let bit_depth_chroma_minus8 = 0;
  if (HIGH_PROFILES.includes(profile_idc)) {
    chroma_format_idc = check('chroma_format_idc', r.ue(), 3);
    if (chroma_format_idc === 3) separate_colour_plane_flag = r.u(1);
    bit_depth_luma_minus8 = check('bit_depth_luma_minus8', r.ue(), 6);
    bit_depth_chroma_minus8 = check('bit_depth_chroma_minus8', r.ue(), 6);
    r.u(1); // qpprime_y_zero_transform_bypass_flag
    if (r.u(1) === 1) skipScalingMatrix(r, chroma_format_idc === 3 ? 12 : 8);
  }
  const log2_max_frame_num = 4 + check('log2_max_frame_num_minus4', r.ue(), 12);
  const pic_order_cnt_type = check('pic_order_cnt_type', r.ue(), 2);
  let log2_max_pic_order_cnt_lsb = 0;
  let delta_pic_order_always_zero_flag = 0;
  let offset_for_non_ref_pic = 0;
  const offset_for_ref_frame: number[] = [];
  if (pic_order_cnt_type === 0) {
    log2_max_pic_order_cnt_lsb = 4 + check('log2_max_pic_order_cnt_lsb_minus4', r.ue(), 12);
  } else if (pic_order_cnt_type === 1) {
    delta_pic_order_always_zero_flag = r.u(1);
    offset_for_non_ref_pic = r.se();
    r.se(); // offset_for_top_to_bottom_field
    const count = check('num_ref_frames_in_pic_order_cnt_cycle', r.ue(), 255);
    for (let i = 0; i < count; i++) offset_for_ref_frame.push(r.se());
  }
  r.ue(); // max_num_ref_frames
  r.u(1); // gaps_in_frame_num_value_allowed_flag
  const PicWidthInMbs = 1 + check('pic_width_in_mbs_minus1', r.ue(), MAX_SIDE_IN_MBS - 1);
  const mapUnits = 1 + check('pic_height_in_map_units_minus1', r.ue(), MAX_SIDE_IN_MBS - 1);
  const frame_mbs_only_flag = r.u(1);
  const FrameHeightInMbs = (2 - frame_mbs_only_flag) * mapUnits;
  if (frame_mbs_only_flag === 0) r.u(1); // mb_adaptive_frame_field_flag
  r.u(1); // direct_8x8_inference_flag
  // Cropping units, clause 7.4.2.1.1 (7-19 to 7-22).
  const isSubsampledX = chroma_format_idc === 1 || chroma_format_idc === 2;
  const cropUnitX = isSubsampledX ? 2 : 1;
  const cropUnitY = (chroma_format_idc === 1 ? 2 : 1) * (2 - frame_mbs_only_flag);
  const crop = r.u(1) === 1 ? [r.ue(), r.ue(), r.ue(), r.ue()] : [0, 0, 0, 0];
  const width = PicWidthInMbs * 16 - cropUnitX * (crop[0]! + crop[1]!);
  const height = FrameHeightInMbs * 16 - cropUnitY * (crop[2]! + crop[3]!);
  if (width < 1 || height < 1) {
    throw new FormatError(`${where}.frame_crop`, `leaves ${width}x${height} samples`, offset);
  }
  const vui = r.u(1) === 1 ? readVui(r) : {};
  const isIntraOnly = INTRA_PROFILES.includes(profile_idc) && (constraint_flags & 0x10) !== 0;
  const maxDpbFrames = Math.min(
    16,
    Math.floor(maxDpbMbs(level_idc, constraint_flags) / (PicWidthInMbs * FrameHeightInMbs)),
  );
  // Clause E.2.1: where the VUI is silent, the picture buffer is the bound; nothing is reordered in intra profiles.
  const inferred = isIntraOnly || pic_order_cnt_type === 2 ? 0 : maxDpbFrames;
  return {
    profile_idc,
    constraint_flags,
    level_idc,
    seq_parameter_set_id,
    chroma_format_idc,
    separate_colour_plane_flag,
    bit_depth_luma_minus8,
    bit_depth_chroma_minus8,
    log2_max_frame_num,
    pic_order_cnt_type,
    log2_max_pic_order_cnt_lsb,
    delta_pic_order_always_zero_flag,
    offset_for_non_ref_pic,
    offset_for_ref_frame,
    frame_mbs_only_flag,
    PicWidthInMbs,
    FrameHeightInMbs,
    width,
    height,
    sampleAspectRatio: vui.sampleAspectRatio,
    color: vui.color,
    frameRate: vui.frameRate,
    max_num_reorder_frames: Math.min(16, vui.max_num_reorder_frames ?? inferred),
  };
}

/** scaling_matrix of an SPS: its lists, read over, clause 7.3.2.1.1.1. */
function skipScalingMatrix(r: BitReader, lists: number): void {
  for (let i = 0; i < lists; i++) {
    if (r.u(1) === 0) continue; // seq_scaling_list_present_flag
    let lastScale = 8;
    let nextScale = 8;
    for (let j = 0; j < (i < 6 ? 16 : 64); j++) {
      if (nextScale !== 0) nextScale = (lastScale + r.se() + 256) & 255;
      if (nextScale !== 0) lastScale = nextScale;
    }
  }
}

/** Table E-1: aspect_ratio_idc => sample aspect ratio, from 1 on. */
// biome-ignore format: as in the table
const SAMPLE_ASPECT_RATIOS: readonly Rational[] = [
  [1, 1], [12, 11], [10, 11], [16, 11], [40, 33], [24, 11], [20, 11], [32, 11],
  [80, 33], [18, 11], [15, 11], [64, 33], [160, 99], [4, 3], [3, 2], [2, 1]];
const EXTENDED_SAR = 255;

interface Vui {
  readonly sampleAspectRatio?: Rational;
  readonly color?: ColorTags;
  readonly frameRate?: Rational;
  readonly max_num_reorder_frames?: number;
}

/** vui_parameters, clause E.1.1. */
function readVui(r: BitReader): Vui {
  const vui: { -readonly [name in keyof Vui]: Vui[name] } = {};
  if (r.u(1) === 1) {
    const aspect_ratio_idc = r.u(8);
    const [num, den] =
      aspect_ratio_idc === EXTENDED_SAR
        ? [r.u(16), r.u(16)]
        : (SAMPLE_ASPECT_RATIOS[aspect_ratio_idc - 1] ?? [0, 0]);
    if (num > 0 && den > 0) vui.sampleAspectRatio = [num, den];
  }
  if (r.u(1) === 1) r.u(1); // overscan_info_present_flag, overscan_appropriate_flag
  if (r.u(1) === 1) {
    r.u(3); // video_format
    const video_full_range_flag = r.u(1) as 0 | 1;
    const codes = r.u(1) === 1 ? [r.u(8), r.u(8), r.u(8)] : [2, 2, 2];
    vui.color = {
      colour_primaries: codes[0]!,
      transfer_characteristics: codes[1]!,
      matrix_coefficients: codes[2]!,
      video_full_range_flag,
    };
  }
  if (r.u(1) === 1) {
    r.ue(); // chroma_sample_loc_type_top_field
    r.ue(); // chroma_sample_loc_type_bottom_field
  }
  if (r.u(1) === 1) {
    const num_units_in_tick = r.u(32);
    const time_scale = r.u(32);
    r.u(1); // fixed_frame_rate_flag
    // A frame lasts two ticks, clause E.2.1 (note on time_scale).
    vui.frameRate = frameRateOf(time_scale, num_units_in_tick);
  }
  const nal_hrd = r.u(1);
  if (nal_hrd === 1) skipHrd(r);
  const vcl_hrd = r.u(1);
  if (vcl_hrd === 1) skipHrd(r);
  if (nal_hrd === 1 || vcl_hrd === 1) r.u(1); // low_delay_hrd_flag
  r.u(1); // pic_struct_present_flag
  if (r.u(1) === 1) {
    r.u(1); // motion_vectors_over_pic_boundaries_flag
    for (let i = 0; i < 4; i++) r.ue(); // bytes and bits denominators, log2 vector lengths
    vui.max_num_reorder_frames = r.ue();
  }
  return vui;
}

/** time_scale / (2 · num_units_in_tick) in 31-bit terms; undefined if either is 0 or they do not fit. */
function frameRateOf(time_scale: number, num_units_in_tick: number): Rational | undefined {
  const isEven = time_scale % 2 === 0;
  const num = isEven ? time_scale / 2 : time_scale;
  const den = isEven ? num_units_in_tick : num_units_in_tick * 2;
  if (num === 0 || den === 0 || num > 0x7fffffff || den > 0x7fffffff) return undefined;
  return [num, den];
}

/** hrd_parameters, clause E.1.2, read over. */
function skipHrd(r: BitReader): void {
  const count = 1 + r.ue();
  r.u(8); // bit_rate_scale, cpb_size_scale
  for (let i = 0; i < count && i < 32; i++) {
    r.ue();
    r.ue();
    r.u(1);
  }
  r.u(20); // four lengths of 5 bits
}

/** Table A-1: level_idc => MaxDpbMbs; level 1b of the Baseline profiles is level 11 with constraint_set3_flag. */
// biome-ignore format: as in the table
const MAX_DPB_MBS: readonly (readonly [level: number, mbs: number])[] = [
  [9, 396], [10, 396], [11, 900], [12, 2376], [13, 2376], [20, 2376], [21, 4752], [22, 8100], [30, 8100],
  [31, 18000], [32, 20480], [40, 32768], [41, 32768], [42, 34816], [50, 110400], [51, 184320], [52, 184320],
  [60, 696320], [61, 696320], [62, 696320]];

function maxDpbMbs(level_idc: number, constraint_flags: number): number {
  const level = level_idc === 11 && (constraint_flags & 0x10) !== 0 ? 9 : level_idc;
  return (MAX_DPB_MBS.find((row) => row[0] >= level) ?? MAX_DPB_MBS.at(-1)!)[1];
}

/** Reads the start of a picture parameter set, clause 7.3.2.2. Throws `FormatError`. */
export function readAvcPps(nalUnit: Uint8Array, offset = -1): AvcPps {
  const r = new BitReader(rbspOf(nalUnit, 64), 'h264.pps', Math.max(0, offset));
  const pic_parameter_set_id = r.ue();
  const seq_parameter_set_id = r.ue();
  if (pic_parameter_set_id > 255 || seq_parameter_set_id > 31) {
    throw new FormatError(
      'h264.pps',
      `numbers ${pic_parameter_set_id} and ${seq_parameter_set_id}, allowed are 0..255 and 0..31`,
      offset,
    );
  }
  r.u(1); // entropy_coding_mode_flag
  const bottom_field_pic_order_in_frame_present_flag = r.u(1);
  return {
    pic_parameter_set_id,
    seq_parameter_set_id,
    bottom_field_pic_order_in_frame_present_flag,
  };
}

/** Name of the pixel format that decoding gives, as ffmpeg has it; empty for formats without one. */
export function avcPixFmt(sps: AvcSps): string {
  const chroma = ['gray', 'yuv420p', 'yuv422p', 'yuv444p'][sps.chroma_format_idc]!;
  const depth = 8 + sps.bit_depth_luma_minus8;
  if (sps.bit_depth_luma_minus8 !== sps.bit_depth_chroma_minus8) return '';
  if (depth > 8) return `${chroma}${depth}le`;
  const isFullRange = sps.color?.video_full_range_flag === 1 && sps.chroma_format_idc > 0;
  return isFullRange ? chroma.replace('yuv', 'yuvj') : chroma;
}
