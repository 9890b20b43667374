/**
 * `testsrc` and `testsrc2`: moving pictures that show at a glance what is wrong with a picture: bars of the eight (six) pure colors, every hue,
 * edges in all directions, something that moves, and the time.
 */
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, NO_PADS, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { parseColor } from '../language/values.ts';
import { colorSamples, fillRectangle, newPicture } from '../pixels/picture-work.ts';
import { drawText } from './bitmap-font.ts';
import { SOURCE_OPTIONS, sourceLink, sourceOf } from './sources.ts';

const HUES = 6 * 256;

/** Red, green and blue of a hue, 0..1535: one is 255, one is 0, one between. */
function hueColor(hue: number): readonly [number, number, number] {
  const [part, rest] = [Math.floor(hue / 256) % 6, hue % 256];
  const rising = rest;
  const falling = 255 - rest;
  const table = [
    [255, rising, 0],
    [falling, 255, 0],
    [0, 255, rising],
    [0, falling, 255],
    [rising, 0, 255],
    [255, 0, falling],
  ] as const;
  return table[part]!;
}

/** Segments of each digit, in the order top, upper left, upper right, middle, lower left, lower right, bottom. */
const SEGMENTS: readonly number[] = [0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f];

/** Table: segment => left, top, width, height in units of a digit 8 wide. */
// biome-ignore format: a table
const PLACES: readonly (readonly [number, number, number, number])[] = [
  [1, 0, 5, 1], [0, 1, 1, 5], [6, 1, 1, 5], [1, 6, 5, 1], [0, 7, 1, 5], [6, 7, 1, 5], [1, 12, 5, 1],
];

/** Bars, a circle, hues and seconds. */
export const TESTSRC: FilterDefinition = {
  name: 'testsrc',
  description: 'makes moving test pictures with a counter of seconds',
  options: [
    ...SOURCE_OPTIONS,
    {
      name: 'decimals',
      aliases: ['n'],
      kind: 'integer',
      default: '0',
      min: 0,
      max: 17,
      description: 'decimals of the seconds',
    },
  ],
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(['rgb24'], 0, 1),
  open(setup) {
    const link = sourceLink(setup);
    const decimals = setup.options.number('decimals');
    const [num, den] = link.timeBase;
    return sourceOf(setup, link, (n) => {
      const out = newPicture('rgb24', link.width, link.height, 0);
      const data = out.planes[0]!.data as Uint8Array;
      drawBarsAndCircle(data, link.width, link.height);
      drawHues(data, link.width, link.height, Math.floor((256 * n * num) / den) % HUES);
      const seconds = Math.floor((n * num * 10 ** decimals) / den);
      drawSeconds(out, seconds);
      return out;
    });
  },
};

function drawBarsAndCircle(data: Uint8Array, width: number, height: number): void {
  const radius = (width + height) / 4;
  for (let y = 0; y < height; y++) {
    const across = y - Math.floor(height / 2);
    for (let x = 0; x < width; x++) {
      const along = x - Math.floor(width / 2);
      const bar = Math.floor((x * 8) / width);
      const color = along * along + across * across < radius * radius ? bar ^ 7 : bar;
      const p = (y * width + x) * 3;
      data[p] = (color & 1) * 255;
      data[p + 1] = ((color >> 1) & 1) * 255;
      data[p + 2] = (color >> 2) * 255;
    }
  }
}

function drawHues(data: Uint8Array, width: number, height: number, first: number): void {
  const top = Math.floor((height * 3) / 4);
  const bottom = Math.floor((height * 7) / 8);
  for (let x = 0; x < width; x++) {
    const step = x * Math.floor(HUES / width) + Math.floor((x * (HUES % width)) / HUES);
    const color = hueColor((first + step) % HUES);
    for (let y = top; y <= bottom && y < height; y++) data.set(color, (y * width + x) * 3);
  }
}

