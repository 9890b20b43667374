/** One 4x4 block of the open macroblock: coefficients, levels of a plain dead zone, levels as they were decided, in scan order. */
import { ZIGZAG } from '../../src/codecs/h264/standard/macroblock.ts';
import { ZIGZAG_8X8 } from '../../src/codecs/h264/standard/transform-8x8.ts';
import type { App } from '../app.ts';
import { h } from '../dom.ts';
import { say, several } from '../names.ts';
import { columnsOf, type PictureRecord, rowsOf } from '../recording.ts';
import { saveButtons, type TableData } from '../table.ts';

const EMPTY_BLOCK = 'All its coefficients are so small that they are rounded to zero.';

/** Coefficients and levels of a block, in scan order. */
export interface Block {
  readonly coefficients: number[];
  readonly deadZone: number[];
  readonly levels: number[];
}

/** The blocks of the candidate that was taken, by number; those without a coefficient are absent. */
export function blocksOf(picture: PictureRecord, mb: number): Map<number, Block> {
  const c = columnsOf(picture, 'block');
  const chosen = picture.maps.candidate[mb];
  const blocks = new Map<number, Block>();
  for (const i of rowsOf(picture, 'block', mb)) {
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

function grid(caption: string, values: readonly number[], scan: Uint8Array = ZIGZAG): HTMLElement {
  const most = Math.max(1, ...values.map(Math.abs));
  const size = Math.sqrt(scan.length);
  const places = Array.from({ length: size }, (_, i) => i);
  const rows = places.map((row) => {
    const cells = places.map((column) => {
      const value = values[scan.indexOf(size * row + column)];
      const strength = Math.round(8 + (40 * Math.abs(value)) / most);
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

/** Norms of the basis of the 4x4 transform (H.264 clause 8.5.6): what a step of quantization is in its coefficients. */
const NORMS = [4, Math.sqrt(40), 10];

/** What luma coefficients are divided by at a QP, whose step doubles with each 6. */
function stepText(qp: number): string {
  const step = [0.625, 0.6875, 0.8125, 0.875, 1, 1.125][qp % 6] * 2 ** Math.floor(qp / 6);
  const [least, middle, most] = NORMS.map((norm) => say(step * norm));
  return ` At QP ${qp} a level of 1 stands for a coefficient of ${least}, ${middle} or ${most}, by its place.`;
}

/** The 8x8 blocks of a macroblock by number; those without a level are absent. */
export function blocks8x8Of(
  picture: PictureRecord,
  mb: number,
): Map<number, Pick<Block, 'coefficients' | 'levels'>> {
  const c = columnsOf(picture, 'block8x8');
  const blocks = new Map<number, Pick<Block, 'coefficients' | 'levels'>>();
  for (const i of rowsOf(picture, 'block8x8', mb)) {
    if (c.index[i] > 63) continue;
    const zeros = (): number[] => new Array<number>(64).fill(0);
    const block = blocks.get(c.block[i]) ?? { coefficients: zeros(), levels: zeros() };
    blocks.set(c.block[i], block);
    block.coefficients[c.index[i]] = c.coefficient[i];
    block.levels[c.index[i]] = c.level[i];
  }
  return blocks;
}

/** The section of a macroblock with the 8x8 transform: the 8x8 block that the chosen 4x4 block lies in. */
function section8x8(app: App, picture: PictureRecord, mb: number): HTMLElement[] {
  const b8 = Math.min(3, app.store.state.block >> 2);
  const blocks = blocks8x8Of(picture, mb);
  const options = [0, 1, 2, 3].map((i) => {
    const levels = blocks.get(i)?.levels.filter((level) => level !== 0).length ?? 0;
    const text = `Luma block ${i}, 8×8${levels > 0 ? `: ${several(levels, 'level')}` : ''}`;
    return h('option', { value: 4 * i, selected: i === b8 }, text);
  });
  const choose = (): void => app.store.set({ block: Number(select.value) });
  const select = h('select', { 'aria-label': 'Block', id: 'block', onchange: choose }, ...options);
  const head = [h('h3', {}, 'From samples to levels'), h('p', {}, select)];
  const block = blocks.get(b8);
  if (block === undefined) return [...head, h('p', { class: 'note' }, EMPTY_BLOCK)];
  const data: TableData = {
    ...{ name: `levels-${picture.display}-${mb}-${b8}`, caption: 'In scan order' },
    columns: ['scan', 'coefficient', 'level'],
    rows: block.levels.map((level, i) => [i, block.coefficients[i], level]),
  };
  return [
    ...head,
    h(
      'div',
      { class: 'blocks large' },
      grid('Coefficients', block.coefficients, ZIGZAG_8X8),
      grid('Levels sent', block.levels, ZIGZAG_8X8),
    ),
    h('p', { class: 'scan' }, saveButtons(data)),
  ];
}

/** The section. */
export function blockSection(app: App, picture: PictureRecord, mb: number): HTMLElement[] {
  if (picture.maps.transform8x8[mb]) return section8x8(app, picture, mb);
  const { block: number } = app.store.state;
  const blocks = blocksOf(picture, mb);
  const options = Array.from({ length: 24 }, (_, i) => {
    const levels = blocks.get(i)?.levels.filter((level) => level !== 0).length ?? 0;
    return h(
      'option',
      { value: i, selected: i === number },
      `${nameOf(i)}${levels > 0 ? `: ${several(levels, 'level')}` : ''}`,
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
  const block = blocks.get(number);
  if (block === undefined) {
    return [...head, h('p', { class: 'note' }, EMPTY_BLOCK)];
  }
  const data: TableData = {
    ...{ name: `levels-${picture.display}-${mb}-${number}`, caption: 'In scan order' },
    columns: ['scan', 'coefficient', 'plain level', 'level'],
    rows: block.levels.map((level, i) => [i, block.coefficients[i], block.deadZone[i], level]),
  };
  const last = block.levels.findLastIndex((level) => level !== 0);
  return [
    ...head,
    h('p', {}, `${sentence(block)}${number < 16 ? stepText(picture.maps.qp[mb]) : ''}`),
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
