/** The headers of a bitmap file: BITMAPFILEHEADER and the information headers, which their sizes tell apart (MS-WMF clause 2.2.2). */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { RasterHeader } from '../../frames/raster.ts';

/** Bytes of BITMAPFILEHEADER. */
export const FILE_HEADER_BYTES = 14;
/** Sizes of the information headers: BITMAPCOREHEADER (MS-WMF clause 2.2.2.2), BITMAPINFOHEADER (2.2.2.3), and BITMAPV5HEADER (2.2.2.5). */
export const CORE_HEADER_BYTES = 12;
export const INFO_HEADER_BYTES = 40;
export const V5_HEADER_BYTES = 124;

/** Compression Enumeration, MS-WMF clause 2.1.1.7. */
export const BI_RGB = 0;
export const BI_RLE8 = 1;
export const BI_RLE4 = 2;
export const BI_BITFIELDS = 3;
export const BI_ALPHABITFIELDS = 6;

/** What the headers say. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row of the file is the highest. */
  readonly topDown: boolean;
  /** Bits of a pixel: 1, 2, 4, 8, 16, 24 or 32. */
  readonly bitCount: number;
  readonly compression: number;
  readonly pixelsPerMeter: readonly [x: number, y: number];
  /** Bits of red, green, blue and opacity in a pixel of 16 or 32 bits. */
  readonly masks: readonly [r: number, g: number, b: number, a: number];
  /** Offset of the color table, its entries, and bytes of each. */
  readonly tableOffset: number;
  readonly tableEntries: number;
  readonly entryBytes: 3 | 4;
  readonly pixelOffset: number;
  /** Where the ICC profile lies, if there is one; length 0 if not. */
  readonly profileOffset: number;
  readonly profileLength: number;
}

/**
 * Table: bits of a pixel => masks where no masks are given (MS-WMF clause 2.1.1.3, BitCount). The highest byte of 32 bits has no
 * meaning by that clause; writers that have opacity put it there, and others 0.
 */
const DEFAULT_MASKS: Readonly<Record<number, readonly [number, number, number, number]>> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  32: [0xff0000, 0xff00, 0xff, 0xff000000],
};

/** 'PROFILE_EMBEDDED', MS-WMF clause 2.1.1.14 (LogicalColorSpaceV5). */
const PROFILE_EMBEDDED = 0x4d424544;

/** Whether these are the first bytes of a bitmap file: "BM" and a header whose size is known. */
export function isBmp(start: Uint8Array): boolean {
  if (start.length < 18 || start[0] !== 0x42 || start[1] !== 0x4d) return false;
  const size = new DataView(start.buffer, start.byteOffset).getUint32(FILE_HEADER_BYTES, true);
  return size === CORE_HEADER_BYTES || (size >= INFO_HEADER_BYTES && size <= V5_HEADER_BYTES);
}

/** Reads the headers; throws `FormatError` with the offset where they are broken, `UnsupportedError` for embedded JPEG and PNG. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isBmp(bytes)) throw new FormatError('bmp', 'is no bitmap file', 0);
  const size = view.getUint32(FILE_HEADER_BYTES, true);
  if (bytes.length < FILE_HEADER_BYTES + size) {
    throw new FormatError('bmp.header', 'is cut off', bytes.length);
  }
  return size === CORE_HEADER_BYTES ? readCoreHeader(view) : readInfoHeader(view, size);
}

/**
 * What the headers say of the picture that decoding gives; the opacity of one whose pixels all have 0 there is left out by the decoder
 * besides. Throws as `readBmpHeader` does, and for a color table that is cut off.
 */
export function describeBmp(bytes: Uint8Array): RasterHeader {
  const header = readBmpHeader(bytes);
  const { width, height, bitCount } = header;
  const channels = bitCount > 8 ? pixelChannels(header) : tableChannels(readTable(header, bytes));
  return { width, height, channels, isDeep: false };
}

/** Channels of pixels of 16 to 32 bits: opacity counts where it has a mask. */
export function pixelChannels({ bitCount, masks }: BmpHeader): 3 | 4 {
  return bitCount !== 24 && masks[3] !== 0 ? 4 : 3;
}

/** Channels of pixels that have a color table: gray if all of it is. */
export function tableChannels(table: Uint8Array): 1 | 3 {
  for (let i = 0; i < table.length; i += 3) {
    if (table[i] !== table[i + 1] || table[i] !== table[i + 2]) return 3;
  }
  return 1;
}

