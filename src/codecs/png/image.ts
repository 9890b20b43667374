/** A picture as PNG knows it, in memory. */
import { ConfigError } from '../../base/errors.ts';
import type { PngMetadata } from './metadata.ts';
import {
  type BitDepth,
  type ColorType,
  channelsOf,
  PALETTE,
  requireHeader,
} from './standard/header.ts';
import type { Samples } from './standard/samples.ts';

/** Samples of a picture, row by row, channel by channel, one element each. */
export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA. */
  readonly colorType: ColorType;
  readonly bitDepth: BitDepth;
  /** Uint16Array for 16 bits, else Uint8Array; values up to 2^bitDepth - 1. Indexes of the palette for color type 3. */
  readonly data: Samples;
  /** Red, green, blue of each entry; for color type 3. */
  readonly palette?: Uint8Array;
  /** Alpha of the palette's first entries; the others are opaque. */
  readonly paletteAlpha?: Uint8Array;
  /** The one gray value, or the one color, that is transparent; color types 0 and 2. */
  readonly transparent?: readonly number[];
  /** Everything else that the file says. */
  readonly metadata?: PngMetadata;
}

/** Samples of all pixels. */
export function sampleCount(image: PngImage): number {
  return image.width * image.height * channelsOf(image.colorType);
}

/** Throws `ConfigError` if a picture does not keep to its own description. */
export function requireImage(where: string, image: PngImage): void {
  requireHeader(where, { ...image, interlaced: false });
  const { data, bitDepth, colorType, palette, paletteAlpha, transparent } = image;
  if (
    bitDepth === 16
      ? !(data instanceof Uint16Array)
      : !(data instanceof Uint8Array || (data as unknown) instanceof Uint8ClampedArray)
  ) {
    throw new ConfigError(
      `${where}.data`,
      `needed is a ${bitDepth === 16 ? 'Uint16Array' : 'Uint8Array'} for ${bitDepth} bits`,
    );
  }
  if (data.length < sampleCount(image)) {
    throw new ConfigError(
      `${where}.data`,
      `got ${data.length} samples, needed are ${sampleCount(image)}`,
    );
  }
  if (colorType === PALETTE) {
    const entries = (palette?.length ?? 0) / 3;
    if (!Number.isInteger(entries) || entries < 1 || entries > 1 << bitDepth) {
      throw new ConfigError(
        `${where}.palette`,
        `got ${entries} entries, allowed are 1..${1 << bitDepth}`,
      );
    }
    if ((paletteAlpha?.length ?? 0) > entries) {
      throw new ConfigError(
        `${where}.paletteAlpha`,
        `got ${paletteAlpha!.length}, allowed are 0..${entries}`,
      );
    }
  }
  const needed = colorType === 0 ? 1 : colorType === 2 ? 3 : 0;
  if (transparent !== undefined && transparent.length !== needed) {
    throw new ConfigError(
      `${where}.transparent`,
      `got ${transparent.length} samples, needed are ${needed}`,
    );
  }
  const limit = colorType === PALETTE ? palette!.length / 3 : 1 << bitDepth;
  if (bitDepth < 8 || (colorType === PALETTE && limit < 256))
    requireBelow(`${where}.data`, data as Uint8Array, sampleCount(image), limit);
}

function requireBelow(where: string, data: Uint8Array, count: number, limit: number): void {
  for (let i = 0; i < count; i++) {
    if (data[i]! >= limit)
      throw new ConfigError(where, `sample ${i} is ${data[i]}, allowed are 0..${limit - 1}`);
  }
}
