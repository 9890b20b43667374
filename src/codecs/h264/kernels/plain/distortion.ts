/**
 * How far two blocks of samples are apart: sums of absolute differences (SAD), of absolute Hadamard-transformed
 * differences (SATD) and of squares (SSD). Not normative. Plain versions are in test/reference/distortion.ts.
 *
 * Blocks are (position, stride) in one memory. `words` is the memory in 32-bit words, four samples each, first lowest.
 */

import { INTRA_4X4_WORDS } from '../../standard/intra-4x4.ts';

/** Even bytes of a word, and odd ones after a shift by 8: two samples as two 16-bit numbers. */
const PAIRS = 0x00ff00ff;

/** Absolute values of two signed 16-bit numbers packed as low + 65536·high; the results are packed alike. */
function absolutePair(pair: number): number {
  const signs = (pair >>> 15) & 0x00010001;
  const mask = (signs << 16) - signs;
  return (pair + mask) ^ mask;
}

/** The seven low bits, and the top bit, of each of four bytes. */
const LOW_BITS = 0x7f7f7f7f;
const TOP_BITS = 0x80808080 | 0;
/** The product with four small bytes has their sum in its top byte. */
const SUM_OF_BYTES = 0x01010101;

/**
 * Choice: motion search compares samples in seven bits, without their lowest. Then the top bit of each byte takes the sign
 * of its difference, and four differences need one subtraction: about 0.6 of the time of exact sums, by bytes or by packed
 * pairs (`bench/kernels`). BD-rate of five clips at superfast: about +0.2 %.
 *
 * One side is prepared by `searchWord`: t = 128 + p - q in each byte, p and q halved; where the top bit of t is set, the
 * difference is t - 128, else it is negative. With n that bit, and u the low bits of t, inverted if n is set, |p - q| =
 * 128 - n - u. The kernels sum n and u.
 */
export function searchWord(word: number): number {
  return ((word >>> 1) & LOW_BITS) | TOP_BITS;
}

/** Samples that the sums of one group of rows cover without overflow, times 128. */
const GROUP_16 = 4 * 16 * 128;
const GROUP_8 = 4 * 8 * 128;
const ROW_4 = 4 * 128;

/**
 * SAD of 16 by `height` samples (a multiple of 4) in seven bits, doubled: the innermost loop of motion search. Stops, with
 * a sum of at least `limit`, when four or more rows have reached it.
 * @param a a block of `searchWord`s, a multiple of 4, as are the strides
 * @param b samples at any position
 */
export function sad16(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  height: number,
  limit: number,
): number {
  const shift = ((b & 3) << 3) + 1;
  const left = 32 - shift;
  const wordsA = strideA >> 2;
  const wordsB = strideB >> 2;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let total = 0;
  for (let group = 0; group < height; group += 4) {
    let low = 0;
    let signs = 0;
    for (let y = 0; y < 4; y++) {
      const w1 = words[rowB + 1];
      const w2 = words[rowB + 2];
      const w3 = words[rowB + 3];
      let t = words[rowA] - (((words[rowB] >>> shift) | (w1 << left)) & LOW_BITS);
      let top = t & TOP_BITS;
      let n = top >>> 7;
      let u = (t ^ (top - n)) & LOW_BITS;
      signs += n;
      t = words[rowA + 1] - (((w1 >>> shift) | (w2 << left)) & LOW_BITS);
      top = t & TOP_BITS;
      n = top >>> 7;
      u += (t ^ (top - n)) & LOW_BITS;
      signs += n;
      low += (u & PAIRS) + ((u >>> 8) & PAIRS);
      t = words[rowA + 2] - (((w2 >>> shift) | (w3 << left)) & LOW_BITS);
      top = t & TOP_BITS;
      n = top >>> 7;
      u = (t ^ (top - n)) & LOW_BITS;
      signs += n;
      t = words[rowA + 3] - (((w3 >>> shift) | (words[rowB + 4] << left)) & LOW_BITS);
      top = t & TOP_BITS;
      n = top >>> 7;
      u += (t ^ (top - n)) & LOW_BITS;
      signs += n;
      low += (u & PAIRS) + ((u >>> 8) & PAIRS);
      rowA += wordsA;
      rowB += wordsB;
    }
    total += GROUP_16 - (low & 0xffff) - (low >>> 16) - (Math.imul(signs, SUM_OF_BYTES) >>> 24);
    if (2 * total >= limit) return 2 * total;
  }
  return 2 * total;
}

