/**
 * The format of traces (docs/inspection.md): tables of numbers, column by column, in groups of rows. A file is a head, then
 * chunks, each a tag of four characters, its length in bytes, and its contents; all integers are little endian.
 */

/** The first eight bytes. */
export const TRACE_MAGIC = 'vitrace\0';
/** The version that is written. Version 1, which has no index, is read too. */
export const TRACE_VERSION = 2;

/** Most bytes of a name, and of the description of tables: longer names are cut off when they are written. */
export const MAX_NAME_BYTES = 1024;
export const MAX_HEAD_BYTES = 1 << 20;
/** Most columns of all tables together, a table counting as one too: reading a group costs time for each. */
export const MAX_COLUMNS = 4096;

/** Tag and length of a chunk. */
export const CHUNK_HEAD_BYTES = 8;

/** Tags of chunks: a name and its number, a group of rows, the index, the end. */
export const TAG_NAME = 'NAME';
export const TAG_ROWS = 'ROWS';
export const TAG_INDEX = 'INDX';
export const TAG_END = 'END ';

/** The tag of a chunk that begins at `at`. */
export function tagOf(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** Types of columns; their values lie in typed arrays of these elements. */
export const COLUMN_TYPES = ['u8', 'i16', 'u16', 'i32', 'u32', 'f64'] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];

/** Descriptors of syntax elements, by their numbers in columns `descriptor`. */
export const DESCRIPTORS = ['u', 'ue', 'se', 'te', 'ae', 'ce', 'b', 'me'] as const;

/** Any array of a column. */
export type ColumnArray =
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float64Array;

/** Bytes of a value by type. */
export const COLUMN_BYTES: Readonly<Record<ColumnType, number>> = {
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  f64: 8,
};

/** A zeroed array of a column's type. */
export function createColumn(type: ColumnType, length: number): ColumnArray {
  switch (type) {
    case 'u8':
      return new Uint8Array(length);
    case 'i16':
      return new Int16Array(length);
    case 'u16':
      return new Uint16Array(length);
    case 'i32':
      return new Int32Array(length);
    case 'u32':
      return new Uint32Array(length);
    case 'f64':
      return new Float64Array(length);
  }
}

/** A table's name and its columns, in order. */
export interface TableDescription {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
}

/** A group of rows begins with the numbers of its table and of its rows. */
export const GROUP_HEAD_BYTES = 8;

/** The head of a trace, as JSON in the file. */
export interface TraceHead {
  /** Facts about the stream: `codec`, `width`, `height` … */
  readonly about: Readonly<Record<string, string | number>>;
  readonly tables: readonly TableDescription[];
}

/** Columns of all tables together, with one more for each table. */
export function countColumns(tables: readonly TableDescription[]): number {
  return tables.reduce((count, { columns }) => count + 1 + columns.length, 0);
}

/** Bytes of the contents of a chunk of rows. */
export function groupBytes({ columns }: TableDescription, rowCount: number): number {
  if (rowCount === 0) return GROUP_HEAD_BYTES;
  let size = GROUP_HEAD_BYTES;
  for (const [, type] of columns) size = aligned(size) + COLUMN_BYTES[type] * rowCount;
  return aligned(size);
}

/** Bytes before a column so that its values are aligned: columns begin at multiples of 8 in the contents of their chunk. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
