/** Y'CbCr to packed RGB: chroma is interpolated to every pixel, then the inverse equations, rounded once. */
import { FRACTION_BITS, type InverseMatrix } from './color-matrix.ts';
import type { LumaChroma, PackedRgb } from './picture-planes.ts';
import { CHROMA_WEIGHT_BITS } from './resample-chroma.ts';

/**
 * Converts one row.
 * @param cb Cb of each pixel times 16, as `resampleChromaRow` gives it; `cr` likewise
 */
export function yuvRowToRgb(
  source: LumaChroma,
  cb: Int32Array,
  cr: Int32Array,
  target: PackedRgb,
  row: number,
  width: number,
  matrix: InverseMatrix,
): void {
  const { luma } = source;
  const { data, pixelStep, r, g, b, a } = target;
  const { lumaOffset, rcr, gcb, gcr, bcb } = matrix;
  const lumaScale = matrix.luma << CHROMA_WEIGHT_BITS;
  const shift = FRACTION_BITS + CHROMA_WEIGHT_BITS;
  const half = 1 << (shift - 1);
  const zero = 128 << CHROMA_WEIGHT_BITS;
  const y = source.lumaOffset + row * source.lumaStride;
  let p = target.offset + row * target.stride;
  for (let x = 0; x < width; x++) {
    const light = (luma[y + x]! - lumaOffset) * lumaScale + half;
    const blueness = cb[x]! - zero;
    const redness = cr[x]! - zero;
    const red = (light + rcr * redness) >> shift;
    const green = (light + gcb * blueness + gcr * redness) >> shift;
    const blue = (light + bcb * blueness) >> shift;
    data[p + r] = red < 0 ? 0 : red > 255 ? 255 : red;
    data[p + g] = green < 0 ? 0 : green > 255 ? 255 : green;
    data[p + b] = blue < 0 ? 0 : blue > 255 ? 255 : blue;
    if (a >= 0) data[p + a] = 255;
    p += pixelStep;
  }
}
