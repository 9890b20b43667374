/** Writes bitmap files: gray with a table, 24 bits a pixel, or 32 with opacity. */
import { ConfigError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import {
  type ImageMetadata,
  type Patch,
  pixelsPerMeter,
  type Raster,
  type RasterHeader,
  type RasterRows,
  type RowWriter,
  requireRaster,
} from '../../frames/index.ts';
import {
  BI_BITFIELDS,
  BI_RGB,
  FILE_HEADER_BYTES,
  INFO_HEADER_BYTES,
  V5_HEADER_BYTES,
} from './headers.ts';

/** What a bitmap file can say of its picture. */
export type BmpMetadata = Pick<ImageMetadata, 'density' | 'icc'>;

/** Fields are 32 bits with a sign; a file has at most 2^32 bytes. */
const MAX_SIDE = 65535;
/** LogicalColorSpace and LogicalColorSpaceV5, MS-WMF clauses 2.1.1.14 and 2.1.1.15: 'sRGB', 'MBED'. */
const LCS_SRGB = 0x73524742;
const PROFILE_EMBEDDED = 0x4d424544;
/** GamutMappingIntent, MS-WMF clause 2.1.1.11. */
const LCS_GM_IMAGES = 4;

/**
 * A bitmap file. Gray becomes a table of 256 grays, opacity a fourth byte with the header of version 5. Samples must be of 8 bits. Throws
 * `ConfigError` for what is no such picture.
 */
export function encodeBmp(raster: Raster, metadata: BmpMetadata = {}): Uint8Array<ArrayBuffer> {
  requireRaster('bmp.image', raster, MAX_SIDE);
  if (!(raster.data instanceof Uint8Array)) {
    throw new ConfigError('bmp.image.data', 'samples are of 16 bits, bitmaps take 8');
  }
  const { height } = raster;
  const { head, rowBytes, icc } = headOf(raster, metadata, false);
  const file = new Uint8Array(head.length + rowBytes * height + icc.length);
  file.set(head);
  // The lowest row comes first.
  for (let row = 0; row < height; row++) {
    writeRow(raster, height - 1 - row, file, head.length + row * rowBytes);
  }
  file.set(icc, head.length + rowBytes * height);
  return file;
}

/** Writes a bitmap file row by row, the highest first, which its header says by a negative height. Samples are of 8 bits. */
export class BmpEncoder implements RowWriter {
  readonly goesBack = false;
  private readonly header: RasterHeader;
  private readonly rowBytes: number;
  private readonly icc: Uint8Array;
  private head: Uint8Array | null;

  constructor(header: RasterHeader, metadata: BmpMetadata = {}) {
    const { head, rowBytes, icc } = headOf(header, metadata, true);
    this.header = header;
    this.rowBytes = rowBytes;
    this.icc = icc;
    this.head = head;
  }

  push(rows: RasterRows, emit: (bytes: Uint8Array) => void): void {
    if (this.head !== null) emit(this.head);
    this.head = null;
    const { width, channels } = this.header;
    const height = rows.length / (width * channels);
    const out = new Uint8Array(height * this.rowBytes);
    const raster = { width, height, channels, data: rows };
    for (let y = 0; y < height; y++) writeRow(raster, y, out, y * this.rowBytes);
    emit(out);
  }

  finish(emit: (bytes: Uint8Array) => void): readonly Patch[] {
    emit(this.icc);
    return [];
  }
}

type Size = Pick<RasterHeader, 'width' | 'height' | 'channels'>;

/** All before the pixels, bytes of a row, and the profile, which goes behind them. */
function headOf(size: Size, metadata: BmpMetadata, topDown: boolean) {
  const { width, height, channels } = size;
  const bitCount = channels === 1 ? 8 : channels === 3 ? 24 : 32;
  const isLong = channels === 4 || channels === 2 || metadata.icc !== undefined;
  const headerBytes = isLong ? V5_HEADER_BYTES : INFO_HEADER_BYTES;
  const tableBytes = bitCount === 8 ? 1024 : 0;
  const pixelOffset = FILE_HEADER_BYTES + headerBytes + tableBytes;
  // MS-WMF clause 2.2.2.9: rows are padded to 4 bytes.
  const rowBytes = (Math.ceil((width * bitCount) / 32) * 4) | 0;
  const pixelBytes = rowBytes * height;
  const icc = metadata.icc ?? new Uint8Array(0);
  const w = new ByteWriter();
  writeFileHeader(w, pixelOffset + pixelBytes + icc.length, pixelOffset);
  const stated = topDown ? { ...size, height: -height } : size;
  writeInfoHeader(w, stated, bitCount, headerBytes, pixelBytes, metadata);
  if (isLong) writeV5Fields(w, bitCount, headerBytes + tableBytes + pixelBytes, icc.length);
  for (let gray = 0; gray < tableBytes / 4; gray++) w.u32le(gray * 0x10101);
  return { head: w.toBytes(), rowBytes, icc };
}

/** BITMAPFILEHEADER (Win32, wingdi.h). */
function writeFileHeader(w: ByteWriter, fileBytes: number, pixelOffset: number): void {
  w.u16(0x424d); // bfType: "BM"
  w.u32le(fileBytes); // bfSize
  w.u16le(0); // bfReserved1
  w.u16le(0); // bfReserved2
  w.u32le(pixelOffset); // bfOffBits
}

/** The fields of BITMAPINFOHEADER, MS-WMF clause 2.2.2.3. */
function writeInfoHeader(
  w: ByteWriter,
  { width, height, channels }: Size,
  bitCount: number,
  headerBytes: number,
  pixelBytes: number,
  { density }: BmpMetadata,
): void {
  const [perMeterX, perMeterY] = pixelsPerMeter(density);
  const isMasked = channels === 2 || channels === 4;
  w.u32le(headerBytes); // HeaderSize
  w.u32le(width); // Width
  w.u32le(height); // Height, negative if the highest row comes first
  w.u16le(1); // Planes
  w.u16le(bitCount); // BitCount
  w.u32le(isMasked ? BI_BITFIELDS : BI_RGB); // Compression
  w.u32le(pixelBytes); // ImageSize
  w.u32le(perMeterX); // XPelsPerMeter
  w.u32le(perMeterY); // YPelsPerMeter
  w.u32le(bitCount === 8 ? 256 : 0); // ColorUsed
  w.u32le(0); // ColorImportant
}

/** The fields that BITMAPV5HEADER has besides, MS-WMF clauses 2.2.2.4 and 2.2.2.5. */
function writeV5Fields(w: ByteWriter, bitCount: number, profileData: number, profileSize: number) {
  const isMasked = bitCount === 32;
  w.u32le(isMasked ? 0xff0000 : 0); // RedMask
  w.u32le(isMasked ? 0xff00 : 0); // GreenMask
  w.u32le(isMasked ? 0xff : 0); // BlueMask
  w.u32le(isMasked ? 0xff000000 : 0); // AlphaMask
  w.u32le(profileSize > 0 ? PROFILE_EMBEDDED : LCS_SRGB); // ColorSpaceType
  for (let i = 0; i < 9; i++) w.u32le(0); // Endpoints
  for (let i = 0; i < 3; i++) w.u32le(0); // GammaRed, GammaGreen, GammaBlue
  w.u32le(LCS_GM_IMAGES); // Intent
  w.u32le(profileSize > 0 ? profileData : 0); // ProfileData, from the start of this header
  w.u32le(profileSize); // ProfileSize
  w.u32le(0); // Reserved
}

/** One row: gray, or blue, green, red and opacity. */
function writeRow({ width, channels, data }: Raster, row: number, out: Uint8Array, to: number) {
  const samples = data as Uint8Array;
  const from = row * width * channels;
  if (channels === 1) {
    out.set(samples.subarray(from, from + width), to);
    return;
  }
  const green = channels > 2 ? 1 : 0;
  const step = channels === 3 ? 3 : 4;
  const alpha = channels === 2 ? 1 : 3;
  for (let at = from, x = 0; x < width; x++, at += channels, to += step) {
    out[to] = samples[at + 2 * green]!;
    out[to + 1] = samples[at + green]!;
    out[to + 2] = samples[at]!;
    if (step === 4) out[to + 3] = samples[at + alpha]!;
  }
}
