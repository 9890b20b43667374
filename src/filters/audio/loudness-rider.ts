/**
 * The dynamic mode of `loudnorm`: a gain that follows loudness. Every 100 ms there is a gain for the 3 s around that moment, which brings the
 * loudness S of what is above the gate of the loudness range in them to target + (S - I), the distance from the loudness I of all so far
 * bounded to half of the range on either side. Quieter moments keep the gain that was. The gains are smoothed by a bell curve over 2 s and go from one to the next in a straight line;
 * a limiter keeps the true peak.
 */

import { exp2 } from '../../base/exp-log.ts';
import { decibelsToGain } from '../../dsp/biquad.ts';
import type { LoudnessMeter } from '../../dsp/loudness.ts';
import { PeakLimiter } from './peak-limiter.ts';

/** Frames of 100 ms: those of the 3 s around a moment that come after it, and those of half of the bell curve. */
const AHEAD = 15;
const BELL = 10;
/** Steps of the meter in a frame, and in 3 s. */
const STEPS = 10;
const WINDOW_STEPS = 300;
/** Decibels. */
const MAX_CORRECTION = 3;
/** How many times the error is taken back, and frames until which that is trusted less. */
const STRENGTH = 2;
const TRUSTED = 100;
/** Frames that wait longer than they need, so that all of a short sound is known before any of it goes. */
const MORE = 8;
/** Frames whose samples wait: the latest gain that one needs is that of BELL + 1 frames later, which needs AHEAD more. */
const WAITING = AHEAD + BELL + 2 + MORE;

/** The goal; levels in LUFS, LU, dBTP. */
export interface RiderOptions {
  readonly sampleRate: number;
  readonly channels: number;
  readonly target: number;
  readonly range: number;
  readonly peak: number;
  /** Loudness of the whole and its gate, if a first pass measured them. */
  readonly measured: number | undefined;
  readonly threshold: number | undefined;
  readonly offset: number;
  /** Loudness of all that came out so far. */
  readonly loudnessOut: () => number;
}

/** Takes what comes out: `count` samples of each channel from `at` on, which may be changed later. */
export type Taker = (channels: readonly Float64Array[], at: number, count: number) => void;

/** Rides the gain of one stream. The caller measures what it writes with `meter` before. */
export class LoudnessRider {
  private readonly meter: LoudnessMeter;
  private readonly options: RiderOptions;
  private readonly frameLength: number;
  private readonly limiter: PeakLimiter;
  /** Samples of the frames that wait, as a ring of frames, and gains in decibels by number of the frame, likewise. */
  private readonly ring: readonly Float64Array[];
  private readonly gains: Float64Array;
  private readonly bell: Float64Array;
  /** Samples of the newest frame that are there; whole frames that came; gains that are known; frames that went. */
  private filled = 0;
  private came = 0;
  private known = 0;
  private went = 0;
  /** Samples that the limiter still owes before the first one comes. */
  private late: number;
  private total = 0;

  constructor(meter: LoudnessMeter, options: RiderOptions) {
    this.meter = meter;
    this.options = options;
    this.frameLength = Math.round(options.sampleRate / 10);
    this.limiter = new PeakLimiter(
      decibelsToGain(options.peak),
      options.sampleRate,
      options.channels,
    );
    this.late = this.limiter.delay;
    this.ring = Array.from(
      { length: options.channels },
      () => new Float64Array(WAITING * this.frameLength),
    );
    this.gains = new Float64Array(2 * WAITING);
    this.bell = Float64Array.from({ length: 2 * BELL + 1 }, (_, i) => {
      const distance = (i - BELL) / 3.5;
      return exp2((-distance * distance * Math.LOG2E) / 2);
    });
    const sum = this.bell.reduce((total, value) => total + value, 0);
    for (let i = 0; i < this.bell.length; i++) this.bell[i] /= sum;
  }

  /** How many samples end the frame that is being filled. */
  get room(): number {
    return this.frameLength - this.filled;
  }

  /** Takes `count` samples of each channel, at most `room`, and gives what is ready. */
  write(channels: readonly Float64Array[], count: number, take: Taker): void {
    const at = (this.came % WAITING) * this.frameLength + this.filled;
    for (const [c, samples] of channels.entries()) {
      this.ring[c].set(samples.subarray(0, count), at);
    }
    this.filled += count;
    this.total += count;
    if (this.filled < this.frameLength) return;
    this.filled = 0;
    this.came++;
    while (this.known + AHEAD < this.came) this.learn(WINDOW_STEPS);
    while (this.went + BELL + 1 + MORE < this.known) this.give(this.frameLength, take);
  }

