/** Color types, depths and IHDR: PNG (third edition) clauses 6.1 and 11.2.1. */
import { ConfigError, FormatError } from '../../../base/errors.ts';

/** Color types, clause 6.1. */
export const GRAY = 0;
export const RGB = 2;
export const PALETTE = 3;
export const GRAY_ALPHA = 4;
export const RGBA = 6;

/** A color type of clause 6.1. */
export type ColorType = 0 | 2 | 3 | 4 | 6;
/** Bits of a sample, clause 6.2. */
export type BitDepth = 1 | 2 | 4 | 8 | 16;

/** The fields of IHDR, clause 11.2.1. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: BitDepth;
  readonly colorType: ColorType;
  /** Whether the picture comes in the seven passes of Adam7, clause 8.1. */
  readonly interlaced: boolean;
}

/** Clause 6.1, table 8: color type => bit depths that it may have. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [GRAY]: [1, 2, 4, 8, 16],
  [RGB]: [8, 16],
  [PALETTE]: [1, 2, 4, 8],
  [GRAY_ALPHA]: [8, 16],
  [RGBA]: [8, 16],
};

/** Largest width and height, clause 7.1: PNG four-byte unsigned integers end at 2^31 - 1. */
export const MAX_DIMENSION = 0x7fffffff;
/** Bytes of the data of IHDR, clause 11.2.1. */
export const IHDR_LENGTH = 13;

/** Whether a color type may have a depth, clause 6.1. */
export function isAllowedDepth(colorType: number, bitDepth: number): boolean {
  return DEPTHS[colorType]?.includes(bitDepth) === true;
}

/** Samples of a pixel, clause 6.1. */
export function channelsOf(colorType: ColorType): number {
  return colorType === RGB ? 3 : colorType === RGBA ? 4 : colorType === GRAY_ALPHA ? 2 : 1;
}

/** Bits of a pixel, clause 6.1. */
export function bitsPerPixel({ colorType, bitDepth }: PngHeader): number {
  return channelsOf(colorType) * bitDepth;
}

/** Bytes of a row of `width` pixels without its filter type, clause 7.2. */
export function rowBytes(header: PngHeader, width: number): number {
  return Math.ceil((width * bitsPerPixel(header)) / 8);
}

/** The distance of the byte that filters call `a`, clause 9.2: that of the pixel before, at least 1. */
export function filterDistance(header: PngHeader): number {
  return Math.max(1, bitsPerPixel(header) >> 3);
}

/** Reads IHDR, clause 11.2.1, from `data` of 13 bytes at `at`. Throws `FormatError` with `offset`, that of the chunk. */
export function readHeader(data: Uint8Array, at: number, offset: number): PngHeader {
  const view = new DataView(data.buffer, data.byteOffset + at, IHDR_LENGTH);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const bitDepth = view.getUint8(8);
  const colorType = view.getUint8(9);
  const wrong = (field: string, detail: string) =>
    new FormatError(`png.IHDR.${field}`, `${detail} (PNG clause 11.2.1)`, offset);
  if (width < 1 || width > MAX_DIMENSION)
    throw wrong('width', `got ${width}, allowed are 1..2147483647`);
  if (height < 1 || height > MAX_DIMENSION)
    throw wrong('height', `got ${height}, allowed are 1..2147483647`);
  if (DEPTHS[colorType] === undefined)
    throw wrong('color_type', `got ${colorType}, allowed are 0, 2, 3, 4, 6`);
  if (!isAllowedDepth(colorType, bitDepth)) {
    throw wrong(
      'bit_depth',
      `got ${bitDepth} with color type ${colorType}, allowed are ${DEPTHS[colorType]!.join(', ')}`,
    );
  }
  if (view.getUint8(10) !== 0)
    throw wrong('compression_method', `got ${view.getUint8(10)}, allowed is 0`);
  if (view.getUint8(11) !== 0)
    throw wrong('filter_method', `got ${view.getUint8(11)}, allowed is 0`);
  if (view.getUint8(12) > 1)
    throw wrong('interlace_method', `got ${view.getUint8(12)}, allowed are 0, 1`);
  return {
    width,
    height,
    bitDepth: bitDepth as BitDepth,
    colorType: colorType as ColorType,
    interlaced: view.getUint8(12) === 1,
  };
}

/** The data of IHDR, clause 11.2.1. */
export function headerData(header: PngHeader): Uint8Array {
  const data = new Uint8Array(IHDR_LENGTH);
  const view = new DataView(data.buffer);
  view.setUint32(0, header.width);
  view.setUint32(4, header.height);
  data[8] = header.bitDepth;
  data[9] = header.colorType;
  data[12] = header.interlaced ? 1 : 0;
  return data;
}

/** Throws `ConfigError` if there is no such header; clause 11.2.1. */
export function requireHeader(where: string, header: PngHeader): void {
  for (const key of ['width', 'height'] as const) {
    const value = header[key];
    if (!Number.isInteger(value) || value < 1 || value > MAX_DIMENSION) {
      throw new ConfigError(`${where}.${key}`, `got ${value}, allowed are 1..${MAX_DIMENSION}`);
    }
  }
  if (!isAllowedDepth(header.colorType, header.bitDepth)) {
    throw new ConfigError(
      `${where}.bitDepth`,
      `got ${header.bitDepth} with color type ${header.colorType}, allowed are gray 1, 2, 4, 8, 16, palette 1, 2, 4, 8, others 8, 16`,
    );
  }
}
