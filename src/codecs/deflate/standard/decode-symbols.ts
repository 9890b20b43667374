/**
 * The inner loop of decoding: literals and matches of a block, RFC 1951 clause 3.2.3, as long as there is input and output to
 * spare, so that neither is looked at for every symbol.
 */
import type { BlockDecoder } from './block-decoder.ts';
import {
  DISTANCE_ROOT_BITS,
  END,
  LITLEN_ROOT_BITS,
  NO_CODE,
  NOT_A_MATCH,
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

/**
 * `SymbolDecoder` over the decoder's arrays, RFC 1951 clause 3.2.3. Bits are refilled four bytes at a time to 24..31: bits above `bitCount` are what
 * follows in the stream and are put in again, the same, by the next refill.
 */
export function decodeSymbols(d: BlockDecoder): number {
  const { input, output, litlenTable, distanceTable, outStart } = d;
  const words = new DataView(input.buffer, input.byteOffset, input.length);
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  const inLast = d.inEnd - INPUT_MARGIN;
  const outLast = d.outEnd - OUTPUT_MARGIN;
  const litlenMask = (1 << LITLEN_ROOT_BITS) - 1;
  const distanceMask = (1 << DISTANCE_ROOT_BITS) - 1;
  let { inPos, outPos, bits, bitCount } = d;
  let result = 0;
  while (inPos <= inLast && outPos <= outLast) {
    bits |= words.getInt32(inPos, true) << bitCount;
    inPos += (31 - bitCount) >> 3;
    bitCount |= 24;
    let entry = litlenTable[bits & litlenMask]!;
    if (entry < 0) {
      output[outPos++] = entry >>> 8;
      bits >>>= entry;
      bitCount -= entry & 31;
      entry = litlenTable[bits & litlenMask]!;
      if (entry < 0) {
        output[outPos++] = entry >>> 8;
        bits >>>= entry;
        bitCount -= entry & 31;
        continue;
      }
      bits |= words.getInt32(inPos, true) << bitCount;
      inPos += (31 - bitCount) >> 3;
      bitCount |= 24;
    }
    if ((entry & NOT_A_MATCH) !== 0) {
      if ((entry & SECOND_TABLE) !== 0) {
        bits >>>= entry;
        bitCount -= entry & 31;
        entry = litlenTable[(entry >>> 16) + (bits & ((1 << ((entry >>> 8) & 15)) - 1))]!;
        if (entry < 0) {
          output[outPos++] = entry >>> 8;
          bits >>>= entry;
          bitCount -= entry & 31;
          continue;
        }
      }
      if ((entry & (END | NO_CODE)) !== 0) {
        result = (entry & END) !== 0 ? 1 : -1;
        bits >>>= entry;
        bitCount -= entry & 31;
        break;
      }
    }
    // A code of 15 bits at most and 5 extra ones.
    const length = (entry >>> 16) + ((bits & ((1 << (entry & 31)) - 1)) >>> ((entry >>> 8) & 15));
    bits >>>= entry;
    bitCount -= entry & 31;
    bits |= words.getInt32(inPos, true) << bitCount;
    inPos += (31 - bitCount) >> 3;
    bitCount |= 24;
    entry = distanceTable[bits & distanceMask]!;
    if ((entry & NOT_A_MATCH) !== 0) {
      if ((entry & SECOND_TABLE) !== 0) {
        bits >>>= entry;
        bitCount -= entry & 31;
        entry = distanceTable[(entry >>> 16) + (bits & ((1 << ((entry >>> 8) & 15)) - 1))]!;
      }
      if ((entry & NO_CODE) !== 0) {
        result = -1;
        break;
      }
    }
    // The code and 13 extra bits may be more than the 24 that are there.
    const codeBits = (entry >>> 8) & 15;
    bits >>>= codeBits;
    bitCount -= codeBits;
    const extra = (entry & 31) - codeBits;
    if (bitCount < extra) {
      bits |= words.getInt32(inPos, true) << bitCount;
      inPos += (31 - bitCount) >> 3;
      bitCount |= 24;
    }
    const distance = (entry >>> 16) + (bits & ((1 << extra) - 1));
    bits >>>= extra;
    bitCount -= extra;
    let from = outPos - distance;
    if (from < outStart) {
      result = -2;
      break;
    }
    const end = outPos + length;
    if (distance >= 4) {
      // Four bytes at a time, eight at least: what is written too much is written again by what follows.
      view.setInt32(outPos, view.getInt32(from, true), true);
      view.setInt32(outPos + 4, view.getInt32(from + 4, true), true);
      for (let at = outPos + 8; at < end; at += 4) {
        from += 4;
        view.setInt32(at, view.getInt32(from + 4, true), true);
      }
      outPos = end;
    } else {
      do {
        output[outPos++] = output[from++]!;
      } while (outPos < end);
    }
  }
  d.inPos = inPos;
  d.outPos = outPos;
  d.bits = bits;
  d.bitCount = bitCount;
  return result;
}
