/**
 * Intra_8x8 prediction in all modes at once, and what each costs, with vectors: `intra8x8Costs` of plain/intra-8x8-costs.ts, bit for
 * bit. Clause 8.3.2.
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
import { INTRA_4X4_NEEDS } from '../../standard/intra-4x4.ts';
import {
  INTRA_8X8_DC,
  INTRA_8X8_DIAGONAL_DOWN_LEFT,
  INTRA_8X8_DIAGONAL_DOWN_RIGHT,
  INTRA_8X8_HORIZONTAL,
  INTRA_8X8_HORIZONTAL_DOWN,
  INTRA_8X8_HORIZONTAL_UP,
  INTRA_8X8_VERTICAL,
  INTRA_8X8_VERTICAL_LEFT,
  INTRA_8X8_VERTICAL_RIGHT,
} from '../../standard/intra-8x8.ts';
import { INTRA_8X8_COSTS, INTRA_8X8_SIZE } from '../plain/intra-8x8-costs.ts';
import { kernelProcedure } from './define.ts';
import { hadamardMagnitudes } from './distortion.ts';
import { splat8, sumOf16 } from './lanes.ts';

/** Lanes of a vector moved by one, the outermost repeated: each lane has what stood before it, or behind it. */
const BEFORE = Array.from({ length: 16 }, (_, i) => Math.max(0, i - 1));
const AFTER = Array.from({ length: 16 }, (_, i) => Math.min(15, i + 1));

/** (a + 2b + c + 2) >> 2 of each lane: the inner mean is rounded down, the outer one up. */
function filter3(a: V128, b: V128, c: V128): V128 {
  const isOdd = v128.and(v128.xor(a, c), splat8(1));
  return i8x16.avgr_u(b, i8x16.sub(i8x16.avgr_u(a, c), isOdd));
}

/**
 * The line of smoothed neighbors (clause 8.3.2.2.1, standard/intra-8x8.ts) in two vectors: places 0 to 15, with the corner at 8, and
 * places 9 to 24, which are those above.
 */
interface Line {
  readonly low: V128Local;
  readonly above: V128Local;
}

function smoothedLine(
  f: FunctionBuilder,
  from: I32Local,
  stride: I32Local,
  hasCorner: I32,
  hasAboveRight: I32,
): Line {
  const rowAbove = f.i32(i32.sub(from, stride));
  const corner = f.v128(v128.load8_splat(i32.sub(rowAbove, 1)));
  const row = f.v128(v128.load(rowAbove));
  f.if(i32.eqz(hasAboveRight), () => {
    f.set(row, i8x16.shuffle(row, row, [0, 1, 2, 3, 4, 5, 6, 7, ...Array(8).fill(7)]));
  });
  // The lowest sample first.
  const column = f.v128(splat8(0));
  const left = f.i32(i32.sub(from, 1));
  for (let y = 0; y < 8; y++) {
    f.set(column, v128.load8_lane(left, column, 7 - y));
    if (y < 7) f.add(left, stride);
  }
  // Where the corner is not available, the samples beside it are repeated.
  const beforeRow = f.v128(i8x16.shuffle(row, row, BEFORE));
  const afterColumn = f.v128(
    i8x16.shuffle(column, column, [...AFTER.slice(0, 7), 7, ...AFTER.slice(8)]),
  );
  f.if(hasCorner, () => {
    f.set(beforeRow, i8x16.shuffle(corner, row, [0, ...BEFORE.slice(1).map((lane) => 16 + lane)]));
    f.set(
      afterColumn,
      i8x16.shuffle(column, corner, [...AFTER.slice(0, 7), 16, ...AFTER.slice(8)]),
    );
  });
  const above = f.v128(filter3(beforeRow, row, i8x16.shuffle(row, row, AFTER)));
  const beforeColumn = i8x16.shuffle(column, column, BEFORE);
  const smoothedColumn = f.v128(filter3(beforeColumn, column, afterColumn));
  // The corner itself is read where all neighbors are available only.
  const smoothedCorner = filter3(
    i8x16.shuffle(column, column, Array(16).fill(7)),
    corner,
    i8x16.shuffle(row, row, Array(16).fill(0)),
  );
  const withCorner = f.v128(
    i8x16.shuffle(smoothedColumn, smoothedCorner, [
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      16,
      ...Array(7).fill(0),
    ]),
  );
  const lanes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, 20, 21, 22];
  return { low: f.v128(i8x16.shuffle(withCorner, above, lanes)), above };
}

