/** JPEG beside its picture: a block before and after its levels were decided, and the scans. */
import { h, themeColor } from '../dom.ts';
import { blockAt, type JpegLevel, type JpegRecord } from '../jpeg-record.ts';
import type { ImageRecording } from '../media.ts';
import { say, sayBytes, several } from '../names.ts';
import { type TableData, tableElement } from '../table.ts';

const COMPONENTS = ['luma', 'blue', 'red', 'fourth'];

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
  context.strokeRect(8 * Math.floor(x / 8), 8 * Math.floor(y / 8), 8, 8);
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

function grids(levels: readonly JpegLevel[]): HTMLElement {
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
    grid('Coefficients, in steps', real, plain),
    grid('Written; marked: not the nearest', after, changed),
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

/** The panel: the block of each component at the chosen pixel, and the scans. */
export function jpegPanel(
  recording: ImageRecording,
  jpeg: JpegRecord,
  x: number,
  y: number,
  scan: number,
): HTMLElement[] {
  const blocks = jpeg.components.flatMap((_, i) => {
    const [row, column] = blockAt(jpeg, i, x, y);
    const bits = jpeg.bitsOf(i, row, column).reduce((sum, own) => sum + own, 0);
    const levels = jpeg.levelsOf(i, row, column);
    const lowered = levels.filter(({ nearest, level }) => nearest !== level).length;
    const text = `${COMPONENTS[i]}: block ${column}, ${row} takes ${several(bits, 'bit')}; ${several(lowered, 'level')} of ${levels.length} not the nearest.`;
    return [h('h3', {}, COMPONENTS[i]), h('p', {}, text), grids(levels)];
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
    tableElement(scanTable(jpeg), { classOf: (i) => (i === shown ? 'chosen' : '') }),
    tableElement(scriptTable(recording)),
    h(
      'p',
      { class: 'note' },
      `Bits of an end-of-band run count for the block at which it is written; ${say(jpeg.components.length)} components.`,
    ),
  ];
}
