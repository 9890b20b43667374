/**
 * What the first bytes of picture files say: the kind, the size, and the pixel format that decoding gives. Demuxers need no more, and
 * so no codec.
 */
import { FormatError } from '../base/errors.ts';

/** What a header says. */
export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** The format that decoding gives, by ffmpeg's name; empty if the header does not tell. */
  readonly pixFmt: string;
}

/** A kind of picture file. */
export interface ImageKind {
  /** ffmpeg's name of the codec, and of the format as a stream of such files. */
  readonly codec: string;
  readonly format: string;
  /** Whether these are the first bytes of such a file. */
  isFormat(start: Uint8Array): boolean;
  /** Reads the header; throws `FormatError` if it is broken. */
  describe(bytes: Uint8Array): ImageHeader;
}

/** The kinds that are known. */
export const IMAGE_KINDS: readonly ImageKind[] = [
  { codec: 'png', format: 'png_pipe', isFormat: isPng, describe: describePng },
  { codec: 'mjpeg', format: 'jpeg_pipe', isFormat: isJpeg, describe: describeJpeg },
  { codec: 'bmp', format: 'bmp_pipe', isFormat: isBmp, describe: describeBmp },
  { codec: 'pgm', format: 'pgm_pipe', isFormat: isPnm('145'), describe: describeNetpbm },
  { codec: 'ppm', format: 'ppm_pipe', isFormat: isPnm('236'), describe: describeNetpbm },
  { codec: 'pam', format: 'pam_pipe', isFormat: isPnm('7'), describe: describeNetpbm },
  { codec: 'qoi', format: 'qoi_pipe', isFormat: isQoi, describe: describeQoi },
  { codec: 'tiff', format: 'tiff_pipe', isFormat: isTiff, describe: describeTiff },
];

/** The kind of a file by its first bytes; undefined if it is none that is known. */
export function imageKindOf(start: Uint8Array): ImageKind | undefined {
  return IMAGE_KINDS.find((kind) => kind.isFormat(start));
}

