/** The parameter sets of a stream, from its options. */
import type { LevelSyntax } from '../../../syntax/h264/levels.ts';
import { type PictureParameterSet, PLAIN_PPS } from '../../../syntax/h264/pps.ts';
import { ProfileIdc } from '../../../syntax/h264/profiles.ts';
import type { ScalingMatrix } from '../../../syntax/h264/scaling-matrix.ts';
import { PLAIN_SPS, type SequenceParameterSet } from '../../../syntax/h264/sps.ts';
import { aspectRatioInfo, EMPTY_VUI, type VuiParameters } from '../../../syntax/h264/vui.ts';
import type { ResolvedOptions } from './options.ts';
import type { Profile } from './stream-options.ts';
import { hrdParameters } from './vbv.ts';

/** log2_max_frame_num_minus4: frame_num wraps at 2^16, beyond the reach of any reference. */
const LOG2_MAX_FRAME_NUM_MINUS4 = 12;

/**
 * log2_max_pic_order_cnt_lsb_minus4: PicOrderCnt, two a picture, may differ by less than half of 2^10 from that of the reference picture
 * before in coding order (clause 8.2.1.1); rows have 17 pictures.
 */
const LOG2_MAX_PIC_ORDER_CNT_LSB_MINUS4 = 6;

/** MaxFrameNum, clause 7.4.2.1.1. */
export const MAX_FRAME_NUM = 1 << (LOG2_MAX_FRAME_NUM_MINUS4 + 4);

/** QP that slice_qp_delta counts from. */
export const PIC_INIT_QP = 26;

/** profile_idc by the name of the option. */
export const PROFILE_IDC: Readonly<Record<Profile, number>> = {
  baseline: ProfileIdc.BASELINE,
  main: ProfileIdc.MAIN,
  high: ProfileIdc.HIGH,
};

/**
 * The size that decoders show. Where there is chroma it is even, since crop units are two samples then (clause 7.4.2.1.1): an odd size shows
 * one repeated row or column.
 */
export function codedSize({ width, height, monochrome }: ResolvedOptions): [number, number] {
  return monochrome ? [width, height] : [width + (width & 1), height + (height & 1)];
}

/** The sequence parameter set. */
export function createSps(
  options: ResolvedOptions,
  widthInMbs: number,
  heightInMbs: number,
  level: LevelSyntax,
  seq_scaling_matrix: ScalingMatrix | null = null,
): SequenceParameterSet {
  const [codedWidth, codedHeight] = codedSize(options);
  const cropUnit = options.monochrome ? 1 : 2;
  return {
    ...PLAIN_SPS,
    profile_idc: PROFILE_IDC[options.profile],
    // Whatever is Constrained Baseline is Main too, and says so (clause A.2.1.1).
    constraint_set0_flag: options.profile === 'baseline' ? 1 : 0,
    constraint_set1_flag: options.profile === 'high' ? 0 : 1,
    constraint_set3_flag: level.constraint_set3_flag,
    level_idc: level.level_idc,
    chroma_format_idc: options.monochrome ? 0 : 1,
    seq_scaling_matrix,
    log2_max_frame_num_minus4: LOG2_MAX_FRAME_NUM_MINUS4,
    ...pictureOrder(options),
    max_num_ref_frames: options.order.maxRefFrames,
    pic_width_in_mbs_minus1: widthInMbs - 1,
    pic_height_in_map_units_minus1: heightInMbs - 1,
    frame_crop_right_offset: (16 * widthInMbs - codedWidth) / cropUnit,
    frame_crop_bottom_offset: (16 * heightInMbs - codedHeight) / cropUnit,
    vui_parameters: createVui(options),
  };
}

/**
 * How the order of output is told (clause 8.2.1): by decoding order where it is that, which costs no bits; else by PicOrderCnt in each
 * slice header.
 */
function pictureOrder(
  options: ResolvedOptions,
): Pick<SequenceParameterSet, 'pic_order_cnt_type' | 'log2_max_pic_order_cnt_lsb_minus4'> {
  const isReordered = options.order.reorderFrames > 0;
  return {
    pic_order_cnt_type: isReordered ? 0 : 2,
    log2_max_pic_order_cnt_lsb_minus4: isReordered ? LOG2_MAX_PIC_ORDER_CNT_LSB_MINUS4 : 0,
  };
}

function createVui(options: ResolvedOptions): VuiParameters {
  const { color, sampleAspectRatio, frameRate, clock, rate } = options;
  const [num_units_in_tick, ticksPerSecond] = clock?.timeBase ?? [frameRate[1], frameRate[0]];
  return {
    ...EMPTY_VUI,
    aspect_ratio_info:
      sampleAspectRatio === undefined
        ? null
        : aspectRatioInfo(sampleAspectRatio[0], sampleAspectRatio[1]),
    video_signal_type:
      color === undefined
        ? null
        : {
            video_format: 5,
            video_full_range_flag: color.video_full_range_flag,
            colour_description: {
              colour_primaries: color.colour_primaries,
              transfer_characteristics: color.transfer_characteristics,
              matrix_coefficients: color.matrix_coefficients,
            },
          },
    timing_info: {
      num_units_in_tick,
      time_scale: 2 * ticksPerSecond,
      // Times of pictures may leave gaps, except where bits must flow at a constant rate.
      fixed_frame_rate_flag: rate.hrd === 'cbr' ? 1 : 0,
    },
    nal_hrd_parameters: rate.hrd === 'none' || rate.vbv === null ? null : hrdParameters(rate.vbv),
    bitstream_restriction: {
      motion_vectors_over_pic_boundaries_flag: 1,
      max_bytes_per_pic_denom: 0,
      max_bits_per_mb_denom: 0,
      log2_max_mv_length_horizontal: 15,
      log2_max_mv_length_vertical: 15,
      max_num_reorder_frames: options.order.reorderFrames,
      max_dec_frame_buffering: options.order.dpbFrames,
    },
  };
}

/** Of B pictures: implicit weights, which are those of the distance in time (clause 8.4.2.3.1), or those of the slice header. */
export const BipredIdc = { NONE: 0, EXPLICIT: 1, IMPLICIT: 2 } as const;

/**
 * The picture parameter sets; deblocking controls are in the slice headers. B pictures have implicit weights by the first, and explicit
 * ones by the second, where there is one.
 */
export function createPpsList(options: ResolvedOptions): PictureParameterSet[] {
  const { NONE, EXPLICIT, IMPLICIT } = BipredIdc;
  const { weightP, monochrome, order } = options;
  if (order.bframes === 0) return [createPps(options, 0, NONE)];
  const implicit = createPps(options, 0, IMPLICIT);
  return weightP && !monochrome ? [implicit, createPps(options, 1, EXPLICIT)] : [implicit];
}

function createPps(
  options: ResolvedOptions,
  pic_parameter_set_id: number,
  weighted_bipred_idc: number,
): PictureParameterSet {
  return {
    ...PLAIN_PPS,
    pic_parameter_set_id,
    entropy_coding_mode_flag: options.cabac ? 1 : 0,
    weighted_pred_flag: options.weightP ? 1 : 0,
    high: options.transform8x8
      ? {
          transform_8x8_mode_flag: 1,
          pic_scaling_matrix: null,
          second_chroma_qp_index_offset: options.chromaQpOffset,
        }
      : null,
    weighted_bipred_idc,
    pic_init_qp_minus26: PIC_INIT_QP - 26,
    chroma_qp_index_offset: options.chromaQpOffset,
    deblocking_filter_control_present_flag: 1,
    constrained_intra_pred_flag: options.constrainedIntra ? 1 : 0,
  };
}
