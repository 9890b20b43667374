/**
 * Codes one planned picture: its references and headers, its slices (slice-coder.ts) at a QP that rate control accepts,
 * deblocking, and the marking of reference pictures after it.
 */
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { NalUnitType } from '../../../syntax/h264/nal.ts';
import {
  ALL_SLICES_SAME_TYPE,
  PLAIN_SLICE_HEADER,
  type SliceHeader,
  SliceType,
} from '../../../syntax/h264/slice-header.ts';
import { EMPTY_WEIGHTS } from '../../../syntax/h264/weight-table.ts';
import { DeblockingFilter } from '../standard/deblock.ts';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  PictureState,
  type ReconstructedPicture,
} from '../standard/picture.ts';
import { ReferencePictures } from '../standard/reference-pictures.ts';
import { AccessUnitWriter } from './access-unit.ts';
import type { Reconstruction } from './encoder.ts';
import { createCavlc } from './entropy-coding.ts';
import { MacroblockCoder } from './macroblock-coder.ts';
import { MacroblockContext } from './macroblock-context.ts';
import { type EncoderMemory, extendEdges } from './memory.ts';
import { ModeDecision } from './mode-decision.ts';
import { MAX_FRAME_NUM } from './parameter-sets.ts';
import { isIntraPicture, type PicturePlan } from './picture-plan.ts';
import type { PicturePlanner } from './picture-planner.ts';
import type { BSlices } from './profile-tools.ts';
import { ACCEPT, WITHOUT_RESIDUAL } from './rate-control.ts';
import { ReferenceChoice, type ReferenceStrategy } from './reference-choice.ts';
import { ResidualCoder } from './residual.ts';
import { type PictureJob, SliceCoder } from './slice-coder.ts';
import type { StreamSetup } from './stream-setup.ts';
import type { WeightedReferences } from './weighted-references.ts';

/** Codes the pictures of one stream, in coding order. */
export class PictureCoder {
  private readonly setup: StreamSetup;
  private readonly memory: EncoderMemory;
  private readonly planner: PicturePlanner;
  private readonly state: PictureState;
  /** Null: the option `deblock` is off. */
  private readonly deblocking: DeblockingFilter | null;
  private readonly slices: SliceCoder;
  private readonly accessUnit: AccessUnitWriter;
  private readonly references: ReferencePictures<ReconstructedPicture>;
  private readonly strategy: ReferenceStrategy;
  /** Keeps the motion of references for B pictures; null where there are none. */
  private readonly keepColocated: BSlices['keepColocated'] | null;
  /** Null: no reference has weights. */
  private readonly weights: WeightedReferences | null;
  /** frame_num of the last reference picture, PrevRefFrameNum of clause 7.4.3. */
  private prevRefFrameNum = 0;
  private idrCount = 0;
  /** Time of decoding of the picture coded last. */
  private codedDts = 0;
  /** The picture coded last; null before the first. */
  lastCoded: ReconstructedPicture | null = null;

  /** @param strategy other than the one that the options ask for; it must keep clause 7.4.3.3 */
  constructor(
    setup: StreamSetup,
    memory: EncoderMemory,
    planner: PicturePlanner,
    strategy?: ReferenceStrategy,
  ) {
    this.setup = setup;
    this.memory = memory;
    this.planner = planner;
    const { options, widthInMbs, heightInMbs } = setup;
    const { order } = options;
    this.references = new ReferencePictures(order.maxRefFrames, MAX_FRAME_NUM);
    this.strategy =
      strategy ??
      (order.bframes > 0 || order.origins === 'kept'
        ? setup.tools.bSlices!.createReferences(order)
        : new ReferenceChoice(order));
    this.keepColocated = order.bframes > 0 ? setup.tools.bSlices!.keepColocated : null;
    const { weightedReferences } = setup.tools;
    const copies = memory.pictures.slice(order.maxRefFrames + 1);
    this.weights = options.weightP
      ? weightedReferences!(memory, copies, !options.monochrome)
      : null;
    this.state = new PictureState(widthInMbs, heightInMbs);
    this.accessUnit = new AccessUnitWriter(setup, planner.rateControl.vbv);
    this.slices = this.createSliceCoder();
    this.deblocking = options.speed.deblock ? this.createDeblocking() : null;
  }

