/**
 * `sine`: a tone, and, with `beep_factor`, another one for the first 25th of each second. As ffmpeg makes it: the sine is taken from a table
 * of 2^15 values of 16 bits, an eighth of full scale high, the phase is counted in parts of 2^32 of a turn.
 */
import { sinTurns } from '../../dsp/circle.ts';
import { defaultChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, NO_PADS } from '../definition/filter.ts';
import { duration, number } from './option-kinds.ts';
import { MOST_SAMPLES } from './sound.ts';
import { openSource, RATE, sourceFormats } from './sound-source.ts';

const LOG2_PERIOD = 15;
const AMPLITUDE = 4095;
const TURN = 2 ** 32;

const newTable = (): Int16Array =>
  Int16Array.from({ length: 1 << LOG2_PERIOD }, (_, i) =>
    Math.round(AMPLITUDE * sinTurns(i / (1 << LOG2_PERIOD))),
  );

/** Phase that one sample adds, in parts of 2^32 of a turn. */
const stepOf = (frequency: number, sampleRate: number): number =>
  Math.floor((frequency * TURN) / sampleRate + 0.5) % TURN;

/** Makes a tone. */
export const SINE: FilterDefinition = {
  name: 'sine',
  description: 'makes a tone of an eighth of full scale',
  options: [
    number('frequency', 0, Number.MAX_VALUE, 'frequency in Hz', {
      aliases: ['f'],
      default: '440',
    }),
    number('beep_factor', 0, Number.MAX_VALUE, 'frequency of a beep each second, as a multiple', {
      aliases: ['b'],
      default: '0',
    }),
    RATE('44100', 'r'),
    duration('duration', 'how long it goes on; 0 is without an end', {
      aliases: ['d'],
      default: '0',
      min: 0,
    }),
    {
      name: 'samples_per_frame',
      kind: 'expression',
      default: '1024',
      description: 'samples in a frame: an expression of n, pts, t, TB',
    },
  ],
  inputs: NO_PADS,
  outputs: AUDIO_PAD,
  formats: (options) =>
    sourceFormats(['s16'], options.number('sample_rate'), defaultChannelLayout(1)),
  open(setup) {
    const { options } = setup;
    const rate = options.number('sample_rate');
    const table = newTable();
    const step = stepOf(options.number('frequency'), rate);
    const factor = options.number('beep_factor');
    const beepStep = stepOf(options.number('frequency') * factor, rate);
    const beepLength = factor > 0 ? Math.trunc(rate / 25) : 0;
    let phase = 0;
    let beepPhase = 0;
    const fill = ([samples]: readonly Float64Array[], first: number, count: number) => {
      for (let i = 0; i < count; i++) {
        let value = table[Math.floor(phase / 2 ** (32 - LOG2_PERIOD))];
        phase = (phase + step) % TURN;
        if ((first + i) % rate < beepLength) {
          value += 2 * table[Math.floor(beepPhase / 2 ** (32 - LOG2_PERIOD))];
          beepPhase = (beepPhase + beepStep) % TURN;
        }
        samples[i] = value / 32768;
      }
    };
    const variables = ['n', 'pts', 't', 'TB'];
    const length = options.expression('samples_per_frame', { variables });
    let n = 0;
    const frameLength = (first: number): number => {
      const value = length.evaluate(Float64Array.of(n++, first, first / rate, 1 / rate));
      return value >= 1 ? Math.min(MOST_SAMPLES, Math.round(value)) : 1024;
    };
    // 0 means without an end here, where other sources have a number below 0.
    if (options.number('duration') > 0) return openSource(setup, frameLength, fill);
    return openSource(setup, frameLength, fill, Number.POSITIVE_INFINITY);
  },
};
