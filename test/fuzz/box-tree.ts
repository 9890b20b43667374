/** MP4 files as trees of boxes that can be changed and written again: what tests and fuzzers make their inputs of. */

/** A box: bytes before its children, and the children; a leaf has bytes only. */
export interface TreeBox {
  type: string;
  bytes: Uint8Array;
  children: TreeBox[];
}

/** Table: type of box => bytes of fields before its children. Other boxes are leaves. */
const CONTAINERS: Readonly<Record<string, number>> = {
  ...{ moov: 0, trak: 0, edts: 0, mdia: 0, minf: 0, dinf: 0, stbl: 0, mvex: 0, moof: 0, traf: 0 },
  ...{ udta: 0, tref: 0, mfra: 0, stsd: 8, avc1: 78, avc3: 78, mp4a: 28, Opus: 28 },
};

/** The boxes in `bytes`. What is no box ends the list. */
export function parseBoxes(bytes: Uint8Array): TreeBox[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const boxes: TreeBox[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= bytes.length) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    }
    if (size === 0) size = bytes.length - at;
    const end = Math.min(bytes.length, at + size);
    if (end < at + header) break;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.slice(at + header, end);
    const fields = CONTAINERS[type];
    const isLeaf = fields === undefined || content.length < fields;
    boxes.push({
      type,
      bytes: isLeaf ? content : content.slice(0, fields),
      children: isLeaf ? [] : parseBoxes(content.subarray(fields)),
    });
    at = end;
  }
  return boxes;
}

/** The bytes of `boxes`, with sizes of 32 bits. */
export function writeBoxes(boxes: readonly TreeBox[]): Uint8Array {
  const parts = boxes.map(({ type, bytes, children }) => {
    const inner = writeBoxes(children);
    const part = new Uint8Array(8 + bytes.length + inner.length);
    new DataView(part.buffer).setUint32(0, part.length);
    for (let i = 0; i < 4; i++) part[4 + i] = type.charCodeAt(i);
    part.set(bytes, 8);
    part.set(inner, 8 + bytes.length);
    return part;
  });
  return concat(parts);
}

/** All boxes of `type` in the tree. */
export function boxesOf(boxes: readonly TreeBox[], type: string): TreeBox[] {
  return boxes.flatMap((box) => [
    ...(box.type === type ? [box] : []),
    ...boxesOf(box.children, type),
  ]);
}

/** A copy of a tree that shares nothing with it. */
export function cloneBox(box: TreeBox): TreeBox {
  const children = box.children.map(cloneBox);
  return { type: box.type, bytes: box.bytes.slice(), children };
}

/** A box without children. */
export function leaf(type: string, bytes: Uint8Array): TreeBox {
  return { type, bytes, children: [] };
}

/** 32-bit words as bytes. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value);
  return bytes;
}

/** Sets the 32-bit word at byte `at` of the box; nothing if it has none there. */
export function setWord(box: TreeBox, at: number, value: number): void {
  if (at < 0 || at + 4 > box.bytes.length) return;
  new DataView(box.bytes.buffer, box.bytes.byteOffset).setUint32(at, value);
}

/** The 32-bit word at byte `at` of the box; 0 if it has none there. */
export function wordAt(box: TreeBox, at: number): number {
  if (at < 0 || at + 4 > box.bytes.length) return 0;
  return new DataView(box.bytes.buffer, box.bytes.byteOffset).getUint32(at);
}

/** One array of all parts. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
