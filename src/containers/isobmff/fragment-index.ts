/**
 * Finds the movie fragment to begin at for a time, without reading what lies before it: by the table at the end of the
 * file (`mfra`, ISOBMFF clause 8.8.9), by the segment indexes on the way (`sidx`, clause 8.16.3), and where there is
 * neither by the fragments' own decoding times, of which only the headers are read.
 */
import type { Budget } from '../../base/limits.ts';
import type { SourceWindow } from '../../base/source-window.ts';
import { boxesIn, findBox, readFields, u32At } from './box-reader.ts';
import { sidx, tfra } from './boxes-fragments.ts';
import { type FragmentTrack, fragmentBytes, readFragment } from './fragment-samples.ts';
import { loadBox, mayWalkOn, type TopLevelBox, topLevelBox } from './top-level.ts';

/** Bytes of `mfro`, which ends a file that has an `mfra`. */
const MFRO_BYTES = 16;

/** Whether a `moof` follows; true too where a stream would have to be read ahead to know. */
export async function hasFragmentAfter(window: SourceWindow, start: number): Promise<boolean> {
  if (window.source.size === null) return true;
  let position = start;
  for (let count = 0; mayWalkOn(count, position) && position < window.size; count++) {
    const box = await topLevelBox(window, position);
    if (box === null) return false;
    if (box.type === 'moof') return true;
    position = box.end;
  }
  return false;
}

/**
 * Where to begin reading boxes so that the last sync sample of `track` that is presented at or before `seconds` is met;
 * `start` if nothing better is known. The source must know its size.
 */
export async function fragmentAt(
  window: SourceWindow,
  budget: Budget,
  start: number,
  track: FragmentTrack,
  timescale: number,
  seconds: number,
): Promise<number> {
  const time = Math.floor(seconds * timescale);
  const listed = await byRandomAccessTable(window, budget, track.track_ID, time - track.shift);
  if (listed > start) return listed;
  let best = start;
  for (let position = start, count = 0; mayWalkOn(count, position); count++) {
    const box = position < window.size ? await topLevelBox(window, position) : null;
    if (box === null) return best;
    position = box.end;
    if (box.type === 'sidx') {
      // Indexes count presentation times with or without the edit list; the earlier is never too late.
      const earlier = Math.min(time, time - track.shift) / timescale;
      const found = await bySegmentIndex(window, budget, box, track.track_ID, earlier);
      if (found > best) {
        best = found;
        position = found;
      }
    } else if (box.type === 'moof') {
      const first = await firstSample(window, budget, box, track);
      if (first === undefined) continue;
      if (first === null || first.pts > time) return best;
      if (first.isSync) best = box.position;
    }
  }
  return best;
}

/** Position that `mfra` gives for the track's last entry not later than `mediaTime`; -1 if there is none. */
async function byRandomAccessTable(
  window: SourceWindow,
  budget: Budget,
  track_ID: number,
  mediaTime: number,
): Promise<number> {
  if (window.size < MFRO_BYTES) return -1;
  const end = (await window.peek(window.size - MFRO_BYTES, MFRO_BYTES)).slice();
  const mfro = findBox(end, 0, end.length, 'mfro');
  if (mfro === null) return -1;
  const start = window.size - u32At(end, MFRO_BYTES - 4);
  const parent = start < 0 ? null : await topLevelBox(window, start);
  if (parent?.type !== 'mfra') return -1;
  const [file, view] = await loadBox(window, budget, parent, 'alone');
  budget.release(file.bytes.length);
  let best = -1;
  let bestTime = Number.NEGATIVE_INFINITY;
  for (const box of boxesIn(file.bytes, view.dataStart, view.end)) {
    if (box.type !== 'tfra') continue;
    const { fields } = readFields(tfra, file, box);
    if (fields.track_ID !== track_ID) continue;
    for (const { time, moof_offset } of fields.entries) {
      if (time > mediaTime || time < bestTime) continue;
      bestTime = time;
      best = moof_offset;
    }
  }
  const there = best < 0 ? null : await topLevelBox(window, best);
  return there?.type === 'moof' ? best : -1;
}

/** Position of the last part that `box` lists as beginning with a sync sample not later than `seconds`; -1 if none. */
async function bySegmentIndex(
  window: SourceWindow,
  budget: Budget,
  box: TopLevelBox,
  track_ID: number,
  seconds: number,
): Promise<number> {
  const [file, view] = await loadBox(window, budget, box, 'alone');
  budget.release(file.bytes.length);
  const { fields } = readFields(sidx, file, view);
  if (fields.reference_ID !== track_ID || fields.references.length < 2) return -1;
  let position = box.end + fields.first_offset;
  let partTime = fields.earliest_presentation_time;
  let best = -1;
  for (const part of fields.references) {
    if (partTime > seconds * fields.timescale) break;
    if (part.starts_with_SAP === 1 || part.reference_type === 1) best = position;
    position += part.referenced_size;
    partTime += part.subsegment_duration;
  }
  return best;
}

/** The track's first sample in a fragment: undefined if it has none there, null if only what came before says its time. */
async function firstSample(
  window: SourceWindow,
  budget: Budget,
  box: TopLevelBox,
  track: FragmentTrack,
): Promise<{ readonly pts: number; readonly isSync: boolean } | null | undefined> {
  const [file, view] = await loadBox(window, budget, box, 'alone');
  // Reading changes what is carried from fragment to fragment, so a copy of that is used.
  const tracks = new Map([[track.track_ID, { ...track, nextDts: Number.NaN }]]);
  const [part] = readFragment(file, view, { tracks, fileSize: window.size, budget, problems: [] });
  const sample = part?.samples.next();
  budget.release(fragmentBytes(file, view) + file.bytes.length);
  if (sample === undefined || sample.done) return undefined;
  return Number.isNaN(sample.value.pts) ? null : sample.value;
}
