/** The tree of a file: what the library's readers say of it, and inside a stream that the page has made, each syntax element. */
import { inspectJpeg } from '../src/codecs/jpeg/inspect.ts';
import { isJpeg } from '../src/codecs/jpeg/standard/describe.ts';
import { isPng } from '../src/codecs/png/describe.ts';
import { inspectPng } from '../src/codecs/png/inspect.ts';
import { inspectMp4, isMp4 } from '../src/containers/isobmff/index.ts';
import { inspectMatroska, isEbml } from '../src/containers/matroska/index.ts';
import { inspectWav, isWav } from '../src/containers/riff/index.ts';
import {
  formatValue,
  type Trace,
  type TraceColumns,
  type TreeField,
  type TreeNode,
} from '../src/inspect/index.ts';
import { MemorySource } from '../src/io/index.ts';
import { extremesOf } from './extremes.ts';
import type { MacroblockMaps } from './macroblock-maps.ts';
import { PICTURE_TYPES, TYPE_NAMES, UNIT_NAMES } from './names.ts';
import { requireColumns } from './needed.ts';
import { type FilePacket, MOST_PACKETS, packetsOf } from './packets.ts';
import { columnsOf, type PictureRecord, type Recording } from './recording.ts';

/** A field of a node: bytes of the file with a name and a value as text. */
export interface FileField {
  readonly name: string;
  readonly value: string;
  readonly clause: string;
  readonly start: number;
  readonly end: number;
}

/** A node, its children and fields made when they are asked for. */
export interface FileNode {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly clause: string;
  readonly problem: string;
  readonly hasChildren: boolean;
  /** Reads what children are made of; must be awaited before `children` is called for the first time. */
  load(): Promise<void>;
  children(): readonly FileNode[];
  fields(): readonly FileField[];
}

/** A function that is called once. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The `load` of nodes whose children are there. */
async function nothing(): Promise<void> {}

function fieldOf({ name, value, start, end }: TreeField): FileField {
  return { name, value: formatValue(value), clause: '', start, end };
}

function nodeOf({ name, start, end, clause, problem, children, fields }: TreeNode): FileNode {
  return {
    ...{ name, start, end, clause, problem: problem ?? '', hasChildren: children.length > 0 },
    load: nothing,
    children: once(() => children.map(nodeOf)),
    fields: once(() => fields.map(fieldOf)),
  };
}

/** The tree of a file; empty where no reader knows it. */
export async function readFileTree(
  bytes: Uint8Array,
  recording: Recording | null,
): Promise<FileNode[]> {
  const source = new MemorySource(bytes);
  const start = bytes.subarray(0, 64);
  if (isPng(start)) return inspectPng(bytes).map(nodeOf);
  if (isJpeg(start)) return inspectJpeg(bytes).map(nodeOf);
  if (isEbml(start)) return (await inspectMatroska(source, {})).map(nodeOf);
  if (isWav(start)) return (await inspectWav(source, {})).map(nodeOf);
  if (!isMp4(start)) return [];
  const nodes = (await inspectMp4(source, {})).map(nodeOf);
  if (recording !== null && recording.file === bytes) {
    return nodes.map((node) => (node.name === 'mdat' ? withPictures(node, recording) : node));
  }
  const packets = packetsOf(await inspectMp4(source, { maxRows: MOST_PACKETS }));
  return nodes.map((node) => (node.name === 'mdat' ? withPackets(node, packets) : node));
}

/** The media data with the packets inside, as the tables of the file place them. */
function withPackets(mdat: FileNode, packets: readonly FilePacket[]): FileNode {
  const own = packets.filter(({ start, end }) => start >= mdat.start && end <= mdat.end);
  const children = once(() =>
    own.map(({ track, number, start, end, seconds, isSync }) => ({
      name: `packet ${number} of ${track}${Number.isNaN(seconds) ? '' : `, ${seconds.toFixed(3)} s`}${isSync ? ', key' : ''}`,
      ...{ start, end, clause: 'ISOBMFF 8.7', problem: '', hasChildren: false, load: nothing },
      children: () => [],
      fields: () => [],
    })),
  );
  return { ...mdat, hasChildren: own.length > 0, children };
}

