/** Packets as encoders, demuxers and bitstream filters hand them on. */
import { ConfigError } from '../base/errors.ts';
import type { Packet, Packets, StreamInfo } from '../base/packet.ts';
import { type Rational, toSeconds } from '../base/rational.ts';

/** Packets of one stream as the demuxer gives them. */
export interface DemuxedPackets extends Packets {
  /** The stream that they belong to; absent from the chunks of `streamingDemux` and from what encoders give, as in SPDL. */
  readonly codec?: StreamInfo;
  /** The window that was asked for, in seconds. */
  readonly timestamp?: readonly [start: number, end: number];
}

/** A list of packets, which can be iterated over. Immutable; clones refer to the same bytes. */
export class PacketList implements DemuxedPackets, Iterable<Packet> {
  readonly kind: Packets['kind'];
  readonly timeBase: Rational;
  readonly packets: readonly Packet[];
  declare readonly codec?: StreamInfo;
  declare readonly timestamp?: readonly [start: number, end: number];

  /** Takes the same fields from plain packets. */
  constructor(packets: DemuxedPackets) {
    this.kind = packets.kind;
    this.timeBase = packets.timeBase;
    this.packets = packets.packets;
    if (packets.codec !== undefined) this.codec = packets.codec;
    if (packets.timestamp !== undefined) this.timestamp = packets.timestamp;
  }

  /** Number of packets. */
  get length(): number {
    return this.packets.length;
  }

  /** The number of the stream that they belong to; undefined where `codec` is, or for streams of the other kind. */
  get width(): number | undefined {
    return this.pictures?.width;
  }

  get height(): number | undefined {
    return this.pictures?.height;
  }

  get pixFmt(): string | undefined {
    return this.pictures?.pixFmt;
  }

  get frameRate(): Rational | undefined {
    return this.pictures?.frameRate;
  }

  get sampleRate(): number | undefined {
    return this.codec?.kind === 'audio' ? this.codec.sampleRate : undefined;
  }

  get numChannels(): number | undefined {
    return this.codec?.kind === 'audio' ? this.codec.numChannels : undefined;
  }

  private get pictures() {
    return this.codec?.kind === 'video' ? this.codec : undefined;
  }

  /** Another list of the same packets. */
  clone(): PacketList {
    return new PacketList({ ...this, packets: [...this.packets] });
  }

  /**
   * Presentation times in seconds, in rising order and only those of the window that was asked for. `raw`: all, in the order of
   * decoding.
   */
  getTimestamps(options: { readonly raw?: boolean } = {}): number[] {
    const times = this.packets.map(({ pts }) => toSeconds(pts, this.timeBase));
    if (options.raw === true) return times;
    const [start, end] = this.timestamp ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return times.filter((time) => time >= start && time < end).sort((a, b) => a - b);
  }

  [Symbol.iterator](): Iterator<Packet> {
    return this.packets[Symbol.iterator]();
  }
}

/** Throws `ConfigError` naming `where` if `packets` are not those of a stream of this kind. */
export function requirePackets(
  where: string,
  packets: Packets,
  kind: Packets['kind'],
  streamIndex: number,
): void {
  if (!Array.isArray(packets.packets)) {
    throw new ConfigError(where, 'needed are Packets; await encode() and flush()');
  }
  if (packets.kind === kind) return;
  throw new ConfigError(where, `got ${packets.kind}, but stream ${streamIndex} is ${kind}`);
}
