/** `setpts` and `settb`: other times, and times in another time base. */
import type { Rational } from '../../base/rational.ts';
import { type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import { rescaleTime, ticksOf } from '../graph/run.ts';
import { rationalOf } from '../language/values.ts';
import { picture, videoLink } from '../pixels/picture-work.ts';

// biome-ignore format: the order of the values below
const VARIABLES = [
  'N', 'PTS', 'T', 'PREV_INPTS', 'PREV_INT', 'PREV_OUTPTS', 'PREV_OUTT', 'STARTPTS', 'STARTT', 'TB', 'FRAME_RATE', 'FR',
  'INTERLACED', 'POS', 'NB_CONSUMED_SAMPLES', 'NB_SAMPLES', 'SAMPLE_RATE', 'SR', 'S', 'RTCTIME', 'RTCSTART',
];
const [N, PTS, T, PREV_INPTS, PREV_INT, PREV_OUTPTS, PREV_OUTT, STARTPTS, STARTT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;

/** Gives pictures other times. */
export const SETPTS: FilterDefinition = {
  name: 'setpts',
  description: 'computes other times for pictures',
  options: [
    { name: 'expr', kind: 'expression', default: 'PTS', description: 'the time, in ticks' },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const link = videoLink(setup.inputs[0]);
    const expression = setup.options.expression('expr', { variables: VARIABLES });
    const tick = link.timeBase[0] / link.timeBase[1];
    const rate = link.frameRate[0] > 0 ? link.frameRate[0] / link.frameRate[1] : Number.NaN;
    const v = new Float64Array(VARIABLES.length).fill(Number.NaN);
    v.set([tick, rate, rate, 0], STARTT + 1);
    v[N] = 0;
    const evaluate = (pts: number): number => {
      if (Number.isNaN(v[STARTPTS]!)) {
        v[STARTPTS] = pts;
        v[STARTT] = pts * tick;
      }
      v[PTS] = pts;
      v[T] = pts * tick;
      return ticksOf(expression.evaluate(v));
    };
    return {
      push(_, frame) {
        const pts = evaluate(frame.pts);
        v[PREV_INPTS] = frame.pts;
        v[PREV_INT] = frame.pts * tick;
        v[PREV_OUTPTS] = pts;
        v[PREV_OUTT] = pts * tick;
        v[N]!++;
        setup.emit(0, { ...picture(frame), pts });
      },
      end: (_, pts) => setup.finish(0, evaluate(pts)),
    };
  },
};

/** Table: names that the expression of a time base may use. */
const TB_VARIABLES = ['AVTB', 'intb', 'sr'];

/** Counts times in another time base. */
export const SETTB: FilterDefinition = {
  name: 'settb',
  description: 'counts the times of pictures in another time base',
  options: [
    {
      name: 'expr',
      aliases: ['tb'],
      kind: 'expression',
      default: 'intb',
      description: 'seconds per tick',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const v = Float64Array.of(1e-6, link.timeBase[0] / link.timeBase[1], Number.NaN);
    const value = options.expression('expr', { variables: TB_VARIABLES }).evaluate(v);
    const timeBase: Rational = rationalOf(value, 0x7fffffff);
    if (!(timeBase[0] > 0 && timeBase[1] > 0)) {
      throw options.error('expr', `the time base is ${value}, allowed are numbers above 0`);
    }
    return {
      outputs: [{ ...link, timeBase }],
      push(_, frame) {
        setup.emit(0, { ...picture(frame), pts: rescaleTime(frame.pts, link.timeBase, timeBase) });
      },
    };
  },
};