  private createDeblocking(): DeblockingFilter {
    const { options } = this.setup;
    return new DeblockingFilter(this.memory, this.memory.layout, {
      disable_deblocking_filter_idc: this.deblockingIdc,
      filterOffsetA: 2 * options.deblockAlpha,
      filterOffsetB: 2 * options.deblockBeta,
      chroma_qp_index_offset: options.chromaQpOffset,
      onEdge: options.inspect === null ? null : options.inspect.edge.bind(options.inspect),
    });
  }

  private createSliceCoder(): SliceCoder {
    const { memory, state, setup } = this;
    const { options, tools, level } = setup;
    const context = new MacroblockContext(memory, state, options.constrainedIntra);
    const grid = context.coefficients;
    const syntax = new SyntaxWriter();
    const entropy = options.cabac
      ? tools.cabac!.create(context, syntax, options.vectorKernels, !options.monochrome)
      : createCavlc(context, syntax, options.monochrome ? tools.monochrome!.codeNums : undefined);
    const coder = new MacroblockCoder(context, entropy);
    const { scaling } = setup;
    // Luma as a whole is decided with flat lists only.
    const { levels } = entropy;
    if (scaling !== null) levels.decideLuma = null;
    const { psyTrellis } = options.quality;
    const keeping = psyTrellis > 0 ? tools.psyLevels!(levels, memory, psyTrellis) : levels;
    const decider = options.speed.trellis ? keeping : null;
    const residual = new ResidualCoder(
      memory,
      grid,
      options.chromaQpOffset,
      decider,
      options.inspect === null ? null : tools.inspection!.ofBlocks(options.inspect, memory),
    );
    const residual8x8 = options.transform8x8
      ? tools.transform8x8!.createCoder(
          ...([memory, decider, options.vectorKernels, scaling?.weights8x8 ?? null] as const),
        )
      : null;
    const codings = [residual, residual8x8] as const;
    const createB = tools.bSlices?.createDecision ?? null;
    const decision = new ModeDecision(context, coder, ...codings, options, level, createB);
    return new SliceCoder(context, coder, decision, syntax, entropy.writer, setup);
  }

  /** Codes the planned picture, again if rate control finds it too large; returns its access unit. */
  code(plan: PicturePlan): Uint8Array {
    const { memory, planner, references, accessUnit } = this;
    const { ppsList } = this.setup;
    const picture = memory.pictures.find((candidate) => !references.includes(candidate))!;
    this.planReferences(plan, picture);
    const source = memory.sources[plan.slot];
    const table = this.weights?.plan(plan, source, picture) ?? EMPTY_WEIGHTS;
    const job: PictureJob = {
      plan,
      source,
      picture,
      nal: {
        nal_ref_idc: plan.isReference ? 1 : 0,
        nal_unit_type: plan.isIdr ? NalUnitType.IDR_SLICE : NalUnitType.NON_IDR_SLICE,
      },
      pps: ppsList[plan.type === SliceType.B && table !== EMPTY_WEIGHTS ? 1 : 0],
      header: { ...this.sliceHeader(plan), pred_weight_table: table },
    };
    const elapsed = plan.codingNumber === 0 ? 1 : this.frameTimes(plan.dts - this.codedDts);
    const { variance16 } = memory.kernels;
    planner.start(plan, variance16, job.source.luma, memory.sourceLumaStride, elapsed);
    this.codeSlices(job);
    this.weights?.clear(plan);
    this.codedDts = plan.dts;
    const fillerBytes = planner.rateControl.endFrame(accessUnit.bitsOf(plan));
    const bytes = accessUnit.end(fillerBytes);
    this.inspectReconstruction(picture, false);
    this.deblocking?.filterPicture(this.state, picture);
    this.inspectReconstruction(picture, true);
    this.setup.options.inspect?.pictureEnd(plan, bytes.length);
    this.markReferences(plan, picture);
    if (plan.isIdr) this.idrCount++;
    this.lastCoded = picture;
    return bytes;
  }

  /** How many times of a frame, at the frame rate, are in so many ticks. */
  private frameTimes(ticks: number): number {
    const { clock } = this.setup.options;
    return clock === undefined ? ticks : ticks * clock.framesPerTick;
  }

  private inspectReconstruction(picture: ReconstructedPicture, isDeblocked: boolean): void {
    const { inspect } = this.setup.options;
    if (inspect !== null) inspect.reconstruction(this.reconstructionOf(picture), isDeblocked);
  }

  /** A reconstructed picture as it is shown. */
  reconstructionOf(picture: ReconstructedPicture): Reconstruction {
    const { memory, setup } = this;
    const { lumaStride, chromaStride } = memory.layout;
    const { width, height } = setup.options;
    const { luma, cb, cr } = picture;
    return { data: memory.bytes, width, height, luma, cb, cr, lumaStride, chromaStride };
  }

