/** Rows of RGB and of Y'CbCr with vector instructions: twins of `color-rows.ts`, the same bits, sixteen pixels a round. */
import { i8x16, i16x8, i32x4, type V128, v128 } from '../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { HIGH_PAIRS, LOW_PAIRS, range, shorts, words, ZERO } from './lanes.ts';

/** Both halves of sixteen bytes as lanes of 16 bits. */
function halvesOf(f: FunctionBuilder, bytes: V128): [V128Local, V128Local] {
  const local = f.v128(bytes);
  return [f.v128(i16x8.extend_low_i8x16_u(local)), f.v128(i16x8.extend_high_i8x16_u(local))];
}

/** Both halves of eight lanes of 16 bits as lanes of 32. */
const wide = (f: FunctionBuilder, value: V128Local): V128Local[] => [
  f.v128(i32x4.extend_low_i16x8_s(value)),
  f.v128(i32x4.extend_high_i16x8_s(value)),
];

/** A way of rounding. Values of eight pixels or chroma samples are one vector of 16 bits a lane, or two of 32. */
interface Rounding {
  /** Luma codes as terms of the sum. */
  luma(f: FunctionBuilder, y: V128): V128Local[];
  /** Red, green and blue of Cb and Cr codes, as terms of the sum. */
  chroma(f: FunctionBuilder, u: V128, v: V128): [V128Local[], V128Local[], V128Local[]];
  /** The sum as eight lanes of 16 bits, to be clipped. */
  sum(f: FunctionBuilder, luma: readonly V128[], chroma: readonly V128[]): V128;
}

/** Vectors of 32-bit numbers of a table, each in all lanes. */
const coefficients = (f: FunctionBuilder, table: I32Local, count: number): V128Local[] =>
  range(count).map((i) => f.v128(v128.load32_splat(table, 4 * i)));

const narrowed = (low: V128, high: V128): V128 => i16x8.narrow_i32x4_s(low, high);

/** The table has the offset of luma, then the coefficients of luma, R by Cr, G by Cb, G by Cr, B by Cb. */
function exactRounding(f: FunctionBuilder, table: I32Local): Rounding {
  const [offset, scale, rcr, gcb, gcr, bcb] = coefficients(f, table, 6) as V128Local[];
  const times = (parts: readonly V128Local[], c: V128Local) =>
    parts.map((part) => f.v128(i32x4.mul(part, c)));
  return {
    luma: (_, y) =>
      wide(f, f.v128(y)).map((part) =>
        f.v128(i32x4.add(i32x4.mul(i32x4.sub(part, offset!), scale!), i32x4.splat(1 << 15))),
      ),
    chroma: (_, u, v) => {
      const [cb, cr] = [u, v].map((c) => wide(f, f.v128(i16x8.sub(c, i16x8.splat(128)))));
      const [byCb, byCr] = [times(cb!, gcb!), times(cr!, gcr!)];
      const green = byCb.map((part, i) => f.v128(i32x4.add(part, byCr[i]!)));
      return [times(cr!, rcr!), green, times(cb!, bcb!)];
    },
    sum: (_, luma, chroma) => {
      const [low, high] = luma.map((part, i) => i32x4.shr_s(i32x4.add(part, chroma[i]!), 16));
      return narrowed(low!, high!);
    },
  };
}

/** The upper 16 bits of products of 16 bits. */
const upper = (f: FunctionBuilder, a: V128Local, c: V128Local): V128Local =>
  f.v128(
    narrowed(
      i32x4.shr_s(i32x4.extmul_low_i16x8_s(a, c), 16),
      i32x4.shr_s(i32x4.extmul_high_i16x8_s(a, c), 16),
    ),
  );

/** The table is that of `exactRounding`, with the offset in 1/8 and coefficients in 1/8192, and then the middle of chroma in 1/8. */
function cutRounding(f: FunctionBuilder, table: I32Local): Rounding {
  const all = range(7).map((i) => f.v128(v128.load16_splat(table, 4 * i)));
  const [offset, scale, rcr, gcb, gcr, bcb, middle] = all as V128Local[];
  const eightfold = (value: V128, zero: V128) => f.v128(i16x8.sub(i16x8.shl(value, 3), zero));
  return {
    luma: (_, y) => [upper(f, eightfold(y, offset!), scale!)],
    chroma: (_, u, v) => {
      const [cb, cr] = [u, v].map((c) => eightfold(c, middle!));
      const green = i16x8.add(upper(f, cb!, gcb!), upper(f, cr!, gcr!));
      return [[upper(f, cr!, rcr!)], [f.v128(green)], [upper(f, cb!, bcb!)]];
    },
    sum: (_, luma, chroma) => i16x8.add(luma[0]!, chroma[0]!),
  };
}

