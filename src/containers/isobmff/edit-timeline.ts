/**
 * From the media timeline to the presentation: applies edit lists (ISOBMFF clause 8.6.6) to samples. Readers differ where
 * the standard leaves room; what is done here agrees with what ffmpeg gives for the same file, so that packets compare:
 * samples before an edit that its first picture or sound needs are given too, with times below the edit's; pictures
 * begin exactly at the edit's time; what lies between the end of an edit and the next key frame is still given.
 */
import type { PacketBudget } from '../../base/limits.ts';
import { rescale } from '../../base/rational.ts';
import type { EditListEntry } from './boxes-movie.ts';
import type { MediaSample, SampleCursor } from './sample-cursor.ts';

/** A sample with its times on the presentation timeline, in ticks of its track. */
export interface TimedSample {
  readonly position: number;
  readonly size: number;
  readonly pts: number;
  readonly dts: number;
  readonly duration: number;
  readonly isSync: boolean;
  /** Which of the track's sample descriptions it is of, from 1. */
  readonly sample_description_index: number;
}

/** An edit in ticks of the track. `mediaTime` -1 is empty. */
export interface Edit {
  readonly mediaTime: number;
  readonly duration: number;
}

/** The edits of a track in its own ticks; a last edit without duration lasts as long as the media. */
export function editsInTicks(
  entries: readonly EditListEntry[],
  movieTimescale: number,
  timescale: number,
): Edit[] {
  return entries.map(({ segment_duration, media_time }, i) => {
    const isOpen = segment_duration === 0 && media_time >= 0 && i === entries.length - 1;
    const duration = isOpen
      ? Number.POSITIVE_INFINITY
      : rescaleLarge(segment_duration, timescale, movieTimescale);
    return { mediaTime: media_time < 0 ? -1 : media_time, duration };
  });
}

/** Durations may be anything in 64 bits ("unknown" is all ones); beyond safe integers they are as good as endless. */
function rescaleLarge(ticks: number, timescale: number, movieTimescale: number): number {
  if (movieTimescale === 0) return Number.POSITIVE_INFINITY;
  if (ticks * timescale > Number.MAX_SAFE_INTEGER * 2 ** 20) return Number.POSITIVE_INFINITY;
  return rescale(ticks, [1, movieTimescale], [1, timescale]);
}

/**
 * Shift from media to presentation where samples come in fragments: nothing is dropped then. The sum of the empty edits
 * before the first other one, less the media time of that one.
 */
export function fragmentShift(edits: readonly Edit[]): number {
  let shift = 0;
  for (const { mediaTime, duration } of edits) {
    if (mediaTime >= 0) return shift - mediaTime;
    if (Number.isFinite(duration)) shift += duration;
  }
  return shift;
}

/** The facts of a track that `editedSamples` goes by. */
export interface EditContext {
  readonly edits: readonly Edit[];
  readonly isAudio: boolean;
  readonly timescale: number;
  /** Ticks by which decoding times are lowered, so that none is above its composition time. */
  readonly dtsShift: number;
  readonly hasCompositionOffsets: boolean;
  /** Pays for finding where edits begin; honest files need one pass over the samples. */
  readonly pass: PacketBudget;
  /** Told of edits that show nothing, for no sample is shown from their media time on. */
  readonly onEmpty?: (mediaTime: number) => void;
  /** Told when all samples that the file has were given, or looked at for an edit. */
  readonly onEnd: (cursor: SampleCursor) => void;
}

/** Samples of `cursor`, which stands at the first, in the order and with the times that the edits say. */
export function editedSamples(cursor: SampleCursor, context: EditContext): Generator<TimedSample> {
  const isEdited = context.edits.some(({ mediaTime }) => mediaTime >= 0);
  return isEdited ? new EditWalk(cursor, context).samples() : delayedSamples(cursor, context);
}

/** All samples, behind the empty edits that there may be. */
function* delayedSamples(cursor: SampleCursor, context: EditContext): Generator<TimedSample> {
  const { edits, dtsShift } = context;
  const emptyTime = edits.reduce((sum, { duration }) => sum + finite(duration), 0);
  for (let s = cursor.next(); s !== null; s = cursor.next()) {
    yield timed(s, emptyTime, dtsShift);
  }
  context.onEnd(cursor);
}

function finite(duration: number): number {
  return Number.isFinite(duration) ? duration : 0;
}

