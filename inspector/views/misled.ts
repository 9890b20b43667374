/** Where an encoder's quick estimate was wrong: the inter type that it thought best, coded on trial, lost to what was taken. */
import type { App } from '../app.ts';
import { h } from '../dom.ts';
import { several, TYPE_NAMES } from '../names.ts';
import { columnsOf, type PictureRecord } from '../recording.ts';
import { choosable, type TableData, tableElement } from '../table.ts';

/** Macroblocks that are shown. */
const MOST = 6;

/** A macroblock that the estimate was wrong about. */
export interface Misled {
  readonly mb: number;
  /** The type that was thought best, and the one that was taken. */
  readonly thought: number;
  readonly taken: number;
  /** By how much the cost of the first was higher, in parts of that of the second. */
  readonly lost: number;
}

/** The least cost by macroblock and type of the estimates of a picture. */
function estimatesOf(picture: PictureRecord): Map<number, Map<number, number>> {
  const c = columnsOf(picture, 'estimate');
  const least = new Map<number, Map<number, number>>();
  for (let i = picture.rows.estimate.first; i < picture.rows.estimate.end; i++) {
    if (c.void[i] !== 0) continue;
    const own = least.get(c.macroblock[i]) ?? new Map<number, number>();
    least.set(c.macroblock[i], own);
    own.set(c.type[i], Math.min(own.get(c.type[i]) ?? Number.POSITIVE_INFINITY, c.cost[i]));
  }
  return least;
}

/** The rows of the candidates of each macroblock, in the order in which they were tried. */
function trialsOf(picture: PictureRecord): Map<number, number[]> {
  const c = columnsOf(picture, 'candidate');
  const rows = new Map<number, number[]>();
  for (let i = picture.rows.candidate.first; i < picture.rows.candidate.end; i++) {
    if (c.void[i] !== 0) continue;
    const own = rows.get(c.macroblock[i]);
    if (own === undefined) rows.set(c.macroblock[i], [i]);
    else own.push(i);
  }
  return rows;
}

/** The key with the least value. */
function cheapest(costs: ReadonlyMap<number, number>): number {
  let best = -1;
  for (const [type, cost] of costs) {
    if (best < 0 || cost < (costs.get(best) ?? 0)) best = type;
  }
  return best;
}

/** The macroblocks of a picture that estimates were wrong about, the worst first. */
export function misledMacroblocks(picture: PictureRecord): Misled[] {
  const { type, cost } = columnsOf(picture, 'candidate');
  const trials = trialsOf(picture);
  const found: Misled[] = [];
  for (const [mb, costs] of estimatesOf(picture)) {
    const thought = cheapest(costs);
    const rows = trials.get(mb) ?? [];
    const winner = rows[picture.maps.candidate[mb]];
    const tried = rows.filter((i) => type[i] === thought).map((i) => cost[i]);
    // What was not tried did not lose, and what cost nothing was taken before anything was measured.
    if (winner === undefined || tried.length === 0 || !(cost[winner] > 0)) continue;
    const lost = Math.min(...tried) / cost[winner] - 1;
    if (type[winner] !== thought && lost > 0) {
      found.push({ mb, thought, taken: type[winner], lost });
    }
  }
  return found.sort((a, b) => b.lost - a.lost);
}

function tableOf(picture: PictureRecord, found: readonly Misled[]): TableData {
  return {
    name: `estimates-wrong-${picture.display}`,
    caption: 'Where the estimate was wrong',
    columns: ['macroblock', 'inter type thought best', 'taken', 'lost by %'],
    rows: found.map(({ mb, thought, taken, lost }) => [
      ...[mb, TYPE_NAMES[thought] ?? '?', TYPE_NAMES[taken] ?? '?'],
      Number((100 * lost).toFixed(1)),
    ]),
  };
}

/** The section of a picture; a row opens its macroblock. Empty where there were no estimates. */
export function misledSection(app: App, picture: PictureRecord): HTMLElement[] {
  const found = misledMacroblocks(picture);
  if (found.length === 0) return [];
  const table = tableElement(tableOf(picture, found), { most: MOST });
  choosable(table, (i) => app.store.set({ mb: found[i].mb, block: 0 }));
  const text = `In ${several(found.length, 'macroblock')} the inter type that looked best before the trial lost to another, or to intra. A row opens its macroblock.`;
  return [table, h('p', { class: 'note' }, text)];
}
