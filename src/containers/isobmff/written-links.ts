/** Writes the links between tracks, ISOBMFF clause 8.3.3: chapters and timecode. */
import type { BoxWriter } from './box-writer.ts';
import { trackReference } from './boxes-movie.ts';
import { isChapters } from './chapter-track.ts';
import type { Mp4Track } from './track.ts';

/** Writes `tref` of track `index`, if it has links. Every other track has the chapters, where there are any. */
export function writeLinks(w: BoxWriter, tracks: readonly Mp4Track[], index: number): void {
  const { stream, timecode } = tracks[index];
  const chapters = tracks.findIndex((track) => isChapters(track.stream)) + 1;
  const given = [
    ['chap', isChapters(stream) ? 0 : chapters],
    ['tmcd', timecode === null ? 0 : tracks.indexOf(timecode) + 1],
  ] as const;
  if (given.every(([, track_ID]) => track_ID === 0)) return;
  w.box('tref', () => {
    for (const [type, track_ID] of given) {
      if (track_ID > 0) w.put(trackReference, { track_IDs: Uint32Array.of(track_ID) }, null, type);
    }
  });
}
