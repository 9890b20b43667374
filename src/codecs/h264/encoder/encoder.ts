/**
 * The H.264 encoder: pictures in, access units out. Here is the order of things: which picture is an IDR picture, what the
 * parameter sets and slice headers say, which reconstructed picture refers to which; the slices are slice-coder.ts, the macroblocks mode-decision.ts.
 */

import { ConfigError, StateError } from '../../../base/errors.ts';
import type { Packet, VideoStreamInfo } from '../../../base/packet.ts';
import { inverse } from '../../../base/rational.ts';
import { ByteWriter } from '../../../bits/byte-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { VideoFrame } from '../../../frames/frame.ts';
import {
  accessUnitDelimiter,
  FILLER_OVERHEAD_BYTES,
  fillerData,
  primaryPicType,
} from '../../../syntax/h264/aud.ts';
import {
  avcDecoderConfigurationRecord,
  NAL_LENGTH_SIZE,
} from '../../../syntax/h264/configuration-record.ts';
import {
  checkLevel,
  type LevelDemand,
  type LevelLimits,
  levelLimits,
  levelSyntax,
  maxAccessUnitBytes,
  maxFirstAccessUnitBytes,
  requiredLevel,
} from '../../../syntax/h264/levels.ts';
import { appendNalUnit, NalUnitType, writeNalUnit } from '../../../syntax/h264/nal.ts';
import { type PictureParameterSet, writePictureParameterSet } from '../../../syntax/h264/pps.ts';
import { ProfileIdc } from '../../../syntax/h264/profiles.ts';
import { type SeiMessage, writeSei } from '../../../syntax/h264/sei.ts';
import {
  ALL_SLICES_SAME_TYPE,
  PLAIN_SLICE_HEADER,
  type SliceHeader,
  SliceType,
} from '../../../syntax/h264/slice-header.ts';
import { type SequenceParameterSet, writeSequenceParameterSet } from '../../../syntax/h264/sps.ts';
import { CavlcBitCounter, CavlcWriter } from '../standard/cavlc-sinks.ts';
import { deblockPicture } from '../standard/deblock.ts';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  PictureState,
  type ReconstructedPicture,
} from '../standard/picture.ts';
import { ReferencePictures } from '../standard/reference-pictures.ts';
import { MacroblockCoder } from './macroblock-coder.ts';
import { MacroblockContext } from './macroblock-context.ts';
import { EncoderMemory, extendEdges } from './memory.ts';
import { ModeDecision } from './mode-decision.ts';
import { type H264Options, type ResolvedOptions, resolveOptions } from './options.ts';
import { createPps, createSps, MAX_FRAME_NUM } from './parameter-sets.ts';
import { type PicturePlan, PicturePlanner } from './picture-planner.ts';
import { ACCEPT, WITHOUT_RESIDUAL } from './rate-control.ts';
import { ReferenceChoice, type ReferencePlan, type ReferenceStrategy } from './reference-choice.ts';
import { ResidualCoder } from './residual.ts';
import { settingsMessage } from './settings.ts';
import { type PictureJob, SliceCoder } from './slice-coder.ts';
import { loadSourcePicture } from './source.ts';
import type { PassStatistics } from './two-pass.ts';

/**
 * The message of a picture from which decoding may start (clause D.2.8). All is exact from that picture on, since it is intra
 * and no later one refers to one before it (reference-choice.ts).
 */
