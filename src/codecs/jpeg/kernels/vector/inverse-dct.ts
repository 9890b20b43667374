/**
 * The inverse DCT with vectors: the twin of standard/idct.ts. A vector is a row of the block, so that a lane of the first pass is a
 * column; between the passes the block is turned, and turned back behind them.
 */
import { i8x16, i16x8, i32, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import {
  COLUMN_BIAS,
  COLUMN_SHIFT,
  COS1,
  COS2,
  COS3,
  COS4,
  COS5,
  COS6,
  COS7,
  ROW_BIAS,
  ROW_SHIFT,
} from '../../standard/idct.ts';
import { high16, low16, pairs16, transpose8 } from './lanes.ts';

/** Defines `inverseBlocks`. */
export function defineInverseDct(m: ModuleBuilder): void {
  m.defineProcedure('inverseBlocks', 5, (f, coefficients, quant, samples, stride, count) => {
    f.repeat(count, () => {
      const rows = Array.from({ length: 8 }, (_, y) =>
        f.v128(i16x8.mul(v128.load(coefficients, 16 * y), v128.load(quant, 16 * y))),
      );
      const high = v128.and(rows[0]!, v128.const([0, 0, ...new Array(14).fill(255)]));
      const alternating = rows.slice(1).reduce<V128>((all, row) => v128.or(all, row), high);
      f.if(
        v128.any_true(alternating),
        () => writeBlock(f, rows, samples, stride),
        () => writeFlat(f, rows[0]!, samples, stride),
      );
      f.add(coefficients, 128);
      f.add(samples, 8);
    });
  });
}

/** A block of DC alone: both passes on one number. */
function writeFlat(f: FunctionBuilder, row: V128, samples: I32Local, stride: I32Local): void {
  const column = i32.shr_s(
    i32.add(i32.mul(i16x8.extract_lane_s(row, 0), COS4), COLUMN_BIAS),
    COLUMN_SHIFT,
  );
  // Between the passes numbers have 16 bits.
  const kept = i32.shr_s(i32.shl(column, 16), 16);
  const value = i32.shr_s(i32.add(i32.mul(kept, COS4), ROW_BIAS), ROW_SHIFT);
  const flat = f.v128(i16x8.splat(value));
  f.set(flat, i8x16.narrow_i16x8_u(flat, flat));
  const to = f.i32(samples);
  for (let y = 0; y < 8; y++) {
    f.do(v128.store64_lane(to, flat, 0));
    f.add(to, stride);
  }
}

function writeBlock(
  f: FunctionBuilder,
  rows: readonly V128Local[],
  samples: I32Local,
  stride: I32Local,
): void {
  const wrapped = (low: V128, high: V128) => i8x16.shuffle(low, high, LOWER_HALVES);
  const columns = transformLanes(f, rows, COLUMN_BIAS, COLUMN_SHIFT, wrapped);
  const turned = transpose8(f, columns);
  // What is left behind the shift of the rows has 14 bits.
  const across = transformLanes(f, turned, ROW_BIAS, ROW_SHIFT, i16x8.narrow_i32x4_s);
  const out = transpose8(f, across);
  const to = f.i32(samples);
  for (let y = 0; y < 8; y += 2) {
    const both = f.v128(i8x16.narrow_i16x8_u(out[y]!, out[y + 1]!));
    for (const lane of [0, 1]) {
      f.do(v128.store64_lane(to, both, lane));
      f.add(to, stride);
    }
  }
}

/** Bytes of the lower halves of eight lanes of 32 bits: what an array of 16 bits keeps of them. */
const LOWER_HALVES = Array.from({ length: 16 }, (_, i) => 4 * (i >> 1) + (i & 1));

/** One pass: eight transforms, one a lane; the plain twin has the same names. `narrow` makes 16 bits of 32. */
function transformLanes(
  f: FunctionBuilder,
  x: readonly V128Local[],
  bias: number,
  shift: number,
  narrow: (low: V128, high: V128) => V128,
): V128Local[] {
  const sides = [low16, high16].map((take) => {
    const pair = (a: number, b: number) => f.v128(take(x[a]!, x[b]!));
    const [x04, x26, x13, x57] = [pair(0, 4), pair(2, 6), pair(1, 3), pair(5, 7)];
    const dot = (pairs: V128, a: number, b: number) => i32x4.dot_i16x8_s(pairs, pairs16(a, b));
    const biased = (value: V128) => f.v128(i32x4.add(value, i32x4.splat(bias)));
    const sum04 = biased(dot(x04, COS4, COS4));
    const difference04 = biased(dot(x04, COS4, -COS4));
    const high26 = f.v128(dot(x26, COS2, COS6));
    const low26 = f.v128(dot(x26, COS6, -COS2));
    const even = [
      f.v128(i32x4.add(sum04, high26)),
      f.v128(i32x4.add(difference04, low26)),
      f.v128(i32x4.sub(difference04, low26)),
      f.v128(i32x4.sub(sum04, high26)),
    ];
    const odd = [
      f.v128(i32x4.add(dot(x13, COS1, COS3), dot(x57, COS5, COS7))),
      f.v128(i32x4.add(dot(x13, COS3, -COS7), dot(x57, -COS1, -COS5))),
      f.v128(i32x4.add(dot(x13, COS5, -COS1), dot(x57, COS7, COS3))),
      f.v128(i32x4.add(dot(x13, COS7, -COS5), dot(x57, COS3, -COS1))),
    ];
    return Array.from({ length: 8 }, (_, i) => {
      const joined = i < 4 ? i32x4.add(even[i]!, odd[i]!) : i32x4.sub(even[7 - i]!, odd[7 - i]!);
      return f.v128(i32x4.shr_s(joined, shift));
    });
  });
  return Array.from({ length: 8 }, (_, i) => f.v128(narrow(sides[0]![i]!, sides[1]![i]!)));
}
