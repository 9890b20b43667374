/** `gradients`: colors along a line that turns about the middle. */
import type { VideoFrame } from '../../frames/frame.ts';
import { type FilterDefinition, NO_PADS, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { type Color, parseColor } from '../language/values.ts';
import { newPicture } from '../pixels/picture-work.ts';
import { SOURCE_OPTIONS, sourceLink, sourceOf } from './sources.ts';

const point = (name: string): OptionDefinition => ({
  name,
  kind: 'integer',
  default: '-1',
  min: -1,
  max: 0x7fffffff,
  description: 'an end of the line; -1 chooses by the seed',
});

/** Draws gradients. */
export const GRADIENTS: FilterDefinition = {
  name: 'gradients',
  description: 'makes pictures of colors along a turning line',
  options: [
    ...SOURCE_OPTIONS.filter(({ name }) => name !== 'sar')
      .map((option) => (option.name === 'size' ? { ...option, default: '640x480' } : option))
      .filter(({ name }) => name !== 'duration'),
    ...Array.from(
      { length: 8 },
      (_, i): OptionDefinition => ({
        name: `c${i}`,
        kind: 'string',
        default: 'random',
        description: 'a color, or random',
      }),
    ),
    point('x0'),
    point('y0'),
    point('x1'),
    point('y1'),
    {
      name: 'nb_colors',
      aliases: ['n'],
      kind: 'integer',
      default: '2',
      min: 2,
      max: 8,
      description: 'how many colors',
    },
    {
      name: 'seed',
      kind: 'integer',
      default: '-1',
      min: -1,
      max: 0xffffffff,
      description: 'chooses what is not given; -1 is 0 here',
    },
    ...SOURCE_OPTIONS.filter(({ name }) => name === 'duration'),
    {
      name: 'speed',
      kind: 'number',
      default: '0.01',
      min: 0.00001,
      max: 1,
      description: 'how fast the line turns, radians per picture',
    },
    {
      name: 'type',
      aliases: ['t'],
      kind: 'choice',
      default: 'linear',
      choices: { linear: 0, radial: 1, circular: 2, spiral: 3 },
      description: 'what the colors lie along',
    },
    ...SOURCE_OPTIONS.filter(({ name }) => name === 'sar').map((option) => ({
      ...option,
      namedOnly: true,
    })),
  ],
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(['rgba'], 0, 1),
  open(setup) {
    const { options } = setup;
    const link = sourceLink(setup);
    const { width, height } = link;
    const next = generator(Math.max(0, options.number('seed')));
    const colors = readColors(options, next);
    const ends = ['x0', 'y0', 'x1', 'y1'].map((name, i) => {
      const given = options.number(name);
      const limit = i % 2 === 0 ? width : height;
      return given < 0 || given >= limit ? Math.floor(next() * limit) : given;
    });
    const table = colorTable(colors);
    const type = options.number('type');
    const speed = options.number('speed');
    return sourceOf(setup, link, (n) => draw(width, height, ends, n * speed, type, table));
  },
};

/** Numbers of 0..1 by a linear congruential generator (Numerical Recipes, section 7.1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function readColors(options: OptionValues, next: () => number): Color[] {
  return Array.from({ length: options.number('nb_colors') }, (_, i) => {
    const text = options.text(`c${i}`);
    if (text === 'random') {
      const [r, g, b] = [next(), next(), next()].map((value) => Math.floor(value * 256));
      return { r: r!, g: g!, b: b!, a: 255 };
    }
    const color = parseColor(text);
    if (color === undefined)
      throw options.error(`c${i}`, `no color is called ${JSON.stringify(text)}`);
    return color;
  });
}

const STEPS = 4096;

/** Colors at places 0..1 of the line. */
function colorTable(colors: readonly Color[]): Uint8Array {
  const table = new Uint8Array((STEPS + 1) * 4);
  for (let i = 0; i <= STEPS; i++) {
    const place = (i / STEPS) * (colors.length - 1);
    const first = Math.min(Math.floor(place), colors.length - 2);
    const share = place - first;
    for (const [c, key] of (['r', 'g', 'b', 'a'] as const).entries()) {
      table[i * 4 + c] = Math.trunc(
        colors[first]![key] * (1 - share) + colors[first + 1]![key] * share + 1e-6,
      );
    }
  }
  return table;
}

function draw(
  width: number,
  height: number,
  ends: readonly number[],
  angle: number,
  type: number,
  table: Uint8Array,
): VideoFrame {
  const out = newPicture('rgba', width, height, 0);
  const data = out.planes[0]!.data as Uint8Array;
  const [cx, cy] = [width / 2, height / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turn = (x: number, y: number) =>
    [(x - cx) * cos - (y - cy) * sin + cx, (x - cx) * sin + (y - cy) * cos + cy] as const;
  const [ax, ay] = turn(ends[0]!, ends[1]!);
  const [bx, by] = turn(ends[2]!, ends[3]!);
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy || 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [px, py] = [x - ax, y - ay];
      let place: number;
      if (type === 0) place = (px * dx + py * dy) / length;
      else if (type === 1) place = Math.sqrt((px * px + py * py) / length);
      else {
        const distance = Math.sqrt(px * px + py * py);
        const turns = (Math.atan2(py, px) + angle) / (2 * Math.PI);
        // As in ffmpeg, circular colors lie by height over the distance, and do not turn but with their middle.
        const height = distance === 0 ? 0.5 : Math.asin(py / distance) / Math.PI + 0.5;
        place = type === 2 ? height : (turns + distance / Math.sqrt(length)) % 1;
        if (place < 0) place += 1;
      }
      const index = Math.round(Math.min(Math.max(place, 0), 1) * STEPS) * 4;
      const q = (y * width + x) * 4;
      for (let c = 0; c < 4; c++) data[q + c] = table[index + c]!;
    }
  }
  return out;
}
