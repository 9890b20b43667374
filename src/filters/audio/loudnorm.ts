/**
 * `loudnorm`: brings sound to a loudness of EBU R 128. With the values of a first pass it is one gain for all (linear), if that keeps to the
 * true peak and the range that are asked for; else the gain follows the loudness around each moment, the range of what comes out is
 * bounded, and a limiter at 192 kHz keeps the true peak (loudness-rider.ts).
 */
import { decibelsToGain, gainToDecibels } from '../../dsp/biquad.ts';
import { LoudnessMeter } from '../../dsp/loudness.ts';
import {
  AUDIO_PAD,
  type FilterDefinition,
  type FilterSetup,
  sameAudio,
} from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { channelWeights } from './ebur128.ts';
import { LoudnessRider } from './loudness-rider.ts';
import { choice, flag, number } from './option-kinds.ts';
import {
  formatOfLink,
  newDoubles,
  readDoubles,
  soundInput,
  soundOf,
  soundOfDoubles,
  ticksOfSamples,
} from './sound.ts';

const CHUNK = 4096;
/** The rate at which samples are true peaks, nearly. */
const PEAK_RATE = 192000;

/** The gain of linear mode in decibels; undefined where that mode cannot be. */
function linearGain(options: OptionValues): number | undefined {
  const wanted = ['measured_I', 'measured_TP', 'measured_LRA', 'measured_thresh'];
  if (!options.boolean('linear') || !wanted.every((name) => options.isSet(name))) return undefined;
  const gain = options.number('I') - options.number('measured_I');
  const peaks = options.number('measured_TP') + gain <= options.number('TP');
  const range = options.number('measured_LRA') <= options.number('LRA');
  return peaks && range ? gain + options.number('offset') : undefined;
}

const level = (
  name: string,
  alias: string,
  low: number,
  high: number,
  value: string,
  what: string,
) => number(name, low, high, what, { aliases: [alias], default: value });

/** Normalizes loudness. */
export const LOUDNORM: FilterDefinition = {
  name: 'loudnorm',
  description: 'brings sound to a loudness of EBU R 128',
  options: [
    level('I', 'i', -70, -5, '-24', 'loudness of the whole that is wanted, in LUFS'),
    level('LRA', 'lra', 1, 50, '7', 'largest loudness range, in LU'),
    level('TP', 'tp', -9, 0, '-2', 'largest true peak, in dBTP'),
    level('measured_I', 'measured_i', -99, 0, '0', 'loudness that a first pass reported'),
    level('measured_LRA', 'measured_lra', 0, 99, '0', 'range that a first pass reported'),
    level('measured_TP', 'measured_tp', -99, 99, '99', 'true peak that a first pass reported'),
    number('measured_thresh', -99, 0, 'threshold that a first pass reported', { default: '-70' }),
    number('offset', -99, 99, 'gain that is added, in LU', { default: '0' }),
    flag('linear', 'whether one gain for all is used if it can be', { default: '1' }),
    flag('dual_mono', 'whether mono is heard from two loudspeakers', { default: '0' }),
    choice('print_format', ['none', 'json', 'summary'], 'how the report is written', {
      default: 'none',
    }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats: (options) =>
    linearGain(options) === undefined
      ? sameAudio({ sampleFmts: ['dbl'], sampleRates: [PEAK_RATE] })
      : sameAudio({ sampleFmts: ['dbl'] }),
  open(setup) {
    const link = soundInput(setup);
    const { options } = setup;
    const channelCount = link.layout.numChannels;
    const weights = channelWeights(link.layout, options.boolean('dual_mono') ? 3.0103 : 0);
    // At 192 kHz the samples show the peaks between those of lower rates.
    const truePeak = link.sampleRate < PEAK_RATE;
    const newMeter = () => new LoudnessMeter({ sampleRate: link.sampleRate, weights, truePeak });
    const [input, output] = [newMeter(), newMeter()];
    const linear = linearGain(options);
    const rider = linear === undefined ? riderOf(setup, input, output) : null;
    const gain = decibelsToGain(linear ?? 0);
    const read = newDoubles(channelCount, CHUNK);
    let nextPts = Number.NaN;
    const emit = (channels: readonly Float64Array[], at: number, count: number) => {
      output.push(channels, at, count);
      setup.emit(0, soundOfDoubles(channels, at, count, formatOfLink(link), nextPts));
      nextPts += ticksOfSamples(count, link);
    };
    return {
      push(_, given) {
        const frame = soundOf(given);
        if (Number.isNaN(nextPts)) nextPts = frame.pts;
        for (let at = 0; at < frame.numSamples; ) {
          const room = rider === null ? CHUNK : Math.min(CHUNK, rider.room);
          const count = Math.min(room, frame.numSamples - at);
          readDoubles(frame, at, count, read, 0);
          input.push(read, 0, count);
          at += count;
          if (rider !== null) {
            rider.write(read, count, emit);
            continue;
          }
          for (const samples of read) scale(samples, gain, count);
          emit(read, 0, count);
        }
      },
      end(_, pts) {
        rider?.finish(emit);
        report(setup, input, output, rider === null);
        setup.finish(0, pts);
      },
    };
  },
};

function riderOf(setup: FilterSetup, meter: LoudnessMeter, output: LoudnessMeter): LoudnessRider {
  const { options } = setup;
  const link = soundInput(setup);
  return new LoudnessRider(meter, {
    sampleRate: link.sampleRate,
    channels: link.layout.numChannels,
    target: options.number('I'),
    range: options.number('LRA'),
    peak: options.number('TP'),
    measured: options.isSet('measured_I') ? options.number('measured_I') : undefined,
    threshold: options.isSet('measured_thresh') ? options.number('measured_thresh') : undefined,
    offset: options.number('offset'),
    loudnessOut: () => output.integrated,
  });
}

function scale(samples: Float64Array, gain: number, count: number): void {
  for (let i = 0; i < count; i++) samples[i] *= gain;
}

/** What ffmpeg prints, by its names. */
function report(
  setup: FilterSetup,
  input: LoudnessMeter,
  output: LoudnessMeter,
  isLinear: boolean,
): void {
  const { options } = setup;
  const peakOf = ({ samplePeaks, truePeaks }: LoudnessMeter) =>
    gainToDecibels(Math.max(...samplePeaks, ...truePeaks));
  const values = {
    input_i: input.integrated,
    input_tp: peakOf(input),
    input_lra: input.range,
    input_thresh: input.threshold,
    output_i: output.integrated,
    output_tp: peakOf(output),
    output_lra: output.range,
    output_thresh: output.threshold,
    normalization_type: isLinear ? 'linear' : 'dynamic',
    target_offset: options.number('I') - output.integrated,
  };
  const texts = Object.entries(values).map(
    ([key, value]) => [key, typeof value === 'number' ? value.toFixed(2) : value] as const,
  );
  const text =
    options.number('print_format') === 1
      ? JSON.stringify(Object.fromEntries(texts))
      : texts.map(([key, value]) => `${key}: ${value}`).join(', ');
  setup.report(text, values);
}
