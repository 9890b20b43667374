/**
 * What can be watched while a stream is written. All methods are called during `push`, `flush` and `finish`, with numbers and views
 * that are valid only during the call, and must not be changed. The stream is the same with and without an inspector.
 */
import { END_OF_BLOCK } from '../standard/symbols.ts';
import { FIRST_MATCH, LENGTH_MASK } from './symbol-buffer.ts';
import type { SymbolCodes } from './symbol-codes.ts';

/** A block as it begins. */
export interface DeflateBlock {
  /** BTYPE of RFC 1951 clause 3.2.3: 0 stored, 1 fixed codes, 2 codes of its own. */
  readonly type: number;
  readonly isLast: boolean;
  /** Bytes that it stands for. */
  readonly byteCount: number;
  /** Bits before its first symbol: of its header, of the codes, in stored blocks of padding and lengths. */
  readonly headerBits: number;
  /** What the whole block would take in each way; 0 where that was not weighed. Each includes the three bits of the header. */
  readonly storedBits: number;
  readonly fixedBits: number;
  readonly dynamicBits: number;
  /** Bits of the code of each literal or length, and of each distance; null in stored blocks. */
  readonly litlenLengths: Uint8Array | null;
  readonly distanceLengths: Uint8Array | null;
}

/** Watches whoever writes a stream; pass it as option `inspect`. */
export interface DeflateInspector {
  /** A block begins; its symbols follow, then `blockEnd`. */
  block(block: DeflateBlock): void;
  /** A byte as it is, in `bits` bits. */
  literal(value: number, bits: number): void;
  /** `length` bytes from `distance` before, in `bits` bits, extra bits among them. */
  match(length: number, distance: number, bits: number): void;
  /** The block ends; the code of its end took `bits` bits. */
  blockEnd(bits: number): void;
  /** What stands around the blocks: `header`, `alignment` or `trailer`. */
  around(name: string, bits: number): void;
}

/** Tells of the symbols of a block: those of a list. */
export function inspectSymbols(
  inspector: DeflateInspector,
  codes: SymbolCodes,
  symbols: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const symbol = symbols[i]!;
    if (symbol < FIRST_MATCH) inspector.literal(symbol, codes.literalBits(symbol));
    else {
      const length = symbol & LENGTH_MASK;
      const distance = symbol >>> 9;
      inspector.match(length, distance, codes.matchBits(length, distance));
    }
  }
}

/** The same of tokens: a number of literals, which lie in `bytes` from `position` on, then a match or 0. */
export function inspectTokens(
  inspector: DeflateInspector,
  codes: SymbolCodes,
  tokens: Int32Array,
  words: number,
  bytes: Uint8Array,
  position: number,
): void {
  let at = position;
  for (let i = 0; i < words; i += 2) {
    const end = at + tokens[i]!;
    for (; at < end; at++) inspector.literal(bytes[at]!, codes.literalBits(bytes[at]!));
    const match = tokens[i + 1]!;
    if (match === 0) continue;
    const length = match & LENGTH_MASK;
    const distance = match >>> 9;
    inspector.match(length, distance, codes.matchBits(length, distance));
    at += length;
  }
}

/** Bits of the end of a block. */
export function endBits(codes: SymbolCodes): number {
  return codes.litlen[2 * END_OF_BLOCK + 1]!;
}