  /** Gives all that is left; no more is written. */
  finish(take: Taker): void {
    const frames = this.came + (this.filled > 0 ? 1 : 0);
    // The windows of the last frames end where the sound does; those that would begin before it are of all of it.
    while (this.known < frames + BELL + 1) {
      const missing = Math.max(0, this.known + AHEAD + 1 - frames);
      this.learn(Math.max(STEPS, WINDOW_STEPS - STEPS * missing));
    }
    this.settleShort();
    while (this.went < this.came) this.give(this.frameLength, take);
    if (this.filled > 0) this.give(this.filled, take);
    // Silence drives out what the limiter holds back.
    for (let left = this.limiter.delay; left > 0; ) {
      const count = Math.min(left, this.frameLength);
      for (const samples of this.ring) samples.fill(0, 0, count);
      this.limit(0, count, take);
      left -= count;
    }
  }

  /** Brings short sound, all of which is known before any of it went, to the target by one gain. */
  private settleShort(): void {
    const { target, offset } = this.options;
    const gain = target + offset - this.meter.integrated;
    if (this.went === 0 && Number.isFinite(gain)) this.gains.fill(gain);
  }

  /** The gain of one more frame, from the loudness of the last `steps` steps of 10 ms. */
  private learn(steps: number): void {
    const { target, range, measured, threshold, offset } = this.options;
    // The gate of the range lies 10 LU below that of the whole.
    const gate = Math.max(-70, (threshold ?? this.meter.threshold) - 10);
    const around = this.meter.loudnessOfLastAbove(steps, gate);
    const integrated = this.meter.integrated;
    const whole = measured ?? (Number.isFinite(integrated) ? integrated : around);
    const last = this.known === 0 ? target - whole + offset : this.gainOf(this.known - 1);
    const distance = Math.max(-range / 2, Math.min(range / 2, around - whole));
    const wanted = around > gate ? target + distance - around + offset + this.correction() : last;
    this.gains[this.known % this.gains.length] = Number.isFinite(wanted) ? wanted : 0;
    this.known++;
  }

  /**
   * What brings the whole nearer to the target again, where loud and quiet moments did not weigh the same. Choice: twice the error, at
   * most MAX_CORRECTION, and less at first. At a target of -16 LUFS, EBU 3341-3, 3341-5 and 3342-2 then miss by 0.28, 0.24 and 0.77 LU, and come
   * out with a range of 5.4, 7.3 and 3.2 LU (ffmpeg 5.1: 0.36, 0.70 and 1.65; 7.5, 7.0 and 3.4).
   */
  private correction(): number {
    const { target, offset, loudnessOut } = this.options;
    const error = target + offset - loudnessOut();
    if (!Number.isFinite(error)) return 0;
    const trust = Math.min(1, this.went / TRUSTED);
    return trust * Math.max(-MAX_CORRECTION, Math.min(MAX_CORRECTION, STRENGTH * error));
  }

  private gainOf(frame: number): number {
    return this.gains[frame % this.gains.length];
  }

  /** The smoothed gain at the beginning of a frame. */
  private smoothed(frame: number): number {
    let sum = 0;
    for (let i = -BELL; i <= BELL; i++) {
      // Before the first frame there is its gain.
      sum += this.bell[i + BELL] * this.gainOf(Math.max(0, frame + i));
    }
    return decibelsToGain(sum);
  }

  private give(count: number, take: Taker): void {
    const from = this.smoothed(this.went);
    const to = this.smoothed(this.went + 1);
    const at = (this.went % WAITING) * this.frameLength;
    for (const samples of this.ring) {
      for (let i = 0; i < count; i++) {
        samples[at + i] *= from + ((to - from) * i) / this.frameLength;
      }
    }
    this.went++;
    this.limit(at, count, take);
  }

  private limit(at: number, count: number, take: Taker): void {
    const parts = this.ring.map((samples) => samples.subarray(at, at + count));
    this.limiter.run(parts, count);
    const skipped = Math.min(this.late, count);
    this.late -= skipped;
    if (skipped < count) take(this.ring, at + skipped, count - skipped);
  }
}
