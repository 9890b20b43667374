/**
 * Modes of `blend` with vector instructions: twins of the formulas of `blend-modes.ts` that need no division by a sample. The kernel
 * of a mode is `blend_NAME(a, b, target, sixteens)`: sixteen samples a round.
 */
import { f32x4, i8x16, i16x8, i32x4, type V128, v128 } from '../../wasm/expressions.ts';
import type { FunctionBuilder, V128Local } from '../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../wasm/module-builder.ts';

/** Eight samples out of two times eight, all 0..255 in lanes of 16 bits. */
type LaneMode = (f: FunctionBuilder, a: V128Local, b: V128Local) => V128;

const all = (value: number): V128 => i16x8.splat(value);
const clip = (value: V128): V128 => i16x8.min_s(i16x8.max_s(value, all(0)), all(255));
const flip = (value: V128): V128 => i16x8.sub(all(255), value);
const sum = (a: V128, b: V128): V128 => i16x8.add(a, b);

/** floor(x / 255) for x of 0..65025: (x + 1 + (x >> 8)) >> 8. */
function divide255(f: FunctionBuilder, value: V128): V128 {
  const x = f.v128(value);
  return i16x8.shr_u(sum(sum(x, all(1)), i16x8.shr_u(x, 8)), 8);
}

const product = (f: FunctionBuilder, a: V128, b: V128): V128 => divide255(f, i16x8.mul(a, b));
const screened = (f: FunctionBuilder, a: V128, b: V128): V128 => product(f, flip(a), flip(b));

/** Twice the product where `by` is below 128, else the doubled screen. */
function splitAtHalf(f: FunctionBuilder, a: V128Local, b: V128Local, by: V128Local): V128 {
  const dark = i16x8.shl(product(f, a, b), 1);
  const light = flip(i16x8.shl(screened(f, a, b), 1));
  return v128.bitselect(dark, light, i16x8.lt_s(by, all(128)));
}

/** a + b - floor(2ab / 255); of ab / 255 the double of quotient and remainder. */
function exclusion(f: FunctionBuilder, a: V128Local, b: V128Local): V128 {
  const ab = f.v128(i16x8.mul(a, b));
  const quotient = f.v128(divide255(f, ab));
  const remainder = i16x8.sub(ab, i16x8.mul(quotient, all(255)));
  // A comparison leaves -1 where it holds.
  const half = i16x8.gt_s(remainder, all(127));
  return sum(i16x8.sub(sum(a, b), i16x8.shl(quotient, 1)), half);
}

/** Twice `b` and its distance from the middle, for the modes that bend there. */
const twice = (value: V128): V128 => i16x8.shl(value, 1);
const twiceAboveHalf = (value: V128): V128 => i16x8.shl(i16x8.sub(value, all(128)), 1);
const belowHalf = (value: V128): V128 => i16x8.lt_s(value, all(128));

/** Table: mode => formula over lanes. */
// biome-ignore format: a table
const LANE_MODES: Readonly<Record<string, LaneMode>> = {
  addition: (_, a, b) => i16x8.min_s(sum(a, b), all(255)),
  and: (_, a, b) => v128.and(a, b),
  average: (_, a, b) => i16x8.shr_u(sum(a, b), 1),
  bleach: (_, a, b) => i16x8.sub(flip(a), b),
  darken: (_, a, b) => i16x8.min_s(a, b),
  difference: (_, a, b) => i16x8.abs(i16x8.sub(a, b)),
  exclusion,
  extremity: (_, a, b) => i16x8.abs(i16x8.sub(flip(a), b)),
  grainextract: (_, a, b) => clip(i16x8.sub(sum(a, all(128)), b)),
  grainmerge: (_, a, b) => clip(i16x8.sub(sum(a, b), all(128))),
  hardlight: (f, a, b) => splitAtHalf(f, a, b, b),
  hardmix: (_, a, b) => v128.not(i16x8.lt_s(a, flip(b))),
  lighten: (_, a, b) => i16x8.max_s(a, b),
  linearlight: (_, a, b) =>
    clip(v128.bitselect(i16x8.sub(sum(b, twice(a)), all(255)), sum(b, twiceAboveHalf(a)), belowHalf(b))),
  multiply: product,
  multiply128: (_, a, b) => clip(sum(i16x8.shr_s(i16x8.mul(i16x8.sub(a, all(128)), b), 5), all(128))),
  negation: (_, a, b) => flip(i16x8.abs(i16x8.sub(flip(a), b))),
  or: (_, a, b) => v128.or(a, b),
  overlay: (f, a, b) => splitAtHalf(f, a, b, a),
  phoenix: (_, a, b) => sum(i16x8.sub(i16x8.min_s(a, b), i16x8.max_s(a, b)), all(255)),
  pinlight: (_, a, b) => v128.bitselect(i16x8.min_s(a, twice(b)), i16x8.max_s(a, twiceAboveHalf(b)), belowHalf(b)),
  screen: (f, a, b) => flip(screened(f, a, b)),
  stain: (_, a, b) => i16x8.sub(i16x8.sub(all(510), a), b),
  subtract: (_, a, b) => i16x8.max_s(i16x8.sub(a, b), all(0)),
  xor: (_, a, b) => v128.xor(a, b),
};

