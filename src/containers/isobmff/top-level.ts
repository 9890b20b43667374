/** The boxes on the top level of a file: found one after the other, and loaded into memory where they are small enough. */
import { FormatError } from '../../base/errors.ts';
import type { SourceWindow } from '../../base/source-window.ts';
import { type BoxHeader, type BoxView, type FileBytes, parseBoxHeader } from './box-reader.ts';

/** More than any real `moov`, a day of video in it; keeps a file from asking for all memory. */
const MAX_MOVIE_BYTES = 128 << 20;
/** Boxes on the top level that are looked at: a day of fragments of one second, and three boxes more for each. */
export const MAX_TOP_LEVEL_BOXES = 1 << 20;
const MAX_HEADER_BYTES = 32;

/** A box on the top level of the file. */
export interface TopLevelBox extends BoxHeader {
  readonly position: number;
  /** Behind its last byte; Infinity if it goes on to the end. */
  readonly end: number;
}

/** Types on the top level are ASCII; anything else is payload that a wrong size led into. */
const PRINTABLE = /^[ -~]{4}$/;

/** The box at `position`, or null where no box can be. */
export async function topLevelBox(
  window: SourceWindow,
  position: number,
): Promise<TopLevelBox | null> {
  const bytes = await window.peek(position, MAX_HEADER_BYTES);
  const header = parseBoxHeader(bytes, 0, bytes.length);
  if (header === null || !PRINTABLE.test(header.type)) return null;
  const end = header.size === 0 ? window.size : position + header.size;
  return { ...header, position, end };
}

/**
 * The whole box in memory, as far as the file has it.
 * @param how `ahead`: what follows will be read next; `alone`: it will not
 */
export async function loadBox(
  window: SourceWindow,
  box: TopLevelBox,
  how: 'ahead' | 'alone' = 'ahead',
): Promise<[FileBytes, BoxView]> {
  const size = box.end - box.position;
  if (Math.min(size, window.size - box.position) > MAX_MOVIE_BYTES) {
    throw new FormatError(
      `mp4.${box.type}`,
      `takes ${size} bytes, allowed are ${MAX_MOVIE_BYTES}`,
      box.position,
    );
  }
  const count = Math.min(size, MAX_MOVIE_BYTES);
  const bytes =
    how === 'alone' && Number.isFinite(window.size)
      ? (await window.peek(box.position, Math.min(count, window.size - box.position))).slice()
      : await window.copy(box.position, count);
  const file = { bytes, fileOffset: box.position };
  return [
    file,
    {
      type: box.type,
      start: 0,
      dataStart: Math.min(box.headerBytes, bytes.length),
      end: bytes.length,
    },
  ];
}
