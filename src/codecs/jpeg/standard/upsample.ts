/**
 * Rows of a component with fewer samples than the picture, made as wide and high as the picture. JPEG leaves this to the decoder;
 * JFIF puts the samples of chroma between those of luma, so a sample is the mean of its neighbors, weighted 3 : 1 (T.81 clause
 * A.1.1 gives only the counts). Rounding up and down by turns keeps the mean.
 */

/** A row of half the width: `count` samples from `from` on become 2 * `count` from `to` on. Factors of T.81 clause A.1.1: H = 1 of 2. */
export function doubleRow(bytes: Uint8Array, from: number, count: number, to: number): void {
  bytes[to] = bytes[from]!;
  const last = from + count - 1;
  for (let i = from, o = to; i < last; i++, o += 2) {
    const a = bytes[i]!;
    const b = bytes[i + 1]!;
    bytes[o + 1] = (3 * a + b + 2) >> 2;
    bytes[o + 2] = (a + 3 * b + 1) >> 2;
  }
  bytes[to + 2 * count - 1] = bytes[last]!;
}

/**
 * A row between two of half the width, nearer to the one at `near`: `count` samples become 2 * `count`. Factors of T.81 clause A.1.1:
 * H = 1 of 2, V = 1 of 2.
 */
export function doubleBetween(
  bytes: Uint8Array,
  near: number,
  far: number,
  count: number,
  to: number,
): void {
  let a = 3 * bytes[near]! + bytes[far]!;
  bytes[to] = (4 * a + 8) >> 4;
  for (let i = 1, o = to; i < count; i++, o += 2) {
    const b = 3 * bytes[near + i]! + bytes[far + i]!;
    bytes[o + 1] = (3 * a + b + 7) >> 4;
    bytes[o + 2] = (a + 3 * b + 8) >> 4;
    a = b;
  }
  bytes[to + 2 * count - 1] = (4 * a + 7) >> 4;
}

/** A row between two, nearer to the one at `near`; `bias` is 1 or 2. Factors of T.81 clause A.1.1: V = 1 of 2. */
export function rowBetween(
  bytes: Uint8Array,
  near: number,
  far: number,
  count: number,
  to: number,
  bias: number,
): void {
  for (let i = 0; i < count; i++) {
    bytes[to + i] = (3 * bytes[near + i]! + bytes[far + i]! + bias) >> 2;
  }
}

/** A row of `width` samples, each the sample at floor(x * h / maxH): for the factors of T.81 clause A.1.1 that nobody uses. */
export function stretchRow(
  bytes: Uint8Array,
  from: number,
  width: number,
  h: number,
  maxH: number,
  to: number,
): void {
  for (let x = 0; x < width; x++) bytes[to + x] = bytes[from + Math.floor((x * h) / maxH)]!;
}
