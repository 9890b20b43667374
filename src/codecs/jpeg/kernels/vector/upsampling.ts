/** Rows of fewer samples made as wide as the picture, with vectors: the twins of standard/upsample.ts. Eight samples a step. */
import { i8x16, i16x8, i32, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { splat16 } from './lanes.ts';

/** Defines the kernels of this file. */
export function defineUpsampling(m: ModuleBuilder): void {
  m.defineProcedure('doubleRow', 3, (f, from, count, to) => {
    const last = f.i32(i32.load8_u(i32.add(from, i32.sub(count, 1))));
    f.do(i32.store8(to, i32.load8_u(from)));
    const end = f.i32(i32.add(to, i32.sub(i32.shl(count, 1), 1)));
    betweenPairs(f, count, to, [2, 1, 2], () => {
      const pair = [f.v128(v128.load8x8_u(from)), f.v128(v128.load8x8_u(from, 1))];
      f.add(from, 8);
      return pair;
    });
    f.do(i32.store8(end, last));
  });
  m.defineProcedure('doubleBetween', 4, (f, near, far, count, to) => {
    const sumAt = (offset: number) =>
      weightedSum(v128.load8x8_u(near, offset), v128.load8x8_u(far, offset));
    const edge = (at: I32Local, bias: number, index: Parameters<typeof i32.add>[1]) => {
      const sum = i32.add(
        i32.mul(i32.load8_u(i32.add(near, index)), 3),
        i32.load8_u(i32.add(far, index)),
      );
      return i32.store8(at, i32.shr_u(i32.add(i32.shl(sum, 2), bias), 4));
    };
    f.do(edge(to, 8, 0));
    const end = f.i32(i32.add(to, i32.sub(i32.shl(count, 1), 1)));
    const [lastNear, lastFar] = [near, far].map((row) => f.i32(i32.add(row, i32.sub(count, 1))));
    const lastSum = f.i32(i32.add(i32.mul(i32.load8_u(lastNear!), 3), i32.load8_u(lastFar!)));
    betweenPairs(f, count, to, [7, 8, 4], () => {
      const pair = [f.v128(sumAt(0)), f.v128(sumAt(1))];
      f.add(near, 8);
      f.add(far, 8);
      return pair;
    });
    f.do(i32.store8(end, i32.shr_u(i32.add(i32.shl(lastSum, 2), 7), 4)));
  });
  m.defineProcedure('rowBetween', 5, (f, near, far, count, to, bias) => {
    const biases = f.v128(i16x8.splat(bias));
    f.repeat(i32.shr_u(i32.add(count, 15), 4), () => {
      const halves = [0, 8].map((offset) => {
        const sum = weightedSum(v128.load8x8_u(near, offset), v128.load8x8_u(far, offset));
        return i16x8.shr_u(i16x8.add(sum, biases), 2);
      });
      f.do(v128.store(to, i8x16.narrow_i16x8_u(halves[0]!, halves[1]!)));
      for (const position of [near, far, to]) f.add(position, 16);
    });
  });
}

/** 3 a + b. */
const weightedSum = (a: V128, b: V128): V128 => i16x8.add(i16x8.mul(a, splat16(3)), b);

/**
 * Writes the two samples between each pair of neighbors, from `to` + 1 on: those weighted 3 : 1 with the first bias, 1 : 3 with the
 * second, behind a shift. `load` gives the next eight samples and those behind them.
 */
function betweenPairs(
  f: FunctionBuilder,
  count: I32Local,
  to: I32Local,
  [leftBias, rightBias, shift]: readonly [number, number, number],
  load: () => readonly V128[],
): void {
  f.add(to, 1);
  f.repeat(i32.shr_u(i32.add(count, 7), 3), () => {
    const [a, b] = load();
    const left = i16x8.shr_u(i16x8.add(weightedSum(a!, b!), splat16(leftBias)), shift);
    const right = i16x8.shr_u(i16x8.add(weightedSum(b!, a!), splat16(rightBias)), shift);
    // Both have 8 bits: side by side in 16.
    f.do(v128.store(to, v128.or(left, i16x8.shl(right, 8))));
    f.add(to, 16);
  });
}
