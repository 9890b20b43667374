/** `fullSearch8` of plain/full-search.ts with vectors: the block stays in four of them, two rows in each. */
import { type I32, i16x8, i32, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { PLACE_BITS } from '../plain/full-search.ts';
import { kernelFunction } from './define.ts';
import { absoluteDifference, sumOf16 } from './lanes.ts';

/** Defines `fullSearch8`. */
export function defineFullSearch(m: ModuleBuilder): void {
  kernelFunction(m, 'fullSearch8', (f, source, reference, stride, range) => {
    const twice = f.i32(i32.shl(stride, 1));
    const block = rowPairs(f, source, stride, twice, 4);
    const side = f.i32(i32.add(i32.shl(range, 1), 1));
    const best = f.i32(0x7fffffff);
    const place = f.i32(0);
    const y = f.i32(i32.sub(0, range));
    const x = f.i32(0);
    const at = f.i32(0);
    const row = f.i32(i32.sub(i32.sub(reference, i32.mul(range, stride)), range));
    f.repeat(side, () => {
      f.set(x, i32.sub(0, range));
      f.set(at, row);
      f.repeat(side, () => {
        const from = f.i32(at);
        const cost = f.i32(i32.add(magnitude(f, x), magnitude(f, y)));
        f.add(cost, differences(f, block.slice(0, 2), rowPairs(f, from, stride, twice, 2)));
        f.if(i32.le_s(cost, i32.shr_s(best, PLACE_BITS)), () => {
          f.add(cost, differences(f, block.slice(2), rowPairs(f, from, stride, twice, 2)));
          const key = f.i32(i32.add(i32.shl(cost, PLACE_BITS), place));
          f.if(i32.lt_s(key, best), () => f.set(best, key));
        });
        f.add(x, 1);
        f.add(at, 1);
        f.add(place, 1);
      });
      f.add(y, 1);
      f.add(row, stride);
    });
    return best;
  });
}

/** `count` vectors of two rows of eight samples each, from `address` on, which moves to the row after them. */
function rowPairs(
  f: FunctionBuilder,
  address: I32Local,
  stride: I32Local,
  twice: I32Local,
  count: number,
): readonly V128Local[] {
  return Array.from({ length: count }, () => {
    const first = v128.load64_zero(address);
    const pair = f.v128(v128.load64_lane(i32.add(address, stride), first, 1));
    f.add(address, twice);
    return pair;
  });
}

/** SAD of vectors of bytes. */
function differences(f: FunctionBuilder, a: readonly V128[], b: readonly V128[]): I32 {
  const sums = a.map((rows, i) => i16x8.extadd_pairwise_i8x16_u(absoluteDifference(f, rows, b[i])));
  return sumOf16(
    f,
    sums.reduce((sum, next) => i16x8.add(sum, next)),
  );
}

/** |value|. */
function magnitude(f: FunctionBuilder, value: I32Local): I32 {
  const sign = f.i32(i32.shr_s(value, 31));
  return i32.sub(i32.xor(value, sign), sign);
}
