/** The codes of a block as its symbols are written: RFC 1951 clauses 3.2.2 and 3.2.5. */
import type { Arena } from '../kernels/arena.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  distanceSymbol,
  FIRST_LENGTH,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LITLEN_SYMBOLS,
  lengthIndexes,
  MAX_DISTANCE_CODES,
  MAX_MATCH,
  MIN_MATCH,
} from '../standard/symbols.ts';
import { canonicalCodes } from './block-code.ts';

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** Bytes that codes take in an arena. */
export const SYMBOL_CODES_BYTES: number =
  8 * (LITLEN_SYMBOLS + MAX_MATCH + 1 + 2 * DISTANCE_SYMBOLS);

/** Pairs of words: a code, its first bit lowest, and how many bits it has. One object serves many blocks. */
export class SymbolCodes {
  /** Index: literal or length symbol. */
  readonly litlen: Int32Array;
  /** Index: length 3..258; extra bits are in the code. */
  readonly lengths: Int32Array;
  /** Index: distance symbol; without extra bits. */
  readonly distances: Int32Array;
  /** Distance symbol => its shortest distance, and the number of extra bits behind the code. */
  readonly distanceRules: Int32Array;
  private readonly litlenCodes = new Uint16Array(LITLEN_SYMBOLS);
  private readonly distanceCodes = new Uint16Array(DISTANCE_SYMBOLS);

  constructor(arena: Arena) {
    this.litlen = arena.words(2 * LITLEN_SYMBOLS);
    this.lengths = arena.words(2 * (MAX_MATCH + 1));
    this.distances = arena.words(2 * DISTANCE_SYMBOLS);
    this.distanceRules = arena.words(2 * DISTANCE_SYMBOLS);
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      this.distanceRules[2 * i] = DISTANCE_BASE[i]!;
      this.distanceRules[2 * i + 1] = DISTANCE_EXTRA[i]!;
    }
  }

  /** Bits of a literal. */
  literalBits(value: number): number {
    return this.litlen[2 * value + 1]!;
  }

  /** Bits of a match, extra bits among them. */
  matchBits(length: number, distance: number): number {
    const symbol = distanceSymbol(distance);
    return (
      this.lengths[2 * length + 1]! + this.distances[2 * symbol + 1]! + DISTANCE_EXTRA[symbol]!
    );
  }

  /** Takes the codes that have these lengths. */
  prepare(litlenLengths: Uint8Array, distanceLengths: Uint8Array): void {
    const { litlen, lengths, distances, litlenCodes, distanceCodes } = this;
    canonicalCodes(litlenLengths, LITLEN_SYMBOLS, litlenCodes);
    canonicalCodes(distanceLengths, DISTANCE_SYMBOLS, distanceCodes);
    for (let i = 0; i < LITLEN_SYMBOLS; i++) {
      litlen[2 * i] = litlenCodes[i]!;
      litlen[2 * i + 1] = litlenLengths[i]!;
    }
    for (let i = 0; i < DISTANCE_SYMBOLS; i++) {
      distances[2 * i] = distanceCodes[i]!;
      distances[2 * i + 1] = distanceLengths[i]!;
    }
    for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
      const index = LENGTH_INDEX[length]!;
      const bits = litlenLengths[FIRST_LENGTH + index]!;
      const extra = length - LENGTH_BASE[index]!;
      lengths[2 * length] = litlenCodes[FIRST_LENGTH + index]! | (extra << bits);
      lengths[2 * length + 1] = bits + LENGTH_EXTRA[index]!;
    }
  }
}
