/** Reads bitmap files: tables of colors, 16 to 32 bits a pixel with masks, run-length codes. */
import { FormatError } from '../../base/errors.ts';
import {
  bandRows,
  densityOfMeter,
  type ImageMetadata,
  type PictureRows,
  type Raster,
  type RasterLimits,
  requireRasterSize,
  rowsOfBand,
} from '../../frames/index.ts';
import {
  BI_RGB,
  BI_RLE8,
  type BmpHeader,
  pixelChannels,
  readBmpHeader,
  readTable,
  tableChannels,
} from './headers.ts';

/** A decoded file: gray for tables of grays, RGB, or RGBA where pixels have opacity. */
export interface DecodedBmp extends Raster {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly metadata: ImageMetadata;
}

/**
 * Decodes a bitmap file. Pixels that run-length codes leave out have the first color of the table. Throws `FormatError` with the
 * offset for what breaks the format or goes beyond `limits`, `UnsupportedError` for embedded JPEG and PNG.
 */
export function decodeBmp(bytes: Uint8Array, limits: RasterLimits = {}): DecodedBmp {
  const header = readBmpHeader(bytes);
  const { width, height, bitCount, compression } = header;
  requireRasterSize('bmp.header', width, height, limits, 18);
  const isCoded = compression !== BI_RGB && bitCount <= 8;
  const rowBytes = isCoded ? 0 : requirePixels(header, bytes);
  const metadata = metadataOf(header, bytes);
  if (bitCount > 8) {
    const { data, hasOpacity } = readPixels(header, bytes, rowBytes);
    if (pixelChannels(header) === 3 || hasOpacity) {
      return { width, height, channels: pixelChannels(header), data, metadata };
    }
    return { width, height, channels: 3, data: withoutOpacity(data), metadata };
  }
  const table = readTable(header, bytes);
  const indexes = isCoded ? decodeRuns(header, bytes) : unpackIndexes(header, bytes, rowBytes);
  return { width, height, ...applyTable(indexes, table), metadata };
}

/** The same row by row; null for run-length codes, which say nothing of rows. Throws as `decodeBmp` does. */
export function openBmpRows(bytes: Uint8Array, limits: RasterLimits = {}): PictureRows | null {
  const header = readBmpHeader(bytes);
  const { width, height, bitCount, compression } = header;
  requireRasterSize('bmp.header', width, height, limits, 18);
  if (compression !== BI_RGB && bitCount <= 8) return null;
  const rowBytes = requirePixels(header, bytes);
  const about = { width, height, isDeep: false, metadata: metadataOf(header, bytes) };
  const bandOf = (y: number, count: number): BmpHeader => {
    const row = header.topDown ? y : height - y - count;
    return { ...header, height: count, pixelOffset: header.pixelOffset + row * rowBytes };
  };
  if (bitCount <= 8) {
    const table = readTable(header, bytes);
    const indexed = { ...about, channels: tableChannels(table) };
    return bandRows(indexed, rowsOfBand(indexed), (y, count) => {
      return applyTable(unpackIndexes(bandOf(y, count), bytes, rowBytes), table).data;
    });
  }
  const perBand = rowsOfBand({ ...about, channels: pixelChannels(header) });
  const hasOpacity = (): boolean => {
    for (let y = 0; y < height; y += perBand) {
      const band = bandOf(y, Math.min(perBand, height - y));
      if (readPixels(band, bytes, rowBytes).hasOpacity) return true;
    }
    return false;
  };
  const isDropped = pixelChannels(header) === 4 && !hasOpacity();
  const channels = isDropped ? 3 : pixelChannels(header);
  return bandRows({ ...about, channels }, perBand, (y, count) => {
    const { data } = readPixels(bandOf(y, count), bytes, rowBytes);
    return isDropped ? withoutOpacity(data) : data;
  });
}

/** Bytes of a row that is not run-length coded; throws `FormatError` if the file has fewer than its rows take. */
function requirePixels({ width, height, bitCount, pixelOffset }: BmpHeader, bytes: Uint8Array) {
  const rowBytes = Math.ceil((width * bitCount) / 32) * 4;
  const end = pixelOffset + rowBytes * height;
  if (bytes.length >= end) return rowBytes;
  const detail = `${bytes.length} bytes, ${width}x${height} pixels need ${end}`;
  throw new FormatError('bmp.pixels', detail, bytes.length);
}

/** Row of the picture that row `row` of the file is. */
function rowOf({ height, topDown }: BmpHeader, row: number): number {
  return topDown ? row : height - 1 - row;
}

/** Indexes of 1 to 8 bits, the highest bits first. */
function unpackIndexes(header: BmpHeader, bytes: Uint8Array, rowBytes: number): Uint8Array {
  const { width, height, bitCount, pixelOffset } = header;
  const indexes = new Uint8Array(width * height);
  const perByte = 8 / bitCount;
  const mask = (1 << bitCount) - 1;
  for (let row = 0; row < height; row++) {
    const from = pixelOffset + row * rowBytes;
    const to = rowOf(header, row) * width;
    for (let x = 0; x < width; x++) {
      const shift = 8 - bitCount - (x % perByte) * bitCount;
      indexes[to + x] = (bytes[from + Math.floor(x / perByte)]! >> shift) & mask;
    }
  }
  return indexes;
}

