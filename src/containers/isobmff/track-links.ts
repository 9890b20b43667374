/** Links between tracks, and texts beside them: chapters, timecode, title. ISOBMFF clause 8.3.3; QuickTime File Format, "Track references". */
import { decodeUtf8 } from '../../base/utf8.ts';
import { type BoxView, type FileBytes, findPath, readFields } from './box-reader.ts';
import { trackReference } from './boxes-movie.ts';

/** track_IDs of the tracks that a track names. */
export interface TrackLinks {
  /** As its chapters. */
  readonly chapterIDs: readonly number[];
  /** As those that count its frames. */
  readonly timecodeIDs: readonly number[];
}

/** The links of `trak`. */
export function readLinks(file: FileBytes, trak: BoxView): TrackLinks {
  return {
    chapterIDs: linkedIDs(file, trak, 'chap'),
    timecodeIDs: linkedIDs(file, trak, 'tmcd'),
  };
}

function linkedIDs(file: FileBytes, trak: BoxView, type: 'chap' | 'tmcd'): number[] {
  const box = findPath(file, trak, 'tref', type);
  return box === null ? [] : Array.from(readFields(trackReference, file, box).fields.track_IDs);
}

/** Title of the track: `name` in its `udta`, as text without more. */
export function trackTitle(file: FileBytes, trak: BoxView): { title?: string } {
  const name = findPath(file, trak, 'udta', 'name');
  if (name === null) return {};
  const title = decodeUtf8(file.bytes.subarray(name.dataStart, name.end));
  return title === '' ? {} : { title: title.replace(/\0+$/, '') };
}
