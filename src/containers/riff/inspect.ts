/**
 * The tree of a WAV file's chunks, with the fields of those that are known. Never throws for what a file holds: what is
 * wrong is said at the chunk where it is.
 */

import type { ByteSource } from '../../base/byte-stream.ts';
import { Budget } from '../../base/limits.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import {
  hexText,
  shortText,
  TREE_DEFAULTS,
  TreeBudget,
  type TreeField,
  type TreeNode,
  type TreeOptions,
  type TreeValue,
} from '../../inspect/tree.ts';
import { fourCc } from './info-tags.ts';

/** A field of a chunk: name, and its width in bytes; `text` runs to the end of the chunk. */
type FieldSpec = readonly [
  name: string,
  kind: 'u16' | 'u32' | 'u64' | 'guid' | 'text' | 'fourcc' | 'bytes',
];

/** Table: chunk => clause and fields in order; fields beyond the end of the chunk are left out. */
const CHUNKS: Readonly<Record<string, readonly [clause: string, fields: readonly FieldSpec[]]>> = {
  'fmt ': [
    'RIFF/WAVE, Format Chunk',
    [
      ['wFormatTag', 'u16'],
      ['nChannels', 'u16'],
      ['nSamplesPerSec', 'u32'],
      ['nAvgBytesPerSec', 'u32'],
      ['nBlockAlign', 'u16'],
      ['wBitsPerSample', 'u16'],
      ['cbSize', 'u16'],
      ['wValidBitsPerSample', 'u16'],
      ['dwChannelMask', 'u32'],
      ['SubFormat', 'guid'],
    ],
  ],
  fact: ['RIFF/WAVE, Fact Chunk', [['dwSampleLength', 'u32']]],
  ds64: [
    'RF64 clause 4',
    [
      ['riffSize', 'u64'],
      ['dataSize', 'u64'],
      ['sampleCount', 'u64'],
      ['tableLength', 'u32'],
    ],
  ],
  LIST: ['RIFF/WAVE, LIST Chunk', [['listType', 'fourcc']]],
  data: ['RIFF/WAVE, Data Chunk', []],
  JUNK: ['RIFF/WAVE, JUNK Chunk', []],
};

const WIDTHS = { u16: 2, u32: 4, u64: 8, guid: 16, fourcc: 4 } as const;

/** Size that says "see ds64", or "up to the end". */
const OPEN_SIZE = 0xffffffff;
/** Chunks of a file that are shown. */
const MAX_CHUNKS = 100_000;
/** Bytes of a chunk's contents that are read. */
const MAX_CONTENT_BYTES = 1 << 16;
/** Lists within lists that are followed. */
const MAX_DEPTH = 4;

/** Makes the tree of a RIFF, RF64 or BW64 file. Throws only what the source throws. */
export async function inspectWav(
  source: ByteSource,
  options: TreeOptions = {},
): Promise<TreeNode[]> {
  const { maxBytes } = { ...TREE_DEFAULTS, ...options };
  const { limits } = new Budget('wav', source, options.limits);
  const budget = new TreeBudget(MAX_CHUNKS, limits);
  const start = (await source.read(0, 12)).slice();
  if (start.length < 12) return [];
  const view = new DataView(start.buffer);
  const size = view.getUint32(4, true);
  const place = { source, maxBytes, budget, maxDepth: Math.min(MAX_DEPTH, limits.maxDepth) };
  const children = await chunksIn(place, 12, source.size ?? Number.MAX_SAFE_INTEGER, 0);
  const end = source.size ?? children.at(-1)?.end ?? 12;
  const isOpen = size === OPEN_SIZE || size === 0;
  return [
    {
      name: fourCc(start, 0),
      start: 0,
      end,
      clause: fourCc(start, 0) === 'RIFF' ? 'RIFF/WAVE, RIFF Form' : 'RF64 clause 3',
      fields: [
        { name: 'ckSize', value: size, start: 4, end: 8 },
        { name: 'formType', value: fourCc(start, 8), start: 8, end: 12 },
      ],
      children,
      ...(budget.isFull
        ? { problem: budget.remark }
        : isOpen || size + 8 <= end
          ? {}
          : { problem: `says ${size + 8} bytes, the file has ${end}` }),
    },
  ];
}