/** Tables that the tree of a file is made of. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  node: ['node', 'parent', 'name', 'first', 'bytes', 'clause', 'problem'],
  field: ['node', 'name', 'value', 'first', 'bytes'],
};

/** The tree that a trace has of a file; empty where it has none. Throws an error that says what to do. */
export function treeOfTrace(trace: Trace): FileNode[] {
  const { tables, names } = trace;
  if ((tables.node?.rowCount ?? 0) === 0) return [];
  requireColumns(trace, NEEDED);
  const { columns: n, rowCount } = tables.node;
  const name = (number: number): string => names[number] ?? '?';
  const below = new Map<number, number[]>();
  for (let i = 0; i < rowCount; i++) {
    const own = below.get(n.parent[i]) ?? [];
    own.push(i);
    // What is above a part comes before it.
    if (n.parent[i] < n.node[i]) below.set(n.parent[i], own);
  }
  const fields = new Map<number, FileField[]>();
  const { columns: f, rowCount: count } = tables.field;
  for (let i = 0; i < count; i++) {
    const own = fields.get(f.node[i]) ?? [];
    const place = { start: f.first[i], end: f.first[i] + f.bytes[i] };
    own.push({ name: name(f.name[i]), value: name(f.value[i]), clause: '', ...place });
    fields.set(f.node[i], own);
  }
  const toNode = (i: number): FileNode => ({
    ...{ name: name(n.name[i]), start: n.first[i], end: n.first[i] + n.bytes[i], load: nothing },
    ...{
      clause: name(n.clause[i]),
      problem: name(n.problem[i]),
      hasChildren: below.has(n.node[i]),
    },
    children: once(() => (below.get(n.node[i]) ?? []).map(toNode)),
    fields: () => fields.get(n.node[i]) ?? [],
  });
  return (below.get(-1) ?? []).map(toNode);
}

/** The media data with the pictures of the stream inside, which lie there one after the other, in coding order. */
function withPictures(mdat: FileNode, recording: Recording): FileNode {
  const children = once(() => {
    const total = recording.pictures.reduce((sum, { bytes }) => sum + bytes, 0);
    let start = mdat.end - total;
    return recording.pictures.map((picture) => {
      const node = pictureNode(recording, picture, start);
      start = node.end;
      return node;
    });
  });
  return { ...mdat, hasChildren: true, children };
}

function pictureNode(recording: Recording, picture: PictureRecord, start: number): FileNode {
  return {
    ...{
      name: `picture ${picture.display} (${PICTURE_TYPES[picture.type]})`,
      start,
      end: start + picture.bytes,
    },
    ...{ clause: 'H.264 7.4.1.2.3', problem: '', hasChildren: true, fields: () => [] },
    load: () => recording.load(picture),
    children: once(() => {
      const c = columnsOf(picture, 'unit');
      const nodes: FileNode[] = [];
      let at = start;
      for (let i = picture.rows.unit.first; i < picture.rows.unit.end; i++) {
        if (c.void[i] !== 0) continue;
        nodes.push(
          unitNode(
            recording,
            picture,
            c.unit[i],
            UNIT_NAMES[c.type[i]] ?? 'unit',
            at,
            at + c.bytes[i],
          ),
        );
        at += c.bytes[i];
      }
      return nodes;
    }),
  };
}

/** Bytes of a unit before its RBSP: length and header. */
const LENGTH_BYTES = 4;
const HEADER_BYTES = 1;

/** Where each byte of the RBSP lies in the file: emulation prevention bytes lie between (clause 7.4.1). */
function rbspPlaces(file: Uint8Array, start: number, end: number): Uint32Array {
  const places = new Uint32Array(end - start);
  let count = 0;
  let zeros = 0;
  for (let at = start + LENGTH_BYTES + HEADER_BYTES; at < end; at++) {
    if (zeros >= 2 && file[at] === 3) {
      zeros = 0;
      continue;
    }
    zeros = file[at] === 0 ? zeros + 1 : 0;
    places[count++] = at;
  }
  return places.subarray(0, count);
}

/** The rows of the elements of a unit. */
function rowsOfUnit(picture: PictureRecord, unit: number): number[] {
  const c = columnsOf(picture, 'element');
  const rows: number[] = [];
  for (let i = picture.rows.element.first; i < picture.rows.element.end; i++) {
    if (c.unit[i] === unit && c.void[i] === 0) rows.push(i);
  }
  return rows;
}

