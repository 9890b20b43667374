/**
 * How pixels are written: the color type, depth and palette of the file, which may be others than those in memory where nothing
 * is lost. Rows are made one by one, so that no second picture is needed.
 */
import type { PngImage } from '../image.ts';
import {
  type ColorType,
  channelsOf,
  GRAY,
  GRAY_ALPHA,
  PALETTE,
  type PngHeader,
  RGB,
  RGBA,
  rowBytes,
} from '../standard/header.ts';
import { type Pass, passesOf } from '../standard/interlace.ts';
import { packSamples } from '../standard/samples.ts';
import { ColorTable, MAX_COLORS } from './color-table.ts';

/** A way to write a picture. */
export interface PixelPlan {
  readonly header: PngHeader;
  /** Red, green, blue, alpha of each entry as one number, r << 24 | g << 16 | b << 8 | a; for color type 3. */
  readonly palette?: Uint32Array;
  /** The color that stands for full transparency, in the depth of the file; color types 0 and 2. */
  readonly transparent?: readonly number[];
  /** Whether samples are written as they lie in memory. */
  readonly isIdentity: boolean;
}

/** The number that a color of 8 bits is looked up by. */
export function colorKey(r: number, g: number, b: number, a: number): number {
  return ((r << 24) | (g << 16) | (b << 8) | a) >>> 0;
}

/** Channels of a row of pixels at the depth of the picture; gray has the same in all three colors. */
export interface PixelRow {
  readonly r: Uint16Array;
  readonly g: Uint16Array;
  readonly b: Uint16Array;
  readonly a: Uint16Array;
}

/** Makes scratch for rows of `width` pixels. */
export function createPixelRow(width: number): PixelRow {
  return {
    r: new Uint16Array(width),
    g: new Uint16Array(width),
    b: new Uint16Array(width),
    a: new Uint16Array(width),
  };
}

/** The largest sample of a picture in memory, after palettes were looked up. */
export function maxSample(image: PngImage): number {
  return image.colorType === PALETTE ? 255 : (1 << image.bitDepth) - 1;
}

/** Reads `count` pixels of row `y`, from column `x0` on every `dx`. */
export function readPixels(
  image: PngImage,
  y: number,
  x0: number,
  dx: number,
  count: number,
  { r, g, b, a }: PixelRow,
): void {
  const { colorType, data, palette, paletteAlpha, transparent } = image;
  const channels = channelsOf(colorType);
  const opaque = maxSample(image);
  let from = (y * image.width + x0) * channels;
  const step = dx * channels;
  for (let i = 0; i < count; i++, from += step) {
    if (colorType === PALETTE) {
      const index = data[from]!;
      r[i] = palette![3 * index]!;
      g[i] = palette![3 * index + 1]!;
      b[i] = palette![3 * index + 2]!;
      a[i] = paletteAlpha?.[index] ?? 255;
      continue;
    }
    const isGray = channels < 3;
    r[i] = data[from]!;
    g[i] = isGray ? r[i]! : data[from + 1]!;
    b[i] = isGray ? r[i]! : data[from + 2]!;
    if (colorType === GRAY || colorType === RGB) {
      const isKey =
        transparent !== undefined &&
        r[i] === transparent[0] &&
        (isGray || (g[i] === transparent[1] && b[i] === transparent[2]));
      a[i] = isKey ? 0 : opaque;
    } else {
      a[i] = data[from + channels - 1]!;
    }
  }
}

/** The color of 8 bits of pixel `i` of a row, see `colorKey` and `paletteScale`. */
export function rowColor(
  { r, g, b, a }: PixelRow,
  i: number,
  multiplier: number,
  divisor: number,
): number {
  return colorKey(
    (r[i]! * multiplier) / divisor,
    (g[i]! * multiplier) / divisor,
    (b[i]! * multiplier) / divisor,
    (a[i]! * multiplier) / divisor,
  );
}

