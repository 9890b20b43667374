/**
 * Reads traces back: whole, or, where a trace is larger than memory, group after group. A trace that is cut off or of another
 * version is a `FormatError`.
 */
import { FormatError } from '../base/errors.ts';
import { decodeUtf8 } from '../base/utf8.ts';
import {
  aligned,
  CHUNK_HEAD_BYTES,
  COLUMN_BYTES,
  COLUMN_TYPES,
  type ColumnArray,
  countColumns,
  createColumn,
  GROUP_HEAD_BYTES,
  groupBytes,
  MAX_COLUMNS,
  MAX_HEAD_BYTES,
  MAX_NAME_BYTES,
  TAG_END,
  TAG_INDEX,
  TAG_NAME,
  TAG_ROWS,
  type TableDescription,
  TRACE_MAGIC,
  TRACE_VERSION,
  type TraceHead,
  tagOf,
} from './trace-format.ts';
import { readTraceIndex } from './trace-index.ts';
import { ReadWindow, type TraceSource, type Wanted } from './trace-source.ts';

export type { TraceSource } from './trace-source.ts';

const WHERE = 'trace';
const HEAD_BYTES = 16;

/** Whether numbers lie in memory as they do in traces. */
const IS_LITTLE_ENDIAN = /* @__PURE__ */ isLittleEndian();

function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/** One table with all its rows. */
export interface TraceColumns {
  readonly rowCount: number;
  /** Values by column. */
  readonly columns: Readonly<Record<string, ColumnArray>>;
}

/** A trace that was read. */
export interface Trace {
  readonly about: TraceHead['about'];
  /** Names that columns called `name` refer to by number. */
  readonly names: readonly string[];
  readonly tables: Readonly<Record<string, TraceColumns>>;
}

/**
 * A group of rows, and where it lies. Groups without rows are passed over, so a file has at most one for each 16 of its bytes: they are
 * kept in few fields.
 */
interface Group extends TraceGroup {
  /** Its place among all groups. */
  readonly index: number;
  readonly tableIndex: number;
  /** The contents of its chunk, by the byte offset in the trace. */
  readonly start: number;
}

/** What a trace has, without its rows. */
interface TraceIndex {
  readonly head: TraceHead;
  readonly names: readonly string[];
  readonly groups: readonly Group[];
}

/** Reads a whole trace. Throws `FormatError` with the byte offset. */
export function readTrace(bytes: Uint8Array): Trace {
  const scan = scanTrace(bytes.length, false);
  let step = scan.next();
  while (!step.done) {
    const { at, length } = step.value;
    step = scan.next(bytes.subarray(at, at + length));
  }
  const { head, names, groups } = step.value;
  const { tables, place } = createTables(head.tables, groups);
  for (const group of groups) place(group, bytes.subarray(group.start));
  return { about: head.about, names, tables };
}

/** A group of rows of a trace that is read in parts. */
export interface TraceGroup {
  /** The name of its table. */
  readonly table: string;
  readonly rowCount: number;
  /** Groups that were written together have the same number. Of H.264, that is all of one picture. */
  readonly batch: number;
}

/** A trace whose rows are read when they are asked for. */
export interface TraceFile {
  readonly about: TraceHead['about'];
  readonly names: readonly string[];
  /** Names of the tables. */
  readonly tables: readonly string[];
  /** In the order in which they were written. */
  readonly groups: readonly TraceGroup[];
  /** The rows of some of `groups`. Tables without any have no rows. */
  read(groups: readonly TraceGroup[]): Promise<Trace>;
}

/**
 * Opens a trace of any size: its head, its names and the places of its groups are read at once, rows when they are asked for. Rejects
 * with a `FormatError` with the byte offset.
 * @param source gives bytes; its size must be known
 */
export async function openTrace(source: TraceSource): Promise<TraceFile> {
  const scan = scanTrace(source.size, true);
  const window = new ReadWindow(source);
  let step = scan.next();
  while (!step.done) step = scan.next(await window.read(step.value));
  const { head, names, groups } = step.value;
  return {
    ...{ about: head.about, names, groups },
    tables: head.tables.map(({ name }) => name),
    read: async (wanted) => {
      const chosen = (wanted as readonly Group[]).filter((group) => groups[group.index] === group);
      const { tables, place } = createTables(head.tables, chosen);
      for (const group of chosen) {
        const length = groupBytes(head.tables[group.tableIndex]!, group.rowCount);
        const at = group.start - CHUNK_HEAD_BYTES;
        const chunk = await window.read({ at, length: CHUNK_HEAD_BYTES + length });
        checkGroup(group, chunk, length);
        place(group, chunk.subarray(CHUNK_HEAD_BYTES));
      }
      return { about: head.about, names, tables };
    },
  };
}

/** Bytes of a chunk that tell what it is: tag, length, and of rows the table and their number. */
const CHUNK_START_BYTES = 16;

