/** JPEG beside its picture: a block before and after its levels were decided, and the scans. */
import { huffmanCodes } from '../../src/codecs/jpeg/standard/huffman.ts';
import { type PlacedTable, readFile } from '../../src/codecs/jpeg/standard/read-file.ts';
import { h, themeColor } from '../dom.ts';
import { blockAt, type JpegLevel, type JpegRecord } from '../jpeg-record.ts';
import type { ImageRecording } from '../media.ts';
import { say, sayBytes, several } from '../names.ts';
import { choosable, type TableData, tableElement } from '../table.ts';

const COMPONENTS = ['luma', 'Cb', 'Cr', 'the fourth'];
const COMPONENT_TITLES = ['Luma', 'Cb, the blue difference', 'Cr, the red difference', 'Fourth'];

/** Changed blocks that are shown; the files have all. */
const MOST_CHANGED = 20;

/** Place in raster order by index in zig-zag order, as a walk along the diagonals (T.81 Figure A.6). */
const ZIGZAG: readonly number[] = (() => {
  const order: number[] = [];
  for (let sum = 0; sum < 15; sum++) {
    for (let i = 0; i <= sum; i++) {
      const [down, right] = sum % 2 === 0 ? [sum - i, i] : [i, sum - i];
      if (down < 8 && right < 8) order.push(8 * down + right);
    }
  }
  return order;
})();

/** Draws the grid of blocks where it can be seen, and the chosen block. */
export function drawJpeg(
  context: CanvasRenderingContext2D,
  pixel: number,
  jpeg: JpegRecord,
  x: number,
  y: number,
): void {
  const { width, height } = jpeg;
  if (8 / pixel > 12) {
    context.strokeStyle = 'rgb(255 255 255 / 0.22)';
    context.lineWidth = pixel;
    context.beginPath();
    for (let at = 0; at <= width; at += 8) {
      context.moveTo(at, 0);
      context.lineTo(at, height);
    }
    for (let at = 0; at <= height; at += 8) {
      context.moveTo(0, at);
      context.lineTo(width, at);
    }
    context.stroke();
  }
  context.strokeStyle = themeColor('accent');
  context.lineWidth = 3 * pixel;
  for (const [wide, high] of blockSizes(jpeg)) {
    context.strokeRect(wide * Math.floor(x / wide), high * Math.floor(y / high), wide, high);
    context.lineWidth = 1.5 * pixel;
  }
}

/** Pixels that a block of a component covers. */
function sizeOf({ components }: JpegRecord, component: number): [number, number] {
  const mostH = Math.max(...components.map(({ h: own }) => own));
  const mostV = Math.max(...components.map(({ v }) => v));
  const { h: own, v } = components[component];
  return [(8 * mostH) / own, (8 * mostV) / v];
}

/** Pixels that blocks of the components cover, each size once. */
function blockSizes(jpeg: JpegRecord): [number, number][] {
  const sizes = jpeg.components.map((_, i) => sizeOf(jpeg, i).join(' '));
  return [...new Set(sizes)].map((size) => size.split(' ').map(Number) as [number, number]);
}

/** A grid of 64 numbers; those that the trellis changed are marked. */
function grid(caption: string, values: readonly string[], classes: readonly string[]): HTMLElement {
  const rows = Array.from({ length: 8 }, (_, y) =>
    h(
      'tr',
      {},
      ...Array.from({ length: 8 }, (_unused, x) =>
        h('td', { class: classes[8 * y + x] }, values[8 * y + x]),
      ),
    ),
  );
  return h('table', { class: 'block' }, h('caption', {}, caption), h('tbody', {}, ...rows));
}

