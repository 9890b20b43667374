/** The pages of a TIFF file: each directory names the next (TIFF clause 2). A page is taken out as a file of its own. */
import { FormatError } from '../../base/errors.ts';
import { type Directory, type Entry, readDirectory } from './standard/directory.ts';
import { OLD_REDUCED, PLACE_TAGS, REDUCED_OR_MASK, TAG, TYPE } from './standard/tags.ts';

/** The pages that were found. */
export interface TiffPages {
  /** The first directory, and those behind it but smaller pictures and masks of the same page. */
  readonly directories: readonly Directory[];
  /** What is wrong with the directory behind the last; undefined if nothing is. */
  readonly fault?: FormatError;
}

/** Finds the pages. Throws as `readDirectory` does for the first. */
export function findPages(bytes: Uint8Array): TiffPages {
  const first = readDirectory(bytes);
  const directories = [first];
  const seen = new Set<number>();
  try {
    for (let at = first.next; at !== 0; ) {
      if (seen.has(at)) throw new FormatError('tiff.directory', 'names itself as the next', at);
      seen.add(at);
      const directory = readDirectory(bytes, at);
      if (isPage(directory)) directories.push(directory);
      at = directory.next;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { directories, fault: error };
  }
  return { directories };
}

function isPage(directory: Directory): boolean {
  const kind = directory.numbers(TAG.NewSubfileType)?.[0] ?? 0;
  return (kind & REDUCED_OR_MASK) === 0 && directory.numbers(TAG.SubfileType)?.[0] !== OLD_REDUCED;
}

/** A page, measured before memory is taken for it. */
export interface TiffPage {
  /** Bytes of the file that `write` makes. */
  readonly size: number;
  /** Offset behind the last of its samples. */
  readonly end: number;
  /** The page as a file of its own, without what its fields name elsewhere in the old one (SubIFDs, Exif). */
  write(): Uint8Array;
}

/** A field of a page; with its numbers where they are written in other bytes than they are read. */
type PageEntry = Entry & { readonly numbers?: readonly number[] };

/** A strip or a tile: from where to where in the file. */
type Segment = readonly [start: number, end: number];

const HEADER_BYTES = 8;

/** Measures a page. Throws `FormatError` with the offset if its fields are broken. */
export function openPage(bytes: Uint8Array, directory: Directory): TiffPage {
  const isTiled = directory.entries.has(TAG.TileOffsets);
  const offsetsTag = isTiled ? TAG.TileOffsets : TAG.StripOffsets;
  const counts = directory.numbers(isTiled ? TAG.TileByteCounts : TAG.StripByteCounts);
  const segments = (directory.numbers(offsetsTag) ?? []).map((start, i): Segment => {
    const end = start + (counts === undefined ? bytes.length : (counts[i] ?? 0));
    return [Math.min(start, bytes.length), Math.min(end, bytes.length)];
  });
  const entries = [...directory.entries]
    .filter(([tag, { at, size }]) => !PLACE_TAGS.includes(tag) && at + size <= bytes.length)
    .map(([tag, entry]): [number, PageEntry] => {
      if (tag === offsetsTag) {
        return [tag, { ...entry, type: TYPE.LONG, size: 4 * segments.length }];
      }
      if (entry.type !== TYPE.LONG8) return [tag, entry];
      // Pages of BigTIFF become files of TIFF.
      const numbers = directory.numbers(tag)!;
      return [tag, { ...entry, type: TYPE.LONG, size: 4 * numbers.length, numbers }];
    })
    .sort(([a], [b]) => a - b);
  const valuesAt = HEADER_BYTES + 2 + 12 * entries.length + 4;
  const samplesAt = entries.reduce((at, [, { size }]) => at + outside(size), valuesAt);
  const size = segments.reduce((at, [start, end]) => at + even(end - start), samplesAt);
  return {
    size,
    end: segments.reduce((most, [, end]) => Math.max(most, end), 0),
    write: () => {
      const { littleEndian } = directory;
      const places = { valuesAt, samplesAt, size, offsetsTag, littleEndian };
      return writePage(bytes, entries, segments, places);
    },
  };
}

/** Bytes that the values of a field take behind the directory: those of four bytes and less stand in the field. */
function outside(size: number): number {
  return size <= 4 ? 0 : even(size);
}

/** TIFF clause 2: values and directories begin at even offsets. */
function even(size: number): number {
  return size + (size & 1);
}

interface Places {
  readonly valuesAt: number;
  readonly samplesAt: number;
  readonly size: number;
  readonly offsetsTag: number;
  readonly littleEndian: boolean;
}

function writePage(
  bytes: Uint8Array,
  entries: readonly (readonly [tag: number, entry: PageEntry])[],
  segments: readonly Segment[],
  { valuesAt, samplesAt, size, offsetsTag, littleEndian }: Places,
): Uint8Array {
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out.set(bytes.subarray(0, 2));
  view.setUint16(2, 42, littleEndian);
  view.setUint32(4, HEADER_BYTES, littleEndian);
  view.setUint16(HEADER_BYTES, entries.length, littleEndian);
  let field = HEADER_BYTES + 2;
  let values = valuesAt;
  for (const [tag, { type, count, at, size: valueBytes, numbers }] of entries) {
    view.setUint16(field, tag, littleEndian);
    view.setUint16(field + 2, type, littleEndian);
    view.setUint32(field + 4, count, littleEndian);
    const isOutside = valueBytes > 4;
    const to = isOutside ? values : field + 8;
    if (isOutside) view.setUint32(field + 8, to, littleEndian);
    if (tag === offsetsTag) {
      let start = samplesAt;
      for (const [i, segment] of segments.entries()) {
        view.setUint32(to + 4 * i, start, littleEndian);
        start += even(segment[1] - segment[0]);
      }
    } else if (numbers !== undefined) {
      numbers.forEach((number, i) => {
        view.setUint32(to + 4 * i, number, littleEndian);
      });
    } else out.set(bytes.subarray(at, at + valueBytes), to);
    values += outside(valueBytes);
    field += 12;
  }
  let to = samplesAt;
  for (const [start, end] of segments) {
    out.set(bytes.subarray(start, end), to);
    to += even(end - start);
  }
  return out;
}
