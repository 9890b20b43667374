/**
 * Writes blocks: RFC 1951 clause 3.2.3. Each is coded in the way that takes the fewest bits: stored, with the fixed codes, or
 * with codes of its own.
 */
import {
  BTYPE_DYNAMIC,
  BTYPE_FIXED,
  BTYPE_STORED,
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  distanceSymbol,
  END_OF_BLOCK,
  FIRST_LENGTH,
  fixedDistanceLengths,
  fixedLitlenLengths,
  LENGTH_BASE,
  LENGTH_EXTRA,
  lengthIndexes,
  MAX_DISTANCE_CODES,
  MAX_MATCH,
  MIN_MATCH,
} from '../standard/symbols.ts';
import type { BitSink } from './bit-sink.ts';
import { BlockCode, canonicalCodes } from './block-code.ts';
import { type BlockSymbols, FIRST_MATCH, LENGTH_MASK } from './symbol-buffer.ts';

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();
const FIXED_LITLEN = /* @__PURE__ */ fixedLitlenLengths();
const FIXED_DISTANCE = /* @__PURE__ */ fixedDistanceLengths();
/** Longest stored block, clause 3.2.4: LEN has 16 bits. */
const MAX_STORED = 0xffff;

/** Codes as the writer looks them up. One serves many blocks. */
export class BlockWriter {
  /** The codes of the block that was weighed last. */
  readonly code = new BlockCode();
  private readonly litlenCodes = new Uint16Array(288);
  private readonly distanceCodes = new Uint16Array(32);
  /** By length 3..258: code and extra bits, and how many those are. */
  private readonly lengthCodes = new Int32Array(MAX_MATCH + 1);
  private readonly lengthBits = new Uint8Array(MAX_MATCH + 1);
  private usesFixedCodes = false;

  /** Bits of a block with these counts, behind the three of its header, in the shorter of both codes. */
  bitsOf(litlenCounts: Int32Array, distanceCounts: Int32Array): number {
    const { code } = this;
    code.fit(litlenCounts, distanceCounts);
    const dynamicBits = code.headerBits + code.symbolBits(litlenCounts, distanceCounts);
    const fixedBits = fixedSymbolBits(litlenCounts, distanceCounts);
    this.usesFixedCodes = fixedBits <= dynamicBits;
    return extraBits(litlenCounts, distanceCounts) + Math.min(fixedBits, dynamicBits);
  }

  /** Writes one block, which stands for `bytes` from `start` to before `end`. */
  write(
    sink: BitSink,
    block: BlockSymbols,
    bytes: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
  ): void {
    const bits = this.bitsOf(block.litlenCounts, block.distanceCounts);
    if (storedBits(end - start, sink.bitCount) <= bits) {
      writeStored(sink, bytes, start, end, isLast);
      return;
    }
    sink.reserve(Math.ceil(bits / 8) + 8);
    sink.put(isLast ? 1 : 0, 1);
    const { code } = this;
    if (this.usesFixedCodes) {
      sink.put(BTYPE_FIXED, 2);
      this.prepare(FIXED_LITLEN, FIXED_DISTANCE);
      this.writeSymbols(sink, block, FIXED_LITLEN, FIXED_DISTANCE);
    } else {
      sink.put(BTYPE_DYNAMIC, 2);
      code.write(sink);
      this.prepare(code.litlenLengths, code.distanceLengths);
      this.writeSymbols(sink, block, code.litlenLengths, code.distanceLengths);
    }
  }

