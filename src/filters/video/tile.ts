/** `tile`: several pictures as one. */
import type { Rational } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import { lowestTerms } from '../language/values.ts';
import {
  colorSamples,
  copyOf,
  copyRectangle,
  fillRectangle,
  newPicture,
  picture,
  videoLink,
} from '../pixels/picture-work.ts';

/** Puts pictures side by side and below each other. */
export const TILE: FilterDefinition = {
  name: 'tile',
  description: 'puts several pictures onto one',
  options: [
    { name: 'layout', kind: 'size', default: '6x5', description: 'columns and rows' },
    {
      name: 'nb_frames',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x7fffffff,
      description: 'pictures on one; 0 fills it',
    },
    {
      name: 'margin',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 1024,
      description: 'width of the border',
    },
    {
      name: 'padding',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 1024,
      description: 'width between pictures',
    },
    { name: 'color', kind: 'color', default: 'black', description: 'color of what is left' },
    {
      name: 'overlap',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x7fffffff,
      description: 'pictures that the next one shows again',
    },
    {
      name: 'init_padding',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x7fffffff,
      description: 'empty places at the very first',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const [columns, rows] = options.pair('layout')!;
    const count = options.number('nb_frames') || columns * rows;
    if (count > columns * rows) {
      throw options.error('nb_frames', `got ${count}, ${columns}x${rows} holds ${columns * rows}`);
    }
    const overlap = options.number('overlap');
    if (overlap >= count)
      throw options.error('overlap', `got ${overlap}, allowed are 0..${count - 1}`);
    const margin = options.number('margin');
    const padding = options.number('padding');
    const [width, height] = sheetSize(options, link, columns, rows);
    const color = colorSamples(options.color('color'), pixFmtInfo(link.pixFmt));
    let current = Math.min(options.number('init_padding'), count - 1);
    let sheet: VideoFrame | undefined;
    let before: VideoFrame | undefined;
    const placeAt = (index: number): readonly [x: number, y: number] => [
      margin + (link.width + padding) * (index % columns),
      margin + (link.height + padding) * Math.floor(index / columns),
    ];
    const newSheet = (pts: number): VideoFrame => {
      const out = newPicture(link.pixFmt, width, height, pts);
      fillRectangle(out, color, 0, 0, width, height);
      if (before === undefined) return out;
      for (let i = 0; i < overlap; i++) {
        const [fromX, fromY] = placeAt(count - overlap + i);
        const [toX, toY] = placeAt(i);
        copyRectangle(before, fromX, fromY, out, toX, toY, link.width, link.height);
      }
      return out;
    };
    const finishSheet = (): void => {
      setup.emit(0, sheet!);
      before = overlap > 0 ? copyOf(sheet!) : undefined;
      sheet = undefined;
      current = overlap;
    };
    return {
      outputs: [
        {
          ...link,
          width,
          height,
          frameRate: slowerBy(count - overlap, link.frameRate),
        },
      ],
      push(_, frame) {
        sheet ??= newSheet(frame.pts);
        const [x, y] = placeAt(current++);
        copyRectangle(picture(frame), 0, 0, sheet, x, y, link.width, link.height);
        if (current === count) finishSheet();
      },
      end(_, pts) {
        if (sheet !== undefined) finishSheet();
        setup.finish(0, pts);
      },
    };
  },
};

function sheetSize(
  options: OptionValues,
  link: VideoLink,
  columns: number,
  rows: number,
): readonly [width: number, height: number] {
  const margin = options.number('margin');
  const padding = options.number('padding');
  const width = (link.width + padding) * columns - padding + 2 * margin;
  const height = (link.height + padding) * rows - padding + 2 * margin;
  if (width <= MAX_SIZE && height <= MAX_SIZE) return [width, height];
  throw options.error(
    'layout',
    `the picture is ${width}x${height}, allowed are sides up to ${MAX_SIZE}`,
  );
}

function slowerBy(factor: number, [num, den]: Rational): Rational {
  return num > 0 ? lowestTerms([num, den * factor]) : [num, den];
}
