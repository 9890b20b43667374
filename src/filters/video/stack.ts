/** `hstack`, `vstack`, `xstack`: pictures of several inputs on one. */
import type { Rational } from '../../base/rational.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  type FilterSetup,
  type PadDefinition,
  samePixFmt,
  VIDEO_PAD,
} from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import { commonTimeBase, equalInputs, FrameSync } from '../graph/frame-sync.ts';
import { parseColor } from '../language/values.ts';
import {
  colorSamples,
  fillRectangle,
  newPicture,
  picture,
  placePicture,
  videoLink,
} from '../pixels/picture-work.ts';

const INPUTS: OptionDefinition = {
  name: 'inputs',
  kind: 'integer',
  default: '2',
  min: 2,
  max: 1024,
  description: 'how many inputs',
};
const SHORTEST: OptionDefinition = {
  name: 'shortest',
  kind: 'boolean',
  default: '0',
  description: 'end when the shortest input does',
};

const padsOf = (count: number): readonly PadDefinition[] =>
  Array.from({ length: count }, (_, i) => ({ name: `input${i}`, kind: 'video' }));

const pads = (options: OptionValues): readonly PadDefinition[] => padsOf(options.number('inputs'));

interface Place {
  readonly x: number;
  readonly y: number;
}

function open(setup: FilterSetup, places: readonly Place[], ground?: readonly number[]) {
  const links = setup.inputs.map(videoLink);
  const first = links[0]!;
  const width = Math.max(...links.map((link, i) => places[i]!.x + link.width));
  const height = Math.max(...links.map((link, i) => places[i]!.y + link.height));
  if (width > MAX_SIZE || height > MAX_SIZE) {
    throw setup.options.filterError(
      `the picture is ${width}x${height}, allowed are sides up to ${MAX_SIZE}`,
    );
  }
  const sameRate = links.every((link) => link.frameRate.join() === first.frameRate.join());
  const inputs = equalInputs(links.length, setup.options.boolean('shortest'));
  const timeBase = commonTimeBase(
    links.map((link) => link.timeBase),
    inputs,
  );
  const sync = new FrameSync(setup, inputs, timeBase, (frames, pts) => {
    const out = newPicture(first.pixFmt, width, height, pts);
    if (ground !== undefined) fillRectangle(out, ground, 0, 0, width, height);
    frames.forEach((frame, i) => {
      const { x, y } = places[i]!;
      placePicture(picture(frame!), out, x, y);
    });
    setup.emit(0, out);
  });
  const frameRate: Rational = sameRate ? first.frameRate : [0, 1];
  const output = { ...first, width, height, timeBase, frameRate };
  return {
    outputs: [output],
    push: sync.push.bind(sync),
    end: sync.end.bind(sync),
    wants: sync.wants.bind(sync),
  };
}

function lineStack(name: string, side: 'width' | 'height', description: string): FilterDefinition {
  const across = side === 'width' ? 'height' : 'width';
  return {
    name,
    description,
    options: [INPUTS, SHORTEST],
    inputs: pads,
    outputs: VIDEO_PAD,
    formats: (options) => samePixFmt(null, options.number('inputs')),
    open(setup) {
      const places: Place[] = [];
      let at = 0;
      for (const [i, link] of setup.inputs.map(videoLink).entries()) {
        const first = videoLink(setup.inputs[0]);
        if (link[across] !== first[across]) {
          throw setup.options.filterError(
            `input ${i} is ${link.width}x${link.height}, input 0 ${first.width}x${first.height}: the ${across} must be the same`,
          );
        }
        places.push(side === 'width' ? { x: at, y: 0 } : { x: 0, y: at });
        at += link[side];
      }
      return open(setup, places);
    },
  };
}

/** Side by side. */
export const HSTACK: FilterDefinition = lineStack('hstack', 'width', 'puts pictures side by side');

/** Below each other. */
export const VSTACK: FilterDefinition = lineStack(
  'vstack',
  'height',
  'puts pictures below each other',
);