/**
 * Finds out what a trace of `size` bytes has, asking for the bytes that it needs: by its index, if it is wanted and right, else by walking
 * from chunk to chunk. Their number is bounded by the size.
 */
function* scanTrace(size: number, byIndex: boolean): Generator<Wanted, TraceIndex, Uint8Array> {
  const start = yield { at: 0, length: HEAD_BYTES };
  const headBytes = checkStart(start, size);
  const head = readHead(yield { at: HEAD_BYTES, length: headBytes });
  let at = aligned(HEAD_BYTES + headBytes);
  const indexed = byIndex ? yield* readTraceIndex(size, at, head.tables) : null;
  const names: string[] = [];
  const groups: Group[] = [];
  if (indexed !== null) {
    for (const { tableIndex, rowCount, start } of indexed.groups) {
      groups.push(groupAt(head.tables, tableIndex, rowCount, start, groups));
    }
    return { head, names: indexed.names, groups };
  }
  let groupCount = 0;
  for (;;) {
    if (at + 8 > size) throw new FormatError(WHERE, 'cut off before its end', at);
    const chunk = yield { at, length: CHUNK_START_BYTES };
    const view = viewOf(chunk);
    const tag = tagOf(chunk, 0);
    const length = view.getUint32(4, true);
    const next = at + 8 + aligned(length);
    if (next > size) {
      throw new FormatError(WHERE, `a chunk of ${length} bytes does not fit`, at);
    }
    if (tag === TAG_END) {
      checkEnd(chunk, at + 8, length, groupCount, names.length);
      if (next < size) throw new FormatError(WHERE, 'goes on after its end', next);
      return { head, names, groups };
    }
    if (tag === TAG_NAME) {
      if (length > MAX_NAME_BYTES) throw new FormatError(WHERE, 'a name is too long', at);
      names.push(decodeUtf8(yield { at: at + 8, length }));
    } else if (tag === TAG_ROWS) {
      const group = readGroup(chunk, at + 8, length, head.tables, groups);
      groupCount++;
      if (group.rowCount > 0) groups.push(group);
    } else if (tag !== TAG_INDEX)
      throw new FormatError(WHERE, `unknown chunk '${printable(tag)}'`, at);
    at = next;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function printable(tag: string): string {
  return tag.replace(/[^ -~]/g, '?');
}

/** Checks the first bytes; gives the length of the head. */
function checkStart(start: Uint8Array, size: number): number {
  const isTrace =
    start.length >= HEAD_BYTES &&
    String.fromCharCode(...start.subarray(0, TRACE_MAGIC.length)) === TRACE_MAGIC;
  if (!isTrace) throw new FormatError(WHERE, 'does not begin as a trace does', 0);
  const view = viewOf(start);
  const version = view.getUint32(8, true);
  if (version < 1 || version > TRACE_VERSION) {
    throw new FormatError(WHERE, `is of version ${version}, read are 1 to ${TRACE_VERSION}`, 8);
  }
  const length = view.getUint32(12, true);
  if (length > MAX_HEAD_BYTES || aligned(HEAD_BYTES + length) > size) {
    throw new FormatError(WHERE, `a head of ${length} bytes does not fit`, 12);
  }
  return length;
}

function readHead(bytes: Uint8Array): TraceHead {
  let head: unknown;
  try {
    head = JSON.parse(decodeUtf8(bytes));
  } catch {
    throw new FormatError(WHERE, 'the head is no JSON', HEAD_BYTES);
  }
  if (!isHead(head)) throw new FormatError(WHERE, 'the head does not describe tables', HEAD_BYTES);
  const count = countColumns(head.tables);
  if (count > MAX_COLUMNS) {
    const why = `has ${count} tables and columns together, allowed are ${MAX_COLUMNS}`;
    throw new FormatError(WHERE, why, HEAD_BYTES);
  }
  return head;
}

function isHead(value: unknown): value is TraceHead {
  if (typeof value !== 'object' || value === null) return false;
  const { about, tables } = value as Partial<TraceHead>;
  const isColumn = (column: unknown): boolean =>
    Array.isArray(column) &&
    typeof column[0] === 'string' &&
    COLUMN_TYPES.includes(column[1] as (typeof COLUMN_TYPES)[number]);
  const isTable = (table: unknown): boolean => {
    if (typeof table !== 'object' || table === null) return false;
    const { name, columns } = table as Partial<TableDescription>;
    return typeof name === 'string' && Array.isArray(columns) && columns.every(isColumn);
  };
  const isFact = (fact: unknown): boolean => typeof fact === 'string' || typeof fact === 'number';
  const hasFacts = typeof about === 'object' && about !== null && !Array.isArray(about);
  return (
    hasFacts && Object.values(about).every(isFact) && Array.isArray(tables) && tables.every(isTable)
  );
}

/** The group of a chunk whose first bytes are `chunk` and whose contents begin at `start`, after those `before`. */
function readGroup(
  chunk: Uint8Array,
  start: number,
  length: number,
  tables: readonly TableDescription[],
  before: readonly Group[],
): Group {
  if (length < 8) throw new FormatError(WHERE, 'a group of rows is too short', start);
  const view = viewOf(chunk);
  const tableIndex = view.getUint32(8, true);
  const rowCount = view.getUint32(12, true);
  const description = tables[tableIndex];
  if (description === undefined) throw new FormatError(WHERE, `no table ${tableIndex}`, start);
  const { name, columns } = description;
  const fits = groupBytes(description, rowCount) === length;
  if (!fits || (columns.length === 0 && rowCount > 0)) {
    throw new FormatError(WHERE, `${rowCount} rows of ${name} do not fit`, start + 4);
  }
  return groupAt(tables, tableIndex, rowCount, start, before);
}

/** A group of rows whose contents begin at `start`, after those `before`. */
function groupAt(
  tables: readonly TableDescription[],
  tableIndex: number,
  rowCount: number,
  start: number,
  before: readonly Group[],
): Group {
  // Tables are written in order; one that does not come later than the one before it begins a batch.
  const last = before.at(-1);
  const isSame = last === undefined || tableIndex > last.tableIndex;
  const batch = (last?.batch ?? 0) + (isSame ? 0 : 1);
  const { name: table } = tables[tableIndex]!;
  return { table, rowCount, batch, index: before.length, tableIndex, start };
}

/** A chunk must be the one of which the index spoke. */
function checkGroup(
  { table, tableIndex, rowCount, start }: Group,
  chunk: Uint8Array,
  length: number,
): void {
  const view = viewOf(chunk);
  const wanted = [length, tableIndex, rowCount];
  const isIt = wanted.every((value, i) => view.getUint32(4 + 4 * i, true) === value);
  if (isIt && tagOf(chunk, 0) === TAG_ROWS) return;
  throw new FormatError(WHERE, `the index speaks of ${rowCount} rows of ${table}`, start);
}

function checkEnd(
  chunk: Uint8Array,
  start: number,
  length: number,
  groups: number,
  names: number,
): void {
  const view = viewOf(chunk);
  const isWhole =
    length === 8 && view.getUint32(8, true) === groups && view.getUint32(12, true) === names;
  if (!isWhole) throw new FormatError(WHERE, 'the end counts other groups than there are', start);
}

/** Empty columns for the rows of all `groups`, and what puts one group's contents, in order, into them. */
function createTables(
  descriptions: readonly TableDescription[],
  groups: readonly Group[],
): {
  readonly tables: Record<string, TraceColumns>;
  readonly place: (group: Group, contents: Uint8Array) => void;
} {
  const counts = descriptions.map(() => 0);
  for (const { tableIndex, rowCount } of groups) counts[tableIndex]! += rowCount;
  const arrays = descriptions.map(({ columns }, table) =>
    columns.map(([, type]) => createColumn(type, counts[table]!)),
  );
  const filled = descriptions.map(() => 0);
  const tables = Object.fromEntries(
    descriptions.map(({ name, columns }, table) => {
      const named = columns.map(([column], i) => [column, arrays[table]![i]!] as const);
      return [name, { rowCount: counts[table]!, columns: Object.fromEntries(named) }];
    }),
  );
  const place = ({ tableIndex: table, rowCount }: Group, contents: Uint8Array): void => {
    const view = viewOf(contents);
    let at = GROUP_HEAD_BYTES;
    for (const [i, [, type]] of descriptions[table]!.columns.entries()) {
      at = aligned(at);
      readColumn(view, at, type, arrays[table]![i]!, filled[table]!, rowCount);
      at += COLUMN_BYTES[type] * rowCount;
    }
    filled[table]! += rowCount;
  };
  return { tables, place };
}

function readColumn(
  view: DataView,
  at: number,
  type: TableDescription['columns'][number][1],
  to: ColumnArray,
  first: number,
  count: number,
): void {
  const size = COLUMN_BYTES[type];
  // As columns lie in the file they lie in memory, where that is little endian too: half the time.
  if (IS_LITTLE_ENDIAN && (view.byteOffset + at) % size === 0) {
    const lying = new (to.constructor as Uint8ArrayConstructor)(
      ...([view.buffer as ArrayBuffer, view.byteOffset + at, count] as const),
    );
    (to as Uint8Array).set(lying, first);
    return;
  }
  for (let i = 0; i < count; i++) {
    const from = at + size * i;
    if (type === 'f64') to[first + i] = view.getFloat64(from, true);
    else if (size === 4) to[first + i] = view.getInt32(from, true);
    else if (size === 2) to[first + i] = view.getInt16(from, true);
    else to[first + i] = view.getUint8(from);
  }
}
