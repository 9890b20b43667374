/**
 * Finds where quarters of macroblocks come from: new text is made of letters that are on the screen already. A macroblock of a new page is found
 * nowhere as a whole, but of its 8x8 blocks, which are about as large as a letter, a half to nine in ten are somewhere in the
 * picture before, to the last bit. A vector costs 20 to 50 bits, a letter that is coded anew 200.
 *
 * Idea: the blocks that are looked for are put into a hash table, and a hash that rolls over all 8x8 windows of the other picture (Karp and
 * Rabin, 1987) asks it. So the table is small, whatever the other picture holds. Of the places where a block lies the one is taken that its
 * neighbors share, for then they share a vector.
 *
 * Cost: 4 ms for a picture of 1280x720 (node 20), spent only where blocks are missing.
 */
import {
  COLUMN_FACTOR,
  type CreateWindowRows,
  FILTER_BITS,
  MIX_FACTOR,
  PlainWindowRows,
  ROW_FACTOR,
  WINDOW,
  type WindowRows,
} from '../kernels/plain/window-rows.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';
import { type LumaPlane, NO_ORIGIN } from './block-origins.ts';

/** Width and height of the blocks. */
const PART = WINDOW.asked;

/** Slots of the table; of more blocks with different hashes than a half of them the rest is not looked for. */
const SLOTS = 1 << 14;
/** Places that are kept of each block. */
const MAX_PLACES = 8;
/** Fewer blocks are not worth a look. */
const MIN_PARTS = 16;
/** Samples of a block that is looked for span at least so many gray levels: flat ones cost next to nothing anyway. */
const MIN_RANGE = 24;

const EMPTY = -1;

/** Makes a `PartOrigins` from what its constructor takes. */
export type CreatePartOrigins = (
  ...parts: ConstructorParameters<typeof PartOrigins>
) => PartOrigins;

/** Looks for the quarters of macroblocks of one stream's pictures. */
export class PartOrigins {
  private readonly widthInMbs: number;
  private readonly heightInMbs: number;
  private readonly stride: number;
  private readonly createRows: CreateWindowRows | null;
  /** Finds the windows that are asked for; null before the first picture that is searched. */
  private windows: WindowRows | null = null;
  private readonly slotHashes = new Int32Array(SLOTS);
  /** By slot: how many places were found, EMPTY where no block has the hash; and the last MAX_PLACES of them, 65536·y + x. */
  private readonly counts = new Int32Array(SLOTS);
  private readonly places = new Int32Array(MAX_PLACES * SLOTS);
  /** By part: its slot, or EMPTY if it is not looked for. */
  private readonly slots: Int32Array;

  /**
   * @param stride bytes from row to row in all pictures
   * @param createRows as `BlockOrigins` has it
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
    this.slots = new Int32Array(4 * widthInMbs * heightInMbs);
  }

  /**
   * Finds parts of the macroblocks that have no origin as a whole.
   * @param displacements by macroblock, NO_ORIGIN where its parts are to be found
   * @param parts receives the packed displacement in full samples by part, 4·mbAddr + its number, or NO_ORIGIN
   * @returns how many were found
   */
  find(current: LumaPlane, other: LumaPlane, displacements: Int32Array, parts: Int32Array): number {
    parts.fill(NO_ORIGIN);
    this.windows ??=
      this.createRows?.('asked') ?? new PlainWindowRows('asked', 16 * this.widthInMbs);
    const { windows } = this;
    if (this.ask(current, displacements, windows.filter) < MIN_PARTS) return 0;
    this.scan(other, windows);
    let found = 0;
    for (let mbY = 0; mbY < this.heightInMbs; mbY++) {
      for (let half = 0; half < 4; half += 2) {
        for (let mbX = 0; mbX < this.widthInMbs; mbX++) {
          const part = 4 * (mbY * this.widthInMbs + mbX) + half;
          if (this.choose(current, other, part, displacements, parts)) found++;
          if (this.choose(current, other, part + 1, displacements, parts)) found++;
        }
      }
    }
    return found;
  }

  /** Puts the blocks with detail of macroblocks without origin into the table; returns how many. */
  private ask(
    { bytes, position }: LumaPlane,
    displacements: Int32Array,
    filter: Uint8Array,
  ): number {
    const { slotHashes, counts, slots, stride } = this;
    filter.fill(0);
    counts.fill(EMPTY);
    slots.fill(EMPTY);
    let asked = 0;
    let used = 0;
    for (let part = 0; part < slots.length; part++) {
      if (displacements[part >> 2] !== NO_ORIGIN) continue;
      const at = position + this.leftOf(part) + this.topOf(part) * stride;
      if (!hasDetail(bytes, at, stride)) continue;
      const hash = hashOf(bytes, at, stride);
      const slot = this.slotOf(hash);
      if (counts[slot] === EMPTY) {
        if (used >= SLOTS / 2) continue;
        used++;
        counts[slot] = 0;
        slotHashes[slot] = hash;
        filter[Math.imul(hash, MIX_FACTOR) >>> (32 - FILTER_BITS)] = 1;
      }
      slots[part] = slot;
      asked++;
    }
    return asked;
  }

  private slotOf(hash: number): number {
    const { slotHashes, counts } = this;
    let at = Math.imul(hash, MIX_FACTOR) & (SLOTS - 1);
    while (counts[at] !== EMPTY && slotHashes[at] !== hash) at = (at + 1) & (SLOTS - 1);
    return at;
  }

  private leftOf(part: number): number {
    return 16 * ((part >> 2) % this.widthInMbs) + PART * (part & 1);
  }

