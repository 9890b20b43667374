/** Arrangements of lanes that several kernels share. */
import { i8x16, i16x8, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, V128Local } from '../../../../wasm/function-builder.ts';

/** Byte lanes of a shuffle that takes whole lanes of `size` bytes, by number: 0.. of the first operand, then the second. */
function lanesOf(size: number, lanes: readonly number[]): number[] {
  return lanes.flatMap((lane) => Array.from({ length: size }, (_, i) => size * lane + i));
}

/** Lanes of 16 bits in the order named, numbered over both operands. */
export const shuffle16 = (a: V128, b: V128, ...lanes: number[]): V128 =>
  i8x16.shuffle(a, b, lanesOf(2, lanes));
/** The same with lanes of 32 bits. */
export const shuffle32 = (a: V128, b: V128, ...lanes: number[]): V128 =>
  i8x16.shuffle(a, b, lanesOf(4, lanes));
/** The same with lanes of 64 bits. */
export const shuffle64 = (a: V128, b: V128, ...lanes: number[]): V128 =>
  i8x16.shuffle(a, b, lanesOf(8, lanes));

/** Lanes of the lower halves of two vectors by turns, 8 bits each. */
export const interleaveLow8 = (a: V128, b: V128): V128 =>
  i8x16.shuffle(a, b, [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23]);
/** Lanes of the upper halves by turns, 8 bits each. */
export const interleaveHigh8 = (a: V128, b: V128): V128 =>
  i8x16.shuffle(a, b, [8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31]);
/** Lanes of the lower halves by turns, 16 bits each. */
export const interleaveLow16 = (a: V128, b: V128): V128 =>
  shuffle16(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
/** Lanes of the upper halves by turns, 16 bits each. */
export const interleaveHigh16 = (a: V128, b: V128): V128 =>
  shuffle16(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
/** Lanes of the lower halves by turns, 32 bits each. */
export const interleaveLow32 = (a: V128, b: V128): V128 => shuffle32(a, b, 0, 4, 1, 5);
/** Lanes of the upper halves by turns, 32 bits each. */
export const interleaveHigh32 = (a: V128, b: V128): V128 => shuffle32(a, b, 2, 6, 3, 7);
/** Lanes of the lower halves by turns, 64 bits each. */
export const interleaveLow64 = (a: V128, b: V128): V128 => shuffle64(a, b, 0, 2);
/** Lanes of the upper halves by turns, 64 bits each. */
export const interleaveHigh64 = (a: V128, b: V128): V128 => shuffle64(a, b, 1, 3);

/**
 * Transposes two 4x4 blocks of 16-bit lanes that lie side by side in four rows: row r of the result has column r of either
 * block.
 */
export function transposePair(
  f: FunctionBuilder,
  rows: readonly V128[],
): [V128Local, V128Local, V128Local, V128Local] {
  const [r0, r1, r2, r3] = rows;
  const left01 = f.v128(interleaveLow16(r0, r1));
  const right01 = f.v128(interleaveHigh16(r0, r1));
  const left23 = f.v128(interleaveLow16(r2, r3));
  const right23 = f.v128(interleaveHigh16(r2, r3));
  const leftLow = f.v128(interleaveLow32(left01, left23));
  const leftHigh = f.v128(interleaveHigh32(left01, left23));
  const rightLow = f.v128(interleaveLow32(right01, right23));
  const rightHigh = f.v128(interleaveHigh32(right01, right23));
  return [
    f.v128(interleaveLow64(leftLow, rightLow)),
    f.v128(interleaveHigh64(leftLow, rightLow)),
    f.v128(interleaveLow64(leftHigh, rightHigh)),
    f.v128(interleaveHigh64(leftHigh, rightHigh)),
  ];
}

/** Interleaves each vector with the one half the list further, 8 bits each: of each pair the lower half, then the upper. */
function interleaveHalves(f: FunctionBuilder, vectors: readonly V128[]): V128Local[] {
  const half = vectors.length / 2;
  return vectors
    .slice(0, half)
    .flatMap((vector, i) => [
      f.v128(interleaveLow8(vector, vectors[half + i])),
      f.v128(interleaveHigh8(vector, vectors[half + i])),
    ]);
}

/**
 * Transposes 16 rows of 4 or 8 bytes, each at the low end of a vector, to 4 or 8 vectors of 16: interleaving puts a bit of
 * the row number below the bits of the lane number, highest bit first, until those of the column are out of the lane.
 */
export function rowsToColumns(
  f: FunctionBuilder,
  rows: readonly V128[],
  columnCount: 4 | 8,
): readonly V128Local[] {
  let vectors = rows;
  while (vectors.length > columnCount) {
    const half = vectors.length / 2;
    vectors = vectors
      .slice(0, half)
      .map((vector, i) => f.v128(interleaveLow8(vector, vectors[half + i])));
  }
  return interleaveFully(f, vectors);
}

/** The way back for 2, 4 or 8 vectors of 16 bytes: each vector of the result has the next 8, 4 or 2 rows. */
export function columnsToRows(f: FunctionBuilder, columns: readonly V128[]): readonly V128Local[] {
  return interleaveFully(f, columns);
}

/** Swaps all bits of the number of a vector in the list with the upper bits of the lane number. */
function interleaveFully(f: FunctionBuilder, vectors: readonly V128[]): readonly V128Local[] {
  let interleaved = interleaveHalves(f, vectors);
  for (let n = 2; n < vectors.length; n *= 2) interleaved = interleaveHalves(f, interleaved);
  return interleaved;
}

/** Sum of four lanes of 32 bits. */
export function sumOf32(f: FunctionBuilder, lanes: V128) {
  const all = f.v128(lanes);
  f.set(all, i32x4.add(all, shuffle32(all, all, 2, 3, 0, 1)));
  return i32x4.extract_lane(i32x4.add(all, shuffle32(all, all, 1, 0, 3, 2)), 0);
}

/** Sum of eight signed lanes of 16 bits. */
export function sumOf16(f: FunctionBuilder, lanes: V128) {
  return sumOf32(f, i32x4.extadd_pairwise_i16x8_s(lanes));
}

/** All lanes of 16 bits equal to a constant. */
export const splat16 = (value: number): V128 => i16x8.splat(value);
/** All lanes of 8 bits equal to a constant. */
export const splat8 = (value: number): V128 => i8x16.splat(value);

/** |a - b| of unsigned bytes: one of the differences saturates to 0. */
export function absoluteDifference(f: FunctionBuilder, a: V128, b: V128): V128Local {
  const p = f.v128(a);
  const q = f.v128(b);
  return f.v128(v128.or(i8x16.sub_sat_u(p, q), i8x16.sub_sat_u(q, p)));
}
