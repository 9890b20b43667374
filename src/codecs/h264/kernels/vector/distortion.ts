/**
 * SAD, SATD and SSD with vectors: the functions of plain/distortion.ts, argument for argument and bit for bit. What each
 * computes is said there.
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
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { kernelFunction, kernelProcedure } from './define.ts';
import { absoluteDifference, splat8, splat16, sumOf16, sumOf32, transposePair } from './lanes.ts';

/**
 * Differences of sixteen samples in seven bits, at most 127 each. `searched` are bytes of searchWords, 128 + p for the half p
 * of a sample; the mean of a sample and 255, rounded up, is just that of the other side.
 */
export function searchDifferences(f: FunctionBuilder, searched: V128, samples: V128): V128 {
  return absoluteDifference(f, searched, i8x16.avgr_u(samples, splat8(255)));
}

/** Rows that are compared before the sum is held against the limit. */
const GROUP = 4;

/**
 * Adds `rows` of differences (each call one vector of at most 127 a lane) to `sums`, lanes of 16 bits; two vectors fit
 * into bytes.
 */
function accumulate(f: FunctionBuilder, sums: V128Local, rows: readonly (() => V128)[]): void {
  for (let i = 0; i < rows.length; i += 2) {
    const pair = i8x16.add(rows[i](), rows[i + 1]());
    f.set(sums, i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(pair)));
  }
}

/** Leaves the function with twice the sum once that reaches `limit`. */
function returnAtLimit(f: FunctionBuilder, total: I32Local, sums: V128Local, limit: I32): void {
  f.set(total, i32.shl(sumOf16(f, sums), 1));
  f.if(i32.ge_s(total, limit), () => f.return(total));
}

/** Two rows of eight bytes as one vector. */
export function twoRowsOf8(address: I32Local, stride: I32Local): V128 {
  return v128.load64_lane(i32.add(address, stride), v128.load64_zero(address), 1);
}

function defineSad(m: ModuleBuilder): void {
  kernelProcedure(m, 'searchBlock', (f, from, to, count) => {
    f.repeat(i32.shr_u(count, 4), () => {
      f.do(v128.store(to, i8x16.avgr_u(v128.load(from), splat8(255))));
      f.add(from, 16);
      f.add(to, 16);
    });
  });

  kernelFunction(m, 'sad16', (f, a, strideA, b, strideB, height, limit) => {
    const sums = f.v128(splat16(0));
    const total = f.i32(0);
    f.repeat(i32.shr_u(height, 2), () => {
      const row = () => {
        const vector = f.v128(searchDifferences(f, v128.load(a), v128.load(b)));
        f.add(a, strideA);
        f.add(b, strideB);
        return vector;
      };
      accumulate(f, sums, Array(GROUP).fill(row));
      returnAtLimit(f, total, sums, limit);
    });
    return total;
  });

  kernelFunction(m, 'sad8', (f, a, strideA, b, strideB, height, limit) => {
    const sums = f.v128(splat16(0));
    const total = f.i32(0);
    f.repeat(i32.shr_u(height, 2), () => {
      const twoRows = () => {
        const vector = f.v128(searchDifferences(f, twoRowsOf8(a, strideA), twoRowsOf8(b, strideB)));
        f.add(a, i32.shl(strideA, 1));
        f.add(b, i32.shl(strideB, 1));
        return vector;
      };
      accumulate(f, sums, [twoRows, twoRows]);
      returnAtLimit(f, total, sums, limit);
    });
    return total;
  });

  kernelFunction(m, 'sad4', (f, a, strideA, b, strideB, height) => {
    const sums = f.v128(splat16(0));
    const fourRows = (address: I32Local, stride: I32Local) => {
      const rows = f.v128(v128.load32_zero(address));
      for (let row = 1; row < GROUP; row++) {
        f.add(address, stride);
        f.set(rows, v128.load32_lane(address, rows, row));
      }
      f.add(address, stride);
      return rows;
    };
    f.repeat(i32.shr_u(height, 2), () => {
      const vector = searchDifferences(f, fourRows(a, strideA), fourRows(b, strideB));
      f.set(sums, i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(vector)));
    });
    return i32.shl(sumOf16(f, sums), 1);
  });
}

/**
 * Half the sum of the magnitudes of the Hadamard transforms of two 4x4 blocks of differences side by side, spread over eight
 * lanes. The last butterfly is |a + b| + |a - b| = 2·max(|a|, |b|).
 */
export function hadamardMagnitudes(f: FunctionBuilder, rows: readonly V128Local[]): V128 {
  const butterflies = ([r0, r1, r2, r3]: readonly V128[]) => [
    f.v128(i16x8.add(r0, r1)),
    f.v128(i16x8.sub(r0, r1)),
    f.v128(i16x8.add(r2, r3)),
    f.v128(i16x8.sub(r2, r3)),
  ];
  const [s01, d01, s23, d23] = butterflies(rows);
  const vertical = [
    f.v128(i16x8.add(s01, s23)),
    f.v128(i16x8.add(d01, d23)),
    f.v128(i16x8.sub(s01, s23)),
    f.v128(i16x8.sub(d01, d23)),
  ];
  const [t01, e01, t23, e23] = butterflies(transposePair(f, vertical));
  return i16x8.add(
    i16x8.max_s(i16x8.abs(t01), i16x8.abs(t23)),
    i16x8.max_s(i16x8.abs(e01), i16x8.abs(e23)),
  );
}