/** Anywhere. */
export const XSTACK: FilterDefinition = {
  name: 'xstack',
  description: 'puts pictures where a layout says',
  options: [
    INPUTS,
    {
      name: 'layout',
      kind: 'string',
      default: '',
      description: 'x_y for each input, with "|" between; each a sum of numbers and of w0, h0, …',
    },
    {
      name: 'grid',
      kind: 'size',
      description: 'columns and rows of equal pictures, instead of a layout',
    },
    SHORTEST,
    {
      name: 'fill',
      kind: 'string',
      default: 'none',
      description: 'color of what no picture covers',
    },
  ],
  inputs: (options) => padsOf(inputCount(options)),
  outputs: VIDEO_PAD,
  formats: (options) => samePixFmt(null, inputCount(options)),
  open(setup) {
    const { options } = setup;
    const places = options.isSet('grid') ? gridPlaces(setup) : readLayout(setup);
    const fill = options.text('fill');
    // Without a color, samples that no picture covers are 0.
    if (fill === 'none') return open(setup, places);
    const color = parseColor(fill);
    if (color === undefined) {
      throw options.error('fill', `no color is called ${JSON.stringify(fill)}`);
    }
    const info = pixFmtInfo(videoLink(setup.inputs[0]).pixFmt);
    return open(setup, places, colorSamples(color, info));
  },
};

/** A grid says how many inputs there are, whatever `inputs` does. */
function inputCount(options: OptionValues): number {
  if (!options.isSet('grid')) return options.number('inputs');
  const [columns, rows] = options.pair('grid')!;
  const count = columns * rows;
  if (count < 1 || count > 1024) {
    throw options.error('grid', `it has ${count} pictures, allowed are 1 to 1024`);
  }
  return count;
}

/** Row after row; pictures of a row are equally high, rows equally wide. */
function gridPlaces({ options, inputs }: FilterSetup): Place[] {
  if (options.text('layout') !== '') {
    throw options.error('grid', 'there is a layout too, allowed is one of them');
  }
  const links = inputs.map(videoLink);
  const [columns] = options.pair('grid')!;
  const places: Place[] = [];
  let [x, y, width] = [0, 0, 0];
  for (const [i, link] of links.entries()) {
    const first = links[i - (i % columns)]!;
    if (link.height !== first.height) {
      throw options.filterError(
        `input ${i} is ${link.height} rows high, its row of the grid ${first.height}`,
      );
    }
    places.push({ x, y });
    x += link.width;
    if (i % columns !== columns - 1) continue;
    if (y > 0 && x !== width) {
      throw options.filterError(`row ${(i + 1) / columns} of the grid is ${x} wide, not ${width}`);
    }
    [x, y, width] = [0, y + link.height, x];
  }
  return places;
}

function readLayout(setup: FilterSetup): Place[] {
  const { options } = setup;
  const links = setup.inputs.map(videoLink);
  const given = options.text('layout');
  if (given === '' && links.length !== 2) {
    throw options.filterError('option layout is missing');
  }
  const text = given === '' ? '0_0|w0_0' : given;
  const places: Place[] = [];
  let offset = 0;
  for (const part of text.split('|')) {
    const sides = part.trim().split('_');
    if (sides.length !== 2) {
      throw options.error('layout', `got ${JSON.stringify(part)}, allowed is x_y`, offset);
    }
    const [x, y] = sides.map((side) => {
      let sum = 0;
      for (const term of side.split('+')) {
        const match = /^([wh])(\d+)$/.exec(term);
        const link = match === null ? undefined : links[Number(match[2])];
        if (link !== undefined) sum += match![1] === 'w' ? link.width : link.height;
        else if (/^\d+$/.test(term)) sum += Number(term);
        else {
          throw options.error(
            'layout',
            `got ${JSON.stringify(term)}, allowed are numbers and w0, h0 to w${links.length - 1}, h${links.length - 1}`,
            offset,
          );
        }
      }
      return sum;
    });
    places.push({ x: x!, y: y! });
    offset += part.length + 1;
  }
  if (places.length < links.length) {
    throw options.error('layout', `it has ${places.length} places for ${links.length} inputs`);
  }
  return places;
}
