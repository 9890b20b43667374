/**
 * The index at the end of a trace: its chunks in their order, so that a reader need not walk from one to the next. Places are not in
 * it: they follow from the sizes of the chunks, which must add up to the trace.
 */
import { decodeUtf8 } from '../base/utf8.ts';
import {
  aligned,
  CHUNK_HEAD_BYTES,
  groupBytes,
  MAX_NAME_BYTES,
  TAG_END,
  TAG_INDEX,
  type TableDescription,
  tagOf,
} from './trace-format.ts';
import type { Wanted } from './trace-source.ts';

/** An entry: the number of a table and of rows, or this and the bytes of a name. */
const NAME_ENTRY = 0xffffffff;
const ENTRY_BYTES = 8;
/** The index ends with the number of its bytes; the chunk that ends the trace is the next. */
const LENGTH_BYTES = 8;
const END_CHUNK_BYTES = CHUNK_HEAD_BYTES + 8;
/** Larger ones are not believed: the chunks are walked through. */
const MAX_INDEX_BYTES = 1 << 26;

/** Gathers the index of a trace that is being written. */
export class TraceIndexWriter {
  private readonly entries: number[] = [];
  private readonly names: Uint8Array[] = [];

  /** The next chunk has a name. */
  addName(name: Uint8Array): void {
    this.entries.push(NAME_ENTRY, name.length);
    this.names.push(name);
  }

  /** The next chunk has rows of the table with this number. */
  addRows(table: number, rowCount: number): void {
    this.entries.push(table, rowCount);
  }

  /** Contents of the chunk. */
  contents(): Uint8Array {
    const { entries, names } = this;
    const textBytes = names.reduce((sum, { length }) => sum + length, 0);
    const out = new Uint8Array(aligned(4 * entries.length + textBytes) + LENGTH_BYTES);
    const view = new DataView(out.buffer);
    for (const [i, value] of entries.entries()) view.setUint32(4 * i, value, true);
    let at = 4 * entries.length;
    for (const name of names) {
      out.set(name, at);
      at += name.length;
    }
    view.setUint32(out.length - LENGTH_BYTES, out.length, true);
    return out;
  }
}

/** What an index says of the chunks: names, and for each group of rows its table, its rows and the place of its contents. */
export interface IndexedChunks {
  readonly names: readonly string[];
  readonly groups: readonly {
    readonly tableIndex: number;
    readonly rowCount: number;
    readonly start: number;
  }[];
}

/**
 * Reads the index of a trace of `size` bytes, asking for bytes.
 * @param first where its chunks begin
 * @returns null where there is none, or where it is not that of this trace
 */
export function* readTraceIndex(
  size: number,
  first: number,
  tables: readonly TableDescription[],
): Generator<Wanted, IndexedChunks | null, Uint8Array> {
  const tail = LENGTH_BYTES + END_CHUNK_BYTES;
  if (size - first < tail) return null;
  const end = yield { at: size - tail, length: tail };
  const endView = new DataView(end.buffer, end.byteOffset);
  const length = endView.getUint32(0, true);
  const [groupCount, nameCount] = [endView.getUint32(16, true), endView.getUint32(20, true)];
  const at = size - END_CHUNK_BYTES - length - CHUNK_HEAD_BYTES;
  const isThere =
    tagOf(end, LENGTH_BYTES) === TAG_END &&
    at >= first &&
    length <= MAX_INDEX_BYTES &&
    ENTRY_BYTES * (groupCount + nameCount) + LENGTH_BYTES <= length;
  if (!isThere) return null;
  const chunk = yield { at, length: CHUNK_HEAD_BYTES + length };
  if (tagOf(chunk, 0) !== TAG_INDEX) return null;
  const contents = chunk.subarray(CHUNK_HEAD_BYTES, CHUNK_HEAD_BYTES + length - LENGTH_BYTES);
  const chunks = chunksOf(contents, groupCount + nameCount, first, at, tables);
  return chunks?.groups.length === groupCount ? chunks : null;
}

/** The chunks of so many entries; null unless they reach from `first` to `end` and are possible. */
function chunksOf(
  contents: Uint8Array,
  count: number,
  first: number,
  end: number,
  tables: readonly TableDescription[],
): IndexedChunks | null {
  const view = new DataView(contents.buffer, contents.byteOffset);
  const names: string[] = [];
  const groups: IndexedChunks['groups'][number][] = [];
  let at = first;
  let text = ENTRY_BYTES * count;
  for (let i = 0; i < count && at < end; i++) {
    const tableIndex = view.getUint32(ENTRY_BYTES * i, true);
    const size = view.getUint32(ENTRY_BYTES * i + 4, true);
    at += CHUNK_HEAD_BYTES;
    if (tableIndex === NAME_ENTRY) {
      if (size > MAX_NAME_BYTES) return null;
      names.push(decodeUtf8(contents.subarray(text, text + size)));
      text += size;
      at += aligned(size);
      continue;
    }
    const table = tables[tableIndex];
    if (table === undefined || table.columns.length === 0 || size === 0) return null;
    groups.push({ tableIndex, rowCount: size, start: at });
    at += groupBytes(table, size);
  }
  return at === end && names.length + groups.length === count ? { names, groups } : null;
}
