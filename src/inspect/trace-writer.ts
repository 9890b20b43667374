/** Writes traces: rows are gathered in columns, and go out in groups. */
import { ConfigError, StateError } from '../base/errors.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import {
  aligned,
  COLUMN_BYTES,
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
} from './trace-format.ts';
import { TraceIndexWriter } from './trace-index.ts';

const FIRST_ROWS = 256;

/** One table being filled. */
export class TraceTable {
  readonly description: TableDescription;
  private columns: ColumnArray[];
  private capacity = FIRST_ROWS;
  /** Rows that are not written yet. */
  rowCount = 0;

  constructor(description: TableDescription) {
    this.description = description;
    this.columns = description.columns.map(([, type]) => createColumn(type, FIRST_ROWS));
  }

  /** Adds a row: a value for each column, in order. */
  add(...values: number[]): void {
    if (this.rowCount === this.capacity) this.grow();
    for (let i = 0; i < values.length; i++) this.columns[i]![this.rowCount] = values[i]!;
    this.rowCount++;
  }

  /** Sets column `column` of all rows from `first` on. */
  mark(column: number, first: number, value: number): void {
    this.columns[column]!.fill(value, first, this.rowCount);
  }

  private grow(): void {
    this.capacity *= 2;
    this.columns = this.columns.map((column, i) => {
      const larger = createColumn(this.description.columns[i]![1], this.capacity);
      (larger as Float64Array).set(column as Float64Array);
      return larger;
    });
  }

  /** The rows so far as the contents of a chunk: index of the table, number of rows, columns. The table is empty then. */
  take(index: number): Uint8Array {
    const out = new Uint8Array(groupBytes(this.description, this.rowCount));
    const view = new DataView(out.buffer);
    view.setUint32(0, index, true);
    view.setUint32(4, this.rowCount, true);
    let at = GROUP_HEAD_BYTES;
    for (const [i, [, type]] of this.description.columns.entries()) {
      at = aligned(at);
      writeColumn(view, at, type, this.columns[i]!, this.rowCount);
      at += COLUMN_BYTES[type] * this.rowCount;
    }
    this.rowCount = 0;
    return out;
  }
}

function writeColumn(
  view: DataView,
  at: number,
  type: TableDescription['columns'][number][1],
  values: ColumnArray,
  count: number,
): void {
  const size = COLUMN_BYTES[type];
  for (let i = 0; i < count; i++) {
    const to = at + size * i;
    const value = values[i]!;
    if (type === 'f64') view.setFloat64(to, value, true);
    else if (size === 4) view.setInt32(to, value | 0, true);
    else if (size === 2) view.setInt16(to, value, true);
    else view.setUint8(to, value);
  }
}

/** A name in UTF-8, cut off between characters where it is too long. */
function shortName(name: string): Uint8Array {
  let kept = [...name.slice(0, MAX_NAME_BYTES)];
  let bytes = encodeUtf8(kept.join(''));
  while (bytes.length > MAX_NAME_BYTES) {
    kept = kept.slice(0, Math.floor((kept.length * MAX_NAME_BYTES) / bytes.length));
    bytes = encodeUtf8(kept.join(''));
  }
  return bytes;
}

/** Tables by their names. */
export type TablesOf<T extends readonly TableDescription[]> = Readonly<
  Record<T[number]['name'], TraceTable>
>;

/** A trace being written; its bytes are taken piece by piece. Several parts may write to one, each to tables of its own. */
export class TraceWriter {
  private about: TraceHead['about'];
  private readonly all: readonly TraceTable[];
  private readonly names = new Map<string, number>();
  private pieces: Uint8Array[] = [];
  private readonly index = new TraceIndexWriter();
  private groups = 0;
  private hasHead = false;

  /**
   * Throws `ConfigError` for more columns than a reader believes.
   * @param descriptions the tables of all parts
   */
  constructor(about: TraceHead['about'], descriptions: readonly TableDescription[]) {
    const count = countColumns(descriptions);
    if (count > MAX_COLUMNS) {
      const why = `got ${count} tables and columns together, allowed are ${MAX_COLUMNS}`;
      throw new ConfigError('trace.descriptions', why);
    }
    this.about = about;
    this.all = descriptions.map((description) => new TraceTable(description));
  }

  /** Adds facts to the head; those that come when its bytes were taken already are left out. */
  describe(about: TraceHead['about']): void {
    this.about = { ...this.about, ...about };
  }

  /** The tables that a part writes to. Throws `StateError` if the trace has not all of them. */
  tables<const T extends readonly TableDescription[]>(descriptions: T): TablesOf<T> {
    const own = descriptions.map(({ name }) => {
      const table = this.all.find(({ description }) => description.name === name);
      if (table === undefined) throw new StateError('trace', `was made without table ${name}`);
      return [name, table] as const;
    });
    return Object.fromEntries(own) as TablesOf<T>;
  }

  /** The number of a name, which is written where it is new. */
  nameIndex(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const index = this.names.size;
    this.names.set(name, index);
    const short = shortName(name);
    this.index.addName(short);
    this.chunk(TAG_NAME, short);
    return index;
  }

  /** Ends a group of rows: all that was added to the tables is written. */
  endGroup(): void {
    for (const [index, table] of this.all.entries()) {
      if (table.rowCount === 0) continue;
      this.index.addRows(index, table.rowCount);
      this.chunk(TAG_ROWS, table.take(index));
      this.groups++;
    }
  }

  /** Ends the trace. */
  end(): void {
    this.endGroup();
    this.chunk(TAG_INDEX, this.index.contents());
    const contents = new Uint8Array(8);
    const view = new DataView(contents.buffer);
    view.setUint32(0, this.groups, true);
    view.setUint32(4, this.names.size, true);
    this.chunk(TAG_END, contents);
  }

  /** The bytes written since the last call; the first ones have the head. */
  take(): Uint8Array[] {
    const { pieces } = this;
    this.pieces = [];
    if (pieces.length > 0 && !this.hasHead) {
      pieces.unshift(this.head());
      this.hasHead = true;
    }
    return pieces;
  }

  private head(): Uint8Array {
    const head: TraceHead = {
      about: this.about,
      tables: this.all.map(({ description }) => description),
    };
    const json = encodeUtf8(JSON.stringify(head));
    if (json.length > MAX_HEAD_BYTES) {
      const why = `a head of ${json.length} bytes, allowed are ${MAX_HEAD_BYTES}`;
      throw new ConfigError('trace.about', why);
    }
    const out = new Uint8Array(aligned(16 + json.length));
    const view = new DataView(out.buffer);
    for (let i = 0; i < 8; i++) out[i] = TRACE_MAGIC.charCodeAt(i);
    view.setUint32(8, TRACE_VERSION, true);
    view.setUint32(12, json.length, true);
    out.set(json, 16);
    return out;
  }

  private chunk(tag: string, contents: Uint8Array): void {
    const out = new Uint8Array(8 + aligned(contents.length));
    for (let i = 0; i < 4; i++) out[i] = tag.charCodeAt(i);
    new DataView(out.buffer).setUint32(4, contents.length, true);
    out.set(contents, 8);
    this.pieces.push(out);
  }
}
