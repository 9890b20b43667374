/** What the QOI specification fixes: the header, the operations, the index of colors. */
import { FormatError } from '../../base/errors.ts';
import type { RasterHeader } from '../../frames/raster.ts';

/** Bytes of the header, and of the end marker behind the pixels: seven zeros and a one. */
export const HEADER_BYTES = 14;
export const END_BYTES = 8;

/** The operations: whole bytes, or the two highest bits of one. */
export const OP_RGB = 0xfe;
export const OP_RGBA = 0xff;
export const OP_INDEX = 0x00;
export const OP_DIFF = 0x40;
export const OP_LUMA = 0x80;
export const OP_RUN = 0xc0;
/** The longest run. 63 and 64 would read as `OP_RGB` and `OP_RGBA`. */
export const MAX_RUN = 62;

/** Where a color stands in the table of 64 colors that were seen. */
export function indexOf(r: number, g: number, b: number, a: number): number {
  return (r * 3 + g * 5 + b * 7 + a * 11) & 63;
}

/** Whether these are the first bytes of a QOI file. */
export function isQoi(start: Uint8Array): boolean {
  return [0x71, 0x6f, 0x69, 0x66].every((byte, i) => start[i] === byte);
}

/** Reads the header; throws `FormatError` with the offset where it is broken. */
export function describeQoi(bytes: Uint8Array): RasterHeader & { readonly channels: 3 | 4 } {
  if (!isQoi(bytes)) throw new FormatError('qoi', 'is no QOI file', 0);
  if (bytes.length < HEADER_BYTES) throw new FormatError('qoi.header', 'is cut off', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const channels = bytes[12]!;
  const colorspace = bytes[13]!;
  if (channels !== 3 && channels !== 4) {
    throw new FormatError('qoi.header.channels', `got ${channels}, allowed are 3 and 4`, 12);
  }
  if (colorspace > 1) {
    throw new FormatError('qoi.header.colorspace', `got ${colorspace}, allowed are 0 and 1`, 13);
  }
  return { width: view.getUint32(4), height: view.getUint32(8), channels, isDeep: false };
}
