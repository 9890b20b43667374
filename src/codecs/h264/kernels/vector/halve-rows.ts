/** `halveRows` of plain/halve-rows.ts with vectors: eight samples at a time. */
import { i8x16, i16x8, i32, v128 } from '../../../../wasm/expressions.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { kernelProcedure } from './define.ts';
import { splat16 } from './lanes.ts';

/** Defines `halveRows`. */
export function defineHalveRows(m: ModuleBuilder): void {
  kernelProcedure(m, 'halveRows', (f, from, stride, to, count) => {
    f.repeat(i32.shr_u(count, 3), () => {
      const upper = i16x8.extadd_pairwise_i8x16_u(v128.load(from));
      const lower = i16x8.extadd_pairwise_i8x16_u(v128.load(i32.add(from, stride)));
      const sums = f.v128(i16x8.add(i16x8.add(upper, lower), splat16(2)));
      const means = f.v128(i16x8.shr_u(sums, 2));
      f.do(v128.store64_lane(to, i8x16.narrow_i16x8_u(means, means), 0));
      f.add(from, 16);
      f.add(to, 8);
    });
  });
}
