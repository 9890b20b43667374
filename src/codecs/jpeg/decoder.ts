/** Reading JPEG files: whole pictures, or rows as they are wanted, in memory for a few bands. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  StateError,
} from '../../base/errors.ts';
import type { VectorKernels } from '../../wasm/kernel-memory.ts';
import { ComponentPlanes } from './component-planes.ts';
import { JPEG_READ_KERNELS } from './kernels/vector/read-kernels.ts';
import { type ComponentRows, lumaOf, multiplyByBlack } from './standard/color.ts';
import { adobeTransform, colorSpaceOf, type JpegColorSpace } from './standard/describe.ts';
import type { Frame } from './standard/frame.ts';
import { type JpegMetadata, readMetadata } from './standard/metadata.ts';
import { type JpegFile, type JpegLimits, readFile } from './standard/read-file.ts';

/** A decoded picture: interleaved samples of 8 bits. In `cmyk`, 255 is full ink. */
export type JpegOutputFormat = 'gray' | 'rgb' | 'rgba' | 'cmyk';

/** Options of `decodeJpeg` and `JpegDecoder`. */
export interface JpegDecodeOptions {
  /** Default: `gray` for files of one component, `rgb` for all others. */
  readonly format?: JpegOutputFormat;
  /** Limits of memory and size that a file must keep. */
  readonly limits?: Partial<JpegLimits>;
  /** Vector kernels: true where the engine can make them, false for none, or the module of `vitrine/kernels.wasm`. Default true; the pixels are the same. */
  readonly vectorKernels?: VectorKernels;
}

/** The facts in a file's headers. */
export interface JpegInfo {
  readonly width: number;
  readonly height: number;
  readonly colorSpace: JpegColorSpace;
  readonly isProgressive: boolean;
  readonly scanCount: number;
  /** Sampling factors H and V by component. */
  readonly sampling: readonly (readonly [h: number, v: number])[];
  /** Quantization steps by component, 64 in raster order. */
  readonly quantization: readonly Uint16Array[];
  readonly metadata: JpegMetadata;
}

/** A picture with interleaved samples, rows without gaps. */
export interface JpegPicture extends JpegInfo {
  readonly format: JpegOutputFormat;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The samples of one component as the file has them. */
export interface JpegPlane {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

const DEFAULT_LIMITS: JpegLimits = { maxPixels: 2 ** 28, maxScans: 1000 };
const FORMATS = ['gray', 'rgb', 'rgba', 'cmyk'] as const;
const CHANNELS = { gray: 1, rgb: 3, rgba: 4, cmyk: 4 } as const;

/** Checks `limits` and fills in the defaults. */
export function requireLimits(where: string, limits: Partial<JpegLimits> = {}): JpegLimits {
  rejectUnknownKeys(where, limits, ['maxPixels', 'maxScans']);
  const { maxPixels = DEFAULT_LIMITS.maxPixels, maxScans = DEFAULT_LIMITS.maxScans } = limits;
  requireInteger(`${where}.maxPixels`, maxPixels, 1, 65535 * 65535);
  requireInteger(`${where}.maxScans`, maxScans, 1, 65535);
  return { maxPixels, maxScans };
}

function requireReadKernels(value: unknown = true): VectorKernels {
  return JPEG_READ_KERNELS.requireKernels('jpeg.options.vectorKernels', value);
}

function infoOf(file: JpegFile): JpegInfo {
  const { frame } = file;
  return {
    width: frame.width,
    height: frame.height,
    colorSpace: colorSpaceOf(frame, file.segments),
    isProgressive: frame.isProgressive,
    scanCount: file.scans.length,
    sampling: frame.components.map(({ h, v }) => [h, v] as const),
    quantization: file.quantization.map((steps) => Uint16Array.from(steps)),
    metadata: readMetadata(file.segments),
  };
}

/** What the headers of a file say, without decoding it. Throws as `decodeJpeg` does. */
export function readJpegInfo(
  bytes: Uint8Array,
  options: { readonly limits?: Partial<JpegLimits> } = {},
): JpegInfo {
  rejectUnknownKeys('jpeg.options', options, ['limits']);
  return infoOf(readFile(bytes, requireLimits('jpeg.limits', options.limits)));
}

/**
 * Decodes a file row by row. Beside the file and the caller's rows it takes memory for about three bands: for 4032x3024 pixels
 * some 600 kB, whether the file is sequential or progressive.
 */
export class JpegDecoder {
  readonly info: JpegInfo;
  readonly format: JpegOutputFormat;
  readonly channels: 1 | 3 | 4;
  private readonly frame: Frame;
  private readonly planes: ComponentPlanes;
  private readonly isInverted: boolean;
  private readonly rows: ComponentRows = { first: 0, second: 0, third: 0, fourth: 0 };
  private nextRow = 0;
  private band = -1;

