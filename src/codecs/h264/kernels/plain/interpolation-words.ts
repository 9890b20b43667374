/**
 * The loops of fractional sample interpolation (clause 8.4.2.2), four samples at a time in words of 32 bits. interpolation.ts
 * says which samples are wanted; vector/interpolation.ts does the same with vectors.
 */

/** Even bytes of a word, and odd ones after a shift by 8: two samples as two packed 16-bit numbers. */
const PAIRS = 0x00ff00ff;

/**
 * Clip1((x + 16) >> 5) of two packed filter sums, each within -2550..10710. A bias of 256 steps keeps both positive, so
 * that they shift together; bit 8 of each then says "within 0..255", bit 9 "above".
 */
function roundedPair(sums: number): number {
  const biased = ((sums + 0x20102010) >>> 5) & 0x03ff03ff;
  if ((biased & 0x03000300) === 0x01000100) return biased & PAIRS;
  const within = (biased >>> 8) & 0x00010001;
  const above = (biased >>> 9) & 0x00010001;
  return (biased & ((within << 8) - within)) | ((above << 8) - above);
}

/**
 * Computes the 16x16 tile of plane b at `pos` (a multiple of 4), clause 8.4.2.2.1; three samples to the left and right are
 * read. Four samples at a time: the pairs that the six taps need are those of the words two samples apart.
 */
export function interpolateB(
  words: Int32Array,
  pos: number,
  stride: number,
  planeSize: number,
): void {
  let row = pos >> 2;
  const wordStride = stride >> 2;
  const toB = planeSize >> 2;
  for (let y = 0; y < 16; y++) {
    let word = words[row];
    // Samples (-2, 0) and (-1, 1), (0, 2) and (1, 3) relative to the first of the four.
    let before = (words[row - 1] >>> 16) | (word << 16);
    let beforeEven = before & PAIRS;
    let beforeOdd = (before >>> 8) & PAIRS;
    let even = word & PAIRS;
    let odd = (word >>> 8) & PAIRS;
    for (let at = row; at < row + 4; at++) {
      const next = words[at + 1];
      before = (word >>> 16) | (next << 16);
      const afterEven = before & PAIRS;
      const afterOdd = (before >>> 8) & PAIRS;
      const nextEven = next & PAIRS;
      const sum02 = beforeEven + afterOdd + 20 * (even + odd) - 5 * (beforeOdd + afterEven);
      const sum13 = beforeOdd + nextEven + 20 * (odd + afterEven) - 5 * (even + afterOdd);
      words[at + toB] = roundedPair(sum02) | (roundedPair(sum13) << 8);
      word = next;
      beforeEven = afterEven;
      beforeOdd = afterOdd;
      even = nextEven;
      odd = (next >>> 8) & PAIRS;
    }
    row += wordStride;
  }
}

/**
 * Computes the 16x16 tile of plane h at `pos` (a multiple of 4), clause 8.4.2.2.1; three rows above and below are read.
 * Four columns at a time.
 */
export function interpolateH(
  words: Int32Array,
  pos: number,
  stride: number,
  planeSize: number,
): void {
  const wordStride = stride >> 2;
  const toH = planeSize >> 1;
  for (let column = pos >> 2; column < (pos >> 2) + 4; column++) {
    let at = column;
    const w0 = words[at - 2 * wordStride];
    const w1 = words[at - wordStride];
    const w2 = words[at];
    const w3 = words[at + wordStride];
    const w4 = words[at + 2 * wordStride];
    let e0 = w0 & PAIRS;
    let e1 = w1 & PAIRS;
    let e2 = w2 & PAIRS;
    let e3 = w3 & PAIRS;
    let e4 = w4 & PAIRS;
    let o0 = (w0 >>> 8) & PAIRS;
    let o1 = (w1 >>> 8) & PAIRS;
    let o2 = (w2 >>> 8) & PAIRS;
    let o3 = (w3 >>> 8) & PAIRS;
    let o4 = (w4 >>> 8) & PAIRS;
    for (let y = 0; y < 16; y++) {
      const word = words[at + 3 * wordStride];
      const e5 = word & PAIRS;
      const o5 = (word >>> 8) & PAIRS;
      const even = e0 + e5 + 20 * (e2 + e3) - 5 * (e1 + e4);
      const odd = o0 + o5 + 20 * (o2 + o3) - 5 * (o1 + o4);
      words[at + toH] = roundedPair(even) | (roundedPair(odd) << 8);
      e0 = e1;
      e1 = e2;
      e2 = e3;
      e3 = e4;
      e4 = e5;
      o0 = o1;
      o1 = o2;
      o2 = o3;
      o3 = o4;
      o4 = o5;
      at += wordStride;
    }
  }
}

