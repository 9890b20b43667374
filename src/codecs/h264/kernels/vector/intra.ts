/**
 * Intra prediction with vectors, and the choice of a 4x4 mode: the functions of kernels/plain/kernels.ts and `chooseIntra4x4`
 * of plain/intra-4x4-choice.ts, argument for argument and bit for bit. Clause 8.3.
 */
import {
  type I32,
  type Integer,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type V128,
  v128,
} from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import {
  INTRA_4X4_DC,
  INTRA_4X4_DIAGONAL_DOWN_LEFT,
  INTRA_4X4_DIAGONAL_DOWN_RIGHT,
  INTRA_4X4_HORIZONTAL,
  INTRA_4X4_HORIZONTAL_DOWN,
  INTRA_4X4_HORIZONTAL_UP,
  INTRA_4X4_NEEDS,
  INTRA_4X4_VERTICAL,
  INTRA_4X4_VERTICAL_LEFT,
  INTRA_4X4_VERTICAL_RIGHT,
  INTRA_4X4_WORDS,
} from '../../standard/intra-4x4.ts';
import {
  DIRECTED_MODES,
  FLAT_MODES,
  LEVEL_MODES,
  OTHER_MODE_BITS,
  STEEP_MODES,
} from '../plain/intra-4x4-choice.ts';
import { kernelFunction, kernelProcedure } from './define.ts';
import {
  interleaveHigh16,
  interleaveHigh64,
  interleaveLow16,
  interleaveLow64,
  splat8,
  splat16,
  sumOf16,
} from './lanes.ts';

/** Bytes of one predicted 4x4 block. */
const BLOCK_BYTES = 4 * INTRA_4X4_WORDS;

/**
 * The neighbors of a 4x4 block as one line, lane by lane: from the lowest to the left up to the corner, then to the right, in
 * the letters of intra-4x4.ts. The outermost are repeated, as the filters of clause 8.3.1.2 repeat L and H.
 */
const LINE = 'LLKJIMABCDEFGHHH';
/** The line from the row above with its corner, MABCDEFGH, and the column to the left from below, LKJI. */
const LINE_WITH_ABOVE_RIGHT = [16, 16, 17, 18, 19, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8];
const LINE_WITHOUT_ABOVE_RIGHT = [16, 16, 17, 18, 19, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4];
/** ABCD and LKJI from the same. */
const SIDES = [1, 2, 3, 4, 16, 17, 18, 19, 0, 0, 0, 0, 0, 0, 0, 0];

/** Lanes of the line: rows ABCD, and rows of one of IJKL each. */
const VERTICAL_LANES = Array.from({ length: 16 }, (_, i) => LINE.indexOf('A') + (i & 3));
const HORIZONTAL_LANES = Array.from({ length: 16 }, (_, i) => LINE.indexOf('I') - (i >> 2));

/**
 * Samples of a block that are filtered along the line, in raster order: AB is (A + B + 1) >> 1, ABC is (A + 2B + C + 2) >> 2,
 * LL is L. Clauses 8.3.1.2.4 to 8.3.1.2.9.
 */
// biome-ignore format: four rows of a block each
const FILTERED: Readonly<Record<number, string>> = {
  [INTRA_4X4_DIAGONAL_DOWN_LEFT]:
    'ABC BCD CDE DEF ' +
    'BCD CDE DEF EFG ' +
    'CDE DEF EFG FGH ' +
    'DEF EFG FGH GHH',
  [INTRA_4X4_DIAGONAL_DOWN_RIGHT]:
    'IMA MAB ABC BCD ' +
    'JIM IMA MAB ABC ' +
    'KJI JIM IMA MAB ' +
    'LKJ KJI JIM IMA',
  [INTRA_4X4_VERTICAL_RIGHT]:
    'MA AB BC CD ' +
    'IMA MAB ABC BCD ' +
    'JIM MA AB BC ' +
    'KJI IMA MAB ABC',
  [INTRA_4X4_HORIZONTAL_DOWN]:
    'IM IMA MAB ABC ' +
    'JI JIM IM IMA ' +
    'KJ KJI JI JIM ' +
    'LK LKJ KJ KJI',
  [INTRA_4X4_VERTICAL_LEFT]:
    'AB BC CD DE ' +
    'ABC BCD CDE DEF ' +
    'BC CD DE EF ' +
    'BCD CDE DEF EFG',
  [INTRA_4X4_HORIZONTAL_UP]:
    'IJ IJK JK JKL ' +
    'JK JKL KL KLL ' +
    'KL KLL LL LL ' +
    'LL LL LL LL',
};

