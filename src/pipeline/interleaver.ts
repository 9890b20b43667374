/**
 * Puts the packets of several streams in one order: rising decoding time. A packet waits until every other stream has
 * one too, for an earlier one might still come; but not for longer than ten seconds of the file or 64 MiB of it, so that a
 * stream that stays silent does not fill the memory.
 */
import type { Packet } from '../base/packet.ts';
import { compareTimes, type Rational, toSeconds } from '../base/rational.ts';

/** Longest stretch of decoding time that is held. */
const MAX_WAIT_SECONDS = 10;
/** Most bytes that are held, whatever their times: files say what times they like. */
const MAX_WAIT_BYTES = 64 << 20;

/** A packet with the stream that it belongs to. */
export interface QueuedPacket {
  readonly streamIndex: number;
  readonly packet: Packet;
}

/** The packets that wait, a queue per stream. */
export class Interleaver {
  private readonly timeBases: readonly Rational[];
  private readonly isSparse: readonly boolean[];
  private readonly queues: Packet[][];
  /** Packets of each queue that were taken already; they are cut off in bulk. */
  private readonly taken: number[];
  private waitingBytes = 0;

  /**
   * @param timeBases what the packets of each stream count in
   * @param isSparse streams that others do not wait for: subtitles
   */
  constructor(timeBases: readonly Rational[], isSparse: readonly boolean[]) {
    this.timeBases = timeBases;
    this.isSparse = isSparse;
    this.queues = timeBases.map(() => []);
    this.taken = timeBases.map(() => 0);
  }

  /** Adds a packet; within a stream they come in decoding order. */
  push(streamIndex: number, packet: Packet): void {
    this.queues[streamIndex]!.push(packet);
    this.waitingBytes += packet.data.length;
  }

  /**
   * The next packet in order, removed; null if one has to wait.
   * @param isLast no packets will follow, nothing has to wait
   */
  take(isLast: boolean): QueuedPacket | null {
    const first = this.earliest();
    if (first === -1 || !(isLast || this.isComplete() || this.isTooLong(first))) return null;
    const queue = this.queues[first]!;
    const packet = queue[this.taken[first]!]!;
    this.taken[first] = this.taken[first]! + 1;
    if (this.taken[first]! * 2 > queue.length) {
      queue.splice(0, this.taken[first]!);
      this.taken[first] = 0;
    }
    this.waitingBytes -= packet.data.length;
    return { streamIndex: first, packet };
  }

  /** The stream whose next packet is decoded first, the lower index of equals; -1 if nothing waits. */
  private earliest(): number {
    let best = -1;
    for (let i = 0; i < this.queues.length; i++) {
      if (this.isEmpty(i)) continue;
      if (best === -1 || this.isEarlier(i, best)) best = i;
    }
    return best;
  }

  private isEarlier(i: number, j: number): boolean {
    return (
      compareTimes(this.head(i).dts, this.timeBases[i]!, this.head(j).dts, this.timeBases[j]!) < 0
    );
  }

  private isComplete(): boolean {
    return this.queues.every((_, i) => this.isSparse[i] || !this.isEmpty(i));
  }

  private isTooLong(first: number): boolean {
    if (this.waitingBytes > MAX_WAIT_BYTES) return true;
    const start = toSeconds(this.head(first).dts, this.timeBases[first]!);
    return this.queues.some((queue, i) => {
      if (this.isEmpty(i)) return false;
      return toSeconds(queue.at(-1)!.dts, this.timeBases[i]!) - start > MAX_WAIT_SECONDS;
    });
  }

  private isEmpty(i: number): boolean {
    return this.taken[i] === this.queues[i]!.length;
  }

  private head(i: number): Packet {
    return this.queues[i]![this.taken[i]!]!;
  }
}
