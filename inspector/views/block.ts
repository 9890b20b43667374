/** One 4x4 block of the open macroblock: coefficients, levels of a plain dead zone, levels as they were decided, in scan order. */
import type { App } from '../app.ts';
import { h } from '../dom.ts';
import { say, several } from '../names.ts';
import { columnsOf, type PictureRecord, type Recording, rowsOf } from '../recording.ts';
import { saveButtons, type TableData } from '../table.ts';

/** Zig-zag scan of a 4x4 block, Table 8-13: index of the scan => 4 · row + column. */
const ZIGZAG = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/** Coefficients and levels of a block, in scan order. */
export interface Block {
  readonly coefficients: number[];
  readonly deadZone: number[];
  readonly levels: number[];
}

/** The blocks of the candidate that was taken, by number; those without a coefficient are absent. */
export function blocksOf(
  recording: Recording,
  picture: PictureRecord,
  mb: number,
): Map<number, Block> {
  const c = columnsOf(recording, 'block');
  const chosen = picture.maps.candidate[mb];
  const blocks = new Map<number, Block>();
  for (const i of rowsOf(recording, picture, 'block', mb)) {
    if (c.candidate[i] !== chosen || c.index[i] > 15) continue;
    const zeros = (): number[] => new Array<number>(16).fill(0);
    const block = blocks.get(c.block[i]) ?? {
      coefficients: zeros(),
      deadZone: zeros(),
      levels: zeros(),
    };
    blocks.set(c.block[i], block);
    block.coefficients[c.index[i]] = c.coefficient[i];
    block.deadZone[c.index[i]] = c.deadZoneLevel[i];
    block.levels[c.index[i]] = c.level[i];
  }
  return blocks;
}

function grid(caption: string, values: readonly number[]): HTMLElement {
  const most = Math.max(1, ...values.map(Math.abs));
  const rows = [0, 1, 2, 3].map((row) => {
    const cells = [0, 1, 2, 3].map((column) => {
      const value = values[ZIGZAG.indexOf(4 * row + column)];
      const strength = Math.round(8 + (62 * Math.abs(value)) / most);
      const color = value > 0 ? 'var(--list0)' : 'var(--list1)';
      const style =
        value === 0 ? '' : `background:color-mix(in srgb, ${color} ${strength}%, transparent)`;
      return h('td', { style, class: value === 0 ? 'zero' : '' }, value);
    });
    return h('tr', {}, ...cells);
  });
  return h('table', { class: 'block' }, h('caption', {}, caption), h('tbody', {}, ...rows));
}

function nameOf(block: number): string {
  if (block < 16) return `Luma block ${block}`;
  return block < 20 ? `Cb block ${block - 16}` : `Cr block ${block - 20}`;
}

function sentence({ coefficients, deadZone, levels }: Block): string {
  const count = (values: readonly number[]): number => values.filter((value) => value !== 0).length;
  const dropped = count(deadZone) - count(levels);
  const text = `${several(count(coefficients), 'coefficient')}; ${count(levels) === 0 ? 'no level is' : `${several(count(levels), 'level')} ${count(levels) === 1 ? 'is' : 'are'}`} sent`;
  if (dropped > 0)
    return `${text}: ${dropped} fewer than plain rounding would send, because ${dropped === 1 ? 'it was' : 'they were'} not worth the bits.`;
  return `${text}.`;
}

/** The section. */
export function blockSection(
  app: App,
  recording: Recording,
  picture: PictureRecord,
  mb: number,
): HTMLElement[] {
  const { block: number } = app.store.state;
  const blocks = blocksOf(recording, picture, mb);
  const options = Array.from({ length: 24 }, (_, i) => {
    const levels = blocks.get(i)?.levels.filter((level) => level !== 0).length ?? 0;
    return h(
      'option',
      { value: i, selected: i === number },
      `${nameOf(i)}${levels > 0 ? ` · ${say(levels)}` : ''}`,
    );
  });
  const select = h(
    'select',
    {
      'aria-label': 'Block',
      id: 'block',
      onchange: () => app.store.set({ block: Number(select.value) }),
    },
    ...options,
  );
  const head = [h('h3', {}, 'From samples to levels'), h('p', {}, select)];
  if (picture.maps.transform8x8[mb]) {
    return [
      head[0],
      h(
        'p',
        { class: 'note' },
        'It has the 8×8 transform, whose coefficients are not told block by block yet.',
      ),
    ];
  }
  const block = blocks.get(number);
  if (block === undefined) {
    return [
      ...head,
      h('p', { class: 'note' }, 'All its coefficients are so small that they are rounded to zero.'),
    ];
  }
  const data: TableData = {
    ...{ name: `levels-${picture.display}-${mb}-${number}`, caption: 'In scan order' },
    columns: ['scan', 'coefficient', 'plain level', 'level'],
    rows: block.levels.map((level, i) => [i, block.coefficients[i], block.deadZone[i], level]),
  };
  const last = block.levels.findLastIndex((level) => level !== 0);
  return [
    ...head,
    h('p', {}, sentence(block)),
    h(
      'div',
      { class: 'blocks' },
      grid('Coefficients', block.coefficients),
      grid('Plain levels', block.deadZone),
      grid('Levels sent', block.levels),
    ),
    h(
      'p',
      { class: 'scan' },
      'Scan: ',
      ...block.levels
        .slice(0, last + 1)
        .map((level) => h('span', { class: level === 0 ? 'zero' : '' }, level)),
      last < 15 ? ' then zeros' : '',
      saveButtons(data),
    ),
  ];
}
