/**
 * Facts about pictures that MP4 and Matroska both store and no field of a stream's description says, turned from boxes of a sample entry
 * into elements of a track and back: stereo pictures, spherical pictures, fields, Dolby Vision.
 */
import type { CarriedBox, CarriedElement, StreamInfo } from '../../base/packet.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';

/** Records that Matroska stores as they are, with the type of the box (Matroska's specification of BlockAddIDType). */
const RECORDS: readonly string[] = ['dvcC', 'dvvC', 'dvwC', 'hvcE', 'avcE'];

/**
 * Table: stereo_mode of `st3d` (Spherical Video V2: top and bottom, left and right, left eye first) => StereoMode (RFC 9559 clause
 * 5.1.4.1.28.3).
 */
const STEREO: readonly (readonly [box: number, element: number])[] = [
  [1, 3],
  [2, 1],
];

/** Table: projection box of `sv3d` (Spherical Video V2) => ProjectionType (RFC 9559 clause 5.1.4.1.28.42). */
const PROJECTIONS: readonly (readonly [box: string, element: number])[] = [
  ['equi', 1],
  ['cbmp', 2],
  ['mshp', 3],
];

/** Field orders that `fiel` (QuickTime File Format) and FieldOrder (RFC 9559 clause 5.1.4.1.28.2) give the same numbers. */
const FIELD_ORDERS: readonly number[] = [1, 6, 9, 14];

/** FlagInterlaced: interlaced, progressive. */
const [INTERLACED, PROGRESSIVE] = [1, 2] as const;

const ID = {
  BlockAddIDType: 0x41e7,
  BlockAddIDExtraData: 0x41ed,
  ProjectionType: 0x7671,
  ProjectionPrivate: 0x7672,
  ProjectionPoseYaw: 0x7673,
  ProjectionPosePitch: 0x7674,
  ProjectionPoseRoll: 0x7675,
} as const;
const POSE = [ID.ProjectionPoseYaw, ID.ProjectionPosePitch, ID.ProjectionPoseRoll];

/** `stream` with the elements that its boxes say; `lost` are the types of those that none can say. */
export function withElements<T extends StreamInfo>(
  stream: T,
): { readonly stream: T; readonly lost: readonly string[] } {
  const { carriedBoxes = [], carriedElements = [] } = stream;
  const found: CarriedElement[] = [...carriedElements];
  const lost: string[] = [];
  for (const box of carriedBoxes) {
    const elements = elementsOf(box);
    if (elements === null) lost.push(box.type);
    else found.push(...elements);
  }
  return { stream: found.length > 0 ? { ...stream, carriedElements: found } : stream, lost };
}

/** `stream` with the boxes that its elements say. */
export function withBoxes<T extends StreamInfo>(stream: T): T {
  const { carriedBoxes = [], carriedElements = [] } = stream;
  const found = boxesOf(carriedElements).filter(
    ({ type }) => !carriedBoxes.some((box) => box.type === type),
  );
  return found.length > 0 ? { ...stream, carriedBoxes: [...carriedBoxes, ...found] } : stream;
}

/** Names of the elements that `withBoxes` makes boxes of. */
export function saidByBoxes({ carriedElements = [] }: StreamInfo): readonly string[] {
  const types = boxesOf(carriedElements).map(({ type }) => type);
  const isRecord = types.some((type) => RECORDS.includes(type));
  return [
    ...(types.includes('st3d') ? ['StereoMode'] : []),
    ...(types.includes('sv3d') ? ['Projection'] : []),
    ...(types.includes('fiel') ? ['FlagInterlaced', 'FieldOrder'] : []),
    ...(isRecord ? ['BlockAdditionMapping'] : []),
  ];
}

/** The elements that say what a box says; null if there are none. */
function elementsOf({ type, data }: CarriedBox): CarriedElement[] | null {
  if (RECORDS.includes(type)) {
    const w = new ByteWriter();
    element(w, ID.BlockAddIDType, (inner) => inner.ascii(type));
    element(w, ID.BlockAddIDExtraData, (inner) => inner.append(data));
    return [{ name: 'BlockAdditionMapping', data: w.toBytes() }];
  }
  if (type === 'st3d') {
    if (data[4] === 0) return [];
    const mode = STEREO.find(([box]) => box === data[4])?.[1];
    return mode === undefined ? null : [numberElement('StereoMode', mode)];
  }
  if (type === 'fiel') {
    if (data[0] === 1) return [numberElement('FlagInterlaced', PROGRESSIVE)];
    if (data[0] !== 2) return null;
    const flag = numberElement('FlagInterlaced', INTERLACED);
    const isKnown = FIELD_ORDERS.includes(data[1] ?? 0);
    return isKnown ? [flag, numberElement('FieldOrder', data[1]!)] : [flag];
  }
  return type === 'sv3d' ? projectionOf(data) : null;
}

function numberElement(name: string, value: number): CarriedElement {
  return { name, data: Uint8Array.of(value) };
}

