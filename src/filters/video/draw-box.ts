/** `drawbox` and `drawgrid`: rectangles and grids of a color, mixed in by its opacity. */

import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, hasAlpha, pixFmtInfo } from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  type FilterSetup,
  samePixFmt,
  VIDEO_PAD,
} from '../definition/filter.ts';
import { absent, type OptionDefinition } from '../definition/options.ts';
import { parseColor } from '../language/values.ts';
import {
  colorSamples,
  componentsOf,
  copyOf,
  picture,
  pixelAspect,
  videoLink,
} from '../pixels/picture-work.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  const isPlanarRgb = info.model === 'rgb' && info.order === undefined;
  const isPlain = info.model !== 'gray' && info.samplesPerPixel.length !== 2 && !isPlanarRgb;
  return info.bitDepth === 8 && isPlain;
});

// biome-ignore format: the order of the values below
const VARIABLES = ['dar', 'hsub', 'vsub', 'in_h', 'ih', 'in_w', 'iw', 'sar', 'x', 'y', 'h', 'w', 't', 'fill'];
const [X, Y, H, W, T] = [8, 9, 10, 11, 12] as const;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly thickness: number;
}

/** Whether pixel (x, y) of the picture is drawn on. */
type Covers = (x: number, y: number, box: Box) => boolean;

const onBox: Covers = (x, y, { x: left, y: top, w, h, thickness: t }) =>
  y >= top &&
  y < top + h &&
  x >= left &&
  x < left + w &&
  (y - top < t || top + h - 1 - y < t || x - left < t || left + w - 1 - x < t);

const onGrid: Covers = (x, y, { x: left, y: top, w, h, thickness: t }) =>
  modulo(x - left, w) < t || modulo(y - top, h) < t;

function modulo(a: number, b: number): number {
  return b <= 0 ? 0 : ((a % b) + b) % b;
}

function drawOf(
  name: string,
  description: string,
  thickness: string,
  covers: Covers,
  isGrid: boolean,
): FilterDefinition {
  const expression = (
    option: string,
    alias: string,
    value: string,
    text: string,
  ): OptionDefinition => ({
    name: option,
    ...(alias === '' ? {} : { aliases: [alias] }),
    kind: 'expression',
    default: value,
    description: text,
  });
  return {
    name,
    description,
    options: [
      expression('x', '', '0', 'left column'),
      expression('y', '', '0', 'top row'),
      expression('width', 'w', '0', isGrid ? 'width of a cell' : 'width; 0 as the picture'),
      expression('height', 'h', '0', isGrid ? 'height of a cell' : 'height; 0 as the picture'),
      {
        name: 'color',
        aliases: ['c'],
        kind: 'string',
        default: 'black',
        description: 'the color, or invert',
      },
      expression('thickness', 't', thickness, 'width of lines, or fill'),
      {
        name: 'replace',
        kind: 'boolean',
        default: '0',
        description: 'write color and opacity instead of mixing',
      },
      ...(isGrid ? [] : [absent('box_source', '')]),
    ],
    inputs: VIDEO_PAD,
    outputs: VIDEO_PAD,
    timeline: true,
    formats: () => samePixFmt(PIX_FMTS),
    open: (setup) => openDraw(setup, covers, isGrid),
  };
}

