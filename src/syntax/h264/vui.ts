/**
 * VUI parameters, Annex E: the facts that a player needs beside the samples. Each group that the syntax guards with a
 * `…_present_flag` is one property here; `null` writes the flag as 0.
 */
import { ConfigError } from '../../base/errors.ts';
import type { Rational } from '../../base/rational.ts';
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { type HrdParameters, hrdParameters, NO_HRD } from './hrd.ts';

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

/** A VUI that says nothing: every flag is 0, clause E.2.1. */
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

/** vui_parameters( ), clause E.1.1: writes `vui`, or fills it from what is read. */
export function vuiParameters(s: BitSyntax, vui: Draft<VuiParameters>): void {
  s.where = 'h264.vui';
  vui.aspect_ratio_info = group(
    s,
    'aspect_ratio_info_present_flag',
    vui.aspect_ratio_info,
    NO_ASPECT_RATIO,
    aspectRatio,
  );
  const overscan = vui.overscan_appropriate_flag;
  const hasOverscan = s.flag('overscan_info_present_flag', present(overscan)) === 1;
  vui.overscan_appropriate_flag = hasOverscan
    ? s.flag('overscan_appropriate_flag', overscan ?? 0)
    : null;
  vui.video_signal_type = group(
    s,
    'video_signal_type_present_flag',
    vui.video_signal_type,
    NO_SIGNAL_TYPE,
    videoSignalType,
  );
  vui.chroma_loc_info = group(
    s,
    'chroma_loc_info_present_flag',
    vui.chroma_loc_info,
    NO_CHROMA_LOC,
    chromaLocInfo,
  );
  vui.timing_info = group(s, 'timing_info_present_flag', vui.timing_info, NO_TIMING, timingInfo);
  vui.nal_hrd_parameters = group(
    s,
    'nal_hrd_parameters_present_flag',
    vui.nal_hrd_parameters,
    NO_HRD,
    hrdParameters,
  );
  vui.vcl_hrd_parameters = group(
    s,
    'vcl_hrd_parameters_present_flag',
    vui.vcl_hrd_parameters,
    NO_HRD,
    hrdParameters,
  );
  if (vui.nal_hrd_parameters !== null || vui.vcl_hrd_parameters !== null) {
    vui.low_delay_hrd_flag = s.flag('low_delay_hrd_flag', vui.low_delay_hrd_flag);
  }
  vui.pic_struct_present_flag = s.flag('pic_struct_present_flag', vui.pic_struct_present_flag);
  vui.bitstream_restriction = group(
    s,
    'bitstream_restriction_flag',
    vui.bitstream_restriction,
    NO_RESTRICTION,
    restriction,
  );
}

/**
 * A group of elements behind the flag `name` that says whether it is there, clause E.1.1.
 * @param empty the group that reading starts from
 */
function group<T extends object>(
  s: BitSyntax,
  name: string,
  value: T | null,
  empty: T,
  describe: (s: BitSyntax, draft: Draft<T>) => void,
): T | null {
  if (s.flag(name, present(value)) === 0) return null;
  const { where } = s;
  const draft: Draft<T> = { ...(value ?? empty) };
  describe(s, draft);
  s.where = where;
  return draft as T;
}

function present(value: object | number | null): Flag {
  return value === null ? 0 : 1;
}

const NO_ASPECT_RATIO: AspectRatioInfo = { aspect_ratio_idc: 0, sar_width: 0, sar_height: 0 };

function aspectRatio(s: BitSyntax, aspect: Draft<AspectRatioInfo>): void {
  aspect.aspect_ratio_idc = s.u('aspect_ratio_idc', 8, aspect.aspect_ratio_idc);
  if (aspect.aspect_ratio_idc === EXTENDED_SAR) {
    aspect.sar_width = s.u('sar_width', 16, aspect.sar_width);
    aspect.sar_height = s.u('sar_height', 16, aspect.sar_height);
  }
}

const NO_SIGNAL_TYPE: VideoSignalType = {
  video_format: 5,
  video_full_range_flag: 0,
  colour_description: null,
};

