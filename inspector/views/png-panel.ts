/** PNG beside its picture: the filters of its rows, the symbols of a row, what was tried. */
import { h, themeColor } from '../dom.ts';
import type { ImageRecording } from '../media.ts';
import { say, sayBytes, several } from '../names.ts';
import { FILTER_NAMES, type PngRecord, type Token } from '../png-record.ts';
import { type TableData, tableElement } from '../table.ts';

/** Variables of the style sheet with the color of each filter. */
const FILTER_COLORS = ['skip', 'P', 'B', 'I', 'inter8'];

/** The symbol that stands for a pixel. */
export function tokenAt(png: PngRecord, x: number, y: number): Token | null {
  const at = y * png.rowBytes + 1 + Math.floor((x * (png.rowBytes - 1)) / png.width);
  return png.tokensOf(y).find((token) => token.at <= at && at < token.at + token.length) ?? null;
}

/** The pixels that bytes of the stream belong to, a rectangle for each row. */
function rectangles(png: PngRecord, at: number, length: number): [number, number, number][] {
  const out: [number, number, number][] = [];
  const perPixel = (png.rowBytes - 1) / png.width;
  for (let from = at; from < at + length; ) {
    const y = Math.floor(from / png.rowBytes);
    const end = Math.min(at + length, (y + 1) * png.rowBytes);
    const left = Math.max(0, (from - y * png.rowBytes - 1) / perPixel);
    out.push([left, y, Math.max(0.2, (end - y * png.rowBytes - 1) / perPixel - left)]);
    from = end;
  }
  return out;
}

/** Draws filters at the left edge, the chosen row with its symbols, and where the chosen symbol was copied from. */
export function drawPng(
  context: CanvasRenderingContext2D,
  pixel: number,
  png: PngRecord,
  x: number,
  y: number,
): void {
  const gutter = Math.max(6 * pixel, 0.5);
  const colors = FILTER_COLORS.map((name) => themeColor(name));
  for (const [row, { filter }] of png.rows.entries()) {
    context.fillStyle = colors[filter] ?? colors[0];
    context.fillRect(0, row, gutter, 1);
  }
  const thick = Math.max(1, 5 * pixel);
  for (const [i, { at, length, distance }] of png.tokensOf(y).entries()) {
    context.fillStyle = themeColor(distance === 0 ? 'I' : i % 2 === 0 ? 'list0' : 'B');
    for (const [left, row, width] of rectangles(png, at, length)) {
      if (row === y) context.fillRect(left, row + 0.5 - thick / 2, width, thick);
    }
  }
  context.lineWidth = 1.5 * pixel;
  const token = tokenAt(png, x, y);
  if (token === null) return;
  const outline = (at: number, color: string): void => {
    context.strokeStyle = color;
    for (const [left, row, width] of rectangles(png, at, token.length)) {
      const edge = thick / 2 + 1.5 * pixel;
      context.strokeRect(left, row + 0.5 - edge, width, 2 * edge);
    }
  };
  outline(token.at, '#fff');
  if (token.distance > 0) outline(token.at - token.distance, themeColor('list1'));
}

function filterTable({ rows }: PngRecord, y: number): TableData {
  const row = rows[y];
  const weighed = (type: number): string | number =>
    Number.isNaN(row.weighed[type]) ? 'not weighed' : Math.round(row.weighed[type]);
  return {
    name: `filters-${y}`,
    caption: `Row ${y}: what each filter would leave`,
    columns: ['filter', 'by the rule', 'bits by their own statistics'],
    rows: FILTER_NAMES.map((name, type) => [name, weighed(type), Math.round(row.entropy[type])]),
  };
}

function tokenTable(png: PngRecord, y: number): TableData {
  const perPixel = (png.rowBytes - 1) / png.width;
  const rows = png.tokensOf(y).map(({ at, length, distance, bits }) => {
    const place = (at - y * png.rowBytes - 1) / perPixel;
    const text =
      distance === 0 ? 'a byte' : `${several(length, 'byte')} from ${say(distance)} before`;
    return [Number(place.toFixed(2)), text, bits];
  });
  const columns = ['from pixel', 'symbol', 'bits'];
  return { name: `symbols-${y}`, caption: `Row ${y}: symbols of the stream`, columns, rows };
}

function trialTable({ trace }: ImageRecording): TableData {
  const { columns: c, rowCount } = trace.tables.png_trial;
  const rows = Array.from({ length: rowCount }, (_, i) => [
    ...[trace.names[c.strategy[i]] ?? '?', trace.names[c.level[i]] ?? '?'],
    ...[`${c.colorType[i]}, ${c.bitDepth[i]} bits`, c.bytes[i]],
    c.isWhole[i] === 0 ? 'part' : 'all of it',
  ]);
  return {
    name: 'trials',
    caption: 'What was tried',
    columns: ['filters by', 'level', 'color type', 'bytes', 'of the picture'],
    rows,
  };
}

function chunkTable({ trace }: ImageRecording): TableData {
  const { columns: c, rowCount } = trace.tables.png_chunk;
  const rows = Array.from({ length: rowCount }, (_, i) => [
    ...[trace.names[c.type[i]] ?? '?', c.first[i], c.bytes[i]],
  ]);
  return { name: 'chunks', caption: 'Chunks of the file', columns: ['chunk', 'at', 'bytes'], rows };
}

/** The panel: what the chosen pixel and its row cost, and why. */
export function pngPanel(
  recording: ImageRecording,
  png: PngRecord,
  x: number,
  y: number,
): HTMLElement[] {
  const row = png.rows[y];
  const token = tokenAt(png, x, y);
  const bits = png.pixelBits[y * png.width + x];
  const copied =
    token === null
      ? ''
      : token.distance === 0
        ? ' It is written as it is.'
        : ` It is part of ${several(token.length, 'byte')} that were there ${say(token.distance)} before (outlined in pink), for ${several(token.bits, 'bit')}.`;
  const total = recording.coded === null ? '' : `${sayBytes(recording.coded.file.length)} in all. `;
  const legend = FILTER_NAMES.map((name, i) => {
    const count = png.rows.filter(({ filter }) => filter === i).length;
    const swatch = h('i', { class: 'swatch', style: `background:var(--${FILTER_COLORS[i]})` });
    return h('span', {}, swatch, `${name} ${count}`);
  });
  return [
    h(
      'p',
      { class: 'lead', id: 'pixel-lead' },
      `Pixel ${x}, ${y} takes ${bits.toFixed(2)} bits. Its row takes ${say(row.bits)} bits behind filter ${FILTER_NAMES[row.filter] ?? '?'}.${copied}`,
    ),
    h(
      'p',
      { class: 'note' },
      `${total}${png.strategy === 'unknown' ? 'How its writer chose is not known' : `Filters by rule “${png.strategy}”, level ${png.level} of deflate`}; at the left edge the filter of each row:`,
    ),
    h('p', { class: 'legend' }, ...legend),
    tableElement(filterTable(png, y), { classOf: (i) => (i === row.filter ? 'chosen' : '') }),
    tableElement(tokenTable(png, y)),
    tableElement(trialTable(recording)),
    tableElement(chunkTable(recording)),
  ];
}