function drawSeconds(frame: VideoFrame, value: number): void {
  const { width, height } = frame;
  const unit = Math.floor(width / 80);
  if (unit < 1 || height < unit * 13) return;
  const white = [255, 255, 255];
  const black = [0, 0, 0];
  let left = width - Math.floor((width - unit * 64) / 2);
  const top = Math.floor((height - unit * 13) / 2);
  let rest = value;
  for (let digit = 0; digit < 8 && left >= unit * 8; digit++) {
    left -= unit * 8;
    fillRectangle(frame, black, left, top, unit * 8, unit * 13);
    const segments = SEGMENTS[rest % 10]!;
    PLACES.forEach(([x, y, w, h], segment) => {
      if (((segments >> segment) & 1) === 1) {
        fillRectangle(frame, white, left + x * unit, top + y * unit, w * unit, h * unit);
      }
    });
    rest = Math.floor(rest / 10);
    if (rest === 0) break;
  }
}

const BARS = ['red', 'lime', 'yellow', 'blue', 'magenta', 'cyan'];

/** Bars, a band of hues, moving blocks and the time, in any format. */
export const TESTSRC2: FilterDefinition = {
  name: 'testsrc2',
  description: 'makes moving test pictures with a clock, in many formats',
  options: [
    ...SOURCE_OPTIONS,
    {
      name: 'alpha',
      kind: 'integer',
      default: '255',
      min: 0,
      max: 255,
      description: 'opacity of the ground',
    },
  ],
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: () =>
    samePixFmt(
      ['yuv420p', 'yuv422p', 'yuv444p', 'rgb24', 'bgr24', 'rgba', 'bgra', 'gbrp', 'gray'],
      0,
      1,
    ),
  open(setup) {
    const link = sourceLink(setup);
    const { width, height, pixFmt } = link;
    const info = pixFmtInfo(pixFmt);
    const a = setup.options.number('alpha');
    const samples = (name: string) => colorSamples({ ...parseColor(name)!, a }, info);
    const bars = BARS.map(samples);
    const opaque = (r: number, g: number, b: number) => colorSamples({ r, g, b, a: 255 }, info);
    const ground = newPicture(pixFmt, width, height, 0);
    bars.forEach((color, i) => {
      const left = Math.floor((width * i) / 6) & ~1;
      fillRectangle(ground, color, left, 0, width - left, height);
    });
    const unit = Math.max(2, Math.floor(Math.min(width, height) / 32) * 2);
    return sourceOf(setup, link, (n) => {
      const out = newPicture(pixFmt, width, height, 0);
      out.planes.forEach((plane, p) => {
        (plane.data as Uint8Array).set(ground.planes[p]!.data as Uint8Array);
      });
      for (let x = 0; x + 2 <= width; x += 2) {
        const y = Math.floor(x * 0.4 + n * 2) % Math.max(1, height - unit);
        const [r, g, b] = hueColor(Math.floor((x * HUES) / width + n * 16) % HUES);
        fillRectangle(out, opaque(r, g, b), x, y & ~1, 2, Math.min(unit, height - (y & ~1)));
      }
      const side = Math.min(unit, width, height);
      const path = Math.max(1, width - side);
      const place = (n * 4) % (2 * path);
      const left = (place < path ? place : 2 * path - place) & ~1;
      fillRectangle(
        out,
        opaque(128, 128, 128),
        left,
        Math.floor((height * 3) / 4 - side / 2) & ~1,
        side,
        side,
      );
      const seconds = (n * link.timeBase[0]) / link.timeBase[1];
      const size = Math.max(8, Math.floor(height / 15));
      drawText(out, clock(seconds), 4, 4, size, { r: 255, g: 160, b: 0, a: 255 });
      drawText(out, String(n), 4, 4 + size, size, { r: 255, g: 160, b: 0, a: 255 });
      return out;
    });
  },
};

/** Hours, minutes, seconds and thousandths. */
function clock(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const rest = seconds % 60;
  const thousandths = String(Math.floor((rest % 1) * 1000 + 1e-6)).padStart(3, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(rest)}.${thousandths}`;
}
