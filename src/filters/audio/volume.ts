/**
 * `volume`: sound times a gain. In integers it is counted in parts of 256 and rounded to the nearest:
 * (sample · round(256·gain) + 128) >> 8, clamped; floats are multiplied in their own precision.
 */
import type { AudioFrame } from '../../frames/frame.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import { sampleFmtInfo } from '../../frames/sample-format.ts';
import {
  AUDIO_PAD,
  type FilterDefinition,
  type FilterSetup,
  sameAudio,
} from '../definition/filter.ts';
import { choice, flag, number } from './option-kinds.ts';
import { formatOfLink, newSound, soundInput, soundOf } from './sound.ts';

const FORMATS: readonly (readonly SampleFmt[])[] = [
  ['u8', 'u8p', 's16', 's16p', 's32', 's32p'],
  ['flt', 'fltp'],
  ['dbl', 'dblp'],
];
const FIXED = 0;

// biome-ignore format: the order of the values below
const VARIABLES = [
  'n', 'nb_channels', 'nb_consumed_samples', 'nb_samples', 'pos', 'pts', 'sample_rate', 'startpts', 'startt', 't', 'tb', 'volume',
];
const [N, NB_CHANNELS, NB_CONSUMED, NB_SAMPLES, , PTS, RATE, STARTPTS, STARTT, T, TB, VOLUME] =
  Array.from(VARIABLES.keys());

/** Makes sound louder or quieter. */
export const VOLUME_FILTER: FilterDefinition = {
  name: 'volume',
  description: 'makes sound louder or quieter',
  options: [
    {
      name: 'volume',
      kind: 'expression',
      default: '1.0',
      description: 'the gain: a number, decibels (6dB), or an expression of the time',
    },
    choice('precision', ['fixed', 'float', 'double'], 'how samples are multiplied', {
      default: 'float',
    }),
    choice('eval', ['once', 'frame'], 'when the gain is worked out', { default: 'once' }),
    choice('replaygain', ['drop', 'ignore'], 'has no effect: frames carry none', {
      default: 'drop',
    }),
    number('replaygain_preamp', -15, 15, 'has no effect', { default: '0' }),
    flag('replaygain_noclip', 'has no effect', { default: '1' }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  timeline: true,
  formats: (options) => sameAudio({ sampleFmts: FORMATS[options.number('precision')] }),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const gainOf = gainExpression(setup);
    const isFixed = options.number('precision') === FIXED;
    const once = options.number('eval') === 0;
    let gain = once ? gainOf(null) : Number.NaN;
    if (once && Number.isNaN(gain)) {
      throw options.error('volume', 'the gain is no number before the first frame; use eval=frame');
    }
    return {
      push(_, given) {
        const frame = soundOf(given);
        if (!once) gain = gainOf(frame) || 0;
        const steps = Math.floor(gain * 256 + 0.5);
        if (isFixed ? steps === 256 : gain === 1) {
          setup.emit(0, frame);
          return;
        }
        const out = newSound(formatOfLink(link), frame.numSamples, frame.pts);
        scaleSound(frame, out, isFixed ? steps : gain);
        setup.emit(0, out);
      },
    };
  },
};

/** The gain before the first frame (null) or for a frame. */
function gainExpression(setup: FilterSetup): (frame: AudioFrame | null) => number {
  const link = soundInput(setup);
  const expression = setup.options.expression('volume', { variables: VARIABLES });
  const tick = link.timeBase[0] / link.timeBase[1];
  const v = new Float64Array(VARIABLES.length).fill(Number.NaN);
  v[NB_CHANNELS] = link.layout.numChannels;
  v[RATE] = link.sampleRate;
  v[TB] = tick;
  return (frame) => {
    if (frame !== null) {
      if (Number.isNaN(v[STARTPTS])) {
        v.set([0], N);
        v[STARTPTS] = frame.pts;
        v[STARTT] = frame.pts * tick;
        v[NB_CONSUMED] = 0;
      } else {
        v[N]++;
        v[NB_CONSUMED] += v[NB_SAMPLES];
      }
      v[NB_SAMPLES] = frame.numSamples;
      v[PTS] = frame.pts;
      v[T] = frame.pts * tick;
    }
    v[VOLUME] = expression.evaluate(v);
    return v[VOLUME];
  };
}

/** Times `gain`, or, for integers, times `gain` / 256. */
function scaleSound(frame: AudioFrame, out: AudioFrame, gain: number): void {
  const { kind, planar } = sampleFmtInfo(frame.sampleFmt);
  const count = frame.numSamples * (planar ? 1 : frame.numChannels);
  for (const [p, { data, offset }] of frame.planes.entries()) {
    const target = out.planes[p].data;
    switch (kind) {
      case 'u8':
        scaleU8(data as Uint8Array, offset, target as Uint8Array, count, gain);
        break;
      case 's16':
        scaleS16(data as Int16Array, offset, target as Int16Array, count, gain);
        break;
      case 's32':
        scaleS32(data as Int32Array, offset, target as Int32Array, count, gain);
        break;
      case 'flt':
        scaleFlt(data as Float32Array, offset, target as Float32Array, count, Math.fround(gain));
        break;
      default:
        scaleDbl(data as Float64Array, offset, target as Float64Array, count, gain);
    }
  }
}

function scaleU8(from: Uint8Array, at: number, to: Uint8Array, count: number, steps: number): void {
  for (let i = 0; i < count; i++) {
    const value = Math.floor(((from[at + i] - 128) * steps + 128) / 256) + 128;
    to[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

function scaleS16(
  from: Int16Array,
  at: number,
  to: Int16Array,
  count: number,
  steps: number,
): void {
  for (let i = 0; i < count; i++) {
    const value = Math.floor((from[at + i] * steps + 128) / 256);
    to[i] = value < -32768 ? -32768 : value > 32767 ? 32767 : value;
  }
}

function scaleS32(
  from: Int32Array,
  at: number,
  to: Int32Array,
  count: number,
  steps: number,
): void {
  for (let i = 0; i < count; i++) {
    const value = Math.floor((from[at + i] * steps + 128) / 256);
    to[i] = value < -2147483648 ? -2147483648 : value > 2147483647 ? 2147483647 : value;
  }
}

function scaleFlt(
  from: Float32Array,
  at: number,
  to: Float32Array,
  count: number,
  gain: number,
): void {
  for (let i = 0; i < count; i++) to[i] = from[at + i] * gain;
}

function scaleDbl(
  from: Float64Array,
  at: number,
  to: Float64Array,
  count: number,
  gain: number,
): void {
  for (let i = 0; i < count; i++) to[i] = from[at + i] * gain;
}
