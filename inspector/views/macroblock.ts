/** An open macroblock: what was decided, what lost and by how much, the motion search, the levels, the bits. */
import type { App } from '../app.ts';
import { h, themeColor } from '../dom.ts';
import { byteOfMacroblock, readFileTree } from '../file-tree.ts';
import {
  DESCRIPTOR_NAMES,
  INTRA_MODES,
  MODES_16,
  MODES_CHROMA,
  say,
  several,
  TYPE_COLORS,
  TYPE_NAMES,
} from '../names.ts';
import { columnsOf, type PictureRecord, type Recording, rowsOf } from '../recording.ts';
import { type TableData, tableElement } from '../table.ts';
import { blockSection } from './block.ts';
import { candidateSection } from './candidates.ts';
import { searchSection } from './search-path.ts';
import { thumbnails } from './thumbnails.ts';

/** The syntax elements of a macroblock, with their bits. */
export function bitsTable(recording: Recording, picture: PictureRecord, mb: number): TableData {
  const c = columnsOf(picture, 'element');
  const { names } = recording;
  const rows = rowsOf(picture, 'element', mb).map((i) => [
    names[c.name[i]] ?? '?',
    DESCRIPTOR_NAMES[c.descriptor[i]] ?? '?',
    c.value[i],
    c.length[i],
    names[c.clause[i]] ?? '',
  ]);
  const columns = ['element', 'as', 'value', 'bits', 'clause'];
  return { name: `bits-${picture.display}-${mb}`, caption: 'The bits', columns, rows };
}

/** How a macroblock is predicted, as a sentence. */
function predictionSentence(recording: Recording, picture: PictureRecord, mb: number): string {
  const { type, mode16, modeChroma } = picture.maps;
  const kind = type[mb];
  if (kind === 3) return 'Its samples are sent as they are.';
  if (kind === 2) {
    return `Drawn on from the samples around it: ${MODES_16[mode16[mb]]}; chroma ${MODES_CHROMA[modeChroma[mb]]}.`;
  }
  if (kind < 2) {
    const c = columnsOf(picture, 'intra');
    const modes = rowsOf(picture, 'intra', mb).map((i) => INTRA_MODES[c.mode[i]]);
    return `Each block is drawn on from the samples around it: ${[...new Set(modes)].join(', ')}.`;
  }
  const c = columnsOf(picture, 'motion');
  const parts = rowsOf(picture, 'motion', mb).map((i) => {
    const from = picture.references[c.list[i] as 0 | 1][c.refIdx[i]];
    const reference = recording.pictures[from];
    const where = reference === undefined ? 'an earlier picture' : `picture ${reference.display}`;
    return `${c.width[i]}×${c.height[i]} from ${where} moved by (${say(c.mvX[i] / 4, 2)}, ${say(c.mvY[i] / 4, 2)})`;
  });
  const shown = parts.slice(0, 4).join('; ');
  return `Taken from other pictures: ${shown}${parts.length > 4 ? ` and ${parts.length - 4} more parts` : ''}.`;
}

function residualSentence({ maps }: PictureRecord, mb: number): string {
  const pattern = maps.pattern[mb];
  if (maps.type[mb] === 8 || maps.type[mb] === 9) return 'Nothing is added: it is skipped.';
  if (pattern === 0) return 'No residual is added to it, but for what its type carries.';
  const luma = [0, 1, 2, 3].filter((i) => (pattern >> i) & 1).length;
  const chroma = ['no chroma', 'the mean of chroma', 'chroma'][pattern >> 4] ?? 'chroma';
  return `A residual is added: ${['no', 'one', 'two', 'three', 'all four'][luma]} 8×8 block${luma === 1 ? '' : 's'} of luma, ${chroma}${maps.transform8x8[mb] ? ', by the 8×8 transform' : ''}.`;
}

/** Kinds of syntax elements by their names; what is none of these decides or tells how. */
const BIT_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^(Luma|Intra16x16|coeff_)/, 'levels of luma'],
  [/^(Chroma|Cb|Cr)/, 'levels of chroma'],
  [/^mvd/, 'vectors'],
  [/^(prev|rem)_intra/, 'intra modes'],
];

