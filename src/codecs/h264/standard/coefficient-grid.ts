/** total_coeff of the blocks around and inside the current macroblock, from which nC of CAVLC follows (clause 9.2.1). */
import { countBits } from './cavlc.ts';
import { BLOCK_X, BLOCK_Y, CB_BLOCKS, CR_BLOCKS } from './macroblock.ts';

/** total_coeff of the blocks around and inside the current macroblock, for nC (clause 9.2.1). */
export class CoefficientGrid {
  /**
   * Luma, 8 wide: block (x, y) at 9 + 8·y + x. Chroma, 4 wide: block (x, y) of Cb at 45 + 4·y + x, of Cr at 57 + 4·y + x.
   * Neighbors lie at -1 in each; NOT_AVAILABLE where there is none.
   */
  readonly totals: Uint8Array = new Uint8Array(72);

  /** nC from the blocks to the left of and above the grid position `at`; `stride` is the grid's. */
  nC(at: number, stride: number): number {
    const sum = this.totals[at - 1] + this.totals[at - stride];
    return sum < NOT_AVAILABLE ? (sum + 1) >> 1 : sum & (NOT_AVAILABLE - 1);
  }
}

/** Marks a missing neighbor in a CoefficientGrid: larger than any sum of two counts. */
export const NOT_AVAILABLE = 0x40;
export const LUMA_TOTALS = 9;
export const LUMA_TOTALS_STRIDE = 8;
export const CB_TOTALS = 45;
export const CR_TOTALS = 57;
export const CHROMA_TOTALS_STRIDE = 4;

/** Bits k, k + 4 and so on of 64, put together: which levels of an 8x8 block CAVLC codes as block k (clause 7.3.5.3.2). */
export function everyFourthBit(low: number, high: number, k: number): number {
  return nibbleBits(low >>> k) | (nibbleBits(high >>> k) << 8);
}

/** The lowest bit of each of eight groups of four. */
function nibbleBits(word: number): number {
  let bits = word & 0x11111111;
  bits = (bits | (bits >>> 3)) & 0x03030303;
  bits = (bits | (bits >>> 6)) & 0x000f000f;
  return (bits | (bits >>> 12)) & 0xff;
}

/**
 * Enters the counts of the macroblock's own blocks (total_coeff, clause 9.2.1); blocks without bits in coded_block_pattern have
 * empty masks.
 * @param masks8x8 of 8x8 blocks, null without the 8x8 transform: each counts as the four blocks that CAVLC codes
 */
export function setOwnTotals(
  grid: CoefficientGrid,
  masks: Int32Array,
  masks8x8: Int32Array | null,
): void {
  const { totals } = grid;
  for (let b8 = 0; b8 < 4; b8++) {
    const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * (b8 & 2) + 2 * (b8 & 1);
    if (masks8x8 === null) setFour(totals, at, LUMA_TOTALS_STRIDE, masks, 4 * b8);
    else setFourOf8x8(totals, at, masks8x8, b8);
  }
  setFour(totals, CB_TOTALS, CHROMA_TOTALS_STRIDE, masks, CB_BLOCKS);
  setFour(totals, CR_TOTALS, CHROMA_TOTALS_STRIDE, masks, CR_BLOCKS);
}

/** Enters the counts of four blocks, two above two, whose first is `block`; `at` is its place in a grid of rows of `stride`. */
function setFour(
  totals: Uint8Array,
  at: number,
  stride: number,
  masks: Int32Array,
  block: number,
): void {
  if ((masks[block] | masks[block + 1] | masks[block + 2] | masks[block + 3]) === 0) {
    totals[at] = 0;
    totals[at + 1] = 0;
    totals[at + stride] = 0;
    totals[at + stride + 1] = 0;
    return;
  }
  totals[at] = countBits(masks[block]);
  totals[at + 1] = countBits(masks[block + 1]);
  totals[at + stride] = countBits(masks[block + 2]);
  totals[at + stride + 1] = countBits(masks[block + 3]);
}

/** The same of an 8x8 block, by the masks of the four blocks that CAVLC codes. */
function setFourOf8x8(totals: Uint8Array, at: number, masks8x8: Int32Array, b8: number): void {
  const low = masks8x8[2 * b8];
  const high = masks8x8[2 * b8 + 1];
  for (let k = 0; k < 4; k++) {
    const place = at + LUMA_TOTALS_STRIDE * (k >> 1) + (k & 1);
    totals[place] = countBits(everyFourthBit(low, high, k));
  }
}

/** Index of a grid, and its row length in the upper bits, by block of the macroblock (macroblock.ts), chroma DC excepted. */
const PLACE: Uint16Array = /* @__PURE__ */ Uint16Array.from(
  { length: CR_BLOCKS + 5 },
  (_, block) => {
    if (block >= CB_BLOCKS && block < CR_BLOCKS + 4) {
      const first = block < CR_BLOCKS ? CB_TOTALS : CR_TOTALS;
      const at = first + CHROMA_TOTALS_STRIDE * ((block >> 1) & 1) + (block & 1);
      return at | (CHROMA_TOTALS_STRIDE << 8);
    }
    // The DC levels of Intra_16x16 take nC from the neighbors of block 0.
    const luma = block < CB_BLOCKS ? block : 0;
    const at = LUMA_TOTALS + LUMA_TOTALS_STRIDE * BLOCK_Y[luma] + BLOCK_X[luma];
    return at | (LUMA_TOTALS_STRIDE << 8);
  },
);

/** nC of a block of the macroblock (clause 9.2.1), for all but chroma DC. */
export function nCOfBlock(grid: CoefficientGrid, block: number): number {
  const place = PLACE[block];
  return grid.nC(place & 0xff, place >> 8);
}
