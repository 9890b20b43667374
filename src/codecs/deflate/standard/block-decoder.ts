/**
 * Decodes the blocks of a deflate stream, RFC 1951 clause 3.2.3, from input that may come in pieces into output that may be
 * taken away in pieces. The caller sets `input` and `output` and calls `run` until it says that the stream has ended; between
 * calls it may give more input, or move the window within the output.
 *
 * Most symbols are decoded by `decodeSymbols` (decode-symbols.ts, or a kernel), which wants input and output to spare. The last
 * few before either runs out are decoded one by one here, with a look at every bit.
 */
import { FormatError } from '../../../base/errors.ts';
import {
  buildDistanceTable,
  buildFixedTables,
  buildLitlenTable,
  buildPrecodeTable,
  DISTANCE_TABLE_SIZE,
  LITLEN_TABLE_SIZE,
  PRECODE_ROOT_BITS,
  PRECODE_TABLE_SIZE,
} from './code-tables.ts';
import {
  decodeSymbols,
  INPUT_MARGIN,
  OUTPUT_MARGIN,
  type SymbolDecoder,
  secondIndex,
} from './decode-symbols.ts';
import {
  DISTANCE_ROOT_BITS,
  END,
  LITLEN_ROOT_BITS,
  NO_CODE,
  SECOND_TABLE,
} from './decode-table.ts';
import {
  BTYPE_DYNAMIC,
  BTYPE_STORED,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LITLEN_SYMBOLS,
  MAX_DISTANCE_CODES,
  MAX_LITLEN_CODES,
  PRECODE_ORDER,
  PRECODE_SYMBOLS,
  REPEAT_EXTRA,
} from './symbols.ts';

/** Why `run` came back: the stream has ended, it needs more input, or room for output. */
export const DONE = 0;
export const NEEDS_INPUT = 1;
export const NEEDS_OUTPUT = 2;

/** The next thing in the stream. */
const AT_HEADER = 0;
const IN_STORED = 1;
const IN_SYMBOLS = 2;
const AT_END = 3;

/** Result of a function that needs more input to decode a symbol. */
const INCOMPLETE = -1;

/** The state of a stream that is being decoded. */
export class BlockDecoder {
  /** At most 256 MiB: places of bits in it are 31-bit numbers. */
  input: Uint8Array = new Uint8Array(0);
  /** Input from here to before `inEnd` has not been read. */
  inPos = 0;
  inEnd = 0;
  output: Uint8Array = new Uint8Array(0);
  /** Output from `outStart` to before `outPos` is there: what distances may reach. Room ends before `outEnd`. */
  outStart = 0;
  outPos = 0;
  outEnd = 0;
  /** Bits that were read and not used, lowest first; those above `bitCount` are 0 between calls of `run`. */
  bits = 0;
  bitCount = 0;
  /** Bytes of input before `input[0]`, for errors; the caller adds to it what it takes away. */
  inOffset = 0;
  readonly litlenTable: Int32Array;
  readonly distanceTable: Int32Array;
  private readonly decode: SymbolDecoder;
  private state = AT_HEADER;
  private isLast = false;
  private storedLeft = 0;
  private tablesAreFixed = false;
  private readonly lengths = new Uint8Array(LITLEN_SYMBOLS + DISTANCE_SYMBOLS);
  private readonly precodeTable = new Int32Array(PRECODE_TABLE_SIZE);

  /** The tables lie where `decode` looks for them. */
  constructor(
    litlenTable: Int32Array = new Int32Array(LITLEN_TABLE_SIZE),
    distanceTable: Int32Array = new Int32Array(DISTANCE_TABLE_SIZE),
    decode: SymbolDecoder = decodeSymbols,
  ) {
    this.litlenTable = litlenTable;
    this.distanceTable = distanceTable;
    this.decode = decode;
  }

  /** Begins another stream; input and output stay. */
  reset(): void {
    this.state = AT_HEADER;
    this.bits = 0;
    this.bitCount = 0;
  }

  /**
   * Decodes as far as input and output reach. Throws `FormatError` where the stream breaks RFC 1951. When it needs input, less
   * than one symbol or block header is left unread, at most 400 bytes.
   */
  run(): typeof DONE | typeof NEEDS_INPUT | typeof NEEDS_OUTPUT {
    for (;;) {
      if (this.state === AT_END) return DONE;
      if (this.state === AT_HEADER) {
        if (!this.readBlockHeader()) return NEEDS_INPUT;
      } else if (this.state === IN_STORED) {
        if (!this.copyStored()) {
          return this.outPos === this.outEnd ? NEEDS_OUTPUT : NEEDS_INPUT;
        }
      } else {
        if (this.hasToSpare()) {
          const end = this.decode(this);
          this.unreadWholeBytes();
          if (end < 0) throw this.error('deflate.symbol', this.noCodeOrTooFar(end));
          if (end === 1) this.endBlock();
          if (end === 1) continue;
        }
        const status = this.decodeOneByOne();
        if (status !== DONE) {
          // The caller may move the input: what was read ahead goes back to it.
          this.unreadWholeBytes();
          return status;
        }
      }
    }
  }

