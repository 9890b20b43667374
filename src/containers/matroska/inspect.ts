/**
 * The tree of a file's elements: masters and blocks as nodes, the other elements as their fields, by the names of the
 * standard. Never throws for the contents of a file: a fault is told at the element where it is.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import { MediaError } from '../../base/errors.ts';
import { Budget } from '../../base/limits.ts';
import { SourceWindow } from '../../base/source-window.ts';
import {
  hexText,
  TREE_DEFAULTS,
  TreeBudget,
  type TreeField,
  type TreeNode,
  type TreeOptions,
  type TreeValue,
  tableOf,
} from '../../inspect/tree.ts';
import { type BlockHeader, FrameSizes, readBlockHeader, readLacing } from './block.ts';
import {
  type ElementHeader,
  MAX_DEPTH,
  readFloat,
  readInt,
  readText,
  readUint,
  UNKNOWN_SIZE,
} from './ebml-reader.ts';
import { type ElementInfo, elementById, ID, RECURSIVE } from './element-table.ts';
import { loadHeader } from './segment-reader.ts';

/** Elements shown of one file; later ones are left out with a remark. */
const MAX_ELEMENTS = 200_000;

/** Text longer than this is cut; so is what is read of a block for its header and lacing. */
const MAX_VALUE_BYTES = 4096;

/** Table: top-level element => clause of RFC 9559 that defines it and what is in it. */
const CLAUSES: Readonly<Record<string, string>> = {
  EBML: 'EBML 11.2',
  Segment: 'Matroska 5.1',
  SeekHead: 'Matroska 5.1.1',
  Info: 'Matroska 5.1.2',
  Cluster: 'Matroska 5.1.3',
  Tracks: 'Matroska 5.1.4',
  Cues: 'Matroska 5.1.5',
  Attachments: 'Matroska 5.1.6',
  Chapters: 'Matroska 5.1.7',
  Tags: 'Matroska 5.1.8',
};

/** Milliseconds from 1970-01-01 to 2001-01-01, the epoch of EBML dates. */
const EPOCH_MILLISECONDS = 978_307_200_000;

interface Place {
  readonly window: SourceWindow;
  readonly options: Required<TreeOptions>;
  readonly budget: TreeBudget;
  readonly maxDepth: number;
}

interface Contents {
  readonly fields: TreeField[];
  readonly children: TreeNode[];
  /** Where the last element ends. */
  end: number;
  problem?: string;
}

/** Makes the tree of a Matroska file. Throws only what the source throws. */
export async function inspectMatroska(
  source: ByteSource,
  options: TreeOptions = {},
): Promise<TreeNode[]> {
  const { limits } = new Budget('matroska', source, options.limits);
  const place = {
    window: new SourceWindow(source),
    options: { ...TREE_DEFAULTS, ...options },
    budget: new TreeBudget(MAX_ELEMENTS, limits),
    maxDepth: Math.min(MAX_DEPTH, limits.maxDepth),
  };
  const root = await readContents(place, null, 0, source.size ?? Number.POSITIVE_INFINITY, 0, '');
  if (root.problem === undefined && root.fields.length === 0) return root.children;
  const { fields, children, end, problem } = root;
  const rest = { name: '', start: end, end, clause: '', fields, children: [] };
  return [...children, { ...rest, problem: problem ?? 'elements outside of EBML and Segment' }];
}

/** Reads the elements from `start` to `end`; those of a master of unknown size up to one that cannot be in it. */
async function readContents(
  place: Place,
  parent: ElementInfo | null,
  start: number,
  end: number,
  depth: number,
  clause: string,
): Promise<Contents> {
  const { window, budget } = place;
  const contents: Contents = { fields: [], children: [], end: start };
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  while (contents.end < end) {
    const position = contents.end;
    if (budget.isFull) {
      contents.problem = budget.remark;
      contents.end = Number.isFinite(end) ? end : position;
      break;
    }
    if (!(await loadHeader(window, position, header))) {
      const isEnd = (await window.load(position, 1)) === 0;
      if (!isEnd || Number.isFinite(end)) {
        contents.problem = isEnd
          ? `the file ends at byte ${position}`
          : `no valid element ID and size at byte ${position}`;
      }
      break;
    }
    budget.addNode();
    const { id, size, headerLength } = header;
    const info = elementById(id);
    if (!Number.isFinite(end) && parent !== null && !canHold(parent, info)) break;
    const dataStart = position + headerLength;
    const isUnknown = size === UNKNOWN_SIZE;
    const dataEnd = isUnknown ? Number.POSITIVE_INFINITY : dataStart + size;
    if (!isUnknown && dataEnd > end) {
      contents.problem = `${nameOf(info, id)} at byte ${position} reaches to ${dataEnd}, its parent ends at ${end}`;
    }
    const limit = Math.min(dataEnd, end);
    if (info?.type === 'master' && depth < place.maxDepth) {
      const node = await readMaster(place, info, position, dataStart, limit, depth, clause);
      contents.children.push(node);
      contents.end = isUnknown ? node.end : limit;
    } else if (isUnknown) {
      contents.problem = `${nameOf(info, id)} at byte ${position} has an unknown size`;
      break;
    } else {
      if (id === ID.SimpleBlock || id === ID.Block) {
        const block = await readBlock(place, info!, position, dataStart, limit, clause);
        for (const field of block.fields) budget.addField(field);
        contents.children.push(block);
      } else {
        const field = await readField(place, info, id, position, dataStart, limit);
        budget.addField(field);
        contents.fields.push(field);
      }
      contents.end = limit;
    }
  }
  return contents;
}

