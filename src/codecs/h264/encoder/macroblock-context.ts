/**
 * Where the current macroblock is and what surrounds it: availability of neighbors (clause 6.4.9), their reference indexes and
 * vectors, coefficient counts and intra modes, and the samples around it. Each part is loaded once for a macroblock, when it is
 * first needed; all decisions read from here.
 */

import type { CabacPicture } from '../standard/cabac-neighbors.ts';
import {
  CB_TOTALS,
  CHROMA_TOTALS_STRIDE,
  CoefficientGrid,
  CR_TOTALS,
  LUMA_TOTALS,
  LUMA_TOTALS_STRIDE,
  NOT_AVAILABLE,
} from '../standard/coefficient-grid.ts';
import { isIntra } from '../standard/macroblock.ts';
import {
  GRID_ORIGIN,
  GRID_SIZE,
  GRID_STRIDE,
  MotionGrid,
  REF_UNAVAILABLE,
} from '../standard/motion-prediction.ts';
import type { PictureState, ReconstructedPicture } from '../standard/picture.ts';
import {
  type EncoderMemory,
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
  SOURCE_CB,
  SOURCE_CR,
  SOURCE_STRIDE,
  type SourcePicture,
} from './memory.ts';

/** Intra4x4PredMode of a neighbor that makes predIntra4x4PredMode DC (dcPredModePredictedFlag, clause 8.3.1.1). */
export const MODE_UNAVAILABLE = -1;

/** In place of mbAddr where there is no neighbor. */
const NO_MACROBLOCK = -1;

/** The current macroblock of one encoder and its surroundings. */
export class MacroblockContext {
  readonly memory: EncoderMemory;
  readonly state: PictureState;
  readonly constrainedIntra: boolean;
  mbX = 0;
  mbY = 0;
  mbAddr = 0;
  /** Availability of macroblocks A (left), B (above), C (above right), D (above left) in the slice. */
  hasA = false;
  hasB = false;
  hasC = false;
  hasD = false;
  /** Availability of their samples for intra prediction; differs under constrained_intra_pred_flag. */
  intraA = false;
  intraB = false;
  intraC = false;
  intraD = false;
  readonly motion = new MotionGrid();
  /** The same of list 1; loaded in B slices only. */
  readonly motionL1 = new MotionGrid();
  readonly coefficients = new CoefficientGrid();
  /** CABAC's memory of the macroblocks around; null with CAVLC, set by `createCabac`. */
  cabac: CabacPicture | null = null;
  /** Intra4x4PredMode around and inside, on the grid of MotionGrid. */
  readonly intraModes: Int8Array = new Int8Array(GRID_SIZE);

  constructor(memory: EncoderMemory, state: PictureState, constrainedIntra: boolean) {
    this.memory = memory;
    this.state = state;
    this.constrainedIntra = constrainedIntra;
  }

  /** Moves to macroblock `mbAddr` of slice `slice`; all before it in the slice are coded. */
  moveTo(mbAddr: number, slice: number): void {
    const state = this.state;
    const width = state.widthInMbs;
    this.mbAddr = mbAddr;
    this.mbX = mbAddr % width;
    this.mbY = (mbAddr - this.mbX) / width;
    const sliceOf = state.sliceOf;
    this.hasA = this.mbX > 0 && sliceOf[mbAddr - 1] === slice;
    this.hasB = this.mbY > 0 && sliceOf[mbAddr - width] === slice;
    this.hasC = this.mbY > 0 && this.mbX + 1 < width && sliceOf[mbAddr - width + 1] === slice;
    this.hasD = this.mbY > 0 && this.mbX > 0 && sliceOf[mbAddr - width - 1] === slice;
    this.intraA = this.hasA && this.canPredictFrom(mbAddr - 1);
    this.intraB = this.hasB && this.canPredictFrom(mbAddr - width);
    this.intraC = this.hasC && this.canPredictFrom(mbAddr - width + 1);
    this.intraD = this.hasD && this.canPredictFrom(mbAddr - width - 1);
    if (this.cabac !== null) this.cabac.moveTo(mbAddr, this.hasA, this.hasB);
  }

  private canPredictFrom(mbAddr: number): boolean {
    return !this.constrainedIntra || isIntra(this.state.mbType[mbAddr]);
  }

