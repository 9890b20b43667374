/**
 * The inner loop of decoding in WebAssembly: `decodeSymbols` of standard/decode-symbols.ts, RFC 1951 clause 3.2.3, with the same results to the
 * bit and the same errors. The next bits are in a register of 64, lowest first. `BITS` of them and more are filled in at once: eight
 * bytes are read behind those that it holds, and what bits above `count` say is what will be read there again.
 */
import { type I32, i8x16, i32, i64, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, I64Local } from '../../../wasm/function-builder.ts';
import { KernelModule } from '../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import {
  DISTANCE_ROOT_BITS,
  END,
  LITLEN_ROOT_BITS,
  NO_CODE,
  SECOND_TABLE,
} from '../standard/decode-table.ts';
import { word } from './pieces.ts';
import { INFLATE } from './words.ts';

/** The kernel of inflating. */
export const INFLATE_KERNELS = /* @__PURE__ */ new KernelModule('inflate', defineInflate);

/** Results of `decodeSymbols`; it is 0 where the loop ends for want of input or room. */
const AT_END = 1;
const NO_SUCH_CODE = -1;
const TOO_FAR = -2;

/** Bits that are there after filling in. A match takes 48 at most, three literals of the first table 33. */
const BITS = 56;
/** Literals that are decoded without filling in. */
const LITERALS = 3;
/** Bytes of a pattern, and distances that have one: those below. */
const PATTERN = 16;

/** Bytes that may be read behind the input, and written behind the output. */
export const KERNEL_PADDING = 32;

/**
 * Table: for each distance below 16, the byte out of one repetition that each of 16 bytes is; then for each how many bytes of those are whole
 * repetitions.
 */
export function matchPatterns(): Uint8Array {
  const table = new Uint8Array((PATTERN + 1) * PATTERN);
  for (let distance = 1; distance < PATTERN; distance++) {
    for (let i = 0; i < PATTERN; i++) table[PATTERN * distance + i] = i % distance;
    table[PATTERN * PATTERN + distance] = PATTERN - (PATTERN % distance);
  }
  return table;
}

/** The next bits of the input. */
class BitReader {
  private readonly f: FunctionBuilder;
  private readonly bits: I64Local;
  private readonly count: I64Local;
  private readonly input: I32Local;

  /** `at` is the place of the next bit. */
  constructor(f: FunctionBuilder, at: I32Local) {
    this.f = f;
    this.input = f.i32(i32.shr_u(at, 3));
    this.bits = f.i64(i64.shr_u(i64.load(this.input), i64.extend_i32_u(i32.and(at, 7))));
    this.count = f.i64(i64.extend_i32_u(i32.sub(BITS, i32.and(at, 7))));
    f.add(this.input, BITS / 8);
    this.fill();
  }

  /** Makes `BITS` bits and more there. */
  fill(): void {
    const { f, bits, count, input } = this;
    f.set(bits, i64.or(bits, i64.shl(i64.load(input), count)));
    const room = i64.xor(count, i64.extend_i32_u(63));
    f.add(input, i32.wrap_i64(i64.shr_u(room, i64.extend_i32_u(3))));
    f.set(count, i64.or(count, i64.extend_i32_u(BITS)));
  }

  /** The lowest 32 bits. */
  get low(): I32 {
    return i32.wrap_i64(this.bits);
  }

  /** The bits from `from` on. */
  after(from: number): I32 {
    return i32.wrap_i64(i64.shr_u(this.bits, i64.extend_i32_u(from)));
  }

  /** Goes on by the number of bits in the lowest five bits of an entry, of which the sixth is 0. */
  skip(entry: I32): void {
    const { f, bits, count } = this;
    f.set(bits, i64.shr_u(bits, i64.extend_i32_u(entry)));
    const left = i32.sub(i32.wrap_i64(count), i32.and(entry, 31));
    f.set(count, i64.extend_i32_u(left));
  }

  /** Whether the byte of the next bit lies beyond `last`, after filling in. */
  isWithin(last: I32): I32 {
    return i32.le_s(this.input, i32.add(last, BITS / 8));
  }

  /** The place of the next bit. */
  get at(): I32 {
    return i32.sub(i32.shl(this.input, 3), i32.wrap_i64(this.count));
  }
}

const lowBits = (value: I32, count: I32): I32 => i32.and(value, i32.sub(i32.shl(1, count), 1));
const upperHalf = (entry: I32): I32 => i32.shr_u(entry, 16);
/** Bits of a code, or of the index of a second table. */
const codeBits = (entry: I32): I32 => i32.and(i32.shr_u(entry, 8), 15);

/** Looks the next bits up in a table of so many root bits. */
const lookUp = (reader: BitReader, table: I32, rootBits: number): I32 =>
  i32.load(word(table, i32.and(reader.low, (1 << rootBits) - 1)));

