/**
 * The deblocking filter (clause 8.7), over one picture, macroblock by macroblock. For each edge the boundary strengths of
 * its four 4-sample segments are derived first; an edge whose strengths are all 0 costs nothing more.
 */
import { clip1, clip3 } from '../../../base/math.ts';
import { isIntra, P_8X8, P_L0_16X16, P_SKIP } from './macroblock.ts';
import type { PictureLayout, PictureState, SampleMemory } from './picture.ts';
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
}

/** Boundary strengths of the edge being filtered, one per 4 luma samples along it. */
const strength = /* @__PURE__ */ new Uint8Array(4);

/**
 * Filters a whole reconstructed picture in place, clause 8.7.
 * @param luma, cb, cr positions of the first samples of its planes
 */
export function deblockPicture(
  memory: SampleMemory,
  layout: PictureLayout,
  state: PictureState,
  luma: number,
  cb: number,
  cr: number,
  options: DeblockOptions,
): void {
  const qpC = new Uint8Array(52);
  for (let qp = 0; qp < 52; qp++) qpC[qp] = chromaQp(qp, options.chroma_qp_index_offset);
  for (let mbY = 0; mbY < state.heightInMbs; mbY++) {
    deblockRow(memory, layout, state, luma, cb, cr, options, mbY, qpC);
  }
}

/** Filters the macroblocks of row `mbY`; the rows above have been filtered. `qpC`: QPY => QPc. */
function deblockRow(
  memory: SampleMemory,
  layout: PictureLayout,
  state: PictureState,
  luma: number,
  cb: number,
  cr: number,
  options: DeblockOptions,
  mbY: number,
  qpC: Uint8Array,
): void {
  const width = state.widthInMbs;
  const acrossSlices = options.disable_deblocking_filter_idc === 0;
  for (let mbX = 0; mbX < width; mbX++) {
    const mbAddr = mbY * width + mbX;
    const hasLeft =
      mbX > 0 && (acrossSlices || state.sliceOf[mbAddr - 1] === state.sliceOf[mbAddr]);
    const hasAbove =
      mbY > 0 && (acrossSlices || state.sliceOf[mbAddr - width] === state.sliceOf[mbAddr]);
    const lumaAt = luma + mbY * 16 * layout.lumaStride + mbX * 16;
    const chromaOffset = mbY * 8 * layout.chromaStride + mbX * 8;
    for (let direction = 0; direction < 2; direction++) {
      const isVertical = direction === 0;
      const across = isVertical ? 1 : layout.lumaStride;
      const along = isVertical ? layout.lumaStride : 1;
      const chromaAcross = isVertical ? 1 : layout.chromaStride;
      const chromaAlong = isVertical ? layout.chromaStride : 1;
      for (let edge = 0; edge < 4; edge++) {
        let neighbor = mbAddr;
        if (edge === 0) {
          if (isVertical ? !hasLeft : !hasAbove) continue;
          neighbor = isVertical ? mbAddr - 1 : mbAddr - width;
        }
        if (!deriveStrengths(state, mbAddr, neighbor, edge, isVertical)) {
          // A macroblock with one motion and no residual has no inner edges to filter.
          if (edge > 0 && hasUniformInside(state, mbAddr)) break;
          continue;
        }
        const qpP = state.qpY[neighbor];
        const qpQ = state.qpY[mbAddr];
        filterEdge(
          memory.bytes,
          lumaAt + 4 * edge * across,
          across,
          along,
          4,
          (qpP + qpQ + 1) >> 1,
          options,
        );
        if ((edge & 1) === 0) {
          const chromaAt = chromaOffset + 2 * edge * chromaAcross;
          const qp = (qpC[qpP] + qpC[qpQ] + 1) >> 1;
          filterEdge(memory.bytes, cb + chromaAt, chromaAcross, chromaAlong, 2, qp, options);
          filterEdge(memory.bytes, cr + chromaAt, chromaAcross, chromaAlong, 2, qp, options);
        }
      }
    }
  }
}

