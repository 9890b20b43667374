/**
 * Finds where the blocks of a picture come from. When a screen scrolls, a window is dragged or a page returns, blocks move by
 * hundreds of samples and stay the same to the last bit. Motion search looks around a few starts and does not find such vectors;
 * a table of what the other picture holds does.
 *
 * Idea: every 16x16 window of a picture has a hash, which rolls along rows and down columns (Karp and Rabin, 1987). A window is
 * an anchor where its hash has certain bits, one window in 64: the same content makes the same anchors wherever it lies, so that
 * two pictures can be compared by their anchors alone (Manber, 1994). An anchor that the other picture has once votes for a
 * displacement; the displacements with the most votes are tried on each macroblock, sample by sample.
 *
 * Cost: the anchors of a picture of 1280x720 take 6 ms to find, 2 ms with vectors (node 20). So callers should search rarely
 * where nothing is found.
 */
import {
  ANCHOR_BITS,
  type CreateWindowRows,
  MIX_FACTOR,
  PlainWindowRows,
  WINDOW as WINDOWS,
  type WindowRows,
} from '../kernels/plain/window-rows.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';

/** Windows are as large as macroblocks: large enough for a few letters, so that few are alike. */
const WINDOW = WINDOWS.anchors;

/** Displacements that are tried on each macroblock, beside those of its neighbors. */
const MAX_DISPLACEMENTS = 12;
/** Votes that a displacement needs. */
const MIN_VOTES = 3;

/** In place of a packed displacement: the macroblock is nowhere in the other picture. */
export const NO_ORIGIN = 0x7fffffff;

/** In place of a window's position: nothing, or more than one window has the hash. */
const EMPTY = -1;
const AMBIGUOUS = -2;

/** The luma samples of a picture. */
export interface LumaPlane {
  readonly bytes: Uint8Array;
  /** The same bytes, four at a time. */
  readonly words: Int32Array;
  /** Position of the first sample; a multiple of 4. */
  readonly position: number;
}

/** The anchors of one picture, in the order they were found, and an open hash table to look them up. */
export class AnchorTable {
  readonly hashes: Int32Array;
  /** Position of each anchor's window, 65536·y + x. */
  readonly places: Int32Array;
  count = 0;
  /** Pairs, so that a look costs one line of the cache: position of the window with a hash, EMPTY or AMBIGUOUS; the hash. */
  private readonly slots: Int32Array;

  /** For pictures of `samples` luma samples. */
  constructor(samples: number) {
    const capacity = Math.max(64, samples >> (ANCHOR_BITS - 1));
    const size = 1 << (32 - Math.clz32(2 * capacity - 1));
    this.hashes = new Int32Array(capacity);
    this.places = new Int32Array(capacity);
    this.slots = new Int32Array(2 * size).fill(EMPTY);
  }

  clear(): void {
    this.slots.fill(EMPTY);
    this.count = 0;
  }

  /** Adds an anchor; ignored once the table is full. */
  add(hash: number, place: number): void {
    if (this.count >= this.hashes.length) return;
    const at = this.slotOf(hash);
    this.slots[at] = this.slots[at] === EMPTY ? place : AMBIGUOUS;
    this.slots[at + 1] = hash;
    this.hashes[this.count] = hash;
    this.places[this.count++] = place;
  }

  /** Where the window with this hash lies; negative if there is none, or more than one. */
  placeOf(hash: number): number {
    return this.slots[this.slotOf(hash)];
  }

  /** How many of the anchors none of the other tables has. Of a table that is empty, as many as one of a picture that is all detail would have. */
  countMissing(others: readonly AnchorTable[]): number {
    if (this.count === 0) return this.hashes.length >> 1;
    let missing = 0;
    for (let i = 0; i < this.count; i++) {
      if (others.every((other) => other.placeOf(this.hashes[i]) === EMPTY)) missing++;
    }
    return missing;
  }

  private slotOf(hash: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = (Math.imul(hash, MIX_FACTOR) << 1) & mask;
    while (slots[at] !== EMPTY && slots[at + 1] !== hash) at = (at + 2) & mask;
    return at;
  }
}

/** Compares pictures of one size; whole macroblocks, luma only. */
export class BlockOrigins {
  private readonly widthInMbs: number;
  private readonly heightInMbs: number;
  private readonly stride: number;
  private readonly createRows: CreateWindowRows | null;
  /** Finds the anchors of rows; null before the first picture that is searched. */
  private rows: WindowRows | null = null;
  // Votes by displacement, an open hash table, and the displacements with the most of them.
  private readonly voteKeys: Int32Array;
  private readonly votes: Int32Array;
  private readonly best: Int32Array = new Int32Array(MAX_DISPLACEMENTS);
  private readonly bestVotes: Int32Array = new Int32Array(MAX_DISPLACEMENTS);
  private bestCount = 0;

