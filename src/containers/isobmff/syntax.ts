/**
 * One description per box, three uses. A description lists the fields of a box in the order of the standard's syntax
 * table, one line per field, through `FieldSyntax`; each call names a field and returns its value. Behind the interface
 * stands a writer (box-writer.ts), which stores the value it was handed, or a reader (box-reader.ts), which ignores that
 * value and returns what the file holds, and, when somebody watches, notes name, value and byte range for the inspector.
 */

/** Where the fields of a box go to or come from. All integers are big endian, most significant bit first. */
export interface FieldSyntax {
  /** Whether values come from a file; writers choose defaults where this is false. */
  readonly isReading: boolean;
  /** Bytes of this box that are left to read; 0 when writing. */
  readonly remaining: number;
  /** Unsigned integer of `bits` 1..64; below 8 bits and unaligned fields are packed. Above 2^53 a value read is rounded. */
  u(name: string, bits: number, value: number): number;
  /** Signed integer, two's complement, of `bits` 8, 16, 32 or 64, aligned to a byte. */
  i(name: string, bits: number, value: number): number;
  /** IEEE 754 number of 64 bits. */
  f64(name: string, value: number): number;
  /** Four-character code: one byte per character, U+0000..U+00FF. */
  fourcc(name: string, value: string): string;
  /** UTF-8 text up to a zero byte or the end of the box; the zero byte is written. */
  cstring(name: string, value: string): string;
  /** UTF-8 text of `length` bytes when reading; the whole of `value` when writing. */
  text(name: string, length: number, value: string): string;
  /** `length` bytes when reading, as a copy; the whole of `value` when writing. */
  bytes(name: string, length: number, value: Uint8Array): Uint8Array;
  /**
   * A table of `rows` rows, each of one 32-bit integer per name; `values` is row after row. Signed columns are stored as
   * two's complement. The reader checks that the box holds them before it allocates.
   */
  u32s(names: readonly string[], rows: number, values: Uint32Array): Uint32Array;
  /** A table of `rows` 64-bit unsigned integers, as safe integers. */
  u64s(name: string, rows: number, values: Float64Array): Float64Array;
}

/** The fields of one type of box, and the clause of the standard that has them. */
export interface BoxDescription<T extends object> {
  /** The type that boxes of this description have if no other is given (sample entries share descriptions). */
  readonly type: string;
  /** Short name of the standard (docs/standards.md) and clause. */
  readonly clause: string;
  /** Value of every field where a writer does not say another. */
  readonly defaults: Readonly<T>;
  /** Goes through the fields in the order of the syntax table, updating `box`. */
  readonly fields: (s: FieldSyntax, box: T) => void;
  /** Whether boxes follow the fields, up to the end of the box. */
  readonly hasChildren: boolean;
}

/** Makes a `BoxDescription` of a box without children. */
export function describeBox<T extends object>(
  type: string,
  clause: string,
  defaults: T,
  fields: (s: FieldSyntax, box: T) => void,
): BoxDescription<T> {
  return { type, clause, defaults, fields, hasChildren: false };
}

/** Makes a `BoxDescription` of a box whose fields, possibly none, are followed by boxes. */
export function describeContainer<T extends object>(
  type: string,
  clause: string,
  defaults: T,
  fields: (s: FieldSyntax, box: T) => void,
): BoxDescription<T> {
  return { type, clause, defaults, fields, hasChildren: true };
}

/** The fields that each FullBox begins with. */
export interface FullBoxFields {
  version: number;
  flags: number;
}

/** FullBox, ISOBMFF clause 4.2. */
export function fullBox(s: FieldSyntax, box: FullBoxFields): void {
  box.version = s.u('version', 8, box.version);
  box.flags = s.u('flags', 24, box.flags);
}

/**
 * Rows that a description reads one by one, each as an object, at most: more than any real file has of edits, brands or
 * random access points. Tables of samples are read whole, by `u32s`.
 */
export const MAX_OBJECT_ROWS = 1 << 16;

/** An empty table. */
export const NO_U32S: Uint32Array = /* @__PURE__ */ new Uint32Array(0);
/** No bytes. */
export const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** A code of four characters as the integer that it is stored as. */
export function fourccNumber(code: string): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + code.charCodeAt(i);
  return value;
}