function hasUniformInside(state: PictureState, mbAddr: number): boolean {
  const mbType = state.mbType[mbAddr];
  return (
    (mbType === P_SKIP || mbType === P_L0_16X16) && (state.codedBlockPattern[mbAddr] & 15) === 0
  );
}

/**
 * Boundary filtering strength, clause 8.7.2.1, into `strength`; false if all are 0. `neighbor` is the macroblock on the
 * other side (`mbAddr` itself for inner edges), `edge` counts from the left or top.
 */
function deriveStrengths(
  state: PictureState,
  mbAddr: number,
  neighbor: number,
  edge: number,
  isVertical: boolean,
): boolean {
  const mbType = state.mbType[mbAddr];
  if (isIntra(mbType) || isIntra(state.mbType[neighbor])) {
    strength.fill(edge === 0 ? 4 : 3);
    return true;
  }
  if (edge > 0 && hasUniformInside(state, mbAddr)) return false;
  // Only the motion of 4x4 blocks that belong to different partitions can differ.
  const comparesMotion = edge === 0 || mbType >= P_8X8 - 2;
  let any = 0;
  for (let k = 0; k < 4; k++) {
    const q = isVertical ? 4 * k + edge : 4 * edge + k;
    const p = edge > 0 ? (isVertical ? q - 1 : q - 4) : isVertical ? q + 3 : q + 12;
    let bS = 0;
    if (state.totalCoeff[24 * mbAddr + q] !== 0 || state.totalCoeff[24 * neighbor + p] !== 0) {
      bS = 2;
    } else if (comparesMotion) {
      const refQ = state.refIdx[4 * mbAddr + ((q >> 3) << 1) + ((q & 3) >> 1)];
      const refP = state.refIdx[4 * neighbor + ((p >> 3) << 1) + ((p & 3) >> 1)];
      if (refP !== refQ || movesApart(state.mv[16 * mbAddr + q], state.mv[16 * neighbor + p])) {
        bS = 1;
      }
    }
    strength[k] = bS;
    any |= bS;
  }
  return any !== 0;
}

/** Whether two packed vectors differ by 4 quarter samples or more in a component. */
function movesApart(a: number, b: number): boolean {
  if (a === b) return false;
  const dx = ((a << 16) >> 16) - ((b << 16) >> 16);
  const dy = (a >> 16) - (b >> 16);
  return dx >= 4 || dx <= -4 || dy >= 4 || dy <= -4;
}

/**
 * Filters one edge of four segments with the strengths derived, clauses 8.7.2.2 to 8.7.2.4.
 * @param pos position of q0 of the first line; p0 is at pos - across
 * @param lines samples along the edge per segment: 4 in luma, 2 in chroma (which marks chromaStyleFilteringFlag)
 * @param qp mean of the quantizers of both sides, qPav
 */
function filterEdge(
  bytes: Uint8Array,
  pos: number,
  across: number,
  along: number,
  lines: number,
  qp: number,
  options: DeblockOptions,
): void {
  const indexA = clip3(0, 51, qp + options.filterOffsetA);
  const alpha = ALPHA[indexA];
  const beta = BETA[clip3(0, 51, qp + options.filterOffsetB)];
  if (alpha === 0 || beta === 0) return;
  for (let segment = 0; segment < 4; segment++) {
    const bS = strength[segment];
    if (bS !== 0) {
      if (lines === 4) {
        if (bS === 4) filterLumaStrong(bytes, pos, across, along, alpha, beta);
        else filterLumaNormal(bytes, pos, across, along, alpha, beta, TC0[52 * (bS - 1) + indexA]);
      } else {
        const tC0 = bS === 4 ? -1 : TC0[52 * (bS - 1) + indexA];
        filterChroma(bytes, pos, across, along, alpha, beta, tC0);
      }
    }
    pos += lines * along;
  }
}