function grids(levels: readonly JpegLevel[], steps: Uint16Array, isAsItIs: boolean): HTMLElement {
  const real = new Array<string>(64).fill('0');
  const after = new Array<string>(64).fill('0');
  const [plain, changed] = [new Array<string>(64).fill('zero'), new Array<string>(64).fill('zero')];
  for (const { index, real: value, nearest, level } of levels) {
    const at = ZIGZAG[index];
    real[at] = value.toFixed(1);
    plain[at] = '';
    after[at] = String(level);
    changed[at] = level === nearest ? (level === 0 ? 'zero' : '') : 'changed';
  }
  return h(
    'div',
    { class: 'grids' },
    isAsItIs ? null : grid('Coefficients, in steps', real, plain),
    grid(isAsItIs ? 'Levels' : 'Written; marked: not the nearest', after, changed),
    h(
      'details',
      {},
      h('summary', {}, 'Quantization steps'),
      grid('What a level of 1 stands for', [...steps].map(String), new Array(64).fill('')),
    ),
  );
}

function scanText(scan: JpegRecord['scans'][number]): string {
  const names = COMPONENTS.filter((_, i) => (scan.components >> i) & 1).join(', ');
  const band =
    scan.spectralEnd === 0
      ? 'means of blocks'
      : `frequencies ${scan.spectralStart} to ${scan.spectralEnd}`;
  const { approximationHigh, approximationLow } = scan;
  const detail =
    approximationHigh > 0
      ? `, their bit ${approximationLow}`
      : approximationLow > 0
        ? `, but for their last ${several(approximationLow, 'bit')}`
        : '';
  return `${names}: ${band}${detail}`;
}

/** The scans as a table. */
export function scanTable({ scans }: JpegRecord): TableData {
  return {
    name: 'scans',
    caption: 'Scans, as they arrive',
    columns: ['scan', 'brings', 'bytes', 'so far'],
    rows: scans.map((scan, i) => [
      i + 1,
      scanText(scan),
      Math.round(scan.bytes),
      Math.round(scan.end),
    ]),
  };
}

function scriptTable({ trace }: ImageRecording): TableData {
  const { columns: c, rowCount } = trace.tables.jpeg_script;
  const rows = Array.from({ length: rowCount }, (_, i) => [
    trace.names[c.script[i]] ?? '?',
    Math.round(c.bytes[i]),
  ]);
  const columns = ['script of scans', 'bytes'];
  return { name: 'scripts', caption: 'Scripts that were weighed', columns, rows };
}

/** What a symbol of a Huffman table says (T.81 clauses F.1.2.1, F.1.2.2, G.1.2.2). */
function symbolText(symbol: number, isDc: boolean, isProgressive: boolean): string {
  const [run, size] = [symbol >> 4, symbol & 15];
  if (isDc)
    return symbol === 0
      ? 'the mean is as before'
      : `a change of the mean in ${several(symbol, 'bit')}`;
  if (size > 0) return `${several(run, 'zero')}, then a level of ${several(size, 'bit')}`;
  if (run === 15) return '16 zeros';
  if (run === 0) return 'the rest of the block is zero';
  return isProgressive ? `the rest of ${say(1 << run)} blocks or more is zero` : '?';
}

/** The Huffman codes of a scan, shortest first. */
function codeTables({ coded }: ImageRecording, scan: number): HTMLElement[] {
  if (coded === null) return [];
  const { frame, scans } = readFile(coded.file, { maxPixels: 2 ** 26, maxScans: 1000 });
  const { components = [], spectralStart = 0 } = scans[scan] ?? {};
  const isOfBoth = !frame.isProgressive;
  const used = new Map<PlacedTable, string>();
  for (const { dc, ac } of components) {
    if (dc !== undefined && (isOfBoth || spectralStart === 0)) used.set(dc, 'means');
    if (ac !== undefined && (isOfBoth || spectralStart > 0)) used.set(ac, 'frequencies');
  }
  const tables = [...used].map(([{ table, offset }, kind]) => {
    const { code, length } = huffmanCodes(table);
    const rows = [...table.symbols].map((symbol) => [
      code[symbol].toString(2).padStart(length[symbol], '0'),
      ...[length[symbol], symbolText(symbol, kind === 'means', frame.isProgressive)],
    ]);
    return tableElement({
      ...{ name: `codes-${offset}`, caption: `Codes of ${kind}, defined at byte ${say(offset)}` },
      ...{ columns: ['code', 'bits', 'says'], rows },
    });
  });
  if (tables.length === 0) return [];
  return [h('details', {}, h('summary', {}, 'Huffman codes of this scan'), ...tables)];
}