/** Vertical filter sums of 24 columns (from 4 left of the tile) by 16 rows. */
const COLUMNS = 24;
/** Sums that `interpolateJ` needs room for. */
export const VERTICAL_SUMS = COLUMNS * 16;

/**
 * Computes the 16x16 tile of plane j at `pos` (a multiple of 4), clause 8.4.2.2.1: the vertical filter without rounding,
 * four columns at a time, then the horizontal one over its results, which the clause allows (j1 is the same either way).
 * @param vertical scratch of VERTICAL_SUMS, the caller's
 */
export function interpolateJ(
  words: Int32Array,
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  planeSize: number,
  vertical: Int32Array,
): void {
  const wordStride = stride >> 2;
  for (let column = 0; column < COLUMNS; column += 4) {
    let at = ((pos - 4 + column) >> 2) - 2 * wordStride;
    const w0 = words[at];
    const w1 = words[at + wordStride];
    const w2 = words[at + 2 * wordStride];
    const w3 = words[at + 3 * wordStride];
    const w4 = words[at + 4 * wordStride];
    at += 5 * wordStride;
    let e0 = w0 & PAIRS;
    let e1 = w1 & PAIRS;
    let e2 = w2 & PAIRS;
    let e3 = w3 & PAIRS;
    let e4 = w4 & PAIRS;
    let o0 = (w0 >>> 8) & PAIRS;
    let o1 = (w1 >>> 8) & PAIRS;
    let o2 = (w2 >>> 8) & PAIRS;
    let o3 = (w3 >>> 8) & PAIRS;
    let o4 = (w4 >>> 8) & PAIRS;
    for (let to = column; to < 16 * COLUMNS; to += COLUMNS) {
      const word = words[at];
      const e5 = word & PAIRS;
      const o5 = (word >>> 8) & PAIRS;
      const even = e0 + e5 + 20 * (e2 + e3) - 5 * (e1 + e4);
      const odd = o0 + o5 + 20 * (o2 + o3) - 5 * (o1 + o4);
      const sum0 = (even << 16) >> 16;
      const sum1 = (odd << 16) >> 16;
      vertical[to] = sum0;
      vertical[to + 1] = sum1;
      vertical[to + 2] = (even - sum0) >> 16;
      vertical[to + 3] = (odd - sum1) >> 16;
      e0 = e1;
      e1 = e2;
      e2 = e3;
      e3 = e4;
      e4 = e5;
      o0 = o1;
      o1 = o2;
      o2 = o3;
      o3 = o4;
      o4 = o5;
      at += wordStride;
    }
  }
  for (let row = 0; row < 16; row++) {
    let from = row * COLUMNS + 2;
    let e = vertical[from];
    let f = vertical[from + 1];
    let g = vertical[from + 2];
    let h = vertical[from + 3];
    let i = vertical[from + 4];
    let at = pos + row * stride + 3 * planeSize;
    for (const end = at + 16; at < end; at++, from++) {
      const j = vertical[from + 5];
      clamped[at] = (e + j - 5 * (f + i) + 20 * (g + h) + 512) >> 10;
      e = f;
      f = g;
      g = h;
      h = i;
      i = j;
    }
  }
}

/**
 * Copies a block of `width` (a multiple of 4) by `height` samples, four at a time: full samples of clause 8.4.2.2.
 * @param from any position; `to` and the strides are multiples of 4
 */
