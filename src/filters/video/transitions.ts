/**
 * The transitions of `xfade`, sample by sample: `a` is the picture that goes, `b` the one that comes, `p` runs from 1 to 0. All planes have the
 * size of the picture. Their ideas are those of GL Transitions (gl-transitions.com), as ffmpeg's manual names them.
 */

import { roundHalfEven } from '../../base/math.ts';

/** The input of a transition. */
export interface TransitionState {
  readonly width: number;
  readonly height: number;
  /** Progress: 1 shows `a` only, 0 shows `b` only. */
  p: number;
  /** Sample of component `c` at a place. */
  a(c: number, x: number, y: number): number;
  b(c: number, x: number, y: number): number;
  readonly components: number;
  /** The largest sample. */
  readonly largest: number;
  /** Samples of black, of white, and of gray without a color. */
  readonly black: readonly number[];
  readonly white: readonly number[];
  /** Whether component 0 is luma and the next two are color differences. */
  readonly isYuv: boolean;
}

/** A sample of the result. */
export type Transition = (s: TransitionState, c: number, x: number, y: number) => number;

const { fround } = Math;

const mix = (a: number, b: number, share: number): number => a * share + b * (1 - share);

function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(Math.max((value - from) / (to - from), 0), 1);
  return t * t * (3 - 2 * t);
}

const fract = (value: number): number => value - Math.floor(value);

/** `a` where a test holds, else `b`. */
const choose =
  (test: (s: TransitionState, x: number, y: number) => boolean): Transition =>
  (s, c, x, y) =>
    test(s, x, y) ? s.a(c, x, y) : s.b(c, x, y);

/** From `a` to `b` as a value crosses 0..1. */
const soft =
  (value: (s: TransitionState, x: number, y: number) => number): Transition =>
  (s, c, x, y) =>
    mix(s.b(c, x, y), s.a(c, x, y), smoothstep(0, 1, value(s, x, y)));

/** Pushes `a` out and `b` in; `dx`, `dy` say to which side. */
const slide =
  (dx: number, dy: number): Transition =>
  (s, c, x, y) => {
    const zx = dx === 0 ? x : Math.trunc(dx * s.p * s.width) + x;
    const zy = dy === 0 ? y : Math.trunc(dy * s.p * s.height) + y;
    const inside = dx === 0 ? zy >= 0 && zy < s.height : zx >= 0 && zx < s.width;
    const [px, py] = [
      ((zx % s.width) + s.width) % s.width,
      ((zy % s.height) + s.height) % s.height,
    ];
    return inside ? s.b(c, px, py) : s.a(c, px, py);
  };

const fadeBy =
  (ground: (s: TransitionState) => readonly number[]): Transition =>
  (s, c, x, y) => {
    const color = ground(s)[c]!;
    const going = mix(s.a(c, x, y), color, smoothstep(0.8, 1, s.p));
    const coming = mix(color, s.b(c, x, y), smoothstep(0.2, 1, s.p));
    return mix(going, coming, s.p);
  };

const slice =
  (place: (s: TransitionState, x: number, y: number) => number): Transition =>
  (s, c, x, y) => {
    const at = place(s, x, y);
    const smooth = smoothstep(-0.5, 0, at - s.p * 1.5);
    return smooth <= fract(10 * at) ? s.a(c, x, y) : s.b(c, x, y);
  };

const across = (s: TransitionState, x: number): number => x / s.width;
const down = (s: TransitionState, y: number): number => y / s.height;
const back = (s: TransitionState, x: number): number => (s.width - 1 - x) / s.width;
const up = (s: TransitionState, y: number): number => (s.height - 1 - y) / s.height;
const fromMiddle = (s: TransitionState, x: number, y: number): number =>
  Math.hypot(x - s.width / 2, y - s.height / 2);
const radiusOf = (s: TransitionState): number => Math.hypot(s.width / 2, s.height / 2);
const offMiddle = (value: number, size: number): number =>
  Math.abs((value - size / 2) / (size / 2));

function gray(s: TransitionState, read: (c: number) => number, c: number): number {
  if (s.isYuv) return c === 0 || c === 3 ? read(c) : (s.largest + 1) / 2;
  return s.components < 3 ? read(c) : (read(0) + read(1) + read(2)) / 3;
}

