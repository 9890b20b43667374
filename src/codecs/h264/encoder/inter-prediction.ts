/** Predicts an inter macroblock from its vectors (clause 8.4.2) into a candidate's reconstruction block. */
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
import type { Candidate } from './candidate.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { RECON_CB, RECON_CR, RECON_LUMA, RECON_STRIDE } from './memory.ts';

/** The planes of a macroblock that are predicted or weighted. */
export const LUMA = 1;
export const CHROMA = 2;

/** Predicts the luma of a rectangle of the macroblock from one vector into a reconstruction block. */
export function predictLumaPart(
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

/** The same for both chroma planes; positions and sizes in luma samples. */
export function predictChromaPart(
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
  reference.weighting?.weigh(recon, x, y, width, height);
}

/** Predicts the luma of the whole macroblock from one vector. */
export function predictLuma16x16(
  context: MacroblockContext,
  candidate: Candidate,
  reference: ReconstructedPicture,
  mv: number,
): void {
  predictLumaPart(context, candidate.recon, reference, 0, 0, 16, 16, mv);
  reference.weighting?.weigh(candidate.recon, 0, 0, 16, 16, LUMA);
}

/** The same for chroma. */
export function predictChroma16x16(
  context: MacroblockContext,
  candidate: Candidate,
  reference: ReconstructedPicture,
  mv: number,
): void {
  predictChromaPart(context, candidate.recon, reference, 0, 0, 16, 16, mv);
  reference.weighting?.weigh(candidate.recon, 0, 0, 16, 16, CHROMA);
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
