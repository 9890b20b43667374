/**
 * The three codes of a block, RFC 1951 clauses 3.2.5 to 3.2.7, as tables for decoding: of literals and lengths, of distances, and of
 * the code lengths in a block's header. Each builder says by false that the lengths are those of no prefix code.
 */
import {
  buildDecodeTable,
  DISTANCE_ROOT_BITS,
  decodeTableSize,
  END,
  LITERAL,
  LITLEN_ROOT_BITS,
  NO_CODE,
} from './decode-table.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  fixedDistanceLengths,
  fixedLitlenLengths,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LITLEN_SYMBOLS,
  PRECODE_SYMBOLS,
} from './symbols.ts';

/** Bits looked up at once in the table of code lengths, which are at most so long. */
export const PRECODE_ROOT_BITS = 7;

/** Entries of the table of literals and lengths. */
export const LITLEN_TABLE_SIZE: number = /* @__PURE__ */ decodeTableSize(
  LITLEN_ROOT_BITS,
  LITLEN_SYMBOLS,
);
/** Entries of the table of distances. */
export const DISTANCE_TABLE_SIZE: number = /* @__PURE__ */ decodeTableSize(
  DISTANCE_ROOT_BITS,
  DISTANCE_SYMBOLS,
);
/** Entries of the table of code lengths. */
export const PRECODE_TABLE_SIZE: number = /* @__PURE__ */ decodeTableSize(
  PRECODE_ROOT_BITS,
  PRECODE_SYMBOLS,
);

const LITLEN_MEANINGS = /* @__PURE__ */ litlenMeanings();
const DISTANCE_MEANINGS = /* @__PURE__ */ distanceMeanings();
const PRECODE_MEANINGS = /* @__PURE__ */ Int32Array.from(
  { length: PRECODE_SYMBOLS },
  (_, i) => LITERAL | (i << 8),
);
const LITLEN_RULES = { rootBits: LITLEN_ROOT_BITS, mayBeIncomplete: true } as const;
const DISTANCE_RULES = { rootBits: DISTANCE_ROOT_BITS, mayBeIncomplete: true } as const;
const PRECODE_RULES = { rootBits: PRECODE_ROOT_BITS, mayBeIncomplete: false } as const;

function litlenMeanings(): Int32Array {
  const meanings = new Int32Array(LITLEN_SYMBOLS).fill(NO_CODE);
  for (let literal = 0; literal < END_OF_BLOCK; literal++) {
    meanings[literal] = LITERAL | (literal << 8);
  }
  meanings[END_OF_BLOCK] = END;
  for (let i = 0; i < LENGTH_BASE.length; i++) {
    meanings[FIRST_LENGTH + i] = (LENGTH_BASE[i]! << 16) | LENGTH_EXTRA[i]!;
  }
  return meanings;
}

function distanceMeanings(): Int32Array {
  const meanings = new Int32Array(DISTANCE_SYMBOLS).fill(NO_CODE);
  for (let i = 0; i < DISTANCE_BASE.length; i++) {
    meanings[i] = (DISTANCE_BASE[i]! << 16) | DISTANCE_EXTRA[i]!;
  }
  return meanings;
}

/** The code of literals and lengths from the first `count` of `lengths`, clause 3.2.7. */
export function buildLitlenTable(lengths: Uint8Array, count: number, table: Int32Array): boolean {
  return buildDecodeTable(lengths, 0, count, LITLEN_MEANINGS, LITLEN_RULES, table);
}

/** The code of distances from `count` of `lengths` from `from` on, clause 3.2.7. */
export function buildDistanceTable(
  lengths: Uint8Array,
  from: number,
  count: number,
  table: Int32Array,
): boolean {
  return buildDecodeTable(lengths, from, count, DISTANCE_MEANINGS, DISTANCE_RULES, table);
}

/** The code for code lengths from the first 19 of `lengths`, clause 3.2.7. */
export function buildPrecodeTable(lengths: Uint8Array, table: Int32Array): boolean {
  return buildDecodeTable(lengths, 0, PRECODE_SYMBOLS, PRECODE_MEANINGS, PRECODE_RULES, table);
}

/** Both tables of a block with fixed codes, clause 3.2.6. */
export function buildFixedTables(litlenTable: Int32Array, distanceTable: Int32Array): void {
  buildLitlenTable(fixedLitlenLengths(), LITLEN_SYMBOLS, litlenTable);
  buildDistanceTable(fixedDistanceLengths(), 0, DISTANCE_SYMBOLS, distanceTable);
}
