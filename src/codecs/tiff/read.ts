/** Reads TIFF files: gray, RGB and palettes of 1 to 16 bits, with opacity, in strips or tiles, pixels or planes. */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import {
  type ImageMetadata,
  type Raster,
  type RasterChannels,
  type RasterLimits,
  requireRasterSize,
} from '../../frames/index.ts';
import { expand } from './standard/compression.ts';
import { type Directory, readDirectory } from './standard/directory.ts';
import {
  ASSOCIATED_ALPHA,
  COMPRESSION,
  HORIZONTAL_DIFFERENCES,
  PHOTOMETRIC,
  TAG,
  UNASSOCIATED_ALPHA,
} from './standard/tags.ts';

/** A decoded file. */
export interface DecodedTiff extends Raster {
  readonly metadata: ImageMetadata;
}

/** How the samples lie in the file. */
interface Layout {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly bits: number;
  /** Samples of a pixel in the file, and how many of them the picture has. */
  readonly samples: number;
  readonly channels: RasterChannels;
  readonly photometric: number;
  readonly compression: number;
  readonly isPlanar: boolean;
  readonly hasDifferences: boolean;
  readonly isPremultiplied: boolean;
  readonly littleEndian: boolean;
  /** Whether segments are tiles, which are whole at every edge; else strips, as wide as the picture, the last as high as what is left. */
  readonly isTiled: boolean;
  readonly segmentWidth: number;
  readonly segmentHeight: number;
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

/** More than any compression that is read makes of a byte: LZW of one value. */
const MOST_EXPANSION = 1500;

/**
 * Decodes the first picture of a file. Throws `FormatError` with the offset for what breaks the format or goes beyond `limits`,
 * `UnsupportedError` for colors, samples and compressions that are not read.
 */
export function decodeTiff(bytes: Uint8Array, limits: RasterLimits = {}): DecodedTiff {
  const directory = readDirectory(bytes);
  const layout = readLayout(directory, bytes, limits);
  const { width, height, samples, bits } = layout;
  const stored =
    bits === 16
      ? new Uint16Array(width * height * samples)
      : new Uint8Array(width * height * samples);
  readSegments(layout, bytes, stored);
  const data = finishSamples(layout, directory, stored);
  const channels = layout.photometric === PHOTOMETRIC.palette ? 3 : layout.channels;
  return { width, height, channels, data, metadata: readMetadata(directory) };
}

function readLayout(directory: Directory, bytes: Uint8Array, limits: RasterLimits): Layout {
  const one = (tag: number, otherwise?: number): number => {
    const value = directory.numbers(tag)?.[0] ?? otherwise;
    if (value === undefined) throw new FormatError('tiff.directory', `has no field ${tag}`, 4);
    return value;
  };
  const width = one(TAG.ImageWidth);
  const height = one(TAG.ImageLength);
  requireRasterSize('tiff.directory', width, height, limits, 4);
  const isTiled = directory.numbers(TAG.TileOffsets) !== undefined;
  const offsets = directory.numbers(isTiled ? TAG.TileOffsets : TAG.StripOffsets);
  const byteCounts = directory.numbers(isTiled ? TAG.TileByteCounts : TAG.StripByteCounts);
  if (offsets === undefined) throw new FormatError('tiff.directory', 'has no StripOffsets', 4);
  const samples = one(TAG.SamplesPerPixel, 1);
  const bits = requireBits(directory, samples);
  const photometric = one(TAG.PhotometricInterpretation, PHOTOMETRIC.blackIsZero);
  const extra = directory.numbers(TAG.ExtraSamples) ?? [];
  const layout: Layout = {
    ...{ width, height, bits, samples, photometric, offsets },
    channels: channelsOf(photometric, samples, extra),
    compression: one(TAG.Compression, COMPRESSION.none),
    isPlanar: samples > 1 && one(TAG.PlanarConfiguration, 1) === 2,
    hasDifferences: requirePredictor(one(TAG.Predictor, 1), bits),
    isPremultiplied: extra[0] === ASSOCIATED_ALPHA,
    littleEndian: directory.littleEndian,
    isTiled,
    segmentWidth: isTiled ? one(TAG.TileWidth) : width,
    segmentHeight: isTiled ? one(TAG.TileLength) : Math.min(one(TAG.RowsPerStrip, height), height),
    byteCounts: byteCounts ?? offsets.map(() => bytes.length),
  };
  requireSegments(layout, bytes.length, one(TAG.FillOrder, 1));
  return layout;
}

/** Bits of a sample, of which all must have as many; samples must be integers without a sign (TIFF clause 19). */
function requireBits(directory: Directory, samples: number): number {
  const all = directory.numbers(TAG.BitsPerSample) ?? [1];
  const bits = all[0]!;
  if (![1, 2, 4, 8, 16].includes(bits) || all.some((count) => count !== bits)) {
    throw new UnsupportedError(
      'tiff.BitsPerSample',
      `${all.slice(0, 8).join(', ')} is not read; 1, 2, 4, 8 and 16 are`,
    );
  }
  const format = directory.numbers(TAG.SampleFormat)?.[0] ?? 1;
  if (format !== 1 && format !== 4) {
    throw new UnsupportedError('tiff.SampleFormat', `${format} is not read; 1 (unsigned) is`);
  }
  if (samples < 1 || samples > 8) {
    throw new UnsupportedError('tiff.SamplesPerPixel', `${samples} is not read; 1 to 8 are`);
  }
  return bits;
}

function channelsOf(
  photometric: number,
  samples: number,
  extra: readonly number[],
): RasterChannels {
  const isGray = photometric === PHOTOMETRIC.whiteIsZero || photometric === PHOTOMETRIC.blackIsZero;
  if (!isGray && photometric !== PHOTOMETRIC.rgb && photometric !== PHOTOMETRIC.palette) {
    throw new UnsupportedError(
      'tiff.PhotometricInterpretation',
      `${photometric} is not read; 0 and 1 (gray), 2 (RGB) and 3 (palette) are`,
    );
  }
  const colors = photometric === PHOTOMETRIC.rgb ? 3 : 1;
  if (samples < colors) {
    throw new FormatError('tiff.SamplesPerPixel', `got ${samples}, RGB has 3`, 4);
  }
  const hasAlpha = extra[0] === ASSOCIATED_ALPHA || extra[0] === UNASSOCIATED_ALPHA;
  const isKept = samples > colors && hasAlpha && photometric !== PHOTOMETRIC.palette;
  return (colors + (isKept ? 1 : 0)) as RasterChannels;
}

function requirePredictor(predictor: number, bits: number): boolean {
  if (predictor === 1) return false;
  if (predictor === HORIZONTAL_DIFFERENCES && bits >= 8) return true;
  throw new UnsupportedError(
    'tiff.Predictor',
    `${predictor} with ${bits} bits is not read; 1, and 2 with 8 or 16 bits are`,
  );
}

/** Checks that the segments can hold the picture, before memory is taken for it. */
function requireSegments(layout: Layout, fileBytes: number, fillOrder: number): void {
  const { width, height, segmentWidth, segmentHeight, offsets, byteCounts, samples, bits } = layout;
  if (fillOrder !== 1) throw new UnsupportedError('tiff.FillOrder', `${fillOrder} is not read`);
  // Tiles at the right and below reach beyond the picture, by less than their own size.
  const isSane = segmentWidth >= 1 && segmentHeight >= 1 && segmentWidth <= width + 65535;
  if (!isSane || segmentWidth * segmentHeight > 4 * width * height + (1 << 24)) {
    const detail = `tiles of ${segmentWidth}x${segmentHeight} for ${width}x${height} pixels`;
    throw new FormatError('tiff.directory', detail, 4);
  }
  const planes = layout.isPlanar ? samples : 1;
  const needed = Math.ceil(width / segmentWidth) * Math.ceil(height / segmentHeight) * planes;
  if (offsets.length < needed || byteCounts.length < needed) {
    throw new FormatError(
      'tiff.directory',
      `has ${offsets.length} strips, needed are ${needed}`,
      4,
    );
  }
  const pictureBytes = (width * height * samples * bits) / 8;
  if (pictureBytes > MOST_EXPANSION * fileBytes) {
    throw new FormatError('tiff', `${fileBytes} bytes cannot hold ${width}x${height} pixels`, 4);
  }
}

/** Expands every strip or tile, and puts its samples where they belong, one element each. */
function readSegments(layout: Layout, bytes: Uint8Array, stored: Uint8Array | Uint16Array): void {
  const { width, height, segmentWidth, segmentHeight, samples, bits, isPlanar, isTiled } = layout;
  const across = Math.ceil(width / segmentWidth);
  const down = Math.ceil(height / segmentHeight);
  const perPixel = isPlanar ? 1 : samples;
  const rowBytes = Math.ceil((segmentWidth * perPixel * bits) / 8);
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
    const expanded = expand(layout.compression, packed, rowBytes * rows, offset);
    const part = { x, y, plane, perPixel, rowBytes };
    for (let row = 0; row < Math.min(rows, height - y); row++) {
      placeRow(layout, expanded, row, part, stored);
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
