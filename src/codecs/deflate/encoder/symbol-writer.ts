/** The symbols of blocks as bits by the kernel `writeSymbols`, some thousand at a time. */
import { type Arena, wordBytes } from '../kernels/arena.ts';
import { SYMBOL_WRITE, SYMBOL_WRITE_WORDS } from '../kernels/words.ts';
import type { BitSink } from './bit-sink.ts';
import type { ListKernel } from './match-store.ts';
import type { BlockSymbols } from './symbol-buffer.ts';
import type { SymbolCodes } from './symbol-codes.ts';

/** Symbols that are written at once. */
const RUN = 4096;
/** Bytes of a symbol at most: a length and a distance with their extra bits have 48 bits. */
const SYMBOL_BYTES = 6;
/** Bytes behind the end that the kernel may write. */
const PADDING = 16;
const OUT_BYTES = SYMBOL_BYTES * RUN + PADDING;

/** Bytes that a writer takes in an arena. */
export const SYMBOL_WRITER_BYTES: number = 4 * SYMBOL_WRITE_WORDS + wordBytes(OUT_BYTES);

/** Writes symbols that lie in the memory of the arena, as their codes do. */
export class SymbolWriter {
  private readonly list: Int32Array;
  private readonly out: Uint8Array;
  private readonly kernel: ListKernel;

  constructor(arena: Arena, kernel: ListKernel) {
    this.list = arena.words(SYMBOL_WRITE_WORDS);
    this.out = arena.bytes(OUT_BYTES);
    this.kernel = kernel;
  }

  /** Writes the symbols of a block; there is room for them in the sink. */
  write(sink: BitSink, codes: SymbolCodes, { symbols, from, to }: BlockSymbols): void {
    const { list, out } = this;
    list[SYMBOL_WRITE.litlen] = codes.litlen.byteOffset;
    list[SYMBOL_WRITE.lengths] = codes.lengths.byteOffset;
    list[SYMBOL_WRITE.distances] = codes.distances.byteOffset;
    list[SYMBOL_WRITE.distanceRules] = codes.distanceRules.byteOffset;
    for (let at = from; at < to; at += RUN) {
      list[SYMBOL_WRITE.symbols] = symbols.byteOffset + 4 * at;
      list[SYMBOL_WRITE.symbolsEnd] = symbols.byteOffset + 4 * Math.min(to, at + RUN);
      list[SYMBOL_WRITE.out] = out.byteOffset;
      list[SYMBOL_WRITE.bits] = sink.bits;
      list[SYMBOL_WRITE.bitCount] = sink.bitCount;
      this.kernel(list.byteOffset);
      const length = list[SYMBOL_WRITE.out]! - out.byteOffset;
      sink.bytes.set(out.subarray(0, length), sink.length);
      sink.length += length;
      sink.bits = list[SYMBOL_WRITE.bits]!;
      sink.bitCount = list[SYMBOL_WRITE.bitCount]!;
    }
  }
}
