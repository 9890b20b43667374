/**
 * Rough costs of a picture, found on half its size: for each macroblock the cost of intra coding and that of
 * prediction from the picture before, with the vector it was found at. The lookahead decides on these numbers; nothing that
 * is coded depends on their being exact.
 *
 * Choice: half resolution, whole low-resolution samples, SATD of 8x8. Half samples by averaging were tried: they took half as
 * long again and gained nothing (importance.ts: foreman -2.0 % bits without, -0.2 % with them). Options `lookahead` 0 and
 * `sceneCut` false with constant QP switch all of it off.
 */

import { median } from '../../../base/math.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Kernels } from '../kernels/contract.ts';
import { PLACE_BITS } from '../kernels/plain/full-search.ts';
import {
  LOW_BLOCK as BLOCK,
  type CreateLowSearch,
  DIAMOND,
  type LowSearch,
  PlainLowSearch,
} from '../kernels/plain/low-search.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';
import { createKernelBuffer } from './kernel-buffer.ts';
import { extendRow } from './memory.ts';
import { ANALYSIS_RANGE, type AnalysisMethod, type PictureAnalysis } from './picture-analysis.ts';
import {
  type BetweenCosts,
  FROM_AFTER,
  FROM_BEFORE,
  type PairMotion,
  type PictureCosts,
} from './picture-costs.ts';

/** Samples around each low-resolution plane: vectors may point that far outside, and words be read past the end. */
export const LOW_PADDING = 24;
/** Vectors keep blocks within the padding, less what word reads need. */
const REACH = LOW_PADDING - 4;

/** Cost added to inter prediction for its vector, and to intra for its mode: about lambda at QP 26 times 5 bits. */
export const INTER_OVERHEAD = 16;
const INTRA_OVERHEAD = 20;
/** The same of prediction from two pictures. */
const BOTH_OVERHEAD = 20;

/** A sample times this is four of it. */
const REPEATED = 0x01010101;

/** A limit that no distortion reaches. */
const NO_LIMIT = 0x7fffffff;

/** A ring of low-resolution planes and the search that compares them. */
export class LowResolution {
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  readonly stride: number;
  readonly planeSize: number;
  private readonly firstSample: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  private readonly kernels: Kernels;
  /** Position of two rows of the picture being loaded. */
  private readonly rows: number;
  /** Position of the block that predictions are built in, rows of BLOCK. */
  private readonly scratch: number;
  private readonly low: LowSearch;
  private readonly method: AnalysisMethod;

  /**
   * Memory for `planes` pictures of `widthInMbs` by `heightInMbs` macroblocks.
   * @param vectorKernels which vector kernels are used, if there can be any
   * @param method how `analyze` searches
   * @param createLowSearch null: with plain search
   */
  constructor(
    widthInMbs: number,
    heightInMbs: number,
    planes: number,
    vectorKernels: VectorKernels,
    method: AnalysisMethod = 'hexagon',
    createLowSearch: CreateLowSearch | null = null,
  ) {
    this.method = method;
    this.widthInMbs = widthInMbs;
    this.heightInMbs = heightInMbs;
    this.stride = BLOCK * widthInMbs + 2 * LOW_PADDING;
    this.planeSize = this.stride * (BLOCK * heightInMbs + 2 * LOW_PADDING);
    this.firstSample = LOW_PADDING * this.stride + LOW_PADDING;
    this.scratch = this.planeSize * planes;
    // A place of 16 bytes for vectors; so are the rows.
    const searched = (this.scratch + BLOCK * BLOCK + 15) & ~15;
    this.rows = searched + BLOCK * BLOCK;
    const size = this.rows + 4 * BLOCK * widthInMbs + 16;
    const { bytes, words, kernels, kernelMemory } = createKernelBuffer(size, vectorKernels);
    this.low =
      createLowSearch?.(kernelMemory, vectorKernels, this.stride, searched) ??
      new PlainLowSearch(words, kernels.sad8, this.stride, searched);
    this.bytes = bytes;
    this.words = words;
    this.kernels = kernels;
  }