  /** Makes the codes for these lengths. */
  private prepare(litlen: Uint8Array, distance: Uint8Array): void {
    canonicalCodes(litlen, 288, this.litlenCodes);
    canonicalCodes(distance, 32, this.distanceCodes);
    for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
      const index = LENGTH_INDEX[length]!;
      const codeBits = litlen[FIRST_LENGTH + index]!;
      this.lengthCodes[length] =
        this.litlenCodes[FIRST_LENGTH + index]! | ((length - LENGTH_BASE[index]!) << codeBits);
      this.lengthBits[length] = codeBits + LENGTH_EXTRA[index]!;
    }
  }

  private writeSymbols(
    sink: BitSink,
    { symbols, from, to }: BlockSymbols,
    litlenLengths: Uint8Array,
    distanceLengths: Uint8Array,
  ): void {
    const { litlenCodes, distanceCodes, lengthCodes, lengthBits } = this;
    const { bytes } = sink;
    let { length, bits, bitCount } = sink;
    for (let i = from; i < to; i++) {
      // At most 7 bits wait here, so that a length code with its extra bits, at most 20, fits.
      const symbol = symbols[i]!;
      if (symbol < FIRST_MATCH) {
        bits |= litlenCodes[symbol]! << bitCount;
        bitCount += litlenLengths[symbol]!;
      } else {
        const matchLength = symbol & LENGTH_MASK;
        bits |= lengthCodes[matchLength]! << bitCount;
        bitCount += lengthBits[matchLength]!;
        while (bitCount >= 8) {
          bytes[length++] = bits;
          bits >>>= 8;
          bitCount -= 8;
        }
        const distance = symbol >>> 9;
        const code = distanceSymbol(distance);
        bits |= distanceCodes[code]! << bitCount;
        bitCount += distanceLengths[code]!;
        while (bitCount >= 8) {
          bytes[length++] = bits;
          bits >>>= 8;
          bitCount -= 8;
        }
        bits |= (distance - DISTANCE_BASE[code]!) << bitCount;
        bitCount += DISTANCE_EXTRA[code]!;
      }
      while (bitCount >= 8) {
        bytes[length++] = bits;
        bits >>>= 8;
        bitCount -= 8;
      }
    }
    sink.length = length;
    sink.bits = bits;
    sink.bitCount = bitCount;
    sink.put(litlenCodes[END_OF_BLOCK]!, litlenLengths[END_OF_BLOCK]!);
  }
}

/** Extra bits of lengths and distances. */
function extraBits(litlen: Int32Array, distance: Int32Array): number {
  let bits = 0;
  for (let i = 0; i < LENGTH_EXTRA.length; i++)
    bits += litlen[FIRST_LENGTH + i]! * LENGTH_EXTRA[i]!;
  for (let i = 0; i < MAX_DISTANCE_CODES; i++) bits += distance[i]! * DISTANCE_EXTRA[i]!;
  return bits;
}

/** Bits of symbols with the fixed codes, extra bits not counted. */
export function fixedSymbolBits(litlen: Int32Array, distance: Int32Array): number {
  let bits = 0;
  for (let i = 0; i < 286; i++) bits += litlen[i]! * FIXED_LITLEN[i]!;
  for (let i = 0; i < MAX_DISTANCE_CODES; i++) bits += distance[i]! * FIXED_DISTANCE[i]!;
  return bits;
}

/** Bits of stored blocks less the three of the first header, from a sink with `bitCount` bits waiting. */
export function storedBits(count: number, bitCount: number): number {
  const blocks = Math.max(1, Math.ceil(count / MAX_STORED));
  const padding = (16 - ((bitCount + 3) & 7)) & 7;
  return 8 * count + 32 * blocks + padding + (blocks - 1) * 8;
}

/** Writes bytes as stored blocks, clause 3.2.4: one, or several if they are many. */
export function writeStored(
  sink: BitSink,
  bytes: Uint8Array,
  start: number,
  end: number,
  isLast: boolean,
): void {
  sink.reserve(end - start + 5 * (Math.ceil((end - start) / MAX_STORED) + 1) + 8);
  let at = start;
  do {
    const LEN = Math.min(MAX_STORED, end - at);
    sink.put(isLast && at + LEN === end ? 1 : 0, 1);
    sink.put(BTYPE_STORED, 2);
    sink.align();
    sink.put(LEN, 16);
    sink.put(LEN ^ 0xffff, 16);
    sink.bytes.set(bytes.subarray(at, at + LEN), sink.length);
    sink.length += LEN;
    at += LEN;
  } while (at < end);
}