/**
 * The table has what black lies below 0, the coefficient of luma, the steps of R by Cr, G by Cb, G by Cr, B by Cb, and for each of those four what
 * is taken off.
 */
function stepRounding(f: FunctionBuilder, table: I32Local): Rounding {
  const [black, scale, ...steps] = coefficients(f, table, 10) as V128Local[];
  const times = (parts: readonly V128Local[], i: number) =>
    parts.map((part) =>
      f.v128(i32x4.sub(i32x4.shr_s(i32x4.mul(part, steps[i]!), 16), steps[i + 4]!)),
    );
  return {
    luma: (_, y) => wide(f, f.v128(y)),
    chroma: (_, u, v) => {
      const [cb, cr] = [u, v].map((c) => wide(f, f.v128(c)));
      const [byCb, byCr] = [times(cb!, 1), times(cr!, 2)];
      const green = byCb.map((part, i) => f.v128(i32x4.add(part, byCr[i]!)));
      return [times(cr!, 0), green, times(cb!, 3)];
    },
    sum: (_, luma, chroma) => {
      const [low, high] = luma.map((part, i) =>
        i32x4.shr_s(i32x4.sub(i32x4.mul(i32x4.add(part, chroma[i]!), scale!), black!), 16),
      );
      return narrowed(low!, high!);
    },
  };
}

/** Terms of eight chroma samples as those of eight pixels, two for each: the first four, or the last. */
function spread(f: FunctionBuilder, terms: readonly V128Local[], half: number): V128Local[] {
  const [only, second] = terms;
  if (second === undefined) {
    const lanes = range(4).flatMap((i) => [4 * half + i, 4 * half + i]);
    return [f.v128(i8x16.shuffle(only!, only!, shorts(...lanes)))];
  }
  const part = half === 0 ? only! : second;
  return [words(0, 0, 1, 1), words(2, 2, 3, 3)].map((lanes) =>
    f.v128(i8x16.shuffle(part, part, lanes)),
  );
}

/** NAMEshift(luma, cb, cr, r, g, b, table, sixteens): rows of Y'CbCr as rows of RGB. */
function defineRgbRow(
  m: ModuleBuilder,
  name: string,
  shift: number,
  roundingOf: (f: FunctionBuilder, table: I32Local) => Rounding,
): void {
  m.defineProcedure(`${name}${shift}`, 8, (f, luma, cb, cr, r, g, b, table, sixteens) => {
    const rounding = roundingOf(f, table);
    f.repeat(sixteens, () => {
      const lumas = halvesOf(f, v128.load(luma));
      const [us, vs] = [cb, cr].map((row) =>
        shift === 0 ? halvesOf(f, v128.load(row)) : [f.v128(v128.load8x8_u(row))],
      );
      const chromas = us!.map((u, i) => rounding.chroma(f, u, vs![i]!));
      const terms = lumas.map((y) => rounding.luma(f, y));
      [r, g, b].forEach((row, c) => {
        const halves = terms.map((y, half) => {
          const own = shift === 0 ? chromas[half]![c]! : spread(f, chromas[0]![c]!, half);
          return f.v128(rounding.sum(f, y, own));
        });
        f.do(v128.store(row, i8x16.narrow_i16x8_u(halves[0]!, halves[1]!)));
        f.add(row, 16);
      });
      f.add(luma, 16);
      for (const row of [cb, cr]) f.add(row, 16 >> shift);
    });
  });
}

/** Sums over R, G and B of eight lanes of 16 bits each, weighed, as two times four lanes. */
function weighed(f: FunctionBuilder, [r, g, b]: readonly V128[], weights: readonly V128[]) {
  const [red, green, blue] = [r!, g!, b!].map((lanes) => f.v128(lanes));
  return [LOW_PAIRS, HIGH_PAIRS].map((lanes) =>
    i32x4.add(
      i32x4.dot_i16x8_s(i8x16.shuffle(red!, green!, lanes), weights[0]!),
      i32x4.dot_i16x8_s(i8x16.shuffle(blue!, ZERO(), lanes), weights[1]!),
    ),
  );
}

/** lumaRow(r, g, b, luma, table, sixteens): the table has the weights of R, G and B in 16 bits, and 0, then the rounding. */
function defineLumaRow(m: ModuleBuilder): void {
  m.defineProcedure('lumaRow', 6, (f, r, g, b, luma, table, sixteens) => {
    const weights = [0, 4].map((offset) => f.v128(v128.load32_splat(table, offset)));
    const rounding = f.v128(v128.load32_splat(table, 8));
    f.repeat(sixteens, () => {
      const colors = [r, g, b].map((row) => halvesOf(f, v128.load(row)));
      const halves = [0, 1].map((half) => {
        const sums = weighed(
          f,
          colors.map((color) => color[half]!),
          weights,
        );
        const [low, high] = sums.map((sum) => i32x4.shr_s(i32x4.add(sum, rounding), 15));
        return f.v128(narrowed(low!, high!));
      });
      f.do(v128.store(luma, i8x16.narrow_i16x8_u(halves[0]!, halves[1]!)));
      for (const row of [r, g, b, luma]) f.add(row, 16);
    });
  });
}

