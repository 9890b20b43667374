/**
 * Codes the slices of one picture: chooses where each begins and ends, writes its header, and codes its macroblocks. A slice
 * ends with its share of the picture (option `slices`), after a number of macroblocks (`sliceMacroblocks`), or before the
 * macroblock with which its NAL unit would grow too large (`sliceBytes`). That macroblock is taken back and coded again as the
 * first of the next slice, where it can no longer be predicted from its neighbors.
 */
import { clip3 } from '../../../base/math.ts';
import type { ByteWriter } from '../../../bits/byte-writer.ts';
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { type NalUnitHeader, NalUnitSize, writeNalUnit } from '../../../syntax/h264/nal.ts';
import type { PictureParameterSet } from '../../../syntax/h264/pps.ts';
import {
  type SliceHeader,
  SliceType,
  writeSliceHeader,
} from '../../../syntax/h264/slice-header.ts';
import { INTRA_16X16_DC, INTRA_CHROMA_DC } from '../standard/intra-16x16.ts';
import { I_16X16 } from '../standard/macroblock.ts';
import type { SliceDataSink, SliceSyntax } from '../standard/macroblock-sink.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import { Candidate } from './candidate.ts';
import { QP_UNIT } from './importance.ts';
import type { H264Inspector } from './inspector.ts';
import { predictChroma16x16, predictLuma16x16 } from './inter-prediction.ts';
import type { MacroblockCoder } from './macroblock-coder.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE, type SourcePicture } from './memory.ts';
import type { ModeDecision } from './mode-decision.ts';
import { PIC_INIT_QP } from './parameter-sets.ts';
import { isIntraPicture, type PicturePlan } from './picture-plan.ts';
import type { PredictionInspection } from './prediction-inspection.ts';
import { WITHOUT_RESIDUAL } from './rate-control.ts';
import { inspectUnits, type StreamSetup } from './stream-setup.ts';
import type { UnitInspection } from './unit-inspection.ts';

/** A picture to be coded, and what is true of all its slices. */
export interface PictureJob {
  /** Its type, lists, QP and offsets. */
  readonly plan: PicturePlan;
  readonly source: SourcePicture;
  readonly picture: ReconstructedPicture;
  readonly nal: NalUnitHeader;
  readonly pps: PictureParameterSet;
  /** The header of all slices but for first_mb_in_slice and slice_qp_delta. */
  readonly header: SliceHeader;
}

/** Writes the slices of the pictures of one encoder. */
export class SliceCoder {
  private readonly context: MacroblockContext;
  private readonly coder: MacroblockCoder;
  private readonly decision: ModeDecision;
  private readonly syntax: SyntaxWriter;
  private readonly writer: SliceDataSink;
  private readonly setup: StreamSetup;
  private readonly size = new NalUnitSize();
  private readonly bare: Candidate;
  private readonly inspector: H264Inspector | null;
  private readonly inspection: UnitInspection | null;
  private readonly predictions: PredictionInspection | null;
  private sliceCount = 0;
  /** direct_spatial_mv_pred_flag of the picture's slices. */
  private isSpatial = false;

  constructor(
    context: MacroblockContext,
    coder: MacroblockCoder,
    decision: ModeDecision,
    syntax: SyntaxWriter,
    writer: SliceDataSink,
    setup: StreamSetup,
  ) {
    this.context = context;
    this.coder = coder;
    this.decision = decision;
    this.syntax = syntax;
    this.writer = writer;
    this.setup = setup;
    this.bare = new Candidate(context.memory, 0);
    this.inspector = setup.options.inspect;
    this.inspection = inspectUnits(setup, syntax);
    const { inspect } = setup.options;
    const { inspection } = setup.tools;
    const weights = setup.scaling?.weights8x8 ?? null;
    this.predictions =
      inspect === null ? null : (inspection?.ofPredictions(inspect, context, weights) ?? null);
  }

  /**
   * Codes all slices of a picture into `out`, one NAL unit each, at the plan's QP.
   */
  codePicture(out: ByteWriter, job: PictureJob): void {
    const { state } = this.context;
    const { slices, sliceMacroblocks } = this.setup.options.slicing;
    const mbs = state.widthInMbs * state.heightInMbs;
    const count = Math.min(slices, mbs);
    state.reset(job.plan.lists);
    this.isSpatial = this.decision.startPicture(job.plan);
    this.predictions?.startPicture(job.plan);
    let first = 0;
    for (let share = 1; first < mbs; ) {
      let end = Math.floor((share * mbs) / count);
      if (sliceMacroblocks > 0) end = Math.min(end, first + sliceMacroblocks);
      first = this.codeSlice(out, job, first, end);
      if (first === Math.floor((share * mbs) / count)) share++;
    }
  }

