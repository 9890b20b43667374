/**
 * `crop`: part of each picture, as a view: nothing is copied. Size is computed once, position for every picture; both are rounded
 * down to what chroma reaches, unless `exact` is set.
 */

import { reduced } from '../../base/rational.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import type { Expression } from '../language/expression.ts';
import { approximate } from '../language/values.ts';
import { picture, pixelAspect, secondsOf, videoLink, viewOf } from '../pixels/picture-work.ts';

// biome-ignore format: the order of the values below
const VARIABLES = ['in_w', 'iw', 'in_h', 'ih', 'out_w', 'ow', 'out_h', 'oh', 'a', 'sar', 'dar', 'hsub', 'vsub', 'x', 'y', 'n', 'pos', 't'];
const OUT_W = 4;
const OUT_H = 6;
const X = 13;
const Y = 14;
const N = 15;
const T = 17;

/** Nearest integer, halves to even, as the C library's `lrint` gives it. */
function nearest(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

/** Cuts a rectangle out. */
export const CROP: FilterDefinition = {
  name: 'crop',
  description: 'cuts a rectangle out of pictures',
  options: [
    { name: 'out_w', aliases: ['w'], kind: 'expression', default: 'iw', description: 'width' },
    { name: 'out_h', aliases: ['h'], kind: 'expression', default: 'ih', description: 'height' },
    { name: 'x', kind: 'expression', default: '(in_w-out_w)/2', description: 'left column' },
    { name: 'y', kind: 'expression', default: '(in_h-out_h)/2', description: 'top row' },
    {
      name: 'keep_aspect',
      kind: 'boolean',
      default: '0',
      description: 'keep the shape of the picture by another shape of its pixels',
    },
    {
      name: 'exact',
      kind: 'boolean',
      default: '0',
      description: 'do not round to what chroma reaches',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const info = pixFmtInfo(link.pixFmt);
    const exact = options.boolean('exact');
    const maskX = exact ? -1 : ~((1 << info.chromaShiftX) - 1);
    const maskY = exact ? -1 : ~((1 << info.chromaShiftY) - 1);
    const compile = (name: string): Expression =>
      options.expression(name, { variables: VARIABLES });
    const [w, h, x, y] = [compile('out_w'), compile('out_h'), compile('x'), compile('y')];
    const [num, den] = link.sampleAspectRatio;
    const sar = pixelAspect(link);
    const a = link.width / link.height;
    const v = Float64Array.of(
      ...[link.width, link.width, link.height, link.height, NaN, NaN, NaN, NaN, a, sar, a * sar],
      ...[1 << info.chromaShiftX, 1 << info.chromaShiftY, NaN, NaN, 0, NaN, NaN],
    );
    v.fill(w.evaluate(v), OUT_W, OUT_W + 2);
    v.fill(h.evaluate(v), OUT_H, OUT_H + 2);
    v.fill(w.evaluate(v), OUT_W, OUT_W + 2);
    // As in ffmpeg, places are computed from the sizes as they were before rounding.
    const width = nearest(v[OUT_W]!) & maskX;
    const height = nearest(v[OUT_H]!) & maskY;
    for (const [name, value, rounded, largest] of [
      ['out_w', v[OUT_W]!, width, link.width],
      ['out_h', v[OUT_H]!, height, link.height],
    ] as const) {
      if (!(Math.abs(value) < 2 ** 31) || rounded < 1 || rounded > largest) {
        throw options.error(name, `the size is ${value}, allowed are 1..${largest} of the input`);
      }
    }
    const sampleAspectRatio = options.boolean('keep_aspect')
      ? approximate(
          link.width * num * height,
          link.height * (num > 0 ? den : 1) * width,
          0x7fffffff,
        )
      : reduced(link.sampleAspectRatio);
    let n = 0;
    return {
      outputs: [{ ...link, width, height, sampleAspectRatio }],
      push(_, frame) {
        v[N] = n++;
        v[T] = secondsOf(frame.pts, link);
        v[X] = x.evaluate(v);
        v[Y] = y.evaluate(v);
        v[X] = x.evaluate(v);
        const left = clamped(v[X]!, link.width - width) & maskX;
        const top = clamped(v[Y]!, link.height - height) & maskY;
        setup.emit(0, viewOf(picture(frame), left, top, width, height));
      },
    };
  },
};

function clamped(value: number, largest: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(nearest(value), 0), largest);
}
