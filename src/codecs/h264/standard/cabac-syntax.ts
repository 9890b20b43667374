/**
 * Macroblock syntax as bins: takes elements one by one, finds their contexts from the macroblocks around (clause 9.3.3.1.1), and
 * appends their bins (cabac-binarization.ts) to a string. Writer and counter of cabac-sinks.ts hand their elements to one of these.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import {
  CBP_ALL,
  CTX,
  chromaCodedBlockPattern,
  intraChromaPredMode,
  intraPredMode,
  lumaCodedBlockPattern,
  mbQpDelta,
  mbSkipFlag,
  mbTypeB,
  mbTypeI,
  mbTypeP,
  mvd,
  refIdx,
  subMbTypeB,
  subMbTypeP,
  transformSize8x8Flag,
} from './cabac-binarization.ts';
import { BinString } from './cabac-encoder.ts';
import { ALL_CODED, type CabacPicture, MbFact, MvdGrid } from './cabac-neighbors.ts';
import { residualBlock, residualBlock8x8 } from './cabac-residual.ts';
import { BLOCK_AT, BLOCK_X, BLOCK_Y, CB_BLOCKS, CR_BLOCKS, LUMA_DC_BLOCK } from './macroblock.ts';
import { mvX, mvY } from './picture.ts';

/** mb_type of I_PCM, and first of intra in P and B slices: Tables 7-11, 7-13 and 7-14. */
const MB_TYPE_I_PCM = 25;
const INTRA_IN_P = 5;
const INTRA_IN_B = 23;
/** mb_type B_Direct_16x16, the last of one 16x16 partition, and B_8x8, Table 7-14. */
const B_DIRECT_16X16 = 0;
const B_BI_16X16 = 3;
const B_8X8 = 22;

/** 8x8 blocks of the first partition of a macroblock, one bit each: 16x16, 16x8, 8x16, 8x8. */
const WHOLE = 15;
const UPPER_HALF = 3;
const LEFT_HALF = 5;
const QUARTER = 1;
const P_PARTITIONS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  WHOLE,
  UPPER_HALF,
  LEFT_HALF,
  QUARTER,
);

/** The same by mb_type of a B slice, Table 7-14: from 4 on, 16x8 and 8x16 take turns. */
function partitionOfB(mb_type: number): number {
  if (mb_type <= B_BI_16X16) return WHOLE;
  if (mb_type >= B_8X8) return QUARTER;
  return (mb_type & 1) === 0 ? UPPER_HALF : LEFT_HALF;
}

/** All facts that a macroblock type sets. */
const INTRA_TYPE = MbFact.I_NXN | MbFact.I_PCM | MbFact.I_16X16;

/** Turns the elements of macroblocks into bins, clauses 9.3.2 and 9.3.3.1. */
export class CabacSyntax {
  /** The bins since `startMacroblock`. */
  readonly string = new BinString();
  private readonly picture: CabacPicture;
  private readonly mvds = new MvdGrid();
  private sliceType: number = SliceType.I;
  // Facts of the macroblock so far, as CabacPicture keeps them.
  private facts = 0;
  private pattern = 0;
  private coded = 0;
  private refIdxAbove0 = 0;
  /** Where the bins of the horizontal component of the last mvd end. */
  mvdXEnd = 0;
  /** 8x8 blocks of a partition whose first is block 0, one bit each. */
  private partition = WHOLE;
  /** Whether the macroblock before in decoding order has an mb_qp_delta other than 0. */
  private lastHasQpDelta = false;
  /** Whether the macroblock so far has an mb_qp_delta other than 0 (clause 9.3.3.1.1.5). */
  hasQpDelta = false;

  constructor(picture: CabacPicture) {
    this.picture = picture;
  }

  /** @param lastHasQpDelta that of the macroblock before; false where a slice begins */
  startMacroblock(sliceType: number, lastHasQpDelta: boolean): void {
    this.sliceType = sliceType;
    this.lastHasQpDelta = lastHasQpDelta;
    this.string.clear();
    this.facts = 0;
    this.pattern = 0;
    this.coded = 0;
    this.refIdxAbove0 = 0;
    this.hasQpDelta = false;
    this.mvds.clear();
  }

  /** Remembers the macroblock for those that follow. */
  store(): void {
    const { picture } = this;
    const { mbAddr } = picture;
    picture.flags[mbAddr] = this.facts;
    picture.codedBlockPattern[mbAddr] = this.pattern;
    picture.coded[mbAddr] = this.coded;
    picture.refIdxAbove0[mbAddr] = this.refIdxAbove0;
    if (this.sliceType !== SliceType.I) this.mvds.store(picture);
  }

