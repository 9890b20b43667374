/**
 * Prediction of motion vectors (clause 8.4.1). Around the current macroblock lies a small grid of 4x4 blocks with the
 * neighbors that prediction reads: row and column -1 are the macroblocks above and to the left, column 4 of row -1 the
 * one above right.
 */
import { median } from '../../../base/math.ts';
import { minPositive } from './direct-prediction.ts';
import { mvX, mvY, packMv } from './picture.ts';

/** The grid is 8 wide; block (x, y) of the macroblock is at GRID_ORIGIN + 8·y + x, neighbors at -1. */
export const GRID_STRIDE = 8;
export const GRID_ORIGIN = 9;
export const GRID_SIZE = 40;

/** refIdx of a block that is available but intra, or that does not use the list of this grid. */
export const REF_INTRA = -1;
/** refIdx of a block that is not available: outside the slice, or later in decoding order. */
export const REF_UNAVAILABLE = -2;

/**
 * Reference indexes and vectors around and inside the current macroblock. Column 4 beside its rows belongs to the macroblock to
 * the right, which is never available.
 */
export class MotionGrid {
  readonly refIdx: Int8Array = new Int8Array(GRID_SIZE).fill(REF_UNAVAILABLE);
  /** Packed vectors; 0 where refIdx is negative. */
  readonly mv: Int32Array = new Int32Array(GRID_SIZE);

  /** Marks all blocks of the macroblock itself as not decoded yet. */
  clearInside(): void {
    const refIdx = this.refIdx;
    for (let row = GRID_ORIGIN; row < GRID_SIZE; row += GRID_STRIDE) {
      refIdx[row] = REF_UNAVAILABLE;
      refIdx[row + 1] = REF_UNAVAILABLE;
      refIdx[row + 2] = REF_UNAVAILABLE;
      refIdx[row + 3] = REF_UNAVAILABLE;
    }
  }

  /** Sets a rectangle of blocks; x, y, width, height in 4x4 blocks. */
  fill(x: number, y: number, width: number, height: number, refIdx: number, mv: number): void {
    for (let row = y; row < y + height; row++) {
      const at = GRID_ORIGIN + GRID_STRIDE * row;
      for (let column = x; column < x + width; column++) {
        this.refIdx[at + column] = refIdx;
        this.mv[at + column] = mv;
      }
    }
  }

  /**
   * Median luma prediction, clause 8.4.1.3.1: mvpLX of the partition at block (x, y), `width` blocks wide. Packed.
   */
  predict(x: number, y: number, width: number, refIdx: number): number {
    const at = GRID_ORIGIN + GRID_STRIDE * y + x;
    const refs = this.refIdx;
    const refA = refs[at - 1];
    let refB = refs[at - GRID_STRIDE];
    // Clause 8.4.1.3.2: D stands in for a C that is not available.
    let atC = at - GRID_STRIDE + width;
    if (refs[atC] === REF_UNAVAILABLE) atC = at - GRID_STRIDE - 1;
    let refC = refs[atC];
    const mvA = this.mv[at - 1];
    let mvB = this.mv[at - GRID_STRIDE];
    let mvC = this.mv[atC];
    // Clause 8.4.1.3.1: with neither B nor C available, A stands in for both.
    if (refB === REF_UNAVAILABLE && refC === REF_UNAVAILABLE && refA !== REF_UNAVAILABLE) {
      refB = refA;
      refC = refA;
      mvB = mvA;
      mvC = mvA;
    }
    const matches =
      (refA === refIdx ? 1 : 0) + (refB === refIdx ? 1 : 0) + (refC === refIdx ? 1 : 0);
    if (matches === 1) return refA === refIdx ? mvA : refB === refIdx ? mvB : mvC;
    return packMv(median(mvX(mvA), mvX(mvB), mvX(mvC)), median(mvY(mvA), mvY(mvB), mvY(mvC)));
  }

  /** Directional prediction of the two 16x8 partitions, clause 8.4.1.3: `y` is 0 or 2. */
  predict16x8(y: number, refIdx: number): number {
    const neighbor = y === 0 ? GRID_ORIGIN - GRID_STRIDE : GRID_ORIGIN + GRID_STRIDE * 2 - 1;
    if (this.refIdx[neighbor] === refIdx) return this.mv[neighbor];
    return this.predict(0, y, 4, refIdx);
  }

  /** Directional prediction of the two 8x16 partitions, clause 8.4.1.3: `x` is 0 or 2. */
  predict8x16(x: number, refIdx: number): number {
    if (x === 0) {
      if (this.refIdx[GRID_ORIGIN - 1] === refIdx) return this.mv[GRID_ORIGIN - 1];
    } else {
      let atC = GRID_ORIGIN - GRID_STRIDE + 4;
      if (this.refIdx[atC] === REF_UNAVAILABLE) atC = GRID_ORIGIN - GRID_STRIDE + 1;
      if (this.refIdx[atC] === refIdx) return this.mv[atC];
    }
    return this.predict(x, 0, 2, refIdx);
  }

  /**
   * The reference index that spatial direct prediction takes from A, B and C, clause 8.4.1.2.2: MinPositive of theirs; negative if
   * none of them uses the list.
   */
  directRefIdx(): number {
    const refs = this.refIdx;
    const above = GRID_ORIGIN - GRID_STRIDE;
    const refC = refs[above + 4] === REF_UNAVAILABLE ? refs[above - 1] : refs[above + 4];
    return minPositive(refs[GRID_ORIGIN - 1], minPositive(refs[above], refC));
  }

  /** Motion vector of P_Skip macroblocks, clause 8.4.1.1. Packed. */
  predictSkip(): number {
    const a = GRID_ORIGIN - 1;
    const b = GRID_ORIGIN - GRID_STRIDE;
    const refA = this.refIdx[a];
    const refB = this.refIdx[b];
    if (refA === REF_UNAVAILABLE || refB === REF_UNAVAILABLE) return 0;
    if (refA === 0 && this.mv[a] === 0) return 0;
    if (refB === 0 && this.mv[b] === 0) return 0;
    return this.predict(0, 0, 4, 0);
  }
}