function timed(s: MediaSample, shift: number, dtsShift: number): TimedSample {
  return {
    position: s.position,
    size: s.size,
    pts: s.cts + shift,
    dts: s.dts - dtsShift + shift,
    duration: s.duration,
    isSync: s.isSync,
    sample_description_index: s.sample_description_index,
  };
}

/** Where an edit starts: the first sample to give, and the times that fix its place in the presentation. */
interface EditStart {
  readonly cursor: SampleCursor;
  /** Lowered decoding time of the first sample inside the edit. */
  readonly firstDts: number;
  /** Lowest composition time inside the edit. */
  readonly lowestCts: number;
  /** Whether a sample begins before the edit and ends in it. */
  readonly isSplit: boolean;
}

class EditWalk {
  private readonly origin: SampleCursor;
  private readonly context: EditContext;
  constructor(origin: SampleCursor, context: EditContext) {
    this.origin = origin;
    this.context = context;
  }

  *samples(): Generator<TimedSample> {
    const { edits, isAudio, timescale } = this.context;
    let presentationTime = 0;
    let isFirst = true;
    /** Decoding times begin this much before the first picture of an edit. */
    let reorderDelay = 0;
    for (const { mediaTime, duration } of edits) {
      if (mediaTime >= 0) {
        const wanted = isAudio ? Math.max(0, mediaTime - timescale) : mediaTime;
        const start = this.findStart(mediaTime, wanted);
        if (start === null) {
          this.context.onEmpty?.(mediaTime);
          continue;
        }
        if (isFirst && !isAudio) reorderDelay = start.lowestCts - start.firstDts;
        // Sound is placed to the sample where a frame is split by the start; pictures are not split.
        const shift =
          isAudio && isFirst && start.isSplit
            ? presentationTime - mediaTime
            : presentationTime - start.firstDts - reorderDelay;
        yield* this.editSamples(start.cursor, mediaTime + duration, shift);
        isFirst = false;
      }
      if (!Number.isFinite(duration)) return;
      presentationTime += duration;
    }
  }

  /**
   * Finds the last sample that decoding can start at to have what is shown at `mediaTime`: for pictures the last sync
   * sample that is not shown later than `wanted`, for sound the last frame that is not later. Null if nothing is shown.
   */
  private findStart(mediaTime: number, wanted: number): EditStart | null {
    const { dtsShift, isAudio, pass } = this.context;
    const walk = this.origin.clone();
    let start = walk.clone();
    let first: MediaSample | null = null;
    let lowestCts = Number.POSITIVE_INFINITY;
    /** The last sample that begins before the edit and ends in it. */
    let split: MediaSample | null = null;
    for (;;) {
      const before = walk.clone();
      const s = walk.next();
      if (s === null) {
        this.context.onEnd(walk);
        break;
      }
      pass.search(1, s.position);
      if (s.isSync && s.cts <= wanted) start = before;
      if (s.cts >= mediaTime) {
        first ??= s;
        lowestCts = Math.min(lowestCts, s.cts);
      } else if (s.cts + s.duration > mediaTime) {
        split = s;
      }
      // Later samples are shown after their decoding time, so none is lower than this any more.
      if (s.dts - dtsShift > Math.min(lowestCts, Number.MAX_SAFE_INTEGER) || (isAudio && first)) {
        break;
      }
    }
    if (first === null) {
      // The last sample of the track may be all that is shown.
      if (split === null) return null;
      first = split;
      lowestCts = split.cts;
    }
    const firstDts = first.dts - dtsShift;
    return { cursor: start, firstDts, lowestCts, isSplit: split !== null };
  }

  /**
   * Samples up to the first that decoding can start at behind `end`, or one more where pictures are reordered. Sound that
   * the end falls into lasts until there.
   */
  private *editSamples(cursor: SampleCursor, end: number, shift: number): Generator<TimedSample> {
    const { isAudio, dtsShift, hasCompositionOffsets } = this.context;
    let mayEnd = isAudio || !hasCompositionOffsets;
    for (let s = cursor.next(); ; s = cursor.next()) {
      if (s === null) {
        this.context.onEnd(cursor);
        return;
      }
      const sample = timed(s, shift, dtsShift);
      const isCut = isAudio && s.cts < end && s.cts + s.duration > end;
      yield isCut ? { ...sample, duration: end - s.cts } : sample;
      if (s.cts + s.duration >= end && (s.isSync || isAudio)) {
        if (mayEnd) return;
        mayEnd = true;
      }
    }
  }
}
