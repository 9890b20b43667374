/**
 * How far two blocks of samples are apart: sums of absolute differences (SAD), of absolute Hadamard-transformed
 * differences (SATD) and of squares (SSD). Not normative. Plain versions are in test/reference/distortion.ts.
 *
 * Blocks are (position, stride) in one memory. `words` is the memory in 32-bit words, four samples each, first lowest.
 */

/**
 * SAD of a block of `width` (a multiple of 4, up to 16) by `height` (up to 16).
 *
 * Four samples at once: with p and q four bytes each, the byte-wise comparison p >= q gives a mask, the mask swaps p and q
 * where needed, and larger minus smaller cannot borrow between bytes. 0.65 of the time of 16 unrolled Math.abs
 * (bench/kernels/distortion.ts).
 * @param a a multiple of 4, as are the strides
 * @param b any position
 */
export function sad(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  const shift = (b & 3) << 3;
  const left = 31 - shift;
  const count = width >> 2;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let sum = 0;
  for (let y = 0; y < height; y++) {
    let word = words[rowB];
    for (let x = 0; x < count; x++) {
      const next = words[rowB + x + 1];
      const p = words[rowA + x];
      const q = (word >>> shift) | ((next << left) << 1);
      word = next;
      const differs = p ^ q;
      const low = (p | 0x80808080) - (q & 0x7f7f7f7f);
      const notLess = ((p & ~q) | (~differs & low)) & 0x80808080;
      const swap = differs & (((notLess >>> 7) * 255) | 0);
      const difference = (q ^ swap) - (p ^ swap);
      sum += (difference & 0x00ff00ff) + ((difference >>> 8) & 0x00ff00ff);
    }
    rowA += strideA >> 2;
    rowB += strideB >> 2;
  }
  return (sum & 0xffff) + (sum >>> 16);
}

/** `sad` of 16x16 samples, its rows unrolled: the innermost loop of motion search. */
export function sad16x16(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  const shift = (b & 3) << 3;
  const left = 31 - shift;
  let rowA = a >> 2;
  let rowB = b >> 2;
  let sum = 0;
  for (let y = 0; y < 16; y++) {
    const w1 = words[rowB + 1];
    const w2 = words[rowB + 2];
    const w3 = words[rowB + 3];
    sum +=
      absoluteDifferences(words[rowA], (words[rowB] >>> shift) | ((w1 << left) << 1)) +
      absoluteDifferences(words[rowA + 1], (w1 >>> shift) | ((w2 << left) << 1)) +
      absoluteDifferences(words[rowA + 2], (w2 >>> shift) | ((w3 << left) << 1)) +
      absoluteDifferences(words[rowA + 3], (w3 >>> shift) | ((words[rowB + 4] << left) << 1));
    rowA += strideA >> 2;
    rowB += strideB >> 2;
  }
  return (sum & 0xffff) + (sum >>> 16);
}

/** Sums of |p - q| over the bytes: of bytes 0 and 1 in the low half of the result, of bytes 2 and 3 in the high half. */
function absoluteDifferences(p: number, q: number): number {
  const differs = p ^ q;
  const low = (p | 0x80808080) - (q & 0x7f7f7f7f);
  const notLess = ((p & ~q) | (~differs & low)) & 0x80808080;
  const swap = differs & (((notLess >>> 7) * 255) | 0);
  const difference = (q ^ swap) - (p ^ swap);
  return (difference & 0x00ff00ff) + ((difference >>> 8) & 0x00ff00ff);
}

/** Absolute values of two signed 16-bit numbers packed as low + 65536·high; the results are packed alike. */
function absolutePair(pair: number): number {
  const signs = (pair >>> 15) & 0x00010001;
  const mask = (signs << 16) - signs;
  return (pair + mask) ^ mask;
}

/**
 * SATD of 8x4 samples: two 4x4 Hadamard transforms side by side, halved. The left block's numbers are in the low 16 bits
 * and the right block's in the high ones of the same integers, which add and subtract exactly as long as each stays
 * within 16 bits: they are at most 16·255 = 4080.
 */
