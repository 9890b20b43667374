/** Writes Netpbm files: binary PGM and PPM, and PAM for all that has opacity. */
import { ConfigError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { type Raster, requireRaster } from '../../frames/index.ts';

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
  const needed = format === 'pgm' ? 1 : format === 'ppm' ? 3 : channels;
  if (channels !== needed) {
    throw new ConfigError(`${format}.image`, `has ${channels} channels, ${format} has ${needed}`);
  }
  const maxval = data instanceof Uint16Array ? 65535 : 255;
  const w = new ByteWriter();
  if (format === 'pam') {
    w.ascii(`P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL ${maxval}\n`);
    w.ascii(`TUPLTYPE ${TUPLE_TYPES[channels - 1]}\nENDHDR\n`);
  } else w.ascii(`P${format === 'pgm' ? 5 : 6}\n${width} ${height}\n${maxval}\n`);
  const head = w.toBytes();
  const count = width * height * channels;
  const file = new Uint8Array(head.length + count * data.BYTES_PER_ELEMENT);
  file.set(head);
  if (data instanceof Uint8Array) file.set(data.subarray(0, count), head.length);
  else {
    for (let i = 0, at = head.length; i < count; i++, at += 2) {
      file[at] = data[i]! >> 8;
      file[at + 1] = data[i]!;
    }
  }
  return file;
}
