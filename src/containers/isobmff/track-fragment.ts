/** The samples of one track that are gathered for a fragment: their bytes, and the columns of `trun`. */
import type { Packet } from '../../base/packet.ts';
import type { RandomAccessEntry } from './boxes-fragments.ts';
import { U32List } from './sample-table.ts';
import { MAX_OBJECT_ROWS } from './syntax.ts';
import type { Mp4Track } from './track.ts';

/** Sample flags, ISOBMFF clause 8.8.3.1: sample_depends_on is 2, on no other. */
export const SYNC_SAMPLE_FLAGS = 0x02000000;
/** Sample flags, ISOBMFF clause 8.8.3.1: sample_depends_on is 1, on others, and sample_is_non_sync_sample is 1. */
export const NON_SYNC_SAMPLE_FLAGS = 0x01010000;

/** The samples of one track that wait for their fragment to end. */
export class TrackFragment {
  readonly track: Mp4Track;
  readonly track_ID: number;
  readonly data: Uint8Array[] = [];
  readonly sizes = new U32List();
  readonly durations = new U32List();
  readonly flags = new U32List();
  readonly compositionOffsets = new U32List();
  /** An entry for each fragment that begins with a key frame; for every second, fourth … of them where there are very many. */
  randomAccess: RandomAccessEntry[] = [];
  bytes = 0;
  firstDts = 0;
  firstPts = 0;
  /** Time after the last sample, in decoding order; a gap between it and the next sample lengthens the last. */
  nextDts = 0;
  private lastDts = 0;
  private lastDuration = 0;
  /** Fragments that were noted for `randomAccess`, and how many of them share an entry. */
  private accessCount = 0;
  private accessStep = 1;

  constructor(track: Mp4Track, track_ID: number) {
    this.track = track;
    this.track_ID = track_ID;
  }

  get isEmpty(): boolean {
    return this.data.length === 0;
  }

  add(packet: Packet): void {
    const { pts, dts, data } = packet;
    const duration = this.track.presentedDuration(packet);
    if (this.isEmpty) {
      this.firstDts = dts;
      this.firstPts = pts;
    } else {
      this.endLast(dts);
      this.firstPts = Math.min(this.firstPts, pts);
    }
    this.data.push(data);
    this.bytes += data.length;
    this.sizes.push(data.length);
    this.durations.push(duration);
    this.flags.push(packet.isKey ? SYNC_SAMPLE_FLAGS : NON_SYNC_SAMPLE_FLAGS);
    this.compositionOffsets.push(pts - dts);
    // A packet that does not know its duration is taken to last as long as the one before.
    if (duration > 0) this.lastDuration = duration;
    this.lastDts = dts;
    this.nextDts = dts + this.lastDuration;
  }

  /** The next sample of the track has this decoding time: the last one lasts until then. */
  endLast(dts: number): void {
    if (this.isEmpty || this.track.pcmFrameBytes > 0) return;
    this.lastDuration = dts - this.lastDts;
    this.nextDts = dts;
    this.durations.set(this.durations.length - 1, this.lastDuration);
  }

  /** Notes where a fragment that begins with a key frame lies: readers need not find each one, and no reader takes more rows. */
  noteAccess(entry: RandomAccessEntry): void {
    if (this.accessCount++ % this.accessStep !== 0) return;
    this.randomAccess.push(entry);
    if (this.randomAccess.length < MAX_OBJECT_ROWS) return;
    this.randomAccess = this.randomAccess.filter((_, i) => i % 2 === 0);
    this.accessStep *= 2;
  }

  clear(): void {
    this.data.length = 0;
    this.bytes = 0;
    for (const list of [this.sizes, this.durations, this.flags, this.compositionOffsets]) {
      list.clear();
    }
  }
}
