/** Levels of the luma of a macroblock, decided and scaled for the way back: `decideLuma` of plain/level-trellis.ts, bit for bit. */
import {
  type I32,
  type Integer,
  i16x8,
  i32,
  i32x4,
  type V128,
  v128,
} from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { BLOCK_X, BLOCK_Y, ZIGZAG } from '../../standard/macroblock.ts';
import { BLOCK_BYTES } from '../contract.ts';
import { QUANTIZER_BYTES, QUANTIZER_FIELD, QUANTIZERS_AT } from '../plain/quantize.ts';
import { kernelFunction } from './define.ts';
import { shuffle16, shuffle64 } from './lanes.ts';

/** Where the levels of a block go, by place in raster order: from the scan index that stands there. */
const SCAN_INDEX = Array.from({ length: 16 }, (_, position) => ZIGZAG.indexOf(position));

/** Scales the levels of a block, as `scaleLevels`; `rows` has the factors of rows 0 and 1, which are those of rows 2 and 3 too. */
function scale(
  f: FunctionBuilder,
  rows: V128,
  levels: I32Local,
  mask: I32Local,
  coefficients: I32Local,
  first: I32Local,
): void {
  const isAny = f.v128(i32x4.splat(i32.sub(0, i32.ne(mask, 0))));
  const low = f.v128(v128.and(v128.load(levels), isAny));
  const high = f.v128(v128.and(v128.load(levels, 16), isAny));
  const dc = f.i32(i32.load16_s(coefficients));
  for (let half = 0; half < 2; half++) {
    const places = shuffle16(low, high, ...SCAN_INDEX.slice(8 * half, 8 * half + 8));
    f.do(v128.store(coefficients, i16x8.mul(places, rows), 16 * half));
  }
  f.if(first, () => f.do(i32.store16(coefficients, dc)));
}

/** `decideLuma`: what it does for a block is a function, `decide` is `decideLevels4x4`. */
export function defineDecideLuma(m: ModuleBuilder, decide: (...args: Integer[]) => I32): void {
  kernelFunction(m, 'decideLuma', (f, table, first, index, coefficients, levels, masks, around) => {
    const quantizer = f.i32(i32.add(i32.mul(index, QUANTIZER_BYTES), QUANTIZERS_AT));
    const factor = (name: 'rescaleEven' | 'rescaleMixed' | 'rescaleOdd') =>
      f.v128(i16x8.splat(i32.load(quantizer, 4 * QUANTIZER_FIELD[name])));
    const [even, mixed, odd] = [
      factor('rescaleEven'),
      factor('rescaleMixed'),
      factor('rescaleOdd'),
    ];
    const upper = f.v128(shuffle16(even, mixed, 0, 8, 0, 8, 0, 8, 0, 8));
    const lower = f.v128(shuffle16(mixed, odd, 0, 8, 0, 8, 0, 8, 0, 8));
    const rows = f.v128(shuffle64(upper, lower, 0, 2));
    const any = f.i32(0);
    const coded = f.i32(0);
    const mask = f.i32(0);
    const at = f.i32(coefficients);
    const levelsAt = f.i32(levels);
    for (let blkIdx = 0; blkIdx < 16; blkIdx += 2) {
      const pair = i32.or(i32.load(masks, 4 * blkIdx), i32.load(masks, 4 * blkIdx + 4));
      f.if(pair, () => {
        for (let block = blkIdx; block < blkIdx + 2; block++) {
          const [x, y] = [BLOCK_X[block], BLOCK_Y[block]];
          f.set(at, i32.add(coefficients, BLOCK_BYTES * block));
          f.set(levelsAt, i32.add(levels, BLOCK_BYTES * block));
          f.set(mask, i32.load(masks, 4 * block));
          f.if(mask, () => {
            const left = x > 0 ? i32.shr_u(coded, 4 * y + x - 1) : i32.shr_u(around, y);
            const above = y > 0 ? i32.shr_u(coded, 4 * y - 4 + x) : i32.shr_u(around, 4 + x);
            const inc = i32.add(i32.and(left, 1), i32.shl(i32.and(above, 1), 1));
            const top = i32.sub(31, i32.clz(mask));
            f.set(mask, decide(table, first, top, at, levelsAt, inc));
            f.do(i32.store(masks, mask, 4 * block));
            f.set(coded, i32.or(coded, i32.shl(i32.ne(mask, 0), 4 * y + x)));
            f.set(any, i32.or(any, mask));
          });
          scale(f, rows, levelsAt, mask, at, first);
        }
      });
    }
    return any;
  });
}
