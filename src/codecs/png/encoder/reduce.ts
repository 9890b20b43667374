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
import {
  colorKey,
  createPixelRow,
  maxSample,
  type PixelPlan,
  paletteScale,
  readPixels,
} from './plan.ts';

/** What there is in a picture. */
export interface PixelFacts {
  readonly isGray: boolean;
  readonly isOpaque: boolean;
  /** Whether every pixel is opaque or fully transparent. */
  readonly hasBinaryAlpha: boolean;
  /** Whether all fully transparent pixels have the same color, and no opaque one has it; that color. */
  readonly keyColor: readonly number[] | null;
  /** The least depth that holds all color samples, and alpha. */
  readonly depth: BitDepth;
  /** Colors of 8 bits in order of appearance and how often they come, if there are at most 256; else null. */
  readonly colors: Map<number, number> | null;
}

/** Looks at all pixels. */
export function examinePixels(image: PngImage): PixelFacts {
  const row = createPixelRow(image.width);
  const max = maxSample(image);
  const { multiplier, divisor } = paletteScale(image);
  const isWide = max === 65535;
  let isGray = true;
  let isOpaque = true;
  let hasBinaryAlpha = true;
  let depth = isWide ? 8 : 1;
  let colors: Map<number, number> | null = new Map();
  let key: readonly [number, number, number] | null = null;
  let keyIsOne = true;
  let last = -1;
  for (let y = 0; y < image.height; y++) {
    readPixels(image, y, 0, 1, image.width, row);
    for (let i = 0; i < image.width; i++) {
      const [r, g, b, a] = [row.r[i]!, row.g[i]!, row.b[i]!, row.a[i]!];
      if (isGray && (r !== g || g !== b)) isGray = false;
      if (a !== max) {
        isOpaque = false;
        if (a !== 0) hasBinaryAlpha = false;
        else if (key === null) key = [r, g, b];
        else if (key[0] !== r || key[1] !== g || key[2] !== b) keyIsOne = false;
      }
      if (isWide) {
        if (depth === 8 && !(isDoubled(r) && isDoubled(g) && isDoubled(b) && isDoubled(a)))
          depth = 16;
      } else {
        while (depth < 8 && !(fits(r, max, depth) && fits(g, max, depth) && fits(b, max, depth)))
          depth <<= 1;
      }
      if (colors === null) continue;
      if (depth === 16) {
        colors = null;
        continue;
      }
      const color = colorKey(
        (r * multiplier) / divisor,
        (g * multiplier) / divisor,
        (b * multiplier) / divisor,
        (a * multiplier) / divisor,
      );
      if (color === last) continue;
      last = color;
      colors.set(color, (colors.get(color) ?? 0) + 1);
      if (colors.size > 256) colors = null;
    }
  }
  const keyColor =
    key !== null && keyIsOne && hasBinaryAlpha && !hasOpaque(image, key) ? key : null;
  return { isGray, isOpaque, hasBinaryAlpha, keyColor, depth: depth as BitDepth, colors };
}

const isDoubled = (value: number): boolean => value >> 8 === (value & 255);

/** Whether a sample of 0..max is one of the 2^depth that the depth has. */
function fits(value: number, max: number, depth: number): boolean {
  return (value * ((1 << depth) - 1)) % max === 0;
}

/** Whether an opaque pixel has that color. */
function hasOpaque(image: PngImage, [r, g, b]: readonly [number, number, number]): boolean {
  const row = createPixelRow(image.width);
  for (let y = 0; y < image.height; y++) {
    readPixels(image, y, 0, 1, image.width, row);
    for (let i = 0; i < image.width; i++) {
      if (row.a[i] !== 0 && row.r[i] === r && row.g[i] === g && row.b[i] === b) return true;
    }
  }
  return false;
}

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
