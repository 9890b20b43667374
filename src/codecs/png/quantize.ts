/**
 * Fewer colors: a palette of up to 256 for a picture that has more, and its pixels as indexes, dithered. Colors are weighed by
 * their alpha, so that what is nearly transparent need not be exact.
 *
 * The palette: boxes of colors are cut where that makes their variance fall most (Wu, "Color quantization by dynamic programming
 * and principal analysis", 1992, in its greedy form, over a histogram of 5 bits a channel), then moved by k-means. Dithering:
 * the error of a pixel goes to its neighbors (Floyd and Steinberg, 1976), rows in alternating directions.
 */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
} from '../../base/errors.ts';
import { pngToRgba8 } from './convert.ts';
import type { PngImage } from './image.ts';
import { PALETTE } from './standard/header.ts';

/** Options of `quantizePng`. */
export interface QuantizeOptions {
  /** Entries of the palette, 2..256. Default 256. */
  readonly colors?: number;
  /** How much of the error is passed on, 0 (none) to 1. Default 1. */
  readonly dither?: number;
}

/** Bits of each channel by which colors are gathered. */
const HISTOGRAM_BITS = 5;
const MEAN_ROUNDS = 6;

/** A picture of color type 3 that looks like `image`. Throws `ConfigError` for options that are not allowed. */
export function quantizePng(image: PngImage, options: QuantizeOptions = {}): PngImage {
  rejectUnknownKeys('png.quantize', options, ['colors', 'dither']);
  const count = requireInteger('png.quantize.colors', options.colors ?? 256, 2, 256);
  const dither = requireNumber('png.quantize.dither', options.dither ?? 1, 0, 1);
  const { width, height, metadata } = image;
  if (width * height === 0) throw new ConfigError('png.quantize', 'the picture has no pixels');
  const rgba = pngToRgba8(image);
  premultiply(rgba);
  const palette = findPalette(gather(rgba), count);
  const data = mapPixels(rgba, width, height, palette, dither);
  return finishPalette(palette, data, width, height, metadata);
}

/** Colors times alpha: what differs behind little alpha differs little. */
function premultiply(rgba: Uint8Array): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3]!;
    for (let c = 0; c < 3; c++) rgba[i + c] = Math.round((rgba[i + c]! * alpha) / 255);
  }
}

/** Colors: means of r, g, b, a and how many pixels they stand for, five numbers each. */
function gather(rgba: Uint8Array): Float64Array {
  const sums = new Map<number, number>();
  const shift = 8 - HISTOGRAM_BITS;
  const cells: number[] = [];
  for (let i = 0; i < rgba.length; i += 4) {
    const key =
      ((((((rgba[i]! >> shift) << HISTOGRAM_BITS) | (rgba[i + 1]! >> shift)) << HISTOGRAM_BITS) |
        (rgba[i + 2]! >> shift)) <<
        HISTOGRAM_BITS) |
      (rgba[i + 3]! >> shift);
    let at = sums.get(key);
    if (at === undefined) {
      at = cells.length;
      sums.set(key, at);
      cells.push(0, 0, 0, 0, 0);
    }
    for (let c = 0; c < 4; c++) cells[at + c]! += rgba[i + c]!;
    cells[at + 4]! += 1;
  }
  const colors = Float64Array.from(cells);
  for (let i = 0; i < colors.length; i += 5) {
    for (let c = 0; c < 4; c++) colors[i + c] = colors[i + c]! / colors[i + 4]!;
  }
  return colors;
}

/** A box: color numbers, its mean, and how far its colors are from it, squared and summed. */
interface Box {
  readonly members: number[];
  readonly mean: number[];
  readonly error: number;
  readonly axis: number;
}

function makeBox(colors: Float64Array, members: number[]): Box {
  let weight = 0;
  const mean = [0, 0, 0, 0];
  const squares = [0, 0, 0, 0];
  for (const m of members) {
    const w = colors[5 * m + 4]!;
    weight += w;
    for (let c = 0; c < 4; c++) {
      const value = colors[5 * m + c]!;
      mean[c]! += value * w;
      squares[c]! += value * value * w;
    }
  }
  for (let c = 0; c < 4; c++) {
    mean[c]! /= weight;
    squares[c]! -= mean[c]! * mean[c]! * weight;
  }
  const error = squares[0]! + squares[1]! + squares[2]! + squares[3]!;
  return { members, mean, error, axis: squares.indexOf(Math.max(...squares)) };
}

/** Cuts a box along its widest axis where both halves together are nearest to their means. */
function cut(colors: Float64Array, { members, axis }: Box): [Box, Box] {
  const sorted = [...members].sort(
    (a, b) => colors[5 * a + axis]! - colors[5 * b + axis]! || a - b,
  );
  let total = 0;
  let totalSum = 0;
  for (const m of sorted) {
    total += colors[5 * m + 4]!;
    totalSum += colors[5 * m + 4]! * colors[5 * m + axis]!;
  }
  let weight = 0;
  let sum = 0;
  let best = -1;
  let at = 1;
  for (let i = 0; i < sorted.length - 1; i++) {
    weight += colors[5 * sorted[i]! + 4]!;
    sum += colors[5 * sorted[i]! + 4]! * colors[5 * sorted[i]! + axis]!;
    const gain = (sum * sum) / weight + ((totalSum - sum) * (totalSum - sum)) / (total - weight);
    if (gain > best) {
      best = gain;
      at = i + 1;
    }
  }
  return [makeBox(colors, sorted.slice(0, at)), makeBox(colors, sorted.slice(at))];
}