/** Makes an entry that leads to a second table the one that it leads to. */
function followSecond(
  f: FunctionBuilder,
  reader: BitReader,
  entry: I32Local,
  table: I32,
  rootBits: number,
): void {
  f.if(i32.and(entry, SECOND_TABLE), () => {
    const index = i32.add(upperHalf(entry), lowBits(reader.after(rootBits), codeBits(entry)));
    f.set(entry, i32.load(word(table, index)));
  });
}

/** The number that an entry and its extra bits, which are next behind its code, say. */
const numberOf = (reader: BitReader, entry: I32): I32 =>
  i32.add(upperHalf(entry), i32.shr_u(lowBits(reader.low, i32.and(entry, 31)), codeBits(entry)));

/** Copies a match, 32 bytes at least, which is more than most have; up to 31 bytes behind it are written too. All but `out` are overwritten. */
function copyMatch(
  f: FunctionBuilder,
  out: I32,
  { distance, length, to }: { readonly [name in 'distance' | 'length' | 'to']: I32Local },
  patterns: I32,
): void {
  f.set(to, out);
  const twice = (copy: () => void) => {
    copy();
    copy();
    f.while(i32.gt_s(length, 0), copy);
  };
  f.if(
    i32.ge_s(distance, PATTERN),
    () =>
      twice(() => {
        f.do(v128.store(to, v128.load(i32.sub(to, distance))));
        f.add(to, PATTERN);
        f.add(length, -PATTERN);
      }),
    () => {
      const indexes = v128.load(i32.add(patterns, i32.shl(distance, 4)));
      const pattern = f.v128(i8x16.swizzle(v128.load(i32.sub(to, distance)), indexes));
      f.set(distance, i32.load8_u(i32.add(patterns, distance), PATTERN * PATTERN));
      twice(() => {
        f.do(v128.store(to, pattern));
        f.add(to, distance);
        f.set(length, i32.sub(length, distance));
      });
    },
  );
}

/** decodeSymbols(list): see `INFLATE`; the result is that of `SymbolDecoder`. */
function defineInflate(m: ModuleBuilder): void {
  m.defineFunction('decodeSymbols', 1, (f, list) => {
    const load = (index: number) => f.i32(i32.load(list, 4 * index));
    const reader = new BitReader(f, load(INFLATE.at));
    const last = load(INFLATE.inLast);
    const out = load(INFLATE.out);
    const outLast = load(INFLATE.outLast);
    const outStart = load(INFLATE.outStart);
    const litlen = load(INFLATE.litlen);
    const distances = load(INFLATE.distances);
    const patterns = load(INFLATE.patterns);
    const [result, goesOn, length] = [f.i32(0), f.i32(1), f.i32(0)];
    const [distance, to] = [f.i32(0), f.i32(0)];
    const entry = f.i32(lookUp(reader, litlen, LITLEN_ROOT_BITS));
    const stop = (value: number) => {
      f.set(result, value);
      f.set(goesOn, 0);
    };
    const literal = () => {
      f.do(i32.store8(out, i32.shr_u(entry, 8)));
      f.add(out, 1);
      reader.skip(entry);
      f.set(entry, lookUp(reader, litlen, LITLEN_ROOT_BITS));
    };
    const literals = (left: number) => {
      literal();
      if (left > 1) f.if(i32.lt_s(entry, 0), () => literals(left - 1));
    };
    const match = () => {
      f.set(length, numberOf(reader, entry));
      reader.skip(entry);
      f.set(entry, lookUp(reader, distances, DISTANCE_ROOT_BITS));
      followSecond(f, reader, entry, distances, DISTANCE_ROOT_BITS);
      f.if(
        i32.and(entry, NO_CODE),
        () => stop(NO_SUCH_CODE),
        () => {
          f.set(distance, numberOf(reader, entry));
          reader.skip(entry);
          f.if(
            i32.gt_s(distance, i32.sub(out, outStart)),
            () => stop(TOO_FAR),
            () => {
              reader.fill();
              f.set(entry, lookUp(reader, litlen, LITLEN_ROOT_BITS));
              f.add(out, length);
              copyMatch(f, i32.sub(out, length), { distance, length, to }, patterns);
            },
          );
        },
      );
    };
    const longCodeOrMatch = () => {
      followSecond(f, reader, entry, litlen, LITLEN_ROOT_BITS);
      f.if(
        i32.lt_s(entry, 0),
        () => {
          literal();
          reader.fill();
        },
        () => {
          f.if(
            i32.and(entry, END | NO_CODE),
            () => {
              reader.skip(entry);
              f.set(result, i32.select(AT_END, NO_SUCH_CODE, i32.and(entry, END)));
              f.set(goesOn, 0);
            },
            match,
          );
        },
      );
    };
    const room = i32.and(reader.isWithin(last), i32.le_s(out, outLast));
    f.while(i32.and(goesOn, room), () => {
      f.if(i32.lt_s(entry, 0), () => {
        literals(LITERALS);
        reader.fill();
      });
      f.if(i32.ge_s(entry, 0), longCodeOrMatch);
    });
    f.do(i32.store(list, reader.at, 4 * INFLATE.at), i32.store(list, out, 4 * INFLATE.out));
    return result;
  });
}
