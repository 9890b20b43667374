/**
 * The formats around a deflate stream: nothing, the header and checksum of zlib (RFC 1950), or those of gzip (RFC 1952).
 */
import { ConfigError, FormatError, requireInteger, requireOneOf } from '../../base/errors.ts';
import { adler32 } from '../../bits/adler32.ts';
import { crc32 } from '../../bits/crc32.ts';

/** `raw`: RFC 1951 alone. `zlib`: RFC 1950. `gzip`: RFC 1952. */
export type DeflateFormat = 'raw' | 'zlib' | 'gzip';

/** All of them. */
export const DEFLATE_FORMATS: readonly DeflateFormat[] = ['raw', 'zlib', 'gzip'];

/** The fields of a gzip header about the file inside, RFC 1952 clause 2.3.1. */
export interface GzipHeader {
  /** Original file name, of ISO 8859-1 characters. */
  readonly name?: string;
  readonly comment?: string;
  /** Modification time in seconds since 1970; 0 if there is none. */
  readonly mtime?: number;
  /** The field FEXTRA: subfields as RFC 1952 clause 2.3.1.1 has them, at most 65535 bytes. */
  readonly extra?: Uint8Array;
}

/** RFC 1952 clause 2.3.1. */
const GZIP_ID = [0x1f, 0x8b];
const CM_DEFLATE = 8;
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const FLAGS_RESERVED = 0xe0;
const OS_UNKNOWN = 255;
/** Headers longer than this are refused: names have no limit of their own. */
const MAX_HEADER_BYTES = 1 << 18;

/** RFC 1950 clause 2.2. */
const CINFO_32K = 7;
const FDICT = 0x20;

/** The header that was read before a stream. */
export interface StreamHeader {
  /** Bytes of the header. */
  readonly length: number;
  /** Adler-32 of the dictionary that the stream needs; null if it needs none. */
  readonly dictionaryId: number | null;
  readonly gzip: GzipHeader | null;
}

/** Bytes of the trailer. */
export function trailerLength(format: DeflateFormat): number {
  return format === 'raw' ? 0 : format === 'zlib' ? 4 : 8;
}

/**
 * Reads the header at `start`. Null if it is not all there. `offset` is that of `bytes[0]` in the source, for errors. Throws
 * `FormatError` where the header breaks its RFC.
 */
export function readHeader(
  format: DeflateFormat,
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): StreamHeader | null {
  if (format === 'raw') return { length: 0, dictionaryId: null, gzip: null };
  const header =
    format === 'zlib'
      ? readZlibHeader(bytes, start, end, offset)
      : readGzipHeader(bytes, start, end, offset);
  if (header === null && end - start > MAX_HEADER_BYTES) {
    throw new FormatError(
      `${format}.header`,
      `is longer than ${MAX_HEADER_BYTES} bytes`,
      offset + start,
    );
  }
  return header;
}

/** RFC 1950 clause 2.2. */
function readZlibHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): StreamHeader | null {
  if (end - start < 2) return null;
  const CMF = bytes[start]!;
  const FLG = bytes[start + 1]!;
  const at = offset + start;
  if ((CMF & 15) !== CM_DEFLATE) {
    throw new FormatError(
      'zlib.CM',
      `got compression method ${CMF & 15}, allowed is 8 (RFC 1950 clause 2.2)`,
      at,
    );
  }
  if (CMF >> 4 > CINFO_32K) {
    throw new FormatError(
      'zlib.CINFO',
      `got ${CMF >> 4}, allowed are 0..7 (RFC 1950 clause 2.2)`,
      at,
    );
  }
  if (((CMF << 8) | FLG) % 31 !== 0) {
    throw new FormatError(
      'zlib.FCHECK',
      'CMF and FLG are no multiple of 31 (RFC 1950 clause 2.2)',
      at,
    );
  }
  if ((FLG & FDICT) === 0) return { length: 2, dictionaryId: null, gzip: null };
  if (end - start < 6) return null;
  return { length: 6, dictionaryId: bigEndian32(bytes, start + 2), gzip: null };
}

