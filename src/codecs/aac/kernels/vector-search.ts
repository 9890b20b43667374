/** The kernels of contract.ts with vector instructions, four lines at a time. */
import {
  f32x4,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Statement,
  type V128,
  v128,
} from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { ESC_HCB, LARGEST_MAGNITUDE } from '../standard/spectrum-coding.ts';
import {
  BOOKS,
  CACHE_SIZE,
  CACHED_BITS,
  CACHED_NOISE,
  CANDIDATE_COST,
  CANDIDATE_SF,
  ENERGY,
  ERRORS,
  ESCAPES,
  EXTRA_BITS,
  FINE_ABOVE,
  INDEX_BASE,
  INVERSE_STEPS,
  LAMBDA,
  LARGEST34,
  LEAST_ROUNDED,
  LINES,
  MARGIN,
  POWER34,
  POWERS,
  QUANTIZED,
  ROOT_SUM,
  ROUNDING_REST,
  SPECTRUM,
  STEPS,
  WEIGHT,
} from './contract.ts';

import { defineChooseBooks } from './vector-books.ts';
import { defineFollowPath } from './vector-follow.ts';
import { defineSearchPaths } from './vector-paths.ts';

/** Defines all of them. */
export function defineSearch(m: ModuleBuilder): void {
  definePrepareBand(m);
  defineFollowPath(m, defineQuantizeBand(m));
  defineChooseBooks(m);
  defineSearchPaths(m, defineTryScaleFactors(m, defineMeasures(m)));
}

/** Bits of infinity as float32. Costs are positive, so that their bits compare as they do. */
const INFINITY_BITS = 0x7f800000;

/** `position` + 4 · `index`, where a number of four bytes lies. */
const elementAt = (position: I32, index: I32): I32 => i32.add(position, i32.shl(index, 2));

/** The number that `sums` has as lane 0: (lane 0 + lane 2) + (lane 1 + lane 3). */
function sumOfLanes(f: FunctionBuilder, sums: V128): V128 {
  const halves = f.v128(sums);
  f.set(halves, f32x4.add(halves, i8x16.shuffle(halves, halves, lanesOf(2, 3, 0, 1))));
  return f32x4.add(halves, i8x16.shuffle(halves, halves, lanesOf(1, 0, 3, 2)));
}

/** Lanes of 32 bits in that order, for `i8x16.shuffle`. */
const lanesOf = (...order: number[]) =>
  order.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);

function definePrepareBand(m: ModuleBuilder): void {
  m.defineProcedure('prepareBand', 4, (f, channel, band, first, count) => {
    const zero = i32x4.splat(0);
    const energy = f.v128(zero);
    const roots = f.v128(zero);
    const largest = f.v128(zero);
    const x = f.v128(zero);
    const root = f.v128(zero);
    const from = f.i32(i32.add(channel, i32.shl(first, 3)));
    const to = f.i32(elementAt(channel, first));
    f.repeat(i32.shr_u(count, 2), () => {
      const low = f32x4.demote_f64x2_zero(v128.load(from, SPECTRUM));
      const high = f32x4.demote_f64x2_zero(v128.load(from, SPECTRUM + 16));
      f.set(x, i8x16.shuffle(low, high, lanesOf(0, 1, 4, 5)));
      f.do(v128.store(to, x, LINES));
      f.set(energy, f32x4.add(energy, f32x4.mul(x, x)));
      f.set(x, f32x4.abs(x));
      f.set(root, f32x4.sqrt(x));
      f.set(roots, f32x4.add(roots, root));
      f.set(x, f32x4.sqrt(f32x4.mul(x, root)));
      f.do(v128.store(to, x, POWER34));
      f.set(largest, f32x4.max(largest, x));
      f.add(from, 32);
      f.add(to, 16);
    });
    f.set(largest, f32x4.max(largest, i8x16.shuffle(largest, largest, lanesOf(2, 3, 0, 1))));
    f.set(largest, f32x4.max(largest, i8x16.shuffle(largest, largest, lanesOf(1, 0, 3, 2))));
    const at = f.i32(elementAt(channel, band));
    f.do(v128.store32_lane(at, largest, 0, LARGEST34));
    f.do(v128.store32_lane(at, sumOfLanes(f, energy), 0, ENERGY));
    f.do(v128.store32_lane(at, sumOfLanes(f, roots), 0, ROOT_SUM));
  });
}

