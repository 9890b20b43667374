/** Which stream of a file is taken where one of a kind is asked for. */
import type { StreamInfo } from '../base/packet.ts';

/** Default streams before others, higher bit rates before lower, then the order of the file; -1 if there is none. */
export function bestStream(streams: readonly StreamInfo[], kind: StreamInfo['kind']): number {
  let best = -1;
  for (const [i, stream] of streams.entries()) {
    if (stream.kind !== kind) continue;
    if (best < 0 || isBetter(stream, streams[best]!)) best = i;
  }
  return best;
}

function isBetter(stream: StreamInfo, than: StreamInfo): boolean {
  const isDefault = stream.isDefault ?? false;
  if (isDefault !== (than.isDefault ?? false)) return isDefault;
  return (stream.bitRate ?? 0) > (than.bitRate ?? 0);
}