const RECOVERY_POINT: SeiMessage = {
  kind: 'recovery_point',
  recovery_frame_cnt: 0,
  exact_match_flag: 1,
  broken_link_flag: 0,
  changing_slice_group_idc: 0,
};

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
  private readonly slices: SliceCoder;
  private readonly packetBytes = new ByteWriter();
  private readonly planner: PicturePlanner;
  /** pts of the source pictures in memory. */
  private readonly times: Float64Array;
  private readonly firstUnitBits: number;
  private readonly unitBits: number;
  private received = 0;
  private coded = 0;
  /** pts of the picture coded last, and of the last IDR picture. */
  private codedPts = 0;
  private idrPts = 0;
  private idrCount = 0;
  private readonly references: ReferencePictures<ReconstructedPicture>;
  private readonly strategy: ReferenceStrategy;
  /** frame_num of the last reference picture, PrevRefFrameNum of clause 7.4.3. */
  private prevRefFrameNum = 0;
  private lastCoded: ReconstructedPicture | null = null;
  private lastPts = Number.NEGATIVE_INFINITY;
  private flushed = false;

  /** @param strategy other than what the options ask for; it must keep clause 7.4.3.3 */
  constructor(options: H264Options, strategy?: ReferenceStrategy) {
    this.options = resolveOptions(options);
    const { width, height } = this.options;
    const widthInMbs = Math.ceil(width / 16);
    const heightInMbs = Math.ceil(height / 16);
    const { vbv, target, level: wantedLevel } = this.options.rate;
    const maxBitRate = vbv?.maxRate ?? (target.kind === 'bitRate' ? target.bitRate : undefined);
    const demand: LevelDemand = {
      picWidthInMbs: widthInMbs,
      frameHeightInMbs: heightInMbs,
      frameRate: this.options.frameRate,
      profile: ProfileIdc.BASELINE,
      maxDecFrameBuffering: this.options.speed.refs,
      ...(maxBitRate === undefined ? {} : { maxBitRate }),
      ...(vbv === null ? {} : { cpbSize: vbv.bufferSize }),
    };
    if (wantedLevel !== undefined) checkLevel(wantedLevel, demand);
    const level = wantedLevel ?? requiredLevel(demand);
    this.firstUnitBits = 8 * maxFirstAccessUnitBytes(level, widthInMbs * heightInMbs);
    this.unitBits = 8 * maxAccessUnitBytes(level, this.options.frameRate);
    const syntax = levelSyntax(level, ProfileIdc.BASELINE);
    this.sps = createSps(this.options, widthInMbs, heightInMbs, syntax);
    this.pps = createPps(this.options);
    const { rate, frameRate, gopSize, sceneMemory, keyPictures, longTermPeriod } = this.options;
    this.planner = new PicturePlanner({
      rate,
      widthInMbs,
      heightInMbs,
      frameRate,
      gopSize,
      sceneMemory,
      vectorKernels: this.options.vectorKernels,
      recoveryPoints: keyPictures === 'recovery',
    });
    const pictureCount = this.options.speed.refs + 1;
    this.memory = new EncoderMemory(
      widthInMbs,
      heightInMbs,
      this.planner.sourceCount,
      pictureCount,
      this.options.vectorKernels,
    );
    this.times = new Float64Array(this.planner.sourceCount);
    this.references = new ReferencePictures(this.options.speed.refs, MAX_FRAME_NUM);
    const { refs } = this.options.speed;
    this.strategy = strategy ?? new ReferenceChoice(refs, longTermPeriod, sceneMemory);
    this.state = new PictureState(widthInMbs, heightInMbs);
    this.slices = this.createSliceCoder(levelLimits(level));
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

  private createSliceCoder(limits: LevelLimits): SliceCoder {
    const { memory, state, options, sps, pps } = this;
    const context = new MacroblockContext(memory, state, options.constrainedIntra);
    const syntax = new SyntaxWriter();
    const writer = new CavlcWriter(context.coefficients, syntax);
    const counter = new CavlcBitCounter(context.coefficients);
    const coder = new MacroblockCoder(context, { writer, counter });
    const residual = new ResidualCoder(
      memory,
      context.coefficients,
      options.chromaQpOffset,
      options.speed.trellis,
    );
    const decision = new ModeDecision(context, coder, residual, options.speed, limits);
    return new SliceCoder(context, coder, decision, syntax, writer, options.slicing, sps, pps);
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
      this.sps,
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
    if (this.options.rate.hrd === 'cbr' && this.received > 0 && frame.pts !== this.lastPts + 1) {
      throw new ConfigError(
        'h264.encode.frame.pts',
        `got ${frame.pts} after ${this.lastPts}, with hrd cbr times must rise by 1 from picture to picture`,
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
      const data = this.codePicture(plan, slot);
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
  private codePicture(plan: PicturePlan, slot: number): Uint8Array {
    const { memory, planner, references } = this;
    const { isIdr, isIntra } = plan;
    const picture = memory.pictures.find((candidate) => !references.includes(candidate))!;
    picture.frame_num = isIdr ? 0 : (this.prevRefFrameNum + 1) % MAX_FRAME_NUM;
    const use = this.strategy.plan(references, picture.frame_num, plan);
    const job: PictureJob = {
      source: memory.sources[slot],
      picture,
      references: isIntra
        ? []
        : references.modifiedList(picture.frame_num, use.modifications, use.activeCount),
      vectors: plan.vectors,
      isIntra,
      nal: {
        nal_ref_idc: use.isReference ? 1 : 0,
        nal_unit_type: isIdr ? NalUnitType.IDR_SLICE : NalUnitType.NON_IDR_SLICE,
      },
      header: this.sliceHeader(picture.frame_num, plan, use),
    };
    const { rateControl } = planner;
    const pts = this.times[slot];
    const elapsed = this.coded === 0 ? 1 : pts - this.codedPts;
    let qp = planner.start(memory.bytes, job.source.luma, memory.sourceLumaStride, elapsed);
    for (;;) {
      this.packetBytes.reset();
      this.writePrefix(plan, pts);
      const offsets = qp === WITHOUT_RESIDUAL ? null : planner.currentOffsets;
      this.slices.codePicture(this.packetBytes, job, qp, offsets);
      if (qp === WITHOUT_RESIDUAL) break;
      const answer = rateControl.review(this.accessUnitBits(isIdr), this.levelBits);
      if (answer === ACCEPT) break;
      qp = answer;
    }
    this.codedPts = pts;
    if (isIdr) this.idrPts = pts;
    const fillerBytes = rateControl.endFrame(this.accessUnitBits(isIdr));
    if (fillerBytes > 0) {
      this.writeUnit(NalUnitType.FILLER, (w) => fillerData(w, fillerBytes - FILLER_OVERHEAD_BYTES));
    }
    this.deblock(picture);
    if (isIdr) references.markIdr(picture, use.long_term_reference_flag);
    else if (use.isReference) references.mark(picture, use.operations);
    if (use.isReference) {
      this.finishReference(picture);
      this.prevRefFrameNum = picture.frame_num;
    }
    this.lastCoded = picture;
    return this.packetBytes.toBytes();
  }

  /** What the headers of all slices of a picture say. */
  private sliceHeader(frame_num: number, plan: PicturePlan, use: ReferencePlan): SliceHeader {
    const { options } = this;
    return {
      ...PLAIN_SLICE_HEADER,
      slice_type: (plan.isIntra ? SliceType.I : SliceType.P) + ALL_SLICES_SAME_TYPE,
      frame_num,
      idr_pic_id: this.idrCount & 1,
      num_ref_idx_l0_active_minus1: Math.max(0, use.activeCount - 1),
      ref_pic_list_modification_l0: use.modifications,
      long_term_reference_flag: use.long_term_reference_flag,
      memory_management_control: use.operations,
      disable_deblocking_filter_idc: this.deblockingIdc,
      slice_alpha_c0_offset_div2: options.deblockAlpha,
      slice_beta_offset_div2: options.deblockBeta,
    };
  }

  private get deblockingIdc(): number {
    const { speed, deblockAcrossSlices } = this.options;
    return !speed.deblock ? 1 : deblockAcrossSlices ? 0 : 2;
  }

  private deblock(picture: ReconstructedPicture): void {
    const { memory, state, options } = this;
    if (!options.speed.deblock) return;
    deblockPicture(memory, memory.layout, state, picture.luma, picture.cb, picture.cr, {
      disable_deblocking_filter_idc: this.deblockingIdc,
      filterOffsetA: 2 * options.deblockAlpha,
      filterOffsetB: 2 * options.deblockBeta,
      chroma_qp_index_offset: options.chromaQpOffset,
    });
  }

  /** Bits of the access unit so far, as a byte stream carries it: with the parameter sets at IDR pictures. */
  private accessUnitBits(isIdr: boolean): number {
    return 8 * (this.packetBytes.position + (isIdr ? this.parameterSetBytes : 0));
  }

  /** Bits that the level allows the access unit being coded, clauses A.3.1 c and d. */
  private get levelBits(): number {
    return this.coded === 0 ? this.firstUnitBits : this.unitBits;
  }

  /** What comes before the slices: access unit delimiter and messages. */
  private writePrefix(plan: PicturePlan, pts: number): void {
    const { rate } = this.options;
    if (rate.accessUnitDelimiters) {
      const type = primaryPicType(plan.isIntra ? SliceType.I : SliceType.P);
      this.writeUnit(NalUnitType.AUD, (w) => accessUnitDelimiter(w, type));
    }
    const messages = [...this.timingMessages(plan.isIdr, pts)];
    if (plan.isRecoveryPoint) messages.push(RECOVERY_POINT);
    if (this.coded === 0 && this.options.settingsSei) {
      // The stream does not depend on the kernels, so it does not name them.
      messages.push(settingsMessage({ ...this.options, vectorKernels: undefined }));
    }
    if (messages.length > 0) {
      this.writeUnit(NalUnitType.SEI, (w) => writeSei(w, messages, this.sps));
    }
  }

  /** Messages for the decoder's buffer, if it is written into the stream. */
  private *timingMessages(isIdr: boolean, pts: number): Generator<SeiMessage> {
    const { vbv } = this.planner.rateControl;
    if (this.options.rate.hrd === 'none' || vbv === null) return;
    if (isIdr) {
      const { initialRemovalDelay, initialRemovalDelayOffset } = vbv;
      const delay = {
        initial_cpb_removal_delay: initialRemovalDelay,
        initial_cpb_removal_delay_offset: initialRemovalDelayOffset,
      };
      yield { kind: 'buffering_period', nal: [delay], vcl: [] };
    }
    // Clock ticks are half frames (clause E.2.1), counted from the last picture with a buffering period.
    const cpb_removal_delay = this.coded === 0 ? 0 : Math.round(2 * (pts - this.idrPts));
    yield { kind: 'pic_timing', cpb_removal_delay, dpb_output_delay: 0, pic_struct: 0 };
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
}
