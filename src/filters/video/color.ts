/** `color` and `nullsrc`: pictures of one color, and pictures of which nothing is promised but their size. */
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, NO_PADS, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { PIX_FMT_ORDER } from '../graph/closeness.ts';
import { colorSamples, fillRectangle, newPicture } from '../pixels/picture-work.ts';
import { SOURCE_OPTIONS, sourceLink, sourceOf } from './sources.ts';

/** Formats that can be drawn on. */
const DRAWN = PIX_FMT_ORDER.filter(
  (name) => ALL_PIX_FMTS.includes(name) && !pixFmtInfo(name).bigEndian,
);

/** Pictures of one color. */
export const COLOR: FilterDefinition = {
  name: 'color',
  description: 'makes pictures of one color',
  options: [
    { name: 'color', aliases: ['c'], kind: 'color', default: 'black', description: 'the color' },
    ...SOURCE_OPTIONS,
  ],
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(DRAWN, 0, 1),
  open(setup) {
    const link = sourceLink(setup);
    const { pixFmt, width, height } = link;
    const picture = newPicture(pixFmt, width, height, 0);
    fillRectangle(
      picture,
      colorSamples(setup.options.color('color'), pixFmtInfo(pixFmt)),
      0,
      0,
      width,
      height,
    );
    return sourceOf(setup, link, () => picture);
  },
};

/** Pictures whose samples are 0. */
export const NULLSRC: FilterDefinition = {
  name: 'nullsrc',
  description: 'makes pictures of a size, all samples 0',
  options: SOURCE_OPTIONS,
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(PIX_FMT_ORDER, 0, 1),
  open(setup) {
    const link = sourceLink(setup);
    const picture = newPicture(link.pixFmt, link.width, link.height, 0);
    return sourceOf(setup, link, () => picture);
  },
};
