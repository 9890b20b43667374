/**
 * Finds damage in the tree of boxes of a `moov` or `moof` in memory, and mends what has one plausible meaning: sizes that
 * lead into the middle of another box, and counts of rows that the size of their box contradicts. All of it is noted.
 * Not normative: ISOBMFF says nothing of broken files.
 */
import { type Problem, report } from '../../base/problems.ts';
import {
  type BoxView,
  type FileBytes,
  findBox,
  fourccAt,
  parseBoxHeader,
  u32At,
} from './box-reader.ts';
import { DATA_OFFSET_PRESENT, FIRST_SAMPLE_FLAGS_PRESENT } from './boxes-fragments.ts';

/** Boxes that are read as having nothing in them. */
const SPACE = ['free', 'skip', 'wide'];

/** Table: container => types of the boxes that it may have, of those that tell where a broken one ends. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  moov: ['mvhd', 'trak', 'mvex', 'udta', 'meta', 'iods', 'pssh', 'uuid', ...SPACE],
  trak: ['tkhd', 'tapt', 'edts', 'mdia', 'tref', 'trgr', 'udta', 'meta', 'uuid', ...SPACE],
  edts: ['elst', ...SPACE],
  mdia: ['mdhd', 'elng', 'hdlr', 'minf', ...SPACE],
  minf: ['vmhd', 'smhd', 'hmhd', 'sthd', 'nmhd', 'gmhd', 'hdlr', 'dinf', 'stbl', ...SPACE],
  stbl: [
    ...['stsd', 'stts', 'ctts', 'cslg', 'stsc', 'stsz', 'stz2', 'stco', 'co64', 'stss', 'stps'],
    ...['stsh', 'padb', 'stdp', 'sdtp', 'sbgp', 'sgpd', 'subs', 'saiz', 'saio', 'senc', ...SPACE],
  ],
  moof: ['mfhd', 'traf', 'meta', 'pssh', 'uuid', ...SPACE],
  traf: [
    ...['tfhd', 'tfdt', 'trun', 'sdtp', 'sbgp', 'sgpd', 'subs', 'saiz', 'saio', 'senc', 'uuid'],
    ...SPACE,
  ],
};

/** Table: container => the type of child that samples come with, and the boxes that it is known by. */
const PARTS: Readonly<Record<string, readonly [type: string, parts: readonly string[]]>> = {
  moov: ['trak', ['tkhd', 'mdia']],
  moof: ['traf', ['tfhd', 'trun']],
};

/** Boxes that belong in one container, where no other has them. */
const PLACED: ReadonlySet<string> = /* @__PURE__ */ new Set(
  Object.values(CHILDREN)
    .flat()
    .filter((type) => !['uuid', 'meta', 'udta', 'pssh', 'tref', ...SPACE].includes(type)),
);

/** Table: type of table => bytes from the start of the box to its count of rows, and bytes of a row; 0: its flags say. */
const TABLES: Readonly<Record<string, readonly [countAt: number, rowBytes: number]>> = {
  ...{ stts: [12, 8], ctts: [12, 8], stsc: [12, 12], stss: [12, 4], stco: [12, 4], co64: [12, 8] },
  ...{ stsz: [16, 4], elst: [12, 12], trun: [12, 0] },
};
/** Bytes of a row of `elst` in version 1. */
const LARGE_EDIT_BYTES = 20;

const HEADER_BYTES = 8;
/** Boxes that are looked at in one tree; larger ones are read as they are. */
const MAX_BOXES = 1 << 17;
/** Bytes that are searched for the end of broken boxes in one tree. */
const MAX_SEARCH_BYTES = 4 << 20;

/** Mends the boxes in `parent`, a `moov` or `moof`, whose bytes are ours to change. */
export function mendBoxes(file: FileBytes, parent: BoxView, problems: Problem[]): void {
  new BoxMender(file, problems).mend(parent.type, parent.dataStart, parent.end);
}

