/** The header of a TIFF file and its image file directories: TIFF clause 2. */
import { FormatError, UnsupportedError } from '../../../base/errors.ts';
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

/** Table: type => bytes of a value (TIFF clause 2, Types). */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** Whether these are the first bytes of a TIFF file: "II" or "MM", and 42 in that byte order: TIFF clause 2. */
export function isTiff(start: Uint8Array): boolean {
  const [a, b, c, d] = start;
  if (a === 0x49 && b === 0x49) return (c === 42 || c === 43) && d === 0;
  return a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43);
}

/**
 * Reads a directory, TIFF clause 2. Throws `FormatError` with the offset where it is broken, `UnsupportedError` for BigTIFF.
 * @param given its offset; default that of the first
 */
export function readDirectory(bytes: Uint8Array, given?: number): Directory {
  if (!isTiff(bytes) || bytes.length < 8) throw new FormatError('tiff', 'is no TIFF file', 0);
  const littleEndian = bytes[0] === 0x49;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(2, littleEndian) !== 42) {
    throw new UnsupportedError('tiff', 'BigTIFF files are not read');
  }
  const start = given ?? view.getUint32(4, littleEndian);
  if (start < 8 || start + 2 > bytes.length) {
    throw new FormatError(
      'tiff.directory',
      `lies at ${start} of ${bytes.length} bytes`,
      given ?? 4,
    );
  }
  const count = view.getUint16(start, littleEndian);
  if (start + 2 + 12 * count > bytes.length) {
    throw new FormatError('tiff.directory', `has ${count} fields and is cut off`, start);
  }
  const entries = new Map<number, Entry>();
  const end = start + 2 + 12 * count;
  for (let at = start + 2; at < end; at += 12) {
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const values = view.getUint32(at + 4, littleEndian);
    const size = (TYPE_BYTES[type] ?? 0) * values;
    // Values of up to four bytes stand in the field itself.
    const valueAt = size <= 4 ? at + 8 : view.getUint32(at + 8, littleEndian);
    if (size > 0 && !entries.has(tag)) entries.set(tag, { type, count: values, at: valueAt, size });
  }
  return {
    ...{ littleEndian, entries },
    next: end + 4 <= bytes.length ? view.getUint32(end, littleEndian) : 0,
    numbers: (tag) => readNumbers(view, littleEndian, tag, entries.get(tag)),
    bytes(tag) {
      const entry = entries.get(tag);
      if (entry === undefined) return undefined;
      const end = entry.at + entry.size;
      return end <= bytes.length ? bytes.slice(entry.at, end) : undefined;
    },
  };
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
    if (type === TYPE.RATIONAL) {
      return view.getUint32(from, littleEndian) / view.getUint32(from + 4, littleEndian);
    }
    if (type === TYPE.BYTE || type === TYPE.UNDEFINED) return view.getUint8(from);
    throw new FormatError(`tiff.field.${tag}`, `has numbers of type ${type}`, from);
  });
}
