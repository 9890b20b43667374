/**
 * Transform, quantization and the way back of 8x8 blocks with vectors: the functions of plain/residual-8x8.ts, argument for argument
 * and bit for bit. A vector holds a row, or after a transposition a column, of eight lanes.
 */
import {
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type V128,
  v128,
} from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import { KernelModule } from '../../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { ZIGZAG_8X8_BY_COLUMN } from '../../standard/transform-8x8.ts';
import { QUANTIZER_8X8_BYTES, QUANTIZERS_8X8_AT } from '../plain/quantize.ts';
import { QUANTIZER_8X8_FIELD } from '../plain/residual-8x8.ts';
import { kernelFunction, kernelProcedure } from './define.ts';
import { defineIntra8x8 } from './intra-8x8.ts';
import { interleaveHigh16, interleaveLow16, splat16, sumOf32 } from './lanes.ts';

/** Eight vectors of eight lanes. */
type Eight = readonly V128[];

/**
 * Transposes eight rows. To interleave each vector with the one four further moves the highest bit of the vector's number behind
 * the lowest of the lane's; three times, and lanes and vectors have changed places.
 */
function transpose8x8(f: FunctionBuilder, rows: Eight): Eight {
  let vectors = rows;
  for (let round = 0; round < 3; round++) {
    vectors = vectors
      .slice(0, 4)
      .flatMap((vector, i) => [
        f.v128(interleaveLow16(vector, vectors[i + 4])),
        f.v128(interleaveHigh16(vector, vectors[i + 4])),
      ]);
  }
  return vectors;
}

/** x + (x >> 1). */
const andHalf = (x: V128): V128 => i16x8.add(x, i16x8.shr_s(x, 1));

/** One direction of the forward transform, as `forwardPass`. */
function forward(f: FunctionBuilder, c: Eight): Eight {
  const sums = [0, 1, 2, 3].map((i) => f.v128(i16x8.add(c[i], c[7 - i])));
  const [d07, d16, d25, d34] = [0, 1, 2, 3].map((i) => f.v128(i16x8.sub(c[i], c[7 - i])));
  const e0 = f.v128(i16x8.add(sums[0], sums[3]));
  const e1 = f.v128(i16x8.add(sums[1], sums[2]));
  const e2 = f.v128(i16x8.sub(sums[0], sums[3]));
  const e3 = f.v128(i16x8.sub(sums[1], sums[2]));
  const e4 = f.v128(i16x8.add(i16x8.add(d16, d25), andHalf(d07)));
  const e5 = f.v128(i16x8.sub(i16x8.sub(d07, d34), andHalf(d25)));
  const e6 = f.v128(i16x8.sub(i16x8.add(d07, d34), andHalf(d16)));
  const e7 = f.v128(i16x8.add(i16x8.sub(d16, d25), andHalf(d34)));
  return [
    i16x8.add(e0, e1),
    i16x8.add(e4, i16x8.shr_s(e7, 2)),
    i16x8.add(e2, i16x8.shr_s(e3, 1)),
    i16x8.add(e5, i16x8.shr_s(e6, 2)),
    i16x8.sub(e0, e1),
    i16x8.sub(e6, i16x8.shr_s(e5, 2)),
    i16x8.sub(i16x8.shr_s(e2, 1), e3),
    i16x8.sub(i16x8.shr_s(e4, 2), e7),
  ].map((vector) => f.v128(vector));
}

/** One direction of the inverse transform, clause 8.5.13.2. */
function inverse(f: FunctionBuilder, d: Eight): Eight {
  const { add, sub, shr_s } = i16x8;
  const e0 = f.v128(add(d[0], d[4]));
  const e2 = f.v128(sub(d[0], d[4]));
  const e4 = f.v128(sub(shr_s(d[2], 1), d[6]));
  const e6 = f.v128(add(d[2], shr_s(d[6], 1)));
  const e1 = f.v128(sub(sub(sub(d[5], d[3]), d[7]), shr_s(d[7], 1)));
  const e3 = f.v128(sub(sub(add(d[1], d[7]), d[3]), shr_s(d[3], 1)));
  const e5 = f.v128(add(add(sub(d[7], d[1]), d[5]), shr_s(d[5], 1)));
  const e7 = f.v128(add(add(add(d[3], d[5]), d[1]), shr_s(d[1], 1)));
  const f0 = f.v128(add(e0, e6));
  const f1 = f.v128(add(e1, shr_s(e7, 2)));
  const f2 = f.v128(add(e2, e4));
  const f3 = f.v128(add(e3, shr_s(e5, 2)));
  const f4 = f.v128(sub(e2, e4));
  const f5 = f.v128(sub(shr_s(e3, 2), e5));
  const f6 = f.v128(sub(e0, e6));
  const f7 = f.v128(sub(e7, shr_s(e1, 2)));
  return [
    add(f0, f7),
    add(f2, f5),
    add(f4, f3),
    add(f6, f1),
    sub(f6, f1),
    sub(f4, f3),
    sub(f2, f5),
    sub(f0, f7),
  ].map((vector) => f.v128(vector));
}