function projectionOf(data: Uint8Array): CarriedElement[] | null {
  const parts = boxesIn(boxesIn(data).get('proj') ?? new Uint8Array(0));
  const known = PROJECTIONS.find(([box]) => parts.has(box));
  if (known === undefined) return null;
  const [type, number] = known;
  const w = new ByteWriter();
  element(w, ID.ProjectionType, (inner) => inner.u8(number));
  element(w, ID.ProjectionPrivate, (inner) => inner.append(parts.get(type)!));
  const header = parts.get('prhd');
  // Behind version and flags: yaw, pitch and roll in 16.16.
  for (const [i, id] of header !== undefined && header.length >= 16 ? POSE.entries() : []) {
    const angle = viewOf(header!).getInt32(4 + 4 * i) / 0x10000;
    if (angle !== 0) element(w, id, (inner) => inner.append(floatBytes(angle)));
  }
  return [{ name: 'Projection', data: w.toBytes() }];
}

function boxesOf(elements: readonly CarriedElement[]): CarriedBox[] {
  const boxes: CarriedBox[] = [];
  const numberOf = (wanted: string): number =>
    elements.find(({ name }) => name === wanted)?.data.at(-1) ?? 0;
  const stereo = STEREO.find(([, mode]) => mode === numberOf('StereoMode'));
  if (stereo !== undefined)
    boxes.push({ type: 'st3d', data: Uint8Array.of(0, 0, 0, 0, stereo[0]) });
  const interlaced = numberOf('FlagInterlaced');
  const order = numberOf('FieldOrder');
  if (interlaced === PROGRESSIVE) boxes.push({ type: 'fiel', data: Uint8Array.of(1, 0) });
  else if (interlaced === INTERLACED && FIELD_ORDERS.includes(order)) {
    boxes.push({ type: 'fiel', data: Uint8Array.of(2, order) });
  }
  for (const { name, data } of elements) {
    const box =
      name === 'BlockAdditionMapping'
        ? recordOf(data)
        : name === 'Projection'
          ? sphereOf(data)
          : null;
    if (box !== null) boxes.push(box);
  }
  return boxes;
}

function recordOf(data: Uint8Array): CarriedBox | null {
  const parts = elementsIn(data);
  const type = String.fromCharCode(...(parts.get(ID.BlockAddIDType) ?? []));
  const record = parts.get(ID.BlockAddIDExtraData);
  return RECORDS.includes(type) && record !== undefined ? { type, data: record.slice() } : null;
}

/** Spherical Video V2: who wrote it, the pose, and the projection. */
function sphereOf(data: Uint8Array): CarriedBox | null {
  const parts = elementsIn(data);
  const number = parts.get(ID.ProjectionType)?.at(-1) ?? 0;
  const type = PROJECTIONS.find(([, element]) => element === number)?.[0];
  const content = parts.get(ID.ProjectionPrivate);
  if (type === undefined || content === undefined || content.length < 4) return null;
  const w = new ByteWriter();
  box(w, 'svhd', (inner) => inner.append(new Uint8Array(5)));
  box(w, 'proj', (proj) => {
    box(proj, 'prhd', (header) => {
      header.u32(0);
      for (const id of POSE) header.u32((numberIn(parts.get(id)) * 0x10000) >>> 0);
    });
    box(proj, type, (inner) => inner.append(content));
  });
  return { type: 'sv3d', data: w.toBytes() };
}

/** A float of four or eight bytes; 0 for none. */
function numberIn(data: Uint8Array | undefined): number {
  if (data?.length === 8) return viewOf(data).getFloat64(0);
  return data?.length === 4 ? viewOf(data).getFloat32(0) : 0;
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setFloat64(0, value);
  return bytes;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Size of an element as eight bytes, RFC 8794 clause 4: any length is allowed. */
const LONG_SIZE = 0x01000000;

/** An element with an ID of two bytes. */
function element(w: ByteWriter, id: number, content: (inner: ByteWriter) => void): void {
  const inner = new ByteWriter();
  content(inner);
  w.u16(id);
  if (inner.position < 127) w.u8(0x80 | inner.position);
  else {
    w.u32(LONG_SIZE);
    w.u32(inner.position);
  }
  w.append(inner.view());
}

/** Elements with IDs of two bytes, by these; what is no such element ends them. */
function elementsIn(data: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at + 3 <= data.length; ) {
    const id = (data[at]! << 8) | data[at + 1]!;
    const first = data[at + 2]!;
    if (id < 0x4000 || id >= 0x8000 || first === 0) break;
    const length = Math.clz32(first) - 23;
    let size = first & (0xff >> length);
    for (let i = 1; i < length; i++) size = size * 256 + (data[at + 2 + i] ?? 0);
    at += 2 + length;
    if (at + size > data.length) break;
    if (!found.has(id)) found.set(id, data.subarray(at, at + size));
    at += size;
  }
  return found;
}

function box(w: ByteWriter, type: string, content: (inner: ByteWriter) => void): void {
  const inner = new ByteWriter();
  content(inner);
  w.u32(8 + inner.position);
  w.ascii(type);
  w.append(inner.view());
}

/** Contents of boxes by their types; what is no box ends them. */
function boxesIn(data: Uint8Array): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (let at = 0; at + 8 <= data.length; ) {
    const size = viewOf(data).getUint32(at);
    if (size < 8 || at + size > data.length) break;
    const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
    if (!found.has(type)) found.set(type, data.subarray(at + 8, at + size));
    at += size;
  }
  return found;
}
