/** Reads TIFF files: gray, RGB and palettes of 1 to 16 bits, YCbCr of 8, with opacity, in strips or tiles, pixels or planes. */
import { FormatError } from '../../base/errors.ts';
import {
  bandRows,
  type ImageMetadata,
  type PictureRows,
  type Raster,
  type RasterLimits,
  rowsOfBand,
} from '../../frames/index.ts';
import { type Layout, readLayout } from './layout.ts';
import { expand } from './standard/compression.ts';
import { type Directory, readDirectory } from './standard/directory.ts';
import { COMPRESSION, PHOTOMETRIC, TAG } from './standard/tags.ts';
import { placeUnitRow, unitBytes, ycbcrToRgb } from './ycbcr.ts';

/** A decoded file. */
export interface DecodedTiff extends Raster {
  readonly metadata: ImageMetadata;
}

/**
 * Decodes the first picture of a file. Throws `FormatError` with the offset for what breaks the format or goes beyond `limits`,
 * `UnsupportedError` for colors, samples and compressions that are not read.
 */
export function decodeTiff(bytes: Uint8Array, limits: RasterLimits = {}): DecodedTiff {
  const directory = readDirectory(bytes);
  const layout = readLayout(directory, bytes, limits);
  const { width, height } = layout;
  const data = readSamples(layout, directory, bytes);
  return { width, height, channels: channelsIn(layout), data, metadata: readMetadata(directory) };
}

/** Bytes of samples of the strips or tiles beside each other, up to which they are worth reading row by row. */
const MOST_BAND_BYTES = 1 << 24;

/**
 * The same row by row: the strips or tiles beside each other at a time; null where these are large and compressed. Throws as
 * `decodeTiff` does.
 */
export function openTiffRows(bytes: Uint8Array, limits: RasterLimits = {}): PictureRows | null {
  const directory = readDirectory(bytes);
  const whole = readLayout(directory, bytes, limits);
  const isDeep = whole.bits === 16;
  const channels = channelsIn(whole);
  const { width, height } = whole;
  const header = { width, height, channels, isDeep, metadata: readMetadata(directory) };
  const layout = inShortStrips(whole, rowsOfBand(header));
  const { segmentHeight, samples } = layout;
  if (width * segmentHeight * samples * (isDeep ? 2 : 1) > MOST_BAND_BYTES) return null;
  return bandRows(header, segmentHeight, (y, count) => {
    return readSamples(bandOf(layout, y / segmentHeight, count), directory, bytes);
  });
}

/** One strip for all rows, whose samples are as they are, is as good as many. */
function inShortStrips(layout: Layout, rows: number): Layout {
  const { width, height, samples, bits, isPlanar, isTiled, subsampling } = layout;
  const isShared = subsampling[0] * subsampling[1] > 1;
  if (layout.segmentHeight < height || layout.compression !== COMPRESSION.none) return layout;
  if (isTiled || isShared) return layout;
  const stripBytes = Math.ceil((width * (isPlanar ? 1 : samples) * bits) / 8) * rows;
  const starts = Array.from({ length: Math.ceil(height / rows) }, (_, i) => i * stripBytes);
  const planes = layout.offsets.slice(0, isPlanar ? samples : 1);
  return {
    ...layout,
    segmentHeight: rows,
    offsets: planes.flatMap((offset) => starts.map((start) => offset + start)),
    byteCounts: planes.flatMap((_, i) => {
      return starts.map((start) => Math.max(0, layout.byteCounts[i]! - start));
    }),
  };
}

/** The layout of the strips or tiles in one line, which are `height` rows of the picture, as of a picture of its own. */
function bandOf(layout: Layout, line: number, height: number): Layout {
  const { width, segmentWidth, segmentHeight, isPlanar, samples } = layout;
  const across = Math.ceil(width / segmentWidth);
  const down = Math.ceil(layout.height / segmentHeight);
  const inBand = (of: readonly number[]) =>
    Array.from({ length: isPlanar ? samples : 1 }, (_, plane) => {
      const from = (plane * down + line) * across;
      return of.slice(from, from + across);
    }).flat();
  return {
    ...layout,
    height,
    offsets: inBand(layout.offsets),
    byteCounts: inBand(layout.byteCounts),
  };
}

