/**
 * Search for the 8x8 blocks of the lookahead in another picture of half the size (low-resolution.ts): from a few starts by
 * hexagons, by SAD as `sad8` has it. Not normative.
 */
import type { KernelMemory, VectorKernels } from '../../../../wasm/kernel-memory.ts';
import { mvX, mvY, packMv } from '../../standard/picture.ts';
import type { Kernels } from '../contract.ts';
import { searchWord } from './distortion.ts';

/** Samples of a block along each side. */
export const LOW_BLOCK = 8;

/** A zero vector is taken at once up to this SAD: half a gray level per sample. */
export const STILL_SAD = 32;

/** Hexagons that are tried at most. */
export const MAX_HEXAGON_STEPS = 12;

/** Offsets x, y of the six points of the hexagon (Zhu, Lin and Chau, 2002). */
export const HEXAGON: Int8Array = /* @__PURE__ */ Int8Array.of(
  -2,
  0,
  -1,
  -2,
  1,
  -2,
  2,
  0,
  1,
  2,
  -1,
  2,
);

/** Offsets x, y of the four neighbors. */
export const DIAMOND: Int8Array = /* @__PURE__ */ Int8Array.of(0, -1, -1, 0, 1, 0, 0, 1);

/** A limit that no distortion reaches. */
const NO_LIMIT = 0x7fffffff;

/** Searches one block at a time, in a memory of its own. */
export interface LowSearch {
  /**
   * The best vector found, packed, in whole samples.
   * @param at position of the block, a multiple of 4
   * @param from that of the place in the other picture which a zero vector means
   * @param least, most packed: the vectors that are allowed lie between them, both included; all within the padding
   * @param middle, right, below, before packed starts, tried in this order; those like the first but once
   */
  search(
    at: number,
    from: number,
    least: number,
    most: number,
    middle: number,
    right: number,
    below: number,
    before: number,
  ): number;
}

/** Makes a `LowSearch` with vectors over a memory; null where there is only the plain one. `stride`, `searched` as `PlainLowSearch` has them. */
export type CreateLowSearch = (
  kernelMemory: KernelMemory,
  vectorKernels: VectorKernels,
  stride: number,
  searched: number,
) => LowSearch | null;

/** The plain `LowSearch`. */
export class PlainLowSearch implements LowSearch {
  private readonly words: Int32Array;
  private readonly sad8: Kernels['sad8'];
  private readonly stride: number;
  /** Position of the block that is searched, as `searchWord`s. */
  private readonly searched: number;
  private leastX = 0;
  private leastY = 0;
  private mostX = 0;
  private mostY = 0;
  private bestSad = 0;
  private bestX = 0;
  private bestY = 0;

  /** @param searched place for a block */
  constructor(words: Int32Array, sad8: Kernels['sad8'], stride: number, searched: number) {
    this.words = words;
    this.sad8 = sad8;
    this.stride = stride;
    this.searched = searched;
  }

  search(
    at: number,
    from: number,
    least: number,
    most: number,
    middle: number,
    right: number,
    below: number,
    before: number,
  ): number {
    const { words, stride, searched } = this;
    for (let y = 0; y < LOW_BLOCK; y++) {
      const row = (at + y * stride) >> 2;
      words[(searched >> 2) + 2 * y] = searchWord(words[row]);
      words[(searched >> 2) + 2 * y + 1] = searchWord(words[row + 1]);
    }
    this.bestSad = this.sad8(searched, LOW_BLOCK, from, stride, LOW_BLOCK, NO_LIMIT);
    this.bestX = 0;
    this.bestY = 0;
    if (this.bestSad <= STILL_SAD) return 0;
    this.leastX = mvX(least);
    this.leastY = mvY(least);
    this.mostX = mvX(most);
    this.mostY = mvY(most);
    this.try(from, mvX(middle), mvY(middle));
    if (right !== middle) this.try(from, mvX(right), mvY(right));
    if (below !== middle) this.try(from, mvX(below), mvY(below));
    if (before !== middle) this.try(from, mvX(before), mvY(before));
    this.hexagon(from);
    return packMv(this.bestX, this.bestY);
  }

  /** Takes a vector if it is within the limits and better than the best; returns whether it was taken. */
  private try(from: number, x: number, y: number): boolean {
    if (x < this.leastX || x > this.mostX || y < this.leastY || y > this.mostY) return false;
    // The best itself is no better.
    if (x === this.bestX && y === this.bestY) return false;
    const { stride, searched, bestSad } = this;
    const cost = this.sad8(searched, LOW_BLOCK, from + y * stride + x, stride, LOW_BLOCK, bestSad);
    if (cost >= bestSad) return false;
    this.bestSad = cost;
    this.bestX = x;
    this.bestY = y;
    return true;
  }

  /** Hexagons until the center is best, then its four neighbors. */
  private hexagon(from: number): void {
    let points = ALL_POINTS;
    for (let step = 0; step < MAX_HEXAGON_STEPS && points !== 0; step++) {
      const x = this.bestX;
      const y = this.bestY;
      let moved = 0;
      for (let i = 0; i < 6; i++) {
        if (((points >> i) & 1) === 0) continue;
        if (this.try(from, x + HEXAGON[2 * i], y + HEXAGON[2 * i + 1])) moved = NEW_POINTS[i];
      }
      points = moved;
    }
    const x = this.bestX;
    const y = this.bestY;
    for (let i = 0; i < 8; i += 2) this.try(from, x + DIAMOND[i], y + DIAMOND[i + 1]);
  }
}

/** Points of the hexagon as bits. */
const ALL_POINTS = 0b111111;

/** Point that the center moves to => points of the next hexagon that were not tried around the center before. */
const NEW_POINTS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0b100011,
  0b000111,
  0b001110,
  0b011100,
  0b111000,
  0b110001,
);