  /** Loads the coefficient counts of the neighbors, which everything but a skipped macroblock needs. */
  loadCoefficients(): void {
    const { totals } = this.coefficients;
    const { mbAddr, state } = this;
    const from = state.totalCoeff;
    if (this.hasA) {
      const left = 24 * (mbAddr - 1);
      for (let i = 0; i < 4; i++) {
        totals[LUMA_TOTALS + LUMA_TOTALS_STRIDE * i - 1] = from[left + 4 * i + 3];
      }
      totals[CB_TOTALS - 1] = from[left + 17];
      totals[CB_TOTALS + CHROMA_TOTALS_STRIDE - 1] = from[left + 19];
      totals[CR_TOTALS - 1] = from[left + 21];
      totals[CR_TOTALS + CHROMA_TOTALS_STRIDE - 1] = from[left + 23];
    } else {
      for (let i = 0; i < 4; i++) {
        totals[LUMA_TOTALS + LUMA_TOTALS_STRIDE * i - 1] = NOT_AVAILABLE;
      }
      for (let i = 0; i < 2; i++) {
        totals[CB_TOTALS + CHROMA_TOTALS_STRIDE * i - 1] = NOT_AVAILABLE;
        totals[CR_TOTALS + CHROMA_TOTALS_STRIDE * i - 1] = NOT_AVAILABLE;
      }
    }
    const above = this.hasB ? 24 * (mbAddr - state.widthInMbs) : NO_MACROBLOCK;
    for (let i = 0; i < 4; i++) {
      totals[LUMA_TOTALS - LUMA_TOTALS_STRIDE + i] =
        above < 0 ? NOT_AVAILABLE : from[above + 12 + i];
    }
    for (let i = 0; i < 2; i++) {
      const at = i - CHROMA_TOTALS_STRIDE;
      totals[CB_TOTALS + at] = above < 0 ? NOT_AVAILABLE : from[above + 18 + i];
      totals[CR_TOTALS + at] = above < 0 ? NOT_AVAILABLE : from[above + 22 + i];
    }
  }

  /** Loads reference indexes and vectors of the neighbors; P and B slices only. */
  loadMotion(): void {
    const { refIdx, mv, refIdxL1, mvL1, isB } = this.state;
    this.loadMotionOf(this.motion, refIdx, mv);
    if (isB) this.loadMotionOf(this.motionL1, refIdxL1, mvL1);
  }

  private loadMotionOf(motion: MotionGrid, refIdx: Int8Array, mv: Int32Array): void {
    const { mbAddr, state } = this;
    const width = state.widthInMbs;
    motion.clearInside();
    const left = this.hasA ? mbAddr - 1 : NO_MACROBLOCK;
    const above = this.hasB ? mbAddr - width : NO_MACROBLOCK;
    copyFour(motion, GRID_ORIGIN - 1, GRID_STRIDE, refIdx, mv, left, 3, 4);
    copyFour(motion, GRID_ORIGIN - GRID_STRIDE, 1, refIdx, mv, above, 12, 1);
    const aboveRight = this.hasC ? mbAddr - width + 1 : NO_MACROBLOCK;
    copyMotion(motion, GRID_ORIGIN - GRID_STRIDE + 4, refIdx, mv, aboveRight, 12);
    const aboveLeft = this.hasD ? mbAddr - width - 1 : NO_MACROBLOCK;
    copyMotion(motion, GRID_ORIGIN - GRID_STRIDE - 1, refIdx, mv, aboveLeft, 15);
  }

  /** Loads the intra modes of the neighbors, clause 8.3.1.1. */
  loadIntraModes(): void {
    const modes = this.intraModes;
    const from = this.state.intra4x4PredMode;
    const width = this.state.widthInMbs;
    for (let i = 0; i < 4; i++) {
      modes[GRID_ORIGIN + GRID_STRIDE * i - 1] = this.intraA
        ? from[16 * (this.mbAddr - 1) + 4 * i + 3]
        : MODE_UNAVAILABLE;
      modes[GRID_ORIGIN - GRID_STRIDE + i] = this.intraB
        ? from[16 * (this.mbAddr - width) + 12 + i]
        : MODE_UNAVAILABLE;
    }
  }

  /** Copies the macroblock of the source picture into the source scratch blocks. */
  loadSource(picture: SourcePicture): void {
    const { kernels, source, searchSource, sourceLumaStride, sourceChromaStride } = this.memory;
    const luma = picture.luma + this.mbY * 16 * sourceLumaStride + this.mbX * 16;
    const chroma = this.mbY * 8 * sourceChromaStride + this.mbX * 8;
    const cb = picture.cb + chroma;
    const cr = picture.cr + chroma;
    kernels.copyBlock(luma, sourceLumaStride, source, SOURCE_STRIDE, 16, 16);
    kernels.copyBlock(cb, sourceChromaStride, source + SOURCE_CB, SOURCE_STRIDE, 8, 8);
    kernels.copyBlock(cr, sourceChromaStride, source + SOURCE_CR, SOURCE_STRIDE, 8, 8);
    kernels.searchBlock(source, searchSource, 16 * SOURCE_STRIDE);
  }

