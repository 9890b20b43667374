/** Whether the samples of a file can be read from its front to its back, as a stream comes in. */
import type { ReadTrack } from './track-reader.ts';

/**
 * True if all chunks lie behind `moov`, those of each track one behind the other, and no edit shows media twice. Fragments
 * follow one another by their nature (ISOBMFF clause 8.8.4).
 * @param moovEnd byte behind the movie header, where reading goes on
 */
export function readsForward(tracks: readonly ReadTrack[], moovEnd: number): boolean {
  return tracks.every(({ info, tables }) => {
    if (info.edits.filter(({ mediaTime }) => mediaTime >= 0).length > 1) return false;
    let last = moovEnd;
    for (const offset of tables.chunkOffsets) {
      if (offset < last) return false;
      last = offset;
    }
    return true;
  });
}
