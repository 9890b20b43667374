/** Writes boxes: header, fields by their description, children by a closure, and the size once it is known. */
import { StateError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import type { BoxDescription, FieldSyntax } from './syntax.ts';

/** Collects boxes in memory: `moov`, `moof` and other small ones. Media data never comes through here. */
export class BoxWriter implements FieldSyntax {
  readonly isReading = false;
  readonly remaining = 0;
  private readonly out = new ByteWriter();
  /** Bits of an unfinished byte, right-aligned, and their number. */
  private bitBuffer = 0;
  private bitCount = 0;

  /** Number of bytes written so far. */
  get position(): number {
    return this.out.position;
  }

  /**
   * Writes one box: fields from `values`, defaults for the others, then what `children` writes.
   * @param type the box type, where it is not the description's own
   */
  put<T extends object>(
    description: BoxDescription<T>,
    values: Partial<NoInfer<T>> = {},
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
    const start = this.out.position;
    this.out.u32(0);
    this.fourcc('type', type);
    body();
    if (this.bitCount !== 0) throw new StateError('isobmff.writer', `${type} ends inside a byte`);
    this.out.patchU32(start, this.out.position - start);
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

  u32s(names: readonly string[], rows: number, values: Uint32Array): Uint32Array {
    const count = rows * names.length;
    for (let i = 0; i < count; i++) this.out.u32(values[i]);
    return values;
  }

  u64s(_name: string, rows: number, values: Float64Array): Float64Array {
    for (let i = 0; i < rows; i++) this.out.u64(values[i]);
    return values;
  }

  /** Starts again at byte 0; the buffer is kept. */
  reset(): void {
    this.out.reset();
  }

  /** The bytes written, as a view that is valid until the next call. */
  view(): Uint8Array {
    return this.out.view();
  }
}