/** The blocks that the trellis changed most, each with a way to it. */
function changedSection(jpeg: JpegRecord, choose: (x: number, y: number) => void): HTMLElement[] {
  const { components } = jpeg;
  const all = jpeg.changedBlocks();
  const total = components.reduce((sum, one) => sum + one.blocksWide * one.blocksHigh, 0);
  const levels = all.reduce((sum, { count }) => sum + count, 0);
  const data: TableData = {
    name: 'changed-blocks',
    caption: 'Blocks that did not get the nearest levels',
    columns: ['component', 'block', 'coefficients'],
    rows: all.map(({ component, row, column, count }) => [
      ...[COMPONENTS[component], `${column}, ${row}`, count],
    ]),
  };
  const table = tableElement(data, { most: MOST_CHANGED });
  choosable(table, (i) => {
    const { component, row, column } = all[i];
    const [wide, high] = sizeOf(jpeg, component);
    choose(wide * column, high * row);
  });
  const text = `${say(levels)} coefficients in ${say(all.length)} of ${say(total)} blocks did not get the nearest level, for what that saves in bits`;
  return all.length === 0 ? [] : [h('details', { id: 'changed' }, h('summary', {}, text), table)];
}

/** The panel: the block of each component at the chosen pixel, and the scans. */
export function jpegPanel(
  recording: ImageRecording,
  jpeg: JpegRecord,
  x: number,
  y: number,
  scan: number,
  choose: (x: number, y: number) => void,
): HTMLElement[] {
  const scripts = scriptTable(recording);
  const isAsItIs = recording.isAsItIs;
  const blocks = jpeg.components.flatMap(({ steps }, i) => {
    const [row, column] = blockAt(jpeg, i, x, y);
    const bits = jpeg.bitsOf(i, row, column).reduce((sum, own) => sum + own, 0);
    const levels = jpeg.levelsOf(i, row, column);
    const written = levels.filter(({ level }) => level !== 0).length;
    const lowered = levels.filter(({ nearest, level }) => nearest !== level).length;
    const changed = isAsItIs
      ? ''
      : ` ${several(lowered, 'coefficient')} of ${levels.length} did not get the nearest level.`;
    const text = `Block ${column}, ${row} takes ${several(bits, 'bit')} for ${several(written, 'level')}.${changed}`;
    return [h('h3', {}, COMPONENT_TITLES[i]), h('p', {}, text), grids(levels, steps, isAsItIs)];
  });
  const shown = Math.min(scan, jpeg.scans.length - 1);
  const total = recording.coded === null ? '' : ` of ${sayBytes(recording.coded.file.length)}`;
  return [
    h(
      'p',
      { class: 'lead', id: 'pixel-lead' },
      `The picture after scan ${shown + 1} of ${jpeg.scans.length}: ${sayBytes(Math.round(jpeg.scans[shown].end))}${total} have arrived.`,
    ),
    ...blocks,
    ...(isAsItIs ? [] : changedSection(jpeg, choose)),
    tableElement(scanTable(jpeg), { classOf: (i) => (i === shown ? 'chosen' : '') }),
    ...(scripts.rows.length === 0 ? [] : [tableElement(scripts)]),
    ...codeTables(recording, shown),
    h(
      'p',
      { class: 'note' },
      `Bits of an end-of-band run count for its first block; ${say(jpeg.components.length)} components.`,
    ),
  ];
}
