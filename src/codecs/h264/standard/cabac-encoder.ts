/**
 * The arithmetic encoder of CABAC, clause 9.3.4, over strings of bins. A string holds what cabac-binarization.ts makes of syntax
 * elements; encoder and estimator walk the same strings, so that what an element becomes is said once.
 */
import type { BitMark, BitWriter } from '../../../bits/bit-writer.ts';
import { BIN_COST, BIT, CONTEXT_COUNT, NEXT_STATE, RANGE_LPS } from './cabac-states.ts';

/** In place of ctxIdx: a bin coded by bypass (clause 9.3.4.4). */
export const BYPASS = 0x7ffe;
/** In place of ctxIdx: a bin coded before termination (clause 9.3.4.5), ctxIdx 276 of Table 9-34. */
export const TERMINATE = 276;

/**
 * Bins that one macroblock can have: 16 luma blocks, 2 chroma DC and 8 chroma AC blocks of levels that 16 bits hold, each level with
 * two flags, 14 bins of prefix, at most 31 of suffix and a sign, and less than 1,000 bins beside them.
 */
export const MAX_BINS_PER_MB: number = 384 * 48 + 1000;

/** A row of bins with their contexts. */
export class BinString {
  /** 2·ctxIdx + bin. */
  readonly bins: Uint16Array;
  count = 0;

  constructor(capacity: number = MAX_BINS_PER_MB) {
    this.bins = new Uint16Array(capacity);
  }

  /** Appends a bin of 0 or 1. */
  put(ctxIdx: number, bin: number): void {
    this.bins[this.count++] = 2 * ctxIdx + bin;
  }

  /** Appends the `length` low bits of `value` as bypass bins, the highest first. */
  putBypass(length: number, value: number): void {
    for (let i = length - 1; i >= 0; i--) this.bins[this.count++] = 2 * BYPASS + ((value >> i) & 1);
  }

  /** Starts again without a bin. */
  clear(): void {
    this.count = 0;
  }
}

/** A state of the encoder to come back to. */
export interface CabacMark {
  readonly bits: BitMark;
  readonly states: Uint8Array;
  low: number;
  range: number;
  pending: number;
  outstanding: number;
  lastByte: number;
}

/** A mark that `CabacEncoder.mark` can fill (not normative). */
export function createCabacMark(): CabacMark {
  return {
    bits: { length: 0, word: 0, free: 32 },
    states: new Uint8Array(CONTEXT_COUNT),
    low: 0,
    range: 0,
    pending: 0,
    outstanding: 0,
    lastByte: 0,
  };
}

/** No byte is waiting for a carry yet. */
const NO_BYTE = -1;

/**
 * Codes bins into a bit writer, clause 9.3.4.2. The standard puts bit after bit and counts those that a carry may still change;
 * here finished bits gather in `low` above the ten bits of codILow, and leave eight at a time. A byte that a carry could reach waits in
 * `lastByte`, with the bytes 0xff behind it counted in `outstanding`.
 */
export class CabacEncoder {
  /** By ctxIdx, see cabac-states.ts. */
  readonly states: Uint8Array = new Uint8Array(CONTEXT_COUNT);
  private readonly out: BitWriter;
  /** codILow with `pending` more bits above it. */
  private low = 0;
  /** codIRange, 256..510 between bins. */
  private range = 510;
  /** Bits in `low` that are ready but for a carry; -1 at first, for the standard's first bit is not written (clause 9.3.4.3). */
  private pending = -1;
  private outstanding = 0;
  private lastByte = NO_BYTE;

  constructor(out: BitWriter) {
    this.out = out;
  }

  /** Starts the arithmetic code at the writer's position, which must be byte aligned, clause 9.3.4.1. The contexts stay. */
  start(): void {
    this.low = 0;
    this.range = 510;
    this.pending = -1;
    this.outstanding = 0;
    this.lastByte = NO_BYTE;
  }

  /** Bits that were written or wait to be, to a bit. */
  get bitPosition(): number {
    const waiting = this.outstanding + (this.lastByte === NO_BYTE ? 0 : 1);
    return this.out.bitPosition + 8 * waiting + this.pending + 1;
  }

  /** The same to 1/256 bit: the narrowing of the interval counts as well. */
  get finePosition(): number {
    return this.bitPosition + Math.round(256 * Math.log2(510 / this.range)) / 256;
  }

