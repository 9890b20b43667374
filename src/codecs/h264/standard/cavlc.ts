/**
 * CAVLC of transform coefficient levels, residual_block_cavlc( ) of clauses 7.3.5.3.2 and 9.2, and the count of its bits
 * without writing them, for decisions. A block is given as its levels in scan order and the mask of its nonzero levels
 * (macroblock.ts), so both walk from the last nonzero level down by counting leading zeros of the mask.
 */
import type { BitWriter } from '../../../bits/bit-writer.ts';
import { COEFF_TOKEN, RUN_BEFORE, TOTAL_ZEROS, TOTAL_ZEROS_CHROMA_DC } from './cavlc-tables.ts';
import {
  COEFF_TOKEN_COLUMN,
  COEFF_TOKEN_COLUMN_CHROMA_DC,
  coeffTokenIndex,
} from './coeff-token.ts';

/** nC of chroma DC blocks (clause 9.2.1). */
export const NC_CHROMA_DC = -1;

/**
 * Largest magnitude of a level that every suffixLength can code with level_prefix 15, the limit of the profiles without
 * High tools (clause 9.2.2.1): levelCode is at most 2·2063 - 1 = 30 + 4095 there.
 */
export const MAX_LEVEL = 2063;

/**
 * Largest magnitude of a level in an 8x8 block, at QP 0: 64 differences of 255. Beyond `MAX_LEVEL` it takes level_prefix 16,
 * which profile High allows.
 */
export const MAX_LEVEL_8X8 = 3264;

/** Number of one bits of a 16-bit mask: TotalCoeff, clause 9.2.1. */
export function countBits(mask: number): number {
  mask -= (mask >>> 1) & 0x5555;
  mask = (mask & 0x3333) + ((mask >>> 2) & 0x3333);
  mask = (mask + (mask >>> 4)) & 0x0f0f;
  return (mask + (mask >>> 8)) & 31;
}

/** The same of a mask of 32 bits, clause 9.2.1. */
export function countBits32(mask: number): number {
  return countBits(mask & 0xffff) + countBits(mask >>> 16);
}

function columnOf(nC: number): number {
  return nC < 0 ? COEFF_TOKEN_COLUMN_CHROMA_DC : COEFF_TOKEN_COLUMN[nC];
}

/**
 * Writes residual_block_cavlc( ).
 * @param levels coefficient levels; the block's scan position i is `levels[start + i]`
 * @param mask bit i set if `levels[start + i]` is nonzero; only bits 0..maxNumCoeff-1
 * @param maxNumCoeff 4, 15 or 16
 * @param nC -1 for chroma DC, else 0..16 from the neighbors (clause 9.2.1)
 */
export function writeResidualBlock(
  out: BitWriter,
  levels: Int16Array,
  start: number,
  mask: number,
  maxNumCoeff: number,
  nC: number,
): void {
  const column = columnOf(nC);
  const totalCoeff = countBits(mask);
  if (totalCoeff === 0) {
    const token = coeffTokenIndex(column, 0, 0);
    out.put(COEFF_TOKEN.lengths[token], COEFF_TOKEN.words[token]);
    return;
  }

  // Trailing ones: up to three levels of magnitude 1 at the end of the scan, sent as signs.
  let trailingOnes = 0;
  let signs = 0;
  let rest = mask;
  while (rest !== 0 && trailingOnes < 3) {
    const index = 31 - Math.clz32(rest);
    const level = levels[start + index];
    if (level !== 1 && level !== -1) break;
    signs = (signs << 1) | (level < 0 ? 1 : 0);
    trailingOnes++;
    rest ^= 1 << index;
  }
  const token = coeffTokenIndex(column, trailingOnes, totalCoeff);
  // At most 16 and 3 bits.
  let length = COEFF_TOKEN.lengths[token] + trailingOnes;
  let word = (COEFF_TOKEN.words[token] << trailingOnes) | signs;
  if (rest !== 0) {
    writeLevels(out, levels, start, rest, totalCoeff, trailingOnes, length, word);
    length = 0;
    word = 0;
  }
  if (totalCoeff < maxNumCoeff) writeZeros(out, mask, totalCoeff, maxNumCoeff, length, word);
  else out.put(length, word);
}

/**
 * Writes `word` of `length` bits, at most 19, and level_prefix and level_suffix of the levels in `rest`, the inverse of clause
 * 9.2.2.1. Codes go out together while they fit into a word.
 */
