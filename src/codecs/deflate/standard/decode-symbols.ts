/**
 * The inner loop of decoding: literals and matches of a block, RFC 1951 clause 3.2.3, as long as there is input and output to
 * spare, so that neither is looked at for every bit. The only state between symbols is the place of the next bit, from which
 * each look-up reads four bytes: 4 to 8 % faster than bits in a register that is refilled, and nothing to keep in step.
 */
import type { BlockDecoder } from './block-decoder.ts';
import {
  DISTANCE_ROOT_BITS,
  END,
  LITLEN_ROOT_BITS,
  NO_CODE,
  SECOND_TABLE,
} from './decode-table.ts';

/** Bytes of input that one turn of the loop may look at. */
export const INPUT_MARGIN = 16;
/** Bytes of output that one turn may write: two literals and a match. */
export const OUTPUT_MARGIN = 270;

/**
 * Decodes symbols of the current block. Leaves the loop at the end of the block (1), when input or output are nearly used up
 * (0), where bits are no code (-1), where a distance reaches too far back (-2).
 */
export type SymbolDecoder = (decoder: BlockDecoder) => number;

const LITLEN_MASK = (1 << LITLEN_ROOT_BITS) - 1;
const DISTANCE_MASK = (1 << DISTANCE_ROOT_BITS) - 1;

/** `SymbolDecoder` over the decoder's arrays, RFC 1951 clause 3.2.3. */
export function decodeSymbols(d: BlockDecoder): number {
  const { input, output, litlenTable, distanceTable, outStart } = d;
  const words = new DataView(input.buffer, input.byteOffset, input.length);
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  const last = 8 * (d.inEnd - INPUT_MARGIN);
  const outLast = d.outEnd - OUTPUT_MARGIN;
  let { outPos } = d;
  let at = 8 * d.inPos - d.bitCount;
  let result = 0;
  while (at <= last && outPos <= outLast) {
    let bits = bitsAt(words, at);
    let entry = litlenTable[bits & LITLEN_MASK]!;
    if (entry < 0) {
      output[outPos++] = entry >>> 8;
      at += entry & 31;
      entry = litlenTable[(bits >>> entry) & LITLEN_MASK]!;
      bits = bitsAt(words, at);
    }
    if (entry >= 0 && (entry & SECOND_TABLE) !== 0) {
      entry = litlenTable[secondIndex(entry, bits >>> LITLEN_ROOT_BITS)]!;
    }
    at += entry & 31;
    if (entry < 0) {
      output[outPos++] = entry >>> 8;
      continue;
    }
    if ((entry & (END | NO_CODE)) !== 0) {
      result = (entry & END) !== 0 ? 1 : -1;
      break;
    }
    const length = lengthOf(entry, bits);
    bits = bitsAt(words, at);
    entry = distanceTable[bits & DISTANCE_MASK]!;
    if ((entry & SECOND_TABLE) !== 0) {
      entry = distanceTable[secondIndex(entry, bits >>> DISTANCE_ROOT_BITS)]!;
    }
    if ((entry & NO_CODE) !== 0) {
      result = -1;
      break;
    }
    const codeBits = (entry >>> 8) & 15;
    const extra = (entry & 31) - codeBits;
    const distance = (entry >>> 16) + (bitsAt(words, at + codeBits) & ((1 << extra) - 1));
    at += entry & 31;
    if (distance > outPos - outStart) {
      result = -2;
      break;
    }
    if (distance >= 4) copyFar(view, outPos, distance, length);
    else copyNear(output, outPos, distance, length);
    outPos += length;
  }
  goTo(d, at, outPos);
  return result;
}

/** Sets the place of the next bit of the input, and that of the output; not normative. */
export function goTo(d: BlockDecoder, at: number, outPos: number): void {
  d.inPos = (at + 7) >> 3;
  d.bitCount = -at & 7;
  d.bits = d.bitCount === 0 ? 0 : d.input[d.inPos - 1]! >>> (8 - d.bitCount);
  d.outPos = outPos;
}

/** The next bits from the bit `at` on, 25 at least; those above are 0. */
function bitsAt(words: DataView, at: number): number {
  return words.getInt32(at >>> 3, true) >>> (at & 7);
}

/** Where the second table that `entry` leads to has the rest of a code, with which `rest` begins; not normative. */
export function secondIndex(entry: number, rest: number): number {
  return (entry >>> 16) + (rest & ((1 << ((entry >>> 8) & 15)) - 1));
}

/** The length of a match: a code of 15 bits at most and 5 extra ones, with which `bits` begin. */
function lengthOf(entry: number, bits: number): number {
  return (entry >>> 16) + ((bits & ((1 << (entry & 31)) - 1)) >>> ((entry >>> 8) & 15));
}

/** Copies four bytes at a time, eight at least: what is written too much is written again by what follows. */
function copyFar(view: DataView, to: number, distance: number, length: number): void {
  const end = to + length;
  view.setInt32(to, view.getInt32(to - distance, true), true);
  view.setInt32(to + 4, view.getInt32(to + 4 - distance, true), true);
  for (let at = to + 8; at < end; at += 4) {
    view.setInt32(at, view.getInt32(at - distance, true), true);
  }
}

/** Copies byte by byte, so that what is copied may be copied again. */
function copyNear(output: Uint8Array, to: number, distance: number, length: number): void {
  for (let at = to; at < to + length; at++) output[at] = output[at - distance]!;
}
