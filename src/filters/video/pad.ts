/** `pad`: pictures on a larger ground. All sizes and positions are rounded down to what chroma reaches. */

import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import {
  colorSamples,
  copyRectangle,
  fillRectangle,
  newPicture,
  picture,
  pixelAspect,
  videoLink,
} from '../pixels/picture-work.ts';

// biome-ignore format: the order of the values below
const VARIABLES = ['in_w', 'iw', 'in_h', 'ih', 'out_w', 'ow', 'out_h', 'oh', 'x', 'y', 'a', 'sar', 'dar', 'hsub', 'vsub'];
const OUT_W = 4;
const OUT_H = 6;
const X = 8;
const Y = 9;

interface Placement {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

/** Puts pictures on a larger ground. */
export const PAD: FilterDefinition = {
  name: 'pad',
  description: 'puts pictures on a larger ground',
  options: [
    {
      name: 'width',
      aliases: ['w'],
      kind: 'expression',
      default: 'iw',
      description: 'width of the ground',
    },
    {
      name: 'height',
      aliases: ['h'],
      kind: 'expression',
      default: 'ih',
      description: 'height of the ground',
    },
    {
      name: 'x',
      kind: 'expression',
      default: '0',
      description: 'left column of the picture; negative centers it',
    },
    {
      name: 'y',
      kind: 'expression',
      default: '0',
      description: 'top row of the picture; negative centers it',
    },
    { name: 'color', kind: 'color', default: 'black', description: 'color of the ground' },
    {
      name: 'eval',
      kind: 'choice',
      default: 'init',
      choices: { init: 0, frame: 1 },
      description: 'compute the placement once, or for every picture',
    },
    {
      name: 'aspect',
      kind: 'ratio',
      default: '0',
      description: 'shape of the ground; it grows until it has that',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const info = pixFmtInfo(link.pixFmt);
    const color = colorSamples(options.color('color'), info);
    const at = place(options, link);
    let ground: VideoFrame | undefined;
    return {
      outputs: [{ ...link, width: at.width, height: at.height }],
      push(_, frame) {
        const source = picture(frame);
        if (at.width === link.width && at.height === link.height) {
          setup.emit(0, source);
          return;
        }
        ground ??= newGround(link, at, color);
        const out = newPicture(link.pixFmt, at.width, at.height, source.pts);
        out.planes.forEach((plane, p) => {
          (plane.data as Uint8Array).set(ground!.planes[p]!.data as Uint8Array);
        });
        copyRectangle(source, 0, 0, out, at.x, at.y, link.width, link.height);
        setup.emit(0, out);
      },
    };
  },
};

function newGround(link: VideoLink, at: Placement, color: readonly number[]): VideoFrame {
  const ground = newPicture(link.pixFmt, at.width, at.height, 0);
  fillRectangle(ground, color, 0, 0, at.width, at.height);
  return ground;
}

function place(options: OptionValues, link: VideoLink): Placement {
  const info = pixFmtInfo(link.pixFmt);
  const sar = pixelAspect(link);
  const a = link.width / link.height;
  const v = Float64Array.of(
    ...[link.width, link.width, link.height, link.height, NaN, NaN, NaN, NaN, NaN, NaN],
    ...[a, sar, a * sar, 1 << info.chromaShiftX, 1 << info.chromaShiftY],
  );
  const set = (name: string, at: number, count: number): void => {
    const value = options.expression(name, { variables: VARIABLES }).evaluate(v);
    v.fill(Math.trunc(value), at, at + count);
  };
  set('width', OUT_W, 2);
  set('height', OUT_H, 2);
  if (v[OUT_H] === 0) v.fill(link.height, OUT_H, OUT_H + 2);
  set('width', OUT_W, 2);
  if (v[OUT_W] === 0) v.fill(link.width, OUT_W, OUT_W + 2);
  const aspect = options.pair('aspect')!;
  if (aspect[0] > 0) growTo(aspect[0] / aspect[1] / sar, v);
  set('x', X, 1);
  set('y', Y, 1);
  set('x', X, 1);
  const roundX = ~((1 << info.chromaShiftX) - 1);
  const roundY = ~((1 << info.chromaShiftY) - 1);
  const [fullWidth, fullHeight] = [v[OUT_W]!, v[OUT_H]!];
  if (!(fullWidth >= link.width) || !(fullHeight >= link.height)) {
    const name = fullWidth >= link.width ? 'height' : 'width';
    throw options.error(
      name,
      `the ground is ${fullWidth}x${fullHeight}, smaller than the picture of ${link.width}x${link.height}`,
    );
  }
  if (fullWidth > MAX_SIZE || fullHeight > MAX_SIZE) {
    throw options.error(
      'width',
      `the ground is ${fullWidth}x${fullHeight}, allowed are sides up to ${MAX_SIZE}`,
    );
  }
  let [x, y] = [v[X]!, v[Y]!];
  if (!(x >= 0 && x + link.width <= fullWidth)) x = Math.trunc((fullWidth - link.width) / 2);
  if (!(y >= 0 && y + link.height <= fullHeight)) y = Math.trunc((fullHeight - link.height) / 2);
  const width = Math.max(fullWidth & roundX, link.width);
  const height = Math.max(fullHeight & roundY, link.height);
  return { width, height, x: x & roundX, y: y & roundY };
}

/** Widens the ground, or makes it higher, to a shape. */
function growTo(aspect: number, v: Float64Array): void {
  const [w, h] = [v[OUT_W]!, v[OUT_H]!];
  if (w / h < aspect) v.fill(Math.round(h * aspect), OUT_W, OUT_W + 2);
  else v.fill(Math.round(w / aspect), OUT_H, OUT_H + 2);
}
