/**
 * Reads EBML (RFC 8794): element headers anywhere, and whole master elements that lie in memory. Nothing here trusts a
 * size: an element that reaches past its parent is a `FormatError` with its offset.
 */

import { FormatError } from '../../base/errors.ts';
import type { Budget } from '../../base/limits.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { crc32 } from '../../bits/crc32.ts';
import { type ElementName, elementById, ID } from './element-table.ts';

/** Element data size of an element whose end is not known, RFC 8794 clause 6.2. */
export const UNKNOWN_SIZE = -1;

/** Most bytes of an element header: 4 of ID (EBMLMaxIDLength of Matroska), 8 of size. */
export const MAX_HEADER_BYTES = 12;

/** Deepest nesting that is followed. The tables need 7; ChapterAtom and SimpleTag may contain themselves. */
export const MAX_DEPTH = 16;

/** Header of an element. */
export interface ElementHeader {
  /** ID with its length marker. */
  id: number;
  /** Bytes of the element's data, or `UNKNOWN_SIZE`. */
  size: number;
  /** Bytes of ID and size. */
  headerLength: number;
}

/**
 * Reads the header at `at` into `header`. Returns false if there is none before `end`: an ID or size that is too long,
 * reserved (RFC 8794 clause 5), or cut off.
 */
export function readElementHeader(
  bytes: Uint8Array,
  at: number,
  end: number,
  header: ElementHeader,
): boolean {
  if (at >= end) return false;
  const first = bytes[at]!;
  const idBytes = Math.clz32(first) - 23;
  if (idBytes > 4 || at + idBytes >= end) return false;
  let id = first;
  for (let i = 1; i < idBytes; i++) id = id * 256 + bytes[at + i]!;
  const valueBits = 2 ** (7 * idBytes);
  // RFC 8794 clause 5 reserves value bits that are all clear, but Matroska had given 0x80 to ChapterDisplay before.
  if ((id === valueBits && id !== ID.ChapterDisplay) || id === 2 * valueBits - 1) return false;
  const sizeBytes = Math.clz32(bytes[at + idBytes]!) - 23;
  if (sizeBytes > 8 || at + idBytes + sizeBytes > end) return false;
  header.id = id;
  header.size = readVint(bytes, at + idBytes, sizeBytes);
  header.headerLength = idBytes + sizeBytes;
  return true;
}

/**
 * Value of the variable-size integer of `length` bytes at `at`, RFC 8794 clause 4; `UNKNOWN_SIZE` if all bits are set.
 * Above 2^53 it is rounded, which is larger than any file.
 */
export function readVint(bytes: Uint8Array, at: number, length: number): number {
  let value = bytes[at]! & (0xff >> length);
  let allOnes = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if (byte !== 0xff) allOnes = false;
    value = value * 256 + byte;
  }
  return allOnes ? UNKNOWN_SIZE : value;
}

/** One element of a master that lies in memory. */
export interface Element {
  readonly id: number;
  /** Offset of its first byte in the file. */
  readonly offset: number;
  /** Its data, as a view. */
  readonly data: Uint8Array;
  /** Offset of `data` in the file. */
  readonly dataOffset: number;
}

/** Memory that one element takes in a list of children: an object and a view. */
const ELEMENT_BYTES = 200;

/**
 * The children of a master whose data is `data`, which begins at `offset` in the file. Void and CRC-32 elements are left
 * out. Throws `FormatError` for a child that is broken or reaches past the end, and where the budget is used up: an
 * element of two bytes takes a hundred times as much of memory.
 */
