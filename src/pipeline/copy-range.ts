/**
 * Which packets of a copy belong to a stretch of time. Pictures can begin at a key picture only, so the copy begins at the last one that
 * is shown at the start or before it; everything else begins with that picture. What is shown at the end or later is left out, unless pictures before the end refer to it.
 */
import type { Packet, StreamInfo } from '../base/packet.ts';
import { rescale, toSeconds } from '../base/rational.ts';

/** A packet, and the stream of the new file that it belongs to. */
export interface TargetPacket {
  readonly target: number;
  readonly packet: Packet;
}

/** A stream of the new file. */
type Target = Pick<StreamInfo, 'kind' | 'timeBase'>;

const MICROSECONDS = [1, 1_000_000] as const;

/** The packets of all streams go in by `take`, in the order of their files, and come out with times that begin at 0. */
export class CopyRange {
  /** Streams of which more is wanted. */
  private readonly open: Set<number>;
  private readonly start: number;
  private readonly end: number;
  private readonly targets: readonly Target[];
  /** The first stream of pictures; -1 without one. */
  private readonly leader: number;
  /** Seconds at which the copy begins; NaN until that is known. */
  private begin = Number.NaN;
  /** The key picture that would be the first, as far as was read. */
  private first: Packet | null = null;
  private held: TargetPacket[] = [];
  /** Seconds up to which the pictures that were read are shown. */
  private shownUntil = Number.NEGATIVE_INFINITY;
  /** Streams whose first packet has come out. */
  private readonly begun = new Set<number>();
  /** Packets by stream that are shown at the end or later, until one follows that is shown before it. */
  private readonly late: TargetPacket[][];

  /** Of `range`, seconds from where to where. */
  constructor([start, end]: readonly [number, number], targets: readonly Target[]) {
    this.start = start;
    this.end = end;
    this.targets = targets;
    this.open = new Set(targets.keys());
    this.late = targets.map(() => []);
    this.leader = targets.findIndex(({ kind }) => kind === 'video');
    if (this.leader < 0) this.begin = start;
  }

  /** Whether all that is still to be read lies behind the end. */
  get isDone(): boolean {
    return this.open.size === 0;
  }

  /** Packets of one stream, in decoding order. Returns those that may be written now, of any streams, in order. */
  take(target: number, packets: readonly Packet[]): TargetPacket[] {
    const out: TargetPacket[] = [];
    for (const packet of packets) {
      if (Number.isNaN(this.begin)) {
        if (target === this.leader) this.lookAt(packet);
        if (Number.isNaN(this.begin)) {
          this.held.push({ target, packet });
          continue;
        }
        out.push(...this.release());
      }
      this.pass(target, packet, out);
    }
    return out;
  }

  /** The packets that still wait at the end of the files; nothing where they end before the start. */
  flush(): TargetPacket[] {
    if (!Number.isNaN(this.begin)) return [];
    if (this.first === null || this.shownUntil <= this.start) return [];
    this.beginWith(this.first);
    return this.release();
  }

  /** Finds the key picture to begin with: the last until one is decoded behind the start. */
  private lookAt(packet: Packet): void {
    const { timeBase } = this.targets[this.leader]!;
    this.shownUntil = Math.max(this.shownUntil, toSeconds(packet.pts + packet.duration, timeBase));
    if (this.first !== null && toSeconds(packet.dts, timeBase) > this.start) {
      this.beginWith(this.first);
      return;
    }
    if (!packet.isKey) return;
    const seconds = toSeconds(packet.pts, timeBase);
    if (this.first !== null && seconds > this.start) return;
    this.first = packet;
    // Nothing shown before it is needed any more.
    this.held = this.held.filter(({ target, packet: { pts } }) => {
      return target !== this.leader && toSeconds(pts, this.targets[target]!.timeBase) >= seconds;
    });
  }

  private beginWith({ pts }: Packet): void {
    this.begin = toSeconds(pts, this.targets[this.leader]!.timeBase);
  }

  private release(): TargetPacket[] {
    const out: TargetPacket[] = [];
    for (const { target, packet } of this.held) this.pass(target, packet, out);
    this.held = [];
    return out;
  }

  /** Adds the packet to `out`, moved, if it lies in the stretch. */
  private pass(target: number, packet: Packet, out: TargetPacket[]): void {
    const { timeBase } = this.targets[target]!;
    if (toSeconds(packet.dts, timeBase) >= this.end) this.open.delete(target);
    if (!this.open.has(target)) return;
    const ticks = rescale(Math.round(1e6 * this.begin), MICROSECONDS, timeBase);
    // Pictures that follow the first and are shown before it may refer to what is left out.
    if (packet.pts < ticks || (!packet.isKey && !this.begun.has(target))) return;
    this.begun.add(target);
    const late = this.late[target]!;
    late.push({ target, packet: { ...packet, pts: packet.pts - ticks, dts: packet.dts - ticks } });
    if (toSeconds(packet.pts, timeBase) < this.end) out.push(...late.splice(0));
  }
}
