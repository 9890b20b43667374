/** Reads named syntax elements: the half of bit-syntax.ts that takes its values from a stream. */
import { FormatError } from '../base/errors.ts';
import { BitReader } from './bit-reader.ts';
import type { BitSyntax, Flag, SyntaxTrace } from './bit-syntax.ts';
import { seBits, ueBits } from './syntax-writer.ts';

/** A bit reader with names. `trace` is null unless somebody watches. Every read past the end is a `FormatError`. */
export class SyntaxReader implements BitSyntax {
  readonly isReading = true;
  where: string;
  trace: SyntaxTrace | null;
  private readonly data: Uint8Array;
  private readonly reader: BitReader;
  private readonly fileOffset: number;

  /**
   * @param data an RBSP, or another run of bytes; read only
   * @param where path for messages
   * @param fileOffset where `data` lies in the file, for messages
   */
  constructor(data: Uint8Array, where: string, fileOffset = 0, trace: SyntaxTrace | null = null) {
    this.data = data;
    this.where = where;
    this.fileOffset = Math.max(0, fileOffset);
    this.reader = new BitReader(data, where, this.fileOffset);
    this.trace = trace;
  }

  get bitPosition(): number {
    return this.reader.bitPosition;
  }

  get bitsLeft(): number {
    return this.reader.bitsLeft;
  }

  flag(name: string, _value: number): Flag {
    return this.u(name, 1, 0) as Flag;
  }

  u(name: string, count: number, _value: number): number {
    const at = this.reader.bitPosition;
    const value = this.reader.u(count);
    if (this.trace !== null) this.trace(name, 'u', value, at, count);
    return value;
  }

  ue(name: string, _value: number): number {
    const at = this.reader.bitPosition;
    const value = this.reader.ue();
    if (this.trace !== null) this.trace(name, 'ue', value, at, ueBits(value));
    return value;
  }

  se(name: string, _value: number): number {
    const at = this.reader.bitPosition;
    const value = this.reader.se();
    if (this.trace !== null) this.trace(name, 'se', value, at, seBits(value));
    return value;
  }

  ueMax(name: string, _value: number, max: number): number {
    const value = this.ue(name, 0);
    if (value > max) throw this.fault(name, `got ${value}, allowed are 0..${max}`);
    return value;
  }

  seWithin(name: string, _value: number, min: number, max: number): number {
    const value = this.se(name, 0);
    if (value < min || value > max) {
      throw this.fault(name, `got ${value}, allowed are ${min}..${max}`);
    }
    return value;
  }

  bytes(name: string, length: number, _value: Uint8Array): Uint8Array {
    const at = this.reader.bitPosition;
    if (length * 8 > this.reader.bitsLeft) {
      throw this.fault(name, `${length} bytes wanted, ${this.reader.bitsLeft >> 3} left`);
    }
    this.reader.skip(length * 8);
    if (this.trace !== null) this.trace(name, 'b', length, at, 8 * length);
    return this.data.subarray(at >> 3, (at >> 3) + length);
  }

  alignZero(name: string): void {
    while (this.reader.bitPosition % 8 !== 0) this.u(name, 1, 0);
  }

  trailingBits(): void {
    if (this.reader.bitsLeft === 0) return;
    this.u('rbsp_stop_one_bit', 1, 1);
    this.alignZero('rbsp_alignment_zero_bit');
  }

  moreData(_hasMore: boolean): boolean {
    let last = this.data.length - 1;
    while (last >= 0 && this.data[last] === 0) last--;
    if (last < 0) return false;
    const stopBit = 8 * last + Math.clz32(this.data[last] & -this.data[last]) - 24;
    return this.reader.bitPosition < stopBit;
  }

  fault(element: string, detail: string): Error {
    const offset = this.fileOffset + (this.reader.bitPosition >> 3);
    return new FormatError(`${this.where}.${element}`, detail, offset);
  }
}