export function childrenOf(data: Uint8Array, offset: number, budget: Budget): Element[] {
  const children: Element[] = [];
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  let at = 0;
  while (at < data.length) {
    if (!readElementHeader(data, at, data.length, header)) {
      throw new FormatError('matroska.element', 'no valid element ID and size', offset + at);
    }
    const start = at + header.headerLength;
    const { id, size } = header;
    if (size === UNKNOWN_SIZE || size > data.length - start) {
      const name = elementById(id)?.name ?? `0x${id.toString(16)}`;
      const found = size === UNKNOWN_SIZE ? 'an unknown size' : `${size} bytes`;
      throw new FormatError(
        `matroska.${name}`,
        `has ${found}, its parent has room for ${data.length - start}`,
        offset + at,
      );
    }
    if (id !== ID.Void && id !== ID['CRC-32']) {
      budget.hold('an element', ELEMENT_BYTES, offset + at);
      const view = data.subarray(start, start + size);
      children.push({ id, offset: offset + at, data: view, dataOffset: offset + start });
    }
    at = start + size;
  }
  return children;
}

const CRC_ELEMENT_BYTES = 6;

/**
 * Whether `data` of a master begins with a CRC-32 element (RFC 8794 clause 11.3.1) that does not match what follows.
 */
export function hasCrcMismatch(data: Uint8Array): boolean {
  if (data.length < CRC_ELEMENT_BYTES || data[0] !== ID['CRC-32'] || data[1] !== 0x84) return false;
  return storedCrc(data, 2) !== crc32(data, 0, CRC_ELEMENT_BYTES);
}

/** The checksum at `at`, least significant byte first. */
export function storedCrc(data: Uint8Array, at: number): number {
  return (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24)) >>> 0;
}

/** Value of an unsigned integer element (RFC 8794 clause 7.2); 0 if it is empty. Above 2^53 it is rounded. */
export function readUint(data: Uint8Array): number {
  let value = 0;
  for (let i = 0; i < Math.min(data.length, 8); i++) value = value * 256 + data[i]!;
  return value;
}

/** Value of a signed integer element (RFC 8794 clause 7.1); 0 if it is empty. */
export function readInt(data: Uint8Array): number {
  const length = Math.min(data.length, 8);
  if (length === 0 || data[0]! < 0x80) return readUint(data);
  // The complement of the magnitude less one, so that no product is above the magnitude.
  let complement = 0;
  for (let i = 0; i < length; i++) complement = complement * 256 + (255 - data[i]!);
  return -complement - 1;
}

/** Value of a float element (RFC 8794 clause 7.3) of 4 or 8 bytes; 0 if it is empty or of another size. */
export function readFloat(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return data.length === 8 ? view.getFloat64(0) : data.length === 4 ? view.getFloat32(0) : 0;
}

/** Value of a string element up to its first zero byte (RFC 8794 clauses 7.4, 7.5). */
export function readText(data: Uint8Array): string {
  const zero = data.indexOf(0);
  return decodeUtf8(zero < 0 ? data : data.subarray(0, zero));
}

/** Looks values up among the children of one master. Where an element repeats, the first counts. */
export class Children {
  readonly all: readonly Element[];
  private readonly budget: Budget;

  constructor(data: Uint8Array, offset: number, budget: Budget) {
    this.budget = budget;
    this.all = childrenOf(data, offset, budget);
  }

  find(name: ElementName): Element | undefined {
    const id = ID[name];
    return this.all.find((child) => child.id === id);
  }

  every(name: ElementName): Element[] {
    const id = ID[name];
    return this.all.filter((child) => child.id === id);
  }

  uint(name: ElementName, absent: number): number {
    const child = this.find(name);
    return child === undefined ? absent : readUint(child.data);
  }

  float(name: ElementName, absent: number): number {
    const child = this.find(name);
    return child === undefined ? absent : readFloat(child.data);
  }

  text(name: ElementName, absent: string): string {
    const child = this.find(name);
    return child === undefined ? absent : readText(child.data);
  }

  /** The children of the first child `name`; of an empty master if there is none. */
  master(name: ElementName): Children {
    const child = this.find(name);
    return child === undefined
      ? new Children(NO_BYTES, 0, this.budget)
      : new Children(child.data, child.dataOffset, this.budget);
  }

  masters(name: ElementName): Children[] {
    return this.every(name).map((child) => this.of(child));
  }

  /** The children of `element`, which is one of these. */
  of(element: Element): Children {
    return new Children(element.data, element.dataOffset, this.budget);
  }
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