  /** Reads the headers. Throws as `decodeJpeg` does. */
  constructor(bytes: Uint8Array, options: JpegDecodeOptions = {}) {
    rejectUnknownKeys('jpeg.options', options, ['format', 'limits', 'vectorKernels']);
    const vectorKernels = requireReadKernels(options.vectorKernels);
    const file = readFile(bytes, requireLimits('jpeg.limits', options.limits));
    this.info = infoOf(file);
    this.frame = file.frame;
    const isGray = this.info.colorSpace === 'gray';
    this.format = requireOneOf(
      'jpeg.options.format',
      options.format ?? (isGray ? 'gray' : 'rgb'),
      FORMATS,
    );
    if (this.format === 'cmyk' && file.frame.components.length !== 4) {
      throw new ConfigError('jpeg.options.format', 'cmyk is for files of four components');
    }
    this.channels = CHANNELS[this.format];
    this.isInverted = adobeTransform(file.segments) >= 0;
    this.planes = new ComponentPlanes(file, vectorKernels);
  }

  /** Rows that have not been read. */
  get rowsLeft(): number {
    return this.info.height - this.nextRow;
  }

  /**
   * Writes the next rows of the picture to `out`, as many as fit and are left, and returns their number. Throws `FormatError` where
   * the file is broken; rows before that have been written.
   */
  readRows(out: Uint8Array): number {
    const rowLength = this.info.width * this.channels;
    const count = Math.min(this.rowsLeft, Math.floor(out.length / rowLength));
    if (this.rowsLeft === 0) throw new StateError('jpeg.readRows', 'all rows have been read');
    if (count === 0) {
      throw new ConfigError('jpeg.readRows.out', `${out.length} elements, a row has ${rowLength}`);
    }
    for (let i = 0; i < count; i++) this.writeRow(out, i * rowLength);
    return count;
  }

  private writeRow(out: Uint8Array, to: number): void {
    const y = this.nextRow++;
    const band = Math.floor(y / (8 * this.frame.maxV));
    if (band !== this.band) this.planes.enterBand(band);
    this.band = band;
    const { rows, planes, frame } = this;
    const componentCount = frame.components.length;
    rows.first = planes.pictureRow(0, band, y);
    rows.second = rows.first;
    rows.third = rows.first;
    if (componentCount >= 3 && !(this.format === 'gray' && this.info.colorSpace === 'ycbcr')) {
      rows.second = planes.pictureRow(1, band, y);
      rows.third = planes.pictureRow(2, band, y);
    }
    if (componentCount === 4) rows.fourth = planes.pictureRow(3, band, y);
    this.convertRow(out, to);
  }

  /** The rows as pixels; all but gray ones are made in the decoder's memory. */
  private convertRow(out: Uint8Array, to: number): void {
    const { rows, channels, info, planes } = this;
    const { bytes, kernels } = planes.memory;
    const { first, second, third } = rows;
    const { width, colorSpace } = info;
    if (this.format === 'gray') {
      if (colorSpace === 'gray' || colorSpace === 'ycbcr') {
        out.set(bytes.subarray(first, first + width), to);
      } else this.writeGray(out, to);
      return;
    }
    const { pixelRow } = planes;
    const isWide = channels === 4;
    if (this.format === 'cmyk') this.makeCmyk();
    else if (colorSpace === 'ycbcr') {
      const convert = isWide ? kernels.yccToRgba : kernels.yccToRgb;
      convert(first, second, third, width, pixelRow);
    } else if (colorSpace === 'gray' || colorSpace === 'rgb') {
      const interleave = isWide ? kernels.interleaveRgba : kernels.interleaveRgb;
      interleave(first, second, third, width, pixelRow);
    } else this.makeColorOfCmyk(channels);
    out.set(bytes.subarray(pixelRow, pixelRow + channels * width), to);
  }

  private makeColorOfCmyk(channels: number): void {
    const { bytes, clamped } = this.planes.memory;
    this.makeLight(channels);
    const { width } = this.info;
    multiplyByBlack(bytes, this.rows, width, clamped, this.planes.pixelRow, channels);
  }

