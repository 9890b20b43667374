/** Filter graphs of a trace: filters with their links, the format on each, and the times of its frames. */
import type { App, View } from '../app.ts';
import { h, svg } from '../dom.ts';
import type { FilterLink } from '../link-record.ts';
import { say, several } from '../names.ts';
import { choosable, type TableData, tableElement } from '../table.ts';

/** Sizes of the drawing. */
const BOX = { width: 132, height: 44 };
const STEP = { x: 244, y: 84 };
/** How far a line bows that leads past other filters. */
const BOW = 84;
const MARGIN = 14;
/** Marks of times that are drawn of a link. */
const MOST_MARKS = 400;
const ROW = 26;
const TIMES_WIDTH = 900;
const LABEL_WIDTH = 190;

/** A filter in the drawing: its column is the longest way to it. */
interface Place {
  readonly filter: string;
  column: number;
  row: number;
}

/** The key of a node of a graph. */
const keyOf = (link: FilterLink, end: 'from' | 'to'): string => `${link.graph} ${link[end]}`;

/** Where the filters of all graphs stand. */
function placesOf(links: readonly FilterLink[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const link of links) {
    places.set(keyOf(link, 'from'), { filter: link.fromFilter, column: 0, row: 0 });
    places.set(keyOf(link, 'to'), { filter: link.toFilter, column: 0, row: 0 });
  }
  // A graph has no circle; a trace that says so ends after as many rounds as there are filters.
  for (let round = 0, isMoved = true; isMoved && round < places.size; round++) {
    isMoved = false;
    for (const link of links) {
      const [from, to] = [places.get(keyOf(link, 'from')), places.get(keyOf(link, 'to'))];
      if (from === undefined || to === undefined || to.column > from.column) continue;
      to.column = from.column + 1;
      isMoved = true;
    }
  }
  const used = new Map<number, number>();
  let graph = '';
  let base = 0;
  for (const [key, place] of places) {
    const [own] = key.split(' ');
    if (own !== graph) {
      graph = own;
      base = Math.max(0, ...used.values());
      used.clear();
    }
    place.row = used.get(place.column) ?? base;
    used.set(place.column, place.row + 1);
  }
  return places;
}

const leftOf = ({ column }: Place): number => MARGIN + column * STEP.x;
const topOf = ({ row }: Place): number => MARGIN + 20 + row * STEP.y;

/** A link as a curve with its format, which a click or Enter chooses. */
function drawLink(
  link: FilterLink,
  number: number,
  places: ReadonlyMap<string, Place>,
  isChosen: boolean,
  choose: (link: number) => void,
): SVGElement | null {
  const [from, to] = [places.get(keyOf(link, 'from')), places.get(keyOf(link, 'to'))];
  if (from === undefined || to === undefined) return null;
  const [x0, y0] = [leftOf(from) + BOX.width, topOf(from) + BOX.height / 2];
  const [x1, y1] = [leftOf(to), topOf(to) + BOX.height / 2];
  const middle = (x0 + x1) / 2;
  const bow = to.column - from.column > 1 ? BOW : 0;
  const d = `M${x0} ${y0}C${middle} ${y0 + bow} ${middle} ${y1 + bow} ${x1} ${y1}`;
  const at = { x: middle, 'text-anchor': 'middle' };
  const [format, rate] = link.format.split(', ');
  // Below a line that bows, above and below one that does not.
  const y = (y0 + y1) / 2 + 0.75 * bow + (bow > 0 ? 24 : 0);
  return svg(
    'g',
    {
      ...{ class: isChosen ? 'edge chosen' : 'edge', role: 'button', tabindex: 0 },
      'aria-label': `Link from ${link.fromFilter} to ${link.toFilter}: ${link.format}`,
      'aria-pressed': String(isChosen),
      onclick: () => choose(number),
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose(number);
      },
    },
    svg('path', { d, class: 'wide' }),
    svg('path', { d }),
    svg('text', { ...at, y: y - 8 }, format),
    svg('text', { ...at, y: y + 16 }, rate ?? ''),
    svg('text', { ...at, y: y + 29 }, link.isConverted ? 'converted' : ''),
  );
}