function satd8x4(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  let t0 = bytes[a] - bytes[b] + ((bytes[a + 4] - bytes[b + 4]) << 16);
  let t1 = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 5] - bytes[b + 5]) << 16);
  let t2 = bytes[a + 2] - bytes[b + 2] + ((bytes[a + 6] - bytes[b + 6]) << 16);
  let t3 = bytes[a + 3] - bytes[b + 3] + ((bytes[a + 7] - bytes[b + 7]) << 16);
  let u0 = t0 + t1;
  let u1 = t0 - t1;
  let u2 = t2 + t3;
  let u3 = t2 - t3;
  const r00 = u0 + u2;
  const r01 = u0 - u2;
  const r02 = u1 + u3;
  const r03 = u1 - u3;
  a += strideA;
  b += strideB;
  t0 = bytes[a] - bytes[b] + ((bytes[a + 4] - bytes[b + 4]) << 16);
  t1 = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 5] - bytes[b + 5]) << 16);
  t2 = bytes[a + 2] - bytes[b + 2] + ((bytes[a + 6] - bytes[b + 6]) << 16);
  t3 = bytes[a + 3] - bytes[b + 3] + ((bytes[a + 7] - bytes[b + 7]) << 16);
  u0 = t0 + t1;
  u1 = t0 - t1;
  u2 = t2 + t3;
  u3 = t2 - t3;
  const r10 = u0 + u2;
  const r11 = u0 - u2;
  const r12 = u1 + u3;
  const r13 = u1 - u3;
  a += strideA;
  b += strideB;
  t0 = bytes[a] - bytes[b] + ((bytes[a + 4] - bytes[b + 4]) << 16);
  t1 = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 5] - bytes[b + 5]) << 16);
  t2 = bytes[a + 2] - bytes[b + 2] + ((bytes[a + 6] - bytes[b + 6]) << 16);
  t3 = bytes[a + 3] - bytes[b + 3] + ((bytes[a + 7] - bytes[b + 7]) << 16);
  u0 = t0 + t1;
  u1 = t0 - t1;
  u2 = t2 + t3;
  u3 = t2 - t3;
  const r20 = u0 + u2;
  const r21 = u0 - u2;
  const r22 = u1 + u3;
  const r23 = u1 - u3;
  a += strideA;
  b += strideB;
  t0 = bytes[a] - bytes[b] + ((bytes[a + 4] - bytes[b + 4]) << 16);
  t1 = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 5] - bytes[b + 5]) << 16);
  t2 = bytes[a + 2] - bytes[b + 2] + ((bytes[a + 6] - bytes[b + 6]) << 16);
  t3 = bytes[a + 3] - bytes[b + 3] + ((bytes[a + 7] - bytes[b + 7]) << 16);
  u0 = t0 + t1;
  u1 = t0 - t1;
  u2 = t2 + t3;
  u3 = t2 - t3;
  const r30 = u0 + u2;
  const r31 = u0 - u2;
  const r32 = u1 + u3;
  const r33 = u1 - u3;
  let p = r00 + r10;
  let q = r00 - r10;
  let v = r20 + r30;
  let w = r20 - r30;
  let sum = absolutePair(p + v) + absolutePair(p - v) + absolutePair(q + w) + absolutePair(q - w);
  p = r01 + r11;
  q = r01 - r11;
  v = r21 + r31;
  w = r21 - r31;
  sum += absolutePair(p + v) + absolutePair(p - v) + absolutePair(q + w) + absolutePair(q - w);
  p = r02 + r12;
  q = r02 - r12;
  v = r22 + r32;
  w = r22 - r32;
  sum += absolutePair(p + v) + absolutePair(p - v) + absolutePair(q + w) + absolutePair(q - w);
  p = r03 + r13;
  q = r03 - r13;
  v = r23 + r33;
  w = r23 - r33;
  sum += absolutePair(p + v) + absolutePair(p - v) + absolutePair(q + w) + absolutePair(q - w);
  return ((sum & 0xffff) + (sum >>> 16)) >> 1;
}

/** SATD of 4x4 samples, halved: half the sum of the 16 absolute Hadamard coefficients. */
export function satd4x4(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  // Columns 0 and 2 share an integer, as do 1 and 3; the last stage separates them.
  let even = bytes[a] - bytes[b] + ((bytes[a + 2] - bytes[b + 2]) << 16);
  let odd = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 3] - bytes[b + 3]) << 16);
  const s0 = even + odd;
  const d0 = even - odd;
  a += strideA;
  b += strideB;
  even = bytes[a] - bytes[b] + ((bytes[a + 2] - bytes[b + 2]) << 16);
  odd = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 3] - bytes[b + 3]) << 16);
  const s1 = even + odd;
  const d1 = even - odd;
  a += strideA;
  b += strideB;
  even = bytes[a] - bytes[b] + ((bytes[a + 2] - bytes[b + 2]) << 16);
  odd = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 3] - bytes[b + 3]) << 16);
  const s2 = even + odd;
  const d2 = even - odd;
  a += strideA;
  b += strideB;
  even = bytes[a] - bytes[b] + ((bytes[a + 2] - bytes[b + 2]) << 16);
  odd = bytes[a + 1] - bytes[b + 1] + ((bytes[a + 3] - bytes[b + 3]) << 16);
  const s3 = even + odd;
  const d3 = even - odd;
  const sp = s0 + s1;
  const sq = s0 - s1;
  const sv = s2 + s3;
  const sw = s2 - s3;
  const dp = d0 + d1;
  const dq = d0 - d1;
  const dv = d2 + d3;
  const dw = d2 - d3;
  return (
    (lastStage(sp + sv) +
      lastStage(sp - sv) +
      lastStage(sq + sw) +
      lastStage(sq - sw) +
      lastStage(dp + dv) +
      lastStage(dp - dv) +
      lastStage(dq + dw) +
      lastStage(dq - dw)) >>
    1
  );
}

/** |low + high| + |low - high| of a packed pair. */
function lastStage(pair: number): number {
  const low = (pair << 16) >> 16;
  const high = (pair - low) >> 16;
  return Math.abs(low + high) + Math.abs(low - high);
}

/** SATD of a block whose sides are multiples of 4: the sum over its 4x4 blocks. */
export function satd(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  let sum = 0;
  if (width === 4) {
    for (let y = 0; y < height; y += 4) {
      sum += satd4x4(bytes, a + y * strideA, strideA, b + y * strideB, strideB);
    }
    return sum;
  }
  for (let y = 0; y < height; y += 4) {
    sum += satd8x4(bytes, a, strideA, b, strideB);
    if (width === 16) sum += satd8x4(bytes, a + 8, strideA, b + 8, strideB);
    a += 4 * strideA;
    b += 4 * strideB;
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
