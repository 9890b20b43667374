/** Adler-32, the checksum of zlib streams: RFC 1950 clause 8.2. */

/** The largest prime below 65536, RFC 1950 clause 8.2. */
const BASE = 65521;
/**
 * Bytes whose sums may be added up before they are reduced: n·(n + 1)/2·255 + (n + 1)·(BASE - 1) stays below 2^31 up to
 * n = 3854, and numbers below 2^31 are what engines add fastest. A multiple of the step.
 */
const RUN = 3840;
const STEP = 16;

/**
 * Adler-32 of `bytes` from `start` to before `end`, going on from `adler`, the result for the bytes before (1 at the
 * beginning). The result is unsigned.
 */
export function adler32(
  bytes: Uint8Array,
  adler = 1,
  start = 0,
  end: number = bytes.length,
): number {
  let a = adler & 0xffff;
  let b = adler >>> 16;
  let i = start;
  while (i < end) {
    const runEnd = Math.min(end, i + RUN);
    for (; i + STEP <= runEnd; i += STEP) {
      // The sixteen sums of the definition, written out: b gains sixteen times a, and byte k of the step 16 - k times.
      const [b0, b1, b2, b3] = [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!];
      const [b4, b5, b6, b7] = [bytes[i + 4]!, bytes[i + 5]!, bytes[i + 6]!, bytes[i + 7]!];
      const [b8, b9, b10, b11] = [bytes[i + 8]!, bytes[i + 9]!, bytes[i + 10]!, bytes[i + 11]!];
      const [b12, b13, b14, b15] = [bytes[i + 12]!, bytes[i + 13]!, bytes[i + 14]!, bytes[i + 15]!];
      b +=
        16 * (a + b0) +
        15 * b1 +
        14 * b2 +
        13 * b3 +
        12 * b4 +
        11 * b5 +
        10 * b6 +
        9 * b7 +
        8 * b8 +
        7 * b9 +
        6 * b10 +
        5 * b11 +
        4 * b12 +
        3 * b13 +
        2 * b14 +
        b15;
      a += b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7 + b8 + b9 + b10 + b11 + b12 + b13 + b14 + b15;
    }
    for (; i < runEnd; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= BASE;
    b %= BASE;
  }
  return ((b << 16) | a) >>> 0;
}
