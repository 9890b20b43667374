/**
 * Gives the packets of an open file in the order of the file: first those that the tables of `moov` list, all tracks
 * merged, then those of the fragments. Packets that lie in one piece of the file come together.
 */
import type { ReadPacket, ReadStart } from '../../base/container.ts';
import { FormatError } from '../../base/errors.ts';
import type { Packet } from '../../base/packet.ts';
import type { SourceWindow } from '../../base/source-window.ts';
import { widenNalLengths } from '../../bits/avc-record.ts';
import { type EditContext, editedSamples, type TimedSample } from './edit-timeline.ts';
import { fragmentAt, hasFragmentAfter } from './fragment-index.ts';
import { type FragmentTrack, readFragment } from './fragment-samples.ts';
import { SampleCursor } from './sample-cursor.ts';
import { readVttSample } from './text-samples.ts';
import { loadBox, MAX_TOP_LEVEL_BOXES, topLevelBox } from './top-level.ts';
import type { ReadTrack } from './track-reader.ts';

/** What the packets of a file are read from. */
export interface ReadContext {
  readonly window: SourceWindow;
  readonly tracks: readonly ReadTrack[];
  readonly fragmentTracks: ReadonlyMap<number, FragmentTrack> | null;
  readonly moovEnd: number;
}

/** Packets that are handed on together, at most. */
const MAX_RUN_PACKETS = 256;
const MAX_RUN_BYTES = 1 << 20;

/** The samples that the tables of `moov` list, with the times that the edit list gives them. */
export function tableSamples(track: ReadTrack, fileSize: number): Generator<TimedSample> {
  const { info, tables, pcmFrameBytes, stream, dtsShift } = track;
  const context: EditContext = {
    edits: info.edits,
    isAudio: stream.kind === 'audio',
    timescale: info.timescale,
    dtsShift,
    hasCompositionOffsets: tables.ctts.length > 0,
  };
  // One PCM sample may be stored as a sample of 1 byte in a table of constant size; its true size is the frame's.
  const isRunOfPcm = pcmFrameBytes > 0 && tables.sample_size > 0;
  return editedSamples(new SampleCursor(tables, fileSize, isRunOfPcm ? pcmFrameBytes : 0), context);
}

/** The samples of one track that are still to come, with the next one looked at. */
interface Pending {
  readonly streamIndex: number;
  readonly track: ReadTrack;
  readonly samples: Generator<TimedSample>;
  next: TimedSample | null;
}

function startPending(
  streamIndex: number,
  track: ReadTrack,
  samples: Generator<TimedSample>,
): Pending {
  const pending: Pending = { streamIndex, track, samples, next: null };
  advance(pending);
  return pending;
}

function advance(pending: Pending): void {
  const result = pending.samples.next();
  pending.next = result.done ? null : result.value;
}

/** All packets in runs, from `from` on if it is given. */
export async function* readRuns(
  context: ReadContext,
  from?: ReadStart,
): AsyncGenerator<readonly ReadPacket[]> {
  const { window, tracks, fragmentTracks } = context;
  // A stream of bytes cannot jump.
  const start = from === undefined || window.source.size === null ? null : from;
  const listed = tracks.map((track, i) => startPending(i, track, tableSamples(track, window.size)));
  if (start !== null) skipListed(listed, start, window.size);
  yield* mergedRuns(window, listed, true);
  if (fragmentTracks === null) return;
  let position = context.moovEnd;
  if (start !== null) {
    const { track_ID, timescale } = tracks[start.streamIndex].info;
    const track = fragmentTracks.get(track_ID);
    if (track !== undefined) {
      position = await fragmentAt(window, position, track, timescale, start.seconds);
    }
  }
  for (let count = 0; count < MAX_TOP_LEVEL_BOXES && position < window.size; count++) {
    const box = await topLevelBox(window, position);
    if (box === null) return;
    if (box.type === 'moof') {
      const [file, view] = await loadBox(window, box);
      const pending: Pending[] = [];
      for (const part of readFragment(file, view, fragmentTracks, window.size)) {
        const index = tracks.findIndex(({ info }) => info.track_ID === part.track.track_ID);
        pending.push(startPending(index, tracks[index], part.samples));
      }
      // Only the last frame of sound is treated differently.
      const mayEnd = pending.some(({ track }) => track.stream.kind === 'audio');
      const isLast = mayEnd && !(await hasFragmentAfter(window, box.end));
      yield* mergedRuns(window, pending, isLast);
    }
    position = box.end;
  }
}

/**
 * Lets the tracks begin where `start` says: its own at the last sync sample that is presented at or before the time, the
 * others at what is decoded from then on. Only tables are walked, nothing is read. A track whose samples come in
 * fragments has none here.
 */
