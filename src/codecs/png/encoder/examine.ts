/** Examines a picture for properties that let it be written in fewer bits: PNG (third edition) clauses 6 and 12.4. */
import type { PngImage } from '../image.ts';
import { type BitDepth, GRAY, PALETTE, RGB, RGBA } from '../standard/header.ts';
import { ColorTable } from './color-table.ts';
import {
  colorsOfValues,
  createPixelRow,
  maxSample,
  paletteScale,
  readPixels,
  rowColor,
} from './plan.ts';

/** Properties of a picture. */
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

/** Looks at all pixels, as far as they say anything new. */
export function examinePixels(image: PngImage): PixelFacts {
  const { colorType, bitDepth, transparent } = image;
  const isPlain = bitDepth === 8 && transparent === undefined;
  if (isPlain && (colorType === RGB || colorType === RGBA)) {
    return examineBytes(image, colorType === RGBA ? 4 : 3);
  }
  const isOfOne = colorType === GRAY || colorType === PALETTE;
  return isOfOne && bitDepth <= 8 ? examineValues(image) : examineAny(image);
}

/** Looks at pixels of one byte: each value counts once, in the order in which they come first. */
function examineValues(image: PngImage): PixelFacts {
  const { data, width, height } = image;
  const counts = new Int32Array(256);
  const order: number[] = [];
  let last = -1;
  for (let i = 0; i < width * height; i++) {
    const value = data[i]!;
    if (value === last) continue;
    last = value;
    if (counts[value]!++ === 0) order.push(value);
  }
  const values = Uint8Array.from(order);
  const facts = examineAny({ ...image, width: order.length, height: 1, data: values });
  if (facts.colors === null) return facts;
  const colors = new Map<number, number>();
  colorsOfValues(image, values).forEach((color, i) => {
    colors.set(color, (colors.get(color) ?? 0) + counts[values[i]!]!);
  });
  return { ...facts, colors };
}

/** Looks at pixels of 8 bits and 3 or 4 channels: an opaque photo is left after a few rows. */
function examineBytes(image: PngImage, channels: 3 | 4): PixelFacts {
  const { data, width, height } = image;
  const end = width * height * channels;
  let isGray = true;
  let isOpaque = true;
  let hasBinaryAlpha = true;
  let depth = 1;
  let table: ColorTable | null = new ColorTable();
  let key: number | null = null;
  let keyIsOne = true;
  let last = 0;
  for (let i = 0; i < end; i += channels) {
    const a = channels === 4 ? data[i + 3]! : 255;
    if (a === 255 && table === null && !isGray) {
      if (channels === 3) break;
      continue;
    }
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    const color = (r << 24) | (g << 16) | (b << 8) | a;
    if (i > 0 && color === last) continue;
    last = color;
    if (a !== 255) {
      isOpaque = false;
      if (a !== 0) hasBinaryAlpha = false;
      else if (key === null) key = color;
      else if (key !== color) keyIsOne = false;
    }
    if (isGray) {
      isGray = r === g && g === b;
      while (depth < 8 && !fits(r, 255, depth)) depth <<= 1;
    }
    if (table !== null && table.add(color) < 0) table = null;
  }
  const keyRgb = key === null ? null : [key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255];
  const keyColor =
    keyRgb !== null && keyIsOne && hasBinaryAlpha && !hasOpaque(image, keyRgb as unknown as Rgb)
      ? keyRgb
      : null;
  return {
    isGray,
    isOpaque,
    hasBinaryAlpha,
    keyColor,
    depth: (isGray ? depth : 8) as BitDepth,
    colors: table === null ? null : mapOf(table),
  };
}

type Rgb = readonly [number, number, number];

function mapOf({ colors, counts, size }: ColorTable): Map<number, number> {
  const map = new Map<number, number>();
  for (let i = 0; i < size; i++) map.set(colors[i]! >>> 0, counts[i]!);
  return map;
}

/** The same for all kinds of pictures, without any haste. */
export function examineAny(image: PngImage): PixelFacts {
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
      const color = rowColor(row, i, multiplier, divisor);
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