class BoxMender {
  private readonly file: FileBytes;
  private readonly bytes: Uint8Array;
  private readonly problems: Problem[];
  private boxesLeft = MAX_BOXES;
  private searchLeft = MAX_SEARCH_BYTES;

  constructor(file: FileBytes, problems: Problem[]) {
    this.file = file;
    this.bytes = file.bytes;
    this.problems = problems;
  }

  private note(at: number, message: string): void {
    report(this.problems, this.file.fileOffset + at, message);
  }

  /** Goes through the boxes in `start..end`, the children of a `container`. */
  mend(container: string, start: number, end: number): void {
    const { bytes } = this;
    for (let at = start; at + HEADER_BYTES <= end && this.boxesLeft-- > 0; ) {
      // QuickTime ends lists with zeros.
      if (u32At(bytes, at) === 0 && u32At(bytes, at + 4) === 0) return;
      const boxEnd = this.endOf(container, at, end);
      if (boxEnd < 0) {
        this.note(at, `bytes in ${container} that are no box; they are left unread`);
        return;
      }
      const header = parseBoxHeader(bytes, at, boxEnd);
      if (header === null || at + header.headerBytes > boxEnd) return;
      const dataStart = at + header.headerBytes;
      const { type } = header;
      if (type in CHILDREN) this.mend(type, dataStart, boxEnd);
      else if (type in TABLES) this.mendCount(type, at, boxEnd);
      this.noteParts(container, { type, start: at, dataStart, end: boxEnd });
      at = boxEnd;
    }
  }

  /** Where the box at `at` ends, once its size is mended; -1 if there is no box. */
  private endOf(container: string, at: number, end: number): number {
    const { bytes } = this;
    const header = parseBoxHeader(bytes, at, end);
    const stated = header === null || header.size === 0 ? -1 : at + header.size;
    if (stated > 0 && stated <= end && this.mayFollow(container, stated, end)) return stated;
    const type = fourccAt(bytes, at + 4);
    const isKnown = CHILDREN[container]!.includes(type);
    if (!isKnown && header === null) return -1;
    const found =
      type in CHILDREN
        ? this.endOfChildren(type, at + HEADER_BYTES, end)
        : this.nextSibling(container, at + HEADER_BYTES, end);
    // A box without a size goes on to the end; one that nothing better is known of stays as it is.
    const isOpen = header?.size === 0;
    const isShort = stated > 0 && end - stated < HEADER_BYTES;
    if (found < 0 && stated > 0 && stated <= end && !isShort) return stated;
    const boxEnd = found < 0 ? end : found;
    if (isOpen && boxEnd === end) return end;
    this.note(
      at,
      `${type} has a size of ${u32At(bytes, at)} bytes where ${boxEnd - at} are left for it`,
    );
    this.setWord(at, boxEnd - at);
    return boxEnd;
  }

  /** Whether the list of boxes may go on at `at`: with a type, or behind a box without one with a type. */
  private mayFollow(container: string, at: number, end: number): boolean {
    if (end - at < HEADER_BYTES) return this.isZero(at, end);
    if (this.hasType(at)) {
      const type = fourccAt(this.bytes, at + 4);
      return CHILDREN[container]!.includes(type) || !PLACED.has(type);
    }
    const size = u32At(this.bytes, at);
    if (size === 0) return u32At(this.bytes, at + 4) === 0;
    const next = at + size;
    return (
      size >= HEADER_BYTES && (next === end || (next + HEADER_BYTES <= end && this.hasType(next)))
    );
  }

  private isZero(from: number, end: number): boolean {
    return this.bytes.subarray(from, end).every((byte) => byte === 0);
  }

  /** Whether the four bytes behind a size are text: ASCII, or the sign with which Apple's own types begin. */
  private hasType(at: number): boolean {
    for (let i = at + 4; i < at + 8; i++) {
      const byte = this.bytes[i];
      if (byte !== 0xa9 && (byte < 0x20 || byte > 0x7e)) return false;
    }
    return true;
  }