  skip(isSkipped: boolean): void {
    const isB = this.sliceType === SliceType.B;
    const inc = this.picture.countNeighbors(MbFact.SKIPPED, false);
    mbSkipFlag(this.string, isB, inc, isSkipped ? 1 : 0);
    if (isSkipped) this.facts = MbFact.SKIPPED | MbFact.DIRECT;
  }

  mbType(mb_type: number): void {
    const { string, picture, sliceType } = this;
    if (sliceType === SliceType.I) {
      mbTypeI(string, picture.countNeighbors(MbFact.I_NXN, false), mb_type);
      this.setIntraType(mb_type);
    } else if (sliceType === SliceType.P) {
      mbTypeP(string, mb_type);
      this.partition = P_PARTITIONS[Math.min(mb_type, 3)];
      if (mb_type >= INTRA_IN_P) this.setIntraType(mb_type - INTRA_IN_P);
    } else {
      mbTypeB(string, picture.countNeighbors(MbFact.DIRECT, false), mb_type);
      this.partition = partitionOfB(mb_type);
      if (mb_type === B_DIRECT_16X16) this.facts = MbFact.DIRECT;
      if (mb_type >= INTRA_IN_B) this.setIntraType(mb_type - INTRA_IN_B);
    }
  }

  private setIntraType(mb_type: number): void {
    if (mb_type === 0) this.facts = MbFact.I_NXN;
    else if (mb_type === MB_TYPE_I_PCM) this.facts = MbFact.I_PCM;
    else this.setIntra16x16(mb_type - 1);
  }

  /** coded_block_pattern of Intra_16x16 is part of mb_type, Table 7-11. */
  private setIntra16x16(rest: number): void {
    this.facts = MbFact.I_16X16;
    this.pattern = (rest >= 12 ? 15 : 0) | (((rest >> 2) % 3) << 4);
  }

  subMbType(sub_mb_type: number): void {
    if (this.sliceType === SliceType.B) subMbTypeB(this.string, sub_mb_type);
    else subMbTypeP(this.string, sub_mb_type);
  }

  /** Clause 9.3.3.1.1.6. */
  refIdx(list: number, b8: number, ref_idx: number): void {
    const { picture } = this;
    const own = this.refIdxAbove0 >> (4 * list);
    // Left of blocks 0 and 2 lie blocks 1 and 3 of A, above blocks 0 and 1 blocks 2 and 3 of B.
    let a = 0;
    if ((b8 & 1) !== 0) a = own >> (b8 - 1);
    else if (picture.hasA) a = picture.refIdxAbove0[picture.mbAddrA] >> (4 * list + b8 + 1);
    let b = 0;
    if (b8 >= 2) b = own >> (b8 - 2);
    else if (picture.hasB) b = picture.refIdxAbove0[picture.mbAddrB] >> (4 * list + b8 + 2);
    refIdx(this.string, (a & 1) + 2 * (b & 1), ref_idx);
    if (ref_idx > 0) this.refIdxAbove0 |= (this.partition << b8) << (4 * list);
  }

  mvd(list: number, block: number, width: number, height: number, value: number): void {
    const { mvds, string } = this;
    mvds.load(this.picture);
    mvd(string, CTX.mvd_x, mvds.sum(list, 0, block), mvX(value));
    this.mvdXEnd = string.count;
    mvd(string, CTX.mvd_y, mvds.sum(list, 1, block), mvY(value));
    mvds.fill(list, 0, block, width, height, mvX(value));
    mvds.fill(list, 1, block, width, height, mvY(value));
  }

  transformSize8x8Flag(flag: number): void {
    const inc = this.picture.countNeighbors(MbFact.TRANSFORM_8X8, true);
    transformSize8x8Flag(this.string, inc, flag);
    if (flag !== 0) this.facts |= MbFact.TRANSFORM_8X8;
  }

  intraPredMode(rem_intra_pred_mode: number): void {
    intraPredMode(this.string, rem_intra_pred_mode);
  }

  intraChromaPredMode(mode: number): void {
    const inc = this.picture.countNeighbors(MbFact.CHROMA_MODE, true);
    intraChromaPredMode(this.string, inc, mode);
    if (mode !== 0) this.facts |= MbFact.CHROMA_MODE;
  }