function openDraw(setup: FilterSetup, covers: Covers, isGrid: boolean) {
  const { options } = setup;
  const link = videoLink(setup.inputs[0]);
  const info = pixFmtInfo(link.pixFmt);
  const invert = options.text('color') === 'invert';
  const color = invert ? parseColor('black') : parseColor(options.text('color'));
  if (color === undefined) {
    throw options.error('color', `no color is called ${JSON.stringify(options.text('color'))}`);
  }
  const samples = colorSamples(color, info);
  const sar = pixelAspect(link);
  const { width, height } = link;
  const v = Float64Array.of(
    ...[(width / height) * sar, 1 << info.chromaShiftX, 1 << info.chromaShiftY],
    ...[height, height, width, width, sar, NaN, NaN, NaN, NaN, NaN, Math.max(width, height)],
  );
  const [x, y, w, h, t] = ['x', 'y', 'width', 'height', 'thickness'].map((name) =>
    options.expression(name, { variables: VARIABLES, constants: { max: Math.max(width, height) } }),
  ) as [never, never, never, never, never] as { evaluate(v: Float64Array): number }[];
  // Expressions may name each other: a few rounds settle them. `t` is the thickness.
  for (let round = 0; round < 5; round++) {
    v[X] = x!.evaluate(v);
    v[Y] = y!.evaluate(v);
    v[W] = w!.evaluate(v);
    v[H] = h!.evaluate(v);
    v[T] = t!.evaluate(v);
  }
  const size = (value: number, whole: number): number => (value > 0 ? Math.trunc(value) : whole);
  const box: Box = {
    x: Math.trunc(v[X]!) || 0,
    y: Math.trunc(v[Y]!) || 0,
    w: size(v[W]!, width),
    h: size(v[H]!, height),
    thickness: Math.trunc(v[T]!) || 0,
  };
  const replace = options.boolean('replace') && hasAlpha(info);
  return {
    letsGo: true,
    push(_: number, frame: Parameters<typeof picture>[0]) {
      const out = copyOf(picture(frame), setup.takePicture);
      paint(out, box, covers, isGrid, samples, invert ? -1 : replace ? 255 : color.a, replace);
      setup.emit(0, out);
    },
  };
}

/** Mixes a color into the pixels that `covers` names; opacity -1 inverts luma (or RGB). */
function paint(
  out: VideoFrame,
  box: Box,
  covers: Covers,
  isGrid: boolean,
  samples: readonly number[],
  opacity: number,
  replace: boolean,
): void {
  const rgb = pixFmtInfo(out.pixFmt).model === 'rgb';
  const inside: Covers = (x, y, at) => x < out.width && y < out.height && covers(x, y, at);
  for (const [c, component] of componentsOf(out).entries()) {
    if (c === 3 && !replace) continue;
    if (opacity < 0 && c > 0 && !rgb) continue;
    const { data, offset, stride, step, width, height, shiftX, shiftY } = component;
    const top = isGrid ? 0 : Math.max(0, box.y >> shiftY);
    const bottom = isGrid ? height : Math.min(height, ((box.y + box.h - 1) >> shiftY) + 1);
    const left = isGrid ? 0 : Math.max(0, box.x >> shiftX);
    const right = isGrid ? width : Math.min(width, ((box.x + box.w - 1) >> shiftX) + 1);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const times = coverage(inside, box, x, y, shiftX, shiftY);
        const p = offset + y * stride + x * step;
        // ffmpeg mixes a chroma sample once for each pixel of its block that is drawn on; so the same graph looks the same.
        for (let i = 0; i < times; i++) {
          const value = data[p]!;
          if (opacity < 0) data[p] = 255 - value;
          else data[p] = Math.trunc((value * (255 - opacity) + samples[c]! * opacity) / 255);
        }
      }
    }
  }
}

/** How many pixels of a chroma sample's block are drawn on; of luma, the pixel itself. */
function coverage(
  covers: Covers,
  box: Box,
  x: number,
  y: number,
  shiftX: number,
  shiftY: number,
): number {
  let count = 0;
  for (let dy = 0; dy < 1 << shiftY; dy++) {
    for (let dx = 0; dx < 1 << shiftX; dx++) {
      if (covers((x << shiftX) + dx, (y << shiftY) + dy, box)) count++;
    }
  }
  return count;
}

/** A box. */
export const DRAWBOX: FilterDefinition = drawOf('drawbox', 'draws a box', '3', onBox, false);

/** A grid. */
export const DRAWGRID: FilterDefinition = drawOf('drawgrid', 'draws a grid', '1', onGrid, true);
