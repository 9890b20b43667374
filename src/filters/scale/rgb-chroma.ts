/**
 * Between RGB and Y'CbCr of 8 bits in the way of swscale's defaults, so that graphs look as they do in ffmpeg: to RGB every chroma
 * sample stands for its whole block; from RGB chroma is the mean of two columns, and rows of it are scaled as a plane is.
 * Equations: H.273 clause 8.3, in fixed point (src/frames/color-matrix.ts).
 */
import type { ForwardMatrix, InverseMatrix } from '../../frames/color-matrix.ts';

const HALF = 1 << 15;

/** A row of Y'CbCr as RGB. `shift` is 1 where two columns share a chroma sample. Components of RGB are `step` apart. */
export function yuvRowToRgbRow(
  luma: Uint8Array,
  y0: number,
  cb: Uint8Array,
  cbAt: number,
  cr: Uint8Array,
  crAt: number,
  chromaStep: number,
  shift: number,
  out: Uint8Array,
  r: number,
  g: number,
  b: number,
  step: number,
  width: number,
  m: InverseMatrix,
): void {
  const { lumaOffset, luma: scale, rcr, gcb, gcr, bcb } = m;
  for (let x = 0; x < width; x++) {
    const c = (x >> shift) * chromaStep;
    const u = cb[cbAt + c]! - 128;
    const v = cr[crAt + c]! - 128;
    const y = (luma[y0 + x]! - lumaOffset) * scale + HALF;
    const red = (y + rcr * v) >> 16;
    const green = (y + gcb * u + gcr * v) >> 16;
    const blue = (y + bcb * u) >> 16;
    const at = x * step;
    out[r + at] = red < 0 ? 0 : red > 255 ? 255 : red;
    out[g + at] = green < 0 ? 0 : green > 255 ? 255 : green;
    out[b + at] = blue < 0 ? 0 : blue > 255 ? 255 : blue;
  }
}

/**
 * The same as swscale's vector code does it: samples times 8, coefficients in 1/8192, every product cut to its upper 16 bits before
 * the sum. It is up to two steps darker than the exact sum; pictures of a graph are those of ffmpeg.
 */
export function yuvRowToRgbRowFast(
  luma: Uint8Array,
  y0: number,
  cb: Uint8Array,
  cbAt: number,
  cr: Uint8Array,
  crAt: number,
  chromaStep: number,
  shift: number,
  out: Uint8Array,
  r: number,
  g: number,
  b: number,
  step: number,
  width: number,
  m: InverseMatrix,
): void {
  const scale = (m.luma + 4) >> 3;
  const rcr = (m.rcr + 4) >> 3;
  const gcb = (m.gcb + 4) >> 3;
  const gcr = (m.gcr + 4) >> 3;
  const bcb = (m.bcb + 4) >> 3;
  for (let x = 0; x < width; x++) {
    const c = (x >> shift) * chromaStep;
    const u = (cb[cbAt + c]! - 128) << 3;
    const v = (cr[crAt + c]! - 128) << 3;
    const y = (((luma[y0 + x]! - m.lumaOffset) << 3) * scale) >> 16;
    const red = y + ((rcr * v) >> 16);
    const green = y + ((gcb * u) >> 16) + ((gcr * v) >> 16);
    const blue = y + ((bcb * u) >> 16);
    const at = x * step;
    out[r + at] = red < 0 ? 0 : red > 255 ? 255 : red;
    out[g + at] = green < 0 ? 0 : green > 255 ? 255 : green;
    out[b + at] = blue < 0 ? 0 : blue > 255 ? 255 : blue;
  }
}

/**
 * Tables for swscale's way to 24 bits a pixel: a component is the table of luma, read further on by as many steps of luma as the chroma
 * sample is worth, in whole steps counted from chroma 0. Where that table begins was found by conversions of ramps.
 */
