/** Predicts a macroblock of a B slice, whose partitions come from one list or both (clause 8.4.2.3). */
import type { Kernels } from '../kernels/contract.ts';
import { INTER_8X16, INTER_16X8, INTER_16X16 } from '../standard/macroblock.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import { EVEN_WEIGHT, IMPLICIT_LOG_WD } from '../standard/picture-distance.ts';
import type { Candidate } from './candidate.ts';
import { CHROMA, LUMA, predictChromaPart, predictLumaPart } from './inter-prediction.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE } from './memory.ts';
import type { SliceReferences } from './slice-references.ts';

/**
 * Predicts a macroblock of a B slice by its candidate's partitions, each from one list or both, into the candidate's reconstruction
 * block (clause 8.4.2.3). Sub-macroblocks are not split.
 */
export function predictInterB(
  context: MacroblockContext,
  candidate: Candidate,
  references: SliceReferences,
  planes: number,
): void {
  switch (candidate.syntax.mbType) {
    case INTER_16X16:
      predictPartB(context, candidate, references, planes, 0, 16, 16);
      return;
    case INTER_16X8:
      predictPartB(context, candidate, references, planes, 0, 16, 8);
      predictPartB(context, candidate, references, planes, 2, 16, 8);
      return;
    case INTER_8X16:
      predictPartB(context, candidate, references, planes, 0, 8, 16);
      predictPartB(context, candidate, references, planes, 1, 8, 16);
      return;
    default:
      if (hasOneMotion(candidate)) {
        predictPartB(context, candidate, references, planes, 0, 16, 16);
        return;
      }
      for (let b8 = 0; b8 < 4; b8++) {
        predictPartB(context, candidate, references, planes, b8, 8, 8);
      }
  }
}

/** Whether the 8x8 blocks of a candidate, which are not split, all have the same motion. */
function hasOneMotion({ syntax, mv, mvL1 }: Candidate): boolean {
  const { refIdx } = syntax;
  for (let b8 = 1; b8 < 4; b8++) {
    const block = (b8 >> 1) * 8 + (b8 & 1) * 2;
    if (refIdx[b8] !== refIdx[0] || refIdx[4 + b8] !== refIdx[4]) return false;
    if (mv[block] !== mv[0] || mvL1[block] !== mvL1[0]) return false;
  }
  return true;
}

/** Predicts the partition whose first 8x8 block is `b8`. */
function predictPartB(
  context: MacroblockContext,
  candidate: Candidate,
  references: SliceReferences,
  planes: number,
  b8: number,
  width: number,
  height: number,
): void {
  const { syntax, mv, mvL1, recon } = candidate;
  const { second } = context.memory;
  const { lists } = references;
  const x = 8 * (b8 & 1);
  const y = 8 * (b8 >> 1);
  const block = y + x / 4;
  const refIdx0 = syntax.refIdx[b8];
  const refIdx1 = syntax.refIdx[4 + b8];
  if (refIdx0 >= 0) {
    predictPlanes(context, recon, lists[0][refIdx0], planes, b8, width, height, mv[block]);
  }
  if (refIdx1 < 0) {
    lists[0][refIdx0].weighting?.weigh(recon, x, y, width, height, planes);
    return;
  }
  const to = refIdx0 < 0 ? recon : second;
  predictPlanes(context, to, lists[1][refIdx1], planes, b8, width, height, mvL1[block]);
  if (refIdx0 < 0) {
    lists[1][refIdx1].weighting?.weigh(recon, x, y, width, height, planes);
    return;
  }
  if (references.isExplicit) {
    references.combine(context, recon, refIdx0, refIdx1, planes, b8, width, height);
    return;
  }
  const weight = references.weightL1(refIdx0, refIdx1);
  const { kernels } = context.memory;
  if ((planes & LUMA) !== 0) {
    combine(kernels, recon, second, RECON_LUMA + y * RECON_STRIDE + x, width, height, weight);
  }
  if ((planes & CHROMA) !== 0) {
    const offset = (y >> 1) * RECON_STRIDE + (x >> 1);
    combine(kernels, recon, second, RECON_CB + offset, width >> 1, height >> 1, weight);
    combine(kernels, recon, second, RECON_CR + offset, width >> 1, height >> 1, weight);
  }
}

/** The same from one picture, into any scratch block. */
function predictPlanes(
  context: MacroblockContext,
  to: number,
  reference: ReconstructedPicture,
  planes: number,
  b8: number,
  width: number,
  height: number,
  mv: number,
): void {
  const x = 8 * (b8 & 1);
  const y = 8 * (b8 >> 1);
  if ((planes & LUMA) !== 0) predictLumaPart(context, to, reference, x, y, width, height, mv);
  if ((planes & CHROMA) !== 0) predictChromaPart(context, to, reference, x, y, width, height, mv);
}

/** Weighs the prediction at `offset` of a scratch block against that of the `second`, in place; `weight` is that of the latter, of 64. */
function combine(
  kernels: Kernels,
  recon: number,
  second: number,
  offset: number,
  width: number,
  height: number,
  weight: number,
): void {
  const at = recon + offset;
  weighTwo(kernels, at, second + offset, RECON_STRIDE, at, width, height, weight);
}

/**
 * Weighs two predictions into a third place, which may be that of the first; all have rows of the same length (clause 8.4.2.3).
 * @param weight of the second, of 64
 */
export function weighTwo(
  kernels: Kernels,
  a: number,
  b: number,
  stride: number,
  to: number,
  width: number,
  height: number,
  weight: number,
): void {
  if (weight === EVEN_WEIGHT) {
    kernels.averageBlocks(a, b, stride, to, stride, width, height);
    return;
  }
  const log = IMPLICIT_LOG_WD;
  const other = 2 * EVEN_WEIGHT - weight;
  kernels.weightBlocks(a, stride, b, stride, to, stride, width, height, log, other, weight, 0);
}
