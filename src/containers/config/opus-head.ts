/**
 * Opus configuration: the identification header `OpusHead` (RFC 7845 clause 5.1), which is the canonical form here and
 * in Matroska, and `OpusSpecificBox` of MP4 (Encapsulation of Opus in ISO Base Media File Format, clause 4.3.2). The
 * fields are the same; the box has no magic, its version is 0, and its integers are big endian.
 */
import { FormatError } from '../../base/errors.ts';

const MAGIC_BYTES = 8;
const MIN_BOX_BYTES = 11;

/** Copies the fixed fields, turning the byte order of pre-skip (16 bits), rate (32) and gain (16). */
function turnIntegers(bytes: Uint8Array, at: number): void {
  bytes.subarray(at + 2, at + 4).reverse();
  bytes.subarray(at + 4, at + 8).reverse();
  bytes.subarray(at + 8, at + 10).reverse();
}

/** The content of `dOps` for an `OpusHead`. Throws `FormatError` if it is none. */
export function opusHeadToBox(head: Uint8Array): Uint8Array {
  const magic = String.fromCharCode(...head.subarray(0, MAGIC_BYTES));
  if (magic !== 'OpusHead' || head.length < MAGIC_BYTES + MIN_BOX_BYTES) {
    throw new FormatError('opus.config', 'not an OpusHead of 19 bytes or more (RFC 7845 5.1)');
  }
  const box = head.slice(MAGIC_BYTES);
  box[0] = 0;
  turnIntegers(box, 0);
  return box;
}

/** The `OpusHead` for the content of a `dOps`. Throws `FormatError` if it is too short. */
export function opusBoxToHead(box: Uint8Array): Uint8Array {
  if (box.length < MIN_BOX_BYTES) {
    throw new FormatError('opus.dOps', `got ${box.length} bytes, allowed are 11 or more`);
  }
  const head = new Uint8Array(MAGIC_BYTES + box.length);
  for (let i = 0; i < MAGIC_BYTES; i++) head[i] = 'OpusHead'.charCodeAt(i);
  head.set(box, MAGIC_BYTES);
  head[MAGIC_BYTES] = 1;
  turnIntegers(head, MAGIC_BYTES);
  return head;
}

/** Samples at 48 kHz to drop at the start, PreSkip of RFC 7845 clause 5.1; 0 if `head` is none. */
export function opusPreSkip(head: Uint8Array): number {
  return head.length >= MAGIC_BYTES + MIN_BOX_BYTES ? head[10] | (head[11] << 8) : 0;
}