  private noCodeOrTooFar(end: number): string {
    return end === -1
      ? 'these bits are no code of the block'
      : 'a distance reaches before the start of the output';
  }

  private error(where: string, detail: string): FormatError {
    return new FormatError(
      where,
      `${detail} (RFC 1951 clause 3.2)`,
      this.inOffset + this.inPos - (this.bitCount >> 3),
    );
  }

  private endBlock(): void {
    this.state = this.isLast ? AT_END : AT_HEADER;
    // A stream ends in its last byte; the rest of it is not read.
    if (this.isLast) this.unreadWholeBytes();
    if (this.isLast) this.bits = this.bitCount = 0;
  }

  /** Gives back the whole bytes that were read ahead. */
  private unreadWholeBytes(): void {
    this.inPos -= this.bitCount >> 3;
    this.bitCount &= 7;
    this.bits &= (1 << this.bitCount) - 1;
  }

  /** Makes `count` bits there, at most 24; false if the input ends before. */
  private needs(count: number): boolean {
    while (this.bitCount < count) {
      if (this.inPos >= this.inEnd) return false;
      this.bits |= this.input[this.inPos++]! << this.bitCount;
      this.bitCount += 8;
    }
    return true;
  }

  private take(count: number): number {
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  /** Clause 3.2.3. False, with nothing read, if the header is not all there. */
  private readBlockHeader(): boolean {
    this.unreadWholeBytes();
    const { inPos, bits, bitCount } = this;
    if (this.needs(3)) {
      this.isLast = this.take(1) === 1;
      const BTYPE = this.take(2);
      const isThere =
        BTYPE === BTYPE_STORED
          ? this.readStoredHeader()
          : BTYPE === BTYPE_DYNAMIC
            ? this.readDynamicHeader()
            : this.useFixedCodes(BTYPE);
      if (isThere) return true;
    }
    this.inPos = inPos;
    this.bits = bits;
    this.bitCount = bitCount;
    return false;
  }

  /** Clause 3.2.4. */
  private readStoredHeader(): boolean {
    this.take(this.bitCount & 7);
    this.unreadWholeBytes();
    if (this.inEnd - this.inPos < 4) return false;
    const LEN = this.take16();
    const NLEN = this.take16();
    if ((LEN ^ NLEN) !== 0xffff)
      throw this.error('deflate.NLEN', `${NLEN} is not the complement of LEN, ${LEN}`);
    this.storedLeft = LEN;
    this.state = IN_STORED;
    return true;
  }

  private take16(): number {
    const value = this.input[this.inPos]! | (this.input[this.inPos + 1]! << 8);
    this.inPos += 2;
    return value;
  }

  /** True once the whole block is in the output. */
  private copyStored(): boolean {
    const count = Math.min(this.storedLeft, this.inEnd - this.inPos, this.outEnd - this.outPos);
    this.output.set(this.input.subarray(this.inPos, this.inPos + count), this.outPos);
    this.inPos += count;
    this.outPos += count;
    this.storedLeft -= count;
    if (this.storedLeft > 0) return false;
    this.endBlock();
    return true;
  }

  /** Clause 3.2.6. */
  private useFixedCodes(BTYPE: number): true {
    if (BTYPE === 3) throw this.error('deflate.BTYPE', 'block type 3 is reserved');
    if (!this.tablesAreFixed) {
      buildFixedTables(this.litlenTable, this.distanceTable);
      this.tablesAreFixed = true;
    }
    this.state = IN_SYMBOLS;
    return true;
  }

  /** Clause 3.2.7. False if the input ends before the block's codes. */
  private readDynamicHeader(): boolean {
    if (!this.needs(14)) return false;
    const litlenCodes = this.take(5) + FIRST_LENGTH;
    const distanceCodes = this.take(5) + 1;
    const precodes = this.take(4) + 4;
    if (litlenCodes > MAX_LITLEN_CODES)
      throw this.error('deflate.HLIT', `got ${litlenCodes} codes, allowed are 257..286`);
    if (distanceCodes > MAX_DISTANCE_CODES)
      throw this.error('deflate.HDIST', `got ${distanceCodes} codes, allowed are 1..30`);
    const { lengths } = this;
    lengths.fill(0, 0, PRECODE_SYMBOLS);
    for (let i = 0; i < precodes; i++) {
      if (!this.needs(3)) return false;
      lengths[PRECODE_ORDER[i]!] = this.take(3);
    }
    if (!buildPrecodeTable(lengths, this.precodeTable)) {
      throw this.error('deflate.HCLEN', 'the code for code lengths is not complete');
    }
    if (!this.readCodeLengths(litlenCodes + distanceCodes)) return false;
    if (lengths[END_OF_BLOCK] === 0)
      throw this.error('deflate.litlen', 'the block has no code for its end');
    this.tablesAreFixed = false;
    if (!buildLitlenTable(lengths, litlenCodes, this.litlenTable)) {
      throw this.error('deflate.litlen', 'the code for literals and lengths is not complete');
    }
    if (!buildDistanceTable(lengths, litlenCodes, distanceCodes, this.distanceTable)) {
      throw this.error('deflate.distance', 'the code for distances is not complete');
    }
    this.state = IN_SYMBOLS;
    return true;
  }

  /** `count` code lengths with their repetitions, clause 3.2.7. */
  private readCodeLengths(count: number): boolean {
    const { lengths, precodeTable } = this;
    for (let i = 0; i < count; ) {
      this.needs(14);
      const entry = precodeTable[this.bits & ((1 << PRECODE_ROOT_BITS) - 1)]!;
      const symbol = (entry >>> 8) & 31;
      const extra = symbol < 16 ? 0 : REPEAT_EXTRA[symbol - 16]!;
      if ((entry & 31) + extra > this.bitCount) return false;
      this.take(entry & 31);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      const repeat = this.take(extra) + (symbol === 18 ? 11 : 3);
      if (symbol === 16 && i === 0)
        throw this.error('deflate.lengths', 'the first code length repeats none');
      if (i + repeat > count)
        throw this.error('deflate.lengths', 'code lengths repeat beyond their number');
      lengths.fill(symbol === 16 ? lengths[i - 1]! : 0, i, i + repeat);
      i += repeat;
    }
    return true;
  }

  /** Whether `decodeSymbols` can go on: input and output to spare, and the byte that was begun still in `input`. */
  private hasToSpare(): boolean {
    return (
      this.inEnd - this.inPos >= INPUT_MARGIN &&
      this.outEnd - this.outPos >= OUTPUT_MARGIN &&
      8 * this.inPos >= this.bitCount
    );
  }

  /** DONE at the end of the block, else what is wanting. */
  private decodeOneByOne(): typeof DONE | typeof NEEDS_INPUT | typeof NEEDS_OUTPUT {
    for (;;) {
      if (this.hasToSpare()) return DONE;
      const { inPos, bits, bitCount } = this;
      const length = this.decodeEntry(this.litlenTable, LITLEN_ROOT_BITS);
      if (length < INCOMPLETE && this.outPos < this.outEnd) {
        this.output[this.outPos++] = length >>> 8;
        continue;
      }
      if (length === END) {
        this.endBlock();
        return DONE;
      }
      const distance =
        length < 0 ? length : this.decodeEntry(this.distanceTable, DISTANCE_ROOT_BITS);
      if (distance < 0 || length > this.outEnd - this.outPos) {
        this.inPos = inPos;
        this.bits = bits;
        this.bitCount = bitCount;
        return distance === INCOMPLETE ? NEEDS_INPUT : NEEDS_OUTPUT;
      }
      this.copyMatch(length, distance);
    }
  }

  /**
   * Reads a symbol and its extra bits: a literal as its entry, a length or distance as such, `END`, or `INCOMPLETE` if input
   * is wanting, in which case bits may have been taken.
   */
  private decodeEntry(table: Int32Array, rootBits: number): number {
    this.needs(MAX_BITS_AT_ONCE);
    let entry = table[this.bits & ((1 << rootBits) - 1)]!;
    if (entry >= 0 && (entry & SECOND_TABLE) !== 0) {
      entry = table[secondIndex(entry, this.bits >>> rootBits)]!;
    }
    if (entry < 0 || (entry & END) !== 0) {
      if ((entry & 31) > this.bitCount) return INCOMPLETE;
      this.take(entry & 31);
      return entry < 0 ? entry : END;
    }
    const codeBits = (entry >>> 8) & 15;
    if ((entry & NO_CODE) !== 0) {
      if ((entry & 31) > this.bitCount || this.bitCount === 0) return INCOMPLETE;
      throw this.error('deflate.symbol', this.noCodeOrTooFar(-1));
    }
    if (codeBits > this.bitCount) return INCOMPLETE;
    this.take(codeBits);
    const extra = (entry & 31) - codeBits;
    return this.needs(extra) ? (entry >>> 16) + this.take(extra) : INCOMPLETE;
  }

  private copyMatch(length: number, distance: number): void {
    const { output } = this;
    const from = this.outPos - distance;
    if (from < this.outStart) throw this.error('deflate.distance', this.noCodeOrTooFar(-2));
    for (let i = 0; i < length; i++) output[this.outPos + i] = output[from + i]!;
    this.outPos += length;
  }
}

/** Bits that are wished for before a symbol is looked up. */
const MAX_BITS_AT_ONCE = 15;
