/** ContentEncodings (RFC 9559 clause 5.1.4.1.31): how the bytes of a track's frames were changed before they were stored. */
import { joinBytes } from '../../base/byte-stream.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { Budget } from '../../base/limits.ts';
import type { Children } from './ebml-reader.ts';

/** How to get a track's frames back. */
export interface ContentEncoding {
  readonly kind: 'header-stripping' | 'zlib';
  /** The bytes that were cut off the start of every frame; empty for zlib. */
  readonly prefix: Uint8Array;
  readonly appliesToFrames: boolean;
  readonly appliesToPrivate: boolean;
}

const SCOPE_FRAMES = 1;
const SCOPE_PRIVATE = 2;
const TYPE_COMPRESSION = 0;
const ALGO_ZLIB = 0;
const ALGO_HEADER_STRIPPING = 3;
const ALGO_NAMES = ['zlib', 'bzlib', 'lzo1x', 'header stripping'];

/**
 * Encodings of a TrackEntry in the order in which a reader undoes them (ContentEncodingOrder from high to low). Throws
 * `UnsupportedError` for encryption and for compressions other than zlib and header stripping.
 */
export function readContentEncodings(
  entry: Children,
  where: string,
  offset: number,
  budget: Budget,
): ContentEncoding[] {
  const encodings = entry.master('ContentEncodings').masters('ContentEncoding');
  budget.requireDepth('ContentEncoding', encodings.length, offset);
  encodings.sort((a, b) => b.uint('ContentEncodingOrder', 0) - a.uint('ContentEncodingOrder', 0));
  return encodings.map((encoding) => {
    if (encoding.uint('ContentEncodingType', TYPE_COMPRESSION) !== TYPE_COMPRESSION) {
      throw new UnsupportedError(`${where}.ContentEncodingType`, 'the track is encrypted');
    }
    const compression = encoding.master('ContentCompression');
    const algo = compression.uint('ContentCompAlgo', ALGO_ZLIB);
    if (algo !== ALGO_ZLIB && algo !== ALGO_HEADER_STRIPPING) {
      throw new UnsupportedError(
        `${where}.ContentCompAlgo`,
        `${ALGO_NAMES[algo] ?? algo} is not implemented, zlib and header stripping are`,
      );
    }
    const scope = encoding.uint('ContentEncodingScope', SCOPE_FRAMES);
    return {
      kind: algo === ALGO_ZLIB ? 'zlib' : 'header-stripping',
      prefix: compression.find('ContentCompSettings')?.data.slice() ?? new Uint8Array(0),
      appliesToFrames: (scope & SCOPE_FRAMES) !== 0,
      appliesToPrivate: (scope & SCOPE_PRIVATE) !== 0,
    };
  });
}

/**
 * `data` as it was before `encoding`. Throws `FormatError` for a damaged zlib stream, and for what becomes larger than
 * `maxBytes`.
 */
export async function undoEncoding(
  encoding: ContentEncoding,
  data: Uint8Array,
  offset: number,
  maxBytes: number,
): Promise<Uint8Array> {
  if (encoding.kind === 'zlib') return await inflate(data, offset, maxBytes);
  requireRoom(encoding.prefix.length + data.length, offset, maxBytes);
  return prepend(encoding.prefix, data);
}

/** Place that the error of a frame names which becomes too large. */
export const EXPANSION = 'matroska.Block.expansion';

function requireRoom(bytes: number, offset: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new FormatError(
    EXPANSION,
    `a compressed frame has more than ${Math.floor(maxBytes)} bytes, which is what the file may still expand to (limits.maxExpansion, limits.maxPacketBytes)`,
    offset,
  );
}

/** `prefix` followed by `data`. */
function prepend(prefix: Uint8Array, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(prefix.length + data.length);
  whole.set(prefix);
  whole.set(data, prefix.length);
  return whole;
}

/** Bytes of the shortest zlib stream, RFC 1950 clause 2.2: two of header, two of an empty block, four of checksum. */
const MIN_ZLIB_BYTES = 8;

/** Inflates a zlib stream (RFC 1950) with what the platform has. */
async function inflate(data: Uint8Array, offset: number, maxBytes: number): Promise<Uint8Array> {
  if (data.length < MIN_ZLIB_BYTES) {
    throw new FormatError('matroska.Block', 'its zlib stream is cut off', offset);
  }
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  // The other end of the stream tells of its errors too.
  writer.write(data.slice()).catch(() => {});
  writer.close().catch(() => {});
  const parts: Uint8Array[] = [];
  let total = 0;
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      total += value.length;
      requireRoom(total, offset, maxBytes);
      parts.push(value);
    }
  } catch (cause) {
    await reader.cancel().catch(() => {});
    if (cause instanceof FormatError) throw cause;
    throw new FormatError('matroska.Block', 'its zlib stream is damaged', offset, { cause });
  }
  return parts.length === 1 ? parts[0]! : joinBytes(parts);
}
