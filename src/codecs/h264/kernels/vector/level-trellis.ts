/**
 * The shortest path through the levels of a block with vectors: `decideLevels4x4` and `decideLevels8x8` of plain/level-trellis.ts, bit for
 * bit. The costs of the eight states lie in four vectors of two float64, and beside each the path that leads there: two bits for each
 * level that is not 0, the first from the end of the scan lowest. So nothing is walked back.
 */
import {
  f64x2,
  type I32,
  i8x16,
  i32,
  i32x4,
  i64,
  i64x2,
  type V128,
  v128,
} from '../../../../wasm/expressions.ts';
import type {
  FunctionBuilder,
  I32Local,
  I64Local,
  V128Local,
} from '../../../../wasm/function-builder.ts';
import { KernelModule } from '../../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { FIRST_WITH_SUFFIX, TRELLIS_BIT, TRELLIS_FIELD } from '../plain/level-trellis.ts';
import { defineDecideLuma } from './decide-luma.ts';
import { kernelFunction } from './define.ts';
import { shuffle32, shuffle64 } from './lanes.ts';
import { storeMasks } from './residual-8x8.ts';

/** The meaning of two bits of a path for a level; 0: the level stays as it is. */
const LOWERED = 1;
const ZEROED = 2;

/** Costs of states 2n and 2n + 1, and their paths. */
interface Pair {
  readonly cost: V128Local;
  readonly path: V128Local;
}
type Pairs = readonly [Pair, Pair, Pair, Pair];

