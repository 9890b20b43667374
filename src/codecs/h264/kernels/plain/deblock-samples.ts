/**
 * The deblocking filter's work on samples (clauses 8.7.2.2 to 8.7.2.4): one whole edge of a macroblock a call, that is 16 luma
 * samples along it, or 8 of Cb and 8 of Cr. These are the plain kernels; ../vector/deblock.ts has their twins.
 *
 * Arguments that all have in common: `pos` (`cb`, `cr`) is the byte position of the first q0, `verticalEdgeFlag` is 1 if
 * samples p and q lie in one row, `alpha` (0..255) and `beta` (0..18) are the thresholds of Table 8-16. `tC0s` has tC0
 * (Table 8-17, 0..25) of each quarter of the edge in a byte, first quarter lowest, or `NOT_FILTERED`.
 */
import { clip1, clip3 } from '../../../../base/math.ts';
import { NOT_FILTERED } from '../contract.ts';

/** Luma with bS < 4, clause 8.7.2.3. */
export function filterLumaEdge(
  bytes: Uint8Array,
  pos: number,
  stride: number,
  verticalEdgeFlag: number,
  alpha: number,
  beta: number,
  tC0s: number,
): void {
  const across = verticalEdgeFlag === 1 ? 1 : stride;
  const along = verticalEdgeFlag === 1 ? stride : 1;
  for (let line = 0; line < 16; line++, pos += along) {
    const tC0 = (tC0s >> ((line >> 2) << 3)) & 255;
    if (tC0 === NOT_FILTERED) continue;
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

/** Luma with bS equal to 4 along the whole edge, clause 8.7.2.4. */
export function filterLumaEdgeStrong(
  bytes: Uint8Array,
  pos: number,
  stride: number,
  verticalEdgeFlag: number,
  alpha: number,
  beta: number,
): void {
  const across = verticalEdgeFlag === 1 ? 1 : stride;
  const along = verticalEdgeFlag === 1 ? stride : 1;
  for (let line = 0; line < 16; line++, pos += along) {
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

/** Cb and Cr with bS < 4: clause 8.7.2.3 with chromaStyleFilteringFlag 1. */
export function filterChromaEdge(
  bytes: Uint8Array,
  cb: number,
  cr: number,
  stride: number,
  verticalEdgeFlag: number,
  alpha: number,
  beta: number,
  tC0s: number,
): void {
  const across = verticalEdgeFlag === 1 ? 1 : stride;
  const along = verticalEdgeFlag === 1 ? stride : 1;
  for (let line = 0; line < 16; line++) {
    const tC0 = (tC0s >> (((line & 7) >> 1) << 3)) & 255;
    if (tC0 === NOT_FILTERED) continue;
    const pos = (line < 8 ? cb : cr) + (line & 7) * along;
    const p0 = bytes[pos - across];
    const q0 = bytes[pos];
    const p1 = bytes[pos - 2 * across];
    const q1 = bytes[pos + across];
    if (Math.abs(p0 - q0) >= alpha || Math.abs(p1 - p0) >= beta || Math.abs(q1 - q0) >= beta) {
      continue;
    }
    const delta = clip3(-tC0 - 1, tC0 + 1, (((q0 - p0) << 2) + (p1 - q1) + 4) >> 3);
    bytes[pos - across] = clip1(p0 + delta);
    bytes[pos] = clip1(q0 - delta);
  }
}

/** Cb and Cr with bS equal to 4 along the whole edge: clause 8.7.2.4 with chromaStyleFilteringFlag 1. */
export function filterChromaEdgeStrong(
  bytes: Uint8Array,
  cb: number,
  cr: number,
  stride: number,
  verticalEdgeFlag: number,
  alpha: number,
  beta: number,
): void {
  const across = verticalEdgeFlag === 1 ? 1 : stride;
  const along = verticalEdgeFlag === 1 ? stride : 1;
  for (let line = 0; line < 16; line++) {
    const pos = (line < 8 ? cb : cr) + (line & 7) * along;
    const p0 = bytes[pos - across];
    const q0 = bytes[pos];
    const p1 = bytes[pos - 2 * across];
    const q1 = bytes[pos + across];
    if (Math.abs(p0 - q0) >= alpha || Math.abs(p1 - p0) >= beta || Math.abs(q1 - q0) >= beta) {
      continue;
    }
    bytes[pos - across] = (2 * p1 + p0 + q1 + 2) >> 2;
    bytes[pos] = (2 * q1 + q0 + p1 + 2) >> 2;
  }
}
