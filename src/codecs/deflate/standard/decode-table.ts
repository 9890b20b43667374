/**
 * Tables that decode the canonical prefix codes of RFC 1951 clause 3.2.2 by looking up several bits at once. Codes up to
 * `rootBits` are found at once; longer ones lead to a second table behind the first, which the rest of the code looks up.
 *
 * An entry says all that a symbol needs, so that the decoder reads nothing else:
 *
 * | bits   | literal    | length or distance           | second table        | end of block, no code |
 * | ------ | ---------- | ---------------------------- | ------------------- | --------------------- |
 * | 0..4   | code bits  | code bits + extra bits       | root bits           | code bits, 0          |
 * | 8..11  | literal    | code bits                    | bits of its index   |                       |
 * | 12..14 | (8..15)    | none set                     | SECOND_TABLE        | END, NO_CODE          |
 * | 16..30 |            | shortest length or distance  | where it begins     |                       |
 * | 31     | set        |                              |                     |                       |
 */
import { MAX_CODE_LENGTH } from './symbols.ts';

/** Entries are negative for literals. */
export const LITERAL = 0x80000000 | 0;
export const NO_CODE = 0x1000;
export const END = 0x2000;
export const SECOND_TABLE = 0x4000;
/** An entry with none of these bits is a length or a distance. */
const NOT_A_MATCH: number = NO_CODE | END | SECOND_TABLE;

/** Bits looked up at once. Codes of literals are seldom longer than 10 bits, those of distances than 8. */
export const LITLEN_ROOT_BITS = 11;
export const DISTANCE_ROOT_BITS = 9;

/** The rules for building a table. */
export interface CodeRules {
  /** Bits that the first table looks up. */
  readonly rootBits: number;
  /** Whether a single code of one bit, or no code at all, is let pass: clause 3.2.7 says so of distances. */
  readonly mayBeIncomplete: boolean;
}

/**
 * Fills `table` for a code, clause 3.2.2.
 * @param lengths code lengths of `count` symbols from `from` on, 0 where there is no code
 * @param meanings what each symbol adds to the entry beside its code length; see above
 * @param table has room for `decodeTableSize` entries
 * @returns false if the lengths are those of no prefix code: too many codes, or too few
 */
export function buildDecodeTable(
  lengths: Uint8Array,
  from: number,
  count: number,
  meanings: Int32Array,
  rules: CodeRules,
  table: Int32Array,
): boolean {
  const counts = new Int32Array(MAX_CODE_LENGTH + 2);
  const nextIndex = new Int32Array(MAX_CODE_LENGTH + 2);
  const sorted = new Uint16Array(count);
  for (let symbol = 0; symbol < count; symbol++) counts[lengths[from + symbol]!]!++;
  let left = 1;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    left = (left << 1) - counts[length]!;
    if (left < 0) return false;
  }
  const used = count - counts[0]!;
  if (left > 0) {
    if (!rules.mayBeIncomplete || used > 1 || (used === 1 && counts[1] !== 1)) return false;
    // A place that no code leads to becomes an error when the stream goes there.
    table.fill(NO_CODE, 0, 1 << rules.rootBits);
  }
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    nextIndex[length + 1] = nextIndex[length]! + counts[length]!;
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[from + symbol]!;
    if (length !== 0) sorted[nextIndex[length]!++] = symbol;
  }
  fillTable(sorted.subarray(0, used), counts, meanings, rules.rootBits, table);
  return true;
}

/** The code after `code` of `length` bits in canonical order, both with their first bit lowest; all ones goes to 0. */
function nextReversed(code: number, length: number): number {
  let bit = 1 << (length - 1);
  while ((code & bit) !== 0) bit >>= 1;
  return bit === 0 ? 0 : (code & (bit - 1)) | bit;
}

/** Enters the symbols that have a code, shortest codes first; `counts` says how many codes there are of each length. */
function fillTable(
  sorted: Uint16Array,
  counts: Int32Array,
  meanings: Int32Array,
  rootBits: number,
  table: Int32Array,
): void {
  const rootSize = 1 << rootBits;
  let length = 1;
  let ofLength = counts[1]!;
  let code = 0;
  let prefix = -1;
  let second = 0;
  let secondBits = 0;
  let end = rootSize;
  for (let i = 0; i < sorted.length; i++) {
    while (ofLength === 0) ofLength = counts[++length]!;
    const meaning = meanings[sorted[i]!]!;
    if (length <= rootBits) {
      const entry = withCodeLength(meaning, length);
      for (let at = code; at < rootSize; at += 1 << length) table[at] = entry;
    } else {
      if ((code & (rootSize - 1)) !== prefix) {
        prefix = code & (rootSize - 1);
        secondBits = secondTableBits(counts, length, ofLength, rootBits);
        second = end;
        end += 1 << secondBits;
        table[prefix] = (second << 16) | SECOND_TABLE | (secondBits << 8) | rootBits;
      }
      const entry = withCodeLength(meaning, length);
      const step = 1 << (length - rootBits);
      for (let at = code >>> rootBits; at < 1 << secondBits; at += step) table[second + at] = entry;
    }
    ofLength--;
    code = nextReversed(code, length);
  }
}

/** Index bits of a second table whose first code has `length` bits, of which `remaining` codes are left. */
function secondTableBits(
  counts: Int32Array,
  length: number,
  remaining: number,
  rootBits: number,
): number {
  let bits = length - rootBits;
  let room = (1 << bits) - remaining;
  while (room > 0 && bits + rootBits < MAX_CODE_LENGTH) {
    bits++;
    room = (room << 1) - counts[bits + rootBits]!;
  }
  return bits;
}

function withCodeLength(meaning: number, length: number): number {
  if (meaning < 0 || (meaning & NOT_A_MATCH) !== 0) return meaning + length;
  return meaning + (length << 8) + length;
}

/**
 * Entries that a table for a code of `symbols` symbols can need; not normative. A second table of 2^b entries is made so wide only as the code
 * fills it, which takes b + 1 codes at least (of 1, 2, …, b and b bits).
 */
export function decodeTableSize(rootBits: number, symbols: number): number {
  const bits = MAX_CODE_LENGTH - rootBits;
  return (1 << rootBits) + Math.ceil((symbols << bits) / (bits + 1));
}