/** One direction of the Hadamard transform of eight vectors, as `hadamard8`. */
function hadamard(f: FunctionBuilder, vectors: Eight): Eight {
  let all = [...vectors];
  for (let half = 4; half > 0; half >>= 1) {
    const sums = all.map((vector, i) =>
      (i & half) === 0
        ? f.v128(i16x8.add(vector, all[i + half]))
        : f.v128(i16x8.sub(all[i - half], vector)),
    );
    all = sums;
  }
  return all;
}

const field = (quantizer: I32, name: keyof typeof QUANTIZER_8X8_FIELD) =>
  i32.load(quantizer, QUANTIZER_8X8_FIELD[name]);

const quantizerAt = (index: I32) => i32.add(i32.mul(index, QUANTIZER_8X8_BYTES), QUANTIZERS_8X8_AT);

/** |level| of a column, by the one offset or, above 1, by the other. */
function magnitudes(
  f: FunctionBuilder,
  absolute: V128,
  scale: V128,
  offsets: readonly [V128Local, V128Local],
  bits: I32Local,
): V128Local {
  const low = f.v128(i32x4.extmul_low_i16x8_u(absolute, scale));
  const high = f.v128(i32x4.extmul_high_i16x8_u(absolute, scale));
  const [small, large] = offsets.map((offset) => {
    const [first, second] = [low, high].map((product) =>
      i32x4.shr_u(i32x4.add(product, offset), bits),
    );
    return f.v128(i16x8.narrow_i32x4_s(first, second));
  });
  return f.v128(v128.bitselect(large, small, i16x8.gt_s(large, splat16(1))));
}

/** Column `j` of levels scaled for the way back, clause 8.5.13.1. Scaled levels stay within 16 bits. */
function scaled(f: FunctionBuilder, quantizer: I32Local, column: V128, j: number): V128 {
  const levelScale = f.v128(v128.load(quantizer, QUANTIZER_8X8_FIELD.levelScale + 16 * j));
  const round = f.v128(i32x4.splat(field(quantizer, 'round')));
  const [low, high] = [i32x4.extmul_low_i16x8_s, i32x4.extmul_high_i16x8_s].map((multiply) => {
    const product = i32x4.shl(multiply(column, levelScale), field(quantizer, 'up'));
    return i32x4.shr_s(i32x4.add(product, round), field(quantizer, 'down'));
  });
  return i16x8.narrow_i32x4_s(low, high);
}

/** Stores eight columns, one after another. */
function storeColumns(f: FunctionBuilder, to: I32Local, columns: Eight): void {
  f.do(...columns.map((column, j) => v128.store(to, column, 16 * j)));
}

/** Stores the masks of 64 levels in scan order: two words. */
export function storeMasks(f: FunctionBuilder, levels: I32Local, masks: I32Local): void {
  for (let half = 0; half < 2; half++) {
    const [low, high] = [0, 1].map((part) => {
      const at = 64 * half + 32 * part;
      const bytes = i8x16.narrow_i16x8_s(v128.load(levels, at), v128.load(levels, at + 16));
      return i32.xor(i8x16.bitmask(i8x16.eq(bytes, splat16(0))), 0xffff);
    });
    f.do(i32.store(masks, i32.or(low, i32.shl(high, 16)), 4 * half));
  }
}

/** Differences of eight rows of eight samples. */
function differences(
  f: FunctionBuilder,
  a: I32Local,
  strideA: I32Local,
  b: I32Local,
  strideB: I32Local,
): Eight {
  return Array.from({ length: 8 }, (_, y) => {
    const row = f.v128(i16x8.sub(v128.load8x8_u(a), v128.load8x8_u(b)));
    if (y < 7) {
      f.add(a, strideA);
      f.add(b, strideB);
    }
    return row;
  });
}