/** RFC 1952 clause 2.3. */
function readGzipHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): StreamHeader | null {
  const wrong = (field: string, detail: string) =>
    new FormatError(`gzip.${field}`, `${detail} (RFC 1952 clause 2.3.1)`, offset + start);
  for (let i = 0; i < Math.min(2, end - start); i++) {
    if (bytes[start + i] !== GZIP_ID[i]) throw wrong('ID', 'no gzip stream starts like this');
  }
  if (end - start < 10) return null;
  if (bytes[start + 2] !== CM_DEFLATE)
    throw wrong('CM', `got compression method ${bytes[start + 2]}, allowed is 8`);
  const FLG = bytes[start + 3]!;
  if ((FLG & FLAGS_RESERVED) !== 0) throw wrong('FLG', 'reserved flags are set');
  const mtime = littleEndian32(bytes, start + 4);
  let at = start + 10;
  let extra: Uint8Array | undefined;
  if ((FLG & FEXTRA) !== 0) {
    if (at + 2 > end) return null;
    const XLEN = bytes[at]! | (bytes[at + 1]! << 8);
    if (at + 2 + XLEN > end) return null;
    extra = bytes.slice(at + 2, at + 2 + XLEN);
    at += 2 + XLEN;
  }
  const text = (): string | null => {
    const zero = bytes.indexOf(0, at);
    if (zero < 0 || zero >= end) return null;
    const value = String.fromCharCode(...bytes.subarray(at, Math.min(zero, at + 4096)));
    at = zero + 1;
    return value;
  };
  const name = (FLG & FNAME) !== 0 ? text() : undefined;
  if (name === null) return null;
  const comment = (FLG & FCOMMENT) !== 0 ? text() : undefined;
  if (comment === null) return null;
  if ((FLG & FHCRC) !== 0) {
    if (at + 2 > end) return null;
    const CRC16 = bytes[at]! | (bytes[at + 1]! << 8);
    if (CRC16 !== (crc32(bytes, 0, start, at) & 0xffff))
      throw wrong('CRC16', 'the header does not match its checksum');
    at += 2;
  }
  const gzip: GzipHeader = {
    mtime,
    ...(name === undefined ? {} : { name }),
    ...(comment === undefined ? {} : { comment }),
    ...(extra === undefined ? {} : { extra }),
  };
  return { length: at - start, dictionaryId: null, gzip };
}

/** Goes on with the checksum of a format over more bytes; begin with `initialChecksum`. */
export function updateChecksum(
  format: DeflateFormat,
  checksum: number,
  bytes: Uint8Array,
  from = 0,
  to: number = bytes.length,
): number {
  if (format === 'raw') return 0;
  return format === 'zlib' ? adler32(bytes, checksum, from, to) : crc32(bytes, checksum, from, to);
}

/** The checksum of no bytes. */
export function initialChecksum(format: DeflateFormat): number {
  return format === 'zlib' ? 1 : 0;
}

/** Checks the trailer at `start`, which is all there. Throws `FormatError` if checksum or length are others. */
export function checkTrailer(
  format: DeflateFormat,
  bytes: Uint8Array,
  start: number,
  offset: number,
  checksum: number,
  length: number,
): void {
  if (format === 'zlib' && bigEndian32(bytes, start) !== checksum) {
    throw new FormatError(
      'zlib.ADLER32',
      'the data do not match their checksum (RFC 1950 clause 2.2)',
      offset + start,
    );
  }
  if (format === 'gzip' && littleEndian32(bytes, start) !== checksum) {
    throw new FormatError(
      'gzip.CRC32',
      'the data do not match their checksum (RFC 1952 clause 2.3.1)',
      offset + start,
    );
  }
  if (format === 'gzip' && littleEndian32(bytes, start + 4) !== length % 2 ** 32) {
    throw new FormatError(
      'gzip.ISIZE',
      'the data do not have the length that is stated (RFC 1952 clause 2.3.1)',
      offset + start + 4,
    );
  }
}

