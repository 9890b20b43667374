/** A list of pictures of one format and size with their time base: what goes into an encoder or a filter graph. */
import { ConfigError } from '../base/errors.ts';
import { type Rational, toSeconds } from '../base/rational.ts';
import type { Timed, VideoFrame } from './frame.ts';
import type { PixFmt } from './pixel-format.ts';

/** Immutable. The pictures refer to samples that somebody else owns; slices and clones refer to the same ones. */
export class VideoFrames implements Timed, Iterable<VideoFrame> {
  readonly kind = 'video';
  readonly frames: readonly VideoFrame[];
  readonly pixFmt: PixFmt;
  readonly width: number;
  readonly height: number;
  readonly numPlanes: number;
  /** Seconds per tick of the times of the pictures. */
  readonly timeBase: Rational;
  /** The picture of that number; undefined if there is none. `at` counts from the end too. */
  readonly [index: number]: VideoFrame;

  /** All `frames` must have the format and size that `description` says; there may be none. */
  constructor(
    frames: readonly VideoFrame[],
    description: {
      readonly pixFmt: PixFmt;
      readonly width: number;
      readonly height: number;
      readonly numPlanes: number;
      readonly timeBase: Rational;
    },
  ) {
    this.frames = frames;
    this.pixFmt = description.pixFmt;
    this.width = description.width;
    this.height = description.height;
    this.numPlanes = description.numPlanes;
    this.timeBase = description.timeBase;
    defineIndices(frames.length);
  }

  get numFrames(): number {
    return this.frames.length;
  }

  /** The same, as of an array: `frames[0]` is the first picture. */
  get length(): number {
    return this.frames.length;
  }

  /** Presentation times in ticks of `timeBase`. */
  getPts(): number[] {
    return this.frames.map((frame) => frame.pts);
  }

  /** Presentation times in seconds. */
  getTimestamps(): number[] {
    return this.frames.map((frame) => toSeconds(frame.pts, this.timeBase));
  }

  /** Another list of the same pictures; samples are shared, not copied. */
  clone(): VideoFrames {
    return new VideoFrames([...this.frames], this);
  }

  /** The picture at `index`; negative counts from the end. Throws `ConfigError` if there is none. */
  at(index: number): VideoFrame {
    const frame = Number.isInteger(index) ? this.frames.at(index) : undefined;
    if (frame === undefined) {
      throw new ConfigError(
        'frames.at.index',
        `got ${index}, allowed are ${-this.frames.length}..${this.frames.length - 1}`,
      );
    }
    return frame;
  }

  /** Pictures `start..end - 1` as `Array.prototype.slice` counts them, or every `step`-th of them. */
  slice(start?: number, end?: number, step = 1): VideoFrames {
    if (!Number.isSafeInteger(step) || step < 1) {
      throw new ConfigError('frames.slice.step', `got ${step}, allowed are integers from 1 on`);
    }
    const picked = this.frames.slice(start, end).filter((_, index) => index % step === 0);
    return new VideoFrames(picked, this);
  }

  /** The pictures at `indexes`, in that order; negative ones count from the end, repeats are allowed. */
  select(indexes: readonly number[]): VideoFrames {
    return new VideoFrames(
      indexes.map((index) => this.at(index)),
      this,
    );
  }

  [Symbol.iterator](): Iterator<VideoFrame> {
    return this.frames[Symbol.iterator]();
  }
}

/** How many of the lists' pictures can be had by index so far. */
let definedIndices = 0;

/** Lets lists of up to `count` pictures be read by index: getters that all lists share, so that a list costs nothing. */
function defineIndices(count: number): void {
  for (; definedIndices < count; definedIndices++) {
    const index = definedIndices;
    Object.defineProperty(VideoFrames.prototype, index, {
      get(this: VideoFrames) {
        return this.frames[index];
      },
    });
  }
}
