/**
 * Writes blocks: RFC 1951 clause 3.2.3. Each is coded in the way that takes the fewest bits: stored, with the fixed codes, or
 * with codes of its own.
 */

import { Arena } from '../kernels/arena.ts';
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
  LENGTH_EXTRA,
  MAX_CODE_LENGTH,
  MAX_DISTANCE_CODES,
} from '../standard/symbols.ts';
import type { BitSink } from './bit-sink.ts';
import { BlockCode } from './block-code.ts';
import { type BlockSymbols, FIRST_MATCH, LENGTH_MASK, type SymbolCounts } from './symbol-buffer.ts';
import { SYMBOL_CODES_BYTES, SymbolCodes } from './symbol-codes.ts';

const FIXED_LITLEN = /* @__PURE__ */ fixedLitlenLengths();
const FIXED_DISTANCE = /* @__PURE__ */ fixedDistanceLengths();
/** Longest stored block, clause 3.2.4: LEN has 16 bits. */
const MAX_STORED = 0xffff;

/** Chooses how a block is coded and writes it. One serves many blocks. */
export class BlockWriter {
  /** The codes of the block that was weighed last, as lengths. */
  readonly code: BlockCode;
  /** The codes of the block that was begun last. */
  readonly codes: SymbolCodes;
  private usesFixedCodes = false;

  /** `maxCodeLength`: bits of the longest code, 9 at least. */
  constructor(
    codes: SymbolCodes = new SymbolCodes(new Arena(new ArrayBuffer(SYMBOL_CODES_BYTES))),
    maxCodeLength: number = MAX_CODE_LENGTH,
  ) {
    this.codes = codes;
    this.code = new BlockCode(maxCodeLength);
  }

  /** Bits of a block with these counts, behind the three of its header, in the shorter of both codes. */
  bitsOf(litlenCounts: Int32Array, distanceCounts: Int32Array): number {
    const { code } = this;
    code.fit(litlenCounts, distanceCounts);
    const dynamicBits = code.headerBits + code.symbolBits(litlenCounts, distanceCounts);
    const fixedBits = fixedSymbolBits(litlenCounts, distanceCounts);
    this.usesFixedCodes = fixedBits <= dynamicBits;
    return extraBits(litlenCounts, distanceCounts) + Math.min(fixedBits, dynamicBits);
  }

  /**
   * Begins a block, which stands for `bytes` from `start` to before `end`: its header is written, and `codes` are those for its
   * symbols and its end. There is room for them in the sink. False if stored bytes are shortest; they are written then.
   */
  begin(
    sink: BitSink,
    counts: SymbolCounts,
    bytes: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
  ): boolean {
    const bits = this.bitsOf(counts.litlenCounts, counts.distanceCounts);
    if (storedBits(end - start, sink.bitCount) <= bits) {
      writeStored(sink, bytes, start, end, isLast);
      return false;
    }
    sink.reserve(Math.ceil(bits / 8) + 16);
    sink.put(isLast ? 1 : 0, 1);
    const { code, codes } = this;
    if (this.usesFixedCodes) {
      sink.put(BTYPE_FIXED, 2);
      codes.prepare(FIXED_LITLEN, FIXED_DISTANCE);
    } else {
      sink.put(BTYPE_DYNAMIC, 2);
      code.write(sink);
      codes.prepare(code.litlenLengths, code.distanceLengths);
    }
    return true;
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
    if (!this.begin(sink, block, bytes, start, end, isLast)) return;
    this.writeSymbols(sink, block);
    this.end(sink);
  }

  /** Writes the end of a block that was begun. */
  end(sink: BitSink): void {
    const { litlen } = this.codes;
    sink.put(litlen[2 * END_OF_BLOCK]!, litlen[2 * END_OF_BLOCK + 1]!);
  }

  private writeSymbols(sink: BitSink, { symbols, from, to }: BlockSymbols): void {
    const { litlen, lengths, distances } = this.codes;
    const { bytes } = sink;
    let { length, bits, bitCount } = sink;
    for (let i = from; i < to; i++) {
      // At most 7 bits wait here, so that a length code with its extra bits, at most 20, fits.
      const symbol = symbols[i]!;
      if (symbol < FIRST_MATCH) {
        bits |= litlen[2 * symbol]! << bitCount;
        bitCount += litlen[2 * symbol + 1]!;
      } else {
        const matchLength = symbol & LENGTH_MASK;
        bits |= lengths[2 * matchLength]! << bitCount;
        bitCount += lengths[2 * matchLength + 1]!;
        while (bitCount >= 8) {
          bytes[length++] = bits;
          bits >>>= 8;
          bitCount -= 8;
        }
        const distance = symbol >>> 9;
        const code = distanceSymbol(distance);
        bits |= distances[2 * code]! << bitCount;
        bitCount += distances[2 * code + 1]!;
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