  /**
   * @param stride bytes from row to row in all pictures, a multiple of 4 as are their positions
   * @param createRows finds anchors in the memory of the pictures; null: the plain way, in any memory
   */
  constructor(
    widthInMbs: number,
    heightInMbs: number,
    stride: number,
    createRows: CreateWindowRows | null = null,
  ) {
    this.widthInMbs = widthInMbs;
    this.heightInMbs = heightInMbs;
    this.stride = stride;
    this.createRows = createRows;
    this.voteKeys = new Int32Array(VOTE_SLOTS);
    this.votes = new Int32Array(VOTE_SLOTS);
  }

  /** A table for the anchors of one picture. */
  createTable(): AnchorTable {
    return new AnchorTable(256 * this.widthInMbs * this.heightInMbs);
  }

  /** Fills `table` with the anchors of a picture. */
  index({ bytes, position }: LumaPlane, table: AnchorTable): void {
    const { stride, widthInMbs, heightInMbs } = this;
    this.rows ??= this.createRows?.('anchors') ?? new PlainWindowRows('anchors', 16 * widthInMbs);
    const { rows } = this;
    const { found } = rows;
    table.clear();
    rows.start();
    for (let y = 0; y < 16 * heightInMbs; y++) {
      const count = rows.next(bytes, position + y * stride);
      const top = y - WINDOW + 1;
      if (top < 0) continue;
      const row = position + top * stride;
      for (let i = 0; i < 2 * count; i += 2) {
        const left = found[i];
        // Where a page is black, every window is such an anchor: looked at sample by sample they would take most of the time.
        if (found[i + 1] === BLACK_HASH) continue;
        if (hasDetail(bytes, row + left, stride)) table.add(found[i + 1], (top << 16) | left);
      }
    }
  }

  /**
   * Marks the macroblocks that are the same in two pictures.
   * @param origins receives 0 by macroblock where both are the same, else NO_ORIGIN
   * @returns how many are not the same
   */
  findStill(current: LumaPlane, other: LumaPlane, origins: Int32Array): number {
    let changed = 0;
    for (let mbAddr = 0; mbAddr < origins.length; mbAddr++) {
      const isStill = this.isAt(current, other, mbAddr, 0);
      origins[mbAddr] = isStill ? 0 : NO_ORIGIN;
      if (!isStill) changed++;
    }
    return changed;
  }

  /**
   * Finds macroblocks that have no origin yet elsewhere in another picture.
   * @param origins receives the packed displacement in full samples: what lies at (x + dx, y + dy) in the other picture is the
   *   same to the last bit; macroblocks that are found nowhere stay NO_ORIGIN
   * @param withStill whether they may also lie where they are
   * @returns how many were found
   */
  findMoved(
    current: LumaPlane,
    currentTable: AnchorTable,
    other: LumaPlane,
    otherTable: AnchorTable,
    origins: Int32Array,
    withStill: boolean,
  ): number {
    this.countVotes(currentTable, otherTable);
    const { widthInMbs } = this;
    let found = 0;
    for (let mbAddr = 0; mbAddr < origins.length; mbAddr++) {
      if (origins[mbAddr] !== NO_ORIGIN) continue;
      const mbX = mbAddr % widthInMbs;
      const left = mbX > 0 ? origins[mbAddr - 1] : NO_ORIGIN;
      const above = mbAddr >= widthInMbs ? origins[mbAddr - widthInMbs] : NO_ORIGIN;
      for (let i = withStill ? -3 : -2; i < this.bestCount; i++) {
        const displacement = i === -3 ? 0 : i === -2 ? left : i === -1 ? above : this.best[i];
        if (displacement === NO_ORIGIN || (displacement === 0 && i > -3)) continue;
        if (!this.isAt(current, other, mbAddr, displacement)) continue;
        origins[mbAddr] = displacement;
        found++;
        break;
      }
    }
    return found;
  }