  /**
   * Halves a luma plane into plane `index`: each sample is the rounded mean of four.
   * @param position byte position of the first sample in `luma`
   * @param stride bytes from row to row; the plane is whole macroblocks wide and high
   */
  load(index: number, luma: Uint8Array, position: number, stride: number): void {
    const { bytes, rows, kernels } = this;
    const width = BLOCK * this.widthInMbs;
    const height = BLOCK * this.heightInMbs;
    const first = index * this.planeSize + this.firstSample;
    // Two rows behind each other are copied at once.
    const isDense = stride === 2 * width;
    for (let y = 0; y < height; y++) {
      const upper = position + 2 * y * stride;
      bytes.set(luma.subarray(upper, upper + (isDense ? 4 : 2) * width), rows);
      if (!isDense) {
        bytes.set(luma.subarray(upper + stride, upper + stride + 2 * width), rows + 2 * width);
      }
      const row = first + y * this.stride;
      kernels.halveRows(rows, 2 * width, row, width);
      extendRow(this, row, width, LOW_PADDING);
    }
    const top = first - LOW_PADDING;
    const bottom = top + (height - 1) * this.stride;
    for (let y = 1; y <= LOW_PADDING; y++) {
      bytes.copyWithin(top - y * this.stride, top, top + this.stride);
      bytes.copyWithin(bottom + y * this.stride, bottom, bottom + this.stride);
    }
  }

  /** Copies plane `from` to plane `to`. */
  copy(from: number, to: number): void {
    const { planeSize } = this;
    this.bytes.copyWithin(to * planeSize, from * planeSize, (from + 1) * planeSize);
  }

  /**
   * Fills `costs` for the picture in plane `current`, from the last macroblock to the first: what moves into the picture
   * from the left or from above is then known from its other side, as coding in raster order does not know it.
   * @param reference plane of the picture before; -1 if there is none: inter costs are then those of intra
   * @param before vectors of the picture before, which motion usually resembles; null if there is none
   * @param found what somebody else has found of the same two pictures by full search, which is not taken on trust; null: it is
   *   found here
   */
  analyze(
    current: number,
    reference: number,
    before: Int32Array | null,
    costs: PictureCosts,
    found: PictureAnalysis | null = null,
  ): void {
    const { widthInMbs, heightInMbs } = this;
    for (let mbY = heightInMbs - 1; mbY >= 0; mbY--) {
      for (let mbX = widthInMbs - 1; mbX >= 0; mbX--) {
        const mbAddr = mbY * widthInMbs + mbX;
        const at = this.blockAt(current, mbX, mbY);
        const intraCost = this.intraCost(at);
        if (found !== null && found.intra[mbAddr] !== intraCost) {
          found.onWrong?.(mbAddr, `intra cost ${found.intra[mbAddr]}, right is ${intraCost}`);
        }
        const intra = intraCost + INTRA_OVERHEAD;
        costs.intra[mbAddr] = intra;
        costs.mv[mbAddr] = 0;
        costs.inter[mbAddr] = intra;
        if (reference >= 0) {
          const from = at + (reference - current) * this.planeSize;
          const start = before === null ? 0 : before[mbAddr];
          const satd =
            this.method === 'full-search'
              ? this.searchFurther(at, from, mbX, mbY, costs, start, found)
              : this.searchInter(at, from, mbX, mbY, costs.mv, start);
          costs.inter[mbAddr] = Math.min(intra, satd + INTER_OVERHEAD);
        }
      }
    }
  }

  /**
   * Fills `motion`: where the macroblocks of picture `current` lie in any other, by hexagons.
   * @param starts a vector for each, from which the search starts beside those of its neighbors
   * @param intra costs of intra coding, which those of `motion` are never above
   */
  searchPair(
    current: number,
    reference: number,
    starts: Int32Array,
    intra: Int32Array,
    { inter, mv }: PairMotion,
  ): void {
    const { widthInMbs, heightInMbs } = this;
    for (let mbY = heightInMbs - 1; mbY >= 0; mbY--) {
      for (let mbX = widthInMbs - 1; mbX >= 0; mbX--) {
        const mbAddr = mbY * widthInMbs + mbX;
        const at = this.blockAt(current, mbX, mbY);
        const from = at + (reference - current) * this.planeSize;
        const satd = this.searchInter(at, from, mbX, mbY, mv, starts[mbAddr]);
        inter[mbAddr] = Math.min(intra[mbAddr], satd + INTER_OVERHEAD);
      }
    }
  }

