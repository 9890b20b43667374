/**
 * `smptebars`: color bars as SMPTE EG 1 (Alignment Color Bar Test Signal) lays them out: seven bars of 75 %, below them the same
 * blue bars backwards, at the foot -I, white, +Q and three near blacks (PLUGE).
 */
import { type FilterDefinition, NO_PADS, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { fillRectangle, newPicture } from '../pixels/picture-work.ts';
import { SOURCE_OPTIONS, sourceLink, sourceOf } from './sources.ts';

type YuvColor = readonly [y: number, cb: number, cr: number];

/** Table: the bars of 75 %, BT.601 in 8 bits, from left to right. */
// biome-ignore format: a table
const BARS: readonly YuvColor[] = [
  [180, 128, 128], [162, 44, 142], [131, 156, 44], [112, 72, 58], [84, 184, 198], [65, 100, 212], [35, 212, 114],
];
const WHITE: YuvColor = [235, 128, 128];
const BLACK: YuvColor = [16, 128, 128];
const NEG4: YuvColor = [7, 128, 128];
const POS4: YuvColor = [24, 128, 128];
const MINUS_I: YuvColor = [57, 156, 97];
const PLUS_Q: YuvColor = [44, 171, 147];
/** Black at 7.5 % of the setup, which stands between the blue bars. */
const SETUP: YuvColor = [19, 128, 128];
const BELOW: readonly YuvColor[] = [BARS[6]!, SETUP, BARS[4]!, SETUP, BARS[2]!, SETUP, BARS[0]!];

const even = (value: number): number => (value + 1) & ~1;

/** Color bars. */
export const SMPTEBARS: FilterDefinition = {
  name: 'smptebars',
  description: 'makes the color bars of SMPTE EG 1',
  options: SOURCE_OPTIONS,
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(['yuv420p', 'yuv422p', 'yuv444p'], 0, 1),
  open(setup) {
    const link = sourceLink(setup);
    const { width, height, pixFmt } = link;
    const picture = newPicture(pixFmt, width, height, 0);
    const rw = even(Math.floor((width + 6) / 7));
    const rh = even(Math.floor((height * 2) / 3));
    const wh = even(Math.floor(height / 12));
    const pw = even(Math.floor((rw * 5) / 4));
    const ph = height - wh - rh;
    const draw = (color: YuvColor, x: number, y: number, w: number, h: number): void => {
      const right = Math.min(w, width - x);
      const low = Math.min(h, height - y);
      if (right > 0 && low > 0) fillRectangle(picture, color, x, y, right, low);
    };
    BARS.forEach((color, i) => {
      draw(color, i * rw, 0, rw, rh);
      draw(BELOW[i]!, i * rw, rh, rw, wh);
    });
    let x = 0;
    for (const color of [MINUS_I, WHITE, PLUS_Q]) {
      draw(color, x, rh + wh, pw, ph);
      x += pw;
    }
    const blackWidth = even(5 * rw - x);
    draw(BLACK, x, rh + wh, blackWidth, ph);
    x += blackWidth;
    const third = even(Math.floor(rw / 3));
    for (const color of [NEG4, BLACK, POS4]) {
      draw(color, x, rh + wh, third, ph);
      x += third;
    }
    draw(BLACK, x, rh + wh, width - x, ph);
    return sourceOf(setup, link, () => picture);
  },
};
