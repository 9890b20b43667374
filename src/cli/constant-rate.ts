/**
 * Pictures at a constant rate, as ffmpeg's `-fps_mode cfr` makes them: a picture that comes more than a frame late is given again before it or
 * fills the gap itself, one that comes more than a frame early is left out. Formats without times of pictures get them so.
 */
import { type Rational, rescale } from '../base/rational.ts';
import { type VideoFrame, VideoFrames } from '../frames/index.ts';

/** The ways to treat the times of pictures. */
export const FPS_MODES = ['auto', 'passthrough', 'cfr', 'vfr'] as const;

/** Formats whose pictures have no times but that of their place. */
const TIMELESS: readonly string[] = ['y4m', 'rawvideo'];

/** Half a frame more or less is no gap; so much is. */
const SLACK = 1.1;
/** A gap is filled with the picture before it but for the last frame and this much. */
const OWN_SHARE = 0.6;
/** The largest file that a gap may fill: a day at 25 pictures per second. */
const MOST_REPEATED = 25 * 86_400;

/** The pacer of a track; null where its pictures keep their times. */
export function constantRateOf(
  mode: string | undefined,
  format: string,
  frameRate: Rational | undefined,
): ConstantRate | null {
  const isConstant = mode === 'cfr' || ((mode ?? 'auto') === 'auto' && TIMELESS.includes(format));
  return isConstant && frameRate !== undefined ? new ConstantRate(frameRate) : null;
}

/** Gives pictures out one a frame. */
export class ConstantRate {
  private readonly frameRate: Rational;
  /** The frame that comes next; NaN before the first. */
  private next = Number.NaN;
  private last: VideoFrames | null = null;
  /** How often a picture was given again for each of the last three, the newest first. */
  private readonly repeats = [0, 0, 0];

  constructor(frameRate: Rational) {
    this.frameRate = frameRate;
  }

  /** Pictures in, in order; out come those that have a place. */
  push(frames: VideoFrames): VideoFrames {
    const placed: VideoFrame[] = [];
    for (const [i, frame] of frames.frames.entries()) {
      const [again, count] = this.countsOf(frame.pts, frames.timeBase);
      const before = this.last?.frames[0] ?? frame;
      for (let k = 0; k < count; k++) placed.push(this.place(k < again ? before : frame, frames));
      this.repeats.unshift(Math.min(again, count));
      this.repeats.pop();
      this.last = frames.slice(i, i + 1);
    }
    return framesLike(frames, placed);
  }

  /** What the end repeats: as often as the pictures before it were. */
  flush(): VideoFrames | null {
    const { last } = this;
    if (last === null) return null;
    this.last = null;
    const count = [...this.repeats].sort((a, b) => a - b)[1]!;
    const [frame] = last.frames;
    return framesLike(
      last,
      Array.from({ length: count }, () => this.place(frame!, last)),
    );
  }

  /** How often the picture before this one is given again, and how many come in all. */
  private countsOf(pts: number, timeBase: Rational): readonly [again: number, count: number] {
    const [num, den] = this.frameRate;
    const place = (pts * timeBase[0] * num) / (timeBase[1] * den);
    // What was before the first picture stays empty; one that is early has place 0.
    if (Number.isNaN(this.next)) this.next = place >= 0.5 ? Math.round(place) : 0;
    const late = place - this.next;
    if (late + 1 < -SLACK) return [0, 0];
    if (late + 1 <= SLACK) return [0, 1];
    const again = late > SLACK ? Math.round(late - OWN_SHARE) : 0;
    return [again, Math.min(MOST_REPEATED, Math.round(late + 1))];
  }

  /** The picture at the next place. */
  private place(frame: VideoFrame, { timeBase }: VideoFrames): VideoFrame {
    const [num, den] = this.frameRate;
    return { ...frame, pts: rescale(this.next++, [den, num], timeBase) };
  }
}

function framesLike(
  { pixFmt, width, height, numPlanes, timeBase }: VideoFrames,
  frames: readonly VideoFrame[],
): VideoFrames {
  return new VideoFrames(frames, { pixFmt, width, height, numPlanes, timeBase });
}
