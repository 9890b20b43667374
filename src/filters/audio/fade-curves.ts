/** How a fade goes from 0 to 1: the curves of `afade` and `acrossfade`, by ffmpeg's names and formulas. */
import { exp2, log2 } from '../../base/exp-log.ts';
import { cosine, sine } from '../../dsp/circle.ts';

const LOG2_E = Math.LOG2E;
const exponential = (x: number): number => (x < -700 ? 0 : exp2(x * LOG2_E));
const cube = (x: number): number => x * x * x;
const sinc = (x: number): number => (x === 0 ? 1 : sine(Math.PI * x) / (Math.PI * x));

/** 1 / (1 + e^(-x)), cut off where it is 0.787 of the way and stretched to 0..1. */
function logistic(g: number): number {
  const steepness = 1 / (1 - 0.787) - 1;
  const at = (x: number) => 1 / (1 + exponential(-x));
  const [low, high] = [at(-steepness), at(steepness)];
  return (at((g - 0.5) * steepness * 2) - low) / (high - low);
}

/** Table: name => part of full level at the part `g` of the fade, 0 to 1. */
const CURVES: Readonly<Record<string, (g: number) => number>> = {
  tri: (g) => g,
  qsin: (g) => sine((g * Math.PI) / 2),
  esin: (g) => 1 - cosine((Math.PI / 4) * (cube(2 * g - 1) + 1)),
  hsin: (g) => (1 - cosine(g * Math.PI)) / 2,
  log: (g) => (g <= 0 ? 0 : Math.min(1, Math.max(0, 1 + (0.2 * log2(g)) / log2(10)))),
  ipar: (g) => 1 - (1 - g) * (1 - g),
  qua: (g) => g * g,
  cub: cube,
  squ: (g) => Math.sqrt(g),
  cbr: (g) => Math.cbrt(g),
  par: (g) => 1 - Math.sqrt(1 - g),
  // 100 dB from end to end.
  exp: (g) => exponential(-11.512925464970227 * (1 - g)),
  iqsin: (g) => (2 / Math.PI) * Math.asin(g),
  ihsin: (g) => Math.acos(1 - 2 * g) / Math.PI,
  dese: (g) => (g <= 0.5 ? Math.cbrt(2 * g) / 2 : 1 - Math.cbrt(2 * (1 - g)) / 2),
  desi: (g) => (g <= 0.5 ? cube(2 * g) / 2 : 1 - cube(2 * (1 - g)) / 2),
  losi: logistic,
  sinc: (g) => sinc(1 - g),
  isinc: (g) => 1 - sinc(g),
  nofade: () => 1,
};

/** Names of the curves, in the order of their numbers in ffmpeg, but for `nofade`, which is -1 there. */
export const FADE_CURVES: Readonly<Record<string, number>> = /* @__PURE__ */ Object.fromEntries(
  Object.keys(CURVES).map((name, i) => [name, name === 'nofade' ? -1 : i]),
);

const BY_NUMBER: ReadonlyMap<number, (g: number) => number> = /* @__PURE__ */ new Map(
  Object.entries(CURVES).map(([name, curve]) => [FADE_CURVES[name], curve]),
);

/**
 * Part of full level at sample `index` of a fade of `length` samples, 0 before it and 1 after it. Rounded to float32: functions of the
 * engine may differ in a last bit, the gains must not.
 */
export function fadeGain(curve: number, index: number, length: number): number {
  const g = Math.min(1, Math.max(0, index / length));
  return Math.fround(BY_NUMBER.get(curve)!(g));
}
