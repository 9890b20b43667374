/**
 * Rate-distortion optimized quantization for CABAC: which levels are worth their bits. Not normative.
 *
 * Choice: each level may stay or move one step toward zero. The cost of a level depends on the levels behind it in the scan only through the
 * counts of levels of magnitude 1 and beyond (clause 9.3.3.1.3), which eight states hold; so the cheapest row of levels is a
 * shortest path, found exactly for contexts that stay as they are before the macroblock. Source: trellis quantization as in Karczewicz, Ye and
 * Chong, "Rate distortion optimized quantization" (ITU-T VCEG-AH21, 2008).
 */
import { CTX } from '../standard/cabac-binarization.ts';
import {
  FLAG_OFFSET,
  LAST_8X8,
  LEVEL_OFFSET,
  MAP_OFFSET,
  SIGNIFICANT_8X8,
} from '../standard/cabac-residual.ts';
import { BIN_COST, BIT } from '../standard/cabac-states.ts';

/** States: no level yet; one, two, three or more of magnitude 1 alone; then one to four or more beyond 1. */
const STATES = 8;
const NONE_YET = 0;
/** Magnitudes from here on have an Exp-Golomb suffix (uCoff of clause 9.3.2.3). */
const FIRST_WITH_SUFFIX = 15;
const MAX_COEFFICIENTS = 64;
const NO_PATH = Number.POSITIVE_INFINITY;

/** State => ctxIdxInc of the first bin of a level, and of those after it (clause 9.3.3.1.3); chroma DC stops one earlier. */
const FIRST_BIN_INC: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0);
const NEXT_BIN_INC: Uint8Array = /* @__PURE__ */ Uint8Array.of(5, 5, 5, 5, 6, 7, 8, 9);
/** State => state after a level of magnitude 1, and after one beyond. */
const AFTER_ONE: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 2, 3, 3, 4, 5, 6, 7);
const AFTER_BEYOND: Uint8Array = /* @__PURE__ */ Uint8Array.of(4, 4, 4, 4, 5, 6, 7, 7);

/** Where the contexts of a kind of block lie, and how its coefficients weigh. */
export interface TrellisBlock {
  /** First context of coded_block_flag; -1 for 8x8 blocks, which have none. */
  readonly codedBlockFlag: number;
  /** Contexts of the two maps by scan position, and the first context of levels. */
  readonly significant: Uint16Array;
  readonly last: Uint16Array;
  readonly levels: number;
  /** Number of coefficients, and the scan index of the first: 1 for AC blocks. */
  readonly count: number;
  readonly first: number;
  /** Scan index => place in raster order. */
  readonly scan: Uint8Array;
  /** 1 / squared norm of the forward transform's basis by scan index: coefficients back to squared samples. */
  readonly inverseNorm: Float64Array;
}

/** A 4x4 block by its ctxBlockCat; `first` 1 for those without DC. */
export function trellisBlock4x4(
  cat: number,
  first: number,
  scan: Uint8Array,
  inverseNorm: Float64Array,
): TrellisBlock {
  const map = MAP_OFFSET[cat];
  const contexts = (offset: number) =>
    Uint16Array.from({ length: 16 }, (_, i) => offset + map + Math.max(0, i - first));
  return {
    codedBlockFlag: CTX.coded_block_flag + FLAG_OFFSET[cat],
    significant: contexts(CTX.significant_coeff_flag),
    last: contexts(CTX.last_significant_coeff_flag),
    levels: CTX.coeff_abs_level_minus1 + LEVEL_OFFSET[cat],
    count: 16,
    first,
    scan,
    inverseNorm,
  };
}

/** An 8x8 luma block. */
export function trellisBlock8x8(scan: Uint8Array, inverseNorm: Float64Array): TrellisBlock {
  return {
    codedBlockFlag: -1,
    significant: Uint16Array.from(SIGNIFICANT_8X8, (inc) => CTX.significant_coeff_flag_8x8 + inc),
    last: Uint16Array.from(LAST_8X8, (inc) => CTX.last_significant_coeff_flag_8x8 + inc),
    levels: CTX.coeff_abs_level_minus1_8x8,
    count: MAX_COEFFICIENTS,
    first: 0,
    scan,
    inverseNorm,
  };
}

/** Finds levels by shortest path; scratch of one encoder. */
export class LevelTrellis {
  /** Contexts as they stand before the macroblock, by ctxIdx. */
  private readonly states: Uint8Array;
  private cost = new Float64Array(STATES);
  private next = new Float64Array(STATES);
  /** The magnitude, and the state before, by which each state is reached: STATES·position + state. */
  private readonly magnitudes = new Int16Array(STATES * MAX_COEFFICIENTS);
  private readonly before = new Uint8Array(STATES * MAX_COEFFICIENTS);

  constructor(states: Uint8Array) {
    this.states = states;
  }

