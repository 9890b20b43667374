/** The times of pictures: numbers of frames at a constant rate, or any ticks of a clock. */
import { ConfigError } from '../../../base/errors.ts';
import { equalRationals, inverse, type Rational } from '../../../base/rational.ts';

/** Pictures whose times are ticks of a clock, not numbers of frames. */
export interface Clock {
  /** Seconds per tick. */
  readonly timeBase: Rational;
  /** Frame times, at the frame rate, in a tick; rate control counts in them. */
  readonly framesPerTick: number;
  /** Whether somebody said at what rate pictures come on average. */
  readonly isRateKnown: boolean;
}

/** No level allows more frames per second (1 ÷ fR, clause A.3.1 a): a rate above is meant for a clock. */
const MAX_FRAME_RATE = 300;

/** The rate that is assumed of pictures whose rate nobody knows. */
const USUAL_FRAME_RATE: Rational = [25, 1];

/** time_scale is twice the ticks of a second, in 32 bits (clause E.2.1). */
const MAX_TICKS_PER_SECOND = 0x7fffffff;

/** The rate that level and rate control go by, and the clock; undefined where pictures come at that rate. */
export function resolveClock(
  at: string,
  frameRate: Rational,
  timeBase: Rational | undefined,
): { readonly frameRate: Rational; readonly clock: Clock | undefined } {
  const isRateKnown = frameRate[0] <= MAX_FRAME_RATE * frameRate[1];
  const tick = timeBase ?? inverse(frameRate);
  if (isRateKnown && equalRationals(tick, inverse(frameRate))) {
    return { frameRate, clock: undefined };
  }
  if (tick[1] > MAX_TICKS_PER_SECOND * tick[0]) {
    throw new ConfigError(`${at}.timeBase`, `got ${tick.join('/')}, allowed from 1/2147483647`);
  }
  const rate = isRateKnown ? frameRate : USUAL_FRAME_RATE;
  const framesPerTick = (rate[0] * tick[0]) / (rate[1] * tick[1]);
  return { frameRate: rate, clock: { timeBase: tick, framesPerTick, isRateKnown } };
}
