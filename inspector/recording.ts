/** What the views are drawn from: a trace by pictures and macroblocks, and the samples where the page has made the encode itself. */
import { readTrace, type Trace, type TraceColumns } from '../src/inspect/index.ts';
import { requireColumns } from './needed.ts';
import type { Coded, PictureSamples, Settings, SourcePictures } from './protocol.ts';

/** Tables that a trace must have, with the columns that are read. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  picture: [
    'void',
    'picture',
    'type',
    'isIdr',
    'isReference',
    'reason',
    'qp',
    'pts',
    'dts',
    'poc',
    'bytes',
  ],
  unit: ['void', 'picture', 'unit', 'type', 'bytes'],
  element: [
    'void',
    'unit',
    'macroblock',
    'name',
    'clause',
    'descriptor',
    'value',
    'position',
    'length',
  ],
  macroblock: [
    'void',
    'picture',
    'macroblock',
    'type',
    'qp',
    'codedBlockPattern',
    'transform8x8',
    'candidate',
  ],
  candidate: ['void', 'picture', 'macroblock', 'type', 'distortion', 'bits', 'cost'],
  block: [
    'void',
    'picture',
    'macroblock',
    'candidate',
    'block',
    'index',
    'coefficient',
    'deadZoneLevel',
    'level',
  ],
  block8x8: ['void', 'picture', 'macroblock', 'block', 'index', 'coefficient', 'level'],
  search: [
    'void',
    'picture',
    'macroblock',
    'step',
    'poc',
    'x',
    'y',
    'width',
    'height',
    'mvX',
    'mvY',
    'cost',
  ],
  edge: ['void', 'picture', 'macroblock', 'isVertical', 'edge', 'strengths'],
  motion: [
    'void',
    'picture',
    'macroblock',
    'block',
    'width',
    'height',
    'list',
    'refIdx',
    'poc',
    'mvX',
    'mvY',
  ],
  intra: ['void', 'picture', 'macroblock', 'block', 'size', 'mode'],
  reference: ['void', 'picture', 'list', 'refIdx', 'poc'],
  estimate: ['void', 'picture', 'macroblock', 'type', 'cost'],
};

/** Most macroblocks of a picture that are believed. */
const MAX_MBS = 139_264;

/** Rows from `first` to before `end`. */
interface Range {
  first: number;
  end: number;
}

/** Values of a picture by macroblock. */
export interface MacroblockMaps {
  /** 255 where nothing is known. */
  readonly type: Uint8Array;
  readonly qp: Uint8Array;
  readonly pattern: Uint8Array;
  readonly transform8x8: Uint8Array;
  readonly mode16: Uint8Array;
  readonly modeChroma: Uint8Array;
  readonly candidate: Int16Array;
  readonly bits: Float64Array;
  /** How many times its own cost is saved through it in later pictures, as powers of two; null where nobody looked ahead. */
  readonly importance: Float64Array | null;
}

/** One picture. */
export interface PictureRecord {
  /** In coding order. */
  readonly number: number;
  /** In display order. */
  readonly display: number;
  readonly type: number;
  readonly isIdr: boolean;
  readonly isReference: boolean;
  readonly reason: number;
  readonly qp: number;
  readonly pts: number;
  readonly dts: number;
  readonly poc: number;
  readonly bytes: number;
  /** Numbers, in coding order, of the pictures in list 0 and list 1. */
  readonly references: readonly [readonly number[], readonly number[]];
  readonly rows: Readonly<Record<string, Range>>;
  readonly maps: MacroblockMaps;
}

/** An encode, as the views see it. */
export interface Recording {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  /** Pictures a second; of a trace without times, 25. */
  readonly frameRate: number;
  readonly settings: Settings | null;
  readonly trace: Trace;
  /** In coding order. */
  readonly pictures: readonly PictureRecord[];
  /** In display order. */
  readonly shown: readonly PictureRecord[];
  readonly source: SourcePictures | null;
  readonly samples: ReadonlyMap<number, PictureSamples>;
  readonly file: Uint8Array;
  readonly milliseconds: number;
}

/** The columns of a table. */
export function columnsOf({ trace }: Recording, table: string): TraceColumns['columns'] {
  return trace.tables[table].columns;
}

