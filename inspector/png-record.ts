/** What the view of PNG is drawn from: rows with their filters, and what each byte and pixel costs. */
import { type Pass, passesOf } from '../src/codecs/png/standard/interlace.ts';
import type { Trace } from '../src/inspect/index.ts';
import { requireColumns } from './needed.ts';

/** Filter types by number. */
export const FILTER_NAMES = ['None', 'Sub', 'Up', 'Average', 'Paeth'];

/** Tables that a trace of PNG must have, with the columns that are read. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  png_picture: [...['width', 'height', 'colorType', 'bitDepth', 'interlaced', 'strategy', 'level']],
  png_trial: ['colorType', 'bitDepth', 'strategy', 'level', 'bytes', 'isWhole'],
  png_row: ['picture', 'filter'],
  png_chunk: ['type', 'first', 'bytes'],
  deflate_token: ['stream', 'at', 'length', 'distance', 'bits'],
};

/** Samples of a pixel by color type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A row of the picture, or of one of its passes. */
export interface PngRow {
  readonly pass: Pass;
  /** Number of the row in its pass. */
  readonly y: number;
  /** The bytes of the stream that the row takes, its filter's among them. */
  readonly at: number;
  readonly end: number;
  readonly filter: number;
  /** By filter type; NaN where the rule weighed none. */
  readonly weighed: readonly number[];
  /** Bits by filter type, from how often each byte comes in the row. */
  readonly entropy: readonly number[];
  /** Bits that the row takes in the stream. */
  readonly bits: number;
}

/** A symbol of the stream: a byte, or bytes that were there before. */
export interface Token {
  readonly at: number;
  readonly length: number;
  /** 0 for a byte as it is. */
  readonly distance: number;
  readonly bits: number;
}

/** A picture as PNG: that of the file, or a later one of an animation. */
export interface PngRecord {
  readonly width: number;
  readonly height: number;
  /** Its place in the picture of the file, and how it is shown, as words; empty where there is but one. */
  readonly left: number;
  readonly top: number;
  readonly shown: string;
  readonly strategy: string;
  readonly level: string;
  readonly isInterlaced: boolean;
  /** In the order of the stream. */
  readonly rows: readonly PngRow[];
  readonly bitsPerPixel: number;
  /** Bits of each pixel. */
  readonly pixelBits: Float32Array;
  /** Number of the row that a pixel is in. */
  rowOf(x: number, y: number): number;
  /** The symbols that stand for bytes of a row. */
  tokensOf(row: number): readonly Token[];
}

/** Pictures of a trace. */
export function pngCount({ tables }: Trace): number {
  return tables.png_picture?.rowCount ?? 0;
}

/** The rows of a table whose column has a value; they lie one after the other. */
function rowsWith({ tables }: Trace, table: string, column: string, value: number) {
  const { columns, rowCount } = tables[table];
  let first = 0;
  while (first < rowCount && columns[column][first] < value) first++;
  let end = first;
  while (end < rowCount && columns[column][end] === value) end++;
  return { first, end };
}

/** Bits of each byte of the stream: those of a symbol are spread evenly over its bytes. */
function byteBits({ tables }: Trace, { first, end }: Span, size: number): Float32Array {
  const out = new Float32Array(size);
  const { columns } = tables.deflate_token;
  for (let i = first; i < end; i++) {
    const [at, length] = [columns.at[i], columns.length[i]];
    out.fill(columns.bits[i] / length, at, at + length);
  }
  return out;
}

/** Rows of a table from `first` to before `end`. */
interface Span {
  readonly first: number;
  readonly end: number;
}

