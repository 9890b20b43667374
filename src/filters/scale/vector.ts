/**
 * The inner loops of the scaler with vector instructions: twins of `row-kernels.ts`, the same bits. Positions are bytes in one memory.
 * Weights of a row are padded with zeros to four or a multiple of eight, those of a column to a multiple of two; source rows and
 * lines have 16 bytes to spare behind them.
 */
import { i8x16, i16x8, i32, i32x4, type V128, v128 } from '../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../wasm/function-builder.ts';
import { type Exports, KernelModule } from '../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { defineColorRows } from './color-vectors.ts';
import { HIGH_PAIRS, LOW_PAIRS, words, ZERO } from './lanes.ts';

/** Sums of the four lanes of each of four vectors. */
function sumLanes(f: FunctionBuilder, a: V128, b: V128, c: V128, d: V128): V128 {
  const halves = (x: V128, y: V128) =>
    f.v128(
      i32x4.add(i8x16.shuffle(x, y, words(0, 1, 4, 5)), i8x16.shuffle(x, y, words(2, 3, 6, 7))),
    );
  return sumPairs(halves(a, b), halves(c, d));
}

/** Sums of neighboring lanes of two vectors. */
function sumPairs(a: V128, b: V128): V128 {
  return i32x4.add(i8x16.shuffle(a, b, words(0, 2, 4, 6)), i8x16.shuffle(a, b, words(1, 3, 5, 7)));
}

/** Four sums of a row as four samples of a line. */
function storeSums(f: FunctionBuilder, line: I32Local, sums: V128): void {
  const scaled = i32x4.shr_s(i32x4.add(sums, i32x4.splat(128)), 8);
  const narrow = f.v128(scaled);
  f.do(v128.store64_lane(line, i16x8.narrow_i32x4_s(narrow, narrow), 0));
  f.add(line, 8);
}

/** scaleRow4(source, start, weights, line, groups): four taps, four output samples a group. */
function defineScaleRow4(m: ModuleBuilder): void {
  m.defineProcedure('scaleRow4', 5, (f, source, start, weights, line, groups) => {
    f.repeat(groups, () => {
      const two = (first: number) => {
        const a = v128.load32_zero(i32.add(source, i32.load(start, first * 4)));
        const both = v128.load32_lane(i32.add(source, i32.load(start, first * 4 + 4)), a, 1);
        return f.v128(
          i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(both), v128.load(weights, first * 8)),
        );
      };
      storeSums(f, line, sumPairs(two(0), two(2)));
      f.add(start, 16);
      f.add(weights, 32);
    });
  });
}

/** scaleRow8(source, start, weights, line, groups): eight taps, four output samples a group. */
function defineScaleRow8(m: ModuleBuilder): void {
  m.defineProcedure('scaleRow8', 5, (f, source, start, weights, line, groups) => {
    f.repeat(groups, () => {
      const one = (index: number) =>
        f.v128(
          i32x4.dot_i16x8_s(
            v128.load8x8_u(i32.add(source, i32.load(start, index * 4))),
            v128.load(weights, index * 16),
          ),
        );
      storeSums(f, line, sumLanes(f, one(0), one(1), one(2), one(3)));
      f.add(start, 16);
      f.add(weights, 64);
    });
  });
}

/** scaleRowN(source, start, weights, line, groups, eights): a multiple of eight taps, four output samples a group. */
function defineScaleRowN(m: ModuleBuilder): void {
  m.defineProcedure('scaleRowN', 6, (f, source, start, weights, line, groups, eights) => {
    const sums = [0, 1, 2, 3].map(() => f.v128(ZERO()));
    const at = f.i32(0);
    f.repeat(groups, () => {
      sums.forEach((sum, index) => {
        f.set(at, i32.add(source, i32.load(start, index * 4)));
        f.set(sum, ZERO());
        f.repeat(eights, () => {
          f.set(sum, i32x4.add(sum, i32x4.dot_i16x8_s(v128.load8x8_u(at), v128.load(weights))));
          f.add(at, 8);
          f.add(weights, 16);
        });
      });
      storeSums(f, line, sumLanes(f, sums[0]!, sums[1]!, sums[2]!, sums[3]!));
      f.add(start, 16);
    });
  });
}

/** R, G, B, A of two pixels as four pairs of 16-bit lanes; the second operand of the shuffle is 0. */
const PIXEL_PAIRS = [0, 16, 4, 16, 1, 16, 5, 16, 2, 16, 6, 16, 3, 16, 7, 16];

