/** Reads traces back: tables with whole columns. A trace that is cut off or of another version is a `FormatError`. */
import { FormatError } from '../base/errors.ts';
import { decodeUtf8 } from '../base/utf8.ts';
import {
  aligned,
  COLUMN_BYTES,
  COLUMN_TYPES,
  type ColumnArray,
  createColumn,
  TAG_END,
  TAG_NAME,
  TAG_ROWS,
  type TableDescription,
  TRACE_MAGIC,
  TRACE_VERSION,
  type TraceHead,
} from './trace-format.ts';

const WHERE = 'trace';
const HEAD_BYTES = 16;

/** Whether numbers lie in memory as they do in traces. */
const IS_LITTLE_ENDIAN = /* @__PURE__ */ isLittleEndian();

function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/** Longest name, and longest description of tables, that is believed. */
const MAX_NAME_BYTES = 1024;
const MAX_HEAD_BYTES = 1 << 20;

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

/** A group of rows: where it lies. */
interface Group {
  readonly table: number;
  readonly rowCount: number;
  readonly start: number;
}

/** Reads a whole trace. Throws `FormatError` with the byte offset. */
export function readTrace(bytes: Uint8Array): Trace {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = readHead(bytes, view);
  const names: string[] = [];
  const groups: Group[] = [];
  let at = aligned(HEAD_BYTES + view.getUint32(12, true));
  for (;;) {
    if (at + 8 > bytes.length) throw new FormatError(WHERE, 'cut off before its end', at);
    const tag = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (start + length > bytes.length) {
      throw new FormatError(WHERE, `a chunk of ${length} bytes does not fit`, at);
    }
    if (tag === TAG_END) {
      checkEnd(view, start, length, groups.length, names.length);
      return { about: head.about, names, tables: gather(view, head.tables, groups) };
    }
    if (tag === TAG_NAME) {
      if (length > MAX_NAME_BYTES) throw new FormatError(WHERE, 'a name is too long', at);
      names.push(decodeUtf8(bytes.subarray(start, start + length)));
    } else if (tag === TAG_ROWS) {
      groups.push(readGroup(view, start, length, head.tables));
    } else throw new FormatError(WHERE, `unknown chunk '${printable(tag)}'`, at);
    at = start + aligned(length);
  }
}

function printable(tag: string): string {
  return tag.replace(/[^ -~]/g, '?');
}

function readHead(bytes: Uint8Array, view: DataView): TraceHead {
  const isTrace =
    bytes.length >= HEAD_BYTES &&
    String.fromCharCode(...bytes.subarray(0, TRACE_MAGIC.length)) === TRACE_MAGIC;
  if (!isTrace) throw new FormatError(WHERE, 'does not begin as a trace does', 0);
  const version = view.getUint32(8, true);
  if (version !== TRACE_VERSION) {
    throw new FormatError(WHERE, `is of version ${version}, read is version ${TRACE_VERSION}`, 8);
  }
  const length = view.getUint32(12, true);
  if (length > MAX_HEAD_BYTES || HEAD_BYTES + length > bytes.length) {
    throw new FormatError(WHERE, `a head of ${length} bytes does not fit`, 12);
  }
  let head: unknown;
  try {
    head = JSON.parse(decodeUtf8(bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)));
  } catch {
    throw new FormatError(WHERE, 'the head is no JSON', HEAD_BYTES);
  }
  if (!isHead(head)) throw new FormatError(WHERE, 'the head does not describe tables', HEAD_BYTES);
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
  return (
    typeof about === 'object' && about !== null && Array.isArray(tables) && tables.every(isTable)
  );
}

function readGroup(
  view: DataView,
  start: number,
  length: number,
  tables: readonly TableDescription[],
): Group {
  if (length < 8) throw new FormatError(WHERE, 'a group of rows is too short', start);
  const table = view.getUint32(start, true);
  const rowCount = view.getUint32(start + 4, true);
  const description = tables[table];
  if (description === undefined) throw new FormatError(WHERE, `no table ${table}`, start);
  let size = 8;
  for (const [, type] of description.columns) size = aligned(size) + COLUMN_BYTES[type] * rowCount;
  if (aligned(size) !== length) {
    throw new FormatError(WHERE, `${rowCount} rows of ${description.name} do not fit`, start + 4);
  }
  return { table, rowCount, start };
}

function checkEnd(
  view: DataView,
  start: number,
  length: number,
  groups: number,
  names: number,
): void {
  const isWhole =
    length === 8 &&
    view.getUint32(start, true) === groups &&
    view.getUint32(start + 4, true) === names;
  if (!isWhole) throw new FormatError(WHERE, 'the end counts other groups than there are', start);
}

/** The columns of all tables, their groups put together. */
function gather(
  view: DataView,
  tables: readonly TableDescription[],
  groups: readonly Group[],
): Record<string, TraceColumns> {
  const out: Record<string, TraceColumns> = {};
  for (const [index, { name, columns }] of tables.entries()) {
    const own = groups.filter(({ table }) => table === index);
    const rowCount = own.reduce((sum, group) => sum + group.rowCount, 0);
    const arrays = columns.map(([, type]) => createColumn(type, rowCount));
    let row = 0;
    for (const group of own) {
      let at = group.start + 8;
      for (const [i, [, type]] of columns.entries()) {
        const offset = aligned(at - group.start) + group.start;
        readColumn(view, offset, type, arrays[i]!, row, group.rowCount);
        at = offset + COLUMN_BYTES[type] * group.rowCount;
      }
      row += group.rowCount;
    }
    out[name] = {
      rowCount,
      columns: Object.fromEntries(columns.map(([column], i) => [column, arrays[i]!])),
    };
  }
  return out;
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