function blurred(read: (x: number) => number, x: number, width: number, size: number): number {
  let sum = 0;
  const last = Math.min(x + size, width);
  for (let i = x; i < last; i++) sum += read(i);
  return sum / (last - x);
}

/** Noise of 0..1, in single precision, which decides what it is. */
function grain(x: number, y: number): number {
  const angle = fround(fround(x * fround(12.9898)) + fround(y * fround(78.233)));
  return fract(fround(fround(Math.sin(angle)) * fround(43758.545)));
}

/** Side of the blocks of `pixelize`, in single precision, which decides where a block begins. */
function blockOf(s: TransitionState): number {
  const share = fround(Math.ceil(fround(Math.min(s.p, fround(1 - s.p)) * 50)) / 50);
  return fround(fround(2 * share * Math.min(s.width, s.height)) / 20);
}

/** The middle of the block that `x` lies in. */
function nearBlock(x: number, size: number, length: number): number {
  if (size === 0) return x;
  return Math.trunc(Math.min(fround((Math.floor(fround(x / size)) + 0.5) * size), length - 1));
}

/** The place in a side that is squeezed to `p`, in single precision, which decides between two samples; NaN in the middle of one squeezed to 0. */
const squeezed = (at: number, size: number, p: number): number =>
  fround(0.5 + fround(fround(fround(at / size) - 0.5) / p));

/** The sample at `place` of a side; that of NaN is the first, as in ffmpeg. */
const nearest = (place: number, size: number): number =>
  roundHalfEven(fround(place * (size - 1))) || 0;

