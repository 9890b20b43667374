/**
 * Gives packets what Matroska does not store: decoding times, and durations where the file has none. Blocks come in
 * decoding order with presentation times only. The decoding time of packet i is the (i - d)-th smallest presentation
 * time, d being how many packets the stream is reordered by; no packet is then decoded after it is due, and the times
 * rise. For that, packets of streams that may be reordered wait until enough later ones are known.
 */

import type { ReadPacket } from '../../base/container.ts';
import type { Packet, PacketAddition } from '../../base/packet.ts';
import { packetBytes } from '../../base/packet-bytes.ts';

/** Largest reordering that H.264 and HEVC allow: a decoded picture buffer of 16 pictures (H.264 clause A.3.1). */
const MAX_REORDER = 16;

/** Waiting packets in all streams together; where a stream falls silent, the rest does not wait for it forever. */
const MAX_WAITING_PACKETS = 2048;
const MAX_WAITING_BYTES = 24 << 20;

/** A frame as the blocks give it. */
export interface TimedFrame {
  readonly data: Uint8Array;
  readonly pts: number;
  /** Ticks; -1 if neither file nor frame say. */
  readonly duration: number;
  readonly isKey: boolean;
  readonly discardPadding: number;
  readonly additions?: readonly PacketAddition[] | undefined;
}

interface Waiting {
  readonly frame: TimedFrame;
  readonly streamIndex: number;
}

/** State of one stream. */
interface StreamOrder {
  readonly mayReorder: boolean;
  readonly defaultTicks: number;
  /** When a last frame ends that does not say how long it lasts; 0 if the file does not say either. */
  readonly endPts: number;
  /** Presentation times of the waiting frames in file order. */
  readonly ahead: number[];
  /** Presentation times of the last frames that have left. */
  readonly behind: number[];
  /** Presentation times not yet used as decoding times, rising. */
  readonly unused: number[];
  /** Frames that packets are reordered by; -1 until the first packet leaves. */
  depth: number;
  /** Packets that have left. */
  count: number;
  firstTime: number;
  lastDts: number;
  lastDuration: number;
}

/** Collects frames in file order and hands packets out in the same order. */
export class DecodeOrder {
  private readonly streams: StreamOrder[];
  /** Places before `head` are empty, so that the bytes of packets that have left are not kept. */
  private readonly waiting: (Waiting | undefined)[] = [];
  private head = 0;
  private waitingBytes = 0;

  constructor(streams: readonly Pick<StreamOrder, 'mayReorder' | 'defaultTicks' | 'endPts'>[]) {
    this.streams = streams.map((stream) => ({
      ...stream,
      ahead: [],
      behind: [],
      unused: [],
      depth: -1,
      count: 0,
      firstTime: 0,
      lastDts: Number.NEGATIVE_INFINITY,
      lastDuration: 0,
    }));
  }

  add(streamIndex: number, frame: TimedFrame): void {
    const stream = this.streams[streamIndex]!;
    this.waiting.push({ streamIndex, frame });
    this.waitingBytes += packetBytes(frame);
    stream.ahead.push(frame.pts);
    if (stream.mayReorder) insertSorted(stream.unused, frame.pts);
  }

  /** The next packet in file order if all that it needs is known; undefined if not. At the end, pass `isEnd`. */
  next(isEnd: boolean): ReadPacket | undefined {
    const waiting = this.waiting[this.head];
    if (waiting === undefined) return undefined;
    const { streamIndex, frame } = waiting;
    const stream = this.streams[streamIndex]!;
    const isForced =
      isEnd ||
      this.waiting.length - this.head > MAX_WAITING_PACKETS ||
      this.waitingBytes > MAX_WAITING_BYTES;
    const needed = stream.mayReorder ? MAX_REORDER : frame.duration < 0 ? 1 : 0;
    if (!isForced && stream.ahead.length <= needed) return undefined;
    this.waiting[this.head++] = undefined;
    this.waitingBytes -= packetBytes(frame);
    if (this.head === 1024) {
      this.waiting.splice(0, this.head);
      this.head = 0;
    }
    return { streamIndex, packet: finishPacket(stream, frame) };
  }
}

/** Takes the first waiting frame of `stream` and makes it a packet. */
function finishPacket(stream: StreamOrder, frame: TimedFrame): Packet {
  const duration = frame.duration >= 0 ? frame.duration : guessDuration(stream, frame.pts);
  let dts = stream.mayReorder ? reorderedTime(stream, duration) : frame.pts;
  // A damaged file may go back in time; decoding times must not, and no packet is due before it is decoded.
  dts = Math.max(dts, stream.lastDts);
  const pts = Math.max(frame.pts, dts);
  stream.ahead.shift();
  stream.behind.push(frame.pts);
  if (stream.behind.length > MAX_REORDER) stream.behind.shift();
  stream.count++;
  stream.lastDts = dts;
  stream.lastDuration = duration;
  const { data, isKey, discardPadding, additions } = frame;
  const packet =
    discardPadding > 0
      ? { data, pts, dts, duration, isKey, discardPadding }
      : { data, pts, dts, duration, isKey };
  return additions === undefined ? packet : { ...packet, additions };
}

function reorderedTime(stream: StreamOrder, duration: number): number {
  const { ahead, unused } = stream;
  if (stream.depth < 0) {
    stream.depth = reorderDepth(ahead);
    stream.firstTime = unused[0]!;
  }
  if (stream.count < stream.depth) {
    const step = stream.defaultTicks > 0 ? stream.defaultTicks : Math.max(1, duration);
    return Math.round(stream.firstTime - (stream.depth - stream.count) * step);
  }
  let earliest = ahead[0]!;
  for (const pts of ahead) earliest = Math.min(earliest, pts);
  return Math.min(unused.shift()!, earliest);
}

/** Most packets that precede one of `times` although they are presented later. */
function reorderDepth(times: readonly number[]): number {
  let depth = 0;
  for (let i = 1; i < times.length; i++) {
    let later = 0;
    for (let k = 0; k < i; k++) if (times[k]! > times[i]!) later++;
    depth = Math.max(depth, later);
  }
  return depth;
}

/** Ticks to the next presentation time that is known; if none is, the previous duration, or less up to the end of the file. */
function guessDuration(stream: StreamOrder, pts: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const time of stream.ahead) if (time > pts && time < next) next = time;
  for (const time of stream.behind) if (time > pts && time < next) next = time;
  if (Number.isFinite(next)) return next - pts;
  const { lastDuration, endPts, count } = stream;
  if (endPts <= pts) return lastDuration;
  return count === 0 ? endPts - pts : Math.min(lastDuration, endPts - pts);
}

function insertSorted(times: number[], time: number): void {
  let at = times.length;
  while (at > 0 && times[at - 1]! > time) at--;
  times.splice(at, 0, time);
}
