/** The alphabets of RFC 1951: literals and lengths, distances, code lengths. */

/** Literals 0..255, end of block, lengths 257..285: clause 3.2.5. Symbols 286 and 287 take part in the fixed code only. */
export const LITLEN_SYMBOLS = 288;
/** Literal and length symbols that a dynamic block can use, clause 3.2.7: HLIT is 257..286. */
export const MAX_LITLEN_CODES = 286;
/** Distance symbols 0..29, clause 3.2.5; 30 and 31 take part in the fixed code only. */
export const MAX_DISTANCE_CODES = 30;
export const DISTANCE_SYMBOLS = 32;
/** The symbol that ends a block, clause 3.2.5. */
export const END_OF_BLOCK = 256;
/** Length symbols follow it. */
export const FIRST_LENGTH = 257;
/** Lengths and distances of matches, clause 3.2. */
export const MIN_MATCH = 3;
export const MAX_MATCH = 258;
export const MAX_DISTANCE = 32768;
/** The longest code of literals, lengths and distances, and that of code lengths: clause 3.2.7. */
export const MAX_CODE_LENGTH = 15;
export const MAX_PRECODE_LENGTH = 7;
/** Symbols of the code for code lengths, clause 3.2.7. */
export const PRECODE_SYMBOLS = 19;

/** Block types, clause 3.2.3. */
export const BTYPE_STORED = 0;
export const BTYPE_FIXED = 1;
export const BTYPE_DYNAMIC = 2;

/** Clause 3.2.5: length symbol - 257 => shortest length. 258 has a symbol of its own. */
// biome-ignore format: laid out as in the standard
export const LENGTH_BASE: Uint16Array = /* @__PURE__ */ Uint16Array.of(
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27,
  31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258);

/** Clause 3.2.5: length symbol - 257 => extra bits. */
// biome-ignore format: laid out as in the standard
export const LENGTH_EXTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
  2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0);

/** Clause 3.2.5: distance symbol => shortest distance. */
// biome-ignore format: laid out as in the standard
export const DISTANCE_BASE: Uint16Array = /* @__PURE__ */ Uint16Array.of(
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129,
  193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577);

/** Clause 3.2.5: distance symbol => extra bits. */
// biome-ignore format: laid out as in the standard
export const DISTANCE_EXTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6,
  6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13);

/** Clause 3.2.7: the order in which the lengths of the code for code lengths stand. */
// biome-ignore format: laid out as in the standard
export const PRECODE_ORDER: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Clause 3.2.7: symbols 16, 17, 18 => extra bits; they repeat 3..6, 3..10, 11..138 times. */
export const REPEAT_EXTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(2, 3, 7);

/** Code lengths of the fixed code for literals and lengths, clause 3.2.6. */
export function fixedLitlenLengths(): Uint8Array {
  return new Uint8Array(LITLEN_SYMBOLS)
    .fill(8, 0, 144)
    .fill(9, 144, 256)
    .fill(7, 256, 280)
    .fill(8, 280);
}

/** Code lengths of the fixed code for distances, clause 3.2.6. */
export function fixedDistanceLengths(): Uint8Array {
  return new Uint8Array(DISTANCE_SYMBOLS).fill(5);
}

/** Length 3..258 => its index in `LENGTH_BASE` (the symbol less 257), clause 3.2.5. */
export function lengthIndexes(): Uint8Array {
  const indexes = new Uint8Array(MAX_MATCH + 1);
  for (let index = 0; index < LENGTH_BASE.length; index++) {
    // 258 would be the last of symbol 284 as well; its own symbol comes later and takes the place.
    const end = Math.min(MAX_MATCH + 1, LENGTH_BASE[index]! + (1 << LENGTH_EXTRA[index]!));
    indexes.fill(index, LENGTH_BASE[index]!, end);
  }
  return indexes;
}

/**
 * The symbol of a distance, clause 3.2.5: two symbols for each power of two. With d = distance - 1 and its highest set bit h,
 * the symbol is 2·h and the bit below the highest one.
 */
export function distanceSymbol(distance: number): number {
  const d = distance - 1;
  if (d < 2) return d;
  const high = 31 - Math.clz32(d);
  return 2 * high + ((d >>> (high - 1)) & 1);
}
