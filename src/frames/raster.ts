/** Still pictures as files hold them: samples side by side, and what a file says of its picture beside them. */
import { ConfigError, FormatError } from '../base/errors.ts';
import { DEFAULT_LIMITS, type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import { isSwapped, swapBytes } from './convert-gray.ts';
import { asPictureArray, newPictureArray } from './element-type.ts';
import type { VideoFrame } from './frame.ts';
import { type PixFmt, type PixFmtInfo, pixFmtInfo } from './pixel-format.ts';
import { copyRows } from './to-array.ts';

/** Samples of a pixel: gray; gray and opacity; red, green, blue; red, green, blue, opacity. */
export type RasterChannels = 1 | 2 | 3 | 4;

/** A picture with interleaved samples, rows without gaps. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: RasterChannels;
  /** `width * height * channels` samples of 0..255, or of 0..65535 in the machine's byte order. */
  readonly data: Uint8Array | Uint16Array;
}

/** How many pixels of a picture lie on a length. */
export interface Density {
  /** `none`: only the ratio of the two counts. */
  readonly unit: 'none' | 'inch' | 'centimeter';
  /** 1..65535. */
  readonly x: number;
  readonly y: number;
}

const METERS_PER_INCH = 0.0254;

/** Pixels on a meter; 0 if only the ratio is known. */
export function pixelsPerMeter(density: Density | undefined): readonly [x: number, y: number] {
  if (density === undefined || density.unit === 'none') return [0, 0];
  const units = density.unit === 'inch' ? 1 / METERS_PER_INCH : 100;
  return [Math.round(density.x * units), Math.round(density.y * units)];
}

/** The density of so many pixels on a meter: in inches where that is what was rounded to it. Undefined if none can be said. */
export function densityOfMeter(x: number, y: number): Density | undefined {
  const inches = [x, y].map((count) => Math.round(count * METERS_PER_INCH));
  const isInches = inches.every((n, i) => Math.round(n / METERS_PER_INCH) === [x, y][i]);
  const [a, b] = isInches ? inches : [Math.round(x / 100), Math.round(y / 100)];
  const isAllowed = (count: number | undefined) =>
    count !== undefined && count >= 1 && count <= 65535;
  if (!isAllowed(a) || !isAllowed(b)) return undefined;
  return { unit: isInches ? 'inch' : 'centimeter', x: a!, y: b! };
}

/** What files say of a picture beside its samples. Each kind of file has a place for some of it. */
export interface ImageMetadata {
  readonly density?: Density;
  /**
   * How the picture is to be turned to be seen: 1 as it is, 2 mirrored, 3 by half a turn, 4 upside down, 6 a quarter clockwise, 8 a quarter
   * counterclockwise, 5 and 7 mirrored along a diagonal (Exif clause 4.6.5.1.4, Orientation). Default what `exif` says, else 1.
   */
  readonly orientation?: number;
  /** The TIFF structure of Exif. */
  readonly exif?: Uint8Array;
  /** An ICC profile. */
  readonly icc?: Uint8Array;
  /** An XMP packet as UTF-8. */
  readonly xmp?: Uint8Array;
}

/** What a file of a still picture may ask for. */
export interface RasterLimits {
  /** Most pixels; default 2^28. Checked before memory is taken. */
  readonly maxPixels?: number;
}

/** Pixels that a file may have where the caller says nothing. */
export const DEFAULT_MAX_PIXELS = 2 ** 28;

/** Pixels that any file may have: those of a picture of 8192x4096. */
const FREE_PIXELS = SINGLE_PACKET_BYTES / 2;

/**
 * Pixels that a file of `fileBytes` bytes may have where the caller says nothing: 2^25, and 16 for each byte, so that a few bytes
 * do not fill the memory. Never more than 2^28.
 */
export function affordablePixels(
  fileBytes: number,
  {
    maxPacketBytes = SINGLE_PACKET_BYTES,
    maxExpansion = DEFAULT_LIMITS.maxExpansion,
  }: LimitOptions = {},
): number {
  const free = (FREE_PIXELS * maxPacketBytes) / SINGLE_PACKET_BYTES;
  const allowed = Math.min(Number.MAX_SAFE_INTEGER, Math.floor(free + maxExpansion * fileBytes));
  const isRaised =
    maxPacketBytes > SINGLE_PACKET_BYTES || maxExpansion > DEFAULT_LIMITS.maxExpansion;
  return isRaised ? allowed : Math.min(allowed, DEFAULT_MAX_PIXELS);
}

/** Checks the size that a file declares before memory is taken for it; throws `FormatError` naming `where`. */
export function requireRasterSize(
  where: string,
  width: number,
  height: number,
  { maxPixels = DEFAULT_MAX_PIXELS }: RasterLimits,
  offset: number,
): void {
  if (!(width >= 1 && height >= 1)) {
    throw new FormatError(where, `size ${width}x${height}, allowed is 1 and more`, offset);
  }
  if (width * height > maxPixels) {
    const detail = `${width}x${height} pixels, allowed are ${maxPixels} (limits.maxPixels)`;
    throw new FormatError(where, detail, offset);
  }
}

