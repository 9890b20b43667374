/**
 * The modes of `blend`, in 8 bits: `a` is the sample of the first input (top), `b` that of the second (bottom). Where a mode has a
 * name in W3C "Compositing and Blending Level 1", its formula is the one there, in integers.
 */

/** One mode: a sample out of two, 0..255 after clipping and dropping the fraction. */
export type BlendMode = (a: number, b: number) => number;

const trunc = Math.trunc;
const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);
const multiply = (factor: number, a: number, b: number): number => factor * trunc((a * b) / 255);
const screen = (factor: number, a: number, b: number): number =>
  255 - factor * trunc(((255 - a) * (255 - b)) / 255);
const burn = (a: number, b: number): number =>
  a <= 0 ? a : Math.max(0, 255 - trunc(((255 - b) * 256) / a));
const dodge = (a: number, b: number): number =>
  a >= 255 ? a : Math.min(255, trunc((b * 256) / (255 - a)));
const vivid = (a: number, b: number): number =>
  a < 128 ? burn(2 * a, b) : dodge(2 * (a - 128), b);
const wave = (x: number): number => Math.cos((x * Math.PI) / 255);

/** Table: mode => formula. */
// biome-ignore format: a table
export const BLEND_MODES: Readonly<Record<string, BlendMode>> = {
  normal: (a) => a,
  addition: (a, b) => Math.min(255, a + b),
  and: (a, b) => a & b,
  average: (a, b) => (a + b) >> 1,
  bleach: (a, b) => 255 - a - b,
  burn,
  darken: (a, b) => Math.min(a, b),
  difference: (a, b) => Math.abs(a - b),
  divide: (a, b) => clip(b === 0 ? 255 : trunc((255 * a) / b)),
  dodge,
  exclusion: (a, b) => a + b - trunc((2 * a * b) / 255),
  extremity: (a, b) => Math.abs(255 - a - b),
  freeze: (a, b) => (b === 0 ? 0 : 255 - Math.min(trunc(((255 - a) * (255 - a)) / b), 255)),
  geometric: (a, b) => Math.sqrt(a * b),
  glow: (a, b) => (a === 255 ? a : Math.min(255, trunc((b * b) / (255 - a)))),
  grainextract: (a, b) => clip(128 + a - b),
  grainmerge: (a, b) => clip(a + b - 128),
  hardlight: (a, b) => (b < 128 ? multiply(2, b, a) : screen(2, b, a)),
  hardmix: (a, b) => (a < 255 - b ? 0 : 255),
  hardoverlay: (a, b) =>
    a === 255 ? 255 : Math.min(255, a > 128 ? trunc((255 * b) / (510 - 2 * a)) : trunc((2 * a * b) / 255)),
  harmonic: (a, b) => (a === 0 && b === 0 ? 0 : trunc((2 * a * b) / (a + b))),
  heat: (a, b) => (a === 0 ? 0 : 255 - Math.min(trunc(((255 - b) * (255 - b)) / a), 255)),
  interpolate: (a, b) => Math.round((255 * (2 - wave(a) - wave(b))) / 4),
  lighten: (a, b) => Math.max(a, b),
  linearlight: (a, b) => clip(b < 128 ? b + 2 * a - 255 : b + 2 * (a - 128)),
  multiply: (a, b) => multiply(1, a, b),
  multiply128: (a, b) => clip(((a - 128) * b) / 32 + 128),
  negation: (a, b) => 255 - Math.abs(255 - a - b),
  or: (a, b) => a | b,
  overlay: (a, b) => (a < 128 ? multiply(2, a, b) : screen(2, a, b)),
  phoenix: (a, b) => Math.min(a, b) - Math.max(a, b) + 255,
  pinlight: (a, b) => (b < 128 ? Math.min(a, 2 * b) : Math.max(a, 2 * (b - 128))),
  reflect: (a, b) => (b === 255 ? b : Math.min(255, trunc((a * a) / (255 - b)))),
  screen: (a, b) => screen(1, a, b),
  softdifference: (a, b) =>
    a > b ? (b === 255 ? 0 : trunc(((a - b) * 255) / (255 - b))) : b === 0 ? 0 : trunc(((b - a) * 255) / b),
  softlight: (a, b) => clip(trunc((a * a) / 255) + 2 * trunc((b * trunc((a * (255 - a)) / 255)) / 255)),
  stain: (a, b) => 510 - a - b,
  subtract: (a, b) => Math.max(0, a - b),
  vividlight: vivid,
  xor: (a, b) => a ^ b,
};

/** Names of modes; two have older names besides. */
export const BLEND_NAMES: Readonly<Record<string, number>> = /* @__PURE__ */ Object.fromEntries([
  ...Object.keys(BLEND_MODES).map((name, index) => [name, index]),
  ['addition128', Object.keys(BLEND_MODES).indexOf('grainmerge')],
  ['difference128', Object.keys(BLEND_MODES).indexOf('grainextract')],
]);