async function readMaster(
  place: Place,
  info: ElementInfo,
  start: number,
  dataStart: number,
  limit: number,
  depth: number,
  outer: string,
): Promise<TreeNode> {
  const clause = CLAUSES[info.name] ?? outer;
  const contents = await readContents(place, info, dataStart, limit, depth + 1, clause);
  const end = Number.isFinite(limit) ? limit : contents.end;
  const { fields, children, problem } = contents;
  const node = { name: info.name, start, end, clause, fields, children };
  return problem === undefined ? node : { ...node, problem };
}

/** Whether `info` may be in a master of unknown size: RFC 8794 clause 6.2. */
function canHold(parent: ElementInfo, info: ElementInfo | undefined): boolean {
  if (info === undefined || info.parent === '*') return true;
  if (info.parent === '') return false;
  if (info.name === parent.name) return RECURSIVE.includes(info.name);
  return parent.name === 'Segment' || info.parent !== 'Segment';
}

function nameOf(info: ElementInfo | undefined, id: number): string {
  return info?.name ?? `0x${id.toString(16)}`;
}

async function readField(
  { window, options }: Place,
  info: ElementInfo | undefined,
  id: number,
  start: number,
  dataStart: number,
  end: number,
): Promise<TreeField> {
  const isText = info?.type === 'utf-8' || info?.type === 'string';
  const wanted = isText ? MAX_VALUE_BYTES : Math.max(8, options.maxBytes + 1);
  const data = await window.copy(dataStart, Math.min(end - dataStart, wanted));
  return { name: nameOf(info, id), value: treeValueOf(info, data, options.maxBytes), start, end };
}

function treeValueOf(info: ElementInfo | undefined, data: Uint8Array, maxBytes: number): TreeValue {
  switch (info?.type) {
    case 'uinteger':
      return readUint(data);
    case 'integer':
      return readInt(data);
    case 'float':
      return readFloat(data);
    case 'string':
    case 'utf-8':
      return readText(data);
    case 'date': {
      const date = new Date(EPOCH_MILLISECONDS + readInt(data) / 1e6);
      return Number.isNaN(date.getTime()) ? hexText(data, maxBytes) : date.toISOString();
    }
    default:
      return info?.name === 'SeekID'
        ? (elementById(readUint(data))?.name ?? hexText(data, maxBytes))
        : hexText(data, maxBytes);
  }
}

const LACING_NAMES = ['none', 'Xiph', 'fixed-size', 'EBML'];

/** Block and SimpleBlock with the fields of their header, RFC 9559 clauses 10.1 to 10.3. */
async function readBlock(
  { window, options }: Place,
  info: ElementInfo,
  start: number,
  dataStart: number,
  end: number,
  clause: string,
): Promise<TreeNode> {
  const data = await window.copy(dataStart, Math.min(end - dataStart, MAX_VALUE_BYTES));
  const header: BlockHeader = { trackNumber: 0, relative: 0, flags: 0, length: 0 };
  const place = { name: info.name, start, end, clause, children: [] };
  try {
    readBlockHeader(data, 0, data.length, dataStart, header);
    const { trackNumber, relative, flags, length } = header;
    const timeAt = dataStart + length - 3;
    const flagsAt = timeAt + 2;
    const field = (name: string, value: TreeValue, from: number, to: number): TreeField => ({
      name,
      value,
      start: from,
      end: to,
    });
    const fields = [
      field('Track Number', trackNumber, dataStart, timeAt),
      field('Timestamp', relative, timeAt, flagsAt),
      ...(info.name === 'SimpleBlock' ? [field('Keyframe', flags >> 7, flagsAt, flagsAt + 1)] : []),
      field('Invisible', (flags >> 3) & 1, flagsAt, flagsAt + 1),
      field('Lacing', LACING_NAMES[(flags >> 1) & 3]!, flagsAt, flagsAt + 1),
    ];
    let framesAt = length;
    if ((flags & 6) !== 0) {
      const sizes = new FrameSizes();
      // Sizes are checked against the whole block, of which only the start was read.
      const whole = new Uint8Array(Math.min(end - dataStart, 1 << 24));
      whole.set(data);
      framesAt = readLacing(whole, length, whole.length, flags, dataStart, sizes);
      const table = tableOf(['frame size'], sizes.values(), options.maxRows);
      fields.push(field('Frame sizes', table, dataStart + length, dataStart + framesAt));
    }
    const frames = hexText(data.subarray(framesAt), options.maxBytes);
    fields.push(field('Frames', frames, dataStart + framesAt, end));
    return { ...place, fields };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return { ...place, fields: [], problem: error.message };
  }
}
