/** A list of runs of sound of one format with their time base: what goes into an encoder or a filter graph. */
import { type Rational, toSeconds } from '../base/rational.ts';
import type { AudioFrame, Timed } from './frame.ts';
import type { SampleFmt } from './sample-format.ts';

/** Immutable. The runs refer to samples that somebody else owns; clones refer to the same ones. */
export class AudioFrames implements Timed, Iterable<AudioFrame> {
  readonly kind = 'audio';
  readonly frames: readonly AudioFrame[];
  readonly sampleFmt: SampleFmt;
  readonly sampleRate: number;
  readonly numChannels: number;
  /** Seconds per tick of the times of the runs. */
  readonly timeBase: Rational;

  /** All `frames` must have the format that `description` says; there may be none. */
  constructor(
    frames: readonly AudioFrame[],
    description: {
      readonly sampleFmt: SampleFmt;
      readonly sampleRate: number;
      readonly numChannels: number;
      readonly timeBase: Rational;
    },
  ) {
    this.frames = frames;
    this.sampleFmt = description.sampleFmt;
    this.sampleRate = description.sampleRate;
    this.numChannels = description.numChannels;
    this.timeBase = description.timeBase;
  }

  /** Samples per channel, over all runs. */
  get numFrames(): number {
    return this.frames.reduce((sum, frame) => sum + frame.numSamples, 0);
  }

  /** The same: SPDL's `len(frames)`. */
  get length(): number {
    return this.numFrames;
  }

  /** Presentation times of the first sample of each run, in ticks of `timeBase`. */
  getPts(): number[] {
    return this.frames.map((frame) => frame.pts);
  }

  /** Presentation times of the first sample of each run, in seconds. */
  getTimestamps(): number[] {
    return this.frames.map((frame) => toSeconds(frame.pts, this.timeBase));
  }

  /** Another list of the same runs; samples are shared, not copied. */
  clone(): AudioFrames {
    return new AudioFrames([...this.frames], this);
  }

  [Symbol.iterator](): Iterator<AudioFrame> {
    return this.frames[Symbol.iterator]();
  }
}