function drawGraph(
  links: readonly FilterLink[],
  chosen: number,
  choose: (link: number) => void,
): SVGElement {
  const places = placesOf(links);
  const all = [...places.values()];
  const width = Math.max(...all.map(leftOf)) + BOX.width + MARGIN;
  const bottoms = links.map((link) => {
    const [from, to] = [places.get(keyOf(link, 'from')), places.get(keyOf(link, 'to'))];
    const isBowed = (to?.column ?? 0) - (from?.column ?? 0) > 1;
    return isBowed && from !== undefined ? topOf(from) + BOX.height + BOW : 0;
  });
  const height = Math.max(...all.map(topOf).map((top) => top + BOX.height), ...bottoms) + MARGIN;
  const boxes = [...places].map(([key, place]) =>
    svg(
      'g',
      { class: 'filter', transform: `translate(${leftOf(place)} ${topOf(place)})` },
      svg('rect', { ...BOX, rx: 8 }),
      svg('text', { x: BOX.width / 2, y: 20, 'text-anchor': 'middle' }, place.filter),
      svg(
        'text',
        { x: BOX.width / 2, y: 35, 'text-anchor': 'middle', class: 'small' },
        key.slice(key.indexOf(' ') + 1),
      ),
    ),
  );
  const curves = links.map((link, i) => drawLink(link, i, places, i === chosen, choose));
  return svg(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, 'aria-label': 'Filters and their links' },
    ...curves,
    ...boxes,
  );
}

/** The times of frames on each link, one row a link: where frames were dropped or doubled the rows differ. */
function drawTimes(links: readonly FilterLink[], chosen: number): SVGElement {
  const last = links.reduce((most, { times }) => Math.max(most, times.at(-1) ?? 0), 1e-3);
  const scale = (TIMES_WIDTH - LABEL_WIDTH - MARGIN) / last;
  const rows = links.flatMap(({ fromFilter, toFilter, times }, i) => {
    const y = ROW * i;
    const every = Math.ceil(times.length / MOST_MARKS) || 1;
    let d = '';
    for (let k = 0; k < times.length; k += every) {
      d += `M${(LABEL_WIDTH + times[k] * scale).toFixed(1)} ${y + 5}v${ROW - 10}`;
    }
    return [
      svg('text', { x: 0, y: y + 17 }, `${fromFilter} → ${toFilter}`),
      svg('path', { d, class: i === chosen ? 'chosen' : '' }),
    ];
  });
  const height = ROW * links.length;
  const size = { width: TIMES_WIDTH, height, viewBox: `0 0 ${TIMES_WIDTH} ${height}` };
  return svg('svg', { ...size, class: 'times', 'aria-label': 'Times of frames' }, ...rows);
}

function linkTable(links: readonly FilterLink[]): TableData {
  return {
    ...{ name: 'links', caption: 'Links' },
    columns: ['from', 'to', 'pads', 'format', 'time base', 'frames', 'first at s', 'last at s'],
    rows: links.map(({ from, to, pads, format, timeBase, isConverted, times }) => [
      ...[from, to, pads, `${format}${isConverted ? ', converted' : ''}`, timeBase],
      ...[times.length, times[0] ?? '', times.at(-1) ?? ''],
    ]),
  };
}

function frameTable({ from, to, times, samples }: FilterLink): TableData {
  return {
    ...{ name: 'frames', caption: `Frames from ${from} to ${to}` },
    columns: ['frame', 'at s', 'after s', 'samples'],
    rows: Array.from(times, (time, i) => [
      ...[i, Number(time.toFixed(5)), i === 0 ? '' : Number((time - times[i - 1]).toFixed(5))],
      samples[i] === 0 ? 'a picture' : samples[i],
    ]),
  };
}

/** Creates the view. */
export function createLinksView(app: App): View {
  const element = h('section', { class: 'view page', 'aria-label': 'Filter graphs' });
  const choose = (link: number): void => app.store.set({ link });
  const update = (): void => {
    const links = app.traced?.links ?? [];
    if (links.length === 0) {
      element.replaceChildren(
        h(
          'p',
          { class: 'note' },
          'No trace of filters is open: make one with vitrine encode --vf … --trace FILE, and drop it here.',
        ),
      );
      return;
    }
    const chosen = Math.min(app.store.state.link, links.length - 1);
    const isFocused = element.contains(document.activeElement);
    const link = links[chosen];
    const table = tableElement(linkTable(links), {
      classOf: (i) => (i === chosen ? 'chosen' : ''),
    });
    choosable(table, choose);
    element.replaceChildren(
      h('h2', {}, 'Filters and their links'),
      h(
        'p',
        { class: 'note' },
        'Each box is a filter; frames go along the lines, in the format that is written there. Choose a line to see its frames.',
      ),
      h('div', { class: 'drawing graph' }, drawGraph(links, chosen, choose)),
      h('h2', {}, 'Times of frames'),
      h('div', { class: 'drawing graph' }, drawTimes(links, chosen)),
      h(
        'p',
        { id: 'link-lead', class: 'lead' },
        `${link.fromFilter} to ${link.toFilter}: ${link.format}; ${several(link.times.length, 'frame')} from ${say(link.times[0] ?? 0, 3)} to ${say(link.times.at(-1) ?? 0, 3)} s.`,
      ),
      table,
      tableElement(frameTable(link)),
    );
    if (isFocused) element.querySelector<SVGElement>('.edge.chosen')?.focus();
  };
  return { element, update };
}