/** scalePixelRow(source, start, weights, line, count, pairs): pixels of four samples; `start` in bytes; weights in pairs. */
function defineScalePixelRow(m: ModuleBuilder): void {
  m.defineProcedure('scalePixelRow', 6, (f, source, start, weights, line, count, pairs) => {
    const sum = f.v128(ZERO());
    const zero = f.v128(ZERO());
    const at = f.i32(0);
    f.repeat(count, () => {
      f.set(at, i32.add(source, i32.load(start)));
      f.set(sum, i32x4.splat(128));
      f.repeat(pairs, () => {
        const samples = i8x16.shuffle(v128.load64_zero(at), zero, PIXEL_PAIRS);
        f.set(sum, i32x4.add(sum, i32x4.dot_i16x8_s(samples, v128.load32_splat(weights))));
        f.add(at, 8);
        f.add(weights, 4);
      });
      f.set(sum, i32x4.shr_s(sum, 8));
      f.do(v128.store64_lane(line, i16x8.narrow_i32x4_s(sum, sum), 0));
      f.add(line, 8);
      f.add(start, 4);
    });
  });
}

/** blendLines(at, weights, pairs, target, eights): `at` points to the positions of the lines; eight samples a round. */
function defineBlendLines(m: ModuleBuilder): void {
  m.defineProcedure('blendLines', 5, (f, at, weights, pairs, target, eights) => {
    const low = f.v128(ZERO());
    const high = f.v128(ZERO());
    const first = f.v128(ZERO());
    const second = f.v128(ZERO());
    const weight = f.v128(ZERO());
    const offset = f.i32(0);
    const pointer = f.i32(0);
    const w = f.i32(0);
    f.repeat(eights, () => {
      f.set(low, i32x4.splat(1 << 19));
      f.set(high, i32x4.splat(1 << 19));
      f.set(pointer, at);
      f.set(w, weights);
      f.repeat(pairs, () => {
        f.set(first, v128.load(i32.add(i32.load(pointer), offset)));
        f.set(second, v128.load(i32.add(i32.load(pointer, 4), offset)));
        f.set(weight, v128.load32_splat(w));
        const products = (lanes: readonly number[]) =>
          i32x4.dot_i16x8_s(i8x16.shuffle(first, second, lanes), weight);
        f.set(low, i32x4.add(low, products(LOW_PAIRS)));
        f.set(high, i32x4.add(high, products(HIGH_PAIRS)));
        f.add(pointer, 8);
        f.add(w, 4);
      });
      f.set(low, i16x8.narrow_i32x4_s(i32x4.shr_s(low, 20), i32x4.shr_s(high, 20)));
      f.do(v128.store64_lane(target, i8x16.narrow_i16x8_u(low, low), 0));
      f.add(target, 8);
      f.add(offset, 16);
    });
  });
}

/** Pairs of taps up to which a row and a column have unrolled kernels. */
export const MAX_ROW_PAIRS = 6;
const MAX_COLUMN_PAIRS = 4;

/** Bytes of the record of eight output samples for `scalePairsN`: sixteen lanes, weights of each pair of taps, the first sample. */
export const groupBytes = (pairs: number): number => 16 + 32 * pairs + 16;

/**
 * scalePairsN(source, records, line, groups): N pairs of taps, eight output samples a group whose first taps lie within 15 samples. The
 * lanes of a record pick the two samples of each output out of 16 that begin at the group's first sample, and so for every later pair.
 */
function defineScalePairs(m: ModuleBuilder, pairs: number): void {
  m.defineProcedure(`scalePairs${pairs}`, 4, (f, source, record, line, groups) => {
    const at = f.i32(0);
    const [lanes, picked, low, high] = [ZERO(), ZERO(), ZERO(), ZERO()].map((v) => f.v128(v)) as [
      ...ReturnType<typeof f.v128>[],
    ];
    f.repeat(groups, () => {
      f.set(at, i32.add(source, i32.load(record, 16 + 32 * pairs)));
      f.set(lanes!, v128.load(record));
      f.set(low!, i32x4.splat(128));
      f.set(high!, i32x4.splat(128));
      for (let k = 0; k < pairs; k++) {
        const weights = 16 + 32 * k;
        f.set(picked!, i8x16.swizzle(v128.load(at, 2 * k), lanes!));
        const products = (samples: V128, offset: number) =>
          i32x4.dot_i16x8_s(samples, v128.load(record, offset));
        f.set(low!, i32x4.add(low!, products(i16x8.extend_low_i8x16_u(picked!), weights)));
        f.set(high!, i32x4.add(high!, products(i16x8.extend_high_i8x16_u(picked!), weights + 16)));
      }
      f.do(v128.store(line, i16x8.narrow_i32x4_s(i32x4.shr_s(low!, 8), i32x4.shr_s(high!, 8))));
      f.add(line, 16);
      f.add(record, groupBytes(pairs));
    });
  });
}

