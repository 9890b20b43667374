/**
 * The H.264 encoder: pictures in, access units out. Here is the order of things: which picture is an IDR picture, what the
 * parameter sets and slice headers say, which reconstructed picture refers to which; the macroblocks are mode-decision.ts.
 */

import { ConfigError, StateError } from '../../../base/errors.ts';
import { clip3 } from '../../../base/math.ts';
import type { Packet, VideoStreamInfo } from '../../../base/packet.ts';
import { inverse } from '../../../base/rational.ts';
import { ByteWriter } from '../../../bits/byte-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { VideoFrame } from '../../../frames/frame.ts';
import {
  FILLER_OVERHEAD_BYTES,
  primaryPicType,
  writeAccessUnitDelimiter,
  writeFillerData,
} from '../standard/aud.ts';
import {
  avcDecoderConfigurationRecord,
  NAL_LENGTH_SIZE,
} from '../standard/configuration-record.ts';
import { deblockPicture } from '../standard/deblock.ts';
import { INTRA_16X16_DC, INTRA_CHROMA_DC } from '../standard/intra-16x16.ts';
import {
  checkLevel,
  type LevelDemand,
  levelLimits,
  levelSyntax,
  requiredLevel,
} from '../standard/levels.ts';
import { I_16X16 } from '../standard/macroblock.ts';
import { CavlcWriter, type SliceSyntax } from '../standard/macroblock-syntax.ts';
import { appendNalUnit, NalUnitType, rbspTrailingBits, writeNalUnit } from '../standard/nal.ts';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  PictureState,
  type ReconstructedPicture,
} from '../standard/picture.ts';
import { type PictureParameterSet, writePictureParameterSet } from '../standard/pps.ts';
import { type SeiMessage, writeSei } from '../standard/sei.ts';
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
import { Candidate } from './candidate.ts';
import { QP_UNIT } from './importance.ts';
import { MacroblockCoder } from './macroblock-coder.ts';
import { MacroblockContext } from './macroblock-context.ts';
import {
  EncoderMemory,
  extendEdges,
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
} from './memory.ts';
import { ModeDecision } from './mode-decision.ts';
import { type H264Options, type ResolvedOptions, resolveOptions } from './options.ts';
import { createPps, createSps, PIC_INIT_QP } from './parameter-sets.ts';
import { PicturePlanner } from './picture-planner.ts';
import { ACCEPT, WITHOUT_RESIDUAL } from './rate-control.ts';
import { ResidualCoder } from './residual.ts';
import { loadSourcePicture } from './source.ts';
import type { PassStatistics } from './two-pass.ts';

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
  /** Called with each picture when it is coded, if set; the argument is valid during the call. */
  onReconstructed: ((picture: Reconstruction, pts: number) => void) | null = null;
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
  private readonly planner: PicturePlanner;
  /** pts of the source pictures in memory. */
  private readonly times: Float64Array;
  private readonly skipped: Candidate;
  private received = 0;
  private coded = 0;
  /** Pictures coded since the last IDR picture, it included; 0 before the first. */
  private sinceIdr = 0;
  private idrCount = 0;
  private sliceCount = 0;
  /** Reference pictures, the last coded first: list 0 before any modification (clause 8.2.4.2.1). */
  private readonly references: ReconstructedPicture[] = [];
  private lastCoded: ReconstructedPicture | null = null;
  private lastPts = Number.NEGATIVE_INFINITY;
  private flushed = false;

  constructor(options: H264Options) {
    this.options = resolveOptions(options);
    const { width, height } = this.options;
    const widthInMbs = Math.ceil(width / 16);
    const heightInMbs = Math.ceil(height / 16);
    const { vbv, level: wantedLevel } = this.options.rate;
    const demand: LevelDemand = {
      picWidthInMbs: widthInMbs,
      frameHeightInMbs: heightInMbs,
      frameRate: this.options.frameRate,
      profile: ProfileIdc.BASELINE,
      maxDecFrameBuffering: this.options.speed.refs,
      ...(vbv === null ? {} : { maxBitRate: vbv.maxRate, cpbSize: vbv.bufferSize }),
    };
    if (wantedLevel !== undefined) checkLevel(wantedLevel, demand);
    const level = wantedLevel ?? requiredLevel(demand);
    const syntax = levelSyntax(level, ProfileIdc.BASELINE);
    this.sps = createSps(this.options, widthInMbs, heightInMbs, syntax);
    this.pps = createPps(this.options);
    const { rate, frameRate, gopSize } = this.options;
    this.planner = new PicturePlanner({ rate, widthInMbs, heightInMbs, frameRate, gopSize });
    const pictureCount = this.options.speed.refs + 1;
    this.memory = new EncoderMemory(
      widthInMbs,
      heightInMbs,
      this.planner.sourceCount,
      pictureCount,
    );
    this.times = new Float64Array(this.planner.sourceCount);
    this.skipped = new Candidate(this.memory.recon[0]);
    this.state = new PictureState(widthInMbs, heightInMbs);
    this.context = new MacroblockContext(this.memory, this.state, this.options.constrainedIntra);
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
      levelLimits(level),
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

  /** Bytes of both parameter sets with their start codes: the record has 11 bytes besides the sets, NALFF clause 5.3.3.1. */
  private get parameterSetBytes(): number {
    return this.streamInfo.config.length - 11 + 2 * NAL_LENGTH_SIZE;
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
    const { width, height } = this.options;
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
    const slot = this.received % this.times.length;
    const source = this.memory.sources[slot];
    loadSourcePicture(this.memory, source, frame);
    this.lastPts = frame.pts;
    this.times[slot] = frame.pts;
    this.received++;
    const forceIdr = options.forceKeyFrame === true;
    this.planner.add(this.memory.bytes, source.luma, this.memory.sourceLumaStride, forceIdr);
    return this.codePlanned(false);
  }

  /** Ends the stream; returns what was still to come. */
  flush(): Packet[] {
    if (this.flushed) throw new StateError('h264.flush', 'called twice; flush once, at the end');
    this.flushed = true;
    return this.codePlanned(true);
  }

  /** Statistics for a second pass, if the options ask for them; complete after `flush`. */
  get statistics(): PassStatistics {
    return this.planner.rateControl.statistics(this.options.width, this.options.height);
  }

  /** Codes all pictures that are planned. */
  private codePlanned(flushing: boolean): Packet[] {
    const packets: Packet[] = [];
    for (;;) {
      const plan = this.planner.next(flushing);
      if (plan === null) return packets;
      const slot = this.coded % this.times.length;
      const pts = this.times[slot];
      const data = this.codePicture(plan.isIdr, slot);
      this.coded++;
      if (plan.isIdr) this.idrCount++;
      packets.push({ data, pts, dts: pts, duration: 1, isKey: plan.isIdr });
      if (this.onReconstructed !== null) this.onReconstructed(this.reconstructed, pts);
    }
  }

  /** The picture coded last, as every decoder shows it. Valid until the next call of `encode`. */
  get reconstructed(): Reconstruction {
    const picture = this.lastCoded;
    if (picture === null) throw new StateError('h264.reconstructed', 'no picture is coded yet');
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

  /** Codes the planned picture in source memory `slot`, again if rate control finds it too large. */
  private codePicture(isIdr: boolean, slot: number): Uint8Array {
    const { memory, state, options, planner } = this;
    const { rateControl } = planner;
    const { references } = this;
    if (isIdr) references.length = 0;
    const picture = memory.pictures.find((candidate) => !references.includes(candidate))!;
    picture.frame_num = isIdr ? 0 : (references[0].frame_num + 1) & 0xffff;
    const source = memory.sources[slot];
    let qp = planner.start(memory.bytes, source.luma, memory.sourceLumaStride);
    for (;;) {
      state.reset();
      this.packetBytes.reset();
      this.writePrefix(isIdr);
      const mbs = state.widthInMbs * state.heightInMbs;
      const slices = Math.min(options.slices, mbs);
      for (let i = 0; i < slices; i++) {
        const first = Math.floor((i * mbs) / slices);
        const end = Math.floor(((i + 1) * mbs) / slices);
        this.codeSlice(picture, references, isIdr, slot, qp, first, end);
      }
      if (qp === WITHOUT_RESIDUAL) break;
      const answer = rateControl.review(this.accessUnitBits(isIdr));
      if (answer === ACCEPT) break;
      qp = answer;
    }
    this.sinceIdr = isIdr ? 1 : this.sinceIdr + 1;
    const fillerBytes = rateControl.endFrame(this.accessUnitBits(isIdr));
    if (fillerBytes > 0) {
      this.writeUnit(NalUnitType.FILLER, (w) =>
        writeFillerData(w, fillerBytes - FILLER_OVERHEAD_BYTES),
      );
    }
    if (options.speed.deblock) {
      deblockPicture(memory, memory.layout, state, picture.luma, picture.cb, picture.cr, {
        disable_deblocking_filter_idc: options.deblockAcrossSlices ? 0 : 2,
        filterOffsetA: 2 * options.deblockAlpha,
        filterOffsetB: 2 * options.deblockBeta,
        chroma_qp_index_offset: options.chromaQpOffset,
      });
    }
    this.finishReference(picture);
    // Sliding window, clause 8.2.5.3: the oldest leaves when there are max_num_ref_frames.
    references.unshift(picture);
    if (references.length > options.speed.refs) references.pop();
    this.lastCoded = picture;
    return this.packetBytes.toBytes();
  }

  /** Bits of the access unit so far, as a byte stream carries it: with the parameter sets at IDR pictures. */
  private accessUnitBits(isIdr: boolean): number {
    return 8 * (this.packetBytes.position + (isIdr ? this.parameterSetBytes : 0));
  }

  /** What comes before the slices: access unit delimiter and buffer timing. */
  private writePrefix(isIdr: boolean): void {
    const { rate } = this.options;
    if (rate.accessUnitDelimiters) {
      const type = primaryPicType(isIdr ? SliceType.I : SliceType.P);
      this.writeUnit(NalUnitType.AUD, (w) => writeAccessUnitDelimiter(w, type));
    }
    const { vbv } = this.planner.rateControl;
    if (rate.hrd === 'none' || vbv === null) return;
    // Clock ticks are half frames (clause E.2.1).
    const cpb_removal_delay = 2 * this.sinceIdr;
    const timing: SeiMessage = {
      kind: 'pic_timing',
      cpb_removal_delay,
      dpb_output_delay: 0,
      pic_struct: 0,
    };
    const messages: SeiMessage[] = [timing];
    if (isIdr) {
      messages.unshift({
        kind: 'buffering_period',
        nal: [
          {
            initial_cpb_removal_delay: vbv.initialRemovalDelay,
            initial_cpb_removal_delay_offset: vbv.initialRemovalDelayOffset,
          },
        ],
        vcl: [],
      });
    }
    this.writeUnit(NalUnitType.SEI, (w) => writeSei(w, messages, this.sps));
  }

  private writeUnit(nal_unit_type: number, write: (w: SyntaxWriter) => void): void {
    const w = new SyntaxWriter();
    write(w);
    writeNalUnit(this.packetBytes, 0, nal_unit_type, w.bits.view());
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

  /** Codes the macroblocks from `first` to before `end` as one slice. */
  private codeSlice(
    picture: ReconstructedPicture,
    references: readonly ReconstructedPicture[],
    isIdr: boolean,
    slot: number,
    pictureQp: number,
    first: number,
    end: number,
  ): void {
    const { context, coder, decision, options } = this;
    const withoutResidual = pictureQp === WITHOUT_RESIDUAL;
    const offsets = withoutResidual ? null : this.planner.currentOffsets;
    const qp = withoutResidual ? PIC_INIT_QP : roundQp(pictureQp);
    const nal = {
      nal_ref_idc: 1,
      nal_unit_type: isIdr ? NalUnitType.IDR_SLICE : NalUnitType.NON_IDR_SLICE,
    };
    const num_ref_idx_l0_active_minus1 = Math.max(0, references.length - 1);
    const deblockingIdc = !options.speed.deblock ? 1 : options.deblockAcrossSlices ? 0 : 2;
    const w = this.writer.syntax;
    w.bits.reset();
    const header: SliceHeader = {
      first_mb_in_slice: first,
      slice_type: (isIdr ? SliceType.I : SliceType.P) + ALL_SLICES_SAME_TYPE,
      frame_num: picture.frame_num,
      idr_pic_id: this.idrCount & 1,
      pic_order_cnt_lsb: 0,
      direct_spatial_mv_pred_flag: 0,
      num_ref_idx_l0_active_minus1,
      num_ref_idx_l1_active_minus1: 0,
      ref_pic_list_modification_l0: [],
      ref_pic_list_modification_l1: [],
      no_output_of_prior_pics_flag: 0,
      long_term_reference_flag: 0,
      memory_management_control: [],
      cabac_init_idc: 0,
      slice_qp_delta: qp - PIC_INIT_QP,
      disable_deblocking_filter_idc: deblockingIdc,
      slice_alpha_c0_offset_div2: options.deblockAlpha,
      slice_beta_offset_div2: options.deblockBeta,
    };
    writeSliceHeader(w, header, this.sps, this.pps, nal);
    const slice: SliceSyntax = { isIntraSlice: isIdr, num_ref_idx_l0_active_minus1 };
    const number = this.sliceCount++;
    coder.startSlice(slice, number, qp);
    for (let mbAddr = first; mbAddr < end; mbAddr++) {
      context.moveTo(mbAddr, number);
      if (withoutResidual) {
        if (isIdr) this.codeGray(picture);
        else this.codeSkipped(picture, references[0]);
        continue;
      }
      context.loadSource(this.memory.sources[slot]);
      const mbQp = offsets === null ? qp : roundQp(pictureQp + offsets[mbAddr]);
      if (isIdr) decision.codeIntra(mbQp, picture);
      else decision.codeInter(mbQp, picture, references);
    }
    coder.endSlice();
    rbspTrailingBits(w);
    writeNalUnit(this.packetBytes, nal.nal_ref_idc, nal.nal_unit_type, w.bits.view());
  }

  /**
   * Codes the context's macroblock as Intra_16x16 by DC prediction without residual, eight bits, whatever its source: where
   * the buffer allows nothing more in an IDR picture. The picture is gray throughout (clauses 8.3.3.3 and 8.3.4.1).
   */
  private codeGray(picture: ReconstructedPicture): void {
    const { skipped, memory } = this;
    const { syntax, recon } = skipped;
    syntax.mbType = I_16X16;
    syntax.intra16x16PredMode = INTRA_16X16_DC;
    syntax.intra_chroma_pred_mode = INTRA_CHROMA_DC;
    syntax.coded_block_pattern = 0;
    syntax.masks.fill(0);
    fillGray(memory.bytes, recon + RECON_LUMA, 16);
    fillGray(memory.bytes, recon + RECON_CB, 8);
    fillGray(memory.bytes, recon + RECON_CR, 8);
    this.coder.code(skipped, PIC_INIT_QP, picture);
  }

  /**
   * Codes the context's macroblock as P_Skip, whatever its source: where the buffer allows nothing more. All of the
   * picture's macroblocks are skipped, so that all vectors are predicted as zero (clause 8.4.1.1).
   */
  private codeSkipped(picture: ReconstructedPicture, reference: ReconstructedPicture): void {
    const { context, skipped, memory } = this;
    const { lumaStride, chromaStride } = memory.layout;
    const { mbX, mbY } = context;
    const luma = reference.luma + 16 * (mbY * lumaStride + mbX);
    const chroma = 8 * (mbY * chromaStride + mbX);
    const { recon } = skipped;
    copyRows(memory.bytes, luma, lumaStride, recon + RECON_LUMA, 16);
    copyRows(memory.bytes, reference.cb + chroma, chromaStride, recon + RECON_CB, 8);
    copyRows(memory.bytes, reference.cr + chroma, chromaStride, recon + RECON_CR, 8);
    this.coder.codeSkip(skipped, 0, picture);
  }
}

/** Fills `size` by `size` samples of a reconstruction scratch block with what DC prediction from nothing gives. */
function fillGray(bytes: Uint8Array, to: number, size: number): void {
  for (let y = 0; y < size; y++) {
    bytes.fill(128, to + y * RECON_STRIDE, to + y * RECON_STRIDE + size);
  }
}

/** Copies `size` by `size` samples to a reconstruction scratch block. */
function copyRows(bytes: Uint8Array, from: number, stride: number, to: number, size: number): void {
  for (let y = 0; y < size; y++) {
    const row = from + y * stride;
    bytes.copyWithin(to + y * RECON_STRIDE, row, row + size);
  }
}

/** A QP in 1/256 as QPY. */
function roundQp(qp: number): number {
  return clip3(0, 51, (qp + QP_UNIT / 2) >> 8);
}
