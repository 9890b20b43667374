/**
 * Packed RGB to Y'CbCr. Chroma that is halved lies where H.264 has it by default (chroma_sample_loc_type 0, clause
 * E.2.1): on the even luma columns, and half way between two rows. So it is the mean of two rows, filtered by 1-2-1
 * along the row; columns and rows that a picture does not have repeat its last ones. Filtered is RGB, before the
 * matrix and before any rounding: the equations are linear, so each sample is rounded once.
 */
import { type ForwardMatrix, FRACTION_BITS } from './color-matrix.ts';
import type { LumaChroma, PackedRgb } from './picture-planes.ts';

/** The chroma filter weighs 8 samples. */
const CHROMA_SHIFT = FRACTION_BITS + 3;
const CHROMA_ZERO = (128 << CHROMA_SHIFT) + (1 << (CHROMA_SHIFT - 1));
const CHROMA_ZERO_444 = (128 << FRACTION_BITS) + (1 << (FRACTION_BITS - 1));

/** Converts a picture; the chroma of `target` is halved along both axes, along rows only, or not at all. */
export function rgbToYuv(
  source: PackedRgb,
  target: LumaChroma,
  width: number,
  height: number,
  matrix: ForwardMatrix,
): void {
  if (target.chromaShiftX === 0) {
    for (let row = 0; row < height; row++) convertRow444(source, target, row, width, matrix);
    return;
  }
  if (target.chromaShiftY === 0) {
    for (let row = 0; row < height; row++)
      convertRows(source, target, row, row, row, width, matrix);
    return;
  }
  for (let row = 0; row < height; row += 2) {
    const below = row + 1 < height ? row + 1 : row;
    convertRows(source, target, row, below, row >> 1, width, matrix);
  }
}

/**
 * Two rows of luma and the row of chroma between them; `row1` may be `row0`. Each pixel is read once: the loop carries
 * the sum of the odd column, which two chroma samples share. `Math.imul` for the products gains nothing (5.7 ms against 5.5 ms
 * for 1280x720 rgb24 to yuv420p on Node 20, the least of 300). Chroma passes 255 only in full range, where the most blue of
 * blues would be 255.5, and 0 never.
 */
function convertRows(
  source: PackedRgb,
  target: LumaChroma,
  row0: number,
  row1: number,
  chromaRow: number,
  width: number,
  matrix: ForwardMatrix,
): void {
  const { data, pixelStep: step, r, g, b } = source;
  const { luma, cb, cr, chromaStep } = target;
  const { yr, yg, yb, cbr, cbg, cbb, crr, crg, crb, lumaZero } = matrix;
  let p0 = source.offset + row0 * source.stride;
  let p1 = source.offset + row1 * source.stride;
  const y0 = target.lumaOffset + row0 * target.lumaStride;
  const y1 = target.lumaOffset + row1 * target.lumaStride;
  let u = target.cbOffset + chromaRow * target.chromaStride;
  let v = target.crOffset + chromaRow * target.chromaStride;
  let leftR = data[p0 + r]! + data[p1 + r]!;
  let leftG = data[p0 + g]! + data[p1 + g]!;
  let leftB = data[p0 + b]! + data[p1 + b]!;
  for (let x = 0; x < width; x += 2, p0 += step, p1 += step, u += chromaStep, v += chromaStep) {
    let r0 = data[p0 + r]!;
    let g0 = data[p0 + g]!;
    let b0 = data[p0 + b]!;
    let r1 = data[p1 + r]!;
    let g1 = data[p1 + g]!;
    let b1 = data[p1 + b]!;
    luma[y0 + x] = (yr * r0 + yg * g0 + yb * b0 + lumaZero) >> FRACTION_BITS;
    luma[y1 + x] = (yr * r1 + yg * g1 + yb * b1 + lumaZero) >> FRACTION_BITS;
    const middleR = r0 + r1;
    const middleG = g0 + g1;
    const middleB = b0 + b1;
    if (x + 1 < width) {
      p0 += step;
      p1 += step;
      r0 = data[p0 + r]!;
      g0 = data[p0 + g]!;
      b0 = data[p0 + b]!;
      r1 = data[p1 + r]!;
      g1 = data[p1 + g]!;
      b1 = data[p1 + b]!;
      luma[y0 + x + 1] = (yr * r0 + yg * g0 + yb * b0 + lumaZero) >> FRACTION_BITS;
      luma[y1 + x + 1] = (yr * r1 + yg * g1 + yb * b1 + lumaZero) >> FRACTION_BITS;
    }
    const rightR = r0 + r1;
    const rightG = g0 + g1;
    const rightB = b0 + b1;
    const sumR = leftR + 2 * middleR + rightR;
    const sumG = leftG + 2 * middleG + rightG;
    const sumB = leftB + 2 * middleB + rightB;
    const cbValue = (cbr * sumR + cbg * sumG + cbb * sumB + CHROMA_ZERO) >> CHROMA_SHIFT;
    const crValue = (crr * sumR + crg * sumG + crb * sumB + CHROMA_ZERO) >> CHROMA_SHIFT;
    cb[u] = cbValue > 255 ? 255 : cbValue;
    cr[v] = crValue > 255 ? 255 : crValue;
    leftR = rightR;
    leftG = rightG;
    leftB = rightB;
  }
}

function convertRow444(
  source: PackedRgb,
  target: LumaChroma,
  row: number,
  width: number,
  matrix: ForwardMatrix,
): void {
  const { data, pixelStep, r, g, b } = source;
  const { luma, cb, cr } = target;
  const { yr, yg, yb, cbr, cbg, cbb, crr, crg, crb, lumaZero } = matrix;
  let p = source.offset + row * source.stride;
  const y = target.lumaOffset + row * target.lumaStride;
  const u = target.cbOffset + row * target.chromaStride;
  const v = target.crOffset + row * target.chromaStride;
  for (let x = 0; x < width; x++) {
    const red = data[p + r]!;
    const green = data[p + g]!;
    const blue = data[p + b]!;
    const cbValue = (cbr * red + cbg * green + cbb * blue + CHROMA_ZERO_444) >> FRACTION_BITS;
    const crValue = (crr * red + crg * green + crb * blue + CHROMA_ZERO_444) >> FRACTION_BITS;
    luma[y + x] = (yr * red + yg * green + yb * blue + lumaZero) >> FRACTION_BITS;
    cb[u + x] = cbValue > 255 ? 255 : cbValue;
    cr[v + x] = crValue > 255 ? 255 : crValue;
    p += pixelStep;
  }
}
