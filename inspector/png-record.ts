/** What the view of PNG is drawn from: rows with their filters, and what each byte and pixel costs. */
import type { Trace } from '../src/inspect/index.ts';
import { requireColumns } from './needed.ts';

/** Filter types by number. */
export const FILTER_NAMES = ['None', 'Sub', 'Up', 'Average', 'Paeth'];

/** Tables that a trace of PNG must have, with the columns that are read. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  png_picture: [...['width', 'height', 'colorType', 'bitDepth', 'interlaced', 'strategy', 'level']],
  png_trial: ['colorType', 'bitDepth', 'strategy', 'level', 'bytes', 'isWhole'],
  png_row: ['filter'],
  png_chunk: ['type', 'first', 'bytes'],
  deflate_token: ['at', 'length', 'distance', 'bits'],
};

/** Samples of a pixel by color type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A row of the picture. */
export interface PngRow {
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

/** A picture as PNG. */
export interface PngRecord {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly bitDepth: number;
  readonly strategy: string;
  readonly level: string;
  readonly rows: readonly PngRow[];
  /** Bytes of a row with its filter type. */
  readonly rowBytes: number;
  /** Bits of each pixel. */
  readonly pixelBits: Float32Array;
  /** The symbols that stand for bytes of a row. */
  tokensOf(row: number): readonly Token[];
}

/** Bits of each byte of the stream: those of a symbol are spread evenly over its bytes. */
function byteBits({ tables }: Trace, size: number): Float32Array {
  const out = new Float32Array(size);
  const { columns, rowCount } = tables.deflate_token;
  for (let i = 0; i < rowCount; i++) {
    const [at, length] = [columns.at[i], columns.length[i]];
    out.fill(columns.bits[i] / length, at, at + length);
  }
  return out;
}

/** The first row of the column `at` that is not below `value`. */
function firstFrom(at: ArrayLike<number>, value: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tokensBetween({ tables }: Trace, from: number, to: number): Token[] {
  const { columns, rowCount } = tables.deflate_token;
  const tokens: Token[] = [];
  let i = firstFrom(columns.at, from);
  // A match may begin in the row before.
  if (i > 0 && columns.at[i - 1] + columns.length[i - 1] > from) i--;
  for (; i < rowCount && columns.at[i] < to; i++) {
    const [at, length] = [columns.at[i], columns.length[i]];
    tokens.push({ at, length, distance: columns.distance[i], bits: columns.bits[i] });
  }
  return tokens;
}

function spread(bytes: Float32Array, width: number, height: number, bitsPerPixel: number) {
  const rowBytes = 1 + Math.ceil((width * bitsPerPixel) / 8);
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const first = (x * bitsPerPixel) / 8;
      let sum = 0;
      if (bitsPerPixel < 8) sum = (bytes[y * rowBytes + 1 + Math.floor(first)] * bitsPerPixel) / 8;
      else for (let k = 0; k < bitsPerPixel / 8; k++) sum += bytes[y * rowBytes + 1 + first + k];
      out[y * width + x] = sum;
    }
  }
  return { rowBytes, pixelBits: out };
}

/** The picture of a trace; null where it has none, or one in passes. Throws an error that says what to do. */
export function pngRecord(trace: Trace): PngRecord | null {
  if ((trace.tables.png_picture?.rowCount ?? 0) === 0) return null;
  requireColumns(trace, NEEDED);
  const picture = trace.tables.png_picture.columns;
  const [width, height] = [picture.width[0], picture.height[0]];
  const [colorType, bitDepth] = [picture.colorType[0], picture.bitDepth[0]];
  if (picture.interlaced[0] !== 0) {
    throw new Error('This picture is written in passes: encode it without --interlaced.');
  }
  if (!(width * height <= 3840 * 2160)) {
    throw new Error(`The trace says ${width}x${height}: the page takes 3840x2160 at most.`);
  }
  const bitsPerPixel = (SAMPLES[colorType] ?? 1) * bitDepth;
  const size = height * (1 + Math.ceil((width * bitsPerPixel) / 8));
  const bytes = byteBits(trace, size);
  const { rowBytes, pixelBits } = spread(bytes, width, height, bitsPerPixel);
  const r = trace.tables.png_row.columns;
  const five = (name: string, i: number): number[] =>
    FILTER_NAMES.map((_, type) => r[`${name}${type}`]?.[i] ?? Number.NaN);
  const rows = Array.from({ length: Math.min(height, trace.tables.png_row.rowCount) }, (_, y) => ({
    filter: r.filter[y],
    weighed: five('weighed', y),
    entropy: five('entropy', y),
    bits: bytes.subarray(y * rowBytes, (y + 1) * rowBytes).reduce((sum, bits) => sum + bits, 0),
  }));
  const { names } = trace;
  return {
    ...{ width, height, colorType, bitDepth, rows, rowBytes, pixelBits },
    strategy: names[picture.strategy[0]] ?? '?',
    level: names[picture.level[0]] ?? '?',
    tokensOf: (row) => tokensBetween(trace, row * rowBytes, (row + 1) * rowBytes),
  };
}
