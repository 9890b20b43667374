/**
 * The H.264 encoder: pictures in, access units out. Here is the order of things: which picture is an IDR picture, what the
 * parameter sets and slice headers say, which reconstructed picture refers to which; the macroblocks are mode-decision.ts.
 */

import { ConfigError, StateError } from '../../../base/errors.ts';
import type { Packet, VideoStreamInfo } from '../../../base/packet.ts';
import { inverse } from '../../../base/rational.ts';
import { ByteWriter } from '../../../bits/byte-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { VideoFrame } from '../../../frames/frame.ts';
import { avcDecoderConfigurationRecord } from '../standard/configuration-record.ts';
import { deblockPicture } from '../standard/deblock.ts';
import { levelLimits, levelSyntax, requiredLevel } from '../standard/levels.ts';
import { CavlcWriter, type SliceSyntax } from '../standard/macroblock-syntax.ts';
import { appendNalUnit, NalUnitType, rbspTrailingBits, writeNalUnit } from '../standard/nal.ts';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  PictureState,
  type ReconstructedPicture,
} from '../standard/picture.ts';
import { type PictureParameterSet, writePictureParameterSet } from '../standard/pps.ts';
import {
  ALL_SLICES_SAME_TYPE,
  type SliceHeader,
  SliceType,
  writeSliceHeader,
} from '../standard/slice-header.ts';
import {
  ProfileIdc,
  type SequenceParameterSet,
  writeSequenceParameterSet,
} from '../standard/sps.ts';
import { aspectRatioInfo, type VuiParameters } from '../standard/vui.ts';
import { MacroblockCoder } from './macroblock-coder.ts';
import { MacroblockContext } from './macroblock-context.ts';
import { EncoderMemory, extendEdges } from './memory.ts';
import { ModeDecision } from './mode-decision.ts';
import { type H264Options, type ResolvedOptions, resolveOptions } from './options.ts';
import { ResidualCoder } from './residual.ts';
import { loadSourcePicture } from './source.ts';

/** log2_max_frame_num_minus4: frame_num wraps at 2^16, beyond the reach of any reference. */
const LOG2_MAX_FRAME_NUM_MINUS4 = 12;
const PIC_INIT_QP = 26;

/**
 * Choice: intra pictures are quantized finer, since all that follow refer to them. Source: the usual ratio 1.4 of quantizer
 * steps, 6·log2(1.4) = 2.9 (x264's documentation, `ipratio`).
 */
const INTRA_QP_GAIN = 3;

/** Planes of a reconstructed picture, cropped to the size that is shown; views into the encoder's memory. */
export interface Reconstruction {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly luma: number;
  readonly cb: number;
  readonly cr: number;
  readonly lumaStride: number;
  readonly chromaStride: number;
}

/** Opens an encoder. Throws `ConfigError` for options that are wrong or that no level allows. */
export function createH264Encoder(options: H264Options): H264Encoder {
  return new H264Encoder(options);
}

/** One stream being coded. Opened by `createH264Encoder`. */
export class H264Encoder {
  readonly streamInfo: VideoStreamInfo;
  private readonly options: ResolvedOptions;
  private readonly sps: SequenceParameterSet;
  private readonly pps: PictureParameterSet;
  private readonly memory: EncoderMemory;
  private readonly state: PictureState;
  private readonly context: MacroblockContext;
  private readonly coder: MacroblockCoder;
  private readonly decision: ModeDecision;
  private readonly writer = new CavlcWriter();
  private readonly packetBytes = new ByteWriter();
  /** Pictures coded since the last IDR picture, it included; 0 before the first. */
  private sinceIdr = 0;
  private idrCount = 0;
  private sliceCount = 0;
  private current = 0;
  private lastPts = Number.NEGATIVE_INFINITY;
  private flushed = false;
  private hasCoded = false;