/** Where the bits of a macroblock go, most first, as a sentence; empty where there are none. */
function spendingSentence({ rows }: TableData): string {
  const sums = new Map<string, number>();
  let total = 0;
  for (const [name, , , bits] of rows) {
    const kind = BIT_KINDS.find(([names]) => names.test(String(name)))?.[1] ?? 'types and flags';
    sums.set(kind, (sums.get(kind) ?? 0) + Number(bits));
    total += Number(bits);
  }
  if (total === 0) return '';
  const parts = [...sums].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return ` Of its bits go ${parts.map(([kind, bits]) => `${say((100 * bits) / total)} % to ${kind}`).join(', ')}.`;
}

function bitStrip(data: TableData): HTMLElement {
  const colors = ['list0', 'I', 'B', 'list1', 'inter816', 'intra16'];
  const order = [...new Set(data.rows.map(([name]) => name))];
  const parts = data.rows.map(([name, , value, bits, clause]) =>
    h('i', {
      style: `flex:${bits};background:${themeColor(colors[order.indexOf(name) % colors.length])}`,
      title: `${name} = ${value}: ${bits} bits, clause ${clause}`,
    }),
  );
  return h('div', { class: 'bit-strip', 'aria-hidden': 'true' }, ...parts);
}

function heading(app: App, recording: Recording, picture: PictureRecord, mb: number): HTMLElement {
  const { maps } = picture;
  const type = maps.type[mb];
  const swatch = `background:${themeColor(TYPE_COLORS[type] ?? 'line')}`;
  const x = mb % recording.widthInMbs;
  const y = Math.floor(mb / recording.widthInMbs);
  return h(
    'header',
    {},
    h(
      'h2',
      {},
      h('i', { class: 'swatch', style: swatch }),
      `${TYPE_NAMES[type] ?? 'Not coded'} `,
      h('small', {}, `${mb} · column ${x}, row ${y}`),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet close',
        'aria-label': 'Close the macroblock',
        onclick: () => app.store.set({ mb: -1 }),
      },
      '×',
    ),
  );
}

/** A button that goes to the bytes of the macroblock in the file that was made. */
function fileLink(
  app: App,
  recording: Recording,
  picture: PictureRecord,
  mb: number,
): HTMLElement[] {
  if (recording.file.length === 0 || picture.maps.bits[mb] === 0) return [];
  const go = async (): Promise<void> => {
    const nodes = await readFileTree(recording.file, recording);
    const byte = await byteOfMacroblock(nodes, picture, mb);
    if (byte >= 0) app.store.set({ view: 'file', byte });
  };
  return [
    h(
      'button',
      { type: 'button', class: 'link', id: 'to-bytes', onclick: () => void go() },
      'Show its bytes in the file',
    ),
  ];
}

/** The panel. */
export function macroblockPanel(
  app: App,
  recording: Recording,
  picture: PictureRecord,
  mb: number,
): HTMLElement[] {
  const { maps } = picture;
  const bits = bitsTable(recording, picture, mb);
  const mean = maps.bits.reduce((sum, value) => sum + value, 0) / maps.bits.length;
  const times = mean === 0 ? '' : `, ${say(maps.bits[mb] / mean, 1)} times the picture's mean`;
  return [
    heading(app, recording, picture, mb),
    h(
      'p',
      { class: 'lead' },
      `${several(maps.bits[mb], 'bit')}${times}, at QP ${maps.qp[mb]}. `,
      `${predictionSentence(recording, picture, mb)} ${residualSentence(picture, mb)}${spendingSentence(bits)}`,
    ),
    ...thumbnails(app, recording, picture, mb),
    ...candidateSection(picture, mb),
    ...searchSection(recording, picture, mb),
    ...blockSection(app, picture, mb),
    h('h3', {}, 'Bits'),
    ...fileLink(app, recording, picture, mb),
    bits.rows.length === 0
      ? h(
          'p',
          { class: 'note' },
          'It has none of its own: a skip is counted with the macroblock that ends the run.',
        )
      : bitStrip(bits),
    ...(bits.rows.length === 0 ? [] : [tableElement(bits)]),
  ];
}
