/** How a TIFF file says that its samples lie: fields of the first directory, checked before memory is taken. */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import {
  type RasterChannels,
  type RasterHeader,
  type RasterLimits,
  requireRasterSize,
} from '../../frames/raster.ts';
import { type Directory, readDirectory } from './standard/directory.ts';
import {
  ASSOCIATED_ALPHA,
  COMPRESSION,
  HORIZONTAL_DIFFERENCES,
  PHOTOMETRIC,
  TAG,
  UNASSOCIATED_ALPHA,
} from './standard/tags.ts';
import { readSubsampling, requireYcbcr, type Subsampling } from './ycbcr.ts';

/** How the samples lie in the file. */
export interface Layout {
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
  /** Pixels that share Cb and Cr; 1 and 1 where there are none. */
  readonly subsampling: Subsampling;
  /** Whether segments are tiles, which are whole at every edge; else strips, as wide as the picture, the last as high as what is left. */
  readonly isTiled: boolean;
  readonly segmentWidth: number;
  readonly segmentHeight: number;
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

/** More than any compression that is read makes of a byte: LZW of one value. */
const MOST_EXPANSION = 1500;

/** The first number of a field. Throws `FormatError` if the directory has no such field and there is no default. */
function numberOf(directory: Directory, tag: number, otherwise?: number): number {
  const value = directory.numbers(tag)?.[0] ?? otherwise;
  if (value === undefined) throw new FormatError('tiff.directory', `has no field ${tag}`, 4);
  return value;
}

/** Size and samples of a picture, as its fields say them. */
function readSamples(directory: Directory) {
  const samples = numberOf(directory, TAG.SamplesPerPixel, 1);
  const bits = requireBits(directory, samples);
  const { PhotometricInterpretation } = TAG;
  const photometric = numberOf(directory, PhotometricInterpretation, PHOTOMETRIC.blackIsZero);
  const extra = directory.numbers(TAG.ExtraSamples) ?? [];
  return {
    width: numberOf(directory, TAG.ImageWidth),
    height: numberOf(directory, TAG.ImageLength),
    ...{ samples, bits, photometric },
    channels: channelsOf(photometric, samples, extra),
    isPremultiplied: extra[0] === ASSOCIATED_ALPHA,
  };
}

/** What the first directory says of the picture that decoding gives. Throws as `decodeTiff` does for such fields. */
export function describeTiff(bytes: Uint8Array): RasterHeader {
  const { width, height, bits, photometric, channels } = readSamples(readDirectory(bytes));
  return {
    ...{ width, height, isDeep: bits === 16 },
    channels: photometric === PHOTOMETRIC.palette ? 3 : channels,
  };
}

/** Reads all of it. Throws `FormatError` with the offset, `UnsupportedError` for what is not read. */
export function readLayout(directory: Directory, bytes: Uint8Array, limits: RasterLimits): Layout {
  const one = (tag: number, otherwise?: number) => numberOf(directory, tag, otherwise);
  const layoutOfSamples = readSamples(directory);
  const { width, height, samples, bits } = layoutOfSamples;
  requireRasterSize('tiff.directory', width, height, limits, 4);
  const isTiled = directory.numbers(TAG.TileOffsets) !== undefined;
  const offsets = directory.numbers(isTiled ? TAG.TileOffsets : TAG.StripOffsets);
  const byteCounts = directory.numbers(isTiled ? TAG.TileByteCounts : TAG.StripByteCounts);
  if (offsets === undefined) throw new FormatError('tiff.directory', 'has no StripOffsets', 4);
  const layout: Layout = {
    ...layoutOfSamples,
    offsets,
    compression: one(TAG.Compression, COMPRESSION.none),
    isPlanar: samples > 1 && one(TAG.PlanarConfiguration, 1) === 2,
    hasDifferences: requirePredictor(one(TAG.Predictor, 1), bits),
    littleEndian: directory.littleEndian,
    subsampling:
      layoutOfSamples.photometric === PHOTOMETRIC.ycbcr ? readSubsampling(directory) : [1, 1],
    isTiled,
    segmentWidth: isTiled ? one(TAG.TileWidth) : width,
    segmentHeight: isTiled ? one(TAG.TileLength) : Math.min(one(TAG.RowsPerStrip, height), height),
    byteCounts: byteCounts ?? offsets.map(() => bytes.length),
  };
  if (layout.photometric === PHOTOMETRIC.ycbcr) requireYcbcr(layout);
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
  const hasThree = photometric === PHOTOMETRIC.rgb || photometric === PHOTOMETRIC.ycbcr;
  if (!isGray && !hasThree && photometric !== PHOTOMETRIC.palette) {
    throw new UnsupportedError(
      'tiff.PhotometricInterpretation',
      `${photometric} is not read; 0 and 1 (gray), 2 (RGB), 3 (palette) and 6 (YCbCr) are`,
    );
  }
  const colors = hasThree ? 3 : 1;
  if (samples < colors) {
    throw new FormatError('tiff.SamplesPerPixel', `got ${samples}, RGB and YCbCr have 3`, 4);
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
