/**
 * The blurs with vector instructions: twins of the plain functions of `box-planes.ts` and `gauss-planes.ts`, the same samples. Running sums and poles go down columns, sixteen
 * columns in the lanes; along rows they go down the columns of the transposed plane. Positions are bytes of one memory, strides too.
 */
import { f32x4, i8x16, i16x8, i32, i32x4, type V128, v128 } from '../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';

/** Rows of a block of the transposed plane, and columns that poles run down at a time. */
export const BLOCK = 16;

/** Interleaves lanes of so many bytes of the low or the high halves of two vectors. */
function interleaved(a: V128, b: V128, size: number, high: boolean): V128 {
  const lanes = Array.from({ length: 16 }, (_, byte) => {
    const pair = Math.floor(byte / (2 * size));
    const second = byte % (2 * size) >= size ? 16 : 0;
    return second + (high ? 8 : 0) + pair * size + (byte % size);
  });
  return i8x16.shuffle(a, b, lanes);
}

/** `rows` vectors with their lanes and rows exchanged, by interleaving row k with row k + rows / 2 again and again. */
function transposed(f: FunctionBuilder, rows: readonly V128Local[], size: number): V128Local[] {
  const half = rows.length / 2;
  let now = [...rows];
  for (let n = 1; n < rows.length; n *= 2) {
    now = Array.from({ length: rows.length }, (_, i) =>
      f.v128(interleaved(now[i >> 1]!, now[(i >> 1) + half]!, size, (i & 1) === 1)),
    );
  }
  return now;
}

/** transposeBlocks(from, fromStride, to, toStride, count): blocks of 16x16 samples beside each other, into blocks below each other. */
function defineTranspose(m: ModuleBuilder): void {
  m.defineProcedure('transposeBlocks', 5, (f, from, fromStride, to, toStride, count) => {
    const row = f.i32(0);
    f.repeat(count, () => {
      f.set(row, from);
      const rows = Array.from({ length: BLOCK }, () => {
        const samples = f.v128(v128.load(row));
        f.add(row, fromStride);
        return samples;
      });
      for (const column of transposed(f, rows, 1)) {
        f.do(v128.store(to, column));
        f.add(to, toStride);
      }
      f.add(from, BLOCK);
    });
  });
}

/**
 * moveSums(enter, leave, sums, target, sixteens, inverse): sums of 16 bits plus a row that enters less one that leaves; target = (sum · inverse
 * + 32768) >> 16. addSums(enter, sums, sixteens) only adds. The box has at most 257 samples.
 */
function defineBox(m: ModuleBuilder): void {
  m.defineProcedure('moveSums', 6, (f, enter, leave, sums, target, sixteens, inverse) => {
    const factor = f.v128(i16x8.splat(inverse));
    f.repeat(sixteens, () => {
      const [entering, leaving] = [f.v128(v128.load(enter)), f.v128(v128.load(leave))];
      const means = [0, 1].map((half) => {
        const extend = half === 0 ? i16x8.extend_low_i8x16_u : i16x8.extend_high_i8x16_u;
        const change = i16x8.sub(extend(entering), extend(leaving));
        const moved = f.v128(i16x8.add(v128.load(sums, 16 * half), change));
        f.do(v128.store(sums, moved, 16 * half));
        const mean = (products: V128) => i32x4.shr_u(i32x4.add(products, i32x4.splat(32768)), 16);
        return i16x8.narrow_i32x4_s(
          mean(i32x4.extmul_low_i16x8_u(moved, factor)),
          mean(i32x4.extmul_high_i16x8_u(moved, factor)),
        );
      });
      f.do(v128.store(target, i8x16.narrow_i16x8_u(means[0]!, means[1]!)));
      f.add(enter, 16);
      f.add(leave, 16);
      f.add(sums, 32);
      f.add(target, 16);
    });
  });
  m.defineProcedure('addSums', 3, (f, enter, sums, sixteens) => {
    f.repeat(sixteens, () => {
      const entering = f.v128(v128.load(enter));
      [i16x8.extend_low_i8x16_u(entering), i16x8.extend_high_i8x16_u(entering)].forEach(
        (added, half) => {
          f.do(v128.store(sums, i16x8.add(v128.load(sums, 16 * half), added), 16 * half));
        },
      );
      f.add(enter, 16);
      f.add(sums, 32);
    });
  });
}