  /** Behind the last box from `at` on that a `container` may have; -1 if there is none. */
  private endOfChildren(container: string, start: number, end: number): number {
    let at = start;
    while (at + HEADER_BYTES <= end && this.boxesLeft-- > 0) {
      const header = parseBoxHeader(this.bytes, at, end);
      if (header === null || header.size === 0 || at + header.size > end) break;
      if (!CHILDREN[container]!.includes(header.type)) break;
      at += header.size;
    }
    return at === start ? -1 : at;
  }

  /** Where the next box begins that `container` may have; -1 if there is none. */
  private nextSibling(container: string, from: number, end: number): number {
    const known = CHILDREN[container]!;
    for (let at = from; at + HEADER_BYTES <= end && this.searchLeft-- > 0; at++) {
      if (!this.hasType(at) || !known.includes(fourccAt(this.bytes, at + 4))) continue;
      const header = parseBoxHeader(this.bytes, at, end);
      if (header !== null && at + header.size <= end) return at;
    }
    return -1;
  }

  /** Sets the count of a table to the rows that its box has, if it says fewer and the others are more than zeros. */
  private mendCount(type: string, at: number, end: number): void {
    const { bytes } = this;
    const [first, rowBytes] = this.rowsOf(type, at);
    const [countAt] = TABLES[type]!;
    if (first > end || rowBytes === 0) return;
    if (type === 'stsz' && u32At(bytes, at + 12) > 0) {
      this.mendSampleSize(at, end);
      return;
    }
    const count = u32At(bytes, at + countAt);
    const there = Math.floor((end - first) / rowBytes);
    if (count === there) return;
    if (count > there) {
      this.note(at, `${type} says ${count} rows and has ${there}`);
      return;
    }
    if (this.isZero(first + count * rowBytes, end)) return;
    this.note(at, `${type} says ${count} rows and has ${there}; all of them are read`);
    this.setWord(at + countAt, there);
  }

  /** Where the rows of the table at `at` begin, and bytes of a row; 0 if its rows have none. */
  private rowsOf(type: string, at: number): [first: number, rowBytes: number] {
    const [countAt, rowBytes] = TABLES[type]!;
    const first = at + countAt + 4;
    const word = u32At(this.bytes, at + HEADER_BYTES);
    if (type === 'elst') return [first, word >>> 24 === 1 ? LARGE_EDIT_BYTES : rowBytes];
    if (type !== 'trun') return [first, rowBytes];
    const has = (flag: number): number => ((word & flag) === 0 ? 0 : 4);
    const fields = has(DATA_OFFSET_PRESENT) + has(FIRST_SAMPLE_FLAGS_PRESENT);
    return [first + fields, has(0x100) + has(0x200) + has(0x400) + has(0x800)];
  }

  /** One size for all samples is none where a size for each stands behind it. */
  private mendSampleSize(at: number, end: number): void {
    const count = u32At(this.bytes, at + 16);
    if (count === 0 || at + 20 + count * 4 !== end || this.isZero(at + 20, end)) return;
    this.note(at, `stsz says one size for all samples and has ${count}, which are read`);
    this.setWord(at + 12, 0);
  }

  /** Notes a box that has what a track or its part of a fragment has, but another type. */
  private noteParts(container: string, box: BoxView): void {
    if (container === 'moov' && (box.type === 'moof' || box.type === 'mdat')) {
      this.note(box.start, `${box.type} stands in moov; it is left unread`);
    }
    const rule = PARTS[container];
    if (rule === undefined || box.type === rule[0]) return;
    if (CHILDREN[container]!.includes(box.type) && !SPACE.includes(box.type)) return;
    const [type, parts] = rule;
    const isPart = parts.some((part) => findBox(this.bytes, box.dataStart, box.end, part) !== null);
    if (isPart) this.note(box.start, `${box.type} has the boxes of a ${type}; it is left unread`);
  }

  private setWord(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.bytes[at + i] = (value >>> (24 - i * 8)) & 255;
  }
}