function channelsIn({ photometric, channels }: Layout) {
  return photometric === PHOTOMETRIC.palette ? 3 : channels;
}

/** The samples of all segments of a layout, as a raster has them. */
function readSamples(layout: Layout, directory: Directory, bytes: Uint8Array): Raster['data'] {
  const { width, height, samples, bits } = layout;
  const stored =
    bits === 16
      ? new Uint16Array(width * height * samples)
      : new Uint8Array(width * height * samples);
  readSegments(layout, bytes, stored);
  return finishSamples(layout, directory, stored);
}

/** Expands every strip or tile, and puts its samples where they belong, one element each. */
function readSegments(layout: Layout, bytes: Uint8Array, stored: Uint8Array | Uint16Array): void {
  const { width, height, segmentWidth, segmentHeight, samples, bits, isPlanar, isTiled } = layout;
  const across = Math.ceil(width / segmentWidth);
  const down = Math.ceil(height / segmentHeight);
  const perPixel = isPlanar ? 1 : samples;
  const rowBytes = Math.ceil((segmentWidth * perPixel * bits) / 8);
  const { subsampling } = layout;
  const isShared = subsampling[0] * subsampling[1] > 1;
  for (let i = 0; i < across * down * (isPlanar ? samples : 1); i++) {
    const offset = layout.offsets[i]!;
    if (offset > bytes.length) {
      throw new FormatError('tiff.strip', `lies at ${offset} of ${bytes.length} bytes`, offset);
    }
    const x = (i % across) * segmentWidth;
    const y = (Math.floor(i / across) % down) * segmentHeight;
    const plane = Math.floor(i / (across * down));
    const rows = isTiled ? segmentHeight : Math.min(segmentHeight, height - y);
    const packed = bytes.subarray(offset, offset + layout.byteCounts[i]!);
    const length = isShared ? unitBytes(subsampling, segmentWidth, rows) : rowBytes * rows;
    const expanded = expand(layout.compression, packed, length, offset);
    const part = { x, y, plane, perPixel, rowBytes };
    for (let row = 0; row < Math.min(rows, height - y); row++) {
      if (isShared) placeUnitRow(layout, expanded, row, x, y, stored);
      else placeRow(layout, expanded, row, part, stored);
    }
  }
}

/** Where a strip or tile lies in the picture. */
interface Part {
  readonly x: number;
  readonly y: number;
  readonly plane: number;
  readonly perPixel: number;
  readonly rowBytes: number;
}