/** The numbers of a scale factor that quantizing needs. */
interface Quantizer {
  readonly inverse: V128Local;
  readonly rest: V128Local;
  readonly least: V128Local;
  readonly scaled: V128Local;
}

function quantizerOf(f: FunctionBuilder, sf: I32): Quantizer {
  return {
    inverse: f.v128(v128.load32_splat(i32.shl(sf, 2), INVERSE_STEPS)),
    rest: f.v128(v128.load32_splat(0, ROUNDING_REST)),
    least: f.v128(v128.load32_splat(0, LEAST_ROUNDED)),
    scaled: f.v128(i32x4.splat(0)),
  };
}

/** Magnitudes of the four lines whose `power34` is given. */
function magnitudesOf(f: FunctionBuilder, quantizer: Quantizer, power34: V128): V128 {
  const { inverse, rest, least, scaled } = quantizer;
  f.set(scaled, f32x4.mul(power34, inverse));
  const rounded = i32x4.trunc_sat_f32x4_s(f32x4.add(scaled, rest));
  return v128.and(rounded, f32x4.ge(scaled, least));
}

function defineQuantizeBand(m: ModuleBuilder): (...args: I32[]) => Statement {
  return m.defineProcedure('quantizeBand', 4, (f, channel, first, count, sf) => {
    const quantizer = quantizerOf(f, sf);
    const at = f.i32(elementAt(channel, first));
    const sign = f.v128(i32x4.splat(0));
    f.repeat(i32.shr_u(count, 2), () => {
      const q = magnitudesOf(f, quantizer, v128.load(at, POWER34));
      f.set(sign, i32x4.shr_s(v128.load(at, LINES), 31));
      f.do(v128.store(at, i32x4.sub(v128.xor(q, sign), sign), QUANTIZED));
      f.add(at, 16);
    });
  });
}

/** Calls of functions that measure a band with values of some size; they return bits of two books, and set `ERRORS`. */
interface Measures {
  /** @param args position of the first line, count, scale factor, position of lengths */
  readonly quads: (...args: I32[]) => I32;
  readonly pairs: (...args: (I32 | number)[]) => I32;
  readonly escapes: (...args: I32[]) => I32;
}

/** The parts that the measuring functions share: a loop over lines, and squared errors. */
function defineMeasure(
  m: ModuleBuilder,
  name: string,
  values: (f: FunctionBuilder) => (q: V128Local) => V128,
  bitsOf: (f: FunctionBuilder, q: V128Local, bits: I32Local, lengths: I32, base: I32) => void,
): (...args: (I32 | number)[]) => I32 {
  return m.defineFunction(name, 5, (f, from, count, sf, lengths, base) => {
    const quantizer = quantizerOf(f, sf);
    const valuesOf = values(f);
    const step = f.v128(v128.load32_splat(i32.shl(sf, 2), STEPS));
    const errors = f.v128(i32x4.splat(0));
    const q = f.v128(i32x4.splat(0));
    const error = f.v128(i32x4.splat(0));
    const bits = f.i32(0);
    const at = f.i32(from);
    f.repeat(i32.shr_u(count, 2), () => {
      f.set(q, magnitudesOf(f, quantizer, v128.load(at, POWER34)));
      f.set(error, f32x4.mul(valuesOf(q), step));
      f.set(error, f32x4.sub(f32x4.abs(v128.load(at, LINES)), error));
      f.set(errors, f32x4.add(errors, f32x4.mul(error, error)));
      bitsOf(f, q, bits, lengths, base);
      f.add(at, 16);
    });
    f.do(v128.store(0, errors, ERRORS));
    return bits;
  });
}