/** blendPairsN(at, weights, target, sixteens): N pairs of lines whose positions are at `at`; sixteen samples a round. */
function defineBlendPairs(m: ModuleBuilder, pairs: number): void {
  m.defineProcedure(`blendPairs${pairs}`, 4, (f, at, weights, target, sixteens) => {
    const lines = Array.from({ length: 2 * pairs }, (_, k) => f.i32(i32.load(at, 4 * k)));
    const weight = Array.from({ length: pairs }, (_, k) =>
      f.v128(v128.load32_splat(weights, 4 * k)),
    );
    const sums = Array.from({ length: 4 }, () => f.v128(ZERO()));
    const [first, second] = [f.v128(ZERO()), f.v128(ZERO())];
    f.repeat(sixteens, () => {
      for (const sum of sums) f.set(sum, i32x4.splat(1 << 19));
      for (let k = 0; k < pairs; k++) {
        for (const half of [0, 1]) {
          f.set(first, v128.load(lines[2 * k]!, 16 * half));
          f.set(second, v128.load(lines[2 * k + 1]!, 16 * half));
          [LOW_PAIRS, HIGH_PAIRS].forEach((lanes, i) => {
            const sum = sums[2 * half + i]!;
            const products = i32x4.dot_i16x8_s(i8x16.shuffle(first, second, lanes), weight[k]!);
            f.set(sum, i32x4.add(sum, products));
          });
        }
      }
      const [a, b, c, d] = sums.map((sum) => i32x4.shr_s(sum, 20)) as [V128, V128, V128, V128];
      f.do(
        v128.store(
          target,
          i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)),
        ),
      );
      f.add(target, 16);
      for (const line of lines) f.add(line, 32);
    });
  });
}

const THREE_TO_FOUR = [0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, 16];
const FOUR_TO_THREE = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16, 16, 16, 16];

/** spread3(source, target, fours) and pack3: pixels of three samples as pixels of four, the last 255, and back. */
function defineRepacking(m: ModuleBuilder): void {
  m.defineProcedure('spread3', 3, (f, source, target, fours) => {
    const ones = f.v128(i8x16.splat(255));
    f.repeat(fours, () => {
      f.do(v128.store(target, i8x16.shuffle(v128.load(source), ones, THREE_TO_FOUR)));
      f.add(source, 12);
      f.add(target, 16);
    });
  });
  m.defineProcedure('pack3', 3, (f, source, target, fours) => {
    const zero = f.v128(ZERO());
    f.repeat(fours, () => {
      f.do(v128.store(target, i8x16.shuffle(v128.load(source), zero, FOUR_TO_THREE)));
      f.add(source, 16);
      f.add(target, 12);
    });
  });
}

/** The kernel that blends lines of `pairs` pairs of taps: positions of the lines, weights, where the row goes, its samples. */
export function blendKernel(
  exports: Exports,
  pairs: number,
): (at: number, weights: number, target: number, count: number) => void {
  if (pairs > MAX_COLUMN_PAIRS) {
    const kernel = exports.blendLines!;
    return (at, weights, target, count) => kernel(at, weights, pairs, target, (count + 7) >> 3);
  }
  const kernel = exports[`blendPairs${pairs}`]!;
  return (at, weights, target, count) => kernel(at, weights, target, (count + 15) >> 4);
}

/** All of them; a memory is made for each scaler. */
export const SCALE_KERNELS: KernelModule = /* @__PURE__ */ new KernelModule('scale', (m) => {
  defineScaleRow4(m);
  defineScaleRow8(m);
  defineScaleRowN(m);
  defineScalePixelRow(m);
  defineBlendLines(m);
  for (let pairs = 1; pairs <= MAX_ROW_PAIRS; pairs++) defineScalePairs(m, pairs);
  for (let pairs = 1; pairs <= MAX_COLUMN_PAIRS; pairs++) defineBlendPairs(m, pairs);
  defineRepacking(m);
  defineColorRows(m);
});
