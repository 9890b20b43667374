/** What the view of sound is drawn from: a trace by frames, channels and bands, and the samples where the page has made the encode. */
import { readTrace, type Trace } from '../src/inspect/index.ts';
import { requireColumns } from './needed.ts';
import type { CodedSound, SourceSound } from './protocol.ts';

/** Tables that a trace of sound must have, with the columns that are read. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  aac_stream: ['stream', 'sampleRate', 'channels'],
  aac_frame: ['stream', 'frame', 'sample', 'bits', 'lambda', 'reservoir'],
  aac_channel: ['stream', 'frame', 'channel', 'windowSequence', 'windowShape', 'maxSfb', 'bits'],
  aac_band: [
    ...['stream', 'frame', 'channel', 'band', 'group', 'first', 'end', 'energy', 'threshold'],
    ...['noise', 'codebook', 'scaleFactor', 'bits', 'windows'],
  ],
  aac_pair: [
    ...['stream', 'frame', 'channel', 'band', 'choice', 'separateBits', 'jointBits'],
    ...['codedCost', 'intensityCost'],
  ],
  aac_filter: ['stream', 'frame', 'channel', 'window', 'gain', 'needed'],
  aac_substitute: ['stream', 'frame', 'channel', 'band', 'isTaken', 'error', 'gain'],
  aac_element: ['stream', 'frame', 'channel', 'band', 'name', 'value', 'length'],
};

/** How a band of a pair was weighed. */
export interface PairChoice {
  /** 0 left and right, 1 middle and side, 2 intensity. */
  readonly choice: number;
  readonly separateBits: number;
  readonly jointBits: number;
  readonly codedCost: number;
  readonly intensityCost: number;
}

/** One scale factor band. */
export interface SoundBand {
  readonly group: number;
  /** Windows of its group. */
  readonly windows: number;
  readonly first: number;
  readonly end: number;
  readonly energy: number;
  readonly threshold: number;
  readonly noise: number;
  readonly codebook: number;
  readonly scaleFactor: number;
  readonly bits: number;
  readonly pair: PairChoice | null;
  /** What substituting it by noise saves; null where that was not asked. */
  readonly substituteGain: number | null;
}

/** A channel of a frame. */
export interface SoundChannel {
  readonly bits: number;
  readonly bands: readonly SoundBand[];
  /** Prediction gain by window where a filter was looked for, and the gain that one needs. */
  readonly filters: readonly { readonly window: number; readonly gain: number }[];
  readonly neededGain: number;
}

/** A frame. */
export interface SoundFrame {
  readonly bits: number;
  readonly sample: number;
  readonly lambda: number;
  readonly reservoir: number;
  /** window_sequence and window_shape of its first channel. */
  readonly sequence: number;
  readonly shape: number;
  /** Made when they are asked for. */
  readonly channels: readonly SoundChannel[];
}

/** An encode of sound, as the view sees it. */
export interface SoundRecording {
  readonly title: string;
  readonly sampleRate: number;
  readonly numChannels: number;
  readonly trace: Trace;
  readonly frames: readonly SoundFrame[];
  readonly source: SourceSound | null;
  readonly coded: CodedSound | null;
}

/** Whether a trace has sound. */
export function hasSound({ tables }: Trace): boolean {
  return (tables.aac_frame?.rowCount ?? 0) > 0;
}

/** Rows of the first stream by frame: from and to. */
function rangesOf(trace: Trace, table: string): Map<number, { first: number; end: number }> {
  const { columns, rowCount } = trace.tables[table];
  const ranges = new Map<number, { first: number; end: number }>();
  for (let i = 0; i < rowCount; i++) {
    if (columns.stream[i] !== 0) continue;
    const range = ranges.get(columns.frame[i]);
    if (range === undefined) ranges.set(columns.frame[i], { first: i, end: i + 1 });
    else range.end = i + 1;
  }
  return ranges;
}

type Ranges = Readonly<Record<string, ReturnType<typeof rangesOf>>>;

/** The rows of a frame in a table that belong to the first stream. */
function rowsOf(trace: Trace, ranges: Ranges, table: string, frame: number): number[] {
  const { first, end } = ranges[table].get(frame) ?? { first: 0, end: 0 };
  const { stream } = trace.tables[table].columns;
  const rows: number[] = [];
  for (let i = first; i < end; i++) if (stream[i] === 0) rows.push(i);
  return rows;
}