/** Powers 4/3 of values up to 4 · `tables` - 1, looked up in vectors of four. */
function lookUp(tables: number): (f: FunctionBuilder) => (q: V128Local) => V128 {
  return (f) => {
    const rows = Array.from({ length: tables }, (_, i) => f.v128(v128.load(0, POWERS + 16 * i)));
    const bytes = f.v128(i32x4.splat(0));
    const places = f.v128(i32x4.splat(0x03020100));
    return (q) => {
      // Byte 4q + i in byte i of each lane.
      f.set(
        bytes,
        i8x16.shuffle(
          q,
          q,
          [0, 4, 8, 12].flatMap((byte) => [byte, byte, byte, byte]),
        ),
      );
      f.set(bytes, i8x16.add(i32x4.shl(bytes, 2), places));
      return rows
        .map((row, i) =>
          i8x16.swizzle(row, i === 0 ? bytes : i8x16.sub(bytes, i8x16.splat(16 * i))),
        )
        .reduce((a, b) => v128.or(a, b));
    };
  };
}

function defineMeasures(m: ModuleBuilder): Measures {
  const add = (f: FunctionBuilder, bits: I32Local, lengths: I32, index: I32) =>
    f.add(bits, i32.load(elementAt(lengths, index)));
  const repeated = (values: readonly number[]) => v128.const(values.flatMap((value) => [value, 0]));
  const quads = defineMeasure(m, 'measureQuads', lookUp(1), (f, q, bits, lengths) => {
    const digits = repeated([27, 9, 3, 1, 27, 9, 3, 1]);
    f.set(q, i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(q, q), digits));
    add(f, bits, lengths, i32.add(i32x4.extract_lane(q, 0), i32x4.extract_lane(q, 1)));
  });
  const addPairs = (f: FunctionBuilder, q: V128Local, bits: I32Local, lengths: I32, base: I32) => {
    const digits = i32x4.splat(i32.or(base, 1 << 16));
    f.set(q, i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(q, q), digits));
    add(f, bits, lengths, i32x4.extract_lane(q, 0));
    add(f, bits, lengths, i32x4.extract_lane(q, 1));
  };
  const pairs = defineMeasure(m, 'measurePairs', lookUp(4), addPairs);
  const gather = (f: FunctionBuilder) => {
    const gathered = f.v128(i32x4.splat(0));
    return (q: V128Local) => {
      for (let lane = 0; lane < 4; lane++) {
        const address = i32.shl(i32x4.extract_lane(q, lane), 2);
        f.set(gathered, v128.load32_lane(address, gathered, lane, POWERS));
      }
      return gathered;
    };
  };
  const escapes = defineMeasure(m, 'measureEscapes', gather, (f, q, bits, lengths, base) => {
    f.if(v128.any_true(i32x4.gt_s(q, i32x4.splat(15))), () => {
      for (let lane = 0; lane < 4; lane++) {
        const digits = i32.sub(32, i32.clz(i32x4.extract_lane(q, lane)));
        f.add(bits, i32.load(i32.shl(digits, 2), ESCAPES));
      }
    });
    f.set(q, i32x4.min_s(q, i32x4.splat(16)));
    addPairs(f, q, bits, lengths, base);
  });
  return { quads, pairs, escapes };
}

/** Sets `bits` to those of the cheaper book for values up to `most`. */
function measureWithBook(
  f: FunctionBuilder,
  measures: Measures,
  most: I32,
  bits: I32Local,
  args: readonly I32[],
): void {
  const measured = (book: number): I32 => {
    const [from, count, sf] = args as readonly I32[] & { length: 3 };
    const measure =
      book <= 3 ? measures.quads : book === ESC_HCB ? measures.escapes : measures.pairs;
    return measure(from!, count!, sf!, i32.add(0, BOOKS[book]!), i32.add(0, INDEX_BASE[book]!));
  };
  const cheaper = () => {
    const low = i32.and(bits, 0xffff);
    const high = i32.shr_u(bits, 16);
    f.set(bits, i32.select(low, high, i32.lt_s(low, high)));
  };
  const tryBook = (book: number): void => {
    if (book === ESC_HCB) {
      f.set(bits, measured(book));
      return;
    }
    f.if(
      i32.le_s(most, LARGEST_MAGNITUDE[book]!),
      () => {
        f.set(bits, measured(book));
        cheaper();
      },
      () => tryBook(book + 2),
    );
  };
  tryBook(1);
}

