/**
 * The deblocking filter (clause 8.7), over one picture, macroblock by macroblock. For each edge the boundary strengths of
 * its four 4-sample segments are derived first; an edge whose strengths are all 0 costs nothing more. The samples are left to
 * kernels, kernels/plain/deblock-samples.ts or its twins.
 */
import { clip3 } from '../../../base/math.ts';
import { type Kernels, NOT_FILTERED } from '../kernels/contract.ts';
import { B_DIRECT_16X16, B_SKIP, INTER_16X16, isIntra, P_SKIP } from './macroblock.ts';
import { mvX, mvY, type PictureLayout, type PictureState, type SampleMemory } from './picture.ts';
import { chromaQp } from './scaling.ts';

/** Table 8-16 (clause 8.7.2.2): indexA => alpha'. */
// biome-ignore format: laid out as in the standard
const ALPHA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 5, 6, 7, 8, 9, 10, 12, 13,
  15, 17, 20, 22, 25, 28, 32, 36, 40, 45, 50, 56, 63, 71, 80, 90, 101, 113, 127, 144, 162, 182, 203, 226, 255, 255);

/** Table 8-16 (clause 8.7.2.2): indexB => beta'. */
// biome-ignore format: laid out as in the standard
const BETA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4,
  6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18);

/** Table 8-17 (clause 8.7.2.3): 52·(bS - 1) + indexA => t'C0, for bS 1, 2 and 3. */
// biome-ignore format: laid out as in the standard
const TC0: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 13,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 8, 10, 11, 12, 13, 15, 17,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 23, 25);

/** The filter's syntax elements and what else it needs of a slice. */
export interface DeblockOptions {
  /** 0: all edges, 2: not across slices. (1, no filter, is for the caller.) */
  readonly disable_deblocking_filter_idc: number;
  /** FilterOffsetA = slice_alpha_c0_offset_div2 << 1. */
  readonly filterOffsetA: number;
  /** FilterOffsetB = slice_beta_offset_div2 << 1. */
  readonly filterOffsetB: number;
  readonly chroma_qp_index_offset: number;
  /** Told of every edge that is filtered: strengths of its segments as bytes, and the mean of the luma QP of both sides. */
  readonly onEdge?: EdgeListener | null;
}

/** Takes an edge of a macroblock; not normative. */
export type EdgeListener = (
  mbAddr: number,
  verticalEdgeFlag: number,
  edge: number,
  bS: number,
  qPav: number,
) => void;

/** Four strengths of an edge lie in one integer, a byte each, the first segment lowest: all 3, and all 4. */
const ALL_3 = 0x03030303;
const ALL_4 = 0x04040404;

/** Blocks along the left and the upper edge, bit 4·row + column. */
const FIRST_COLUMN = 0x1111;
const FIRST_ROW = 0x000f;

/** In place of mbAddr of a neighbor: the edge to it is not filtered. */
const NO_NEIGHBOR = -1;

/** The positions of a macroblock's planes. */
interface Planes {
  luma: number;
  cb: number;
  cr: number;
}

/** Filters the pictures of one layout in place, clause 8.7. */
export class DeblockingFilter {
  private readonly kernels: Kernels;
  private readonly layout: PictureLayout;
  private readonly acrossSlices: boolean;
  private readonly onEdge: EdgeListener | null;
  /** qPav => alpha, beta (clause 8.7.2.2). */
  private readonly alphaOfQp: Uint8Array = new Uint8Array(52);
  private readonly betaOfQp: Uint8Array = new Uint8Array(52);
  /** 4·qPav + bS => tC0 (clause 8.7.2.3), `NOT_FILTERED` for bS 0. */
  private readonly tC0OfQp: Uint8Array = new Uint8Array(52 * 4);
  /** QPY => QPc (clause 8.7.2.2). */
  private readonly qpCOfQp: Uint8Array = new Uint8Array(52);
  /** Where the current macroblock lies. */
  private readonly at: Planes = { luma: 0, cb: 0, cr: 0 };

  constructor(memory: SampleMemory, layout: PictureLayout, options: DeblockOptions) {
    this.kernels = memory.kernels;
    this.layout = layout;
    this.acrossSlices = options.disable_deblocking_filter_idc === 0;
    this.onEdge = options.onEdge ?? null;
    for (let qp = 0; qp < 52; qp++) {
      const indexA = clip3(0, 51, qp + options.filterOffsetA);
      this.alphaOfQp[qp] = ALPHA[indexA];
      this.betaOfQp[qp] = BETA[clip3(0, 51, qp + options.filterOffsetB)];
      this.tC0OfQp[4 * qp] = NOT_FILTERED;
      for (let bS = 1; bS < 4; bS++) this.tC0OfQp[4 * qp + bS] = TC0[52 * (bS - 1) + indexA];
      this.qpCOfQp[qp] = chromaQp(qp, options.chroma_qp_index_offset);
    }
  }

