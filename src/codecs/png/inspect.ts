/**
 * The tree of a PNG file: its chunks with their fields by the names of PNG (third edition) clause 11. Never throws for what a file holds: what is
 * wrong is said at the chunk where it is.
 */
import { crc32 } from '../../bits/crc32.ts';
import {
  hexText,
  shortText,
  TREE_DEFAULTS,
  type TreeField,
  type TreeNode,
  type TreeOptions,
} from '../../inspect/tree.ts';
import { CHUNK_OVERHEAD, SIGNATURE } from './standard/chunks.ts';

/** Chunks of a file that are shown. */
const MAX_CHUNKS = 100_000;

/** Fields of a chunk: names with their bytes; a keyword ends at a zero. Of integers, what follows them is left as bytes. */
type ChunkSpec = readonly [clause: string, ...fields: (readonly [name: string, bytes: number])[]];

/** In the place of bytes: a text that ends at a zero, or with the chunk. */
const UP_TO_ZERO = -1;
const TO_THE_END = -2;

const KEYWORD = ['Keyword', UP_TO_ZERO] as const;

/** Table: chunk => clause, and fields in order. */
// biome-ignore format: a table
const CHUNKS: Readonly<Record<string, ChunkSpec>> = {
  IHDR: [
    '11.2.1', ['Width', 4], ['Height', 4], ['Bit depth', 1], ['Color type', 1], ['Compression method', 1], ['Filter method', 1],
    ['Interlace method', 1],
  ],
  PLTE: ['11.2.2'],
  IDAT: ['11.2.3'],
  IEND: ['11.2.4'],
  tRNS: ['11.3.1.1'],
  cHRM: [
    '11.3.2.1', ['White point x', 4], ['White point y', 4], ['Red x', 4], ['Red y', 4], ['Green x', 4], ['Green y', 4],
    ['Blue x', 4], ['Blue y', 4],
  ],
  gAMA: ['11.3.2.2', ['Image gamma', 4]],
  iCCP: ['11.3.2.3', ['Profile name', UP_TO_ZERO], ['Compression method', 1]],
  sBIT: ['11.3.2.4'],
  sRGB: ['11.3.2.5', ['Rendering intent', 1]],
  cICP: [
    '11.3.2.6', ['Color Primaries', 1], ['Transfer Function', 1], ['Matrix Coefficients', 1], ['Video Full Range Flag', 1],
  ],
  tEXt: ['11.3.3.2', KEYWORD, ['Text', TO_THE_END]],
  zTXt: ['11.3.3.3', KEYWORD, ['Compression method', 1]],
  iTXt: ['11.3.3.4', KEYWORD, ['Compression flag', 1], ['Compression method', 1]],
  bKGD: ['11.3.4.1'],
  hIST: ['11.3.4.2'],
  pHYs: ['11.3.4.3', ['Pixels per unit, X axis', 4], ['Pixels per unit, Y axis', 4], ['Unit specifier', 1]],
  sPLT: ['11.3.4.4'],
  eXIf: ['11.3.4.5'],
  tIME: ['11.3.5.1', ['Year', 2], ['Month', 1], ['Day', 1], ['Hour', 1], ['Minute', 1], ['Second', 1]],
  acTL: ['11.3.6.1', ['num_frames', 4], ['num_plays', 4]],
  fcTL: [
    '11.3.6.2', ['sequence_number', 4], ['width', 4], ['height', 4], ['x_offset', 4], ['y_offset', 4], ['delay_num', 2],
    ['delay_den', 2], ['dispose_op', 1], ['blend_op', 1],
  ],
  fdAT: ['11.3.6.3', ['sequence_number', 4]],
};

/** The text of bytes in Latin-1. */
function latin1(bytes: Uint8Array): string {
  return shortText(String.fromCharCode(...bytes.subarray(0, 4096)));
}

/** The fields of the data of a chunk at `start..end`. */
function fieldsOf(
  file: Uint8Array,
  type: string,
  start: number,
  end: number,
  maxBytes: number,
): TreeField[] {
  const fields: TreeField[] = [];
  const [, ...specs] = CHUNKS[type] ?? [''];
  let at = start;
  for (const [name, bytes] of specs) {
    const zero = bytes === UP_TO_ZERO ? file.subarray(at, end).indexOf(0) : -1;
    const isText = bytes < 0;
    const size = !isText ? bytes : zero < 0 ? end - at : zero + 1;
    if (size <= 0 || at + size > end) break;
    const value = isText
      ? latin1(file.subarray(at, zero < 0 ? at + size : at + zero))
      : file.subarray(at, at + size).reduce((sum, byte) => 256 * sum + byte, 0);
    fields.push({ name, value, start: at, end: at + size });
    at += size;
  }
  if (at < end) {
    fields.push({ name: 'data', value: hexText(file.subarray(at, end), maxBytes), start: at, end });
  }
  return fields;
}

/** The tree of the chunk at `start`, which may go beyond the end of the file. */
function chunkNode(file: Uint8Array, view: DataView, start: number, maxBytes: number): TreeNode {
  const length = view.getUint32(start);
  const type = String.fromCharCode(...file.subarray(start + 4, start + 8));
  const dataEnd = Math.min(file.length, start + 8 + length);
  const end = Math.min(file.length, start + CHUNK_OVERHEAD + length);
  const fields: TreeField[] = [
    { name: 'Length', value: length, start, end: start + 4 },
    { name: 'Chunk type', value: type, start: start + 4, end: start + 8 },
    ...fieldsOf(file, type, start + 8, dataEnd, maxBytes),
  ];
  const clause = CHUNKS[type]?.[0];
  const node = { name: type, start, end, fields, children: [] };
  const place = { ...node, clause: clause === undefined ? '' : `PNG ${clause}` };
  if (end < start + CHUNK_OVERHEAD + length) {
    return { ...place, problem: `its ${length} bytes go beyond the file (PNG clause 5.3)` };
  }
  fields.push({ name: 'CRC', value: view.getUint32(dataEnd), start: dataEnd, end });
  if (view.getUint32(dataEnd) === crc32(file, 0, start + 4, dataEnd)) return place;
  return { ...place, problem: 'its data do not match its CRC (PNG clause 5.5)' };
}

/** Makes the tree of a file that begins with the signature. */
export function inspectPng(file: Uint8Array, options: TreeOptions = {}): TreeNode[] {
  const { maxBytes } = { ...TREE_DEFAULTS, ...options };
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const signature = { name: 'signature', start: 0, end: Math.min(SIGNATURE.length, file.length) };
  const nodes: TreeNode[] = [{ ...signature, clause: 'PNG 5.2', fields: [], children: [] }];
  let at = SIGNATURE.length;
  while (at + CHUNK_OVERHEAD <= file.length && nodes.length < MAX_CHUNKS) {
    const node = chunkNode(file, view, at, maxBytes);
    nodes.push(node);
    at = node.end;
    if (node.name === 'IEND') break;
  }
  if (at < file.length) {
    const rest = { name: 'bytes behind the end', start: at, end: file.length, clause: '' };
    nodes.push({ ...rest, fields: [], children: [] });
  }
  return nodes;
}
