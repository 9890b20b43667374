/**
 * Tells an inspector what a stream consists of that is already there, whoever wrote it: the same that it is told while we write one. Bits
 * are read one by one, as RFC 1951 clause 3.2.2 describes them; `inflate` is the fast way to the bytes alone.
 */
import { FormatError } from '../../base/errors.ts';
import { storedBits } from './encoder/block-writer.ts';
import type { DeflateInspector } from './encoder/inspector.ts';
import { type DeflateFormat, readHeader, trailerLength } from './formats.ts';
import {
  BTYPE_DYNAMIC,
  BTYPE_FIXED,
  BTYPE_STORED,
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  FIRST_LENGTH,
  fixedDistanceLengths,
  fixedLitlenLengths,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LITLEN_SYMBOLS,
  MAX_CODE_LENGTH,
  PRECODE_ORDER,
  PRECODE_SYMBOLS,
} from './standard/symbols.ts';

const WHERE = 'deflate';

/** Bits of a stream, lowest first. */
class Bits {
  /** The next bit. */
  position: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.position = 8 * start;
  }

  /** An unsigned number of `count` bits. */
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.position++) {
      const byte = this.bytes[this.position >> 3];
      if (byte === undefined) throw new FormatError(WHERE, 'the stream is cut off', this.at);
      value |= ((byte >> (this.position & 7)) & 1) << i;
    }
    return value;
  }

  get at(): number {
    return Math.floor(this.position / 8);
  }
}

/** A canonical code: how many symbols have each length, and the symbols by length and value. */
interface Code {
  readonly lengths: Uint8Array;
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(MAX_CODE_LENGTH + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const symbols = [...lengths.keys()].filter((symbol) => lengths[symbol] !== 0);
  symbols.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return { lengths, counts, symbols: Uint16Array.from(symbols) };
}

const FIXED_LITLEN = /* @__PURE__ */ codeOf(fixedLitlenLengths());
const FIXED_DISTANCE = /* @__PURE__ */ codeOf(fixedDistanceLengths());

/** The next symbol of a code. */
function symbolOf(bits: Bits, { counts, symbols }: Code): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    code |= bits.take(1);
    const count = counts[length]!;
    if (code - first < count) return symbols[index + code - first]!;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw new FormatError(WHERE, 'a code that no symbol has', bits.at);
}

/** The codes of a dynamic block, RFC 1951 clause 3.2.7. */
function readCodes(bits: Bits): readonly [Code, Code] {
  const HLIT = bits.take(5) + FIRST_LENGTH;
  const HDIST = bits.take(5) + 1;
  const HCLEN = bits.take(4) + 4;
  const precode = new Uint8Array(PRECODE_SYMBOLS);
  for (let i = 0; i < HCLEN; i++) precode[PRECODE_ORDER[i]!] = bits.take(3);
  const code = codeOf(precode);
  const lengths = new Uint8Array(HLIT + HDIST);
  for (let i = 0; i < lengths.length; ) {
    const symbol = symbolOf(bits, code);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const value = symbol === 16 ? (lengths[i - 1] ?? 0) : 0;
    const count =
      symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    lengths.fill(value, i, i + count);
    i += count;
  }
  const litlen = new Uint8Array(LITLEN_SYMBOLS);
  litlen.set(lengths.subarray(0, HLIT));
  const distance = new Uint8Array(DISTANCE_SYMBOLS);
  distance.set(lengths.subarray(HLIT));
  return [codeOf(litlen), codeOf(distance)];
}

/** Numbers of a token: its literal or -1, length, distance, bits, and bits with the fixed codes. */
const TOKEN = 5;

/** The tokens of a block behind its codes. */
function readTokens(bits: Bits, litlen: Code, distances: Code): number[] {
  const tokens: number[] = [];
  for (;;) {
    const start = bits.position;
    const symbol = symbolOf(bits, litlen);
    if (symbol === END_OF_BLOCK) return tokens;
    const fixedBits = FIXED_LITLEN.lengths[symbol]!;
    if (symbol < END_OF_BLOCK) {
      tokens.push(symbol, 1, 0, bits.position - start, fixedBits);
      continue;
    }
    const index = symbol - FIRST_LENGTH;
    const base = LENGTH_BASE[index];
    if (base === undefined) throw new FormatError(WHERE, `no length has symbol ${symbol}`, bits.at);
    const length = base + bits.take(LENGTH_EXTRA[index]!);
    const place = symbolOf(bits, distances);
    const from = DISTANCE_BASE[place];
    if (from === undefined) throw new FormatError(WHERE, `no distance has ${place}`, bits.at);
    const extra = LENGTH_EXTRA[index]! + DISTANCE_EXTRA[place]!;
    const distance = from + bits.take(DISTANCE_EXTRA[place]!);
    tokens.push(-1, length, distance, bits.position - start, fixedBits + 5 + extra);
  }
}