/** The color table as red, green, blue, 3 bytes for each of 256 entries; black where there are fewer. */
export function readTable(header: BmpHeader, bytes: Uint8Array): Uint8Array {
  const { tableOffset, tableEntries, entryBytes, bitCount } = header;
  const entries = Math.min(tableEntries, 1 << bitCount);
  if (tableOffset + entries * entryBytes > bytes.length) {
    throw new FormatError('bmp.table', 'is cut off', bytes.length);
  }
  const table = new Uint8Array(3 * 256);
  for (let i = 0; i < entries; i++) {
    const from = tableOffset + i * entryBytes;
    table[3 * i] = bytes[from + 2]!;
    table[3 * i + 1] = bytes[from + 1]!;
    table[3 * i + 2] = bytes[from]!;
  }
  return table;
}

/** BITMAPCOREHEADER, MS-WMF clause 2.2.2.2. */
function readCoreHeader(view: DataView): BmpHeader {
  const bitCount = view.getUint16(24, true);
  return {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    topDown: false,
    bitCount: requireBitCount(bitCount, BI_RGB),
    compression: BI_RGB,
    pixelsPerMeter: [0, 0],
    masks: [0, 0, 0, 0],
    tableOffset: FILE_HEADER_BYTES + CORE_HEADER_BYTES,
    tableEntries: bitCount <= 8 ? 1 << bitCount : 0,
    entryBytes: 3,
    pixelOffset: view.getUint32(10, true),
    ...{ profileOffset: 0, profileLength: 0 },
  };
}

/** BITMAPINFOHEADER and its longer forms, MS-WMF clauses 2.2.2.3 to 2.2.2.5. */
function readInfoHeader(view: DataView, size: number): BmpHeader {
  const height = view.getInt32(22, true);
  const compression = view.getUint32(30, true);
  const bitCount = requireBitCount(view.getUint16(28, true), compression);
  const hasMasks = compression === BI_BITFIELDS || compression === BI_ALPHABITFIELDS;
  const maskCount = !hasMasks ? 0 : compression === BI_ALPHABITFIELDS || size >= 56 ? 4 : 3;
  // Masks of the short header stand behind it, those of the longer ones in it: at the same offset.
  const maskEnd = 54 + 4 * maskCount;
  if (view.byteLength < maskEnd) throw new FormatError('bmp.header', 'is cut off', view.byteLength);
  const mask = (i: number) => (i < maskCount ? view.getUint32(54 + 4 * i, true) : 0);
  const used = view.getUint32(46, true);
  const hasProfile = size >= V5_HEADER_BYTES && view.getUint32(70, true) === PROFILE_EMBEDDED;
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bitCount,
    compression,
    pixelsPerMeter: [view.getInt32(38, true), view.getInt32(42, true)],
    masks: hasMasks
      ? [mask(0), mask(1), mask(2), mask(3)]
      : (DEFAULT_MASKS[bitCount] ?? [0, 0, 0, 0]),
    tableOffset: Math.max(FILE_HEADER_BYTES + size, hasMasks ? maskEnd : 0),
    tableEntries: bitCount > 8 ? 0 : used === 0 ? 1 << bitCount : used,
    entryBytes: 4,
    pixelOffset: view.getUint32(10, true),
    profileOffset: hasProfile ? FILE_HEADER_BYTES + view.getUint32(126, true) : 0,
    profileLength: hasProfile ? view.getUint32(130, true) : 0,
  };
}

/** Checks bits of a pixel against the compression (MS-WMF clause 2.1.1.3, BitCount). */
function requireBitCount(bitCount: number, compression: number): number {
  const allowed: Readonly<Record<number, readonly number[]>> = {
    [BI_RGB]: [1, 2, 4, 8, 16, 24, 32],
    [BI_RLE8]: [8],
    [BI_RLE4]: [4],
    [BI_BITFIELDS]: [16, 32],
    [BI_ALPHABITFIELDS]: [16, 32],
  };
  const counts = allowed[compression];
  if (counts === undefined) {
    throw new UnsupportedError('bmp.header.Compression', `${compression} is not read (0 to 3, 6)`);
  }
  if (counts.includes(bitCount)) return bitCount;
  const detail = `${bitCount} bits a pixel with compression ${compression}, allowed are ${counts.join(', ')}`;
  throw new FormatError('bmp.header.BitCount', detail, 28);
}
