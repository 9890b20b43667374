/** Reads the pictures of a trace of H.264: some facts of each at once, its rows when it is looked at. */
import type { Trace, TraceColumns, TraceFile, TraceGroup } from '../src/inspect/index.ts';
import { H264_COLUMNS } from './h264-columns.ts';
import { importanceOf, type MacroblockMaps, mapsOf, type Range } from './macroblock-maps.ts';
import { requireColumns } from './needed.ts';
import type { PictureRecord } from './recording.ts';

/** Tables that are in memory as a whole: they have few rows for each picture. */
const WHOLE: readonly string[] = ['picture', 'unit', 'reference'];

/** What traces of before lack. */
const IMPORTANCE = 'importance';

/** Bytes of rows that stay in memory, beside those of the pictures that are looked at. */
const KEPT_BYTES = 96 << 20;

/** The rows of each picture in a table with a column `picture`; of elements, by the picture of their unit. */
function rangesOf(
  { columns, rowCount }: TraceColumns,
  pictureOfUnit: Int32Array,
): Map<number, Range> {
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

function pictureOfUnits({ columns, rowCount }: TraceColumns): Int32Array {
  let most = 0;
  for (let i = 0; i < rowCount; i++) most = Math.max(most, Math.min(columns.unit[i], 1e7));
  const out = new Int32Array(most + 1).fill(-1);
  for (let i = 0; i < rowCount; i++) out[columns.unit[i]] = columns.picture[i];
  return out;
}

/** The pictures that a PicOrderCnt names are the last ones coded with it: it begins anew at each IDR picture. */
function referencesOf(
  { columns }: TraceColumns,
  rows: Range | undefined,
  coded: readonly PictureRecord[],
): [number[], number[]] {
  const lists: [number[], number[]] = [[], []];
  const { void: isVoid, list, poc } = columns;
  const { first, end } = rows ?? { first: 0, end: 0 };
  for (let i = first; i < end; i++) {
    const found = coded.findLastIndex((picture) => picture.poc === poc[i]);
    if (isVoid[i] === 0 && found >= 0 && list[i] < 2) lists[list[i]].push(found);
  }
  return lists;
}

/** The rows of a picture, in memory. */
interface PictureRows {
  readonly tables: Trace['tables'];
  readonly rows: Readonly<Record<string, Range>>;
  readonly maps: MacroblockMaps;
  readonly bytes: number;
}

/** What is known of a picture without its rows. */
type PictureFacts = Omit<PictureRecord, 'isLoaded' | 'tables' | 'rows' | 'maps'>;

/** A picture whose rows come and go. */
class TracedPicture {
  /** Its number in the trace. */
  readonly number: number;
  readonly record: PictureRecord;
  rows: PictureRows | null = null;

  constructor(number: number, facts: PictureFacts) {
    this.number = number;
    const rows = (): PictureRows => {
      if (this.rows === null) throw new Error(`Picture ${facts.display} is not in memory.`);
      return this.rows;
    };
    const isLoaded = (): boolean => this.rows !== null;
    this.record = {
      ...facts,
      get isLoaded() {
        return isLoaded();
      },
      get tables() {
        return rows().tables;
      },
      get rows() {
        return rows().rows;
      },
      get maps() {
        return rows().maps;
      },
    };
  }
}

function byteLengthOf(tables: Trace['tables']): number {
  const columns = Object.values(tables).flatMap((table) => Object.values(table.columns));
  return columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** The reader of a trace. */
export class PictureReader {
  private readonly trace: TraceFile;
  private readonly mbs: number;
  private readonly whole: Trace['tables'];
  private readonly pictureOfUnit: Int32Array;
  /** Groups of rows that were written together with the picture's own row, by its number in the trace. */
  private readonly groups = new Map<number, TraceGroup[]>();
  /** Groups that were written without the row of any picture: they may be of each. */
  private readonly common: TraceGroup[] = [];
  private readonly traced = new Map<PictureRecord, TracedPicture>();
  /** Those whose rows are in memory, the one that was wanted longest ago first. */
  private readonly loaded = new Set<TracedPicture>();

  private constructor(trace: TraceFile, whole: Trace['tables'], mbs: number) {
    this.trace = trace;
    this.whole = whole;
    this.mbs = mbs;
    this.pictureOfUnit = pictureOfUnits(whole.unit);
    this.findGroups();
  }

  /** Opens a trace with pictures of `mbs` macroblocks. Rejects with an error that says what to do where tables are missing. */
  static async open(trace: TraceFile, mbs: number): Promise<PictureReader> {
    requireColumns(await trace.read([]), H264_COLUMNS);
    const whole = await trace.read(trace.groups.filter(({ table }) => WHOLE.includes(table)));
    return new PictureReader(trace, whole.tables, mbs);
  }

  private findGroups(): void {
    const { picture } = this.whole.picture.columns;
    const numbers = new Map<number, Set<number>>();
    let row = 0;
    for (const { table, rowCount, batch } of this.trace.groups) {
      if (table !== 'picture') continue;
      const own = numbers.get(batch) ?? new Set();
      for (const number of picture.subarray(row, row + rowCount)) own.add(number);
      numbers.set(batch, own);
      row += rowCount;
    }
    for (const group of this.trace.groups) {
      if (!Object.hasOwn(H264_COLUMNS, group.table) && group.table !== IMPORTANCE) continue;
      const own = numbers.get(group.batch);
      if (own === undefined) this.common.push(group);
      for (const number of own ?? []) {
        const known = this.groups.get(number);
        if (known === undefined) this.groups.set(number, [group]);
        else known.push(group);
      }
    }
  }

  private groupsOf(number: number): TraceGroup[] {
    return [...this.common, ...(this.groups.get(number) ?? [])];
  }

  /** The pictures, in coding order. */
  async pictures(): Promise<PictureRecord[]> {
    const { picture, reference } = this.whole;
    const { columns, rowCount } = picture;
    const kept: number[] = [];
    for (let i = 0; i < rowCount; i++) if (columns.void[i] === 0) kept.push(i);
    const order = [...kept].sort((a, b) => columns.pts[a] - columns.pts[b]);
    const display = new Map(order.map((row, i) => [row, i]));
    const references = rangesOf(reference, this.pictureOfUnit);
    const pictures: PictureRecord[] = [];
    for (const row of kept) {
      const number = columns.picture[row];
      const traced = new TracedPicture(number, {
        number: pictures.length,
        display: display.get(row) ?? 0,
        type: columns.type[row],
        isIdr: columns.isIdr[row] !== 0,
        isReference: columns.isReference[row] !== 0,
        reason: columns.reason[row],
        // Traces of before lack the mean.
        qp: (columns.meanQp ?? columns.qp)[row],
        plannedQp: columns.qp[row],
        pts: columns.pts[row],
        dts: columns.dts[row],
        poc: columns.poc[row],
        bytes: columns.bytes[row],
        references: referencesOf(reference, references.get(number), pictures),
        worth: await this.worthOf(number),
      });
      this.traced.set(traced.record, traced);
      pictures.push(traced.record);
    }
    return pictures;
  }

  /** The mean importance of a picture's macroblocks; null where nobody looked ahead. */
  private async worthOf(number: number): Promise<number | null> {
    const groups = this.groupsOf(number).filter(({ table }) => table === IMPORTANCE);
    if (groups.length === 0) return null;
    const { importance } = (await this.trace.read(groups)).tables;
    const rows = rangesOf(importance, this.pictureOfUnit).get(number);
    const values = importanceOf(importance, rows, this.mbs);
    return values === null ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  /** Sees to it that the rows of pictures are in memory, and lets go of those that were wanted longest ago where they are many. */
  async load(pictures: readonly PictureRecord[]): Promise<void> {
    const wanted = pictures.flatMap((picture) => this.traced.get(picture) ?? []);
    for (const traced of wanted) {
      traced.rows ??= await this.readRows(traced.number);
      this.loaded.delete(traced);
      this.loaded.add(traced);
    }
    let bytes = 0;
    for (const { rows } of this.loaded) bytes += rows?.bytes ?? 0;
    for (const traced of this.loaded) {
      if (bytes <= KEPT_BYTES || wanted.includes(traced)) break;
      bytes -= traced.rows?.bytes ?? 0;
      traced.rows = null;
      this.loaded.delete(traced);
    }
  }

  private async readRows(number: number): Promise<PictureRows> {
    const { tables } = await this.trace.read(this.groupsOf(number));
    const none: Range = { first: 0, end: 0 };
    const rows = Object.fromEntries(
      [...Object.keys(H264_COLUMNS), IMPORTANCE].map((name) => {
        const table = tables[name];
        const range = table && rangesOf(table, this.pictureOfUnit).get(number);
        return [name, range ?? none];
      }),
    );
    return { tables, rows, maps: mapsOf(tables, rows, this.mbs), bytes: byteLengthOf(tables) };
  }
}
