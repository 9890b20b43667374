/** The ways to code a macroblock that were weighed against each other: the one that won, and by how much the others lost. */
import { h, themeColor } from '../dom.ts';
import { say, TYPE_COLORS, TYPE_NAMES } from '../names.ts';
import { columnsOf, type PictureRecord, rowsOf } from '../recording.ts';
import { type TableData, tableElement } from '../table.ts';

/** Lists more candidates than these as text only. */
const MOST_BARS = 8;

/** Bars end at this many times the cost of the winner. */
const CUT = 2.5;

/** A candidate with its place in the trace. */
interface Candidate {
  readonly index: number;
  readonly type: number;
  readonly distortion: number;
  readonly bits: number;
  readonly cost: number;
  /** What was added to the squared error for detail that is lost, or came from nowhere. */
  readonly psy: number;
}

/** The candidates of a macroblock, the cheapest first. */
export function candidatesOf(picture: PictureRecord, mb: number): Candidate[] {
  const c = columnsOf(picture, 'candidate');
  const all = rowsOf(picture, 'candidate', mb).map((i, index) => ({
    ...{ index, type: c.type[i], distortion: c.distortion[i] },
    // Traces of before have no such column.
    ...{ bits: c.bits[i], cost: c.cost[i], psy: c.psy?.[i] ?? 0 },
  }));
  return all.sort((a, b) => a.cost - b.cost);
}

/** The candidates as a table: how much more than the winner each costs. */
export function candidateTable(
  all: readonly Candidate[],
  picture: PictureRecord,
  mb: number,
): TableData {
  const chosen = picture.maps.candidate[mb];
  const own = all.find(({ index }) => index === chosen)?.cost ?? 0;
  return {
    ...{ name: `candidates-${picture.display}-${mb}`, caption: 'Weighed against each other' },
    columns: ['way', 'squared error', 'psy', 'bits', 'cost', 'lost by', 'taken'],
    rows: all.map(({ index, type, distortion, bits, cost, psy }) => [
      TYPE_NAMES[type] ?? '?',
      ...[distortion, Math.round(psy), bits, Math.round(cost), Math.round(cost - own)],
      index === chosen ? 'yes' : '',
    ]),
  };
}

function bars(all: readonly Candidate[], chosen: number): HTMLElement {
  const most = Math.max(1, ...all.map(({ cost }) => cost));
  const own = all.find(({ index }) => index === chosen);
  // Close races must be seen: what lost by far is cut off.
  const limit = own === undefined || own.cost === 0 ? most : Math.min(most, CUT * own.cost);
  const rows = all.slice(0, MOST_BARS).map(({ index, type, cost }) => {
    const isChosen = index === chosen;
    const more =
      own === undefined || own.cost === 0
        ? ''
        : `+${say((100 * (cost - own.cost)) / own.cost, 1)} %`;
    return h(
      'li',
      { class: isChosen ? 'chosen' : '' },
      h('span', {}, TYPE_NAMES[type] ?? '?'),
      h('i', {
        class: cost > limit ? 'beyond' : '',
        style: `width:${((100 * Math.min(cost, limit)) / limit).toFixed(1)}%;background:${themeColor(TYPE_COLORS[type] ?? 'line')}`,
      }),
      h('em', {}, isChosen ? 'taken' : more),
    );
  });
  return h('ol', { class: 'bars' }, ...rows);
}

/** A sentence about the race. */
function sentence(all: readonly Candidate[], chosen: number): string {
  const winner = all.find(({ index }) => index === chosen);
  if (winner === undefined || all.length === 0)
    return 'No candidate was measured: the macroblock had no choice.';
  if (winner.cost === 0 && all.length === 1) {
    return 'The skip prediction left nothing to send, so it was taken at once, without a search.';
  }
  const other = all.find(({ index, type }) => index !== chosen && type !== winner.type);
  if (other === undefined) return 'No other way came near enough to be coded on trial.';
  const difference = other.cost - winner.cost;
  const [bits, error] = [winner.bits - other.bits, winner.distortion - other.distortion];
  const psy = Math.round(winner.psy - other.psy);
  const detail =
    psy === 0
      ? ''
      : ` and ${say(Math.abs(psy))} ${psy < 0 ? 'less' : 'more'} for lost or false detail`;
  const how = `${say(Math.abs(bits))} ${bits <= 0 ? 'fewer' : 'more'} bits, ${say(Math.abs(error))} ${error <= 0 ? 'less' : 'more'} squared error${detail}`;
  const rate = winner.bits > 0 ? (winner.cost - winner.distortion - winner.psy) / winner.bits : 0;
  const sum = other.distortion + other.psy + rate * other.bits;
  const isAlike = Math.abs(sum - other.cost) < 0.01 * other.cost;
  const exchange = rate > 0 && isAlike ? ` A bit counts as ${say(rate, 1)} of squared error.` : '';
  return `Against the best of another kind, ${TYPE_NAMES[other.type]}, it takes ${how}: its cost is ${say(Math.abs(difference))} ${difference >= 0 ? 'lower' : 'higher'}.${exchange}`;
}

/** What inter types were thought to cost before any was coded on trial. */
function estimates(picture: PictureRecord, mb: number): HTMLElement[] {
  const c = columnsOf(picture, 'estimate');
  const rows = rowsOf(picture, 'estimate', mb).map((i) => [
    TYPE_NAMES[c.type[i]] ?? '?',
    c.cost[i],
  ]);
  if (rows.length === 0) return [];
  const caption = 'Estimates before the trial (SATD + λ·bits)';
  const name = `estimates-${picture.display}-${mb}`;
  return [tableElement({ name, caption, columns: ['way', 'estimate'], rows })];
}

/** The section. */
export function candidateSection(picture: PictureRecord, mb: number): HTMLElement[] {
  const all = candidatesOf(picture, mb);
  const chosen = picture.maps.candidate[mb];
  const table = candidateTable(all, picture, mb);
  return [
    h('h3', {}, 'Candidates'),
    h('p', { id: 'race' }, sentence(all, chosen)),
    ...(all.length === 0 ? [] : [bars(all, chosen)]),
    ...(all.length === 0
      ? []
      : [
          h(
            'details',
            {},
            h('summary', {}, 'All numbers'),
            tableElement(table, {
              classOf: (row) => (table.rows[row][6] === 'yes' ? 'chosen' : ''),
            }),
            ...estimates(picture, mb),
          ),
        ]),
  ];
}