  /** Filters a whole reconstructed picture whose planes begin at `picture`. */
  filterPicture(state: PictureState, picture: Readonly<Planes>): void {
    const { layout, at } = this;
    const { widthInMbs, heightInMbs, sliceOf } = state;
    for (let mbY = 0; mbY < heightInMbs; mbY++) {
      const lumaRow = picture.luma + mbY * 16 * layout.lumaStride;
      const chromaRow = mbY * 8 * layout.chromaStride;
      for (let mbX = 0; mbX < widthInMbs; mbX++) {
        const mbAddr = mbY * widthInMbs + mbX;
        const left = mbAddr - 1;
        const above = mbAddr - widthInMbs;
        const filtersLeft = mbX > 0 && (this.acrossSlices || sliceOf[left] === sliceOf[mbAddr]);
        const filtersAbove = mbY > 0 && (this.acrossSlices || sliceOf[above] === sliceOf[mbAddr]);
        at.luma = lumaRow + mbX * 16;
        at.cb = picture.cb + chromaRow + mbX * 8;
        at.cr = picture.cr + chromaRow + mbX * 8;
        deriveCodedBlocks(state, mbAddr);
        this.filterEdges(state, mbAddr, filtersLeft ? left : NO_NEIGHBOR, 1);
        this.filterEdges(state, mbAddr, filtersAbove ? above : NO_NEIGHBOR, 0);
      }
    }
  }

  /**
   * Filters the vertical or the horizontal edges of a macroblock, clause 8.7.
   * @param neighbor mbAddr of the macroblock to the left or above, or `NO_NEIGHBOR`
   */
  private filterEdges(
    state: PictureState,
    mbAddr: number,
    neighbor: number,
    verticalEdgeFlag: number,
  ): void {
    const { mbType, qpY, codedBlocks, transform8x8 } = state;
    const hasNeighbor = neighbor !== NO_NEIGHBOR;
    const intra = isIntra(mbType[mbAddr]);
    const isStrong = hasNeighbor && (intra || isIntra(mbType[neighbor]));
    // Where one of the blocks p and q has coefficients, and where their motion differs: bits 4·row + column of block q.
    let coded = 0;
    let moved = 0;
    if (!intra) {
      const own = codedBlocks[mbAddr];
      coded = own | (verticalEdgeFlag === 1 ? (own << 1) & ~FIRST_COLUMN : own << 4);
      moved = movedInside(state, mbAddr, verticalEdgeFlag);
      if (hasNeighbor && !isStrong) {
        const other = codedBlocks[neighbor];
        coded |= verticalEdgeFlag === 1 ? (other >> 3) & FIRST_COLUMN : other >> 12;
        moved |= movedOutside(state, mbAddr, neighbor, verticalEdgeFlag);
      }
      if ((coded | moved) === 0 && !isStrong) return;
    }
    const qp = qpY[mbAddr];
    // Edges within 8x8 transform blocks are none (transform_size_8x8_flag, clause 8.7).
    const skipped = transform8x8[mbAddr];
    for (let edge = hasNeighbor ? 0 : 1; edge < 4; edge++) {
      if ((edge & skipped) !== 0) continue;
      let bS = ALL_3;
      if (isStrong && edge === 0) bS = ALL_4;
      else if (!intra) bS = strengths(coded, moved, edge, verticalEdgeFlag);
      if (bS === 0) continue;
      const qpP = edge === 0 ? qpY[neighbor] : qp;
      if (this.onEdge !== null) {
        this.onEdge(mbAddr, verticalEdgeFlag, edge, bS, (qpP + qp + 1) >> 1);
      }
      this.filterLuma(edge, verticalEdgeFlag, bS, (qpP + qp + 1) >> 1);
      if ((edge & 1) === 0) {
        const qpC = (this.qpCOfQp[qpP] + this.qpCOfQp[qp] + 1) >> 1;
        this.filterChroma(edge, verticalEdgeFlag, bS, qpC);
      }
    }
  }

