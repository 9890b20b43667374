/**
 * The header of a TIFF file and its image file directories: TIFF clause 2; and those of BigTIFF (the BigTIFF design of 2004, in which
 * offsets and counts have 64 bits).
 */
import { FormatError } from '../../../base/errors.ts';
import { TYPE } from './tags.ts';

/** The fields of a directory. */
export interface Directory {
  readonly littleEndian: boolean;
  /** The fields by their tags. */
  readonly entries: ReadonlyMap<number, Entry>;
  /** Offset of the directory behind this one; 0 if there is none. */
  readonly next: number;
  /** The numbers of a field; undefined if the directory has none of that tag. Throws `FormatError` if it is broken. */
  numbers(tag: number): readonly number[] | undefined;
  /** The bytes of a field, a copy; undefined if there is none, or if it lies outside of the file. */
  bytes(tag: number): Uint8Array | undefined;
}

/** Where the values of a field are. */
export interface Entry {
  readonly type: number;
  readonly count: number;
  /** Offset of the values, and their bytes. */
  readonly at: number;
  readonly size: number;
}

/** Table: type => bytes of a value (TIFF clause 2, Types; 16 to 18 are BigTIFF's). */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/** The number behind the byte order: of TIFF, and of BigTIFF. */
const TIFF_VERSION = 42;
const BIG_VERSION = 43;

/** Whether these are the first bytes of a TIFF file: "II" or "MM", and 42 in that byte order (TIFF clause 2), or 43 in BigTIFF. */
export function isTiff(start: Uint8Array): boolean {
  const [a, b, c, d] = start;
  if (a === 0x49 && b === 0x49) return (c === TIFF_VERSION || c === BIG_VERSION) && d === 0;
  return a === 0x4d && b === 0x4d && c === 0 && (d === TIFF_VERSION || d === BIG_VERSION);
}

/**
 * Reads a directory, TIFF clause 2. Throws `FormatError` with the offset where it is broken.
 * @param given its offset; default that of the first
 */
export function readDirectory(bytes: Uint8Array, given?: number): Directory {
  if (!isTiff(bytes) || bytes.length < 8) throw new FormatError('tiff', 'is no TIFF file', 0);
  const littleEndian = bytes[0] === 0x49;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layout = view.getUint16(2, littleEndian) === BIG_VERSION ? BIG_LAYOUT : LAYOUT;
  const { fieldBytes, countBytes, offsetBytes, firstAt } = layout;
  const offsetAt = (at: number): number => readOffset(view, at, offsetBytes, littleEndian);
  const start = given ?? (firstAt + offsetBytes <= bytes.length ? offsetAt(firstAt) : 0);
  if (start < firstAt + offsetBytes || start + countBytes > bytes.length) {
    throw new FormatError(
      'tiff.directory',
      `lies at ${start} of ${bytes.length} bytes`,
      given ?? firstAt,
    );
  }
  const count = readOffset(view, start, countBytes, littleEndian);
  const first = start + countBytes;
  const end = first + fieldBytes * count;
  if (end > bytes.length) {
    throw new FormatError('tiff.directory', `has ${count} fields and is cut off`, start);
  }
  const entries = new Map<number, Entry>();
  for (let at = first; at < end; at += fieldBytes) {
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const values = offsetAt(at + 4);
    const size = (TYPE_BYTES[type] ?? 0) * values;
    // Values that are no longer than an offset stand in the field itself.
    const own = at + 4 + offsetBytes;
    const valueAt = size <= offsetBytes ? own : offsetAt(own);
    if (size > 0 && !entries.has(tag)) entries.set(tag, { type, count: values, at: valueAt, size });
  }
  return {
    ...{ littleEndian, entries },
    next: end + offsetBytes <= bytes.length ? offsetAt(end) : 0,
    numbers: (tag) => readNumbers(view, littleEndian, tag, entries.get(tag)),
    bytes(tag) {
      const entry = entries.get(tag);
      if (entry === undefined) return undefined;
      const end = entry.at + entry.size;
      return end <= bytes.length ? bytes.slice(entry.at, end) : undefined;
    },
  };
}

/** How headers and directories of a kind of file lie. */
interface FileLayout {
  /** Bytes of a field, of the count of fields, and of an offset. */
  readonly fieldBytes: number;
  readonly countBytes: 2 | 8;
  readonly offsetBytes: 4 | 8;
  /** Where the offset of the first directory stands. */
  readonly firstAt: number;
}

const LAYOUT: FileLayout = { fieldBytes: 12, countBytes: 2, offsetBytes: 4, firstAt: 4 };
const BIG_LAYOUT: FileLayout = { fieldBytes: 20, countBytes: 8, offsetBytes: 8, firstAt: 8 };

/** A count or an offset of 2, 4 or 8 bytes; those of 8 are rounded where no file is so long. */
function readOffset(view: DataView, at: number, bytes: 2 | 4 | 8, littleEndian: boolean): number {
  if (bytes === 2) return view.getUint16(at, littleEndian);
  if (bytes === 4) return view.getUint32(at, littleEndian);
  return Number(view.getBigUint64(at, littleEndian));
}

function readNumbers(
  view: DataView,
  littleEndian: boolean,
  tag: number,
  entry: Entry | undefined,
): number[] | undefined {
  if (entry === undefined) return undefined;
  const { type, count, at } = entry;
  const size = TYPE_BYTES[type]!;
  if (at + size * count > view.byteLength) {
    throw new FormatError(`tiff.field.${tag}`, 'lies outside of the file', at);
  }
  return Array.from({ length: count }, (_, i) => {
    const from = at + i * size;
    if (type === TYPE.SHORT) return view.getUint16(from, littleEndian);
    if (type === TYPE.LONG) return view.getUint32(from, littleEndian);
    if (type === TYPE.LONG8) return readOffset(view, from, 8, littleEndian);
    if (type === TYPE.RATIONAL) {
      return view.getUint32(from, littleEndian) / view.getUint32(from + 4, littleEndian);
    }
    if (type === TYPE.BYTE || type === TYPE.UNDEFINED) return view.getUint8(from);
    throw new FormatError(`tiff.field.${tag}`, `has numbers of type ${type}`, from);
  });
}