  /**
   * Improves the levels of a block, one of which is nonzero.
   * @param step size of a quantizer step by scan index, in units of the coefficients
   * @param original coefficients before quantization, raster order from `originalAt`
   * @param levels in scan order from `start`; changed in place
   * @param flagInc ctxIdxInc of coded_block_flag, 0..3
   * @param lambda for squared errors
   * @returns whether a level is left
   */
  decide(
    block: TrellisBlock,
    step: Float64Array,
    original: Int16Array,
    originalAt: number,
    levels: Int16Array,
    start: number,
    flagInc: number,
    lambda: number,
  ): boolean {
    const { first, scan, inverseNorm } = block;
    const weight = lambda / BIT;
    let top = block.count - 1;
    while (top >= first && levels[start + top] === 0) top--;
    this.cost.fill(NO_PATH);
    this.cost[NONE_YET] = 0;
    for (let i = top; i >= first; i--) {
      const level = levels[start + i];
      const magnitude = level < 0 ? -level : level;
      this.next.fill(NO_PATH);
      this.passZero(block, i, weight);
      if (magnitude > 0) {
        const c = original[originalAt + scan[i]];
        const size = c < 0 ? -c : c;
        const norm = inverseNorm[i];
        const error = size - magnitude * step[i];
        const gain = (error * error - size * size) * norm;
        this.passLevel(block, i, magnitude, gain, weight);
        if (magnitude > 1) {
          const lower = error + step[i];
          const lowerGain = (lower * lower - size * size) * norm;
          this.passLevel(block, i, magnitude - 1, lowerGain, weight);
        }
      }
      [this.cost, this.next] = [this.next, this.cost];
    }
    return this.trace(block, top, levels, start, this.bestState(block, flagInc, weight));
  }

  private bin(ctxIdx: number, bin: number): number {
    return BIN_COST[(this.states[ctxIdx] << 1) | bin];
  }

  /** A level of 0 at scan index i: nothing is said of it unless a level behind it is not 0. */
  private passZero(block: TrellisBlock, i: number, weight: number): void {
    const { cost, next, magnitudes, before } = this;
    const isLastPlace = i === block.count - 1;
    const zero = isLastPlace ? 0 : weight * this.bin(block.significant[i], 0);
    for (let state = 0; state < STATES; state++) {
      next[state] = cost[state] + (state === NONE_YET ? 0 : zero);
      magnitudes[STATES * i + state] = 0;
      before[STATES * i + state] = state;
    }
  }

  /** A level of that magnitude at scan index i, in place of whatever reaches the same state at a higher cost. */
  private passLevel(
    block: TrellisBlock,
    i: number,
    magnitude: number,
    gain: number,
    weight: number,
  ): void {
    const { cost, next, magnitudes, before } = this;
    const isLastPlace = i === block.count - 1;
    const significant = isLastPlace ? 0 : this.bin(block.significant[i], 1);
    const notLast = isLastPlace ? 0 : this.bin(block.last[i], 0);
    const last = isLastPlace ? 0 : this.bin(block.last[i], 1);
    for (let state = 0; state < STATES; state++) {
      if (cost[state] === NO_PATH) continue;
      const bits =
        significant +
        (state === NONE_YET ? last : notLast) +
        this.levelBits(block.levels, state, magnitude);
      const total = cost[state] + gain + weight * bits;
      const to = magnitude === 1 ? AFTER_ONE[state] : AFTER_BEYOND[state];
      if (total >= next[to]) continue;
      next[to] = total;
      magnitudes[STATES * i + to] = magnitude;
      before[STATES * i + to] = state;
    }
  }

  /** Cost in 1/256 bit of coeff_abs_level_minus1 and the sign. */
  private levelBits(offset: number, state: number, magnitude: number): number {
    const first = offset + FIRST_BIN_INC[state];
    if (magnitude === 1) return this.bin(first, 0) + BIT;
    const next = offset + NEXT_BIN_INC[state];
    const bits = this.bin(first, 1) + BIT;
    if (magnitude < FIRST_WITH_SUFFIX) {
      return bits + (magnitude - 2) * this.bin(next, 1) + this.bin(next, 0);
    }
    const suffix = 2 * (31 - Math.clz32(magnitude - FIRST_WITH_SUFFIX + 1)) + 1;
    return bits + (FIRST_WITH_SUFFIX - 2) * this.bin(next, 1) + BIT * suffix;
  }

  /** The state that the cheapest path ends in, NONE_YET for a block without levels. */
  private bestState({ codedBlockFlag }: TrellisBlock, flagInc: number, weight: number): number {
    const { cost } = this;
    const hasFlag = codedBlockFlag >= 0;
    let best = NONE_YET;
    let least = hasFlag ? weight * this.bin(codedBlockFlag + flagInc, 0) : 0;
    // An 8x8 block has a bit of coded_block_pattern instead.
    const coded = weight * (hasFlag ? this.bin(codedBlockFlag + flagInc, 1) : BIT);
    for (let state = 1; state < STATES; state++) {
      if (cost[state] + coded >= least) continue;
      least = cost[state] + coded;
      best = state;
    }
    return best;
  }

  /** Walks the cheapest path back up the scan and puts its levels in place. */
  private trace(
    block: TrellisBlock,
    top: number,
    levels: Int16Array,
    start: number,
    end: number,
  ): boolean {
    let state = end;
    for (let i = block.first; i <= top; i++) {
      const magnitude = this.magnitudes[STATES * i + state];
      levels[start + i] = levels[start + i] < 0 ? -magnitude : magnitude;
      state = this.before[STATES * i + state];
    }
    return end !== NONE_YET;
  }
}