/** `sad16` for blocks 8 wide. */
export function sad8(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  height: number,
  limit: number,
): number {
  const shift = ((b & 3) << 3) + 1;
  const left = 32 - shift;
  const wordsA = strideA >> 2;
  const wordsB = strideB >> 2;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let total = 0;
  for (let group = 0; group < height; group += 4) {
    let low = 0;
    let signs = 0;
    for (let y = 0; y < 4; y++) {
      const w1 = words[rowB + 1];
      let t = words[rowA] - (((words[rowB] >>> shift) | (w1 << left)) & LOW_BITS);
      let top = t & TOP_BITS;
      let n = top >>> 7;
      let u = (t ^ (top - n)) & LOW_BITS;
      signs += n;
      t = words[rowA + 1] - (((w1 >>> shift) | (words[rowB + 2] << left)) & LOW_BITS);
      top = t & TOP_BITS;
      n = top >>> 7;
      u += (t ^ (top - n)) & LOW_BITS;
      signs += n;
      low += (u & PAIRS) + ((u >>> 8) & PAIRS);
      rowA += wordsA;
      rowB += wordsB;
    }
    total += GROUP_8 - (low & 0xffff) - (low >>> 16) - (Math.imul(signs, SUM_OF_BYTES) >>> 24);
    if (2 * total >= limit) return 2 * total;
  }
  return 2 * total;
}

/** `sad16` for blocks 4 wide, to the end. */
export function sad4(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  height: number,
): number {
  const shift = ((b & 3) << 3) + 1;
  const left = 32 - shift;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let low = 0;
  let signs = 0;
  for (let y = 0; y < height; y++) {
    const t = words[rowA] - (((words[rowB] >>> shift) | (words[rowB + 1] << left)) & LOW_BITS);
    const top = t & TOP_BITS;
    const n = top >>> 7;
    const u = (t ^ (top - n)) & LOW_BITS;
    signs += n;
    low += (u & PAIRS) + ((u >>> 8) & PAIRS);
    rowA += strideA >> 2;
    rowB += strideB >> 2;
  }
  const total =
    ROW_4 * height - (low & 0xffff) - (low >>> 16) - (Math.imul(signs, SUM_OF_BYTES) >>> 24);
  return 2 * total;
}

