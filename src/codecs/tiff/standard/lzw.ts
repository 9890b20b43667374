/** LZW as TIFF has it (TIFF clause 13), expanded some bytes at a time. */
import { FormatError } from '../../../base/errors.ts';
import type { Expander } from './compression.ts';

const CLEAR_CODE = 256;
const END_OF_INFORMATION = 257;
const FIRST_FREE_CODE = 258;
const MOST_CODES = 4096;

/**
 * LZW, TIFF clause 13, with codes of 9 to 12 bits, the highest bits first; a code grows one entry before the table needs it.
 * @param offset where the bytes lie in the file, for errors
 */
export function openLzw(bytes: Uint8Array, offset: number): Expander {
  const reader = new LzwReader(bytes, offset);
  return { read: (out) => reader.read(out), end() {} };
}

class LzwReader {
  private readonly bytes: Uint8Array;
  private readonly offset: number;
  private readonly prefix = new Uint16Array(MOST_CODES);
  private readonly last = new Uint8Array(MOST_CODES);
  private readonly length = new Uint16Array(MOST_CODES).fill(1, 0, CLEAR_CODE);
  private next = FIRST_FREE_CODE;
  private width = 9;
  private previous = -1;
  private at = 0;
  private buffer = 0;
  private available = 0;
  /** A string that did not fit, and what of it is still to be given. */
  private readonly waiting = new Uint8Array(MOST_CODES);
  private waitingAt = 0;
  private waitingEnd = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
    for (let i = 0; i < CLEAR_CODE; i++) this.last[i] = i;
  }

  read(out: Uint8Array): number {
    let to = this.takeWaiting(out, 0);
    while (to < out.length) {
      const code = this.readCode();
      if (code === END_OF_INFORMATION) return to;
      if (code === CLEAR_CODE) {
        this.next = FIRST_FREE_CODE;
        this.width = 9;
        this.previous = -1;
        continue;
      }
      if (code > this.next || (code >= FIRST_FREE_CODE && this.previous < 0)) {
        throw new FormatError('tiff.strip', `LZW code ${code} (TIFF clause 13)`, this.offset);
      }
      const count = this.length[code === this.next ? this.previous : code]! + +(code === this.next);
      if (count <= out.length - to) {
        this.writeString(code, count, out, to);
        to += count;
      } else {
        this.writeString(code, count, this.waiting, 0);
        this.waitingAt = 0;
        this.waitingEnd = count;
        to = this.takeWaiting(out, to);
      }
    }
    return to;
  }

  private takeWaiting(out: Uint8Array, to: number): number {
    const from = this.waitingAt;
    this.waitingAt = Math.min(this.waitingEnd, from + out.length - to);
    out.set(this.waiting.subarray(from, this.waitingAt), to);
    return to + this.waitingAt - from;
  }

  /** The next code; where the bytes end, the end of information. */
  private readCode(): number {
    const { bytes, width } = this;
    while (this.available < width) {
      if (this.at >= bytes.length) return END_OF_INFORMATION;
      this.buffer = ((this.buffer << 8) | bytes[this.at++]!) & 0xfffffff;
      this.available += 8;
    }
    this.available -= width;
    return (this.buffer >> this.available) & ((1 << width) - 1);
  }

  /**
   * The string of a code, which is written from its end, and the entry of the table that it makes. A code that is not in the table yet is
   * the string before and its own first byte.
   */
  private writeString(code: number, count: number, out: Uint8Array, to: number): void {
    const { prefix, last, length, previous, next } = this;
    const isNew = code === next;
    const known = isNew ? previous : code;
    let link = known;
    for (let i = to + length[known]! - 1; i >= to; i--) {
      out[i] = last[link]!;
      link = prefix[link]!;
    }
    const first = out[to]!;
    if (isNew) out[to + count - 1] = first;
    if (previous >= 0 && next < MOST_CODES) {
      prefix[next] = previous;
      last[next] = first;
      length[next] = length[previous]! + 1;
      this.next++;
      if (this.next >= (1 << this.width) - 1 && this.width < 12) this.width++;
    }
    this.previous = code;
  }
}
