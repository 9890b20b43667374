/**
 * Writes named syntax elements, so that header writers read like the syntax tables of the standards and each bit can be
 * traced to its element. Descriptors as in H.264 clause 7.2: u(n), f(n), ue(v), se(v), te(v).
 */
import { BitWriter } from './bit-writer.ts';

/** Told of every element when tracing is on: its name, its value, and the bits it took. */
export type SyntaxTrace = (
  name: string,
  descriptor: 'u' | 'ue' | 'se' | 'te' | 'ae' | 'ce',
  value: number,
  bitPosition: number,
  bitLength: number,
) => void;

/** Number of bits of ue(v) for codeNum `value` (0..2^32-2): 2·floor(log2(value + 1)) + 1, H.264 clause 9.1. */
export function ueBits(value: number): number {
  return 63 - 2 * Math.clz32(value + 1);
}

/** Number of bits of se(v) for `value`: that of its codeNum, H.264 clause 9.1.1. */
export function seBits(value: number): number {
  return ueBits(value > 0 ? 2 * value - 1 : -2 * value);
}

/** A bit writer with names. `trace` is null unless somebody watches. */
export class SyntaxWriter {
  readonly bits: BitWriter;
  trace: SyntaxTrace | null;

  constructor(bits: BitWriter = new BitWriter(), trace: SyntaxTrace | null = null) {
    this.bits = bits;
    this.trace = trace;
  }

  /** u(n) and f(n): `count` bits, 1..32, unsigned, most significant first. */
  u(name: string, count: number, value: number): void {
    if (this.trace !== null) this.trace(name, 'u', value, this.bits.bitPosition, count);
    this.bits.put(count, value | 0);
  }

  /** ue(v): unsigned Exp-Golomb, `value` in 0..2^32-2, clause 9.1. */
  ue(name: string, value: number): void {
    if (this.trace !== null) this.trace(name, 'ue', value, this.bits.bitPosition, ueBits(value));
    this.putUe(value);
  }

  /** se(v): signed Exp-Golomb, `value` in -2^31+1..2^31-1, clause 9.1.1. */
  se(name: string, value: number): void {
    if (this.trace !== null) this.trace(name, 'se', value, this.bits.bitPosition, seBits(value));
    this.putUe(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** te(v) with the largest value `max`: one inverted bit if `max` is 1, else ue(v), clause 9.1. */
  te(name: string, max: number, value: number): void {
    if (this.trace !== null) {
      this.trace(name, 'te', value, this.bits.bitPosition, max > 1 ? ueBits(value) : 1);
    }
    if (max > 1) this.putUe(value);
    else this.bits.put(1, 1 - value);
  }

  private putUe(value: number): void {
    const length = 32 - Math.clz32(value + 1);
    this.bits.put(length - 1, 0);
    this.bits.put(length, (value + 1) | 0);
  }
}
