/** Expressions that several kernels of deflate (RFC 1951) have. */
import { type I32, type Integer, i32, i64 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, I64Local } from '../../../wasm/function-builder.ts';

/** The smaller of two signed integers; both are written twice. */
export const smallerOf = (a: Integer, b: Integer): I32 => i32.select(a, b, i32.lt_s(a, b));

/** The address of a word of an array. */
export const word = (array: I32, index: I32): I32 => i32.add(array, i32.shl(index, 2));

/** `distanceSymbol` of standard/symbols.ts, clause 3.2.5. `d` and `high` are scratch. */
export function distanceSymbol(
  f: FunctionBuilder,
  distance: I32,
  d: I32Local,
  high: I32Local,
): I32 {
  f.set(d, i32.sub(distance, 1));
  f.set(high, i32.sub(31, i32.clz(i32.or(d, 1))));
  const half = i32.and(i32.shr_u(d, i32.sub(high, 1)), 1);
  return i32.select(d, i32.add(i32.shl(high, 1), half), i32.lt_s(d, 2));
}

/** Two addresses whose bytes are the same up to `length`, and the most that counts. */
export interface MatchEnds {
  readonly here: I32Local;
  readonly other: I32Local;
  readonly length: I32Local;
  readonly longest: I32Local;
}

/**
 * Makes `length` that of the bytes that are the same, at most `longest`. Eight bytes at a time, of which the first that differs is
 * counted out: no branch for each byte. Up to seven bytes behind the longest are read. `wide` is scratch.
 */
export function extendMatch(
  f: FunctionBuilder,
  { here, other, length, longest }: MatchEnds,
  wide: I64Local,
): void {
  f.set(wide, i64.extend_i32_u(0));
  f.while(i32.and(i64.eqz(wide), i32.lt_s(length, longest)), () => {
    f.set(wide, i64.xor(i64.load(i32.add(other, length)), i64.load(i32.add(here, length))));
    f.add(length, i32.shr_u(i32.wrap_i64(i64.ctz(wide)), 3));
  });
  f.set(length, smallerOf(length, longest));
}
