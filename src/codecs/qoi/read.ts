/** Reads QOI files. */
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
import {
  describeQoi,
  HEADER_BYTES,
  indexOf,
  MAX_RUN,
  OP_DIFF,
  OP_INDEX,
  OP_LUMA,
  OP_RGB,
  OP_RGBA,
} from './format.ts';

/** A decoded file: RGB or RGBA, as its header says. */
export interface DecodedQoi extends Raster {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly metadata: ImageMetadata;
}

/** Decodes a QOI file. Throws `FormatError` with the offset for what breaks the format or goes beyond `limits`. */
export function decodeQoi(bytes: Uint8Array, limits: RasterLimits = {}): DecodedQoi {
  const { width, height, channels } = requireHeader(bytes, limits);
  const data = new Uint8Array(width * height * channels);
  new PixelReader(bytes, channels).read(data);
  return { width, height, channels, data, metadata: {} };
}

/** The same row by row. Throws as `decodeQoi` does. */
export function openQoiRows(bytes: Uint8Array, limits: RasterLimits = {}): PictureRows {
  const header = { ...requireHeader(bytes, limits), metadata: {} };
  const { width, channels } = header;
  const reader = new PixelReader(bytes, channels);
  const perBand = rowsOfBand(header);
  const band = new Uint8Array(perBand * width * channels);
  return bandRows(header, perBand, (_, rows) => {
    const data = band.subarray(0, rows * width * channels);
    reader.read(data);
    return data;
  });
}

/** The header of a file that can hold as many pixels as it says. */
function requireHeader(bytes: Uint8Array, limits: RasterLimits) {
  const header = describeQoi(bytes);
  const { width, height } = header;
  requireRasterSize('qoi.header', width, height, limits, 4);
  const count = width * height;
  // A byte says at most a run: more pixels than that cannot be there, and take no memory.
  if (count > (bytes.length - HEADER_BYTES) * MAX_RUN) {
    const detail = `${bytes.length} bytes cannot hold ${width}x${height} pixels`;
    throw new FormatError('qoi.pixels', detail, bytes.length);
  }
  return header;
}

/** Reads the pixels of a file in turn. */
class PixelReader {
  private readonly bytes: Uint8Array;
  private readonly channels: 3 | 4;
  /** The colors that were seen, by their index. */
  private readonly seen = new Uint8Array(4 * 64);
  /** The last pixel. */
  private readonly pixel = Uint8Array.of(0, 0, 0, 255);
  /** How often it comes again. */
  private run = 0;
  private at = HEADER_BYTES;

  constructor(bytes: Uint8Array, channels: 3 | 4) {
    this.bytes = bytes;
    this.channels = channels;
  }

  /** Fills `data` with the next pixels. */
  read(data: Uint8Array): void {
    const { bytes, channels, seen, pixel } = this;
    let { run, at } = this;
    let [r, g, b, a] = pixel as unknown as [number, number, number, number];
    // The end marker is no operation; files without it are read as far as their pixels go.
    const end = bytes.length;
    for (let to = 0; to < data.length; to += channels) {
      if (run > 0) run--;
      else {
        if (at >= end) throw new FormatError('qoi.pixels', 'are cut off', end);
        const op = bytes[at++]!;
        const tag = op & 0xc0;
        const needed = op === OP_RGBA ? 4 : op === OP_RGB ? 3 : tag === OP_LUMA ? 1 : 0;
        if (at + needed > end) throw new FormatError('qoi.pixels', 'are cut off', end);
        if (op === OP_RGB || op === OP_RGBA) {
          [r, g, b] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
          if (op === OP_RGBA) a = bytes[at + 3]!;
        } else if (tag === OP_INDEX) {
          const from = 4 * op;
          [r, g, b, a] = [seen[from]!, seen[from + 1]!, seen[from + 2]!, seen[from + 3]!];
        } else if (tag === OP_DIFF) {
          r = (r + ((op >> 4) & 3) - 2) & 255;
          g = (g + ((op >> 2) & 3) - 2) & 255;
          b = (b + (op & 3) - 2) & 255;
        } else if (tag === OP_LUMA) {
          const dg = (op & 63) - 32;
          r = (r + dg - 8 + (bytes[at]! >> 4)) & 255;
          g = (g + dg) & 255;
          b = (b + dg - 8 + (bytes[at]! & 15)) & 255;
        } else run = op & 63;
        at += needed;
        const slot = 4 * indexOf(r, g, b, a);
        seen[slot] = r;
        seen[slot + 1] = g;
        seen[slot + 2] = b;
        seen[slot + 3] = a;
      }
      data[to] = r;
      data[to + 1] = g;
      data[to + 2] = b;
      if (channels === 4) data[to + 3] = a;
    }
    this.run = run;
    this.at = at;
    pixel.set([r, g, b, a]);
  }
}