/** Four samples as float32, out of the lowest or other bytes of a vector. */
function floatsOf(bytes: V128, part: number): V128 {
  const words = part < 2 ? i16x8.extend_low_i8x16_u(bytes) : i16x8.extend_high_i8x16_u(bytes);
  const lanes = part % 2 === 0 ? i32x4.extend_low_i16x8_u : i32x4.extend_high_i16x8_u;
  return f32x4.convert_i32x4_s(lanes(words));
}

/** loadTurned(source, stride, block, sixteens): sixteen rows of samples as float32, sixteen columns a round: a column's rows side by side. */
function defineLoadTurned(m: ModuleBuilder): void {
  m.defineProcedure('loadTurned', 4, (f, source, stride, block, sixteens) => {
    const row = f.i32(0);
    f.repeat(sixteens, () => {
      f.set(row, source);
      const rows = Array.from({ length: BLOCK }, () => {
        const samples = f.v128(v128.load(row));
        f.add(row, stride);
        return samples;
      });
      for (const column of transposed(f, rows, 1)) {
        for (let part = 0; part < 4; part++) {
          f.do(v128.store(block, floatsOf(column, part), 16 * part));
        }
        f.add(block, 4 * BLOCK);
      }
      f.add(source, BLOCK);
    });
  });
}

/** storeTurned(block, values, stride, fours): the way back to sixteen rows of float32, four columns a round. */
function defineStoreTurned(m: ModuleBuilder): void {
  m.defineProcedure('storeTurned', 4, (f, block, values, stride, fours) => {
    const row = f.i32(0);
    f.repeat(fours, () => {
      f.set(row, values);
      for (let part = 0; part < 4; part++) {
        const columns = [0, 1, 2, 3].map((x) =>
          f.v128(v128.load(block, x * 4 * BLOCK + 16 * part)),
        );
        for (const line of transposed(f, columns, 4)) {
          f.do(v128.store(row, line));
          f.add(row, stride);
        }
      }
      f.add(block, 16 * BLOCK);
      f.add(values, 16);
    });
  });
}

/** One way of a pole down or up sixteen columns: each value plus nu times the one before. */
function runPole(
  f: FunctionBuilder,
  at: I32Local,
  rows: I32Local,
  advance: I32Local,
  nu: V128Local,
  edge: V128Local,
): void {
  const carried = [0, 1, 2, 3].map((k) => f.v128(f32x4.mul(v128.load(at, 16 * k), edge)));
  f.repeat(rows, () => {
    carried.forEach((value, k) => {
      f.set(value, f32x4.add(v128.load(at, 16 * k), f32x4.mul(value, nu)));
      f.do(v128.store(at, value, 16 * k));
    });
    f.add(at, advance);
  });
}

/** runPoles(values, stride, rows, parameters): down and up sixteen columns of float32; `parameters` are nu and 1 / (1 - nu). */
function defineRunPoles(m: ModuleBuilder): void {
  m.defineProcedure('runPoles', 4, (f, values, stride, rows, parameters) => {
    const nu = f.v128(v128.load32_splat(parameters));
    const edge = f.v128(v128.load32_splat(parameters, 4));
    const back = f.i32(i32.sub(0, stride));
    runPole(f, values, rows, stride, nu, edge);
    f.add(values, back);
    runPole(f, values, rows, back, nu, edge);
  });
}

/** roundRow(values, target, parameters, sixteens): float32 times the third parameter, rounded, as samples. */
function defineRoundRow(m: ModuleBuilder): void {
  m.defineProcedure('roundRow', 4, (f, values, target, parameters, sixteens) => {
    const gain = f.v128(v128.load32_splat(parameters, 8));
    const half = f.v128(v128.load32_splat(parameters, 12));
    f.repeat(sixteens, () => {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) =>
        i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(values, 16 * k), gain), half)),
      ) as [V128, V128, V128, V128];
      f.do(
        v128.store(
          target,
          i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)),
        ),
      );
      f.add(values, 64);
      f.add(target, 16);
    });
  });
}

/** Defines the kernels of the blurs. */
export function defineBlurs(m: ModuleBuilder): void {
  defineTranspose(m);
  defineBox(m);
  defineLoadTurned(m);
  defineStoreTurned(m);
  defineRunPoles(m);
  defineRoundRow(m);
}
