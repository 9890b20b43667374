/**
 * What the views are drawn from: a trace by pictures and macroblocks, and the samples where the page has made the encode itself. Of
 * the trace only the pictures that are looked at are in memory.
 */
import { openTrace, type Trace, type TraceColumns, type TraceFile } from '../src/inspect/index.ts';
import { MemorySource } from '../src/io/index.ts';
import { extremesOf } from './extremes.ts';
import type { MacroblockMaps, Range } from './macroblock-maps.ts';
import { PictureReader } from './picture-reader.ts';
import type { Coded, PictureSamples, Settings, SourcePictures } from './protocol.ts';

/** Most macroblocks of a picture that are believed. */
const MAX_MBS = 139_264;

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
  /** The mean over its macroblocks, and what was planned before they were coded. */
  readonly qp: number;
  readonly plannedQp: number;
  readonly pts: number;
  readonly dts: number;
  readonly poc: number;
  readonly bytes: number;
  /** Numbers, in coding order, of the pictures in list 0 and list 1. */
  readonly references: readonly [readonly number[], readonly number[]];
  /** The mean importance of its macroblocks, as `MacroblockMaps` has it; null where nobody looked ahead. */
  readonly worth: number | null;
  /** Whether what stands below is in memory: `Recording.load` reads it. */
  readonly isLoaded: boolean;
  readonly tables: Trace['tables'];
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
  /** Ticks of `pts` and `dts` a second. */
  readonly tickRate: number;
  readonly settings: Settings | null;
  /** Bits a second and bits of the decoder's buffer that the encoder kept within; 0 for none. */
  readonly vbvMaxRate: number;
  readonly vbvBufferSize: number;
  /** Names that columns refer to by number. */
  readonly names: readonly string[];
  /** In coding order. */
  readonly pictures: readonly PictureRecord[];
  /** In display order. */
  readonly shown: readonly PictureRecord[];
  readonly source: SourcePictures | null;
  readonly samples: ReadonlyMap<number, PictureSamples>;
  readonly file: Uint8Array;
  readonly milliseconds: number;
  /** Reads the rows of pictures, and lets go of those that were wanted longest ago where they are many. */
  load(...pictures: readonly PictureRecord[]): Promise<void>;
}

/** The picture that is shown as number `display`; the last one where there are fewer. */
export function pictureOf({ shown }: Recording, display: number): PictureRecord {
  return shown[Math.min(display, shown.length - 1)];
}

/** The columns of a table with the rows of a picture. */
export function columnsOf({ tables }: PictureRecord, table: string): TraceColumns['columns'] {
  return tables[table].columns;
}

/** The rows of a table that belong to a macroblock, without those of attempts that were thrown away. */
export function rowsOf(picture: PictureRecord, table: string, mb: number): number[] {
  const { void: isVoid, macroblock } = columnsOf(picture, table);
  const { first, end } = picture.rows[table];
  const rows: number[] = [];
  for (let i = first; i < end; i++) if (macroblock[i] === mb && isVoid[i] === 0) rows.push(i);
  return rows;
}

function numberOf(value: string | number | undefined, usual: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : usual;
}

/** A recording of a trace alone, without samples. Rejects with an error whose message says what to do. */
export function recordingOfTrace(trace: TraceFile, title: string): Promise<Recording> {
  return record(trace, title, null, null);
}

/** A recording of an encode that the page has made. */
export async function recordingOfEncode(source: SourcePictures, coded: Coded): Promise<Recording> {
  const trace = await openTrace(new MemorySource(coded.trace));
  return record(trace, source.title, source, coded);
}

/** Pictures and ticks a second. Traces without a time base count pictures. */
function ratesOf(
  { about }: TraceFile,
  source: SourcePictures | null,
  pictures: readonly PictureRecord[],
): Pick<Recording, 'frameRate' | 'tickRate'> {
  if (source !== null) return { frameRate: source.frameRate, tickRate: source.frameRate };
  const [num, den] = [numberOf(about.timeBaseNum, 1), numberOf(about.timeBaseDen, 25)];
  const tickRate = num > 0 && den > 0 ? den / num : 25;
  const { least, most } = extremesOf(pictures.map(({ pts }) => pts));
  const isTimed = pictures.length > 1 && most > least;
  return {
    frameRate: isTimed ? (tickRate * (pictures.length - 1)) / (most - least) : tickRate,
    tickRate,
  };
}

async function record(
  trace: TraceFile,
  title: string,
  source: SourcePictures | null,
  coded: Coded | null,
): Promise<Recording> {
  const { about, names } = trace;
  if (about.codec !== 'h264') {
    throw new Error('This is a trace of another codec. The page shows traces of H.264.');
  }
  const width = numberOf(about.width, 0);
  const height = numberOf(about.height, 0);
  const [widthInMbs, heightInMbs] = [Math.ceil(width / 16), Math.ceil(height / 16)];
  const mbs = widthInMbs * heightInMbs;
  if (!(mbs > 0 && mbs <= MAX_MBS)) {
    throw new Error(
      `The trace says a size of ${width}x${height}, which no level of H.264 has: make it again.`,
    );
  }
  const reader = await PictureReader.open(trace, mbs);
  const pictures = await reader.pictures();
  if (pictures.length === 0) throw new Error('The trace has no picture.');
  return {
    ...{ title, width, height, widthInMbs, heightInMbs, names, pictures, source },
    vbvMaxRate: numberOf(about.vbvMaxRate, 0),
    vbvBufferSize: numberOf(about.vbvBufferSize, 0),
    ...ratesOf(trace, source, pictures),
    settings: coded?.settings ?? null,
    shown: [...pictures].sort((a, b) => a.display - b.display),
    samples: new Map((coded?.samples ?? []).map((sample) => [sample.pts, sample])),
    file: coded?.file ?? new Uint8Array(0),
    milliseconds: coded?.milliseconds ?? 0,
    load: (...wanted) => reader.load(wanted),
  };
}
