/** Rows of pixels to rows of components in float32 with vectors: the twins of plain/real-rows.ts. */
import { f32x4, i8x16, i32, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { BLUE, BLUENESS, GREEN, RED, REDNESS } from '../plain/real-rows.ts';
import { splatSingle } from './lanes.ts';

/** Defines the kernels of this file. */
export function defineRealRows(m: ModuleBuilder): void {
  m.defineProcedure('grayToReal', 3, (f, from, to, count) => {
    f.repeat(i32.shr_u(count, 3), () => {
      const bytes = f.v128(v128.load8x8_u(from));
      halvesOf(bytes).forEach((half, i) => {
        f.do(v128.store(to, f32x4.sub(half, splatSingle(128)), 16 * i));
      });
      f.add(from, 8);
      f.add(to, 32);
    });
  });
  defineColors(m);
  m.defineProcedure('meanRows', 4, (f, a, b, to, count) => {
    f.repeat(i32.shr_u(count, 2), () => {
      const sum = f32x4.add(v128.load(a), v128.load(b));
      f.do(v128.store(to, f32x4.mul(sum, splatSingle(0.5))));
      for (const position of [a, b, to]) f.add(position, 16);
    });
  });
  m.defineProcedure('meanPairs', 4, (f, a, b, to, count) => {
    f.repeat(i32.shr_u(count, 2), () => {
      const sums = [0, 16].map((offset) =>
        f.v128(f32x4.add(v128.load(a, offset), v128.load(b, offset))),
      );
      const [left, right] = [0, 1].map((first) => everySecond(sums[0]!, sums[1]!, first));
      f.do(v128.store(to, f32x4.mul(f32x4.add(left!, right!), splatSingle(0.25))));
      f.add(a, 32);
      f.add(b, 32);
      f.add(to, 16);
    });
  });
}

/** Eight lanes of 16 bits as twice four float32. */
function halvesOf(lanes: V128): readonly V128[] {
  return [i32x4.extend_low_i16x8_u, i32x4.extend_high_i16x8_u].map((extend) =>
    f32x4.convert_i32x4_s(extend(lanes)),
  );
}

/** Every second lane of 32 bits of both vectors, from lane `first` on. */
function everySecond(a: V128, b: V128, first: number): V128 {
  const lanes = [0, 2, 4, 6].flatMap((lane) => [0, 1, 2, 3].map((i) => 4 * (lane + first) + i));
  return i8x16.shuffle(a, b, lanes);
}

function defineColors(m: ModuleBuilder): void {
  m.defineProcedure('colorsToReal', 6, (f, from, distance, toLuma, toCb, toCr, count) => {
    const second = f.i32(i32.add(from, distance));
    const third = f.i32(i32.add(second, distance));
    f.repeat(i32.shr_u(count, 3), () => {
      const lanes = [from, second, third].map((row) => f.v128(v128.load8x8_u(row)));
      const colors = lanes.map((lane) => halvesOf(lane).map((half) => f.v128(half)));
      for (const i of [0, 1]) {
        const [red, green, blue] = colors.map((halves) => halves[i]!);
        const both = f32x4.add(
          f32x4.mul(red!, splatSingle(RED)),
          f32x4.mul(green!, splatSingle(GREEN)),
        );
        const y = f.v128(f32x4.add(both, f32x4.mul(blue!, splatSingle(BLUE))));
        f.do(
          v128.store(toLuma, f32x4.sub(y, splatSingle(128)), 16 * i),
          v128.store(toCb, f32x4.mul(f32x4.sub(blue!, y), splatSingle(BLUENESS)), 16 * i),
          v128.store(toCr, f32x4.mul(f32x4.sub(red!, y), splatSingle(REDNESS)), 16 * i),
        );
      }
      for (const row of [from, second, third]) f.add(row, 8);
      for (const to of [toLuma, toCb, toCr]) f.add(to, 32);
    });
  });
}
