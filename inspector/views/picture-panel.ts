/** Figures of a picture: where its bits went, which kinds of macroblocks it has. */
import type { App } from '../app.ts';
import { h, themeColor } from '../dom.ts';
import {
  PICTURE_TYPES,
  REASON_TEXTS,
  say,
  sayBytes,
  several,
  TYPE_COLORS,
  TYPE_NAMES,
} from '../names.ts';
import { columnsOf, type PictureRecord, type Recording } from '../recording.ts';
import { type TableData, tableElement } from '../table.ts';
import { dearestSection } from './dearest.ts';
import { misledSection } from './misled.ts';

/** Bits by syntax element of a picture, most first. They sum to its bytes. */
export function elementTable(recording: Recording, picture: PictureRecord): TableData {
  const c = columnsOf(picture, 'element');
  const sums = new Map<number, [bits: number, count: number, clause: number]>();
  for (let i = picture.rows.element.first; i < picture.rows.element.end; i++) {
    if (c.void[i] !== 0) continue;
    const sum = sums.get(c.name[i]) ?? [0, 0, c.clause[i]];
    sum[0] += c.length[i];
    sum[1]++;
    sums.set(c.name[i], sum);
  }
  const { names } = recording;
  const rows = [...sums].map(([name, [bits, count, clause]]) => {
    const share = (100 * bits) / (8 * picture.bytes);
    return [
      names[name] ?? '?',
      bits,
      Number(share.toFixed(1)),
      count,
      names[clause] ?? '',
    ] as const;
  });
  rows.sort((a, b) => b[1] - a[1]);
  const caption = 'Bits by syntax element';
  const columns = ['element', 'bits', '%', 'times', 'clause'];
  return { name: `elements-${picture.display}`, caption, columns, rows };
}

/** Macroblocks by type, with their bits. */
export function typeTable(picture: PictureRecord): TableData & { readonly types: number[] } {
  const { type, bits } = picture.maps;
  const sums = new Map<number, [count: number, bits: number]>();
  for (let mb = 0; mb < type.length; mb++) {
    const sum = sums.get(type[mb]) ?? [0, 0];
    sum[0]++;
    sum[1] += bits[mb];
    sums.set(type[mb], sum);
  }
  const sorted = [...sums].sort((a, b) => b[1][0] - a[1][0]);
  return {
    ...{ name: `types-${picture.display}`, caption: 'Kinds of macroblocks' },
    columns: ['kind', 'count', 'bits', 'bits each'],
    rows: sorted.map(([t, [count, sum]]) => [
      TYPE_NAMES[t] ?? '?',
      count,
      sum,
      Number((sum / count).toFixed(1)),
    ]),
    types: sorted.map(([t]) => t),
  };
}

/** Peak signal-to-noise ratio of the luma; null without samples. */
export function psnrOf(recording: Recording, picture: PictureRecord): number | null {
  const source = recording.source?.pictures[picture.pts];
  const after = recording.samples.get(picture.pts)?.after;
  if (source === undefined || after === undefined) return null;
  let sum = 0;
  const count = recording.width * recording.height;
  for (let i = 0; i < count; i++) sum += (source[i] - after[i]) ** 2;
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * count) / sum);
}

/** What the mean QP means; says the planned one where the macroblocks have another. */
function qpText({ qp, plannedQp }: PictureRecord): string {
  const isOther = Math.abs(qp - plannedQp) >= 0.05;
  return isOther ? `how coarse, 0 to 51; planned ${say(plannedQp, 1)}` : 'how coarse, 0 to 51';
}

/** The panel. */
export function picturePanel(
  app: App,
  recording: Recording,
  picture: PictureRecord,
): HTMLElement[] {
  const psnr = psnrOf(recording, picture);
  const type = PICTURE_TYPES[picture.type];
  const facts: [string, string, string][] = [
    ['Size', sayBytes(picture.bytes), 'in the file'],
    ['Mean QP', say(picture.qp, 1), qpText(picture)],
    ['PSNR', psnr === null ? '–' : `${say(psnr, 2)} dB`, 'likeness; 40 is very good'],
    ['Coded', `${picture.number + 1} of ${recording.pictures.length}`, 'in the order of coding'],
  ];
  const most = picture.maps.bits.reduce(
    (best, bits, mb) => (bits > picture.maps.bits[best] ? mb : best),
    0,
  );
  const types = typeTable(picture);
  return [
    h('h2', {}, h('b', { class: `badge ${type}` }, type), ` Picture ${picture.display}`),
    h('p', { class: 'lead' }, `${type} picture: ${REASON_TEXTS[picture.reason] ?? ''}.`),
    h(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value, meaning]) =>
        h('div', {}, h('dt', {}, name), h('dd', {}, value, h('small', {}, meaning))),
      ),
    ),
    h(
      'p',
      {},
      'Click a macroblock to open it. The most expensive is ',
      h(
        'button',
        { type: 'button', class: 'link', onclick: () => app.store.set({ mb: most, block: 0 }) },
        `macroblock ${most}`,
      ),
      ` with ${several(picture.maps.bits[most], 'bit')}.`,
    ),
    ...(app.store.state.view === 'tour' ? [] : [tourHint(app)]),
    ...dearestSection(app, picture),
    ...misledSection(app, picture),
    tableElement(types, { colorOf: (row) => themeColor(TYPE_COLORS[types.types[row]] ?? 'line') }),
    tableElement(elementTable(recording, picture)),
  ];
}

function tourHint(app: App): HTMLElement {
  const onclick = (): void => app.store.set({ view: 'tour', step: 0 });
  const attributes = { type: 'button', class: 'link', id: 'to-tour', onclick };
  const button = h('button', attributes, 'Take the guided tour');
  const rest = ': ten steps, from a pixel to a bit and back.';
  return h('p', { class: 'hint' }, 'New to this? ', button, rest);
}