/** How hard the compressor tried, for the fields FLEVEL (RFC 1950) and XFL (RFC 1952), which decoders need not look at. */
export type Effort = 'fastest' | 'fast' | 'default' | 'best';

/** The header before a stream. `dictionary` is what the stream presumes, for zlib only. */
export function headerBytes(
  format: DeflateFormat,
  effort: Effort,
  dictionary: Uint8Array | undefined,
  gzip: GzipHeader = {},
): Uint8Array {
  if (format === 'raw') return new Uint8Array(0);
  return format === 'zlib' ? zlibHeader(effort, dictionary) : gzipHeader(effort, gzip);
}

function zlibHeader(effort: Effort, dictionary: Uint8Array | undefined): Uint8Array {
  const FLEVEL = { fastest: 0, fast: 1, default: 2, best: 3 }[effort];
  const CMF = (CINFO_32K << 4) | CM_DEFLATE;
  const flags = (FLEVEL << 6) | (dictionary === undefined ? 0 : FDICT);
  const FLG = flags + ((31 - (((CMF << 8) | flags) % 31)) % 31);
  const header = new Uint8Array(dictionary === undefined ? 2 : 6);
  header[0] = CMF;
  header[1] = FLG;
  if (dictionary !== undefined) new DataView(header.buffer).setUint32(2, adler32(dictionary));
  return header;
}

/** Throws `ConfigError` for text that ISO 8859-1 does not have, and for fields that are too long. */
function gzipHeader(effort: Effort, gzip: GzipHeader): Uint8Array {
  const mtime = requireInteger('gzip.mtime', gzip.mtime ?? 0, 0, 0xffffffff);
  const XFL = effort === 'best' ? 2 : effort === 'fastest' ? 4 : 0;
  const FLG =
    (gzip.extra === undefined ? 0 : FEXTRA) |
    (gzip.name === undefined ? 0 : FNAME) |
    (gzip.comment === undefined ? 0 : FCOMMENT);
  const fixed = Uint8Array.of(...GZIP_ID, CM_DEFLATE, FLG, 0, 0, 0, 0, XFL, OS_UNKNOWN);
  new DataView(fixed.buffer).setUint32(4, mtime, true);
  const parts = [fixed];
  if (gzip.extra !== undefined) {
    const XLEN = requireInteger('gzip.extra.length', gzip.extra.length, 0, 0xffff);
    parts.push(Uint8Array.of(XLEN & 255, XLEN >> 8), Uint8Array.from(gzip.extra));
  }
  if (gzip.name !== undefined) parts.push(latin1('gzip.name', gzip.name));
  if (gzip.comment !== undefined) parts.push(latin1('gzip.comment', gzip.comment));
  const header = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    header.set(part, at);
    at += part.length;
  }
  return header;
}

function latin1(where: string, text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 255) {
      throw new ConfigError(
        where,
        `character ${code} at ${i}, allowed are ISO 8859-1 characters 1..255`,
      );
    }
    bytes[i] = code;
  }
  return bytes;
}

/** The trailer after a stream of `length` bytes. */
export function trailerBytes(format: DeflateFormat, checksum: number, length: number): Uint8Array {
  const bytes = new Uint8Array(trailerLength(format));
  const view = new DataView(bytes.buffer);
  if (format === 'zlib') view.setUint32(0, checksum);
  if (format === 'gzip') {
    view.setUint32(0, checksum, true);
    view.setUint32(4, length % 2 ** 32, true);
  }
  return bytes;
}

/** Throws `ConfigError` if `format` is none. */
export function requireFormat(where: string, format: unknown): DeflateFormat {
  return requireOneOf(where, format as string, DEFLATE_FORMATS) as DeflateFormat;
}

function bigEndian32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}

function littleEndian32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
  );
}