/** The colors of 8 bits of pixels of one byte that have these values. */
export function colorsOfValues(image: PngImage, values: Uint8Array): Uint32Array {
  const count = values.length;
  const row = createPixelRow(count);
  readPixels({ ...image, width: count, height: 1, data: values }, 0, 0, 1, count, row);
  const { multiplier, divisor } = paletteScale(image);
  return Uint32Array.from(values, (_, i) => rowColor(row, i, multiplier, divisor));
}

/** Makes the rows of a file, without filters, from the picture in memory. */
export class RowMaker {
  readonly passes: readonly Pass[];
  private readonly image: PngImage;
  private readonly plan: PixelPlan;
  private readonly pixels: PixelRow;
  private readonly samples: Uint8Array;
  private readonly indexes = new Map<number, number>();
  /** The same for `makeFromBytes`: indexes by the number of a color in a table. */
  private readonly colors = new ColorTable();
  private readonly numbers = new Uint8Array(MAX_COLORS);
  private readonly isOfBytes: boolean;
  /** Indexes of the plan's palette by the values of pixels of one byte; null where pixels or plan are others. */
  private readonly indexOfValue: Uint8Array | null;
  private readonly multiplier: number;
  private readonly divisor: number;

  constructor(image: PngImage, plan: PixelPlan) {
    this.image = image;
    this.plan = plan;
    this.passes = passesOf(image.width, image.height, plan.header.interlaced);
    this.pixels = createPixelRow(image.width);
    this.samples = new Uint8Array(image.width);
    plan.palette?.forEach((color, i) => {
      if (this.indexes.has(color)) return;
      this.indexes.set(color, i);
      this.numbers[this.colors.add(color | 0)] = i;
    });
    const { colorType, bitDepth } = plan.header;
    const isOfBytes = (type: ColorType) => type === RGB || type === RGBA;
    this.isOfBytes =
      image.bitDepth === 8 &&
      image.transparent === undefined &&
      isOfBytes(image.colorType) &&
      (plan.palette !== undefined ||
        (bitDepth === 8 &&
          plan.transparent === undefined &&
          (colorType === RGB || colorType === GRAY)));
    const isOfOne = image.colorType === GRAY || image.colorType === PALETTE;
    this.indexOfValue =
      isOfOne && image.bitDepth <= 8 && plan.palette !== undefined ? this.valueIndexes() : null;
    // One of both is 1: depths divide each other.
    const from = maxSample(image);
    const to = (1 << plan.header.bitDepth) - 1;
    this.multiplier = Math.max(1, to / from);
    this.divisor = Math.max(1, from / to);
  }

  private valueIndexes(): Uint8Array {
    const { image, indexes } = this;
    const count = image.colorType === PALETTE ? image.palette!.length / 3 : maxSample(image) + 1;
    const values = Uint8Array.from({ length: count }, (_, value) => value);
    return Uint8Array.from(colorsOfValues(image, values), (color) => indexes.get(color) ?? 0);
  }

  /** Bytes of a row of a pass. */
  length(pass: Pass): number {
    return rowBytes(this.plan.header, pass.width);
  }

  /** Writes row `y` of a pass to `out` at `at`. */
  make(pass: Pass, y: number, out: Uint8Array, at: number): void {
    const { image, plan } = this;
    const row = pass.y0 + y * pass.dy;
    if (plan.isIdentity) {
      copyRow(image, row, pass, out, at);
      return;
    }
    const { indexOfValue } = this;
    if (indexOfValue !== null) {
      const { data, width } = image;
      for (let i = 0, from = row * width + pass.x0; i < pass.width; i++, from += pass.dx) {
        this.samples[i] = indexOfValue[data[from]!]!;
      }
      packSamples(this.samples, 0, 1, pass.width, plan.header.bitDepth as 8, out, at);
      return;
    }
    if (pass.dx === 1 && this.isOfBytes) {
      this.makeFromBytes(row, out, at);
      return;
    }
    readPixels(image, row, pass.x0, pass.dx, pass.width, this.pixels);
    if (plan.palette !== undefined) this.writeIndexes(pass.width, out, at);
    else this.writeChannels(pass.width, out, at);
  }

