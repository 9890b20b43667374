/**
 * Reads boxes from bytes in memory: finds them, and goes through their fields by the same descriptions that write them.
 * Every size is checked against the box before anything is allocated. Tables that claim more rows than the box has are
 * cut to what is there, so that truncated files give what they hold; a field that is missing is a `FormatError`.
 */

import { FormatError } from '../../base/errors.ts';
import type { Pace } from '../../base/pace.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { type BoxDescription, type FieldSyntax, fourccNumber } from './syntax.ts';

/** Bytes of a file, and where in the file they lie. */
export interface FileBytes {
  readonly bytes: Uint8Array;
  /** Offset in the file of `bytes[0]`. */
  readonly fileOffset: number;
}

/** A box found in `FileBytes`; positions are indices into its bytes. */
export interface BoxView {
  readonly type: string;
  /** First byte of the header. */
  readonly start: number;
  /** First byte behind the header. */
  readonly dataStart: number;
  /** Behind the last byte; never behind the bytes that there are. */
  readonly end: number;
}

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
const UUID_BYTES = 16;

/** Four characters as they lie in the file, one per byte. */
export function fourccAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

/** Unsigned 32-bit integer at `at`. */
export function u32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Sizes that the first bytes of a box state: that of the box with the header (0: up to the end of the file) and that of the header. */
export interface BoxHeader {
  readonly type: string;
  readonly size: number;
  readonly headerBytes: number;
}

/** Header of the box at `at`, or null if its bytes are not all there or its size cannot be. Box, ISOBMFF clause 4.2. */
export function parseBoxHeader(bytes: Uint8Array, at: number, end: number): BoxHeader | null {
  if (at + HEADER_BYTES > end) return null;
  const type = fourccAt(bytes, at + 4);
  let size = u32At(bytes, at);
  let headerBytes = HEADER_BYTES;
  if (size === 1) {
    if (at + LARGE_HEADER_BYTES > end) return null;
    size = u32At(bytes, at + 8) * 2 ** 32 + u32At(bytes, at + 12);
    headerBytes = LARGE_HEADER_BYTES;
  }
  if (type === 'uuid') headerBytes += UUID_BYTES;
  if (size !== 0 && size < headerBytes) return null;
  return { type, size, headerBytes };
}

/** Boxes in one box, at most: more than any real file has, and few enough to be looked through many times. */
const MAX_CHILDREN = 1 << 14;

/**
 * The boxes that lie one behind the other in `start..end`. Ends at the first that cannot be a box (QuickTime ends lists
 * with four zero bytes); a box that claims to reach beyond `end` is cut there.
 */
export function* boxesIn(bytes: Uint8Array, start: number, end: number): Generator<BoxView> {
  for (let at = start, count = 0; at < end && count < MAX_CHILDREN; count++) {
    const header = parseBoxHeader(bytes, at, end);
    if (header === null || (header.size === 0 && header.type === '\0\0\0\0')) return;
    const boxEnd = header.size === 0 ? end : Math.min(end, at + header.size);
    if (at + header.headerBytes > boxEnd) return;
    yield { type: header.type, start: at, dataStart: at + header.headerBytes, end: boxEnd };
    at = boxEnd;
  }
}

/** The first box of `type` in `start..end`, or null. */
export function findBox(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: string,
): BoxView | null {
  const code = fourccNumber(type);
  const uuid = fourccNumber('uuid');
  let at = start;
  for (let count = 0; count < MAX_CHILDREN && at + HEADER_BYTES <= end; count++) {
    const size = u32At(bytes, at);
    const found = u32At(bytes, at + 4);
    const isPlain = size >= HEADER_BYTES && found !== uuid;
    if (found === code || !isPlain || at + size > end) break;
    at += size;
  }
  // Other boxes are rare; one place tells of them.
  for (const box of boxesIn(bytes, at, end)) if (box.type === type) return box;
  return null;
}

/** The first box that `path` leads to through boxes without fields of their own, or null. */
export function findPath(file: FileBytes, parent: BoxView, ...path: string[]): BoxView | null {
  let box: BoxView | null = parent;
  for (const type of path) {
    if (box === null) return null;
    box = findBox(file.bytes, box.dataStart, box.end, type);
  }
  return box;
}

