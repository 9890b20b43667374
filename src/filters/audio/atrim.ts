/** `atrim`: the samples of one stretch of time. Times stay as they are. */
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { duration, integer } from './option-kinds.ts';
import {
  cutSound,
  samplesOfMicroseconds,
  samplesOfTicks,
  soundInput,
  soundOf,
  ticksOfSamples,
} from './sound.ts';

/** The stretch, counted in samples since time 0, or since the first sample of all; undefined where an end is not given. */
interface Stretch {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly startSample: number | undefined;
  readonly endSample: number | undefined;
  readonly duration: number | undefined;
}

function stretchOf(options: OptionValues, sampleRate: number): Stretch {
  const inSamples = (name: string): number | undefined => {
    const value = options.optionalNumber(name);
    return value === undefined ? undefined : samplesOfMicroseconds(value, sampleRate);
  };
  const given = (values: readonly (number | undefined)[]) =>
    values.filter((value): value is number => value !== undefined);
  const starts = given([inSamples('start'), options.optionalNumber('start_pts')]);
  const ends = given([inSamples('end'), options.optionalNumber('end_pts')]);
  return {
    start: starts.length === 0 ? undefined : Math.min(...starts),
    end: ends.length === 0 ? undefined : Math.max(...ends),
    startSample: options.optionalNumber('start_sample'),
    endSample: options.optionalNumber('end_sample'),
    duration: inSamples('duration') || undefined,
  };
}

/** Keeps one stretch: from the first of the starts that are given to the last of the ends. */
export const ATRIM: FilterDefinition = {
  name: 'atrim',
  description: 'keeps the samples of one stretch of time',
  options: [
    duration('start', 'first time that is kept', { aliases: ['starti'] }),
    duration('end', 'first time that is not', { aliases: ['endi'] }),
    integer(
      'start_pts',
      Number.MIN_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
      'start in samples of time',
    ),
    integer('end_pts', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'end in samples of time'),
    duration('duration', 'how long the stretch is', { aliases: ['durationi'], min: 0 }),
    integer('start_sample', 0, Number.MAX_SAFE_INTEGER, 'first sample that is kept, from 0'),
    integer('end_sample', 0, Number.MAX_SAFE_INTEGER, 'first sample that is not'),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const link = soundInput(setup);
    const stretch = stretchOf(setup.options, link.sampleRate);
    let seen = 0;
    let next = 0;
    let firstTime = Number.NaN;
    return {
      push(_, given) {
        const frame = soundOf(given);
        const count = frame.numSamples;
        const samples = samplesOfTicks(frame.pts, link);
        const time = Number.isNaN(samples) ? next : samples;
        next = time + count;
        const first = firstKept(stretch, seen, time, count);
        if (first < count && Number.isNaN(firstTime)) firstTime = time + first;
        const last = first < count ? endOfKept(stretch, seen, time, count, firstTime) : count;
        seen += count;
        if (first < last) {
          const pts = frame.pts + ticksOfSamples(first, link);
          setup.emit(0, cutSound(frame, first, last - first, pts));
        }
        if (last < 0) {
          setup.finish(0, frame.pts);
          setup.stopInput(0);
        }
      },
    };
  },
};

/** Index in a frame of the first sample that is kept; `count` if none is. */
function firstKept(stretch: Stretch, seen: number, time: number, count: number): number {
  const { start, startSample } = stretch;
  if (start === undefined && startSample === undefined) return 0;
  let first = count;
  if (startSample !== undefined) first = Math.min(first, startSample - seen);
  if (start !== undefined) first = Math.min(first, start - time);
  return Math.max(0, first);
}

/** Index of the first sample that is not kept any more; -1 if the stretch was over before the frame. */
function endOfKept(
  stretch: Stretch,
  seen: number,
  time: number,
  count: number,
  firstTime: number,
): number {
  const { end, endSample, duration: length } = stretch;
  if (end === undefined && endSample === undefined && length === undefined) return count;
  let last = 0;
  if (endSample !== undefined) last = Math.max(last, endSample - seen);
  if (end !== undefined) last = Math.max(last, end - time);
  if (length !== undefined) last = Math.max(last, firstTime + length - time);
  return last === 0 ? -1 : Math.min(last, count);
}