/** Checks a picture that a caller gives to be written; throws `ConfigError` naming `where`. */
export function requireRaster(where: string, raster: Raster, maxSide: number): void {
  const { width, height, channels, data } = raster;
  const isSide = (side: number) => Number.isSafeInteger(side) && side >= 1 && side <= maxSide;
  if (!isSide(width) || !isSide(height)) {
    throw new ConfigError(where, `size ${width}x${height}, allowed are sides of 1..${maxSide}`);
  }
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) {
    throw new ConfigError(`${where}.data`, 'needed is a Uint8Array or a Uint16Array');
  }
  const needed = width * height * channels;
  if (![1, 2, 3, 4].includes(channels) || data.length < needed) {
    throw new ConfigError(
      `${where}.data`,
      `got ${data.length} samples, ${width}x${height} pixels of ${channels} channels have ${needed}`,
    );
  }
}

/** Table: channels => format of 8 bits, and of 16 in each byte order. */
const FORMATS: readonly (readonly [PixFmt, PixFmt, PixFmt])[] = [
  ['gray', 'gray16le', 'gray16be'],
  ['ya8', 'ya16le', 'ya16be'],
  ['rgb24', 'rgb48le', 'rgb48be'],
  ['rgba', 'rgba64le', 'rgba64be'],
];

/** The formats of which a raster is made without loss: packed and gray ones. */
export const RASTER_PIX_FMTS: readonly PixFmt[] = [
  ...(['rgb24', 'rgba', 'gray', 'ya8', 'bgr24', 'bgra', 'argb', 'abgr'] as const),
  ...(['gray16le', 'gray16be', 'gray10le', 'ya16le', 'ya16be'] as const),
  ...(['rgb48le', 'rgb48be', 'rgba64le', 'rgba64be'] as const),
];

/** What the header of a file says of its picture. */
export interface RasterHeader {
  readonly width: number;
  readonly height: number;
  /** Channels of the raster that decoding gives. */
  readonly channels: RasterChannels;
  /** Whether its samples have 16 bits. */
  readonly isDeep: boolean;
}

/** The format of a raster's frame; one of 16 bits is named by the order that the machine has. */
export function rasterPixFmt(channels: RasterChannels, isDeep: boolean): PixFmt {
  const [bytes, little, big] = FORMATS[channels - 1]!;
  if (!isDeep) return bytes;
  return isSwapped(pixFmtInfo(little)) ? big : little;
}

/** A view of a raster as a frame. */
export function frameOfRaster({ width, height, channels, data }: Raster): VideoFrame {
  const pixFmt = rasterPixFmt(channels, data instanceof Uint16Array);
  const planes = [{ data, offset: 0, stride: width * channels }];
  return { pixFmt, width, height, planes, pts: 0 };
}

/** The samples of a frame of one of `RASTER_PIX_FMTS`: those of the frame itself where they lie so already, else a copy. */
export function rasterOfFrame(frame: VideoFrame): Raster {
  const { width, height } = frame;
  const info = pixFmtInfo(frame.pixFmt);
  const channels = info.samplesPerPixel[0]! as RasterChannels;
  const { data, offset, stride } = frame.planes[0]!;
  const rowLength = width * channels;
  const length = rowLength * height;
  const samples = asPictureArray('raster', data, info);
  const isDense = stride === rowLength || height === 1;
  const isNative = !isSwapped(info) && info.bitDepth !== 10 && isInOrder(info);
  if (isDense && isNative) {
    return { width, height, channels, data: samples.subarray(offset, offset + length) };
  }
  const copy = newPictureArray(info, length);
  copyRows({ data: samples, offset, stride }, rowLength, height, copy, 0);
  if (!isNative) normalize(copy, info);
  return { width, height, channels, data: copy };
}

/** Whether red, green, blue and opacity come in this order. */
function isInOrder({ order }: PixFmtInfo): boolean {
  return order === undefined || order.every((position, i) => position === i);
}

/** Brings the samples of a copy into the machine's order, to 16 bits, and to the order of a raster. */
function normalize(samples: Uint8Array | Uint16Array, info: PixFmtInfo): void {
  if (isSwapped(info)) {
    for (let i = 0; i < samples.length; i++) samples[i] = swapBytes(samples[i]!);
  }
  if (info.bitDepth === 10) {
    for (let i = 0; i < samples.length; i++) samples[i] = Math.round((samples[i]! * 65535) / 1023);
  }
  if (isInOrder(info)) return;
  const [r, g, b, a] = info.order!;
  const step = info.samplesPerPixel[0]!;
  for (let at = 0; at < samples.length; at += step) {
    const [red, green, blue] = [samples[at + r]!, samples[at + g]!, samples[at + b]!];
    const opacity = a === undefined ? 0 : samples[at + a]!;
    samples[at] = red;
    samples[at + 1] = green;
    samples[at + 2] = blue;
    if (a !== undefined) samples[at + 3] = opacity;
  }
}