/** Lanes of a filtered block over two vectors: means of a lane and the next, means of three around a lane. */
function filteredLanes(block: string): number[] {
  return block.split(' ').map((sample) => {
    const reversed = [...sample].reverse().join('');
    const first = Math.max(LINE.indexOf(sample), LINE.indexOf(reversed));
    return sample.length === 2 ? first : 16 + first + 1;
  });
}

/** (a + 2b + c + 2) >> 2 of each lane: the inner mean is rounded down, the outer one up. */
function filter3(a: V128, b: V128, c: V128): V128 {
  const isOdd = v128.and(v128.xor(a, c), splat8(1));
  return i8x16.avgr_u(b, i8x16.sub(i8x16.avgr_u(a, c), isOdd));
}

/** Intra_4x4_DC of a vector of the sides, clause 8.3.1.2.3. */
function dc4x4(f: FunctionBuilder, sides: V128, hasLeft: I32, hasAbove: I32): I32 {
  const pairs = i16x8.extadd_pairwise_i8x16_u(sides);
  const sums = f.v128(i32x4.extadd_pairwise_i16x8_u(pairs));
  const above = f.i32(i32x4.extract_lane(sums, 0));
  const left = f.i32(i32x4.extract_lane(sums, 1));
  const both = i32.shr_u(i32.add(i32.add(above, left), 4), 3);
  const one = (sum: I32) => i32.shr_u(i32.add(sum, 2), 2);
  return i32.select(
    i32.select(both, one(above), hasLeft),
    i32.select(one(left), 128, hasLeft),
    hasAbove,
  );
}

function definePredict4x4(m: ModuleBuilder): void {
  kernelProcedure(m, 'predictIntra4x4', (f, from, stride, to, available, hasAboveRight) => {
    const row = f.v128(v128.load(i32.sub(i32.sub(from, stride), 1)));
    const left = f.i32(i32.sub(from, 1));
    const column = f.v128(splat16(0));
    for (let y = 0; y < 4; y++) {
      f.set(column, v128.load8_lane(left, column, 3 - y));
      f.add(left, stride);
    }
    const line = f.v128(i8x16.shuffle(row, column, LINE_WITHOUT_ABOVE_RIGHT));
    f.if(hasAboveRight, () => f.set(line, i8x16.shuffle(row, column, LINE_WITH_ABOVE_RIGHT)));
    const lanes = Array.from(LINE, (_, i) => i);
    const before = f.v128(i8x16.shuffle(line, line, [0, ...lanes.slice(0, -1)]));
    const after = f.v128(i8x16.shuffle(line, line, [...lanes.slice(1), lanes.length - 1]));
    const twoTap = f.v128(i8x16.avgr_u(line, after));
    const threeTap = f.v128(filter3(before, line, after));

    const store = (mode: number, block: V128) => f.do(v128.store(to, block, BLOCK_BYTES * mode));
    const storeFiltered = (mode: number) =>
      store(mode, i8x16.shuffle(twoTap, threeTap, filteredLanes(FILTERED[mode])));
    const hasLeft = f.i32(i32.and(available, 1));
    const hasAbove = f.i32(i32.and(available, 2));
    const sides = i8x16.shuffle(row, column, SIDES);
    store(INTRA_4X4_DC, i8x16.splat(dc4x4(f, sides, hasLeft, hasAbove)));
    f.if(hasLeft, () => {
      store(INTRA_4X4_HORIZONTAL, i8x16.shuffle(line, line, HORIZONTAL_LANES));
      storeFiltered(INTRA_4X4_HORIZONTAL_UP);
    });
    f.if(hasAbove, () => {
      store(INTRA_4X4_VERTICAL, i8x16.shuffle(line, line, VERTICAL_LANES));
      storeFiltered(INTRA_4X4_DIAGONAL_DOWN_LEFT);
      storeFiltered(INTRA_4X4_VERTICAL_LEFT);
    });
    f.if(i32.eq(available, 7), () => {
      storeFiltered(INTRA_4X4_DIAGONAL_DOWN_RIGHT);
      storeFiltered(INTRA_4X4_VERTICAL_RIGHT);
      storeFiltered(INTRA_4X4_HORIZONTAL_DOWN);
    });
  });
}

