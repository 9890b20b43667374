/**
 * The tree of a JPEG file: its marker segments with their fields by the names of T.81 annex B, and the entropy-coded data of its scans. Never
 * throws for what a file holds: what is wrong is said at the segment where it is.
 */
import {
  hexText,
  shortText,
  TREE_DEFAULTS,
  type TreeField,
  type TreeNode,
  type TreeOptions,
  type TreeValue,
} from '../../inspect/tree.ts';
import {
  APP0,
  APP15,
  COM,
  DHT,
  DNL,
  DQT,
  DRI,
  EOI,
  JPG,
  SOF0,
  SOF15,
  SOI,
  SOS,
  standsAlone,
} from './standard/markers.ts';
import { entropyCodedEnd } from './standard/read-file.ts';

/** Segments of a file that are shown. */
const MAX_SEGMENTS = 100_000;

/** A marker, and the bytes from its FF to the end of its segment; of a scan, its data lie from there to `dataEnd`. */
export interface MarkedSegment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
  readonly dataEnd: number;
  readonly isCut: boolean;
}

/** The segments of a file up to EOI, or to where no marker is (T.81 clauses B.1.1.2 to B.1.1.5). */
export function* segmentsOf(file: Uint8Array): Generator<MarkedSegment> {
  for (let start = 0; start + 1 < file.length && file[start] === 0xff; ) {
    let at = start + 1;
    while (at < file.length && file[at] === 0xff) at++;
    const marker = file[at++] ?? EOI;
    const isBare = standsAlone(marker);
    const length = isBare ? 0 : ((file[at] ?? 0) << 8) | (file[at + 1] ?? 0);
    const end = Math.min(file.length, at + length);
    const dataEnd = marker === SOS ? entropyCodedEnd(file, end) : end;
    const isCut = !isBare && (length < 2 || at + length > file.length);
    yield { marker, start, end, dataEnd, isCut };
    if (marker === EOI || isCut) return;
    start = dataEnd;
  }
}

/** Names of markers that are not one of a row: T.81 Table B.1. */
const NAMES: Readonly<Record<number, string>> = {
  [SOI]: 'SOI',
  [EOI]: 'EOI',
  [SOS]: 'SOS',
  [DQT]: 'DQT',
  [DHT]: 'DHT',
  [DNL]: 'DNL',
  [DRI]: 'DRI',
  [COM]: 'COM',
};

/** Clauses of segments: T.81 annex B. */
const CLAUSES: Readonly<Record<string, string>> = {
  SOF: 'B.2.2',
  SOS: 'B.2.3',
  DQT: 'B.2.4.1',
  DHT: 'B.2.4.2',
  DRI: 'B.2.4.4',
  COM: 'B.2.4.5',
  APP: 'B.2.4.6',
  DNL: 'B.2.5',
};

function nameOf(marker: number): string {
  const name = NAMES[marker];
  if (name !== undefined) return name;
  if (marker >= APP0 && marker <= APP15) return `APP${marker - APP0}`;
  if (marker >= SOF0 && marker <= SOF15 && marker !== JPG) return `SOF${marker - SOF0}`;
  return `FF${marker.toString(16).toUpperCase()}`;
}

/** Takes fields from a segment, one after the other; none beyond its end. */
class FieldReader {
  readonly fields: TreeField[] = [];
  private readonly file: Uint8Array;
  private readonly maxBytes: number;
  private readonly end: number;
  private at: number;

  constructor(file: Uint8Array, at: number, end: number, maxBytes: number) {
    this.file = file;
    this.at = at;
    this.end = end;
    this.maxBytes = maxBytes;
  }

  get left(): number {
    return this.end - this.at;
  }

  private add(name: string, size: number, value: TreeValue): void {
    this.fields.push({ name, value, start: this.at, end: this.at + size });
    this.at += size;
  }

  /** An integer of `size` bytes; 0 where it is not there. */
  int(name: string, size: number): number {
    if (this.left < size) return 0;
    let value = 0;
    for (let i = 0; i < size; i++) value = 256 * value + this.file[this.at + i]!;
    this.add(name, size, value);
    return value;
  }

  /** Two numbers of four bits in one byte. */
  nibbles(high: string, low: string): readonly [number, number] {
    if (this.left < 1) return [0, 0];
    const value = this.file[this.at]!;
    const place = { start: this.at, end: ++this.at };
    this.fields.push({ name: high, value: value >> 4, ...place });
    this.fields.push({ name: low, value: value & 15, ...place });
    return [value >> 4, value & 15];
  }

