/** Rows of pixels to rows of components with vectors: the twins of plain/encode-rows.ts. */
import {
  type Integer,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type V128,
  v128,
} from '../../../../wasm/expressions.ts';
import type { FunctionBuilder } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { BLUENESS, FACTOR_BITS, LUMA, REDNESS } from '../plain/encode-rows.ts';
import { high16, low16, pairs16, splat16 } from './lanes.ts';

/** Defines the kernels of this file. */
export function defineEncodeRows(m: ModuleBuilder): void {
  defineSplitPixels(m, 'splitPixels3', 3);
  defineSplitPixels(m, 'splitPixels4', 4);
  m.defineProcedure('shiftRow', 3, (f, from, to, count) => {
    f.repeat(i32.shr_u(count, 3), () => {
      f.do(v128.store(to, i16x8.sub(v128.load8x8_u(from), splat16(128))));
      f.add(from, 8);
      f.add(to, 16);
    });
  });
  m.defineProcedure('sumRows', 4, (f, a, b, to, count) => {
    f.repeat(i32.shr_u(count, 3), () => {
      f.do(v128.store(to, i16x8.add(v128.load8x8_u(a), v128.load8x8_u(b))));
      f.add(a, 8);
      f.add(b, 8);
      f.add(to, 16);
    });
  });
  m.defineProcedure('sumPairs', 4, (f, a, b, to, count) => {
    f.repeat(i32.shr_u(count, 3), () => {
      const upper = i16x8.extadd_pairwise_i8x16_u(v128.load(a));
      const lower = i16x8.extadd_pairwise_i8x16_u(v128.load(b));
      f.do(v128.store(to, i16x8.add(upper, lower)));
      f.add(a, 16);
      f.add(b, 16);
      f.add(to, 16);
    });
  });
  defineLumaRow(m);
  defineChromaRow(m);
}

/** Sixteen pixels a step: each of red, green and blue is gathered from the vectors that hold them. */
function defineSplitPixels(m: ModuleBuilder, name: string, channels: number): void {
  m.defineProcedure(name, 4, (f, from, to, distance, count) => {
    const second = f.i32(i32.add(to, distance));
    const third = f.i32(i32.add(second, distance));
    f.repeat(i32.shr_u(count, 4), () => {
      const vectors = Array.from({ length: channels }, (_, i) => f.v128(v128.load(from, 16 * i)));
      [to, second, third].forEach((out, channel) => {
        f.do(
          v128.store(
            out,
            gather(vectors, (pixel) => pixel * channels + channel),
          ),
        );
      });
      f.add(from, 16 * channels);
      for (const out of [to, second, third]) f.add(out, 16);
    });
  });
}

/** Sixteen bytes from those of `vectors`, byte i from position `placeOf(i)` over all of them. */
function gather(vectors: readonly V128[], placeOf: (i: number) => number): V128 {
  let gathered = vectors[0]!;
  for (let v = 1; v < vectors.length; v++) {
    const lanes = Array.from({ length: 16 }, (_, i) => {
      const place = placeOf(i);
      if (place >> 4 === v) return 16 + (place & 15);
      // A byte of a later vector may be any byte for now; bytes gathered so far stay in their places.
      return v === 1 ? place & 15 : i;
    });
    gathered = i8x16.shuffle(gathered, vectors[v]!, lanes);
  }
  return gathered;
}

/** Eight weighted sums of three vectors with rounding: 16-bit lanes. */
function weighted(
  f: FunctionBuilder,
  [r, g, b]: readonly V128[],
  factors: readonly [number, number, number],
  half: V128,
  shift: Integer,
): V128 {
  const redGreen = pairs16(factors[0], factors[1]);
  const blue = pairs16(factors[2], 0);
  const zero = splat16(0);
  const halves = [low16, high16].map((take) => {
    const sum = i32x4.add(
      i32x4.dot_i16x8_s(take(r!, g!), redGreen),
      i32x4.dot_i16x8_s(take(b!, zero), blue),
    );
    return i32x4.shr_s(i32x4.add(sum, half), shift);
  });
  return f.v128(i16x8.narrow_i32x4_s(halves[0]!, halves[1]!));
}

function defineLumaRow(m: ModuleBuilder): void {
  m.defineProcedure('lumaRow', 4, (f, from, distance, to, count) => {
    const second = f.i32(i32.add(from, distance));
    const third = f.i32(i32.add(second, distance));
    const half = i32x4.splat(1 << (FACTOR_BITS - 1));
    f.repeat(i32.shr_u(count, 3), () => {
      const colors = [from, second, third].map((row) => f.v128(v128.load8x8_u(row)));
      const luma = weighted(f, colors, LUMA, half, FACTOR_BITS);
      f.do(v128.store(to, i16x8.sub(luma, splat16(128))));
      for (const row of [from, second, third]) f.add(row, 8);
      f.add(to, 16);
    });
  });
}

function defineChromaRow(m: ModuleBuilder): void {
  m.defineProcedure('chromaRow', 6, (f, from, distance, toCb, toCr, count, shift) => {
    const second = f.i32(i32.add(from, distance));
    const third = f.i32(i32.add(second, distance));
    const half = f.v128(i32x4.splat(i32.shl(1, i32.sub(shift, 1))));
    f.repeat(i32.shr_u(count, 3), () => {
      const sums = [from, second, third].map((row) => f.v128(v128.load(row)));
      f.do(v128.store(toCb, weighted(f, sums, BLUENESS, half, shift)));
      f.do(v128.store(toCr, weighted(f, sums, REDNESS, half, shift)));
      for (const position of [from, second, third, toCb, toCr]) f.add(position, 16);
    });
  });
}
