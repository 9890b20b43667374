/**
 * The bytes that a compressor works on: what matches may reach back to, what waits to be coded, and the hash chains over both.
 * Positions are indexes of `bytes`; when the window slides, all positions that are kept are made smaller by the same amount.
 */
import { Arena, wordBytes } from '../kernels/arena.ts';
import { HASH_FACTOR, HASH4_BITS, NOWHERE } from '../kernels/search-rules.ts';
import { MAX_DISTANCE } from '../standard/symbols.ts';

/** Bytes behind the last one that may be read, and mean nothing. */
export const PADDING = 16;
/** Positions stay far below 2^31. */
const MAX_BASE = 1 << 30;
/** Bytes that a window takes in an arena. */
export function windowBytes(capacity: number, hash3Bits: number): number {
  return wordBytes(capacity + PADDING) + 4 * ((1 << HASH4_BITS) + (1 << hash3Bits) + MAX_DISTANCE);
}

function ownArena(capacity: number, hash3Bits: number): Arena {
  return new Arena(new ArrayBuffer(windowBytes(capacity, hash3Bits)));
}

/** Memory of a compressor. */
export class Window {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The last position with a hash of four bytes, of three. */
  readonly heads4: Int32Array;
  readonly heads3: Int32Array;
  /** The position before this one with the same hash of four bytes, by the lowest 15 bits of the position. */
  readonly previous: Int32Array;
  /** The shift that makes the hash of three bytes an index of `heads3`. */
  readonly hash3Shift: number;
  /** Bytes are there from 0 to before `end`. */
  end = 0;
  /** What positions in `heads4`, `heads3` and `previous` are larger by: see `slideLightly`. */
  base = 0;

  /**
   * `capacity`: bytes that fit. `hash3Bits`: bits of the hash of three bytes; with few of them nearly all that noisy pictures
   * have of such matches is forgotten before it comes again: 1.1 % of a photo's rows between 14 and 18 bits at level 13, and 0.1 % of
   * its samples without filters between 18 and 20.
   */
  constructor(capacity: number, hash3Bits: number, arena: Arena = ownArena(capacity, hash3Bits)) {
    this.bytes = arena.bytes(capacity + PADDING);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    this.heads4 = arena.words(1 << HASH4_BITS).fill(NOWHERE);
    this.heads3 = arena.words(1 << hash3Bits).fill(NOWHERE);
    this.hash3Shift = 32 - hash3Bits;
    this.previous = arena.words(MAX_DISTANCE).fill(NOWHERE);
  }

  /** Forgets all bytes. */
  reset(): void {
    this.end = 0;
    this.base = 0;
    // `previous` needs no clearing: its entries are reached from `heads3` and `heads4` only.
    this.heads4.fill(NOWHERE);
    this.heads3.fill(NOWHERE);
  }

  /** Puts bytes behind the last one; the caller has seen to it that they fit. */
  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Enters every `stride`-th position into the chains; `threes`: into those of three bytes as well. */
  insert(from: number, to: number, stride: number, threes: boolean): void {
    const { view, heads3, heads4, previous, hash3Shift, base } = this;
    const last = Math.min(to, this.end - 3);
    for (let position = from; position < last; position += stride) {
      const word = view.getInt32(position, true);
      const hash4 = Math.imul(word, HASH_FACTOR) >>> (32 - HASH4_BITS);
      previous[position & (MAX_DISTANCE - 1)] = heads4[hash4]!;
      heads4[hash4] = position + base;
      if (threes) heads3[Math.imul(word << 8, HASH_FACTOR) >>> hash3Shift] = position + base;
    }
  }

  /**
   * Drops the first `count` bytes, a multiple of 32768, and leaves the positions as they are, but for `base`: at level 1, making all of them
   * smaller without a kernel takes a tenth of the time.
   */
  slideLightly(count: number): void {
    this.bytes.copyWithin(0, count, this.end);
    this.end -= count;
    this.base += count;
    if (this.base < MAX_BASE) return;
    for (const positions of [this.heads4, this.heads3, this.previous]) lower(positions, this.base);
    this.base = 0;
  }

  /** Drops the first `count` bytes, a multiple of 32768. `kernel` is `lower` over the memory of the arena; null to do without. */
  slide(count: number, kernel: LowerKernel | null = null): void {
    this.bytes.copyWithin(0, count, this.end);
    this.end -= count;
    for (const positions of [this.heads4, this.heads3, this.previous]) {
      if (kernel === null) lower(positions, count);
      else kernel(positions.byteOffset, count, positions.length >> 2);
    }
  }
}

/** How many bytes at two positions are the same, at most `longest`; the first four are known to be. */
export function matchLength(
  view: DataView,
  position: number,
  candidate: number,
  longest: number,
): number {
  let length = 4;
  while (length < longest) {
    const differing =
      view.getInt32(position + length, true) ^ view.getInt32(candidate + length, true);
    if (differing !== 0) {
      length += (31 - Math.clz32(differing & -differing)) >> 3;
      return length < longest ? length : longest;
    }
    length += 4;
  }
  return longest;
}

/** Makes positions smaller, four a round. */
export type LowerKernel = (positions: number, by: number, fours: number) => void;

function lower(positions: Int32Array, count: number): void {
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]! - count;
    positions[i] = position < NOWHERE ? NOWHERE : position;
  }
}