  /** Completes the plan with frame_num and reference lists. */
  private planReferences(plan: PicturePlan, picture: ReconstructedPicture): void {
    const { references } = this;
    plan.frame_num = plan.isIdr ? 0 : (this.prevRefFrameNum + 1) % MAX_FRAME_NUM;
    picture.frame_num = plan.frame_num;
    picture.poc = plan.poc;
    this.strategy.plan(references, plan);
    if (isIntraPicture(plan)) return;
    const { frame_num, modifications, modifications1, activeCount, activeCount1 } = plan;
    if (plan.type !== SliceType.B) {
      plan.lists = [references.modifiedList(frame_num, modifications, activeCount), []];
      return;
    }
    const { list0, list1 } = references.initialListsB(plan.poc);
    plan.lists = [
      references.modifiedList(frame_num, modifications, activeCount, list0),
      references.modifiedList(frame_num, modifications1, activeCount1, list1),
    ];
  }

  /** Codes the slices at the plan's QP, and again at a higher one as long as rate control asks for it. */
  private codeSlices(job: PictureJob): void {
    const { accessUnit, planner } = this;
    const { plan } = job;
    for (let attempt = 0; ; attempt++) {
      this.setup.options.inspect?.picture(plan, attempt);
      accessUnit.begin(plan);
      this.slices.codePicture(accessUnit.bytes, job);
      if (plan.qp === WITHOUT_RESIDUAL) return;
      const { rateControl } = planner;
      const answer = rateControl.review(accessUnit.bitsOf(plan), accessUnit.levelBitsOf(plan));
      if (answer === ACCEPT) return;
      plan.qp = answer;
    }
  }

  /** The elements that the headers of all slices of a picture share. */
  private sliceHeader(plan: PicturePlan): SliceHeader {
    const { options, sps } = this.setup;
    const MaxPicOrderCntLsb = 2 ** (sps.log2_max_pic_order_cnt_lsb_minus4 + 4);
    return {
      ...PLAIN_SLICE_HEADER,
      slice_type: plan.type + ALL_SLICES_SAME_TYPE,
      frame_num: plan.frame_num,
      idr_pic_id: this.idrCount & 1,
      pic_order_cnt_lsb: plan.poc % MaxPicOrderCntLsb,
      num_ref_idx_l0_active_minus1: Math.max(0, plan.activeCount - 1),
      num_ref_idx_l1_active_minus1: Math.max(0, plan.activeCount1 - 1),
      ref_pic_list_modification_l0: plan.modifications,
      ref_pic_list_modification_l1: plan.modifications1,
      long_term_reference_flag: plan.long_term_reference_flag,
      memory_management_control: plan.operations,
      disable_deblocking_filter_idc: this.deblockingIdc,
      slice_alpha_c0_offset_div2: options.deblockAlpha,
      slice_beta_offset_div2: options.deblockBeta,
    };
  }

  private get deblockingIdc(): number {
    const { speed, deblockAcrossSlices } = this.setup.options;
    return !speed.deblock ? 1 : deblockAcrossSlices ? 0 : 2;
  }

  /** Marks reference pictures after the picture as its headers say (clause 8.2.5), and makes it one if it is to be. */
  private markReferences(plan: PicturePlan, picture: ReconstructedPicture): void {
    const { references } = this;
    if (plan.isIdr) references.markIdr(picture, plan.long_term_reference_flag);
    else if (plan.isReference) references.mark(picture, plan.operations);
    if (!plan.isReference) return;
    this.finishReference(picture, plan);
    this.prevRefFrameNum = picture.frame_num;
  }

  /** Makes the picture fit to be referred to. */
  private finishReference(picture: ReconstructedPicture, plan: PicturePlan): void {
    const { memory } = this;
    const { layout } = memory;
    const width = 16 * layout.widthInMbs;
    const height = 16 * layout.heightInMbs;
    extendEdges(memory, picture.luma, layout.lumaStride, width, height, LUMA_PADDING);
    extendEdges(memory, picture.cb, layout.chromaStride, width / 2, height / 2, CHROMA_PADDING);
    extendEdges(memory, picture.cr, layout.chromaStride, width / 2, height / 2, CHROMA_PADDING);
    picture.tileDone.fill(0);
    picture.mv.set(this.state.mv);
    this.keepColocated?.(this.state, plan.lists, picture);
  }
}
