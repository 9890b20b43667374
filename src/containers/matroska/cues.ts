/** The index of a segment, Cues (RFC 9559 clause 5.1.5), read when somebody asks for a time: which cluster to begin at. */
import { FormatError } from '../../base/errors.ts';
import type { Budget } from '../../base/limits.ts';
import { report } from '../../base/problems.ts';
import { childrenOf, type ElementHeader, readUint, UNKNOWN_SIZE } from './ebml-reader.ts';
import { ID } from './element-table.ts';
import { loadHeader, type OpenSegment } from './segment-reader.ts';
import type { ReaderTrack } from './track-reader.ts';

/** Larger than the index of any real file: an entry takes about 20 bytes. */
const MAX_CUES_BYTES = 32 << 20;

/**
 * Seconds that packets of other streams may lie behind those of the indexed one in the file: no muxer that we know holds
 * packets for longer than ten seconds to order them.
 */
const MAX_INTERLEAVE_SECONDS = 10;

/**
 * Where the cluster begins that has the last entry of `track` presented at or before `seconds`. If only other tracks are
 * indexed, theirs that are ten seconds earlier are as good; without an index it is the first cluster. Damage of the index
 * is reported, and then nothing is skipped.
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
  const held = segment.budget.heldBytes;
  segment.budget.hold('Cues', size, cuesPosition);
  const data = await window.copy(start, size);
  const ticksPerSecond = 1e9 / segment.timestampScale;
  const ticks = seconds * ticksPerSecond + track.delayTicks;
  const otherTicks = ticks - MAX_INTERLEAVE_SECONDS * ticksPerSecond;
  let best = firstCluster;
  let bestOfOthers = firstCluster;
  try {
    for (const point of childrenOf(data, start, segment.budget)) {
      if (point.id !== ID.CuePoint) continue;
      const { time, clusters } = readPoint(point.data, point.dataOffset, segment.budget);
      for (const [number, cluster] of clusters) {
        if (number === trackNumber && time <= ticks) best = Math.max(best, dataStart + cluster);
        if (time <= otherTicks) bestOfOthers = Math.max(bestOfOthers, dataStart + cluster);
      }
    }
    if (best === firstCluster) best = bestOfOthers;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(problems, cuesPosition, error.message);
    return firstCluster;
  } finally {
    segment.budget.release(segment.budget.heldBytes - held);
  }
  const isCluster =
    best === firstCluster || ((await loadHeader(window, best, header)) && header.id === ID.Cluster);
  if (isCluster) return best;
  report(problems, cuesPosition, 'Cues place a cluster where there is none');
  return firstCluster;
}

/** CueTime of one CuePoint, and its CueClusterPosition by CueTrack. */
function readPoint(
  data: Uint8Array,
  offset: number,
  budget: Budget,
): { readonly time: number; readonly clusters: ReadonlyMap<number, number> } {
  let time = Number.POSITIVE_INFINITY;
  const clusters = new Map<number, number>();
  for (const child of childrenOf(data, offset, budget)) {
    if (child.id === ID.CueTime) time = readUint(child.data);
    if (child.id !== ID.CueTrackPositions) continue;
    let number = 0;
    let position = 0;
    for (const field of childrenOf(child.data, child.dataOffset, budget)) {
      if (field.id === ID.CueTrack) number = readUint(field.data);
      else if (field.id === ID.CueClusterPosition) position = readUint(field.data);
    }
    clusters.set(number, position);
  }
  return { time, clusters };
}