function unitNode(
  recording: Recording,
  picture: PictureRecord,
  unit: number,
  name: string,
  start: number,
  end: number,
): FileNode {
  const { names, file } = recording;
  // The rows that are in memory now: they may be let go of before the fields are asked for.
  const c = columnsOf(picture, 'element');
  const { maps } = picture;
  const rows = rowsOfUnit(picture, unit);
  const places = once(() => rbspPlaces(file, start, end));
  const toField = (row: number): FileField => elementField(c, names, row, start, end, places());
  return {
    ...{ name, start, end, clause: 'H.264 7.3.1', problem: '', hasChildren: true, load: nothing },
    fields: once(() => rows.filter((row) => c.macroblock[row] < 0).map(toField)),
    children: once(() => {
      const byMacroblock = new Map<number, FileField[]>();
      for (const row of rows) {
        const mb = c.macroblock[row];
        if (mb < 0) continue;
        const own = byMacroblock.get(mb) ?? [];
        own.push(toField(row));
        byMacroblock.set(mb, own);
      }
      return [...byMacroblock].map(([mb, fields]) => macroblockNode(maps, mb, fields));
    }),
  };
}

function macroblockNode(maps: MacroblockMaps, mb: number, fields: FileField[]): FileNode {
  return {
    name: `macroblock ${mb}: ${TYPE_NAMES[maps.type[mb]] ?? '?'}`,
    start: extremesOf(fields.map(({ start }) => start)).least,
    end: extremesOf(fields.map(({ end }) => end)).most,
    ...{ clause: 'H.264 7.3.5', problem: '', hasChildren: false, load: nothing },
    fields: () => fields,
    children: () => [],
  };
}

/** A syntax element as a field: the bytes that its bits lie in. */
function elementField(
  c: TraceColumns['columns'],
  names: readonly string[],
  row: number,
  start: number,
  end: number,
  places: Uint32Array,
): FileField {
  const [position, length] = [c.position[row], c.length[row]];
  const placeOf = (bit: number): number => {
    if (bit < 0) return start + LENGTH_BYTES + HEADER_BYTES + Math.floor(bit / 8);
    return places[bit >> 3] ?? end - 1;
  };
  return {
    name: names[c.name[row]] ?? '?',
    value: `${c.value[row]} in ${length} ${length === 1 ? 'bit' : 'bits'}`,
    clause: names[c.clause[row]] ?? '',
    start: placeOf(position),
    end: placeOf(position + Math.max(1, length) - 1) + 1,
  };
}

/**
 * The nodes from the outermost to the innermost that hold a byte. Macroblocks share bytes: of several it is `preferred`, else the last,
 * which begins there.
 */
export async function pathTo(
  nodes: readonly FileNode[],
  byte: number,
  preferred: FileNode | null = null,
): Promise<FileNode[]> {
  const path: FileNode[] = [];
  let level = nodes;
  for (;;) {
    const holding = level.filter(({ start, end }) => byte >= start && byte < end);
    const found = holding.find((node) => node === preferred) ?? holding.at(-1);
    if (found === undefined) return path;
    path.push(found);
    if (found === preferred) return path;
    await found.load();
    level = found.children();
  }
}

/** The smallest field of a node that holds a byte; null if none does. */
export function fieldAt(node: FileNode, byte: number): FileField | null {
  let best: FileField | null = null;
  for (const field of node.fields()) {
    const isInside = byte >= field.start && byte < field.end;
    if (isInside && (best === null || field.end - field.start < best.end - best.start))
      best = field;
  }
  return best;
}

/** The byte of the file that the first bit of a macroblock lies in; -1 if it has none of its own. */
export async function byteOfMacroblock(
  nodes: readonly FileNode[],
  picture: PictureRecord,
  mb: number,
): Promise<number> {
  const mdat = nodes.find(({ name }) => name === 'mdat');
  const node = mdat?.children()[picture.number];
  await node?.load();
  for (const unit of node?.children() ?? []) {
    const own = unit.children().find(({ name }) => name.startsWith(`macroblock ${mb}:`));
    if (own !== undefined) return own.start;
  }
  return -1;
}