function watchStored(
  bits: Bits,
  bytes: Uint8Array,
  isLast: boolean,
  inspector: DeflateInspector,
): void {
  const before = bits.position;
  bits.position = 8 * Math.ceil(before / 8);
  const LEN = bits.take(16);
  bits.take(16);
  const headerBits = 3 + bits.position - before;
  const start = bits.at;
  if (start + LEN > bytes.length) throw new FormatError(WHERE, 'the stream is cut off', start);
  const storedSize = headerBits + 8 * LEN;
  inspector.block({
    ...{ type: BTYPE_STORED, isLast, byteCount: LEN, headerBits },
    ...{ storedBits: storedSize, fixedBits: 0, dynamicBits: 0 },
    ...{ litlenLengths: null, distanceLengths: null },
  });
  for (let i = start; i < start + LEN; i++) inspector.literal(bytes[i]!, 8);
  inspector.blockEnd(0);
  bits.position += 8 * LEN;
}

function watchCoded(bits: Bits, type: number, isLast: boolean, inspector: DeflateInspector): void {
  const start = bits.position - 3;
  const [litlen, distances] =
    type === BTYPE_DYNAMIC ? readCodes(bits) : ([FIXED_LITLEN, FIXED_DISTANCE] as const);
  const headerBits = bits.position - start;
  const tokens = readTokens(bits, litlen, distances);
  let byteCount = 0;
  let fixedBits = 3 + FIXED_LITLEN.lengths[END_OF_BLOCK]!;
  for (let i = 0; i < tokens.length; i += TOKEN) {
    byteCount += tokens[i + 1]!;
    fixedBits += tokens[i + 4]!;
  }
  inspector.block({
    ...{ type, isLast, byteCount, headerBits },
    storedBits: 3 + storedBits(byteCount, start & 7),
    fixedBits,
    dynamicBits: type === BTYPE_DYNAMIC ? bits.position - start : 0,
    ...{ litlenLengths: litlen.lengths, distanceLengths: distances.lengths },
  });
  for (let i = 0; i < tokens.length; i += TOKEN) {
    const [literal, length, distance, size] = tokens.slice(i, i + TOKEN) as number[];
    if (literal! >= 0) inspector.literal(literal!, size!);
    else inspector.match(length!, distance!, size!);
  }
  inspector.blockEnd(litlen.lengths[END_OF_BLOCK]!);
}

/**
 * Tells of all blocks and symbols of a stream that is whole; of a gzip file with several members, of all. Checksums are not looked at. Throws
 * `FormatError` for what is no such stream.
 */
export function watchStream(
  bytes: Uint8Array,
  format: DeflateFormat,
  inspector: DeflateInspector,
): void {
  for (let at = 0; at < bytes.length; ) {
    const header = readHeader(format, bytes, at, bytes.length, 0);
    if (header === null) throw new FormatError(WHERE, 'the stream is cut off', at);
    inspector.around('header', 8 * header.length);
    const bits = new Bits(bytes, at + header.length);
    for (let isLast = false; !isLast; ) {
      isLast = bits.take(1) === 1;
      const type = bits.take(2);
      if (type === BTYPE_STORED) watchStored(bits, bytes, isLast, inspector);
      else if (type === BTYPE_FIXED || type === BTYPE_DYNAMIC) {
        watchCoded(bits, type, isLast, inspector);
      } else throw new FormatError(WHERE, 'a block of reserved type 3', bits.at);
    }
    inspector.around('alignment', -bits.position & 7);
    const trailer = trailerLength(format);
    inspector.around('trailer', 8 * trailer);
    at = Math.ceil(bits.position / 8) + trailer;
    if (format !== 'gzip') return;
  }
}
