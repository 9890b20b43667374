/** The macroblocks of a picture that take the most bits, each with a way to it. */
import type { App } from '../app.ts';
import { h } from '../dom.ts';
import { TYPE_NAMES } from '../names.ts';
import type { PictureRecord } from '../recording.ts';
import { choosable, type TableData, tableElement } from '../table.ts';

/** How many are listed. */
const MOST = 12;

/** The macroblocks that have bits, the dearest first. */
export function dearestOf({ maps }: PictureRecord): number[] {
  const all = [...maps.bits.keys()].filter((mb) => maps.bits[mb] > 0);
  return all.sort((a, b) => maps.bits[b] - maps.bits[a]).slice(0, MOST);
}

/** The list. */
export function dearestSection(app: App, picture: PictureRecord): HTMLElement[] {
  const { bits, type, qp } = picture.maps;
  const chosen = dearestOf(picture);
  if (chosen.length === 0) return [];
  const data: TableData = {
    name: `dearest-${picture.display}`,
    caption: 'The dearest macroblocks',
    columns: ['macroblock', 'bits', 'kind', 'QP'],
    rows: chosen.map((mb) => [mb, bits[mb], TYPE_NAMES[type[mb]] ?? '?', qp[mb]]),
  };
  const table = tableElement(data);
  choosable(table, (row) => app.store.set({ mb: chosen[row], block: 0 }));
  return [h('details', {}, h('summary', {}, data.caption), table)];
}
