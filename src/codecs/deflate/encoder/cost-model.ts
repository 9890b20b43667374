/**
 * What literals, lengths and distances cost by the statistics so far: greedy and lazy parsing weigh matches by it. Statistics
 * are renewed as symbols come, and older ones count half each time.
 */
import {
  DISTANCE_EXTRA,
  FIRST_LENGTH,
  LENGTH_EXTRA,
  lengthIndexes,
  MAX_DISTANCE_CODES,
  MAX_LITLEN_CODES,
  MAX_MATCH,
} from '../standard/symbols.ts';
import { COST_SHIFT, log2 } from './logarithm.ts';

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** Costs in units of 2^-COST_SHIFT bits. */
export class CostModel {
  readonly literalCosts = new Int32Array(256);
  /** By length 3..258, extra bits counted. */
  readonly lengthCosts = new Int32Array(MAX_MATCH + 1);
  /** By distance symbol, extra bits counted. */
  readonly distanceCosts = new Int32Array(MAX_DISTANCE_CODES + 2);
  /** How often symbols came, older ones counted less. */
  readonly litlenCounts = new Int32Array(MAX_LITLEN_CODES + 2);
  readonly distanceCounts = new Int32Array(MAX_DISTANCE_CODES + 2);

  constructor() {
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
