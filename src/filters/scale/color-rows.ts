/**
 * Rows of RGB and of Y'CbCr of 8 bits, component by component in one memory, plain; `color-vectors.ts` has their twins. They follow swscale's
 * defaults, so that graphs look as they do in ffmpeg: to RGB every chroma sample stands for its whole block; from RGB chroma is the
 * mean of two columns. Equations: H.273 clause 8.3, in fixed point (src/frames/color-matrix.ts).
 */
import type { ForwardMatrix, InverseMatrix } from '../../frames/color-matrix.ts';
import type { PixFmtInfo } from '../../frames/pixel-format.ts';
import { readRow, writeRow } from './component-rows.ts';

/** Positions of the rows, and of the pixels that they come from or go to, in bytes. */
export interface ColorRows {
  readonly luma: number;
  readonly cb: number;
  readonly cr: number;
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
  readonly pixels: number;
}

/** Places of a row for each sample of a packed pixel, in the order of the pixel; a fourth that is none is the row of opacity. */
export type PixelRows = readonly [number, number, number, number];

/** The rows that the pixels of a packed format fill or come from. */
export function pixelRows({ order }: PixFmtInfo, { r, g, b, a }: ColorRows): PixelRows {
  const rows: [number, number, number, number] = [a, a, a, a];
  order?.forEach((position, c) => {
    if (position !== undefined) rows[position] = [r, g, b, a][c]!;
  });
  return rows;
}

/** How products are rounded on the way to RGB. */
export type RgbRounding = 'exact' | 'cut' | 'steps';

/** A matrix to RGB, and what swscale adds to luma and to chroma, in 1/8, where it scaled their lines and cuts products. */
export interface RgbMatrix extends InverseMatrix {
  readonly raise?: readonly [luma: number, chroma: number];
}

const HALF = 1 << 15;
const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** A row of Y'CbCr as RGB. `shift` is 1 where two columns share a chroma sample. Products are summed before they are cut to 8 bits. */
export function rgbRowExact(
  bytes: Uint8Array,
  at: ColorRows,
  shift: number,
  width: number,
  m: InverseMatrix,
): void {
  for (let x = 0; x < width; x++) {
    const u = bytes[at.cb + (x >> shift)]! - 128;
    const v = bytes[at.cr + (x >> shift)]! - 128;
    const y = (bytes[at.luma + x]! - m.lumaOffset) * m.luma + HALF;
    bytes[at.r + x] = clip((y + m.rcr * v) >> 16);
    bytes[at.g + x] = clip((y + m.gcb * u + m.gcr * v) >> 16);
    bytes[at.b + x] = clip((y + m.bcb * u) >> 16);
  }
}

/** A coefficient in 1/8192. */
export const cutCoefficient = (coefficient: number): number => (coefficient + 4) >> 3;

/**
 * The same as swscale's vector code does it: samples times 8, coefficients in 1/8192, every product cut to its upper 16 bits before
 * the sum. It is up to two steps darker than the exact sum; pictures of a graph are those of ffmpeg.
 * @param m a matrix whose `raise` is added to the samples times 8
 */
export function rgbRowCut(
  bytes: Uint8Array,
  at: ColorRows,
  shift: number,
  width: number,
  m: RgbMatrix,
): void {
  const [lumaRaise, chromaRaise] = m.raise ?? [0, 0];
  const [scale, rcr, gcb, gcr, bcb] = [m.luma, m.rcr, m.gcb, m.gcr, m.bcb].map(cutCoefficient) as [
    ...[number, number, number, number, number],
  ];
  for (let x = 0; x < width; x++) {
    const u = ((bytes[at.cb + (x >> shift)]! - 128) << 3) + chromaRaise;
    const v = ((bytes[at.cr + (x >> shift)]! - 128) << 3) + chromaRaise;
    const y = ((((bytes[at.luma + x]! - m.lumaOffset) << 3) + lumaRaise) * scale) >> 16;
    bytes[at.r + x] = clip(y + ((rcr * v) >> 16));
    bytes[at.g + x] = clip(y + ((gcb * u) >> 16) + ((gcr * v) >> 16));
    bytes[at.b + x] = clip(y + ((bcb * u) >> 16));
  }
}

/** The steps of luma that equal a chroma sample of 1, in 1/65536. */
export const stepOf = (coefficient: number, m: InverseMatrix): number =>
  Math.trunc((coefficient * 65536 + 32768) / m.luma);

/** The distance of black below 0, in 1/65536: the middle of the values that give the components measured at all codes of luma, 1.28. */
export const BELOW_BLACK = 83887;

/**
 * Swscale's way to 24 bits a pixel: a component is that of luma alone, read further on by as many steps of luma as the chroma sample is
 * worth, in whole steps counted from chroma 0. Where that row of values begins was found by conversions of ramps.
 */