  /** Whether a macroblock is the same as what lies at a displacement in another picture. */
  private isAt(
    current: LumaPlane,
    other: LumaPlane,
    mbAddr: number,
    displacement: number,
  ): boolean {
    const { widthInMbs, stride } = this;
    const mbX = mbAddr % widthInMbs;
    const mbY = (mbAddr - mbX) / widthInMbs;
    const dx = mvX(displacement);
    const dy = mvY(displacement);
    if (!this.isInside(16 * mbX + dx, 16 * mbY + dy)) return false;
    const offset = 16 * (mbY * stride + mbX);
    const from = other.position + offset + dy * stride + dx;
    return isSameBlock(current, current.position + offset, other, from, stride);
  }

  /** Whether a whole macroblock lies at (x, y). */
  private isInside(x: number, y: number): boolean {
    const { widthInMbs, heightInMbs } = this;
    return x >= 0 && y >= 0 && x <= 16 * (widthInMbs - 1) && y <= 16 * (heightInMbs - 1);
  }

  /** Lets the anchors that both pictures have vote, and picks the displacements with the most votes. */
  private countVotes(currentTable: AnchorTable, otherTable: AnchorTable): void {
    const { voteKeys, votes } = this;
    votes.fill(0);
    this.bestCount = 0;
    for (let i = 0; i < currentTable.count; i++) {
      const to = currentTable.places[i];
      const from = otherTable.placeOf(currentTable.hashes[i]);
      if (from < 0 || from === to) continue;
      const dx = (from & 0xffff) - (to & 0xffff);
      const key = packMv(dx, (from >> 16) - (to >> 16));
      let at = (Math.imul(key, MIX_FACTOR) >>> 20) & (VOTE_SLOTS - 1);
      for (let probe = 0; probe < 16 && votes[at] > 0 && voteKeys[at] !== key; probe++) {
        at = (at + 1) & (VOTE_SLOTS - 1);
      }
      if (votes[at] > 0 && voteKeys[at] !== key) continue;
      voteKeys[at] = key;
      votes[at]++;
    }
    for (let at = 0; at < VOTE_SLOTS; at++) {
      if (votes[at] >= MIN_VOTES) this.rank(voteKeys[at], votes[at]);
    }
  }

  /** Puts a displacement among the best by its votes; equal ones stay in the order of the table. */
  private rank(displacement: number, votes: number): void {
    const { best, bestVotes } = this;
    let at = Math.min(this.bestCount, MAX_DISPLACEMENTS - 1);
    if (this.bestCount === MAX_DISPLACEMENTS && bestVotes[at] >= votes) return;
    for (; at > 0 && bestVotes[at - 1] < votes; at--) {
      best[at] = best[at - 1];
      bestVotes[at] = bestVotes[at - 1];
    }
    best[at] = displacement;
    bestVotes[at] = votes;
    if (this.bestCount < MAX_DISPLACEMENTS) this.bestCount++;
  }
}

/** Slots of the table of votes. */
const VOTE_SLOTS = 4096;

/** The hash of a window whose samples are all 0, the only flat one that is an anchor. */
const BLACK_HASH = 0;

/** Whether neither all rows of a window are alike nor all columns: else the window fits at many places along a line. */
function hasDetail(bytes: Uint8Array, at: number, stride: number): boolean {
  let rowsDiffer = false;
  let columnsDiffer = false;
  for (let y = 0; y < WINDOW && !(rowsDiffer && columnsDiffer); y++) {
    const row = at + y * stride;
    for (let x = 0; x < WINDOW; x++) {
      if (bytes[row + x] !== bytes[at + x]) rowsDiffer = true;
      if (bytes[row + x] !== bytes[row]) columnsDiffer = true;
    }
  }
  return rowsDiffer && columnsDiffer;
}

/** Whether the 16x16 blocks at `a` and `b` of two pictures are the same; `a` is a multiple of 4. */
function isSameBlock(
  current: LumaPlane,
  a: number,
  other: LumaPlane,
  b: number,
  stride: number,
): boolean {
  if ((b & 3) !== 0) return isSameBetweenWords(current.bytes, a, other.bytes, b, stride);
  const { words } = current;
  const others = other.words;
  for (let y = 0; y < 16; y++) {
    const i = (a + y * stride) >> 2;
    const k = (b + y * stride) >> 2;
    const difference =
      (words[i] ^ others[k]) |
      (words[i + 1] ^ others[k + 1]) |
      (words[i + 2] ^ others[k + 2]) |
      (words[i + 3] ^ others[k + 3]);
    if (difference !== 0) return false;
  }
  return true;
}

function isSameBetweenWords(
  bytes: Uint8Array,
  a: number,
  others: Uint8Array,
  b: number,
  stride: number,
): boolean {
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      if (bytes[a + y * stride + x] !== others[b + y * stride + x]) return false;
    }
  }
  return true;
}
