/** Orders of lanes of two vectors, as the bytes that `i8x16.shuffle` takes, for the kernels of this folder. */
import { i32x4, type V128 } from '../../wasm/expressions.ts';

/** 0 to `count` - 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A vector of zeros. */
export const ZERO = (): V128 => i32x4.splat(0);

/** Lanes of 32 bits, counted over both vectors. */
export const words = (...lanes: readonly number[]): number[] =>
  lanes.flatMap((lane) => range(4).map((byte) => lane * 4 + byte));

/** Lanes of 16 bits, counted over both vectors. */
export const shorts = (...lanes: readonly number[]): number[] =>
  lanes.flatMap((lane) => [2 * lane, 2 * lane + 1]);

/** The lower four lanes of 16 bits of each vector in turns, and the upper four. */
export const LOW_PAIRS: readonly number[] = /* @__PURE__ */ shorts(0, 8, 1, 9, 2, 10, 3, 11);
export const HIGH_PAIRS: readonly number[] = /* @__PURE__ */ shorts(4, 12, 5, 13, 6, 14, 7, 15);