/** chromaRowShift(r, g, b, line, table, eights): a chroma component, eight values a round; the table has weights as above. */
function defineChromaRow(m: ModuleBuilder, shift: number): void {
  m.defineProcedure(`chromaRow${shift}`, 6, (f, r, g, b, line, table, eights) => {
    const weights = [0, 4].map((offset) => f.v128(v128.load32_splat(table, offset)));
    f.repeat(eights, () => {
      const colors = [r, g, b].map((row) =>
        shift === 0
          ? i16x8.shl(v128.load8x8_u(row), 1)
          : i16x8.extadd_pairwise_i8x16_u(v128.load(row)),
      );
      const sums = weighed(f, colors, weights);
      const [low, high] = sums.map((sum) => i32x4.shr_s(i32x4.add(sum, i32x4.splat(512)), 10));
      f.do(v128.store(line, i16x8.add(narrowed(low!, high!), i16x8.splat(8192))));
      for (const row of [r, g, b]) f.add(row, 8 << shift);
      f.add(line, 16);
    });
  });
}

/** splitN(pixels, a, b, c, d, sixteens): samples of pixels of N to a row each; of three, `d` is not written. */
function defineSplit(m: ModuleBuilder, step: 3 | 4): void {
  const byComponent = range(step).flatMap((k) => range(4).map((pixel) => pixel * step + k));
  const lanes = [...byComponent, ...range(16 - byComponent.length).map(() => 0)];
  m.defineProcedure(`split${step}`, 6, (f, pixels, a, b, c, d, sixteens) => {
    f.repeat(sixteens, () => {
      const fours = range(4).map((i) => {
        const four = f.v128(v128.load(pixels, i * 4 * step));
        return f.v128(i8x16.shuffle(four, four, lanes));
      });
      const pairs = (order: readonly number[]) =>
        [0, 2].map((i) => f.v128(i8x16.shuffle(fours[i]!, fours[i + 1]!, order)));
      const [low, high] = [pairs(words(0, 4, 1, 5)), pairs(words(2, 6, 3, 7))];
      [a, b, c, d].slice(0, step).forEach((row, k) => {
        const [first, second] = k < 2 ? low : high;
        const order = k % 2 === 0 ? words(0, 1, 4, 5) : words(2, 3, 6, 7);
        f.do(v128.store(row, i8x16.shuffle(first!, second!, order)));
        f.add(row, 16);
      });
      f.add(pixels, 16 * step);
    });
  });
}

/** joinN(pixels, a, b, c, d, sixteens): the inverse; of three, `d` is read and its samples are left out. */
function defineJoin(m: ModuleBuilder, step: 3 | 4): void {
  const low = range(8).flatMap((i) => [i, 16 + i]);
  const high = low.map((byte) => byte + 8);
  const kept = range(4).flatMap((pixel) => range(step).map((k) => 4 * pixel + k));
  const lanes = [...kept, ...range(16 - kept.length).map(() => 0)];
  m.defineProcedure(`join${step}`, 6, (f, pixels, a, b, c, d, sixteens) => {
    f.repeat(sixteens, () => {
      const [first, second, third, fourth] = [a, b, c, d].map((row) => f.v128(v128.load(row)));
      [low, high].forEach((order, half) => {
        const firsts = f.v128(i8x16.shuffle(first!, second!, order));
        const seconds = f.v128(i8x16.shuffle(third!, fourth!, order));
        [LOW_PAIRS, HIGH_PAIRS].forEach((pairs, i) => {
          const four = f.v128(i8x16.shuffle(firsts, seconds, pairs));
          const packed = step === 4 ? four : i8x16.shuffle(four, four, lanes);
          f.do(v128.store(pixels, packed, (2 * half + i) * 4 * step));
        });
      });
      for (const row of [a, b, c, d]) f.add(row, 16);
      f.add(pixels, 16 * step);
    });
  });
}

/** Defines all of them. */
export function defineColorRows(m: ModuleBuilder): void {
  for (const shift of [0, 1]) {
    defineRgbRow(m, 'exact', shift, exactRounding);
    defineRgbRow(m, 'cut', shift, cutRounding);
    defineRgbRow(m, 'steps', shift, stepRounding);
    defineChromaRow(m, shift);
  }
  defineLumaRow(m);
  for (const step of [3, 4] as const) {
    defineSplit(m, step);
    defineJoin(m, step);
  }
}
