/** Writes boxes: header, fields by their description, children by a closure, and the size once it is known. */
import { StateError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import type { NumberRows } from '../../bits/packed-numbers.ts';
import { type BoxDescription, type FieldSyntax, NO_U32S } from './syntax.ts';

const NO_U64S = /* @__PURE__ */ new Float64Array(0);

/** The fields of a box as a writer is handed them: tables may be rows that are walked over when they are written. */
export type BoxValues<T> = {
  [K in keyof T]?: T[K] extends Uint32Array | Float64Array ? T[K] | NumberRows : T[K];
};

/** A table that is not in the buffer: its numbers go behind the first `at` bytes of that. */
interface WaitingTable {
  readonly at: number;
  readonly rows: NumberRows;
  readonly numberBytes: 4 | 8;
}

/** Bytes of a table that are written at once. */
const PIECE_BYTES = 1 << 16;

/**
 * Collects boxes in memory: `moov`, `moof` and other small ones. Media data never comes through here. Tables that are handed in as
 * `NumberRows` are not copied: they are walked over by `pieces`, and must not change before.
 */
export class BoxWriter implements FieldSyntax {
  readonly isReading = false;
  readonly remaining = 0;
  private readonly out = new ByteWriter();
  /** Bits of an unfinished byte, right-aligned, and their number. */
  private bitBuffer = 0;
  private bitCount = 0;
  private readonly waiting: WaitingTable[] = [];
  /** Bytes of the tables that wait. */
  private waitingBytes = 0;

  /** Number of bytes written so far. */
  get position(): number {
    return this.out.position + this.waitingBytes;
  }

  /**
   * Writes one box: fields from `values`, defaults for the others, then what `children` writes.
   * @param type the box type, where it is not the description's own
   */
  put<T extends object>(
    description: BoxDescription<T>,
    values: BoxValues<NoInfer<T>> = {},
    children: (() => void) | null = null,
    type: string = description.type,
  ): void {
    this.box(type, () => {
      description.fields(this, { ...description.defaults, ...values } as T);
      if (children !== null) children();
    });
  }

  /** Writes a box header, what `body` writes, and then the size. Box, ISOBMFF clause 4.2. */
  box(type: string, body: () => void): void {
    const field = this.out.position;
    const start = this.position;
    this.out.u32(0);
    this.fourcc('type', type);
    body();
    if (this.bitCount !== 0) throw new StateError('isobmff.writer', `${type} ends inside a byte`);
    this.out.patchU32(field, this.position - start);
  }

  /** Overwrites a 32-bit field written earlier, such as an offset that depends on the size of the whole. */
  patchU32(position: number, value: number): void {
    this.out.patchU32(position, value);
  }

  u(_name: string, bits: number, value: number): number {
    if (this.bitCount === 0 && (bits & 7) === 0) this.putBytes(bits, value);
    else {
      for (let left = bits; left > 0; ) {
        const take = Math.min(8 - this.bitCount, left);
        left -= take;
        this.bitBuffer =
          (this.bitBuffer << take) | (Math.floor(value / 2 ** left) & (2 ** take - 1));
        this.bitCount += take;
        if (this.bitCount === 8) {
          this.out.u8(this.bitBuffer);
          this.bitBuffer = 0;
          this.bitCount = 0;
        }
      }
    }
    return value;
  }

  private putBytes(bits: number, value: number): void {
    switch (bits) {
      case 8:
        this.out.u8(value);
        break;
      case 16:
        this.out.u16(value);
        break;
      case 24:
        this.out.u24(value);
        break;
      case 32:
        this.out.u32(value);
        break;
      case 64:
        this.out.u64(value);
        break;
      default:
        for (let left = bits - 8; left >= 0; left -= 8)
          this.out.u8(Math.floor(value / 2 ** left) & 255);
    }
  }

  i(name: string, bits: number, value: number): number {
    this.u(name, bits, value);
    return value;
  }

  f64(_name: string, value: number): number {
    this.out.f64(value);
    return value;
  }

  fourcc(_name: string, value: string): string {
    for (let i = 0; i < 4; i++) this.out.u8(value.charCodeAt(i));
    return value;
  }

  cstring(_name: string, value: string): string {
    this.out.utf8(value);
    this.out.u8(0);
    return value;
  }

  text(_name: string, _length: number, value: string): string {
    this.out.utf8(value);
    return value;
  }

  bytes(_name: string, _length: number, value: Uint8Array): Uint8Array {
    this.out.append(value);
    return value;
  }

  u32s(names: readonly string[], rows: number, values: Uint32Array | NumberRows): Uint32Array {
    if (!(values instanceof Uint32Array)) {
      this.wait(values, 4);
      return NO_U32S;
    }
    const count = rows * names.length;
    for (let i = 0; i < count; i++) this.out.u32(values[i]);
    return values;
  }

  u64s(_name: string, rows: number, values: Float64Array | NumberRows): Float64Array {
    if (!(values instanceof Float64Array)) {
      this.wait(values, 8);
      return NO_U64S;
    }
    for (let i = 0; i < rows; i++) this.out.u64(values[i]);
    return values;
  }

  private wait(rows: NumberRows, numberBytes: 4 | 8): void {
    this.waiting.push({ at: this.out.position, rows, numberBytes });
    this.waitingBytes += rows.length * numberBytes;
  }

  /** Starts again at byte 0; the buffer is kept. */
  reset(): void {
    this.out.reset();
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  /** The bytes written, as a view that is valid until the next call. Only for boxes without waiting tables. */
  view(): Uint8Array {
    if (this.waiting.length > 0) throw new StateError('isobmff.writer', 'tables wait; take pieces');
    return this.out.view();
  }

  /** The bytes written, with the tables, in pieces that are valid until the next one. */
  *pieces(): Generator<Uint8Array> {
    const bytes = this.out.view();
    let from = 0;
    for (const { at, rows, numberBytes } of this.waiting) {
      if (at > from) yield bytes.subarray(from, at);
      from = at;
      yield* tablePieces(rows, numberBytes);
    }
    if (bytes.length > from) yield bytes.subarray(from);
  }
}

/** The numbers of a table, big endian. */
function* tablePieces(rows: NumberRows, numberBytes: 4 | 8): Generator<Uint8Array> {
  const total = rows.length * numberBytes;
  const piece = new Uint8Array(Math.min(PIECE_BYTES, total));
  const view = new DataView(piece.buffer);
  const next = rows.walk();
  for (let done = 0; done < total; ) {
    const count = Math.min(PIECE_BYTES, total - done);
    for (let at = 0; at < count; at += numberBytes) {
      const value = next();
      if (numberBytes === 8) view.setUint32(at, Math.floor(value / 2 ** 32));
      view.setUint32(at + numberBytes - 4, value);
    }
    yield piece.subarray(0, count);
    done += count;
  }
}
