/** Fields that packets of our AAC encoder have beside those of the general packet, for the one container that asks: ADTS with an error check. */
import type { Packet } from '../../base/packet.ts';

/** A packet that knows where its channels begin, which a container cannot tell without decoding them. */
export interface AacPacket extends Packet {
  /**
   * The parts of `data` that an error check covers (AAC clause 1.A.3.2.1), in order, three numbers each: first bit, bits that
   * are there, bits that count (zeros stand for those that are not there).
   */
  readonly protectedBits: Uint16Array;
}

/** The `protectedBits` of an `AacPacket`; undefined for a packet from elsewhere. */
export function protectedBitsOf(packet: Packet): Uint16Array | undefined {
  return (packet as Partial<AacPacket>).protectedBits;
}
