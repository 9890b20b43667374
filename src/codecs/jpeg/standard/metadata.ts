/**
 * The metadata in application segments: density (JFIF, T.871 clause 10), Exif, ICC profile, XMP, comments. Profiles larger
 * than a segment are cut into pieces and put together again (ICC.1:2022 annex B.4).
 */
import { ConfigError } from '../../../base/errors.ts';
import { APP0, APP1, APP2, COM } from './markers.ts';
import type { Segment } from './read-file.ts';

/** Density of a JFIF file: samples per unit, or only their ratio. */
export interface JpegDensity {
  readonly unit: 'none' | 'inch' | 'centimeter';
  /** 1..65535. */
  readonly x: number;
  readonly y: number;
}

/** The metadata that a JPEG file can carry. */
export interface JpegMetadata {
  readonly density?: JpegDensity;
  /** The TIFF structure of an Exif segment, without its `Exif\0\0`. */
  readonly exif?: Uint8Array;
  /** An ICC profile. */
  readonly icc?: Uint8Array;
  /** An XMP packet as UTF-8. */
  readonly xmp?: Uint8Array;
  /** Comments (COM), each as its bytes. */
  readonly comments?: readonly Uint8Array[];
}

const UNITS = ['none', 'inch', 'centimeter'] as const;
/** The first bytes of the segments: JFIF (T.871 clause 10.1), Exif 3.0 clause 4.7.2, XMP part 3 clause 1.1.3, ICC.1 annex B.4. */
const JFIF = 'JFIF\0';
const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const ICC = 'ICC_PROFILE\0';

/** Bytes that a segment can hold beside its length (T.81 clause B.1.1.4). */
const SEGMENT_CAPACITY = 65533;

function beginsWith(data: Uint8Array, text: string): boolean {
  if (data.length < text.length) return false;
  for (let i = 0; i < text.length; i++) if (data[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The metadata in `segments`; of Exif, XMP and JFIF the first counts (T.871 clause 10.1, ICC.1 annex B.4). An incomplete profile is left out. */
export function readMetadata(segments: readonly Segment[]): JpegMetadata {
  let density: JpegDensity | undefined;
  let exif: Uint8Array | undefined;
  let xmp: Uint8Array | undefined;
  const comments: Uint8Array[] = [];
  const pieces: (Uint8Array | undefined)[] = [];
  let pieceCount = 0;
  for (const { marker, data } of segments) {
    if (marker === COM) comments.push(data.slice());
    else if (marker === APP0 && beginsWith(data, JFIF) && data.length >= 12) {
      const unit = UNITS[data[7]!];
      const x = (data[8]! << 8) | data[9]!;
      const y = (data[10]! << 8) | data[11]!;
      if (density === undefined && unit !== undefined && x > 0 && y > 0) density = { unit, x, y };
    } else if (marker === APP1 && beginsWith(data, EXIF)) exif ??= data.slice(EXIF.length);
    else if (marker === APP1 && beginsWith(data, XMP)) xmp ??= data.slice(XMP.length);
    else if (marker === APP2 && beginsWith(data, ICC) && data.length >= ICC.length + 2) {
      pieceCount = Math.max(pieceCount, data[ICC.length + 1]!);
      pieces[data[ICC.length]! - 1] ??= data.subarray(ICC.length + 2);
    }
  }
  const icc = joinPieces(pieces, pieceCount);
  return {
    ...(density && { density }),
    ...(exif && { exif }),
    ...(icc && { icc }),
    ...(xmp && { xmp }),
    ...(comments.length > 0 && { comments }),
  };
}

function joinPieces(
  pieces: readonly (Uint8Array | undefined)[],
  count: number,
): Uint8Array | undefined {
  if (count === 0) return undefined;
  let size = 0;
  for (let i = 0; i < count; i++) {
    if (pieces[i] === undefined) return undefined;
    size += pieces[i]!.length;
  }
  const joined = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < count; i++) {
    joined.set(pieces[i]!, at);
    at += pieces[i]!.length;
  }
  return joined;
}

/** A segment of the text `head` and what follows it. Throws `ConfigError` if that is more than a segment holds. */
function segmentOf(
  name: string,
  marker: number,
  head: string,
  ...rest: readonly Uint8Array[]
): Segment {
  const length = rest.reduce((sum, part) => sum + part.length, head.length);
  if (length > SEGMENT_CAPACITY) {
    throw new ConfigError(
      `jpeg.metadata.${name}`,
      `${length} bytes do not fit in a segment of ${SEGMENT_CAPACITY} (T.81 clause B.1.1.4)`,
    );
  }
  const data = new Uint8Array(length);
  for (let i = 0; i < head.length; i++) data[i] = head.charCodeAt(i);
  let at = head.length;
  for (const part of rest) {
    data.set(part, at);
    at += part.length;
  }
  return { marker, data, offset: 0 };
}

/** The segment of an Exif structure: Exif 3.0 clause 4.7.2. Throws `ConfigError` if it is too long. */
export function exifSegment(exif: Uint8Array): Segment {
  return segmentOf('exif', APP1, EXIF, exif);
}

/** The segments that carry `metadata`, in the order that T.871 clause 10.1 and Exif ask for: JFIF first, then Exif. */
export function metadataSegments(metadata: JpegMetadata): Segment[] {
  const { density = { unit: 'none', x: 1, y: 1 }, exif, icc, xmp, comments = [] } = metadata;
  const segments: Segment[] = [];
  const add = (...parts: Parameters<typeof segmentOf>) => segments.push(segmentOf(...parts));
  const { x, y } = density;
  const units = UNITS.indexOf(density.unit);
  // Version 1.02, the density, no thumbnail.
  add('density', APP0, JFIF, Uint8Array.of(1, 2, units, x >> 8, x & 255, y >> 8, y & 255, 0, 0));
  if (exif) segments.push(exifSegment(exif));
  if (xmp) add('xmp', APP1, XMP, xmp);
  if (icc) {
    const capacity = SEGMENT_CAPACITY - ICC.length - 2;
    const count = Math.ceil(icc.length / capacity);
    if (count > 255) {
      throw new ConfigError(
        'jpeg.metadata.icc',
        `${icc.length} bytes, allowed are ${255 * capacity}`,
      );
    }
    for (let i = 0; i < count; i++) {
      const piece = icc.subarray(i * capacity, (i + 1) * capacity);
      add('icc', APP2, ICC, Uint8Array.of(i + 1, count), piece);
    }
  }
  for (const comment of comments) add('comments', COM, '', comment);
  return segments;
}
