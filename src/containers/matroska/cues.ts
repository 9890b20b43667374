/** The index of a segment, Cues (RFC 9559 clause 5.1.5), read when somebody asks for a time: which cluster to begin at. */
import { FormatError } from '../../base/errors.ts';
import { childrenOf, type ElementHeader, readUint, UNKNOWN_SIZE } from './ebml-reader.ts';
import { ID } from './element-table.ts';
import { loadHeader, type OpenSegment, report } from './segment-reader.ts';
import type { ReaderTrack } from './track-reader.ts';

/** Larger than the index of any real file: an entry takes about 20 bytes. */
const MAX_CUES_BYTES = 32 << 20;

/**
 * Where the cluster begins that has the last entry of `track` presented at or before `seconds`; the first cluster of the
 * segment if there is no index, or none of that track. Damage of the index is reported, and then nothing is skipped.
 */
export async function clusterAt(
  segment: OpenSegment,
  track: ReaderTrack,
  trackNumber: number,
  seconds: number,
): Promise<number> {
  const { firstCluster, cuesPosition, window, problems, dataStart } = segment;
  if (cuesPosition < 0 || window.source.size === null) return firstCluster;
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  const isThere = await loadHeader(window, cuesPosition, header);
  const { id, size, headerLength } = header;
  if (!isThere || id !== ID.Cues || size === UNKNOWN_SIZE || size > MAX_CUES_BYTES) {
    report(problems, cuesPosition, 'SeekHead places Cues where they are not');
    return firstCluster;
  }
  const start = cuesPosition + headerLength;
  const data = (await window.peek(start, size)).slice();
  const ticks = (seconds * 1e9) / segment.timestampScale + track.delayTicks;
  let best = firstCluster;
  try {
    for (const point of childrenOf(data, start)) {
      if (point.id !== ID.CuePoint) continue;
      const cluster = clusterOfPoint(point.data, point.dataOffset, trackNumber, ticks);
      if (cluster >= 0) best = Math.max(best, dataStart + cluster);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(problems, cuesPosition, error.message);
    return firstCluster;
  }
  const isCluster =
    best === firstCluster || ((await loadHeader(window, best, header)) && header.id === ID.Cluster);
  if (isCluster) return best;
  report(problems, cuesPosition, 'Cues place a cluster where there is none');
  return firstCluster;
}

/** CueClusterPosition of one CuePoint for a track; -1 if the point is later than `ticks` or of other tracks. */
function clusterOfPoint(
  data: Uint8Array,
  offset: number,
  trackNumber: number,
  ticks: number,
): number {
  let cluster = -1;
  for (const child of childrenOf(data, offset)) {
    if (child.id === ID.CueTime && readUint(child.data) > ticks) return -1;
    if (child.id !== ID.CueTrackPositions) continue;
    let number = 0;
    let position = -1;
    for (const field of childrenOf(child.data, child.dataOffset)) {
      if (field.id === ID.CueTrack) number = readUint(field.data);
      else if (field.id === ID.CueClusterPosition) position = readUint(field.data);
    }
    if (number === trackNumber) cluster = position;
  }
  return cluster;
}
