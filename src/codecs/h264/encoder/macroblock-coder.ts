/**
 * Writes a decided macroblock: derives the differences that its syntax needs, writes its bits, stores its reconstruction, and
 * notes what later macroblocks read of it.
 */

import { MAX_LUMA_BITS, MAX_MACROBLOCK_LAYER_BITS } from '../../../syntax/h264/levels.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { MAX_LEVEL } from '../standard/cavlc.ts';
import {
  CB_TOTALS,
  CHROMA_TOTALS_STRIDE,
  CR_TOTALS,
  LUMA_TOTALS,
  LUMA_TOTALS_STRIDE,
  setOwnTotals,
} from '../standard/coefficient-grid.ts';
import { INTRA_4X4_DC } from '../standard/intra-4x4.ts';
import {
  B_SKIP,
  BLOCK_AT,
  I_4X4,
  I_8X8,
  I_16X16,
  I_PCM,
  isIntra,
  LUMA_DC_BLOCK,
  P_SKIP,
} from '../standard/macroblock.ts';
import type { MacroblockCounter, SliceDataSink, SliceSyntax } from '../standard/macroblock-sink.ts';
import { type MacroblockSyntax, qpDelta, writeMacroblock } from '../standard/macroblock-syntax.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import type { Candidate } from './candidate.ts';
import type { EntropyCoding } from './entropy-coding.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import {
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
  SOURCE_CB,
  SOURCE_CR,
  SOURCE_STRIDE,
} from './memory.ts';
import { setVectorDifferences } from './vector-differences.ts';

/** Below this QP a macroblock can break MAX_MACROBLOCK_LAYER_BITS or the range of levels, so it is counted first. */
const PCM_CHECK_QP = 20;

/** Where the planes of a macroblock begin in the source and in a reconstruction scratch block. */
const SOURCE_PLANES = [0, SOURCE_CB, SOURCE_CR] as const;
const RECON_PLANES = [RECON_LUMA, RECON_CB, RECON_CR] as const;

/** Samples of an I_PCM macroblock: luma, Cb, Cr. */
const PCM_SAMPLES = 384;

/** Writes the macroblocks of one encoder, slice by slice. */
export class MacroblockCoder {
  private readonly context: MacroblockContext;
  private readonly writer: SliceDataSink;
  private readonly counter: MacroblockCounter;
  private readonly pcmSamples = new Uint8Array(PCM_SAMPLES);
  private slice: SliceSyntax = {
    sliceType: SliceType.I,
    num_ref_idx_l0_active_minus1: 0,
    num_ref_idx_l1_active_minus1: 0,
    cabac_init_idc: 0,
    ChromaArrayType: 1,
    transform_8x8_mode_flag: 0,
  };
  private sliceNumber = 0;
  private markedQp = 0;
  /** The candidate written last; null before the first. */
  written: Candidate | null = null;
  /** QPY of the previous macroblock of the slice, QPY,PRED of clause 7.4.5. */
  previousQp = 0;

  constructor(context: MacroblockContext, { writer, counter }: EntropyCoding) {
    this.context = context;
    this.writer = writer;
    this.counter = counter;
  }

  startSlice(slice: SliceSyntax, sliceNumber: number, qp: number): void {
    this.slice = slice;
    this.writer.startSlice(slice, qp);
    this.counter.startSlice(slice);
    this.sliceNumber = sliceNumber;
    this.previousQp = qp;
  }

  /** Notes what the next macroblock changes, the writer's position included. */
  mark(): void {
    this.writer.mark();
    this.markedQp = this.previousQp;
  }

  /** Takes back the macroblock coded since `mark`; its state in the picture is for the caller to overwrite. */
  rewind(): void {
    this.writer.rewind();
    this.previousQp = this.markedQp;
  }

  /** Codes the macroblock as P_Skip; its reconstruction is the prediction from `mv`, the skip vector. */
  codeSkip(candidate: Candidate, mv: number, picture: ReconstructedPicture): void {
    this.writer.skip(true);
    this.written = candidate;
    const { state, mbAddr } = this.context;
    this.storeType(P_SKIP, this.previousQp, 0);
    this.clearTotals();
    for (let i = 4 * mbAddr; i < 4 * mbAddr + 4; i++) state.refIdx[i] = 0;
    for (let i = 16 * mbAddr; i < 16 * mbAddr + 16; i++) state.mv[i] = mv;
    this.context.storeReconstruction(picture, candidate.recon);
    this.writer.endMacroblock();
  }

