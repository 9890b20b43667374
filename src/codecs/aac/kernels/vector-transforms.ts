/**
 * The transforms of contract-transforms.ts with vector instructions, two float64 at a time: the same sums in the same order as dsp/fft.ts,
 * dsp/mdct.ts and plain-transforms.ts, and so the same bits.
 */
import { f64x2, type I32, i8x16, i32, i32x4, type V128, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, V128Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';

/** Defines all of them. */
export function defineTransforms(m: ModuleBuilder): void {
  defineRadix4(m);
  defineFirstStage4(m);
  defineFirstStage8(m);
  defineFirstStage8Windowed(m);
  defineFold(m);
  defineRotateBack(m);
  defineSumBands(m);
}

/** Two lanes of 64 bits of two vectors, for `i8x16.shuffle`: 0 and 1 are those of the first, 2 and 3 those of the second. */
const lanesOf = (first: number, second: number) =>
  [first, second].flatMap((lane) => Array.from({ length: 8 }, (_, i) => 8 * lane + i));

/** The two lanes the other way round. */
const swapped = (a: V128Local): V128 => i8x16.shuffle(a, a, lanesOf(1, 0));

const zeros = (f: FunctionBuilder): V128Local => f.v128(i32x4.splat(0));

type Six = [V128Local, V128Local, V128Local, V128Local, V128Local, V128Local];
const sixOf = (f: FunctionBuilder): Six => [
  zeros(f),
  zeros(f),
  zeros(f),
  zeros(f),
  zeros(f),
  zeros(f),
];

/** See `radix4Stage` of dsp/fft-kernels.ts. Positions, `size` and `h` in bytes; `twiddles` has those of two j side by side. */
function defineRadix4(m: ModuleBuilder): void {
  m.defineProcedure('radix4Stage', 5, (f, re, im, size, h, twiddles) => {
    const w = sixOf(f);
    const [w1r, w1i, w2r, w2i, w3r, w3i] = w;
    const [x1r, x1i, x2r, x2i, x3r, x3i] = sixOf(f);
    const r = zeros(f);
    const i = zeros(f);
    const e0r = zeros(f);
    const e0i = zeros(f);
    const j = f.i32(0);
    const t = f.i32(twiddles);
    const r0 = f.i32(0);
    const i0 = f.i32(0);
    const r2 = f.i32(0);
    const i2 = f.i32(0);
    const end = f.i32(i32.add(re, size));
    /** x = number at (r, i) times w. */
    const turn = (xr: V128Local, xi: V128Local, wr: V128, wi: V128, atR: I32, atI: I32) => {
      f.set(r, v128.load(atR));
      f.set(i, v128.load(atI));
      f.set(xr, f64x2.sub(f64x2.mul(r, wr), f64x2.mul(i, wi)));
      f.set(xi, f64x2.add(f64x2.mul(r, wi), f64x2.mul(i, wr)));
    };
    f.while(i32.lt_s(j, h), () => {
      for (const [n, local] of w.entries()) f.set(local, v128.load(t, 16 * n));
      f.set(r0, i32.add(re, j));
      f.set(i0, i32.add(im, j));
      f.while(i32.lt_s(r0, end), () => {
        f.set(r2, i32.add(r0, i32.shl(h, 1)));
        f.set(i2, i32.add(i0, i32.shl(h, 1)));
        turn(x1r, x1i, w1r, w1i, i32.add(r0, h), i32.add(i0, h));
        turn(x2r, x2i, w2r, w2i, r2, i2);
        turn(x3r, x3i, w3r, w3i, i32.add(r2, h), i32.add(i2, h));
        f.set(r, v128.load(r0));
        f.set(i, v128.load(i0));
        f.set(e0r, f64x2.add(r, x1r));
        f.set(e0i, f64x2.add(i, x1i));
        // e1 takes the place of x1, o0 that of w's numbers r and i, o1 that of x3.
        f.set(x1r, f64x2.sub(r, x1r));
        f.set(x1i, f64x2.sub(i, x1i));
        f.set(r, f64x2.add(x2r, x3r));
        f.set(i, f64x2.add(x2i, x3i));
        f.set(x3r, f64x2.sub(x2r, x3r));
        f.set(x3i, f64x2.sub(x2i, x3i));
        f.do(v128.store(r0, f64x2.add(e0r, r)), v128.store(i0, f64x2.add(e0i, i)));
        f.do(v128.store(r2, f64x2.sub(e0r, r)), v128.store(i2, f64x2.sub(e0i, i)));
        f.do(v128.store(i32.add(r0, h), f64x2.add(x1r, x3i)));
        f.do(v128.store(i32.add(i0, h), f64x2.sub(x1i, x3r)));
        f.do(v128.store(i32.add(r2, h), f64x2.sub(x1r, x3i)));
        f.do(v128.store(i32.add(i2, h), f64x2.add(x1i, x3r)));
        f.add(r0, i32.shl(h, 2));
        f.add(i0, i32.shl(h, 2));
      });
      f.add(t, 96);
      f.add(j, 16);
    });
  });
}

/** Two complex numbers, a lane each. */
interface Complex {
  readonly re: V128Local;
  readonly im: V128Local;
}

/** Transforms four: sums and differences, then both together, as `firstStage4`. The results are new locals. */
function butterfly4(f: FunctionBuilder, a: readonly Complex[]): Complex[] {
  const plus = (p: Complex, q: Complex): Complex => ({
    re: f.v128(f64x2.add(p.re, q.re)),
    im: f.v128(f64x2.add(p.im, q.im)),
  });
  const minus = (p: Complex, q: Complex): Complex => ({
    re: f.v128(f64x2.sub(p.re, q.re)),
    im: f.v128(f64x2.sub(p.im, q.im)),
  });
  const [a0, a1, a2, a3] = a as [Complex, Complex, Complex, Complex];
  const s0 = plus(a0, a1);
  const d0 = minus(a0, a1);
  const s1 = plus(a2, a3);
  const d1 = minus(a2, a3);
  return [
    plus(s0, s1),
    { re: f.v128(f64x2.add(d0.re, d1.im)), im: f.v128(f64x2.sub(d0.im, d1.re)) },
    minus(s0, s1),
    { re: f.v128(f64x2.sub(d0.re, d1.im)), im: f.v128(f64x2.add(d0.im, d1.re)) },
  ];
}

/** Stores number k of `row`: lane 0 at `first`, lane 1 at `second`, positions of runs of a transform in the arrays of parts. */
function storeRun(f: FunctionBuilder, value: V128, k: number, first: I32, second: I32): void {
  const local = f.v128(value);
  f.do(v128.store64_lane(first, local, 0, 8 * k), v128.store64_lane(second, local, 1, 8 * k));
}

/** Where two runs of results lie. */
interface Runs {
  readonly firstRe: I32;
  readonly firstIm: I32;
  readonly secondRe: I32;
  readonly secondIm: I32;
}

/** Transforms eight, as `firstStage8`, and stores them. */
function butterfly8(f: FunctionBuilder, a: readonly Complex[], to: Runs): void {
  const [e0, e1, e2, e3] = butterfly4(f, a.slice(0, 4)) as [Complex, Complex, Complex, Complex];
  const [p0, p1, p2, p3] = butterfly4(f, a.slice(4)) as [Complex, Complex, Complex, Complex];
  const root = f64x2.const(Math.SQRT1_2, Math.SQRT1_2);
  const minusRoot = f64x2.const(-Math.SQRT1_2, -Math.SQRT1_2);
  const o1 = {
    re: f.v128(f64x2.mul(root, f64x2.add(p1.re, p1.im))),
    im: f.v128(f64x2.mul(root, f64x2.sub(p1.im, p1.re))),
  };
  const o3 = {
    re: f.v128(f64x2.mul(root, f64x2.sub(p3.im, p3.re))),
    im: f.v128(f64x2.mul(minusRoot, f64x2.add(p3.re, p3.im))),
  };
  const both = (k: number, e: Complex, oRe: V128, oIm: V128, negatedIm: boolean) => {
    storeRun(f, f64x2.add(e.re, oRe), k, to.firstRe, to.secondRe);
    storeRun(f, f64x2.sub(e.re, oRe), k + 4, to.firstRe, to.secondRe);
    const plus = negatedIm ? f64x2.sub : f64x2.add;
    const minus = negatedIm ? f64x2.add : f64x2.sub;
    storeRun(f, plus(e.im, oIm), k, to.firstIm, to.secondIm);
    storeRun(f, minus(e.im, oIm), k + 4, to.firstIm, to.secondIm);
  };
  both(0, e0, p0.re, p0.im, false);
  both(1, e1, o1.re, o1.im, false);
  // Times -i: (im, -re).
  both(2, e2, p2.im, p2.re, true);
  both(3, e3, o3.re, o3.im, false);
}

/**
 * `firstStage8` of numbers that lie apart: number e of run g at e · `distance` + 8g from `fromRe`; see `scatterTable`.
 * @param pairs of runs
 */
function defineFirstStage8(m: ModuleBuilder): void {
  m.defineProcedure('firstStage8', 6, (f, fromRe, fromIm, distance, re, im, pairs) => {
    const at = f.i32(0);
    const firstRe = f.i32(re);
    const firstIm = f.i32(im);
    f.repeat(pairs, () => {
      const load = (from: I32, e: number) =>
        f.v128(v128.load(i32.add(i32.add(from, at), i32.mul(distance, e))));
      const a = Array.from({ length: 8 }, (_, e) => ({ re: load(fromRe, e), im: load(fromIm, e) }));
      const secondRe = f.i32(i32.add(firstRe, 64));
      const secondIm = f.i32(i32.add(firstIm, 64));
      butterfly8(f, a, { firstRe, firstIm, secondRe, secondIm });
      f.add(at, 16);
      f.add(firstRe, 128);
      f.add(firstIm, 128);
    });
  });
}

/** `firstStage4` of numbers that lie apart, likewise. */
function defineFirstStage4(m: ModuleBuilder): void {
  m.defineProcedure('firstStage4', 6, (f, fromRe, fromIm, distance, re, im, pairs) => {
    const at = f.i32(0);
    const toRe = f.i32(re);
    const toIm = f.i32(im);
    f.repeat(pairs, () => {
      const load = (from: I32, e: number) =>
        f.v128(v128.load(i32.add(i32.add(from, at), i32.mul(distance, e))));
      const a = Array.from({ length: 4 }, (_, e) => ({ re: load(fromRe, e), im: load(fromIm, e) }));
      butterfly4(f, a).forEach((value, k) => {
        storeRun(f, value.re, k, toRe, i32.add(toRe, 32));
        storeRun(f, value.im, k, toIm, i32.add(toIm, 32));
      });
      f.add(at, 16);
      f.add(toRe, 64);
      f.add(toIm, 64);
    });
  });
}

/**
 * `firstStage8Windowed` of dsp/fft-kernels.ts for 2048 samples.
 * @param real, imaginary positions of samples; `places`: where run n begins, bytes as words
 */
function defineFirstStage8Windowed(m: ModuleBuilder): void {
  m.defineProcedure('firstStage8Windowed', 6, (f, real, imaginary, window, places, re, im) => {
    const run = 2048;
    const order = [0, 4, 2, 6, 1, 5, 3, 7];
    const at = f.i32(0);
    const place = f.i32(places);
    f.repeat(128, () => {
      const a = order.map((part) => {
        const weight = f.v128(v128.load(i32.add(window, at), part * run));
        return {
          re: f.v128(f64x2.mul(v128.load(i32.add(real, at), part * run), weight)),
          im: f.v128(f64x2.mul(v128.load(i32.add(imaginary, at), part * run), weight)),
        };
      });
      const first = f.i32(i32.load(place));
      const second = f.i32(i32.load(place, 4));
      butterfly8(f, a, {
        firstRe: f.i32(i32.add(re, first)),
        firstIm: f.i32(i32.add(im, first)),
        secondRe: f.i32(i32.add(re, second)),
        secondIm: f.i32(i32.add(im, second)),
      });
      f.add(at, 16);
      f.add(place, 8);
    });
  });
}

/**
 * `foldWindowed` of dsp/mdct.ts: point n and its mirror are lanes 0 and 1.
 * @param size bytes of as many float64 as the transform has lines
 * @param table for each n: cosines and sines of n and mirror (32 bytes), and where both go in `re` and `im`, bytes as words (8)
 */
function defineFold(m: ModuleBuilder): void {
  m.defineProcedure('fold', 7, (f, input, window, size, table, re, im, count) => {
    // a, b: the middle of the first half; c, d: that of the second. Each is the position of the number after it.
    const up = f.i32(0);
    const down = f.i32(-16);
    const entry = f.i32(table);
    const inputB = f.i32(i32.add(input, i32.shr_u(size, 1)));
    const windowB = f.i32(i32.add(window, i32.shr_u(size, 1)));
    const inputD = f.i32(i32.add(inputB, size));
    const windowD = f.i32(i32.add(windowB, size));
    const product = (samples: I32, weights: I32, by: I32) =>
      f64x2.mul(v128.load(i32.add(samples, by)), v128.load(i32.add(weights, by)));
    const ending = zeros(f);
    const first = zeros(f);
    const second = zeros(f);
    f.repeat(count, () => {
      f.set(ending, product(inputD, windowD, down));
      f.set(first, f64x2.sub(f64x2.neg(swapped(ending)), product(inputD, windowD, up)));
      f.set(ending, product(inputB, windowB, down));
      f.set(second, f64x2.sub(swapped(ending), product(inputB, windowB, up)));
      const x = f.v128(i8x16.shuffle(first, second, lanesOf(0, 3)));
      const y = f.v128(i8x16.shuffle(second, first, lanesOf(0, 3)));
      const cos = f.v128(v128.load(entry));
      const sin = f.v128(v128.load(entry, 16));
      const real = f.v128(f64x2.add(f64x2.mul(x, cos), f64x2.mul(y, sin)));
      const imaginary = f.v128(f64x2.sub(f64x2.mul(y, cos), f64x2.mul(x, sin)));
      const place = f.i32(i32.load(entry, 32));
      const mirror = f.i32(i32.load(entry, 36));
      f.do(v128.store64_lane(i32.add(re, place), real, 0));
      f.do(v128.store64_lane(i32.add(im, place), imaginary, 0));
      f.do(v128.store64_lane(i32.add(re, mirror), real, 1));
      f.do(v128.store64_lane(i32.add(im, mirror), imaginary, 1));
      f.add(up, 16);
      f.add(down, -16);
      f.add(entry, 40);
    });
  });
}

/**
 * `rotateBack` of dsp/mdct.ts, two k at a time.
 * @param table cosines of two k, their sines; `last` position of the last line
 */
function defineRotateBack(m: ModuleBuilder): void {
  m.defineProcedure('rotateBack', 6, (f, re, im, table, to, last, count) => {
    const at = f.i32(0);
    const up = f.i32(to);
    const down = f.i32(last);
    const entry = f.i32(table);
    const real = zeros(f);
    const imaginary = zeros(f);
    const cos = zeros(f);
    const sin = zeros(f);
    const two = f.v128(f64x2.const(2, 2));
    f.repeat(count, () => {
      f.set(real, v128.load(i32.add(re, at)));
      f.set(imaginary, v128.load(i32.add(im, at)));
      f.set(cos, v128.load(entry));
      f.set(sin, v128.load(entry, 16));
      const even = f.v128(
        f64x2.mul(two, f64x2.add(f64x2.mul(real, cos), f64x2.mul(imaginary, sin))),
      );
      const odd = f.v128(
        f64x2.mul(two, f64x2.sub(f64x2.mul(real, sin), f64x2.mul(imaginary, cos))),
      );
      f.do(v128.store64_lane(up, even, 0), v128.store64_lane(up, even, 1, 16));
      f.do(v128.store64_lane(down, odd, 0), v128.store64_lane(i32.sub(down, 16), odd, 1));
      f.add(at, 16);
      f.add(up, 32);
      f.add(down, -32);
      f.add(entry, 32);
    });
  });
}

/**
 * `sumBands` of plain-transforms.ts: lane 0 is the first block.
 * @param distance from `re` to `im`; @param bands how many lines each has, words; `noise` energies to begin with; `gains` by line
 * @param energyA, energyB receive float64
 */
function defineSumBands(m: ModuleBuilder): void {
  m.defineProcedure(
    'sumBands',
    8,
    (f, re, distance, bands, noise, gains, energyA, energyB, numBands) => {
      const line = f.i32(re);
      const mirror = f.i32(i32.add(re, 8 * 2048));
      const gain = f.i32(gains);
      const at = f.i32(0);
      const sums = zeros(f);
      const near = zeros(f);
      const far = zeros(f);
      // Line 0 is its own mirror.
      f.set(near, v128.load64_zero(re));
      f.do(v128.store64_lane(mirror, near, 0));
      f.set(near, v128.load64_zero(i32.add(re, distance)));
      f.do(v128.store64_lane(i32.add(mirror, distance), near, 0));
      f.repeat(numBands, () => {
        f.set(sums, v128.load64_splat(i32.add(noise, at)));
        f.repeat(i32.load(i32.add(bands, i32.shr_u(at, 1))), () => {
          f.set(near, v128.load64_zero(line));
          f.set(near, v128.load64_lane(i32.add(line, distance), near, 1));
          f.set(far, v128.load64_zero(mirror));
          f.set(far, v128.load64_lane(i32.add(mirror, distance), far, 1));
          const sum = f.v128(f64x2.add(near, far));
          const difference = f.v128(f64x2.sub(near, far));
          const cross = f.v128(swapped(difference));
          const energy = f64x2.add(f64x2.mul(sum, sum), f64x2.mul(cross, cross));
          f.set(sums, f64x2.add(sums, f64x2.mul(energy, v128.load64_splat(gain))));
          f.add(line, 8);
          f.add(mirror, -8);
          f.add(gain, 8);
        });
        f.do(v128.store64_lane(i32.add(energyA, at), sums, 0));
        f.do(v128.store64_lane(i32.add(energyB, at), sums, 1));
        f.add(at, 8);
      });
    },
  );
}
