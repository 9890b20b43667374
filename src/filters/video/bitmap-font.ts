/** Table file: the built-in font, drawn for this library: the printable characters of ASCII on a grid of 5 x 7. */
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import type { Color } from '../language/values.ts';
import { colorSamples, fillRectangle } from '../pixels/picture-work.ts';
import type { Glyph, Typeface } from './typeface.ts';

/**
 * Table: character code - 32 => seven rows of five bits, the left column highest; each row is a digit to the base of 32 (0..9, A..V).
 */
// biome-ignore format: a table
const ROWS: readonly string[] = [
  '0000000', '4444404', 'AAA0000', 'AAVAVAA', '4FKE5U4', 'OP248J3', 'CIK8LID', '4480000', '2488842', '8422248',
  '04LEL40', '044V440', '0000C48', '000V000', '00000CC', '01248G0', 'EHJLPHE', '4C4444E', 'EH1248V', 'V2421HE',
  '26AIV22', 'VGU11HE', '68GUHHE', 'V124888', 'EHHEHHE', 'EHHF12C', '0CC0CC0', '0CC0C48', '248G842', '00V0V00',
  '8421248', 'EH12404', 'EH1DLLE', 'EHHHVHH', 'UHHUHHU', 'EHGGGHE', 'SIHHHIS', 'VGGUGGV', 'VGGUGGG', 'EHGNHHF',
  'HHHVHHH', 'E44444E', '72222IC', 'HIKOKIH', 'GGGGGGV', 'HRLLHHH', 'HHPLJHH', 'EHHHHHE', 'UHHUGGG', 'EHHHLID',
  'UHHUKIH', 'FGGE11U', 'V444444', 'HHHHHHE', 'HHHHHA4', 'HHHLLLA', 'HHA4AHH', 'HHHA444', 'V1248GV', 'E88888E',
  '0G84210', 'E22222E', '4AH0000', '000000V', '8420000', '00E1FHF', 'GGMPHHU', '00EGGHE', '11DJHHF', '00EHVGE',
  '698S888', '0FHHF1E', 'GGMPHHH', '40C444E', '20622IC', 'GGIKOKI', 'C44444E', '00QLLHH', '00MPHHH', '00EHHHE',
  '00UHUGG', '00DJF11', '00MPGGG', '00EGE1U', '88S8896', '00HHHJD', '00HHHA4', '00HHLLA', '00HA4AH', '00HHF1E',
  '00V248V', '2448442', '4444444', '8442448', '008L200',
];

/** What stands for a character that the font lacks: a box. */
const MISSING = 'VHHHHHV';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** The bits of a row of a character. */
function rowOf(codePoint: number, row: number): number {
  return DIGITS.indexOf((ROWS[codePoint - 32] ?? MISSING)[row]!);
}

/** Pixels for one dot of the grid: whole, so that edges stay sharp. A size of 8 has one. */
const dotOf = (size: number): number => Math.max(1, Math.round(size / 8));

/** The built-in font as a typeface. */
export const BUILT_IN_FONT: Typeface = {
  ascent: (size) => 7 * dotOf(size),
  descent: (size) => dotOf(size),
  glyph(codePoint, size): Glyph {
    const dot = dotOf(size);
    const [width, height] = [5 * dot, 7 * dot];
    const coverage = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const bits = rowOf(codePoint, Math.floor(y / dot));
      for (let x = 0; x < width; x++) {
        if (((bits >> (4 - Math.floor(x / dot))) & 1) === 1) coverage[y * width + x] = 255;
      }
    }
    return { width, height, left: 0, top: height, advance: 6 * dot, coverage };
  },
};

/** Draws a line of text in the built-in font, without mixing; what does not fit is left out. */
export function drawText(
  frame: VideoFrame,
  text: string,
  x: number,
  y: number,
  size: number,
  color: Color,
): void {
  const samples = colorSamples(color, pixFmtInfo(frame.pixFmt));
  const dot = dotOf(size);
  let left = x;
  for (const character of text) {
    for (let row = 0; row < 7; row++) {
      const bits = rowOf(character.codePointAt(0)!, row);
      for (let column = 0; column < 5; column++) {
        if (((bits >> (4 - column)) & 1) === 0) continue;
        const [px, py] = [left + column * dot, y + row * dot];
        if (px + dot > frame.width || py + dot > frame.height) continue;
        fillRectangle(frame, samples, px, py, dot, dot);
      }
    }
    left += 6 * dot;
  }
}
