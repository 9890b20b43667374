/** Describes a PNG file by its headers: signature, size, and the format of the decoded pixels. */
import { FormatError } from '../../base/errors.ts';
import type { RasterChannels, RasterHeader } from '../../frames/raster.ts';
import { CHUNK_OVERHEAD, SIGNATURE } from './standard/chunks.ts';
import {
  type ColorType,
  channelsOf,
  IHDR_LENGTH,
  PALETTE,
  type PngHeader,
  readHeader,
} from './standard/header.ts';

/** Offset of the data of IHDR, which comes first: behind the signature's 8 bytes, a length and a type; PNG clause 5.6. */
const IHDR_AT = 8 + 8;

/** Whether these are the first bytes of a PNG file: the signature, PNG clause 5.2. */
export function isPng(start: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => start[i] === byte);
}

/** Channels of the raster of a picture: palettes become RGB, and tRNS becomes opacity. */
export function rasterChannels(colorType: ColorType, hasTransparency: boolean): RasterChannels {
  if (hasTransparency) return 4;
  return colorType === PALETTE ? 3 : (channelsOf(colorType) as RasterChannels);
}

/** Reads IHDR. Throws `FormatError` if it is broken or cut off. */
export function readPngHeader(file: Uint8Array): PngHeader {
  if (file.length < IHDR_AT + IHDR_LENGTH + 4) {
    throw new FormatError('png.IHDR', 'is cut off', file.length);
  }
  return readHeader(file, IHDR_AT, SIGNATURE.length);
}

/** Reads IHDR, and looks for tRNS before the pixels (PNG clause 5.6). Throws `FormatError` if IHDR is broken or cut off. */
export function describePng(file: Uint8Array): RasterHeader {
  const { width, height, colorType, bitDepth } = readPngHeader(file);
  const channels = rasterChannels(colorType, hasTransparency(file));
  return { width, height, channels, isDeep: bitDepth === 16 };
}

function hasTransparency(file: Uint8Array): boolean {
  return chunkBeforePixels(file, 'tRNS') >= 0;
}

/** Frames that a file says to have: clause 11.3.6.1; 1 of a still picture. */
export function pngFrameCount(file: Uint8Array): number {
  const at = chunkBeforePixels(file, 'acTL');
  if (at < 0 || at + 12 > file.length) return 1;
  return new DataView(file.buffer, file.byteOffset, file.length).getUint32(at + 8);
}

/** Where a chunk of a type begins that stands before the pixels; -1 if there is none. */
function chunkBeforePixels(file: Uint8Array, wanted: string): number {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (
    let at = SIGNATURE.length;
    at + 8 <= file.length;
    at += CHUNK_OVERHEAD + view.getUint32(at)
  ) {
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (type === wanted) return at;
    if (type === 'IDAT' || type === 'IEND') return -1;
  }
  return -1;
}
