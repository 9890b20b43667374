/**
 * Puts the packets of several streams in one order: rising decoding time. A packet waits until every other stream has
 * one too, for an earlier one might still come; but not for longer than ten seconds of the file or 24 MiB of it, so that a
 * stream that stays silent does not fill the memory.
 */
import type { Packet } from '../base/packet.ts';
import { packetBytes } from '../base/packet-bytes.ts';
import { compareTimes, type Rational, toSeconds } from '../base/rational.ts';

/** Longest stretch of decoding time that is held. */
const MAX_WAIT_SECONDS = 10;
/** Most bytes that are held, whatever their times: files say what times they like. */
const MAX_WAIT_BYTES = 24 << 20;
/** What a packet takes beside its bytes, about. */
const PACKET_BYTES = 1024;

/** Seconds within which times are compared as the fractions that they are. */
const NEARLY_SECONDS = 1e-6;

/** A packet with the stream that it belongs to. */
export interface QueuedPacket {
  readonly streamIndex: number;
  readonly packet: Packet;
}

const INITIAL_PLACES = 16;

/** Packets in the order in which they came, in a ring of places: nothing is moved or allocated where one leaves. */
class PacketQueue {
  /** A power of two of places. Empty ones hold nothing, so that the bytes of packets that have left are not kept. */
  private places: (Packet | undefined)[] = new Array(INITIAL_PLACES).fill(undefined);
  private first = 0;
  length = 0;

  push(packet: Packet): void {
    if (this.length === this.places.length) this.grow();
    this.places[(this.first + this.length) & (this.places.length - 1)] = packet;
    this.length++;
  }

  /** The oldest packet, of a queue that is not empty. */
  head(): Packet {
    return this.places[this.first]!;
  }

  /** Removes the oldest packet, of a queue that is not empty. */
  shift(): Packet {
    const packet = this.places[this.first]!;
    this.places[this.first] = undefined;
    this.first = (this.first + 1) & (this.places.length - 1);
    this.length--;
    return packet;
  }

  private grow(): void {
    const { places, first } = this;
    const empty = new Array<undefined>(places.length).fill(undefined);
    this.places = [...places.slice(first), ...places.slice(0, first), ...empty];
    this.first = 0;
  }
}

/** The packets that wait, a queue per stream. */
export class Interleaver {
  private readonly timeBases: readonly Rational[];
  private readonly isSparse: readonly boolean[];
  private readonly queues: readonly PacketQueue[];
  /** Seconds of the first and last packet of each queue; infinitely late and early if it is empty. */
  private readonly first: Float64Array;
  private readonly last: Float64Array;
  private waitingBytes = 0;

  /**
   * @param timeBases what the packets of each stream count in
   * @param isSparse streams that others do not wait for: subtitles
   */
  constructor(timeBases: readonly Rational[], isSparse: readonly boolean[]) {
    this.timeBases = timeBases;
    this.isSparse = isSparse;
    this.queues = timeBases.map(() => new PacketQueue());
    this.first = new Float64Array(timeBases.length).fill(Number.POSITIVE_INFINITY);
    this.last = new Float64Array(timeBases.length).fill(Number.NEGATIVE_INFINITY);
  }

  /** Adds a packet; within a stream they come in decoding order. */
  push(streamIndex: number, packet: Packet): void {
    const seconds = toSeconds(packet.dts, this.timeBases[streamIndex]!);
    if (this.isEmpty(streamIndex)) this.first[streamIndex] = seconds;
    this.last[streamIndex] = seconds;
    this.queues[streamIndex]!.push(packet);
    this.waitingBytes += packetBytes(packet) + PACKET_BYTES;
  }

  /**
   * The next packet in order, removed; null if one has to wait.
   * @param isLast no packets will follow, nothing has to wait
   */
  take(isLast: boolean): QueuedPacket | null {
    const first = this.earliest();
    if (first === -1 || !(isLast || this.isComplete() || this.isTooLong(first))) return null;
    const queue = this.queues[first]!;
    const packet = queue.shift();
    this.waitingBytes -= packetBytes(packet) + PACKET_BYTES;
    const isEmpty = this.isEmpty(first);
    if (isEmpty) this.last[first] = Number.NEGATIVE_INFINITY;
    this.first[first] = isEmpty
      ? Number.POSITIVE_INFINITY
      : toSeconds(this.head(first).dts, this.timeBases[first]!);
    return { streamIndex: first, packet };
  }

  /** The stream whose next packet is decoded first, the lower index of equals; -1 if nothing waits. */
  private earliest(): number {
    const { first } = this;
    let best = -1;
    let bestTime = Number.POSITIVE_INFINITY;
    for (let i = 0; i < first.length; i++) {
      const time = first[i]!;
      if (time === Number.POSITIVE_INFINITY || time > bestTime + NEARLY_SECONDS) continue;
      if (best === -1 || time < bestTime - NEARLY_SECONDS || this.isEarlier(i, best)) {
        best = i;
        bestTime = time;
      }
    }
    return best;
  }

  /** Whether the first packet of queue `i` is decoded before that of `j`: exact, where seconds do not tell. */
  private isEarlier(i: number, j: number): boolean {
    return (
      compareTimes(this.head(i).dts, this.timeBases[i]!, this.head(j).dts, this.timeBases[j]!) < 0
    );
  }

  private isComplete(): boolean {
    const { first, isSparse } = this;
    for (let i = 0; i < first.length; i++) {
      if (first[i] === Number.POSITIVE_INFINITY && !isSparse[i]) return false;
    }
    return true;
  }

  private isTooLong(first: number): boolean {
    if (this.waitingBytes > MAX_WAIT_BYTES) return true;
    const { last } = this;
    const start = this.first[first]!;
    for (let i = 0; i < last.length; i++) if (last[i]! - start > MAX_WAIT_SECONDS) return true;
    return false;
  }

  private isEmpty(i: number): boolean {
    return this.queues[i]!.length === 0;
  }

  private head(i: number): Packet {
    return this.queues[i]!.head();
  }
}