function skipListed(listed: readonly Pending[], start: ReadStart, fileSize: number): void {
  const leader = listed[start.streamIndex];
  if (leader.next === null) return;
  const { track } = leader;
  const { timescale } = track.info;
  let index = 0;
  let found = 0;
  let fromDts = leader.next.dts;
  for (const { pts, dts, isSync } of tableSamples(track, fileSize)) {
    if (dts > start.seconds * timescale) break;
    if (isSync && pts <= start.seconds * timescale) {
      found = index;
      fromDts = dts;
    }
    index++;
  }
  for (let i = 0; i < found; i++) advance(leader);
  const fromSeconds = fromDts / timescale;
  for (const other of listed) {
    if (other === leader) continue;
    while (other.next !== null && endSeconds(other) <= fromSeconds) advance(other);
  }
}

function endSeconds({ next, track }: Pending): number {
  return next === null ? 0 : (next.pts + next.duration) / track.info.timescale;
}

/** Seconds by which tracks may be apart for the order in the file to be kept. */
const MAX_INTERLEAVE_SECONDS = 1;

/**
 * The next sample of all: that which lies first in the file, unless it is decoded more than a second after another. So
 * nothing downstream must hold a long queue, however a file is laid out. Streams can only be read forward.
 */
function nextPending(pending: readonly Pending[], isStream: boolean): Pending | null {
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

/** Packets of the pending samples. What came before a broken sample is given before its error is thrown. */
async function* mergedRuns(
  window: SourceWindow,
  pending: readonly Pending[],
  endsTracks: boolean,
): AsyncGenerator<readonly ReadPacket[]> {
  const isStream = window.source.size === null;
  for (;;) {
    const first = nextPending(pending, isStream)?.next;
    if (first === null || first === undefined) return;
    const run: ReadPacket[] = [];
    // The first sample of a run may be waited for; the others are those that are there with it.
    let data: Uint8Array;
    if (isStream) data = await window.copy(first.position, first.size);
    else {
      await window.load(first.position, first.size);
      data = window.take(first.position, first.size);
    }
    // A file that ended in the middle of a sample: what came before was saved.
    if (data.length < first.size) return;
    let failure: { readonly error: unknown } | null = null;
    try {
      takeRun(window, pending, endsTracks, data, run);
    } catch (error) {
      failure = { error };
    }
    if (run.length > 0) yield run;
    if (failure !== null) throw failure.error;
  }
}

/** Appends to `run` the next sample, whose bytes are `data`, and those behind it that the window holds. */
function takeRun(
  window: SourceWindow,
  pending: readonly Pending[],
  endsTracks: boolean,
  data: Uint8Array,
  run: ReadPacket[],
): void {
  const isStream = window.source.size === null;
  let bytes = 0;
  let isFirst = true;
  for (let chosen = nextPending(pending, isStream); chosen !== null; ) {
    const sample = chosen.next;
    if (sample === null) return;
    if (!isFirst) {
      if (!window.has(sample.position, sample.size)) return;
      data = window.take(sample.position, sample.size);
    }
    isFirst = false;
    bytes += data.length;
    advance(chosen);
    const isLast = endsTracks && chosen.next === null;
    const packet = makePacket(chosen.track, sample, data, isLast);
    if (packet !== null) run.push({ streamIndex: chosen.streamIndex, packet });
    if (run.length >= MAX_RUN_PACKETS || bytes >= MAX_RUN_BYTES) return;
    chosen = nextPending(pending, isStream);
  }
}

/** The packet in canonical form; null for samples that only fill time. */
function makePacket(
  { stream, info }: ReadTrack,
  sample: TimedSample,
  bytes: Uint8Array,
  isLast: boolean,
): Packet | null {
  const { pts, dts, duration } = sample;
  if (!Number.isSafeInteger(pts) || !Number.isSafeInteger(dts)) {
    throw new FormatError('mp4.samples', 'times reach 2^53 ticks', sample.position);
  }
  let data = bytes;
  if (info.nalLengthSize !== 4) data = widenNalLengths(bytes, info.nalLengthSize);
  if (stream.codec === 'webvtt') {
    data = readVttSample(bytes);
    if (data.length === 0) return null;
  }
  const packet: Packet = { data, pts, dts, duration, isKey: sample.isSync };
  if (!isLast || stream.kind !== 'audio' || info.timescale !== stream.sampleRate) return packet;
  // A last frame that lasts shorter than it decodes to is padded.
  const discardPadding = stream.frameSize - duration;
  return discardPadding > 0 && duration > 0 ? { ...packet, discardPadding } : packet;
}