  /** Filters 16 luma samples along edge 0..3 of the macroblock by its strengths and qPav, clause 8.7.2. */
  private filterLuma(edge: number, verticalEdgeFlag: number, bS: number, qp: number): void {
    const { kernels } = this;
    const alpha = this.alphaOfQp[qp];
    const beta = this.betaOfQp[qp];
    if (alpha === 0 || beta === 0) return;
    const stride = this.layout.lumaStride;
    const pos = this.at.luma + edge * (verticalEdgeFlag === 1 ? 4 : 4 * stride);
    if (bS === ALL_4) kernels.filterLumaEdgeStrong(pos, stride, verticalEdgeFlag, alpha, beta);
    else kernels.filterLumaEdge(pos, stride, verticalEdgeFlag, alpha, beta, this.tC0sOf(bS, qp));
  }

  /** The same for 8 samples each of Cb and Cr, edges 0 and 2; `qp` is the mean of QPc. */
  private filterChroma(edge: number, verticalEdgeFlag: number, bS: number, qp: number): void {
    const { kernels } = this;
    const alpha = this.alphaOfQp[qp];
    const beta = this.betaOfQp[qp];
    if (alpha === 0 || beta === 0) return;
    const stride = this.layout.chromaStride;
    const offset = edge * (verticalEdgeFlag === 1 ? 2 : 2 * stride);
    const cb = this.at.cb + offset;
    const cr = this.at.cr + offset;
    if (bS === ALL_4) kernels.filterChromaEdgeStrong(cb, cr, stride, verticalEdgeFlag, alpha, beta);
    else {
      const tC0s = this.tC0sOf(bS, qp);
      kernels.filterChromaEdge(cb, cr, stride, verticalEdgeFlag, alpha, beta, tC0s);
    }
  }

  /** tC0 of four segments as kernels take them, clause 8.7.2.3: strengths 0..3, a byte each => tC0, a byte each. */
  private tC0sOf(bS: number, qp: number): number {
    const { tC0OfQp } = this;
    const first = 4 * qp;
    return (
      tC0OfQp[first + (bS & 3)] |
      (tC0OfQp[first + ((bS >> 8) & 3)] << 8) |
      (tC0OfQp[first + ((bS >> 16) & 3)] << 16) |
      (tC0OfQp[first + (bS >> 24)] << 24)
    );
  }
}

/** Whether all blocks of an Inter macroblock have the same vectors and references. */
function hasOneMotion(state: PictureState, mbAddr: number): boolean {
  const mbType = state.mbType[mbAddr];
  if (mbType === P_SKIP || mbType === INTER_16X16) return true;
  return (mbType === B_SKIP || mbType === B_DIRECT_16X16) && hasOneDirectMotion(state, mbAddr);
}

/** The same of a macroblock whose motion is derived, one vector a list for each 8x8 block (clause 8.4.1.2). */
function hasOneDirectMotion({ refIdx, refIdxL1, mv, mvL1 }: PictureState, mbAddr: number): boolean {
  const first = 16 * mbAddr;
  for (let b8 = 1; b8 < 4; b8++) {
    const at = 4 * mbAddr + b8;
    const block = first + (b8 >> 1) * 8 + (b8 & 1) * 2;
    const isSame =
      refIdx[at] === refIdx[4 * mbAddr] &&
      refIdxL1[at] === refIdxL1[4 * mbAddr] &&
      mv[block] === mv[first] &&
      mvL1[block] === mvL1[first];
    if (!isSame) return false;
  }
  return true;
}

/** Luma blocks that have coefficients, for clause 8.7.2.1. No branch for each: it would often be guessed wrong. */
function deriveCodedBlocks(state: PictureState, mbAddr: number): void {
  if (isIntra(state.mbType[mbAddr])) return;
  let coded = 0;
  if ((state.codedBlockPattern[mbAddr] & 15) !== 0) {
    const first = 24 * mbAddr;
    for (let block = 0; block < 16; block++) {
      coded |= ((0 - state.totalCoeff[first + block]) >>> 31) << block;
    }
  }
  state.codedBlocks[mbAddr] = state.transform8x8[mbAddr] === 0 ? coded : wholeBlocks8x8(coded);
}

/** All four blocks of each 8x8 block that has any: with the 8x8 transform they share their coefficients (clause 8.7.2.1). */
function wholeBlocks8x8(coded: number): number {
  const rows = coded | (coded >> 4);
  // Bits 0, 2, 8 and 10: the first block of each 8x8 block.
  const first = (rows | (rows >> 1)) & 0x0505;
  return first * 0x33;
}

/**
 * Boundary filtering strengths of an edge where neither side is intra, clause 8.7.2.1: 2 where a bit of `coded` is set, else 1
 * where one of `moved` is, else 0. `edge` counts from the left or top.
 */
