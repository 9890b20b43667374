/**
 * Writes EBML elements (RFC 8794) by name: the ID and the type come from the element table, so a header's code reads as
 * the standard's list of elements.
 */
import { encodeUtf8 } from '../../base/utf8.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { ELEMENTS, type ElementName, ID } from './element-table.ts';

/** Element data size with all value bits set, on 8 bytes: unknown, RFC 8794 clause 6.2. */
const UNKNOWN_SIZE_BYTES = Uint8Array.of(0x01, 255, 255, 255, 255, 255, 255, 255);

const TYPES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ ELEMENTS.map((element) => [element.name, element.type]),
);

/** Bytes of an element ID with its length marker, RFC 8794 clause 5: 1 to 4. */
export function idLength(id: number): number {
  return id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
}

/**
 * Fewest bytes that hold `size` as an element data size, RFC 8794 clause 6: 1 to 8. The value with all bits set is not
 * used, for it means "unknown".
 */
export function sizeLength(size: number): number {
  // The sizes of nearly all blocks come first: powers take longer than all else that is done for a small one.
  if (size < 0x3fff) return size < 0x7f ? 1 : 2;
  let length = 3;
  while (size >= 2 ** (7 * length) - 1) length++;
  return length;
}

/** Fewest bytes that hold the unsigned `value`: 1 to 8 (0 is written on one byte). */
function unsignedLength(value: number): number {
  let length = 1;
  while (value >= 2 ** (8 * length)) length++;
  return length;
}

/** Fewest bytes that hold the signed `value` in two's complement: 1 to 8. */
function signedLength(value: number): number {
  let length = 1;
  while (value < -(2 ** (8 * length - 1)) || value >= 2 ** (8 * length - 1)) length++;
  return length;
}

/** Bytes of an element whose data has `size` bytes. */
export function elementBytes(name: ElementName, size: number): number {
  return idLength(ID[name]) + sizeLength(size) + size;
}

/** Bytes of an unsigned integer element as `EbmlWriter.uint` writes it. */
export function uintBytes(name: ElementName, value: number): number {
  return elementBytes(name, unsignedLength(value));
}

/** Writes elements into a growing buffer. Values must fit the type that the table gives the element. */
export class EbmlWriter {
  readonly bytes = new ByteWriter();

  /** Number of bytes written so far. */
  get position(): number {
    return this.bytes.position;
  }

  id(id: number): void {
    this.bigEndian(id, idLength(id));
  }

  /** Element data size on `length` bytes, at least `sizeLength(size)` of them. */
  size(size: number, length: number = sizeLength(size)): void {
    // The marker bit stands above 7 * length value bits; 8 bytes hold at most 2^53 - 1 here.
    const high = length > 4 ? Math.floor(size / 2 ** 32) : 0;
    const bits = 8 * length - length; // position of the marker
    if (length > 4) {
      const marker = 2 ** (bits - 32);
      this.bigEndian(high + marker, length - 4);
      this.bytes.u32(size % 2 ** 32);
    } else this.bigEndian(size + 2 ** bits, length);
  }

  unknownSize(): void {
    this.bytes.append(UNKNOWN_SIZE_BYTES);
  }

  /** An unsigned integer element, RFC 8794 clause 7.2. `value` is a safe integer of at least 0. */
  uint(name: ElementName, value: number, length: number = unsignedLength(value)): void {
    this.header(name, 'uinteger', length);
    this.unsigned(value, length);
  }

  /** A signed integer element, RFC 8794 clause 7.1. `value` is a safe integer. */
  int(name: ElementName, value: number): void {
    const length = signedLength(value);
    this.header(name, 'integer', length);
    const modulus = 2n ** BigInt(8 * length);
    const bits = BigInt(value) < 0n ? BigInt(value) + modulus : BigInt(value);
    for (let i = length - 1; i >= 0; i--) {
      this.bytes.u8(Number((bits >> BigInt(8 * i)) & 255n));
    }
  }

  /** A float element on 8 bytes, RFC 8794 clause 7.3. */
  float(name: ElementName, value: number): void {
    this.header(name, 'float', 8);
    this.bytes.f64(value);
  }

  /** A string element, RFC 8794 clauses 7.4 (ASCII) and 7.5 (UTF-8). */
  text(name: ElementName, value: string): void {
    const bytes = encodeUtf8(value);
    this.header(name, TYPES.get(name) === 'utf-8' ? 'utf-8' : 'string', bytes.length);
    this.bytes.append(bytes);
  }

  /** A date element: nanoseconds from 2001-01-01T00:00:00Z, RFC 8794 clause 7.6. */
  date(name: ElementName, nanoseconds: bigint): void {
    this.header(name, 'date', 8);
    for (let i = 7; i >= 0; i--) this.bytes.u8(Number((nanoseconds >> BigInt(8 * i)) & 255n));
  }

  binary(name: ElementName, value: Uint8Array): void {
    this.header(name, 'binary', value.length);
    this.bytes.append(value);
  }

  /** An element of any type whose data is stored already. */
  stored(name: ElementName, data: Uint8Array): void {
    this.id(ID[name]);
    this.size(data.length);
    this.bytes.append(data);
  }

  /** A master element whose children `write` writes. Its size takes as many bytes as it needs. */
  master(name: ElementName, write: (children: EbmlWriter) => void): void {
    const children = new EbmlWriter();
    write(children);
    this.header(name, 'master', children.position);
    this.bytes.append(children.bytes.view());
  }

  /** The header of a master element whose children, `size` bytes of them, are written next. */
  begin(name: ElementName, size: number): void {
    this.header(name, 'master', size);
  }

  /** A Void element of `total` bytes, header included: at least 2. RFC 8794 clause 11.3.2. */
  void(total: number): void {
    // A size on 8 bytes always fits; short ones need their single byte.
    const length = total - 2 < 127 ? 1 : 8;
    this.id(ID.Void);
    this.size(total - 1 - length, length);
    this.bytes.zeros(total - 1 - length);
  }

  private header(name: ElementName, type: string, size: number): void {
    if (TYPES.get(name) !== type) throw new RangeError(`${name} is not of type ${type}`);
    this.id(ID[name]);
    this.size(size);
  }

  /** `value` below 2^32 on 1 to 4 bytes. */
  private bigEndian(value: number, length: number): void {
    for (let i = length - 1; i >= 0; i--) this.bytes.u8(Math.floor(value / 2 ** (8 * i)) & 255);
  }

  private unsigned(value: number, length: number): void {
    if (length > 4) {
      this.bigEndian(Math.floor(value / 2 ** 32), length - 4);
      this.bytes.u32(value % 2 ** 32);
    } else this.bigEndian(value, length);
  }
}
