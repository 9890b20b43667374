/** Packets with their times in the ticks of another file. */
import type { Packet } from '../base/packet.ts';
import { type Rational, rescale } from '../base/rational.ts';

/** `packet` with its times in ticks of `to`. */
export function rescaledPacket(packet: Packet, from: Rational, to: Rational): Packet {
  if (from[0] === to[0] && from[1] === to[1]) return packet;
  const pts = rescale(packet.pts, from, to);
  const dts = packet.dts === packet.pts ? pts : rescale(packet.dts, from, to);
  const duration = rescale(packet.pts + packet.duration, from, to) - pts;
  return withTimes(packet, pts, dts, duration);
}

/** `packet` decoded and shown at `pts`, for `duration`. */
export function shownAt(packet: Packet, pts: number, duration: number): Packet {
  return withTimes(packet, pts, pts, duration);
}

/** A packet with the same bytes. Its fields are written out: a spread for each packet takes longer than all else here. */
function withTimes(packet: Packet, pts: number, dts: number, duration: number): Packet {
  const { data, isKey, discardPadding, additions } = packet;
  const made =
    discardPadding === undefined
      ? { data, pts, dts, duration, isKey }
      : { data, pts, dts, duration, isKey, discardPadding };
  return additions === undefined ? made : { ...made, additions };
}

/**
 * `packet` decoded at `dts`, a tick behind the one before. Files hold packets with equal times: joined ones, those whose coarse time
 * base made them equal, and cues that are shown together. Where the new file cannot, the smallest difference that it can hold is
 * better than no file.
 */
export function decodedAt(packet: Packet, dts: number): Packet {
  return { ...packet, dts, pts: Math.max(packet.pts, dts) };
}