  constructor(options: H264Options) {
    this.options = resolveOptions(options);
    const { width, height } = this.options;
    const widthInMbs = Math.ceil(width / 16);
    const heightInMbs = Math.ceil(height / 16);
    const level = requiredLevel({
      picWidthInMbs: widthInMbs,
      frameHeightInMbs: heightInMbs,
      frameRate: this.options.frameRate,
      profile: ProfileIdc.BASELINE,
      maxDecFrameBuffering: 1,
    });
    const { level_idc, constraint_set3_flag } = levelSyntax(level, ProfileIdc.BASELINE);
    this.sps = createSps(this.options, widthInMbs, heightInMbs, level_idc, constraint_set3_flag);
    this.pps = createPps(this.options);
    this.memory = new EncoderMemory(widthInMbs, heightInMbs, 1, 2);
    this.state = new PictureState(widthInMbs, heightInMbs);
    this.context = new MacroblockContext(this.memory, this.state, false);
    this.coder = new MacroblockCoder(this.context, this.writer);
    const residual = new ResidualCoder(
      this.memory,
      this.context.coefficients,
      this.options.chromaQpOffset,
      this.options.speed.trellis,
    );
    this.decision = new ModeDecision(
      this.context,
      this.coder,
      residual,
      this.options.speed,
      levelLimits(level).MaxVmvR,
    );
    this.streamInfo = {
      kind: 'video',
      codec: 'h264',
      timeBase: inverse(this.options.frameRate),
      config: this.configurationRecord(),
      width: width + (width & 1),
      height: height + (height & 1),
      pixFmt: this.options.color?.video_full_range_flag === 1 ? 'yuvj420p' : 'yuv420p',
      frameRate: this.options.frameRate,
      sampleAspectRatio: this.options.sampleAspectRatio ?? [1, 1],
      ...(this.options.color === undefined ? {} : { color: this.options.color }),
    };
  }

  private configurationRecord(): Uint8Array {
    const nalUnit = (type: number, write: (w: SyntaxWriter) => void): Uint8Array => {
      const w = new SyntaxWriter();
      write(w);
      const out = new ByteWriter();
      appendNalUnit(out, 3, type, w.bits.view());
      return out.toBytes();
    };
    return avcDecoderConfigurationRecord(
      nalUnit(NalUnitType.SPS, (w) => writeSequenceParameterSet(w, this.sps)),
      nalUnit(NalUnitType.PPS, (w) => writePictureParameterSet(w, this.pps)),
    );
  }

  /**
   * Codes one picture.
   * @param frame yuv420p or yuvj420p, of the size of the options; its samples are read during the call only. Its pts, in
   *   frames (ticks of `streamInfo.timeBase`), must rise from call to call.
   * @returns the access units that are ready
   */
  encode(frame: VideoFrame, options: { forceKeyFrame?: boolean } = {}): Packet[] {
    if (this.flushed) {
      throw new StateError(
        'h264.encode',
        'called after flush; open a new encoder for more pictures',
      );
    }
    const { width, height, gopSize, qp } = this.options;
    if (frame.width !== width || frame.height !== height) {
      throw new ConfigError(
        'h264.encode.frame',
        `got ${frame.width}x${frame.height}, the encoder was opened for ${width}x${height}`,
      );
    }
    if (!(frame.pts > this.lastPts)) {
      throw new ConfigError(
        'h264.encode.frame.pts',
        `got ${frame.pts} after ${this.lastPts}, times must rise from picture to picture`,
      );
    }
    this.lastPts = frame.pts;
    loadSourcePicture(this.memory, this.memory.sources[0], frame);
    if (this.sinceIdr === gopSize || options.forceKeyFrame === true) this.sinceIdr = 0;
    const isIdr = this.sinceIdr === 0;
    const data = this.codePicture(isIdr, isIdr ? Math.max(0, qp - INTRA_QP_GAIN) : qp);
    this.sinceIdr++;
    if (isIdr) this.idrCount++;
    return [{ data, pts: frame.pts, dts: frame.pts, duration: 1, isKey: isIdr }];
  }