  /** Fills `costs`: those of picture `current` between two others, in which its macroblocks lie as `first` and `second` say. */
  measureBetween(
    current: number,
    before: number,
    after: number,
    first: PairMotion,
    second: PairMotion,
    intra: Int32Array,
    { inter, lists }: BetweenCosts,
  ): void {
    const { widthInMbs, kernels, stride, planeSize, scratch } = this;
    for (let mbAddr = 0; mbAddr < intra.length; mbAddr++) {
      let best = intra[mbAddr];
      lists[mbAddr] = 0;
      const either = Math.min(first.inter[mbAddr], second.inter[mbAddr]);
      if (either < best) {
        best = either;
        lists[mbAddr] = first.inter[mbAddr] === either ? FROM_BEFORE : FROM_AFTER;
      }
      const limit = best - BOTH_OVERHEAD;
      if (limit > 0) {
        const mbY = Math.floor(mbAddr / widthInMbs);
        const at = this.blockAt(current, mbAddr - mbY * widthInMbs, mbY);
        const mv0 = first.mv[mbAddr];
        const mv1 = second.mv[mbAddr];
        const from0 = at + (before - current) * planeSize + mvY(mv0) * stride + mvX(mv0);
        const from1 = at + (after - current) * planeSize + mvY(mv1) * stride + mvX(mv1);
        kernels.averageBlocks(from0, from1, stride, scratch, BLOCK, BLOCK, BLOCK);
        const satd = kernels.satd(at, stride, scratch, BLOCK, BLOCK, BLOCK, limit);
        if (satd < limit) {
          best = satd + BOTH_OVERHEAD;
          lists[mbAddr] = FROM_BEFORE | FROM_AFTER;
        }
      }
      inter[mbAddr] = best;
    }
  }

  /** Position of a macroblock's block in plane `index`. */
  private blockAt(index: number, mbX: number, mbY: number): number {
    return index * this.planeSize + this.firstSample + BLOCK * (mbY * this.stride + mbX);
  }

  /**
   * SATD of the best of three 8x8 predictions from the source's own neighbors: DC, horizontal, vertical. At the left and
   * upper edges the padding stands for the neighbors.
   */
  private intraCost(at: number): number {
    const { bytes, words, kernels, stride, scratch } = this;
    const above = at - stride;
    const to = scratch >> 2;
    let sum = BLOCK;
    for (let y = 0; y < BLOCK; y++) {
      const left = bytes[at - 1 + y * stride];
      sum += left + bytes[above + y];
      const word = Math.imul(left, REPEATED);
      words[to + 2 * y] = word;
      words[to + 2 * y + 1] = word;
    }
    let best = kernels.satd(at, stride, scratch, BLOCK, BLOCK, BLOCK, NO_LIMIT);
    // A row that is its own neighbor all the way down: stride 0 repeats the row above.
    let cost = kernels.satd(at, stride, above, 0, BLOCK, BLOCK, best);
    if (cost < best) best = cost;
    words[to] = Math.imul(sum >> 4, REPEATED);
    words[to + 1] = words[to];
    cost = kernels.satd(at, stride, scratch, 0, BLOCK, BLOCK, best);
    return cost < best ? cost : best;
  }

  /**
   * SATD at the best vector found, which is left in `mv`. `at` and `from` are the block and its place in the reference,
   * `before` is the vector of the same block one picture before.
   */
  private searchInter(
    at: number,
    from: number,
    mbX: number,
    mbY: number,
    mv: Int32Array,
    before: number,
  ): number {
    const { widthInMbs, heightInMbs } = this;
    const mbAddr = mbY * widthInMbs + mbX;
    const isLast = mbY + 1 === heightInMbs;
    const right = mbX + 1 < widthInMbs ? mv[mbAddr + 1] : 0;
    const below = isLast ? 0 : mv[mbAddr + widthInMbs];
    const belowLeft = isLast || mbX === 0 ? 0 : mv[mbAddr + widthInMbs - 1];
    const middle = packMv(
      median(mvX(right), mvX(below), mvX(belowLeft)),
      median(mvY(right), mvY(below), mvY(belowLeft)),
    );
    const least = packMv(-BLOCK * mbX - REACH, -BLOCK * mbY - REACH);
    const most = packMv(
      BLOCK * (widthInMbs - 1 - mbX) + REACH,
      BLOCK * (heightInMbs - 1 - mbY) + REACH,
    );
    const best = this.low.search(at, from, least, most, middle, right, below, before);
    mv[mbAddr] = best;
    return this.satdAt(at, from, best);
  }

