/**
 * Writes named syntax elements, so that header writers read like the syntax tables of the standards and each bit can be
 * traced to its element. Descriptors as in H.264 clause 7.2: u(n), f(n), ue(v), se(v), te(v), me(v).
 */
import { ConfigError } from '../base/errors.ts';
import type { BitSyntax, Flag, SyntaxTrace } from './bit-syntax.ts';
import { BitWriter } from './bit-writer.ts';

/** Number of bits of ue(v) for codeNum `value` (0..2^32-2): 2·floor(log2(value + 1)) + 1, H.264 clause 9.1. */
export function ueBits(value: number): number {
  return 63 - 2 * Math.clz32(value + 1);
}

/** Number of bits of se(v) for `value`: that of its codeNum, H.264 clause 9.1.1. */
export function seBits(value: number): number {
  return ueBits(value > 0 ? 2 * value - 1 : -2 * value);
}

/** A bit writer with names. `trace` is null unless somebody watches. */
export class SyntaxWriter implements BitSyntax {
  readonly isReading = false;
  readonly bitsLeft = Number.POSITIVE_INFINITY;
  readonly bits: BitWriter;
  where = 'bits';
  trace: SyntaxTrace | null;

  constructor(bits: BitWriter = new BitWriter(), trace: SyntaxTrace | null = null) {
    this.bits = bits;
    this.trace = trace;
  }

  get bitPosition(): number {
    return this.bits.bitPosition;
  }

  flag(name: string, value: number): Flag {
    return this.u(name, 1, value) as Flag;
  }

  /** u(n) and f(n): `count` bits, 1..32, unsigned, most significant first. */
  u(name: string, count: number, value: number): number {
    if (this.trace !== null) this.trace(name, 'u', value, this.bits.bitPosition, count);
    this.bits.put(count, value | 0);
    return value;
  }

  /** ue(v): unsigned Exp-Golomb, `value` in 0..2^32-2, clause 9.1. */
  ue(name: string, value: number): number {
    if (this.trace !== null) this.trace(name, 'ue', value, this.bits.bitPosition, ueBits(value));
    this.putUe(value);
    return value;
  }

  /** me(v): `value` as ue(v) of the codeNum that a table gives for it, clause 9.1.2. */
  me(name: string, value: number, codeNum: number): void {
    if (this.trace !== null) {
      this.trace(name, 'me', value, this.bits.bitPosition, ueBits(codeNum));
    }
    this.putUe(codeNum);
  }

  /** se(v): signed Exp-Golomb, `value` in -2^31+1..2^31-1, clause 9.1.1. */
  se(name: string, value: number): number {
    if (this.trace !== null) this.trace(name, 'se', value, this.bits.bitPosition, seBits(value));
    this.putUe(value > 0 ? 2 * value - 1 : -2 * value);
    return value;
  }

  /** te(v) with the largest value `max`: one inverted bit if `max` is 1, else ue(v), clause 9.1. */
  te(name: string, max: number, value: number): void {
    if (this.trace !== null) {
      this.trace(name, 'te', value, this.bits.bitPosition, max > 1 ? ueBits(value) : 1);
    }
    if (max > 1) this.putUe(value);
    else this.bits.put(1, 1 - value);
  }

  ueMax(name: string, value: number, max: number): number {
    return this.ue(name, this.require(name, value, 0, max));
  }

  seWithin(name: string, value: number, min: number, max: number): number {
    return this.se(name, this.require(name, value, min, max));
  }

  bytes(name: string, _length: number, value: Uint8Array): Uint8Array {
    if (this.trace !== null) {
      this.trace(name, 'b', value.length, this.bits.bitPosition, 8 * value.length);
    }
    this.bits.putBytes(value);
    return value;
  }

  alignZero(name: string): void {
    while (!this.bits.isByteAligned) this.u(name, 1, 0);
  }

  trailingBits(): void {
    this.u('rbsp_stop_one_bit', 1, 1);
    this.alignZero('rbsp_alignment_zero_bit');
  }

  moreData(hasMore: boolean): boolean {
    return hasMore;
  }

  fault(element: string, detail: string): Error {
    return new ConfigError(`${this.where}.${element}`, detail);
  }

  private require(name: string, value: number, min: number, max: number): number {
    if (!Number.isInteger(value) || value < min || value > max) {
      throw this.fault(name, `got ${value}, allowed are ${min}..${max}`);
    }
    return value;
  }

  private putUe(value: number): void {
    const length = 32 - Math.clz32(value + 1);
    this.bits.put(length - 1, 0);
    this.bits.put(length, (value + 1) | 0);
  }
}