/** Sums and differences of two vectors, a step of the Hadamard transform of any two rows or columns. */
const butterfly = (f: FunctionBuilder, a: V128, b: V128) => [
  f.v128(i16x8.add(a, b)),
  f.v128(i16x8.sub(a, b)),
];

/** The lower halves of two vectors, and the upper ones. */
const halves = (f: FunctionBuilder, a: V128, b: V128) => [
  f.v128(interleaveLow64(a, b)),
  f.v128(interleaveHigh64(a, b)),
];

/**
 * SATD of one 4x4 block: half the sum of the magnitudes of the Hadamard transform of its differences, of rows 0 and 1 and of
 * rows 2 and 3. In which order the coefficients come does not matter. Each lane of the maximum is at most 8·255.
 */
function satdOfRows(f: FunctionBuilder, rows01: V128, rows23: V128): I32 {
  const [s02s13, d02d13] = butterfly(f, rows01, rows23);
  const [even, odd] = halves(f, s02s13, d02d13);
  const [upper, lower] = butterfly(f, even, odd);
  // Transposes: columns 0 and 1 in one vector, 2 and 3 in the other, four lanes each.
  const low = f.v128(interleaveLow16(upper, lower));
  const high = f.v128(interleaveHigh16(upper, lower));
  const columns01 = f.v128(interleaveLow16(low, high));
  const columns23 = f.v128(interleaveHigh16(low, high));
  const [sums, differences] = butterfly(f, columns01, columns23);
  const [a, b] = halves(f, sums, differences);
  // The last butterfly is |a + b| + |a - b| = 2·max(|a|, |b|).
  return sumOf16(f, i16x8.max_s(i16x8.abs(a), i16x8.abs(b)));
}

function defineChoice(m: ModuleBuilder): void {
  kernelFunction(
    m,
    'chooseIntra4x4',
    (f, source, sourceStride, predictions, usable, predicted, lambda, triesAll, costs) => {
      const rows = f.v128(v128.load32_zero(source));
      for (let y = 1; y < 4; y++) {
        f.add(source, sourceStride);
        f.set(rows, v128.load32_lane(source, rows, y));
      }
      const source01 = f.v128(i16x8.extend_low_i8x16_u(rows));
      const source23 = f.v128(i16x8.extend_high_i8x16_u(rows));
      const best = f.i32(INTRA_4X4_DC);
      const bestCost = f.i32(0x7fffffff);
      const cost = f.i32(0);
      const modes = f.i32(i32.select(usable, i32.and(usable, FLAT_MODES), triesAll));
      f.repeat(i32.sub(2, triesAll), () => {
        for (let mode = 0; mode < INTRA_4X4_NEEDS.length; mode++) {
          f.if(i32.and(modes, 1 << mode), () => {
            const block = f.v128(v128.load(predictions, BLOCK_BYTES * mode));
            const rows01 = f.v128(i16x8.sub(source01, i16x8.extend_low_i8x16_u(block)));
            const rows23 = f.v128(i16x8.sub(source23, i16x8.extend_high_i8x16_u(block)));
            f.set(cost, satdOfRows(f, rows01, rows23));
            f.do(i32.store(costs, cost, 4 * mode));
            const bits = i32.select(1, OTHER_MODE_BITS, i32.eq(predicted, mode));
            f.add(cost, i32.mul(lambda, bits));
            const isBetter = mode === INTRA_4X4_DC ? i32.le_s : i32.lt_s;
            f.if(isBetter(cost, bestCost), () => {
              f.set(bestCost, cost);
              f.set(best, mode);
            });
          });
        }
        const leveled = i32.select(STEEP_MODES, LEVEL_MODES, i32.eq(best, INTRA_4X4_VERTICAL));
        const directed = i32.select(DIRECTED_MODES, leveled, i32.eq(best, INTRA_4X4_DC));
        f.set(modes, i32.and(usable, directed));
      });
      return best;
    },
  );
}

