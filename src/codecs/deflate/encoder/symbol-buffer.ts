/** Literals and matches in the order in which they are coded, before it is known where blocks end. */

/** A literal is its byte, below this; a match is (distance << 9) | length. */
export const FIRST_MATCH = 512;
/** The bits of a match that are its length. */
export const LENGTH_MASK = 511;

/** Bytes that symbols `from`..`to` - 1 stand for. */
export function coveredBytes(symbols: Int32Array, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const symbol = symbols[i]!;
    // All ones for a match: literals and matches alternate at random, so that a branch takes three times as long.
    const isMatch = (FIRST_MATCH - 1 - symbol) >> 31;
    bytes += 1 + isMatch + (symbol & LENGTH_MASK & isMatch);
  }
  return bytes;
}

/** How often each symbol of a block comes, the end of the block included. */
export interface SymbolCounts {
  readonly litlenCounts: Int32Array;
  readonly distanceCounts: Int32Array;
}

/** The symbols of one block. */
export interface BlockSymbols extends SymbolCounts {
  readonly symbols: Int32Array;
  readonly from: number;
  readonly to: number;
}
