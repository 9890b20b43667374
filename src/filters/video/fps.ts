/** `fps`: a constant frame rate, by leaving pictures out and giving others again. */
import { inverse, type Rational, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { rationalOf } from '../language/values.ts';
import { picture, videoLink } from '../pixels/picture-work.ts';

/** Ways to round a time: `zero` is 0 … as ffmpeg numbers them. */
const ROUNDING = { zero: 0, inf: 1, down: 2, up: 3, near: 5 } as const;

/** At a higher rate, repetitions of one picture would fill memory before the next one comes. */
const MAX_RATE = 1_000_000;

const VARIABLES = ['source_fps', 'ntsc', 'pal', 'film', 'ntsc_film'];

/** `pts` in another time base, rounded as asked for. */
function rescaleRounded(pts: number, from: Rational, to: Rational, rounding: number): number {
  if (rounding === ROUNDING.near) return rescale(pts, from, to);
  const num = BigInt(pts) * BigInt(from[0]) * BigInt(to[1]);
  const den = BigInt(from[1]) * BigInt(to[0]);
  const quotient = num / den;
  if (num % den === 0n) return Number(quotient);
  const negative = num < 0n;
  const away =
    rounding === ROUNDING.inf ||
    (rounding === ROUNDING.down && negative) ||
    (rounding === ROUNDING.up && !negative);
  return Number(quotient) + (away ? (negative ? -1 : 1) : 0);
}

/** Makes the frame rate constant. */
export const FPS: FilterDefinition = {
  name: 'fps',
  description: 'makes the frame rate constant by dropping and repeating pictures',
  options: [
    { name: 'fps', kind: 'expression', default: '25', description: 'frames per second' },
    { name: 'start_time', kind: 'number', description: 'time of the first picture, in seconds' },
    {
      name: 'round',
      kind: 'choice',
      default: 'near',
      choices: ROUNDING,
      description: 'how times are rounded',
    },
    {
      name: 'eof_action',
      kind: 'choice',
      default: 'round',
      choices: { round: 0, pass: 1 },
      description: 'how the end is rounded: as other times, or up',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const frameRate = rateOf(options, link);
    const timeBase = inverse(frameRate);
    const rounding = options.number('round');
    const endRounding = options.number('eof_action') === 1 ? ROUNDING.up : rounding;
    const startTime = options.optionalNumber('start_time');
    const startMicros = startTime === undefined ? 0 : Math.round(startTime * 1e6);
    const inOffset = rescale(startMicros, [1, 1_000_000], link.timeBase);
    const outOffset = rescale(startMicros, [1, 1_000_000], timeBase);
    const convert = (pts: number, mode: number): number =>
      outOffset + rescaleRounded(pts - inOffset, link.timeBase, timeBase, mode);
    const waiting: VideoFrame[] = [];
    let held: VideoFrame | undefined;
    let heldPts = 0;
    let next = startTime === undefined ? Number.NaN : outOffset;
    /** The end time; NaN until it is known. */
    let end = Number.NaN;
    /** How far the picture that is held lasts; NaN where that is not known yet. */
    const until = (): number => (waiting.length > 0 ? convert(waiting[0]!.pts, rounding) : end);
    /** Takes in what waits, up to the next picture that is given out; with the end, finishes. */
    const advance = (): void => {
      while (waiting.length > 0 && (held === undefined || next >= until())) {
        heldPts = until();
        held = waiting.shift()!;
        if (Number.isNaN(next)) next = heldPts;
      }
      if (waiting.length === 0 && (next >= end || (held === undefined && !Number.isNaN(end)))) {
        setup.finish(0, end);
      }
    };
    return {
      outputs: [{ ...link, timeBase, frameRate }],
      push(_, frame) {
        if (Number.isNaN(frame.pts)) return;
        waiting.push(picture(frame));
        advance();
      },
      // One picture at a time, as the sink asks for them: a gap may be as long as the stream.
      pull() {
        if (held === undefined || !(next < until())) return false;
        setup.emit(0, { ...held, pts: next++ });
        advance();
        return true;
      },
      end(_, pts) {
        // As in ffmpeg, the end is not counted from the start time.
        end = Number.isNaN(pts)
          ? heldPts + 1
          : rescaleRounded(pts, link.timeBase, timeBase, endRounding);
        advance();
      },
    };
  },
};

/** The frame rate that is asked for. */
function rateOf(options: OptionValues, link: VideoLink): Rational {
  const [num, den] = link.frameRate;
  const source = num > 0 && den > 0 ? num / den : Number.NaN;
  const rates = Float64Array.of(source, 30000 / 1001, 25, 24, 24000 / 1001);
  const value = options.expression('fps', { variables: VARIABLES }).evaluate(rates);
  const frameRate = rationalOf(value, 0x7fffffff);
  if (!(value > 0 && value <= MAX_RATE) || frameRate[0] < 1 || frameRate[1] < 1) {
    throw options.error(
      'fps',
      `the frame rate is ${value}, allowed are numbers above 0, at most ${MAX_RATE}`,
    );
  }
  return frameRate;
}
