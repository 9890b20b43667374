/** Pictures of every color type and depth for the tests of PNG, made from a seed. */
import type { BitDepth, ColorType, PngImage } from 'vitrine/png';
import { generator } from '../deflate/corpora.ts';

/** Color types and depths of PNG (third edition) clause 6.1. */
export const FORMATS: readonly (readonly [ColorType, BitDepth])[] = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 16],
  [2, 8],
  [2, 16],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [4, 16],
  [6, 8],
  [6, 16],
];

/** What a picture looks like: smooth, noise, few colors, gray in color, binary alpha, 8 bits in 16. */
export const LOOKS = ['smooth', 'noise', 'flat', 'gray', 'cutout', 'shallow'] as const;
export type Look = (typeof LOOKS)[number];

/** Makes a picture. */
export function makePicture(
  colorType: ColorType,
  bitDepth: BitDepth,
  width: number,
  height: number,
  look: Look,
  seed: number,
): PngImage {
  const next = generator(seed + 1);
  const channels = colorType === 2 ? 3 : colorType === 6 ? 4 : colorType === 4 ? 2 : 1;
  const max = 2 ** bitDepth - 1;
  const entries = colorType === 3 ? 1 + (next() % (max + 1)) : 0;
  const limit = colorType === 3 ? entries : max + 1;
  const count = width * height * channels;
  const data = bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  const colors = Array.from({ length: 5 }, () => next());
  for (let i = 0, pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const flat = colors[((x >> 3) + (y >> 2)) % 5]!;
    for (let c = 0; c < channels; c++, i++) {
      const isAlpha = (colorType === 4 || colorType === 6) && c === channels - 1;
      let value = look === 'noise' ? next() >>> 7 : ((x * (c + 1) + y * 2) * max) / 97;
      if (look === 'flat') value = flat >>> (3 * c);
      if (look === 'gray') value = x * 3 + y;
      if (look === 'cutout' && isAlpha) value = flat % 3 === 0 ? 0 : max;
      if (look === 'cutout' && !isAlpha) value = flat % 3 === 0 ? 7 : 8 + x;
      if ((look === 'gray' || look === 'flat') && isAlpha) value = max;
      value = Math.floor(value) % limit;
      if (look === 'shallow' && bitDepth === 16) value = (value >> 8) * 257;
      data[i] = value;
    }
  }
  const isKeyed = colorType !== 4 && colorType !== 6 && seed % 2 === 0;
  return {
    width,
    height,
    colorType,
    bitDepth,
    data,
    ...(colorType === 3
      ? { palette: Uint8Array.from({ length: 3 * entries }, () => next() >>> 5) }
      : {}),
    ...(colorType === 3 && isKeyed
      ? { paletteAlpha: Uint8Array.from({ length: 1 + (next() % entries) }, () => next() >>> 6) }
      : {}),
    ...(colorType === 0 && isKeyed ? { transparent: [data[0]!] } : {}),
    ...(colorType === 2 && isKeyed ? { transparent: [data[0]!, data[1]!, data[2]!] } : {}),
  };
}