export function rgbRowBySteps(
  bytes: Uint8Array,
  at: ColorRows,
  shift: number,
  width: number,
  m: InverseMatrix,
): void {
  const [red, byCb, byCr, blue] = [m.rcr, m.gcb, m.gcr, m.bcb].map((c) => stepOf(c, m)) as [
    ...[number, number, number, number],
  ];
  const black = m.lumaOffset * m.luma + BELOW_BLACK;
  for (let x = 0; x < width; x++) {
    const u = bytes[at.cb + (x >> shift)]!;
    const v = bytes[at.cr + (x >> shift)]!;
    const y = bytes[at.luma + x]!;
    const green = y + ((byCb * u) >> 16) - (byCb >> 9) + ((byCr * v) >> 16) - (byCr >> 9);
    bytes[at.r + x] = clip(((y + ((red * v) >> 16) - (red >> 9)) * m.luma - black) >> 16);
    bytes[at.g + x] = clip((green * m.luma - black) >> 16);
    bytes[at.b + x] = clip(((y + ((blue * u) >> 16) - (blue >> 9)) * m.luma - black) >> 16);
  }
}

/** Coefficients of a matrix in 1/32768, so that they fit 16 bits; those of chroma still sum to 0. */
export interface ShortMatrix {
  readonly luma: readonly [r: number, g: number, b: number];
  readonly cb: readonly [r: number, g: number, b: number];
  readonly cr: readonly [r: number, g: number, b: number];
  readonly lumaOffset: number;
}

/** The matrix with coefficients of 15 bits after the point. */
export function shortMatrix(m: ForwardMatrix): ShortMatrix {
  const half = (value: number): number => Math.round(value / 2);
  const [yr, yb] = [half(m.yr), half(m.yb)];
  const [cbr, cbb] = [half(m.cbr), Math.min(half(m.cbb), 32767)];
  const [crr, crb] = [Math.min(half(m.crr), 32767), half(m.crb)];
  return {
    luma: [yr, half(m.yr + m.yg + m.yb) - yr - yb, yb],
    cb: [cbr, -cbr - cbb, cbb],
    cr: [crr, -crr - crb, crb],
    lumaOffset: m.lumaOffset,
  };
}

/** The term that is added to luma, in 1/32768, before its fraction is dropped. */
export const lumaRounding = (m: ShortMatrix): number => (m.lumaOffset << 15) + (1 << 14);

/** Luma of a row of RGB. */
export function lumaRow(bytes: Uint8Array, at: ColorRows, width: number, m: ShortMatrix): void {
  const [yr, yg, yb] = m.luma;
  const rounding = lumaRounding(m);
  for (let x = 0; x < width; x++) {
    const sum = yr * bytes[at.r + x]! + yg * bytes[at.g + x]! + yb * bytes[at.b + x]!;
    bytes[at.luma + x] = (sum + rounding) >> 15;
  }
}

/**
 * A chroma component of a row of RGB, `columns` values of 16 bits in units of 1/64, from `to` on (in elements). Where `shift` is 1, of
 * the mean of two columns each.
 * @param c coefficients of `ShortMatrix`
 */
export function chromaRow(
  bytes: Uint8Array,
  at: ColorRows,
  shift: number,
  columns: number,
  [red, green, blue]: readonly [r: number, g: number, b: number],
  shorts: Int16Array,
  to: number,
): void {
  for (let x = 0; x < columns; x++) {
    const first = x << shift;
    const second = first + shift;
    const sum =
      red * (bytes[at.r + first]! + bytes[at.r + second]!) +
      green * (bytes[at.g + first]! + bytes[at.g + second]!) +
      blue * (bytes[at.b + first]! + bytes[at.b + second]!);
    shorts[to + x] = ((sum + 512) >> 10) + 8192;
  }
}

/** Pixels of `step` samples apart: sample k of each to the row at `rows[k]`. */
export function splitPixels(
  bytes: Uint8Array,
  pixels: number,
  step: number,
  rows: PixelRows,
  width: number,
): void {
  for (let k = 0; k < step; k++) {
    const samples = { data: bytes, offset: pixels + k, stride: 0, step };
    readRow(samples, 0, bytes, rows[k]!, width);
  }
}

/** The inverse of `splitPixels`. */
export function joinPixels(
  bytes: Uint8Array,
  pixels: number,
  step: number,
  rows: PixelRows,
  width: number,
): void {
  for (let k = 0; k < step; k++) {
    const samples = { data: bytes, offset: pixels + k, stride: 0, step };
    writeRow(samples, 0, bytes, rows[k]!, width);
  }
}
