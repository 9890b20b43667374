/**
 * Levels of the AC coefficients of a block by rate and distortion: of all sequences of levels that are near the real ones, the one with
 * the least bits + weight * squared error. A coefficient becomes its nearest level, the one below, or zero; the path through the
 * coefficients that stay is found by dynamic programming over the place of the last one before (Crouse and Ramchandran, IEEE Trans. Image
 * Processing 6, 1997).
 */
import type { RateModel } from './rate-model.ts';

/** Real levels below this become zero: the error of zero is then at most a ninth of that of one. */
const NEVER_BELOW = 0.5;

/** Decides blocks one at a time; what it found last can be read from its fields. */
export class AcTrellis {
  /** Cost of the best levels with at least one that is not zero, end of block included; Infinity if all are below one half. */
  bestCost = 0;
  /** Cost of all zeros, without the end of block. */
  zeroCost = 0;
  /** Whether the best levels end before coefficient 63. */
  endsEarly = false;
  /** By state: coefficient, level chosen, cost so far, state before. State 0 is the start of the block. */
  private readonly index = new Int32Array(65);
  private readonly level = new Int32Array(65);
  private readonly cost = new Float64Array(65);
  private readonly before = new Int32Array(65);
  /** By coefficient: error if it and all before are zero. */
  private readonly zeroError = new Float64Array(64);
  private bestState = 0;

  /**
   * Finds the best levels of a block.
   * @param real real levels, 64 in zig-zag order from `at` on
   * @param weights by coefficient: bits that a squared error of one step is worth
   * @param blockWeight what this block's errors are worth, times `weights`
   */
  search(
    real: Float32Array,
    at: number,
    weights: Float64Array,
    blockWeight: number,
    rates: RateModel,
  ): void {
    const { index, level, cost, before, zeroError } = this;
    const { acBits, endOfBlockBits } = rates;
    const longRunBits = acBits[0xf0]!;
    let states = 1;
    let error = 0;
    cost[0] = 0;
    index[0] = 0;
    let bestEnd = Number.POSITIVE_INFINITY;
    let bestState = 0;
    for (let k = 1; k < 64; k++) {
      const value = real[at + k]!;
      const magnitude = value < 0 ? -value : value;
      const weight = weights[k]! * blockWeight;
      const errorBefore = error;
      error += weight * magnitude * magnitude;
      zeroError[k] = error;
      if (magnitude < NEVER_BELOW) continue;
      const nearest = Math.min(1023, Math.floor(magnitude + 0.5));
      const off = magnitude - nearest;
      const nearestSize = 32 - Math.clz32(nearest);
      const nearestError = weight * off * off;
      const lower = nearest - 1;
      const lowerSize = 32 - Math.clz32(lower);
      const lowerError = weight * (off + 1) * (off + 1);
      let bestCost = Number.POSITIVE_INFINITY;
      let bestLevel = 0;
      let bestBefore = 0;
      for (let s = states - 1; s >= 0; s--) {
        const p = index[s]!;
        let base = cost[s]! + errorBefore - zeroError[p]!;
        let run = k - p - 1;
        for (; run > 15; run -= 16) base += longRunBits;
        if (base >= bestCost) continue;
        const symbol = run << 4;
        const withNearest = base + acBits[symbol | nearestSize]! + nearestError;
        if (withNearest < bestCost) {
          bestCost = withNearest;
          bestLevel = nearest;
          bestBefore = s;
        }
        if (lower > 0) {
          const withLower = base + acBits[symbol | lowerSize]! + lowerError;
          if (withLower < bestCost) {
            bestCost = withLower;
            bestLevel = lower;
            bestBefore = s;
          }
        }
      }
      index[states] = k;
      level[states] = value < 0 ? -bestLevel : bestLevel;
      cost[states] = bestCost;
      before[states] = bestBefore;
      states++;
    }
    for (let s = 1; s < states; s++) {
      const end = cost[s]! - zeroError[index[s]!]! + error + (index[s] === 63 ? 0 : endOfBlockBits);
      if (end < bestEnd) {
        bestEnd = end;
        bestState = s;
      }
    }
    this.zeroCost = error;
    this.bestCost = bestEnd;
    this.bestState = bestState;
    this.endsEarly = bestState === 0 || index[bestState] !== 63;
  }

  /** Writes the best levels that are not all zero, 63 in zig-zag order from `at + 1` on. */
  writeBest(levels: Int16Array, at: number): void {
    levels.fill(0, at + 1, at + 64);
    for (let s = this.bestState; s > 0; s = this.before[s]!) {
      levels[at + this.index[s]!] = this.level[s]!;
    }
  }
}