/** Value of a field as the watcher gets it. Arrays are views that are valid during the call only. */
export type FieldValue = number | string | Uint8Array | Uint32Array | Float64Array;

/**
 * Told of each field that is read: where its first and behind its last byte lie in the file, and for tables the number
 * of columns.
 */
export type FieldWatcher = (
  name: string,
  value: FieldValue,
  start: number,
  end: number,
  columns: number,
) => void;

/** A table of `values.length` integers at `at` of the bytes, whose memory is there and whose values are not read yet. */
interface UnreadTable {
  readonly values: Uint32Array | Float64Array;
  readonly at: number;
}

/** Values of a table that are read at once where others get their turn between. */
const PIECE_VALUES = 1 << 16;

/** Reads the fields of one box. */
export class FieldReader implements FieldSyntax {
  readonly isReading = true;
  private readonly file: FileBytes;
  private readonly type: string;
  private readonly view: DataView;
  private readonly end: number;
  private readonly watcher: FieldWatcher | null;
  /** Tables that are left for `readTables`; null: they are read at once. */
  private readonly unread: UnreadTable[] | null;
  private position: number;
  /** Bits of the byte at `position` that were taken already. */
  private bitsTaken = 0;

  /** `leavesTables`: `readTables` has to be called behind all fields. */
  constructor(
    file: FileBytes,
    box: BoxView,
    watcher: FieldWatcher | null = null,
    leavesTables = false,
  ) {
    const { bytes } = file;
    this.file = file;
    this.type = box.type;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = box.dataStart;
    this.end = box.end;
    this.watcher = watcher;
    this.unread = leavesTables ? [] : null;
  }