/** Table: name => transition, in the order in which ffmpeg numbers them. */
// biome-ignore format: a table
export const TRANSITIONS: Readonly<Record<string, Transition>> = {
  fade: (s, c, x, y) => mix(s.a(c, x, y), s.b(c, x, y), s.p),
  wipeleft: choose((s, x) => x <= Math.trunc(s.width * s.p)),
  wiperight: choose((s, x) => x > Math.trunc(s.width * (1 - s.p))),
  wipeup: choose((s, _, y) => y <= Math.trunc(s.height * s.p)),
  wipedown: choose((s, _, y) => y > Math.trunc(s.height * (1 - s.p))),
  slideleft: slide(-1, 0),
  slideright: slide(1, 0),
  slideup: slide(0, -1),
  slidedown: slide(0, 1),
  circlecrop: (s, c, x, y) => {
    const z = (2 * Math.abs(s.p - 0.5)) ** 3 * radiusOf(s);
    return z < fromMiddle(s, x, y) ? s.black[c]! : s.p < 0.5 ? s.b(c, x, y) : s.a(c, x, y);
  },
  rectcrop: (s, c, x, y) => {
    const half = Math.abs(s.p - 0.5);
    const inside = Math.abs(x - s.width / 2) < Math.trunc(half * s.width) && Math.abs(y - s.height / 2) < Math.trunc(half * s.height);
    return inside ? (s.p < 0.5 ? s.b(c, x, y) : s.a(c, x, y)) : s.black[c]!;
  },
  distance: (s, c, x, y) => {
    let sum = 0;
    for (let k = 0; k < s.components; k++) sum += ((s.a(k, x, y) - s.b(k, x, y)) / s.largest) ** 2;
    const near = Math.sqrt(sum) <= s.p ? 1 : 0;
    return mix(mix(s.a(c, x, y), s.b(c, x, y), near), s.b(c, x, y), s.p);
  },
  fadeblack: fadeBy((s) => s.black),
  fadewhite: fadeBy((s) => s.white),
  radial: (s, c, x, y) => {
    const angle = Math.atan2(x - s.width / 2, y - s.height / 2) - (s.p - 0.5) * (Math.PI * 2.5);
    return mix(s.b(c, x, y), s.a(c, x, y), smoothstep(0, 1, angle));
  },
  smoothleft: soft((s, x) => 1 + across(s, x) - s.p * 2),
  smoothright: soft((s, x) => 1 + back(s, x) - s.p * 2),
  smoothup: soft((s, _, y) => 1 + down(s, y) - s.p * 2),
  smoothdown: soft((s, _, y) => 1 + up(s, y) - s.p * 2),
  circleopen: (s, c, x, y) =>
    mix(s.a(c, x, y), s.b(c, x, y), smoothstep(0, 1, fromMiddle(s, x, y) / radiusOf(s) + (s.p - 0.5) * 3)),
  circleclose: soft((s, x, y) => fromMiddle(s, x, y) / radiusOf(s) + (0.5 - s.p) * 3),
  vertopen: soft((s, x) => 2 - offMiddle(x, s.width) - s.p * 2),
  vertclose: soft((s, x) => 1 + offMiddle(x, s.width) - s.p * 2),
  horzopen: soft((s, _, y) => 2 - offMiddle(y, s.height) - s.p * 2),
  horzclose: soft((s, _, y) => 1 + offMiddle(y, s.height) - s.p * 2),
  dissolve: choose((s, x, y) => grain(x, y) * 2 + s.p * 2 - 1.5 >= 0.5),
  pixelize: (s, c, x, y) => {
    const size = blockOf(s);
    const [px, py] = [nearBlock(x, size, s.width), nearBlock(y, size, s.height)];
    return mix(s.a(c, px, py), s.b(c, px, py), s.p);
  },
  diagtl: soft((s, x, y) => 1 + across(s, x) * down(s, y) - s.p * 2),
  diagtr: soft((s, x, y) => 1 + back(s, x) * down(s, y) - s.p * 2),
  diagbl: soft((s, x, y) => 1 + across(s, x) * up(s, y) - s.p * 2),
  diagbr: soft((s, x, y) => 1 + back(s, x) * up(s, y) - s.p * 2),
  hlslice: slice((s, x) => across(s, x)),
  hrslice: slice((s, x) => back(s, x)),
  vuslice: slice((s, _, y) => down(s, y)),
  vdslice: slice((s, _, y) => up(s, y)),
  hblur: (s, c, x, y) => {
    const size = Math.trunc(1 + Math.trunc(s.width / 2) * (s.p <= 0.5 ? s.p * 2 : (1 - s.p) * 2));
    return mix(
      blurred((i) => s.a(c, i, y), x, s.width, size),
      blurred((i) => s.b(c, i, y), x, s.width, size),
      s.p,
    );
  },
  fadegrays: (s, c, x, y) => {
    const grayA = gray(s, (k) => s.a(k, x, y), c);
    const grayB = gray(s, (k) => s.b(k, x, y), c);
    return mix(
      mix(s.a(c, x, y), grayA, smoothstep(0.8, 1, s.p)),
      mix(grayB, s.b(c, x, y), smoothstep(0.2, 1, s.p)),
      s.p,
    );
  },
  wipetl: choose((s, x, y) => y <= Math.trunc(s.height * s.p) && x <= Math.trunc(s.width * s.p)),
  wipetr: choose((s, x, y) => y <= Math.trunc(s.height * s.p) && x > Math.trunc(s.width * (1 - s.p))),
  wipebl: choose((s, x, y) => y > Math.trunc(s.height * (1 - s.p)) && x <= Math.trunc(s.width * s.p)),
  wipebr: choose((s, x, y) => y > Math.trunc(s.height * (1 - s.p)) && x > Math.trunc(s.width * (1 - s.p))),
  squeezeh: (s, c, x, y) => {
    const z = squeezed(y, s.height, s.p);
    return z < 0 || z > 1 ? s.b(c, x, y) : s.a(c, x, nearest(z, s.height));
  },
  squeezev: (s, c, x, y) => {
    const z = squeezed(x, s.width, s.p);
    return z < 0 || z > 1 ? s.b(c, x, y) : s.a(c, nearest(z, s.width), y);
  },
  zoomin: (s, c, x, y) => {
    const zoom = smoothstep(0.5, 1, s.p);
    const u = Math.ceil((0.5 + (x / s.width - 0.5) * zoom) * (s.width - 1));
    const v = Math.ceil((0.5 + (y / s.height - 0.5) * zoom) * (s.height - 1));
    return mix(s.a(c, u, v), s.b(c, x, y), smoothstep(0, 0.5, s.p));
  },
  fadefast: (s, c, x, y) => {
    const [a, b] = [s.a(c, x, y), s.b(c, x, y)];
    return mix(a, b, s.p ** (1 + Math.log(1 + Math.abs(a - b) / s.largest)));
  },
  fadeslow: (s, c, x, y) => {
    const [a, b] = [s.a(c, x, y), s.b(c, x, y)];
    return mix(a, b, s.p ** (1 + Math.log(2 - Math.abs(a - b) / s.largest)));
  },
};