/** The rows of a table that belong to a macroblock, without those of attempts that were thrown away. */
export function rowsOf(
  recording: Recording,
  picture: PictureRecord,
  table: string,
  mb: number,
): number[] {
  const { void: isVoid, macroblock } = columnsOf(recording, table);
  const { first, end } = picture.rows[table];
  const rows: number[] = [];
  for (let i = first; i < end; i++) if (macroblock[i] === mb && isVoid[i] === 0) rows.push(i);
  return rows;
}

function checkTables(trace: Trace): void {
  if (trace.about.codec !== 'h264') {
    throw new Error('This is a trace of another codec. The page shows traces of H.264.');
  }
  requireColumns(trace, NEEDED);
}

/** The rows of each picture in a table with a column `picture`; of elements, by the picture of their unit. */
function rangesOf(trace: Trace, table: string, pictureOfUnit: Int32Array): Map<number, Range> {
  const { columns, rowCount } = trace.tables[table];
  const isByUnit = columns.picture === undefined;
  const ranges = new Map<number, Range>();
  let current = Number.NaN;
  let range: Range = { first: 0, end: 0 };
  for (let i = 0; i < rowCount; i++) {
    const picture = isByUnit ? (pictureOfUnit[columns.unit[i]] ?? -1) : columns.picture[i];
    if (picture !== current) {
      current = picture;
      range = ranges.get(picture) ?? { first: i, end: i };
      ranges.set(picture, range);
    }
    range.end = i + 1;
  }
  return ranges;
}

function pictureOfUnits(trace: Trace): Int32Array {
  const { columns, rowCount } = trace.tables.unit;
  let most = 0;
  for (let i = 0; i < rowCount; i++) most = Math.max(most, Math.min(columns.unit[i], 1e7));
  const out = new Int32Array(most + 1).fill(-1);
  for (let i = 0; i < rowCount; i++) out[columns.unit[i]] = columns.picture[i];
  return out;
}

/** log2(1 + inherited / intra) by macroblock. */
function importanceOf(trace: Trace, rows: Range | undefined, mbs: number): Float64Array | null {
  if (rows === undefined || rows.end === rows.first) return null;
  const { void: isVoid, macroblock, intra, inherited } = trace.tables.importance.columns;
  const out = new Float64Array(mbs);
  for (let i = rows.first; i < rows.end; i++) {
    const mb = macroblock[i];
    if (isVoid[i] !== 0 || !(mb >= 0 && mb < mbs)) continue;
    out[mb] = Math.log2(1 + inherited[i] / Math.max(1, intra[i]));
  }
  return out;
}

function mapsOf(trace: Trace, rows: Readonly<Record<string, Range>>, mbs: number): MacroblockMaps {
  const maps: MacroblockMaps = {
    type: new Uint8Array(mbs).fill(255),
    qp: new Uint8Array(mbs),
    pattern: new Uint8Array(mbs),
    transform8x8: new Uint8Array(mbs),
    mode16: new Uint8Array(mbs),
    modeChroma: new Uint8Array(mbs),
    candidate: new Int16Array(mbs).fill(-1),
    bits: new Float64Array(mbs),
    importance: importanceOf(trace, rows.importance, mbs),
  };
  const { columns } = trace.tables.macroblock;
  const none = new Uint8Array(columns.type.length);
  for (let i = rows.macroblock.first; i < rows.macroblock.end; i++) {
    const mb = columns.macroblock[i];
    if (columns.void[i] !== 0 || !(mb >= 0 && mb < mbs)) continue;
    maps.type[mb] = columns.type[i];
    maps.qp[mb] = columns.qp[i];
    maps.pattern[mb] = columns.codedBlockPattern[i];
    maps.transform8x8[mb] = columns.transform8x8[i];
    maps.mode16[mb] = (columns.intra16x16PredMode ?? none)[i];
    maps.modeChroma[mb] = (columns.intraChromaPredMode ?? none)[i];
    maps.candidate[mb] = columns.candidate[i];
  }
  const { void: isVoid, macroblock, length } = trace.tables.element.columns;
  for (let i = rows.element.first; i < rows.element.end; i++) {
    const mb = macroblock[i];
    if (isVoid[i] === 0 && mb >= 0 && mb < mbs) maps.bits[mb] += length[i];
  }
  return maps;
}