export interface RgbTables {
  /** Luma code + `TABLE_MARGIN` + steps => component. */
  readonly luma: Uint8ClampedArray;
  readonly red: Int16Array;
  readonly greenByCb: Int16Array;
  readonly greenByCr: Int16Array;
  readonly blue: Int16Array;
}

const TABLE_MARGIN = 512;
/** What black lies below 0: the middle of the values that give the components measured at all codes of luma. */
const BELOW_BLACK = 1.28;

/** The tables of a matrix of narrow range. */
export function rgbTables(m: InverseMatrix): RgbTables {
  const steps = (coefficient: number): Int16Array => {
    const step = Math.trunc((coefficient * 65536 + 32768) / m.luma);
    return Int16Array.from({ length: 256 }, (_, c) => ((step * c) >> 16) - (step >> 9));
  };
  return {
    luma: Uint8ClampedArray.from({ length: 256 + 2 * TABLE_MARGIN }, (_, i) =>
      Math.floor(((i - TABLE_MARGIN - m.lumaOffset) * m.luma) / 65536 - BELOW_BLACK),
    ),
    red: steps(m.rcr),
    greenByCb: steps(m.gcb),
    greenByCr: steps(m.gcr),
    blue: steps(m.bcb),
  };
}

/** A row by tables; as `yuvRowToRgbRow`. */
export function yuvRowToRgbRowByTables(
  luma: Uint8Array,
  y0: number,
  cb: Uint8Array,
  cbAt: number,
  cr: Uint8Array,
  crAt: number,
  chromaStep: number,
  shift: number,
  out: Uint8Array,
  r: number,
  g: number,
  b: number,
  step: number,
  width: number,
  tables: RgbTables,
): void {
  const table = tables.luma;
  for (let x = 0; x < width; x++) {
    const c = (x >> shift) * chromaStep;
    const [u, v] = [cb[cbAt + c]!, cr[crAt + c]!];
    const y = luma[y0 + x]! + TABLE_MARGIN;
    const at = x * step;
    out[r + at] = table[y + tables.red[v]!]!;
    out[g + at] = table[y + tables.greenByCb[u]! + tables.greenByCr[v]!]!;
    out[b + at] = table[y + tables.blue[u]!]!;
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

/** Luma of a row of RGB. */
export function rgbRowToLuma(
  data: Uint8Array,
  r: number,
  g: number,
  b: number,
  step: number,
  luma: Uint8Array,
  to: number,
  width: number,
  m: ShortMatrix,
): void {
  const [yr, yg, yb] = m.luma;
  const rounding = (m.lumaOffset << 15) + (1 << 14);
  for (let x = 0, p = 0; x < width; x++, p += step) {
    luma[to + x] = (yr * data[r + p]! + yg * data[g + p]! + yb * data[b + p]! + rounding) >> 15;
  }
}

/**
 * Both chroma components of a row of RGB, in units of 1/64; where `halve` is set, of the mean of two columns each (the last
 * one of an odd width stands alone).
 */
export function rgbRowToChroma(
  data: Uint8Array,
  r: number,
  g: number,
  b: number,
  step: number,
  halve: boolean,
  cb: Int16Array,
  cbAt: number,
  cr: Int16Array,
  crAt: number,
  width: number,
  m: ShortMatrix,
): void {
  const [cbr, cbg, cbb] = m.cb;
  const [crr, crg, crb] = m.cr;
  const columns = halve ? (width + 1) >> 1 : width;
  const advance = halve ? step * 2 : step;
  for (let x = 0, p = 0; x < columns; x++, p += advance) {
    const second = halve && 2 * x + 1 < width ? p + step : p;
    const red = data[r + p]! + data[r + second]!;
    const green = data[g + p]! + data[g + second]!;
    const blue = data[b + p]! + data[b + second]!;
    cb[cbAt + x] = ((cbr * red + cbg * green + cbb * blue + 512) >> 10) + 8192;
    cr[crAt + x] = ((crr * red + crg * green + crb * blue + 512) >> 10) + 8192;
  }
}
