/** The pixels of a PNG picture as RGBA, whatever its color type: PNG (third edition) clause 13.12 and table 8. */
import type { PngImage } from './image.ts';
import { GRAY, GRAY_ALPHA, PALETTE, RGB } from './standard/header.ts';

/** RGBA of 8 bits: deeper samples by their best approximation, shallower ones by their whole range, clause 13.12. */
export function pngToRgba8(image: PngImage): Uint8Array {
  const rgba = new Uint8Array(4 * image.width * image.height);
  if (image.bitDepth !== 16) {
    fillRgba(image, image.data as Uint8Array, rgba, 255 / ((1 << image.bitDepth) - 1), 255);
    return rgba;
  }
  const deep = pngToRgba16(image);
  for (let i = 0; i < deep.length; i++) rgba[i] = (deep[i]! * 255 + 32895) >>> 16;
  return rgba;
}

/** RGBA of 16 bits, exact: shallower samples times 65535 / (2^depth - 1). */
export function pngToRgba16(image: PngImage): Uint16Array {
  const rgba = new Uint16Array(4 * image.width * image.height);
  const max = image.bitDepth === 16 ? 65535 : (1 << image.bitDepth) - 1;
  fillRgba(image, image.data, rgba, image.colorType === PALETTE ? 257 : 65535 / max, 65535);
  return rgba;
}

function fillRgba(
  image: PngImage,
  data: ArrayLike<number>,
  rgba: Uint8Array | Uint16Array,
  scale: number,
  opaque: number,
): void {
  const { colorType, palette, paletteAlpha, transparent } = image;
  const pixels = image.width * image.height;
  const byPalette = opaque / 255;
  for (let i = 0, from = 0, to = 0; i < pixels; i++, to += 4) {
    if (colorType === PALETTE) {
      const index = data[i]!;
      for (let c = 0; c < 3; c++) rgba[to + c] = palette![3 * index + c]! * byPalette;
      rgba[to + 3] = (paletteAlpha?.[index] ?? 255) * byPalette;
      continue;
    }
    const isGray = colorType === GRAY || colorType === GRAY_ALPHA;
    const [r, g, b] = isGray
      ? [data[from]!, data[from]!, data[from]!]
      : [data[from]!, data[from + 1]!, data[from + 2]!];
    from += isGray ? 1 : 3;
    rgba[to] = r * scale;
    rgba[to + 1] = g * scale;
    rgba[to + 2] = b * scale;
    if (colorType === GRAY || colorType === RGB) {
      const isKey =
        transparent !== undefined &&
        r === transparent[0] &&
        (isGray || (g === transparent[1] && b === transparent[2]));
      rgba[to + 3] = isKey ? 0 : opaque;
    } else {
      rgba[to + 3] = data[from++]! * scale;
    }
  }
}
