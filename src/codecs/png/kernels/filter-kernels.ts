/**
 * The filters of PNG (third edition) clause 9.2 in WebAssembly: `filterRow` of standard/filters.ts and the choice by least sums of
 * encoder/filter-strategy.ts, the same results to the bit. Rows have `ROW_MARGIN` bytes before them, all zero, and behind them.
 */
import { type I32, i8x16, i16x8, i32, i32x4, type V128, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../wasm/function-builder.ts';
import { KernelModule } from '../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import {
  FILTER_AVERAGE,
  FILTER_PAETH,
  FILTER_SUB,
  FILTER_TYPES,
  FILTER_UP,
} from '../standard/filters.ts';

/** Bytes before and behind a row: those of a vector. */
export const ROW_MARGIN = 16;

/** The kernels of PNG. */
export const PNG_KERNELS = /* @__PURE__ */ new KernelModule('png', (m) => {
  defineFilterRow(m);
  defineLeastSum(m);
});

/** The inputs of a filter, clause 9.2: x, and a to the left of it, b above it, c above a. */
interface Neighbors {
  readonly x: V128Local;
  readonly a: V128Local;
  readonly b: V128Local;
  readonly c: V128Local;
}

function neighborsOf(f: FunctionBuilder): Neighbors {
  const local = () => f.v128(i32x4.splat(0));
  return { x: local(), a: local(), b: local(), c: local() };
}

function loadNeighbors(
  f: FunctionBuilder,
  { x, a, b, c }: Neighbors,
  row: I32,
  above: I32,
  distance: I32,
): void {
  f.set(x, v128.load(row));
  f.set(a, v128.load(i32.sub(row, distance)));
  f.set(b, v128.load(above));
  f.set(c, v128.load(i32.sub(above, distance)));
}

/** floor((a + b) / 2), clause 9.3. */
function average({ a, b }: Neighbors): V128 {
  const odd = v128.and(v128.xor(a, b), i8x16.splat(1));
  return i8x16.sub(i8x16.avgr_u(a, b), odd);
}

/**
 * PaethPredictor, clause 9.4. With p = a + b - c, |p - c| = |(b - c) + (a - c)| is the sum of |b - c| and |a - c| where both have
 * the same sign, and the difference where not; a sum above 255 is not the least, as little as 255 would be.
 */
function paeth(f: FunctionBuilder, { a, b, c }: Neighbors, scratch: readonly V128Local[]): V128 {
  const [pa, pb, pc, least] = scratch as readonly V128Local[] & { length: 4 };
  const differenceOf = (p: V128, q: V128) => i8x16.sub(i8x16.max_u(p, q), i8x16.min_u(p, q));
  const isAtLeast = (p: V128, q: V128) => i8x16.eq(i8x16.max_u(p, q), p);
  f.set(pa!, differenceOf(b, c));
  f.set(pb!, differenceOf(a, c));
  const differ = v128.xor(isAtLeast(a, c), isAtLeast(b, c));
  f.set(pc!, v128.bitselect(differenceOf(pa!, pb!), i8x16.add_sat_u(pa!, pb!), differ));
  f.set(least!, i8x16.min_u(pb!, pc!));
  const aboveOrUpperLeft = v128.bitselect(b, c, i8x16.eq(pb!, least!));
  return v128.bitselect(a, aboveOrUpperLeft, i8x16.eq(i8x16.min_u(pa!, least!), pa!));
}

/** The filtered value of x. */
function residual(
  f: FunctionBuilder,
  type: number,
  neighbors: Neighbors,
  scratch: readonly V128Local[],
): V128 {
  const { x, a, b } = neighbors;
  if (type === FILTER_SUB) return i8x16.sub(x, a);
  if (type === FILTER_UP) return i8x16.sub(x, b);
  if (type === FILTER_AVERAGE) return i8x16.sub(x, average(neighbors));
  if (type === FILTER_PAETH) return i8x16.sub(x, paeth(f, neighbors, scratch));
  return x;
}

const scratchOf = (f: FunctionBuilder) => Array.from({ length: 4 }, () => f.v128(i32x4.splat(0)));

/** Defines `filterRow`: up to 15 bytes behind the row are written as well. */
function defineFilterRow(m: ModuleBuilder): void {
  m.defineProcedure('filterRow', 6, (f, type, row, above, length, distance, out) => {
    const neighbors = neighborsOf(f);
    const scratch = scratchOf(f);
    const end = f.i32(i32.add(row, length));
    for (let t = 0; t < FILTER_TYPES; t++) {
      f.if(i32.eq(type, t), () => {
        f.while(i32.lt_s(row, end), () => {
          loadNeighbors(f, neighbors, row, above, distance);
          f.do(v128.store(out, residual(f, t, neighbors, scratch)));
          for (const pointer of [row, above, out]) f.add(pointer, ROW_MARGIN);
        });
      });
    }
  });
}

/**
 * Defines `leastSum`: the filter type with the least sum of absolute values, the first one of equals. `mask` is the address of
 * sixteen bytes of ones, behind which sixteen zeros lie.
 */
function defineLeastSum(m: ModuleBuilder): void {
  m.defineFunction('leastSum', 5, (f, row, above, length, distance, mask) => {
    const neighbors = neighborsOf(f);
    const scratch = scratchOf(f);
    const kept = f.v128(v128.load(mask));
    const sums = Array.from({ length: FILTER_TYPES }, () => f.v128(i32x4.splat(0)));
    const left = f.i32(length);
    f.while(i32.gt_s(left, 0), () => {
      // Bytes behind the row do not count.
      f.if(i32.lt_s(left, 16), () => f.set(kept, v128.load(i32.sub(i32.add(mask, 16), left))));
      loadNeighbors(f, neighbors, row, above, distance);
      sums.forEach((sum, type) => {
        const rest = i8x16.abs(residual(f, type, neighbors, scratch));
        const pairs = i16x8.extadd_pairwise_i8x16_u(v128.and(rest, kept));
        f.set(sum, i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(pairs)));
      });
      for (const pointer of [row, above]) f.add(pointer, ROW_MARGIN);
      f.add(left, -ROW_MARGIN);
    });
    return leastOf(f, sums);
  });
}

/** The index of the first of the least. */
function leastOf(f: FunctionBuilder, sums: readonly V128Local[]): I32Local {
  const least = f.i32(0x7fffffff);
  const index = f.i32(0);
  const total = f.i32(0);
  sums.forEach((sum, i) => {
    f.set(total, i32x4.extract_lane(sum, 0));
    for (let lane = 1; lane < 4; lane++) f.add(total, i32x4.extract_lane(sum, lane));
    f.if(i32.lt_s(total, least), () => {
      f.set(least, total);
      f.set(index, i);
    });
  });
  return index;
}