  /** Copies the reconstructed luma around the macroblock to the edges of a reconstruction scratch block. */
  loadLumaNeighbors(picture: ReconstructedPicture, recon: number): void {
    const { bytes, words, layout } = this.memory;
    const { lumaStride } = layout;
    const luma = picture.luma + this.mbY * 16 * lumaStride + this.mbX * 16;
    const to = recon + RECON_LUMA;
    const above = (luma - lumaStride) >> 2;
    const toAbove = (to - RECON_STRIDE) >> 2;
    for (let i = 0; i < 6; i++) words[toAbove + i] = words[above + i];
    for (let y = -1; y < 16; y++) {
      bytes[to + y * RECON_STRIDE - 1] = bytes[luma + y * lumaStride - 1];
    }
  }

  /** The same of both planes of chroma. */
  loadChromaNeighbors(picture: ReconstructedPicture, recon: number): void {
    const { bytes, words, layout } = this.memory;
    const { chromaStride } = layout;
    const offset = this.mbY * 8 * chromaStride + this.mbX * 8;
    const cb = picture.cb + offset;
    const cr = picture.cr + offset;
    const toCb = recon + RECON_CB;
    const toCr = recon + RECON_CR;
    for (let i = -chromaStride, k = -RECON_STRIDE; i < 8 - chromaStride; i += 4, k += 4) {
      words[(toCb + k) >> 2] = words[(cb + i) >> 2];
      words[(toCr + k) >> 2] = words[(cr + i) >> 2];
    }
    for (let y = -1; y < 8; y++) {
      bytes[toCb + y * RECON_STRIDE - 1] = bytes[cb + y * chromaStride - 1];
      bytes[toCr + y * RECON_STRIDE - 1] = bytes[cr + y * chromaStride - 1];
    }
  }

  /** Copies a reconstruction scratch block into the picture. */
  storeReconstruction(picture: ReconstructedPicture, recon: number): void {
    const { kernels, layout } = this.memory;
    const { lumaStride, chromaStride } = layout;
    const luma = picture.luma + this.mbY * 16 * lumaStride + this.mbX * 16;
    const chroma = this.mbY * 8 * chromaStride + this.mbX * 8;
    kernels.copyBlock(recon + RECON_LUMA, RECON_STRIDE, luma, lumaStride, 16, 16);
    kernels.copyBlock(recon + RECON_CB, RECON_STRIDE, picture.cb + chroma, chromaStride, 8, 8);
    kernels.copyBlock(recon + RECON_CR, RECON_STRIDE, picture.cr + chroma, chromaStride, 8, 8);
  }
}

/** Copies the motion of a block of a macroblock, or of NO_MACROBLOCK, to a grid. `refIdx`, `mv`: of a list, as in PictureState. */
function copyMotion(
  motion: MotionGrid,
  at: number,
  refIdx: Int8Array,
  mv: Int32Array,
  mbAddr: number,
  block: number,
): void {
  if (mbAddr < 0) {
    motion.refIdx[at] = REF_UNAVAILABLE;
    motion.mv[at] = 0;
    return;
  }
  // An intra macroblock has the vector 0 and the index -1, which is REF_INTRA here.
  motion.refIdx[at] = refIdx[4 * mbAddr + ((block >> 3) << 1) + ((block & 3) >> 1)];
  motion.mv[at] = mv[16 * mbAddr + block];
}

/** The same of four blocks of a column or row, `first` and every `step`th after it up to the last of the macroblock; `stride` apart in the grid. */
function copyFour(
  motion: MotionGrid,
  at: number,
  stride: number,
  refIdx: Int8Array,
  mv: Int32Array,
  mbAddr: number,
  first: number,
  step: number,
): void {
  const isThere = mbAddr >= 0;
  const upper = isThere
    ? refIdx[4 * mbAddr + ((first >> 3) << 1) + ((first & 3) >> 1)]
    : REF_UNAVAILABLE;
  const lower = isThere ? refIdx[4 * mbAddr + 3] : REF_UNAVAILABLE;
  motion.refIdx[at] = upper;
  motion.refIdx[at + stride] = upper;
  motion.refIdx[at + 2 * stride] = lower;
  motion.refIdx[at + 3 * stride] = lower;
  const from = 16 * mbAddr + first;
  for (let i = 0; i < 4; i++) motion.mv[at + i * stride] = isThere ? mv[from + i * step] : 0;
}
