/** Lists of pixel formats that filters share, and reading such lists from options. */
import { type PixFmt, requirePixFmt } from '../../frames/pixel-format.ts';
import type { OptionValues } from './options.ts';

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
