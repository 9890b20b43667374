/**
 * `rotate`: pictures turned by any angle about their middle, each plane by itself. Places in the input step in 16.16 fixed point;
 * samples are weighed bilinearly there.
 */
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  samePixFmt,
  VIDEO_PAD,
  type VideoLink,
} from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import type { ExpressionFunction } from '../language/expression.ts';
import { parseColor } from '../language/values.ts';
import {
  type Component,
  colorSamples,
  componentsOf,
  fillRectangle,
  newPicture,
  picture,
  secondsOf,
  videoLink,
} from '../pixels/picture-work.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  if (info.model === 'gray') return info.bitDepth === 8;
  // Blocks of chroma of 2x1 pixels are no longer that when they are turned.
  const isTurnable = info.chromaShiftX === info.chromaShiftY;
  return isTurnable && info.samplesPerPixel.length !== 2;
});

// biome-ignore format: the order of the values below
const VARIABLES = ['in_w', 'iw', 'in_h', 'ih', 'out_w', 'ow', 'out_h', 'oh', 'hsub', 'vsub', 'n', 't'];
const [OUT_W, OUT_H, N, T] = [4, 6, 10, 11] as const;
const ONE = 65536;

/** Turns pictures. */
export const ROTATE: FilterDefinition = {
  name: 'rotate',
  description: 'turns pictures by any angle',
  options: [
    {
      name: 'angle',
      aliases: ['a'],
      kind: 'expression',
      default: '0',
      description: 'angle in radians, clockwise',
    },
    {
      name: 'out_w',
      aliases: ['ow'],
      kind: 'expression',
      default: 'iw',
      description: 'width of the result',
    },
    {
      name: 'out_h',
      aliases: ['oh'],
      kind: 'expression',
      default: 'ih',
      description: 'height of the result',
    },
    {
      name: 'fillcolor',
      aliases: ['c'],
      kind: 'string',
      default: 'black',
      description: 'color of what is not covered, or none',
    },
    {
      name: 'bilinear',
      kind: 'boolean',
      default: '1',
      description: 'weigh four samples instead of taking one',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const { v, width, height, angleAt } = prepare(options, link);
    const fill = options.text('fillcolor');
    const color = parseColor(fill === 'none' ? 'black' : fill);
    if (color === undefined)
      throw options.error('fillcolor', `no color is called ${JSON.stringify(fill)}`);
    const samples = colorSamples(color, pixFmtInfo(link.pixFmt));
    const bilinear = options.boolean('bilinear');
    let n = 0;
    return {
      outputs: [{ ...link, width, height }],
      passBy: () => void n++,
      push(_, frame) {
        v[N] = n++;
        v[T] = secondsOf(frame.pts, link);
        const angle = angleAt();
        const out = newPicture(link.pixFmt, width, height, frame.pts);
        if (fill !== 'none') fillRectangle(out, samples, 0, 0, width, height);
        turn(picture(frame), out, angle, bilinear);
        setup.emit(0, out);
      },
    };
  },
};

function prepare(options: OptionValues, link: VideoLink) {
  const info = pixFmtInfo(link.pixFmt);
  const { width: w, height: h } = link;
  const v = Float64Array.of(
    ...[w, w, h, h, NaN, NaN, NaN, NaN, 1 << info.chromaShiftX, 1 << info.chromaShiftY, NaN, NaN],
  );
  const extent = (a: number, across: number, along: number): number =>
    Math.abs(across * Math.sin(a)) + Math.abs(along * Math.cos(a));
  const functions: Record<string, ExpressionFunction> = {
    rotw: { arity: 1, call: ([a]) => extent(a!, h, w) },
    roth: { arity: 1, call: ([a]) => extent(a!, w, h) },
  };
  const scope = { variables: VARIABLES, functions };
  const [outW, outH] = [options.expression('out_w', scope), options.expression('out_h', scope)];
  const angle = options.expression('angle', scope);
  const set = (at: number, value: number): void => void v.fill(Math.trunc(value + 0.5), at, at + 2);
  set(OUT_W, outW.evaluate(v));
  set(OUT_H, outH.evaluate(v));
  set(OUT_W, outW.evaluate(v));
  const [width, height] = [v[OUT_W]!, v[OUT_H]!];
  for (const [name, size] of [
    ['out_w', width],
    ['out_h', height],
  ] as const) {
    if (!(size >= 1 && size <= MAX_SIZE)) {
      throw options.error(name, `the size is ${size}, allowed are 1..${MAX_SIZE}`);
    }
  }
  return { v, width, height, angleAt: () => angle.evaluate(v) };
}

function turn(source: VideoFrame, target: VideoFrame, angle: number, bilinear: boolean): void {
  const c = Math.trunc(Math.cos(angle) * ONE);
  const s = Math.trunc(Math.sin(angle) * ONE);
  const inputs = componentsOf(source);
  for (const [i, to] of componentsOf(target).entries()) turnPlane(inputs[i]!, to, c, s, bilinear);
}

function turnPlane(from: Component, to: Component, c: number, s: number, bilinear: boolean): void {
  const [maxX, maxY] = [from.width - 1, from.height - 1];
  for (let j = 0; j < to.height; j++) {
    let x = Math.trunc(
      (-(to.width - 1) * c) / 2 + ONE * (maxX / 2) + s * (j - (to.height - 1) / 2),
    );
    let y = Math.trunc(((to.width - 1) * s) / 2 + ONE * (maxY / 2) + c * (j - (to.height - 1) / 2));
    let q = to.offset + j * to.stride;
    for (let i = 0; i < to.width; i++, q += to.step, x += c, y -= s) {
      const atX = x >> 16;
      const atY = y >> 16;
      // One sample beyond the edge is still drawn, so that edges do not fray.
      if (atX < -1 || atX > from.width || atY < -1 || atY > from.height) continue;
      const column = Math.min(Math.max(atX, 0), maxX);
      const row = Math.min(Math.max(atY, 0), maxY);
      const p = from.offset + row * from.stride + column * from.step;
      if (!bilinear) {
        to.data[q] = from.data[p]!;
        continue;
      }
      const right = column < maxX ? from.step : 0;
      const below = row < maxY ? from.stride : 0;
      const fx = x & 65535;
      const fy = y & 65535;
      const upper = from.data[p]! * (ONE - fx) + from.data[p + right]! * fx;
      const lower = from.data[p + below]! * (ONE - fx) + from.data[p + below + right]! * fx;
      to.data[q] = Math.trunc((upper * (ONE - fy) + lower * fy) / 4294967296);
    }
  }
}