  /**
   * Turns the rows of C, M, Y and K to light: 255 where there is no ink. Files with an Adobe segment store light, other
   * files store ink; the Y, Cb and Cr of YCCK are those of the opposite of C, M and Y (T.872 clause 6.5.3).
   */
  private makeLight(channels: number): void {
    const { rows, info, planes } = this;
    const { width } = info;
    const { pixelRow, memory } = planes;
    const { bytes, kernels } = memory;
    const { first, second, third, fourth } = rows;
    const isYcck = info.colorSpace === 'ycck';
    const isWide = channels === 4;
    if (isYcck) {
      const convert = isWide ? kernels.yccToRgba : kernels.yccToRgb;
      convert(first, second, third, width, pixelRow);
    } else {
      const interleave = isWide ? kernels.interleaveRgba : kernels.interleaveRgb;
      interleave(first, second, third, width, pixelRow);
    }
    if (isYcck === this.isInverted) {
      for (let i = pixelRow; i < pixelRow + channels * width; i += channels) {
        bytes[i] = 255 - bytes[i]!;
        bytes[i + 1] = 255 - bytes[i + 1]!;
        bytes[i + 2] = 255 - bytes[i + 2]!;
      }
    }
    if (this.isInverted) return;
    // A row of the fourth component is read once, so it can be turned in place.
    for (let x = fourth; x < fourth + width; x++) bytes[x] = 255 - bytes[x]!;
  }

  private makeCmyk(): void {
    const { width } = this.info;
    const { pixelRow, memory } = this.planes;
    const { fourth } = this.rows;
    this.makeLight(4);
    const { bytes } = memory;
    for (let x = 0; x < width; x++) bytes[pixelRow + 4 * x + 3] = bytes[fourth + x]!;
    for (let i = pixelRow; i < pixelRow + 4 * width; i++) bytes[i] = 255 - bytes[i]!;
  }

  private writeGray(out: Uint8Array, to: number): void {
    const { width } = this.info;
    const { pixelRow, memory } = this.planes;
    const { bytes, kernels } = memory;
    const { first, second, third } = this.rows;
    if (this.info.colorSpace === 'rgb') {
      kernels.interleaveRgb(first, second, third, width, pixelRow);
    } else this.makeColorOfCmyk(3);
    for (let x = 0, i = pixelRow; x < width; x++, i += 3) {
      out[to + x] = lumaOf(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!);
    }
  }
}

/**
 * Decodes a file: baseline, extended sequential or progressive, 8 bits, Huffman coded.
 * Throws `FormatError` with the offset where the file breaks the standard, ends early or is over a limit; `UnsupportedError` for
 * arithmetic coding, lossless and hierarchical files and samples of 12 bits.
 */
export function decodeJpeg(bytes: Uint8Array, options: JpegDecodeOptions = {}): JpegPicture {
  const decoder = new JpegDecoder(bytes, options);
  const { info, format, channels } = decoder;
  const data = new Uint8Array(info.width * info.height * channels);
  decoder.readRows(data);
  return { ...info, format, channels, data };
}

/**
 * Decodes a file to its components as they are coded, Y, Cb and Cr for most, without making chroma as large as luma. Throws as
 * `decodeJpeg` does.
 */
export function decodeJpegPlanes(
  bytes: Uint8Array,
  options: Pick<JpegDecodeOptions, 'limits' | 'vectorKernels'> = {},
): JpegInfo & { readonly planes: readonly JpegPlane[] } {
  rejectUnknownKeys('jpeg.options', options, ['limits', 'vectorKernels']);
  const vectorKernels = requireReadKernels(options.vectorKernels);
  const file = readFile(bytes, requireLimits('jpeg.limits', options.limits));
  const { frame } = file;
  const source = new ComponentPlanes(file, vectorKernels);
  const planes = frame.components.map(({ width, height }) => {
    return { data: new Uint8Array(width * height), width, height };
  });
  for (let band = 0; band < frame.mcusHigh; band++) {
    source.enterBand(band);
    planes.forEach(({ data, width, height }, i) => {
      const bandRows = 8 * frame.components[i]!.v;
      for (let y = band * bandRows; y < Math.min(height, (band + 1) * bandRows); y++) {
        const row = source.ownRow(i, band, y);
        data.set(source.memory.bytes.subarray(row, row + width), y * width);
      }
    });
  }
  return { ...infoOf(file), planes };
}
