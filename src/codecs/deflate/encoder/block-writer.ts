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
import { type DeflateInspector, endBits, inspectSymbols } from './inspector.ts';
import { type BlockSymbols, FIRST_MATCH, LENGTH_MASK, type SymbolCounts } from './symbol-buffer.ts';
import { SYMBOL_CODES_BYTES, SymbolCodes } from './symbol-codes.ts';
import type { SymbolWriter } from './symbol-writer.ts';

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
  private readonly symbolWriter: SymbolWriter | null;
  private usesFixedCodes = false;
  /** Bits of the block that was weighed last, behind the three of its header, in both codes. */
  fixedBits = 0;
  dynamicBits = 0;

  /** `maxCodeLength`: bits of the longest code, 9 at least. `symbolWriter` writes symbols that lie where it looks for them; null to do without. */
  constructor(
    codes: SymbolCodes = new SymbolCodes(new Arena(new ArrayBuffer(SYMBOL_CODES_BYTES))),
    maxCodeLength: number = MAX_CODE_LENGTH,
    symbolWriter: SymbolWriter | null = null,
  ) {
    this.codes = codes;
    this.symbolWriter = symbolWriter;
    this.code = new BlockCode(maxCodeLength);
  }

  /** Bits of a block with these counts, behind the three of its header, in the shorter of both codes. */
  bitsOf(litlenCounts: Int32Array, distanceCounts: Int32Array): number {
    const { code } = this;
    code.fit(litlenCounts, distanceCounts);
    const extra = extraBits(litlenCounts, distanceCounts);
    this.dynamicBits = extra + code.headerBits + code.symbolBits(litlenCounts, distanceCounts);
    this.fixedBits = extra + fixedSymbolBits(litlenCounts, distanceCounts);
    this.usesFixedCodes = this.fixedBits <= this.dynamicBits;
    return Math.min(this.fixedBits, this.dynamicBits);
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
    const asStored = storedBits(end - start, sink.bitCount);
    if (asStored <= bits) {
      writeStored(sink, bytes, start, end, isLast, this);
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
    if (sink.inspector !== null) this.inspectBegin(sink.inspector, end - start, isLast, asStored);
    return true;
  }

  private inspectBegin(
    inspector: DeflateInspector,
    byteCount: number,
    isLast: boolean,
    asStored: number,
  ): void {
    const { code, usesFixedCodes, fixedBits, dynamicBits } = this;
    inspector.block({
      ...{ type: usesFixedCodes ? BTYPE_FIXED : BTYPE_DYNAMIC, isLast, byteCount },
      headerBits: 3 + (usesFixedCodes ? 0 : code.headerBits),
      ...{ storedBits: 3 + asStored, fixedBits: 3 + fixedBits, dynamicBits: 3 + dynamicBits },
      litlenLengths: usesFixedCodes ? FIXED_LITLEN : code.litlenLengths,
      distanceLengths: usesFixedCodes ? FIXED_DISTANCE : code.distanceLengths,
    });
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
    if (this.symbolWriter === null) this.writeSymbols(sink, block);
    else this.symbolWriter.write(sink, this.codes, block);
    if (sink.inspector !== null) {
      inspectSymbols(sink.inspector, this.codes, block.symbols, block.from, block.to);
    }
    this.end(sink);
  }

  /** Writes the end of a block that was begun. */
  end(sink: BitSink): void {
    const { litlen } = this.codes;
    sink.put(litlen[2 * END_OF_BLOCK]!, litlen[2 * END_OF_BLOCK + 1]!);
    if (sink.inspector !== null) sink.inspector.blockEnd(endBits(this.codes));
  }

  private writeSymbols(sink: BitSink, { symbols, from, to }: BlockSymbols): void {
    const { litlen, lengths, distances } = this.codes;
    const { bytes } = sink;
    let { length, bits, bitCount } = sink;
    // Two bytes are written as soon as they are there, so that at most 15 bits wait, and any code of 15 bits fits.
    for (let i = from; i < to; i++) {
      if (bitCount >= 16) {
        bytes[length] = bits;
        bytes[length + 1] = bits >>> 8;
        length += 2;
        bits >>>= 16;
        bitCount -= 16;
      }
      const symbol = symbols[i]!;
      if (symbol < FIRST_MATCH) {
        bits |= litlen[2 * symbol]! << bitCount;
        bitCount += litlen[2 * symbol + 1]!;
        continue;
      }
      // A length code with its extra bits has at most 20: here at most 7 may wait.
      if (bitCount >= 8) {
        bytes[length++] = bits;
        bits >>>= 8;
        bitCount -= 8;
      }
      const matchLength = symbol & LENGTH_MASK;
      bits |= lengths[2 * matchLength]! << bitCount;
      bitCount += lengths[2 * matchLength + 1]!;
      if (bitCount >= 16) {
        bytes[length] = bits;
        bytes[length + 1] = bits >>> 8;
        length += 2;
        bits >>>= 16;
        bitCount -= 16;
      }
      const distance = symbol >>> 9;
      const code = distanceSymbol(distance);
      bits |= distances[2 * code]! << bitCount;
      bitCount += distances[2 * code + 1]!;
      if (bitCount >= 16) {
        bytes[length] = bits;
        bytes[length + 1] = bits >>> 8;
        length += 2;
        bits >>>= 16;
        bitCount -= 16;
      }
      bits |= (distance - DISTANCE_BASE[code]!) << bitCount;
      bitCount += DISTANCE_EXTRA[code]!;
    }
    for (; bitCount >= 8; bitCount -= 8) {
      bytes[length++] = bits;
      bits >>>= 8;
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

/** What the bytes of a stored block would take with codes, behind the three bits of its header; 0 where that was not weighed. */
interface Weighed {
  readonly fixedBits: number;
  readonly dynamicBits: number;
}

/** Writes bytes as stored blocks, clause 3.2.4: one, or several if they are many. `weighed` is what the whole would take in other ways. */
export function writeStored(
  sink: BitSink,
  bytes: Uint8Array,
  start: number,
  end: number,
  isLast: boolean,
  weighed: Weighed | null = null,
): void {
  sink.reserve(end - start + 5 * (Math.ceil((end - start) / MAX_STORED) + 1) + 8);
  let at = start;
  do {
    const LEN = Math.min(MAX_STORED, end - at);
    const isEnd = isLast && at + LEN === end;
    if (sink.inspector !== null) {
      inspectStored(sink.inspector, sink.bitCount, bytes, at, LEN, isEnd, weighed);
    }
    sink.put(isEnd ? 1 : 0, 1);
    sink.put(BTYPE_STORED, 2);
    sink.align();
    sink.put(LEN, 16);
    sink.put(LEN ^ 0xffff, 16);
    sink.bytes.set(bytes.subarray(at, at + LEN), sink.length);
    sink.length += LEN;
    at += LEN;
  } while (at < end);
}

/** Tells of one stored block of `count` bytes. */
function inspectStored(
  inspector: DeflateInspector,
  bitCount: number,
  bytes: Uint8Array,
  start: number,
  count: number,
  isLast: boolean,
  weighed: Weighed | null,
): void {
  const headerBits = 3 + storedBits(count, bitCount) - 8 * count;
  inspector.block({
    ...{ type: BTYPE_STORED, isLast, byteCount: count, headerBits },
    storedBits: headerBits + 8 * count,
    fixedBits: weighed === null ? 0 : 3 + weighed.fixedBits,
    dynamicBits: weighed === null ? 0 : 3 + weighed.dynamicBits,
    ...{ litlenLengths: null, distanceLengths: null },
  });
  for (let i = start; i < start + count; i++) inspector.literal(bytes[i]!, 8);
  inspector.blockEnd(0);
}
