/**
 * Timecode while it is written: a track whose samples are numbers of frames, which other tracks name by `tref` (QuickTime File Format,
 * "Timecode media"). It is no stream of its own but a property of those that name it.
 */
import type { Packet, StreamInfo, TimecodeTrack } from '../../base/packet.ts';
import { parseTimecode } from '../../base/timecode-text.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { describeBox, fullBox, NO_BYTES } from './syntax.ts';
import { Mp4Track } from './track.ts';

/** Type of the sample entry, which is the name of the codec too while the track is read and written. */
export const TIMECODE_CODEC = 'tmcd';

/** Flags of the sample description. */
export const DROP_FRAME = 1;
const DAY_OF_24_HOURS = 2;

/** Whether the frames of a stream can be counted from a text: a track needs their rate. */
function countOf(stream: StreamInfo, text: string) {
  if (stream.kind !== 'video' || stream.frameRate === undefined) return null;
  const [num, den] = stream.frameRate;
  const framesPerSecond = Math.round(num / den);
  if (framesPerSecond < 1 || framesPerSecond > 255) return null;
  const parsed = parseTimecode(text, framesPerSecond);
  return parsed === null ? null : { ...parsed, framesPerSecond, num, den };
}

/** Whether `stream` has a timecode that has no place in an MP4 file. */
export function losesTimecode(stream: StreamInfo): boolean {
  const { timecode } = stream;
  return timecode !== undefined && !timecode.track && countOf(stream, timecode.text) === null;
}

/** Adds the tracks of timecode that streams of `tracks` have, and writes their samples by `write`. */
export async function addTimecodes(
  tracks: Mp4Track[],
  write: (track: Mp4Track, packet: Packet) => Promise<void> | void,
): Promise<void> {
  const made = new Map<unknown, Mp4Track>();
  for (const counted of [...tracks]) {
    const { timecode } = counted.stream;
    if (timecode === undefined) continue;
    const key = timecode.track ?? timecode;
    const source = timecode.track ?? countedTrack(counted, timecode.text);
    if (source === null) continue;
    const { timeBase, entry, packets } = source;
    counted.timecode = made.get(key) ?? null;
    if (counted.timecode !== null) continue;
    const base = { kind: 'subtitle', codec: TIMECODE_CODEC, config: NO_BYTES } as const;
    const stream: StreamInfo = { ...base, timeBase, sampleEntry: entry };
    const track = new Mp4Track(stream, tracks.length);
    const factor = (track.timescale * timeBase[0]) / timeBase[1];
    for (const { pts, duration, ...packet } of packets) {
      const times = { pts: pts * factor, dts: pts * factor, duration: duration * factor };
      await write(track, { ...packet, ...times });
    }
    track.finish();
    counted.timecode = track;
    made.set(key, track);
    tracks.push(track);
  }
}

/** A track made of a text: one sample for as long as `track` lasts. Null if the text is no timecode. */
function countedTrack(track: Mp4Track, text: string): TimecodeTrack | null {
  const count = countOf(track.stream, text);
  if (count === null) return null;
  const { frame, isDropFrame, framesPerSecond, num, den } = count;
  const entry = new ByteWriter();
  entry.append(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
  entry.u32(0);
  entry.u32(isDropFrame ? DROP_FRAME | DAY_OF_24_HOURS : DAY_OF_24_HOURS);
  entry.u32(num); // timescale
  entry.u32(den); // frameDuration
  entry.u8(framesPerSecond);
  entry.u8(0);
  const number = new ByteWriter();
  number.u32(frame);
  const pts = Math.max(0, track.startPts);
  const duration = Math.max(1, track.endPts - pts);
  const packet = { data: number.toBytes(), pts, dts: pts, duration, isKey: true };
  const { timescale } = track;
  return {
    timeBase: [1, timescale],
    entry: { type: TIMECODE_CODEC, data: entry.toBytes() },
    packets: [packet],
  };
}

/** Timecode media information in `gmhd`: how a player shows it, QuickTime File Format, "Timecode media information". */
export const timecodeMediaInformation = /* @__PURE__ */ describeBox(
  'tcmi',
  'QuickTime timecode media information',
  { version: 0, flags: 0, textSize: 12 },
  (s, b) => {
    fullBox(s, b);
    s.u('textFont', 16, 0);
    s.u('textFace', 16, 0);
    b.textSize = s.u('textSize', 16, b.textSize);
    s.u('reserved', 16, 0);
    for (const color of ['red', 'green', 'blue']) s.u(`textColor ${color}`, 16, 0);
    for (const color of ['red', 'green', 'blue']) s.u(`backgroundColor ${color}`, 16, 0xffff);
    s.u('fontNameLength', 8, 0);
  },
);
