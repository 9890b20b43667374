/** Samples of several tracks that are still to come, and which of them is next. */
import { type Problem, report } from '../../base/problems.ts';
import type { TimedSample } from './edit-timeline.ts';
import type { ReadTrack } from './track-reader.ts';

/** The samples of one track that are still to come, with the next one looked at. */
export interface Pending {
  readonly streamIndex: number;
  readonly track: ReadTrack;
  readonly samples: Generator<TimedSample>;
  readonly problems: Problem[];
  next: TimedSample | null;
  /** Behind the last byte of the samples so far. */
  end: number;
  hasEmpty: boolean;
}

/** The samples of a track, with the first of them looked at. */
export function startPending(
  streamIndex: number,
  track: ReadTrack,
  samples: Generator<TimedSample>,
  problems: Problem[],
): Pending {
  const pending: Pending = {
    ...{ streamIndex, track, samples, problems },
    ...{ next: null, end: 0, hasEmpty: false },
  };
  advance(pending);
  return pending;
}

/** Goes on to the next sample that has bytes: decoders take an empty one for an error or for the end. */
export function advance(pending: Pending): void {
  let result = pending.samples.next();
  while (!result.done && result.value.size === 0) {
    noteEmpty(pending, result.value);
    result = pending.samples.next();
  }
  pending.next = result.done ? null : result.value;
  if (pending.next === null) return;
  const end = pending.next.position + pending.next.size;
  if (end > pending.end) pending.end = end;
}

/** Says once that samples are empty, but for text, where that is a pause. */
function noteEmpty(pending: Pending, { position }: TimedSample): void {
  const { track, problems } = pending;
  if (pending.hasEmpty || track.stream.kind === 'subtitle') return;
  pending.hasEmpty = true;
  const message = `track ${track.info.track_ID}: samples of no bytes are left out`;
  report(problems, position, message);
}

/** Seconds at which the next sample of a track ends; 0 if there is none. */
export function endSeconds({ next, track }: Pending): number {
  return next === null ? 0 : (next.pts + next.duration) / track.info.timescale;
}

/** Seconds by which tracks may be apart for the order in the file to be kept. */
const MAX_INTERLEAVE_SECONDS = 1;

/**
 * The next sample of all: that which lies first in the file, unless it is decoded more than a second after another. So
 * nothing downstream must hold a long queue, however a file is laid out. Streams can only be read forward.
 */
export function nextPending(pending: readonly Pending[], isStream: boolean): Pending | null {
  let best: Pending | null = null;
  for (const each of pending) {
    if (each.next === null) continue;
    if (best === null || best.next === null) {
      best = each;
      continue;
    }
    const ahead = seconds(best) - seconds(each);
    const isBefore = each.next.position < best.next.position;
    if (isStream || Math.abs(ahead) <= MAX_INTERLEAVE_SECONDS ? isBefore : ahead > 0) best = each;
  }
  return best;
}

function seconds(pending: Pending): number {
  return (pending.next?.dts ?? 0) / pending.track.info.timescale;
}
