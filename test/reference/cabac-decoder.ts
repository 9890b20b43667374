/**
 * CABAC read back as the standard says it, bit by bit: the arithmetic decoder of clause 9.3.3.2 and the binarizations of clause
 * 9.3.2 as it prints them, to prove the encoder by.
 */
import { NEXT_STATE, RANGE_LPS } from '../../src/codecs/h264/standard/cabac-states.ts';

/** The arithmetic decoder, clause 9.3.3.2. */
export class CabacDecoder {
  private readonly bytes: Uint8Array;
  private readonly states: Uint8Array;
  private position: number;
  private range = 510;
  private offset = 0;

  /** @param bitPosition of the first bit of the code */
  constructor(bytes: Uint8Array, states: Uint8Array, bitPosition: number) {
    this.bytes = bytes;
    this.states = states;
    this.position = bitPosition;
    for (let i = 0; i < 9; i++) this.offset = 2 * this.offset + this.bit();
  }

  /** Bits read so far: nine at first, and one for each doubling. */
  get bitPosition(): number {
    return this.position;
  }

  private bit(): number {
    const byte = this.bytes[this.position >> 3] ?? 0;
    return (byte >> (7 - (this.position++ & 7))) & 1;
  }

  private renormalize(): void {
    while (this.range < 256) {
      this.range *= 2;
      this.offset = 2 * this.offset + this.bit();
    }
  }

  decision(ctxIdx: number): number {
    const state = this.states[ctxIdx]!;
    const lps = RANGE_LPS[4 * (state >> 1) + ((this.range >> 6) & 3)]!;
    this.range -= lps;
    let bin = state & 1;
    if (this.offset >= this.range) {
      bin = 1 - bin;
      this.offset -= this.range;
      this.range = lps;
    }
    this.states[ctxIdx] = NEXT_STATE[2 * state + bin]!;
    this.renormalize();
    return bin;
  }

  bypass(): number {
    this.offset = 2 * this.offset + this.bit();
    if (this.offset < this.range) return 0;
    this.offset -= this.range;
    return 1;
  }

  terminate(): number {
    this.range -= 2;
    if (this.offset >= this.range) return 1;
    this.renormalize();
    return 0;
  }
}
