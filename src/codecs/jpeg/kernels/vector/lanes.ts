/** Arrangements of lanes that the kernels share. */
import { i8x16, i16x8, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, V128Local } from '../../../../wasm/function-builder.ts';

/** Lanes of `size` bytes of both operands by turns, from lane `first` on. */
function byTurns(a: V128, b: V128, size: number, first: number): V128 {
  const lanes: number[] = [];
  for (let at = first * size; lanes.length < 16; at += size) {
    for (const start of [at, at + 16]) for (let i = 0; i < size; i++) lanes.push(start + i);
  }
  return i8x16.shuffle(a, b, lanes);
}

/** 16-bit lanes of the lower halves by turns. */
export const low16 = (a: V128, b: V128): V128 => byTurns(a, b, 2, 0);
/** 16-bit lanes of the upper halves by turns. */
export const high16 = (a: V128, b: V128): V128 => byTurns(a, b, 2, 4);

/** Rows of eight 16-bit lanes to columns: three rounds of taking by turns, of lanes twice as large each time. */
export function transpose8(f: FunctionBuilder, rows: readonly V128Local[]): V128Local[] {
  let current = rows;
  for (const size of [2, 4, 8]) {
    const half = 8 / size;
    const next: V128Local[] = new Array(8);
    const distance = 8 / (2 * half);
    for (let i = 0; i < 8; i++) {
      if ((i & distance) !== 0) continue;
      const [a, b] = [current[i]!, current[i + distance]!];
      next[i] = f.v128(byTurns(a, b, size, 0));
      next[i + distance] = f.v128(byTurns(a, b, size, half));
    }
    current = next;
  }
  // Each round has doubled the rows that lie side by side; the bits of the row's number come out in reverse order.
  return [0, 4, 2, 6, 1, 5, 3, 7].map((i) => current[i]!);
}

/** A vector of eight 16-bit lanes, `a` and `b` by turns: the factors of a dot product of pairs. */
export function pairs16(a: number, b: number): V128 {
  return i32x4.splat(((b & 0xffff) << 16) | (a & 0xffff));
}

/** The vector with the same 16-bit value in each lane. */
export const splat16 = (value: number): V128 => i16x8.splat(value);

/** The vector with the same float32 in each lane. */
export function splatSingle(value: number): V128 {
  return v128.const([...new Uint8Array(new Float32Array(4).fill(value).buffer)]);
}

/** Four rows of four 32-bit lanes to columns. */
export function transpose4(f: FunctionBuilder, rows: readonly V128Local[]): V128Local[] {
  const [a, b, c, d] = rows;
  const [low02, high02] = [0, 2].map((first) => f.v128(byTurns(a!, c!, 4, first)));
  const [low13, high13] = [0, 2].map((first) => f.v128(byTurns(b!, d!, 4, first)));
  return [low02!, high02!].flatMap((even, i) => {
    const odd = [low13!, high13!][i]!;
    return [0, 2].map((first) => f.v128(byTurns(even, odd, 4, first)));
  });
}
