/**
 * Levels of the AC coefficients of a block by rate and distortion: of all sequences of levels that are near the real ones, the one with
 * the least bits + weight * squared error. A coefficient becomes its nearest level, the one below, or zero; the path through the
 * coefficients that stay is found by dynamic programming over the place of the last one before (Crouse and Ramchandran, IEEE Trans. Image
 * Processing 6, 1997). Real levels below one half become zero on any path, so neither they nor their errors are looked at.
 */
import { ZIGZAG } from '../standard/zigzag.ts';
import type { RateModel } from './rate-model.ts';
import type { RealLevels } from './real-levels.ts';

/** Largest AC level (T.81 clause F.1.2.2: 10 bits). */
const MAX_LEVEL = 1023;
/** Bits that every level takes at least: a code and a sign. */
const LEAST_BITS = 1;

/** Decides blocks one at a time; what it found last can be read from its fields. */
export class AcTrellis {
  /** Cost of the best levels with at least one that is not zero, end of block included; Infinity if all are below one half. */
  bestCost = 0;
  /** Cost of all zeros, without the end of block. */
  zeroCost = 0;
  /** The best levels that are not zero, in order: how many, their indexes in the zig-zag sequence, and they themselves. */
  count = 0;
  readonly chosenIndex = new Int32Array(64);
  readonly chosenLevel = new Int32Array(64);
  /** State => its coefficient, the level chosen for it, the state before it. State 0 is the start of the block. */
  private readonly index = new Int32Array(65);
  private readonly level = new Int32Array(65);
  private readonly before = new Int32Array(65);
  /** State => the cost so far less the error of zeros up to its coefficient, and the lowest of these costs up to it. State 0 has 0. */
  private readonly key = new Float64Array(65);
  private readonly lowestKey = new Float64Array(65);
  private bestState = 0;

  /**
   * Finds the best levels of a block.
   * @param real has the block as its number `block`
   * @param weight bits that a squared error of one step is worth
   */
  search(real: RealLevels, block: number, weight: number, rates: RateModel): void {
    const { levels, masks } = real;
    const at = 64 * block;
    const { index, level, before, key, lowestKey } = this;
    const { acBits, endOfBlockBits } = rates;
    const longRunBits = acBits[0xf0]!;
    let states = 1;
    let error = 0;
    for (let half = 0; half < 2; half++) {
      for (let bits = masks[2 * block + half]!; bits !== 0; bits &= bits - 1) {
        const k = 32 * half + 31 - Math.clz32(bits & -bits);
        const value = levels[at + ZIGZAG[k]!]!;
        const magnitude = value < 0 ? -value : value;
        const errorBefore = error;
        error += weight * magnitude * magnitude;
        const nearest = magnitude > MAX_LEVEL ? MAX_LEVEL : (magnitude + 0.5) | 0;
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
          // No state from here on back can be better: the errors of what lies between only grow.
          if (lowestKey[s]! + errorBefore + LEAST_BITS >= bestCost) break;
          let base = key[s]! + errorBefore;
          let run = k - index[s]! - 1;
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
        before[states] = bestBefore;
        key[states] = bestCost - error;
        lowestKey[states] = Math.min(lowestKey[states - 1]!, bestCost - error);
        states++;
      }
    }
    this.zeroCost = error;
    this.findEnd(states, error, endOfBlockBits);
  }

  /** The state that the best levels end with, of `states`; `error`: that of zeros all along. */
  private findEnd(states: number, error: number, endOfBlockBits: number): void {
    const { index, key } = this;
    let bestEnd = Number.POSITIVE_INFINITY;
    let bestState = 0;
    for (let s = 1; s < states; s++) {
      const end = key[s]! + error + (index[s] === 63 ? 0 : endOfBlockBits);
      if (end < bestEnd) {
        bestEnd = end;
        bestState = s;
      }
    }
    this.bestCost = bestEnd;
    this.bestState = bestState;
  }

  /** Takes the best levels that are not all zero, or all zeros, as those chosen. */
  choose(isZero: boolean): void {
    let count = 0;
    for (let s = isZero ? 0 : this.bestState; s > 0; s = this.before[s]!) count++;
    this.count = count;
    for (let s = this.bestState; count > 0; s = this.before[s]!) {
      count--;
      this.chosenIndex[count] = this.index[s]!;
      this.chosenLevel[count] = this.level[s]!;
    }
  }
}
