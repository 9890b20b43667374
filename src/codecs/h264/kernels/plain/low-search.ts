/**
 * Where the lookahead's blocks of 8x8 samples lie in another picture of half the size (low-resolution.ts): from a few starts by hexagons, by
 * SAD as `sad8` has it. Not normative.
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
  private least = 0;
  private most = 0;
  private bestSad = 0;
  private best = 0;

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
    this.best = 0;
    if (this.bestSad <= STILL_SAD) return 0;
    this.least = least;
    this.most = most;
    this.try(from, middle);
    if (right !== middle) this.try(from, right);
    if (below !== middle) this.try(from, below);
    if (before !== middle) this.try(from, before);
    this.hexagon(from);
    return this.best;
  }

  /** Takes `candidate` if it is within the limits and better than the best. */
  private try(from: number, candidate: number): void {
    const { least, most, stride } = this;
    const x = mvX(candidate);
    const y = mvY(candidate);
    if (x < mvX(least) || x > mvX(most) || y < mvY(least) || y > mvY(most)) return;
    const cost = this.sad8(
      this.searched,
      LOW_BLOCK,
      from + y * stride + x,
      stride,
      LOW_BLOCK,
      this.bestSad,
    );
    if (cost >= this.bestSad) return;
    this.bestSad = cost;
    this.best = candidate;
  }

  /** Hexagons until the center is best, then its four neighbors. */
  private hexagon(from: number): void {
    for (let step = 0; step < MAX_HEXAGON_STEPS; step++) {
      const center = this.best;
      this.tryAround(from, center, HEXAGON);
      if (this.best === center) break;
    }
    this.tryAround(from, this.best, DIAMOND);
  }

  private tryAround(from: number, center: number, offsets: Int8Array): void {
    for (let i = 0; i < offsets.length; i += 2) {
      this.try(from, packMv(mvX(center) + offsets[i], mvY(center) + offsets[i + 1]));
    }
  }
}