export function copyBlock(
  words: Int32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  width: number,
  height: number,
): void {
  const shift = (from & 3) << 3;
  const count = width >> 2;
  let row = from >> 2;
  let at = to >> 2;
  if (shift === 0) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < count; x++) words[at + x] = words[row + x];
      row += fromStride >> 2;
      at += toStride >> 2;
    }
    return;
  }
  const left = 32 - shift;
  for (let y = 0; y < height; y++) {
    let word = words[row];
    for (let x = 0; x < count; x++) {
      const next = words[row + x + 1];
      words[at + x] = (word >>> shift) | (next << left);
      word = next;
    }
    row += fromStride >> 2;
    at += toStride >> 2;
  }
}

/**
 * Means (a + b + 1) >> 1 of two blocks, clause 8.4.2.2.1, equation 8-250 and following, four samples at a time: since
 * a + b = 2·(a | b) - (a ^ b), the mean is (a | b) - ((a ^ b) >> 1) in each byte.
 */
export function averageBlocks(
  words: Int32Array,
  a: number,
  b: number,
  stride: number,
  to: number,
  toStride: number,
  width: number,
  height: number,
): void {
  const shiftA = (a & 3) << 3;
  const shiftB = (b & 3) << 3;
  // A shift by 32 is a shift by 0 here, so the left shifts are done in two steps.
  const leftA = 31 - shiftA;
  const leftB = 31 - shiftB;
  const count = width >> 2;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let at = to >> 2;
  for (let y = 0; y < height; y++) {
    let wordA = words[rowA];
    let wordB = words[rowB];
    for (let x = 0; x < count; x++) {
      const nextA = words[rowA + x + 1];
      const nextB = words[rowB + x + 1];
      const p = (wordA >>> shiftA) | ((nextA << leftA) << 1);
      const q = (wordB >>> shiftB) | ((nextB << leftB) << 1);
      words[at + x] = (p | q) - (((p ^ q) >>> 1) & 0x7f7f7f7f);
      wordA = nextA;
      wordB = nextB;
    }
    rowA += stride >> 2;
    rowB += stride >> 2;
    at += toStride >> 2;
  }
}

/**
 * Chroma prediction, the formula of clause 8.4.2.2.2, for four samples at a time, as two packed pairs: the weights sum to 64, so that each sum of products is
 * at most 64·255 + 32 and stays within its 16 bits.
 */
export function predictChromaWords(
  words: Int32Array,
  from: number,
  stride: number,
  xFrac: number,
  yFrac: number,
  width: number,
  height: number,
  to: number,
  toStride: number,
): void {
  const weightA = (8 - xFrac) * (8 - yFrac);
  const weightB = xFrac * (8 - yFrac);
  const weightC = (8 - xFrac) * yFrac;
  const weightD = xFrac * yFrac;
  const shift = (from & 3) << 3;
  const left = 31 - shift;
  const wordStride = stride >> 2;
  for (let column = 0; column < width; column += 4) {
    let at = (from + column) >> 2;
    let out = (to + column) >> 2;
    let w0 = words[at];
    let w1 = words[at + 1];
    let word = (w0 >>> shift) | ((w1 << left) << 1);
    // Samples 0 and 2, 1 and 3, and 2 and 4 of the row above: the right neighbors of a pair are the next pair.
    let above02 = word & 0x00ff00ff;
    let above13 = (word >>> 8) & 0x00ff00ff;
    let above24 = (above02 >>> 16) | (((w1 >>> shift) & 0xff) << 16);
    for (let row = 0; row < height; row++) {
      at += wordStride;
      w0 = words[at];
      w1 = words[at + 1];
      word = (w0 >>> shift) | ((w1 << left) << 1);
      const below02 = word & 0x00ff00ff;
      const below13 = (word >>> 8) & 0x00ff00ff;
      const below24 = (below02 >>> 16) | (((w1 >>> shift) & 0xff) << 16);
      const even =
        Math.imul(above02, weightA) +
        Math.imul(above13, weightB) +
        Math.imul(below02, weightC) +
        Math.imul(below13, weightD) +
        0x00200020;
      const odd =
        Math.imul(above13, weightA) +
        Math.imul(above24, weightB) +
        Math.imul(below13, weightC) +
        Math.imul(below24, weightD) +
        0x00200020;
      words[out] = ((even >>> 6) & 0x00ff00ff) | (((odd >>> 6) & 0x00ff00ff) << 8);
      out += toStride >> 2;
      above02 = below02;
      above13 = below13;
      above24 = below24;
    }
  }
}