/** The pictures of a trace, in coding order. */
function picturesOf(trace: Trace, mbs: number): PictureRecord[] {
  const pictureOfUnit = pictureOfUnits(trace);
  // Traces of before have no importance.
  const names = [
    ...Object.keys(NEEDED),
    ...(trace.tables.importance === undefined ? [] : ['importance']),
  ];
  const ranges = new Map(names.map((name) => [name, rangesOf(trace, name, pictureOfUnit)]));
  const { columns, rowCount } = trace.tables.picture;
  const kept: number[] = [];
  for (let i = 0; i < rowCount; i++) if (columns.void[i] === 0) kept.push(i);
  const order = [...kept].sort((a, b) => columns.pts[a] - columns.pts[b]);
  const display = new Map(order.map((row, i) => [row, i]));
  const pictures: PictureRecord[] = [];
  for (const row of kept) {
    const number = columns.picture[row];
    const rows = Object.fromEntries(
      names.map((name) => [name, ranges.get(name)?.get(number) ?? { first: 0, end: 0 }]),
    );
    let maps: MacroblockMaps | null = null;
    pictures.push({
      number: pictures.length,
      display: display.get(row) ?? 0,
      type: columns.type[row],
      isIdr: columns.isIdr[row] !== 0,
      isReference: columns.isReference[row] !== 0,
      reason: columns.reason[row],
      qp: columns.qp[row],
      pts: columns.pts[row],
      dts: columns.dts[row],
      poc: columns.poc[row],
      bytes: columns.bytes[row],
      references: referencesOf(trace, rows.reference, pictures),
      rows,
      get maps() {
        maps ??= mapsOf(trace, rows, mbs);
        return maps;
      },
    });
  }
  return pictures;
}

/** The pictures that a PicOrderCnt names are the last ones coded with it: it begins anew at each IDR picture. */
function referencesOf(
  trace: Trace,
  { first, end }: Range,
  coded: readonly PictureRecord[],
): [number[], number[]] {
  const lists: [number[], number[]] = [[], []];
  const { void: isVoid, list, poc } = trace.tables.reference.columns;
  for (let i = first; i < end; i++) {
    const found = coded.findLastIndex((picture) => picture.poc === poc[i]);
    if (isVoid[i] === 0 && found >= 0 && list[i] < 2) lists[list[i]].push(found);
  }
  return lists;
}

function numberOf(value: string | number | undefined, usual: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : usual;
}

/** A recording of a trace alone, without samples. Throws an error whose message says what to do. */
export function recordingOfTrace(trace: Uint8Array | Trace, title: string): Recording {
  return record(trace instanceof Uint8Array ? readTrace(trace) : trace, title, null, null);
}

/** A recording of an encode that the page has made. */
export function recordingOfEncode(source: SourcePictures, coded: Coded): Recording {
  return record(readTrace(coded.trace), source.title, source, coded);
}

function record(
  trace: Trace,
  title: string,
  source: SourcePictures | null,
  coded: Coded | null,
): Recording {
  checkTables(trace);
  const width = numberOf(trace.about.width, 0);
  const height = numberOf(trace.about.height, 0);
  const [widthInMbs, heightInMbs] = [Math.ceil(width / 16), Math.ceil(height / 16)];
  const mbs = widthInMbs * heightInMbs;
  if (!(mbs > 0 && mbs <= MAX_MBS)) throw new Error(`The trace says a size of ${width}x${height}.`);
  const pictures = picturesOf(trace, mbs);
  if (pictures.length === 0) throw new Error('The trace has no picture.');
  const num = numberOf(trace.about.timeBaseNum, 1);
  const den = numberOf(trace.about.timeBaseDen, 25);
  return {
    ...{ title, width, height, widthInMbs, heightInMbs, trace, pictures, source },
    frameRate: source?.frameRate ?? (num > 0 && den > 0 ? den / num : 25),
    settings: coded?.settings ?? null,
    shown: [...pictures].sort((a, b) => a.display - b.display),
    samples: new Map((coded?.samples ?? []).map((sample) => [sample.pts, sample])),
    file: coded?.file ?? new Uint8Array(0),
    milliseconds: coded?.milliseconds ?? 0,
  };
}