  codedBlockPattern(coded_block_pattern: number): void {
    const { picture } = this;
    const a = picture.hasA ? picture.codedBlockPattern[picture.mbAddrA] : CBP_ALL;
    const b = picture.hasB ? picture.codedBlockPattern[picture.mbAddrB] : CBP_ALL;
    const chromaA = picture.hasA ? a >> 4 : 0;
    const chromaB = picture.hasB ? b >> 4 : 0;
    lumaCodedBlockPattern(this.string, a, b, coded_block_pattern);
    if (picture.hasChroma) {
      chromaCodedBlockPattern(this.string, chromaA, chromaB, coded_block_pattern >> 4);
    }
    this.pattern = coded_block_pattern;
  }

  mbQpDelta(mb_qp_delta: number): void {
    mbQpDelta(this.string, this.lastHasQpDelta ? 1 : 0, mb_qp_delta);
    this.hasQpDelta = mb_qp_delta !== 0;
  }

  residualBlock(
    cat: number,
    block: number,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
  ): void {
    const inc = this.codedAt(block, LEFT_OF[block], 1) + this.codedAt(block, ABOVE[block], 2);
    residualBlock(this.string, cat, inc, levels, start, mask, maxNumCoeff);
    if (mask !== 0) this.coded |= 1 << block;
  }

  /** An 8x8 block with its 64 levels; `b8` is its index. Its coded_block_flag is taken to be 1 (clause 7.4.5.3.3). */
  residualBlock8x8(b8: number, levels: Int16Array, low: number, high: number): void {
    residualBlock8x8(this.string, levels, 64 * b8, low, high);
    this.coded |= 15 << (4 * b8);
  }

  /**
   * condTermFlag of coded_block_flag for one neighbor of a block, clause 9.3.3.1.1.9, times `weight`.
   * @param neighbor its block; with OTHER_MACROBLOCK it lies in A (weight 1) or B (weight 2)
   */
  private codedAt(block: number, neighbor: number, weight: number): number {
    const { picture } = this;
    let { coded } = this;
    if ((neighbor & OTHER_MACROBLOCK) !== 0) {
      const isThere = weight === 1 ? picture.hasA : picture.hasB;
      if (!isThere) return (this.facts & INTRA_TYPE) !== 0 ? weight : 0;
      const mbAddr = weight === 1 ? picture.mbAddrA : picture.mbAddrB;
      coded = picture.coded[mbAddr];
    }
    // The DC of Intra_16x16 has no other to look at in other macroblock types: bit 24 is not set there.
    const at = block === LUMA_DC_BLOCK ? LUMA_DC_BLOCK : neighbor & ~OTHER_MACROBLOCK;
    return ((coded >> at) & 1) * weight;
  }

  /** The samples of I_PCM follow: its blocks all count as coded, its pattern as full. */
  setPcm(): void {
    this.coded = ALL_CODED;
    this.pattern = CBP_ALL;
  }
}

/** Marks a neighboring block that lies in another macroblock. */
const OTHER_MACROBLOCK = 32;

/** block => the block to its left, and above it (clauses 6.4.11.4 and 6.4.11.5). */
const LEFT_OF: Uint8Array = /* @__PURE__ */ neighbors(-1, 0);
const ABOVE: Uint8Array = /* @__PURE__ */ neighbors(0, -1);

function neighbors(dx: number, dy: number): Uint8Array {
  const table = new Uint8Array(LUMA_DC_BLOCK + 3);
  for (let block = 0; block < LUMA_DC_BLOCK + 3; block++) {
    // DC blocks are compared with those of the neighboring macroblock.
    let found = block | OTHER_MACROBLOCK;
    if (block < CB_BLOCKS) {
      const x = BLOCK_X[block] + dx;
      const y = BLOCK_Y[block] + dy;
      found = BLOCK_AT[4 * (y & 3) + (x & 3)] | (x < 0 || y < 0 ? OTHER_MACROBLOCK : 0);
    } else if (block < LUMA_DC_BLOCK) {
      const first = block < CR_BLOCKS ? CB_BLOCKS : CR_BLOCKS;
      const x = ((block - first) & 1) + dx;
      const y = ((block - first) >> 1) + dy;
      found = (first + 2 * (y & 1) + (x & 1)) | (x < 0 || y < 0 ? OTHER_MACROBLOCK : 0);
    }
    table[block] = found;
  }
  return table;
}
