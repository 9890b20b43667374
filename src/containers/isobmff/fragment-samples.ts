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

/** What is carried from one fragment of a track to the next. */
export interface FragmentTrack {
  readonly track_ID: number;
  readonly defaults: FragmentDefaults;
  /** Bytes of one PCM sample if samples are to be joined in runs, else 0. */
  readonly pcmBytes: number;
  /** From media to presentation, in ticks. */
  readonly shift: number;
  /** Decoding time, on the media timeline, that follows the last sample: where a fragment without `tfdt` goes on. */
  nextDts: number;
  /** What decoding times are lowered by; grows when a composition offset is below its negative. */
  dtsShift: number;
}

/** One `trun` with the defaults that hold for it. */
interface Run {
  readonly flags: number;
  readonly count: number;
  readonly position: number;
  readonly firstFlags: number;
  readonly defaults: FragmentDefaults;
  readonly rows: Uint32Array;
  /** Samples that the box promises and has no rows for. */
  readonly missing: number;
}

/** What reading a fragment needs beside its bytes. */
export interface FragmentContext {
  readonly tracks: ReadonlyMap<number, FragmentTrack>;
  /** Where sample data ends at the latest. */
  readonly fileSize: number;
  readonly budget: Budget;
  readonly problems: Problem[];
}

/** The samples that one `traf` adds to its track. */
export interface TrackFragmentSamples {
  readonly track: FragmentTrack;
  readonly samples: Generator<TimedSample>;
}

const SAMPLE_IS_NON_SYNC_SAMPLE = 0x00010000;
/** Samples without rows cost a file nothing; this many in one run are taken for harm. */
const MAX_ROWLESS_SAMPLES = 1 << 24;

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
    if (header === null || track === undefined) continue;
    let base = dataEnd;
    if (header.flags & BASE_DATA_OFFSET_PRESENT) base = header.base_data_offset;
    else if (header.flags & DEFAULT_BASE_IS_MOOF) base = moofOffset;
    const { flags } = header;
    const defaults: FragmentDefaults = {
      default_sample_description_index:
        flags & SAMPLE_DESCRIPTION_INDEX_PRESENT
          ? header.sample_description_index
          : track.defaults.default_sample_description_index,
      default_sample_duration:
        flags & DEFAULT_SAMPLE_DURATION_PRESENT
          ? header.default_sample_duration
          : track.defaults.default_sample_duration,
      default_sample_size:
        flags & DEFAULT_SAMPLE_SIZE_PRESENT
          ? header.default_sample_size
          : track.defaults.default_sample_size,
      default_sample_flags:
        flags & DEFAULT_SAMPLE_FLAGS_PRESENT
          ? header.default_sample_flags
          : track.defaults.default_sample_flags,
    };
    const time = readChild(tfdt, file, box);
    const runs: Run[] = [];
    let position = base;
    for (const child of boxesIn(file.bytes, box.dataStart, box.end)) {
      if (child.type !== 'trun') continue;
      budget.hold('trun', RUN_BYTES + child.end - child.start, moofOffset);
      const { fields } = readFields(trun, file, child);
      if (fields.flags & DATA_OFFSET_PRESENT) position = base + fields.data_offset;
      const run = makeRun(fields, position, defaults);
      runs.push(run);
      position += runBytes(run);
    }
    dataEnd = position;
    const part = { runs, baseMediaDecodeTime: time?.baseMediaDecodeTime };
    const before = parts.get(track);
    if (before === undefined) parts.set(track, [part]);
    else before.push(part);
  }
  return [...parts].map(([track, each]) => ({ track, samples: partSamples(track, each, context) }));
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
  const columns = columnCount(fields.flags);
  // Fewer rows than claimed: the fragment was cut off.
  const count =
    columns > 0
      ? fields.samples.length / columns
      : Math.min(fields.sample_count, MAX_ROWLESS_SAMPLES);
  const hasFirst = (fields.flags & FIRST_SAMPLE_FLAGS_PRESENT) !== 0;
  return {
    flags: fields.flags,
    count,
    position,
    firstFlags: hasFirst ? fields.first_sample_flags : -1,
    defaults,
    rows: fields.samples,
    missing: fields.sample_count - count,
  };
}

function columnCount(flags: number): number {
  return (
    (flags & SAMPLE_DURATION_PRESENT ? 1 : 0) +
    (flags & SAMPLE_SIZE_PRESENT ? 1 : 0) +
    (flags & SAMPLE_FLAGS_PRESENT ? 1 : 0) +
    (flags & SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT ? 1 : 0)
  );
}

/** Place of `flag`'s column among those of `flags`; -1 if it has none. */
function columnIndex(flags: number, flag: number): number {
  return (flags & flag) === 0 ? -1 : columnCount(flags & (flag - 1) & 0xf00);
}

function runBytes({ flags, count, rows, defaults }: Run): number {
  const column = columnIndex(flags, SAMPLE_SIZE_PRESENT);
  if (column < 0) return count * defaults.default_sample_size;
  let bytes = 0;
  for (let i = column; i < rows.length; i += columnCount(flags)) bytes += rows[i];
  return bytes;
}

function* runSamples(
  track: FragmentTrack,
  runs: readonly Run[],
  baseMediaDecodeTime: number | undefined,
  { fileSize, problems }: FragmentContext,
): Generator<TimedSample> {
  let dts = baseMediaDecodeTime ?? track.nextDts;
  for (const run of runs) {
    const { flags, rows, defaults } = run;
    const columns = columnCount(flags);
    const durationColumn = columnIndex(flags, SAMPLE_DURATION_PRESENT);
    const sizeColumn = columnIndex(flags, SAMPLE_SIZE_PRESENT);
    const flagsColumn = columnIndex(flags, SAMPLE_FLAGS_PRESENT);
    const offsetColumn = columnIndex(flags, SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT);
    const isPcm = track.pcmBytes > 0 && sizeColumn < 0 && durationColumn < 0;
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
      const row = i * columns;
      const count = isPcm ? Math.min(pcmRun, run.count - i) : 1;
      const each =
        durationColumn < 0 ? defaults.default_sample_duration : rows[row + durationColumn];
      const one = sizeColumn < 0 ? defaults.default_sample_size : rows[row + sizeColumn];
      const size = one * count;
      const duration = each * count;
      if (size === 0 && columns === 0) return;
      if (position < 0 || position + size > fileSize) {
        const left = run.count - i;
        report(
          problems,
          position,
          `track ${track.track_ID}: ${left} samples of a fragment are not in the file`,
        );
        break;
      }
      const sampleFlags =
        i === 0 && run.firstFlags >= 0
          ? run.firstFlags
          : flagsColumn < 0
            ? defaults.default_sample_flags
            : rows[row + flagsColumn];
      const offset = offsetColumn < 0 ? 0 : rows[row + offsetColumn] | 0;
      if (-offset > track.dtsShift) track.dtsShift = -offset;
      yield {
        position,
        size,
        pts: dts + offset + track.shift,
        dts: dts - track.dtsShift + track.shift,
        duration,
        isSync: (sampleFlags & SAMPLE_IS_NON_SYNC_SAMPLE) === 0,
        sample_description_index,
      };
      dts += duration;
      track.nextDts = dts;
      position += size;
      i += count;
    }
  }
}