function defineSatd(m: ModuleBuilder): void {
  // Lanes: at most 8·255 twice for each of the pairs of blocks in 16x16, 32,640 in all.
  kernelFunction(m, 'satd', (f, a, strideA, b, strideB, width, height, limit) => {
    const sums = f.v128(splat16(0));
    const total = f.i32(0);
    const rowA = f.i32(0);
    const rowB = f.i32(0);
    const strip = (load: (address: I32Local, offset: number) => V128, offset: number) => {
      f.set(rowA, a);
      f.set(rowB, b);
      const rows: V128Local[] = [];
      for (let row = 0; row < 4; row++) {
        rows.push(f.v128(i16x8.sub(load(rowA, offset), load(rowB, offset))));
        f.add(rowA, strideA);
        f.add(rowB, strideB);
      }
      f.set(sums, i16x8.add(sums, hadamardMagnitudes(f, rows)));
    };
    const load8 = v128.load8x8_u;
    const load4 = (address: I32Local, offset: number) =>
      i16x8.extend_low_i8x16_u(v128.load32_zero(address, offset));
    f.repeat(i32.shr_u(height, 2), () => {
      f.if(
        i32.eq(width, 4),
        () => strip(load4, 0),
        () => {
          strip(load8, 0);
          f.if(i32.eq(width, 16), () => strip(load8, 8));
        },
      );
      f.set(total, sumOf16(f, sums));
      f.if(i32.ge_s(total, limit), () => f.return(total));
      f.set(a, rowA);
      f.set(b, rowB);
    });
    return total;
  });
}

/** Energy: samples are not negative, so that the DC coefficients are the sums of their blocks. */
function defineAcEnergy(m: ModuleBuilder): void {
  kernelFunction(m, 'acEnergy', (f, at, stride) => {
    const rows = Array.from({ length: 8 }, (_, y) => {
      const row = f.v128(v128.load8x8_u(at));
      if (y < 7) f.add(at, stride);
      return row;
    });
    const samples = rows.reduce((all, row) => f.v128(i16x8.add(all, row)));
    const magnitudes = i16x8.add(
      hadamardMagnitudes(f, rows.slice(0, 4)),
      hadamardMagnitudes(f, rows.slice(4)),
    );
    return i32.sub(sumOf16(f, magnitudes), i32.shr_u(sumOf16(f, samples), 1));
  });
}

/** Variance: sums in lanes of 16 bits (32 samples each), squares in lanes of 32; what is left of 32 bits is the result. */
function defineVariance(m: ModuleBuilder): void {
  kernelFunction(m, 'variance16', (f, at, stride) => {
    const sums = f.v128(splat16(0));
    const squares = f.v128(splat16(0));
    f.repeat(16, () => {
      const row = f.v128(v128.load(at));
      f.set(sums, i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(row)));
      for (const half of [i16x8.extend_low_i8x16_u(row), i16x8.extend_high_i8x16_u(row)]) {
        const samples = f.v128(half);
        f.set(squares, i32x4.add(squares, i32x4.dot_i16x8_s(samples, samples)));
      }
      f.add(at, stride);
    });
    const sum = f.i32(sumOf16(f, sums));
    return i32.sub(i32.shl(sumOf32(f, squares), 8), i32.mul(sum, sum));
  });
}

function defineIsNear(m: ModuleBuilder): void {
  kernelFunction(m, 'isNear', (f, a, strideA, b, strideB, size, limit) => {
    const limits = f.v128(i32x4.splat(limit));
    const rows = (load: typeof v128.load) => () => {
      const pairs = f.v128(splat16(0));
      for (let row = 0; row < 4; row++) {
        const differences = absoluteDifference(f, load(a), load(b));
        f.set(pairs, i16x8.add(pairs, i16x8.extadd_pairwise_i8x16_u(differences)));
        f.add(a, strideA);
        f.add(b, strideB);
      }
      const sums = i32x4.extadd_pairwise_i16x8_u(pairs);
      f.if(v128.any_true(i32x4.gt_s(sums, limits)), () => f.return(0));
    };
    const groups = f.i32(i32.shr_u(size, 2));
    f.if(
      i32.eq(size, 16),
      () => f.repeat(groups, rows(v128.load)),
      () => f.repeat(groups, rows(v128.load64_zero)),
    );
    return 1;
  });
}

function defineSsd(m: ModuleBuilder): void {
  kernelFunction(m, 'ssd', (f, a, strideA, b, strideB, width, height) => {
    const sums = f.v128(splat16(0));
    const addSquares = (offset: number) => {
      const d = f.v128(i16x8.sub(v128.load8x8_u(a, offset), v128.load8x8_u(b, offset)));
      f.set(sums, i32x4.add(sums, i32x4.dot_i16x8_s(d, d)));
    };
    f.repeat(height, () => {
      addSquares(0);
      f.if(i32.eq(width, 16), () => addSquares(8));
      f.add(a, strideA);
      f.add(b, strideB);
    });
    return sumOf32(f, sums);
  });
}

/** Defines `searchBlock`, `sad16`, `sad8`, `sad4`, `satd` (widths 4, 8, 16), `acEnergy`, `variance16`, `isNear` and `ssd` (widths 8 and 16). */
export function defineDistortion(m: ModuleBuilder): void {
  defineSad(m);
  defineSatd(m);
  defineAcEnergy(m);
  defineVariance(m);
  defineIsNear(m);
  defineSsd(m);
}