  /** Reads the tables that were left, with turns of the event loop between. */
  async readTables(pace: Pace): Promise<void> {
    for (const { values, at } of this.unread ?? []) {
      for (let from = 0; from < values.length; from += PIECE_VALUES) {
        this.readValues(values, at, from, Math.min(values.length, from + PIECE_VALUES));
        const turn = pace.step();
        if (turn !== undefined) await turn;
      }
    }
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Index in the file's bytes of the next field: where children start once all fields are read. */
  get dataPosition(): number {
    return this.position;
  }

  private take(name: string, count: number): number {
    const at = this.position;
    if (count > this.end - at) {
      throw new FormatError(
        `mp4.${this.type.trim()}.${name}`,
        `wants ${count} bytes, the box has ${this.end - at} left`,
        this.file.fileOffset + at,
      );
    }
    this.position = at + count;
    return at;
  }

  private note(name: string, value: FieldValue, start: number, columns = 0): void {
    if (this.watcher === null) return;
    const { fileOffset } = this.file;
    const end = this.bitsTaken > 0 ? this.position + 1 : this.position;
    this.watcher(name, value, fileOffset + start, fileOffset + end, columns);
  }

  u(name: string, bits: number, _value: number): number {
    if (this.bitsTaken > 0 || (bits & 7) !== 0) return this.bitField(name, bits);
    const at = this.take(name, bits >> 3);
    let value = 0;
    for (let i = 0; i < bits >> 3; i++) value = value * 256 + this.view.getUint8(at + i);
    this.note(name, value, at);
    return value;
  }

  private bitField(name: string, bits: number): number {
    const start = this.position;
    let value = 0;
    for (let left = bits; left > 0; ) {
      const at = this.position;
      if (at >= this.end) this.take(name, 1);
      const count = Math.min(8 - this.bitsTaken, left);
      const byte = this.view.getUint8(at);
      value = value * 2 ** count + ((byte >> (8 - this.bitsTaken - count)) & (2 ** count - 1));
      this.bitsTaken = (this.bitsTaken + count) & 7;
      if (this.bitsTaken === 0) this.position = at + 1;
      left -= count;
    }
    this.note(name, value, start);
    return value;
  }

  i(name: string, bits: number, _value: number): number {
    const at = this.take(name, bits >> 3);
    const { view } = this;
    let value = 0;
    if (bits === 8) value = view.getInt8(at);
    else if (bits === 16) value = view.getInt16(at);
    else if (bits === 32) value = view.getInt32(at);
    else value = Number(view.getBigInt64(at));
    this.note(name, value, at);
    return value;
  }

  f64(name: string, _value: number): number {
    const at = this.take(name, 8);
    const value = this.view.getFloat64(at);
    this.note(name, value, at);
    return value;
  }

  fourcc(name: string, _value: string): string {
    const at = this.take(name, 4);
    const value = fourccAt(this.file.bytes, at);
    this.note(name, value, at);
    return value;
  }

  cstring(name: string, _value: string): string {
    const { bytes } = this.file;
    const start = this.position;
    let stop = start;
    while (stop < this.end && bytes[stop] !== 0) stop++;
    const value = decodeUtf8(bytes.subarray(start, stop));
    this.position = Math.min(this.end, stop + 1);
    this.note(name, value, start);
    return value;
  }

  text(name: string, length: number, _value: string): string {
    const at = this.take(name, length);
    const value = decodeUtf8(this.file.bytes.subarray(at, at + length));
    this.note(name, value, at);
    return value;
  }

  bytes(name: string, length: number, _value: Uint8Array): Uint8Array {
    const at = this.take(name, Math.min(length, this.remaining));
    const value = this.file.bytes.slice(at, this.position);
    this.note(name, value, at);
    return value;
  }

  u32s(names: readonly string[], rows: number, _values: Uint32Array): Uint32Array {
    const columns = names.length;
    const rowBytes = columns * 4;
    if (columns === 0) return new Uint32Array(0);
    const count = Math.min(rows, Math.floor(this.remaining / rowBytes));
    const at = this.take(names.join(), count * rowBytes);
    const values = new Uint32Array(count * columns);
    this.readTable(values, at);
    this.note(names.join(), values, at, columns);
    return values;
  }

  u64s(name: string, rows: number, _values: Float64Array): Float64Array {
    const count = Math.min(rows, this.remaining >> 3);
    const at = this.take(name, count * 8);
    const values = new Float64Array(count);
    this.readTable(values, at);
    this.note(name, values, at, 1);
    return values;
  }

  private readTable(values: Uint32Array | Float64Array, at: number): void {
    if (this.unread === null) this.readValues(values, at, 0, values.length);
    else this.unread.push({ values, at });
  }

  /** Values `from..end` of the table at `at`. */
  private readValues(
    values: Uint32Array | Float64Array,
    at: number,
    from: number,
    end: number,
  ): void {
    const { view } = this;
    if (values instanceof Uint32Array) {
      for (let i = from; i < end; i++) values[i] = view.getUint32(at + i * 4);
      return;
    }
    for (let i = from; i < end; i++) {
      const high = view.getUint32(at + i * 8);
      values[i] = high * 2 ** 32 + view.getUint32(at + i * 8 + 4);
    }
  }
}

/** The fields of `box` and where its children start. */
export function readFields<T extends object>(
  description: BoxDescription<T>,
  file: FileBytes,
  box: BoxView,
  watcher: FieldWatcher | null = null,
): { fields: T; childrenStart: number } {
  const reader = new FieldReader(file, box, watcher);
  const fields = { ...description.defaults };
  description.fields(reader, fields);
  return { fields, childrenStart: reader.dataPosition };
}

/** The fields of the first box of the description's type among the children of `parent`; null if there is none. */
export function readChild<T extends object>(
  description: BoxDescription<T>,
  file: FileBytes,
  parent: BoxView,
): T | null {
  const box = findBox(file.bytes, parent.dataStart, parent.end, description.type);
  return box === null ? null : readFields(description, file, box).fields;
}

/** The same, for boxes that may have millions of rows: with turns of the event loop between. */
export async function readTableChild<T extends object>(
  description: BoxDescription<T>,
  file: FileBytes,
  parent: BoxView,
  pace: Pace,
): Promise<T | null> {
  const box = findBox(file.bytes, parent.dataStart, parent.end, description.type);
  if (box === null) return null;
  const reader = new FieldReader(file, box, null, true);
  const fields = { ...description.defaults };
  description.fields(reader, fields);
  await reader.readTables(pace);
  return fields;
}