function writeLevels(
  out: BitWriter,
  levels: Int16Array,
  start: number,
  rest: number,
  totalCoeff: number,
  trailingOnes: number,
  length: number,
  word: number,
): void {
  let suffixLength = totalCoeff > 10 && trailingOnes < 3 ? 1 : 0;
  let offset = trailingOnes < 3 ? 2 : 0;
  while (rest !== 0) {
    const index = 31 - Math.clz32(rest);
    const level = levels[start + index];
    rest ^= 1 << index;
    const magnitude = level < 0 ? -level : level;
    const levelCode = 2 * magnitude - (level < 0 ? 1 : 2) - offset;
    offset = 0;
    let bits = levelCode + 1;
    let code = 1;
    if (suffixLength > 0) {
      bits = (levelCode >> suffixLength) + 1 + suffixLength;
      code = (1 << suffixLength) | (levelCode & ((1 << suffixLength) - 1));
    } else if (levelCode >= 14) {
      bits = 19;
      code = (1 << 4) | (levelCode - 14);
    }
    const excess = levelCode - (suffixLength > 0 ? 15 << suffixLength : 30);
    if (excess >= 0) {
      bits = escapeBits(excess);
      code = (1 << (excess < 1 << 12 ? 12 : 13)) | (excess & ((1 << 12) - 1));
    }
    if (length + bits > 31) {
      out.put(length, word);
      length = 0;
      word = 0;
    }
    length += bits;
    word = (word << bits) | code;
    if (suffixLength === 0) suffixLength = 1;
    if (magnitude > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength++;
  }
  out.put(length, word);
}

/** Writes `word` of `length` bits, at most 19; then total_zeros and run_before of a block with fewer levels than it could have. */
function writeZeros(
  out: BitWriter,
  mask: number,
  totalCoeff: number,
  maxNumCoeff: number,
  length: number,
  word: number,
): void {
  const zeros = maxNumCoeff === 4 ? TOTAL_ZEROS_CHROMA_DC : TOTAL_ZEROS;
  let index = 31 - Math.clz32(mask);
  let zerosLeft = index + 1 - totalCoeff;
  const entry = (totalCoeff << 4) | zerosLeft;
  // total_zeros of at most 9 bits, and up to 14 runs that go out together while they fit into a word.
  length += zeros.lengths[entry];
  word = (word << zeros.lengths[entry]) | zeros.words[entry];
  const { lengths, words } = RUN_BEFORE;
  let rest = mask ^ (1 << index);
  while (rest !== 0 && zerosLeft > 0) {
    const next = 31 - Math.clz32(rest);
    const run = index - next - 1;
    const runEntry = ((zerosLeft < 7 ? zerosLeft : 7) << 4) | run;
    const runLength = lengths[runEntry];
    if (length + runLength > 31) {
      out.put(length, word);
      length = 0;
      word = 0;
    }
    length += runLength;
    word = (word << runLength) | words[runEntry];
    zerosLeft -= run;
    index = next;
    rest ^= 1 << next;
  }
  out.put(length, word);
}

/** Bits of a level with an escape: level_prefix 15 with a suffix of 12 bits, or 16 with one of 13. */
function escapeBits(excess: number): number {
  return excess < 1 << 12 ? 28 : 30;
}

/** The number of bits that `writeResidualBlock` writes for the same arguments, clause 9.2. */
export function residualBlockBits(
  levels: Int16Array,
  start: number,
  mask: number,
  maxNumCoeff: number,
  nC: number,
): number {
  const column = columnOf(nC);
  const totalCoeff = countBits(mask);
  if (totalCoeff === 0) return COEFF_TOKEN.lengths[coeffTokenIndex(column, 0, 0)];

  let trailingOnes = 0;
  let rest = mask;
  while (rest !== 0 && trailingOnes < 3) {
    const index = 31 - Math.clz32(rest);
    const level = levels[start + index];
    if (level !== 1 && level !== -1) break;
    trailingOnes++;
    rest ^= 1 << index;
  }
  let bits = COEFF_TOKEN.lengths[coeffTokenIndex(column, trailingOnes, totalCoeff)] + trailingOnes;

  let suffixLength = totalCoeff > 10 && trailingOnes < 3 ? 1 : 0;
  let offset = trailingOnes < 3 ? 2 : 0;
  while (rest !== 0) {
    const index = 31 - Math.clz32(rest);
    const level = levels[start + index];
    rest ^= 1 << index;
    const magnitude = level < 0 ? -level : level;
    const levelCode = 2 * magnitude - (level < 0 ? 1 : 2) - offset;
    offset = 0;
    if (suffixLength === 0) {
      bits += levelCode < 14 ? levelCode + 1 : levelCode < 30 ? 19 : escapeBits(levelCode - 30);
      suffixLength = 1;
    } else {
      const excess = levelCode - (15 << suffixLength);
      bits += excess < 0 ? (levelCode >> suffixLength) + 1 + suffixLength : escapeBits(excess);
    }
    if (magnitude > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength++;
  }

  if (totalCoeff < maxNumCoeff) {
    const zeros = maxNumCoeff === 4 ? TOTAL_ZEROS_CHROMA_DC : TOTAL_ZEROS;
    let index = 31 - Math.clz32(mask);
    let zerosLeft = index + 1 - totalCoeff;
    bits += zeros.lengths[(totalCoeff << 4) | zerosLeft];
    rest = mask ^ (1 << index);
    while (rest !== 0 && zerosLeft > 0) {
      const next = 31 - Math.clz32(rest);
      const run = index - next - 1;
      bits += RUN_BEFORE.lengths[((zerosLeft < 7 ? zerosLeft : 7) << 4) | run];
      zerosLeft -= run;
      index = next;
      rest ^= 1 << next;
    }
  }
  return bits;
}
