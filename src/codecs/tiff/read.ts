/** Reads TIFF files: gray, RGB and palettes of 1 to 16 bits, YCbCr of 8, with opacity, in strips or tiles, pixels or planes. */
import { FormatError } from '../../base/errors.ts';
import {
  bandRows,
  type ImageMetadata,
  type PictureRows,
  type Raster,
  type RasterHeader,
  type RasterLimits,
  rowsOfBand,
} from '../../frames/index.ts';
import { type Layout, readLayout } from './layout.ts';
import { allocateSamples, openLine, readLine, type Segment, segmentsOfLine } from './segments.ts';
import { type Directory, readDirectory } from './standard/directory.ts';
import { PHOTOMETRIC, TAG } from './standard/tags.ts';
import { ycbcrToRgb } from './ycbcr.ts';

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
  const stored = allocateSamples(layout, height);
  for (let y = 0; y < height; y += layout.segmentHeight) {
    readLine(layout, bytes, y, stored.subarray(y * width * layout.samples));
  }
  const data = finishSamples(layout, directory, stored);
  return { width, height, channels: channelsIn(layout), data, metadata: readMetadata(directory) };
}

/** Bytes of samples of the strips or tiles beside each other, up to which they are worth reading one after the other. */
const MOST_LINE_BYTES = 1 << 24;

/** Strips or tiles that may be expanded side by side: each takes 300 kB. */
const MOST_OPEN = 16;

/**
 * The same some rows at a time; null where many tiles beside each other are together too large for it. Throws as `decodeTiff` does.
 */
export function openTiffRows(bytes: Uint8Array, limits: RasterLimits = {}): PictureRows | null {
  const directory = readDirectory(bytes);
  const layout = readLayout(directory, bytes, limits);
  const isDeep = layout.bits === 16;
  const channels = channelsIn(layout);
  const { width, height, segmentHeight, samples } = layout;
  const header = { width, height, channels, isDeep, metadata: readMetadata(directory) };
  const lineBytes = width * segmentHeight * samples * (isDeep ? 2 : 1);
  const isShort = segmentHeight <= rowsOfBand(header);
  if (!isShort && segmentsOfLine(layout) <= MOST_OPEN)
    return sideBySide(header, layout, directory, bytes);
  if (lineBytes > MOST_LINE_BYTES) return null;
  return bandRows(header, segmentHeight, (y, count) => {
    const stored = allocateSamples(layout, count);
    readLine(layout, bytes, y, stored);
    return finishSamples({ ...layout, height: count }, directory, stored);
  });
}

/** Rows of large strips or tiles, all of which in a line are expanded side by side, a band of rows at a time. */
function sideBySide(
  header: RasterHeader & { readonly metadata: ImageMetadata },
  layout: Layout,
  directory: Directory,
  bytes: Uint8Array,
): PictureRows {
  const { height, segmentHeight, subsampling } = layout;
  const most = Math.max(1, Math.floor(rowsOfBand(header) / subsampling[1])) * subsampling[1];
  let line: readonly Segment[] = [];
  let y = 0;
  return {
    ...header,
    advance(take) {
      if (y >= height) return false;
      const within = y % segmentHeight;
      if (within === 0) line = openLine(layout, bytes, y);
      const count = Math.min(most, segmentHeight - within, height - y);
      const stored = allocateSamples(layout, count);
      for (const segment of line) segment.read(count, stored);
      y += count;
      if (y % segmentHeight === 0 || y === height) for (const segment of line) segment.end();
      take(finishSamples({ ...layout, height: count }, directory, stored));
      return true;
    },
  };
}

function channelsIn({ photometric, channels }: Layout) {
  return photometric === PHOTOMETRIC.palette ? 3 : channels;
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
