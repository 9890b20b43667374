/**
 * The facts about the macroblocks of a picture that CABAC chooses contexts by (clause 9.3.3.1.1): one flat array per fact, and the
 * values around and inside the macroblock that is being coded.
 */

/** Facts of one macroblock, bits of `flags`. */
export const MbFact = {
  /** P_Skip or B_Skip. */
  SKIPPED: 1,
  /** B_Skip or B_Direct_16x16. */
  DIRECT: 2,
  I_NXN: 4,
  I_PCM: 8,
  /** Intra with an intra_chroma_pred_mode other than 0. */
  CHROMA_MODE: 16,
  TRANSFORM_8X8: 32,
  I_16X16: 64,
} as const;

/** All bits of `coded`: of I_PCM macroblocks, whose every block counts as coded (clause 9.3.3.1.1.9). */
export const ALL_CODED = 0x7ffffff;

/** mvd of the blocks along one edge of a macroblock: 8·list + 4·component + block. */
const EDGE = 16;

/** Magnitudes of mvd are remembered up to this: sums are only compared with 3 and 32 (clause 9.3.3.1.1.7). */
const MAX_MVD = 64;

/** The memory of one picture, shared by the sinks that write and count. Index mbAddr unless said otherwise. */
export class CabacPicture {
  readonly widthInMbs: number;
  /** Whether ChromaArrayType is not 0. */
  readonly hasChroma: boolean;
  readonly flags: Uint8Array;
  /** coded_block_pattern, 0x2f for I_PCM. */
  readonly codedBlockPattern: Uint8Array;
  /** coded_block_flag by block (macroblock.ts), luma by luma4x4BlkIdx. */
  readonly coded: Int32Array;
  /** Whether ref_idx is above 0 and not derived, bit 4·list + 8x8 block. */
  readonly refIdxAbove0: Uint8Array;
  /** Magnitudes of mvd along the lower and the right edge, EDGE of each macroblock. */
  readonly lowerMvd: Uint8Array;
  readonly rightMvd: Uint8Array;
  // The macroblock that is being coded, and whether its neighbors A and B are in its slice.
  mbAddr = 0;
  hasA = false;
  hasB = false;

  constructor(widthInMbs: number, heightInMbs: number, hasChroma = true) {
    const count = widthInMbs * heightInMbs;
    this.widthInMbs = widthInMbs;
    this.hasChroma = hasChroma;
    this.flags = new Uint8Array(count);
    this.codedBlockPattern = new Uint8Array(count);
    this.coded = new Int32Array(count);
    this.refIdxAbove0 = new Uint8Array(count);
    this.lowerMvd = new Uint8Array(EDGE * count);
    this.rightMvd = new Uint8Array(EDGE * count);
  }

  /** Moves to a macroblock; `hasA`, `hasB`: whether its neighbors are in the slice. */
  moveTo(mbAddr: number, hasA: boolean, hasB: boolean): void {
    this.mbAddr = mbAddr;
    this.hasA = hasA;
    this.hasB = hasB;
  }

  get mbAddrA(): number {
    return this.mbAddr - 1;
  }

  get mbAddrB(): number {
    return this.mbAddr - this.widthInMbs;
  }

  /** How many of the neighbors A and B are there and have any of the facts; with `isWanted` false, none of them. */
  countNeighbors(facts: number, isWanted: boolean): number {
    const a = this.hasA && ((this.flags[this.mbAddrA] & facts) !== 0) === isWanted ? 1 : 0;
    const b = this.hasB && ((this.flags[this.mbAddrB] & facts) !== 0) === isWanted ? 1 : 0;
    return a + b;
  }
}

/** Width of the grid of 4x4 blocks around and inside a macroblock; block (x, y) is at GRID_ORIGIN + GRID_WIDTH·y + x. */
const GRID_WIDTH = 5;
const GRID_ORIGIN = 6;
/** Entries of the grid of one component of one list. */
const GRID_SIZE = 25;

/** Magnitudes of mvd around and inside the macroblock, for the contexts of the next one. */
export class MvdGrid {
  /** Four grids: 2·list + component. */
  private readonly magnitudes: Uint8Array = new Uint8Array(4 * GRID_SIZE);

  /** Whether the grids hold the magnitudes around this macroblock; they are loaded only when it has an mvd. */
  private isLoaded = false;

  /** A macroblock begins, which has no mvd yet. */
  clear(): void {
    this.isLoaded = false;
  }

  /** Copies the neighbors' magnitudes into the grids, once per macroblock. */
  load(picture: CabacPicture): void {
    if (this.isLoaded) return;
    this.isLoaded = true;
    const { magnitudes } = this;
    for (let i = 0; i < 4 * GRID_SIZE; i++) magnitudes[i] = 0;
    for (let grid = 0; grid < 4; grid++) {
      const first = grid * GRID_SIZE + GRID_ORIGIN;
      for (let i = 0; i < 4; i++) {
        const edge = 4 * grid + i;
        if (picture.hasA) {
          magnitudes[first + GRID_WIDTH * i - 1] = picture.rightMvd[EDGE * picture.mbAddrA + edge];
        }
        if (picture.hasB) {
          magnitudes[first - GRID_WIDTH + i] = picture.lowerMvd[EDGE * picture.mbAddrB + edge];
        }
      }
    }
  }

  /** absMvdComp of a partition, clause 9.3.3.1.1.7. `block` is its first, 4·row + column; `component` 0 or 1. */
  sum(list: number, component: number, block: number): number {
    const at = placeOf(list, component, block);
    return this.magnitudes[at - 1] + this.magnitudes[at - GRID_WIDTH];
  }

  /** Enters one component of the mvd of a partition; width and height in blocks. */
  fill(
    list: number,
    component: number,
    block: number,
    width: number,
    height: number,
    value: number,
  ): void {
    const magnitude = Math.min(MAX_MVD, value < 0 ? -value : value);
    const at = placeOf(list, component, block);
    for (let y = 0; y < height; y++) {
      const row = at + GRID_WIDTH * y;
      for (let x = 0; x < width; x++) this.magnitudes[row + x] = magnitude;
    }
  }

  /** Remembers the edges for the macroblocks to the right and below. */
  store(picture: CabacPicture): void {
    const { magnitudes } = this;
    if (!this.isLoaded) {
      this.storeNone(picture);
      return;
    }
    for (let grid = 0; grid < 4; grid++) {
      const first = grid * GRID_SIZE + GRID_ORIGIN;
      for (let i = 0; i < 4; i++) {
        const edge = EDGE * picture.mbAddr + 4 * grid + i;
        picture.rightMvd[edge] = magnitudes[first + GRID_WIDTH * i + 3];
        picture.lowerMvd[edge] = magnitudes[first + GRID_WIDTH * 3 + i];
      }
    }
  }

  private storeNone({ rightMvd, lowerMvd, mbAddr }: CabacPicture): void {
    for (let edge = EDGE * mbAddr; edge < EDGE * mbAddr + EDGE; edge++) {
      rightMvd[edge] = 0;
      lowerMvd[edge] = 0;
    }
  }
}

function placeOf(list: number, component: number, block: number): number {
  const first = (2 * list + component) * GRID_SIZE + GRID_ORIGIN;
  return first + GRID_WIDTH * (block >> 2) + (block & 3);
}
