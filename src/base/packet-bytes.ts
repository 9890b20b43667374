/** How much memory a packet takes. */
import type { Packet, PacketAddition } from './packet.ts';

/** What is counted of a packet, or of a frame that becomes one. */
interface Counted extends Pick<Packet, 'data'> {
  readonly additions?: readonly PacketAddition[] | undefined;
}

/** Bytes of the packet, with what goes beside it. */
export function packetBytes({ data, additions }: Counted): number {
  if (additions === undefined) return data.length;
  let bytes = data.length;
  for (const addition of additions) bytes += addition.data.length + ADDITION_BYTES;
  return bytes;
}

/** What an addition takes beside its bytes, about. */
const ADDITION_BYTES = 256;
