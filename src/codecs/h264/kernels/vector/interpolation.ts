/**
 * Copies, means and interpolation with vectors: the functions of plain/interpolation-words.ts, argument for argument and
 * bit for bit. Clause 8.4.2.2.
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
import type { FunctionBuilder, I32Local, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { kernelProcedure } from './define.ts';
import { interleaveHigh16, interleaveLow16, shuffle16, splat16 } from './lanes.ts';

/** Writes a loop over the rows for each width of a block: 16, 8 and 4. `row` is given how to load and to store. */
function forWidth(
  f: FunctionBuilder,
  width: I32Local,
  height: I32Local,
  row: (load: (address: I32Local) => V128, store: (address: I32Local, value: V128) => void) => void,
): void {
  const whole = () => row(v128.load, (address, value) => f.do(v128.store(address, value)));
  const half = () =>
    row(v128.load64_zero, (address, value) => f.do(v128.store64_lane(address, value, 0)));
  const quarter = () =>
    row(v128.load32_zero, (address, value) => f.do(v128.store32_lane(address, value, 0)));
  f.if(
    i32.eq(width, 16),
    () => f.repeat(height, whole),
    () =>
      f.if(
        i32.eq(width, 8),
        () => f.repeat(height, half),
        () => f.repeat(height, quarter),
      ),
  );
}

function defineBlocks(m: ModuleBuilder): void {
  kernelProcedure(m, 'copyBlock', (f, from, fromStride, to, toStride, width, height) => {
    forWidth(f, width, height, (load, store) => {
      store(to, load(from));
      f.add(from, fromStride);
      f.add(to, toStride);
    });
  });

  kernelProcedure(m, 'averageBlocks', (f, a, b, stride, to, toStride, width, height) => {
    forWidth(f, width, height, (load, store) => {
      store(to, i8x16.avgr_u(load(a), load(b)));
      f.add(a, stride);
      f.add(b, stride);
      f.add(to, toStride);
    });
  });
}

/** Samples of two blocks by turns, 16 bits each, eight pairs of them as two vectors. */
const pairsOf = (a: V128, b: V128): readonly [V128, V128] => [
  interleaveLow16(a, b),
  interleaveHigh16(a, b),
];

function defineWeighting(m: ModuleBuilder): void {
  const write = (f: FunctionBuilder, ...parameters: readonly I32Local[]): void => {
    const [a, strideA, b, strideB, to, toStride, width, height] = parameters;
    const [logWD, weightA, weightB, offset] = parameters.slice(8);
    // Both weights in each lane of 32 bits, that of `a` in the lower half.
    const weights = f.v128(i32x4.splat(i32.or(i32.shl(weightB, 16), i32.and(weightA, 0xffff))));
    const round = f.v128(i32x4.splat(i32.shl(1, logWD)));
    const shift = f.i32(i32.add(logWD, 1));
    const offsets = f.v128(i16x8.splat(offset));
    /** Eight predictions from eight samples of either block, within 16 bits. */
    const weighted = (sampleA: V128, sampleB: V128): V128 => {
      const [low, high] = pairsOf(f.v128(sampleA), f.v128(sampleB)).map((pairs) =>
        i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(pairs, weights), round), shift),
      );
      return i16x8.add(i16x8.narrow_i32x4_s(low, high), offsets);
    };
    forWidth(f, width, height, (load, store) => {
      const rowA = f.v128(load(a));
      const rowB = f.v128(load(b));
      const low = f.v128(weighted(i16x8.extend_low_i8x16_u(rowA), i16x8.extend_low_i8x16_u(rowB)));
      const high = f.v128(
        weighted(i16x8.extend_high_i8x16_u(rowA), i16x8.extend_high_i8x16_u(rowB)),
      );
      store(to, i8x16.narrow_i16x8_u(low, high));
      f.add(a, strideA);
      f.add(b, strideB);
      f.add(to, toStride);
    });
  };
  m.defineProcedure('weightBlocks', 12, write);
}

/** a + f - 5·(b + e) + 20·(c + d) as a + f + 5·(4·(c + d) - (b + e)): within -2550..10710 for samples. */
function sixTap(f: FunctionBuilder, [a, b, c, d, e, g]: readonly V128[]): V128Local {
  const inner = i16x8.sub(i16x8.shl(i16x8.add(c, d), 2), i16x8.add(b, e));
  return f.v128(i16x8.add(i16x8.add(a, g), i16x8.mul(inner, splat16(5))));
}

/** (x + 16) >> 5 of eight filter sums. */
const rounded = (sums: V128) => i16x8.shr_s(i16x8.add(sums, splat16(16)), 5);

/** Half-sample planes are computed in tiles of that many rows and columns. */
const TILE = 16;
/** The halves of a row of a tile. */
const HALVES = [0, 8] as const;
const TAPS = [0, 1, 2, 3, 4, 5] as const;