/** The first row of the column `at` within a span that is not below `value`. */
function firstFrom(at: ArrayLike<number>, { first, end }: Span, value: number): number {
  let [low, high] = [first, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tokensBetween({ tables }: Trace, span: Span, from: number, to: number): Token[] {
  const { columns } = tables.deflate_token;
  const tokens: Token[] = [];
  let i = firstFrom(columns.at, span, from);
  // A match may begin in the row before.
  if (i > span.first && columns.at[i - 1] + columns.length[i - 1] > from) i--;
  for (; i < span.end && columns.at[i] < to; i++) {
    const [at, length] = [columns.at[i], columns.length[i]];
    tokens.push({ at, length, distance: columns.distance[i], bits: columns.bits[i] });
  }
  return tokens;
}

/** Spreads the bits of bytes over the pixels of a row. */
function spreadRow(
  { pass, y, at }: PngRow,
  bytes: Float32Array,
  bitsPerPixel: number,
  width: number,
  out: Float32Array,
): void {
  for (let x = 0; x < pass.width; x++) {
    const first = (x * bitsPerPixel) / 8;
    let sum = 0;
    if (bitsPerPixel < 8) sum = (bytes[at + 1 + Math.floor(first)] * bitsPerPixel) / 8;
    else for (let k = 0; k < bitsPerPixel / 8; k++) sum += bytes[at + 1 + first + k];
    out[(pass.y0 + y * pass.dy) * width + pass.x0 + x * pass.dx] = sum;
  }
}

/** The rows of a picture, pass after pass. */
function rowsOf(trace: Trace, still: number, passes: readonly Pass[], bitsPerPixel: number) {
  const c = trace.tables.png_row.columns;
  const { first, end } = rowsWith(trace, 'png_row', 'picture', still);
  const five = (name: string, i: number): number[] =>
    FILTER_NAMES.map((_, type) => c[`${name}${type}`]?.[i] ?? Number.NaN);
  const rows: PngRow[] = [];
  let at = 0;
  for (const pass of passes) {
    const length = 1 + Math.ceil((pass.width * bitsPerPixel) / 8);
    for (let y = 0; y < pass.height && first + rows.length < end; y++, at += length) {
      const i = first + rows.length;
      const told = {
        filter: c.filter[i],
        weighed: five('weighed', i),
        entropy: five('entropy', i),
      };
      rows.push({ pass, y, at, end: at + length, ...told, bits: 0 });
    }
  }
  return rows;
}

/** When and how a picture of an animation is shown. */
function shownOf({ tables }: Trace, still: number): Pick<PngRecord, 'left' | 'top' | 'shown'> {
  const { columns: c, rowCount } = tables.png_frame ?? { columns: {}, rowCount: 0 };
  for (let i = 0; i < rowCount; i++) {
    if (c.picture[i] !== still) continue;
    const seconds = c.delayNum[i] / (c.delayDen[i] || 100);
    const behind = ['left as it is', 'cleared', 'set back to what was before'][c.dispose[i]] ?? '?';
    const over = c.blend[i] === 1 ? 'laid over what is there' : 'in place of what is there';
    const shown = `Shown for ${seconds.toFixed(2)} s at ${c.x[i]}, ${c.y[i]}, ${over}; then its place is ${behind}. `;
    return { left: c.x[i], top: c.y[i], shown };
  }
  return { left: 0, top: 0, shown: '' };
}

/** Picture number `still` of a trace; null where it has none. Throws an error that says what to do. */
export function pngRecord(trace: Trace, still = 0): PngRecord | null {
  if (still >= pngCount(trace)) return null;
  requireColumns(trace, NEEDED);
  const picture = trace.tables.png_picture.columns;
  const [width, height] = [picture.width[still], picture.height[still]];
  if (!(width * height <= 3840 * 2160)) {
    throw new Error(`The trace says ${width}x${height}: the page takes 3840x2160 at most.`);
  }
  const bitsPerPixel = (SAMPLES[picture.colorType[still]] ?? 1) * picture.bitDepth[still];
  const isInterlaced = picture.interlaced[still] !== 0;
  const passes = passesOf(width, height, isInterlaced);
  const span = rowsWith(trace, 'deflate_token', 'stream', still);
  const plain = rowsOf(trace, still, passes, bitsPerPixel);
  if (plain.length < passes.reduce((sum, pass) => sum + pass.height, 0)) {
    throw new Error('The trace has fewer rows than its picture: make it again.');
  }
  const bytes = byteBits(trace, span, plain.at(-1)?.end ?? 0);
  const rows = plain.map((row) => ({
    ...row,
    bits: bytes.subarray(row.at, row.end).reduce((sum, bits) => sum + bits, 0),
  }));
  const pixelBits = new Float32Array(width * height);
  for (const row of rows) spreadRow(row, bytes, bitsPerPixel, width, pixelBits);
  const { names } = trace;
  return {
    ...{ width, height, bitsPerPixel, isInterlaced, rows, pixelBits },
    ...shownOf(trace, still),
    strategy: names[picture.strategy[still]] ?? '?',
    level: names[picture.level[still]] ?? '?',
    rowOf: (x, y) => {
      let first = 0;
      for (const { x0, y0, dx, dy, height: count } of passes) {
        if ((x - x0) % dx === 0 && (y - y0) % dy === 0) {
          return Math.min(rows.length - 1, first + (y - y0) / dy);
        }
        first += count;
      }
      return 0;
    },
    tokensOf: (row) => tokensBetween(trace, span, rows[row]?.at ?? 0, rows[row]?.end ?? 0),
  };
}
