/** Pictures that sound is drawn into: RGBA, 8 bits each. */

import type { Rational } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import type { PixFmt } from '../../frames/pixel-format.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import type { ChannelLayout } from '../definition/channel-layout.ts';
import type { FilterFormats, VideoLink } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { type Color, parseColor } from '../language/values.ts';

/** One picture that is drawn into, and given away as a copy. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** Rows from the top, four bytes a pixel. */
  readonly data: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(4 * width * height);
  }

  /** All pixels transparent black. */
  clear(): void {
    this.data.fill(0);
  }

  /** Adds to a pixel, up to 255; pixels outside of the picture are left out. */
  add(x: number, y: number, r: number, g: number, b: number, a: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 4 * (y * this.width + x);
    const { data } = this;
    data[at] = Math.min(255, data[at] + r);
    data[at + 1] = Math.min(255, data[at + 1] + g);
    data[at + 2] = Math.min(255, data[at + 2] + b);
    data[at + 3] = Math.min(255, data[at + 3] + a);
  }

  /** Moves the picture `dx` columns to the right and `dy` rows down; what becomes free is transparent black. */
  shift(dx: number, dy: number): void {
    const { width, height, data } = this;
    const source = data.slice();
    data.fill(0);
    for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
      const from = 4 * ((y - dy) * width + Math.max(0, -dx));
      const length = 4 * (width - Math.abs(dx));
      if (length > 0)
        data.set(source.subarray(from, from + length), 4 * (y * width + Math.max(0, dx)));
    }
  }

  /** A copy of the picture as a frame. */
  toFrame(pts: number): VideoFrame {
    const { width, height } = this;
    const planes = [{ data: this.data.slice(), offset: 0, stride: 4 * width }];
    return { pixFmt: 'rgba', width, height, planes, pts };
  }
}

/** The option for the size of the picture. */
export const sizeOption = (value: string): OptionDefinition => ({
  name: 'size',
  aliases: ['s'],
  kind: 'size',
  default: value,
  description: 'size of the picture',
});

/** The option for frames per second. */
export const rateOption: OptionDefinition = {
  name: 'rate',
  aliases: ['r'],
  kind: 'rate',
  default: '25',
  description: 'pictures per second',
};

/** Sound of some formats and layouts (null: of any) in, pictures of one format out. */
export function soundToPicture(
  sampleFmts: readonly SampleFmt[],
  pixFmt: PixFmt,
  layouts: readonly ChannelLayout[] | null = null,
): FilterFormats {
  return {
    inputs: [
      {
        kind: 'audio',
        sampleFmts: { allowed: sampleFmts },
        sampleRates: { allowed: null },
        layouts: { allowed: layouts },
      },
    ],
    outputs: [{ kind: 'video', pixFmts: { allowed: [pixFmt] } }],
  };
}

/** The link of pictures of that size. */
export function pictureLink(
  pixFmt: PixFmt,
  size: Rational,
  timeBase: Rational,
  frameRate: Rational,
): VideoLink {
  const [width, height] = size;
  return { kind: 'video', pixFmt, width, height, sampleAspectRatio: [1, 1], timeBase, frameRate };
}

/** The colors of channels, `red|green|0x0000ff`; the last is that of all further ones. */
export function colorsOf(options: OptionValues, name: string, channels: number): Color[] {
  let offset = 0;
  const colors = options
    .text(name)
    .split(/[|\s]+/)
    .map((part) => {
      const color = parseColor(part);
      if (color === undefined) throw options.error(name, `there is no color ${part}`, offset);
      offset += part.length + 1;
      return color;
    });
  return Array.from({ length: channels }, (_, c) => colors[Math.min(c, colors.length - 1)]);
}

const MOST_PIXELS = 1 << 26;

/** The size of the picture; at most 2^26 pixels. */
export function requireSize(options: OptionValues): Rational {
  const size = options.pair('size')!;
  if (size[0] * size[1] > MOST_PIXELS) {
    throw options.error('size', `got ${size[0]}x${size[1]}, allowed are ${MOST_PIXELS} pixels`);
  }
  return size;
}