/** Returns the bits of the cost as float32; -1 if all of the band becomes zero. */
function defineCost(m: ModuleBuilder, measures: Measures) {
  return m.defineFunction('costOf', 5, (f, channel, band, first, count, sf) => {
    const at = f.i32(elementAt(channel, band));
    const quantizer = quantizerOf(f, sf);
    const most = f.i32(
      i32x4.extract_lane(magnitudesOf(f, quantizer, v128.load32_splat(at, LARGEST34)), 0),
    );
    const isSilent = i32.eqz(i32x4.extract_lane(f32x4.ge(quantizer.scaled, quantizer.least), 0));
    f.if(isSilent, () => f.return(-1));
    const bits = f.i32(0);
    measureWithBook(f, measures, most, bits, [elementAt(channel, first), count, sf]);
    const noise = f.v128(
      f32x4.mul(sumOfLanes(f, v128.load(0, ERRORS)), v128.load32_splat(at, WEIGHT)),
    );
    const place = i32.add(i32.shl(band, 5), i32.and(sf, CACHE_SIZE - 1));
    const cached = f.i32(elementAt(channel, place));
    f.do(v128.store32_lane(cached, noise, 0, CACHED_NOISE));
    f.do(i32.store(cached, bits, CACHED_BITS));
    const allBits = f32x4.add(
      f32x4.convert_i32x4_s(i32x4.splat(bits)),
      v128.load32_splat(0, EXTRA_BITS),
    );
    const rate = f32x4.mul(v128.load32_splat(0, LAMBDA), allBits);
    return i32x4.extract_lane(f32x4.add(noise, rate), 0);
  });
}

function defineTryScaleFactors(m: ModuleBuilder, measures: Measures): (...args: I32[]) => I32 {
  const costOf = defineCost(m, measures);
  return m.defineFunction(
    'tryScaleFactors',
    7,
    (f, channel, band, first, count, start, highest, lowest) => {
      const least = f.i32(INFINITY_BITS);
      const limit = f.i32(INFINITY_BITS);
      const found = f.i32(0);
      const cost = f.i32(0);
      const sf = f.i32(start);
      const isOn = f.i32(1);
      const keep = () => {
        f.if(i32.lt_s(cost, least), () => {
          f.set(least, cost);
          const sum = f32x4.add(i32x4.splat(cost), v128.load32_splat(0, MARGIN));
          f.set(limit, i32x4.extract_lane(sum, 0));
        });
        const to = f.i32(i32.shl(found, 2));
        f.do(i32.store(to, sf, CANDIDATE_SF), i32.store(to, cost, CANDIDATE_COST));
        f.add(found, 1);
      };
      // -1 is more than any cost, as an integer without a sign would be: all zeros end the way up.
      f.while(i32.and(isOn, i32.le_s(sf, highest)), () => {
        f.set(cost, costOf(channel, band, first, count, sf));
        f.if(
          i32.or(i32.lt_s(cost, 0), i32.gt_s(cost, limit)),
          () => f.set(isOn, 0),
          () => {
            keep();
            const isFine = i32.lt_s(sf, i32.add(start, FINE_ABOVE));
            f.add(sf, i32.select(1, 2, isFine));
          },
        );
      });
      f.set(sf, i32.sub(start, 1));
      f.set(isOn, 1);
      f.while(i32.and(isOn, i32.ge_s(sf, lowest)), () => {
        f.set(cost, costOf(channel, band, first, count, sf));
        f.if(
          i32.gt_s(cost, limit),
          () => f.set(isOn, 0),
          () => {
            f.if(i32.ge_s(cost, 0), keep);
            f.add(sf, -1);
          },
        );
      });
      return keptOf(f, found, limit);
    },
  );
}

/** Drops those of `found` candidates that cost more than `limit`; their number. */
function keptOf(f: FunctionBuilder, found: I32Local, limit: I32Local): I32 {
  const kept = f.i32(0);
  const from = f.i32(0);
  const end = f.i32(i32.shl(found, 2));
  const cost = f.i32(0);
  f.while(i32.lt_s(from, end), () => {
    f.set(cost, i32.load(from, CANDIDATE_COST));
    f.if(i32.le_s(cost, limit), () => {
      f.do(i32.store(kept, i32.load(from, CANDIDATE_SF), CANDIDATE_SF));
      f.do(i32.store(kept, cost, CANDIDATE_COST));
      f.add(kept, 4);
    });
    f.add(from, 4);
  });
  return i32.shr_u(kept, 2);
}
