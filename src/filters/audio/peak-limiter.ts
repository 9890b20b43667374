/**
 * A limiter that no sample passes: the gain falls before a peak comes, without a step, and rises again slowly. The gain that each sample
 * needs goes through a sliding minimum over the look-ahead, a release, and a mean over the same length, which keeps it at or below what
 * every sample in reach needs (a mean of numbers that are all low enough).
 */

/** Look-ahead and release in seconds. */
const LOOK_AHEAD = 0.01;
const RELEASE = 0.1;

/** Limits sound of a fixed number of channels. The output is `delay` samples late. */
export class PeakLimiter {
  /** Samples that the output is late. */
  readonly delay: number;
  private readonly ceiling: number;
  private readonly release: number;
  private readonly length: number;
  private readonly delayed: readonly Float64Array[];
  /** The sliding minimum: needed gains that no later one is below, and when they came; a ring from `first` on. */
  private readonly minima: Float64Array;
  private readonly times: Float64Array;
  private first = 0;
  private count = 0;
  private time = 0;
  private released = 1;
  private readonly means: Float64Array;
  private meanSum: number;
  private place = 0;

  /** @param ceiling largest magnitude that may come out */
  constructor(ceiling: number, sampleRate: number, channels: number) {
    this.ceiling = ceiling;
    this.length = Math.max(2, Math.round(LOOK_AHEAD * sampleRate));
    this.delay = this.length - 1;
    this.release = 1 / (RELEASE * sampleRate);
    this.delayed = Array.from({ length: channels }, () => new Float64Array(this.delay));
    this.minima = new Float64Array(this.length + 1);
    this.times = new Float64Array(this.length + 1);
    this.means = new Float64Array(this.length).fill(1);
    this.meanSum = this.length;
  }

  /** Limits `count` samples of each channel in place. */
  run(channels: readonly Float64Array[], count: number): void {
    for (let i = 0; i < count; i++) {
      let highest = 0;
      for (let c = 0; c < channels.length; c++) {
        const magnitude = Math.abs(channels[c][i]);
        if (magnitude > highest) highest = magnitude;
      }
      const gain = this.next(highest > this.ceiling ? this.ceiling / highest : 1);
      const at = this.time % this.delay;
      for (let c = 0; c < channels.length; c++) {
        const line = this.delayed[c];
        const late = line[at];
        line[at] = channels[c][i];
        channels[c][i] = late * gain;
      }
      this.time++;
    }
  }

  /** The gain for the sample that leaves now, where the one that comes in needs `needed`. */
  private next(needed: number): number {
    const { minima, times } = this;
    const size = minima.length;
    while (this.count > 0 && minima[(this.first + this.count - 1) % size] >= needed) this.count--;
    const last = (this.first + this.count) % size;
    minima[last] = needed;
    times[last] = this.time;
    this.count++;
    if (times[this.first] <= this.time - this.length) {
      this.first = (this.first + 1) % size;
      this.count--;
    }
    const risen = this.released + (1 - this.released) * this.release;
    this.released = Math.min(minima[this.first], risen);
    // The sum is of numbers from 0 to 1; it is taken anew each time round, so that roundings do not add up.
    this.meanSum += this.released - this.means[this.place];
    this.means[this.place] = this.released;
    this.place++;
    if (this.place === this.length) {
      this.place = 0;
      this.meanSum = 0;
      for (let i = 0; i < this.length; i++) this.meanSum += this.means[i];
    }
    return Math.min(1, this.meanSum / this.length);
  }
}