  /** Ends the stream; returns what was still to come. */
  flush(): Packet[] {
    if (this.flushed) throw new StateError('h264.flush', 'called twice; flush once, at the end');
    this.flushed = true;
    return [];
  }

  /** The picture coded last, as every decoder shows it. Valid until the next call of `encode`. */
  get reconstructed(): Reconstruction {
    if (!this.hasCoded) throw new StateError('h264.reconstructed', 'no picture is coded yet');
    const picture = this.memory.pictures[1 - this.current];
    const { lumaStride, chromaStride } = this.memory.layout;
    return {
      data: this.memory.bytes,
      width: this.options.width,
      height: this.options.height,
      luma: picture.luma,
      cb: picture.cb,
      cr: picture.cr,
      lumaStride,
      chromaStride,
    };
  }

  private codePicture(isIdr: boolean, qp: number): Uint8Array {
    const { memory, state, options } = this;
    const picture = memory.pictures[this.current];
    const references = isIdr ? [] : [memory.pictures[1 - this.current]];
    state.reset();
    picture.frame_num = isIdr ? 0 : (references[0].frame_num + 1) & 0xffff;
    this.packetBytes.reset();
    this.codeSlice(picture, references, isIdr, qp);
    if (options.speed.deblock) {
      deblockPicture(memory, memory.layout, state, picture.luma, picture.cb, picture.cr, {
        disable_deblocking_filter_idc: 0,
        filterOffsetA: 2 * options.deblockAlpha,
        filterOffsetB: 2 * options.deblockBeta,
        chroma_qp_index_offset: options.chromaQpOffset,
      });
    }
    this.finishReference(picture);
    this.current = 1 - this.current;
    this.hasCoded = true;
    return this.packetBytes.toBytes();
  }

  /** Makes the picture fit to be referred to. */
  private finishReference(picture: ReconstructedPicture): void {
    const { bytes, layout } = this.memory;
    const width = 16 * layout.widthInMbs;
    const height = 16 * layout.heightInMbs;
    extendEdges(bytes, picture.luma, layout.lumaStride, width, height, LUMA_PADDING);
    extendEdges(bytes, picture.cb, layout.chromaStride, width / 2, height / 2, CHROMA_PADDING);
    extendEdges(bytes, picture.cr, layout.chromaStride, width / 2, height / 2, CHROMA_PADDING);
    picture.tileDone.fill(0);
    picture.mv.set(this.state.mv);
    picture.refIdx.set(this.state.refIdx);
  }

  private codeSlice(
    picture: ReconstructedPicture,
    references: readonly ReconstructedPicture[],
    isIdr: boolean,
    qp: number,
  ): void {
    const { context, coder, decision, options } = this;
    const nal = {
      nal_ref_idc: 1,
      nal_unit_type: isIdr ? NalUnitType.IDR_SLICE : NalUnitType.NON_IDR_SLICE,
    };
    const w = this.writer.syntax;
    w.bits.reset();
    const header: SliceHeader = {
      first_mb_in_slice: 0,
      slice_type: (isIdr ? SliceType.I : SliceType.P) + ALL_SLICES_SAME_TYPE,
      frame_num: picture.frame_num,
      idr_pic_id: this.idrCount & 1,
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
      slice_qp_delta: qp - PIC_INIT_QP,
      disable_deblocking_filter_idc: options.speed.deblock ? 0 : 1,
      slice_alpha_c0_offset_div2: options.deblockAlpha,
      slice_beta_offset_div2: options.deblockBeta,
    };
    writeSliceHeader(w, header, this.sps, this.pps, nal);
    const slice: SliceSyntax = { isIntraSlice: isIdr, num_ref_idx_l0_active_minus1: 0 };
    const number = this.sliceCount++;
    coder.startSlice(slice, number, qp);
    const count = this.state.widthInMbs * this.state.heightInMbs;
    for (let mbAddr = 0; mbAddr < count; mbAddr++) {
      context.moveTo(mbAddr, number);
      context.loadSource(this.memory.sources[0]);
      if (isIdr) decision.codeIntra(qp, picture);
      else decision.codeInter(qp, picture, references);
    }
    coder.endSlice();
    rbspTrailingBits(w);
    writeNalUnit(this.packetBytes, nal.nal_ref_idc, nal.nal_unit_type, w.bits.view());
  }
}

