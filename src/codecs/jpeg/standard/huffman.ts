/** Huffman tables as JPEG carries them, and what coder and decoder derive from them (T.81 annexes C and F.2.2.3). */
import { FormatError } from '../../../base/errors.ts';

/** A table as a DHT segment has it (T.81 clause B.2.4.2). */
export interface HuffmanTable {
  /** L_i: number of codes of i bits, i = 1..16; index 0 is unused. */
  readonly counts: Uint8Array;
  /** V_ij: the symbols in the order of their codes, at most 256. */
  readonly symbols: Uint8Array;
}

/** EHUFCO and EHUFSI (T.81 clause C.2): codes and their lengths by symbol; length 0 where a symbol has none. */
export interface HuffmanCodes {
  readonly code: Uint16Array;
  readonly length: Uint8Array;
}

/** Generate_code_table and Order_codes (T.81 clause C.2). The table has been checked. */
export function huffmanCodes(table: HuffmanTable): HuffmanCodes {
  const code = new Uint16Array(256);
  const length = new Uint8Array(256);
  let next = 0;
  let index = 0;
  for (let size = 1; size <= 16; size++) {
    for (let i = table.counts[size]!; i > 0; i--) {
      const symbol = table.symbols[index++]!;
      code[symbol] = next++;
      length[symbol] = size;
    }
    next <<= 1;
  }
  return { code, length };
}

/** Bits that the first look-up of the decoder resolves. 9 bits: over 95 % of the symbols of real files. */
export const LOOK_BITS = 9;

/**
 * Tables for the procedure DECODE (T.81 clause F.2.2.3), arranged for look-up.
 */
export interface HuffmanDecoder {
  /** The next 9 bits => code length << 8 | symbol, or 0 if the code is longer than 9 bits or is none. */
  readonly look: Uint16Array;
  /**
   * The next 9 bits, for AC symbols => value << 16 | run << 8 | bits, where code and the bits of the value (clause F.1.2.2)
   * together fit in the 9 bits; 0 elsewhere, and for symbols without a value.
   */
  readonly lookValue: Int32Array;
  /** Largest code of each length, MAXCODE, left-aligned in 16 bits, plus one; index 17 ends every search. */
  readonly limit: Int32Array;
  /** Code length => the number that turns a code of that length into its index in `symbols`. */
  readonly delta: Int32Array;
  readonly symbols: Uint8Array;
}

/**
 * Checks a table and derives the decoder's tables (T.81 clauses C.2, F.2.2.3).
 * Throws `FormatError` if the counts make no code (clause C.1: at most 2^i codes of i bits are left, and no code is all ones).
 */
export function huffmanDecoder(table: HuffmanTable, offset: number): HuffmanDecoder {
  const look = new Uint16Array(1 << LOOK_BITS);
  const limit = new Int32Array(18);
  const delta = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let size = 1; size <= 16; size++) {
    const count = table.counts[size]!;
    delta[size] = index - code;
    if (code + count > 1 << size) {
      throw new FormatError(
        'jpeg.DHT',
        'more codes than their lengths allow (T.81 clause C.2)',
        offset,
      );
    }
    if (size <= LOOK_BITS) {
      for (let i = 0; i < count; i++) {
        const entry = (size << 8) | table.symbols[index + i]!;
        look.fill(entry, (code + i) << (LOOK_BITS - size), (code + i + 1) << (LOOK_BITS - size));
      }
    }
    code += count;
    index += count;
    limit[size] = code << (16 - size);
    code <<= 1;
  }
  limit[17] = 0x7fffffff;
  return { look, lookValue: valuesOf(look), limit, delta, symbols: table.symbols };
}

/** The look-up that also resolves the value that follows a code, EXTEND of T.81 clause F.2.2.1. */
function valuesOf(look: Uint16Array): Int32Array {
  const values = new Int32Array(1 << LOOK_BITS);
  for (let bits = 0; bits < values.length; bits++) {
    const length = look[bits]! >> 8;
    const size = look[bits]! & 15;
    if (length === 0 || size === 0 || length + size > LOOK_BITS) continue;
    const raw = (bits >> (LOOK_BITS - length - size)) & ((1 << size) - 1);
    const value = raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw;
    values[bits] = (value << 16) | ((look[bits]! & 0xf0) << 4) | (length + size);
  }
  return values;
}
