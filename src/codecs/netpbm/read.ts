/** Reads Netpbm files: plain and binary, samples up to any largest value. */
import { FormatError } from '../../base/errors.ts';
import {
  bandRows,
  type ImageMetadata,
  type PictureRows,
  type Raster,
  type RasterLimits,
  requireRasterSize,
  rowsOfBand,
} from '../../frames/index.ts';
import { type NetpbmHeader, netpbmBytes, readNetpbmHeader, WordReader } from './header.ts';

/** A decoded file. Samples are brought to 0..255, or to 0..65535 where the largest value is above 255. */
export interface DecodedNetpbm extends Raster {
  readonly metadata: ImageMetadata;
}

/** Decodes the first picture of a file. Throws `FormatError` with the offset for what breaks the format or goes beyond `limits`. */
export function decodeNetpbm(bytes: Uint8Array, limits: RasterLimits = {}): DecodedNetpbm {
  const header = readNetpbmHeader(bytes);
  const { width, height, depth: channels } = header;
  requireRasterSize('netpbm.header', width, height, limits, 2);
  requireBytes(header, width * height * channels, bytes.length);
  return { width, height, channels, data: readSamples(header, bytes), metadata: {} };
}

/** The same row by row; null for plain files, whose rows cannot be told apart. Throws as `decodeNetpbm` does. */
export function openNetpbmRows(bytes: Uint8Array, limits: RasterLimits = {}): PictureRows | null {
  const header = readNetpbmHeader(bytes);
  const { width, height, depth: channels, kind, maxval, offset } = header;
  if (kind < 4) return null;
  requireRasterSize('netpbm.header', width, height, limits, 2);
  requireBytes(header, width * height * channels, bytes.length);
  const about = { width, height, channels, isDeep: maxval > 255, metadata: {} };
  const rowBytes = (netpbmBytes(bytes) - offset) / height;
  return bandRows(about, rowsOfBand(about), (y, count) =>
    readSamples({ ...header, height: count, offset: offset + y * rowBytes }, bytes),
  );
}

/** The samples of a picture whose header has been checked. */
function readSamples(header: NetpbmHeader, bytes: Uint8Array): Raster['data'] {
  const { width, height, depth, maxval, kind } = header;
  const count = width * height * depth;
  const data = maxval > 255 ? new Uint16Array(count) : new Uint8Array(count);
  if (kind === 4) readBits(header, bytes, data);
  else if (kind <= 3) readPlain(header, bytes, data);
  else readBinary(header, bytes, data);
  scale(data, header);
  return data;
}

/** Checks that a file has as many bytes as its samples take at least, before memory is taken for them. */
function requireBytes(header: NetpbmHeader, count: number, length: number): void {
  const { kind, width, height, maxval, offset } = header;
  const sampleBytes = maxval > 255 ? 2 : 1;
  // Plain samples have a digit each, with white space between but for bits.
  const needed =
    kind === 4
      ? Math.ceil(width / 8) * height
      : kind === 1
        ? count
        : kind < 4
          ? 2 * count - 1
          : count * sampleBytes;
  if (offset + needed <= length) return;
  const detail = `${length} bytes, ${width}x${height} pixels take ${offset + needed} or more`;
  throw new FormatError('netpbm.samples', detail, length);
}

/** pbm(5), binary: rows of bits, the highest first, padded to whole bytes. */
function readBits(
  { width, height, offset }: NetpbmHeader,
  bytes: Uint8Array,
  data: Raster['data'],
) {
  const rowBytes = Math.ceil(width / 8);
  for (let y = 0, to = 0; y < height; y++) {
    const from = offset + y * rowBytes;
    for (let x = 0; x < width; x++) data[to++] = (bytes[from + (x >> 3)]! >> (7 - (x & 7))) & 1;
  }
}

function readPlain(
  { kind, maxval, offset }: NetpbmHeader,
  bytes: Uint8Array,
  data: Raster['data'],
) {
  const words = new WordReader(bytes, offset - 1);
  for (let i = 0; i < data.length; i++) {
    const value = kind === 1 ? words.bit() : words.number('samples');
    data[i] = requireSample(value, maxval, words.position);
  }
}

function readBinary({ maxval, offset }: NetpbmHeader, bytes: Uint8Array, data: Raster['data']) {
  if (data instanceof Uint8Array) {
    data.set(bytes.subarray(offset, offset + data.length));
    if (maxval === 255) return;
    for (let i = 0; i < data.length; i++) requireSample(data[i]!, maxval, offset + i);
    return;
  }
  for (let i = 0, at = offset; i < data.length; i++, at += 2) {
    data[i] = requireSample((bytes[at]! << 8) | bytes[at + 1]!, maxval, at);
  }
}

function requireSample(value: number, maxval: number, offset: number): number {
  if (value <= maxval) return value;
  throw new FormatError('netpbm.samples', `${value} is above the maxval ${maxval}`, offset);
}

/** Samples of 0..maxval to the whole range, to the nearest; bits of PBM, where 1 is black, to their opposite. */
function scale(data: Raster['data'], { maxval, isInverted }: NetpbmHeader): void {
  const largest = data instanceof Uint8Array ? 255 : 65535;
  if (maxval === largest && !isInverted) return;
  for (let i = 0; i < data.length; i++) {
    const value = isInverted ? maxval - data[i]! : data[i]!;
    data[i] = Math.round((value * largest) / maxval);
  }
}