function createSps(
  options: ResolvedOptions,
  widthInMbs: number,
  heightInMbs: number,
  level_idc: number,
  constraint_set3_flag: 0 | 1,
): SequenceParameterSet {
  // Crop units are two samples in both directions; an odd size shows one repeated row or column less of its own.
  const codedWidth = options.width + (options.width & 1);
  const codedHeight = options.height + (options.height & 1);
  return {
    profile_idc: ProfileIdc.BASELINE,
    constraint_set0_flag: 1,
    constraint_set1_flag: 1,
    constraint_set2_flag: 0,
    constraint_set3_flag,
    constraint_set4_flag: 0,
    constraint_set5_flag: 0,
    level_idc,
    seq_parameter_set_id: 0,
    chroma_format_idc: 1,
    bit_depth_luma_minus8: 0,
    bit_depth_chroma_minus8: 0,
    qpprime_y_zero_transform_bypass_flag: 0,
    seq_scaling_matrix_present_flag: 0,
    log2_max_frame_num_minus4: LOG2_MAX_FRAME_NUM_MINUS4,
    pic_order_cnt_type: 2,
    log2_max_pic_order_cnt_lsb_minus4: 0,
    max_num_ref_frames: 1,
    gaps_in_frame_num_value_allowed_flag: 0,
    pic_width_in_mbs_minus1: widthInMbs - 1,
    pic_height_in_map_units_minus1: heightInMbs - 1,
    frame_mbs_only_flag: 1,
    direct_8x8_inference_flag: 1,
    frame_crop_left_offset: 0,
    frame_crop_right_offset: (16 * widthInMbs - codedWidth) / 2,
    frame_crop_top_offset: 0,
    frame_crop_bottom_offset: (16 * heightInMbs - codedHeight) / 2,
    vui_parameters: createVui(options),
  };
}

function createVui(options: ResolvedOptions): VuiParameters {
  const { color, sampleAspectRatio, frameRate } = options;
  return {
    aspect_ratio_info:
      sampleAspectRatio === undefined
        ? null
        : aspectRatioInfo(sampleAspectRatio[0], sampleAspectRatio[1]),
    overscan_appropriate_flag: null,
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
    chroma_loc_info: null,
    timing_info: {
      num_units_in_tick: frameRate[1],
      time_scale: 2 * frameRate[0],
      fixed_frame_rate_flag: 1,
    },
    nal_hrd_parameters: null,
    vcl_hrd_parameters: null,
    low_delay_hrd_flag: 0,
    pic_struct_present_flag: 0,
    bitstream_restriction: {
      motion_vectors_over_pic_boundaries_flag: 1,
      max_bytes_per_pic_denom: 0,
      max_bits_per_mb_denom: 0,
      log2_max_mv_length_horizontal: 15,
      log2_max_mv_length_vertical: 15,
      max_num_reorder_frames: 0,
      max_dec_frame_buffering: 1,
    },
  };
}

function createPps(options: ResolvedOptions): PictureParameterSet {
  return {
    pic_parameter_set_id: 0,
    seq_parameter_set_id: 0,
    entropy_coding_mode_flag: 0,
    bottom_field_pic_order_in_frame_present_flag: 0,
    num_ref_idx_l0_default_active_minus1: 0,
    num_ref_idx_l1_default_active_minus1: 0,
    weighted_pred_flag: 0,
    weighted_bipred_idc: 0,
    pic_init_qp_minus26: PIC_INIT_QP - 26,
    pic_init_qs_minus26: 0,
    chroma_qp_index_offset: options.chromaQpOffset,
    deblocking_filter_control_present_flag: 1,
    constrained_intra_pred_flag: 0,
    redundant_pic_cnt_present_flag: 0,
    high: null,
  };
}
