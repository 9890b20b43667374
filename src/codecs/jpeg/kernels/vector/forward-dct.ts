/** The forward DCT and quantization with vectors: the twin of plain/forward-dct.ts. A vector is a row of the block. */
import { i8x16, i16x8, i32, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { COS1, COS2, COS3, COS5, COS6, COS7 } from '../../standard/idct.ts';
import { COLUMN_SHIFT, ROW_SHIFT } from '../plain/forward-dct.ts';
import { high16, low16, pairs16, splat16, transpose8 } from './lanes.ts';

/** Defines `transformBlocks`. */
export function defineForwardDct(m: ModuleBuilder): void {
  m.defineProcedure('transformBlocks', 6, (f, samples, stride, count, quantizer, levels, masks) => {
    f.repeat(count, () => {
      const row = f.i32(samples);
      const rows = Array.from({ length: 8 }, () => {
        const loaded = f.v128(v128.load(row));
        f.add(row, stride);
        return loaded;
      });
      const columns = transformRows(f, rows, COLUMN_SHIFT, false);
      const across = transformRows(f, transpose8(f, columns), ROW_SHIFT, true);
      const coefficients = transpose8(f, across);
      const quantized = coefficients.map((row, y) => quantize(f, row, quantizer, 16 * y));
      quantized.forEach((row, y) => {
        f.do(v128.store(levels, row, 16 * y));
      });
      for (let y = 0; y < 8; y += 2) {
        const both = i8x16.narrow_i16x8_s(quantized[y]!, quantized[y + 1]!);
        const zeros = i8x16.bitmask(i8x16.eq(both, i8x16.splat(0)));
        f.do(i32.store16(masks, i32.xor(zeros, 0xffff), y));
      }
      f.add(samples, 16);
      f.add(levels, 128);
      f.add(masks, 8);
    });
  });
}

/** One pass: eight transforms, one a lane, of what lies in the eight vectors; see `transformLine` of the plain twin. */
function transformRows(
  f: FunctionBuilder,
  a: readonly V128Local[],
  shift: number,
  isRow: boolean,
): V128Local[] {
  const sums = [0, 1, 2, 3].map((i) => f.v128(i16x8.add(a[i]!, a[7 - i]!)));
  const differences = [0, 1, 2, 3].map((i) => f.v128(i16x8.sub(a[i]!, a[7 - i]!)));
  const e0 = f.v128(i16x8.add(sums[0]!, sums[3]!));
  const e1 = f.v128(i16x8.add(sums[1]!, sums[2]!));
  const f0 = f.v128(i16x8.sub(sums[0]!, sums[3]!));
  const f1 = f.v128(i16x8.sub(sums[1]!, sums[2]!));
  const scaled = (value: V128) =>
    f.v128(isRow ? i16x8.shr_s(i16x8.add(value, splat16(2)), 2) : i16x8.shl(value, 2));
  const even = [f.v128(low16(f0, f1)), f.v128(high16(f0, f1))];
  const first = [
    f.v128(low16(differences[0]!, differences[1]!)),
    f.v128(high16(differences[0]!, differences[1]!)),
  ];
  const last = [
    f.v128(low16(differences[2]!, differences[3]!)),
    f.v128(high16(differences[2]!, differences[3]!)),
  ];
  const half = i32x4.splat(1 << (shift - 1));
  const rounded = (of: (side: number) => V128) => {
    const [low, high] = [0, 1].map((side) => i32x4.shr_s(i32x4.add(of(side), half), shift));
    return f.v128(i16x8.narrow_i32x4_s(low!, high!));
  };
  const evenOut = (p: number, q: number) =>
    rounded((side) => i32x4.dot_i16x8_s(even[side]!, pairs16(p, q)));
  const oddOut = (p: number, q: number, r: number, s: number) =>
    rounded((side) =>
      i32x4.add(
        i32x4.dot_i16x8_s(first[side]!, pairs16(p, q)),
        i32x4.dot_i16x8_s(last[side]!, pairs16(r, s)),
      ),
    );
  return [
    scaled(i16x8.add(e0, e1)),
    oddOut(COS1, COS3, COS5, COS7),
    evenOut(COS2, COS6),
    oddOut(COS3, -COS7, -COS1, -COS5),
    scaled(i16x8.sub(e0, e1)),
    oddOut(COS5, -COS1, COS7, COS3),
    evenOut(COS6, -COS2),
    oddOut(COS7, -COS5, COS3, -COS1),
  ];
}

/** Levels of a row: magnitudes less the dead zone, times the factors, with the signs of the coefficients. */
function quantize(
  f: FunctionBuilder,
  row: V128Local,
  quantizer: I32Local,
  offset: number,
): V128Local {
  const sign = f.v128(i16x8.shr_s(row, 15));
  const kept = i16x8.sub_sat_u(i16x8.abs(row), v128.load(quantizer, 128 + offset));
  const level = i16x8.q15mulr_sat_s(kept, v128.load(quantizer, offset));
  return f.v128(i16x8.sub(v128.xor(level, sign), sign));
}
