/** Writes TIFF files: samples of 8 or 16 bits in strips, as they are or with deflate over differences. */
import { rejectUnknownKeys, requireInteger, requireOneOf } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { type ImageMetadata, type Raster, requireRaster } from '../../frames/index.ts';
import { zlib } from '../deflate/index.ts';
import {
  COMPRESSION,
  HORIZONTAL_DIFFERENCES,
  PHOTOMETRIC,
  TAG,
  TYPE,
  UNASSOCIATED_ALPHA,
} from './standard/tags.ts';

/** What strips are compressed with. */
export type TiffCompression = 'none' | 'deflate';

/** What a TIFF file can say of its picture. */
export type TiffMetadata = Pick<ImageMetadata, 'density' | 'icc' | 'orientation' | 'xmp'>;

/** Options of `encodeTiff`. */
export interface TiffOptions {
  /** Default `deflate`. */
  readonly compression?: TiffCompression;
  /** Level of deflate, 0..13. Default 6. */
  readonly level?: number;
  readonly metadata?: TiffMetadata;
}

/** Sides are 32 bits, offsets too: what a caller may ask for is what an array can hold. */
const MAX_SIDE = 65535;
/** Choice: strips of 256 kB are large for deflate and small for readers that hold one; TIFF clause 3 wants 8 kB, for the readers of 1992. */
const STRIP_BYTES = 1 << 18;

/** One field of a directory; `values` as numbers, or bytes. */
interface Field {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[] | Uint8Array;
}

/** A TIFF file, little endian. Throws `ConfigError` for what is no picture, and for wrong options. */
export function encodeTiff(raster: Raster, options: TiffOptions = {}): Uint8Array<ArrayBuffer> {
  requireRaster('tiff.image', raster, MAX_SIDE);
  rejectUnknownKeys('tiff.options', options, ['compression', 'level', 'metadata']);
  const { compression = 'deflate', level = 6, metadata = {} } = options;
  requireOneOf('tiff.options.compression', compression, ['none', 'deflate']);
  requireInteger('tiff.options.level', level, 0, 13);
  const { width, height, channels, data } = raster;
  const rowBytes = width * channels * data.BYTES_PER_ELEMENT;
  const rowsPerStrip = Math.min(height, Math.max(1, Math.floor(STRIP_BYTES / rowBytes)));
  const isPacked = compression === 'deflate';
  const strips: Uint8Array[] = [];
  for (let y = 0; y < height; y += rowsPerStrip) {
    const rows = Math.min(rowsPerStrip, height - y);
    const bytes = stripBytes(raster, y, rows, isPacked);
    strips.push(isPacked ? zlib(bytes, { level }) : bytes);
  }
  return assemble(raster, strips, rowsPerStrip, isPacked, metadata);
}

/** Rows of samples in little endian order, each less the one before it in its row if `isDifference` (TIFF clause 14). */
function stripBytes(
  { width, channels, data }: Raster,
  y: number,
  rows: number,
  isDifference: boolean,
): Uint8Array {
  const perRow = width * channels;
  const isWide = data instanceof Uint16Array;
  const out = new Uint8Array(rows * perRow * (isWide ? 2 : 1));
  for (let row = 0, to = 0; row < rows; row++) {
    const from = (y + row) * perRow;
    for (let i = 0; i < perRow; i++) {
      const before = isDifference && i >= channels ? data[from + i - channels]! : 0;
      const value = data[from + i]! - before;
      out[to++] = value;
      if (isWide) out[to++] = value >> 8;
    }
  }
  return out;
}

/** Header, strips, and behind them the directory, so that it is known where all lies (TIFF clause 2). */
function assemble(
  raster: Raster,
  strips: readonly Uint8Array[],
  rowsPerStrip: number,
  isPacked: boolean,
  metadata: TiffMetadata,
): Uint8Array<ArrayBuffer> {
  const offsets: number[] = [];
  let end = 8;
  for (const strip of strips) {
    offsets.push(end);
    end += strip.length;
  }
  const directoryAt = end + (end & 1);
  const byteCounts = strips.map((strip) => strip.length);
  const fields = fieldsOf(raster, offsets, byteCounts, rowsPerStrip, isPacked, metadata);
  const directory = directoryBytes(fields, directoryAt);
  const file = new Uint8Array(directoryAt + directory.length);
  const header = new ByteWriter();
  header.ascii('II'); // byte order: little endian
  header.u16le(42);
  header.u32le(directoryAt);
  file.set(header.view());
  strips.forEach((strip, i) => {
    file.set(strip, offsets[i]!);
  });
  file.set(directory, directoryAt);
  return file;
}