  /** Codes the macroblock as B_Skip: a candidate of B_Direct_16x16 whose reconstruction is its prediction. */
  codeDirectSkip(candidate: Candidate, picture: ReconstructedPicture): void {
    this.writer.skip(true);
    this.written = candidate;
    this.storeType(B_SKIP, this.previousQp, 0);
    this.clearTotals();
    this.storeMotion(candidate);
    this.context.storeReconstruction(picture, candidate.recon);
    this.writer.endMacroblock();
  }

  /** Writes a macroblock that is not skipped, at quantizer `qp`. */
  code(candidate: Candidate, qp: number, picture: ReconstructedPicture): void {
    const { syntax } = candidate;
    const { state, mbAddr } = this.context;
    this.written = candidate;
    this.prepare(candidate, qp);
    if (this.slice.sliceType !== SliceType.I) this.writer.skip(false);
    if (qp < PCM_CHECK_QP && this.exceedsLimits(syntax)) {
      this.codePcm(candidate, picture);
      return;
    }
    writeMacroblock(this.writer, syntax, this.slice);
    const sendsQp = syntax.mbType === I_16X16 || syntax.coded_block_pattern !== 0;
    if (sendsQp) this.previousQp = qp;
    this.storeType(syntax.mbType, this.previousQp, syntax.coded_block_pattern);
    state.transform8x8[mbAddr] = syntax.transform_size_8x8_flag;
    this.storeDetails(candidate);
    this.context.storeReconstruction(picture, candidate.recon);
    this.writer.endMacroblock();
  }

  /**
   * Number of bits of macroblock_layer( ) for the candidate, in B slices with that of not being skipped; leaves its differences and
   * totals prepared.
   */
  countBits(candidate: Candidate, qp: number): number {
    this.prepare(candidate, qp);
    this.counter.reset();
    if (this.slice.sliceType === SliceType.B) this.counter.skip(false);
    writeMacroblock(this.counter, candidate.syntax, this.slice);
    return this.counter.bits;
  }

  /** Number of bits of a skipped macroblock. */
  countSkipBits(): number {
    this.counter.reset();
    this.counter.skip(true);
    return this.counter.bits;
  }

  private prepare(candidate: Candidate, qp: number): void {
    const { syntax } = candidate;
    syntax.mb_qp_delta = qpDelta(this.previousQp, qp);
    if (!isIntra(syntax.mbType)) this.predictVectors(candidate);
    const masks8x8 = syntax.transform_size_8x8_flag === 0 ? null : syntax.masks8x8;
    setOwnTotals(this.context.coefficients, syntax.masks, masks8x8);
  }

  private predictVectors({ syntax, mv, mvL1 }: Candidate): void {
    const { motion, motionL1, state } = this.context;
    setVectorDifferences(syntax, 0, mv, motion);
    if (state.isB) setVectorDifferences(syntax, 1, mvL1, motionL1);
  }

  private exceedsLimits(syntax: MacroblockSyntax): boolean {
    for (let block = LUMA_DC_BLOCK; block < LUMA_DC_BLOCK + 3; block++) {
      if (syntax.masks[block] === 0) continue;
      for (let i = 16 * block; i < 16 * block + 16; i++) {
        const level = syntax.levels[i];
        if (
          (level === MAX_LEVEL || level === -MAX_LEVEL) &&
          (syntax.masks[block] >> (i & 15)) & 1
        ) {
          return true;
        }
      }
    }
    this.counter.reset();
    writeMacroblock(this.counter, syntax, this.slice);
    const most = this.slice.ChromaArrayType === 0 ? MAX_LUMA_BITS : MAX_MACROBLOCK_LAYER_BITS;
    return this.counter.bits > most;
  }

