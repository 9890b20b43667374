/** The motion searches of a macroblock: each as the path of its better and better vectors. */
import { h, svg } from '../dom.ts';
import { extremesOf } from '../extremes.ts';
import { say, several } from '../names.ts';
import { columnsOf, type PictureRecord, type Recording, rowsOf } from '../recording.ts';
import { type TableData, tableElement } from '../table.ts';

/** Steps of a search in the column `step`. */
const START = 0;
const END = 2;
const AGAIN = 3;

interface Step {
  readonly step: number;
  readonly x: number;
  readonly y: number;
  readonly cost: number;
}

interface Search {
  readonly poc: number;
  readonly place: string;
  readonly steps: Step[];
}

/** The searches of a macroblock, in the order in which they were made. */
export function searchesOf(picture: PictureRecord, mb: number): Search[] {
  const c = columnsOf(picture, 'search');
  const searches: Search[] = [];
  for (const i of rowsOf(picture, 'search', mb)) {
    if (c.step[i] === START) {
      const place = `${c.width[i]}×${c.height[i]} at (${c.x[i] & 15}, ${c.y[i] & 15})`;
      searches.push({ poc: c.poc[i], place, steps: [] });
    }
    searches
      .at(-1)
      ?.steps.push({ step: c.step[i], x: c.mvX[i] / 4, y: c.mvY[i] / 4, cost: c.cost[i] });
  }
  return searches;
}

/** Draws a path: circles for vectors, larger where it began and ended, lines between them. */
function drawPath({ steps }: Search): SVGElement {
  const xs = steps.map(({ x }) => x);
  const ys = steps.map(({ y }) => y);
  const { least: left, most: right } = extremesOf(xs);
  const { least: top, most: bottom } = extremesOf(ys);
  const span = Math.max(1, right - left, bottom - top);
  const scale = 150 / span;
  const at = ({ x, y }: Step): string =>
    `${(20 + (x - left) * scale).toFixed(1)},${(20 + (y - top) * scale).toFixed(1)}`;
  const grid: SVGElement[] = [];
  const unit = span > 40 ? 8 : span > 12 ? 4 : 1;
  for (let k = Math.ceil(left / unit) * unit; k <= left + span; k += unit) {
    const x = 20 + (k - left) * scale;
    grid.push(svg('line', { x1: x, x2: x, y1: 8, y2: 182, class: k === 0 ? 'axis' : 'grid' }));
  }
  for (let k = Math.ceil(top / unit) * unit; k <= top + span; k += unit) {
    const y = 20 + (k - top) * scale;
    grid.push(svg('line', { x1: 8, x2: 182, y1: y, y2: y, class: k === 0 ? 'axis' : 'grid' }));
  }
  const dots = steps.map((step, i) => {
    const [cx, cy] = at(step).split(',');
    const kind = i === 0 ? 'first' : step.step === END ? 'last' : '';
    const text = `${i}: (${say(step.x, 2)}, ${say(step.y, 2)}), cost ${say(step.cost)}`;
    return svg('circle', { cx, cy, r: kind === '' ? 3 : 5, class: kind }, svg('title', {}, text));
  });
  return svg(
    'svg',
    {
      viewBox: '0 0 190 190',
      class: 'path',
      role: 'img',
      'aria-label': `Path of the search in ${several(steps.length, 'step')}`,
    },
    ...grid,
    svg('polyline', { points: steps.map(at).join(' ') }),
    ...dots,
  );
}

function stepTable({ steps }: Search, name: string): TableData {
  const kinds = ['prediction', 'better', 'end', 'the same, by SATD'];
  return {
    ...{ name, caption: 'Steps, in samples' },
    columns: ['step', 'x', 'y', 'cost'],
    rows: steps.map(({ step, x, y, cost }) => [
      kinds[step] ?? '?',
      x,
      y,
      step === START ? '' : cost,
    ]),
  };
}

/** The section; nothing where no search was made. */
export function searchSection(
  recording: Recording,
  picture: PictureRecord,
  mb: number,
): HTMLElement[] {
  const searches = searchesOf(picture, mb);
  if (searches.length === 0) return [];
  const shown = h('div', { class: 'search' });
  const show = (index: number): void => {
    const table = stepTable(searches[index], `search-${picture.display}-${mb}-${index}`);
    shown.replaceChildren(drawPath(searches[index]), tableElement(table));
  };
  const options = searches.map(({ poc, place }, i) => {
    const reference = recording.pictures.findLast(
      (one) => one.poc === poc && one.number < picture.number,
    );
    return h('option', { value: i }, `${place} in picture ${reference?.display ?? '?'}`);
  });
  const select = h(
    'select',
    { 'aria-label': 'Search', id: 'search', onchange: () => show(Number(select.value)) },
    ...options,
  );
  show(0);
  const all = searches.flatMap(({ steps }) => steps);
  const better = all.filter(({ step }) => step !== START && step !== END && step !== AGAIN).length;
  return [
    h('h3', {}, 'Motion search'),
    h(
      'p',
      {},
      `${`${searches.length} ${searches.length === 1 ? 'search' : 'searches'}`} ${searches.length === 1 ? 'was' : 'were'} made, with ${several(better, 'step')} that found something better. Costs are SAD + λ·bits of the vector; once the best is measured anew, SATD + λ·bits. `,
      select,
    ),
    shown,
  ];
}