  /**
   * SATD at a vector, which is left in `costs.mv`: that of full search where it is far better than intra prediction, or where hexagons
   * leave more than half of what intra prediction leaves and it is a quarter better than theirs. Hexagons reach further, and their
   * vectors resemble the neighbors'; the least SAD of all is often chance. What was found elsewhere and is wrong, as far as can be seen
   * for little, is found anew.
   */
  private searchFurther(
    at: number,
    from: number,
    mbX: number,
    mbY: number,
    costs: PictureCosts,
    before: number,
    found: PictureAnalysis | null,
  ): number {
    const { intra, mv } = costs;
    const mbAddr = mbY * this.widthInMbs + mbX;
    if (found !== null && this.isFoundWrong(at, from, mbAddr, found)) {
      return this.searchFurther(at, from, mbX, mbY, costs, before, null);
    }
    const fully =
      found === null ? this.searchFully(at, from) : packMv(found.x[mbAddr], found.y[mbAddr]);
    const satd = found === null ? this.satdAt(at, from, fully) : found.inter[mbAddr];
    mv[mbAddr] = fully;
    if (8 * satd < intra[mbAddr]) return satd;
    const further = this.searchInter(at, from, mbX, mbY, mv, before);
    if (found !== null && this.keyOf(at, from, mv[mbAddr]) < this.keyOf(at, from, fully)) {
      tellOfVector(found, mbAddr);
      return this.searchFurther(at, from, mbX, mbY, costs, before, null);
    }
    if (2 * further < intra[mbAddr] || 4 * satd > 3 * further) return further;
    mv[mbAddr] = fully;
    return satd;
  }

  /** The best vector of the whole range. */
  private searchFully(at: number, from: number): number {
    const side = 2 * ANALYSIS_RANGE + 1;
    const key = this.kernels.fullSearch8(at, from, this.stride, ANALYSIS_RANGE);
    const place = key & ((1 << PLACE_BITS) - 1);
    const row = Math.floor(place / side);
    return packMv(place - row * side - ANALYSIS_RANGE, row - ANALYSIS_RANGE);
  }

  /** Whether the inter cost found is wrong, or the vector not the best: zero or a neighbor is better. Tells of it. */
  private isFoundWrong(at: number, from: number, mbAddr: number, found: PictureAnalysis): boolean {
    const x = found.x[mbAddr];
    const y = found.y[mbAddr];
    const key = this.keyOf(at, from, packMv(x, y));
    let least = this.keyOf(at, from, 0);
    for (let i = 0; i < DIAMOND.length; i += 2) {
      const neighbor = packMv(x + DIAMOND[i], y + DIAMOND[i + 1]);
      least = Math.min(least, this.keyOf(at, from, neighbor));
    }
    if (key === NO_LIMIT || least < key) {
      tellOfVector(found, mbAddr);
      return true;
    }
    const satd = this.satdAt(at, from, packMv(x, y));
    if (found.inter[mbAddr] === satd) return false;
    found.onWrong?.(mbAddr, `inter cost ${found.inter[mbAddr]}, right is ${satd}`);
    return true;
  }

  /** The key by which full search orders vectors; `NO_LIMIT` out of its range. */
  private keyOf(at: number, from: number, mv: number): number {
    const { stride, kernels } = this;
    const x = mvX(mv);
    const y = mvY(mv);
    if (Math.max(Math.abs(x), Math.abs(y)) > ANALYSIS_RANGE) return NO_LIMIT;
    const length = Math.abs(x) + Math.abs(y);
    const place = (y + ANALYSIS_RANGE) * (2 * ANALYSIS_RANGE + 1) + x + ANALYSIS_RANGE;
    const sad = kernels.fullSearch8(at, from + y * stride + x, stride, 0);
    return sad + (length << PLACE_BITS) + place;
  }

  private satdAt(at: number, from: number, mv: number): number {
    const { stride, kernels } = this;
    const to = from + mvY(mv) * stride + mvX(mv);
    return kernels.satd(at, stride, to, stride, BLOCK, BLOCK, NO_LIMIT);
  }
}

function tellOfVector(found: PictureAnalysis, mbAddr: number): void {
  const vector = `vector (${found.x[mbAddr]}, ${found.y[mbAddr]})`;
  found.onWrong?.(mbAddr, `${vector}, which is not the best`);
}