/** One row of a segment: differences are added up (TIFF clause 14), samples unpacked, the highest bits first. */
function placeRow(
  layout: Layout,
  bytes: Uint8Array,
  row: number,
  { x, y, plane, perPixel, rowBytes }: Part,
  stored: Uint8Array | Uint16Array,
): void {
  const { width, samples, bits, littleEndian, hasDifferences } = layout;
  const from = row * rowBytes;
  const count = Math.min(layout.segmentWidth, width - x) * perPixel;
  const step = samples / perPixel;
  const start = ((y + row) * width + x) * samples + plane;
  const mask = 2 ** bits - 1;
  for (let i = 0, to = start; i < count; i++, to += step) {
    let value: number;
    if (bits === 8) value = bytes[from + i]!;
    else if (bits === 16) {
      const [first, second] = [bytes[from + 2 * i]!, bytes[from + 2 * i + 1]!];
      value = littleEndian ? first | (second << 8) : (first << 8) | second;
    } else {
      const bit = i * bits;
      value = (bytes[from + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask;
    }
    if (hasDifferences && i >= perPixel) value = (value + stored[to - step * perPixel]!) & mask;
    stored[to] = value;
  }
}

/** The samples as a raster has them: the whole range, the palette's colors, no samples besides. */
function finishSamples(
  layout: Layout,
  directory: Directory,
  stored: Uint8Array | Uint16Array,
): Uint8Array | Uint16Array {
  const { samples, channels, bits, photometric } = layout;
  if (photometric === PHOTOMETRIC.palette) return applyColorMap(layout, directory, stored);
  if (samples !== channels) dropSamples(stored, samples, channels);
  const data = stored.subarray(0, layout.width * layout.height * channels);
  if (photometric === PHOTOMETRIC.ycbcr) ycbcrToRgb(directory, data);
  const stored1 = 2 ** bits - 1;
  const largest = bits === 16 ? 65535 : 255;
  const isInverted = photometric === PHOTOMETRIC.whiteIsZero;
  if (bits < 8 || isInverted) {
    const factor = largest / stored1;
    const isColor = (i: number) => channels === 1 || i % 2 === 0;
    for (let i = 0; i < data.length; i++) {
      data[i] = (isInverted && isColor(i) ? stored1 - data[i]! : data[i]!) * factor;
    }
  }
  if (layout.isPremultiplied && channels % 2 === 0) divideByOpacity(data, channels, largest);
  return data;
}

function dropSamples(data: Uint8Array | Uint16Array, samples: number, kept: number): void {
  for (let from = 0, to = 0; from < data.length; from += samples, to += kept) {
    for (let c = 0; c < kept; c++) data[to + c] = data[from + c]!;
  }
}

/** ColorMap, TIFF clause 5: all reds, then greens, then blues, of 16 bits. */
function applyColorMap(layout: Layout, directory: Directory, stored: Uint8Array | Uint16Array) {
  const { width, height, samples, bits } = layout;
  const map = directory.numbers(TAG.ColorMap) ?? [];
  const entries = 2 ** bits;
  if (bits > 8 || map.length < 3 * entries) {
    throw new FormatError('tiff.ColorMap', `has ${map.length} values for ${bits} bits`, 4);
  }
  // Some writers put values of 8 bits there.
  const shift = map.some((value) => value > 255) ? 8 : 0;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0, to = 0; to < data.length; i += samples, to += 3) {
    const index = stored[i]!;
    for (let c = 0; c < 3; c++) data[to + c] = map[c * entries + index]! >> shift;
  }
  return data;
}

/** Colors that were multiplied with their opacity, as they were before, to the nearest. */
function divideByOpacity(data: Uint8Array | Uint16Array, channels: number, largest: number): void {
  for (let at = 0; at < data.length; at += channels) {
    const opacity = data[at + channels - 1]!;
    for (let c = 0; c < channels - 1; c++) {
      const color = opacity === 0 ? 0 : Math.round((data[at + c]! * largest) / opacity);
      data[at + c] = Math.min(color, largest);
    }
  }
}

/** What the first directory says beside the picture. Throws as `decodeTiff` does for broken directories. */
export function readTiffMetadata(bytes: Uint8Array): ImageMetadata {
  return readMetadata(readDirectory(bytes));
}

function readMetadata(directory: Directory): ImageMetadata {
  const [x, y] = [TAG.XResolution, TAG.YResolution].map((tag) =>
    Math.round(directory.numbers(tag)?.[0] ?? 0),
  ) as [number, number];
  const unit = (['none', 'inch', 'centimeter'] as const)[
    (directory.numbers(TAG.ResolutionUnit)?.[0] ?? 2) - 1
  ];
  const isDensity = unit !== undefined && x > 0 && y > 0 && x < 65536 && y < 65536;
  const orientation = directory.numbers(TAG.Orientation)?.[0] ?? 1;
  const icc = directory.bytes(TAG.IccProfile);
  const xmp = directory.bytes(TAG.Xmp);
  return {
    ...(isDensity && { density: { unit, x, y } }),
    ...(orientation > 1 && orientation <= 8 && { orientation }),
    ...(icc && { icc }),
    ...(xmp && { xmp }),
  };
}
