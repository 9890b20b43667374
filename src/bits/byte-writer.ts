/** Writes integers, floats and text into a buffer that grows: the writer of container headers. */
import { encodeUtf8 } from '../base/utf8.ts';

const INITIAL_BYTES = 256;

/** Big endian unless the method's name ends in `le`. Values are taken modulo their width. */
export class ByteWriter {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private dataView = new DataView(this.bytes.buffer);
  private length = 0;

  /** Number of bytes written so far. */
  get position(): number {
    return this.length;
  }

  private reserve(count: number): number {
    const at = this.length;
    if (at + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + count));
      larger.set(this.bytes);
      this.bytes = larger;
      this.dataView = new DataView(larger.buffer);
    }
    this.length = at + count;
    return at;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.reserve(2);
    this.dataView.setUint16(at, value);
  }

  u24(value: number): void {
    this.u8(value >>> 16);
    this.u16(value);
  }

  u32(value: number): void {
    const at = this.reserve(4);
    this.dataView.setUint32(at, value);
  }

  /** `value` is a safe integer, possibly negative (two's complement). */
  u64(value: number): void {
    const at = this.reserve(8);
    this.dataView.setBigInt64(at, BigInt(value));
  }

  u16le(value: number): void {
    const at = this.reserve(2);
    this.dataView.setUint16(at, value, true);
  }

  u32le(value: number): void {
    const at = this.reserve(4);
    this.dataView.setUint32(at, value, true);
  }

  /** `value` is a safe integer, possibly negative (two's complement). */
  u64le(value: number): void {
    const at = this.reserve(8);
    this.dataView.setBigInt64(at, BigInt(value), true);
  }

  f32(value: number): void {
    const at = this.reserve(4);
    this.dataView.setFloat32(at, value);
  }

  f64(value: number): void {
    const at = this.reserve(8);
    this.dataView.setFloat64(at, value);
  }

  /** One byte per character; every character must be below U+0080. */
  ascii(text: string): void {
    const at = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[at + i] = text.charCodeAt(i);
  }

  /** UTF-8, without a terminator. */
  utf8(text: string): void {
    this.append(encodeUtf8(text));
  }

  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }

  zeros(count: number): void {
    const at = this.reserve(count);
    this.bytes.fill(0, at, at + count);
  }

  /** Overwrites four bytes written earlier: sizes that are known only afterwards. */
  patchU32(at: number, value: number): void {
    this.dataView.setUint32(at, value);
  }

  /** Starts again at byte 0; the buffer is kept. */
  reset(): void {
    this.length = 0;
  }

  /** The bytes written, as a view that is valid until the next call. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  toBytes(): Uint8Array {
    return this.view().slice();
  }
}