/** Exact SAD of 4x4 samples, by packed pairs. Both positions and strides are multiples of 4. */
export function sad4x4(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  let rowA = a >> 2;
  let rowB = b >> 2;
  let sum = 0;
  for (let y = 0; y < 4; y++) {
    const p = words[rowA];
    const q = words[rowB];
    sum +=
      absolutePair((p & PAIRS) - (q & PAIRS)) +
      absolutePair(((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS));
    rowA += strideA >> 2;
    rowB += strideB >> 2;
  }
  return (sum & 0xffff) + (sum >>> 16);
}

/**
 * Whether no 4x4 block of a square of `size` samples, 16 or 8, has a SAD above `limit`: 1 or 0. Both positions and strides are
 * multiples of 4.
 */
export function isNear(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  size: number,
  limit: number,
): number {
  for (let y = 0; y < size; y += 4) {
    for (let x = 0; x < size; x += 4) {
      if (sad4x4(words, a + y * strideA + x, strideA, b + y * strideB + x, strideB) > limit)
        return 0;
    }
  }
  return 1;
}

/**
 * max(|low|, |high|) of a packed pair: half of |low + high| + |low - high|, the last butterfly of a Hadamard transform
 * with its absolute values.
 */
function largerOfPair(pair: number): number {
  const magnitudes = absolutePair(pair);
  const low = magnitudes & 0xffff;
  const less = low - (magnitudes >>> 16);
  return low - (less & (less >> 31));
}

/**
 * SATD of 4x4 samples: half the sum of the 16 absolute values of the Hadamard transform of the differences.
 *
 * Columns 0 and 2 of the differences share one integer, 1 and 3 another; they add and subtract exactly as long as each
 * stays within 16 bits (16·255 = 4080). The butterflies between the halves come last, as `largerOfPair`.
 * @param a, b positions in words; `shift` is 8 times the bytes that b starts later, `left` is 31 - shift
 */
function satdOfWords(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  shift: number,
  left: number,
): number {
  let p = words[a];
  let q = (words[b] >>> shift) | ((words[b + 1] << left) << 1);
  let even = (p & PAIRS) - (q & PAIRS);
  let odd = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  const s0 = even + odd;
  const d0 = even - odd;
  a += strideA;
  b += strideB;
  p = words[a];
  q = (words[b] >>> shift) | ((words[b + 1] << left) << 1);
  even = (p & PAIRS) - (q & PAIRS);
  odd = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  const s1 = even + odd;
  const d1 = even - odd;
  a += strideA;
  b += strideB;
  p = words[a];
  q = (words[b] >>> shift) | ((words[b + 1] << left) << 1);
  even = (p & PAIRS) - (q & PAIRS);
  odd = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  const s2 = even + odd;
  const d2 = even - odd;
  a += strideA;
  b += strideB;
  p = words[a];
  q = (words[b] >>> shift) | ((words[b + 1] << left) << 1);
  even = (p & PAIRS) - (q & PAIRS);
  odd = ((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS);
  const s3 = even + odd;
  const d3 = even - odd;
  const s01 = s0 + s1;
  const s10 = s0 - s1;
  const s23 = s2 + s3;
  const s32 = s2 - s3;
  const d01 = d0 + d1;
  const d10 = d0 - d1;
  const d23 = d2 + d3;
  const d32 = d2 - d3;
  return (
    largerOfPair(s01 + s23) +
    largerOfPair(s01 - s23) +
    largerOfPair(s10 + s32) +
    largerOfPair(s10 - s32) +
    largerOfPair(d01 + d23) +
    largerOfPair(d01 - d23) +
    largerOfPair(d10 + d32) +
    largerOfPair(d10 - d32)
  );
}

/**
 * SATD of a 4x4 block in those of its Intra_4x4 modes (clause 8.3.1.2) that are asked for.
 * @param source position of the block, a multiple of 4 as is `sourceStride`
 * @param predictions position of what `predictIntra4x4` gives
 * @param modes mask of modes whose predictions are there
 * @param costs position of one integer of 32 bits by mode; those of other modes are left as they are
 */
export function intra4x4Costs(
  words: Int32Array,
  source: number,
  sourceStride: number,
  predictions: number,
  modes: number,
  costs: number,
): void {
  const block = source >> 2;
  const stride = sourceStride >> 2;
  let prediction = predictions >> 2;
  let at = costs >> 2;
  for (let left = modes; left !== 0; left >>= 1) {
    if (left & 1) words[at] = satdOfWords(words, block, stride, prediction, 1, 0, 31);
    prediction += INTRA_4X4_WORDS;
    at++;
  }
}

/**
 * SATD of a block whose sides are multiples of 4: the sum over its 4x4 blocks. `a` and the strides are multiples of 4,
 * `b` is any position. Stops after four rows or more when the sum is at least `limit`.
 */
export function satd(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
  limit: number,
): number {
  const shift = (b & 3) << 3;
  const left = 31 - shift;
  const wordsA = strideA >> 2;
  const wordsB = strideB >> 2;
  const count = width >> 2;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let sum = 0;
  for (let y = 0; y < height; y += 4) {
    for (let x = 0; x < count; x++) {
      sum += satdOfWords(words, rowA + x, wordsA, rowB + x, wordsB, shift, left);
    }
    if (sum >= limit) break;
    rowA += strideA;
    rowB += strideB;
  }
  return sum;
}

/** Sum of squared differences of a block whose width is a multiple of 4. */
export function ssd(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 4) {
      const d0 = bytes[a + x] - bytes[b + x];
      const d1 = bytes[a + x + 1] - bytes[b + x + 1];
      const d2 = bytes[a + x + 2] - bytes[b + x + 2];
      const d3 = bytes[a + x + 3] - bytes[b + x + 3];
      sum += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
    }
    a += strideA;
    b += strideB;
  }
  return sum;
}
