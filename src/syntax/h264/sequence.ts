/** The facts of a sequence parameter set that containers and players need: rate, colors, sample format, reordering. */
import type { ColorTags } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { levelOf, maxDpbFrames } from './levels.ts';
import { hasIntraVariant } from './profiles.ts';
import { type SequenceParameterSet, sizeInMbs } from './sps.ts';

/** Code points of Tables E-3 to E-5 for "unspecified". */
const UNSPECIFIED = 2;

/** Colors and range, clause E.2.1; undefined if the VUI does not say. */
export function colorTagsOf(sps: SequenceParameterSet): ColorTags | undefined {
  const signal = sps.vui_parameters?.video_signal_type ?? null;
  if (signal === null) return undefined;
  const { colour_description, video_full_range_flag } = signal;
  return {
    colour_primaries: colour_description?.colour_primaries ?? UNSPECIFIED,
    transfer_characteristics: colour_description?.transfer_characteristics ?? UNSPECIFIED,
    matrix_coefficients: colour_description?.matrix_coefficients ?? UNSPECIFIED,
    video_full_range_flag,
  };
}

/**
 * Frames per second, time_scale ÷ (2 · num_units_in_tick) in 31-bit terms: a frame lasts two ticks (clause E.2.1). Undefined if
 * the VUI does not say, if either is 0, or if they do not fit.
 */
export function frameRateOf(sps: SequenceParameterSet): Rational | undefined {
  const timing = sps.vui_parameters?.timing_info ?? null;
  if (timing === null) return undefined;
  const { time_scale, num_units_in_tick } = timing;
  const isEven = time_scale % 2 === 0;
  const num = isEven ? time_scale / 2 : time_scale;
  const den = isEven ? num_units_in_tick : num_units_in_tick * 2;
  if (num === 0 || den === 0 || num > 0x7fffffff || den > 0x7fffffff) return undefined;
  return [num, den];
}

/** Most frames that a decoded picture buffer keeps, clause A.3.1. */
const MAX_DPB_FRAMES = 16;

/**
 * max_num_reorder_frames: frames that may come before another in decoding order and after it in output order, clause E.2.1.
 * Where the VUI is silent the picture buffer is the bound; intra profiles and pic_order_cnt_type 2 reorder nothing.
 */
export function reorderDepthOf(sps: SequenceParameterSet): number {
  const told = sps.vui_parameters?.bitstream_restriction?.max_num_reorder_frames;
  if (told !== undefined) return Math.min(MAX_DPB_FRAMES, told);
  const isIntraOnly = hasIntraVariant(sps.profile_idc) && sps.constraint_set3_flag === 1;
  if (isIntraOnly || sps.pic_order_cnt_type === 2) return 0;
  const { PicWidthInMbs, FrameHeightInMbs } = sizeInMbs(sps);
  const level = levelOf(sps.level_idc, sps.constraint_set3_flag);
  return maxDpbFrames(level, PicWidthInMbs, FrameHeightInMbs);
}

/** Name of the pixel format that decoding gives, as ffmpeg has it; empty for formats without one. */
export function pixelFormatOf(sps: SequenceParameterSet): string {
  const chroma = ['gray', 'yuv420p', 'yuv422p', 'yuv444p'][sps.chroma_format_idc]!;
  const depth = 8 + sps.bit_depth_luma_minus8;
  if (sps.bit_depth_luma_minus8 !== sps.bit_depth_chroma_minus8) return '';
  if (depth > 8) return `${chroma}${depth}le`;
  const isFullRange = colorTagsOf(sps)?.video_full_range_flag === 1 && sps.chroma_format_idc > 0;
  return isFullRange ? chroma.replace('yuv', 'yuvj') : chroma;
}
