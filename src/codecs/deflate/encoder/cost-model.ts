/**
 * Costs of literals, lengths and distances by the statistics so far, by which greedy and lazy parsing weigh matches. Statistics
 * are renewed as symbols come, and older ones count half each time.
 */

import type { Arena } from '../kernels/arena.ts';
import { COST_SHIFT } from '../kernels/search-rules.ts';
import {
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  FIRST_LENGTH,
  LENGTH_EXTRA,
  LITLEN_SYMBOLS,
  lengthIndexes,
  MAX_DISTANCE_CODES,
  MAX_LITLEN_CODES,
  MAX_MATCH,
} from '../standard/symbols.ts';
import { log2 } from './logarithm.ts';

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** Bytes that a model takes in an arena. */
export const COST_MODEL_BYTES: number =
  4 * (256 + MAX_MATCH + 1 + LITLEN_SYMBOLS + 2 * DISTANCE_SYMBOLS);

/** Costs in units of 2^-COST_SHIFT bits. */
export class CostModel {
  readonly literalCosts: Int32Array;
  /** Length 3..258 => cost, extra bits included. */
  readonly lengthCosts: Int32Array;
  /** Distance symbol => cost, extra bits included. */
  readonly distanceCosts: Int32Array;
  /** How often symbols came, older ones counted less. */
  readonly litlenCounts: Int32Array;
  readonly distanceCounts: Int32Array;

  constructor(arena: Arena) {
    this.literalCosts = arena.words(256);
    this.lengthCosts = arena.words(MAX_MATCH + 1);
    this.distanceCosts = arena.words(DISTANCE_SYMBOLS);
    this.litlenCounts = arena.words(LITLEN_SYMBOLS);
    this.distanceCounts = arena.words(DISTANCE_SYMBOLS);
    this.reset();
  }

  /** Statistics of nothing in particular. */
  reset(): void {
    this.litlenCounts.fill(2, 0, 256).fill(8, 257);
    this.distanceCounts.fill(8);
    this.update();
  }

  /** Takes the counts as they are, and halves them. */
  update(): void {
    const { litlenCounts, distanceCounts } = this;
    let total = 0;
    for (let i = 0; i < MAX_LITLEN_CODES; i++) total += litlenCounts[i]! + 1;
    const litlenTotal = log2(total);
    for (let i = 0; i < 256; i++) this.literalCosts[i] = litlenTotal - log2(litlenCounts[i]! + 1);
    for (let length = 3; length <= MAX_MATCH; length++) {
      const index = LENGTH_INDEX[length]!;
      this.lengthCosts[length] =
        litlenTotal -
        log2(litlenCounts[FIRST_LENGTH + index]! + 1) +
        (LENGTH_EXTRA[index]! << COST_SHIFT);
    }
    total = 0;
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) total += distanceCounts[i]! + 1;
    const distanceTotal = log2(total);
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      this.distanceCosts[i] =
        distanceTotal - log2(distanceCounts[i]! + 1) + (DISTANCE_EXTRA[i]! << COST_SHIFT);
    }
    for (let i = 0; i < MAX_LITLEN_CODES; i++) litlenCounts[i] = litlenCounts[i]! >> 1;
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) distanceCounts[i] = distanceCounts[i]! >> 1;
  }
}