/** Means of each place of a vector of the line with the next, and means of three around each. */
interface Filtered {
  readonly two: V128Local;
  readonly three: V128Local;
}

function filtered(f: FunctionBuilder, line: V128Local, after: V128): Filtered {
  const next = f.v128(after);
  const two = f.v128(i8x16.avgr_u(line, next));
  const three = f.v128(filter3(i8x16.shuffle(line, line, BEFORE), line, next));
  return { two, three };
}

/** Where the corner stands in the line, and the first place of its second vector. */
const CORNER = 8;
const FIRST_ABOVE = 9;

/**
 * Lane of a sample over `two` and `three`: of the means of two at `place` of the line, or of three around it.
 * @param first place of the vectors' first lane
 */
const laneOf = (isTwo: boolean, place: number, first: number) => (isTwo ? 0 : 16) + place - first;

/** Mode => lane of sample (x, y) over the two filtered vectors of the half of the line that the mode reads (clauses 8.3.2.2.5 to 8.3.2.2.10). */
const LOW_LANES: Readonly<Record<number, (x: number, y: number) => number>> = {
  [INTRA_8X8_DIAGONAL_DOWN_RIGHT]: (x, y) => laneOf(false, CORNER + x - y, 0),
  [INTRA_8X8_VERTICAL_RIGHT]: (x, y) => {
    const zVR = 2 * x - y;
    if (zVR < -1) return laneOf(false, CORNER + 1 + zVR, 0);
    return laneOf((zVR & 1) === 0, CORNER + x - (y >> 1), 0);
  },
  [INTRA_8X8_HORIZONTAL_DOWN]: (x, y) => {
    const zHD = 2 * y - x;
    if (zHD < -1) return laneOf(false, CORNER - 1 - zHD, 0);
    const place = CORNER - y + (x >> 1);
    return (zHD & 1) === 0 ? laneOf(true, place - 1, 0) : laneOf(false, place, 0);
  },
};
const ABOVE_LANES: Readonly<Record<number, (x: number, y: number) => number>> = {
  [INTRA_8X8_DIAGONAL_DOWN_LEFT]: (x, y) => laneOf(false, CORNER + 2 + x + y, FIRST_ABOVE),
  [INTRA_8X8_VERTICAL_LEFT]: (x, y) => {
    const place = FIRST_ABOVE + x + (y >> 1);
    return (y & 1) === 0 ? laneOf(true, place, FIRST_ABOVE) : laneOf(false, place + 1, FIRST_ABOVE);
  },
};
/** Intra_8x8_Horizontal_Up: the lane of the lowest sample itself is free in the means of two. */
const LOWEST = 15;
function horizontalUpLane(x: number, y: number): number {
  const zHU = x + 2 * y;
  if (zHU > 13) return LOWEST;
  if (zHU === 13) return laneOf(false, 0, 0);
  return laneOf((zHU & 1) === 0, CORNER - 2 - y - (x >> 1), 0);
}

/** Lanes of rows 2·pair and 2·pair + 1. */
const lanesOfPair = (lane: (x: number, y: number) => number, pair: number) =>
  Array.from({ length: 16 }, (_, i) => lane(i & 7, 2 * pair + (i >> 3)));

/** Stores the prediction of a mode, whose samples are lanes of two vectors. */
function store(
  f: FunctionBuilder,
  to: I32Local,
  mode: number,
  a: V128,
  b: V128,
  lane: (x: number, y: number) => number,
): void {
  for (let pair = 0; pair < 4; pair++) {
    f.do(
      v128.store(
        to,
        i8x16.shuffle(a, b, lanesOfPair(lane, pair)),
        INTRA_8X8_SIZE * mode + 16 * pair,
      ),
    );
  }
}