/** SA8D: sums of 64 differences of nine bits stay within 16 bits. */
function defineSa8d(m: ModuleBuilder): void {
  kernelFunction(m, 'sa8d', (f, a, strideA, b, strideB) => {
    const rows = hadamard(f, differences(f, a, strideA, b, strideB));
    const columns = hadamard(f, transpose8x8(f, rows));
    const sums = columns
      .map((column) => i32x4.extadd_pairwise_i16x8_u(i16x8.abs(column)))
      .reduce((all, sum) => f.v128(i32x4.add(all, sum)));
    return i32.shr_u(sumOf32(f, sums), 2);
  });
}

function defineResidual8x8(m: ModuleBuilder): void {
  defineSa8d(m);
  defineIntra8x8(m);
  kernelFunction(
    m,
    'quantize8x8',
    (f, source, strideA, prediction, strideB, index, keeps, coefficients, levels, masks) => {
      const rows = differences(f, source, strideA, prediction, strideB);
      // Down the columns first, as the plain function.
      const columns = forward(f, transpose8x8(f, forward(f, rows)));
      const quantizer = f.i32(quantizerAt(index));
      const offsets = [
        f.v128(i32x4.splat(field(quantizer, 'offset'))),
        f.v128(i32x4.splat(field(quantizer, 'offsetBeyond1'))),
      ] as const;
      const bits = f.i32(field(quantizer, 'bits'));
      const signed = columns.map((column, j) => {
        const scale = f.v128(v128.load(quantizer, QUANTIZER_8X8_FIELD.scale + 16 * j));
        const absolute = f.v128(i16x8.abs(column));
        const magnitude = magnitudes(f, absolute, scale, offsets, bits);
        const signs = f.v128(i16x8.shr_s(column, 15));
        return f.v128(i16x8.sub(v128.xor(magnitude, signs), signs));
      });
      const any = signed.reduce<V128>((all, column) => v128.or(all, column), splat16(0));
      f.if(i32.eqz(v128.any_true(any)), () => {
        for (let at = 0; at < 128; at += 16) f.do(v128.store(levels, splat16(0), at));
        f.return(0);
      });
      for (let i = 0; i < 64; i++) {
        const at = ZIGZAG_8X8_BY_COLUMN[i];
        f.do(v128.store16_lane(levels, signed[at >> 3], at & 7, 2 * i));
      }
      f.if(
        keeps,
        () => storeColumns(f, coefficients, columns),
        () => {
          const way = signed.map((column, j) => scaled(f, quantizer, column, j));
          storeColumns(f, coefficients, way);
        },
      );
      storeMasks(f, levels, masks);
      return 1;
    },
  );
  kernelProcedure(m, 'scale8x8', (f, index, levels, coefficients) => {
    const quantizer = f.i32(quantizerAt(index));
    for (let j = 0; j < 8; j++) {
      const column = f.v128(splat16(0));
      for (let row = 0; row < 8; row++) {
        const i = ZIGZAG_8X8_BY_COLUMN.indexOf(8 * j + row);
        f.set(column, v128.load16_lane(levels, column, row, 2 * i));
      }
      f.do(v128.store(coefficients, scaled(f, quantizer, column, j), 16 * j));
    }
  });
  kernelProcedure(m, 'add8x8', (f, pos, stride, coefficients) => {
    const columns = Array.from({ length: 8 }, (_, j) => f.v128(v128.load(coefficients, 16 * j)));
    // Along the rows first: columns are combined lane by lane. The values in between are left in place, as the plain function does.
    const between = inverse(f, columns);
    storeColumns(f, coefficients, between);
    const rows = [...transpose8x8(f, between)];
    rows[0] = f.v128(i16x8.add(rows[0], splat16(32)));
    for (const sums of inverse(f, rows)) {
      const residual = i16x8.shr_s(sums, 6);
      const samples = f.v128(i16x8.add(v128.load8x8_u(pos), residual));
      f.do(v128.store64_lane(pos, i8x16.narrow_i16x8_u(samples, samples), 0));
      f.add(pos, stride);
    }
  });
}

/** The vector kernels of 8x8 blocks, over a memory that the set of H.264 made; a row of src/pipeline/kernel-sets.ts. */
export const KERNELS_8X8 = /* @__PURE__ */ new KernelModule('h264-8x8', defineResidual8x8);
