/**
 * The modes of `blend`, for samples of any depth: `a` is the sample of the first input (top), `b` that of the second (bottom). Where a
 * mode has a name in W3C "Compositing and Blending Level 1", its formula is the one there, in integers.
 */
import { roundHalfEven } from '../../base/math.ts';

/** One mode: a sample out of two. The result may have a fraction, and in some modes be below 0 or above the largest sample. */
export type BlendMode = (a: number, b: number) => number;

/** Mode by name. */
export type BlendModes = Readonly<Record<string, BlendMode>>;

const { fround, round, trunc } = Math;

/** What formulas share at a depth. */
function wordsOfDepth(depth: number) {
  const max = 2 ** depth - 1;
  const half = 2 ** (depth - 1);
  const clip = (value: number): number => (value < 0 ? 0 : value > max ? max : value);
  const multiply = (factor: number, a: number, b: number): number => factor * trunc((a * b) / max);
  const screen = (factor: number, a: number, b: number): number =>
    max - factor * trunc(((max - a) * (max - b)) / max);
  const burn = (a: number, b: number): number =>
    a <= 0 ? a : Math.max(0, max - trunc(((max - b) * (max + 1)) / a));
  const dodge = (a: number, b: number): number =>
    a >= max ? a : Math.min(max, trunc((b * (max + 1)) / (max - a)));
  const vivid = (a: number, b: number): number =>
    a < half ? burn(2 * a, b) : dodge(2 * (a - half), b);
  const wave = (x: number): number => fround(Math.cos(fround((x * Math.PI) / max)));
  return { max, half, clip, multiply, screen, burn, dodge, vivid, wave };
}

/** Table: mode => formula, for samples of `depth` bits. */
// biome-ignore format: a table
function modesOfDepth(depth: number): BlendModes {
  const { max, half, clip, multiply, screen, burn, dodge, vivid, wave } = wordsOfDepth(depth);
  return {
    normal: (a) => a,
    addition: (a, b) => Math.min(max, a + b),
    and: (a, b) => a & b,
    average: (a, b) => (a + b) >> 1,
    bleach: (a, b) => max - a - b,
    burn,
    darken: (a, b) => Math.min(a, b),
    difference: (a, b) => Math.abs(a - b),
    divide: (a, b) => clip(b === 0 ? max : trunc((max * a) / b)),
    dodge,
    exclusion: (a, b) => a + b - trunc((2 * a * b) / max),
    extremity: (a, b) => Math.abs(max - a - b),
    freeze: (a, b) => (b === 0 ? 0 : max - Math.min(trunc(((max - a) * (max - a)) / b), max)),
    geometric: (a, b) => round(Math.sqrt(a * b)),
    glow: (a, b) => (a === max ? a : Math.min(max, trunc((b * b) / (max - a)))),
    grainextract: (a, b) => clip(half + a - b),
    grainmerge: (a, b) => clip(a + b - half),
    hardlight: (a, b) => (b < half ? multiply(2, b, a) : screen(2, b, a)),
    hardmix: (a, b) => (a < max - b ? 0 : max),
    hardoverlay: (a, b) =>
      a === max ? max : Math.min(max, a > half ? trunc((max * b) / (2 * max - 2 * a)) : trunc((2 * a * b) / max)),
    harmonic: (a, b) => (a === 0 && b === 0 ? 0 : trunc((2 * a * b) / (a + b))),
    heat: (a, b) => (a === 0 ? 0 : max - Math.min(trunc(((max - b) * (max - b)) / a), max)),
    interpolate: (a, b) => roundHalfEven(fround(max * fround(fround(2 - wave(a)) - wave(b))) / 4),
    lighten: (a, b) => Math.max(a, b),
    linearlight: (a, b) => clip(b < half ? b + 2 * a - max : b + 2 * (a - half)),
    multiply: (a, b) => multiply(1, a, b),
    multiply128: (a, b) => clip(trunc(((a - half) * b) / (half / 4) + half)),
    negation: (a, b) => max - Math.abs(max - a - b),
    or: (a, b) => a | b,
    overlay: (a, b) => (a < half ? multiply(2, a, b) : screen(2, a, b)),
    phoenix: (a, b) => Math.min(a, b) - Math.max(a, b) + max,
    pinlight: (a, b) => (b < half ? Math.min(a, 2 * b) : Math.max(a, 2 * (b - half))),
    reflect: (a, b) => (b === max ? b : Math.min(max, trunc((a * a) / (max - b)))),
    screen: (a, b) => screen(1, a, b),
    softdifference: (a, b) =>
      a > b ? (b === max ? 0 : trunc(((a - b) * max) / (max - b))) : b === 0 ? 0 : trunc(((b - a) * max) / b),
    softlight: (a, b) => clip(trunc((a * a) / max) + 2 * trunc((b * trunc((a * (max - a)) / max)) / max)),
    stain: (a, b) => 2 * max - a - b,
    subtract: (a, b) => Math.max(0, a - b),
    vividlight: vivid,
    xor: (a, b) => a ^ b,
  };
}

const byDepth = new Map<number, BlendModes>();

/** The modes for samples of `depth` bits, 8 to 16. */
export function blendModes(depth: number): BlendModes {
  let modes = byDepth.get(depth);
  if (modes === undefined) {
    modes = modesOfDepth(depth);
    byDepth.set(depth, modes);
  }
  return modes;
}

const NAMES = /* @__PURE__ */ Object.keys(/* @__PURE__ */ modesOfDepth(8));

/** Names of modes; two have older names besides. */
export const BLEND_NAMES: Readonly<Record<string, number>> = /* @__PURE__ */ Object.fromEntries([
  ...NAMES.map((name, index) => [name, index]),
  ['addition128', NAMES.indexOf('grainmerge')],
  ['difference128', NAMES.indexOf('grainextract')],
]);
