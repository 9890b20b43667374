/**
 * From the components of a file to colors. The equations are those of JFIF 1.02 (T.871 clause 7): BT.601 with full range; constants
 * have 16 bits of fraction.
 */

/** 1.402, 0.344136, 0.714136 and 1.772 of T.871 clause 7, times 2^16. */
export const RED_OF_CR = 91881;
export const GREEN_OF_CB = 22554;
export const GREEN_OF_CR = 46802;
export const BLUE_OF_CB = 116130;
const HALF = 1 << 15;

/** Where the rows of the components lie in the decoder's memory. */
export interface ComponentRows {
  first: number;
  second: number;
  third: number;
  fourth: number;
}

/**
 * `count` pixels of Y, Cb, Cr, from the positions `first`, `second` and `third` on, to RGB at `to`, or RGBA with alpha 255 if `channels` is 4
 * (T.871 clause 7). `bytes` and `out` are the same memory; rows do not overlap.
 */
export function yccToRgb(
  bytes: Uint8Array,
  out: Uint8ClampedArray,
  first: number,
  second: number,
  third: number,
  count: number,
  to: number,
  channels: number,
): void {
  for (let x = 0; x < count; x++, to += channels) {
    const y = (bytes[first + x]! << 16) + HALF;
    const cb = bytes[second + x]! - 128;
    const cr = bytes[third + x]! - 128;
    out[to] = (y + RED_OF_CR * cr) >> 16;
    out[to + 1] = (y - GREEN_OF_CB * cb - GREEN_OF_CR * cr) >> 16;
    out[to + 2] = (y + BLUE_OF_CB * cb) >> 16;
    if (channels === 4) out[to + 3] = 255;
  }
}

/** `count` pixels of three rows side by side, as RGB or RGBA: a file of RGB, or of gray if all three rows are one (T.81 clause A.1.1). */
export function interleaveRgb(
  bytes: Uint8Array,
  out: Uint8ClampedArray,
  first: number,
  second: number,
  third: number,
  count: number,
  to: number,
  channels: number,
): void {
  for (let x = 0; x < count; x++, to += channels) {
    out[to] = bytes[first + x]!;
    out[to + 1] = bytes[second + x]!;
    out[to + 2] = bytes[third + x]!;
    if (channels === 4) out[to + 3] = 255;
  }
}

/**
 * Multiplies RGB by what the fourth row lets through: CMYK to RGB as paper would show it with ideal inks. The RGB that is there
 * stands for C, M, Y as light (255 = no ink), as Adobe's files have it (T.872 clause 6.5.3).
 */
export function multiplyByBlack(
  bytes: Uint8Array,
  rows: ComponentRows,
  count: number,
  out: Uint8ClampedArray,
  to: number,
  channels: number,
): void {
  for (let x = 0; x < count; x++, to += channels) {
    const light = bytes[rows.fourth + x]!;
    for (let i = 0; i < 3; i++) out[to + i] = (out[to + i]! * light + 127) / 255;
  }
}

/** Luma of RGB by the equation of T.871 clause 7. */
export function lumaOf(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + HALF) >> 16;
}
