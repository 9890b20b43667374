/** Elements that are not where the standard has them, as damage to an ID leaves them: what they may have been, and what is said. */
import type { SourceWindow } from '../../base/source-window.ts';
import { type ElementHeader, readElementHeader, UNKNOWN_SIZE } from './ebml-reader.ts';
import { type ElementInfo, ID } from './element-table.ts';

/** CRC-32 and Timestamp with their headers, and the ID behind them, are no longer. */
const MAX_START_BYTES = 32;
/** Elements that stand behind the Timestamp of a Cluster. */
const BEHIND_TIMESTAMP = [
  ...[ID.SimpleBlock, ID.BlockGroup, ID.PrevSize, ID.Position, ID.SilentTracks, ID.Void],
];

/** Whether the element at `position`, whose ID is none of the standard's, begins as a Cluster does. */
export async function isLikeCluster(
  window: SourceWindow,
  position: number,
  { size, headerLength }: ElementHeader,
): Promise<boolean> {
  const child: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  const available = await window.load(position, headerLength + MAX_START_BYTES);
  let at = position - window.start + headerLength;
  const start = at;
  const isOpen = size === UNKNOWN_SIZE;
  const end = at + Math.min(available - headerLength, isOpen ? MAX_START_BYTES : size);
  if (!readElementHeader(window.bytes, at, end, child)) return false;
  if (child.id === ID['CRC-32'] && child.size === 4) {
    at += child.headerLength + child.size;
    if (!readElementHeader(window.bytes, at, end, child)) return false;
  }
  if (child.id !== ID.Timestamp || child.size < 0 || child.size > 8) return false;
  at += child.headerLength + child.size;
  if (at >= end || at <= start || !readElementHeader(window.bytes, at, end, child)) return false;
  return BEHIND_TIMESTAMP.includes(child.id);
}

/** Table: parent => IDs of its elements whose loss is one of content. */
const CONTENT: Readonly<Record<'Segment' | 'Cluster', readonly number[]>> = {
  Segment: [ID.Info, ID.Tracks, ID.Cluster, ID.Tags, ID.Chapters, ID.Attachments],
  Cluster: [ID.SimpleBlock, ID.BlockGroup, ID.Timestamp],
};

/**
 * The note of an element in `parent` that is passed over; null if it is none of damage. Unknown elements are allowed (RFC 8794
 * clause 6.2), so only those are noted whose ID is one bit from that of an element with content.
 */
export function strangeElement(
  { id, size }: ElementHeader,
  element: ElementInfo | undefined,
  parent: 'Segment' | 'Cluster',
): string | null {
  if (element === undefined) {
    const isNear = CONTENT[parent].some((known) => isPowerOfTwo((known ^ id) >>> 0));
    if (!isNear) return null;
    return `an unknown element 0x${id.toString(16)} of ${size} bytes is left unread`;
  }
  const { name, type } = element;
  if (element.parent !== parent && element.parent !== '*') {
    return `${name} stands in a ${parent}; it is left unread`;
  }
  return type === 'uinteger' && size > 8 ? `${name} has ${size} bytes; it is left unread` : null;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
