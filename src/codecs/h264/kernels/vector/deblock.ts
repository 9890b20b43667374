/**
 * Deblocking with vectors: the functions of plain/deblock-samples.ts, argument for argument and bit for bit. Clauses
 * 8.7.2.2 to 8.7.2.4. One vector has the 16 samples along an edge that lie equally far from it. Horizontal edges find them
 * in rows; the rows across a vertical edge are transposed, and transposed back.
 */
import {
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
import { NOT_FILTERED } from '../contract.ts';
import { kernelProcedure } from './define.ts';
import { absoluteDifference, columnsToRows, rowsToColumns, splat8, splat16 } from './lanes.ts';

/** Samples along an edge; those of chroma are half Cb, half Cr. */
const LINES = 16;

/** Samples of one side of an edge, nearest first: p0, p1.. or q0, q1.. */
type Side = readonly V128[];

/** All bits set where the unsigned byte is not below `bound`. */
const atLeast = (value: V128Local, bound: V128): V128 => i8x16.eq(i8x16.max_u(value, bound), value);

/** (a + b) >> 1 of unsigned bytes; `avgr_u` rounds up. */
const meanRoundedDown = (a: V128, b: V128): V128 =>
  i8x16.sub(i8x16.avgr_u(a, b), v128.and(v128.xor(a, b), splat8(1)));

/** How the samples of an edge are loaded and stored. */
interface Edge {
  /** The `count` samples nearest to the edge on either side: 2 of chroma, 3 or 4 of luma. */
  load(count: number): { p: Side; q: Side };
  /** Stores as many samples of either side as are given. */
  store(p: Side, q: Side): void;
}

/** Loads and stores that a horizontal edge needs of a row, `distance` rows below the one of q0. */
interface RowAccess {
  load(distance: number): V128;
  store(distance: number, samples: V128): void;
}

/** An edge between rows. */
function horizontalEdge(f: FunctionBuilder, row: RowAccess): Edge {
  return {
    load(count) {
      const distances = Array.from({ length: count }, (_, i) => i);
      return {
        p: distances.map((i) => f.v128(row.load(-1 - i))),
        q: distances.map((i) => f.v128(row.load(i))),
      };
    },
    store(p, q) {
      p.forEach((samples, i) => {
        row.store(-1 - i, samples);
      });
      q.forEach((samples, i) => {
        row.store(i, samples);
      });
    },
  };
}

/** Calls `body` with the address of each line across a vertical edge, `offset` bytes from its q0. */
type ForEachLine = (offset: number, body: (address: I32Local, line: number) => void) => void;

/** Stores of one line of 2, 4 or 8 samples. */
const STORE_LINE = { 2: v128.store16_lane, 4: v128.store32_lane, 8: v128.store64_lane } as const;

/** An edge between columns. Each line is 4 samples of chroma or 8 of luma, and 2, 4 or 8 of them are stored. */
function verticalEdge(f: FunctionBuilder, forEachLine: ForEachLine): Edge {
  return {
    load(count) {
      const half = count === 2 ? 2 : 4;
      const loadLine = half === 2 ? v128.load32_zero : v128.load64_zero;
      const lines: V128Local[] = [];
      forEachLine(-half, (address) => lines.push(f.v128(loadLine(address))));
      const columns = rowsToColumns(f, lines, half === 2 ? 4 : 8);
      return {
        p: columns.slice(half - count, half).reverse(),
        q: columns.slice(half, half + count),
      };
    },
    store(p, q) {
      const columns = [...p].reverse().concat(q);
      const width = columns.length as keyof typeof STORE_LINE;
      const vectors = columnsToRows(f, columns);
      const linesPerVector = LINES / vectors.length;
      forEachLine(-p.length, (address, line) => {
        const vector = vectors[Math.floor(line / linesPerVector)];
        f.do(STORE_LINE[width](address, vector, line % linesPerVector));
      });
    },
  };
}

/** Writes the filter twice, for a luma edge of either direction. */
function forLumaEdge(
  f: FunctionBuilder,
  [pos, stride, verticalEdgeFlag]: readonly I32Local[],
  filter: (edge: Edge) => void,
): void {
  const rowAt = (distance: number) => i32.add(pos, i32.mul(stride, distance));
  f.if(
    verticalEdgeFlag,
    () =>
      filter(
        verticalEdge(f, (offset, body) => {
          const address = f.i32(i32.add(pos, offset));
          for (let line = 0; line < LINES; line++) {
            body(address, line);
            f.add(address, stride);
          }
        }),
      ),
    () =>
      filter(
        horizontalEdge(f, {
          load: (distance) => v128.load(rowAt(distance)),
          store: (distance, samples) => f.do(v128.store(rowAt(distance), samples)),
        }),
      ),
  );
}

/** The same for an edge of Cb, which has the lower half of the lines, and of Cr. */
function forChromaEdge(
  f: FunctionBuilder,
  [cb, cr, stride, verticalEdgeFlag]: readonly I32Local[],
  filter: (edge: Edge) => void,
): void {
  const rowAt = (pos: I32Local, distance: number) => i32.add(pos, i32.mul(stride, distance));
  f.if(
    verticalEdgeFlag,
    () =>
      filter(
        verticalEdge(f, (offset, body) => {
          [cb, cr].forEach((pos, plane) => {
            const address = f.i32(i32.add(pos, offset));
            for (let line = 0; line < LINES / 2; line++) {
              body(address, (plane * LINES) / 2 + line);
              f.add(address, stride);
            }
          });
        }),
      ),
    () =>
      filter(
        horizontalEdge(f, {
          load: (distance) =>
            v128.load64_lane(rowAt(cr, distance), v128.load64_zero(rowAt(cb, distance)), 1),
          store: (distance, samples) =>
            f.do(
              v128.store64_lane(rowAt(cb, distance), samples, 0),
              v128.store64_lane(rowAt(cr, distance), samples, 1),
            ),
        }),
      ),
  );
}

/** Thresholds of Table 8-16 in all lanes of 8 bits. */
interface Thresholds {
  readonly alpha: V128Local;
  readonly beta: V128Local;
}

const thresholds = (f: FunctionBuilder, alpha: Integer, beta: Integer): Thresholds => ({
  alpha: f.v128(i8x16.splat(alpha)),
  beta: f.v128(i8x16.splat(beta)),
});

/** Spreads the bytes of `tC0s` to the lines of their quarters, 4 of luma or 2 each of Cb and Cr. */
function tC0OfLines(f: FunctionBuilder, tC0s: I32Local, linesPerQuarter: 2 | 4): V128Local {
  const bytes = f.v128(i32x4.splat(tC0s));
  const lanes = Array.from({ length: LINES }, (_, line) => Math.floor(line / linesPerQuarter) & 3);
  return f.v128(i8x16.shuffle(bytes, bytes, lanes));
}

/** Where filterSamplesFlag is 0 whatever bS (clause 8.7.2.2): a difference across or beside the edge is too large. */
function hasLargeStep(f: FunctionBuilder, p: Side, q: Side, { alpha, beta }: Thresholds): V128 {
  const across = absoluteDifference(f, p[0], q[0]);
  const beside = f.v128(
    i8x16.max_u(absoluteDifference(f, p[1], p[0]), absoluteDifference(f, q[1], q[0])),
  );
  return v128.or(atLeast(across, alpha), atLeast(beside, beta));
}

/** Where filterSamplesFlag is 1 with bS < 4. */
function filterSamplesFlag(
  f: FunctionBuilder,
  p: Side,
  q: Side,
  limits: Thresholds,
  tC0: V128Local,
): V128Local {
  const isOff = i8x16.eq(tC0, splat8(NOT_FILTERED));
  return f.v128(v128.not(v128.or(hasLargeStep(f, p, q, limits), isOff)));
}

/** a + delta and b - delta, clipped to bytes, where delta is `positive` - `negative`, one of which is 0. */
function moveTogether(
  f: FunctionBuilder,
  p0: V128,
  q0: V128,
  positive: V128Local,
  negative: V128Local,
): { p0: V128Local; q0: V128Local } {
  return {
    p0: f.v128(i8x16.sub_sat_u(i8x16.add_sat_u(p0, positive), negative)),
    q0: f.v128(i8x16.sub_sat_u(i8x16.add_sat_u(q0, negative), positive)),
  };
}

/**
 * p'0 and q'0 with bS < 4, clause 8.7.2.3: p0 + delta and q0 - delta with
 * delta = Clip3(-tC, tC, (4·(q0 - p0) + (p1 - q1) + 4) >> 3), for tC within 0..27.
 *
 * In bytes, with ~x = 255 - x and `avgr_u` = (x + y + 1) >> 1, where all shifts round down and so can be taken one by one:
 *   outer = avgr(avgr(p1, ~q1), 3)  = ((p1 - q1) >> 2) + 66
 *   half  = avgr(q0, ~p0)           = ((q0 - p0) >> 1) + 128; the bit lost, (q0 - p0) & 1, is odd = (p0 ^ q0) & 1
 *   avgr(outer, odd)                = ((((p1 - q1) >> 2) + 1 + odd) >> 1) + 33
 * The last two have the sum delta + 161. It saturates from delta 94 on, beyond any tC.
 */
function filterNearest(
  f: FunctionBuilder,
  [p0, p1]: Side,
  [q0, q1]: Side,
  tC: V128Local,
): { p0: V128Local; q0: V128Local } {
  const outer = i8x16.avgr_u(i8x16.avgr_u(p1, v128.not(q1)), splat8(3));
  const odd = v128.and(v128.xor(p0, q0), splat8(1));
  const half = i8x16.avgr_u(q0, v128.not(p0));
  const biased = f.v128(i8x16.add_sat_u(i8x16.avgr_u(outer, odd), half));
  const bias = f.v128(splat8(161));
  const positive = f.v128(i8x16.min_u(i8x16.sub_sat_u(biased, bias), tC));
  const negative = f.v128(i8x16.min_u(i8x16.sub_sat_u(bias, biased), tC));
  return moveTogether(f, p0, q0, positive, negative);
}

/**
 * p'1 with bS < 4, clause 8.7.2.3: p1 + Clip3(-tC0, tC0, (p2 + ((p0 + q0 + 1) >> 1) - (p1 << 1)) >> 1). Taking p1 into the
 * clip leaves a mean, (p2 + ((p0 + q0 + 1) >> 1)) >> 1, held within tC0 of p1.
 */
function filterSecond(f: FunctionBuilder, [, p1, p2]: Side, mean: V128, tC0: V128): V128Local {
  const lowest = i8x16.sub_sat_u(p1, tC0);
  const highest = i8x16.add_sat_u(p1, tC0);
  return f.v128(i8x16.min_u(i8x16.max_u(meanRoundedDown(p2, mean), lowest), highest));
}

function defineNormal(m: ModuleBuilder): void {
  kernelProcedure(m, 'filterLumaEdge', (f, pos, stride, verticalEdgeFlag, alpha, beta, tC0s) => {
    const limits = thresholds(f, alpha, beta);
    const tC0 = tC0OfLines(f, tC0s, 4);
    forLumaEdge(f, [pos, stride, verticalEdgeFlag], (edge) => {
      const { p, q } = edge.load(3);
      const flags = filterSamplesFlag(f, p, q, limits, tC0);
      f.if(v128.any_true(flags), () => {
        const farP = atLeast(absoluteDifference(f, p[2], p[0]), limits.beta);
        const movesP = f.v128(v128.andnot(flags, farP));
        const farQ = atLeast(absoluteDifference(f, q[2], q[0]), limits.beta);
        const movesQ = f.v128(v128.andnot(flags, farQ));
        const mean = f.v128(i8x16.avgr_u(p[0], q[0]));
        const p1 = filterSecond(f, p, mean, v128.and(tC0, movesP));
        const q1 = filterSecond(f, q, mean, v128.and(tC0, movesQ));
        // A mask that is set is -1: tC is tC0 and one more for each side that moves, 0 where nothing is filtered.
        const tC = i8x16.sub(i8x16.sub(v128.and(tC0, flags), movesP), movesQ);
        const nearest = filterNearest(f, p, q, f.v128(tC));
        edge.store([nearest.p0, p1], [nearest.q0, q1]);
      });
    });
  });

  kernelProcedure(
    m,
    'filterChromaEdge',
    (f, cb, cr, stride, verticalEdgeFlag, alpha, beta, tC0s) => {
      const limits = thresholds(f, alpha, beta);
      const tC0 = tC0OfLines(f, tC0s, 2);
      forChromaEdge(f, [cb, cr, stride, verticalEdgeFlag], (edge) => {
        const { p, q } = edge.load(2);
        const flags = filterSamplesFlag(f, p, q, limits, tC0);
        f.if(v128.any_true(flags), () => {
          // tC is tC0 + 1 in chroma.
          const tC = f.v128(v128.and(i8x16.add(tC0, splat8(1)), flags));
          const { p0, q0 } = filterNearest(f, p, q, tC);
          edge.store([p0], [q0]);
        });
      });
    },
  );
}

/** The two halves of a vector of bytes in lanes of 16 bits. */
const EXTEND = [i16x8.extend_low_i8x16_u, i16x8.extend_high_i8x16_u] as const;

/**
 * p'0, p'1 and p'2 with bS equal to 4 where both sides are flat, clause 8.7.2.4, and q'i with the sides exchanged. Sums are
 * at most 8·255 + 4.
 */
function meansOfSide(f: FunctionBuilder, p: Side, q: Side): readonly V128Local[] {
  const halves = EXTEND.map((extend) => {
    const [p0, p1, p2, p3] = p.map((samples) => f.v128(extend(samples)));
    const [q0, q1] = q.slice(0, 2).map((samples) => f.v128(extend(samples)));
    const near = f.v128(i16x8.add(i16x8.add(p1, p0), q0));
    const four = f.v128(i16x8.add(near, p2));
    const rounded = (sum: V128, bits: number) =>
      i16x8.shr_u(i16x8.add(sum, splat16(1 << (bits - 1))), bits);
    return [
      rounded(i16x8.add(i16x8.add(near, four), q1), 3),
      rounded(four, 2),
      rounded(i16x8.add(i16x8.shl(i16x8.add(p3, p2), 1), four), 3),
    ];
  });
  return [0, 1, 2].map((i) => f.v128(i8x16.narrow_i16x8_u(halves[0][i], halves[1][i])));
}

/** (2·p1 + p0 + q1 + 2) >> 2, clause 8.7.2.4: p'0 of chroma, and of luma that is not flat. */
const meanOfThree = ([p0, p1]: Side, [, q1]: Side): V128 =>
  i8x16.avgr_u(p1, meanRoundedDown(p0, q1));

function defineStrong(m: ModuleBuilder): void {
  kernelProcedure(m, 'filterLumaEdgeStrong', (f, pos, stride, verticalEdgeFlag, alpha, beta) => {
    const limits = thresholds(f, alpha, beta);
    const smallStep = f.v128(i8x16.splat(i32.add(i32.shr_u(alpha, 2), 2)));
    forLumaEdge(f, [pos, stride, verticalEdgeFlag], (edge) => {
      const { p, q } = edge.load(4);
      const flags = f.v128(v128.not(hasLargeStep(f, p, q, limits)));
      f.if(v128.any_true(flags), () => {
        const isSmall = v128.andnot(flags, atLeast(absoluteDifference(f, p[0], q[0]), smallStep));
        const small = f.v128(isSmall);
        const side = (near: Side, far: Side): Side => {
          const isRough = atLeast(absoluteDifference(f, near[2], near[0]), limits.beta);
          const isFlat = f.v128(v128.andnot(small, isRough));
          const means = meansOfSide(f, near, far);
          const nearest = v128.bitselect(means[0], meanOfThree(near, far), isFlat);
          return [
            f.v128(v128.bitselect(nearest, near[0], flags)),
            f.v128(v128.bitselect(means[1], near[1], isFlat)),
            f.v128(v128.bitselect(means[2], near[2], isFlat)),
            // As it was: lines of a vertical edge are stored whole.
            near[3],
          ];
        };
        edge.store(side(p, q), side(q, p));
      });
    });
  });

  kernelProcedure(
    m,
    'filterChromaEdgeStrong',
    (f, cb, cr, stride, verticalEdgeFlag, alpha, beta) => {
      const limits = thresholds(f, alpha, beta);
      forChromaEdge(f, [cb, cr, stride, verticalEdgeFlag], (edge) => {
        const { p, q } = edge.load(2);
        const flags = f.v128(v128.not(hasLargeStep(f, p, q, limits)));
        f.if(v128.any_true(flags), () => {
          const p0 = f.v128(v128.bitselect(meanOfThree(p, q), p[0], flags));
          const q0 = f.v128(v128.bitselect(meanOfThree(q, p), q[0], flags));
          edge.store([p0], [q0]);
        });
      });
    },
  );
}

/** Defines the kernels of `SampleKernels` for deblocking. */
export function defineDeblocking(m: ModuleBuilder): void {
  defineNormal(m);
  defineStrong(m);
}
