/** Writes TIFF files: samples of 8 or 16 bits in strips, as they are or with deflate over differences. */
import { joinBytes } from '../../base/byte-stream.ts';
import {
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  UnsupportedError,
} from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import {
  type ImageMetadata,
  type Patch,
  type Raster,
  type RasterHeader,
  type RasterRows,
  type RowWriter,
  requireRaster,
} from '../../frames/index.ts';
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

/** Sides are 32 bits: what a caller may ask for is what an array can hold. */
const MAX_SIDE = 65535;
/** Offsets are 32 bits; some are left for the directory. */
const MOST_BYTES = 2 ** 32 - 2 ** 26;
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
  const { width, height, channels, data } = raster;
  const encoder = new TiffEncoder({ ...raster, isDeep: data instanceof Uint16Array }, options);
  const parts: Uint8Array[] = [];
  const emit = (bytes: Uint8Array) => {
    parts.push(bytes);
  };
  encoder.push(data.subarray(0, width * height * channels), emit);
  const patches = encoder.finish(emit);
  const file = joinBytes(parts) as Uint8Array<ArrayBuffer>;
  for (const { position, bytes } of patches) file.set(bytes, position);
  return file;
}

/**
 * Writes such a file row by row. Where the directory lies, behind the strips, is known at the end: `finish` says what comes into the
 * header. Throws as `encodeTiff` does.
 */
export class TiffEncoder implements RowWriter {
  readonly goesBack = true;
  private readonly header: RasterHeader;
  private readonly metadata: TiffMetadata;
  private readonly isPacked: boolean;
  private readonly level: number;
  private readonly rowsPerStrip: number;
  /** The strip at hand. */
  private readonly strip: RasterRows;
  private filled = 0;
  private readonly offsets: number[] = [];
  private readonly byteCounts: number[] = [];
  private end = 0;

  constructor(header: RasterHeader, options: TiffOptions = {}) {
    rejectUnknownKeys('tiff.options', options, ['compression', 'level', 'metadata']);
    const { compression = 'deflate', level = 6, metadata = {} } = options;
    requireOneOf('tiff.options.compression', compression, ['none', 'deflate']);
    requireInteger('tiff.options.level', level, 0, 13);
    const { width, height, channels, isDeep } = header;
    const rowBytes = width * channels * (isDeep ? 2 : 1);
    this.header = header;
    this.metadata = metadata;
    this.isPacked = compression === 'deflate';
    this.level = level;
    this.rowsPerStrip = Math.min(height, Math.max(1, Math.floor(STRIP_BYTES / rowBytes)));
    const samples = this.rowsPerStrip * width * channels;
    this.strip = isDeep ? new Uint16Array(samples) : new Uint8Array(samples);
  }

  push(rows: RasterRows, emit: (bytes: Uint8Array) => void): void {
    if (this.end === 0) this.emitHeader(emit);
    for (let at = 0; at < rows.length; ) {
      const count = Math.min(rows.length - at, this.strip.length - this.filled);
      this.strip.set(rows.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      if (this.filled === this.strip.length) this.endStrip(emit);
    }
  }

  finish(emit: (bytes: Uint8Array) => void): readonly Patch[] {
    if (this.filled > 0) this.endStrip(emit);
    const directoryAt = this.end + (this.end & 1);
    if (this.end & 1) emit(new Uint8Array(1));
    emit(directoryBytes(this.fields(), directoryAt));
    const offset = new ByteWriter();
    offset.u32le(directoryAt);
    return [{ position: 4, bytes: offset.toBytes() }];
  }

  /** TIFF clause 2. The offset of the directory is not known yet. */
  private emitHeader(emit: (bytes: Uint8Array) => void): void {
    const header = new ByteWriter();
    header.ascii('II'); // byte order: little endian
    header.u16le(42);
    header.u32le(0);
    this.end = header.position;
    emit(header.toBytes());
  }

  private endStrip(emit: (bytes: Uint8Array) => void): void {
    const { header, isPacked, level } = this;
    const bytes = stripBytes(header, this.strip.subarray(0, this.filled), isPacked);
    const strip = isPacked ? zlib(bytes, { level }) : bytes;
    this.filled = 0;
    this.offsets.push(this.end);
    this.byteCounts.push(strip.length);
    this.end += strip.length;
    if (this.end > MOST_BYTES) {
      throw new UnsupportedError(
        'tiff',
        'the file has more than 4 GiB, which its offsets cannot say',
      );
    }
    emit(strip);
  }

  /** The fields in the order of their tags, as TIFF clause 2 wants them. */
  private fields(): Field[] {
    const { header, metadata, isPacked, rowsPerStrip, offsets, byteCounts } = this;
    const { width, height, channels, isDeep } = header;
    const { density, orientation, icc, xmp } = metadata;
    const bits = new Array<number>(channels).fill(isDeep ? 16 : 8);
    const unit = density === undefined ? 1 : { none: 1, inch: 2, centimeter: 3 }[density.unit];
    const isColor = channels > 2;
    const fields: (Field | false | undefined)[] = [
      long(TAG.ImageWidth, [width]),
      long(TAG.ImageLength, [height]),
      short(TAG.BitsPerSample, ...bits),
      short(TAG.Compression, isPacked ? COMPRESSION.deflate : COMPRESSION.none),
      short(TAG.PhotometricInterpretation, isColor ? PHOTOMETRIC.rgb : PHOTOMETRIC.blackIsZero),
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
}

function short(tag: number, ...values: number[]): Field {
  return { tag, type: TYPE.SHORT, values };
}

function long(tag: number, values: readonly number[]): Field {
  return { tag, type: TYPE.LONG, values };
}

function ratio(tag: number, value = 1): Field {
  return { tag, type: TYPE.RATIONAL, values: [value, 1] };
}

/** Rows of samples in little endian order, each less the one before it in its row if `isDifference` (TIFF clause 14). */
function stripBytes(
  { width, channels }: RasterHeader,
  data: RasterRows,
  isDifference: boolean,
): Uint8Array {
  const perRow = width * channels;
  const rows = data.length / perRow;
  const isWide = data instanceof Uint16Array;
  const out = new Uint8Array(rows * perRow * (isWide ? 2 : 1));
  for (let row = 0, to = 0; row < rows; row++) {
    const from = row * perRow;
    for (let i = 0; i < perRow; i++) {
      const before = isDifference && i >= channels ? data[from + i - channels]! : 0;
      const value = data[from + i]! - before;
      out[to++] = value;
      if (isWide) out[to++] = value >> 8;
    }
  }
  return out;
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