  /** A whole row of a picture whose colors have 8 bits in three or four channels, written so too, as 8-bit gray or as palette. */
  private makeFromBytes(row: number, out: Uint8Array, at: number): void {
    const { image, plan, samples } = this;
    const { data, width } = image;
    const channels = channelsOf(image.colorType);
    let from = row * width * channels;
    if (plan.palette === undefined) {
      const kept = channelsOf(plan.header.colorType);
      for (let i = 0, to = at; i < width; i++, from += channels, to += kept) {
        out[to] = data[from]!;
        if (kept < 3) continue;
        out[to + 1] = data[from + 1]!;
        out[to + 2] = data[from + 2]!;
      }
      return;
    }
    const { colors, numbers } = this;
    let last = 0;
    let index = -1;
    for (let i = 0; i < width; i++, from += channels) {
      const alpha = channels === 4 ? data[from + 3]! : 255;
      const color = (data[from]! << 24) | (data[from + 1]! << 16) | (data[from + 2]! << 8) | alpha;
      if (color !== last || index < 0) {
        last = color;
        index = numbers[colors.add(color)]!;
      }
      samples[i] = index;
    }
    packSamples(samples, 0, 1, width, plan.header.bitDepth as 8, out, at);
  }

  private writeIndexes(count: number, out: Uint8Array, at: number): void {
    const { samples, indexes } = this;
    const { multiplier, divisor } = paletteScale(this.image);
    let last = -1;
    let lastIndex = 0;
    for (let i = 0; i < count; i++) {
      const key = rowColor(this.pixels, i, multiplier, divisor);
      if (key !== last) {
        last = key;
        lastIndex = indexes.get(key)!;
      }
      samples[i] = lastIndex;
    }
    packSamples(samples, 0, 1, count, this.plan.header.bitDepth as 8, out, at);
  }

  private writeChannels(count: number, out: Uint8Array, at: number): void {
    const { pixels, plan, samples, multiplier, divisor } = this;
    const { colorType, bitDepth } = plan.header;
    const { r, g, b, a } = pixels;
    const isGray = colorType === GRAY || colorType === GRAY_ALPHA;
    const sources = isGray ? [r] : [r, g, b];
    const channels = channelsOf(colorType);
    const opaque = maxSample(this.image);
    for (let c = 0; c < channels; c++) {
      const source = sources[c] ?? a;
      for (let i = 0; i < count; i++) {
        let value = (source[i]! * multiplier) / divisor;
        if (plan.transparent !== undefined && a[i] !== opaque) value = plan.transparent[c]!;
        if (bitDepth === 16) {
          const to = at + 2 * (i * channels + c);
          out[to] = value >> 8;
          out[to + 1] = value;
        } else if (bitDepth === 8) {
          out[at + i * channels + c] = value;
        } else {
          samples[i] = value;
        }
      }
    }
    if (bitDepth < 8) packSamples(samples, 0, 1, count, bitDepth as 4, out, at);
  }
}

/** What samples are multiplied and divided by to have 8 bits, where palettes are made of them. */
export function paletteScale(image: PngImage): { multiplier: number; divisor: number } {
  const max = maxSample(image);
  return { multiplier: Math.max(1, 255 / max), divisor: Math.max(1, max / 255) };
}

function copyRow(
  image: PngImage,
  y: number,
  { x0, dx, width }: Pass,
  out: Uint8Array,
  at: number,
): void {
  const { data, bitDepth } = image;
  const channels = channelsOf(image.colorType);
  const from = (y * image.width + x0) * channels;
  if (data instanceof Uint16Array) {
    for (let i = 0, j = from, to = at; i < width; i++, j += dx * channels) {
      for (let c = 0; c < channels; c++, to += 2) {
        out[to] = data[j + c]! >> 8;
        out[to + 1] = data[j + c]!;
      }
    }
  } else if (channels === 1) {
    packSamples(data, from, dx, width, bitDepth as 8, out, at);
  } else if (dx === 1) {
    out.set(data.subarray(from, from + width * channels), at);
  } else {
    for (let i = 0, j = from, to = at; i < width; i++, j += dx * channels) {
      for (let c = 0; c < channels; c++) out[to++] = data[j + c]!;
    }
  }
}
