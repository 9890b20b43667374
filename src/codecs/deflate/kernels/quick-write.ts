/**
 * Turns symbols into bytes in WebAssembly: `writeTokens` of encoder/quick-blocks.ts, and sums of Adler-32; the same results to the
 * bit.
 */
import { type I32, i16x8, i32, i32x4, i64, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, I64Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { distanceSymbol } from './pieces.ts';
import { QUICK_WRITE } from './words.ts';

/** The shift from an index of pairs of words to bytes. */
export const PAIR_BITS = 3;

/** Bits on their way to memory, lowest first. */
export class BitBuffer {
  private readonly f: FunctionBuilder;
  private readonly out: I32Local;
  private readonly buffer: I64Local;
  private readonly count: I64Local;

  constructor(f: FunctionBuilder, out: I32Local, bits: I32, bitCount: I32) {
    this.f = f;
    this.out = out;
    this.buffer = f.i64(i64.extend_i32_u(bits));
    this.count = f.i64(i64.extend_i32_u(bitCount));
  }

  /** A code and its number of bits, which lie at the address. */
  putPair(address: I32): void {
    const { f, buffer, count } = this;
    const pair = f.i32(0);
    f.set(pair, address);
    f.set(buffer, i64.or(buffer, i64.shl(i64.load32_u(pair), count)));
    f.set(count, i64.add(count, i64.load32_u(pair, 4)));
  }

  /** Writes a value of so many bits, above which it is 0. */
  put(value: I32, bits: I32): void {
    const { f, buffer, count } = this;
    f.set(buffer, i64.or(buffer, i64.shl(i64.extend_i32_u(value), count)));
    f.set(count, i64.add(count, i64.extend_i32_u(bits)));
  }

  /** Whole bytes go to memory; at most 7 bits stay. Eight bytes are written, whatever they are. */
  flush(): void {
    const { f, out, buffer, count } = this;
    f.do(i64.store(out, buffer));
    f.add(out, i32.shr_u(i32.wrap_i64(count), 3));
    f.set(buffer, i64.shr_u(buffer, i64.and(count, i64.extend_i32_u(56))));
    f.set(count, i64.and(count, i64.extend_i32_u(7)));
  }

  /** The bits that stay, and how many those are. */
  get rest(): [I32, I32] {
    return [i32.wrap_i64(this.buffer), i32.wrap_i64(this.count)];
  }
}

/** Defines `quickWrite`. Codes of literals have at most 12 bits. */
export function defineQuickWrite(m: ModuleBuilder): void {
  m.defineProcedure('quickWrite', 1, (f, list) => {
    const load = (index: number) => f.i32(i32.load(list, 4 * index));
    const bytes = load(QUICK_WRITE.bytes);
    const token = load(QUICK_WRITE.tokens);
    const end = load(QUICK_WRITE.tokensEnd);
    const litlen = load(QUICK_WRITE.litlen);
    const lengths = load(QUICK_WRITE.lengths);
    const distances = load(QUICK_WRITE.distances);
    const rules = load(QUICK_WRITE.distanceRules);
    const out = load(QUICK_WRITE.out);
    const { bits, bitCount } = {
      bits: load(QUICK_WRITE.bits),
      bitCount: load(QUICK_WRITE.bitCount),
    };
    const sink = new BitBuffer(f, out, bits, bitCount);
    const [left, match, distance, symbol, d, high] = Array.from({ length: 6 }, () => f.i32(0));
    const literal = (offset: number) =>
      sink.putPair(i32.add(litlen, i32.shl(i32.load8_u(bytes, offset), PAIR_BITS)));
    f.while(i32.lt_s(token, end), () => {
      f.set(left!, i32.load(token));
      f.while(i32.ge_s(left!, 4), () => {
        for (let i = 0; i < 4; i++) literal(i);
        sink.flush();
        f.add(bytes, 4);
        f.add(left!, -4);
      });
      f.while(i32.gt_s(left!, 0), () => {
        literal(0);
        f.add(bytes, 1);
        f.add(left!, -1);
      });
      // Up to three literals wait: 36 bits and 7, and those of a match follow behind a flush.
      sink.flush();
      f.set(match!, i32.load(token, 4));
      f.if(match!, () => {
        const length = i32.and(match!, 511);
        sink.putPair(i32.add(lengths, i32.shl(length, PAIR_BITS)));
        f.set(distance!, i32.shr_u(match!, 9));
        f.set(symbol!, i32.shl(distanceSymbol(f, distance!, d!, high!), PAIR_BITS));
        sink.putPair(i32.add(distances, symbol!));
        f.set(symbol!, i32.add(rules, symbol!));
        sink.put(i32.sub(distance!, i32.load(symbol!)), i32.load(symbol!, 4));
        sink.flush();
        f.add(bytes, length);
      });
      f.add(token, 8);
    });
    const [rest, count] = sink.rest;
    f.do(
      i32.store(list, out, 4 * QUICK_WRITE.out),
      i32.store(list, rest, 4 * QUICK_WRITE.bits),
      i32.store(list, count, 4 * QUICK_WRITE.bitCount),
    );
  });
}

/** Bytes of a step of `adlerSums`. */
const STEP = 16;

/**
 * Defines `adlerSums`, the sums of Adler-32 (RFC 1950 clause 8.2) over `count` bytes, a multiple of 16, at most 3840: writes the sum of
 * the bytes to `to`, and behind it the sum of each times how many come from it on.
 */
export function defineAdlerSums(m: ModuleBuilder): void {
  m.defineProcedure('adlerSums', 3, (f, from, count, to) => {
    const zero = i32x4.splat(0);
    // By lane: bytes so far; the same added up before each step; bytes times how many of the step come from them on.
    const sums = f.v128(zero);
    const before = f.v128(zero);
    const inStep = f.v128(zero);
    const [bytes, pairs] = [f.v128(zero), f.v128(zero)];
    const weights = (first: number) =>
      v128.const([...new Uint8Array(Int16Array.from({ length: 8 }, (_, i) => first - i).buffer)]);
    f.repeat(i32.shr_u(count, 4), () => {
      f.set(bytes, v128.load(from));
      f.set(before, i32x4.add(before, sums));
      f.set(pairs, i16x8.extadd_pairwise_i8x16_u(bytes));
      f.set(sums, i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs)));
      const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), weights(STEP));
      const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), weights(STEP / 2));
      f.set(inStep, i32x4.add(inStep, i32x4.add(low, high)));
      f.add(from, STEP);
    });
    f.set(inStep, i32x4.add(inStep, i32x4.shl(before, 4)));
    const total = (of: typeof sums) =>
      [1, 2, 3].reduce<I32>(
        (sum, lane) => i32.add(sum, i32x4.extract_lane(of, lane)),
        i32x4.extract_lane(of, 0),
      );
    f.do(i32.store(to, total(sums)), i32.store(to, total(inStep), 4));
  });
}
