/** What strips and tiles are compressed with: PackBits (TIFF clause 9), LZW (clause 13), and zlib (Photoshop TIFF Technical Notes). */
import { FormatError, UnsupportedError } from '../../../base/errors.ts';
import { unzlib } from '../../deflate/index.ts';
import { COMPRESSION } from './tags.ts';

/**
 * The bytes of a strip or tile (TIFF clauses 9 and 13); those that are missing at its end are 0, as other readers have them.
 * @param length how many bytes it has when it is whole
 * @param offset where it lies in the file, for errors
 */
export function expand(
  compression: number,
  bytes: Uint8Array,
  length: number,
  offset: number,
): Uint8Array {
  const out = new Uint8Array(length);
  switch (compression) {
    case COMPRESSION.none:
      out.set(bytes.subarray(0, length));
      return out;
    case COMPRESSION.packBits:
      expandPackBits(bytes, out);
      return out;
    case COMPRESSION.lzw:
      expandLzw(bytes, out, offset);
      return out;
    case COMPRESSION.deflate:
    case COMPRESSION.oldDeflate:
      out.set(expandZlib(bytes, length, offset).subarray(0, length));
      return out;
    default:
      throw new UnsupportedError(
        'tiff.Compression',
        `${compression} is not read; 1 (none), 5 (LZW), 8 (deflate) and 32773 (PackBits) are`,
      );
  }
}

function expandZlib(bytes: Uint8Array, length: number, offset: number): Uint8Array {
  try {
    return unzlib(bytes, { maxBytes: length + 65536 });
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError('tiff.strip', cause.message, offset, { cause });
  }
}

/** PackBits: a count n and n + 1 bytes as they are, or a count -n and one byte n + 1 times; -128 is nothing. */
function expandPackBits(bytes: Uint8Array, out: Uint8Array): void {
  let to = 0;
  for (let at = 0; at < bytes.length && to < out.length; ) {
    const count = (bytes[at++]! << 24) >> 24;
    if (count >= 0) {
      const run = bytes.subarray(at, at + Math.min(count + 1, out.length - to));
      out.set(run, to);
      at += count + 1;
      to += count + 1;
    } else if (count !== -128) {
      out.fill(bytes[at++] ?? 0, to, to + 1 - count);
      to += 1 - count;
    }
  }
}

const CLEAR_CODE = 256;
const END_OF_INFORMATION = 257;
const FIRST_FREE_CODE = 258;
const MOST_CODES = 4096;

/** LZW with codes of 9 to 12 bits, the highest bits first; a code grows one entry before the table needs it. */
function expandLzw(bytes: Uint8Array, out: Uint8Array, offset: number): void {
  const prefix = new Uint16Array(MOST_CODES);
  const last = new Uint8Array(MOST_CODES);
  const length = new Uint16Array(MOST_CODES).fill(1, 0, CLEAR_CODE);
  for (let i = 0; i < CLEAR_CODE; i++) last[i] = i;
  let next = FIRST_FREE_CODE;
  let width = 9;
  let previous = -1;
  let to = 0;
  let buffer = 0;
  let available = 0;
  for (let at = 0; to < out.length; ) {
    while (available < width) {
      if (at >= bytes.length) return;
      buffer = ((buffer << 8) | bytes[at++]!) & 0xfffffff;
      available += 8;
    }
    available -= width;
    const code = (buffer >> available) & ((1 << width) - 1);
    if (code === END_OF_INFORMATION) return;
    if (code === CLEAR_CODE) {
      next = FIRST_FREE_CODE;
      width = 9;
      previous = -1;
      continue;
    }
    if (code > next || (code >= FIRST_FREE_CODE && previous < 0)) {
      throw new FormatError('tiff.strip', `LZW code ${code} (TIFF clause 13)`, offset);
    }
    // The string of a code is written from its end; one that is not in the table yet is the one before and its own first byte.
    const isNew = code === next;
    const known = isNew ? previous : code;
    const count = length[known]!;
    let link = known;
    for (let i = to + count - 1; i >= to; i--) {
      if (i < out.length) out[i] = last[link]!;
      link = prefix[link]!;
    }
    const first = out[to]!;
    if (isNew && to + count < out.length) out[to + count] = first;
    to += count + (isNew ? 1 : 0);
    if (previous >= 0 && next < MOST_CODES) {
      prefix[next] = previous;
      last[next] = first;
      length[next] = length[previous]! + 1;
      next++;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    previous = code;
  }
}
