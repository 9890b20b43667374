/**
 * Ways to write a picture in fewer bits without losing any: a lower depth, no color where all is gray, no alpha where all is
 * opaque or one color is enough for all that is transparent, a palette where there are few colors.
 */
import type { PngImage } from '../image.ts';
import {
  type BitDepth,
  type ColorType,
  GRAY,
  GRAY_ALPHA,
  PALETTE,
  type PngHeader,
  RGB,
  RGBA,
} from '../standard/header.ts';
import type { PixelFacts } from './examine.ts';
import { colorKey, maxSample, type PixelPlan } from './plan.ts';

/** The plan that writes a picture as it is in memory. */
export function identityPlan(image: PngImage, interlaced: boolean): PixelPlan {
  const { width, height, colorType, bitDepth, palette, paletteAlpha, transparent } = image;
  const header = { width, height, colorType, bitDepth, interlaced };
  const colors = (palette?.length ?? 0) / 3;
  return {
    header,
    isIdentity: true,
    ...(transparent === undefined ? {} : { transparent }),
    ...(colorType === PALETTE
      ? {
          palette: Uint32Array.from({ length: colors }, (_, i) =>
            colorKey(
              palette![3 * i]!,
              palette![3 * i + 1]!,
              palette![3 * i + 2]!,
              paletteAlpha?.[i] ?? 255,
            ),
          ),
        }
      : {}),
  };
}

/** The smallest plan without a palette. */
export function channelPlan(image: PngImage, facts: PixelFacts, interlaced: boolean): PixelPlan {
  const hasAlpha = !facts.isOpaque && facts.keyColor === null;
  const { width, height } = image;
  const colorType: ColorType = facts.isGray
    ? hasAlpha
      ? GRAY_ALPHA
      : GRAY
    : hasAlpha
      ? RGBA
      : RGB;
  const bitDepth = colorType === GRAY ? facts.depth : (Math.max(8, facts.depth) as BitDepth);
  const header: PngHeader = { width, height, colorType, bitDepth, interlaced };
  const isIdentity =
    colorType === image.colorType &&
    bitDepth === image.bitDepth &&
    (facts.isOpaque
      ? image.transparent === undefined
      : image.transparent === undefined || facts.keyColor !== null) &&
    facts.keyColor === null;
  if (facts.keyColor === null) return { header, isIdentity };
  const max = maxSample(image);
  const to = (1 << bitDepth) - 1;
  const scaled = facts.keyColor.map((value) => (value * to) / max);
  return {
    header,
    isIdentity: false,
    transparent: colorType === GRAY ? scaled.slice(0, 1) : scaled,
  };
}

/** A rule that puts palettes in order. */
export type PaletteOrder = 'luminance' | 'popularity' | 'appearance';

/** Ways to put a palette in order; entries that are not opaque come first always, so that tRNS is short. */
export const PALETTE_ORDERS: readonly PaletteOrder[] = ['luminance', 'popularity', 'appearance'];

function luminance(color: number): number {
  return 299 * (color >>> 24) + 587 * ((color >>> 16) & 255) + 114 * ((color >>> 8) & 255);
}

/** A plan with a palette in that order. `colors` are those of the facts. */
export function palettePlan(
  image: PngImage,
  colors: Map<number, number>,
  order: PaletteOrder,
  interlaced: boolean,
): PixelPlan {
  const entries = [...colors.keys()];
  if (order === 'luminance') entries.sort((a, b) => luminance(a) - luminance(b) || a - b);
  if (order === 'popularity') entries.sort((a, b) => colors.get(b)! - colors.get(a)! || a - b);
  const translucent = entries.filter((color) => (color & 255) !== 255);
  const opaque = entries.filter((color) => (color & 255) === 255);
  const count = entries.length;
  const bitDepth = count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8;
  const { width, height } = image;
  return {
    header: { width, height, colorType: PALETTE, bitDepth, interlaced },
    palette: Uint32Array.from([...translucent, ...opaque]),
    isIdentity: false,
  };
}
