/** `asetpts` and `asettb`: other times for sound, and times in another time base. */
import type { Rational } from '../../base/rational.ts';
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import { rescaleTime, ticksOf } from '../graph/run.ts';
import { rationalOf } from '../language/values.ts';
import { soundInput, soundOf } from './sound.ts';

// biome-ignore format: the order of the values below
const VARIABLES = [
  'FRAME_RATE', 'FR', 'INTERLACED', 'N', 'NB_CONSUMED_SAMPLES', 'NB_SAMPLES', 'S', 'POS', 'PREV_INPTS', 'PREV_INT', 'PREV_OUTPTS',
  'PREV_OUTT', 'PTS', 'SAMPLE_RATE', 'SR', 'STARTPTS', 'STARTT', 'T', 'TB',
] as const;
type Variable = (typeof VARIABLES)[number];

/** Gives frames of sound other times. */
export const ASETPTS: FilterDefinition = {
  name: 'asetpts',
  description: 'computes other times for sound',
  options: [
    { name: 'expr', kind: 'expression', default: 'PTS', description: 'the time, in ticks' },
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const link = soundInput(setup);
    const expression = setup.options.expression('expr', { variables: VARIABLES });
    const tick = link.timeBase[0] / link.timeBase[1];
    const v = new Float64Array(VARIABLES.length).fill(Number.NaN);
    const set = (values: Partial<Record<Variable, number>>) => {
      for (const [name, value] of Object.entries(values)) {
        v[VARIABLES.indexOf(name as Variable)] = value;
      }
    };
    set({ SAMPLE_RATE: link.sampleRate, SR: link.sampleRate, TB: tick });
    let consumed = 0;
    let started = false;
    return {
      push(_, given) {
        const frame = soundOf(given);
        const t = frame.pts * tick;
        if (!started) set({ STARTPTS: frame.pts, STARTT: t });
        started = true;
        set({ N: consumed, NB_CONSUMED_SAMPLES: consumed, PTS: frame.pts, T: t });
        set({ NB_SAMPLES: frame.numSamples, S: frame.numSamples });
        const pts = ticksOf(expression.evaluate(v));
        set({ PREV_INPTS: frame.pts, PREV_INT: t, PREV_OUTPTS: pts, PREV_OUTT: pts * tick });
        consumed += frame.numSamples;
        setup.emit(0, { ...frame, pts });
      },
    };
  },
};

/** Counts times in another time base. */
export const ASETTB: FilterDefinition = {
  name: 'asettb',
  description: 'counts the times of sound in another time base',
  options: [
    {
      name: 'expr',
      aliases: ['tb'],
      kind: 'expression',
      default: 'intb',
      description: 'seconds per tick',
    },
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const variables = ['AVTB', 'intb', 'sr'];
    const v = Float64Array.of(1e-6, link.timeBase[0] / link.timeBase[1], link.sampleRate);
    const value = options.expression('expr', { variables }).evaluate(v);
    const timeBase: Rational = rationalOf(value, 0x7fffffff);
    if (!(timeBase[0] > 0 && timeBase[1] > 0)) {
      throw options.error('expr', `the time base is ${value}, allowed are numbers above 0`);
    }
    return {
      outputs: [{ ...link, timeBase }],
      push(_, frame) {
        setup.emit(0, {
          ...soundOf(frame),
          pts: rescaleTime(frame.pts, link.timeBase, timeBase),
        });
      },
    };
  },
};
