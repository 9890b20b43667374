/** Gains of `dynaudnorm`: one for each frame and channel, smoothed over the frames around it. */
import { bounded } from './peak-compressor.ts';

/** How gains are found. */
export interface GainOptions {
  /** Weights of the frames around a frame, odd in number, their sum 1. */
  readonly bell: Float64Array;
  readonly channels: number;
  /** Peak that is wanted. */
  readonly peak: number;
  readonly largest: number;
  /** Level that is wanted; 0 if it does not matter. */
  readonly level: number;
  /** Whether all channels have the same gain. */
  readonly coupled: boolean;
  /** Whether beyond the ends there are the gains of the first and last frame, else 1. */
  readonly keepsEnds: boolean;
  /** Frames with lower peaks keep the gain that was. */
  readonly threshold: number;
}

/** Takes frames, and applies the smoothed gains to them later, in the same order. */
export class FrameGains {
  private readonly options: GainOptions;
  private readonly half: number;
  /** Channel => gains of the last frames, of which the first is number `base`. */
  private readonly gains: number[][];
  private readonly before: Float64Array;
  private readonly last: Float64Array;
  /** Frames that came; frames whose gain was applied. */
  count = 0;
  private applied = 0;
  private base = 0;
  private isFinished = false;

  constructor(options: GainOptions) {
    const newLists = () => Array.from({ length: options.channels }, (): number[] => []);
    this.options = options;
    this.half = (options.bell.length - 1) / 2;
    this.gains = newLists();
    this.before = new Float64Array(options.channels).fill(Number.NaN);
    this.last = new Float64Array(options.channels).fill(1);
  }

  /** A frame of `count` samples of each channel. */
  add(arrays: readonly Float64Array[], count: number): void {
    const { coupled } = this.options;
    const shared = coupled ? this.gainOf(arrays, count, 0) : 1;
    for (let c = 0; c < arrays.length; c++) {
      const gain = coupled ? shared : this.gainOf([arrays[c]], count, c);
      this.gains[c].push(gain);
      this.last[c] = gain;
    }
    this.count++;
  }

  private gainOf(arrays: readonly Float64Array[], count: number, channel: number): number {
    const { peak, largest, level, threshold } = this.options;
    let highest = 0;
    let energy = 0;
    for (const samples of arrays) {
      for (let i = 0; i < count; i++) {
        highest = Math.max(highest, Math.abs(samples[i]));
        energy += samples[i] * samples[i];
      }
    }
    if (highest <= threshold) return threshold > 0 ? this.last[channel] : largest;
    const byPeak = peak / highest;
    const rms = Math.sqrt(energy / (count * arrays.length));
    const wanted = level > 0 ? Math.min(byPeak, level / rms) : byPeak;
    // Not cut: gains near the largest are bent, as in ffmpeg.
    return bounded(largest, wanted);
  }

  /** No more frames come. */
  finish(): void {
    this.isFinished = true;
  }

  /** Whether the gain of the next frame can be known: the minimum and the bell curve both look `half` frames ahead. */
  get isReady(): boolean {
    return (
      this.applied < this.count && (this.isFinished || this.applied + 2 * this.half < this.count)
    );
  }

  /** Applies the gains of the next frame to it. */
  apply(arrays: readonly Float64Array[], count: number): void {
    for (const [c, samples] of arrays.entries()) {
      const gain = this.smoothed(c);
      const from = Number.isNaN(this.before[c]) ? gain : this.before[c];
      this.before[c] = gain;
      for (let i = 0; i < count; i++) samples[i] *= from + ((gain - from) * i) / count;
    }
    this.applied++;
    const unused = this.applied - 2 * this.half - this.base;
    if (unused > 0) {
      for (const list of this.gains) list.splice(0, unused);
      this.base += unused;
    }
  }

  private smoothed(channel: number): number {
    const { bell } = this.options;
    let sum = 0;
    for (let i = 0; i < bell.length; i++) {
      sum += bell[i] * this.minimum(channel, this.applied + i - this.half);
    }
    return sum;
  }

  /** The smallest gain of the frames around one. */
  private minimum(channel: number, frame: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = frame - this.half; i <= frame + this.half; i++) {
      least = Math.min(least, this.gain(channel, i));
    }
    return least;
  }

  private gain(channel: number, frame: number): number {
    const list = this.gains[channel];
    if (frame >= 0 && frame < this.count) return list[frame - this.base] ?? list[0];
    const nearest = frame < 0 ? list[0] : list[list.length - 1];
    return this.options.keepsEnds ? nearest : Math.min(1, nearest);
  }
}
