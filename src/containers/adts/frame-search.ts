/**
 * Finds ADTS frames: at the start of a file, behind its tags, behind damage, and in the middle of a stream that was cut
 * anywhere.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import {
  type AdtsHeader,
  adtsFrameLengthAt,
  adtsStreamAt,
  HEADER_BYTES,
  isSameStream,
  MAX_FRAME_BYTES,
  readAdtsHeader,
} from '../../syntax/aac/adts-header.ts';

/** A frame that was found. */
export interface Found {
  readonly position: number;
  readonly header: AdtsHeader;
}

/** Whether these first bytes (2 frames of them tell more than one) look like ADTS. */
export function isAdts(start: Uint8Array): boolean {
  const header = readAdtsHeader(start);
  if (header === null) return false;
  const next = start.subarray(header.aac_frame_length);
  if (next.length < HEADER_BYTES) return true;
  const second = readAdtsHeader(next);
  return second !== null && isSameStream(header, second);
}

/** Frames that must follow one another for a place in the middle of unknown bytes to be believed. */
const FRAMES_TO_BELIEVE = 3;

/** Whether there are ADTS frames in these bytes, which may begin in the middle of one. */
export function hasAdtsFrames(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (framesAt(bytes, at, FRAMES_TO_BELIEVE) === FRAMES_TO_BELIEVE) return true;
  }
  return false;
}

/** How many frames of one stream follow one another from `at` on, up to `most`; one that ends the bytes counts for all. */
function framesAt(bytes: Uint8Array, at: number, most: number): number {
  const first = at;
  let count = 0;
  while (count < most) {
    const length = adtsFrameLengthAt(bytes, at);
    if (length === 0 || adtsStreamAt(bytes, at) !== adtsStreamAt(bytes, first)) return count;
    at += length;
    count++;
    if (at === bytes.length && count > 1) return most;
  }
  return count;
}

/** Bytes of an ID3v2 tag's header and of its footer, and those of an ID3v1 tag. */
const ID3_HEADER_BYTES = 10;
const ID3V1_BYTES = 128;
const ID3_HAS_FOOTER = 0x10;

/** Bytes of the ID3v2 tag that `bytes` begin with (id3.org, ID3v2.4.0 clause 3); 0 if they do not. */
export function id3Length(bytes: Uint8Array): number {
  if (bytes.length < ID3_HEADER_BYTES || !startsWith(bytes, 'ID3')) return 0;
  let size = 0;
  for (let i = 6; i < ID3_HEADER_BYTES; i++) size = size * 128 + (bytes[i]! & 0x7f);
  const footer = bytes[5]! & ID3_HAS_FOOTER ? ID3_HEADER_BYTES : 0;
  return ID3_HEADER_BYTES + size + footer;
}

/** Bytes that are looked at together for tags behind one another. */
const TAG_WINDOW_BYTES = 1 << 14;

/**
 * Where the tags that begin at `position` end, ID3v2 and an ID3v1 at the end of the source: `position` itself if none does. What
 * claims to be longer than the source is no tag: nothing would be left of what follows it.
 */
export async function skipTags(source: ByteSource, position: number): Promise<number> {
  for (let at = position; ; ) {
    const bytes = await source.read(at, TAG_WINDOW_BYTES);
    const left = (source.size ?? Number.POSITIVE_INFINITY) - at;
    let next = 0;
    while (next < bytes.length) {
      const length = id3Length(bytes.subarray(next));
      if (length === 0 || next + length > left) break;
      next += length;
    }
    if (next === 0) {
      const isLast = bytes.length === ID3V1_BYTES && startsWith(bytes, 'TAG');
      return isLast ? at + ID3V1_BYTES : at;
    }
    at += next;
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * The first frame from `from` on and before `end`, believed if another one or the end follows where it says; one of another
 * stream than that of `like` is believed if three follow one another. Null if there is none.
 */
export async function findFrame(
  source: ByteSource,
  from: number,
  like: AdtsHeader | null,
  end: number,
): Promise<Found | null> {
  const window = (MAX_FRAME_BYTES + HEADER_BYTES) * (FRAMES_TO_BELIEVE - 1);
  for (let at = from; at < end; ) {
    const bytes = await source.read(at, window * 2);
    const isLast = bytes.length < window * 2;
    const last = isLast ? bytes.length - HEADER_BYTES : window;
    for (let i = bytes.indexOf(0xff); i >= 0 && i <= last; i = bytes.indexOf(0xff, i + 1)) {
      if (adtsFrameLengthAt(bytes, i) === 0 || at + i >= end) continue;
      if (framesAt(bytes, i, 2) < 2 && i + adtsFrameLengthAt(bytes, i) !== bytes.length) continue;
      const header = readAdtsHeader(bytes.subarray(i));
      if (header === null) continue;
      const isLike = like === null || isSameStream(header, like);
      const needed = isLike ? 2 : FRAMES_TO_BELIEVE;
      const endsHere = i + header.aac_frame_length === bytes.length;
      if ((isLike && endsHere) || framesAt(bytes, i, needed) >= needed) {
        return { position: at + i, header };
      }
    }
    if (isLast) return null;
    at += window;
  }
  return null;
}