function viewOf(where: string, bytes: Uint8Array, needed: number): DataView {
  if (bytes.length < needed) throw new FormatError(where, 'is cut off', bytes.length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function sized(where: string, width: number, height: number, pixFmt: string, at: number) {
  if (!(width > 0 && height > 0)) throw new FormatError(where, `size ${width}x${height}`, at);
  return { width, height, pixFmt };
}

/** Interleaved samples of 8 or 16 bits, by how many a pixel has. */
function pixFmtOf(channels: number, isDeep: boolean): string {
  const names = isDeep
    ? ['gray16le', 'ya16le', 'rgb48le', 'rgba64le']
    : ['gray', 'ya8', 'rgb24', 'rgba'];
  return names[channels - 1] ?? '';
}

const hasBytes = (start: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => start[i] === byte);

/** PNG signature, PNG (third edition) clause 5.2. */
function isPng(start: Uint8Array): boolean {
  return hasBytes(start, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
}

/** IHDR, PNG (third edition) clause 11.2.1; opacity may come by tRNS, which stands before the pixels (clause 5.6). */
function describePng(bytes: Uint8Array): ImageHeader {
  const view = viewOf('png.IHDR', bytes, 33);
  const isDeep = bytes[24] === 16;
  let hasTransparency = false;
  for (let at = 33; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'tRNS') hasTransparency = true;
    if (type === 'tRNS' || type === 'IDAT' || type === 'IEND') break;
    at += 12 + view.getUint32(at);
  }
  const channels = hasTransparency ? 4 : [1, 1, 3, 3, 2, 3, 4][bytes[25]!];
  const pixFmt = pixFmtOf(channels ?? 4, isDeep);
  return sized('png.IHDR', view.getUint32(16), view.getUint32(20), pixFmt, 16);
}

/** SOI and another marker, ITU-T T.81 table B.1. */
function isJpeg(start: Uint8Array): boolean {
  return hasBytes(start, [0xff, 0xd8, 0xff]);
}

/** X, Y and the sampling factors of the first frame header, ITU-T T.81 clause B.2.2. */
function describeJpeg(bytes: Uint8Array): ImageHeader {
  let at = 2;
  while (at + 10 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const view = viewOf('jpeg.SOF', bytes, at + 10);
      const pixFmt = jpegPixFmt(bytes, at + 9);
      return sized('jpeg.SOF', view.getUint16(at + 7), view.getUint16(at + 5), pixFmt, at);
    }
    at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  throw new FormatError('jpeg', 'has no frame header', Math.min(at, bytes.length));
}

/** Format by the sampling factors of three components; others are decoded to RGB. */
function jpegPixFmt(bytes: Uint8Array, at: number): string {
  if (bytes[at] === 1) return 'gray';
  const [luma, cb, cr] = [bytes[at + 2], bytes[at + 5], bytes[at + 8]];
  if (bytes[at] !== 3 || cb !== 0x11 || cr !== 0x11) return 'rgb24';
  return { 17: 'yuvj444p', 33: 'yuvj422p', 34: 'yuvj420p' }[luma ?? 0] ?? 'rgb24';
}

/** "BM", and a header of a known size (MS-WMF clauses 2.2.2.2 to 2.2.2.5). */
function isBmp(start: Uint8Array): boolean {
  if (!hasBytes(start, [0x42, 0x4d]) || start.length < 18) return false;
  const size = start[14]! | (start[15]! << 8);
  return start[16] === 0 && (size === 12 || (size >= 40 && size <= 124));
}

function describeBmp(bytes: Uint8Array): ImageHeader {
  const view = viewOf('bmp.header', bytes, 30);
  if (bytes[14] === 12) {
    return sized('bmp.header', view.getUint16(18, true), view.getUint16(20, true), 'rgb24', 18);
  }
  const height = Math.abs(view.getInt32(22, true));
  const pixFmt = view.getUint16(28, true) === 32 ? 'rgba' : 'rgb24';
  return sized('bmp.header', view.getInt32(18, true), height, pixFmt, 18);
}

/** "P" and a digit (ppm(5), pam(5)). */
function isPnm(digits: string): (start: Uint8Array) => boolean {
  return ([p, digit = 0, space]) => {
    const isSpace = space === 0x20 || (space !== undefined && space >= 9 && space <= 13);
    return p === 0x50 && digits.includes(String.fromCharCode(digit)) && (isSpace || space === 0x23);
  };
}

/** Longest header of a Netpbm file that is looked at. */
const MAX_NETPBM_HEADER = 1 << 16;

function describeNetpbm(bytes: Uint8Array): ImageHeader {
  let text = '';
  for (const byte of bytes.subarray(0, MAX_NETPBM_HEADER)) {
    text += String.fromCharCode(byte);
    if (text.endsWith('ENDHDR\n')) break;
    if (text.length > 4096 && !text.includes('#')) break;
  }
  const kind = text[1]!;
  if (kind === '7') {
    const field = (name: string) =>
      Number(new RegExp(`^${name}\\s+(\\d{1,10})`, 'm').exec(text)?.[1] ?? 0);
    const pixFmt = pixFmtOf(field('DEPTH'), field('MAXVAL') > 255);
    return sized('netpbm.header', field('WIDTH'), field('HEIGHT'), pixFmt, 0);
  }
  const numbers = text
    .slice(2)
    .replace(/#[^\n]*/g, '')
    .trim()
    .split(/\s+/, 3)
    .map(Number);
  const isColor = kind === '3' || kind === '6';
  const isDeep = kind !== '1' && kind !== '4' && (numbers[2] ?? 0) > 255;
  const pixFmt = isColor ? (isDeep ? 'rgb48le' : 'rgb24') : isDeep ? 'gray16le' : 'gray';
  return sized('netpbm.header', numbers[0] ?? 0, numbers[1] ?? 0, pixFmt, 2);
}

/** "qoif", QOI specification. */
function isQoi(start: Uint8Array): boolean {
  return hasBytes(start, [0x71, 0x6f, 0x69, 0x66]);
}

function describeQoi(bytes: Uint8Array): ImageHeader {
  const view = viewOf('qoi.header', bytes, 14);
  const pixFmt = bytes[12] === 4 ? 'rgba' : 'rgb24';
  return sized('qoi.header', view.getUint32(4), view.getUint32(8), pixFmt, 4);
}

/** "II" or "MM", and 42 in that byte order (TIFF clause 2). */
function isTiff(start: Uint8Array): boolean {
  return hasBytes(start, [0x49, 0x49, 42, 0]) || hasBytes(start, [0x4d, 0x4d, 0, 42]);
}

/** ImageWidth, ImageLength, BitsPerSample, PhotometricInterpretation and SamplesPerPixel of the first directory (TIFF clause 8). */
function describeTiff(bytes: Uint8Array): ImageHeader {
  const view = viewOf('tiff.header', bytes, 8);
  const little = bytes[0] === 0x49;
  const start = view.getUint32(4, little);
  viewOf('tiff.directory', bytes, start + 2);
  const count = view.getUint16(start, little);
  viewOf('tiff.directory', bytes, start + 2 + 12 * count);
  const field = (tag: number, otherwise: number): number => {
    for (let at = start + 2; at < start + 2 + 12 * count; at += 12) {
      if (view.getUint16(at, little) !== tag) continue;
      const isShort = view.getUint16(at + 2, little) === 3;
      const values = view.getUint32(at + 4, little);
      let from = at + 8;
      if (values * (isShort ? 2 : 4) > 4) from = view.getUint32(at + 8, little);
      if (from + 4 > bytes.length) return otherwise;
      return isShort ? view.getUint16(from, little) : view.getUint32(from, little);
    }
    return otherwise;
  };
  const isDeep = field(258, 1) === 16;
  const isColor = field(262, 1) > 1;
  const hasAlpha = field(338, 0) > 0 && field(277, 1) > (isColor ? 3 : 1);
  const pixFmt = pixFmtOf((isColor ? 3 : 1) + (hasAlpha ? 1 : 0), isDeep);
  return sized('tiff.directory', field(256, 0), field(257, 0), pixFmt, start);
}
