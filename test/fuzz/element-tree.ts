/** Matroska files as trees of elements that can be changed and written again. */
import {
  type ElementHeader,
  readElementHeader,
  UNKNOWN_SIZE,
} from '../../src/containers/matroska/ebml-reader.ts';
import { type ElementName, elementById, ID } from '../../src/containers/matroska/element-table.ts';
import { concat } from './box-tree.ts';

/** An element: a master with children, or one with data. */
export interface TreeElement {
  id: number;
  data: Uint8Array;
  /** Null for elements with data. */
  children: TreeElement[] | null;
  /** Written with an unknown size. */
  isOpen?: boolean;
}

/** The elements in `bytes`. What is no element ends the list. */
export function parseElements(bytes: Uint8Array): TreeElement[] {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  const elements: TreeElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (!readElementHeader(bytes, at, bytes.length, header)) break;
    const start = at + header.headerLength;
    const isOpen = header.size === UNKNOWN_SIZE;
    const end = isOpen ? bytes.length : Math.min(bytes.length, start + header.size);
    const { id } = header;
    const data = bytes.slice(start, end);
    const isMaster = elementById(id)?.type === 'master';
    elements.push(
      isMaster
        ? { id, data: new Uint8Array(0), children: parseElements(data) }
        : { id, data, children: null },
    );
    at = end;
  }
  return elements;
}

/** The bytes of `elements`, with sizes of eight bytes. */
export function writeElements(elements: readonly TreeElement[]): Uint8Array {
  return concat(
    elements.map((element) => {
      const inner = element.children === null ? element.data : writeElements(element.children);
      return concat([idBytes(element.id), sizeBytes(element.isOpen ? -1 : inner.length), inner]);
    }),
  );
}

function idBytes(id: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 255);
  return Uint8Array.from(bytes);
}

function sizeBytes(size: number): Uint8Array {
  if (size < 0) return Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size));
  bytes[0] = 1;
  return bytes;
}

/** All elements of a name in the tree. */
export function elementsOf(elements: readonly TreeElement[], name: ElementName): TreeElement[] {
  return elements.flatMap((element) => [
    ...(element.id === ID[name] ? [element] : []),
    ...elementsOf(element.children ?? [], name),
  ]);
}

/** A copy of a tree that shares nothing with it. */
export function cloneElement(element: TreeElement): TreeElement {
  const children = element.children?.map(cloneElement) ?? null;
  return { ...element, data: element.data.slice(), children };
}

/** A master element. */
export function master(name: ElementName, ...children: TreeElement[]): TreeElement {
  return { id: ID[name], data: new Uint8Array(0), children };
}

/** An element with data. */
export function element(name: ElementName, data: Uint8Array): TreeElement {
  return { id: ID[name], data, children: null };
}

/** An element with an unsigned integer. */
export function uint(name: ElementName, value: number): TreeElement {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return element(name, bytes);
}
