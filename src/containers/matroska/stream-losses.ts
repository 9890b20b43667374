/** What a stream says that a Matroska file has no place for: it is left out, and said. */
import type { StreamInfo } from '../../base/packet.ts';

/**
 * The losses of stream `index`, a sentence each.
 * @param boxes types of the boxes that it carries and no element says
 */
export function lossesOf(stream: StreamInfo, boxes: readonly string[], index: number): string[] {
  const losses: string[] = [];
  const lose = (what: string): void =>
    void losses.push(`${what} of stream ${index} has no place in Matroska; it is left out`);
  if (stream.kind === 'video' && stream.isMirrored) lose('the mirror');
  for (const type of boxes) lose(`box '${type}' of the sample entry`);
  return losses;
}