  private topOf(part: number): number {
    return 16 * Math.floor((part >> 2) / this.widthInMbs) + PART * ((part >> 1) & 1);
  }

  /** Notes all windows of a picture that have the hash of a block that is looked for. */
  private scan({ bytes, position }: LumaPlane, windows: WindowRows): void {
    const { found } = windows;
    windows.start();
    for (let y = 0; y < 16 * this.heightInMbs; y++) {
      const count = windows.next(bytes, position + y * this.stride);
      const top = y - PART + 1;
      if (top < 0) continue;
      for (let i = 0; i < 2 * count; i += 2) this.note(found[i + 1], (top << 16) | found[i]);
    }
  }

  private note(hash: number, place: number): void {
    const slot = this.slotOf(hash);
    if (this.counts[slot] === EMPTY) return;
    this.places[MAX_PLACES * slot + (this.counts[slot]++ & (MAX_PLACES - 1))] = place;
  }

  /** Chooses where a part comes from; returns whether it comes from anywhere. */
  private choose(
    current: LumaPlane,
    other: LumaPlane,
    part: number,
    displacements: Int32Array,
    parts: Int32Array,
  ): boolean {
    const slot = this.slots[part];
    if (slot === EMPTY || this.counts[slot] === 0) return false;
    const x = this.leftOf(part);
    const y = this.topOf(part);
    const shared = this.sharedWith(current, other, part, displacements, parts);
    if (shared !== NO_ORIGIN) {
      parts[part] = shared;
      return true;
    }
    let best = NO_ORIGIN;
    let bestScore = -1;
    const count = Math.min(this.counts[slot], MAX_PLACES);
    for (let i = 0; i < count; i++) {
      const place = this.places[MAX_PLACES * slot + i];
      const displacement = packMv((place & 0xffff) - x, (place >> 16) - y);
      if (!this.isAt(current, other, x, y, displacement)) continue;
      let score = 0;
      if (this.isAt(current, other, x + PART, y, displacement)) score++;
      if (this.isAt(current, other, x, y + PART, displacement)) score++;
      const isNearer = score === bestScore && reach(displacement) < reach(best);
      if (score < bestScore || (score === bestScore && !isNearer)) continue;
      best = displacement;
      bestScore = score;
    }
    parts[part] = best;
    return best !== NO_ORIGIN;
  }

  /** The displacement of the part to the left or above, if this one lies there too. */
  private sharedWith(
    current: LumaPlane,
    other: LumaPlane,
    part: number,
    displacements: Int32Array,
    parts: Int32Array,
  ): number {
    const x = this.leftOf(part);
    const y = this.topOf(part);
    const { widthInMbs } = this;
    const left = (part & 1) === 1 ? part - 1 : x > 0 ? part - 3 : -1;
    const above = (part & 2) !== 0 ? part - 2 : y > 0 ? part - 4 * widthInMbs + 2 : -1;
    for (const neighbor of [left, above]) {
      if (neighbor < 0) continue;
      const whole = displacements[neighbor >> 2];
      const displacement = whole === NO_ORIGIN ? parts[neighbor] : whole;
      if (displacement === NO_ORIGIN) continue;
      if (this.isAt(current, other, x, y, displacement)) return displacement;
    }
    return NO_ORIGIN;
  }

  /** Whether the block at (x, y) is the same as what lies at a displacement in another picture; both inside. */
  private isAt(
    current: LumaPlane,
    other: LumaPlane,
    x: number,
    y: number,
    displacement: number,
  ): boolean {
    const right = 16 * this.widthInMbs - PART;
    const bottom = 16 * this.heightInMbs - PART;
    const toX = x + mvX(displacement);
    const toY = y + mvY(displacement);
    if (x > right || y > bottom || toX < 0 || toY < 0 || toX > right || toY > bottom) return false;
    const { stride } = this;
    let a = current.position + y * stride + x;
    let b = other.position + toY * stride + toX;
    for (let row = 0; row < PART; row++, a += stride, b += stride) {
      for (let i = 0; i < PART; i++) {
        if (current.bytes[a + i] !== other.bytes[b + i]) return false;
      }
    }
    return true;
  }
}

/** How far a displacement reaches. */
function reach(displacement: number): number {
  return Math.abs(mvX(displacement)) + Math.abs(mvY(displacement));
}

/** The hash of one block; the rolling hash has the same value for it. */
function hashOf(bytes: Uint8Array, at: number, stride: number): number {
  let hash = 0;
  for (let y = 0; y < PART; y++) {
    let row = 0;
    for (let x = 0; x < PART; x++) {
      row = (Math.imul(row, ROW_FACTOR) + bytes[at + y * stride + x]) | 0;
    }
    hash = (Math.imul(hash, COLUMN_FACTOR) + row) | 0;
  }
  return hash;
}

/** Whether a block has enough detail for a vector: it is not nearly flat, its rows differ, and its columns differ. */
function hasDetail(bytes: Uint8Array, at: number, stride: number): boolean {
  let rowsDiffer = false;
  let columnsDiffer = false;
  let lowest = 255;
  let highest = 0;
  for (let y = 0; y < PART; y++) {
    const row = at + y * stride;
    for (let x = 0; x < PART; x++) {
      const sample = bytes[row + x];
      if (sample !== bytes[at + x]) rowsDiffer = true;
      if (sample !== bytes[row]) columnsDiffer = true;
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
    }
  }
  return rowsDiffer && columnsDiffer && highest - lowest >= MIN_RANGE;
}
