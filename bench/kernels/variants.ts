/** Other ways to write a kernel, that the one in the sources was chosen over; each is compared with it before it is timed. */

/** SAD of 16x16 samples, byte by byte with Math.abs, a row unrolled by four. */
export function sadOfBytes(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  let sum = 0;
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x += 4) {
      sum +=
        Math.abs(bytes[a + x]! - bytes[b + x]!) +
        Math.abs(bytes[a + x + 1]! - bytes[b + x + 1]!) +
        Math.abs(bytes[a + x + 2]! - bytes[b + x + 2]!) +
        Math.abs(bytes[a + x + 3]! - bytes[b + x + 3]!);
    }
    a += strideA;
    b += strideB;
  }
  return sum;
}

/** The same by comparing and taking the smaller from the larger. */
export function sadByComparison(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  let sum = 0;
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const p = bytes[a + x]!;
      const q = bytes[b + x]!;
      sum += p > q ? p - q : q - p;
    }
    a += strideA;
    b += strideB;
  }
  return sum;
}

const PAIRS = 0x00ff00ff;

/** Absolute values of two signed 16-bit numbers packed as low + 65536·high, packed alike. */
function absolutePair(pair: number): number {
  const signs = (pair >>> 15) & 0x00010001;
  const mask = (signs << 16) - signs;
  return (pair + mask) ^ mask;
}

/** SAD of 16x16 samples four at a time, as two packed pairs of exact differences. `a` is a multiple of 4. */
export function sadByPairs(
  words: Int32Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
): number {
  const shift = (b & 3) << 3;
  const left = 31 - shift;
  let total = 0;
  for (let y = 0; y < 16; y++) {
    const rowA = (a + y * strideA) >> 2;
    const rowB = (b + y * strideB) >> 2;
    let sum = 0;
    let word = words[rowB]!;
    for (let x = 0; x < 4; x++) {
      const next = words[rowB + x + 1]!;
      const p = words[rowA + x]!;
      const q = (word >>> shift) | ((next << left) << 1);
      word = next;
      sum +=
        absolutePair((p & PAIRS) - (q & PAIRS)) +
        absolutePair(((p >>> 8) & PAIRS) - ((q >>> 8) & PAIRS));
    }
    total += (sum & 0xffff) + (sum >>> 16);
  }
  return total;
}

/** SATD of 16x16 samples, 4x4 by 4x4, with plain integers: rows, then columns, then absolute values. */
export function satdOfNumbers(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  scratch: Int32Array,
): number {
  let sum = 0;
  for (let top = 0; top < 16; top += 4) {
    for (let left = 0; left < 16; left += 4) {
      for (let y = 0; y < 4; y++) {
        const p = a + (top + y) * strideA + left;
        const q = b + (top + y) * strideB + left;
        const d0 = bytes[p]! - bytes[q]!;
        const d1 = bytes[p + 1]! - bytes[q + 1]!;
        const d2 = bytes[p + 2]! - bytes[q + 2]!;
        const d3 = bytes[p + 3]! - bytes[q + 3]!;
        scratch[4 * y] = d0 + d1 + d2 + d3;
        scratch[4 * y + 1] = d0 - d1 + d2 - d3;
        scratch[4 * y + 2] = d0 + d1 - d2 - d3;
        scratch[4 * y + 3] = d0 - d1 - d2 + d3;
      }
      let block = 0;
      for (let x = 0; x < 4; x++) {
        const s0 = scratch[x]! + scratch[x + 4]!;
        const s1 = scratch[x]! - scratch[x + 4]!;
        const s2 = scratch[x + 8]! + scratch[x + 12]!;
        const s3 = scratch[x + 8]! - scratch[x + 12]!;
        block += Math.abs(s0 + s2) + Math.abs(s0 - s2) + Math.abs(s1 + s3) + Math.abs(s1 - s3);
      }
      sum += block >> 1;
    }
  }
  return sum;
}

/** The mean of two blocks of 16x16 samples, rounded up, byte by byte: quarter samples (clause 8.4.2.2.1). */
export function averageBytes(
  bytes: Uint8Array,
  a: number,
  b: number,
  stride: number,
  to: number,
  toStride: number,
): void {
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) bytes[to + x] = (bytes[a + x]! + bytes[b + x]! + 1) >> 1;
    a += stride;
    b += stride;
    to += toStride;
  }
}

/** A copy of 16x16 samples, by `Uint8Array.copyWithin`, row by row. */
export function copyRows(
  bytes: Uint8Array,
  from: number,
  stride: number,
  to: number,
  toStride: number,
): void {
  for (let y = 0; y < 16; y++) {
    bytes.copyWithin(to, from, from + 16);
    from += stride;
    to += toStride;
  }
}

/** The forward 4x4 transform of a difference, row by row and column by column over plain integers. */
export function forwardOfNumbers(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  out: Int32Array,
): void {
  for (let y = 0; y < 4; y++) {
    const p = a + y * strideA;
    const q = b + y * strideB;
    const d0 = bytes[p]! - bytes[q]!;
    const d1 = bytes[p + 1]! - bytes[q + 1]!;
    const d2 = bytes[p + 2]! - bytes[q + 2]!;
    const d3 = bytes[p + 3]! - bytes[q + 3]!;
    out[4 * y] = d0 + d1 + d2 + d3;
    out[4 * y + 1] = 2 * d0 + d1 - d2 - 2 * d3;
    out[4 * y + 2] = d0 - d1 - d2 + d3;
    out[4 * y + 3] = d0 - 2 * d1 + 2 * d2 - d3;
  }
  for (let x = 0; x < 4; x++) {
    const d0 = out[x]!;
    const d1 = out[x + 4]!;
    const d2 = out[x + 8]!;
    const d3 = out[x + 12]!;
    out[x] = d0 + d1 + d2 + d3;
    out[x + 4] = 2 * d0 + d1 - d2 - 2 * d3;
    out[x + 8] = d0 - d1 - d2 + d3;
    out[x + 12] = d0 - 2 * d1 + 2 * d2 - d3;
  }
}