  /** I_PCM: the samples themselves, clause 7.3.5. */
  private codePcm(candidate: Candidate, picture: ReconstructedPicture): void {
    const { bytes, source } = this.context.memory;
    const { syntax, recon } = candidate;
    syntax.mbType = I_PCM;
    // It was no candidate: nobody chose it.
    candidate.number = -1;
    writeMacroblock(this.writer, syntax, this.slice);
    let n = 0;
    const planes = this.slice.ChromaArrayType === 0 ? 1 : 3;
    for (let plane = 0; plane < planes; plane++) {
      const size = plane === 0 ? 16 : 8;
      const from = source + SOURCE_PLANES[plane];
      const to = recon + RECON_PLANES[plane];
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const sample = bytes[from + y * SOURCE_STRIDE + x];
          this.pcmSamples[n++] = sample;
          bytes[to + y * RECON_STRIDE + x] = sample;
        }
      }
    }
    this.writer.pcm(this.pcmSamples.subarray(0, n));
    const { state, mbAddr } = this.context;
    this.storeType(I_PCM, 0, planes === 1 ? 15 : 47);
    state.totalCoeff.fill(16, 24 * mbAddr, 24 * mbAddr + 24);
    this.storeIntraMotion();
    this.context.storeReconstruction(picture, recon);
    this.writer.endMacroblock();
  }

  private storeType(mbType: number, qpY: number, codedBlockPattern: number): void {
    const { state, mbAddr } = this.context;
    state.sliceOf[mbAddr] = this.sliceNumber;
    state.mbType[mbAddr] = mbType;
    state.qpY[mbAddr] = qpY;
    state.codedBlockPattern[mbAddr] = codedBlockPattern;
    state.transform8x8[mbAddr] = 0;
    if (mbType !== I_4X4 && mbType !== I_8X8) {
      const modes = state.intra4x4PredMode;
      for (let i = 16 * mbAddr; i < 16 * mbAddr + 16; i++) modes[i] = INTRA_4X4_DC;
    }
  }

  /** No block of the macroblock has levels. */
  private clearTotals(): void {
    // Here and below: `fill` over so few elements takes several times as long as a loop.
    const { state, mbAddr } = this.context;
    const { totalCoeff } = state;
    for (let i = 24 * mbAddr; i < 24 * mbAddr + 24; i++) totalCoeff[i] = 0;
  }

  private storeIntraMotion(): void {
    const { state, mbAddr } = this.context;
    clearMotion(state.refIdx, state.mv, mbAddr);
    if (state.isB) clearMotion(state.refIdxL1, state.mvL1, mbAddr);
  }

  private storeDetails(candidate: Candidate): void {
    const { state, mbAddr } = this.context;
    const { syntax } = candidate;
    const { totals } = this.context.coefficients;
    const { totalCoeff } = state;
    const to = 24 * mbAddr;
    for (let y = 0; y < 4; y++) {
      const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * y;
      totalCoeff[to + 4 * y] = totals[at];
      totalCoeff[to + 4 * y + 1] = totals[at + 1];
      totalCoeff[to + 4 * y + 2] = totals[at + 2];
      totalCoeff[to + 4 * y + 3] = totals[at + 3];
    }
    for (let y = 0; y < 2; y++) {
      const at = CHROMA_TOTALS_STRIDE * y;
      totalCoeff[to + 16 + 2 * y] = totals[CB_TOTALS + at];
      totalCoeff[to + 17 + 2 * y] = totals[CB_TOTALS + at + 1];
      totalCoeff[to + 20 + 2 * y] = totals[CR_TOTALS + at];
      totalCoeff[to + 21 + 2 * y] = totals[CR_TOTALS + at + 1];
    }
    if (isIntra(syntax.mbType)) {
      this.storeIntraMotion();
      if (syntax.mbType === I_4X4 || syntax.mbType === I_8X8) {
        // The blocks of an 8x8 block all have its mode, which stands at the first.
        const first = syntax.mbType === I_8X8 ? 12 : 15;
        for (let block = 0; block < 16; block++) {
          const mode = syntax.intra4x4PredMode[BLOCK_AT[block] & first];
          state.intra4x4PredMode[16 * mbAddr + block] = mode;
        }
      }
      return;
    }
    this.storeMotion(candidate);
  }

  private storeMotion({ syntax, mv, mvL1 }: Candidate): void {
    const { state, mbAddr } = this.context;
    storeList(state.refIdx, state.mv, mbAddr, syntax.refIdx, 0, mv);
    if (state.isB) storeList(state.refIdxL1, state.mvL1, mbAddr, syntax.refIdx, 4, mvL1);
  }
}

/** Stores the reference indexes, which begin at `first`, and the vectors of one list. */
function storeList(
  refIdx: Int8Array,
  mv: Int32Array,
  mbAddr: number,
  ownRefIdx: Int8Array,
  first: number,
  own: Int32Array,
): void {
  for (let i = 0; i < 4; i++) refIdx[4 * mbAddr + i] = ownRefIdx[first + i];
  for (let block = 0; block < 16; block++) mv[16 * mbAddr + block] = own[block];
}

/** Marks a macroblock as one that does not use a list. */
function clearMotion(refIdx: Int8Array, mv: Int32Array, mbAddr: number): void {
  for (let i = 4 * mbAddr; i < 4 * mbAddr + 4; i++) refIdx[i] = -1;
  for (let i = 16 * mbAddr; i < 16 * mbAddr + 16; i++) mv[i] = 0;
}