/** Four luma lines with bS < 4, clause 8.7.2.3. */
function filterLumaNormal(
  bytes: Uint8Array,
  pos: number,
  across: number,
  along: number,
  alpha: number,
  beta: number,
  tC0: number,
): void {
  for (let line = 0; line < 4; line++, pos += along) {
    const p0 = bytes[pos - across];
    const q0 = bytes[pos];
    const p1 = bytes[pos - 2 * across];
    const q1 = bytes[pos + across];
    if (Math.abs(p0 - q0) >= alpha || Math.abs(p1 - p0) >= beta || Math.abs(q1 - q0) >= beta) {
      continue;
    }
    const p2 = bytes[pos - 3 * across];
    const q2 = bytes[pos + 2 * across];
    let tC = tC0;
    if (Math.abs(p2 - p0) < beta) {
      bytes[pos - 2 * across] = p1 + clip3(-tC0, tC0, (p2 + ((p0 + q0 + 1) >> 1) - (p1 << 1)) >> 1);
      tC++;
    }
    if (Math.abs(q2 - q0) < beta) {
      bytes[pos + across] = q1 + clip3(-tC0, tC0, (q2 + ((p0 + q0 + 1) >> 1) - (q1 << 1)) >> 1);
      tC++;
    }
    const delta = clip3(-tC, tC, (((q0 - p0) << 2) + (p1 - q1) + 4) >> 3);
    bytes[pos - across] = clip1(p0 + delta);
    bytes[pos] = clip1(q0 - delta);
  }
}

/** Four luma lines with bS equal to 4, clause 8.7.2.4. */
function filterLumaStrong(
  bytes: Uint8Array,
  pos: number,
  across: number,
  along: number,
  alpha: number,
  beta: number,
): void {
  for (let line = 0; line < 4; line++, pos += along) {
    const p0 = bytes[pos - across];
    const q0 = bytes[pos];
    const p1 = bytes[pos - 2 * across];
    const q1 = bytes[pos + across];
    if (Math.abs(p0 - q0) >= alpha || Math.abs(p1 - p0) >= beta || Math.abs(q1 - q0) >= beta) {
      continue;
    }
    const p2 = bytes[pos - 3 * across];
    const q2 = bytes[pos + 2 * across];
    const isSmall = Math.abs(p0 - q0) < (alpha >> 2) + 2;
    if (isSmall && Math.abs(p2 - p0) < beta) {
      const p3 = bytes[pos - 4 * across];
      bytes[pos - across] = (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3;
      bytes[pos - 2 * across] = (p2 + p1 + p0 + q0 + 2) >> 2;
      bytes[pos - 3 * across] = (2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3;
    } else {
      bytes[pos - across] = (2 * p1 + p0 + q1 + 2) >> 2;
    }
    if (isSmall && Math.abs(q2 - q0) < beta) {
      const q3 = bytes[pos + 3 * across];
      bytes[pos] = (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3;
      bytes[pos + across] = (p0 + q0 + q1 + q2 + 2) >> 2;
      bytes[pos + 2 * across] = (2 * q3 + 3 * q2 + q1 + q0 + p0 + 4) >> 3;
    } else {
      bytes[pos] = (2 * q1 + q0 + p1 + 2) >> 2;
    }
  }
}

/** Two chroma lines, clauses 8.7.2.3 and 8.7.2.4 with chromaStyleFilteringFlag 1; `tC0` is -1 for bS 4. */
function filterChroma(
  bytes: Uint8Array,
  pos: number,
  across: number,
  along: number,
  alpha: number,
  beta: number,
  tC0: number,
): void {
  for (let line = 0; line < 2; line++, pos += along) {
    const p0 = bytes[pos - across];
    const q0 = bytes[pos];
    const p1 = bytes[pos - 2 * across];
    const q1 = bytes[pos + across];
    if (Math.abs(p0 - q0) >= alpha || Math.abs(p1 - p0) >= beta || Math.abs(q1 - q0) >= beta) {
      continue;
    }
    if (tC0 < 0) {
      bytes[pos - across] = (2 * p1 + p0 + q1 + 2) >> 2;
      bytes[pos] = (2 * q1 + q0 + p1 + 2) >> 2;
    } else {
      const delta = clip3(-tC0 - 1, tC0 + 1, (((q0 - p0) << 2) + (p1 - q1) + 4) >> 3);
      bytes[pos - across] = clip1(p0 + delta);
      bytes[pos] = clip1(q0 - delta);
    }
  }
}
