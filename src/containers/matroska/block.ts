/** Blocks (RFC 9559 clause 10): the header of Block and SimpleBlock, and the frames in them with every kind of lacing. */
import { FormatError } from '../../base/errors.ts';
import type { PacketAddition } from '../../base/packet.ts';
import { readVint, UNKNOWN_SIZE } from './ebml-reader.ts';
import type { ReaderTrack } from './track-reader.ts';

/** Header of a Block or SimpleBlock, clauses 10.1 and 10.2. */
export interface BlockHeader {
  trackNumber: number;
  /** Ticks from the Cluster's Timestamp, -32768..32767. */
  relative: number;
  flags: number;
  /** Bytes of the header. */
  length: number;
}

/** A frame out of a block. */
export interface BlockFrame {
  readonly track: ReaderTrack;
  readonly data: Uint8Array;
  /** Ticks at which the block begins, CodecDelay taken off. */
  readonly pts: number;
  /** Its place among the frames of the block, from 0. */
  readonly laceIndex: number;
  /** Ticks as BlockDuration or DefaultDuration say, not rounded; -1 if neither is there. */
  readonly duration: number;
  readonly isKey: boolean;
  /** Nanoseconds. */
  readonly discardPadding: number;
  /** What stands beside the block, with its first frame; undefined if nothing does. */
  readonly additions: readonly PacketAddition[] | undefined;
}

/** Flag of SimpleBlock: all frames are key frames. */
export const KEYFRAME_FLAG = 0x80;

const LACING_MASK = 0x06;
const XIPH_LACING = 0x02;
const FIXED_SIZE_LACING = 0x04;

/** Reads the header of the block at `start` into `header`. Throws `FormatError`; `offset` is that of `bytes[0]`. */
export function readBlockHeader(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
  header: BlockHeader,
): void {
  const length = start < end ? Math.clz32(bytes[start]!) - 23 : 9;
  if (length > 8 || start + length + 3 > end) {
    throw new FormatError('matroska.Block', 'is too short for its header', offset + start);
  }
  header.trackNumber = readVint(bytes, start, length);
  const at = start + length;
  header.relative = (((bytes[at]! << 8) | bytes[at + 1]!) << 16) >> 16;
  header.flags = bytes[at + 2]!;
  header.length = length + 3;
}

/** Most frames of one block: their number less one is a byte. */
const MAX_FRAMES = 256;

/** Sizes of the frames of one block after the other: no list is made for each. */
export class FrameSizes {
  readonly bytes = new Float64Array(MAX_FRAMES);
  count = 0;

  /** Adds the size of the next frame. */
  push(size: number): void {
    this.bytes[this.count++] = size;
  }

  /** The sizes, as a copy. */
  values(): Float64Array {
    return this.bytes.slice(0, this.count);
  }
}

/**
 * Sizes of the frames in a block without its header, whose data goes from `at` to before `end`: they replace those in `sizes`.
 * Returns where the first frame begins. Throws `FormatError` for sizes that do not add up; clauses 10.3.1 to 10.3.4.
 */
export function readLacing(
  bytes: Uint8Array,
  at: number,
  end: number,
  flags: number,
  offset: number,
  sizes: FrameSizes,
): number {
  sizes.count = 0;
  if ((flags & LACING_MASK) !== 0) return readSizes(bytes, at, end, flags, offset, sizes);
  sizes.push(end - at);
  return at;
}

/** `readLacing` of blocks that have lacing. It is apart because its closure would cost a context for every block. */
function readSizes(
  bytes: Uint8Array,
  at: number,
  end: number,
  flags: number,
  offset: number,
  sizes: FrameSizes,
): number {
  const lacing = flags & LACING_MASK;
  const fail = (detail: string): never => {
    throw new FormatError('matroska.Block.lacing', detail, offset + at);
  };
  if (at >= end) fail('the number of frames is missing');
  const count = bytes[at]! + 1;
  let next = at + 1;
  if (lacing === FIXED_SIZE_LACING) {
    const size = (end - next) / count;
    if (!Number.isInteger(size)) fail(`${end - next} bytes are not ${count} frames of equal size`);
    for (let i = 0; i < count; i++) sizes.push(size);
    return next;
  }
  let total = 0;
  let size = 0;
  for (let i = 0; i < count - 1; i++) {
    if (lacing === XIPH_LACING) {
      size = 0;
      let byte = 255;
      while (byte === 255) {
        if (next >= end) fail('a frame size is cut off');
        byte = bytes[next++]!;
        size += byte;
      }
    } else {
      const length = next < end ? Math.clz32(bytes[next]!) - 23 : 9;
      if (length > 8 || next + length > end) fail('a frame size is cut off');
      const value = readVint(bytes, next, length);
      if (value === UNKNOWN_SIZE && i === 0) fail('the first frame size is reserved');
      // The first size is plain; then come differences, shifted to be unsigned: clause 10.3.3.
      const all = value === UNKNOWN_SIZE ? 2 ** (7 * length) - 1 : value;
      size = i === 0 ? all : size + all - (2 ** (7 * length - 1) - 1);
      next += length;
    }
    total += size;
    if (size < 0 || total > end - next) fail(`frame ${i} of ${count} has ${size} bytes, too many`);
    sizes.push(size);
  }
  if (total > end - next) fail('the frame sizes reach past the block');
  sizes.push(end - next - total);
  return next;
}
