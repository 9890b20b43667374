/** Times of sound made whole: gaps become silence, overlaps are dropped, as `aresample=async=1` asks. */
import type { AudioFrame } from '../../frames/frame.ts';
import type { AudioLink } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { rescaleTime } from '../graph/run.ts';
import { cutSound, formatOfLink, newSound, ticksOfSamples } from './sound.ts';

/** The options of `aresample` that concern times. */
export const ALIGN_OPTIONS: readonly OptionDefinition[] = [
  {
    name: 'async',
    kind: 'number',
    default: '0',
    min: 0,
    max: 0x7fffffff,
    namedOnly: true,
    description: 'above 0, gaps become silence, and overlaps are dropped',
  },
  {
    name: 'min_hard_comp',
    kind: 'number',
    default: '0.1',
    min: 0,
    max: 0x7fffffff,
    namedOnly: true,
    description: 'seconds of a gap or an overlap from which on that is done',
  },
  {
    name: 'first_pts',
    kind: 'integer',
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    namedOnly: true,
    description: 'sample at which the sound is to begin: with silence, or with what comes later',
  },
];

/** Gives the frames that a frame becomes. */
type Aligner = (frame: AudioFrame) => AudioFrame[];

/** The values of the options. */
export function aligner(options: OptionValues, link: AudioLink): Aligner {
  const firstPts = options.optionalNumber('first_pts');
  if (options.number('async') > 0 || firstPts !== undefined) {
    const limit = options.number('async') > 0 ? options.number('min_hard_comp') : Infinity;
    return alignTimes(link, Math.round(limit * link.sampleRate), firstPts);
  }
  return (frame) => [frame];
}

/** Fills gaps in the times of frames with silence and drops what overlaps, where that is `limit` samples or more. */
function alignTimes(link: AudioLink, limit: number, firstPts: number | undefined): Aligner {
  const start =
    firstPts === undefined
      ? Number.NaN
      : rescaleTime(firstPts, [1, link.sampleRate], link.timeBase);
  let expected = start;
  /** Samples of an overlap that are still to be dropped. */
  let excess = 0;
  const cut = (frame: AudioFrame): AudioFrame[] => {
    const dropped = Math.min(excess, frame.numSamples);
    excess -= dropped;
    const left = frame.numSamples - dropped;
    if (left === 0) return [];
    const pts = expected;
    expected += ticksOfSamples(left, link);
    return [cutSound(frame, dropped, left, pts)];
  };
  return (frame) => {
    if (excess > 0) return cut(frame);
    const duration = ticksOfSamples(frame.numSamples, link);
    const gap = rescaleTime(frame.pts - expected, link.timeBase, [1, link.sampleRate]);
    // Towards the start that was asked for, every gap counts.
    const least = expected === start ? 1 : limit;
    if (Number.isNaN(gap) || Math.abs(gap) < least) {
      expected = (Number.isNaN(expected) ? frame.pts : expected) + duration;
      return [frame];
    }
    if (gap > 0) {
      const silence = newSound(formatOfLink(link), gap, expected);
      expected = frame.pts + duration;
      return [silence, frame];
    }
    excess = -gap;
    return cut(frame);
  };
}
