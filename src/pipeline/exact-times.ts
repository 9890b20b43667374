/**
 * Times of sound that is copied from a file that counts in coarse ticks. Matroska's milliseconds make frames of 1024 samples
 * last 23 or 24 ms: taken over as they are, every frame of the copy would last another number of samples. Codecs whose frames
 * say how long they are set the times again, as long as what the file states is a rounding of them.
 */
import type { AudioStreamInfo, Packet } from '../base/packet.ts';
import type { Rational } from '../base/rational.ts';
import { samplesInFrame } from '../containers/config/frame-duration.ts';
import { shownAt } from './stream-times.ts';

/** Times of one stream, packet by packet. */
export class ExactTimes {
  private readonly stream: AudioStreamInfo;
  /** The time at which the next packet begins, in ticks of the new file, not rounded; not a number before the first. */
  private expected = Number.NaN;
  private lastStated = Number.NEGATIVE_INFINITY;
  private lastExact = Number.NEGATIVE_INFINITY;

  constructor(stream: AudioStreamInfo) {
    this.stream = stream;
  }

  /**
   * `packet`, which is in ticks of `to`, with its exact times: itself if its stated time is no rounding of them, if its codec
   * does not know how long it is, or if the ticks of the old file, `from`, are fine enough.
   */
  place(packet: Packet, from: Rational, to: Rational): Packet {
    const tick = (from[0] * to[1]) / (from[1] * to[0]);
    const duration = tick > 1 ? this.ticksOf(packet, to) : 0;
    const { pts } = packet;
    if (duration === 0 || packet.dts !== pts || pts < this.lastStated) {
      this.expected = Number.NaN;
      return packet;
    }
    this.lastStated = pts;
    if (Number.isNaN(this.expected)) this.expected = this.startOf(pts, tick, to);
    // Some files round, some cut off: the first time and this one may be wrong by a tick together.
    const isRounding = Math.abs(pts - this.expected) <= tick;
    const begin = Math.max(isRounding ? this.expected : pts, this.lastExact);
    const exact = Math.round(begin);
    this.lastExact = exact;
    this.expected = begin + duration;
    // A last packet may be cut: it lasts as long as the file says.
    const isCut = packet.duration > 0 && packet.duration < duration - tick;
    return shownAt(packet, exact, isCut ? packet.duration : Math.round(begin + duration) - exact);
  }

  /** How long the packet is, in ticks of `to`, not rounded; 0 if it does not say. */
  private ticksOf({ data }: Packet, [num, den]: Rational): number {
    return (samplesInFrame(this.stream, data) * den) / (num * this.stream.sampleRate);
  }

  /** Time of the first packet: that of the encoder's delay, which is known exactly, if the stated one is a rounding of it. */
  private startOf(pts: number, tick: number, [num, den]: Rational): number {
    const { priming, sampleRate } = this.stream;
    const start = 0 - (priming * den) / (num * sampleRate);
    return Number.isInteger(start) && Math.abs(start - pts) <= tick ? start : pts;
  }
}