function defineHalfSamples(m: ModuleBuilder): void {
  kernelProcedure(m, 'interpolateB', (f, pos, stride, planeSize) => {
    const from = f.i32(i32.sub(pos, 2));
    const to = f.i32(i32.add(pos, planeSize));
    f.repeat(TILE, () => {
      const [left, right] = HALVES.map((x) => {
        const taps = TAPS.map((tap) => f.v128(v128.load8x8_u(from, x + tap)));
        return rounded(sixTap(f, taps));
      });
      f.do(v128.store(to, i8x16.narrow_i16x8_u(left, right)));
      f.add(from, stride);
      f.add(to, stride);
    });
  });

  kernelProcedure(m, 'interpolateH', (f, pos, stride, planeSize) => {
    const rows = sixRows(f, pos, stride);
    const to = f.i32(i32.add(pos, i32.shl(planeSize, 1)));
    f.repeat(TILE, () => {
      const [left, right] = HALVES.map((x) => rounded(verticalSums(f, rows, x)));
      f.do(v128.store(to, i8x16.narrow_i16x8_u(left, right)));
      for (const row of rows) f.add(row, stride);
      f.add(to, stride);
    });
  });

  kernelProcedure(m, 'interpolateJ', (f, pos, stride, planeSize) => {
    const rows = sixRows(f, i32.sub(pos, 2), stride);
    const to = f.i32(i32.add(pos, i32.mul(planeSize, 3)));
    f.repeat(TILE, () => {
      // Sums of columns -2..5, 6..13 and 14..21, of which the last are not needed beyond 18.
      const [before, middle, after] = [0, 8, 16].map((x) => verticalSums(f, rows, x));
      const left = horizontalOfSums(f, before, middle);
      const right = horizontalOfSums(f, middle, after);
      f.do(v128.store(to, i8x16.narrow_i16x8_u(left, right)));
      for (const row of rows) f.add(row, stride);
      f.add(to, stride);
    });
  });
}

/** Addresses of six rows, two above `pos` to three below. */
function sixRows(f: FunctionBuilder, pos: I32, stride: I32Local): I32Local[] {
  const first = f.i32(i32.sub(pos, i32.shl(stride, 1)));
  return TAPS.map((tap) => f.i32(i32.add(first, i32.mul(stride, tap))));
}

/** Vertical filter sums of the eight columns from `x`. */
function verticalSums(f: FunctionBuilder, rows: readonly I32Local[], x: number): V128Local {
  return sixTap(
    f,
    rows.map((row) => f.v128(v128.load8x8_u(row, x))),
  );
}

/** Two factors of 16 bits for each lane of 32. */
const factors = (low: number, high: number) =>
  i32x4.splat(((high & 0xffff) << 16) | (low & 0xffff));

/**
 * The horizontal filter over vertical sums, (x + 512) >> 10, of eight samples: the first of `sums` stands two columns left of
 * the first sample. Needs 32 bits.
 */
function horizontalOfSums(f: FunctionBuilder, sums: V128Local, following: V128Local): V128 {
  const taps = TAPS.map((tap) =>
    tap === 0
      ? sums
      : f.v128(shuffle16(sums, following, ...[0, 1, 2, 3, 4, 5, 6, 7].map((lane) => lane + tap))),
  );
  const [low, high] = [interleaveLow16, interleaveHigh16].map((interleave) => {
    const outer = i32x4.add(
      i32x4.dot_i16x8_s(interleave(taps[0], taps[1]), factors(1, -5)),
      i32x4.dot_i16x8_s(interleave(taps[4], taps[5]), factors(-5, 1)),
    );
    const inner = i32x4.dot_i16x8_s(interleave(taps[2], taps[3]), factors(20, 20));
    return i32x4.shr_s(i32x4.add(i32x4.add(outer, inner), i32x4.splat(512)), 10);
  });
  return f.v128(i16x8.narrow_i32x4_s(low, high));
}

function defineChroma(m: ModuleBuilder): void {
  kernelProcedure(
    m,
    'predictChroma',
    (f, from, stride, xFrac, yFrac, width, height, to, toStride) => {
      const weight = (a: Integer, b: Integer) => f.v128(i16x8.splat(i32.mul(a, b)));
      const xRest = f.i32(i32.sub(8, xFrac));
      const yRest = f.i32(i32.sub(8, yFrac));
      const weightA = weight(xRest, yRest);
      const weightB = weight(xFrac, yRest);
      const weightC = weight(xRest, yFrac);
      const weightD = weight(xFrac, yFrac);
      const above = f.v128(v128.load8x8_u(from));
      const aboveRight = f.v128(v128.load8x8_u(from, 1));
      const eight = f.i32(i32.eq(width, 8));
      f.repeat(height, () => {
        f.add(from, stride);
        const below = f.v128(v128.load8x8_u(from));
        const belowRight = f.v128(v128.load8x8_u(from, 1));
        const upper = i16x8.add(i16x8.mul(above, weightA), i16x8.mul(aboveRight, weightB));
        const lower = i16x8.add(i16x8.mul(below, weightC), i16x8.mul(belowRight, weightD));
        // At most 64·255 + 32.
        const sums = f.v128(i16x8.add(i16x8.add(upper, lower), splat16(32)));
        const samples = f.v128(i16x8.shr_u(sums, 6));
        f.set(samples, i8x16.narrow_i16x8_u(samples, samples));
        f.if(
          eight,
          () => f.do(v128.store64_lane(to, samples, 0)),
          () => f.do(v128.store32_lane(to, samples, 0)),
        );
        f.set(above, below);
        f.set(aboveRight, belowRight);
        f.add(to, toStride);
      });
    },
  );
}

/** Defines the kernels of `SampleKernels` for blocks, half-sample planes and chroma. */
export function defineInterpolation(m: ModuleBuilder): void {
  defineBlocks(m);
  defineWeighting(m);
  defineHalfSamples(m);
  defineChroma(m);
}
