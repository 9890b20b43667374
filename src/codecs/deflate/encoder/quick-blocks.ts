/** Blocks of equal length from symbols that were found in a hurry (quick-parser.ts): what the PNG writer's effort `fast` uses. */
import { adler32 } from '../../../bits/adler32.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { Arena, wordBytes } from '../kernels/arena.ts';
import { DEFLATE_KERNELS } from '../kernels/vector.ts';
import { QUICK_WRITE } from '../kernels/words.ts';
import { DISTANCE_EXTRA, distanceSymbol, MAX_DISTANCE } from '../standard/symbols.ts';
import type { BitSink } from './bit-sink.ts';
import type { BlockMaker, MakeBlocks, Until } from './block-maker.ts';
import { BlockWriter } from './block-writer.ts';
import { inspectTokens } from './inspector.ts';
import type { ListKernel } from './match-store.ts';
import { QuickParser, quickParserBytes } from './quick-parser.ts';
import { SYMBOL_CODES_BYTES, SymbolCodes } from './symbol-codes.ts';
import { PADDING } from './window.ts';

/** Bytes of a block. With a quarter of that, or twice that, the benchmark's pictures are 0.2 % larger. */
const BLOCK = 1 << 17;
/** Blocks for which the window has room, so that it need not slide for each. */
const BLOCKS = 2;
/** Bytes by which the first block is judged before it is parsed. */
const SAMPLE = 1 << 14;
/** Bytes that `adlerSums` takes at most, and their divisor, RFC 1950 clause 8.2. */
const ADLER_RUN = 3840;
const ADLER_BASE = 65521;
/** Bits of the longest code, so that four literals go into 64 bits with the seven that may wait. */
const MAX_BITS = 12;
/** Bytes behind the end of a block that the kernel may write. */
const OUT_PADDING = 16;

/** Makes the blocks of one stream. */
export class QuickBlocks implements BlockMaker {
  readonly capacity: number;
  private readonly sink: BitSink;
  private readonly bytes: Uint8Array;
  private readonly parser: QuickParser;
  private readonly writer: BlockWriter;
  private readonly out: Uint8Array;
  private readonly list: Int32Array;
  private readonly kernel: ListKernel | null;
  private readonly sums: Int32Array;
  private readonly adlerSums: ((from: number, count: number, to: number) => void) | null;
  private end = 0;
  private blockStart = 0;
  private hasPrices = false;

  /** `size`: how many bytes will come at most; memory is sized to it. */
  constructor(sink: BitSink, size: number, kernels: VectorKernels) {
    this.sink = sink;
    this.capacity = Math.min(MAX_DISTANCE + BLOCKS * BLOCK, size);
    const block = Math.min(BLOCK, size);
    const outBytes = block + OUT_PADDING;
    const byteLength =
      quickParserBytes(block) +
      SYMBOL_CODES_BYTES +
      4 * (QUICK_WRITE_WORDS + 2) +
      wordBytes(outBytes) +
      wordBytes(this.capacity + PADDING);
    const { buffer, exports } = DEFLATE_KERNELS.createMemory(byteLength, kernels);
    const arena = new Arena(buffer);
    const codes = new SymbolCodes(arena);
    this.list = arena.words(QUICK_WRITE_WORDS);
    this.sums = arena.words(2);
    this.out = arena.bytes(outBytes);
    this.bytes = new Uint8Array(
      buffer,
      byteLength - wordBytes(this.capacity + PADDING),
      this.capacity + PADDING,
    );
    this.parser = new QuickParser(this.bytes, block, arena, exports?.quickParse ?? null);
    this.kernel = exports?.quickWrite ?? null;
    this.adlerSums = exports?.adlerSums ?? null;
    this.writer = new BlockWriter(codes, MAX_BITS);
  }

  get room(): number {
    return this.capacity - this.end;
  }

  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  skipDictionary(): void {
    this.blockStart = this.end;
  }

