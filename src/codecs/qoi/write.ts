/** Writes QOI files: one pass, one operation for each pixel or run. */
import { ConfigError } from '../../base/errors.ts';
import {
  type Patch,
  type Raster,
  type RasterHeader,
  type RasterRows,
  type RowWriter,
  requireRaster,
} from '../../frames/index.ts';
import {
  END_BYTES,
  HEADER_BYTES,
  indexOf,
  MAX_RUN,
  OP_DIFF,
  OP_INDEX,
  OP_LUMA,
  OP_RGB,
  OP_RGBA,
  OP_RUN,
} from './format.ts';

/** Sides are 32 bits; what a caller may ask for is what an array can hold. */
const MAX_SIDE = 65535;

/** A QOI file of RGB or RGBA with samples of 8 bits. Throws `ConfigError` for other pictures. */
export function encodeQoi(raster: Raster): Uint8Array<ArrayBuffer> {
  requireRaster('qoi.image', raster, MAX_SIDE);
  const { width, height, channels, data } = raster;
  if (!(data instanceof Uint8Array)) throw new ConfigError('qoi.image', NEEDED);
  const out = new GrowingFile(width * height);
  const writer = new PixelWriter({ width, height, channels, isDeep: false }, out);
  writer.write(data, width * height);
  writer.end();
  return out.take();
}

const NEEDED = 'needed are RGB or RGBA with samples of 8 bits';

/** Writes a QOI file row by row. Throws as `encodeQoi` does. */
export class QoiEncoder implements RowWriter {
  readonly goesBack = false;
  private readonly header: RasterHeader;
  private readonly out: GrowingFile;
  private readonly writer: PixelWriter;

  constructor(header: RasterHeader) {
    this.header = header;
    this.out = new GrowingFile(header.width);
    this.writer = new PixelWriter(header, this.out);
  }

  push(rows: RasterRows, emit: (bytes: Uint8Array) => void): void {
    this.writer.write(rows as Uint8Array, rows.length / this.header.channels);
    emit(this.out.take());
  }

  finish(emit: (bytes: Uint8Array) => void): readonly Patch[] {
    this.writer.end();
    emit(this.out.take());
    return [];
  }
}

/** Bytes that grow by half: a file is mostly far below the 5 bytes that a pixel may take. */
class GrowingFile {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(expected: number) {
    this.bytes = new Uint8Array(HEADER_BYTES + END_BYTES + expected);
  }

  u8(value: number): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(Math.ceil(this.bytes.length * 1.5) + 64);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.length++] = value;
  }

  /** A copy of the bytes, which are gone then. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  u32(value: number): void {
    this.u8(value >>> 24);
    this.u8(value >>> 16);
    this.u8(value >>> 8);
    this.u8(value);
  }
}

/** Writes the pixels of a file in turn. */
class PixelWriter {
  private readonly channels: number;
  private readonly out: GrowingFile;
  /** The colors that were seen, by their index. */
  private readonly seen = new Uint32Array(64);
  /** The last pixel. */
  private readonly pixel = Uint8Array.of(0, 0, 0, 255);
  /** How often it came again. */
  private run = 0;

  /** Writes the header. Throws `ConfigError` for other pictures than RGB and RGBA of 8 bits. */
  constructor({ width, height, channels, isDeep }: RasterHeader, out: GrowingFile) {
    if (isDeep || channels < 3) throw new ConfigError('qoi.image', NEEDED);
    this.channels = channels;
    this.out = out;
    out.u32(0x716f6966); // magic: "qoif"
    out.u32(width);
    out.u32(height);
    out.u8(channels);
    out.u8(0); // colorspace: sRGB with linear alpha
  }

  /** Writes the next `count` pixels. */
  write(data: Uint8Array, count: number): void {
    const { channels, out, seen, pixel } = this;
    let { run } = this;
    let [r, g, b, a] = pixel as unknown as [number, number, number, number];
    for (let i = 0, at = 0; i < count; i++, at += channels) {
      const red = data[at]!;
      const green = data[at + 1]!;
      const blue = data[at + 2]!;
      const opacity = channels === 4 ? data[at + 3]! : 255;
      if (red === r && green === g && blue === b && opacity === a) {
        run++;
        if (run === MAX_RUN) {
          out.u8(OP_RUN | (run - 1));
          run = 0;
        }
        continue;
      }
      if (run > 0) out.u8(OP_RUN | (run - 1));
      run = 0;
      const color = ((red << 24) | (green << 16) | (blue << 8) | opacity) >>> 0;
      const index = indexOf(red, green, blue, opacity);
      if (seen[index] === color) out.u8(OP_INDEX | index);
      else if (opacity !== a) {
        out.u8(OP_RGBA);
        out.u32(color);
      } else writeDifference(red, green, blue, r, g, b, out);
      seen[index] = color;
      [r, g, b, a] = [red, green, blue, opacity];
    }
    this.run = run;
    pixel.set([r, g, b, a]);
  }

  /** Writes the last run, and the end marker. */
  end(): void {
    if (this.run > 0) this.out.u8(OP_RUN | (this.run - 1));
    for (let i = 0; i < END_BYTES - 1; i++) this.out.u8(0);
    this.out.u8(1);
  }
}

/** The color by its distance from the one before, in one byte or two if it is small enough. Differences wrap around. */
function writeDifference(
  red: number,
  green: number,
  blue: number,
  r: number,
  g: number,
  b: number,
  out: GrowingFile,
): void {
  const dr = ((red - r) << 24) >> 24;
  const dg = ((green - g) << 24) >> 24;
  const db = ((blue - b) << 24) >> 24;
  const [drg, dbg] = [dr - dg, db - dg];
  if (dr >= -2 && dr <= 1 && dg >= -2 && dg <= 1 && db >= -2 && db <= 1) {
    out.u8(OP_DIFF | ((dr + 2) << 4) | ((dg + 2) << 2) | (db + 2));
  } else if (dg >= -32 && dg <= 31 && drg >= -8 && drg <= 7 && dbg >= -8 && dbg <= 7) {
    out.u8(OP_LUMA | (dg + 32));
    out.u8(((drg + 8) << 4) | (dbg + 8));
  } else {
    out.u8(OP_RGB);
    out.u8(red);
    out.u8(green);
    out.u8(blue);
  }
}
