/** PNG beside its picture: the filters of its rows, the symbols of a row, what was tried. */
import { h, themeColor } from '../dom.ts';
import { extremesOf } from '../extremes.ts';
import type { ImageRecording } from '../media.ts';
import { say, sayBytes, several } from '../names.ts';
import { FILTER_NAMES, type PngRecord, type Token } from '../png-record.ts';
import { choosable, type TableData, tableElement } from '../table.ts';

/** Rows that are listed. */
const MOST = 12;

/** Variables of the style sheet with the color of each filter. */
const FILTER_COLORS = ['skip', 'P', 'B', 'I', 'inter8'];

/** The symbol that stands for a pixel. */
export function tokenAt(png: PngRecord, x: number, y: number): Token | null {
  const row = png.rowOf(x, y);
  const { at: first, pass } = png.rows[row];
  const at = first + 1 + Math.floor((((x - pass.x0) / pass.dx) * png.bitsPerPixel) / 8);
  return png.tokensOf(row).find((token) => token.at <= at && at < token.at + token.length) ?? null;
}

/** The pixels that bytes of the stream belong to: rectangles a pixel high, each with the number of its row. */
function rectangles(
  png: PngRecord,
  at: number,
  length: number,
): [number, number, number, number][] {
  const out: [number, number, number, number][] = [];
  const perPixel = png.bitsPerPixel / 8;
  let row = png.rows.findIndex(({ end }) => end > at);
  for (; row >= 0 && row < png.rows.length && png.rows[row].at < at + length; row++) {
    const { pass, y, at: first, end } = png.rows[row];
    const left = Math.max(0, (at - first - 1) / perPixel);
    const right = (Math.min(at + length, end) - first - 1) / perPixel;
    const top = pass.y0 + y * pass.dy;
    if (pass.dx === 1) out.push([left, top, Math.max(0.2, right - left), row]);
    else {
      for (let x = Math.floor(left); x < right; x++) out.push([pass.x0 + x * pass.dx, top, 1, row]);
    }
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
  const chosen = png.rowOf(x, y);
  context.strokeStyle = themeColor('accent');
  context.lineWidth = 1.5 * pixel;
  if (png.left + png.top > 0) context.strokeRect(0, 0, png.width, png.height);
  for (const { pass, y: row, filter } of png.rows) {
    // Of an interlaced picture, the rows of the pass that the pixel is in.
    if (pass !== png.rows[chosen].pass) continue;
    context.fillStyle = colors[filter] ?? colors[0];
    context.fillRect(0, pass.y0 + row * pass.dy, gutter, pass.dy);
  }
  const thick = Math.max(1, 5 * pixel);
  for (const [i, { at, length, distance }] of png.tokensOf(chosen).entries()) {
    context.fillStyle = themeColor(distance === 0 ? 'I' : i % 2 === 0 ? 'list0' : 'B');
    for (const [left, top, width, row] of rectangles(png, at, length)) {
      if (row === chosen) context.fillRect(left, top + 0.5 - thick / 2, width, thick);
    }
  }
  const token = tokenAt(png, x, y);
  if (token === null) return;
  const outline = (at: number, color: string): void => {
    context.strokeStyle = color;
    for (const [left, top, width] of rectangles(png, at, token.length)) {
      const edge = thick / 2 + 1.5 * pixel;
      context.strokeRect(left, top + 0.5 - edge, width, 2 * edge);
    }
  };
  outline(token.at, '#fff');
  if (token.distance > 0) outline(token.at - token.distance, themeColor('list1'));
}

/** A row in words. */
function rowName(png: PngRecord, row: number): string {
  const { pass, y } = png.rows[row];
  if (!png.isInterlaced) return `Row ${y}`;
  const passes = [...new Set(png.rows.map((one) => one.pass))];
  return `Row ${y} of pass ${passes.indexOf(pass) + 1}`;
}

function filterTable(png: PngRecord, number: number): TableData {
  const row = png.rows[number];
  const weighed = (type: number): string | number =>
    Number.isNaN(row.weighed[type]) ? 'not weighed' : Math.round(row.weighed[type]);
  return {
    name: `filters-${number}`,
    caption: `${rowName(png, number)}: what each filter would leave`,
    columns: ['filter', 'by the rule', 'bits by statistics', 'difference'],
    rows: FILTER_NAMES.map((name, type) => [
      ...[name, weighed(type), Math.round(row.entropy[type])],
      Math.round(row.entropy[type] - row.entropy[row.filter]),
    ]),
  };
}

/** The rows that take the most bits, and the filter that their own statistics would have chosen. */
export function dearestRows({ rows }: PngRecord): number[] {
  return [...rows.keys()].sort((a, b) => rows[b].bits - rows[a].bits).slice(0, MOST);
}

function dearestTable(png: PngRecord, numbers: readonly number[]): TableData {
  const rows = numbers.map((number) => {
    const { filter, bits, entropy } = png.rows[number];
    const least = entropy.indexOf(extremesOf(entropy).least);
    return [
      ...[rowName(png, number).replace('Row ', ''), Math.round(bits), FILTER_NAMES[filter] ?? '?'],
      ...[FILTER_NAMES[least] ?? '?', Math.round((entropy[least] ?? 0) - entropy[filter])],
    ];
  });
  return {
    name: 'dearest-rows',
    caption: 'The dearest rows',
    columns: ['row', 'bits', 'filter', 'by statistics', 'difference'],
    rows,
  };
}

function tokenTable(png: PngRecord, number: number): TableData {
  const { at: first } = png.rows[number];
  const rows = png.tokensOf(number).map(({ at, length, distance, bits }) => {
    const place = (8 * (at - first - 1)) / png.bitsPerPixel;
    const text =
      distance === 0 ? 'a byte' : `${several(length, 'byte')} from ${say(distance)} before`;
    return [place < 0 ? 'filter type' : Number(place.toFixed(2)), text, bits];
  });
  const columns = ['from pixel', 'symbol', 'bits'];
  const caption = `${rowName(png, number)}: symbols of the stream`;
  return { name: `symbols-${number}`, caption, columns, rows };
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
  choose: (x: number, y: number) => void,
): HTMLElement[] {
  const number = png.rowOf(x, y);
  const row = png.rows[number];
  const token = tokenAt(png, x, y);
  const bits = png.pixelBits[y * png.width + x];
  const copied =
    token === null
      ? ''
      : token.distance === 0
        ? ' It is written as it is.'
        : ` It is part of ${several(token.length, 'byte')} that were there ${say(token.distance)} before (outlined in pink), for ${several(token.bits, 'bit')}.`;
  const trials = trialTable(recording);
  const numbers = dearestRows(png);
  const dearest = tableElement(dearestTable(png, numbers));
  choosable(dearest, (i) => {
    const { pass, y: own } = png.rows[numbers[i]];
    choose(png.left + pass.x0, png.top + pass.y0 + own * pass.dy);
  });
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
      `${png.shown}Pixel ${x}, ${y} takes ${bits.toFixed(2)} bits. Its row takes ${say(row.bits)} bits behind filter ${FILTER_NAMES[row.filter] ?? '?'}.${copied}`,
    ),
    h(
      'p',
      { class: 'note' },
      `${total}${png.isInterlaced ? 'Its pixels come in seven passes (Adam7). ' : ''}${png.strategy === 'unknown' ? 'How its writer chose is not known' : `Filters by rule “${png.strategy}”, level ${png.level} of deflate`}; at the left edge the filter of each row:`,
    ),
    h('p', { class: 'legend' }, ...legend),
    tableElement(filterTable(png, number), { classOf: (i) => (i === row.filter ? 'chosen' : '') }),
    h('details', {}, h('summary', {}, 'The dearest rows'), dearest),
    tableElement(tokenTable(png, number)),
    ...(trials.rows.length === 0 ? [] : [tableElement(trials)]),
    tableElement(chunkTable(recording)),
  ];
}