  /** Numbers of `size` bytes as one text. */
  list(name: string, count: number, size: number): number[] {
    const values: number[] = [];
    for (let i = 0; i < count && (i + 1) * size <= this.left; i++) {
      const at = this.at + i * size;
      values.push(size === 1 ? this.file[at]! : (this.file[at]! << 8) | this.file[at + 1]!);
    }
    if (values.length > 0) this.add(name, values.length * size, values.join(' '));
    return values;
  }

  /** Text up to a zero, or to the end. */
  text(name: string): void {
    const zero = this.file.subarray(this.at, this.end).indexOf(0);
    const size = zero < 0 ? this.left : zero + 1;
    const bytes = this.file.subarray(this.at, this.at + (zero < 0 ? size : zero));
    if (size > 0) this.add(name, size, shortText(String.fromCharCode(...bytes.subarray(0, 4096))));
  }

  /** What is left, as hexadecimal text. */
  rest(name: string): void {
    if (this.left <= 0) return;
    this.add(name, this.left, hexText(this.file.subarray(this.at, this.end), this.maxBytes));
  }
}

/** Reads the fields behind the length of a segment. */
function readSegment(r: FieldReader, name: string): void {
  if (name === 'DQT') {
    while (r.left > 0) {
      const [Pq] = r.nibbles('Pq', 'Tq');
      r.list('Q, in zig-zag order', 64, Pq === 0 ? 1 : 2);
    }
  } else if (name === 'DHT') {
    while (r.left > 0) {
      r.nibbles('Tc', 'Th');
      const counts = r.list('L, codes of 1 to 16 bits', 16, 1);
      r.list(
        'V, symbols by their codes',
        counts.reduce((sum, count) => sum + count, 0),
        1,
      );
    }
  } else if (name.startsWith('SOF')) {
    r.int('P', 1);
    r.int('Y', 2);
    r.int('X', 2);
    for (let left = r.int('Nf', 1); left > 0; left--) {
      r.int('C', 1);
      r.nibbles('H', 'V');
      r.int('Tq', 1);
    }
  } else if (name === 'SOS') {
    for (let left = r.int('Ns', 1); left > 0; left--) {
      r.int('Cs', 1);
      r.nibbles('Td', 'Ta');
    }
    r.int('Ss', 1);
    r.int('Se', 1);
    r.nibbles('Ah', 'Al');
  } else if (name === 'DRI') r.int('Ri', 2);
  else if (name === 'DNL') r.int('NL', 2);
  else if (name === 'COM') r.text('Cm');
  else if (name.startsWith('APP')) r.text('identifier');
  r.rest('data');
}

/** Makes the tree of a file. */
export function inspectJpeg(file: Uint8Array, options: TreeOptions = {}): TreeNode[] {
  const { maxBytes } = { ...TREE_DEFAULTS, ...options };
  const nodes: TreeNode[] = [];
  let at = 0;
  for (const { marker, start, end, dataEnd, isCut } of segmentsOf(file)) {
    const name = nameOf(marker);
    // Fill bytes may stand before the marker's second byte (T.81 clause B.1.1.2).
    let behind = start + 1;
    while (file[behind] === 0xff) behind++;
    const r = new FieldReader(file, behind + 1, end, maxBytes);
    if (!standsAlone(marker)) {
      r.int('length', 2);
      readSegment(r, name);
    }
    const data = { name: 'entropy-coded data', clause: 'T.81 B.1.1.5', fields: [], children: [] };
    nodes.push({
      ...{ name, start, end: dataEnd, fields: r.fields },
      clause: `T.81 ${CLAUSES[name] ?? CLAUSES[name.slice(0, 3)] ?? 'B.1.1.3'}`,
      children: dataEnd > end ? [{ ...data, start: end, end: dataEnd }] : [],
      ...(isCut ? { problem: 'the file ends before its segment does' } : {}),
    });
    at = dataEnd;
    if (nodes.length === MAX_SEGMENTS) break;
  }
  if (at < file.length) {
    const rest = { name: 'bytes behind the end', start: at, end: file.length, clause: '' };
    nodes.push({ ...rest, fields: [], children: [] });
  } else if (nodes.at(-1)?.name !== 'EOI' && nodes.length > 0) {
    const last = nodes[nodes.length - 1]!;
    nodes[nodes.length - 1] = { ...last, problem: 'the file ends before EOI (T.81 clause B.2.1)' };
  }
  return nodes;
}