  adlerOf(adler: number, count: number): number {
    let at = this.end - count;
    if (this.adlerSums === null) return adler32(this.bytes, adler, at, this.end);
    const { sums } = this;
    let a = adler & 0xffff;
    let b = adler >>> 16;
    while (this.end - at >= 16) {
      const part = Math.min(ADLER_RUN, (this.end - at) & ~15);
      this.adlerSums(this.bytes.byteOffset + at, part, sums.byteOffset);
      b = (b + part * a + sums[1]!) % ADLER_BASE;
      a = (a + sums[0]!) % ADLER_BASE;
      at += part;
    }
    return adler32(this.bytes, ((b << 16) | a) >>> 0, at, this.end);
  }

  work(until: Until): void {
    const { end } = this;
    while (end - this.blockStart > BLOCK) this.writeBlock(this.blockStart + BLOCK, false);
    if (end > this.blockStart || until === 'last') this.writeBlock(end, until === 'last');
    const count = end - MAX_DISTANCE;
    if (count <= 0 || until === 'last') return;
    this.bytes.copyWithin(0, count, end);
    this.end -= count;
    this.blockStart -= count;
    this.parser.slide(count);
  }

  /** Codes the bytes up to `to`. */
  private writeBlock(to: number, isLast: boolean): void {
    const { parser, writer, sink, blockStart } = this;
    if (!this.hasPrices) parser.presume(blockStart, Math.min(to, blockStart + SAMPLE));
    this.hasPrices = true;
    const words = parser.parse(blockStart, to);
    if (writer.begin(sink, parser, this.bytes, blockStart, to, isLast)) {
      if (this.kernel === null) this.writeTokens(words);
      else this.writeWith(this.kernel, words);
      if (sink.inspector !== null) {
        const { tokens } = parser;
        inspectTokens(sink.inspector, writer.codes, tokens, words, this.bytes, blockStart);
      }
      writer.end(sink);
    }
    parser.learn(writer.code);
    this.blockStart = to;
  }

  private writeTokens(words: number): void {
    const { tokens } = this.parser;
    const { litlen, lengths, distances, distanceRules } = this.writer.codes;
    const { sink, bytes } = this;
    let position = this.blockStart;
    for (let i = 0; i < words; i += 2) {
      const last = position + tokens[i]!;
      for (; position < last; position++) {
        const literal = bytes[position]!;
        sink.put(litlen[2 * literal]!, litlen[2 * literal + 1]!);
      }
      const match = tokens[i + 1]!;
      if (match === 0) continue;
      const length = match & 511;
      const distance = match >>> 9;
      const symbol = distanceSymbol(distance);
      sink.put(lengths[2 * length]!, lengths[2 * length + 1]!);
      sink.put(distances[2 * symbol]!, distances[2 * symbol + 1]!);
      sink.put(distance - distanceRules[2 * symbol]!, DISTANCE_EXTRA[symbol]!);
      position += length;
    }
  }

  private writeWith(kernel: ListKernel, words: number): void {
    const { list, parser, sink, out } = this;
    const { litlen, lengths, distances, distanceRules } = this.writer.codes;
    list[QUICK_WRITE.bytes] = this.bytes.byteOffset + this.blockStart;
    list[QUICK_WRITE.tokens] = parser.tokens.byteOffset;
    list[QUICK_WRITE.tokensEnd] = parser.tokens.byteOffset + 4 * words;
    list[QUICK_WRITE.litlen] = litlen.byteOffset;
    list[QUICK_WRITE.lengths] = lengths.byteOffset;
    list[QUICK_WRITE.distances] = distances.byteOffset;
    list[QUICK_WRITE.distanceRules] = distanceRules.byteOffset;
    list[QUICK_WRITE.out] = out.byteOffset;
    list[QUICK_WRITE.bits] = sink.bits;
    list[QUICK_WRITE.bitCount] = sink.bitCount;
    kernel(list.byteOffset);
    const length = list[QUICK_WRITE.out]! - out.byteOffset;
    sink.bytes.set(out.subarray(0, length), sink.length);
    sink.length += length;
    sink.bits = list[QUICK_WRITE.bits]!;
    sink.bitCount = list[QUICK_WRITE.bitCount]!;
  }
}

/** Words of the kernel's list. */
const QUICK_WRITE_WORDS: number = Object.keys(QUICK_WRITE).length;

/** Makes one: what `Deflater` takes. */
export const createQuickBlocks: MakeBlocks = (sink, size, kernels) =>
  new QuickBlocks(sink, size, kernels);