const NO_PATH = f64x2.const(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
const ZERO = f64x2.const(0, 0);
/** All bits of the upper lane. */
const UPPER = v128.const([...Array(8).fill(0), ...Array(8).fill(255)]);

/** The number in all lanes of 32 bits, as float64 in both lanes. */
const toDouble = (value: I32) => f64x2.convert_low_i32x4_s(i32x4.splat(value));
const upperHalf = (lanes: V128) => shuffle32(lanes, lanes, 2, 3, 2, 3);

/** Takes what `from` has in the lanes where its cost is less. */
function takeBetter(f: FunctionBuilder, to: Pair, from: { cost: V128; path: V128 }): void {
  const cost = f.v128(from.cost);
  const isLess = f.v128(f64x2.lt(cost, to.cost));
  f.set(to.cost, v128.bitselect(cost, to.cost, isLess));
  f.set(to.path, v128.bitselect(from.path, to.path, isLess));
}

/** The lower cost of each lane of two pairs; of equal ones the first. */
function better(
  f: FunctionBuilder,
  a: { cost: V128; path: V128 },
  b: { cost: V128; path: V128 },
): Pair {
  const best = { cost: f.v128(a.cost), path: f.v128(a.path) };
  takeBetter(f, best, b);
  return best;
}

/** Lane by lane: lanes of `a` and `b`, numbered over both. */
const lanesOf = (
  a: { cost: V128; path: V128 },
  b: { cost: V128; path: V128 },
  first: number,
  second: number,
) => ({
  cost: shuffle64(a.cost, b.cost, first, second),
  path: shuffle64(a.path, b.path, first, second),
});

/** Both lanes of a pair, the better one in the lower lane. */
const betterLane = (f: FunctionBuilder, pair: { cost: V128; path: V128 }) =>
  better(f, pair, lanesOf(pair, pair, 1, 1));

/** The walk of one block: the table, and what it has come to. */
class Walk {
  readonly f: FunctionBuilder;
  private readonly table: I32Local;
  private readonly weight: V128Local;
  private readonly cost: Pairs;
  private readonly next: Pairs;
  /** Whether a level beyond 1 was seen: else states 4 to 7 are not reached. */
  private readonly hasBeyond: I32Local;
  /** 1 at the place of the next level in paths, in both lanes. */
  private readonly bit: V128Local;

  constructor(f: FunctionBuilder, table: I32Local) {
    this.f = f;
    this.table = table;
    this.weight = f.v128(v128.load64_splat(table, TRELLIS_FIELD.weight));
    const pairs = () => [0, 1, 2, 3].map(() => ({ cost: f.v128(NO_PATH), path: f.v128(ZERO) }));
    this.cost = pairs() as unknown as Pairs;
    this.next = pairs() as unknown as Pairs;
    f.set(this.cost[0].cost, f64x2.const(0, Number.POSITIVE_INFINITY));
    this.hasBeyond = f.i32(0);
    this.bit = f.v128(v128.const([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]));
  }

  /** A level of 0: the costs move on in place. */
  passZero(place: I32Local): void {
    const { f, cost, weight } = this;
    const zero = f.v128(f64x2.mul(weight, f64x2.convert_low_i32x4_s(v128.load32_splat(place))));
    const add = (pair: Pair, more: V128) => f.set(pair.cost, f64x2.add(pair.cost, more));
    add(cost[0], v128.and(zero, UPPER));
    add(cost[1], zero);
    f.if(this.hasBeyond, () => {
      add(cost[2], zero);
      add(cost[3], zero);
    });
  }

  /** A level of `magnitude`, or one less, or 0. */
  passMagnitude(
    place: I32Local,
    magnitude: I32Local,
    coefficient: I32,
    step: V128,
    norm: V128,
  ): void {
    const { f, cost, next, bit } = this;
    const size = f.v128(toDouble(coefficient));
    const steps = f.v128(step);
    const error = f64x2.sub(size, f64x2.mul(toDouble(magnitude), steps));
    // The error of the level in the lower lane, of one less in the upper.
    const errors = f.v128(f64x2.add(error, v128.and(steps, UPPER)));
    const squares = f64x2.sub(f64x2.mul(errors, errors), f64x2.mul(size, size));
    const gains = f.v128(f64x2.mul(squares, norm));
    const zeroed = f.v128(i64x2.shl(bit, ZEROED - 1));
    const zero = f.v128(
      f64x2.mul(this.weight, f64x2.convert_low_i32x4_s(v128.load32_splat(place))),
    );
    cost.forEach((pair, n) => {
      f.set(next[n].cost, f64x2.add(pair.cost, n === 0 ? v128.and(zero, UPPER) : zero));
      f.set(next[n].path, v128.or(pair.path, zeroed));
    });
    const gain = shuffle64(gains, gains, 0, 0);
    const lowerGain = shuffle64(gains, gains, 1, 1);
    const places = f.v128(v128.load(place));
    f.if(
      i32.eq(magnitude, 1),
      () => this.passOne(places, gain, null),
      () => {
        f.set(this.hasBeyond, 1);
        this.passBeyond(places, magnitude, gain, null);
        f.set(magnitude, i32.sub(magnitude, 1));
        f.if(
          i32.eq(magnitude, 1),
          () => this.passOne(places, lowerGain, bit),
          () => this.passBeyond(places, magnitude, lowerGain, bit),
        );
      },
    );
    cost.forEach((pair, n) => {
      f.set(pair.cost, next[n].cost);
      f.set(pair.path, next[n].path);
    });
    f.set(bit, i64x2.shl(bit, 2));
  }

  /** Cost and path of each state after a level; `bits` are the bits that the level takes in each state. */
  private totals(places: V128, bits: readonly [V128, V128], gain: V128, mark: V128 | null): Pairs {
    const { f, cost, weight } = this;
    const gains = f.v128(gain);
    const low = f.v128(i32x4.add(bits[0], shuffle32(places, places, 1, 2, 2, 2)));
    const high = f.v128(i32x4.add(bits[1], shuffle32(places, places, 2, 2, 2, 2)));
    const four = [low, upperHalf(low), high, upperHalf(high)];
    return cost.map((pair, n) => ({
      cost: f.v128(
        f64x2.add(
          f64x2.add(pair.cost, gains),
          f64x2.mul(weight, f64x2.convert_low_i32x4_s(four[n])),
        ),
      ),
      path: f.v128(mark === null ? pair.path : v128.or(pair.path, mark)),
    })) as unknown as Pairs;
  }

  private field(name: 'one' | 'beyond' | 'more' | 'end', half: number): V128 {
    return v128.load(this.table, TRELLIS_FIELD[name] + 16 * half);
  }

  /** A level of magnitude 1: states 0 to 2 come to the next, the others stay. */
  private passOne(places: V128, gain: V128, mark: V128 | null): void {
    const { f, next } = this;
    const [p01, p23, p45, p67] = this.totals(
      places,
      [this.field('one', 0), this.field('one', 1)],
      gain,
      mark,
    );
    // Nothing comes to state 0.
    takeBetter(f, next[0], {
      cost: shuffle64(NO_PATH, p01.cost, 0, 2),
      path: shuffle64(p01.path, p01.path, 0, 0),
    });
    takeBetter(f, next[1], lanesOf(p01, betterLane(f, p23), 1, 2));
    f.if(this.hasBeyond, () => {
      takeBetter(f, next[2], p45);
      takeBetter(f, next[3], p67);
    });
  }

  /** A level beyond 1: states 0 to 3 come to state 4, 4 to 6 to the next, 7 stays. */
  private passBeyond(places: V128, magnitude: I32Local, gain: V128, mark: V128 | null): void {
    const { f, next } = this;
    const isLong = f.i32(i32.ge_s(magnitude, FIRST_WITH_SUFFIX));
    const count = f.i32(i32.select(FIRST_WITH_SUFFIX - 2, i32.sub(magnitude, 2), isLong));
    const suffix = f.i32(i32.sub(magnitude, FIRST_WITH_SUFFIX - 1));
    const length = i32.add(i32.shl(i32.sub(31, i32.clz(suffix)), 1), 1);
    const end = [0, 1].map((half) => f.v128(this.field('end', half)));
    f.if(isLong, () => {
      const all = f.v128(i32x4.splat(i32.mul(length, TRELLIS_BIT)));
      for (const lanes of end) f.set(lanes, all);
    });
    const bits = [0, 1].map((half) =>
      i32x4.add(
        i32x4.add(this.field('beyond', half), end[half]),
        i32x4.mul(this.field('more', half), i32x4.splat(count)),
      ),
    ) as [V128, V128];
    const [p01, p23, p45, p67] = this.totals(places, bits, gain, mark);
    const first = better(f, lanesOf(p01, p23, 0, 2), lanesOf(p01, p23, 1, 3));
    takeBetter(f, next[2], lanesOf(betterLane(f, first), p45, 0, 2));
    takeBetter(f, next[3], lanesOf(p45, betterLane(f, p67), 1, 2));
  }

  /** The path of the cheapest state; where it costs less to have no level, one in which each is 0. */
  bestPath(flagInc: I32): I64Local {
    const { f, cost, weight, table } = this;
    const flags = f.i32(i32.add(table, i32.shl(flagInc, 3)));
    const [none, coded] = [0, 4].map((offset) =>
      f.v128(
        f64x2.mul(
          weight,
          f64x2.convert_low_i32x4_s(v128.load32_splat(flags, TRELLIS_FIELD.flags + offset)),
        ),
      ),
    );
    const [s01, s23, s45, s67] = cost.map(({ cost: costs, path }) => ({
      cost: f.v128(f64x2.add(costs, coded)),
      path,
    }));
    f.set(s01.cost, shuffle64(none, s01.cost, 0, 3));
    // Neighbors first, so that of equal costs the lower state wins.
    const low = better(f, lanesOf(s01, s23, 0, 2), lanesOf(s01, s23, 1, 3));
    const high = better(f, lanesOf(s45, s67, 0, 2), lanesOf(s45, s67, 1, 3));
    const best = betterLane(f, better(f, lanesOf(low, high, 0, 2), lanesOf(low, high, 1, 3)));
    f.do(v128.store64_lane(table, best.path, 0, TRELLIS_FIELD.path));
    return f.i64(i64.load(table, TRELLIS_FIELD.path));
  }
}

/** |x| by `sign`, which is -1 for negative x and else 0; or x from |x|. */
const withSign = (x: I32, sign: I32) => i32.sub(i32.xor(x, sign), sign);

/** Decides a block's levels from scan index `top` down to `first`, of which no more than 32 are not 0. */
function decide(
  f: FunctionBuilder,
  table: I32Local,
  first: I32,
  top: I32,
  coefficients: I32,
  levels: I32,
  flagInc: I32,
): void {
  const walk = new Walk(f, table);
  const end = f.i32(i32.add(levels, i32.shl(first, 1)));
  const level = f.i32(i32.add(levels, i32.shl(top, 1)));
  const place = f.i32(i32.add(i32.add(table, TRELLIS_FIELD.places), i32.shl(top, 4)));
  const step = f.i32(i32.add(i32.add(table, TRELLIS_FIELD.step), i32.shl(top, 3)));
  const scan = f.i32(i32.add(i32.add(table, TRELLIS_FIELD.scan), top));
  f.while(i32.ge_s(level, end), () => {
    const value = f.i32(i32.load16_s(level));
    f.if(
      i32.eqz(value),
      () => walk.passZero(place),
      () => {
        const magnitude = f.i32(withSign(value, i32.shr_s(value, 31)));
        const c = f.i32(i32.load16_s(i32.add(coefficients, i32.load8_u(scan))));
        const size = withSign(c, i32.shr_s(c, 31));
        const norm = v128.load64_splat(step, TRELLIS_FIELD.norm - TRELLIS_FIELD.step);
        walk.passMagnitude(place, magnitude, size, v128.load64_splat(step), norm);
      },
    );
    f.add(level, -2);
    f.add(place, -16);
    f.add(step, -8);
    f.add(scan, -1);
  });
  const path = walk.bestPath(flagInc);
  f.set(level, i32.add(levels, i32.shl(top, 1)));
  f.while(i32.wrap_i64(i64.or(path, i64.shr_u(path, i64.extend_i32_u(32)))), () => {
    const value = f.i32(i32.load16_s(level));
    f.if(value, () => {
      const choice = f.i32(i32.and(i32.wrap_i64(path), 3));
      const sign = i32.shr_s(value, 31);
      // One step toward zero, or all the way.
      const lowered = i32.sub(value, i32.or(sign, 1));
      f.if(i32.eq(choice, LOWERED), () => f.do(i32.store16(level, lowered)));
      f.if(i32.eq(choice, ZEROED), () => f.do(i32.store16(level, 0)));
      f.set(path, i64.shr_u(path, i64.extend_i32_u(2)));
    });
    f.add(level, -2);
  });
}

/** Mask of the nonzero levels among 16, from the one at `first` on. */
function maskOf16(levels: I32Local, first: I32Local): I32 {
  const bytes = i8x16.narrow_i16x8_s(v128.load(levels), v128.load(levels, 16));
  const mask = i32.xor(i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0))), 0xffff);
  return i32.and(mask, i32.shl(-1, first));
}

function defineTrellis(m: ModuleBuilder): void {
  const decide4x4 = kernelFunction(
    m,
    'decideLevels4x4',
    (f, table, first, top, coefficients, levels, flagInc) => {
      decide(f, table, first, top, coefficients, levels, flagInc);
      return maskOf16(levels, first);
    },
  );
  defineDecideLuma(m, decide4x4);
  kernelFunction(m, 'decideLevels8x8', (f, table, top, coefficients, levels, masks) => {
    decide(f, table, f.i32(0), top, coefficients, levels, f.i32(0));
    storeMasks(f, levels, masks);
    const any = i32.or(i32.load(masks, 0), i32.load(masks, 4));
    return i32.ne(any, 0);
  });
}

/** The vector kernels that choose levels, over a memory that the set of H.264 made; a row of src/pipeline/kernel-sets.ts. */
export const TRELLIS_KERNELS = /* @__PURE__ */ new KernelModule('h264-trellis', defineTrellis);
