/** Rows of pixels to rows of components, in integers with 15 bits of fraction. The plain twins of vector/encode-rows.ts. */

/** 0.299, 0.587 and 0.114 of T.871 clause 7, times 2^15; their sum is 2^15. */
export const LUMA = [9798, 19235, 3735] as const;
/** The same for Cb and Cr: the differences to blue and red, divided by 1.772 and 1.402. Each row's sum is 0. */
export const BLUENESS = [-5529, -10855, 16384] as const;
export const REDNESS = [16384, -13720, -2664] as const;
/** Bits of fraction of these factors. */
export const FACTOR_BITS = 15;

/** See `JpegKernels.splitPixels3` and `.splitPixels4`. */
export function splitPixels(
  bytes: Uint8Array,
  from: number,
  to: number,
  distance: number,
  count: number,
  channels: number,
): void {
  for (let x = 0; x < count; x++, from += channels) {
    bytes[to + x] = bytes[from]!;
    bytes[to + distance + x] = bytes[from + 1]!;
    bytes[to + 2 * distance + x] = bytes[from + 2]!;
  }
}

/** See `JpegKernels.shiftRow`. */
export function shiftRow(
  bytes: Uint8Array,
  halves: Int16Array,
  from: number,
  to: number,
  count: number,
): void {
  for (let x = 0, o = to >> 1; x < count; x++) halves[o + x] = bytes[from + x]! - 128;
}

/** See `JpegKernels.lumaRow`. */
export function lumaRow(
  bytes: Uint8Array,
  halves: Int16Array,
  from: number,
  distance: number,
  to: number,
  count: number,
): void {
  const half = 1 << (FACTOR_BITS - 1);
  for (let x = 0, o = to >> 1; x < count; x++) {
    const r = bytes[from + x]!;
    const g = bytes[from + distance + x]!;
    const b = bytes[from + 2 * distance + x]!;
    halves[o + x] = ((LUMA[0] * r + LUMA[1] * g + LUMA[2] * b + half) >> FACTOR_BITS) - 128;
  }
}

/** See `JpegKernels.sumRows`. */
export function sumRows(
  bytes: Uint8Array,
  halves: Int16Array,
  a: number,
  b: number,
  to: number,
  count: number,
): void {
  for (let x = 0, o = to >> 1; x < count; x++) halves[o + x] = bytes[a + x]! + bytes[b + x]!;
}

/** See `JpegKernels.sumPairs`. */
export function sumPairs(
  bytes: Uint8Array,
  halves: Int16Array,
  a: number,
  b: number,
  to: number,
  count: number,
): void {
  for (let x = 0, o = to >> 1; x < count; x++) {
    const left = 2 * x;
    halves[o + x] =
      bytes[a + left]! + bytes[a + left + 1]! + bytes[b + left]! + bytes[b + left + 1]!;
  }
}

/** See `JpegKernels.chromaRow`. */
export function chromaRow(
  halves: Int16Array,
  from: number,
  distance: number,
  toCb: number,
  toCr: number,
  count: number,
  shift: number,
): void {
  const half = 1 << (shift - 1);
  const red = from >> 1;
  const green = (from + distance) >> 1;
  const blue = (from + 2 * distance) >> 1;
  for (let x = 0; x < count; x++) {
    const r = halves[red + x]!;
    const g = halves[green + x]!;
    const b = halves[blue + x]!;
    halves[(toCb >> 1) + x] = (BLUENESS[0] * r + BLUENESS[1] * g + BLUENESS[2] * b + half) >> shift;
    halves[(toCr >> 1) + x] = (REDNESS[0] * r + REDNESS[1] * g + REDNESS[2] * b + half) >> shift;
  }
}