  /** Codes bins `from` to before `end` of a string. The string must not contain a terminating bin of 1: that ends the code (`terminate`). */
  encode(string: BinString, from: number = 0, end: number = string.count): void {
    const { bins } = string;
    const { states } = this;
    let low = this.low;
    let range = this.range;
    let pending = this.pending;
    for (let i = from; i < end; i++) {
      const entry = bins[i];
      const ctxIdx = entry >> 1;
      let shift = 1;
      if (ctxIdx === BYPASS) {
        low <<= 1;
        if ((entry & 1) !== 0) low += range;
      } else if (ctxIdx === TERMINATE) {
        range -= 2;
        shift = range < 256 ? 1 : 0;
        range <<= shift;
        low <<= shift;
      } else {
        const state = states[ctxIdx];
        const rangeLps = RANGE_LPS[((state >> 1) << 2) | ((range >> 6) & 3)];
        range -= rangeLps;
        if (((state ^ entry) & 1) !== 0) {
          low += range;
          range = rangeLps;
        }
        states[ctxIdx] = NEXT_STATE[(state << 1) | (entry & 1)];
        shift = Math.clz32(range) - 23;
        range <<= shift;
        low <<= shift;
      }
      pending += shift;
      if (pending >= 8) {
        pending -= 8;
        this.putByte(low >> (pending + 10));
        low &= (1 << (pending + 10)) - 1;
      }
    }
    this.low = low;
    this.range = range;
    this.pending = pending;
  }

  /**
   * Ends the code with a terminating bin of 1, clause 9.3.4.5, up to the bit that the flush writes last: in a slice that is its
   * rbsp_stop_one_bit. The zero bits up to the next byte are written too; they are the rest of rbsp_trailing_bits( ), or
   * pcm_alignment_zero_bit before the samples of I_PCM.
   * @returns how many zero bits these are, 0..7
   */
  terminate(): number {
    // codILow + codIRange - 2, a range of 2 and its renormalization by seven bits; then bits 9, 8 and a 1 for bit 7.
    let low = (this.low + this.range - 2) << 7;
    let pending = this.pending + 7;
    low = ((low >> 7) | 1) << 10;
    pending += 3;
    const zeroBits = -pending & 7;
    while (pending > 0) {
      if (pending < 8) {
        low <<= 8 - pending;
        pending = 8;
      }
      pending -= 8;
      this.putByte(low >> (pending + 10));
      low &= (1 << (pending + 10)) - 1;
    }
    this.releaseBytes(0);
    this.start();
    return zeroBits;
  }

  /** Takes the next byte of the code, with a carry into those before it as bit 8. */
  private putByte(byte: number): void {
    if (byte === 0xff) {
      this.outstanding++;
      return;
    }
    this.releaseBytes(byte >> 8);
    this.lastByte = byte & 0xff;
  }

  /** Writes the bytes that waited for a carry of 0 or 1. */
  private releaseBytes(carry: number): void {
    if (this.lastByte !== NO_BYTE) this.out.put(8, this.lastByte + carry);
    this.lastByte = NO_BYTE;
    const byte = carry === 0 ? 0xff : 0;
    for (; this.outstanding > 0; this.outstanding--) this.out.put(8, byte);
  }

  /** Notes the state of coder, contexts and writer. */
  mark(mark: CabacMark): void {
    this.out.mark(mark.bits);
    mark.states.set(this.states);
    mark.low = this.low;
    mark.range = this.range;
    mark.pending = this.pending;
    mark.outstanding = this.outstanding;
    mark.lastByte = this.lastByte;
  }

  /** Goes back to a state that `mark` noted. */
  rewind(mark: CabacMark): void {
    this.out.rewind(mark.bits);
    this.states.set(mark.states);
    this.low = mark.low;
    this.range = mark.range;
    this.pending = mark.pending;
    this.outstanding = mark.outstanding;
    this.lastByte = mark.lastByte;
  }
}

/**
 * The cost of the bins `from` to before `end` of a string, in 1/256 bit. The states move on as they do when the bins are coded
 * (clause 9.3.4.2.1); give a copy of the encoder's, or its own to count for good.
 */
export function estimateBins(
  states: Uint8Array,
  string: BinString,
  from: number = 0,
  end: number = string.count,
): number {
  const { bins } = string;
  let cost = 0;
  for (let i = from; i < end; i++) {
    const entry = bins[i];
    const ctxIdx = entry >> 1;
    if (ctxIdx === BYPASS) {
      cost += BIT;
    } else if (ctxIdx !== TERMINATE) {
      const at = (states[ctxIdx] << 1) | (entry & 1);
      cost += BIN_COST[at];
      states[ctxIdx] = NEXT_STATE[at];
    }
  }
  return cost;
}
