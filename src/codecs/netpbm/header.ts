/** Headers of Netpbm files: a magic number, then numbers in decimal with white space between (ppm(5), pam(5)). */
import { FormatError } from '../../base/errors.ts';
import type { RasterChannels, RasterHeader } from '../../frames/raster.ts';

/** What a header says. */
export interface NetpbmHeader {
  /** `1` to `6` of PBM, PGM and PPM, `7` of PAM. */
  readonly kind: number;
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel, in the file and of the picture that is made of it. */
  readonly depth: RasterChannels;
  /** The largest value of a sample, 1..65535. */
  readonly maxval: number;
  /** Whether 1 is black: PBM. */
  readonly isInverted: boolean;
  /** Offset of the samples. */
  readonly offset: number;
}

/** Headers that are longer, with their comments, are taken for broken files. */
const MAX_HEADER_BYTES = 1 << 16;

const SPACES = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d];
const LINE_FEED = 0x0a;
const HASH = 0x23;

/** Whether these are the first bytes of a Netpbm file: P, a digit from 1 to 7, and white space. */
export function isNetpbm(start: Uint8Array): boolean {
  const [p, digit, space] = [start[0], start[1], start[2]];
  if (p !== 0x50 || digit === undefined || space === undefined) return false;
  if (digit === 0x37) return space === LINE_FEED || space === 0x0d;
  return digit >= 0x31 && digit <= 0x36 && (SPACES.includes(space) || space === HASH);
}

/** Reads the header; throws `FormatError` with the offset where it is broken. */
export function readNetpbmHeader(bytes: Uint8Array): NetpbmHeader {
  if (!isNetpbm(bytes)) throw new FormatError('netpbm', 'is no Netpbm file', 0);
  const kind = bytes[1]! - 0x30;
  return kind === 7 ? readPamHeader(bytes) : readPnmHeader(bytes, kind);
}

/**
 * Bytes of the binary picture at the start of `bytes`, as its header says: they may end before it does. -1 for plain ones, which are
 * alone in their file. Throws as `readNetpbmHeader` does.
 */
export function netpbmBytes(bytes: Uint8Array): number {
  const { kind, width, height, depth, maxval, offset } = readNetpbmHeader(bytes);
  if (kind < 4) return -1;
  const rowBytes = kind === 4 ? Math.ceil(width / 8) : width * depth * (maxval > 255 ? 2 : 1);
  return offset + rowBytes * height;
}

/** What the header says of the picture that decoding gives. Throws as `readNetpbmHeader` does. */
export function describeNetpbm(bytes: Uint8Array): RasterHeader {
  const { width, height, depth: channels, maxval } = readNetpbmHeader(bytes);
  return { width, height, channels, isDeep: maxval > 255 };
}

/** pbm(5), pgm(5), ppm(5): width, height and, but for PBM, the largest value; one white space before the samples. */
function readPnmHeader(bytes: Uint8Array, kind: number): NetpbmHeader {
  const words = new WordReader(bytes, 2);
  const width = words.number('width');
  const height = words.number('height');
  const isBitmap = kind === 1 || kind === 4;
  const maxval = isBitmap ? 1 : requireMaxval(words.number('maxval'), words.position);
  // One white space ends the header of binary files; comments are not looked for behind it.
  const offset = words.position + 1;
  const depth = kind === 3 || kind === 6 ? 3 : 1;
  return { kind, width, height, depth, maxval, isInverted: isBitmap, offset };
}

/** pam(5): lines of a name and a value, in any order, up to ENDHDR. */
function readPamHeader(bytes: Uint8Array): NetpbmHeader {
  const found: Record<string, number> = {};
  let at = bytes.indexOf(LINE_FEED) + 1;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (at === 0 || end < 0 || end > MAX_HEADER_BYTES) {
      throw new FormatError('netpbm.header', 'does not end', Math.max(0, at));
    }
    const line = String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 256))).trim();
    const lineStart = at;
    at = end + 1;
    if (line === 'ENDHDR') break;
    const [, name, value] = /^(WIDTH|HEIGHT|DEPTH|MAXVAL)\s+(\d{1,10})$/.exec(line) ?? [];
    if (name !== undefined) found[name] = Number(value);
    else if (line !== '' && !line.startsWith('#') && !line.startsWith('TUPLTYPE')) {
      throw new FormatError('netpbm.header', `line ${JSON.stringify(line)}`, lineStart);
    }
  }
  const field = (name: string): number => {
    const value = found[name];
    if (value === undefined) throw new FormatError('netpbm.header', `has no ${name}`, at);
    return value;
  };
  const depth = field('DEPTH');
  if (depth < 1 || depth > 4) {
    throw new FormatError('netpbm.header.DEPTH', `got ${depth}, allowed are 1..4`, at);
  }
  return {
    kind: 7,
    width: field('WIDTH'),
    height: field('HEIGHT'),
    depth: depth as RasterChannels,
    maxval: requireMaxval(field('MAXVAL'), at),
    isInverted: false,
    offset: at,
  };
}

function requireMaxval(maxval: number, offset: number): number {
  if (maxval >= 1 && maxval <= 65535) return maxval;
  throw new FormatError('netpbm.header.maxval', `got ${maxval}, allowed are 1..65535`, offset);
}

/** Reads decimal numbers with white space and comments between. */
export class WordReader {
  /** Where the next byte is read. */
  position: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes;
    this.position = position;
  }

  /** The next number, at most 10 digits. */
  number(what: string): number {
    const { bytes } = this;
    for (; this.position < bytes.length; this.position++) {
      const byte = bytes[this.position]!;
      if (byte === HASH) {
        const end = bytes.indexOf(LINE_FEED, this.position);
        this.position = end < 0 ? bytes.length - 1 : end;
      } else if (!SPACES.includes(byte)) break;
    }
    let value = 0;
    let digits = 0;
    for (; this.position < bytes.length; this.position++, digits++) {
      const digit = bytes[this.position]! - 0x30;
      if (digit < 0 || digit > 9 || digits > 9) break;
      value = value * 10 + digit;
    }
    if (digits > 0) return value;
    throw new FormatError(`netpbm.${what}`, 'is no number', Math.min(this.position, bytes.length));
  }

  /** The next 0 or 1 of a plain bitmap, whose digits need nothing between them. */
  bit(): number {
    const { bytes } = this;
    for (; this.position < bytes.length; this.position++) {
      const byte = bytes[this.position]!;
      if (byte === 0x30 || byte === 0x31) return bytes[this.position++]! - 0x30;
      if (!SPACES.includes(byte)) break;
    }
    throw new FormatError('netpbm.samples', 'are cut off or no bits', this.position);
  }
}
