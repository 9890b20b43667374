/**
 * All matches worth knowing at each position of a run of bytes (levels 10 to 13): for each length the nearest, found by binary
 * trees of the strings that begin with the same four bytes, and by a table for three bytes.
 *
 * Idea: the nodes of a tree are positions, sorted by the strings that begin there, with the newest at the root. Entering a
 * position splits its tree on the way down, and the way passes every position whose common prefix is longer than that of all
 * newer ones.
 */
import type { Arena } from '../kernels/arena.ts';
import {
  HASH_FACTOR,
  HASH4_BITS,
  KERNEL_SLICE,
  MATCH_SYMBOL_SHIFT,
  NOWHERE,
} from '../kernels/search-rules.ts';
import { FIND, LIST_WORDS } from '../kernels/words.ts';
import { distanceSymbol, MAX_DISTANCE, MAX_MATCH } from '../standard/symbols.ts';
import type { Window } from './window.ts';

/** Matches that one position can have: three bytes, and one for each length from 4 on. */
export const MOST_MATCHES = MAX_MATCH - 2;

/** A match: its length, above it the distance as symbols have it, and that one's symbol, which every search asks for. */
function matchOf(distance: number, length: number): number {
  return (distanceSymbol(distance) << MATCH_SYMBOL_SHIFT) | (distance << 9) | length;
}

/** How hard matches are looked for. */
export interface MatchOptions {
  /** Nodes on the way down that are compared at most. */
  readonly depth: number;
  /** The search skips the inside of a match this long. */
  readonly nice: number;
}

/** A kernel that is given the address of a list of words. */
export type ListKernel = (list: number) => void;

/** Bytes that a store takes in an arena. */
export function matchStoreBytes(capacity: number, matchCapacity: number): number {
  return 4 * (capacity + 1 + matchCapacity + MOST_MATCHES + 2 * MAX_DISTANCE + LIST_WORDS);
}

/** Matches by position, from `start` on. */
export class MatchStore {
  /** Position from `start` => the index of its first match in `matches`; one more at the end. */
  readonly begins: Int32Array;
  /** Matches, see `matchOf`, lengths rising within a position. */
  readonly matches: Int32Array;
  /** Position of `begins[0]`. */
  start = 0;
  /** The next position whose matches are to be found. */
  position = 0;
  private readonly window: Window;
  private readonly children: Int32Array;
  private readonly options: MatchOptions;
  private readonly list: Int32Array;
  private readonly findMatches: ListKernel | null;
  /** Positions before this lie in a long match and have no matches of their own. */
  private skipUntil = 0;

  /**
   * `capacity`: positions; `matchCapacity`: matches of all of them. `findMatches`: the kernel over the memory of `arena`, in
   * which the window lies too; null to do without.
   */
  constructor(
    window: Window,
    capacity: number,
    matchCapacity: number,
    options: MatchOptions,
    arena: Arena,
    findMatches: ListKernel | null,
  ) {
    this.window = window;
    this.begins = arena.words(capacity + 1);
    this.matches = arena.words(matchCapacity + MOST_MATCHES);
    this.children = arena.words(2 * MAX_DISTANCE).fill(NOWHERE);
    this.list = arena.words(LIST_WORDS);
    this.options = options;
    this.findMatches = findMatches;
  }

  /** Finds matches of positions up to `to`, or fewer if there is no more room for them. */
  find(to: number): void {
    const { begins, matches, options, start } = this;
    const { end } = this.window;
    const last = Math.min(to, start + begins.length - 1);
    const most = matches.length - MOST_MATCHES;
    if (this.findMatches !== null) {
      while (this.position < last && begins[this.position - start]! < most) {
        const sliceEnd = Math.min(last, this.position + KERNEL_SLICE);
        this.findWith(this.findMatches, sliceEnd, most);
      }
      return;
    }
    let position = this.position;
    let count = begins[position - start]!;
    while (position < last && count < most) {
      const room = end - position;
      if (position < this.skipUntil) {
        this.enter(position, Math.min(MAX_MATCH, room), -1);
      } else {
        const before = count;
        count = this.enter(position, Math.min(MAX_MATCH, room), count);
        const longest = count > before ? matches[count - 1]! & 511 : 0;
        if (longest >= options.nice) this.skipUntil = position + longest;
      }
      position++;
      begins[position - start] = count;
    }
    this.position = position;
  }