function channelsOf(
  trace: Trace,
  ranges: Ranges,
  frame: number,
  numChannels: number,
): SoundChannel[] {
  const columns = (table: string) => trace.tables[table].columns;
  const of = (table: string, channel: number): number[] =>
    rowsOf(trace, ranges, table, frame).filter((i) => columns(table).channel[i] === channel);
  /** A pair is told at its first channel. */
  const pairAt = (channel: number): number =>
    [channel, channel - 1].find((first) => first >= 0 && of('aac_pair', first).length > 0) ?? -1;
  return Array.from({ length: numChannels }, (_, channel) => {
    const pair = new Map<number, PairChoice>();
    const p = columns('aac_pair');
    for (const i of of('aac_pair', pairAt(channel))) {
      pair.set(p.band[i], {
        ...{ choice: p.choice[i], separateBits: p.separateBits[i], jointBits: p.jointBits[i] },
        ...{ codedCost: p.codedCost[i], intensityCost: p.intensityCost[i] },
      });
    }
    const s = columns('aac_substitute');
    const gains = new Map(of('aac_substitute', channel).map((i) => [s.band[i], s.gain[i]]));
    const b = columns('aac_band');
    const bands = of('aac_band', channel).map(
      (i): SoundBand => ({
        ...{ group: b.group[i], windows: b.windows[i], first: b.first[i], end: b.end[i] },
        ...{ energy: b.energy[i], threshold: b.threshold[i], noise: b.noise[i] },
        ...{ codebook: b.codebook[i], scaleFactor: b.scaleFactor[i], bits: b.bits[i] },
        pair: pair.get(b.band[i]) ?? null,
        substituteGain: gains.get(b.band[i]) ?? null,
      }),
    );
    const c = columns('aac_channel');
    const f = columns('aac_filter');
    const filters = of('aac_filter', pairAt(channel) < 0 ? channel : pairAt(channel));
    return {
      bits: of('aac_channel', channel).reduce((total, i) => total + c.bits[i], 0),
      bands,
      filters: filters.map((i) => ({ window: f.window[i], gain: f.gain[i] })),
      neededGain: filters.length === 0 ? 0 : f.needed[filters[0]],
    };
  });
}

/** Bits of each syntax element of a frame, the largest first. */
export function elementBits({ trace }: SoundRecording, frame: number): [string, number][] {
  const { columns, rowCount } = trace.tables.aac_element;
  const sums = new Map<string, number>();
  for (let i = 0; i < rowCount; i++) {
    if (columns.stream[i] !== 0 || columns.frame[i] !== frame) continue;
    const name = trace.names[columns.name[i]] ?? '?';
    sums.set(name, (sums.get(name) ?? 0) + columns.length[i]);
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** A recording of a trace. Throws an error whose message says what to do. */
export function recordSound(
  bytes: Uint8Array | Trace,
  source: SourceSound | null,
  coded: CodedSound | null,
): SoundRecording {
  const trace = bytes instanceof Uint8Array ? readTrace(bytes) : bytes;
  requireColumns(trace, NEEDED);
  const [sampleRate, numChannels] = ['sampleRate', 'channels'].map(
    (column) => trace.tables.aac_stream.columns[column][0] ?? 0,
  );
  if (!(sampleRate > 0 && numChannels > 0 && numChannels <= 8)) {
    throw new Error('The trace says nothing of its sound: make it again.');
  }
  const ranges = Object.fromEntries(
    Object.keys(NEEDED)
      .filter((name) => name !== 'aac_stream')
      .map((name) => [name, rangesOf(trace, name)]),
  );
  const { columns: f, rowCount } = trace.tables.aac_frame;
  const { columns: c } = trace.tables.aac_channel;
  const frames: SoundFrame[] = [];
  for (let i = 0; i < rowCount; i++) {
    if (f.stream[i] !== 0) continue;
    const number = f.frame[i];
    const [first] = rowsOf(trace, ranges, 'aac_channel', number);
    let channels: readonly SoundChannel[] | null = null;
    frames.push({
      ...{ bits: f.bits[i], sample: f.sample[i], lambda: f.lambda[i], reservoir: f.reservoir[i] },
      sequence: first === undefined ? 0 : c.windowSequence[first],
      shape: first === undefined ? 0 : c.windowShape[first],
      get channels() {
        channels ??= channelsOf(trace, ranges, number, numChannels);
        return channels;
      },
    });
  }
  const title = source?.title ?? 'sound';
  return { title, sampleRate, numChannels, trace, frames, source, coded };
}
