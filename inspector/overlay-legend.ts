/** What the colors and lines over the picture mean, and where an overlay has nothing to show, why. */
import { extremesOf } from './extremes.ts';
import { say } from './names.ts';
import { eachPart, OVERLAY_TEXTS, REFERENCE_COLORS } from './overlays.ts';
import type { PictureRecord, Recording } from './recording.ts';
import type { OverlayName } from './state.ts';

/** Part of a legend: a text, in front of which stands a color if there is one. */
export interface LegendPart {
  readonly text: string;
  readonly color: string;
}

/** How many elements there are for which something holds. */
function countOf(values: ArrayLike<number>, holds: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (holds(values[i])) count++;
  return count;
}

/** What the ends of a heat stand for. */
function heatText({ maps }: PictureRecord, name: 'bits' | 'qp' | 'importance'): string {
  const values = maps[name];
  if (values === null || values.length === 0) return 'nobody looked ahead to this picture';
  const { least, most } = extremesOf(values);
  return `dark is ${say(least, 1)}, bright is ${say(most, 1)}`;
}

/** The pictures that parts are taken from, each in its color. */
function referenceParts(recording: Recording, picture: PictureRecord): LegendPart[] {
  const used = new Set<number>();
  eachPart(recording, picture, (_x, _y, _width, _height, list, refIdx) => {
    used.add(2 * refIdx + list);
  });
  return [...used]
    .sort((a, b) => a - b)
    .map((key) => {
      const [list, refIdx] = [key & 1, key >> 1];
      const number = picture.references[list as 0 | 1][refIdx];
      const from = recording.pictures[number];
      const where = from === undefined ? '' : `, picture ${from.display}`;
      const color = REFERENCE_COLORS[refIdx % REFERENCE_COLORS.length];
      return { text: `list ${list}, number ${refIdx}${where}`, color: `rgb(${color})` };
    });
}

/** What else an overlay says, as a text. */
function textOf(picture: PictureRecord, name: OverlayName): string {
  const { maps } = picture;
  const total = maps.type.length;
  const inter = countOf(maps.type, (type) => type >= 4 && type <= 10);
  switch (name) {
    case 'bits':
    case 'qp':
    case 'importance':
      return heatText(picture, name);
    case 'vectors':
      return inter === 0
        ? 'none, all of it is drawn from itself'
        : 'from the middle of a part to where it is taken from: blue from list 0, pink from list 1';
    case 'references':
      return inter === 0
        ? 'none, all of it is drawn from itself'
        : 'those of list 1 fill the lower right quarter';
    case 'skipped':
      return `dark are ${countOf(maps.type, (type) => type === 8 || type === 9)} of ${total} macroblocks`;
    case 'transform': {
      const count = countOf(maps.transform8x8, (value) => value !== 0);
      return count === 0
        ? 'no macroblock has the 8×8 transform: it needs profile high'
        : `blue are ${count} of ${total} macroblocks`;
    }
    case 'edges':
      return picture.rows.edge.end === picture.rows.edge.first
        ? 'no edge is filtered here'
        : 'yellow, the brighter the stronger, from 1 to 4';
    case 'modes':
      return countOf(maps.type, (type) => type <= 2) === 0
        ? 'no intra macroblock here'
        : 'a line is a direction, a dot is an even surface';
    case 'types':
      return 'colors as in the table of kinds at the right';
    default:
      return '';
  }
}

/** The legend of the overlays that are shown. */
export function legendOf(
  recording: Recording,
  picture: PictureRecord,
  show: readonly OverlayName[],
): LegendPart[] {
  return show.flatMap((name) => {
    const text = textOf(picture, name);
    const parts = name === 'references' ? referenceParts(recording, picture) : [];
    const [title] = OVERLAY_TEXTS[name];
    const head =
      text === '' && parts.length === 0 ? [] : [{ text: `${title}: ${text}`, color: '' }];
    return [...head, ...parts];
  });
}