/** The fields in the order of their tags, as TIFF clause 2 wants them. */
function fieldsOf(
  { width, height, channels, data }: Raster,
  offsets: readonly number[],
  byteCounts: readonly number[],
  rowsPerStrip: number,
  isPacked: boolean,
  { density, orientation, icc, xmp }: TiffMetadata,
): Field[] {
  const short = (tag: number, ...values: number[]): Field => ({ tag, type: TYPE.SHORT, values });
  const long = (tag: number, values: readonly number[]): Field => ({
    tag,
    type: TYPE.LONG,
    values,
  });
  const unit = density === undefined ? 1 : { none: 1, inch: 2, centimeter: 3 }[density.unit];
  const ratio = (tag: number, value = 1): Field => ({
    tag,
    type: TYPE.RATIONAL,
    values: [value, 1],
  });
  const bits = new Array<number>(channels).fill(8 * data.BYTES_PER_ELEMENT);
  const fields: (Field | false | undefined)[] = [
    long(TAG.ImageWidth, [width]),
    long(TAG.ImageLength, [height]),
    short(TAG.BitsPerSample, ...bits),
    short(TAG.Compression, isPacked ? COMPRESSION.deflate : COMPRESSION.none),
    short(TAG.PhotometricInterpretation, channels > 2 ? PHOTOMETRIC.rgb : PHOTOMETRIC.blackIsZero),
    long(TAG.StripOffsets, offsets),
    short(TAG.Orientation, orientation ?? 1),
    short(TAG.SamplesPerPixel, channels),
    long(TAG.RowsPerStrip, [rowsPerStrip]),
    long(TAG.StripByteCounts, byteCounts),
    ratio(TAG.XResolution, density?.x),
    ratio(TAG.YResolution, density?.y),
    short(TAG.PlanarConfiguration, 1),
    short(TAG.ResolutionUnit, unit),
    isPacked && short(TAG.Predictor, HORIZONTAL_DIFFERENCES),
    channels % 2 === 0 && short(TAG.ExtraSamples, UNASSOCIATED_ALPHA),
    xmp && { tag: TAG.Xmp, type: TYPE.BYTE, values: xmp },
    icc && { tag: TAG.IccProfile, type: TYPE.UNDEFINED, values: icc },
  ];
  return fields.filter((field) => field !== false && field !== undefined);
}

/** The directory and, behind it, the values that do not fit into its fields. */
function directoryBytes(fields: readonly Field[], at: number): Uint8Array {
  const w = new ByteWriter();
  const values = new ByteWriter();
  const valuesAt = at + 2 + 12 * fields.length + 4;
  w.u16le(fields.length);
  for (const { tag, type, values: numbers } of fields) {
    const bytes = valueBytes(type, numbers);
    w.u16le(tag);
    w.u16le(type);
    w.u32le(type === TYPE.RATIONAL ? numbers.length / 2 : numbers.length);
    if (bytes.length <= 4) {
      w.append(bytes);
      w.zeros(4 - bytes.length);
      continue;
    }
    w.u32le(valuesAt + values.position);
    values.append(bytes);
    // Values begin at even offsets.
    values.zeros(bytes.length & 1);
  }
  w.u32le(0); // offset of the next directory: none
  w.append(values.view());
  return w.toBytes();
}

function valueBytes(type: number, numbers: readonly number[] | Uint8Array): Uint8Array {
  if (numbers instanceof Uint8Array) return numbers;
  const w = new ByteWriter();
  for (const number of numbers) {
    if (type === TYPE.SHORT) w.u16le(number);
    else w.u32le(number);
  }
  return w.toBytes();
}