/** The modes whose results may leave 0..255, of which the low byte counts. */
const WRAPPING: ReadonlySet<string> = new Set(['bleach', 'hardmix', 'stain']);

/** The modes that have a kernel. */
export const VECTOR_MODES: ReadonlySet<string> = new Set(Object.keys(LANE_MODES));

/** Sixteen samples of 8 bits as two times eight of 16. */
const halvesOf = (value: V128Local): readonly V128[] => [
  i16x8.extend_low_i8x16_u(value),
  i16x8.extend_high_i8x16_u(value),
];

function defineMode(m: ModuleBuilder, name: string, mode: LaneMode): void {
  m.defineProcedure(`blend_${name}`, 4, (f, a, b, target, sixteens) => {
    f.repeat(sixteens, () => {
      const [first, second] = [f.v128(v128.load(a)), f.v128(v128.load(b))];
      const seconds = halvesOf(second);
      const [low, high] = halvesOf(first).map((half, i) => {
        const mixed = mode(f, f.v128(half), f.v128(seconds[i]!));
        return f.v128(WRAPPING.has(name) ? v128.and(mixed, all(255)) : mixed);
      });
      f.do(v128.store(target, i8x16.narrow_i16x8_u(low!, high!)));
      f.add(a, 16);
      f.add(b, 16);
      f.add(target, 16);
    });
  });
}

/** Sixteen samples of 8 bits as four times four of float32. */
function quartersOf(f: FunctionBuilder, value: V128): V128Local[] {
  const bytes = f.v128(value);
  return halvesOf(bytes).flatMap((half) => {
    const words = f.v128(half);
    return [
      f.v128(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words))),
      f.v128(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words))),
    ];
  });
}

/** Four times four of float32, without their fractions, as sixteen samples. */
function truncated(quarters: readonly V128[]): V128 {
  const [a, b, c, d] = quarters.map(i32x4.trunc_sat_f32x4_s) as [V128, V128, V128, V128];
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** fade(a, target, parameters, sixteens): target = a + (target - a) · opacity; mixed(a, b, target, …): a · opacity + b · (1 - opacity). */
function defineOpacity(m: ModuleBuilder): void {
  m.defineProcedure('fade', 4, (f, a, target, parameters, sixteens) => {
    const opacity = f.v128(v128.load32_splat(parameters));
    f.repeat(sixteens, () => {
      const first = quartersOf(f, v128.load(a));
      const second = quartersOf(f, v128.load(target));
      const faded = first.map((top, i) =>
        f32x4.add(top, f32x4.mul(f32x4.sub(second[i]!, top), opacity)),
      );
      f.do(v128.store(target, truncated(faded)));
      f.add(a, 16);
      f.add(target, 16);
    });
  });
  m.defineProcedure('mixed', 5, (f, a, b, target, parameters, sixteens) => {
    const opacity = f.v128(v128.load32_splat(parameters));
    const rest = f.v128(v128.load32_splat(parameters, 4));
    f.repeat(sixteens, () => {
      const first = quartersOf(f, v128.load(a));
      const second = quartersOf(f, v128.load(b));
      const both = first.map((top, i) =>
        f32x4.add(f32x4.mul(top, opacity), f32x4.mul(second[i]!, rest)),
      );
      f.do(v128.store(target, truncated(both)));
      f.add(a, 16);
      f.add(b, 16);
      f.add(target, 16);
    });
  });
}

/** over(from, target, opacity, sixteens): target = (target · (255 - a) + from · a) / 255, rounded. */
function defineOver(m: ModuleBuilder): void {
  m.defineProcedure('over', 4, (f, from, target, opacity, sixteens) => {
    f.repeat(sixteens, () => {
      const [source, main, alpha] = [from, target, opacity].map((at) => f.v128(v128.load(at))) as [
        ...V128Local[],
      ];
      const [mains, alphas] = [halvesOf(main!), halvesOf(alpha!)];
      const [low, high] = halvesOf(source!).map((half, i) => {
        const a = f.v128(alphas[i]!);
        const total = f.v128(sum(sum(i16x8.mul(mains[i]!, flip(a)), i16x8.mul(half, a)), all(128)));
        return f.v128(i16x8.shr_u(sum(total, i16x8.shr_u(total, 8)), 8));
      });
      f.do(v128.store(target, i8x16.narrow_i16x8_u(low!, high!)));
      f.add(from, 16);
      f.add(target, 16);
      f.add(opacity, 16);
    });
  });
}

/** Defines the kernels of `blend` and `overlay`. */
export function defineBlending(m: ModuleBuilder): void {
  for (const [name, mode] of Object.entries(LANE_MODES)) defineMode(m, name, mode);
  defineOpacity(m);
  defineOver(m);
}
