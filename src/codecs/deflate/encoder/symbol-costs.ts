/** The cost of each symbol, for the search of a cheapest path, and the counts from which costs follow. */

import type { Arena } from '../kernels/arena.ts';
import { COST_SHIFT } from '../kernels/search-rules.ts';
import {
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_EXTRA,
  LITLEN_SYMBOLS,
  lengthIndexes,
  MAX_DISTANCE_CODES,
  MAX_MATCH,
} from '../standard/symbols.ts';
import type { BlockCode } from './block-code.ts';
import { log2 } from './logarithm.ts';

/** The extra cost of a symbol that never came, above one that came once. */
const UNSEEN = 1 << COST_SHIFT;
/** The cost of a literal before anything is known of the bytes. */
const PRESUMED_LITERAL = 6 << COST_SHIFT;
const PRESUMED_SYMBOL = 8 << COST_SHIFT;
const PRESUMED_DISTANCE = 5 << COST_SHIFT;
/** A world of threes: what their length costs, and how much more other lengths cost than they did. */
const THREE = 1 << COST_SHIFT;
const NOT_THREE = 3 << COST_SHIFT;

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** Bytes that costs take in an arena. */
export const SYMBOL_COSTS_BYTES: number = 4 * (256 + MAX_MATCH + 1 + DISTANCE_SYMBOLS);

/** Costs in units of 2^-COST_SHIFT bits. */
export class SymbolCosts {
  readonly literals: Int32Array;
  /** Length => cost, extra bits included. */
  readonly lengths: Int32Array;
  /** Distance symbol => cost, extra bits included. */
  readonly distances: Int32Array;

  constructor(arena: Arena) {
    this.literals = arena.words(256);
    this.lengths = arena.words(MAX_MATCH + 1);
    this.distances = arena.words(DISTANCE_SYMBOLS);
  }

  /** Costs of symbols that came as often as the histogram (block-splitter.ts) says, as fractions of bits. */
  fit(counts: Int32Array, at: number): void {
    let total = 0;
    for (let i = 0; i < FIRST_LENGTH + 29; i++) total += counts[at + i]!;
    // A symbol that never came costs a little more than one that came once: it would need a code of its own.
    const litlenTotal = log2(Math.max(2, total));
    const cost = (n: number) => (n > 0 ? litlenTotal - log2(n) : litlenTotal + UNSEEN);
    for (let i = 0; i < END_OF_BLOCK; i++) this.literals[i] = cost(counts[at + i]!);
    for (let length = 3; length <= MAX_MATCH; length++) {
      const index = LENGTH_INDEX[length]!;
      this.lengths[length] =
        cost(counts[at + FIRST_LENGTH + index]!) + (LENGTH_EXTRA[index]! << COST_SHIFT);
    }
    const distancesAt = at + LITLEN_SYMBOLS;
    total = 0;
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) total += counts[distancesAt + i]!;
    const distanceTotal = log2(Math.max(2, total));
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      const n = counts[distancesAt + i]!;
      this.distances[i] =
        (n > 0 ? distanceTotal - log2(n) : distanceTotal + UNSEEN) +
        (DISTANCE_EXTRA[i]! << COST_SHIFT);
    }
  }

  /** Costs to begin with. */
  presume(): void {
    this.literals.fill(PRESUMED_LITERAL);
    for (let length = 3; length <= MAX_MATCH; length++) {
      this.lengths[length] = PRESUMED_SYMBOL + (LENGTH_EXTRA[LENGTH_INDEX[length]!]! << COST_SHIFT);
    }
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      this.distances[i] = PRESUMED_DISTANCE + (DISTANCE_EXTRA[i]! << COST_SHIFT);
    }
  }

  /** Makes matches of length 3 cheap and all others dear. */
  favorThrees(): void {
    this.lengths[3] = THREE;
    for (let length = 4; length <= MAX_MATCH; length++) this.lengths[length]! += NOT_THREE;
  }

  /** Costs of symbols that have codes in whole bits; those that have none keep their costs. */
  fitWholeBits({ litlenLengths, distanceLengths }: BlockCode, counts: Int32Array): void {
    for (let i = 0; i < END_OF_BLOCK; i++) {
      if (counts[i]! > 0) this.literals[i] = litlenLengths[i]! << COST_SHIFT;
    }
    for (let length = 3; length <= MAX_MATCH; length++) {
      const index = LENGTH_INDEX[length]!;
      if (counts[FIRST_LENGTH + index]! === 0) continue;
      this.lengths[length] =
        (litlenLengths[FIRST_LENGTH + index]! + LENGTH_EXTRA[index]!) << COST_SHIFT;
    }
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      if (counts[LITLEN_SYMBOLS + i]! === 0) continue;
      this.distances[i] = (distanceLengths[i]! + DISTANCE_EXTRA[i]!) << COST_SHIFT;
    }
  }
}
