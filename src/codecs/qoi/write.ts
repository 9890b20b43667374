/** Writes QOI files: one pass, one operation for each pixel or run. */
import { ConfigError } from '../../base/errors.ts';
import { type Raster, requireRaster } from '../../frames/index.ts';
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
  if (!(data instanceof Uint8Array) || channels < 3) {
    throw new ConfigError('qoi.image', 'needed are RGB or RGBA with samples of 8 bits');
  }
  const out = new GrowingFile(width * height);
  out.u32(0x716f6966); // magic: "qoif"
  out.u32(width);
  out.u32(height);
  out.u8(channels);
  out.u8(0); // colorspace: sRGB with linear alpha
  writePixels(data, channels, width * height, out);
  for (let i = 0; i < END_BYTES - 1; i++) out.u8(0);
  out.u8(1);
  return out.bytes.slice(0, out.length);
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

  u32(value: number): void {
    this.u8(value >>> 24);
    this.u8(value >>> 16);
    this.u8(value >>> 8);
    this.u8(value);
  }
}

function writePixels(data: Uint8Array, channels: 3 | 4 | number, count: number, out: GrowingFile) {
  const seen = new Uint32Array(64);
  let [r, g, b, a] = [0, 0, 0, 255];
  let run = 0;
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    const red = data[at]!;
    const green = data[at + 1]!;
    const blue = data[at + 2]!;
    const opacity = channels === 4 ? data[at + 3]! : 255;
    if (red === r && green === g && blue === b && opacity === a) {
      run++;
      if (run === MAX_RUN || i === count - 1) {
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