/** Intra_8x8_DC, clause 8.3.2.2.4. */
function dc8x8(f: FunctionBuilder, { low, above }: Line, hasLeft: I32, hasAbove: I32): I32 {
  // The eight to the left, then the eight above.
  const sides = i8x16.shuffle(low, above, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  const sums = f.v128(i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(sides)));
  const [left, top] = [0, 2].map((lane) =>
    f.i32(i32.add(i32x4.extract_lane(sums, lane), i32x4.extract_lane(sums, lane + 1))),
  );
  const one = (sum: I32) => i32.shr_u(i32.add(sum, 4), 3);
  const both = i32.shr_u(i32.add(i32.add(left, top), 8), 4);
  return i32.select(
    i32.select(both, one(top), hasLeft),
    i32.select(one(left), 128, hasLeft),
    hasAbove,
  );
}

function storePredictions(f: FunctionBuilder, to: I32Local, available: I32Local, line: Line): void {
  const hasLeft = f.i32(i32.and(available, 1));
  const hasAbove = f.i32(i32.and(available, 2));
  const { low, above } = line;
  const dc = f.v128(i8x16.splat(dc8x8(f, line, hasLeft, hasAbove)));
  store(f, to, INTRA_8X8_DC, dc, dc, () => 0);
  const acrossCorner = i8x16.shuffle(low, above, [...AFTER.slice(0, 15), 16 + LOWEST - CORNER]);
  const alongLow = filtered(f, low, acrossCorner);
  f.if(hasLeft, () => {
    store(f, to, INTRA_8X8_HORIZONTAL, low, low, (_, y) => CORNER - 1 - y);
    const twoAndLowest = f.v128(i8x16.shuffle(alongLow.two, low, [...BEFORE.slice(1), 16]));
    store(f, to, INTRA_8X8_HORIZONTAL_UP, twoAndLowest, alongLow.three, horizontalUpLane);
  });
  f.if(hasAbove, () => {
    store(f, to, INTRA_8X8_VERTICAL, above, above, (x) => x);
    const { two, three } = filtered(f, above, i8x16.shuffle(above, above, AFTER));
    for (const [mode, lane] of Object.entries(ABOVE_LANES))
      store(f, to, Number(mode), two, three, lane);
  });
  f.if(i32.eq(available, 7), () => {
    for (const [mode, lane] of Object.entries(LOW_LANES))
      store(f, to, Number(mode), alongLow.two, alongLow.three, lane);
  });
}

/** Modes whose neighbors are available, as a mask of bits. */
function usableModes(available: I32Local): I32 {
  const maskOf = (needs: number) =>
    INTRA_4X4_NEEDS.reduce((mask, need, mode) => (need === needs ? mask | (1 << mode) : mask), 0);
  const where = (condition: I32, mask: number) => i32.select(mask, 0, condition);
  const left = where(i32.and(available, 1), maskOf(1));
  const above = where(i32.and(available, 2), maskOf(2));
  return i32.or(i32.or(maskOf(0), left), i32.or(above, where(i32.eq(available, 7), maskOf(7))));
}

/** Defines `intra8x8Costs`. */
export function defineIntra8x8(m: ModuleBuilder): void {
  kernelProcedure(
    m,
    'intra8x8Costs',
    (f, from, stride, available, hasAboveRight, source, sourceStride, to) => {
      const line = smoothedLine(f, from, stride, i32.and(available, 4), hasAboveRight);
      storePredictions(f, to, available, line);
      const rows = Array.from({ length: 8 }, (_, y) => {
        const row = f.v128(v128.load8x8_u(source));
        if (y < 7) f.add(source, sourceStride);
        return row;
      });
      const modes = f.i32(usableModes(available));
      const costs = f.i32(i32.add(to, INTRA_8X8_COSTS));
      f.repeat(INTRA_4X4_NEEDS.length, () => {
        f.if(i32.and(modes, 1), () => {
          const differences = rows.map((row, y) =>
            f.v128(i16x8.sub(row, v128.load8x8_u(to, 8 * y))),
          );
          const magnitudes = i16x8.add(
            hadamardMagnitudes(f, differences.slice(0, 4)),
            hadamardMagnitudes(f, differences.slice(4)),
          );
          f.do(i32.store(costs, sumOf16(f, magnitudes)));
        });
        f.set(modes, i32.shr_u(modes, 1));
        f.add(to, INTRA_8X8_SIZE);
        f.add(costs, 4);
      });
    },
  );
}