/** Premultiplied r, g, b, a of up to `count` entries. */
function findPalette(colors: Float64Array, count: number): Float64Array {
  const all = Array.from({ length: colors.length / 5 }, (_, i) => i);
  const boxes = [makeBox(colors, all)];
  while (boxes.length < count) {
    let widest = -1;
    for (let i = 0; i < boxes.length; i++) {
      if (boxes[i]!.members.length > 1 && (widest < 0 || boxes[i]!.error > boxes[widest]!.error))
        widest = i;
    }
    if (widest < 0) break;
    boxes.push(...cut(colors, boxes.splice(widest, 1)[0]!));
  }
  const palette = Float64Array.from(boxes.flatMap((box) => box.mean));
  for (let round = 0; round < MEAN_ROUNDS; round++) moveToMeans(colors, palette);
  return palette;
}

/** One round of k-means. */
function moveToMeans(colors: Float64Array, palette: Float64Array): void {
  const sums = new Float64Array((palette.length / 4) * 5);
  for (let i = 0; i < colors.length; i += 5) {
    const at = 5 * nearest(palette, colors[i]!, colors[i + 1]!, colors[i + 2]!, colors[i + 3]!);
    const weight = colors[i + 4]!;
    for (let c = 0; c < 4; c++) sums[at + c]! += colors[i + c]! * weight;
    sums[at + 4]! += weight;
  }
  for (let i = 0; i < palette.length / 4; i++) {
    if (sums[5 * i + 4]! === 0) continue;
    for (let c = 0; c < 4; c++) palette[4 * i + c] = sums[5 * i + c]! / sums[5 * i + 4]!;
  }
}

function nearest(palette: Float64Array, r: number, g: number, b: number, a: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < palette.length; i += 4) {
    const [dr, dg, db, da] = [
      palette[i]! - r,
      palette[i + 1]! - g,
      palette[i + 2]! - b,
      palette[i + 3]! - a,
    ];
    const distance = dr * dr + dg * dg + db * db + da * da;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best >> 2;
}

/** An index for each pixel. */
function mapPixels(
  rgba: Uint8Array,
  width: number,
  height: number,
  palette: Float64Array,
  dither: number,
): Uint8Array {
  const data = new Uint8Array(width * height);
  // Errors of this row and the next, with a pixel to spare on both sides.
  let errors = new Float64Array(4 * (width + 2));
  let below = new Float64Array(4 * (width + 2));
  const color = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    const step = y % 2 === 0 ? 1 : -1;
    for (let k = 0, x = step > 0 ? 0 : width - 1; k < width; k++, x += step) {
      const from = 4 * (y * width + x);
      const at = 4 * (x + 1);
      for (let c = 0; c < 4; c++) {
        color[c] = Math.min(255, Math.max(0, rgba[from + c]! + errors[at + c]!));
      }
      const index = nearest(palette, color[0]!, color[1]!, color[2]!, color[3]!);
      data[y * width + x] = index;
      for (let c = 0; c < 4; c++) {
        const error = (dither * (color[c]! - palette[4 * index + c]!)) / 16;
        errors[at + 4 * step + c]! += 7 * error;
        below[at - 4 * step + c]! += 3 * error;
        below[at + c]! += 5 * error;
        below[at + 4 * step + c]! += error;
      }
    }
    [errors, below] = [below, errors];
    below.fill(0);
  }
  return data;
}

/** Rounds the palette, puts entries that are not opaque first, and undoes the multiplication by alpha. */
function finishPalette(
  colors: Float64Array,
  data: Uint8Array,
  width: number,
  height: number,
  metadata: PngImage['metadata'],
): PngImage {
  const count = colors.length / 4;
  const alphas = Array.from({ length: count }, (_, i) => Math.round(colors[4 * i + 3]!));
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => Number(alphas[a] === 255) - Number(alphas[b] === 255) || a - b,
  );
  const palette = new Uint8Array(3 * count);
  const indexes = new Uint8Array(count);
  order.forEach((from, to) => {
    indexes[from] = to;
    for (let c = 0; c < 3; c++) {
      const value = alphas[from] === 0 ? 0 : (colors[4 * from + c]! * 255) / colors[4 * from + 3]!;
      palette[3 * to + c] = Math.min(255, Math.round(value));
    }
  });
  for (let i = 0; i < data.length; i++) data[i] = indexes[data[i]!]!;
  const translucent = alphas.filter((alpha) => alpha < 255).length;
  const paletteAlpha = Uint8Array.from(order.slice(0, translucent), (i) => alphas[i]!);
  const bitDepth = count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8;
  return {
    width,
    height,
    colorType: PALETTE,
    bitDepth,
    data,
    palette,
    ...(translucent > 0 ? { paletteAlpha } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
}
