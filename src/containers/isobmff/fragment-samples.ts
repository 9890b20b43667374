/** Samples of movie fragments: from `moof` to where each sample lies and when. ISOBMFF clause 8.8. */
import type { Budget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { type BoxView, boxesIn, type FileBytes, readChild, readFields } from './box-reader.ts';
import {
  BASE_DATA_OFFSET_PRESENT,
  DATA_OFFSET_PRESENT,
  DEFAULT_BASE_IS_MOOF,
  DEFAULT_SAMPLE_DURATION_PRESENT,
  DEFAULT_SAMPLE_FLAGS_PRESENT,
  DEFAULT_SAMPLE_SIZE_PRESENT,
  FIRST_SAMPLE_FLAGS_PRESENT,
  SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT,
  SAMPLE_DESCRIPTION_INDEX_PRESENT,
  SAMPLE_DURATION_PRESENT,
  SAMPLE_FLAGS_PRESENT,
  SAMPLE_SIZE_PRESENT,
  tfdt,
  tfhd,
  trun,
} from './boxes-fragments.ts';
import type { TimedSample } from './edit-timeline.ts';
import { pcmRunLength } from './sample-cursor.ts';

/** Defaults that `trex` sets for the fragments of a track, ISOBMFF clause 8.8.3. */
export interface FragmentDefaults {
  readonly default_sample_description_index: number;
  readonly default_sample_duration: number;
  readonly default_sample_size: number;
  readonly default_sample_flags: number;
}

/** The state of a track that is carried from one fragment to the next. */
export interface FragmentTrack {
  readonly track_ID: number;
  readonly defaults: FragmentDefaults;
  /** Bytes of one PCM sample if samples are to be joined in runs, else 0. */
  readonly pcmBytes: number;
  /** From media to presentation, in ticks. */
  readonly shift: number;
  /** Decoding time, on the media timeline, that follows the last sample: where a fragment without `tfdt` goes on. */
  nextDts: number;
  /** Ticks by which decoding times are lowered; grows when a composition offset is below its negative. */
  dtsShift: number;
}

/** Where the values of a sample stand in its row of a `trun`: columns, -1 where there is none. */
interface RunColumns {
  readonly count: number;
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
  readonly offset: number;
}

/** One `trun` with the defaults that hold for it. */
interface Run {
  readonly columns: RunColumns;
  readonly count: number;
  readonly position: number;
  readonly firstFlags: number;
  readonly defaults: FragmentDefaults;
  readonly rows: Uint32Array;
  /** Samples that the box promises and has no rows for. */
  readonly missing: number;
}

/** The parts of a file that reading a fragment needs beside its bytes. */
export interface FragmentContext {
  readonly tracks: ReadonlyMap<number, FragmentTrack>;
  /** Where sample data ends at the latest. */
  readonly fileSize: number;
  readonly budget: Budget;
  readonly problems: Problem[];
  /** Told of the tracks that fragments have and `tracks` has not. */
  readonly onOtherTrack?: (track_ID: number, position: number) => void;
}

/** The samples that one `traf` adds to its track. */
export interface TrackFragmentSamples {
  readonly track: FragmentTrack;
  readonly samples: Generator<TimedSample>;
}

const SAMPLE_IS_NON_SYNC_SAMPLE = 0x00010000;
/** Samples without rows cost a file nothing; this many in one run are taken for harm. */
const MAX_ROWLESS_SAMPLES = 1 << 24;

/** Flag of `tfhd`: the fragment has no samples of the track (ISOBMFF clause 8.8.7). */
const DURATION_IS_EMPTY = 0x010000;
/** Boxes of a `traf` beside its runs. */
const BESIDE_RUNS = [
  ...['tfhd', 'tfdt', 'sdtp', 'sbgp', 'sgpd', 'subs', 'saiz', 'saio', 'senc', 'uuid', 'meta'],
];

/** Memory that one `trun` takes beside its rows. */
const RUN_BYTES = 256;

/**
 * The samples of the fragment `moof`, track by track: all runs of a track behind one another. Tracks that the context does
 * not have are left out. Memory for the runs is taken from the budget, and given back with `releaseFragment`.
 */
export function readFragment(
  file: FileBytes,
  moof: BoxView,
  context: FragmentContext,
): TrackFragmentSamples[] {
  const { tracks, budget } = context;
  const parts = new Map<FragmentTrack, TrackPart[]>();
  const moofOffset = file.fileOffset + moof.start;
  let dataEnd = moofOffset;
  for (const box of boxesIn(file.bytes, moof.dataStart, moof.end)) {
    if (box.type !== 'traf') continue;
    const header = readChild(tfhd, file, box);
    const track = header === null ? undefined : tracks.get(header.track_ID);
    const trafOffset = file.fileOffset + box.start;
    if (header === null) report(context.problems, trafOffset, 'a traf has no tfhd; it is left out');
    else if (track === undefined) context.onOtherTrack?.(header.track_ID, trafOffset);
    if (header === null || track === undefined) continue;
    let base = dataEnd;
    if (header.flags & BASE_DATA_OFFSET_PRESENT) base = header.base_data_offset;
    else if (header.flags & DEFAULT_BASE_IS_MOOF) base = moofOffset;
    const defaults = defaultsOf(header, track.defaults);
    const time = readChild(tfdt, file, box);
    const runs: Run[] = [];
    let position = base;
    let strange = '';
    for (const child of boxesIn(file.bytes, box.dataStart, box.end)) {
      if (!BESIDE_RUNS.includes(child.type) && child.type !== 'trun') strange = child.type;
      if (child.type !== 'trun') continue;
      budget.hold('trun', RUN_BYTES + child.end - child.start, moofOffset);
      const { fields } = readFields(trun, file, child);
      if (fields.flags & DATA_OFFSET_PRESENT) position = base + fields.data_offset;
      const run = makeRun(fields, position, defaults);
      runs.push(run);
      position += runBytes(run);
    }
    if (runs.length === 0 && strange !== '' && !(header.flags & DURATION_IS_EMPTY)) {
      report(context.problems, trafOffset, `a traf has no trun, but a box '${strange}'`);
    }
    dataEnd = position;
    const part = { runs, baseMediaDecodeTime: time?.baseMediaDecodeTime };
    const before = parts.get(track);
    if (before === undefined) parts.set(track, [part]);
    else before.push(part);
  }
  return [...parts].map(([track, each]) => ({ track, samples: partSamples(track, each, context) }));
}

/** The defaults of one `traf`: those that its `tfhd` has, the others from `trex`. */
function defaultsOf(header: typeof tfhd.defaults, trex: FragmentDefaults): FragmentDefaults {
  const choose = (flag: number, name: keyof FragmentDefaults, own: number): number =>
    header.flags & flag ? own : trex[name];
  return {
    default_sample_description_index: choose(
      SAMPLE_DESCRIPTION_INDEX_PRESENT,
      'default_sample_description_index',
      header.sample_description_index,
    ),
    default_sample_duration: choose(
      DEFAULT_SAMPLE_DURATION_PRESENT,
      'default_sample_duration',
      header.default_sample_duration,
    ),
    default_sample_size: choose(
      DEFAULT_SAMPLE_SIZE_PRESENT,
      'default_sample_size',
      header.default_sample_size,
    ),
    default_sample_flags: choose(
      DEFAULT_SAMPLE_FLAGS_PRESENT,
      'default_sample_flags',
      header.default_sample_flags,
    ),
  };
}

/** Memory that `readFragment` took for the runs of this `moof`. */
export function fragmentBytes(file: FileBytes, moof: BoxView): number {
  let bytes = 0;
  for (const box of boxesIn(file.bytes, moof.dataStart, moof.end)) {
    if (box.type !== 'traf') continue;
    for (const child of boxesIn(file.bytes, box.dataStart, box.end)) {
      if (child.type === 'trun') bytes += RUN_BYTES + child.end - child.start;
    }
  }
  return bytes;
}

/** One `traf`. */
interface TrackPart {
  readonly runs: readonly Run[];
  readonly baseMediaDecodeTime: number | undefined;
}

function* partSamples(
  track: FragmentTrack,
  parts: readonly TrackPart[],
  context: FragmentContext,
): Generator<TimedSample> {
  for (const { runs, baseMediaDecodeTime } of parts) {
    yield* runSamples(track, runs, baseMediaDecodeTime, context);
  }
}

function makeRun(
  fields: { flags: number; sample_count: number; first_sample_flags: number; samples: Uint32Array },
  position: number,
  defaults: FragmentDefaults,
): Run {
  const columns = columnsOf(fields.flags);
  // Fewer rows than claimed: the fragment was cut off.
  const count =
    columns.count > 0
      ? fields.samples.length / columns.count
      : Math.min(fields.sample_count, MAX_ROWLESS_SAMPLES);
  const hasFirst = (fields.flags & FIRST_SAMPLE_FLAGS_PRESENT) !== 0;
  return {
    columns,
    count,
    position,
    firstFlags: hasFirst ? fields.first_sample_flags : -1,
    defaults,
    rows: fields.samples,
    missing: fields.sample_count - count,
  };
}

/** The columns that the flags of a `trun` say, in the order of ISOBMFF clause 8.8.8.2. */
function columnsOf(flags: number): RunColumns {
  let count = 0;
  const column = (flag: number): number => ((flags & flag) === 0 ? -1 : count++);
  const duration = column(SAMPLE_DURATION_PRESENT);
  const size = column(SAMPLE_SIZE_PRESENT);
  const sampleFlags = column(SAMPLE_FLAGS_PRESENT);
  const offset = column(SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT);
  return { count, duration, size, flags: sampleFlags, offset };
}

function runBytes({ columns, count, rows, defaults }: Run): number {
  if (columns.size < 0) return count * defaults.default_sample_size;
  let bytes = 0;
  for (let i = columns.size; i < rows.length; i += columns.count) bytes += rows[i];
  return bytes;
}

/** Whether decoding can start at sample `i` of a run. */
function isSync({ columns, rows, defaults, firstFlags }: Run, i: number): boolean {
  let flags = defaults.default_sample_flags;
  if (i === 0 && firstFlags >= 0) flags = firstFlags;
  else if (columns.flags >= 0) flags = rows[i * columns.count + columns.flags];
  return (flags & SAMPLE_IS_NON_SYNC_SAMPLE) === 0;
}

function* runSamples(
  track: FragmentTrack,
  runs: readonly Run[],
  baseMediaDecodeTime: number | undefined,
  { fileSize, problems }: FragmentContext,
): Generator<TimedSample> {
  let dts = baseMediaDecodeTime ?? track.nextDts;
  for (const run of runs) {
    const { columns, rows, defaults } = run;
    const isPcm = track.pcmBytes > 0 && columns.size < 0 && columns.duration < 0;
    const pcmRun = pcmRunLength(track.pcmBytes);
    const { default_sample_description_index: sample_description_index } = defaults;
    let { position } = run;
    if (run.missing > 0) {
      report(
        problems,
        position,
        `track ${track.track_ID}: ${run.missing} samples of a trun are cut off`,
      );
    }
    for (let i = 0; i < run.count; ) {
      const row = i * columns.count;
      const count = isPcm ? Math.min(pcmRun, run.count - i) : 1;
      const each =
        columns.duration < 0 ? defaults.default_sample_duration : rows[row + columns.duration];
      const one = columns.size < 0 ? defaults.default_sample_size : rows[row + columns.size];
      const size = one * count;
      const duration = each * count;
      if (size === 0 && columns.count === 0) return;
      if (position < 0 || position + size > fileSize) {
        const left = run.count - i;
        report(
          problems,
          position,
          `track ${track.track_ID}: ${left} samples of a fragment are not in the file`,
        );
        break;
      }
      const offset = columns.offset < 0 ? 0 : rows[row + columns.offset] | 0;
      if (-offset > track.dtsShift) track.dtsShift = -offset;
      yield {
        position,
        size,
        pts: dts + offset + track.shift,
        dts: dts - track.dtsShift + track.shift,
        duration,
        isSync: isSync(run, i),
        sample_description_index,
      };
      dts += duration;
      track.nextDts = dts;
      position += size;
      i += count;
    }
  }
}
