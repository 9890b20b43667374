/** `fps`: a constant frame rate, by leaving pictures out and giving others again. */
import { inverse, type Rational, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type FilterDefinition, VIDEO_PAD } from '../filter.ts';
import { rationalOf } from '../language/values.ts';
import { picture, videoLink } from '../pixels/picture-work.ts';

/** Ways to round a time: `zero` is 0 … as ffmpeg numbers them. */
const ROUNDING = { zero: 0, inf: 1, down: 2, up: 3, near: 5 } as const;

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
    const [num, den] = link.frameRate;
    const source = num > 0 && den > 0 ? num / den : Number.NaN;
    const rates = Float64Array.of(source, 30000 / 1001, 25, 24, 24000 / 1001);
    const value = options.expression('fps', { variables: VARIABLES }).evaluate(rates);
    const frameRate = rationalOf(value, 0x7fffffff);
    if (!(value > 0) || frameRate[0] < 1 || frameRate[1] < 1) {
      throw options.error('fps', `the frame rate is ${value}, allowed are numbers above 0`);
    }
    const timeBase = inverse(frameRate);
    const rounding = options.number('round');
    const endRounding = options.number('eof_action') === 1 ? ROUNDING.up : rounding;
    const startTime = options.optionalNumber('start_time');
    const startMicros = startTime === undefined ? 0 : Math.round(startTime * 1e6);
    const inOffset = rescale(startMicros, [1, 1_000_000], link.timeBase);
    const outOffset = rescale(startMicros, [1, 1_000_000], timeBase);
    const convert = (pts: number, mode: number): number =>
      outOffset + rescaleRounded(pts - inOffset, link.timeBase, timeBase, mode);
    let held: VideoFrame | undefined;
    let heldPts = 0;
    let next = startTime === undefined ? Number.NaN : outOffset;
    const repeatUntil = (end: number): void => {
      while (held !== undefined && next < end && setup.isOpen(0)) {
        setup.emit(0, { ...held, pts: next++ });
      }
    };
    return {
      outputs: [{ ...link, timeBase, frameRate }],
      push(_, frame) {
        if (Number.isNaN(frame.pts)) return;
        const pts = convert(frame.pts, rounding);
        if (held === undefined) {
          if (Number.isNaN(next)) next = pts;
        } else repeatUntil(pts);
        held = picture(frame);
        heldPts = pts;
      },
      end(_, pts) {
        // As in ffmpeg, the end is not counted from the start time.
        const end = Number.isNaN(pts)
          ? heldPts + 1
          : rescaleRounded(pts, link.timeBase, timeBase, endRounding);
        repeatUntil(end);
        setup.finish(0, Number.isNaN(pts) ? next : end);
      },
    };
  },
};