/** The file and the options, on the way down the tree. */
interface Place {
  readonly source: ByteSource;
  readonly maxBytes: number;
  readonly budget: TreeBudget;
  readonly maxDepth: number;
}

/** The chunks from `start` on, up to `end` or the end of the source. */
async function chunksIn(
  place: Place,
  start: number,
  end: number,
  depth: number,
): Promise<TreeNode[]> {
  const { source, maxBytes, budget, maxDepth } = place;
  const nodes: TreeNode[] = [];
  let dataSize = OPEN_SIZE;
  for (let at = start; at + 8 <= end && !budget.isFull; ) {
    const header = (await source.read(at, 8)).slice();
    if (header.length < 8) break;
    const name = fourCc(header, 0);
    const size32 = new DataView(header.buffer).getUint32(4, true);
    const size = size32 === OPEN_SIZE && name === 'data' ? dataSize : size32;
    const limit = source.size ?? Number.MAX_SAFE_INTEGER;
    const contentEnd = Math.min(at + 8 + size, end, limit);
    const isCut = at + 8 + size > contentEnd && size32 !== OPEN_SIZE;
    const content = await source.read(at + 8, Math.min(contentEnd - at - 8, MAX_CONTENT_BYTES));
    const [clause, specs] = CHUNKS[name] ?? ['', isInfo(name) ? INFO_TEXT : UNKNOWN];
    const fields = readFields(specs, content.slice(), at + 8, maxBytes);
    budget.addNode();
    for (const field of fields) budget.addField(field);
    if (name === 'ds64' && content.length >= 16) dataSize = u64(fields[1]?.value);
    nodes.push({
      name,
      start: at,
      end: contentEnd,
      clause,
      fields: [{ name: 'ckSize', value: size32, start: at + 4, end: at + 8 }, ...fields],
      children:
        name === 'LIST' && depth < maxDepth
          ? await chunksIn(place, at + 12, contentEnd, depth + 1)
          : [],
      ...(isCut ? { problem: `says ${size} bytes, ${contentEnd - at - 8} are there` } : {}),
    });
    at += 8 + size + (size & 1 ? 1 : 0);
  }
  return nodes;
}

const INFO_TEXT: readonly FieldSpec[] = [['text', 'text']];
const UNKNOWN: readonly FieldSpec[] = [['data', 'bytes']];

/** Chunks of an INFO list are called so. */
function isInfo(name: string): boolean {
  return /^I[A-Z]{3}$/.test(name);
}

function u64(value: TreeValue | undefined): number {
  return typeof value === 'number' && value <= Number.MAX_SAFE_INTEGER ? value : OPEN_SIZE;
}

function readFields(
  specs: readonly FieldSpec[],
  bytes: Uint8Array,
  offset: number,
  maxBytes: number,
): TreeField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: TreeField[] = [];
  let at = 0;
  for (const [name, kind] of specs) {
    const width = kind === 'text' || kind === 'bytes' ? bytes.length - at : WIDTHS[kind];
    if (at + width > bytes.length || width === 0) break;
    const part = bytes.subarray(at, at + width);
    let value: TreeValue;
    if (kind === 'u16') value = view.getUint16(at, true);
    else if (kind === 'u32') value = view.getUint32(at, true);
    else if (kind === 'u64') value = Number(view.getBigUint64(at, true));
    else if (kind === 'fourcc') value = fourCc(part, 0);
    else if (kind === 'text') value = shortText(decodeUtf8(part).replace(/\0+$/, ''));
    else value = hexText(part, maxBytes);
    fields.push({ name, value, start: offset + at, end: offset + at + width });
    at += width;
  }
  return fields;
}
