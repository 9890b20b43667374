/**
 * Tells an inspector what a PNG file consists of that is already there, whoever wrote it: its chunks, the filters of its rows with what the others
 * would leave, and the symbols of its pixels' stream. What its writer tried and weighed is not known.
 */

import { joinBytes } from '../../base/byte-stream.ts';
import { FormatError } from '../../base/errors.ts';
import { timesLog2 } from '../deflate/encoder/logarithm.ts';
import { type DeflateBlock, type DeflateInspector, watchStream } from '../deflate/index.ts';
import { COST_SHIFT } from '../deflate/kernels/search-rules.ts';
import { type FrameControl, readFrameControl } from './animation.ts';
import type { PngInspector } from './encoder/inspector.ts';
import { CHUNK_OVERHEAD, readChunks, SIGNATURE } from './standard/chunks.ts';
import { FILTER_TYPES, filterRow, unfilterRow } from './standard/filters.ts';
import {
  filterDistance,
  IHDR_LENGTH,
  type PngHeader,
  readHeader,
  rowBytes,
} from './standard/header.ts';
import { passesOf } from './standard/interlace.ts';

/** Most bytes of rows that are looked at. */
const MAX_BYTES = 2 ** 28;

/** The sequence number at the beginning of fdAT, PNG clause 11.3.6.3. */
const SEQUENCE_BYTES = 4;

/** A picture of a file: the still one, or a later one of an animation. */
interface WatchedPicture {
  /** Null of a still picture that is no part of an animation. */
  readonly control: FrameControl | null;
  /** The pieces of its zlib stream. */
  readonly pieces: Uint8Array[];
}

/**
 * Tells of a whole file: of its first picture and the chunks, then of the later pictures of an animation. Throws `FormatError` for what is
 * no PNG file, or too large.
 */
export function watchPng(file: Uint8Array, inspector: PngInspector): void {
  const pictures: WatchedPicture[] = [];
  let header: PngHeader | null = null;
  let control: FrameControl | null = null;
  const chunks: (readonly [string, number])[] = [['signature', SIGNATURE.length]];
  for (const { type, data, offset } of readChunks(file)) {
    if (type === 'IHDR' && data.length === IHDR_LENGTH) header = readHeader(data, 0, offset);
    if (type === 'fcTL' && header !== null) {
      control = readFrameControl(data, header, offset);
      if (pictures.length > 0) pictures.push({ control, pieces: [] });
    }
    if (type === 'IDAT' && pictures.length === 0) pictures.push({ control, pieces: [] });
    if (type === 'IDAT') pictures[0]!.pieces.push(data);
    if (type === 'fdAT') pictures.at(-1)?.pieces.push(data.subarray(SEQUENCE_BYTES));
    chunks.push([type, data.length + CHUNK_OVERHEAD]);
  }
  if (header === null) throw new FormatError('png.IHDR', 'is missing (PNG clause 5.6)', 0);
  let left = MAX_BYTES;
  for (const [i, picture] of pictures.entries()) {
    left -= watchPicture(header, picture, left, inspector);
    if (i === 0) for (const [type, bytes] of chunks) inspector.chunk(type, bytes);
  }
}

/** Tells of one picture; returns the bytes of its rows, of which there may be `most`. */
function watchPicture(
  whole: PngHeader,
  { control, pieces }: WatchedPicture,
  most: number,
  inspector: PngInspector,
): number {
  const { width, height } = control ?? whole;
  const header: PngHeader = { ...whole, width, height };
  const size = sizeOf(header, most);
  inspector.picture({ header, strategy: 'unknown', level: 'unknown' });
  if (control !== null) inspector.frame?.(control);
  const rows = new Rebuilder(size, inspector.deflate);
  watchStream(joinBytes(pieces), 'zlib', rows);
  if (rows.isShort) throw new FormatError('png.IDAT', 'has fewer rows than the picture', 0);
  watchRows(rows.bytes, header, inspector);
  return size;
}

/** Bytes of all rows with their filter types. */
function sizeOf(header: PngHeader, most: number): number {
  let size = 0;
  for (const { width, height } of passesOf(header.width, header.height, header.interlaced)) {
    size += height * (1 + rowBytes(header, width));
  }
  if (size > most) throw new FormatError('png.IHDR', `has ${size} bytes of rows or more`, 0);
  return size;
}

/** Puts together what the symbols of a stream stand for, and tells another of them. */
class Rebuilder implements DeflateInspector {
  readonly bytes: Uint8Array;
  private readonly other: DeflateInspector | null;
  private at = 0;

  constructor(size: number, other: DeflateInspector | null) {
    this.bytes = new Uint8Array(size);
    this.other = other;
  }

  /** Whether symbols were missing. */
  get isShort(): boolean {
    return this.at < this.bytes.length;
  }

  block(block: DeflateBlock): void {
    this.other?.block(block);
  }

  literal(value: number, bits: number): void {
    // Bytes behind the last row are let pass, as by decoders.
    this.bytes[this.at++] = value;
    this.other?.literal(value, bits);
  }

  match(length: number, distance: number, bits: number): void {
    const { bytes } = this;
    if (distance > this.at) throw new FormatError('png.IDAT', 'a match begins before the data', 0);
    for (let end = this.at + length; this.at < end; this.at++) {
      bytes[this.at] = bytes[this.at - distance]!;
    }
    this.other?.match(length, distance, bits);
  }

  blockEnd(bits: number): void {
    this.other?.blockEnd(bits);
  }

  around(name: string, bits: number): void {
    this.other?.around(name, bits);
  }
}

/** Tells of the rows of all passes. */
function watchRows(data: Uint8Array, header: PngHeader, inspector: PngInspector): void {
  const longest = rowBytes(header, header.width);
  const distance = filterDistance(header);
  // The row, the row above it, and what a filter makes of it.
  const bytes = new Uint8Array(3 * longest);
  const weighed = new Float64Array(FILTER_TYPES).fill(Number.NaN);
  const entropy = new Float64Array(FILTER_TYPES);
  let at = 0;
  for (const { width, height } of passesOf(header.width, header.height, header.interlaced)) {
    const length = rowBytes(header, width);
    inspector.pass(width, height);
    bytes.fill(0, longest, 2 * longest);
    for (let y = 0; y < height; y++, at += 1 + length) {
      bytes.set(data.subarray(at + 1, at + 1 + length));
      if (!unfilterRow(data[at]!, bytes, 0, length, bytes, longest, distance)) {
        throw new FormatError('png.IDAT', `no filter has type ${data[at]} (PNG clause 9.2)`, at);
      }
      for (let type = 0; type < FILTER_TYPES; type++) {
        filterRow(type, bytes, 0, longest, length, distance, 2 * longest);
        entropy[type] = entropyOf(bytes, 2 * longest, length);
      }
      inspector.row(data[at]!, weighed, entropy);
      bytes.copyWithin(longest, 0, length);
    }
  }
}

/** Bits of some bytes by how often each value comes among them. */
function entropyOf(bytes: Uint8Array, at: number, length: number): number {
  const counts = new Int32Array(256);
  for (let i = at; i < at + length; i++) counts[bytes[i]!]!++;
  let units = timesLog2(length);
  for (const count of counts) units -= timesLog2(count);
  return units / (1 << COST_SHIFT);
}