function strengths(coded: number, moved: number, edge: number, verticalEdgeFlag: number): number {
  const first = verticalEdgeFlag === 1 ? edge : 4 * edge;
  const twos = coded >> first;
  const ones = (moved & ~coded) >> first;
  return verticalEdgeFlag === 1
    ? (columnToBytes(twos) << 1) | columnToBytes(ones)
    : (rowToBytes(twos) << 1) | rowToBytes(ones);
}

/** Bits 0, 4, 8 and 12 to the lowest bits of four bytes. */
function columnToBytes(blocks: number): number {
  return (
    (blocks & 1) | ((blocks & 0x10) << 4) | ((blocks & 0x100) << 8) | ((blocks & 0x1000) << 12)
  );
}

/** Bits 0, 1, 2 and 3 to the lowest bits of four bytes. */
function rowToBytes(blocks: number): number {
  return (blocks & 1) | ((blocks & 2) << 7) | ((blocks & 4) << 14) | ((blocks & 8) << 21);
}

/** Blocks whose motion differs from that of the block before them in the same Inter macroblock, clause 8.7.2.1. */
function movedInside(state: PictureState, mbAddr: number, verticalEdgeFlag: number): number {
  if (hasOneMotion(state, mbAddr)) return 0;
  const across = verticalEdgeFlag === 1 ? 1 : 4;
  let moved = 0;
  for (let q = across; q < 16; q++) {
    if (verticalEdgeFlag === 1 && (q & 3) === 0) continue;
    if (motionDiffers(state, mbAddr, q, mbAddr, q - across)) moved |= 1 << q;
  }
  return moved;
}

/** Blocks along the outer edge whose motion differs from that of the block across it in an Inter `neighbor`, clause 8.7.2.1. */
function movedOutside(
  state: PictureState,
  mbAddr: number,
  neighbor: number,
  verticalEdgeFlag: number,
): number {
  if (hasOneMotion(state, mbAddr) && hasOneMotion(state, neighbor)) {
    if (!motionDiffers(state, mbAddr, 0, neighbor, 0)) return 0;
    return verticalEdgeFlag === 1 ? FIRST_COLUMN : FIRST_ROW;
  }
  const along = verticalEdgeFlag === 1 ? 4 : 1;
  const toP = verticalEdgeFlag === 1 ? 3 : 12;
  let moved = 0;
  for (let k = 0; k < 4; k++) {
    const q = k * along;
    if (motionDiffers(state, mbAddr, q, neighbor, q + toP)) moved |= 1 << q;
  }
  return moved;
}

/**
 * Whether two 4x4 blocks, 4·row + column in their macroblocks, have different reference pictures, or vectors that differ by 4
 * quarter samples or more in a component. Clause 8.7.2.1.
 */
function motionDiffers(
  state: PictureState,
  mbAddrQ: number,
  q: number,
  mbAddrP: number,
  p: number,
): boolean {
  const { refIdx, mv, pictureOf } = state;
  const refQ = 4 * mbAddrQ + ((q >> 3) << 1) + ((q & 3) >> 1);
  const refP = 4 * mbAddrP + ((p >> 3) << 1) + ((p & 3) >> 1);
  const atQ = 16 * mbAddrQ + q;
  const atP = 16 * mbAddrP + p;
  const [pictureOf0, pictureOf1] = pictureOf;
  const pictureQ = pictureOf0[refIdx[refQ] + 1];
  const pictureP = pictureOf0[refIdx[refP] + 1];
  if (!state.isB) return pictureP !== pictureQ || isApart(mv[atQ], mv[atP]);
  const { refIdxL1, mvL1 } = state;
  const pictureQ1 = pictureOf1[refIdxL1[refQ] + 1];
  const pictureP1 = pictureOf1[refIdxL1[refP] + 1];
  // The pictures are compared as sets: list 0 of one side may mean the picture that list 1 of the other means.
  const isParallel = pictureQ === pictureP && pictureQ1 === pictureP1;
  const isCrossed = pictureQ === pictureP1 && pictureQ1 === pictureP;
  // A vector of a list that is not used is 0 on both sides.
  const isApartParallel = isApart(mv[atQ], mv[atP]) || isApart(mvL1[atQ], mvL1[atP]);
  const isApartCrossed = isApart(mv[atQ], mvL1[atP]) || isApart(mvL1[atQ], mv[atP]);
  return (!isParallel || isApartParallel) && (!isCrossed || isApartCrossed);
}

/** Whether two packed vectors differ by 4 quarter samples or more in a component, clause 8.7.2.1. */
function isApart(a: number, b: number): boolean {
  if (a === b) return false;
  const dx = mvX(a) - mvX(b);
  const dy = mvY(a) - mvY(b);
  return dx >= 4 || dx <= -4 || dy >= 4 || dy <= -4;
}
