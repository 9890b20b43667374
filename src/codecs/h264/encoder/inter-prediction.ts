/** Predicts an inter macroblock from its vectors (clause 8.4.2) into a candidate's reconstruction block. */
import type { Kernels } from '../kernels/contract.ts';
import { predictChroma, predictLuma } from '../standard/interpolation.ts';
import {
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  SUB_4X8,
  SUB_8X4,
  SUB_8X8,
} from '../standard/macroblock.ts';
import { mvX, mvY, type ReconstructedPicture } from '../standard/picture.ts';
import { EVEN_WEIGHT, IMPLICIT_LOG_WD } from '../standard/picture-distance.ts';
import { mapBlock } from '../standard/weighted-prediction.ts';
import type { Candidate } from './candidate.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE } from './memory.ts';
import type { SliceReferences } from './slice-references.ts';

/** Predicts the luma of a rectangle of the macroblock from one vector into a reconstruction block. */
function predictLumaPart(
  context: MacroblockContext,
  recon: number,
  reference: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
  mv: number,
): void {
  const { memory, mbX, mbY } = context;
  const atX = 4 * (16 * mbX + x) + mvX(mv);
  const atY = 4 * (16 * mbY + y) + mvY(mv);
  const to = recon + RECON_LUMA + y * RECON_STRIDE + x;
  predictLuma(memory, reference, atX, atY, width, height, to, RECON_STRIDE);
}

/** Weights the luma of a rectangle that is predicted from one picture. */
function weightLumaPart(
  { memory }: MacroblockContext,
  recon: number,
  reference: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const to = recon + RECON_LUMA + y * RECON_STRIDE + x;
  const table = reference.weighting === null ? null : reference.weighting.luma;
  if (table !== null) mapBlock(memory.bytes, to, RECON_STRIDE, width, height, table);
}

/** The same for both chroma planes; positions and sizes in luma samples. */
function predictChromaPart(
  context: MacroblockContext,
  recon: number,
  reference: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
  mv: number,
): void {
  const { memory, mbX, mbY } = context;
  // A luma vector in quarter samples is a chroma vector in eighths; positions double alike.
  const atX = 4 * (16 * mbX + x) + mvX(mv);
  const atY = 4 * (16 * mbY + y) + mvY(mv);
  const offset = (y >> 1) * RECON_STRIDE + (x >> 1);
  const w = width >> 1;
  const h = height >> 1;
  const cb = recon + RECON_CB + offset;
  const cr = recon + RECON_CR + offset;
  predictChroma(memory, reference.cb, atX, atY, w, h, cb, RECON_STRIDE);
  predictChroma(memory, reference.cr, atX, atY, w, h, cr, RECON_STRIDE);
}

/** Weights the chroma of a rectangle that is predicted from one picture; positions and sizes in luma samples. */
function weightChromaPart(
  { memory }: MacroblockContext,
  recon: number,
  reference: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const offset = (y >> 1) * RECON_STRIDE + (x >> 1);
  const w = width >> 1;
  const h = height >> 1;
  const cb = recon + RECON_CB + offset;
  const cr = recon + RECON_CR + offset;
  const { weighting } = reference;
  if (weighting === null || weighting.cb === null || weighting.cr === null) return;
  mapBlock(memory.bytes, cb, RECON_STRIDE, w, h, weighting.cb);
  mapBlock(memory.bytes, cr, RECON_STRIDE, w, h, weighting.cr);
}

function predictPart(
  context: MacroblockContext,
  recon: number,
  reference: ReconstructedPicture,
  x: number,
  y: number,
  width: number,
  height: number,
  mv: number,
): void {
  predictLumaPart(context, recon, reference, x, y, width, height, mv);
  predictChromaPart(context, recon, reference, x, y, width, height, mv);
  if (reference.weighting === null) return;
  weightLumaPart(context, recon, reference, x, y, width, height);
  weightChromaPart(context, recon, reference, x, y, width, height);
}

/** Predicts the luma of the whole macroblock from one vector. */
export function predictLuma16x16(
  context: MacroblockContext,
  candidate: Candidate,
  reference: ReconstructedPicture,
  mv: number,
): void {
  predictLumaPart(context, candidate.recon, reference, 0, 0, 16, 16, mv);
  weightLumaPart(context, candidate.recon, reference, 0, 0, 16, 16);
}

/** The same for chroma. */
export function predictChroma16x16(
  context: MacroblockContext,
  candidate: Candidate,
  reference: ReconstructedPicture,
  mv: number,
): void {
  predictChromaPart(context, candidate.recon, reference, 0, 0, 16, 16, mv);
  weightChromaPart(context, candidate.recon, reference, 0, 0, 16, 16);
}

/** Predicts a macroblock by its candidate's partitions into the candidate's reconstruction block. */
export function predictInter(
  context: MacroblockContext,
  candidate: Candidate,
  references: readonly ReconstructedPicture[],
): void {
  const { syntax, mv, recon } = candidate;
  const { refIdx } = syntax;
  switch (syntax.mbType) {
    case INTER_16X16:
      predictPart(context, recon, references[refIdx[0]], 0, 0, 16, 16, mv[0]);
      return;
    case INTER_16X8:
      predictPart(context, recon, references[refIdx[0]], 0, 0, 16, 8, mv[0]);
      predictPart(context, recon, references[refIdx[2]], 0, 8, 16, 8, mv[8]);
      return;
    case INTER_8X16:
      predictPart(context, recon, references[refIdx[0]], 0, 0, 8, 16, mv[0]);
      predictPart(context, recon, references[refIdx[1]], 8, 0, 8, 16, mv[2]);
      return;
    default:
      for (let i = 0; i < 4; i++) {
        const x = (i & 1) * 8;
        const y = (i >> 1) * 8;
        const block = (i >> 1) * 8 + (i & 1) * 2;
        const reference = references[refIdx[i]];
        const type = syntax.subMbType[i];
        if (type === SUB_8X8) {
          predictPart(context, recon, reference, x, y, 8, 8, mv[block]);
          continue;
        }
        const width = type === SUB_8X4 ? 8 : 4;
        const height = type === SUB_4X8 ? 8 : 4;
        for (let dy = 0; dy < 8; dy += height) {
          for (let dx = 0; dx < 8; dx += width) {
            const part = block + dy + (dx >> 2);
            predictPart(context, recon, reference, x + dx, y + dy, width, height, mv[part]);
          }
        }
      }
  }
}

/** The planes of a macroblock of a B slice that are predicted. */
export const LUMA = 1;
export const CHROMA = 2;

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
    weightPlanes(context, recon, lists[0][refIdx0], planes, b8, width, height);
    return;
  }
  const to = refIdx0 < 0 ? recon : second;
  predictPlanes(context, to, lists[1][refIdx1], planes, b8, width, height, mvL1[block]);
  if (refIdx0 < 0) {
    weightPlanes(context, recon, lists[1][refIdx1], planes, b8, width, height);
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

/** Weights what is predicted from one picture alone. */
function weightPlanes(
  context: MacroblockContext,
  recon: number,
  reference: ReconstructedPicture,
  planes: number,
  b8: number,
  width: number,
  height: number,
): void {
  if (reference.weighting === null) return;
  const x = 8 * (b8 & 1);
  const y = 8 * (b8 >> 1);
  if ((planes & LUMA) !== 0) weightLumaPart(context, recon, reference, x, y, width, height);
  if ((planes & CHROMA) !== 0) weightChromaPart(context, recon, reference, x, y, width, height);
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
