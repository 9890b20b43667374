/** Writes Netpbm files: binary PGM and PPM, and PAM for all that has opacity. */
import { ConfigError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import {
  type Patch,
  type Raster,
  type RasterHeader,
  type RasterRows,
  type RowWriter,
  requireRaster,
} from '../../frames/index.ts';

/** Kinds of files that are written. */
export type NetpbmFormat = 'pgm' | 'ppm' | 'pam';

/** Sides are decimal numbers without a limit; what a caller may ask for is what an array can hold. */
const MAX_SIDE = 65535;

/** pam(5): TUPLTYPE for each number of channels. */
const TUPLE_TYPES = ['GRAYSCALE', 'GRAYSCALE_ALPHA', 'RGB', 'RGB_ALPHA'] as const;

/** A Netpbm file. PGM takes gray, PPM takes RGB, PAM all; samples of 8 and 16 bits. Throws `ConfigError` for other pictures. */
export function encodeNetpbm(raster: Raster, format: NetpbmFormat): Uint8Array<ArrayBuffer> {
  requireRaster(`${format}.image`, raster, MAX_SIDE);
  const { width, height, channels, data } = raster;
  const head = headOf(raster, data instanceof Uint16Array, format);
  const count = width * height * channels;
  const file = new Uint8Array(head.length + count * data.BYTES_PER_ELEMENT);
  file.set(head);
  file.set(bytesOf(data.subarray(0, count)), head.length);
  return file;
}

/** Writes such a file row by row. Throws as `encodeNetpbm` does. */
export class NetpbmEncoder implements RowWriter {
  readonly goesBack = false;
  private head: Uint8Array | null;

  constructor(header: RasterHeader, format: NetpbmFormat) {
    this.head = headOf(header, header.isDeep, format);
  }

  push(rows: RasterRows, emit: (bytes: Uint8Array) => void): void {
    if (this.head !== null) emit(this.head);
    this.head = null;
    emit(bytesOf(rows).slice());
  }

  finish(): readonly Patch[] {
    return [];
  }
}

function headOf(
  { width, height, channels }: Pick<RasterHeader, 'width' | 'height' | 'channels'>,
  isDeep: boolean,
  format: NetpbmFormat,
): Uint8Array {
  const needed = format === 'pgm' ? 1 : format === 'ppm' ? 3 : channels;
  if (channels !== needed) {
    throw new ConfigError(`${format}.image`, `has ${channels} channels, ${format} has ${needed}`);
  }
  const maxval = isDeep ? 65535 : 255;
  const w = new ByteWriter();
  if (format === 'pam') {
    w.ascii(`P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL ${maxval}\n`);
    w.ascii(`TUPLTYPE ${TUPLE_TYPES[channels - 1]}\nENDHDR\n`);
  } else w.ascii(`P${format === 'pgm' ? 5 : 6}\n${width} ${height}\n${maxval}\n`);
  return w.toBytes();
}

/** Samples as the file has them: the high byte of 16 bits first. A view where they are so already. */
function bytesOf(samples: RasterRows): Uint8Array {
  if (samples instanceof Uint8Array) return samples;
  const bytes = new Uint8Array(2 * samples.length);
  for (let i = 0, at = 0; i < samples.length; i++, at += 2) {
    bytes[at] = samples[i]! >> 8;
    bytes[at + 1] = samples[i]!;
  }
  return bytes;
}
