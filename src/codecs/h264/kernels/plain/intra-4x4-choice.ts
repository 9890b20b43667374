/** The mode of an Intra_4x4 block by SATD and bits, of those that are predicted. */
import {
  INTRA_4X4_DC,
  INTRA_4X4_HORIZONTAL,
  INTRA_4X4_VERTICAL,
} from '../../standard/intra-4x4.ts';
import { intra4x4Costs } from './distortion.ts';

const maskOf = (...modes: number[]): number => modes.reduce((mask, mode) => mask | (1 << mode), 0);

/** Modes that repeat samples, as a mask. */
export const FLAT_MODES: number = /* @__PURE__ */ maskOf(
  INTRA_4X4_DC,
  INTRA_4X4_VERTICAL,
  INTRA_4X4_HORIZONTAL,
);
/** Modes that follow a direction. */
export const DIRECTED_MODES: number = /* @__PURE__ */ maskOf(3, 4, 5, 6, 7, 8);
/**
 * Choice: of the directed modes only those on the side of the better of vertical and horizontal are tried, if either beats DC. These are
 * tried beside vertical.
 */
export const STEEP_MODES: number = /* @__PURE__ */ maskOf(3, 4, 5, 7);
/** Those tried beside horizontal. */
export const LEVEL_MODES: number = /* @__PURE__ */ maskOf(4, 6, 8);

/** Bits of a mode (clause 7.3.5.1): one if it is the predicted one, else four. */
export const OTHER_MODE_BITS = 4;

/** Cost of the bits of a mode, of a 4x4 or an 8x8 block. */
export function modeBitsCost(mode: number, predicted: number, lambda: number): number {
  return lambda * (mode === predicted ? 1 : OTHER_MODE_BITS);
}

/**
 * Chooses the mode that costs least: SATD + lambda · bits. Of equal costs the first mode wins, but DC wins over modes that repeat an edge.
 * @param source position of the block, a multiple of 4 as is `sourceStride`
 * @param predictions position of what `predictIntra4x4` gives
 * @param usable mask of the modes whose neighbors are available, DC among them
 * @param predicted the mode that takes one bit
 * @param triesAll 1: all usable modes are tried; 0: directed ones only where the flat ones point
 * @param costs position of one integer of 32 bits by mode: the SATD of those that are tried; others are left as they are
 */
export function chooseIntra4x4(
  words: Int32Array,
  source: number,
  sourceStride: number,
  predictions: number,
  usable: number,
  predicted: number,
  lambda: number,
  triesAll: number,
  costs: number,
): number {
  let best = INTRA_4X4_DC;
  let bestCost = 0x7fffffff;
  let modes = triesAll ? usable : usable & FLAT_MODES;
  for (let stage = triesAll; stage < 2; stage++) {
    intra4x4Costs(words, source, sourceStride, predictions, modes, costs);
    for (let mode = 0, left = modes; left !== 0; mode++, left >>= 1) {
      if ((left & 1) === 0) continue;
      const cost = words[(costs >> 2) + mode] + modeBitsCost(mode, predicted, lambda);
      if (cost < bestCost || (mode === INTRA_4X4_DC && cost === bestCost)) {
        bestCost = cost;
        best = mode;
      }
    }
    let directed = LEVEL_MODES;
    if (best === INTRA_4X4_DC) directed = DIRECTED_MODES;
    else if (best === INTRA_4X4_VERTICAL) directed = STEEP_MODES;
    modes = usable & directed;
  }
  return best;
}