  /** Codes a slice from macroblock `first` to before `end`, or as far as it may grow. Returns where it ended. */
  private codeSlice(out: ByteWriter, job: PictureJob, first: number, end: number): number {
    const { context, coder, setup, size, writer } = this;
    const { sliceBytes } = setup.options.slicing;
    const { plan, nal, pps } = job;
    const qp = plan.qp === WITHOUT_RESIDUAL ? PIC_INIT_QP : roundQp(plan.qp);
    const w = this.syntax;
    w.bits.reset();
    size.reset();
    const header: SliceHeader = {
      ...job.header,
      first_mb_in_slice: first,
      direct_spatial_mv_pred_flag: this.isSpatial ? 1 : 0,
      slice_qp_delta: qp - PIC_INIT_QP,
    };
    this.inspection?.begin(nal.nal_unit_type, nal.nal_ref_idc);
    writeSliceHeader(w, header, setup.sps, pps, nal);
    if (this.inspection !== null) this.inspection.isSliceData = true;
    const number = this.sliceCount++;
    const [list0, list1] = plan.lists;
    const slice: SliceSyntax = {
      sliceType: plan.type,
      num_ref_idx_l0_active_minus1: Math.max(0, list0.length - 1),
      num_ref_idx_l1_active_minus1: Math.max(0, list1.length - 1),
      cabac_init_idc: header.cabac_init_idc,
      ChromaArrayType: setup.sps.chroma_format_idc,
      transform_8x8_mode_flag: pps.high?.transform_8x8_mode_flag ?? 0,
    };
    coder.startSlice(slice, number, qp);
    let mbAddr = first;
    for (; mbAddr < end; mbAddr++) {
      if (sliceBytes > 0) {
        coder.mark();
        this.inspection?.mark();
      }
      context.moveTo(mbAddr, number);
      writer.startMacroblock();
      this.codeMacroblock(job);
      if (this.inspector !== null) this.tellMacroblock(this.inspector);
      if (sliceBytes > 0 && mbAddr > first && size.bound(w.bits, writer.pendingBits) > sliceBytes) {
        coder.rewind();
        this.inspector?.macroblockVoid(mbAddr);
        this.inspection?.rewind();
        break;
      }
    }
    writer.endSlice();
    const bytes = writeNalUnit(out, nal.nal_ref_idc, nal.nal_unit_type, w.bits.view());
    this.inspection?.end(nal.nal_unit_type, nal.nal_ref_idc, bytes);
    return mbAddr;
  }

  /** Tells the inspector that the context's macroblock is written. */
  private tellMacroblock(inspector: H264Inspector): void {
    const { context } = this;
    const { written } = this.coder;
    if (written !== null) this.predictions?.tell(written);
    inspector.macroblockEnd(context.mbAddr, context.state);
  }

  /** Codes the context's macroblock. */
  private codeMacroblock({ plan, source, picture }: PictureJob): void {
    const { context, decision } = this;
    const { qp: pictureQp, offsets } = plan;
    const isIntra = isIntraPicture(plan);
    const [references] = plan.lists;
    if (this.inspector !== null) this.inspector.macroblock(context.mbAddr, roundQp(pictureQp));
    if (pictureQp === WITHOUT_RESIDUAL) {
      if (isIntra) this.codeGray(picture);
      else if (plan.type === SliceType.B) decision.codeSkippedB(picture);
      else this.codeSkipped(picture, references[0]);
      return;
    }
    context.loadSource(source);
    const qp = offsets === null ? roundQp(pictureQp) : this.offsetQp(pictureQp, offsets);
    if (isIntra) decision.codeIntra(qp, picture);
    else if (plan.type === SliceType.B) decision.codeBidirectional(qp, picture);
    else decision.codeInter(qp, picture, references);
  }

  /** QP of the context's macroblock: within the range asked for, which a buffer may have driven the picture out of. */
  private offsetQp(pictureQp: number, offsets: Int16Array): number {
    const { qpMin, qpMax } = this.setup.options.rate;
    const qp = roundQp(pictureQp + offsets[this.context.mbAddr]);
    return clip3(qpMin, Math.max(qpMin, qpMax, roundQp(pictureQp)), qp);
  }

  /**
   * Codes the context's macroblock as Intra_16x16 by DC prediction without residual, eight bits, whatever its source: where
   * the buffer allows nothing more in an intra picture. The picture is gray throughout (clauses 8.3.3.3 and 8.3.4.1).
   */
  private codeGray(picture: ReconstructedPicture): void {
    const { syntax, recon } = this.bare;
    const { bytes } = this.context.memory;
    this.context.loadCoefficients();
    syntax.mbType = I_16X16;
    syntax.transform_size_8x8_flag = 0;
    syntax.intra16x16PredMode = INTRA_16X16_DC;
    syntax.intra_chroma_pred_mode = INTRA_CHROMA_DC;
    syntax.coded_block_pattern = 0;
    syntax.masks.fill(0);
    fillGray(bytes, recon + RECON_LUMA, 16);
    fillGray(bytes, recon + RECON_CB, 8);
    fillGray(bytes, recon + RECON_CR, 8);
    this.coder.code(this.bare, PIC_INIT_QP, picture);
  }

  /**
   * Codes the context's macroblock as P_Skip, whatever its source: where the buffer allows nothing more. All of the
   * picture's macroblocks are skipped, so that all vectors are predicted as zero (clause 8.4.1.1).
   */
  private codeSkipped(picture: ReconstructedPicture, reference: ReconstructedPicture): void {
    const { context, bare } = this;
    predictLuma16x16(context, bare, reference, 0);
    predictChroma16x16(context, bare, reference, 0);
    this.coder.codeSkip(bare, 0, picture);
  }
}

/** Fills `size` by `size` samples of a reconstruction scratch block with what DC prediction from nothing gives. */
function fillGray(bytes: Uint8Array, to: number, size: number): void {
  for (let y = 0; y < size; y++) {
    bytes.fill(128, to + y * RECON_STRIDE, to + y * RECON_STRIDE + size);
  }
}

/** A QP in 1/256 as QPY. */
function roundQp(qp: number): number {
  return clip3(0, 51, (qp + QP_UNIT / 2) >> 8);
}