/** Stores a row of 16 or 8 samples. */
function storeRow(f: FunctionBuilder, to: I32Local, size: I32Local, row: V128): void {
  const samples = f.v128(row);
  f.if(
    i32.eq(size, 16),
    () => f.do(v128.store(to, samples)),
    () => f.do(v128.store64_lane(to, samples, 0)),
  );
}

/**
 * H or V of clauses 8.3.3.4 and 8.3.4.4: of the size + 1 neighbors from the corner on, `step` apart, each times its distance
 * from the middle one.
 */
function slope(f: FunctionBuilder, corner: I32, step: Integer, size: I32Local): I32Local {
  const at = f.i32(corner);
  const distance = f.i32(i32.sub(0, i32.shr_u(size, 1)));
  const sum = f.i32(0);
  f.repeat(i32.add(size, 1), () => {
    f.add(sum, i32.mul(distance, i32.load8_u(at)));
    f.add(distance, 1);
    f.add(at, step);
  });
  return sum;
}

/** 0 to 7 in lanes of 16 bits. */
const EIGHT_STEPS = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((step) => [step, 0]);

function definePredictSquares(m: ModuleBuilder): void {
  kernelProcedure(m, 'predictHorizontal', (f, from, fromStride, to, toStride, size) => {
    f.repeat(size, () => {
      storeRow(f, to, size, v128.load8_splat(i32.sub(from, 1)));
      f.add(from, fromStride);
      f.add(to, toStride);
    });
  });

  // Lanes of 16 bits: |b| and |c| are at most 717 (1355 for 8x8) and go eight (four) steps each from the middle, where
  // 16..8176 is. All values are within -11,456..19,648 (-10,824..19,016).
  kernelProcedure(m, 'predictPlane', (f, from, fromStride, to, toStride, size) => {
    const corner = f.i32(i32.sub(i32.sub(from, fromStride), 1));
    const factor = f.i32(i32.select(5, 34, i32.eq(size, 16)));
    const scaled = (sum: I32) => f.i32(i32.shr_s(i32.add(i32.mul(factor, sum), 32), 6));
    const b = scaled(slope(f, corner, 1, size));
    const c = scaled(slope(f, corner, fromStride, size));
    const lastAbove = i32.load8_u(i32.add(corner, size));
    const lastLeft = i32.load8_u(i32.add(corner, i32.mul(fromStride, size)));
    const a = i32.shl(i32.add(lastAbove, lastLeft), 4);
    const toMiddle = i32.sub(i32.shr_u(size, 1), 1);
    const origin = i32.add(i32.sub(a, i32.mul(i32.add(b, c), toMiddle)), 16);
    const across = f.v128(i16x8.mul(i16x8.splat(b), v128.const(EIGHT_STEPS)));
    const left = f.v128(i16x8.add(i16x8.splat(origin), across));
    const right = f.v128(i16x8.add(left, i16x8.splat(i32.shl(b, 3))));
    const down = f.v128(i16x8.splat(c));
    f.repeat(size, () => {
      const samples = [left, right].map((values) => i16x8.shr_s(values, 5));
      storeRow(f, to, size, i8x16.narrow_i16x8_u(samples[0], samples[1]));
      f.set(left, i16x8.add(left, down));
      f.set(right, i16x8.add(right, down));
      f.add(to, toStride);
    });
  });
}

/** Defines the kernels of `IntraKernels`, and `chooseIntra4x4`. */
export function defineIntra(m: ModuleBuilder): void {
  definePredict4x4(m);
  defineChoice(m);
  definePredictSquares(m);
}
