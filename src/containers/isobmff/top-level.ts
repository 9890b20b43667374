/** The boxes on the top level of a file: found one after the other, and loaded into memory where they are small enough. */
import { joinBytes } from '../../base/byte-stream.ts';
import type { Budget } from '../../base/limits.ts';
import type { SourceWindow } from '../../base/source-window.ts';
import {
  type BoxHeader,
  type BoxView,
  type FileBytes,
  fourccAt,
  parseBoxHeader,
} from './box-reader.ts';

/** Boxes on the top level that are looked at in any file. */
const MAX_TOP_LEVEL_BOXES = 1 << 16;
/** Bytes of a file that pay for one more: even files in fragments of one frame of sound have more for each box. */
const BYTES_PER_BOX = 40;

/** Whether a walk that has met `count` boxes up to `position` may go on: no file has so many small ones. */
export function mayWalkOn(count: number, position: number): boolean {
  return count < MAX_TOP_LEVEL_BOXES + position / BYTES_PER_BOX;
}

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

/** Boxes on the top level that are no fragments, whatever they hold. */
const OTHERS = ['moof', 'mdat', 'moov', 'ftyp', 'styp', 'sidx', 'mfra', 'emsg', 'prft', 'ssix'];

/** Whether a box of a file in fragments is at `position`, whole; of a stream that is not known. */
export async function isBoxAt(window: SourceWindow, position: number): Promise<boolean> {
  if (window.source.size === null) return false;
  const box = await topLevelBox(window, position);
  return box !== null && OTHERS.includes(box.type) && box.size > 0 && box.end <= window.size;
}

/** Whether `box` is a fragment, or a part of one, that damage has left without its type or its place. */
export async function isLostFragment(window: SourceWindow, box: TopLevelBox): Promise<boolean> {
  if (OTHERS.includes(box.type)) return false;
  if (box.type === 'mfhd' || box.type === 'traf') return true;
  const bytes = await window.peek(box.position + box.headerBytes, 8);
  return bytes.length === 8 && fourccAt(bytes, 4) === 'mfhd';
}

/** Bytes that are read at once of a box in a stream, which need not have what the box claims. */
const PIECE_BYTES = 1 << 20;

/**
 * The whole box in memory, as far as the file has it. Its bytes are taken from the budget: give them back with
 * `budget.release(file.bytes.length)` when they are not needed any more.
 * @param how `ahead`: the bytes behind will be read next; `alone`: it will not
 */
export async function loadBox(
  window: SourceWindow,
  budget: Budget,
  box: TopLevelBox,
  how: 'ahead' | 'alone' = 'ahead',
): Promise<[FileBytes, BoxView]> {
  const size = Math.min(box.end, window.size) - box.position;
  let bytes: Uint8Array;
  if (Number.isFinite(window.size)) {
    budget.hold(box.type, size, box.position);
    const isSmall = how === 'alone' && size <= PIECE_BYTES;
    bytes = isSmall
      ? (await window.peek(box.position, size)).slice()
      : await window.copy(box.position, size);
  } else bytes = await copyFromStream(window, budget, box, size);
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

/** A copy of a box in a stream: memory is taken as its bytes come. */
async function copyFromStream(
  window: SourceWindow,
  budget: Budget,
  box: TopLevelBox,
  size: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let total = 0; total < size; ) {
    const part = await window.copy(box.position + total, Math.min(PIECE_BYTES, size - total));
    if (part.length === 0) break;
    budget.hold(box.type, part.length, box.position);
    parts.push(part);
    total += part.length;
  }
  return parts.length === 1 ? parts[0] : joinBytes(parts);
}