  /** The same by the kernel. */
  private findWith(findMatches: ListKernel, last: number, most: number): void {
    const { list, window, options, begins } = this;
    const index = this.position - this.start;
    list[FIND.position] = this.position;
    list[FIND.count] = begins[index]!;
    list[FIND.skipUntil] = this.skipUntil;
    list[FIND.last] = last;
    list[FIND.most] = most;
    list[FIND.end] = window.end;
    list[FIND.depth] = options.depth;
    list[FIND.nice] = options.nice;
    list[FIND.hash3Shift] = window.hash3Shift;
    list[FIND.bytes] = window.bytes.byteOffset;
    list[FIND.heads3] = window.heads3.byteOffset;
    list[FIND.heads4] = window.heads4.byteOffset;
    list[FIND.children] = this.children.byteOffset;
    list[FIND.begins] = begins.byteOffset + 4 * index;
    list[FIND.matches] = this.matches.byteOffset;
    findMatches(list.byteOffset);
    this.position = list[FIND.position]!;
    this.skipUntil = list[FIND.skipUntil]!;
  }

  /** Makes positions up to `to` known, and begins behind them. */
  skip(to: number): void {
    const { end } = this.window;
    while (this.position < to) {
      this.enter(this.position, Math.min(MAX_MATCH, end - this.position), -1);
      this.position++;
    }
    this.start = to;
    this.begins[0] = 0;
  }

  /** Forgets the matches of positions before `position`. */
  dropBefore(position: number): void {
    const { begins, matches } = this;
    const dropped = position - this.start;
    const first = begins[dropped]!;
    const left = this.position - position;
    matches.copyWithin(0, first, begins[dropped + left]!);
    for (let i = 0; i <= left; i++) begins[i] = begins[dropped + i]! - first;
    this.start = position;
  }

  /** All positions become smaller by `count`, as the window slides. */
  slide(count: number): void {
    const { children } = this;
    this.start -= count;
    this.position -= count;
    this.skipUntil -= count;
    for (let i = 0; i < children.length; i++) {
      const child = children[i]! - count;
      children[i] = child < NOWHERE ? NOWHERE : child;
    }
  }

  /** Enters a position into its tree. Writes matches from `count` on, unless that is negative; returns their end. */
  private enter(position: number, maxLength: number, count: number): number {
    if (maxLength < 4) return count;
    const { bytes, view, heads3, heads4, hash3Shift } = this.window;
    const { children, matches, options } = this;
    const isRecording = count >= 0;
    const nice = Math.min(options.nice, maxLength);
    const word = view.getInt32(position, true);
    const hash4 = Math.imul(word, HASH_FACTOR) >>> (32 - HASH4_BITS);
    const hash3 = Math.imul(word << 8, HASH_FACTOR) >>> hash3Shift;
    const near3 = heads3[hash3]!;
    let node = heads4[hash4]!;
    heads3[hash3] = position;
    heads4[hash4] = position;
    const farthest = position - MAX_DISTANCE + 1;
    let longest = 3;
    if (isRecording && near3 >= farthest && (view.getInt32(near3, true) ^ word) << 8 === 0) {
      matches[count++] = matchOf(position - near3, 3);
    }
    // The links at which the subtrees of smaller and of larger strings will be attached.
    let smaller = (position & (MAX_DISTANCE - 1)) << 1;
    let larger = smaller + 1;
    let smallerLength = 0;
    let largerLength = 0;
    for (let left = options.depth; node >= farthest && left > 0; left--) {
      const pair = (node & (MAX_DISTANCE - 1)) << 1;
      let length = smallerLength < largerLength ? smallerLength : largerLength;
      while (length < maxLength && bytes[node + length] === bytes[position + length]) length++;
      if (length > longest) {
        longest = length;
        if (isRecording) matches[count++] = matchOf(position - node, length);
      }
      if (length >= nice) {
        children[smaller] = children[pair]!;
        children[larger] = children[pair + 1]!;
        return count;
      }
      if (bytes[node + length]! < bytes[position + length]!) {
        children[smaller] = node;
        smaller = pair + 1;
        smallerLength = length;
        node = children[smaller]!;
      } else {
        children[larger] = node;
        larger = pair;
        largerLength = length;
        node = children[larger]!;
      }
    }
    children[smaller] = NOWHERE;
    children[larger] = NOWHERE;
    return count;
  }
}
