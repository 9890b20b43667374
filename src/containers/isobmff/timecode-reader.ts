/** Timecode as it is read: its track becomes a property of the streams that name it (timecode-track.ts). */
import type { Budget } from '../../base/limits.ts';
import type { Packet, Timecode } from '../../base/packet.ts';
import type { SourceWindow } from '../../base/source-window.ts';
import { timecodeText } from '../../base/timecode-text.ts';
import { tableSamples } from './packet-reader.ts';
import { DROP_FRAME, TIMECODE_CODEC } from './timecode-track.ts';
import type { ReadTrack } from './track-reader.ts';

/** Where fields are in the sample entry, behind its header. */
const FLAGS_AT = 12;
const NUMBER_OF_FRAMES_AT = 24;
const ENTRY_BYTES = 26;

/** A count that begins anew so often is none that a camera writes. */
const MAX_STARTS = 10_000;

/** Whether a track is one of timecode. */
export function isTimecode({ stream }: ReadTrack): boolean {
  return stream.kind === 'subtitle' && stream.codec === TIMECODE_CODEC;
}

/** The timecode that a track holds; null if it has no sample, or its source cannot be read ahead to where that is. */
async function readTimecode(
  window: SourceWindow,
  budget: Budget,
  { stream, info, ...track }: ReadTrack,
): Promise<Timecode | null> {
  const entry = stream.sampleEntry;
  if (window.source.size === null || entry === undefined || entry.data.length < ENTRY_BYTES) {
    return null;
  }
  const packets: Packet[] = [];
  const pass = budget.beginPass();
  for (const sample of tableSamples({ stream, info, ...track }, window.size, pass)) {
    const { position, size, pts, duration } = sample;
    if (size !== 4 && size !== 8) continue;
    pass.give(size, position + size);
    const data = await window.copy(position, size);
    packets.push({ data, pts, dts: pts, duration, isKey: true });
    if (packets.length === MAX_STARTS) break;
  }
  const [first] = packets;
  const framesPerSecond = entry.data[NUMBER_OF_FRAMES_AT];
  if (first === undefined || framesPerSecond === 0) return null;
  const isDropFrame = (entry.data[FLAGS_AT + 3] & DROP_FRAME) !== 0;
  const { buffer, byteOffset, length } = first.data;
  const frame = new DataView(buffer, byteOffset, length).getInt32(length - 4);
  return {
    text: timecodeText(frame, framesPerSecond, isDropFrame),
    track: { timeBase: stream.timeBase, entry, packets },
  };
}

/** The timecodes of a file by the track_IDs of their tracks. */
export async function readTimecodes(
  window: SourceWindow,
  budget: Budget,
  tracks: readonly ReadTrack[],
): Promise<ReadonlyMap<number, Timecode>> {
  const found = new Map<number, Timecode>();
  for (const track of tracks.filter(isTimecode)) {
    const timecode = await readTimecode(window, budget, track);
    if (timecode !== null) found.set(track.info.track_ID, timecode);
  }
  return found;
}

/** The tracks of timecode that give none, a phrase each. */
export function unreadTimecodes(
  tracks: readonly ReadTrack[],
  timecodes: ReadonlyMap<number, Timecode>,
): string[] {
  return tracks
    .filter((track) => isTimecode(track) && !timecodes.has(track.info.track_ID))
    .map(({ info }) => `track ${info.track_ID} (timecode)`);
}

/** `track` with the timecode that it names; the first track of pictures has one that no track names. */
export function withTimecode(
  track: ReadTrack,
  tracks: readonly ReadTrack[],
  timecodes: ReadonlyMap<number, Timecode>,
): ReadTrack {
  let timecode: Timecode | undefined;
  for (const [id, each] of timecodes) {
    const isNamed = tracks.some(({ timecodeIDs }) => timecodeIDs.includes(id));
    const isOf = isNamed
      ? track.timecodeIDs.includes(id)
      : track === (tracks.find(({ stream }) => stream.kind === 'video') ?? tracks[0]);
    if (isOf) timecode ??= each;
  }
  return timecode === undefined ? track : { ...track, stream: { ...track.stream, timecode } };
}