/** The colors of indexes: gray if all of the table is. */
function applyTable(indexes: Uint8Array, table: Uint8Array) {
  const channels = tableChannels(table);
  const data = new Uint8Array(indexes.length * channels);
  for (let i = 0, to = 0; i < indexes.length; i++, to += channels) {
    const from = 3 * indexes[i]!;
    for (let c = 0; c < channels; c++) data[to + c] = table[from + c]!;
  }
  return { channels, data };
}

/** RLE8 and RLE4, MS-WMF clause 3.1.6 (run-length encoding). */
function decodeRuns(header: BmpHeader, bytes: Uint8Array): Uint8Array {
  const { width, height, compression, pixelOffset } = header;
  const perByte = compression === BI_RLE8 ? 1 : 2;
  const indexes = new Uint8Array(width * height);
  let x = 0;
  let row = 0;
  const put = (index: number, at: number) => {
    if (row >= height) throw new FormatError('bmp.pixels', 'a run lies outside of the picture', at);
    if (x < width) indexes[rowOf(header, row) * width + x] = index;
    x++;
  };
  const indexAt = (byte: number, i: number) =>
    perByte === 1 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15;
  for (let at = pixelOffset; ; ) {
    if (at + 2 > bytes.length) throw new FormatError('bmp.pixels', 'are cut off', bytes.length);
    const count = bytes[at]!;
    const value = bytes[at + 1]!;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(indexAt(value, i), at - 2);
    } else if (value === 0) {
      x = 0;
      row++;
    } else if (value === 1) {
      return indexes;
    } else if (value === 2) {
      if (at + 2 > bytes.length) throw new FormatError('bmp.pixels', 'are cut off', bytes.length);
      x += bytes[at]!;
      row += bytes[at + 1]!;
      at += 2;
    } else {
      const length = Math.ceil(value / perByte);
      if (at + length > bytes.length) {
        throw new FormatError('bmp.pixels', 'are cut off', bytes.length);
      }
      for (let i = 0; i < value; i++) put(indexAt(bytes[at + Math.floor(i / perByte)]!, i), at);
      at += length + (length & 1);
    }
  }
}

/** Where the bits of a sample lie, and what its largest value is. */
function fieldOf(mask: number): { readonly shift: number; readonly largest: number } {
  if (mask === 0) return { shift: 0, largest: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, largest: mask >>> shift };
}

/** Pixels of 16, 24 and 32 bits, and whether there is opacity: where it is 0 everywhere, writers left it out. */
function readPixels(header: BmpHeader, bytes: Uint8Array, rowBytes: number) {
  const { width, height, bitCount, pixelOffset, masks } = header;
  const channels = pixelChannels(header);
  const fields = masks.slice(0, channels).map(fieldOf);
  const step = bitCount / 8;
  const data = new Uint8Array(width * height * channels);
  let opacity = 0;
  for (let row = 0; row < height; row++) {
    let to = rowOf(header, row) * width * channels;
    let at = pixelOffset + row * rowBytes;
    for (let x = 0; x < width; x++, at += step, to += channels) {
      if (step === 3) {
        data[to] = bytes[at + 2]!;
        data[to + 1] = bytes[at + 1]!;
        data[to + 2] = bytes[at]!;
        continue;
      }
      let pixel = bytes[at]! | (bytes[at + 1]! << 8);
      if (step === 4) pixel |= (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      for (let c = 0; c < channels; c++) {
        const { shift, largest } = fields[c]!;
        const value = (pixel >>> shift) & largest;
        data[to + c] =
          largest === 255 || largest === 0 ? value : Math.round((value * 255) / largest);
      }
      if (channels === 4) opacity |= data[to + 3]!;
    }
  }
  return { data, hasOpacity: opacity !== 0 };
}

/** Red, green and blue of each pixel, in the same memory. */
function withoutOpacity(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const pixels = data.length / 4;
  for (let i = 0; i < pixels; i++) data.copyWithin(3 * i, 4 * i, 4 * i + 3);
  return data.subarray(0, 3 * pixels);
}

/** What the headers say beside the picture. Throws as `decodeBmp` does for broken headers. */
export function readBmpMetadata(bytes: Uint8Array): ImageMetadata {
  return metadataOf(readBmpHeader(bytes), bytes);
}

function metadataOf(header: BmpHeader, bytes: Uint8Array): ImageMetadata {
  const { profileOffset, profileLength, pixelsPerMeter } = header;
  const density = densityOfMeter(...pixelsPerMeter);
  const isInside = profileLength > 0 && profileOffset + profileLength <= bytes.length;
  return {
    ...(density && { density }),
    ...(isInside && { icc: bytes.slice(profileOffset, profileOffset + profileLength) }),
  };
}