function videoSignalType(s: BitSyntax, signal: Draft<VideoSignalType>): void {
  signal.video_format = s.u('video_format', 3, signal.video_format);
  signal.video_full_range_flag = s.flag('video_full_range_flag', signal.video_full_range_flag);
  signal.colour_description = group(
    s,
    'colour_description_present_flag',
    signal.colour_description,
    NO_COLOUR,
    colourDescription,
  );
}

const NO_COLOUR: ColourDescription = {
  colour_primaries: 2,
  transfer_characteristics: 2,
  matrix_coefficients: 2,
};

function colourDescription(s: BitSyntax, colour: Draft<ColourDescription>): void {
  colour.colour_primaries = s.u('colour_primaries', 8, colour.colour_primaries);
  colour.transfer_characteristics = s.u(
    'transfer_characteristics',
    8,
    colour.transfer_characteristics,
  );
  colour.matrix_coefficients = s.u('matrix_coefficients', 8, colour.matrix_coefficients);
}

const NO_CHROMA_LOC: ChromaLocInfo = {
  chroma_sample_loc_type_top_field: 0,
  chroma_sample_loc_type_bottom_field: 0,
};

function chromaLocInfo(s: BitSyntax, location: Draft<ChromaLocInfo>): void {
  location.chroma_sample_loc_type_top_field = s.ue(
    'chroma_sample_loc_type_top_field',
    location.chroma_sample_loc_type_top_field,
  );
  location.chroma_sample_loc_type_bottom_field = s.ue(
    'chroma_sample_loc_type_bottom_field',
    location.chroma_sample_loc_type_bottom_field,
  );
}

const NO_TIMING: TimingInfo = { num_units_in_tick: 0, time_scale: 0, fixed_frame_rate_flag: 0 };

function timingInfo(s: BitSyntax, timing: Draft<TimingInfo>): void {
  timing.num_units_in_tick = s.u('num_units_in_tick', 32, timing.num_units_in_tick);
  timing.time_scale = s.u('time_scale', 32, timing.time_scale);
  timing.fixed_frame_rate_flag = s.flag('fixed_frame_rate_flag', timing.fixed_frame_rate_flag);
}

const NO_RESTRICTION: BitstreamRestriction = {
  motion_vectors_over_pic_boundaries_flag: 1,
  max_bytes_per_pic_denom: 2,
  max_bits_per_mb_denom: 1,
  log2_max_mv_length_horizontal: 15,
  log2_max_mv_length_vertical: 15,
  max_num_reorder_frames: 0,
  max_dec_frame_buffering: 0,
};

function restriction(s: BitSyntax, r: Draft<BitstreamRestriction>): void {
  r.motion_vectors_over_pic_boundaries_flag = s.flag(
    'motion_vectors_over_pic_boundaries_flag',
    r.motion_vectors_over_pic_boundaries_flag,
  );
  r.max_bytes_per_pic_denom = s.ue('max_bytes_per_pic_denom', r.max_bytes_per_pic_denom);
  r.max_bits_per_mb_denom = s.ue('max_bits_per_mb_denom', r.max_bits_per_mb_denom);
  r.log2_max_mv_length_horizontal = s.ue(
    'log2_max_mv_length_horizontal',
    r.log2_max_mv_length_horizontal,
  );
  r.log2_max_mv_length_vertical = s.ue(
    'log2_max_mv_length_vertical',
    r.log2_max_mv_length_vertical,
  );
  r.max_num_reorder_frames = s.ue('max_num_reorder_frames', r.max_num_reorder_frames);
  r.max_dec_frame_buffering = s.ue('max_dec_frame_buffering', r.max_dec_frame_buffering);
}

/** The sample aspect ratio that a VUI tells, Table E-1; undefined if it is unspecified or has a part that is 0. */
export function sampleAspectRatio(info: AspectRatioInfo | null): Rational | undefined {
  if (info === null) return undefined;
  const { aspect_ratio_idc } = info;
  const isExtended = aspect_ratio_idc === EXTENDED_SAR;
  const width = isExtended ? info.sar_width : (SAMPLE_ASPECT_RATIOS[2 * aspect_ratio_idc] ?? 0);
  const height = isExtended
    ? info.sar_height
    : (SAMPLE_ASPECT_RATIOS[2 * aspect_ratio_idc + 1] ?? 0);
  return width > 0 && height > 0 ? [width, height] : undefined;
}
