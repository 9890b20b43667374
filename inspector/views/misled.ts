/** Where an encoder's quick estimate was wrong: the way that it thought best, coded on trial, lost to another. */
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
  /** The type that was thought best, and the one that won. */
  readonly thought: number;
  readonly won: number;
  /** By how much the cost of the first was higher, in parts of that of the second. */
  readonly lost: number;
}

/** The least cost by macroblock and type of a table's rows of a picture. */
function leastCosts(picture: PictureRecord, table: string): Map<number, Map<number, number>> {
  const c = columnsOf(picture, table);
  const least = new Map<number, Map<number, number>>();
  for (let i = picture.rows[table].first; i < picture.rows[table].end; i++) {
    if (c.void[i] !== 0) continue;
    const own = least.get(c.macroblock[i]) ?? new Map<number, number>();
    least.set(c.macroblock[i], own);
    own.set(c.type[i], Math.min(own.get(c.type[i]) ?? Number.POSITIVE_INFINITY, c.cost[i]));
  }
  return least;
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
  const estimates = leastCosts(picture, 'estimate');
  const trials = leastCosts(picture, 'candidate');
  const found: Misled[] = [];
  for (const [mb, costs] of estimates) {
    // Types without an estimate were not thought anything of.
    const tried = new Map([...(trials.get(mb) ?? [])].filter(([type]) => costs.has(type)));
    if (tried.size < 2) continue;
    const [thought, won] = [cheapest(costs), cheapest(tried)];
    const [wrong, right] = [tried.get(thought), tried.get(won)];
    if (thought === won || wrong === undefined || right === undefined || right === 0) continue;
    found.push({ mb, thought, won, lost: wrong / right - 1 });
  }
  return found.sort((a, b) => b.lost - a.lost);
}

function tableOf(picture: PictureRecord, found: readonly Misled[]): TableData {
  return {
    name: `estimates-wrong-${picture.display}`,
    caption: 'Where the estimate was wrong',
    columns: ['macroblock', 'thought best', 'won', 'lost by %'],
    rows: found.map(({ mb, thought, won, lost }) => [
      ...[mb, TYPE_NAMES[thought] ?? '?', TYPE_NAMES[won] ?? '?'],
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
  const text = `In ${several(found.length, 'macroblock')} another kind than the one that looked best won the trial. A row opens its macroblock.`;
  return [table, h('p', { class: 'note' }, text)];
}
