/**
 * The variables that the standard attaches to the macroblocks of the picture being coded, one flat array for each variable, and
 * the place of a reconstructed picture in memory.
 */

import type { PredictionWeights } from '../../../syntax/h264/weight-table.ts';
import type { Kernels } from '../kernels/contract.ts';

/** A motion vector (mvL0, clause 8.4.1) in one integer: y in the high 16 bits, x in the low 16, each signed, in quarter luma samples. */
export function packMv(x: number, y: number): number {
  return (y << 16) | (x & 0xffff);
}

/** Horizontal component of a packed vector, mvL0[ 0 ] of clause 8.4.1. */
export function mvX(mv: number): number {
  return (mv << 16) >> 16;
}

/** Vertical component of a packed vector, mvL0[ 1 ] of clause 8.4.1. */
export function mvY(mv: number): number {
  return mv >> 16;
}

/** Most entries of a reference picture list of frames: num_ref_idx_l0_active_minus1 is below 32 (clause 7.4.3). */
export const MAX_LIST = 32;

/** RefPicList0 and RefPicList1 of a slice, clause 8.2.4; both empty in I slices, the second in P slices. */
export type ReferencePictureLists = readonly [
  readonly ReconstructedPicture[],
  readonly ReconstructedPicture[],
];

/** Per-macroblock state of one picture; index mbAddr unless said otherwise. Blocks are counted 4·row + column here. */
export class PictureState {
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  /** Number of the slice that the macroblock belongs to; -1 if it is not coded yet. */
  readonly sliceOf: Int32Array;
  /** Macroblock type (macroblock.ts). */
  readonly mbType: Uint8Array;
  /** QPY, the value that deblocking uses: 0 for I_PCM, the predicted one where no residual is sent. */
  readonly qpY: Uint8Array;
  /** coded_block_pattern; for I_PCM 47, 15 without chroma. */
  readonly codedBlockPattern: Uint8Array;
  /** total_coeff of 16 luma blocks, 4 Cb and 4 Cr blocks: 24·mbAddr + block. */
  readonly totalCoeff: Uint8Array;
  /**
   * Luma blocks that have coefficients, bit 4·row + column. Deblocking derives it from totalCoeff, macroblock by macroblock
   * (deblock.ts); of Inter macroblocks only.
   */
  readonly codedBlocks: Uint16Array;
  /** transform_size_8x8_flag. */
  readonly transform8x8: Uint8Array;
  /** Intra4x4PredMode of 16 blocks, 16·mbAddr + block; 2 (DC) in other macroblock types. */
  readonly intra4x4PredMode: Int8Array;
  /** refIdxL0 of four 8x8 blocks, 4·mbAddr + block; -1 if intra. */
  readonly refIdx: Int8Array;
  /** Packed mvL0 of 16 blocks, 16·mbAddr + block; 0 if intra. */
  readonly mv: Int32Array;
  /** The same of list 1: -1 and 0 where it is not used. Of B slices only; what P and I slices leave here says nothing. */
  readonly refIdxL1: Int8Array;
  readonly mvL1: Int32Array;
  /** Whether the slices of the picture are B slices, so that `refIdxL1` and `mvL1` count. */
  isB = false;
  /**
   * Which picture an index means, by list, at index + 1: indexes with equal numbers, of whatever list, mean one picture (clause
   * 8.7.2.1). -1 at the place of index -1, which means none.
   */
  readonly pictureOf: readonly [Int8Array, Int8Array];

  constructor(widthInMbs: number, heightInMbs: number) {
    const count = widthInMbs * heightInMbs;
    this.widthInMbs = widthInMbs;
    this.heightInMbs = heightInMbs;
    this.sliceOf = new Int32Array(count).fill(-1);
    this.mbType = new Uint8Array(count);
    this.qpY = new Uint8Array(count);
    this.codedBlockPattern = new Uint8Array(count);
    this.totalCoeff = new Uint8Array(count * 24);
    this.codedBlocks = new Uint16Array(count);
    this.transform8x8 = new Uint8Array(count);
    this.intra4x4PredMode = new Int8Array(count * 16);
    this.refIdx = new Int8Array(count * 4);
    this.mv = new Int32Array(count * 16);
    this.refIdxL1 = new Int8Array(count * 4).fill(-1);
    this.mvL1 = new Int32Array(count * 16);
    // Until lists are known, all pictures differ.
    const own = () => Int8Array.from({ length: MAX_LIST + 1 }, (_, i) => i - 1);
    this.pictureOf = [own(), own()];
  }

