/** Lists of pixel formats that filters share, and reading such lists from options. */
import { ALL_PIX_FMTS, type PixFmt, requirePixFmt } from '../../frames/pixel-format.ts';
import type { OptionValues } from './options.ts';

/** All of them, of the packed ones with opacity `argb` first: ffmpeg's choice where a filter of RGB has to add opacity. */
export const ARGB_FIRST: readonly PixFmt[] = [
  ...ALL_PIX_FMTS.filter((name) => name === 'argb'),
  ...ALL_PIX_FMTS.filter((name) => name !== 'argb'),
];

/** The pixel formats that an option names, with "|" between; null if it names none. */
export function pixFmtList(options: OptionValues, name: string): PixFmt[] | null {
  const text = options.text(name);
  if (text.trim() === '') return null;
  const list: PixFmt[] = [];
  let offset = 0;
  for (const part of text.split('|')) {
    try {
      list.push(requirePixFmt('', part.trim()));
    } catch {
      throw options.error(name, `no pixel format is called ${JSON.stringify(part)}`, offset);
    }
    offset += part.length + 1;
  }
  return list;
}