  /** Forgets the previous picture; `lists` are those of all slices of the next one. */
  reset(lists: ReferencePictureLists): void {
    this.sliceOf.fill(-1);
    this.isB = lists[1].length > 0;
    for (const [i, list] of lists.entries()) {
      const numbers = this.pictureOf[i].fill(-1);
      for (const [refIdx, picture] of list.entries()) {
        const inList0 = lists[0].indexOf(picture);
        numbers[refIdx + 1] = inList0 >= 0 ? inList0 : MAX_LIST + list.indexOf(picture);
      }
    }
  }
}

/** Samples around the picture that a reference picture keeps, so that motion compensation never clips coordinates. */
export const LUMA_PADDING = 48;
export const CHROMA_PADDING = LUMA_PADDING / 2;

/** The one memory of an encoder, in the views that its kernels use. Word views hold four samples, first sample lowest. */
export interface SampleMemory {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly words: Int32Array;
  readonly layout: PictureLayout;
  /** The innermost functions over this memory. */
  readonly kernels: Kernels;
}

/** Sizes that all pictures of a stream share. */
export interface PictureLayout {
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  readonly lumaStride: number;
  readonly chromaStride: number;
  /** Bytes from a sample of one luma plane of a reference (full, b, h, j) to the same sample of the next. */
  readonly lumaPlaneSize: number;
  /** Where the two samples of each quarter sample lie (`quarterOffsets` in interpolation.ts). */
  readonly quarterOffsets: Int32Array;
}

/** Explicit weights of a reference picture in the slices at hand (clause 8.4.2.3). */
export interface Weighting {
  /** What each value of a luma sample becomes, 256 values; null where it stays. */
  readonly luma: Uint8Array | null;
  /** As the slice header says them. */
  readonly weights: PredictionWeights;
  /** The picture with its luma weighted in full samples: vectors are searched in it. */
  readonly searched: ReconstructedPicture;
  /**
   * Weighs a rectangle that is predicted from this picture alone, in place.
   * @param recon position of the scratch block, laid out as encoder/memory.ts says
   * @param x, y, width, height in luma samples of the macroblock
   * @param planes LUMA, CHROMA or both (encoder/inter-prediction.ts); both if left out
   */
  weigh(recon: number, x: number, y: number, width: number, height: number, planes?: number): void;
}

/**
 * The motion of a picture that others refer to as their first of list 1. Blocks are counted 4·row + column; of intra macroblocks both
 * indexes are negative.
 */
export interface ColocatedMotion {
  /** refIdxL0 and refIdxL1 of four 8x8 blocks, 4·mbAddr + block. */
  readonly refIdx: Int8Array;
  readonly refIdxL1: Int8Array;
  /** Packed mvL0 and mvL1 of 16 blocks, 16·mbAddr + block. */
  readonly mv: Int32Array;
  readonly mvL1: Int32Array;
  /** PicOrderCnt of the picture that each 8x8 block refers to (by list 0, or by list 1 if that alone is used), 4·mbAddr + block. */
  readonly refPoc: Int32Array;
}

/** A reconstructed picture: byte positions of its first samples, and which of its half-sample tiles exist. */
export interface ReconstructedPicture {
  /** Full-sample luma plane. The half-sample planes b, h and j follow, each `lumaPlaneSize` bytes further. */
  readonly luma: number;
  readonly cb: number;
  readonly cr: number;
  /** The half-sample planes of each 16x16 tile that have been computed, one bit a plane (interpolation.ts). */
  readonly tileDone: Uint8Array;
  /** Its vectors of list 0, as in PictureState: starts for searches in others. */
  readonly mv: Int32Array;
  /** Its motion, for direct prediction of others (`keepColocated`, direct-prediction.ts); null: none has been kept. */
  colocated: ColocatedMotion | null;
  frame_num: number;
  /** PicOrderCnt. */
  poc: number;
  /** LongTermFrameIdx, -1 for short-term pictures. */
  longTermFrameIdx: number;
  /** Its weights as a reference of the picture that is being coded; null: none. */
  weighting: Weighting | null;
}
